"""Rows of deadlines and of information, for every place of the walks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.campaigns.exchange import Limit, LimitKind
from portal.core.posts import PostKind
from portal.core.reader import Reader
from portal.core.scope import SYSTEM, Actor
from portal.core.workdays import WorkCalendar
from portal.deadlines.extensions import ask_extension
from portal.deadlines.hand import Order, start_by_hand
from portal.information import compiling
from portal.information.bulletins import issue_bulletin
from portal.information.items import file_item
from portal.information.models import ItemKind, Level, RequestStep, UpwardRequest
from portal.information.receipts import ask_receipts
from portal.units.models import Mechanism, SignedAgreement
from portal.units.reader import load_posts
from tests.factories import Factory

if TYPE_CHECKING:
    from tests.contract.world import Place


def furnish_exchange(
    session: Session, make: Factory, place: Place, body: Mechanism, actor: Actor, units: tuple[int, int]
) -> None:
    """The first of the units writes and owes."""
    _limit(session, make, place, body, actor, units[0])
    _inform(session, make, place, body.id, actor, units[0])
    _warn(session, make, place, body.id, actor, units)
    _print(session, make, place, body, actor)
    account = session.query(Account).filter_by(username=place.account(PostKind.OFFICE_DIRECTOR)).one()
    session.add(
        SignedAgreement(
            mechanism_id=body.id, account_id=account.id, version=1, sha256="0" * 64, signed_at=make.clock(),
            signed_by=actor.name,
        )
    )  # fmt: skip
    session.flush()


def _inform(session: Session, make: Factory, place: Place, body: int, actor: Actor, unit_id: int) -> None:
    """An item of information for the whole body, and one for superiors as well."""
    campaign = make.app.extensions["portal"].registry.find(place.ids["campaign"])
    for name, level in (("items/item_id", Level.MEMBERS), ("released_item", Level.UPWARD)):
        item = file_item(
            session, actor, make.clock(), mechanism_id=body, campaign=campaign, unit_id=unit_id,
            kind=ItemKind.INFORMATION, category="work_news", title=f"{place.canary}信息",
            sections={"situation": f"{place.canary}情况"}, level=level, request_key=f"{place.slug}-{name}",
            calendar=WorkCalendar(),
        )  # fmt: skip
        place.ids[name] = item.id


def _warn(
    session: Session, make: Factory, place: Place, body: int, actor: Actor, units: tuple[int, int]
) -> None:
    """An advisory that came from above to the office and two units, and a request that was passed on."""
    now, campaign = make.clock(), make.app.extensions["portal"].registry.find(place.ids["campaign"])
    item = file_item(
        session, actor, now, mechanism_id=body, campaign=campaign, unit_id=None, kind=ItemKind.ADVISORY,
        category=campaign.exchange.advisories[0].key, title=f"{place.canary}提示", sections={"situation": place.canary},
        level=Level.MEMBERS, readers=units, request_key=f"{place.slug}-advisory", calendar=WorkCalendar(),
        read_by_at=now + timedelta(days=3), origin=(place.tenant_id, 1, f"{place.canary}上级"),
    )  # fmt: skip
    ask_receipts(session, now, item, (None, *units))
    asked = UpwardRequest(
        mechanism_id=body, campaign=campaign.key, unit_id=units[0], category="block_sites", title=f"{place.canary}请封堵",
        reason=place.canary, targets=[place.canary], state="passed", filed_at=now, filed_by=actor.name,
        request_key=f"{place.slug}-request",
    )  # fmt: skip
    session.add(asked)
    session.flush()
    step = RequestStep(request_id=asked.id, state="passed", office=place.canary, by=actor.name, at=now)
    asked.released_at = step.released_at = now
    session.add(step)
    session.flush()
    place.ids |= {"advisories/item_id": item.id, "information/item_id": item.id, "request_id": asked.id}


def _limit(
    session: Session, make: Factory, place: Place, body: Mechanism, actor: Actor, unit_id: int
) -> None:
    """A deadline that the office set, with an extension that waits."""
    now = make.clock()
    rule = Limit(kind=LimitKind.WORKING_DAYS, n=15)
    order = Order(
        title=f"{place.canary}清单", what=place.canary, rule=rule, started_at=now, basis=place.canary
    )
    (found,) = start_by_hand(
        session, SYSTEM, now, mechanism_id=body.id, office=body.office, unit_ids=[unit_id], order=order,
        calendar=WorkCalendar(), request_key=place.slug,
    )  # fmt: skip
    ask_extension(
        session, actor, now, deadline=found, wanted=found.due_at + timedelta(days=5), reason=place.canary
    )
    place.ids["deadline_id"] = found.id


def _print(session: Session, make: Factory, place: Place, body: Mechanism, actor: Actor) -> None:
    """A material of the library, a bulletin that was issued from the item, and a draft of the next."""
    now, campaign = make.clock(), make.app.extensions["portal"].registry.find(place.ids["campaign"])
    material = file_item(
        session, actor, now, mechanism_id=body.id, campaign=campaign, unit_id=None, kind=ItemKind.MATERIAL,
        category=campaign.exchange.materials[0].key, title=f"{place.canary}资料", sections={"text": place.canary},
        level=Level.UPWARD, request_key=f"{place.slug}-material", calendar=WorkCalendar(),
    )  # fmt: skip
    director = session.query(Account).filter_by(username=place.account(PostKind.OFFICE_DIRECTOR)).one()
    posts = load_posts(session, director.id, now)
    desk = Reader(director.id, "", "", posts).desk(place.code, campaign.key)
    assert desk is not None
    source = f"{place.tenant_id}.{place.ids['items/item_id']}"
    content = compiling.Content((compiling.Entry(source, f"{place.canary}要目", place.canary),))
    issued, kept = (compiling.start_draft(session, actor, now, desk=desk, content=content) for _n in range(2))
    bulletin = issue_bulletin(
        session, actor, now, desk=desk, campaign=campaign, draft=issued, content=content, confirmed=False,
        link=lambda x: "",
    )  # fmt: skip
    place.ids |= {
        "materials/item_id": material.id,
        "bulletins/item_id": bulletin.id,
        "drafts/draft_id": kept.id,
    }
