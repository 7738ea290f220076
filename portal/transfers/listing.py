"""The list of transfers: what came in, what went out, what went to the superior. Row tuples, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.handing import Reach
from portal.core.reader import Desk
from portal.core.text import Text, _
from portal.transfers.access import disputes_of, readable
from portal.transfers.models import Side, State, Transfer, TransferDispute
from portal.transfers.states import OPEN

PAGE, MAX_PAGE = 50, 1000
DISPUTES = 50
T = Transfer


class Tab(StrEnum):
    IN = "in"
    OUT = "out"
    ABOVE = "above"


TABS: dict[Tab, Text] = {Tab.IN: _("收到"), Tab.OUT: _("发出"), Tab.ABOVE: _("报请上级")}


@dataclass(frozen=True)
class Filters:
    """``state`` '' = all, 'open' = sent or accepted."""

    tab: Tab = Tab.IN
    state: str = ""
    text: str = ""
    page: int = 1


class Row(NamedTuple):
    id: int
    side: str
    number: str
    label: str
    title: str
    from_name: str
    to_name: str
    state: str
    sent_at: datetime
    decided_at: datetime | None
    accept_due: datetime | None
    result_due: datetime | None
    noted_at: datetime | None
    dispute: str
    role: str
    outcome_label: str
    there_number: str
    there_stage: str
    there_closed_on: date | None
    reach: str


COLUMNS: tuple[Any, ...] = tuple(getattr(T, name) for name in Row._fields)


class DisputeRow(NamedTuple):
    id: int
    number: str
    title: str
    from_name: str
    to_name: str
    state: str
    raised_at: datetime
    lead: str
    decided_on: date | None
    decision_number: str
    side: str


def list_transfers(session: Session, desk: Desk, filters: Filters) -> tuple[list[Row], bool]:
    """One page, newest first, and whether more follow; one statement."""
    query = (
        sa.select(*COLUMNS)
        .where(readable(desk), _of_tab(filters.tab))
        .order_by(T.sent_at.desc(), T.id.desc())
    )
    if filters.state == "open":
        query = query.where(T.state.in_([s.value for s in OPEN]))
    elif filters.state:
        query = query.where(T.state == filters.state)
    if filters.text:
        columns = (T.number, T.title, T.from_name, T.to_name, T.there_number)
        query = query.where(sa.or_(*(c.icontains(filters.text, autoescape=True) for c in columns)))
    rows = [Row(*row) for row in session.execute(query.limit(PAGE + 1).offset((filters.page - 1) * PAGE))]
    return rows[:PAGE], len(rows) > PAGE


def _of_tab(tab: Tab) -> sa.ColumnElement[bool]:
    if tab is Tab.ABOVE:
        return T.reach == Reach.SUPERIOR.value
    return T.side == (Side.IN if tab is Tab.IN else Side.OUT).value


def list_disputes(session: Session, desk: Desk) -> Sequence[DisputeRow]:
    """The latest; one statement."""
    columns: tuple[Any, ...] = tuple(getattr(TransferDispute, name) for name in DisputeRow._fields)
    rows = session.execute(
        sa.select(*columns)
        .where(disputes_of(desk))
        .order_by(TransferDispute.raised_at.desc(), TransferDispute.id.desc())
        .limit(DISPUTES)
    )
    return [DisputeRow(*row) for row in rows]


def read_filters(tab: str, state: str, text: str, page: int) -> Filters:
    """Of an address; what it does not know is left out."""
    return Filters(
        tab=Tab(tab) if tab in list(Tab) else Tab.IN, state=state if state == "open" or state in list(State) else "",
        text=text.strip()[:60].replace("\0", ""), page=min(max(page, 1), MAX_PAGE),
    )  # fmt: skip
