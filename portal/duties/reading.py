"""The statements behind what is owed: who belongs since when, and the records of each room. Constant in number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Obligation
from portal.campaigns.forms import OF_OFFICE
from portal.core.clock import SHANGHAI
from portal.core.periods import Period, PeriodKind
from portal.duties.models import DutyRecord
from portal.duties.obligations import Item, Owner, Span, bounds, declared, stand
from portal.figures.evidence import FORMS, LINES, Evidence, find_room, key_of, room_of
from portal.tenants.models import CampaignSwitch
from portal.units.models import Mechanism, Membership, Unit

Periods = Callable[[Campaign, Obligation], Sequence[Period]]


@dataclass(frozen=True)
class Ask:
    """Whose obligations in one body are wanted."""

    mechanism_id: int
    campaign: Campaign
    units: frozenset[int] | None = frozenset()
    """None = every unit of the body."""
    office: bool = False
    keys: frozenset[str] | None = None
    """None = every obligation."""

    def obligations(self) -> list[Obligation]:
        return [
            o
            for o in declared(self.campaign)
            if (self.keys is None or o.key in self.keys)
            and (self.office if o.by_office else self.units is None or self.units)
        ]


def read_items(session: Session, now: datetime, asks: Sequence[Ask], periods: Periods) -> list[Item]:
    """Every obligation x owner x period that is asked about, those not owed included (``Standing.NOT_ASKED``).

    In the order of declaration, of the units' official order, of time. At most one statement for the members, one
    for the offices and one for each room that keeps records, whatever the number of bodies, units and periods.
    """
    moment = now.astimezone(SHANGHAI)
    wanted = [(a, o, p) for a in asks for o in a.obligations() if (p := list(periods(a.campaign, o)))]
    if not wanted:
        return []
    members = _members(session, [a for a, o, _p in wanted if not o.by_office])
    offices = _offices(session, {a.mechanism_id for a, o, _p in wanted if o.by_office})
    owners = [o for found in members.values() for _member, o in found]
    records = _records(session, moment.date(), wanted, {o.unit_id for o in owners if o.unit_id is not None})
    items = []
    for ask, obligation, found in wanted:
        for owner in _owners(ask, obligation, members, offices):
            key = (ask.mechanism_id, ask.campaign.key, key_of(obligation), owner.unit_id)
            known = records.get(key, ())
            items += [stand(ask.campaign, obligation, owner, period, known, moment) for period in found]
    return items


_Members = dict[int, list[tuple[str, Owner]]]


def _owners(
    ask: Ask, obligation: Obligation, members: _Members, offices: dict[int, Owner]
) -> Iterable[Owner]:
    if obligation.by_office:
        return [offices[ask.mechanism_id]] if ask.mechanism_id in offices else []
    return [
        owner
        for member, owner in members.get(ask.mechanism_id, ())
        if (ask.units is None or owner.unit_id in ask.units)
        and (not obligation.members or member in obligation.members)
    ]


def _members(session: Session, asks: Sequence[Ask]) -> _Members:
    """Mechanism -> (roster line, unit with the spans under that line), official order; guests owe nothing."""
    if not asks:
        return {}
    query = (
        sa.select(
            Membership.mechanism_id, Membership.member, Unit.id, Unit.short_name, Membership.since, Membership.until
        )
        .join(
            Unit,
            sa.and_(
                Unit.tenant_id == Membership.tenant_id,
                sa.or_(
                    Unit.id == Membership.unit_id,
                    sa.and_(Membership.unit_id.is_(None), Unit.kind == Membership.unit_kind),
                ),
            ),
        )
        .where(
            Membership.mechanism_id.in_({a.mechanism_id for a in asks}),
            Membership.member != "",
            sa.or_(Unit.active, Membership.until.is_not(None)),
        )
        .order_by(Unit.sort_no, Unit.id, Membership.since)
    )  # fmt: skip
    if all(a.units is not None for a in asks):
        query = query.where(Unit.id.in_(frozenset().union(*(a.units or () for a in asks))))
    spans: dict[tuple[int, str, int, str], list[Span]] = {}
    for mechanism, member, unit, name, since, until in session.execute(query):
        spans.setdefault((mechanism, member, unit, name), []).append((since, until))
    found: _Members = {}
    for (mechanism, member, unit, name), given in spans.items():
        found.setdefault(mechanism, []).append((member, Owner(mechanism, unit, name, tuple(given))))
    return found


def _offices(session: Session, mechanisms: set[int]) -> dict[int, Owner]:
    """The office owes from the day on which its tenant switched the campaign on."""
    if not mechanisms:
        return {}
    rows = session.execute(
        sa.select(Mechanism.id, Mechanism.office, CampaignSwitch.since)
        .join(
            CampaignSwitch,
            sa.and_(
                CampaignSwitch.tenant_id == Mechanism.tenant_id,
                CampaignSwitch.campaign == Mechanism.campaign,
            ),
        )
        .where(Mechanism.id.in_(mechanisms))
    )
    return {m: Owner(m, None, office, ((since, None),)) for m, office, since in rows}


_Records = dict[tuple[int, str, str, int | None], list[Evidence]]


def _records(
    session: Session, today: date, wanted: Sequence[tuple[Ask, Obligation, list[Period]]], units: set[int]
) -> _Records:
    """(mechanism, campaign, key, unit) -> records. A unit has one id in all bodies, so a record is found by it."""
    rooms: dict[str, set[tuple[str, str]]] = {}
    first = today
    for ask, obligation, periods in wanted:
        rooms.setdefault(room_of(obligation), set()).add((ask.campaign.key, key_of(obligation)))
        once = periods[0].kind is PeriodKind.ONCE
        first = min(first, bounds(ask.campaign, obligation)[0] if once else periods[0].start)
    mechanisms = {a.campaign.key: set[int]() for a, _o, _p in wanted}
    for ask, _obligation, _periods in wanted:
        mechanisms[ask.campaign.key].add(ask.mechanism_id)
    found: _Records = {}
    for name, keys in sorted(rooms.items()):
        room = find_room(name)
        if name != LINES and room is not None and (units or name in OF_OFFICE):
            # a form is due after its period, so it is read by its due instant from the first period on
            for record in room.read(
                session, keys, sorted(units), first, date.max if name == FORMS else today
            ):
                asked = mechanisms[record.campaign]
                for mechanism in asked if record.mechanism_id is None else asked & {record.mechanism_id}:
                    found.setdefault((mechanism, record.campaign, record.key, record.unit_id), []).append(
                        record
                    )
    if LINES in rooms:
        _add_lines(session, rooms[LINES], {m: c for c, ids in mechanisms.items() for m in ids}, first, found)
    return found


def _add_lines(
    session: Session, keys: set[tuple[str, str]], campaigns: dict[int, str], first: date, found: _Records
) -> None:
    rows = session.execute(
        sa.select(
            DutyRecord.mechanism_id, DutyRecord.duty, DutyRecord.unit_id, DutyRecord.done_on, DutyRecord.id,
            DutyRecord.note,
        )
        .where(
            DutyRecord.mechanism_id.in_(campaigns),
            DutyRecord.duty.in_({key for _campaign, key in keys}),
            DutyRecord.done_on >= first,
            DutyRecord.withdrawn_at.is_(None),
        )
        .order_by(DutyRecord.done_on, DutyRecord.id)
    )  # fmt: skip
    for mechanism, duty, unit, day, record_id, note in rows:
        campaign = campaigns[mechanism]
        record = Evidence(campaign, duty, unit, day, f"line:{record_id}", note)
        found.setdefault((mechanism, campaign, duty, unit), []).append(record)


def last_days(
    session: Session, mechanisms: Sequence[int], unit_id: int | None
) -> dict[tuple[int, str], date]:
    """(mechanism, obligation or duty) -> the day of the owner's latest line; one statement."""
    rows = session.execute(
        sa.select(DutyRecord.mechanism_id, DutyRecord.duty, sa.func.max(DutyRecord.done_on))
        .where(
            DutyRecord.mechanism_id.in_(mechanisms),
            DutyRecord.unit_id == unit_id if unit_id is not None else DutyRecord.unit_id.is_(None),
            DutyRecord.withdrawn_at.is_(None),
        )
        .group_by(DutyRecord.mechanism_id, DutyRecord.duty)
    )
    return {(mechanism, duty): day for mechanism, duty, day in rows}
