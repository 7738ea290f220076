"""Compiling a bulletin: taken up from items, kept as a draft, shown as it will look, issued."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for

from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.documents.letters import DOCX
from portal.documents.marks import SecretText, note_refused_text
from portal.documents.models import Draft
from portal.information import bulletins, compiling
from portal.information.access import look_below
from portal.information.bulletin_pages import bulletin_link
from portal.information.bulletin_paper import LINES, draft_sheet, write_bulletin
from portal.information.compiling import TEXTS, Content, Entry
from portal.information.items import LEVEL_LABELS
from portal.information.models import Level
from portal.information.reading import note_reading
from portal.information.views import at, blueprint
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import Unusable, clean_text, row_id

DRAFT_ID = "<int(max=9223372036854775807):draft_id>"
HEADING, TEXT = 100, 6000
"""Characters of an entry."""
LONGEST = {"lead": 1000, "editor": 60, "report": 200, "send": 200, "issue": 300, "copies": 6, "level": 12}
Problems = dict[str, Message | Text]


@blueprint.post("/<tenant>/<campaign>/bulletins/new")
@require(Right.INFO_ANSWER)
def new_bulletin() -> Any:
    desk = the_desk()
    content = Content(editor=desk.office_name[: LONGEST["editor"]])
    draft = compiling.start_draft(the_session(), the_actor(), now(), desk=desk, content=content)
    return _to(draft)


def _to(draft: Draft) -> Any:
    return redirect(url_for("information.compile_bulletin", draft_id=draft.id, **at(the_desk())), 303)


def _typed() -> Content:
    """What the page holds, cut to what is kept at most; checked when it is issued."""
    form = request.form
    columns = ([x.replace("\0", "") for x in form.getlist(name)] for name in ("source", "heading", "text"))
    entries = tuple(
        Entry(source, heading[: HEADING * 2], text.replace("\r\n", "\n")[: TEXT * 2])
        for source, heading, text in zip(*columns, strict=False)
        if _is_key(source)
    )
    return Content(
        entries[: compiling.MOST],
        **{name: form.get(name, "").replace("\0", "")[: LONGEST[name] * 2] for name in TEXTS},
    )


def _is_key(text: str) -> bool:
    tenant, dot, item = text.partition(".")
    return bool(dot and row_id(tenant) and row_id(item))


def _clean(content: Content) -> tuple[Content, Problems]:
    problems: Problems = {}

    def clean(key: str, text: str, most: int, *, lines: bool = False) -> str:
        try:
            return clean_text(text, most, lines=lines)
        except Unusable as error:
            problems[key] = error.message
            return text

    entries = tuple(
        Entry(
            e.source, clean(f"heading.{n}", e.heading, HEADING), clean(f"text.{n}", e.text, TEXT, lines=True)
        )
        for n, e in enumerate(content.entries)
    )
    texts = {name: clean(name, getattr(content, name), LONGEST[name], lines=name == "lead") for name in TEXTS}
    if texts["copies"] and not (texts["copies"].isascii() and texts["copies"].isdigit()):
        problems["copies"] = _("请填份数，例如 30；不印纸质的留空。")
    return Content(entries, **texts), problems


@blueprint.route(f"/<tenant>/<campaign>/bulletins/drafts/{DRAFT_ID}", methods=["GET", "POST"])
@require(Right.INFO_ANSWER)
def compile_bulletin(draft_id: int) -> Any:
    desk, session = the_desk(), the_session()
    try:
        draft = compiling.find_draft(session, desk, draft_id)
    except NotFound:
        issued = bulletins.find_issued(session, desk, draft_id)  # pressed twice
        if issued is None:
            raise
        return redirect(bulletin_link(issued), 303)
    look_below(session, desk)
    if request.method == "GET":
        return _compile_page(draft, compiling.content_of(draft.content))
    content, action = _typed(), request.form.get("action", "save")
    try:
        if action == "issue":
            return _issue(draft, content)
        if action == "discard":
            compiling.check_version(draft, row_id(request.form.get("version", "")))
            session.delete(draft)
            flash(str(translate(_("草稿已删除。"))), "done")
            return redirect(url_for("information.bulletins", **at(desk)), 303)
        changed = _step(content, action)
        version = row_id(request.form.get("version", ""))
        compiling.keep_draft(session, the_actor(), now(), draft=draft, version=version, content=changed)
    except Conflict as error:
        session.refresh(draft)
        return _compile_page(draft, content, {"": error.message}), 409
    return _to(draft)


def _step(content: Content, action: str) -> Content:
    """Take up what is ticked, or move one entry."""
    verb, _dash, number = action.partition("-")
    steps = {"up": -1, "down": 1, "drop": 0}
    if verb == "add":
        keys = [k for k in request.form.getlist("take") if _is_key(k)][: compiling.MOST]
        found = compiling.find_sources(the_session(), the_desk(), now(), keys)
        for source in found.values():
            note_reading(source)
        return compiling.take_up(content, (found[k] for k in keys if k in found))
    if verb in steps and number.isascii() and number.isdigit() and len(number) < 4:
        return compiling.move(content, int(number), steps[verb])
    return content


def _issue(draft: Draft, typed: Content) -> Any:
    session, desk = the_session(), the_desk()
    compiling.check_version(draft, row_id(request.form.get("version", "")))
    content, problems = _clean(typed)
    if not problems:
        try:
            item = bulletins.issue_bulletin(
                session, the_actor(), now(), desk=desk, campaign=the_campaign(), draft=draft, content=content,
                confirmed=request.form.get("confirmed") == "1", link=bulletin_link,
            )  # fmt: skip
            session.flush()
            flash(str(translate(Message(_("%(number)s已印发。"), number=item.number))), "done")
            return redirect(bulletin_link(item), 303)
        except SecretText as refused:
            draft_id = draft.id
            session.rollback()
            note_refused_text(session, the_actor(), now(), "bulletin", refused)
            session.commit()
            look_below(session, desk)
            draft = compiling.find_draft(session, desk, draft_id)
            problems = {"": next(iter(refused.problems.values()))}
        except Invalid as error:
            problems = dict(error.problems)
    return _compile_page(draft, content, problems), 422


def _compile_page(draft: Draft, content: Content, problems: Problems | None = None) -> str:
    session, desk = the_session(), the_desk()
    sources = compiling.find_sources(session, desk, now(), (e.source for e in content.entries))
    taken = {e.source for e in content.entries}
    above = len(desk.tenant_path.strip("/").split("/")) > 1
    return render_template(
        "information/bulletin_form.html",
        at=at(desk),
        draft=draft,
        content=content,
        sources=sources,
        candidates=[s for s in compiling.list_candidates(session, desk, now()) if s.key not in taken],
        problems=problems or {},
        levels=[(x, LEVEL_LABELS[x]) for x in bulletins.LEVELS if above or x is not Level.UPWARD],
        labels=LEVEL_LABELS,
        lines=LINES,
        longest=LONGEST | {"heading": HEADING, "text": TEXT},
        issued=bulletins.next_number(session, desk.mechanism_id, now()) - 1,
    )


@blueprint.post(f"/<tenant>/<campaign>/bulletins/drafts/{DRAFT_ID}/autosave")
@require(Right.INFO_ANSWER)
def autosave_bulletin(draft_id: int) -> Any:
    session, desk = the_session(), the_desk()
    draft = compiling.find_draft(session, desk, draft_id)
    version = row_id(request.form.get("version", ""))
    try:
        draft = compiling.keep_draft(
            session, the_actor(), now(), draft=draft, version=version, content=_typed()
        )
    except Conflict as error:
        return {"problem": str(translate(error.message))}, 409
    time = now().astimezone(SHANGHAI).strftime("%H:%M")
    return {
        "version": draft.version,
        "saved_at": str(translate(Message(_("已自动保存 %(time)s"), time=time))),
    }


@blueprint.get(f"/<tenant>/<campaign>/bulletins/drafts/{DRAFT_ID}/paper.docx")
@require(Right.INFO_ANSWER)
def bulletin_draft_paper(draft_id: int) -> Any:
    """How it will look; without a number."""
    session, desk = the_session(), the_desk()
    draft = compiling.find_draft(session, desk, draft_id)
    content = compiling.content_of(draft.content)
    look_below(session, desk)
    sources = compiling.find_sources(session, desk, now(), (e.source for e in content.entries))
    stream = BytesIO()
    write_bulletin(stream, draft_sheet(desk.mechanism_name, content, sources, now()))
    stream.seek(0)
    name = str(translate(_("简报草稿.docx")))
    return send_file(stream, DOCX, as_attachment=True, download_name=name)
