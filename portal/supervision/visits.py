"""督导检查 planned over all campaigns of a tenant, so that no unit is asked twice in one month unawares.

政府督查工作条例 第十五条: the frequency is controlled, repeated and many-headed inspection avoided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.reader import Desk
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.notices.services import notify
from portal.supervision.access import is_office, own_units
from portal.supervision.models import Visit, VisitUnit
from portal.supervision.services import orders_of
from portal.supervision.sources import OrderSource, SourceKind, register_source
from portal.units.bodies import list_members
from portal.units.models import Mechanism, Unit

PAGE = 50


@dataclass(frozen=True)
class Clash:
    """A visit of the same month, of any body of the tenant; of other bodies only that it is planned."""

    unit_id: int
    unit: str
    body: str
    month: str
    on: date | None


@dataclass(frozen=True)
class Seen:
    """A unit of a visit."""

    id: int
    visit_id: int
    unit_id: int
    unit: str
    done_on: date | None
    result: str
    problems: str


def month_of(month: str, on: date | None) -> str:
    """``YYYY-MM``; ``Invalid`` where neither says when."""
    if on is not None:
        return f"{on:%Y-%m}"
    year, _dash, number = month.strip().partition("-")
    if not (year.isascii() and year.isdigit() and number.isascii() and number.isdigit()):
        raise Invalid({"month": _("请填月份，例如 2026-10，或填具体日期。")})
    if not (2000 <= int(year) <= 2100 and 1 <= int(number) <= 12):
        raise Invalid({"month": _("请填月份，例如 2026-10，或填具体日期。")})
    return f"{int(year):04d}-{int(number):02d}"


def _in_words(month: str) -> Message:
    return Message(_("%(y)s年%(m)s月"), y=month[:4], m=int(month[5:]))


def find_clashes(session: Session, month: str, unit_ids: Sequence[int]) -> list[Clash]:
    """What these units are asked already in the month, over all bodies of the home tenant; one statement."""
    rows = session.execute(
        sa.select(Unit.id, Unit.short_name, Mechanism.name, Visit.month, Visit.on)
        .join(VisitUnit, sa.and_(VisitUnit.tenant_id == Visit.tenant_id, VisitUnit.visit_id == Visit.id))
        .join(Unit, sa.and_(Unit.tenant_id == Visit.tenant_id, Unit.id == VisitUnit.unit_id))
        .join(Mechanism, sa.and_(Mechanism.tenant_id == Visit.tenant_id, Mechanism.id == Visit.mechanism_id))
        .where(
            Visit.tenant_id == get_scope(session).home, Visit.month == month, Visit.cancelled_at.is_(None),
            VisitUnit.unit_id.in_(unit_ids),
        )
        .order_by(Unit.sort_no, Unit.id, Visit.on)
    )  # fmt: skip
    return [Clash(*row) for row in rows]


def plan_visit(
    session: Session, actor: Actor, now: datetime, *, mechanism_id: int, title: str, month: str, on: date | None,
    unit_ids: Sequence[int], by_whom: str, basis: str, clash_why: str = "", request_key: str, link: str = "",
) -> Visit:  # fmt: skip
    """``Invalid`` at ``clash_why`` names the units that are asked already in that month, until a reason is given."""
    home = get_scope(session).home
    lock = sa.select(Mechanism.id).where(Mechanism.tenant_id == home, Mechanism.id == mechanism_id)
    if session.execute(lock.with_for_update()).first() is None:
        raise NotFound
    made = session.scalars(
        sa.select(Visit).where(Visit.tenant_id == home, Visit.request_key == request_key)
    ).first()
    if made is not None:
        if made.mechanism_id != mechanism_id:
            raise Conflict
        return made
    month, today = month_of(month, on), now.astimezone(SHANGHAI).date()
    units, members = (
        list(dict.fromkeys(unit_ids)),
        {m.unit_id for m in list_members(session, mechanism_id, today)},
    )
    problems: dict[str, Message | Text] = {}
    if month < f"{today:%Y-%m}":
        problems["month"] = _("不能安排在已经过去的月份。")
    if not units or any(u not in members for u in units):
        problems["units"] = _("请至少选一家现在的成员单位。")
    clashes = find_clashes(session, month, units)
    if clashes and not clash_why.strip():
        names = "、".join(dict.fromkeys(c.unit for c in clashes))
        problems["clash_why"] = Message(
            _(
                "%(units)s 当月已有检查安排。请并入已有检查或改期；仍要安排的，写明理由（政府督查工作条例第十五条：控制频次，避免重复督查）。"
            ),
            units=names,
        )
    if problems:
        raise Invalid(problems)
    visit = Visit(
        mechanism_id=mechanism_id, title=title, month=month, on=on, by_whom=by_whom, basis=basis,
        clash_why=clash_why.strip()[:300] if clashes else "", planned_at=now, planned_by=actor.name,
        request_key=request_key,
    )  # fmt: skip
    session.add(visit)
    session.flush()
    for unit_id in units:
        session.add(VisitUnit(visit_id=visit.id, unit_id=unit_id))
        text = Message(
            _("检查安排：“%(title)s”，%(month)s，由 %(by)s 检查。"),
            title=title,
            month=_in_words(month),
            by=by_whom,
        )
        notify(
            session, now, mechanism_id=mechanism_id, unit_id=unit_id, text=text, sender=actor.name, link=link,
            detail=basis,
        )  # fmt: skip
    session.flush()
    data = {"month": month, "units": len(units), "clashes": len(clashes)}
    record(session, Act.VISIT_PLAN, f"visit:{visit.id}", actor, now, data)
    return visit


def get_visit(session: Session, desk: Desk, visit_id: int) -> Visit:
    """The office and the convenors see every visit, a unit those that concern it; all else is ``NotFound``."""
    found = session.get(Visit, (desk.tenant_id, visit_id))
    if found is None or found.mechanism_id != desk.mechanism_id:
        raise NotFound
    own = own_units(desk)
    if own is not None and not any(s.unit_id in own for s in list_seen(session, [found]).get(found.id, ())):
        raise NotFound
    return found


def list_seen(session: Session, visits: Sequence[Visit]) -> dict[int, list[Seen]]:
    """Units by visit, in official order; one statement, none without visits."""
    found: dict[int, list[Seen]] = {}
    if visits:
        rows = session.execute(
            sa.select(
                VisitUnit.id, VisitUnit.visit_id, VisitUnit.unit_id, Unit.short_name, VisitUnit.done_on,
                VisitUnit.result, VisitUnit.problems,
            )
            .join(Unit, sa.and_(Unit.tenant_id == VisitUnit.tenant_id, Unit.id == VisitUnit.unit_id))
            .where(VisitUnit.tenant_id == visits[0].tenant_id, VisitUnit.visit_id.in_([v.id for v in visits]))
            .order_by(Unit.sort_no, Unit.id)
        )  # fmt: skip
        for row in rows:
            found.setdefault(row.visit_id, []).append(Seen(*row))
    return found


def list_visits(session: Session, desk: Desk, year: int, page: int) -> tuple[list[Visit], bool]:
    """Of the body and, for a unit, its own; the latest month first."""
    query = sa.select(Visit).where(
        Visit.tenant_id == desk.tenant_id, Visit.mechanism_id == desk.mechanism_id,
        Visit.month.between(f"{year:04d}-01", f"{year:04d}-12"),
    )  # fmt: skip
    own = own_units(desk)
    if own is not None:
        query = query.where(
            sa.exists().where(
                VisitUnit.tenant_id == Visit.tenant_id,
                VisitUnit.visit_id == Visit.id,
                VisitUnit.unit_id.in_(own),
            )
        )
    query = query.order_by(Visit.month.desc(), Visit.on, Visit.id).limit(PAGE + 1).offset((page - 1) * PAGE)
    rows = list(session.scalars(query))
    return rows[:PAGE], len(rows) > PAGE


def record_result(
    session: Session, actor: Actor, now: datetime, *, visit: Visit, unit_id: int, done_on: date, result: str,
    problems: str = "",
) -> VisitUnit:  # fmt: skip
    """What was found at one unit; ``problems`` '' = none. A later record replaces it until an order rests on it."""
    session.refresh(visit, with_for_update=True)
    row = session.scalars(
        sa.select(VisitUnit).where(
            VisitUnit.tenant_id == visit.tenant_id,
            VisitUnit.visit_id == visit.id,
            VisitUnit.unit_id == unit_id,
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    if visit.cancelled_at is not None:
        raise Conflict(_("这次检查已取消。"))
    if done_on > now.astimezone(SHANGHAI).date():
        raise Invalid({"done_on": _("检查日期不能晚于今天。")})
    if row.problems and orders_of(session, visit.tenant_id, [f"visit:{row.id}"]):
        raise Conflict(_("发现的问题已经转为督办，结果不再修改；新情况请在督办里办理。"))
    row.done_on, row.result, row.problems = done_on, result.strip(), problems.strip()
    row.recorded_at, row.recorded_by = now, actor.name
    record(
        session,
        Act.VISIT_RECORD,
        f"visit:{visit.id}",
        actor,
        now,
        {"unit": unit_id, "problems": bool(row.problems)},
    )
    return row


def cancel_visit(
    session: Session, actor: Actor, now: datetime, *, visit: Visit, why: str, link: str = ""
) -> None:
    """Not held; the units are told why. One that was held at any unit stays."""
    session.refresh(visit, with_for_update=True)
    if visit.cancelled_at is not None:
        return
    seen = list_seen(session, [visit]).get(visit.id, [])
    if any(s.done_on for s in seen):
        raise Conflict(_("已有单位登记了检查结果，不能取消。"))
    if not why.strip():
        raise Invalid({"why": _("请写明取消原因。")})
    visit.cancelled_at, visit.cancelled_why = now, why.strip()[:300]
    record(session, Act.VISIT_CANCEL, f"visit:{visit.id}", actor, now, {})
    for s in seen:
        text = Message(_("检查已取消：“%(title)s”。"), title=visit.title)
        notify(
            session, now, mechanism_id=visit.mechanism_id, unit_id=s.unit_id, text=text, sender=actor.name, link=link,
            detail=visit.cancelled_why,
        )  # fmt: skip


def _find_source(session: Session, desk: Desk, seen_id: int) -> OrderSource:
    """What was found at one unit, as an order to put it right."""
    row = session.get(VisitUnit, (desk.tenant_id, seen_id))
    if row is None or not row.problems or not is_office(desk):
        raise NotFound
    visit = get_visit(session, desk, row.visit_id)
    unit = session.get_one(Unit, (desk.tenant_id, row.unit_id))
    return OrderSource(
        subject=f"visit:{row.id}", label=Message(_("%(month)s %(title)s"), month=_in_words(visit.month), title=visit.title),
        title=str(Message(_("%(unit)s整改检查发现的问题"), unit=unit.short_name)), requirements=row.problems,
        lead_unit_id=row.unit_id,
    )  # fmt: skip


register_source("visit", SourceKind(_find_source, ("supervision.visit_of", "seen_id"), _("督导检查")))
