"""Urgent reports: incomplete rather than late, always accepted, seen by superiors once filed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.reader import Desk
from portal.core.scope import Actor, crossing, get_scope
from portal.core.text import Message, _
from portal.deadlines.matters import Matter, find_matter, release_matter
from portal.deadlines.services import DeadlineState, ask_reason, deadlines_of, meet_deadline, state_of
from portal.exchange.models import UrgentReceipt, UrgentReport
from portal.notices.services import notify
from portal.tenants.models import Tenant
from portal.units.models import Unit

HOURS = 24
"""For a matter that a person finds important though no clock runs: as long as the declared ones (Q-10)."""
PAGE = 50
EARLIEST = datetime(2000, 1, 1, tzinfo=SHANGHAI)
TOLERANCE = timedelta(minutes=2)


@dataclass(frozen=True)
class Facts:
    """The four facts and the telephone call. ``amount`` None = not known yet."""

    what: str
    place: str
    known_at: datetime
    amount: int | None = None
    phoned_at: datetime | None = None
    phoned_to: str = ""


def file_report(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    mechanism_id: int,
    unit_id: int,
    campaign: str,
    facts: Facts,
    request_key: str,
    matter: Matter | None = None,
    late_reason: str = "",
    link: Callable[[int], str] = lambda _id: "",
) -> UrgentReport:
    """File the first report: meets the clocks of ``matter`` and releases matter, story and clocks upward.

    The same ``request_key`` again gives the report of the first time. A late one needs its reason, no more.
    """
    lock = sa.select(Unit.id).where(Unit.tenant_id == get_scope(session).home, Unit.id == unit_id)
    session.execute(lock.with_for_update())  # two clicks, or two liaisons of one unit: one after the other
    first = session.scalars(
        sa.select(UrgentReport).where(UrgentReport.request_key == request_key)
    ).one_or_none()
    if first is not None:
        if first.unit_id != unit_id:
            raise Conflict
        return first
    if matter is not None and find_report_of(session, matter) is not None:
        raise Conflict(_("这件事已报过初报，请打开原报告查看。"))
    _check(facts, now)
    state, due = lateness(session, matter, facts.known_at, now)
    if state.late and not late_reason:
        raise Invalid({"late_reason": ask_reason(state)})
    report = UrgentReport(
        mechanism_id=mechanism_id,
        unit_id=unit_id,
        campaign=campaign,
        subject=matter.subject if matter else "",
        what=facts.what,
        place=facts.place,
        known_at=facts.known_at,
        amount=facts.amount,
        phoned_at=facts.phoned_at,
        phoned_to=facts.phoned_to,
        due_at=due,
        filed_at=now,
        filed_by=actor.name,
        late_reason=late_reason if state.late else "",
        request_key=request_key,
    )
    report.released_at = now
    session.add(report)
    session.flush()
    if matter is not None:
        _settle(session, actor, now, matter, late_reason)
    data = {"subject": report.subject, "minutes_late": state.minutes_late}
    record(session, Act.URGENT_FILE, f"urgent:{report.id}", actor, now, data)
    text = Message(_("急报初报：%(what)s"), what=facts.what[:60])
    notify(
        session,
        now,
        mechanism_id=mechanism_id,
        unit_id=None,
        text=text,
        sender=actor.name,
        link=link(report.id),
    )
    return report


def _check(facts: Facts, now: datetime) -> None:
    problems: dict[str, Any] = {}
    if facts.known_at > now + TOLERANCE:
        problems["known_at"] = _("得知时间不能晚于现在，请核对。")
    elif facts.known_at < EARLIEST:
        problems["known_at"] = _("得知时间早于 2000 年，请核对年份。")
    if (
        facts.phoned_at is not None
        and not facts.known_at.replace(second=0) <= facts.phoned_at <= now + TOLERANCE
    ):
        problems["phoned_at"] = _("电话报告时间应在得知之后、现在之前，请核对。")
    if problems:
        raise Invalid(problems)


def lateness(
    session: Session, matter: Matter | None, known_at: datetime, now: datetime
) -> tuple[DeadlineState, datetime]:
    """How a report filed now would stand, and the last instant on time."""
    clocks = deadlines_of(session, matter.tenant_id, [matter.subject]) if matter else {}
    due = next((c.due_at for c in clocks.get(matter.subject, ())), None) if matter else None
    due = due or known_at + timedelta(hours=HOURS)
    return state_of(known_at, due, now, now), due


def _settle(session: Session, actor: Actor, now: datetime, matter: Matter, late_reason: str) -> None:
    for clock in deadlines_of(session, matter.tenant_id, [matter.subject]).get(matter.subject, ()):
        if clock.met_at is None:
            meet_deadline(session, actor, now, clock, late_reason=late_reason)
        clock.released_at = clock.released_at or now
    release_matter(session, actor, now, matter)


def receive_report(
    session: Session, actor: Actor, now: datetime, *, report: UrgentReport, desk: Desk
) -> None:
    """签收 by an office: the own one marks the report, a superior one leaves its receipt with the reporter.

    The first receipt of an office stands; pressing again changes nothing.
    """
    subject = f"urgent:{report.id}"
    if report.tenant_id == get_scope(session).home:
        if report.read_at is None:
            report.read_at, report.read_by = now, actor.name
            record(session, Act.URGENT_READ, subject, actor, now, {"office": desk.office_name})
        return
    if find_receipt(session, report, desk.office_name) is not None:
        return
    record(session, Act.URGENT_READ, subject, actor, now, {"office": desk.office_name})
    with crossing(session, report.tenant_id):
        receipt = UrgentReceipt(urgent_id=report.id, office=desk.office_name, read_by=actor.name, read_at=now)
        receipt.released_at = now
        session.add(receipt)
        record(session, Act.URGENT_READ, subject, actor, now, {"office": desk.office_name})


def get_report(session: Session, campaign: str, report_id: int) -> UrgentReport:
    """A report the scope shows: an own one, or one of a tenant below."""
    found = session.scalars(
        sa.select(UrgentReport).where(UrgentReport.campaign == campaign, UrgentReport.id == report_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def find_report_of(session: Session, matter: Matter) -> UrgentReport | None:
    wanted = (UrgentReport.tenant_id == matter.tenant_id, UrgentReport.subject == matter.subject)
    return session.scalars(sa.select(UrgentReport).where(*wanted).order_by(UrgentReport.filed_at)).first()


def get_matter(session: Session, campaign: str, subject: str) -> Matter:
    matter = find_matter(session, subject)
    if matter is None or matter.campaign != campaign:
        raise NotFound
    return matter


def find_receipt(session: Session, report: UrgentReport, office: str) -> UrgentReceipt | None:
    wanted = (UrgentReceipt.tenant_id == report.tenant_id, UrgentReceipt.urgent_id == report.id)
    return session.scalars(
        sa.select(UrgentReceipt).where(*wanted, UrgentReceipt.office == office)
    ).one_or_none()


def list_receipts(session: Session, report: UrgentReport) -> list[UrgentReceipt]:
    wanted = (UrgentReceipt.tenant_id == report.tenant_id, UrgentReceipt.urgent_id == report.id)
    return list(session.scalars(sa.select(UrgentReceipt).where(*wanted).order_by(UrgentReceipt.read_at)))


@dataclass(frozen=True)
class Row:
    """One filed report as listed; ``read_at`` of the own office, ``above_at`` of the office asked for."""

    id: int
    tenant_id: int
    tenant_name: str
    unit_name: str
    what: str
    place: str
    amount: int | None
    known_at: datetime
    due_at: datetime
    filed_at: datetime
    read_at: datetime | None
    above_at: datetime | None

    def state(self, now: datetime) -> DeadlineState:
        return state_of(self.known_at, self.due_at, self.filed_at, now)


def list_reports(
    session: Session,
    campaign: str,
    *,
    unit_ids: Sequence[int] | None = None,
    text: str = "",
    office: str = "",
    page: int = 1,
) -> tuple[list[Row], bool]:
    """Newest first, one page and whether more follow; ``unit_ids`` None = all that the scope shows."""
    u = UrgentReport
    receipts = sa.select(
        UrgentReceipt.tenant_id, UrgentReceipt.urgent_id, sa.func.min(UrgentReceipt.read_at).label("at")
    ).group_by(UrgentReceipt.tenant_id, UrgentReceipt.urgent_id)
    if office:
        receipts = receipts.where(UrgentReceipt.office == office)
    above = receipts.subquery()
    query = (
        sa.select(
            u.id, u.tenant_id, Tenant.city + Tenant.name, Unit.short_name, u.what, u.place, u.amount,
            u.known_at, u.due_at, u.filed_at, u.read_at, above.c.at,
        )
        .join(Unit, sa.and_(Unit.tenant_id == u.tenant_id, Unit.id == u.unit_id))
        .join(Tenant, Tenant.id == u.tenant_id)
        .outerjoin(above, sa.and_(above.c.tenant_id == u.tenant_id, above.c.urgent_id == u.id))
        .where(u.campaign == campaign)
        .order_by(u.filed_at.desc(), u.id.desc())
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    )  # fmt: skip
    if unit_ids is not None:
        query = query.where(u.unit_id.in_(unit_ids))
    if text:
        query = query.where(sa.or_(*(c.icontains(text, autoescape=True) for c in (u.what, u.place))))
    rows = [Row(*tuple(row)) for row in session.execute(query)]
    return rows[:PAGE], len(rows) > PAGE
