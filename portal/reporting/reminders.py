"""Reminders (催报): one notice to a unit for all it has not filed of a period, at any hour.

The notice lies in the inbox at once; what goes outside the portal waits for the morning by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.i18n import join_words, show_moment, translate
from portal.core.posts import PostKind
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.notices.services import Told, list_told, notify
from portal.reporting.models import COUNTED, Report, Submission
from portal.reporting.services import note_reminder

THIRD = 3
"""From this reminder on the leader in charge is told as well, with what was sent before."""


def remind_units(
    session: Session, actor: Actor, now: datetime, *, report: Report, chosen: Collection[int], link: str
) -> int:
    """Remind the units of the ``chosen`` submissions, or every one that has not filed; returns how many.

    Each gets one notice that names all its open forms of the same period and body, for its liaison; the third goes to
    the leader in charge too, with the history. Two clicks in one moment are one reminder.
    """
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
    about = f"remind:chase:{report.mechanism_id}:{report.period}:"
    told = list_told(session, mechanism_id=report.mechanism_id, mark=about, post=PostKind.LIAISON)
    for unit_id, named in forms.items():
        before = told.get(unit_id, [])
        words: dict[str, Any] = {"form": join_words(named), "period": report.period}
        common: dict[str, Any] = {
            "mechanism_id": report.mechanism_id, "unit_id": unit_id, "sender": actor.name, "link": link,
        }  # fmt: skip
        number = len(before) + 1
        mark = f"{about}{unit_id}:{number}"
        text = Message(_("请尽快报送%(form)s %(period)s"), **words)
        sent = notify(session, now, text=text, post=PostKind.LIAISON, mark=mark, **common)
        if sent and number >= THIRD:
            notify(
                session, now, text=Message(_("第 %(n)s 次催报：请尽快报送%(form)s %(period)s"), n=number, **words),
                detail=_history(before), post=PostKind.LEADER_IN_CHARGE, mark=f"{mark}:leader", **common,
            )  # fmt: skip
    note_reminder(session, actor, now, report=report, count=len(forms))
    return len(forms)


def _history(before: list[Told]) -> str:
    """When the liaison was reminded, and whether it was read."""
    lines = [
        Message(_("%(at)s 催报，%(by)s已读"), at=show_moment(t.at), by=t.read_by)
        if t.read_at
        else Message(_("%(at)s 催报，未读"), at=show_moment(t.at))
        for t in before
    ]
    return str(translate(Message(_("此前：%(lines)s"), lines=join_words(lines))))[:1000]
