"""What runs against the clock: urgent reports on top of the list, every other deadline as a line of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from portal.core.posts import Right
from portal.core.reader import Reader
from portal.core.text import Message, Text, _
from portal.core.todo import Todo
from portal.deadlines.limits import name_rule
from portal.deadlines.matters import is_clock
from portal.deadlines.services import Running, explain, list_running


class Work(NamedTuple):
    """The page on which a deadline is met."""

    endpoint: str
    args: dict[str, Any]
    step: Text


def work_on(subject: str) -> Work | None:
    """Where the thing behind a subject is done; None = on the deadline's own page."""
    kind, _colon, number = subject.partition(":")
    if is_clock(subject):
        return Work("exchange.new", {"subject": subject}, _("写初报"))
    if kind == "urgent" and number.isdigit():
        return Work("exchange.detail", {"report_id": int(number)}, _("办理"))
    return None


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """Of the reader's units what they owe, of the reader's offices everything that runs; one statement."""
    offices = [(p.tenant_id, p.mechanism_id or 0, None) for p in reader.offices(Right.REPORT_REVIEW)]
    running = list_running(session, places=[*reader.places(Right.REPORT_FILL), *offices])
    desks = {(d.tenant_id, d.mechanism_id): d for d in reader.desks if d.campaign}
    return [
        _row(c, desks[c.tenant_id, c.mechanism_id].campaign, reader, now)
        for c in running
        if (c.tenant_id, c.mechanism_id) in desks
    ]


def _row(c: Running, campaign: str, reader: Reader, now: datetime) -> Todo:
    state, clock = c.state(now), is_clock(c.subject)
    writes = any(place[1:] == (c.mechanism_id, c.unit_id) for place in reader.places(Right.URGENT_FILE))
    office = any(p.mechanism_id == c.mechanism_id for p in reader.offices(Right.DEADLINE_SET))
    work = work_on(c.subject) if writes or (office and c.unit_id is None) else None
    if work is None:
        step = _("办结") if writes or (office and c.unit_id is None) else _("查看")
        work = Work("deadlines.detail", {"deadline_id": c.id}, step)
        if clock:
            work = Work("exchange.index", {}, _("查看"))
    note: Message | Text | str = "" if clock else name_rule(c.span)
    return Todo(
        tenant_id=c.tenant_id,
        campaign=campaign,
        light=state.light,
        state=state.text if clock else state.word,
        what=c.title,
        note=Message(_("%(rule)s，日期暂估"), rule=note) if c.provisional else note,
        source=c.unit_name or _("本办公室"),
        due=c.due_at,
        step=work.step,
        endpoint=work.endpoint,
        args=work.args,
        clock=clock,
        why=explain(c),
    )
