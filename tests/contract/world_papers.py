"""An issued paper with a scan, an annex and versions, a draft that a colleague began, and a reserved number."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.core.posts import PostKind
from portal.core.reader import Reader
from portal.core.scope import Actor
from portal.documents.drafts import save_draft
from portal.papers import files, flow, numbers
from portal.papers.models import Paper
from portal.papers.templates import find_template
from portal.papers.writing import Content, Terms, save_paper, send_paper
from portal.units.models import Mechanism
from portal.units.reader import load_posts
from tests.factories import Factory

if TYPE_CHECKING:
    from tests.contract.world import Place

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def furnish_papers(
    session: Session, make: Factory, place: Place, body: Mechanism, actor: Actor, units: tuple[int, int]
) -> None:
    """The first of the units gets the paper."""
    now, campaign = make.clock(), make.app.extensions["portal"].registry.find(place.ids["campaign"])
    body.issuer_code = f"{place.canary}字"[:20]
    director = session.query(Account).filter_by(username=place.account(PostKind.OFFICE_DIRECTOR)).one()
    desk = Reader(director.id, "", "", load_posts(session, director.id, now)).desk(place.code, campaign.key)
    assert desk is not None
    template = find_template(campaign, "letter")
    content = Content(
        template=template, title=f"{place.canary}函", body=place.canary, values=template.example,
        terms=Terms(everyone=False, main=units[:1], copy_text=place.canary),
    )  # fmt: skip
    paper = save_paper(session, actor, now, desk=desk, content=content, request_key=f"{place.slug}-paper")
    send_paper(session, actor, now, paper=paper, template=template)
    someone = Actor(-1, f"{place.canary}核稿人")
    flow.check_paper(session, someone, now, paper=paper)
    flow.sign_paper(session, someone, now, paper=paper, body=body)
    flow.number_paper(session, actor, now, paper=paper, body=body, year=now.year)
    folder = Path(make.app.instance_path) / "files"
    files.add_scan(
        session, actor, now, folder=folder, paper=paper, name=f"{place.canary}.pdf", stream=BytesIO(PDF)
    )
    flow.issue_paper(session, someone, now, paper=paper, body=body, link=_nowhere)
    save_draft(
        session, actor, now, mechanism_id=body.id, unit_id=None, kind="paper", subject=f"{place.slug}-draft",
        title=f"{place.canary}草稿", content={"form": {"paper-template": ["notice"], "paper-title": [place.canary]}},
    )  # fmt: skip
    kept = numbers.reserve(
        session,
        actor,
        now,
        body=body,
        series="plain",
        year=now.year,
        purpose=place.canary,
        request_key=place.slug,
    )
    place.ids |= {"paper_id": paper.id, "number_id": kept.id}


def _nowhere(_paper: Paper) -> str:
    return ""
