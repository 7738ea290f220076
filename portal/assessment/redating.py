"""A year's days off were announced: the time to object that counted on it follows, if it grows."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.assessment.models import Measure, MeasureState
from portal.campaigns.registry import Registry
from portal.core.audit import Act, record
from portal.core.clock import midnight
from portal.core.i18n import show_moment
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, _
from portal.core.workdays import WorkCalendar
from portal.deadlines.limits import reach, rule_of
from portal.deadlines.recompute import Recompute
from portal.notices.services import notify


def redate_all(_registry: Registry) -> Recompute:
    return redate_measures


def redate_measures(
    session: Session, actor: Actor, now: datetime, calendar: WorkCalendar, year: int, code: str
) -> int:
    """Measures of the home tenant that the unit may still object to. A shorter time is not imposed after the fact."""
    rows = session.scalars(
        sa.select(Measure)
        .where(
            Measure.tenant_id == get_scope(session).home, Measure.state == MeasureState.PROPOSED.value, Measure.answer == "",
            Measure.object_by >= midnight(date(year, 1, 1)), Measure.proposed_at < midnight(date(year + 1, 1, 1)),
        )
        .order_by(Measure.id)
        .with_for_update()
    ).all()  # fmt: skip
    moved = 0
    for row in rows:
        reached = reach(rule_of(row.object_span), row.proposed_at, calendar)
        if reached.due <= row.object_by:
            continue
        data = {"old": row.object_by.isoformat(), "due": reached.due.isoformat(), "year": year}
        row.object_by, row.object_span = reached.due, dict(reached.span)
        record(session, Act.DEADLINE_MOVE, f"measure:{row.id}", actor, now, data)
        text = Message(_("工作日历已公布，申辩期限顺延至 %(due)s"), due=show_moment(reached.due))
        notify(
            session, now, mechanism_id=row.mechanism_id, unit_id=row.unit_id, text=text, sender=actor.name,
            link=f"/{code}/{row.campaign}/assessment/ladder/{row.id}",
        )  # fmt: skip
        moved += 1
    return moved
