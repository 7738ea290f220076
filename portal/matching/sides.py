"""What the city is shown of an entry once it matches, and what the other county sees once the matter is joint."""

from __future__ import annotations

import logging
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.core.clock import SHANGHAI
from portal.core.secret import Secret
from portal.core.text import Text, _
from portal.ledger.models import Record, RecordEvent
from portal.matching.models import MatchSide
from portal.units.models import Unit

log = logging.getLogger(__name__)
NOTES = 20
"""Of an entry, the last ones go to the other county."""
CLOSED = _("已销号")
GONE = _("已撤回")


def is_gone(found: Record) -> bool:
    return found.withdrawn_at is not None or found.merged_into_id is not None


def snapshot(session: Session, campaign: Campaign, found: Record, *, notes: bool = False) -> dict[str, Any]:
    """The columns of ``MatchSide``, read in the entry's own tenant. Nothing of a sensitive field is among them."""
    ledger = campaign.ledger(found.ledger)
    unit = session.get_one(Unit, (found.tenant_id, found.unit_id))
    return {
        "place_id": found.tenant_id, "record_id": found.id, "campaign": found.campaign, "ledger": found.ledger,
        "number": found.number, "title": found.title, "unit": unit.short_name, "spot": found.place,
        "known_on": found.known_at.astimezone(SHANGHAI).date(), "stage": str(_stage(ledger, found)), "gone": is_gone(found),
        "jurisdiction": _jurisdiction(ledger, found), "notes": _notes(session, found) if notes else [],
    }  # fmt: skip


def keep_side(session: Session, now: Any, columns: dict[str, Any]) -> None:
    """In the city: the row of ``snapshot``, made or brought up to date."""
    row = session.scalars(
        sa.select(MatchSide).where(MatchSide.record_id == columns["record_id"])
    ).one_or_none()
    if row is None:
        session.add(MatchSide(**columns, shown_at=now))
        return
    for key, value in columns.items():
        setattr(row, key, value)


def _stage(ledger: Ledger | None, found: Record) -> Text | str:
    if is_gone(found):
        return GONE
    if found.closing == "closed":
        return CLOSED
    state = ledger.state(found.stage) if ledger and found.stage else None
    return state.label if state else ""


def _jurisdiction(ledger: Ledger | None, found: Record) -> dict[str, Any]:
    if ledger is None or ledger.jurisdiction is None:
        return {}
    try:
        rule = ledger.jurisdiction(found.values)
    except Exception:  # a plugin may raise anything; the pair is shown without its rule
        log.exception("jurisdiction of ledger %s", ledger.key)
        return {}
    text = str(rule.reason.text)
    params = {k: str(v) for k, v in rule.reason.params.items()}
    if any(isinstance(v, Secret) for v in rule.reason.params.values()):
        text, params = "", {}  # a sentence that quotes a sensitive field stays where it is
    return {
        "region": rule.region[:6], "text": text, "params": params, "source": rule.clause.source,
        "article": str(rule.clause.article), "note": str(rule.clause.note or ""),
    }  # fmt: skip


def _notes(session: Session, found: Record) -> list[dict[str, str]]:
    rows = session.execute(
        sa.select(RecordEvent.at, RecordEvent.note)
        .where(
            RecordEvent.tenant_id == found.tenant_id,
            RecordEvent.record_id == found.id,
            RecordEvent.note != "",
        )
        .order_by(RecordEvent.at.desc(), RecordEvent.id.desc())
        .limit(NOTES)
    )
    return [{"at": at.astimezone(SHANGHAI).isoformat(), "text": note} for at, note in rows]
