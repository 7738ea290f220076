"""Pages of posts and hand-overs. Who signs a hand-over may hold no post any more: those pages need no desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flask_login
from flask import current_app, render_template, request, url_for

from portal.core.errors import NotFound
from portal.core.i18n import translate
from portal.core.posts import ADMINISTRATORS, POST_LABELS, PostKind, Right
from portal.core.reader import Login
from portal.core.scope import Scope, set_scope
from portal.core.text import Message, Text, _
from portal.units import handover as handovers
from portal.units import posts
from portal.units.bodies import get_body
from portal.units.forms import AppointForm, EndPostForm, HolderForm, NoticeForm, as_input, value_of
from portal.units.handover import OpenItems
from portal.units.handover_list import HandoverRow, list_handovers, list_own_handovers
from portal.units.services import list_units, local_day
from portal.units.views import address, attempt, blueprint, form_page, go, go_to, to_unit
from portal.web.access import logged_in, now, require, the_actor, the_desk, the_reader, the_session

ORDER = (
    PostKind.LIAISON, PostKind.LEADER_IN_CHARGE, PostKind.GROUP_MEMBER, PostKind.OFFICE_STAFF, PostKind.OFFICE_DIRECTOR,
    PostKind.CONVENOR, PostKind.DEPUTY_CONVENOR, PostKind.ACCOUNTANT, PostKind.OBSERVER,
)  # fmt: skip
RANK_HELP = _("联络员应为科级干部；职级低于科级的，须写明理由。")


def sources() -> Sequence[OpenItems]:
    """Where open matters are found; the rooms above this one put themselves into this list."""
    found: Sequence[OpenItems] = current_app.extensions.get("open_items", ())
    return found


def _kinds() -> list[tuple[str, Any]]:
    titles = get_body(the_session(), the_desk().mechanism_id).titles
    return [
        (k.value, titles.get(k.value) or translate(POST_LABELS[k])) for k in ORDER if k not in ADMINISTRATORS
    ]


@blueprint.route("/<tenant>/<campaign>/units/posts/new", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def appoint() -> Any:
    session, form = the_session(), AppointForm()
    form.kind.choices = _kinds()
    form.unit.choices = [
        (0, translate(_("不代表单位"))),
        *((u.id, u.full_name) for u in list_units(session, active=True)),
    ]
    unit_id = request.args.get("unit", 0, int)
    back = to_unit(unit_id) if unit_id else url_for("units.index", **address(tab="body"))
    if form.sent():
        made = attempt(form, lambda: _appoint(form))
        if made is not None:
            return _appointed(form, made, back)
    elif not form.posted():
        kind = request.args.get("kind", "")
        form.kind.data = PostKind(kind) if kind in ORDER else PostKind.LIAISON
        form.unit.data = unit_id
    helps = {
        "username": _("已有账号的直接填其用户名；没有的填新用户名，系统随即开户。"),
        "display_name": _("新开户时填写，例如“平定县商务局 联络员”。"),
        "rank_reason": RANK_HELP,
        "group": _("任工作组成员时填写。"),
        "since": _("不填为即时生效。"),
    }
    return form_page(form, _("任命"), _("任命"), back, helps=helps, people=posts.list_people(the_session()))


def _appoint(form: AppointForm) -> str:
    """The one-time password of a new account, '' for a known one."""
    account_id, password = _holder(form)
    posts.appoint(
        the_session(), the_actor(), now(), account_id=account_id, kind=form.kind.data,
        mechanism_id=the_desk().mechanism_id, unit_id=form.unit.data or None, rank=form.text("rank"),
        rank_reason=form.text("rank_reason"), since=value_of(form.since), group=form.text("group"),
    )  # fmt: skip
    return password


def _holder(form: HolderForm) -> tuple[int, str]:
    return posts.find_or_create_holder(
        the_session(), the_actor(), now(), username=form.text("username"), display_name=form.text("display_name")
    )  # fmt: skip


def _appointed(form: HolderForm, password: str, back: str) -> Any:
    """A new account's password is shown in this answer and nowhere else."""
    if not password:
        return go_to(back, _("已任命。"))
    return render_template(
        "units/password.html", username=form.text("username").lower(), password=password, back=back
    )


@blueprint.route("/<tenant>/<campaign>/units/posts/<int:post_id>/end", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def end_post(post_id: int) -> Any:
    post, form = _post(post_id), EndPostForm()
    back = to_unit(post.unit_id) if post.unit_id else url_for("units.index", **address(tab="body"))
    if form.sent():
        until, reason = value_of(form.until), form.text("reason")
        done = attempt(
            form,
            lambda: posts.end_post(
                the_session(), the_actor(), now(), post_id=post_id, until=until, reason=reason
            ),
        )
        if done:
            if post.kind is PostKind.LIAISON and not post.waiting:
                return go("units.notice", _("已办理离任，请登记书面告知。"), post_id=post_id)
            return go_to(back, _("已办理离任。"))
    elif not form.posted():
        form.until.data = as_input(now())
    note = _("到时即停止在本机制的权限，其他机制的岗位不受影响。未结事项由分管领导代办，时限照常计算。")
    who = Message(_("%(kind)s %(who)s"), kind=Text(POST_LABELS[post.kind]), who=post.holder)
    return form_page(form, _("办理离任"), _("办理离任"), back, sub=who, note=note)


def _post(post_id: int) -> posts.PostRow:
    """A post of this desk's body."""
    found = posts.list_posts(the_session(), mechanism_id=the_desk().mechanism_id)
    post = next((p for p in found if p.id == post_id), None)
    if post is None:
        raise NotFound
    return post


@blueprint.route("/<tenant>/<campaign>/units/posts/<int:post_id>/notice", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def notice(post_id: int) -> Any:
    post, form = _post(post_id), NoticeForm()
    back = to_unit(post.unit_id or 0)
    if form.sent():
        number, noticed_on = form.text("number"), value_of(form.noticed_on)
        made = attempt(
            form,
            lambda: handovers.open_handover(
                the_session(), the_actor(), now(), post_id=post_id, number=number, noticed_on=noticed_on,
                sources=sources(),
            ),
        )  # fmt: skip
        if made:
            return go("units.handover", _("已登记书面告知，交接单已生成。"), handover_id=made.id)
    elif not form.posted():
        form.noticed_on.data = as_input(local_day(now()))
    note = _("登记后生成交接单，列出该单位在本机制的全部未结事项。")
    return form_page(form, _("登记书面告知"), _("登记并生成交接单"), back, sub=post.holder, note=note)


def _row(handover_id: int) -> HandoverRow:
    """A hand-over of this desk's body: the office's, or one that concerns the reader or the reader's unit."""
    desk = the_desk()
    found = list_handovers(the_session(), mechanism_id=desk.mechanism_id, handover_id=handover_id)
    own = desk.units_with(Right.REPORT_FILL)
    if not found or (Right.ROSTER_MANAGE not in desk.rights and found[0].unit_id not in own):
        raise NotFound
    return found[0]


@blueprint.get("/<tenant>/<campaign>/handovers/<int:handover_id>")
@require(Right.DUTY_READ)
def handover(handover_id: int) -> Any:
    return _sheet(_row(handover_id), manages=Right.ROSTER_MANAGE in the_desk().rights)


@blueprint.get("/<tenant>/<campaign>/handovers/<int:handover_id>/notice")
@require(Right.DUTY_READ)
def paper(handover_id: int) -> Any:
    """The written notice (书面告知), to be printed."""
    return render_template("units/notice.html", row=_row(handover_id))


@blueprint.post("/<tenant>/<campaign>/handovers/<int:handover_id>/acknowledge")
@require(Right.ROSTER_MANAGE)
def acknowledge(handover_id: int) -> Any:
    handovers.acknowledge_notice(the_session(), the_actor(), now(), handover_id=_row(handover_id).id)
    return go("units.handover", _("已签收书面告知。"), handover_id=handover_id)


@blueprint.route("/<tenant>/<campaign>/handovers/<int:handover_id>/successor", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def successor(handover_id: int) -> Any:
    row, form = _row(handover_id), HolderForm()
    back = url_for("units.handover", **address(handover_id=handover_id))
    if form.sent():
        made = attempt(form, lambda: _name(form, handover_id))
        if made is not None:
            return _appointed(form, made, back)
    helps = {
        "username": _("已有账号的直接填其用户名；没有的填新用户名，系统随即开户。"),
        "display_name": _("新开户时填写。"),
        "rank_reason": RANK_HELP,
    }
    note = _("接任人在双方签字后正式到任。")
    return form_page(
        form,
        _("确定接任人"),
        _("确定"),
        back,
        sub=row.unit_name,
        note=note,
        helps=helps,
        people=posts.list_people(the_session()),
    )


def _name(form: HolderForm, handover_id: int) -> str:
    account_id, password = _holder(form)
    handovers.name_successor(
        the_session(), the_actor(), now(), handover_id=handover_id, account_id=account_id,
        rank=form.text("rank"), rank_reason=form.text("rank_reason"), sources=sources(),
    )  # fmt: skip
    return password


# ----------------------------------------------------------------------- the two who sign, whatever posts they hold
@blueprint.get("/handovers")
@logged_in
def mine() -> Any:
    return render_template("units/mine.html", rows=_mine(), me=the_reader().account_id)


@blueprint.get("/handovers/<int:handover_id>")
@logged_in
def signing(handover_id: int) -> Any:
    return _sheet(_mine(handover_id)[0], manages=False)


@blueprint.post("/handovers/<int:handover_id>/sign")
@logged_in
def sign(handover_id: int) -> Any:
    row, session = _mine(handover_id)[0], the_session()
    set_scope(session, Scope(own=(row.tenant_id,), home=row.tenant_id))
    reader = the_reader()
    done = handovers.sign_handover(session, reader.actor, now(), handover_id=handover_id)
    message = _("双方已签字，交接完成。") if done.completed_at else _("已签字，等待另一方签字。")
    if done.completed_at and reader.account_id == row.account_id:
        return go_to(url_for("home.todo"), message)  # the seat that kept this page open is gone now
    return go_to(url_for("units.signing", handover_id=handover_id), message)


def _mine(handover_id: int | None = None) -> list[HandoverRow]:
    """Hand-overs that the reader leaves or takes; the log-in's seats reach further than the reader's posts."""
    user: Any = flask_login.current_user
    login: Login = user.login
    set_scope(the_session(), Scope(own=login.tenant_ids))
    found = list_own_handovers(the_session(), login.account_id, handover_id)
    if handover_id is not None and not found:
        raise NotFound
    return found


def _sheet(row: HandoverRow, *, manages: bool) -> Any:
    me = the_reader().account_id
    return render_template(
        "units/handover.html", row=row, manages=manages, may_sign=row.may_sign(me), me=me, acting=_acting(row)
    )


def _acting(row: HandoverRow) -> list[str]:
    """Leaders in charge, who act on what is open until the hand-over is complete."""
    moment = now()
    if row.completed_at is not None or row.left_at > moment:
        return []
    leaders = posts.list_posts(
        the_session(), mechanism_id=row.mechanism_id, at=moment, unit_id=row.unit_id, kinds=[PostKind.LEADER_IN_CHARGE]
    )  # fmt: skip
    return [p.holder for p in leaders if p.since <= moment]
