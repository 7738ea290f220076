"""The register of numbers: every one of a year with what became of it, proven to be without gaps."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.papers import DocumentType
from portal.papers.models import NumberState, Paper, PaperNumber, PaperSeries, State
from portal.papers.numbers import SERIES, code_of, print_number, series_of, years_open
from portal.units.models import Mechanism


class Given(NamedTuple):
    """A line of the register. ``title`` None = no paper; '' = of another body of the tenant, which is its own affair."""

    id: int
    text: str
    n: int
    state: NumberState
    own: bool
    purpose: str
    why: str
    at: datetime
    by: str
    paper_id: int | None
    title: str | None
    paper_state: State | None


class Book(NamedTuple):
    """A series of a year with all its numbers. ``missing`` must be empty; it is counted, not believed."""

    code: str
    year: int
    first: int
    last: int
    lines: list[Given]
    missing: list[int]


def read_books(session: Session, body: Mechanism, year: int) -> list[Book]:
    """The body's series of the year; two statements."""
    codes = {body.issuer_code + s.suffix: place for place, s in enumerate(SERIES)} if body.issuer_code else {}
    earlier = sa.select(PaperNumber.code).where(
        PaperNumber.mechanism_id == body.id, PaperNumber.tenant_id == body.tenant_id
    )
    series = session.scalars(
        sa.select(PaperSeries)
        .where(
            PaperSeries.tenant_id == body.tenant_id, PaperSeries.year == year,
            sa.or_(PaperSeries.code.in_(list(codes)), PaperSeries.code.in_(earlier)),
        )
        .order_by(PaperSeries.code)
    ).all()  # fmt: skip
    rows = session.execute(
        sa.select(
            PaperNumber.code, PaperNumber.id, PaperNumber.text, PaperNumber.n, PaperNumber.state,
            PaperNumber.mechanism_id, PaperNumber.purpose, PaperNumber.why, PaperNumber.at, PaperNumber.by,
            PaperNumber.paper_id, Paper.title, Paper.state,
        )
        .outerjoin(Paper, sa.and_(Paper.tenant_id == PaperNumber.tenant_id, Paper.id == PaperNumber.paper_id))
        .where(
            PaperNumber.tenant_id == body.tenant_id, PaperNumber.year == year,
            PaperNumber.code.in_([s.code for s in series]),
        )
        .order_by(PaperNumber.n)
    ).all()  # fmt: skip
    books = []
    for found in sorted(series, key=lambda s: (codes.get(s.code, len(codes)), s.code)):
        lines = [
            Given(
                r[1], r[2], r[3], NumberState(r[4]), own, r[6] if own else "", r[7] if own else "", r[8], r[9] if own else "",
                r[10] if own else None, r[11] if own else "", State(r[12]) if own and r[12] else None,
            )
            for r in rows
            if r[0] == found.code
            for own in (r[5] == body.id,)
        ]  # fmt: skip
        missing = sorted(set(range(found.first, found.last + 1)) - {x.n for x in lines})
        books.append(Book(found.code, year, found.first, found.last, lines[::-1], missing))
    return books


def list_reserved(session: Session, body: Mechanism, kind: DocumentType | str) -> list[PaperNumber]:
    """Reserved numbers that a paper of this 文种 could take."""
    if not body.issuer_code:
        return []
    wanted = (
        PaperNumber.tenant_id == body.tenant_id, PaperNumber.mechanism_id == body.id,
        PaperNumber.code == code_of(body, kind), PaperNumber.state == NumberState.RESERVED.value,
    )  # fmt: skip
    return list(
        session.scalars(sa.select(PaperNumber).where(*wanted).order_by(PaperNumber.year, PaperNumber.n))
    )


def next_numbers(
    session: Session, body: Mechanism, kind: DocumentType | str, now: datetime
) -> dict[int, str]:
    """Year -> how its next number would read now; for the page alone, another clerk may take it first."""
    if not body.issuer_code:
        return {}
    code, issue = code_of(body, kind), series_of(kind).issue
    wanted = (PaperSeries.tenant_id == body.tenant_id, PaperSeries.code == code)
    last = {r[0]: r[1] for r in session.execute(sa.select(PaperSeries.year, PaperSeries.last).where(*wanted))}
    return {y: print_number(code, y, last.get(y, 0) + 1, issue=issue) for y in years_open(now)}
