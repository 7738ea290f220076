"""填报明细: every released edition of a form over a span of periods, a row each. Written by the worker."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Field, FieldKind, Form
from portal.core.clock import SHANGHAI
from portal.core.errors import NotFound
from portal.core.i18n import show_moment
from portal.core.periods import parse_period
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.documents.exports import Task, Writer, register_writer
from portal.documents.workbook import Column, Kind, Sheet
from portal.reporting.catalogue import LOCAL_LABEL, find_form, newest_local
from portal.reporting.models import LocalForm, State, Submission, SubmissionEdition
from portal.reporting.standing import STATE_LABELS, lateness
from portal.tenants.models import Tenant
from portal.units.models import Unit
from portal.units.reader import subtree_scope

KIND = "overview.detail"
_AT_ONCE = 1_000
"""Rows held at a time."""
_HIDDEN = _("（敏感，不导出）")
RELEASED = _("已上报")
"""Of a form from below; what became of it there since is not ours to see."""


def detail_title(form: Form, periods: list[str]) -> Message:
    first, last = (parse_period(key).label for key in (periods[0], periods[-1]))
    return Message(_("%(form)s填报明细（%(first)s至%(last)s）"), form=form.label, first=first, last=last)


def _wanted(task: Task) -> list[Any]:
    """A tenant's own editions all, of tenants below what was released: the session's scope sees to the latter."""
    return [
        Submission.campaign == task.desk.campaign,
        Submission.form == task.wanted["form"],
        Submission.period.in_(task.wanted["periods"]),
    ]


def _of_submission() -> Any:
    return sa.and_(
        SubmissionEdition.tenant_id == Submission.tenant_id, SubmissionEdition.submission_id == Submission.id
    )


def _count(task: Task) -> int:
    statement = (
        sa.select(sa.func.count(SubmissionEdition.id))
        .join_from(SubmissionEdition, Submission, _of_submission())
        .where(*_wanted(task))
    )
    return task.session.scalar(statement) or 0


def _sheet(task: Task) -> Sheet:
    campaign = task.registry.campaigns[task.desk.campaign]
    form = _form(task, campaign)
    columns = [
        Column(label=_("县（区）"), width=16),
        Column(label=_("单位"), width=22),
        Column(label=_("报告期"), width=12),
        Column(label=_("版次"), width=6, kind=Kind.NUMBER),
        Column(label=_("状态"), width=9),
        Column(label=_("零报告"), width=7),
        Column(label=_("报出时间"), width=17, kind=Kind.MOMENT),
        Column(label=_("首次报出"), width=16),
        *(Column(label=_titled(f), width=12, kind=_kind(f)) for f in form.fields),
        *(Column(label=Message(_("%(label)s（行）"), label=t.label), width=10, kind=Kind.NUMBER) for t in form.tables),
        Column(label=LOCAL_LABEL, width=30),
    ]  # fmt: skip
    return Sheet(
        title=detail_title(form, task.wanted["periods"]),
        name=_("填报明细"),
        columns=columns,
        rows=_rows(task, campaign, form),
        left=Message(_("导出单位：%(office)s"), office=task.desk.office_name),
        right=Message(_("数据截至 %(moment)s"), moment=show_moment(task.now)),
        foot=(),
    )


def _form(task: Task, campaign: Campaign) -> Form:
    """As the asker's own tenant fills it now; the declared one where it changed nothing."""
    key = task.wanted["form"]
    row = newest_local(task.session, task.desk.tenant_id, campaign.key).get(key)
    form = find_form(task.session, task.desk.tenant_id, campaign, key, row.number if row else 0)
    if form is None:
        raise NotFound
    return form


def _rows(task: Task, campaign: Campaign, form: Form) -> Iterator[list[Any]]:
    labels = _local_labels(task)
    choices = {c.key: {x.key: x.label for x in c.choices} for c in campaign.code_lists}
    periods = {key: parse_period(key).label for key in task.wanted["periods"]}
    known = {f.key for f in form.fields} | {t.key for t in form.tables}
    statement = (
        sa.select(
            Tenant.city + Tenant.name, Unit.full_name, Submission.period, SubmissionEdition.number, Submission.state,
            SubmissionEdition.zero, SubmissionEdition.filed_at, Submission.due_at, Submission.first_filed_at,
            SubmissionEdition.values, SubmissionEdition.local,
            Submission.tenant_id,
        )
        .join_from(SubmissionEdition, Submission, _of_submission())
        .join(Unit, sa.and_(Unit.tenant_id == Submission.tenant_id, Unit.id == Submission.unit_id))
        .join(Tenant, Tenant.id == Submission.tenant_id)
        .where(*_wanted(task))
        .order_by(Tenant.code, Submission.period, Unit.sort_no, Unit.id, SubmissionEdition.number)
        .execution_options(yield_per=_AT_ONCE)
    )  # fmt: skip
    with contextlib.closing(task.session.execute(statement)) as found:
        for place, unit, period, number, state, zero, filed, due, first, values, local, tenant in found:
            named = labels.get((tenant, local), {}) if local else {}
            more = [
                f"{named[k]}：{v}"
                for k, v in values.items()
                if k in named and k not in known and v is not None
            ]
            yield [
                place, unit, periods[period], number,
                STATE_LABELS[State(state)] if tenant == task.desk.tenant_id else RELEASED,
                _("零报告") if zero else "", filed, lateness(due, first) or _("按时"),
                *(_cell(f, values.get(f.key), choices) for f in form.fields),
                *(len(values.get(t.key) or ()) for t in form.tables),
                "；".join(more),
            ]  # fmt: skip


def _local_labels(task: Task) -> Mapping[tuple[int, int], Mapping[str, str]]:
    """(tenant, version) -> labels of the columns it added to the form; one statement."""
    found = task.session.execute(
        sa.select(LocalForm.tenant_id, LocalForm.number, LocalForm.definition).where(
            LocalForm.campaign == task.desk.campaign, LocalForm.form == task.wanted["form"]
        )
    )
    return {(t, n): {f["key"]: f["label"] for f in d.get("fields", ())} for t, n, d in found}


def _cell(field: Field, value: Any, choices: Mapping[str, Mapping[str, Text]]) -> Any:
    if value is None or value == []:
        return ""
    if field.sensitive:
        return _HIDDEN
    match field.kind:
        case FieldKind.CHOICE | FieldKind.CHOICES:
            names = choices.get(field.choices, {})
            keys = value if isinstance(value, list) else [value]
            return "、".join(str(names.get(k, k)) for k in keys)
        case FieldKind.FILES:
            return "、".join(str(f["name"]) for f in value)
        case FieldKind.MOMENT:
            return datetime.fromisoformat(value).astimezone(SHANGHAI)
    return value


def _titled(field: Field) -> Message | Text:
    return (
        Message(_("%(label)s（%(unit)s）"), label=field.label, unit=field.unit) if field.unit else field.label
    )


def _kind(field: Field) -> Kind:
    match field.kind:
        case FieldKind.MONEY:
            return Kind.WAN if field.unit == _("万元") else Kind.YUAN
        case FieldKind.INTEGER:
            return Kind.NUMBER
        case FieldKind.MOMENT:
            return Kind.MOMENT
    return Kind.TEXT


register_writer(KIND, Writer(Right.OVERVIEW_READ, subtree_scope, _count, _sheet))
