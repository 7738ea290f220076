"""Many papers at once: every one of the register, as filtered, in a .zip that the worker writes."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import PluginError
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import Scope
from portal.documents import exports
from portal.documents.exports import Task
from portal.papers.listing import Filters, condition, count_papers
from portal.papers.models import Paper
from portal.papers.rendering import file_name, names_of, set_paper, write_paper
from portal.papers.templates import list_templates
from portal.units.bodies import find_body

KIND = "papers.docx"
_BATCH = 50


def _filters(task: Task) -> Filters:
    return Filters(
        state=str(task.wanted.get("state", "")), type=str(task.wanted.get("type", "")),
        year=int(task.wanted.get("year", 0)), text=str(task.wanted.get("q", "")),
    )  # fmt: skip


def _count(task: Task) -> int:
    return count_papers(task.session, task.desk, _filters(task))


def _files(task: Task) -> Iterator[tuple[str, bytes]]:
    """In the order of the register, a few at a time."""
    session, desk = task.session, task.desk
    body, campaign = find_body(session, desk.tenant_id, desk.campaign), task.registry.find(desk.campaign)
    ids = session.scalars(
        sa.select(Paper.id)
        .where(*condition(desk, _filters(task)))
        .order_by(Paper.listed_at.desc(), Paper.id.desc())
    ).all()
    if body is None or campaign is None:
        return
    known = {t.key for t in list_templates(campaign)}
    for start in range(0, len(ids), _BATCH):
        some = ids[start : start + _BATCH]
        papers = {p.id: p for p in session.scalars(sa.select(Paper).where(Paper.id.in_(some)))}
        names = names_of(session, list(papers.values()))
        for paper in (papers[i] for i in some if i in papers):
            if paper.template in known:  # a plugin may have dropped one
                try:
                    official = set_paper(session, desk, body, campaign, paper, task.now, names)
                except PluginError:  # it is in the log; the others are wanted all the same
                    continue
                yield f"{file_name(paper.number, paper.title)}.docx", write_paper(official)
        session.expunge_all()
        body = session.merge(body, load=False)


def _own(_session: Session, desk: Desk) -> Scope:
    return Scope(own=(desk.tenant_id,), home=desk.tenant_id)


exports.register_writer(KIND, exports.Writer(Right.PAPER_WRITE, _own, _count, files=_files))
