"""口径不清: a unit asks what a field counts, the office answers, and the answer stands under that field for every unit.

Nobody withdraws or edits a question; the office may change its answer, and the trail keeps what it said before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.forms import Field, Form, Table
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI, end_of
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.ready import Ready
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.core.workdays import WorkCalendar
from portal.notices.services import notify
from portal.reporting.models import Question, Submission
from portal.reporting.opening import asked_fields, asked_tables
from portal.units.models import Unit

ANSWER_DAYS = 3
"""Working days the office has. No document names a term; forms are due five to ten days after they open to most
units, and an answer that comes later is of no use to this period. Common reading (通用口径)."""
MAX_OPEN = 20
"""Unanswered questions of one unit in one campaign."""
MAX_TEXT, MAX_ANSWER = 300, 500


@dataclass(frozen=True)
class Note:
    """An answer as every unit reads it; who asked is not said."""

    question: str
    text: str
    by: str
    at: datetime | None


@dataclass(frozen=True)
class Asked:
    """A question in the office's list."""

    question: Question
    unit: str


def asked_part(form: Form, member: str, key: str) -> Field | Table:
    """The field or table of that key which the member is asked for."""
    parts: dict[str, Field | Table] = {f.key: f for f in asked_fields(form, member)}
    parts |= {t.key: t for t in asked_tables(form, member)}
    if key not in parts:
        raise NotFound
    return parts[key]


def ask(
    session: Session, actor: Actor, now: datetime, *, mechanism_id: int, submission: Submission, form: Form, key: str,
    text: str, calendar: WorkCalendar, link: str,
) -> Question:  # fmt: skip
    """Put a question about ``key`` to the office, which is told. The same one twice (a double click) is one."""
    part = asked_part(form, submission.member, key)
    text = text.strip()
    if not text:
        raise Invalid({"text": _("请写明哪里不清楚。")})
    if len(text) > MAX_TEXT:
        raise Invalid({"text": Message(_("请控制在 %(n)s 字以内。"), n=MAX_TEXT)})
    waiting = list(
        session.scalars(
            sa.select(Question).where(
                Question.tenant_id == get_scope(session).home,
                Question.campaign == submission.campaign,
                Question.unit_id == submission.unit_id,
                Question.answered_at.is_(None),
            )
        )
    )
    same = next((q for q in waiting if (q.form, q.field, q.text) == (form.key, key, text)), None)
    if same is not None:
        return same
    if len(waiting) >= MAX_OPEN:
        raise Invalid(
            {"text": Message(_("本单位已有 %(n)s 条疑问等待答复，请等答复后再提。"), n=len(waiting))}
        )
    until = answer_until(now.astimezone(SHANGHAI).date(), calendar)
    question = Question(
        mechanism_id=mechanism_id, unit_id=submission.unit_id, campaign=submission.campaign, form=form.key, field=key,
        text=text, asked_at=now, asked_by=actor.name, due_at=until,
    )  # fmt: skip
    session.add(question)
    session.flush()
    notify(
        session, now, mechanism_id=mechanism_id, unit_id=None, sender=actor.name, link=link, detail=text,
        text=Message(_("%(form)s“%(field)s”口径不清，请答复"), form=form.label, field=part.label),
    )  # fmt: skip
    record(session, Act.QUESTION_ASK, f"question:{question.id}", actor, now, {"form": form.key, "field": key})
    return question


def answer_until(asked: date, calendar: WorkCalendar) -> datetime:
    """The office's last instant for what was asked on that day (Asia/Shanghai)."""
    return end_of(calendar.add_working_days(asked, ANSWER_DAYS).date)


def answer(
    session: Session, actor: Actor, now: datetime, *, campaign: str, question_id: int, version: int, text: str,
    form: Form | None, link: str,
) -> Question:  # fmt: skip
    """Answer, or change the answer. The unit that asked is told; what was said before stays in the trail."""
    question = get_question(session, campaign, question_id)
    session.refresh(question, with_for_update=True)
    if question.version != version:
        raise Conflict(_("这条疑问刚刚已被他人答复，请核对后再答复。"))
    text = text.strip()
    if not text:
        raise Invalid({f"answer.{question_id}": _("请写明答复。")})
    if len(text) > MAX_ANSWER:
        raise Invalid({f"answer.{question_id}": Message(_("请控制在 %(n)s 字以内。"), n=MAX_ANSWER)})
    before, first = question.answer, question.answered_at is None
    if text == before:
        return question
    question.answer, question.answered_by = text, actor.name
    question.answered_at = now
    said = _("%(form)s“%(field)s”的口径已答复") if first else _("%(form)s“%(field)s”的口径答复有修改")
    labels = labels_of(form)
    notify(
        session, now, mechanism_id=question.mechanism_id, unit_id=question.unit_id, sender=actor.name, link=link,
        detail=text, text=Message(
            said, form=form.label if form else question.form, field=labels.get(question.field, question.field)
        ),
    )  # fmt: skip
    record(
        session, Act.QUESTION_ANSWER, f"question:{question.id}", actor, now, {} if first else {"before": before}
    )  # fmt: skip
    return question


def labels_of(form: Form | None) -> dict[str, Text]:
    """Keys of fields and tables -> their labels."""
    return {f.key: f.label for f in form.fields} | {t.key: t.label for t in form.tables} if form else {}


def get_question(session: Session, campaign: str, question_id: int) -> Question:
    """Of the home tenant and this campaign."""
    found = session.get(Question, (get_scope(session).home, question_id))
    if found is None or found.campaign != campaign:
        raise NotFound
    return found


def list_questions(
    session: Session, campaign: str, *, answered: bool, limit: int, offset: int = 0
) -> list[Asked]:
    """Open ones by the instant they are due, answered ones newest first."""
    home = get_scope(session).home
    rows = session.execute(
        sa.select(Question, Unit.full_name)
        .join(Unit, sa.and_(Unit.tenant_id == Question.tenant_id, Unit.id == Question.unit_id))
        .where(
            Question.tenant_id == home,
            Question.campaign == campaign,
            Question.answered_at.is_not(None) if answered else Question.answered_at.is_(None),
        )
        .order_by(Question.answered_at.desc() if answered else Question.due_at, Question.id)
        .limit(limit)
        .offset(offset)
    )
    return [Asked(*row) for row in rows]


def list_own(session: Session, submission: Submission, key: str) -> Sequence[Question]:
    """What the submission's unit still waits for on this field, oldest first."""
    return session.scalars(
        sa.select(Question)
        .where(
            Question.tenant_id == submission.tenant_id,
            Question.campaign == submission.campaign,
            Question.form == submission.form,
            Question.field == key,
            Question.unit_id == submission.unit_id,
            Question.answered_at.is_(None),
        )
        .order_by(Question.asked_at, Question.id)
    ).all()


def count_open(session: Session, campaign: str) -> int:
    wanted = sa.select(sa.func.count(Question.id)).where(
        Question.tenant_id == get_scope(session).home,
        Question.campaign == campaign,
        Question.answered_at.is_(None),
    )
    return session.scalar(wanted) or 0


class Unanswered(NamedTuple):
    """What waits for one office; ``due_at`` of the most urgent."""

    tenant_id: int
    campaign: str
    waiting: int
    due_at: datetime


_UNANSWERED = Ready(
    sa.select(Question.tenant_id, Question.campaign, sa.func.count(Question.id), sa.func.min(Question.due_at))
    .where(
        Question.mechanism_id.in_(sa.bindparam("mechanisms", expanding=True)), Question.answered_at.is_(None)
    )
    .group_by(Question.tenant_id, Question.campaign)
    .order_by(sa.func.min(Question.due_at))
)


def list_unanswered(session: Session, mechanisms: Sequence[int]) -> list[Unanswered]:
    """For the home page of who reviews for these mechanisms; one statement."""
    return (
        [Unanswered(*row) for row in _UNANSWERED.rows(session, mechanisms=mechanisms)] if mechanisms else []
    )


def notes_of(session: Session, tenant_id: int, campaign: str, form: str) -> dict[str, list[Note]]:
    """Field or table key -> the office's answers, oldest first; one statement."""
    rows = session.execute(
        sa.select(Question.field, Question.text, Question.answer, Question.answered_by, Question.answered_at)
        .where(
            Question.tenant_id == tenant_id,
            Question.campaign == campaign,
            Question.form == form,
            Question.answered_at.is_not(None),
        )
        .order_by(Question.answered_at, Question.id)
    )
    notes: dict[str, list[Note]] = {}
    for field, question, text, by, at in rows:
        notes.setdefault(field, []).append(Note(question, text, by, at))
    return notes
