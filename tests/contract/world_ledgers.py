"""A saved filter and an import of each place, for the walks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.core.posts import PostKind
from portal.core.scope import Actor
from portal.ledger.importing.lines import Line, LineKind
from portal.ledger.importing.staging import stage
from portal.ledger.saved import save_filter
from tests.factories import Factory

if TYPE_CHECKING:
    from tests.contract.world import Place


def furnish_ledgers(session: Session, make: Factory, place: Place, body: int, unit_id: int) -> None:
    """Of the liaison of the first unit: a list that is wanted again, a workbook with a new line and a refused one."""
    now = make.clock()
    campaign = make.app.extensions["portal"].registry.find(place.ids["campaign"])
    name = place.account(PostKind.LIAISON)
    holder = session.scalars(sa.select(Account.id).where(Account.username == name)).one()
    actor = Actor(holder, f"{place.canary}联络员")
    saved = save_filter(
        session, actor, now, account_id=holder, campaign=campaign.key, name=f"{place.canary}筛选"[:40],
        query=f"q={place.canary}",
    )  # fmt: skip
    new = Line(
        4,
        LineKind.NEW,
        title=f"{place.canary}导入",
        known_at=now.isoformat(),
        values={"found_channel": place.canary},
    )
    wrong = Line(5, LineKind.NEW, number=place.canary, typed={"-title": place.canary})
    wrong.refuse("-title", "C5", place.canary, campaign.ledgers[0].label)
    staged = stage(
        session, actor, now, campaign=campaign, ledger=campaign.ledgers[0], mechanism_id=body, unit_id=unit_id,
        name=f"{place.canary}.xlsx", content=b"", lines=[new, wrong],
    )  # fmt: skip
    place.ids |= {"filter_id": saved.id, "import_id": staged.id}
