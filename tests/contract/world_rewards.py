"""Rows of rewards, for every place of the walks: an application that its city has been handed, and a draft."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.core.posts import PostKind
from portal.core.reader import Reader
from portal.core.scope import Actor
from portal.ledger.services import Entry, create_record
from portal.rewards import materials, services
from portal.rewards.access import open_application
from portal.rewards.handling import Scan, keep_proof
from portal.rewards.models import RewardApplication, RewardClaim
from portal.units.reader import load_posts
from tests.factories import Factory

if TYPE_CHECKING:
    from tests.contract.world import Place

PDF = b"%PDF-1.4\n%%EOF\n"


def furnish_rewards(session: Session, make: Factory, place: Place, actor: Actor, unit_id: int) -> None:
    """Of the first unit, which is one that may apply."""
    now, c = make.clock(), place.canary
    campaign = make.app.extensions["portal"].registry.find(place.ids["campaign"])
    owner = session.query(Account).filter_by(username=place.account(PostKind.LIAISON)).one()
    desk = Reader(owner.id, "", "", load_posts(session, owner.id, now)).desk(place.code, campaign.key)
    assert desk is not None
    scheme = campaign.rewards[0]
    common = {"mechanism_id": desk.mechanism_id, "unit_id": unit_id, "campaign": campaign}
    day = now.date().isoformat()
    values = {
        "found_channel": "police", "case_kind": "circulation", "currency": "cny", "face_value": 2_000_000, "span": "city",
        "suspects_caught": True, "solved_on": day, "delivered_on": day,
    }  # fmt: skip
    for n, name in enumerate(("sent", "draft"), 1):
        entry = create_record(
            session, actor, now, ledger=campaign.ledger(scheme.ledger), request_key=f"{place.slug}-reward-{name}",
            entry=Entry(f"{c}{name}", c, now, values | {"filing_number": f"{c}立字〔2026〕{n}号"}), **common,
        )  # fmt: skip
        session.flush()
        case = services.find_case(session, desk, campaign, entry.id, now)
        found = services.start(session, actor, now, desk=desk, case=case)
        place.ids[f"reward_{name}"] = found.id
    sent = session.get_one(RewardApplication, (place.tenant_id, place.ids["reward_sent"]))
    folder = Path(make.app.instance_path) / "files"
    materials.put(
        session, actor, now, folder=folder, found=sent, scheme=scheme,
        uploads=[(m.key, f"{c}.pdf", BytesIO(PDF + m.key.encode())) for m in scheme.materials],
    )  # fmt: skip
    opened = open_application(session, desk, campaign, sent.id)
    services.send(session, actor, now, opened=opened, campaign=campaign, stamped=True, desk=desk)
    keep_proof(session, actor, now, sent, "slip", Scan(folder, ((f"{c}slip.pdf", BytesIO(PDF)),)))
    session.add(  # a county has claims where nobody above it is on the portal
        RewardClaim(
            mechanism_id=desk.mechanism_id, campaign=campaign.key, scheme=scheme.key, unit_id=None,
            from_tenant_id=place.tenant_id, application_id=1, record_id=1, place=c, unit_name=c, title=c, case_number=c,
            number_key=f"{c}0", state="done", changed_at=now,
        )
    )  # fmt: skip
    session.flush()
    place.ids |= {
        "application_id": sent.id, "new/record_id": entry.id, "papers/key": "application",
    }  # fmt: skip
