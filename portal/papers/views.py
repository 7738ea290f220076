"""Pages of official documents: the register in front; writing, one paper, its steps and the numbers beside it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for

from portal.campaigns.papers import DocumentType
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Message, Text, _
from portal.documents.drafts import list_drafts
from portal.documents.exports import request_export
from portal.documents.workbook import XLSX
from portal.papers import listing, packing
from portal.papers.access import is_office, receiving_units, signs
from portal.papers.labels import LIGHTS, STATE_LABELS, TYPE_LABELS
from portal.papers.listing import UNSIGNED, Filters
from portal.papers.models import Paper, State
from portal.papers.writing import fresh_key
from portal.web.access import (
    now,
    require,
    the_actor,
    the_desk,
    the_reader,
    the_registry,
    the_session,
)
from portal.web.inputs import row_id

blueprint = Blueprint("papers", __name__, template_folder="templates")
ID = "<int(max=9223372036854775807):paper_id>"
DRAFT = "paper"
OFFERED = tuple(t for t in DocumentType if t is not DocumentType.BULLETIN)
"""简报 are compiled and numbered in their own place."""


def at(desk: Desk) -> dict[str, Any]:
    """Tenant and campaign of every address here."""
    return {"tenant": desk.tenant_code, "campaign": desk.campaign}


def address_of(paper: Paper) -> str:
    return url_for("papers.show", paper_id=paper.id, **at(the_desk()))


def done(paper: Paper, said: Message | Text) -> Any:
    flash(str(translate(said)), "done")
    return redirect(address_of(paper), 303)


def _filters() -> Filters:
    args, desk = request.args, the_desk()
    states = (
        {s.value for s in State}
        if is_office(desk) or signs(desk)
        else {State.ISSUED.value, State.WITHDRAWN.value}
    )
    state, kind, year = args.get("state", ""), args.get("type", ""), args.get("year", "")
    return Filters(
        state=state if state in states or state == UNSIGNED else "",
        type=kind if kind in {t.value for t in OFFERED} else "",
        year=int(year)
        if year.isascii() and year.isdigit() and len(year) == 4 and "2000" <= year <= "2100"
        else 0,
        text=args.get("q", "").replace("\0", "").strip()[:60],
        page=min(max(row_id(args.get("page", "")), 1), 1000),
    )


def _asked(filters: Filters) -> dict[str, Any]:
    found = {"state": filters.state, "type": filters.type, "year": filters.year, "q": filters.text}
    return {k: v for k, v in found.items() if v}


@blueprint.get("/<tenant>/<campaign>/papers")
@require(Right.PAPER_READ)
def index() -> str:
    return _index()


def _index(problem: Message | Text | None = None) -> str:
    desk, session, filters = the_desk(), the_session(), _filters()
    office = is_office(desk)
    drafts = list_drafts(
        session, mechanism_id=desk.mechanism_id, unit_ids=(), office=True, kinds=[DRAFT]
    ) if office else []  # fmt: skip
    rows, more = listing.list_papers(session, desk, filters)
    names = listing.short_names(session, rows)
    shown = [s for s in State if office or s not in (State.DRAFT, State.CHECKING)]
    if not office and not signs(desk):
        shown = [State.ISSUED, State.WITHDRAWN]
    year = now().astimezone(SHANGHAI).year
    return render_template(
        "papers/index.html",
        at=at(desk),
        desk=desk,
        filters=filters,
        args=_asked(filters),
        rows=rows,
        more=more,
        whom=lambda line: listing.to_whom(line.terms, names),
        types=TYPE_LABELS,
        offered=OFFERED,
        states=STATE_LABELS,
        shown=shown,
        lights=LIGHTS,
        unsigned=UNSIGNED,
        years=range(year, year - 6, -1),
        office=office,
        receives=bool(receiving_units(desk)) and not office,
        drafts=[d for d in drafts if not d.subject.startswith(fresh_key(0)[:-1])],
        problem=problem,
    )


@blueprint.get("/<tenant>/<campaign>/papers.xlsx")
@require(Right.PAPER_READ, writes=True)
def workbook() -> Any:
    """Every paper that the list shows with these filters, all pages of it."""
    desk, session, filters = the_desk(), the_session(), _filters()
    stream = BytesIO()
    count = listing.write_register(stream, session, desk, filters, now=now())
    data = {"rows": count, "filters": _asked(filters)}
    record(session, Act.EXPORT, f"papers:{desk.campaign}"[:60], the_actor(), now(), data)
    stream.seek(0)
    day = now().astimezone(SHANGHAI).date().isoformat()
    name = Message(_("%(place)s公文登记簿 %(day)s.xlsx"), place=desk.tenant_name, day=day)
    return send_file(stream, XLSX, as_attachment=True, download_name=str(translate(name)))


@blueprint.post("/<tenant>/<campaign>/papers/export")
@require(Right.PAPER_WRITE)
def export() -> Any:
    """All papers of the list in one .zip, by the worker."""
    desk, session = the_desk(), the_session()
    day = now().astimezone(SHANGHAI).date().isoformat()
    try:
        request_export(
            session, the_actor(), now(), account_id=the_reader().account_id, kind=packing.KIND,
            title=Message(_("%(place)s公文 %(day)s"), place=desk.tenant_name, day=day), wanted=_asked(_filters()), desk=desk,
            registry=the_registry(),
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        session.rollback()
        return _index(error.message), 409 if isinstance(error, Conflict) else 422
    return redirect(url_for("documents.export_list"), 303)


# Further pages of this blueprint; they add their routes when imported.
from portal.papers import number_pages, paper_pages, step_pages, writing_pages  # noqa: E402

__all__ = ["blueprint", "number_pages", "paper_pages", "step_pages", "writing_pages"]
