"""The offices that a report climbs to: who they are, who is told, and their own duty (analyse, convene, feed back).

The one place of this room that steps into another tenant: a superior's receipt and words are put with the
reporter, and the notice of a report with the superior.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.exchange import DEFAULT_HANDLING
from portal.core.reader import Desk, with_place
from portal.core.scope import Actor, crossing, get_scope
from portal.core.text import Message, _
from portal.deadlines.models import Deadline
from portal.deadlines.services import Reason, deadlines_of, meet_deadline, start_deadline
from portal.documents.marks import refuse_marks
from portal.exchange.models import UrgentReport
from portal.notices.services import notify
from portal.tenants.models import CampaignSwitch, Tenant
from portal.units.models import Mechanism

HANDLING = "handling"
"""Rule of the office's own clock."""
Link = Callable[[str, int], str]
"""Tenant code and report -> path of its page there."""


def no_link(_tenant: str, _report: int) -> str:
    return ""


def subject_of(report: UrgentReport) -> str:
    return f"urgent:{report.id}"


def office_title(desk: Desk) -> str:
    """The office with its place, as long as its column."""
    return with_place(desk.tenant_name, desk.office_name)[:120]


@contextmanager
def inside(session: Session, report: UrgentReport) -> Iterator[None]:
    """In the reporter's tenant, with the report locked, whoever acts."""
    if report.tenant_id == get_scope(session).home:
        lock_report(session, report)
        yield
        return
    with crossing(session, report.tenant_id):
        lock_report(session, report)
        yield


def lock_report(session: Session, report: UrgentReport) -> None:
    session.refresh(report, with_for_update=True)


def tell_offices(
    session: Session, now: datetime, *, report: UrgentReport, text: Message, sender: str, link: Link
) -> None:
    """The own office, and the one above where it takes part in the campaign; at night too."""
    own = session.get_one(Tenant, report.tenant_id)
    notify(
        session, now, mechanism_id=report.mechanism_id, unit_id=None, text=text, sender=sender,
        link=link(own.code, report.id), urgent=True,
    )  # fmt: skip
    if own.parent_id is None:
        return
    above = session.get_one(Tenant, own.parent_id)
    with crossing(session, above.id):
        body = find_body(session, report.campaign)
        if body is not None:
            notify(
                session, now, mechanism_id=body, unit_id=None, text=text, sender=with_place(own.full_name, sender)[:200],
                link=link(above.code, report.id), urgent=True,
            )  # fmt: skip


def find_body(session: Session, campaign: str) -> int | None:
    """The mechanism of a campaign that is switched on, in the tenant of the scope's home."""
    return session.scalars(
        sa.select(Mechanism.id)
        .join(
            CampaignSwitch,
            sa.and_(
                CampaignSwitch.tenant_id == Mechanism.tenant_id,
                CampaignSwitch.campaign == Mechanism.campaign,
                CampaignSwitch.enabled,
            ),
        )
        .where(Mechanism.tenant_id == get_scope(session).home, Mechanism.campaign == campaign)
    ).first()


def start_handling(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    report: UrgentReport,
    campaign: Campaign,
    mechanism_id: int,
) -> Deadline:
    """The home's office is to analyse, convene and feed back: its clock runs from when it learned of the report."""
    limit = campaign.exchange.handling or DEFAULT_HANDLING
    clause = limit.clause
    says = (
        _("收到急报后，办公室分析研判、召集会商并反馈。")
        if clause
        else _("收到急报后，办公室分析研判、召集会商并反馈；文件未规定时限，此为系统默认。")
    )
    reason = Reason(
        _("急报研判和反馈"),
        limit,
        (Message(says),),
        clause,
        campaign.source(clause.source) if clause else None,
    )
    clock = start_deadline(
        session, actor, now, mechanism_id=mechanism_id, unit_id=None, subject=subject_of(report), rule=HANDLING,
        title=str(Message(_("研判反馈：%(what)s"), what=first_line(report.what))), reason=reason, started_at=now,
    )  # fmt: skip
    clock.released_at = now
    return clock


def first_line(text: str, length: int = 60) -> str:
    return text.partition("\n")[0][:length]


def find_handling(session: Session, tenant_id: int, report: UrgentReport) -> Deadline | None:
    clocks = deadlines_of(session, tenant_id, [subject_of(report)]).get(subject_of(report), ())
    return next((c for c in clocks if c.rule == HANDLING), None)


def settle_handling(
    session: Session, actor: Actor, now: datetime, *, report: UrgentReport, note: str, late_reason: str = ""
) -> bool:
    """The home's office did its part; ``note`` says what. False when nothing was owed any more. Late needs a reason."""
    refuse_marks({"note": note, "late_reason": late_reason})
    home = get_scope(session).home
    clock = find_handling(session, home, report) if home else None
    if clock is None or clock.met_at is not None:
        return False
    meet_deadline(session, actor, now, clock, late_reason=late_reason)
    clock.met_note = note[:500]
    return True
