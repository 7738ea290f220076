"""A year's days off were announced: what leaned on that year is computed again, logged and told.

The calendar belongs to everybody and deadlines to tenants, so the worker goes from tenant to tenant. A date that
an office has granted stays; so does one that was met.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.clock import midnight
from portal.core.scope import Actor, Scope, set_scope
from portal.core.text import Message, _
from portal.core.workdays import WorkCalendar
from portal.deadlines.limits import reach, rule_of, show_end
from portal.deadlines.models import Deadline, DeadlineChange
from portal.notices.services import notify
from portal.tenants.calendar import load_calendar
from portal.tenants.models import Tenant
from portal.units.models import Mechanism

Link = Callable[[str, str, int], str]
"""Address of a deadline's page from region code, campaign and id."""
Recompute = Callable[[Session, Actor, datetime, WorkCalendar, int, str], int]
"""Does the same for due dates that a room keeps itself, in the scope's home tenant; the last are the year and the
tenant's code. Answers how many moved."""


def recompute_everywhere(
    session: Session, actor: Actor, now: datetime, *, year: int, link: Link, hold: Callable[[], None],
    rooms: Sequence[Recompute] = (),
) -> int:  # fmt: skip
    """``hold`` is called after each tenant: it commits and keeps the job's lease. Repeatable. Answers how many moved."""
    session.info.pop("scope", None)
    calendar = load_calendar(session)
    tenants = session.execute(sa.select(Tenant.id, Tenant.code).order_by(Tenant.path)).all()
    moved = 0
    for tenant_id, code in tenants:
        set_scope(session, Scope(own=(tenant_id,), home=tenant_id))
        moved += recompute_tenant(session, actor, now, calendar=calendar, year=year, link=partial(link, code))
        moved += sum(room(session, actor, now, calendar, year, code) for room in rooms)
        hold()
    return moved


def recompute_tenant(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    calendar: WorkCalendar,
    year: int,
    link: Callable[[str, int], str],
) -> int:
    """Unmet deadlines of the scope's home tenant that are provisional or touch ``year``."""
    touched = sa.and_(
        Deadline.due_at >= midnight(date(year, 1, 1)), Deadline.started_at < midnight(date(year + 1, 1, 1))
    )
    rows = session.execute(
        sa.select(Deadline, Mechanism.campaign)
        .join(
            Mechanism,
            sa.and_(Mechanism.tenant_id == Deadline.tenant_id, Mechanism.id == Deadline.mechanism_id),
        )
        .where(Deadline.met_at.is_(None), sa.or_(Deadline.provisional, touched))
        .order_by(Deadline.id)
        .with_for_update(of=Deadline)
    ).all()
    return sum(
        _again(session, actor, now, row, calendar, year, link(campaign, row.id)) for row, campaign in rows
    )


def _again(
    session: Session, actor: Actor, now: datetime, row: Deadline, calendar: WorkCalendar, year: int, link: str
) -> bool:
    extended = row.span and row.span["due"] != row.due_at.isoformat()
    if not row.span or extended:
        return False
    reached, old = reach(rule_of(row.span), row.started_at, calendar), row.due_at
    if reached.due == old and reached.provisional == row.provisional:
        return False
    row.due_at, row.span, row.provisional = reached.due, dict(reached.span), reached.provisional
    reason = Message(_("%(year)s 年工作日历已导入"), year=year)
    change = DeadlineChange(
        deadline_id=row.id, kind="recomputed", old_due_at=old, new_due_at=row.due_at, reason=str(reason), by=actor.name,
        at=now,
    )  # fmt: skip
    change.released_at = row.released_at
    session.add(change)
    data = {"old": old.isoformat(), "due": row.due_at.isoformat(), "year": year}
    record(session, Act.DEADLINE_MOVE, f"deadline:{row.id}", actor, now, data)
    new = str(show_end(now, row.due_at))
    text = (
        Message(_("工作日历已公布，“%(title)s”的时限确定为 %(new)s。"), title=row.title, new=new)
        if old == row.due_at
        else Message(
            _("工作日历已公布，“%(title)s”的时限由 %(old)s 改为 %(new)s。"),
            title=row.title, old=str(show_end(now, old)), new=new,
        )
    )  # fmt: skip
    notify(
        session, now, mechanism_id=row.mechanism_id, unit_id=row.unit_id, text=text, sender=actor.name, link=link
    )  # fmt: skip
    return True
