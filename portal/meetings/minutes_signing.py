"""The chair's signature, and what follows from it by itself: distribution, notice of the decisions, orders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.errors import Conflict
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import Message, _
from portal.meetings import distribution
from portal.meetings.minutes import gaps_of, lock_submitted, subject_of
from portal.meetings.models import Meeting, Minutes, MinutesEdition
from portal.meetings.resolutions import fix_dues, make_orders, start_clocks
from portal.tenants.calendar import load_calendar


@dataclass(frozen=True)
class Signed:
    """What the signature brought about."""

    sent: int
    orders: int


def sign(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, meeting: Meeting, edition: int, links: dict[str, str],
    order_link: Callable[[int], str],
) -> Signed:  # fmt: skip
    """签发 of the edition that the chair has read: its words never change again. The caller holds the meeting's row.

    The minutes go out, a partial meeting's decisions to all members (M-05); orders are made of the resolutions where the
    office wished it, else each gets a clock of its own. All of it or nothing. ``Conflict`` says what is in the way.
    """
    minutes = lock_submitted(session, actor, desk, meeting, edition)
    if gaps := gaps_of(session, meeting, minutes, now):  # a unit may have left since it was submitted
        key, why = next(iter(gaps.items()))
        _name, _dash, place = key.partition("-")
        n = int(place) + 1 if place.isdigit() else 0
        text = (
            _("第 %(n)s 项还不能签发：%(why)s请退回办公室修改。")
            if n
            else _("还不能签发：%(why)s请退回办公室修改。")
        )
        raise Conflict(Message(text, n=n, why=why) if n else Message(text, why=why))
    frozen = edition_of(session, minutes, edition)
    calendar = load_calendar(session)
    frozen.decisions = fix_dues(frozen.decisions, now, calendar)
    frozen.signed_at = minutes.signed_at = now
    frozen.signed_by = minutes.signed_by = actor.name
    session.flush()
    record(session, Act.MINUTES_SIGN, subject_of(minutes), actor, now, {"edition": edition})
    sent = distribution.distribute(
        session, actor, now, meeting=meeting, minutes=minutes, edition=frozen, links=links
    )
    orders = 0
    if minutes.orders:
        made = make_orders(
            session, actor, now, desk=desk, meeting=meeting, minutes=minutes, edition=frozen, link=order_link
        )
        orders = made.made
    else:
        start_clocks(
            session, actor, now, desk=desk, meeting=meeting, decisions=frozen.decisions, calendar=calendar
        )
    return Signed(sent, orders)


def edition_of(session: Session, minutes: Minutes, number: int) -> MinutesEdition:
    e = MinutesEdition
    query = sa.select(e).where(
        e.tenant_id == minutes.tenant_id, e.minutes_id == minutes.id, e.number == number
    )
    return session.scalars(query).one()
