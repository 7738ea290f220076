"""What runs against the clock: urgent reports on top of the list, every other deadline as a line of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.posts import Right
from portal.core.reader import Reader
from portal.core.ready import Ready
from portal.core.text import Message, Text, _
from portal.core.todo import Todo
from portal.deadlines.limits import name_rule, show_end
from portal.deadlines.listing import LAST_CHANGE
from portal.deadlines.matters import clock_prefixes, find_place, is_clock, placed_prefixes
from portal.deadlines.models import Deadline
from portal.deadlines.services import RUNNING, Running, explain


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
    placed = find_place(subject)
    if placed is not None:
        return Work(placed[0].endpoint, {placed[0].argument: placed[1]}, placed[0].step)
    return None


MOST = 300
"""The earliest due; what an office has beyond these is on the page of deadlines."""
_OWED = sa.tuple_(Deadline.mechanism_id, Deadline.unit_id).in_(sa.bindparam("units", expanding=True))
_OFFICE = Deadline.mechanism_id.in_(sa.bindparam("offices", expanding=True))


def _statement() -> Ready:
    """Made when first asked: by then every room has said which matters have clocks."""
    clock = sa.or_(sa.false(), *(Deadline.subject.startswith(p) for p in clock_prefixes()))
    elsewhere = sa.or_(sa.false(), *(Deadline.subject.startswith(p) for p in placed_prefixes()))
    asked = sa.func.coalesce(LAST_CHANGE, "") == "asked"
    return Ready(
        RUNNING.add_columns(asked)
        .where(
            sa.or_(
                sa.and_(_OWED, sa.not_(elsewhere)),
                sa.and_(
                    _OFFICE, sa.or_(sa.and_(Deadline.unit_id.is_(None), sa.not_(elsewhere)), clock, asked)
                ),
            )
        )
        .limit(MOST)
    )


_ready = cache(_statement)


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """Of the reader's units what they owe; of the reader's offices what these owe themselves, every urgent clock
    and every extension that waits for a decision. One statement.
    """
    units = [place[1:] for place in reader.places(Right.REPORT_FILL)]
    offices = [p.mechanism_id for p in reader.offices(Right.REPORT_REVIEW)]
    if not units and not offices:
        return ()
    rows = _ready().rows(session, own=reader.scope.own, units=units, offices=offices)
    desks = {(d.tenant_id, d.mechanism_id): d for d in reader.desks if d.campaign}
    found = [(Running(*row[:-1]), bool(row[-1])) for row in rows]
    return [
        _row(c, desks[c.tenant_id, c.mechanism_id].campaign, reader, now, asked)
        for c, asked in found
        if (c.tenant_id, c.mechanism_id) in desks
    ]


def _row(c: Running, campaign: str, reader: Reader, now: datetime, asked: bool) -> Todo:
    state, clock = c.state(now), is_clock(c.subject)
    office_name = next(p.office_name for p in reader.live if p.mechanism_id == c.mechanism_id)
    office = any(p.mechanism_id == c.mechanism_id for p in reader.offices(Right.DEADLINE_SET))
    owes = any(place[1:] == (c.mechanism_id, c.unit_id) for place in reader.places(Right.URGENT_FILE)) or (
        office and c.unit_id is None
    )
    notes: list[Message | Text] = [] if clock else [name_rule(c.span)]
    if c.provisional:
        notes.append(_("日期暂估"))
    if asked:
        notes.append(_("申请延期待决定"))
    work = _work(c, owes=owes, decides=office and asked)
    return Todo(
        tenant_id=c.tenant_id,
        campaign=campaign,
        light=state.light,
        state=state.text if clock or state.late else state.word,
        what=c.title,
        note=Message(_("%(a)s，%(b)s"), a=notes[0], b=notes[-1]) if len(notes) > 1 else next(iter(notes), ""),
        source=office_name if owes and c.unit_id and not clock else c.unit_name or _("本办公室"),
        due=c.due_at,
        due_text=show_end(now, c.due_at) if c.due_at.year != now.year else None,
        step=work.step,
        endpoint=work.endpoint,
        args=work.args,
        clock=clock,
        why=explain(c),
    )


def _work(c: Running, *, owes: bool, decides: bool) -> Work:
    """What the reader does about it: the thing itself, the decision, or a look."""
    if is_clock(c.subject) and not owes:
        return Work("exchange.index", {}, _("查看"))
    own = Work("deadlines.detail", {"deadline_id": c.id}, _("查看"))
    if decides:
        return own._replace(step=_("决定延期"))
    return (work_on(c.subject) or own._replace(step=_("办理"))) if owes else own
