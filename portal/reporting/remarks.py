"""The story of a form or a report inside its tenant: who did what when, and what was said with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.scope import Actor
from portal.reporting.models import Report, ReportRemark, Submission

LONGEST = 1000


def remark(
    session: Session, about: Submission | Report, kind: str, actor: Actor, now: datetime, text: str = ""
) -> None:
    """Add a line; a longer ``text`` (reasons at many fields) is cut to ``LONGEST``."""
    line = ReportRemark(subject=_subject(about), kind=kind, text=text[:LONGEST], by=actor.name, at=now)
    session.add(line)


def story(session: Session, about: Submission | Report) -> Sequence[ReportRemark]:
    return session.scalars(
        sa.select(ReportRemark)
        .where(ReportRemark.subject == _subject(about))
        .order_by(ReportRemark.at, ReportRemark.id)
    ).all()


def _subject(about: Submission | Report) -> str:
    return f"{'report' if isinstance(about, Report) else 'submission'}:{about.id}"
