"""What waits for a person, over all campaigns and tenants, in order of urgency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.core.clock import end_of, midnight
from portal.core.posts import Right
from portal.core.reader import Held, Reader
from portal.core.ready import Ready
from portal.core.scope import Scope, set_scope
from portal.core.text import Message, Text, _
from portal.deadlines.services import Running, list_running
from portal.notices.services import recent_notices
from portal.reporting.models import ReportState, State
from portal.reporting.queries import (
    Arrived,
    Desktop,
    Light,
    Task,
    light_of,
    list_arrived,
    list_office_reports,
    list_work,
)
from portal.reporting.questions import Unanswered, list_unanswered
from portal.tenants.models import Level, Tenant
from portal.units.handover import HandoverRow, list_own_handovers


@dataclass(frozen=True)
class Waiting:
    """Everything the home page shows; row tuples and small records, no entities."""

    tasks: Sequence[Task]
    office: Sequence[Desktop]
    questions: Sequence[Unanswered]
    arrived: Sequence[Arrived]
    handovers: Sequence[HandoverRow]
    clocks: Sequence[Running]
    notices: Sequence[Any]
    done: int
    expected: int


def gather(session: Session, reader: Reader, now: datetime) -> Waiting:
    """At most seven statements, however many posts, units, campaigns and rows there are."""
    live = [p for p in reader.posts if p.enabled and p.mechanism_id is not None]
    fills = _places(live, Right.REPORT_FILL)
    signs = _places(live, Right.REPORT_SIGN)
    office = [p for p in live if Right.REPORT_REVIEW in p.rights and p.mechanism_id]
    first = now.date().replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    work = list_work(session, fills, signs, midnight(first), end_of(last))
    return Waiting(
        tasks=work.tasks,
        done=work.done,
        expected=work.expected,
        office=list_office_reports(session, [p.mechanism_id for p in office if p.mechanism_id]),
        questions=list_unanswered(session, [p.mechanism_id for p in office if p.mechanism_id]),
        clocks=list_running(
            session, places=[*fills, *((p.tenant_id, p.mechanism_id or 0, None) for p in office)]
        ),
        notices=recent_notices(session, live),
        handovers=_to_sign(session, reader, live),
        arrived=_from_below(session, reader, [p for p in office if p.tenant_level != Level.COUNTY]),
    )


def _to_sign(session: Session, reader: Reader, live: Sequence[Held]) -> list[HandoverRow]:
    """Hand-overs that want this reader's signature. A city's office finds them under its name in the bar instead."""
    if any(Right.REPORT_REVIEW in p.rights and p.tenant_level != Level.COUNTY for p in live):
        return []
    set_scope(session, Scope(own=reader.seats))
    rows = [h for h in list_own_handovers(session, reader.account_id) if h.may_sign(reader.account_id)]
    set_scope(session, reader.scope)
    return rows


_top = aliased(Tenant)
_BELOW = Ready(
    sa.select(Tenant.id)
    .join(_top, Tenant.path.startswith(_top.path))
    .where(_top.id.in_(sa.bindparam("tops", expanding=True)))
)


def _from_below(session: Session, reader: Reader, posts: Sequence[Held]) -> list[Arrived]:
    """Reports of the counties that wait for a city's office. Widens the scope, so it comes last."""
    if not posts:
        return []
    below = {row[0] for row in _BELOW.rows(session, tops=list({p.tenant_id for p in posts}))}
    set_scope(session, Scope(own=reader.scope.own, below=tuple(sorted(below - set(reader.scope.own)))))
    return list_arrived(session, {(p.tenant_id, p.campaign) for p in posts})


def _places(posts: Sequence[Held], right: Right) -> list[tuple[int, int, int]]:
    """(tenant, mechanism, unit) of the posts that carry the right."""
    found = [
        (p.tenant_id, p.mechanism_id, p.unit_id)
        for p in posts
        if right in p.rights and p.unit_id is not None and p.mechanism_id is not None
    ]
    return list(dict.fromkeys(found))


def office_light(row: Desktop, now: datetime) -> Light:
    """An office's report stands like a form; being returned from above is the slowest of states."""
    state = State.RETURNED if row.state is ReportState.RETURNED else State.EXPECTED
    return light_of(row.due_at, now, state)


def office_step(row: Desktop) -> tuple[Message | Text, str]:
    """What the office does next about a report, and the page on which it does so."""
    if row.to_review:
        return Message(_("受理 %(n)s 份"), n=row.to_review), "board"
    if row.filed < row.expected:
        return _("查看缺报"), "board"
    return _("汇总上报"), "submit"
