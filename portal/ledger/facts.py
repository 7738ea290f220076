"""The ledgers as the forms of a period may draw on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI, midnight
from portal.core.scope import get_scope
from portal.core.sealing import open_values
from portal.core.text import _
from portal.figures.sources import Fact, Pool
from portal.ledger.access import COUNTS, HANDLER
from portal.ledger.models import Record


def read_facts(
    session: Session, campaign: str, ledger: str, unit_ids: Sequence[int], last: date
) -> list[Fact]:
    """The entries as they stand now that these units registered or handle, known by the end of ``last``; one statement.

    Sensitive texts are opened: a table of a form may be made of them, and keeps them sealed as the ledger does.
    """
    home = get_scope(session).home
    assert home is not None
    wanted = set(unit_ids)
    rows = session.execute(
        sa.select(
            Record.unit_id, HANDLER, Record.id, Record.known_at, Record.number, Record.title, Record.place, Record.values,
            Record.stage,
        )
        .where(
            Record.tenant_id == home,
            Record.campaign == campaign,
            Record.ledger == ledger,
            sa.or_(Record.unit_id.in_(unit_ids), Record.lead_unit_id.in_(unit_ids)),
            COUNTS,
            Record.known_at < midnight(last + timedelta(days=1)),
        )
        .order_by(Record.known_at, Record.id)
    )  # fmt: skip
    return [
        Fact(
            unit_id=unit_id,
            kept=unit_id == keeper,
            handled=unit_id == handler,
            subject=f"record:{record_id}",
            values=dict(open_values(session, home, f"record:{record_id}", values))
            | {
                "known_on": known_at.astimezone(SHANGHAI).date().isoformat(),
                "number": number,
                "title": title,
                "place": place,
                "stage": stage,
            },
        )
        for keeper, handler, record_id, known_at, number, title, place, values, stage in rows
        for unit_id in dict.fromkeys((keeper, handler))
        if unit_id in wanted
    ]


POOL = Pool(name=_("台账"), read=read_facts)
