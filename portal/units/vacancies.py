"""Member units without a liaison: who acts there, since when, and whether it has lasted too long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import end_of, midnight
from portal.core.posts import PostKind
from portal.core.workdays import WorkCalendar
from portal.units.bodies import list_members
from portal.units.models import Membership, Unit
from portal.units.posts import list_posts
from portal.units.services import local_day

VACANT_DAYS = 5
"""Working days after which a vacancy is overdue."""


@dataclass(frozen=True)
class Vacancy:
    """A member unit without a liaison. ``acting``: its leaders in charge, who hold the same rights."""

    unit_id: int
    unit_name: str
    since: datetime
    due: date
    overdue: bool
    acting: tuple[str, ...]
    successor: str
    """Named already, waiting for the hand-over to be signed."""


def list_vacancies(
    session: Session, mechanism_id: int, calendar: WorkCalendar, today: date | datetime
) -> list[Vacancy]:
    """Member units without a liaison, in official order. A plain date means its last instant."""
    moment = today if isinstance(today, datetime) else end_of(today)
    day = local_day(moment)
    joined = _member_since(session, mechanism_id)
    posts = list_posts(
        session, mechanism_id=mechanism_id, kinds=(PostKind.LIAISON, PostKind.LEADER_IN_CHARGE)
    )
    found = []
    for member in list_members(session, mechanism_id, day):
        own = [p for p in posts if p.unit_id == member.unit_id]
        liaisons = [p for p in own if p.kind is PostKind.LIAISON]
        current = [p for p in own if p.since <= moment and (p.until is None or p.until > moment)]
        if not member.member or any(p.kind is PostKind.LIAISON for p in current):
            continue
        ended = [p.until for p in liaisons if p.until is not None and p.since < p.until <= moment]
        since = max(ended, default=midnight(joined[member.unit_id]))
        due = calendar.add_working_days(local_day(since), VACANT_DAYS).date
        successor = next((p.holder for p in liaisons if p.waiting), "")
        acting = tuple(p.holder for p in current)
        overdue = day > due and not successor
        found.append(Vacancy(member.unit_id, member.full_name, since, due, overdue, acting, successor))
    return found


def _member_since(session: Session, mechanism_id: int) -> dict[int, date]:
    """The day on which each unit joined the body, itself or with its class."""
    of_class = sa.and_(Membership.unit_id.is_(None), Unit.kind == Membership.unit_kind)
    rows = session.execute(
        sa.select(Unit.id, sa.func.min(Membership.since))
        .join(Membership, Membership.tenant_id == Unit.tenant_id)
        .where(Membership.mechanism_id == mechanism_id, sa.or_(Unit.id == Membership.unit_id, of_class))
        .group_by(Unit.id)
    )
    return {r[0]: r[1] for r in rows}
