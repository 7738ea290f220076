"""A stored paper as it is set: names found, number and date put in, .docx written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.papers import DocumentTemplate, DocumentType
from portal.core.clock import SHANGHAI
from portal.core.i18n import in_source_language
from portal.core.reader import Desk, with_place
from portal.core.text import _, written
from portal.documents.official import Context, Official, write_official
from portal.papers.addressing import list_units
from portal.papers.composing import compose
from portal.papers.models import Paper
from portal.papers.numbers import series_of
from portal.papers.templates import find_template
from portal.papers.writing import BODY, Content, Terms
from portal.units.models import Mechanism

_SPLIT = re.compile("[、，；,;]")
UPWARD = frozenset({DocumentType.REPORT, DocumentType.REQUEST})


def content_of(paper: Paper, campaign: Campaign) -> Content:
    return Content(
        template=find_template(campaign, paper.template), title=paper.title, body=paper.body, values=paper.values,
        terms=Terms.of(paper.terms),
    )  # fmt: skip


def context_of(
    body: Mechanism, place: str, template: DocumentTemplate, terms: Terms, names: Mapping[int, str], now: datetime,
    *, number: str = "", day: date | None = None, signer: str = "", issued_on: date | None = None,
) -> Context:  # fmt: skip
    """``names``: full names of the units by id, in official order; ``place``: name of the tenant."""
    office = with_place(place, body.office)
    issuer = body.name if terms.issuer == BODY else office
    everyone = (
        (str(_("各成员单位")),) if terms.everyone else tuple(n for u, n in names.items() if u in terms.main)
    )
    copies = tuple(n for u, n in names.items() if u in terms.copy)
    return Context(
        body=body.name, issuers=(issuer,), year=(day or now.astimezone(SHANGHAI).date()).year,
        code=body.issuer_code + series_of(template.type).suffix if body.issuer_code else "", number=number,
        host=body.host_name if terms.proxy else "", addressees=(*everyone, *_names(terms.main_text)),
        signer=signer if template.type in UPWARD else "", day=day, note=written("此件公开发布") if terms.public else "",
        files=terms.files, attendance=terms.attendance, copy_to=(*copies, *_names(terms.copy_text)), printed_by=office,
        printed_on=issued_on, copies=terms.copies,
    )  # fmt: skip


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _SPLIT.split(text) if part.strip())


def set_paper(
    session: Session, desk: Desk, body: Mechanism, campaign: Campaign, paper: Paper, now: datetime,
    names: Mapping[int, str] | None = None,
) -> Official:  # fmt: skip
    """``names`` spares the statement where many papers are set."""
    content = content_of(paper, campaign)
    if names is None:
        names = names_of(session, [paper])
    with in_source_language():
        context = context_of(
            body, desk.tenant_name, content.template, content.terms, names, now, number=paper.number, day=paper.day,
            signer=paper.signer, issued_on=paper.issued_at.date() if paper.issued_at else None,
        )  # fmt: skip
        return compose(content.template, content.values, content.title, content.body, context)


def names_of(session: Session, papers: Sequence[Paper]) -> dict[int, str]:
    """Full names of all units that the papers are addressed to, in official order; one statement."""
    ids = {u for p in papers for u in (*p.terms.get("main", ()), *p.terms.get("copy", ()))}
    return {u.id: u.full_name for u in list_units(session, ids)} if ids else {}


def write_paper(official: Official) -> bytes:
    stream = BytesIO()
    write_official(stream, official)
    return stream.getvalue()


_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


def file_name(number: str, title: str) -> str:
    """Number and title, without an ending."""
    return _UNSAFE.sub("_", f"{number} {title}".strip())[:100].rstrip(" .")
