"""The compilation of minutes: a page, a book (.docx) and a list of decisions (.xlsx)."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from flask import render_template, request, send_file

from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, _
from portal.documents.letters import DOCX
from portal.documents.workbook import XLSX
from portal.meetings import compilation as book
from portal.meetings.distribution import What
from portal.meetings.resolutions import due_text, list_progress
from portal.meetings.resolutions_pages import figures_of
from portal.meetings.services import TYPES, label_of, oversees
from portal.meetings.views import at, blueprint
from portal.supervision.statistics import say
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import row_id


def _asked() -> tuple[int, str]:
    year = row_id(request.args.get("year", ""))
    type_ = request.args.get("type", "")
    this = now().astimezone(SHANGHAI).year
    return (year if 2000 < year < 2200 else this), (type_ if type_ in TYPES else "")


def _gather() -> tuple[Sequence[book.Entry], Any, Any]:
    """Entries, progress of what the reader follows, and the sentence of the figures."""
    year, type_ = _asked()
    session, desk = the_session(), the_desk()
    entries = book.list_entries(session, desk, now(), year=year, type_=type_)
    progress = list_progress(session, desk.tenant_id, book.visible_ids(desk, entries))
    sentence = say(figures_of(progress.values(), now()), now()) if progress else ""
    return entries, progress, sentence


def _title() -> Message:
    year, type_ = _asked()
    kind = label_of(the_campaign(), type_) if type_ else ""
    return Message(
        _("%(body)s%(year)s年%(kind)s会议纪要汇编"), body=the_desk().mechanism_name, year=year, kind=kind
    )


@blueprint.get("/<tenant>/<campaign>/meetings/compilation")
@require(Right.MEETING_READ)
def compilation() -> str:
    entries, progress, sentence = _gather()
    year, type_ = _asked()
    desk = the_desk()
    years = book.list_years(the_session(), desk) if oversees(desk) else []
    this = now().astimezone(SHANGHAI).year
    return render_template(
        "meetings/compilation.html",
        at=at(desk),
        entries=entries,
        lights={i: p.light(now()) for i, p in progress.items()},
        progress=progress,
        sentence=sentence,
        due_text=due_text,
        year=year,
        years=sorted({*years, this, year}, reverse=True),
        type=type_,
        types={k: label_of(the_campaign(), k) for k in TYPES},
        whole=What.MINUTES.value,
        asked={k: v for k, v in (("year", year), ("type", type_)) if v},
    )


@blueprint.get("/<tenant>/<campaign>/meetings/compilation.docx")
@require(Right.MEETING_READ, writes=True)
def compilation_book() -> Any:
    entries, progress, sentence = _gather()
    stream = BytesIO()
    book.write_book(stream, _title(), entries, progress, now(), sentence)
    return _send(stream, DOCX, "docx", len(entries))


@blueprint.get("/<tenant>/<campaign>/meetings/compilation.xlsx")
@require(Right.MEETING_READ, writes=True)
def compilation_list() -> Any:
    entries, progress, sentence = _gather()
    stream = BytesIO()
    count = book.write_list(stream, _title(), entries, progress, now(), sentence)
    return _send(stream, XLSX, "xlsx", count)


def _send(stream: BytesIO, media: str, ending: str, count: int) -> Any:
    year, type_ = _asked()
    data = {"rows": count, "year": year, "type": type_}
    record(the_session(), Act.EXPORT, f"meetings:{the_desk().campaign}"[:60], the_actor(), now(), data)
    stream.seek(0)
    name = f"{translate(_title())}.{ending}"
    return send_file(stream, media, as_attachment=True, download_name=name)
