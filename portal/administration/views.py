"""The system administrator's pages (tree, switches, plugins, calendar) and the office's of its body."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, url_for
from flask_babel import gettext

from portal.administration.body_page import address, bind_form, body_page, switch_page, today
from portal.administration.forms import (
    TITLES,
    BodyForm,
    CalendarForm,
    EnableForm,
    EndForm,
    TenantForm,
    show_problems,
)
from portal.administration.upload import read_upload
from portal.campaigns.cli import count_declared
from portal.campaigns.declarations import CONTRACT
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.scope import set_scope
from portal.core.text import Message, Text, _
from portal.tenants import calendar, services
from portal.tenants.models import Level, Tenant
from portal.units import bodies
from portal.units.reader import subtree_scope
from portal.web.access import (
    now,
    require,
    the_actor,
    the_campaign,
    the_desk,
    the_registry,
    the_session,
)

blueprint = Blueprint("administration", __name__, template_folder="templates")


def done(message: Message | str) -> None:
    flash(str(translate(message)), "done")


def to(endpoint: str, **values: str) -> Any:
    places: dict[str, Any] = address() | values
    return redirect(url_for(endpoint, **places), 303)


# ------------------------------------------------------------------------------------------ tree and switches
@blueprint.get("/<tenant>/admin/tenants")
@require(Right.TENANT_MANAGE)
def index() -> Any:
    session, desk = the_session(), the_desk()
    set_scope(session, subtree_scope(session, desk))
    switches = services.list_switches(session)
    labels: dict[str, str] = {c.key: c.label for c in the_registry().campaigns.values()}
    gone = {s.campaign: s.label for s in switches.values() if s.campaign not in labels}
    return render_template(
        "administration/index.html",
        tree=services.list_tree(session, desk.tenant_path),
        switches=switches,
        campaigns=labels | dict(sorted(gone.items())),
        gone=gone,
        levels=services.LEVEL_LABELS,
    )


@blueprint.route("/<tenant>/admin/tenants/new", methods=["GET", "POST"])
@require(Right.TENANT_MANAGE)
def create() -> Any:
    session, desk = the_session(), the_desk()
    g.nav = "administration.index"
    form = TenantForm()
    form.parent.choices = [
        (p.code, p.full_name)
        for p in services.list_tree(session, desk.tenant_path)
        if p.level is not Level.COUNTY
    ]
    problems: list[str] = []
    if form.sent():
        try:
            made = services.create_tenant(
                session,
                the_actor(),
                now(),
                parent=form.parent.data,
                code=form.code.data or "",
                name=form.name.data or "",
            )
            done(Message(_("已新建%(name)s。"), name=made.full_name))
            return to("administration.index")
        except Invalid as error:
            problems = show_problems(form, error)
    page = render_template("administration/create.html", form=form, problems=problems)
    return page, 422 if form.posted() else 200


@blueprint.get("/<tenant>/admin/tenants/<code>/<key>")
@require(Right.TENANT_MANAGE)
def switch(code: str, key: str) -> Any:
    form = EnableForm()
    form.since.data = today().replace(day=1)
    return switch_page(_target(code), key, form)


@blueprint.post("/<tenant>/admin/tenants/<code>/<key>/enable")
@require(Right.TENANT_MANAGE)
def enable(code: str, key: str) -> Any:
    session, target, campaign = the_session(), _target(code), the_registry().find(key)
    if campaign is None:
        raise NotFound
    form = EnableForm()
    if not form.sent():
        return switch_page(target, key, form), 422
    assert form.since.data is not None
    bodies.enable_campaign(
        session, the_actor(), now(), tenant=target, campaign=campaign, since=form.since.data
    )
    done(Message(_("%(name)s已启用%(label)s。"), name=target.full_name, label=campaign.label))
    return to("administration.switch", code=code, key=key)


@blueprint.post("/<tenant>/admin/tenants/<code>/<key>/disable")
@require(Right.TENANT_MANAGE)
def disable(code: str, key: str) -> Any:
    target = _target(code)
    services.disable_campaign(the_session(), the_actor(), now(), tenant=target, campaign=key)
    done(Message(_("%(name)s已停用该专项，数据全部保留。"), name=target.full_name))
    return to("administration.index")


def _target(code: str) -> Tenant:
    """A tenant of the administrator's own subtree."""
    return services.get_tenant(the_session(), code, the_desk().tenant_path)


# ------------------------------------------------------------------------------------------ plugins, calendar
@blueprint.get("/<tenant>/admin/plugins")
@require(Right.TENANT_MANAGE)
def plugins() -> Any:
    found = sorted(the_registry().plugins.values(), key=lambda p: (not p.problems, p.name))
    return render_template(
        "administration/plugins.html",
        plugins=[(p, count_declared(p)) for p in found],
        broken=[p for p in found if p.problems],
        contract=CONTRACT,
        safe_mode=current_app.extensions["portal"].settings.on("SAFE_MODE"),
    )


@blueprint.route("/<tenant>/admin/calendar", methods=["GET", "POST"], endpoint="calendar")
@require(Right.TENANT_MANAGE)
def show_calendar() -> Any:
    session, form = the_session(), CalendarForm()
    problems: list[str] = []
    if form.sent():
        try:
            rows = (
                read_upload(form.file.data) if form.file.data else calendar.parse_rows(form.lines.data or "")
            )
            days = calendar.parse_days(rows)
            year, source = form.year.data or 0, form.source.data or ""
            calendar.import_year(session, the_actor(), now(), year=year, days=days, source=source)
            done(Message(_("已导入 %(year)s 年工作日历，共 %(n)s 天。"), year=year, n=len(days)))
            return to("administration.calendar")
        except Invalid as error:
            problems = show_problems(form, error)
    years = calendar.list_years(session, today())
    if not form.posted():
        form.year.data = next((y.year for y in years if y.source is None), today().year + 1)
    page = render_template(
        "administration/calendar.html",
        years=years,
        form=form,
        problems=problems,
        top=the_desk().tenant_path.count("/") == 2,
        packaged=calendar.packaged_until(),
    )
    return page, 422 if form.posted() else 200


# ------------------------------------------------------------------------------------------------- the body
@blueprint.route("/<tenant>/<campaign>/body", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def body() -> Any:
    session, desk = the_session(), the_desk()
    found = bodies.get_body(session, desk.mechanism_id)
    form = BodyForm(obj=found, data={key: found.titles.get(key, "") for key in TITLES})
    problems: list[str] = []
    if form.sent():
        given = {key: value for key, value in form.data.items() if key not in (*TITLES, "csrf_token")}
        titles = {key: form[key].data for key in TITLES}
        try:
            bodies.change_mechanism(
                session, the_actor(), now(), mechanism_id=found.id, titles=titles, **given
            )
            done(gettext("机制设置已保存。"))
            return to("administration.body")
        except Invalid as error:
            problems = show_problems(form, error)
    return body_page(form, bind_form(saved=True), problems), 422 if form.posted() else 200


@blueprint.post("/<tenant>/<campaign>/body/members")
@require(Right.ROSTER_MANAGE)
def bind() -> Any:
    session, desk, form = the_session(), the_desk(), bind_form()
    problems: list[str] = []
    if form.sent():
        assert form.since.data is not None
        try:
            bodies.bind_member(
                session, the_actor(), now(), campaign=the_campaign(), mechanism_id=desk.mechanism_id,
                member=form.member.data or "", unit_id=form.unit.data or 0, since=form.since.data,
                consent=form.consent.data or "",
            )  # fmt: skip
            done(gettext("已加入成员单位。"))
            return to("administration.body")
        except Invalid as error:
            problems = show_problems(form, error)
        except Conflict as error:
            problems = [str(translate(error.message))]
    return body_page(None, form, problems), 422


@blueprint.post("/<tenant>/<campaign>/body/members/<int:membership>/end")
@require(Right.ROSTER_MANAGE)
def end(membership: int) -> Any:
    form = EndForm()
    if not form.sent() and form.consent.errors:
        raise Invalid({"consent": Text(str(form.consent.errors[0]))})
    if not form.sent() or form.last_day.data is None:
        raise Invalid({"last_day": _("请填最后一天的日期，例如 2026-09-30。")})
    bodies.end_membership(
        the_session(), the_actor(), now(), mechanism_id=the_desk().mechanism_id, membership_id=membership,
        last_day=form.last_day.data, consent=form.consent.data or "",
    )  # fmt: skip
    done(gettext("已结束成员单位。"))
    return to("administration.body")


# Further pages of this blueprint; they add their routes when imported.
from portal.administration import policy_pages  # noqa: E402

__all__ = ["blueprint", "policy_pages"]
