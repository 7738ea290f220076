"""Pages on which an item is written: anew or as another edition, with its draft and with who will see it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.campaigns.exchange import Category
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import _
from portal.documents import attachments
from portal.documents.drafts import drop_draft, find_draft
from portal.documents.file_pages import files_folder
from portal.documents.marks import SecretText
from portal.documents.writing import answer_autosave, keep, note_refused, show_refusal
from portal.information import files, items
from portal.information.forms import TYPED, ItemForm
from portal.information.item_pages import DRAFT, find_information, writers, writes_for
from portal.information.models import Item, ItemKind, Level
from portal.information.reading import note_reading
from portal.information.services import Circle, circle_of, tell_readers
from portal.information.views import ID, at, blueprint
from portal.tenants.calendar import load_calendar
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import row_id

LONGEST_DRAFT = 20_000


def _writer() -> int | None:
    """The unit for which the reader writes here (None: the office), by ``as`` in the address."""
    offered = [u for u, _name in writers(the_desk())]
    if not offered:
        raise NotAllowed
    asked = request.args.get("as", "")
    chosen = row_id(asked) if asked else offered[0]
    if chosen not in offered:
        raise NotFound
    return chosen or None


@blueprint.route("/<tenant>/<campaign>/information/items/new", methods=["GET", "POST"])
@require(Right.INFO_WRITE, writes=True)
def item_new() -> Any:
    desk, session, unit_id = the_desk(), the_session(), _writer()
    form = ItemForm()
    if request.method == "GET":
        _open(
            form, unit_id, request.args.get("draft", "")[:40].replace("\0", "") or secrets.token_urlsafe(18)
        )
        if copied := row_id(request.args.get("copy", "")):
            original = find_information(copied)
            note_reading(original)
            _fill(form, original)
        return _page(form, unit_id)
    if request.form.get("action") == "preview":
        return _page(form, unit_id)
    if request.form.get("action") == "save":
        return _keep(form, unit_id)

    def send() -> Item:
        item = items.file_item(
            session, the_actor(), now(), mechanism_id=desk.mechanism_id, campaign=the_campaign(), unit_id=unit_id,
            kind=ItemKind.INFORMATION, category=form.category.data or "", title=form.title.data or "",
            sections=form.sections, level=_level(form), readers=form.readers.data or (),
            request_key=form.request_key.data or "", calendar=load_calendar(session),
        )  # fmt: skip
        readers = items.reader_ids(session, item)  # as filed, whatever a repeated form says
        tell_readers(session, the_actor(), now(), item=item, readers=readers, link=_link(item))
        return item

    return _send(form, unit_id, "item:new", form.request_key.data or "", send, str(translate(_("已报送。"))))


@blueprint.route(f"/<tenant>/<campaign>/information/items/{ID}/edit", methods=["GET", "POST"])
@require(Right.INFO_WRITE, writes=True)
def item_edit(item_id: int) -> Any:
    """Another edition. Changing the readers can only make them fewer."""
    found = find_information(item_id)
    if not writes_for(the_desk(), found):
        raise NotFound
    form, unit_id, key = ItemForm(), found.unit_id, f"item:{found.id}"
    if request.method == "GET":
        note_reading(found)
        _fill(form, found)
        form.edition.data = str(found.edition)
        _open(form, unit_id, key)
        return _page(form, unit_id, found)
    if request.form.get("action") == "preview":
        return _page(form, unit_id, found)
    if request.form.get("action") == "save":
        form.request_key.data = key
        return _keep(form, unit_id, found)

    def send() -> Item:
        session, moment = the_session(), now()
        standing = files.list_files(session, found)
        came = any(f.filename for f in request.files.getlist(files.FIELD))
        dropped = {i for i in request.form.getlist("drop") if i in {str(a.id) for a in standing}}
        items.revise_item(
            session, the_actor(), moment, item=found, edition=row_id(form.edition.data), title=form.title.data or "",
            sections=form.sections, level=_level(form), readers=form.readers.data or (), why=form.why.data or "",
            files_changed=bool(came or dropped),
        )  # fmt: skip
        attachments.remove(session, the_actor(), moment, attachments=standing, ids=dropped)
        return found

    return _send(form, unit_id, key, key, send, str(translate(_("已更正，旧版保留可查。"))), found)


def _send(
    form: ItemForm, unit_id: int | None, subject: str, key: str, send: Callable[[], Item], said: str,
    found: Item | None = None,
) -> Any:  # fmt: skip
    """Check the form, let ``send`` write, attach what came; nothing is half done."""
    desk, session, actor, moment = the_desk(), the_session(), the_actor(), now()
    if found is not None:
        form.request_key.data = key
    if not form.validate():
        return _page(form, unit_id, found), 422
    uploads = [(f.filename or "", f.stream) for f in request.files.getlist(files.FIELD) if f.filename]
    try:
        item = send()
        if found is not None or item.filed_at == moment:  # not on a second click
            files.attach(session, actor, moment, folder=files_folder(), item=item, uploads=uploads)
        drop_draft(session, mechanism_id=desk.mechanism_id, unit_id=unit_id, kind=DRAFT, subject=key)
    except (Invalid, Conflict) as error:
        return _page(form, unit_id, found, show_refusal(form, error, subject)), 422
    flash(said, "done")
    return redirect(_link(item), 303)


@blueprint.post("/<tenant>/<campaign>/information/items/autosave")
@require(Right.INFO_WRITE)
def item_autosave() -> Any:
    """The page saves itself: what was typed, as typed."""
    return answer_autosave(DRAFT, unit_id=_writer(), **_typed(ItemForm()))


@blueprint.post("/<tenant>/<campaign>/information/items/drafts/<key>/drop")
@require(Right.INFO_WRITE)
def item_drop_draft(key: str) -> Any:
    """Throw a draft away; for one that is not there nothing happens."""
    drop_draft(
        the_session(), mechanism_id=the_desk().mechanism_id, unit_id=_writer(), kind=DRAFT, subject=key[:60]
    )
    flash(str(translate(_("草稿已删除。"))), "done")
    return redirect(url_for("information.items", **at(the_desk())), 303)


def _keep(form: ItemForm, unit_id: int | None, found: Item | None = None) -> Any:
    try:
        keep(DRAFT, unit_id=unit_id, **_typed(form))
    except SecretText as error:
        note_refused("draft:item", error)
        form[error.field].errors = [str(translate(error.message))]
        return _page(form, unit_id, found), 422
    except Conflict as error:
        return _page(form, unit_id, found, problems=[str(translate(error.message))]), 409
    flash(str(translate(_("草稿已保存，只有本单位能看到。"))), "done")
    return redirect(url_for("information.items", **at(the_desk())), 303)


def _typed(form: ItemForm) -> dict[str, Any]:
    """What a draft keeps of the page, as typed."""
    content: dict[str, Any] = {
        name: (form[name].data or "").replace("\0", "")[:LONGEST_DRAFT] for name in TYPED
    }
    content |= {"readers": form.readers.data or [], "edition": form.edition.data or ""}
    key = (form.request_key.data or "").replace("\0", "")[:60]
    return {
        "subject": key,
        "content": content,
        "version": row_id(form.version.data),
        "title": content["title"],
    }


def _open(form: ItemForm, unit_id: int | None, key: str) -> None:
    """Fill the form from its draft, where there is one."""
    form.request_key.data = key
    draft = find_draft(
        the_session(), mechanism_id=the_desk().mechanism_id, unit_id=unit_id, kind=DRAFT, subject=key
    )
    if draft is None:
        return
    for name in (*TYPED, "readers", "edition"):
        if name in draft.content:
            form[name].data = draft.content[name]
    form.version.data = str(draft.version)


def _fill(form: ItemForm, found: Item) -> None:
    form.title.data, form.category.data, form.level.data = found.title, found.category, found.level
    for name in ("situation", "analysis", "suggestion"):
        form[name].data = str(found.sections.get(name) or "")
    form.readers.data = items.reader_ids(the_session(), found)


def _level(form: ItemForm) -> Level:
    try:
        return Level(form.level.data)
    except ValueError:
        raise Invalid({"level": _("请选择谁能看到。")}) from None


def _link(item: Item) -> str:
    return url_for("information.item", item_id=item.id, **at(the_desk()))


def _page(
    form: ItemForm, unit_id: int | None, found: Item | None = None, problems: Sequence[str] = ()
) -> str:
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    circle = circle_of(session, desk, campaign, unit_id, now())
    offered = circle.levels(unit_id is None)
    if found is not None:
        offered = [x for x in offered if items.WIDTH[x] <= items.WIDTH[Level(found.level)]]
    chosen = set(form.readers.data or [])
    level = next((x for x in offered if x == form.level.data), None)
    return render_template(
        "information/item_form.html",
        at=at(desk),
        campaign=campaign,
        form=form,
        item=found,
        unit_id=unit_id or 0,
        writers=writers(desk),
        categories=_categories(circle, unit_id),
        levels=[(x, items.LEVEL_LABELS[x], circle.names(x)) for x in offered],
        units=circle.units,
        chosen=chosen,
        audience=circle.names(level, chosen) if level else [],
        files=files.list_files(session, found) if found else [],
        problems=problems,
        may_urgent=Right.URGENT_FILE in desk.rights,
    )


def _categories(circle: Circle, unit_id: int | None) -> tuple[Category, ...]:
    return items.writable_categories(the_campaign(), ItemKind.INFORMATION, circle.member if unit_id else None)
