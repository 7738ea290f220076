"""The register of papers: what the reader may see, filtered, fifty a page; as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, BinaryIO, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.papers import DocumentType
from portal.core.clock import midnight
from portal.core.errors import Invalid
from portal.core.i18n import join_words, show_moment, translate
from portal.core.reader import Desk
from portal.core.text import Message, _
from portal.documents.workbook import Column, Kind, Sheet, write_workbook
from portal.papers.access import readable, receiving_units
from portal.papers.labels import STATE_LABELS, TYPE_LABELS
from portal.papers.models import Paper, PaperReceipt, State
from portal.units.models import Unit

PAGE, MOST_ROWS = 50, 10_000
UNSIGNED = "unsigned"
"""Of a unit: what it has not signed for."""


@dataclass(frozen=True)
class Filters:
    state: str = ""
    type: str = ""
    year: int = 0
    text: str = ""
    page: int = 1


class Line(NamedTuple):
    id: int
    number: str
    title: str
    type: DocumentType
    state: State
    terms: dict[str, Any]
    listed_at: datetime
    issued_at: datetime | None
    changed_by: str
    owed: bool
    """A unit of the reader has not signed for it."""
    asked: int
    signed: int


def condition(desk: Desk, filters: Filters) -> list[Any]:
    found: list[Any] = [readable(desk)]
    if filters.state == UNSIGNED:
        found += [Paper.state == State.ISSUED.value, _owed(desk)]
    elif filters.state:
        found.append(Paper.state == filters.state)
    if filters.type:
        found.append(Paper.type == filters.type)
    if filters.year:
        found += [
            Paper.listed_at >= midnight(date(filters.year, 1, 1)),
            Paper.listed_at < midnight(date(filters.year + 1, 1, 1)),
        ]
    if filters.text:
        found.append(
            sa.or_(
                Paper.title.contains(filters.text, autoescape=True),
                Paper.number.contains(filters.text, autoescape=True),
            )
        )
    return found


def _owed(desk: Desk) -> Any:
    return sa.exists().where(
        PaperReceipt.tenant_id == Paper.tenant_id, PaperReceipt.paper_id == Paper.id,
        PaperReceipt.unit_id.in_(receiving_units(desk)), PaperReceipt.read_at.is_(None),
    )  # fmt: skip


def list_papers(session: Session, desk: Desk, filters: Filters, most: int = PAGE) -> tuple[list[Line], bool]:
    """Newest first, and whether there are more; one statement."""
    of = (PaperReceipt.tenant_id == Paper.tenant_id, PaperReceipt.paper_id == Paper.id)
    asked = sa.select(sa.func.count()).select_from(PaperReceipt).where(*of).scalar_subquery()
    signed = (
        sa.select(sa.func.count())
        .select_from(PaperReceipt)
        .where(*of, PaperReceipt.read_at.is_not(None))
        .scalar_subquery()
    )
    owed = sa.and_(Paper.state == State.ISSUED.value, _owed(desk)) if receiving_units(desk) else sa.false()
    rows = session.execute(
        sa.select(
            Paper.id, Paper.number, Paper.title, Paper.type, Paper.state, Paper.terms, Paper.listed_at, Paper.issued_at,
            Paper.changed_by, sa.case((owed, 1), else_=0), asked, signed,
        )
        .where(*condition(desk, filters))
        .order_by(Paper.listed_at.desc(), Paper.id.desc())
        .offset((filters.page - 1) * most)
        .limit(most + 1)
    ).all()  # fmt: skip
    found = [
        Line(
            r[0],
            r[1],
            r[2],
            DocumentType(r[3]),
            State(r[4]),
            r[5],
            r[6],
            r[7],
            r[8],
            bool(r[9]),
            r[10],
            r[11],
        )
        for r in rows[:most]
    ]
    return found, len(rows) > most


def count_papers(session: Session, desk: Desk, filters: Filters) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Paper).where(*condition(desk, filters))) or 0


def short_names(session: Session, lines: Sequence[Line]) -> dict[int, str]:
    """Of the units that the lines are addressed to, in official order; at most one statement."""
    ids = {u for line in lines for u in line.terms.get("main", ())}
    if not ids:
        return {}
    query = sa.select(Unit.id, Unit.short_name).where(Unit.id.in_(ids)).order_by(Unit.sort_no, Unit.id)
    return {r[0]: r[1] for r in session.execute(query)}


def to_whom(terms: Mapping[str, Any], names: Mapping[int, str], most: int = 3) -> str:
    """主送 of a list: all, or the first names."""
    if terms.get("everyone"):
        return str(translate(_("各成员单位")))
    found = [name for unit, name in names.items() if unit in terms.get("main", ())]
    if terms.get("main_text"):
        found.append(terms["main_text"])
    more = Message(_("等 %(n)s 家"), n=len(found))
    shown = join_words(found[:most])
    return f"{shown}{translate(more)}" if len(found) > most else shown


def write_register(stream: BinaryIO, session: Session, desk: Desk, filters: Filters, *, now: datetime) -> int:
    """Number of rows written. ``Invalid`` beyond ``MOST_ROWS``."""
    lines, more = list_papers(session, desk, replace(filters, page=1), MOST_ROWS)
    if more:
        raise Invalid({"q": Message(_("符合条件的超过 %(n)s 件，请先筛选再导出。"), n=MOST_ROWS)})
    names = short_names(session, lines)

    def rows() -> Iterator[list[Any]]:
        for line in lines:
            yield [
                line.number, line.title, translate(TYPE_LABELS[line.type]), translate(STATE_LABELS[line.state]),
                to_whom(line.terms, names, 50), line.issued_at or "", f"{line.signed}/{line.asked}" if line.asked else "",
            ]  # fmt: skip

    sheet = Sheet(
        title=_("公文登记簿"),
        columns=[
            Column(label=_("文号"), width=22),
            Column(label=_("标题"), width=48),
            Column(label=_("文种"), width=12),
            Column(label=_("状态"), width=10),
            Column(label=_("主送"), width=36),
            Column(label=_("印发时间"), width=17, kind=Kind.MOMENT),
            Column(label=_("签收"), width=10),
        ],
        rows=rows(),
        left=Message(_("导出单位：%(office)s"), office=desk.office_name),
        right=Message(_("数据截至 %(moment)s"), moment=show_moment(now)),
        foot=(),
    )
    write_workbook(stream, [sheet])
    return len(lines)
