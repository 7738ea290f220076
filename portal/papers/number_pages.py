"""Pages of the register of numbers: what was given, reserving, voiding, where a series begins."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.documents.marks import refuse_marks
from portal.documents.writing import note_refused
from portal.papers import numbers, register, texts
from portal.papers.labels import NUMBER_LABELS, STATE_LABELS
from portal.papers.views import at, blueprint
from portal.units.bodies import get_body
from portal.web.access import now, require, the_actor, the_desk, the_session
from portal.web.inputs import Unusable, clean_text, row_id

NUMBER_ID = "<int(max=9223372036854775807):number_id>"
PURPOSE_LENGTH, WHY_LENGTH = 200, 300


@blueprint.get("/<tenant>/<campaign>/papers/numbers", endpoint="numbers")
@require(Right.PAPER_WRITE)
def number_book() -> Any:
    return _page()


def _page(problems: dict[str, Message | Text] | None = None, asked: str = "", status: int = 200) -> Any:
    """``problems`` of the form ``asked`` (reserve, begin, void-<id>)."""
    session, desk = the_session(), the_desk()
    body = get_body(session, desk.mechanism_id)
    this = now().astimezone(SHANGHAI).year
    given = request.args.get("year", "")
    year = (
        int(given)
        if given.isascii() and given.isdigit() and len(given) == 4 and 2000 <= int(given) <= this
        else this
    )
    page = render_template(
        "papers/numbers.html",
        at=at(desk),
        body=body,
        books=register.read_books(session, body, year),
        year=year,
        this_year=this,
        open=numbers.years_open(now()),
        series=numbers.SERIES,
        labels=NUMBER_LABELS,
        states=STATE_LABELS,
        problems=problems or {},
        asked=asked,
        typed=request.form,
        request_key=request.form.get("request_key", "")[:40] or secrets.token_hex(16),
        lengths={"purpose": PURPOSE_LENGTH, "why": WHY_LENGTH},
        sets_policy=Right.POLICY_SET in desk.rights,
    )
    return page, status


def _typed(name: str, most: int) -> str:
    try:
        found = clean_text(texts.tidy(request.form.get(name, ""))[0], most)
    except Unusable as error:
        raise Invalid({name: error.message}) from error
    refuse_marks({name: found})
    return found


def _act(asked: str, act: Callable[[], Message | Text]) -> Any:
    session = the_session()
    try:
        said = act()
        session.flush()
    except (Invalid, Conflict) as error:
        session.rollback()
        if isinstance(error, Invalid):
            note_refused("number:new", error)
            return _page(error.problems, asked, 422)
        return _page({"": error.message}, asked, 409)
    flash(str(translate(said)), "done")
    year = request.form.get("year", "")
    more: dict[str, Any] = {"year": year} if year.isascii() and year.isdigit() else {}
    return redirect(url_for("papers.numbers", **more, **at(the_desk())), 303)


@blueprint.post("/<tenant>/<campaign>/papers/numbers/reserve")
@require(Right.PAPER_WRITE)
def reserve_number() -> Any:
    session, form = the_session(), request.form

    def act() -> Message:
        key = form.get("request_key", "").replace("\0", "")[:40]
        if not key:
            raise Conflict(_("页面已失效，请返回上一页，刷新后再试。"))
        found = numbers.reserve(
            session, the_actor(), now(), body=get_body(session, the_desk().mechanism_id), series=form.get("series", ""),
            year=row_id(form.get("year", "")), purpose=_typed("purpose", PURPOSE_LENGTH), request_key=key,
        )  # fmt: skip
        return Message(_("已预留%(number)s。"), number=found.text)

    return _act("reserve", act)


@blueprint.post("/<tenant>/<campaign>/papers/numbers/begin")
@require(Right.PAPER_WRITE)
def begin_numbers() -> Any:
    """The first number that the portal gives in a series."""
    session, form = the_session(), request.form

    def act() -> Message:
        found = numbers.begin_series(
            session, the_actor(), now(), body=get_body(session, the_desk().mechanism_id), series=form.get("series", ""),
            year=row_id(form.get("year", "")), first=row_id(form.get("first", "").strip()),
        )  # fmt: skip
        return Message(
            _("%(code)s %(year)s 年从 %(n)s 号编起。"), code=found.code, year=found.year, n=found.first
        )

    return _act("begin", act)


@blueprint.post(f"/<tenant>/<campaign>/papers/numbers/{NUMBER_ID}/void")
@require(Right.PAPER_WRITE)
def void_number(number_id: int) -> Any:
    session = the_session()
    numbers.find_number(session, get_body(session, the_desk().mechanism_id), number_id)

    def act() -> Message:
        body = get_body(session, the_desk().mechanism_id)
        found = numbers.void_number(
            session, the_actor(), now(), body=body, number_id=number_id, why=_typed("why", WHY_LENGTH)
        )
        return Message(_("%(number)s已作废，登记簿中保留。"), number=found.text)

    return _act(f"void-{number_id}", act)
