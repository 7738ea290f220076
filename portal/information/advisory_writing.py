"""Issuing an advisory, handing on what came from above, pushing one down to the tenants below."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.documents.drafts import drop_draft
from portal.documents.file_pages import files_folder
from portal.documents.writing import note_refused, wanted
from portal.information import advisories, drafting, files, pushing
from portal.information.access import get_item, look_below
from portal.information.advisories import SECTIONS
from portal.information.advisory_forms import AdvisoryForm, DistributeForm, PushForm
from portal.information.advisory_pages import DRAFT, found_advisory, link, today, writers
from portal.information.models import Item
from portal.information.views import ID, at, blueprint
from portal.tenants.calendar import load_calendar
from portal.tenants.models import Level as TenantLevel
from portal.units.bodies import MemberUnit, list_members
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import moment_text

TYPED = ("category", "title", *SECTIONS, "whom", "read_by")


def _members() -> list[MemberUnit]:
    return list_members(the_session(), the_desk().mechanism_id, today())


def _usual_end() -> str:
    return moment_text(advisories.usual_end(now(), load_calendar(the_session())))


@blueprint.route("/<tenant>/<campaign>/advisories/new", methods=["GET", "POST"])
@require(Right.INFO_WRITE)
def new_advisory() -> Any:
    by = writers()
    if not by:
        raise NotAllowed(_("风险提示由办公室印发；本专项没有由本单位印发的提示。"))
    form, members = AdvisoryForm(), _members()
    form.unit.choices = list(by.items())
    if len(by) == 1:
        form.unit.data = next(iter(by))
    offered = {c.key: c for u in by for c in advisories.open_categories(the_campaign(), u or None, members)}
    first = sorted(offered.values(), key=lambda c: bool(c.writers) and 0 in by)  # the office's own kinds
    form.category.choices = [(c.key, str(translate(c.label))) for c in first]
    form.units.choices = [(m.unit_id, m.full_name) for m in members]
    if request.method == "GET":
        return _open_form(form, by, members)
    if not form.validate():
        return _form_page(form, members), 422
    try:
        if form.unit.data not in by:
            raise Invalid({"unit": _("请选择发文单位。")})
        return _send(form, members)
    except Invalid as error:
        note_refused("item:new", error)
        _show(form, error)
        return _form_page(form, members), 422


def _send(form: AdvisoryForm, members: list[MemberUnit]) -> Any:
    desk, session, moment = the_desk(), the_session(), now()
    uploads = [(f.filename or "", f.stream) for f in request.files.getlist(files.FIELD) if f.filename]
    unit_id = form.unit.data or None
    item = advisories.send_advisory(
        session, the_actor(), moment, desk=desk, campaign=the_campaign(), members=members, unit_id=unit_id, entry=form.entry(),
        request_key=form.request_key.data or "", calendar=load_calendar(session), link=link,
    )  # fmt: skip
    if item.filed_at == moment:  # not on a second click
        files.attach(session, the_actor(), moment, folder=files_folder(), item=item, uploads=uploads)
    drop_draft(session, mechanism_id=desk.mechanism_id, unit_id=unit_id, kind=DRAFT, subject=item.request_key)
    return _done(item, _("已印发，主送单位已收到通知。"))


def _open_form(form: AdvisoryForm, by: dict[int, str], members: list[MemberUnit]) -> Any:
    form.request_key.data, form.version.data = secrets.token_urlsafe(18), 0
    form.whom.data, form.read_by.data = "all", _usual_end()
    draft = wanted(DRAFT, by)
    if draft is not None:
        form.unit.data, form.request_key.data, form.version.data = (
            (draft.unit_id or 0),
            draft.subject,
            draft.version,
        )
        for name in TYPED:
            form[name].data = draft.content.get(name, "")
        form.units.data = draft.content.get("units", [])
    return _form_page(form, members, draft.saved_at if draft else None)


def _form_page(form: AdvisoryForm, members: list[MemberUnit], saved_at: Any = None) -> str:
    return render_template(
        "information/advisory_form.html", at=at(the_desk()), campaign=the_campaign(), form=form, members=members, saved_at=saved_at
    )  # fmt: skip


@blueprint.post("/<tenant>/<campaign>/advisories/draft")
@require(Right.INFO_WRITE)
def save_advisory_draft() -> Any:
    """The page saves itself."""
    return drafting.keep(DRAFT, TYPED, ("units",))


@blueprint.route(f"/<tenant>/<campaign>/advisories/{ID}/distribute", methods=["GET", "POST"])
@require(Right.INFO_ANSWER)
def distribute_advisory(item_id: int) -> Any:
    """The office hands on what it received from above."""
    found, members, form = found_advisory(item_id), _members(), DistributeForm()
    if found.origin_id is None:
        raise NotFound
    form.units.choices = [(m.unit_id, m.full_name) for m in members]
    if request.method == "GET":
        form.whom.data, form.read_by.data = "all", _usual_end()
        return _distribute_page(form, found, members)
    problem: Message | Text | None = None
    if form.validate():
        assert form.read_by.moment is not None
        try:
            told = advisories.distribute(
                the_session(), the_actor(), now(), desk=the_desk(), campaign=the_campaign(), members=members, item=found,
                everyone=form.everyone, units=form.chosen, read_by_at=form.read_by.moment, link=link,
            )  # fmt: skip
            return _done(found, Message(_("已转发 %(n)s 家。"), n=told) if told else _("所选单位都已收到，没有重复发送。"))  # fmt: skip
        except Invalid as error:
            _show(form, error)
        except Conflict as error:
            problem = error.message
    return _distribute_page(form, found, members, problem), 409 if problem else 422


def _distribute_page(
    form: DistributeForm, found: Item, members: list[MemberUnit], problem: Any = None
) -> str:
    return render_template(
        "information/distribute.html",
        at=at(the_desk()),
        item=found,
        form=form,
        members=members,
        problem=problem,
    )


@blueprint.route(f"/<tenant>/<campaign>/information/{ID}/push", methods=["GET", "POST"])
@require(Right.INFO_ANSWER)
def push_item(item_id: int) -> Any:
    """An item of this tenant, of any kind, goes down to tenants below."""
    desk, session, form = the_desk(), the_session(), PushForm()
    if desk.tenant_level == TenantLevel.COUNTY:
        raise NotFound
    found = get_item(session, desk, item_id, today())
    if not pushing.may_go_down(found):
        raise Conflict(_("这一件已撤回，或只限指定单位知悉，不能推送。可由办公室另写一份。"))
    look_below(session, desk)
    below = pushing.list_below(session, desk.tenant_id, desk.campaign)
    form.tenants.choices = [(b.tenant_id, b.name) for b in below]
    if request.method == "GET":
        form.way.data, form.read_by.data = pushing.Way.OFFICE.value, _usual_end()
        return _push_page(form, found, below)
    if form.validate():
        assert form.read_by.moment is not None
        try:
            told = pushing.push(
                session, the_actor(), now(), desk=desk, campaign=the_campaign(), item=found, tenant_ids=form.tenants.data or (),
                way=pushing.Way(form.way.data), read_by_at=form.read_by.moment, folder=files_folder(),
                calendar=load_calendar(session), link=link,
            )  # fmt: skip
            said = Message(_("已推送到 %(n)s 个县区。"), n=told) if told else _("所选县区此前都已推送，没有重复发送。")  # fmt: skip
            return _done(found, said)
        except Invalid as error:
            session.rollback()
            look_below(session, desk)
            _show(form, error)
    return _push_page(form, found, below), 422


def _push_page(form: PushForm, found: Item, below: list[pushing.Below]) -> str:
    has = {entry["tenant_id"] for entry in found.pushed_to}
    return render_template(
        "information/push.html", at=at(the_desk()), item=found, form=form, below=below, has=has, campaign=the_campaign(),
        back=_address(found),
    )  # fmt: skip


def _address(found: Item) -> str:
    """The page of an item of any kind."""
    page = {"advisory": "information.advisory", "bulletin": "information.bulletin"}.get(
        found.kind, "information.item"
    )
    return url_for(page, item_id=found.id, **at(the_desk()))


def _show(form: Any, error: Invalid) -> None:
    for key, message in error.problems.items():
        name = key if key in form else next(iter(form)).name
        form[name].errors = [str(translate(message))]


def _done(found: Item, said: Message | Text) -> Any:
    flash(str(translate(said)), "done")
    return redirect(_address(found), 303)
