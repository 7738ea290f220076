"""Materials (资料): documents that the office keeps in the library, with their editions."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired

from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import _
from portal.documents import attachments
from portal.documents.file_pages import files_folder
from portal.documents.writing import show_refusal
from portal.information import files, items, pushing
from portal.information.access import get_item, look_below
from portal.information.differences import compare_editions
from portal.information.forms import WHY
from portal.information.models import Item, ItemKind, Level
from portal.information.reading import note_reading
from portal.information.services import circle_of
from portal.information.views import ID, at, blueprint, is_office
from portal.tenants.calendar import load_calendar
from portal.tenants.models import Tenant
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.forms import PlainForm, key_field
from portal.web.inputs import CleanString, Unusable, _l, clean_text, parse_date, row_id

SECTIONS = {"text": _("内容"), "day": _("文件日期")}
TEXT = 20_000


class MaterialForm(PlainForm):
    title = StringField(_l("标题"), [CleanString(100), DataRequired(_l("请写标题。"))])
    category = RadioField(_l("种类"), validate_choice=False)
    number = StringField(_l("文号或编号"), [CleanString(60)])
    day = StringField(_l("文件日期"), [CleanString(20)])
    text = TextAreaField(
        _l("摘要或全文"),
        [CleanString(TEXT, lines=True), DataRequired(_l("请写摘要或全文，查找时用的就是这里的字词。"))],
    )
    level = RadioField(_l("谁能看到"), validate_choice=False)
    readers = SelectMultipleField(_l("指定单位"), coerce=row_id, validate_choice=False)
    why = StringField(_l("修改原因"), [CleanString(WHY)])
    request_key = key_field()
    edition = HiddenField()

    def sections(self) -> dict[str, Any]:
        """``Invalid`` for a date that is none."""
        try:
            day = parse_date(self.day.data).isoformat() if self.day.data else ""
        except Unusable as error:
            raise Invalid({"day": error.message}) from None
        return {"text": self.text.data or "", "day": day}

    def reach(self) -> Level:
        try:
            return Level(self.level.data)
        except ValueError:
            raise Invalid({"level": _("请选择谁能看到。")}) from None


def _find(item_id: int) -> Item:
    session, desk = the_session(), the_desk()
    look_below(session, desk)
    found = get_item(session, desk, item_id, now().astimezone(SHANGHAI).date())
    if found.kind != ItemKind.MATERIAL:
        raise NotFound
    return found


def _own(item_id: int) -> Item:
    found = _find(item_id)
    if found.tenant_id != the_desk().tenant_id:
        raise NotFound
    return found


def _link(item: Item) -> str:
    return url_for("information.material", item_id=item.id, **at(the_desk()))


@blueprint.route("/<tenant>/<campaign>/library/materials/new", methods=["GET", "POST"])
@require(Right.INFO_ANSWER)
def new_material() -> Any:
    desk, session, form = the_desk(), the_session(), MaterialForm()
    if request.method == "GET":
        form.request_key.data, form.level.data = secrets.token_urlsafe(18), Level.MEMBERS.value
        return _form_page(form)

    def send() -> Item:
        return items.file_item(
            session, the_actor(), now(), mechanism_id=desk.mechanism_id, campaign=the_campaign(), unit_id=None,
            kind=ItemKind.MATERIAL, category=form.category.data or "", title=form.title.data or "",
            sections=form.sections(), level=form.reach(), readers=form.readers.data or (),
            request_key=form.request_key.data or "", calendar=load_calendar(session), number=form.number.data or "",
        )  # fmt: skip

    return _send(form, None, send, str(translate(_("已收入资料库。"))))


@blueprint.route(f"/<tenant>/<campaign>/library/materials/{ID}/edit", methods=["GET", "POST"])
@require(Right.INFO_ANSWER, writes=True)
def edit_material(item_id: int) -> Any:
    """Another edition, with the reason; the readers can only become fewer."""
    found, form, session = _own(item_id), MaterialForm(), the_session()
    if request.method == "GET":
        note_reading(found)
        form.request_key.data, form.edition.data = found.request_key, str(found.edition)
        for name in ("title", "category", "number", "level"):
            form[name].data = getattr(found, name)
        form.text.data, form.day.data = found.sections.get("text", ""), found.sections.get("day", "")
        form.readers.data = items.reader_ids(session, found)
        return _form_page(form, found)

    def send() -> Item:
        standing = files.list_files(session, found)
        came = any(f.filename for f in request.files.getlist(files.FIELD))
        dropped = {i for i in request.form.getlist("drop") if i in {str(a.id) for a in standing}}
        items.revise_item(
            session, the_actor(), now(), item=found, edition=row_id(form.edition.data), title=form.title.data or "",
            sections=form.sections(), level=form.reach(), readers=form.readers.data or (), why=form.why.data or "",
            number=form.number.data or "", files_changed=bool(came or dropped),
        )  # fmt: skip
        attachments.remove(session, the_actor(), now(), attachments=standing, ids=dropped)
        return found

    return _send(form, found, send, str(translate(_("已更新，旧版保留可查。"))))


def _send(form: MaterialForm, found: Item | None, send: Callable[[], Item], said: str) -> Any:
    """Check, store, attach; nothing is half done."""
    session, actor, moment = the_session(), the_actor(), now()
    if not form.validate():
        return _form_page(form, found), 422
    uploads = [(f.filename or "", f.stream) for f in request.files.getlist(files.FIELD) if f.filename]
    try:
        item = send()
        if found is not None or item.filed_at == moment:  # not on a second click
            files.attach(session, actor, moment, folder=files_folder(), item=item, uploads=uploads)
    except (Invalid, Conflict) as error:
        problems = show_refusal(form, error, f"item:{found.id}" if found else "item:new")
        return _form_page(form, found, problems), 409 if isinstance(error, Conflict) else 422
    flash(said, "done")
    return redirect(_link(item), 303)


def _form_page(form: MaterialForm, found: Item | None = None, problems: list[str] | None = None) -> str:
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    circle = circle_of(session, desk, campaign, None, now())
    offered = circle.levels(office_writes=True)
    if found is not None:
        offered = [x for x in offered if items.WIDTH[x] <= items.WIDTH[Level(found.level)]]
    chosen = set(form.readers.data or [])
    level = next((x for x in offered if x == form.level.data), None)
    return render_template(
        "information/material_form.html",
        at=at(desk),
        campaign=campaign,
        form=form,
        item=found,
        categories=campaign.exchange.materials,
        levels=[(x, items.LEVEL_LABELS[x], circle.names(x)) for x in offered],
        units=circle.units,
        chosen=chosen,
        audience=circle.names(level, chosen) if level else [],
        files=files.list_files(session, found) if found else [],
        problems=problems or [],
    )


@blueprint.get(f"/<tenant>/<campaign>/library/materials/{ID}")
@require(Right.INFO_READ, writes=True)
def material(item_id: int) -> Any:
    found = _find(item_id)
    note_reading(found)
    return _show(found)


def _show(found: Item, problem: str = "") -> str:
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    own = found.tenant_id == desk.tenant_id
    circle = circle_of(session, desk, campaign, None, now()) if own else None
    editions = items.list_editions(session, found) if found.edition > 1 else []
    return render_template(
        "information/material.html",
        at=at(desk),
        campaign=campaign,
        item=found,
        place="" if own else session.get_one(Tenant, found.tenant_id).full_name,
        category=next((c for c in campaign.exchange.materials if c.key == found.category), None),
        level=items.LEVEL_LABELS[Level(found.level)],
        readers=circle.names(Level(found.level), items.reader_ids(session, found)) if circle else [],
        files=files.list_files(session, found),
        editions=compare_editions(editions, SECTIONS),
        may_push=pushing.offered(desk, found),
        may_change=own and is_office(desk) and found.withdrawn_at is None,
        problem=problem,
    )


@blueprint.post(f"/<tenant>/<campaign>/library/materials/{ID}/withdraw")
@require(Right.INFO_ANSWER)
def withdraw_material(item_id: int) -> Any:
    found = _own(item_id)
    try:
        why = clean_text(request.form.get("why", ""), WHY)
        items.withdraw_item(the_session(), the_actor(), now(), item=found, why=why)
        pushing.withdraw_below(the_session(), the_actor(), now(), item=found, why=why)
    except Unusable as error:
        return _show(found, str(translate(error.message))), 422
    except Invalid as error:
        return _show(found, str(translate(error.problems["why"]))), 422
    flash(str(translate(_("已撤出资料库。"))), "done")
    return redirect(_link(found), 303)
