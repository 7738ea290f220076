"""工作组与专家: read by everybody in the body, kept by its office."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired

from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import _
from portal.units import groups
from portal.units.bodies import list_members
from portal.units.forms import Form, ReasonForm, Typed, as_input, value_of
from portal.units.group_models import Expert, WorkingGroup
from portal.units.services import local_day
from portal.units.views import address, attempt, blueprint, form_page, go
from portal.web.access import now, require, the_actor, the_desk, the_session
from portal.web.inputs import CleanString, parse_date, row_id

GROUP = "<int(max=9223372036854775807):group_id>"
EXPERT = "<int(max=9223372036854775807):expert_id>"


class GroupForm(Form):
    name = StringField(_("名称"), [InputRequired(_("请填写工作组名称。")), CleanString(groups.NAME_LENGTH)])
    lead = SelectField(_("牵头单位"), coerce=row_id, validate_choice=False)
    units = SelectMultipleField(_("成员"), coerce=row_id, validate_choice=False)
    tasks = TextAreaField(_("任务"), [CleanString(groups.TEXT_LENGTH, lines=True)], render_kw={"rows": 4})
    rules = TextAreaField(_("工作规则"), [CleanString(groups.TEXT_LENGTH, lines=True)], render_kw={"rows": 4})
    basis = StringField(_("依据"), [CleanString(200)], render_kw={"size": 48})
    since = StringField(_("成立日期"), [Typed(parse_date)], render_kw={"type": "date"})
    version = HiddenField()

    def data_of(self) -> groups.GroupData:
        return groups.GroupData(
            name=self.text("name"), lead_unit_id=self.lead.data or 0, unit_ids=self.units.data or (),
            tasks=self.text("tasks"), rules=self.text("rules"), basis=self.text("basis"),
        )  # fmt: skip


class ExpertForm(Form):
    field = StringField(_("专业领域"), [InputRequired(_("请填写专业领域。")), CleanString(60)])
    organisation = StringField(_("所在单位"), [InputRequired(_("请填写所在单位。")), CleanString(80)])
    title = StringField(_("职务或职称"), [InputRequired(_("请填写职务或职称。")), CleanString(60)])
    name = StringField(_("姓名"), [CleanString(40)])


class ConsultationForm(Form):
    on = StringField(_("咨询日期"), [Typed(parse_date)], render_kw={"type": "date"})
    matter = StringField(
        _("咨询事项"), [InputRequired(_("请填写咨询事项。")), CleanString(200)], render_kw={"size": 48}
    )
    opinion = TextAreaField(
        _("专家意见"),
        [InputRequired(_("请填写专家意见。")), CleanString(groups.TEXT_LENGTH, lines=True)],
        render_kw={"rows": 6},
    )


@blueprint.get("/<tenant>/<campaign>/groups", endpoint="groups")
@require(Right.DUTY_READ)
def show_groups() -> Any:
    session, desk = the_session(), the_desk()
    return render_template(
        "units/groups.html",
        found=groups.list_groups(session, desk.tenant_id, desk.mechanism_id, now()),
        experts=groups.list_experts(session, desk.tenant_id, desk.mechanism_id),
        manages=Right.ROSTER_MANAGE in desk.rights,
        reads=Right.INFO_READ in desk.rights,  # an observer sees who there is, not what was said
        at=address(),
    )


def _group_form(standing: WorkingGroup | None = None) -> GroupForm:
    form = GroupForm()
    desk = the_desk()
    members = list_members(the_session(), desk.mechanism_id, local_day(now()))
    choices = [(m.unit_id, m.short_name) for m in members]
    form.lead.choices = [(0, translate(_("请选择"))), *choices]
    form.units.choices = choices
    if standing is not None:
        del form.since
    return form


def _back() -> str:
    return url_for("units.groups", **address())


@blueprint.route("/<tenant>/<campaign>/groups/new", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def group_new() -> Any:
    form = _group_form()
    if form.sent():
        data, since = form.data_of(), value_of(form.since)
        body = the_desk().mechanism_id
        if attempt(
            form,
            lambda: groups.found_group(
                the_session(), the_actor(), now(), mechanism_id=body, data=data, since=since
            ),
        ):
            return go("units.groups", _("已成立工作组。"))
    elif not form.posted():
        form.since.data = as_input(local_day(now()))
    return form_page(form, _("成立工作组"), _("成立"), _back(), ticked=("units",))


@blueprint.route(f"/<tenant>/<campaign>/groups/{GROUP}/edit", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def group_edit(group_id: int) -> Any:
    session, desk = the_session(), the_desk()
    group = groups.get_group(session, desk.mechanism_id, group_id)
    form = _group_form(group)
    if form.sent():
        version, data = row_id(form.text("version")), form.data_of()

        def change() -> bool:
            groups.change_group(session, the_actor(), now(), group=group, version=version, data=data)
            return True

        if attempt(form, change):
            return go("units.groups", _("已保存。"))
    elif not form.posted():
        found = groups.list_groups(session, desk.tenant_id, desk.mechanism_id, now())
        form.name.data, form.tasks.data, form.rules.data = group.name, group.tasks, group.rules
        form.basis.data, form.lead.data, form.version.data = (
            group.basis,
            group.lead_unit_id,
            str(group.version),
        )
        form.units.data = list(next(g.unit_ids for g in found if g.row.id == group.id))
    return form_page(form, _("修改工作组"), _("保存"), _back(), ticked=("units",))


@blueprint.route(f"/<tenant>/<campaign>/groups/{GROUP}/end", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def group_end(group_id: int) -> Any:
    group, form = groups.get_group(the_session(), the_desk().mechanism_id, group_id), ReasonForm()

    def end() -> bool:
        groups.end_group(the_session(), the_actor(), now(), group=group, reason=form.text("reason"))
        return True

    if form.sent() and attempt(form, end):
        return go("units.groups", _("已撤销工作组，记录保留。"))
    return form_page(form, _("撤销工作组"), _("撤销"), _back(), sub=group.name)


@blueprint.route("/<tenant>/<campaign>/experts/new", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def expert_new() -> Any:
    return _expert_page(None)


@blueprint.route(f"/<tenant>/<campaign>/experts/{EXPERT}/edit", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def expert_edit(expert_id: int) -> Any:
    return _expert_page(groups.get_expert(the_session(), the_desk().mechanism_id, expert_id))


def _expert_page(expert: Expert | None) -> Any:
    form, body = ExpertForm(), the_desk().mechanism_id
    if form.sent():
        given = {name: form.text(name) for name in ("field", "organisation", "title", "name")}
        if attempt(
            form,
            lambda: groups.keep_expert(
                the_session(), the_actor(), now(), mechanism_id=body, given=given, expert=expert
            ),
        ):
            return go("units.groups", _("已保存。"))
    elif expert is not None and not form.posted():
        form.field.data, form.organisation.data = expert.field, expert.organisation
        form.title.data, form.name.data = expert.title, expert.name
    helps = {"name": _("可不填；只有办公室能看到。")}
    return form_page(form, _("修改专家") if expert else _("聘请专家"), _("保存"), _back(), helps=helps)


@blueprint.route(f"/<tenant>/<campaign>/experts/{EXPERT}/end", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def expert_end(expert_id: int) -> Any:
    expert, form = groups.get_expert(the_session(), the_desk().mechanism_id, expert_id), ReasonForm()

    def end() -> bool:
        groups.end_expert(the_session(), the_actor(), now(), expert=expert, reason=form.text("reason"))
        return True

    if form.sent() and attempt(form, end):
        return go("units.groups", _("已解聘，咨询记录保留。"))
    return form_page(form, _("解聘专家"), _("解聘"), _back(), sub=f"{expert.organisation} {expert.title}")


@blueprint.route(f"/<tenant>/<campaign>/experts/{EXPERT}/consult", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def consult(expert_id: int) -> Any:
    expert, form = groups.get_expert(the_session(), the_desk().mechanism_id, expert_id), ConsultationForm()
    if form.sent():
        on, matter, opinion = value_of(form.on), form.text("matter"), form.text("opinion")
        if attempt(
            form,
            lambda: groups.note_consultation(
                the_session(), the_actor(), now(), expert=expert, on=on, matter=matter, opinion=opinion
            ),
        ):
            return go("units.groups", _("已登记专家意见。"))
    elif not form.posted():
        form.on.data = as_input(local_day(now()))
    return form_page(form, _("登记专家意见"), _("登记"), _back(), sub=f"{expert.organisation} {expert.title}")
