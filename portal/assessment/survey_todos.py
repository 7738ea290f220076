"""Questionnaires that wait for an answer, for the to-do list and for reminders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.assessment.survey_models import Survey, SurveyAsked
from portal.core.posts import Right
from portal.core.reader import Reader
from portal.core.scope import get_scope
from portal.core.text import Message, _
from portal.core.todo import Todo
from portal.notices.due import Due
from portal.tenants.models import Tenant
from portal.units.models import Unit


def _open(*columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .join(SurveyAsked, sa.and_(SurveyAsked.tenant_id == Survey.tenant_id, SurveyAsked.survey_id == Survey.id))
        .where(SurveyAsked.done.is_(False), Survey.opened_at.is_not(None), Survey.closed_at.is_(None))
        .order_by(Survey.due_at, Survey.id)
    )  # fmt: skip


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """Of all units of the reader; one statement, none for readers without a unit."""
    places = [
        (d.tenant_id, d.mechanism_id, u)
        for d in reader.desks
        if d.campaign
        for u in d.units_with(Right.ASSESS_FILL)
    ]
    if not places:
        return ()
    offices = {d.mechanism_id: d.office_name for d in reader.desks}
    rows = session.execute(
        _open(
            Survey.tenant_id, Survey.mechanism_id, Survey.campaign, Survey.id, Survey.title, Survey.due_at,
            SurveyAsked.unit_id, Unit.short_name,
        )
        .join(Unit, sa.and_(Unit.tenant_id == SurveyAsked.tenant_id, Unit.id == SurveyAsked.unit_id))
        .where(
            Survey.tenant_id.in_({t for t, _m, _u in places}), Survey.due_at >= now,
            sa.tuple_(Survey.mechanism_id, SurveyAsked.unit_id).in_([(m, u) for _t, m, u in places]),
        )
        .limit(50)
    )  # fmt: skip
    return [
        Todo(
            tenant_id=r.tenant_id, campaign=r.campaign, light="ok", state=_("待答复"),
            what=Message(_("答复问卷：%(title)s"), title=r.title), note=r.short_name, source=offices.get(r.mechanism_id, ""), due=r.due_at, step=_("答复"),
            endpoint="assessment.survey", args={"survey_id": r.id, "unit": r.unit_id},
        )
        for r in rows
    ]  # fmt: skip


def list_due(session: Session, since: datetime, until: datetime) -> Iterable[Due]:
    """Of the scope's own tenants; one statement."""
    rows = session.execute(
        _open(Survey.tenant_id, Survey.mechanism_id, Survey.campaign, Survey.id, Survey.title, Survey.due_at, SurveyAsked.unit_id, Tenant.code)
        .join(Tenant, Tenant.id == Survey.tenant_id)
        .where(Survey.tenant_id.in_(get_scope(session).own), Survey.due_at > since, Survey.due_at <= until)
    )  # fmt: skip
    for r in rows:
        yield Due(
            tenant_id=r.tenant_id, mechanism_id=r.mechanism_id, unit_id=r.unit_id, subject=f"survey:{r.id}",
            title=r.title, due=r.due_at, link=f"/{r.code}/{r.campaign}/assessment/surveys/{r.id}",
        )  # fmt: skip
