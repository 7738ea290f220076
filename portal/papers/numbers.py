"""发文字号: one series per tenant, 机关代字 and year, given under the lock of the series' row, so without gaps.

A number that was given is never given again: it belongs to a paper, is kept for a purpose, or stands void with a reason.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.campaigns.papers import DocumentType
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _, written
from portal.papers.models import NumberState, Paper, PaperNumber, PaperSeries
from portal.units.models import Mechanism

HIGHEST = 9999


class Series(NamedTuple):
    """A series of one body. ``issue``: counted as 第3期 instead of 〔2026〕3号."""

    key: str
    suffix: str
    label: Text
    issue: bool = False


SERIES = (
    Series("plain", "", _("文件")),
    Series("letter", written("函"), _("函")),
    Series("order", written("督"), _("督办单")),
    Series("minutes", written("纪要"), _("纪要"), issue=True),
)
_OF_TYPE = {
    DocumentType.LETTER: "letter",
    DocumentType.ADVISORY: "letter",
    DocumentType.INTERVIEW: "letter",
    DocumentType.TRANSFER: "letter",
    DocumentType.ORDER: "order",
    DocumentType.MINUTES: "minutes",
}
UNNUMBERED = frozenset({DocumentType.SUMMARY})
"""文种 that bear no number."""


def series_of(kind: DocumentType | str) -> Series:
    key = _OF_TYPE.get(DocumentType(kind), "plain")
    return next(s for s in SERIES if s.key == key)


def code_of(body: Mechanism, kind: DocumentType | str) -> str:
    """机关代字 for the 文种. ``Invalid`` on ``code`` while the body has none: it says where to set it."""
    if not body.issuer_code:
        raise Invalid(
            {"code": _("本机制还没有机关代字，不能编号。请在“本县口径”的“机制设置”里填写，例如 阳反假。")}
        )
    return body.issuer_code + series_of(kind).suffix


def print_number(code: str, year: int, n: int, *, issue: bool) -> str:
    """阳反假〔2026〕9号, or 第9期 (GB/T 9704: six-sided brackets, no 第, no leading zero)."""
    text = _("第%(n)s期") if issue else _("%(code)s〔%(year)s〕%(n)s号")
    return str(Message(text, code=code, year=year, n=n))


def years_open(now: datetime) -> tuple[int, ...]:
    """The clerk says when a new year begins: this one is offered first, the last one stays open."""
    year = now.astimezone(SHANGHAI).year
    return (year, year - 1)


def _lock(session: Session, code: str, year: int) -> PaperSeries:
    wanted = (
        sa.select(PaperSeries)
        .where(
            PaperSeries.tenant_id == get_scope(session).home,
            PaperSeries.code == code,
            PaperSeries.year == year,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = session.scalars(wanted).one_or_none()
    if found is None:
        try:
            with session.begin_nested():
                session.add(PaperSeries(code=code, year=year, first=1, last=0))
        except IntegrityError:
            pass  # somebody else was first
        found = session.scalars(wanted).one()
    return found


def _check_year(now: datetime, year: int) -> None:
    if year not in years_open(now):
        raise Invalid({"year": _("只能编本年或上年的文号，请重新选择。")})


def _take(
    session: Session, actor: Actor, now: datetime, *, body: Mechanism, code: str, year: int, issue: bool, state: NumberState,
) -> PaperNumber:  # fmt: skip
    series = _lock(session, code, year)
    if series.last >= HIGHEST:
        raise Conflict(_("本年文号已用完，请联系系统管理员。"))
    series.last += 1
    taken = PaperNumber(
        mechanism_id=body.id, code=code, year=year, n=series.last, state=state.value, at=now, by=actor.name,
        text=print_number(code, year, series.last, issue=issue),
    )  # fmt: skip
    session.add(taken)
    session.flush()
    return taken


def give_number(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    body: Mechanism,
    paper: Paper,
    year: int,
    reserved: int = 0,
) -> PaperNumber:
    """The next number of the series, or one that was ``reserved``, to a paper whose row is locked."""
    code, issue = code_of(body, paper.type), series_of(paper.type).issue
    if reserved:
        found = find_number(session, body, reserved)
        if found.state != NumberState.RESERVED or found.code != code:
            raise Invalid({"reserved": _("这个预留号已被使用、作废或不属于这一文种，请重新选择。")})
        found.state, found.at, found.by = NumberState.USED.value, now, actor.name
    else:
        _check_year(now, year)
        found = _take(
            session, actor, now, body=body, code=code, year=year, issue=issue, state=NumberState.USED
        )
    found.paper_id = paper.id
    session.flush()
    return found


def find_number(session: Session, body: Mechanism, number_id: int) -> PaperNumber:
    """The body's own, locked. ``NotFound`` for any other."""
    wanted = (PaperNumber.tenant_id == body.tenant_id, PaperNumber.id == number_id)
    query = sa.select(PaperNumber).where(*wanted, PaperNumber.mechanism_id == body.id)
    found = session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found


def reserve(
    session: Session, actor: Actor, now: datetime, *, body: Mechanism, series: str, year: int, purpose: str,
    request_key: str,
) -> PaperNumber:  # fmt: skip
    """预留: the next number for ``purpose``. Pressed twice, one is kept."""
    line = next((s for s in SERIES if s.key == series), None)
    if line is None:
        raise Invalid({"series": _("请选择编号序列。")})
    if not purpose:
        raise Invalid({"purpose": _("请写明预留给哪份公文。")})
    _check_year(now, year)
    if not body.issuer_code:
        code_of(body, DocumentType.NOTICE)
    code = body.issuer_code + line.suffix
    _lock(session, code, year)
    first = session.scalars(
        sa.select(PaperNumber).where(
            PaperNumber.tenant_id == body.tenant_id, PaperNumber.request_key == request_key
        )
    ).one_or_none()
    if first is not None:
        if first.mechanism_id != body.id:
            raise Conflict
        return first
    found = _take(
        session, actor, now, body=body, code=code, year=year, issue=line.issue, state=NumberState.RESERVED
    )
    found.purpose, found.request_key = purpose, request_key
    session.flush()
    record(
        session, Act.PAPER_RESERVE, f"number:{found.id}", actor, now, {"number": found.text, "for": purpose}
    )
    return found


def void_number(
    session: Session, actor: Actor, now: datetime, *, body: Mechanism, number_id: int, why: str
) -> PaperNumber:
    """A reserved number that is not needed; it stays in the register. Of a paper: void the paper."""
    if not why:
        raise Invalid({"why": _("请写明作废理由。")})
    found = find_number(session, body, number_id)
    if found.state == NumberState.VOID:
        return found
    if found.state != NumberState.RESERVED:
        raise Conflict(_("这个文号已用在公文上，请在该公文页面作废或撤回。"))
    _void(session, actor, now, found, why)
    return found


def _void(session: Session, actor: Actor, now: datetime, number: PaperNumber, why: str) -> None:
    number.state, number.why, number.at, number.by = NumberState.VOID.value, why, now, actor.name
    session.flush()
    record(
        session, Act.PAPER_NUMBER_VOID, f"number:{number.id}", actor, now, {"number": number.text, "why": why}
    )


def void_number_of(session: Session, actor: Actor, now: datetime, paper: Paper, why: str) -> None:
    """The paper goes without it from now on."""
    held = session.scalars(
        sa.select(PaperNumber).where(
            PaperNumber.tenant_id == paper.tenant_id, PaperNumber.paper_id == paper.id,
            PaperNumber.state == NumberState.USED.value,
        )
    )  # fmt: skip
    for number in held:
        _void(session, actor, now, number, why)


def number_of(session: Session, paper: Paper) -> PaperNumber | None:
    """The one it bears now."""
    wanted = (PaperNumber.tenant_id == paper.tenant_id, PaperNumber.paper_id == paper.id)
    return session.scalars(
        sa.select(PaperNumber).where(*wanted, PaperNumber.state == NumberState.USED.value)
    ).one_or_none()


def begin_series(
    session: Session, actor: Actor, now: datetime, *, body: Mechanism, series: str, year: int, first: int
) -> PaperSeries:
    """Numbers before ``first`` were given on paper, before the portal was used. Only while the series is unused."""
    line = next((s for s in SERIES if s.key == series), None)
    if line is None:
        raise Invalid({"series": _("请选择编号序列。")})
    _check_year(now, year)
    if not 1 <= first <= HIGHEST:
        raise Invalid({"first": Message(_("请填 1 到 %(n)s 之间的整数。"), n=HIGHEST)})
    if not body.issuer_code:
        code_of(body, DocumentType.NOTICE)
    found = _lock(session, body.issuer_code + line.suffix, year)
    if (found.first, found.last) == (first, first - 1):
        return found
    if found.last >= found.first:
        raise Conflict(_("这一序列已经编过号，起始号不能再改。"))
    found.first, found.last = first, first - 1
    session.flush()
    data = {"code": found.code, "year": year, "first": first}
    record(session, Act.PAPER_SERIES, f"series:{found.id}", actor, now, data)
    return found
