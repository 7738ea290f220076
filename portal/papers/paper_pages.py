"""Pages of one paper: how it stands, its text, versions, the .docx, on paper."""

from __future__ import annotations

from io import BytesIO
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import render_template, send_file

from portal.campaigns.papers import DocumentType
from portal.core.audit import Act, record
from portal.core.errors import Conflict, NotFound, PluginError
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.documents import attachments, pdf
from portal.documents.differences import difference
from portal.documents.letters import DOCX
from portal.documents.official import Official
from portal.papers import files, flow, register
from portal.papers.access import get_paper, is_office, receiving_units, signs
from portal.papers.labels import LIGHTS, STATE_LABELS, STEP_LABELS, TYPE_LABELS
from portal.papers.models import Paper, PaperReceipt, PaperVersion, State
from portal.papers.origins import page_of
from portal.papers.rendering import file_name, set_paper, write_paper
from portal.papers.views import ID, at, blueprint
from portal.papers.writing import Terms
from portal.units.bodies import get_body
from portal.units.models import Unit
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session

WHY_LENGTH, NOTE_LENGTH = 300, 300
Problems = dict[str, Message | Text]


class Receipt(NamedTuple):
    unit_id: int
    name: str
    main: bool
    read_at: Any
    read_by: str


def found_paper(paper_id: int) -> Paper:
    return get_paper(the_session(), the_desk(), paper_id)


def list_receipts(paper: Paper) -> list[Receipt]:
    """In official order, 主送 first; one statement."""
    rows = the_session().execute(
        sa.select(
            PaperReceipt.unit_id,
            Unit.full_name,
            PaperReceipt.main,
            PaperReceipt.read_at,
            PaperReceipt.read_by,
        )
        .join(Unit, sa.and_(Unit.tenant_id == PaperReceipt.tenant_id, Unit.id == PaperReceipt.unit_id))
        .where(PaperReceipt.tenant_id == paper.tenant_id, PaperReceipt.paper_id == paper.id)
        .order_by(PaperReceipt.main.desc(), Unit.sort_no, Unit.id)
    )
    return [Receipt(*row) for row in rows]


def set_or_none(paper: Paper) -> Official | None:
    """None where the plugin no longer has the template."""
    desk, session = the_desk(), the_session()
    body = get_body(session, desk.mechanism_id)
    try:
        return set_paper(session, desk, body, the_campaign(), paper, now())
    except NotFound:
        return None


def in_full(paper: Paper) -> bool:
    """Whether the desk sees the text: what was withdrawn is only named to units."""
    desk = the_desk()
    return paper.state != State.WITHDRAWN or is_office(desk) or signs(desk)


@blueprint.get(f"/<tenant>/<campaign>/papers/{ID}")
@require(Right.PAPER_READ)
def show(paper_id: int) -> Any:
    return show_paper(found_paper(paper_id))


def show_paper(
    paper: Paper, problems: Problems | None = None, typed: dict[str, str] | None = None, status: int = 200
) -> Any:
    """``problems`` of a step stand beside what was ``typed``."""
    desk, session = the_desk(), the_session()
    office, signer = is_office(desk), signs(desk)
    inside = office or signer
    state = State(paper.state)
    everyone = list_receipts(paper) if paper.issued_at else []
    own = receiving_units(desk)
    annexes, scans = files.split(attachments.list_attached(session, files.subject_of(paper)))
    body = get_body(session, desk.mechanism_id)
    numbering = office and state is State.SIGNED
    official, broken = None, False
    if in_full(paper):
        try:
            official = set_or_none(paper)
        except PluginError:  # the words are shown all the same, and every step stays possible
            broken = True
    page = render_template(
        "papers/paper.html",
        at=at(desk),
        paper=paper,
        state=state,
        states=STATE_LABELS,
        light=LIGHTS[state],
        kind=TYPE_LABELS[DocumentType(paper.type)],
        official=official,
        broken=broken,
        in_full=in_full(paper),
        terms=Terms.of(paper.terms),
        office=office,
        inside=inside,
        mine=paper.sent_by == the_actor().account_id,
        may_check=office and state is State.CHECKING and paper.sent_by != the_actor().account_id,
        may_sign=signer and state is State.SIGNING and paper.sent_by != the_actor().account_id,
        may_return=inside and state in flow.RETURNABLE and (office or state is not State.CHECKING),
        may_end=office and (state in flow.VOIDABLE or state is State.ISSUED) and bool(paper.edition),
        may_scan=office and state in files.SCANNABLE,
        story=flow.list_story(session, paper) if inside else [],
        steps=STEP_LABELS,
        versions=_versions(paper) if inside else [],
        receipts=everyone if inside else [],
        signed=sum(r.read_at is not None for r in everyone),
        asked=[r for r in everyone if r.unit_id in own],
        annexes=annexes,
        scans=scans if inside or in_full(paper) else [],
        origin=page_of(paper.subject) if paper.subject and inside else None,
        body=body,
        sets_policy=Right.POLICY_SET in desk.rights,
        next_numbers=register.next_numbers(session, body, paper.type, now()) if numbering else {},
        reserved=register.list_reserved(session, body, paper.type) if numbering else [],
        converter=pdf.find_converter() is not None,
        problems=problems or {},
        typed=typed or {},
        why_length=WHY_LENGTH,
        note_length=NOTE_LENGTH,
    )
    return page, status


def _versions(paper: Paper) -> list[PaperVersion]:
    wanted = (PaperVersion.tenant_id == paper.tenant_id, PaperVersion.paper_id == paper.id)
    return list(the_session().scalars(sa.select(PaperVersion).where(*wanted).order_by(PaperVersion.number)))


@blueprint.get(f"/<tenant>/<campaign>/papers/{ID}/versions/<int:number>")
@require(Right.PAPER_READ)
def version(paper_id: int, number: int) -> Any:
    """One version, and what it says differently from the one before; for the office and who signs."""
    paper, desk = found_paper(paper_id), the_desk()
    versions = _versions(paper) if is_office(desk) or signs(desk) else []
    found = next((v for v in versions if v.number == number), None)
    if found is None:
        raise NotFound
    before = next((v for v in versions if v.number == number - 1), None)
    return render_template(
        "papers/version.html",
        at=at(desk),
        paper=paper,
        version=found,
        before=before,
        last=versions[-1].number,
        title=difference(before.title, found.title) if before else [("same", found.title)],
        text=difference(before.body, found.body) if before else [("same", found.body)],
    )


@blueprint.get(f"/<tenant>/<campaign>/papers/{ID}/print")
@require(Right.PAPER_READ)
def on_paper(paper_id: int) -> Any:
    paper = found_paper(paper_id)
    if not in_full(paper):
        raise NotFound
    return render_template("papers/print.html", at=at(the_desk()), paper=paper, official=set_or_none(paper))


def _ready(paper_id: int, kind: str) -> tuple[Paper, Official]:
    """What is to be written, with a line in the trail. The transaction ends here: a long paper takes its time, and
    nobody else's work shall wait for it."""
    paper, session = found_paper(paper_id), the_session()
    if not in_full(paper):
        raise NotFound
    official = set_or_none(paper)
    if official is None:
        raise Conflict(_("这份公文的模板已不在系统中，不能生成文件；文字可在页面上查看。"))
    record(session, Act.EXPORT, f"paper:{paper.id}", the_actor(), now(), {"as": kind, "number": paper.number})
    session.commit()
    return paper, official


@blueprint.get(f"/<tenant>/<campaign>/papers/{ID}/paper.docx")
@require(Right.PAPER_READ, writes=True)
def document(paper_id: int) -> Any:
    paper, official = _ready(paper_id, "docx")
    name = f"{file_name(paper.number, paper.title)}.docx"
    return send_file(BytesIO(write_paper(official)), DOCX, as_attachment=True, download_name=name)


@blueprint.post(f"/<tenant>/<campaign>/papers/{ID}/preview")
@require(Right.PAPER_READ)
def preview(paper_id: int) -> Any:
    """As PDF, where a converter is installed. It takes seconds: no address that a browser may fetch on its own."""
    paper, official = _ready(paper_id, "pdf")
    name = f"{file_name(paper.number, paper.title)}.pdf"
    try:
        content = pdf.make_pdf(write_paper(official))
    except pdf.NoPreview as error:
        return show_paper(found_paper(paper_id), {"": error.message}, status=409)
    return send_file(BytesIO(content), "application/pdf", as_attachment=True, download_name=name)
