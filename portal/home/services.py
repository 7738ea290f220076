"""What waits for a person, over all campaigns and tenants, in order of urgency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.core.clock import end_of, midnight
from portal.core.text import Message, Text, _
from portal.deadlines.services import Running, list_running
from portal.notices.services import recent_notices
from portal.reporting.models import ReportState, State
from portal.reporting.queries import Desktop, Light, Task, light_of, list_office_reports, list_tasks, progress
from portal.units.reader import Held, Reader
from portal.units.rights import Right


@dataclass(frozen=True)
class Waiting:
    """Everything the home page shows; row tuples and small records, no entities."""

    tasks: Sequence[Task]
    signing: frozenset[int]
    """Submissions that wait for this reader's signature."""
    office: Sequence[Desktop]
    clocks: Sequence[Running]
    notices: Sequence[Any]
    done: int
    expected: int


def gather(session: Session, reader: Reader, now: datetime) -> Waiting:
    """At most five statements, however many posts, units, campaigns and rows there are."""
    live = [p for p in reader.posts if p.enabled and p.mechanism_id is not None]
    fills = _places(live, Right.REPORT_FILL)
    signs = _places(live, Right.REPORT_SIGN)
    office = [(p.tenant_id, p.mechanism_id) for p in live if Right.REPORT_REVIEW in p.rights and p.mechanism_id]
    tasks = list_tasks(session, fills, signs)
    done, expected = _this_month(session, fills, now)
    return Waiting(
        tasks=tasks,
        signing=frozenset(t.submission_id for t in tasks if t.state is State.SIGNING),
        office=list_office_reports(session, office),
        clocks=list_running(session, places=[*fills, *((t, m, None) for t, m in office)]),
        notices=recent_notices(session, live),
        done=done,
        expected=expected,
    )


def _places(posts: Sequence[Held], right: Right) -> list[tuple[int, int, int]]:
    """(tenant, mechanism, unit) of the posts that carry the right."""
    found = [
        (p.tenant_id, p.mechanism_id, p.unit_id)
        for p in posts
        if right in p.rights and p.unit_id is not None and p.mechanism_id is not None
    ]
    return list(dict.fromkeys(found))


def _this_month(session: Session, places: Sequence[tuple[int, int, int]], now: datetime) -> tuple[int, int]:
    first = now.date().replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    units = {(tenant, unit) for tenant, _mechanism, unit in places}
    return progress(session, sorted(units), midnight(first), end_of(last)) if units else (0, 0)


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
