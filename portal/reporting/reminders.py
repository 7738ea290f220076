"""Reminders (催报): one notice to a unit for all it has not filed of a period, by day only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict
from portal.core.i18n import join_words
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.notices.services import notify
from portal.reporting.models import COUNTED, Report, Submission
from portal.reporting.services import note_reminder

FROM_HOUR, TO_HOUR = 8, 22


def remind_units(
    session: Session, actor: Actor, now: datetime, *, report: Report, chosen: Collection[int], link: str
) -> int:
    """Remind the units of the ``chosen`` submissions, or every one that has not filed; returns how many.

    Each gets one notice that names all its open forms of the same period and body. ``Conflict`` at night: a notice
    would be read at once, and nobody is to be called from bed.
    """
    if not FROM_HOUR <= now.astimezone(SHANGHAI).hour < TO_HOUR:
        raise Conflict(_("22:00 至次日 08:00 不发催报，请在 08:00 以后再发。"))
    waiting = Submission.state.not_in([s.value for s in COUNTED])
    wanted = [Submission.report_id == report.id, waiting]
    if chosen:
        wanted.append(Submission.id.in_(chosen))
    units = set(
        session.scalars(
            sa.select(Submission.unit_id).where(Submission.tenant_id == report.tenant_id, *wanted)
        )
    )
    rows = session.execute(
        sa.select(Submission.unit_id, Report.title, Report.form)
        .join(Report, sa.and_(Report.tenant_id == Submission.tenant_id, Report.id == Submission.report_id))
        .where(
            Report.tenant_id == report.tenant_id, Report.mechanism_id == report.mechanism_id,
            Report.period == report.period, waiting, Submission.unit_id.in_(units),
        )
        .order_by(Report.due_at, Report.id)
    )  # fmt: skip
    forms: dict[int, list[Text]] = {}
    for unit_id, title, form in rows:
        forms.setdefault(unit_id, []).append(Text(title or form))
    for unit_id, named in forms.items():
        notify(
            session, now, mechanism_id=report.mechanism_id, unit_id=unit_id, sender=actor.name, link=link,
            text=Message(_("请尽快报送%(form)s %(period)s"), form=join_words(named), period=report.period),
        )  # fmt: skip
    note_reminder(session, actor, now, report=report, count=len(forms))
    return len(forms)
