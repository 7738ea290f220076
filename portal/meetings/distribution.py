"""Who gets signed minutes, who gets the decisions alone, and who has signed for them (签收)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.meetings import MeetingType
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, NotFound
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.meetings.models import Invitation, Meeting, Minutes, MinutesEdition, MinutesReceipt
from portal.meetings.services import list_everybody, oversees, own_units, tell
from portal.units.models import Unit

R = MinutesReceipt


class What(StrEnum):
    MINUTES = "minutes"
    DECISIONS = "decisions"
    """议定事项通报: the text of the decisions, nothing of the discussion."""


WHAT: dict[str, Text] = {What.MINUTES.value: _("会议纪要"), What.DECISIONS.value: _("议定事项通报")}
TO_ALL = frozenset({MeetingType.PARTIAL.value})
"""Kinds of meetings whose decisions go to every member (D0 第四条)."""


def recipients(session: Session, meeting: Meeting, now: datetime) -> dict[str, list[int]]:
    """Units by what they get, in official order. Minutes go to every unit that was asked to the meeting, whether it came
    or not, those of a plenary meeting to every member (D0 第六条); units that have left get nothing. Two statements."""
    everybody = list_everybody(session, meeting, now)
    asked = set(
        session.scalars(
            sa.select(Invitation.unit_id).where(
                Invitation.tenant_id == meeting.tenant_id, Invitation.meeting_id == meeting.id
            )
        )
    )
    all_of_it = meeting.type == MeetingType.PLENARY
    found = {What.MINUTES.value: [u for u in everybody if all_of_it or u in asked]}
    if meeting.type in TO_ALL:
        found[What.DECISIONS.value] = everybody
    return found


def distribute(
    session: Session, actor: Actor, now: datetime, *, meeting: Meeting, minutes: Minutes, edition: MinutesEdition,
    links: dict[str, str],
) -> int:  # fmt: skip
    """Send the signed edition to everybody who is to get it and has not; each once. ``links``: What -> address."""
    if edition.signed_at is None:
        raise Conflict(_("纪要还没有签发，不能分发。"))
    sent = {
        (row.unit_id, row.what)
        for row in session.execute(
            sa.select(R.unit_id, R.what).where(
                R.tenant_id == minutes.tenant_id, R.minutes_id == minutes.id, R.edition == edition.number
            )
        )
    }
    count = 0
    told: set[int] = set()
    for what, units in recipients(session, meeting, now).items():
        new = [u for u in units if (u, what) not in sent]
        for unit_id in new:
            session.add(
                MinutesReceipt(
                    minutes_id=minutes.id, unit_id=unit_id, edition=edition.number, what=what, sent_at=now
                )
            )
        count += len(new)
        text = Message(_("收到%(what)s，请签收：%(title)s"), what=WHAT[what], title=edition.title[:60])
        first = [u for u in new if u not in told]  # one notice tells of both
        tell(session, actor, now, meeting=meeting, units=first, text=text, link=links[what])
        told.update(first)
    if count:
        minutes.distributed_at, minutes.distributed_by = now, actor.name
        session.flush()
        data = {"edition": edition.number, "sent": count}
        record(session, Act.MINUTES_SEND, f"minutes:{minutes.id}", actor, now, data)
    return count


# --------------------------------------------------------------------------------------------- who reads what
def level_of(session: Session, desk: Desk, meeting: Meeting, minutes: Minutes | None, now: datetime) -> str:
    """``What`` the desk may read of signed minutes, '' = nothing: the office and the convenors all; a unit what it was
    sent, as long as it belongs to the body. Two statements at most."""
    if oversees(desk):
        return What.MINUTES.value
    own = own_units(desk)
    if not own or minutes is None:
        return ""
    here = set(own) & set(list_everybody(session, meeting, now))
    wanted = (R.tenant_id == minutes.tenant_id, R.minutes_id == minutes.id, R.unit_id.in_(here))
    found = set(session.scalars(sa.select(R.what).where(*wanted).distinct())) if here else set()
    return next((w.value for w in What if w.value in found), "")


class ReceiptRow(NamedTuple):
    """One unit and what it was sent of the newest signed edition."""

    unit_id: int
    unit_name: str
    what: str
    sent_at: datetime
    read_at: datetime | None
    read_by: str
    urged_at: datetime | None


def list_receipts(
    session: Session, minutes: Minutes, edition: MinutesEdition, units: Sequence[int] | None = None
) -> list[ReceiptRow]:
    """In official order, minutes before decisions; one statement."""
    query = (
        sa.select(R.unit_id, Unit.full_name, R.what, R.sent_at, R.read_at, R.read_by, R.urged_at)
        .join(Unit, sa.and_(Unit.tenant_id == R.tenant_id, Unit.id == R.unit_id))
        .where(R.tenant_id == minutes.tenant_id, R.minutes_id == minutes.id, R.edition == edition.number)
        .order_by(R.what.desc(), Unit.sort_no, Unit.id)
    )
    if units is not None:
        query = query.where(R.unit_id.in_(units))
    return [ReceiptRow(*row) for row in session.execute(query)]


def sign_for(
    session: Session, actor: Actor, now: datetime, *, minutes: Minutes, edition: MinutesEdition, unit_id: int
) -> bool:
    """签收 of everything the unit was sent of the edition; False when that was done already. ``NotFound``: nothing was."""
    wanted = (R.tenant_id == minutes.tenant_id, R.minutes_id == minutes.id, R.unit_id == unit_id)
    rows = session.scalars(
        sa.select(R).where(*wanted, R.edition == edition.number).order_by(R.id).with_for_update()
    ).all()
    if not rows:
        raise NotFound
    open_ = [row for row in rows if row.read_at is None]
    for row in open_:
        row.read_at, row.read_by = now, actor.name
    if open_:
        session.flush()
        data = {"unit": unit_id, "edition": edition.number}
        record(session, Act.MINUTES_RECEIPT, f"minutes:{minutes.id}", actor, now, data)
    return bool(open_)


def urge(
    session: Session, actor: Actor, now: datetime, *, meeting: Meeting, minutes: Minutes, edition: MinutesEdition,
    links: dict[str, str],
) -> int:  # fmt: skip
    """催签收: every unit that has not signed, once a day at most. Answers how many units were told."""
    members = set(list_everybody(session, meeting, now))
    rows = session.scalars(
        sa.select(R)
        .where(R.tenant_id == minutes.tenant_id, R.minutes_id == minutes.id, R.edition == edition.number, R.read_at.is_(None))
        .order_by(R.what.desc(), R.id)
        .with_for_update()
    ).all()  # fmt: skip
    today = now.astimezone(SHANGHAI).date()
    told: dict[int, str] = {}
    for row in rows:
        again = row.urged_at is not None and row.urged_at.astimezone(SHANGHAI).date() == today
        if row.unit_id in members and not again:
            told.setdefault(row.unit_id, row.what)
            row.urged_at = now
    text = Message(_("请签收：%(title)s"), title=edition.title[:60])
    for what in What:
        units = [u for u, w in told.items() if w == what]
        tell(session, actor, now, meeting=meeting, units=units, text=text, link=links[what])
    if told:
        session.flush()
        data = {"edition": edition.number, "units": len(told)}
        record(session, Act.MINUTES_URGE, f"minutes:{minutes.id}", actor, now, data)
    return len(told)
