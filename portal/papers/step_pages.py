"""The steps of a paper: each one a button that says what it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request

from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.documents.file_pages import files_folder
from portal.documents.marks import SecretText
from portal.documents.writing import note_refused
from portal.papers import files, flow, texts
from portal.papers.access import get_paper, is_office, receiving_units, signs
from portal.papers.models import Paper, State
from portal.papers.paper_pages import NOTE_LENGTH, WHY_LENGTH, found_paper, show_paper
from portal.papers.views import ID, address_of, blueprint, done
from portal.units.bodies import get_body
from portal.web.access import now, require, the_actor, the_desk, the_session
from portal.web.inputs import Unusable, clean_text, row_id


def _typed(name: str, most: int) -> str:
    """What stands in a text of a step. ``Invalid`` on it."""
    try:
        return clean_text(texts.tidy(request.form.get(name, ""))[0], most)
    except Unusable as error:
        raise Invalid({name: error.message}) from error


def _edition() -> int:
    return row_id(request.form.get("edition", ""))


def _step(paper: Paper, act: Callable[[], Message | Text]) -> Any:
    """Take it, or show the page again with what is wrong and what was typed."""
    session, paper_id = the_session(), paper.id
    try:
        said = act()
        session.flush()
        return done(paper, said)
    except (Invalid, Conflict, NotAllowed) as error:
        session.rollback()
        if isinstance(error, Invalid):
            note_refused(f"paper:{paper_id}", error)
        problems = error.problems if isinstance(error, Invalid) else {"": error.message}
        problems = {("scan" if k.startswith("scan-") else k): m for k, m in problems.items()}
        status = 422 if isinstance(error, Invalid) else 409 if isinstance(error, Conflict) else 403
        typed = {k: request.form.get(k, "").replace("\0", "") for k in ("why", "note", "ending")}
        return show_paper(get_paper(session, the_desk(), paper_id), problems, typed, status)


@blueprint.post(f"/<tenant>/<campaign>/papers/{ID}/check")
@require(Right.PAPER_WRITE)
def check(paper_id: int) -> Any:
    paper = found_paper(paper_id)

    def act() -> Text:
        note = _typed("note", NOTE_LENGTH)
        flow.check_paper(the_session(), the_actor(), now(), paper=paper, edition=_edition(), note=note)
        return _("核稿通过，已送签发。")

    return _step(paper, act)


@blueprint.post(f"/<tenant>/<campaign>/papers/{ID}/return")
@require(Right.PAPER_READ)
def send_back(paper_id: int) -> Any:
    """By the office, or by who signs once it has come to them."""
    paper, desk = found_paper(paper_id), the_desk()
    if not (is_office(desk) or signs(desk)):
        raise NotAllowed

    def act() -> Text:
        why = _typed("why", WHY_LENGTH)
        link = address_of(paper)
        flow.return_paper(
            the_session(), the_actor(), now(), paper=paper, why=why, edition=_edition(), link=link
        )
        return _("已退回拟稿，理由已告知办公室。")

    return _step(paper, act)


@blueprint.post(f"/<tenant>/<campaign>/papers/{ID}/sign")
@require(Right.PAPER_SIGN)
def sign(paper_id: int) -> Any:
    paper, session = found_paper(paper_id), the_session()

    def act() -> Text:
        body = get_body(session, paper.mechanism_id)
        flow.sign_paper(
            session, the_actor(), now(), paper=paper, body=body, edition=_edition(), note=_typed("note", NOTE_LENGTH),
            link=address_of(paper),
        )  # fmt: skip
        return _("已签发。")

    return _step(paper, act)


@blueprint.post(f"/<tenant>/<campaign>/papers/{ID}/number")
@require(Right.PAPER_WRITE)
def give_number(paper_id: int) -> Any:
    paper, session = found_paper(paper_id), the_session()

    def act() -> Message:
        body, form = get_body(session, paper.mechanism_id), request.form
        year, reserved = row_id(form.get("year", "")), row_id(form.get("reserved", ""))
        found = flow.number_paper(
            session, the_actor(), now(), paper=paper, body=body, year=year, reserved=reserved
        )
        return Message(_("文号为%(number)s。"), number=found.number)

    return _step(paper, act)


@blueprint.post(f"/<tenant>/<campaign>/papers/{ID}/issue")
@require(Right.PAPER_WRITE)
def issue(paper_id: int) -> Any:
    paper, session = found_paper(paper_id), the_session()

    def act() -> Text:
        body = get_body(session, paper.mechanism_id)
        flow.issue_paper(session, the_actor(), now(), paper=paper, body=body, link=address_of)
        return _("已印发，收文单位已收到通知。")

    return _step(paper, act)


@blueprint.post(f"/<tenant>/<campaign>/papers/{ID}/receive")
@require(Right.PAPER_READ)
def receive(paper_id: int) -> Any:
    """签收 for the unit that the form names; the only one that there is need not be named."""
    paper, own = found_paper(paper_id), receiving_units(the_desk())
    named = row_id(request.form.get("unit", ""))
    unit_id = named or (own[0] if len(own) == 1 else 0)
    if unit_id not in own:
        raise NotFound

    def act() -> Text:
        first = flow.receive_paper(the_session(), the_actor(), now(), paper=paper, unit_id=unit_id)
        return _("已签收。") if first else _("此前已签收，没有重复记录。")

    return _step(paper, act)


@blueprint.post(f"/<tenant>/<campaign>/papers/{ID}/remind")
@require(Right.PAPER_WRITE)
def remind(paper_id: int) -> Any:
    paper = found_paper(paper_id)

    def act() -> Message | Text:
        told = flow.remind_paper(the_session(), the_actor(), now(), paper=paper, link=address_of(paper))
        none = _("未签收的单位今天都已催过，或已全部签收，没有重复发送。")
        return Message(_("已催签 %(n)s 家。"), n=told) if told else none

    return _step(paper, act)


@blueprint.post(f"/<tenant>/<campaign>/papers/{ID}/end")
@require(Right.PAPER_WRITE)
def end(paper_id: int) -> Any:
    """撤回 or 作废, as far as it has come."""
    paper = found_paper(paper_id)

    def act() -> Text:
        try:
            why = _typed("ending", WHY_LENGTH)
            found = flow.end_paper(
                the_session(), the_actor(), now(), paper=paper, why=why, link=address_of(paper)
            )
        except Invalid as error:
            if isinstance(error, SecretText):
                raise
            raise Invalid({"ending": next(iter(error.problems.values()))}) from error
        if found.state == State.WITHDRAWN:
            return _("已撤回，已告知收文单位。")
        return _("已作废。")

    return _step(paper, act)


@blueprint.post(f"/<tenant>/<campaign>/papers/{ID}/scan")
@require(Right.PAPER_WRITE)
def scan(paper_id: int) -> Any:
    paper, session = found_paper(paper_id), the_session()

    def act() -> Text:
        upload = request.files.get("scan")
        if upload is None or not upload.filename:
            raise Invalid({"scan": _("请选择扫描件。")})
        files.add_scan(
            session,
            the_actor(),
            now(),
            folder=files_folder(),
            paper=paper,
            name=upload.filename,
            stream=upload.stream,
        )
        return _("扫描件已存入。")

    return _step(paper, act)
