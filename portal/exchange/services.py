"""Urgent reports: incomplete rather than late, always accepted, seen by superiors once filed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.exchange import LimitKind
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.reader import Desk
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, _
from portal.deadlines.matters import Matter, find_matter, release_matter
from portal.deadlines.models import Deadline
from portal.deadlines.services import deadlines_of, meet_deadline
from portal.deadlines.state import DeadlineState, state_of
from portal.documents.drafts import drop_draft
from portal.documents.marks import refuse_marks
from portal.exchange.models import UrgentPart, UrgentReceipt, UrgentReport
from portal.exchange.office import (
    Link,
    first_line,
    inside,
    no_link,
    office_title,
    start_handling,
    subject_of,
    tell_offices,
)
from portal.exchange.reasons import LateReason
from portal.units.models import Unit

DRAFT = "urgent"
"""Kind of the draft of a first report; its subject is that of the matter, or the page's request key."""
FEEDBACK = "feedback"
NOT_LATE = LateReason()
HOURS = 24
"""For a matter that a person finds important though no clock runs: as long as the declared ones (Q-10)."""
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
    campaign: Campaign,
    facts: Facts,
    request_key: str,
    matter: Matter | None = None,
    late: LateReason = NOT_LATE,
    related: Sequence[str] = (),
    link: Link = no_link,
) -> UrgentReport:
    """File the first report: meets the clocks of ``matter``, releases matter, story and clocks upward, tells both
    offices and starts the own one's clock. ``related``: subjects of other matters that a person linked.

    The same ``request_key`` again gives the report of the first time. A late one needs its reason, no more.
    ``SecretText`` at the field that bears a mark of secrecy.
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
    refuse_marks(
        {"what": facts.what, "place": facts.place, "phoned_to": facts.phoned_to, "late_reason": late.words}
    )
    state, due = lateness(session, matter, facts.known_at, now)
    late = late.asked(state)
    report = UrgentReport(
        mechanism_id=mechanism_id,
        unit_id=unit_id,
        campaign=campaign.key,
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
        late_reason=late.words,
        late_group=late.group,
        request_key=request_key,
        related=list(related),
    )
    report.released_at = now
    session.add(report)
    session.flush()
    if matter is not None:
        _settle(session, actor, now, matter, str(late))
    drop_draft(
        session,
        mechanism_id=mechanism_id,
        unit_id=unit_id,
        kind=DRAFT,
        subject=matter.subject if matter else request_key,
    )
    data = {"subject": report.subject, "minutes_late": state.minutes_late}
    record(session, Act.URGENT_FILE, subject_of(report), actor, now, data)
    start_handling(session, actor, now, report=report, campaign=campaign, mechanism_id=mechanism_id)
    text = Message(_("急报初报：%(what)s"), what=first_line(facts.what))
    tell_offices(session, now, report=report, text=text, sender=actor.name, link=link)
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
    due = next((c.due_at for c in urgent_clocks(session, matter)), None) if matter else None
    due = due or known_at + timedelta(hours=HOURS)
    return state_of(known_at, due, now, now), due


def urgent_clocks(session: Session, matter: Matter) -> list[Deadline]:
    """Clocks that a report meets: those in hours. A limit in days that hangs on the matter is met elsewhere."""
    clocks = deadlines_of(session, matter.tenant_id, [matter.subject]).get(matter.subject, [])
    return [c for c in clocks if c.span.get("rule", LimitKind.HOURS) == LimitKind.HOURS]


def _settle(session: Session, actor: Actor, now: datetime, matter: Matter, late_reason: str) -> None:
    for clock in urgent_clocks(session, matter):
        if clock.met_at is None:
            meet_deadline(session, actor, now, clock, late_reason=late_reason)
        clock.released_at = clock.released_at or now
    release_matter(session, actor, now, matter)


def receive_report(
    session: Session, actor: Actor, now: datetime, *, report: UrgentReport, desk: Desk, campaign: Campaign
) -> list[int]:
    """签收 of all parts that this office has not read yet; answers their numbers in the chain.

    The first receipt of an office stands. A superior's is put with the reporter, and its own clock starts.
    """
    own = report.tenant_id == get_scope(session).home
    with inside(session, report):
        numbers = unread_parts(session, report, desk.tenant_id)
        for number in numbers:
            if own and number == 1:
                report.read_at, report.read_by = now, actor.name
                continue
            receipt = UrgentReceipt(
                urgent_id=report.id, part=number, reader_id=desk.tenant_id, office=office_title(desk),
                read_by=actor.name, read_at=now,
            )  # fmt: skip
            receipt.released_at = now
            session.add(receipt)
        data = {"office": office_title(desk), "parts": numbers}
        if numbers:
            record(session, Act.URGENT_READ, subject_of(report), actor, now, data)
    if numbers and not own:
        record(session, Act.URGENT_READ, subject_of(report), actor, now, data)
        if 1 in numbers:
            start_handling(
                session, actor, now, report=report, campaign=campaign, mechanism_id=desk.mechanism_id
            )
    return numbers


def unread_parts(session: Session, report: UrgentReport, reader_id: int) -> list[int]:
    """Numbers of the unit's parts without receipt of that tenant's office; 1 = the first report."""
    receipts = sa.exists().where(
        UrgentReceipt.tenant_id == UrgentPart.tenant_id,
        UrgentReceipt.urgent_id == UrgentPart.urgent_id,
        UrgentReceipt.part == UrgentPart.number,
        UrgentReceipt.reader_id == reader_id,
    )
    found = session.scalars(
        sa.select(UrgentPart.number)
        .where(
            UrgentPart.tenant_id == report.tenant_id,
            UrgentPart.urgent_id == report.id,
            UrgentPart.kind != FEEDBACK,
            ~receipts,
        )
        .order_by(UrgentPart.number)
    )
    if report.tenant_id == reader_id:
        first = report.read_at is None
    else:
        first = all(r.part != 1 for r in list_receipts(session, report) if r.reader_id == reader_id)
    return ([1] if first else []) + list(found)


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


def list_receipts(session: Session, report: UrgentReport) -> list[UrgentReceipt]:
    wanted = (UrgentReceipt.tenant_id == report.tenant_id, UrgentReceipt.urgent_id == report.id)
    return list(session.scalars(sa.select(UrgentReceipt).where(*wanted).order_by(UrgentReceipt.read_at)))
