"""What the page of an entry shows of its way: where it stands, who handles it, why it is key, what can be done now, and
what stands behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.workflow import KeyReason
from portal.core.clock import SHANGHAI
from portal.core.reader import Desk
from portal.core.text import Text, _
from portal.deadlines.services import explain
from portal.deadlines.state import state_of
from portal.documents import attachments
from portal.ledger import derived, handling, offers
from portal.ledger.acting import stage_of
from portal.ledger.assigning import supporting_units
from portal.ledger.hands import hands_of, lead_of
from portal.ledger.merging import merged_entries
from portal.ledger.models import Closing, Record, RecordEvent
from portal.supervision.sources import page_of
from portal.units.bodies import list_members
from portal.units.models import Unit

CLOSING_LABELS: dict[Closing, Text] = {
    Closing.PROPOSED: _("已申请销号，待审核"),
    Closing.CHECKED: _("已审核，待销号"),
    Closing.CLOSED: _("已销号"),
}


SHORT = 6
"""States of a ledger whose way is shown to its end."""


@dataclass(frozen=True)
class Stage:
    label: Text
    on: bool
    before: bool
    """It went through it."""


def load_parts(
    session: Session, desk: Desk, campaign: Campaign, ledger: Ledger | None, found: Record,
    events: Sequence[RecordEvent], now: datetime, account_id: int | None,
) -> dict[str, Any]:  # fmt: skip
    """A constant number of statements."""
    today = now.astimezone(SHANGHAI).date()
    own = found.tenant_id == desk.tenant_id
    supporting = [row.unit_id for row in supporting_units(session, found)]
    members = list_members(session, desk.mechanism_id, today) if own else []
    hands = hands_of(desk, campaign, found, supporting, members)
    units = _unit_names(session, found, supporting)
    survivor = (
        session.get(Record, (found.tenant_id, found.merged_into_id)) if found.merged_into_id and own else None
    )
    reasons = derived.find_key_reasons(ledger, derived.facts_of_record(found)) if ledger else ()
    shown, folded = offers.fold(
        offers.list_offers(
            campaign, ledger, found, hands, events, account_id=account_id, today=today,
            endpoints=current_app.view_functions,
        ) if ledger and own else []
    )  # fmt: skip
    return {
        "unit": units[found.unit_id],
        "lead": units[lead_of(found)] if found.lead_unit_id else None,
        "supporting": [units[u] for u in supporting],
        "stages": _stages(ledger, found, events) if ledger else [],
        "closing": CLOSING_LABELS.get(Closing(found.closing)),
        "look_back_due": found.look_back_on is not None and found.look_back_on <= today,
        "key_now": [r for r in reasons if _since(r, found) <= today],
        "key_later": [r for r in reasons if _since(r, found) > today],
        "offers": shown,
        "folded": folded,
        "asides": offers.list_asides(ledger, found, hands) if ledger and own else [],
        "may_add": own and hands.works and found.merged_into_id is None and found.withdrawn_at is None,
        "files": attachments.list_attached(session, f"record:{found.id}") if own else [],
        "links": [e.changes["link"] for e in events if "link" in e.changes],
        "absorbed": merged_entries(session, found),
        "survivor": survivor,
        "page_of": page_of,
        "hints": derived.find_hints(ledger, derived.facts_of_record(found)) if ledger else [],
        "handling": [
            (c, handling.name_of(c), state_of(c.started_at, c.due_at, None, now), explain(c))
            for c in handling.clocks_of(session, found)
            if c.met_at is None
        ],
    }  # fmt: skip


def _since(reason: KeyReason, found: Record) -> date:
    return reason.since or found.known_at.astimezone(SHANGHAI).date()


def _unit_names(session: Session, found: Record, supporting: Sequence[int]) -> dict[int, Any]:
    ids = {found.unit_id, lead_of(found), *supporting}
    rows = session.execute(
        sa.select(Unit.id, Unit.full_name, Unit.short_name).where(
            Unit.tenant_id == found.tenant_id, Unit.id.in_(ids)
        )
    )
    return {row.id: row for row in rows}


def _stages(ledger: Ledger, found: Record, events: Sequence[RecordEvent]) -> list[Stage]:
    """The states it went through, the one it stands in, and in a short ledger those that may follow."""
    now = stage_of(ledger, found)
    seen = [key for e in events for key in e.changes.get("stage", ())[:1]]
    went = [key for key in dict.fromkeys(seen) if key != now]
    ahead = _ahead(ledger, now) - {*went, now} if len(ledger.states) <= SHORT else set()
    labels = {s.key: s.label for s in ledger.states}  # what the plugin dropped keeps its key
    shown = [Stage(labels.get(key, Text(key)), False, True) for key in went]
    shown += [Stage(labels.get(now, Text(now)), True, False)] if now else []
    return shown + [Stage(s.label, False, False) for s in ledger.states if s.key in ahead]


def _ahead(ledger: Ledger, stage: str) -> set[str]:
    """States that can be reached from here."""
    found, new = set[str](), {stage}
    while new:
        found |= new
        new = {s.end for s in ledger.steps if new & set(s.start)} - found
    return found
