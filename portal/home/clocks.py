"""Running clocks on top of the list: the unit that owes the report writes it, the office watches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.core.posts import Right
from portal.core.reader import Reader
from portal.core.text import _
from portal.core.todo import Todo
from portal.deadlines.services import Running, explain, list_running
from portal.exchange.office import HANDLING

LONG = timedelta(hours=72)
"""What runs longer is a line of the list: nobody counts its hours."""


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """One statement."""
    offices = [(p.tenant_id, p.mechanism_id or 0, None) for p in reader.offices(Right.REPORT_REVIEW)]
    running = list_running(session, places=[*reader.places(Right.REPORT_FILL), *offices])
    desks = {(d.tenant_id, d.mechanism_id): d for d in reader.desks}
    return [
        _row(c, desks[c.tenant_id, c.mechanism_id].campaign, _writes(reader, c), now)
        for c in running
        if (c.tenant_id, c.mechanism_id) in desks
    ]


def _writes(reader: Reader, clock: Running) -> bool:
    return any(place[1:] == (clock.mechanism_id, clock.unit_id) for place in reader.places(Right.URGENT_FILE))


def _row(c: Running, campaign: str, writes: bool, now: datetime) -> Todo:
    state = c.state(now)
    return Todo(
        tenant_id=c.tenant_id,
        campaign=campaign,
        light=state.light,
        state=state.text,
        what=c.title,
        source=c.unit_name or _("本办公室"),
        due=c.due_at,
        **_step(c, writes),
        clock=c.unit_id is not None and c.due_at - c.started_at <= LONG,
        why=explain(c),
    )


def _step(c: Running, writes: bool) -> dict[str, Any]:
    """What is done next, and where."""
    if writes:
        return {"step": _("写初报"), "endpoint": "exchange.new", "args": {"subject": c.subject}}
    if c.rule == HANDLING:
        report_id = int(c.subject.partition(":")[2])
        return {"step": _("去反馈"), "endpoint": "exchange.detail", "args": {"report_id": report_id}}
    return {"step": _("查看"), "endpoint": "exchange.index"}
