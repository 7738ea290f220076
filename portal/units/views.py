"""Pages of the list of units: who belongs to the body, one unit with its history, and its changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for

from portal.campaigns.declarations import Campaign
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.tenants.calendar import load_calendar
from portal.units import reorganise, roster, services
from portal.units.bodies import get_body, list_bodies_of, list_members
from portal.units.forms import Form, MergeForm, ReasonForm, RenameForm, SplitForm, UnitForm
from portal.units.handover_list import list_handovers
from portal.units.posts import PostRow, list_posts
from portal.units.services import UnitRow, list_units, local_day
from portal.units.vacancies import list_vacancies
from portal.web.access import now, require, the_actor, the_desk, the_registry, the_session

blueprint = Blueprint("units", __name__, template_folder="templates")
T = TypeVar("T")

TABS: dict[str, Text] = {
    "members": _("成员单位"),
    "body": _("机构岗位"),
    "all": _("全部单位"),
    "handovers": _("交接单"),
}


def address(**values: Any) -> dict[str, Any]:
    """Arguments of an address inside this desk's campaign."""
    return {"tenant": the_desk().tenant_code, "campaign": the_desk().campaign, **values}


def go_to(url: str, message: Any) -> Any:
    flash(str(translate(message)), "done")
    return redirect(url, 303)


def go(endpoint: str, message: Any, **values: Any) -> Any:
    return go_to(url_for(endpoint, **address(**values)), message)


def attempt(form: Form, act: Callable[[], T]) -> T | None:
    """What the service answers, or None with its refusal put into the form (nothing is then saved)."""
    try:
        return act()
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return None


def form_page(form: Form, title: Any, button: Any, back: str, **given: Any) -> Any:
    """The one page on which every form of this room stands."""
    page = render_template("units/form.html", form=form, title=title, button=button, back=back, **given)
    return page, 422 if form.errors else 200


def campaign() -> Campaign | None:
    """None while the plugin is missing: the units are still there."""
    return the_registry().find(the_desk().campaign)


def kinds() -> dict[str, Text]:
    return roster.list_kinds(the_registry().campaigns)


@blueprint.get("/<tenant>/<campaign>/units")
@require(Right.ROSTER_MANAGE)
def index() -> Any:
    session, desk, moment = the_session(), the_desk(), now()
    tab = request.args.get("tab", "members")
    given: dict[str, Any] = {"tab": tab if tab in TABS else "members", "tabs": TABS, "kinds": kinds()}
    vacancies = list_vacancies(session, desk.mechanism_id, load_calendar(session), moment)
    given["vacancies"] = {v.unit_id: v for v in vacancies}
    given["overdue"] = sum(v.overdue for v in vacancies)
    given["members"] = list_members(session, desk.mechanism_id, local_day(moment))
    match given["tab"]:
        case "all":
            given["units"] = list_units(session)
            given["by_id"] = {u.id: u for u in given["units"]}
        case "handovers":
            given["handovers"] = list_handovers(session, mechanism_id=desk.mechanism_id)
        case _:
            posts = list_posts(session, mechanism_id=desk.mechanism_id, at=moment)
            given["posts"] = posts
            given["posts_of"] = _by_unit(posts)
            given["titles"] = get_body(session, desk.mechanism_id).titles
    given["only_vacant"] = bool(request.args.get("vacant"))
    return render_template("units/index.html", moment=moment, lines=lines(), **given)


def _by_unit(posts: Iterable[PostRow]) -> dict[tuple[int | None, str], list[PostRow]]:
    found: dict[tuple[int | None, str], list[PostRow]] = {}
    for post in posts:
        found.setdefault((post.unit_id, post.kind.value), []).append(post)
    return found


def lines() -> dict[str, Text]:
    """Words of the roster's lines, by key."""
    declared = campaign()
    return {m.key: m.label for m in declared.roster} if declared else {}


@blueprint.get("/<tenant>/<campaign>/units/<int:unit_id>")
@require(Right.DUTY_READ)
def show(unit_id: int) -> Any:
    session, desk, moment = the_session(), the_desk(), now()
    manages = Right.ROSTER_MANAGE in desk.rights
    if not manages and unit_id not in desk.units_with(Right.DUTY_READ):
        raise NotFound
    unit = services.get_unit(session, unit_id)
    successor = services.get_unit(session, unit.successor_id) if unit.successor_id else None
    posts = list_posts(session, mechanism_id=desk.mechanism_id, unit_id=unit_id)
    vacancies = list_vacancies(session, desk.mechanism_id, load_calendar(session), moment)
    handovers = list_handovers(session, mechanism_id=desk.mechanism_id, unit_id=unit_id)
    return render_template(
        "units/unit.html",
        unit=unit,
        successor=successor,
        manages=manages,
        kinds=kinds(),
        bodies=list_bodies_of(session, unit_id, local_day(moment)),
        lines=lines(),
        current=[p for p in posts if p.until is None or p.until > moment],
        former=[p for p in posts if p.until is not None and p.until <= moment],
        vacancy=next((v for v in vacancies if v.unit_id == unit_id), None),
        handovers=handovers,
        handed={h.post_id for h in handovers},
        changes=services.list_changes(session, unit_id),
        change_labels=services.CHANGE_LABELS,
        moment=moment,
    )


def named(unit_id: int) -> UnitRow:
    """A unit of this tenant for a form; ``NotFound`` for any other."""
    found = next((u for u in list_units(the_session()) if u.id == unit_id), None)
    if found is None:
        raise NotFound
    return found


def _unit_form() -> UnitForm:
    form = UnitForm()
    form.kind.choices = [
        ("", translate(_("不属于任何类别"))),
        *((k, translate(v)) for k, v in kinds().items()),
    ]
    return form


@blueprint.route("/<tenant>/<campaign>/units/new", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def create() -> Any:
    form = _unit_form()
    if form.sent():
        data, reason = form.entered(), form.text("reason")
        made = attempt(
            form, lambda: services.create_unit(the_session(), the_actor(), now(), data=data, reason=reason)
        )
        if made:
            return go("units.show", Message(_("已新建%(unit)s。"), unit=made.full_name), unit_id=made.id)
    back = url_for("units.index", **address(tab="all"))
    return form_page(form, _("新建单位"), _("新建"), back)


@blueprint.route("/<tenant>/<campaign>/units/<int:unit_id>/edit", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def edit(unit_id: int) -> Any:
    unit, form = named(unit_id), _unit_form()
    if unit.kind and unit.kind not in kinds():
        form.kind.choices = [*(form.kind.choices or ()), (unit.kind, unit.kind)]
    if form.sent():
        data, reason = form.entered(), form.text("reason")
        session, actor = the_session(), the_actor()
        if attempt(
            form,
            lambda: services.change_unit(session, actor, now(), unit_id=unit_id, data=data, reason=reason),
        ):
            return go("units.show", _("已保存。"), unit_id=unit_id)
    elif not form.posted():
        form.fill(unit)
    return form_page(form, _("修改单位信息"), _("保存"), to_unit(unit_id), unit=unit)


def to_unit(unit_id: int) -> str:
    return url_for("units.show", **address(unit_id=unit_id))


@blueprint.route("/<tenant>/<campaign>/units/<int:unit_id>/rename", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def rename(unit_id: int) -> Any:
    unit, form = named(unit_id), RenameForm()
    if form.sent():
        full_name, short_name, reason = form.text("full_name"), form.text("short_name"), form.text("reason")
        done = attempt(
            form,
            lambda: services.rename_unit(
                the_session(), the_actor(), now(), unit_id=unit_id, full_name=full_name, short_name=short_name,
                reason=reason,
            ),
        )  # fmt: skip
        if done:
            return go("units.show", _("已更名，原名保留为别名。"), unit_id=unit_id)
    elif not form.posted():
        form.full_name.data, form.short_name.data = unit.full_name, unit.short_name
    note = _("原全称自动成为别名，按旧名仍能找到。已报送的材料仍显示当时的名称。")
    return form_page(form, _("更名"), _("更名"), to_unit(unit_id), unit=unit, note=note)


@blueprint.route("/<tenant>/<campaign>/units/<int:unit_id>/merge", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def merge(unit_id: int) -> Any:
    unit, form = named(unit_id), MergeForm()
    form.into.choices = [
        (u.id, u.full_name) for u in list_units(the_session(), active=True) if u.id != unit_id
    ]
    if form.sent():
        into, reason = form.into.data, form.text("reason")
        done = attempt(
            form,
            lambda: reorganise.merge_units(
                the_session(), the_actor(), now(), unit_ids=[unit_id], into_id=into, reason=reason
            ),
        )
        if done:
            message = Message(_("已并入%(unit)s，成员资格一并转入。"), unit=done.full_name)
            return go("units.show", message, unit_id=done.id)
    note = _(
        "本单位即日停用，名称转为指向接收单位；成员资格转入。在任岗位保留到逐一办理离任，以便办完未结事项。"
    )
    return form_page(form, _("并入其他单位"), _("并入"), to_unit(unit_id), unit=unit, note=note)


@blueprint.route("/<tenant>/<campaign>/units/<int:unit_id>/split", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def split(unit_id: int) -> Any:
    unit, form = named(unit_id), SplitForm()
    if form.sent():
        parts, keep, reason = form.entered(), bool(form.keep.data), form.text("reason")
        done = attempt(
            form,
            lambda: reorganise.split_unit(
                the_session(), the_actor(), now(), unit_id=unit_id, parts=parts, keep=keep, reason=reason
            ),
        )
        if done:
            return go("units.show", Message(_("已分设 %(n)s 个单位。"), n=len(done)), unit_id=unit_id)
    helps = {"parts": _("每行一个，写全称；需要时用逗号隔开写简称。成员资格由各新单位承接。")}
    return form_page(form, _("分设"), _("分设"), to_unit(unit_id), unit=unit, helps=helps)


@blueprint.route("/<tenant>/<campaign>/units/<int:unit_id>/end", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def end(unit_id: int) -> Any:
    """Ends a living unit, brings an ended one back."""
    unit, form = named(unit_id), ReasonForm()
    act = reorganise.deactivate_unit if unit.active else reorganise.resume_unit
    if form.sent():
        reason = form.text("reason")
        if attempt(form, lambda: act(the_session(), the_actor(), now(), unit_id=unit_id, reason=reason)):
            return go("units.show", _("已停用。") if unit.active else _("已恢复使用。"), unit_id=unit_id)
    title = _("停用单位") if unit.active else _("恢复使用")
    note = _("停用后退出所有机制，历史记录保留。") if unit.active else _("恢复后成员资格须重新加入。")
    return form_page(form, title, title, to_unit(unit_id), unit=unit, note=note)


@blueprint.post("/<tenant>/<campaign>/units/<int:unit_id>/delete")
@require(Right.ROSTER_MANAGE)
def delete(unit_id: int) -> Any:
    reorganise.delete_unit(the_session(), the_actor(), now(), unit_id=unit_id)
    return go("units.index", _("已删除。"), tab="all")


# Further pages of this blueprint; they add their routes when imported.
from portal.units import group_pages, import_pages, post_pages  # noqa: E402

__all__ = ["blueprint", "group_pages", "import_pages", "post_pages"]
