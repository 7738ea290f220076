"""Where an entry may be handed on to: units here, tenants beside, the tenant above. What a form names is checked here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.handing import Handing, Jurisdiction, Reach
from portal.campaigns.sources import Values
from portal.core.clock import SHANGHAI
from portal.core.errors import Invalid, NotFound, PluginError
from portal.core.scope import get_scope
from portal.core.text import Message, _
from portal.tenants.models import Tenant
from portal.transfers.pairs import Body, bodies_beside, body_above, members_at, placed
from portal.units.bodies import MemberUnit, list_members
from portal.units.models import Mechanism

BOTH, OFFICE, SUPERIOR = "both", "office", "superior"
"""Values of the form besides ``unit:<id>`` and ``tenant:<id>``."""


@dataclass(frozen=True)
class Seat:
    """Where the sender sits."""

    tenant_id: int
    code: str
    name: str
    parent_id: int | None
    mechanism_id: int
    office: str


@dataclass(frozen=True)
class Destination:
    """``unit_id`` None = the office. ``name``: as both sides read it."""

    tenant_id: int
    code: str
    mechanism_id: int
    unit_id: int | None
    name: str
    reach: Reach


@dataclass(frozen=True)
class Offer:
    """What the page of a new transfer lets one choose."""

    units: tuple[MemberUnit, ...] = ()
    office: bool = False
    """No unit here holds the roster line: the office finds one."""
    both: tuple[MemberUnit, ...] = ()
    beside: tuple[Body, ...] = ()
    above: Body | None = None

    @property
    def empty(self) -> bool:
        return not (self.units or self.office or self.both or self.beside or self.above)


def seat_of(session: Session, mechanism_id: int) -> Seat:
    """Of a body of the scope's home tenant."""
    home = get_scope(session).home
    row = session.execute(
        sa.select(Tenant.id, Tenant.code, Tenant.city + Tenant.name, Tenant.parent_id, Mechanism.id, Mechanism.office)
        .join(Mechanism, Mechanism.tenant_id == Tenant.id)
        .where(Tenant.id == home, Mechanism.id == mechanism_id)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    return Seat(*row)


def name_of(seat: Seat, members: list[MemberUnit], unit_id: int | None) -> str:
    """The unit, or the office, with its place."""
    unit = next((m.full_name for m in members if m.unit_id == unit_id), None)
    return placed(seat.name, unit or seat.office)[:160]


def offer(
    session: Session, now: datetime, *, campaign: Campaign, handing: Handing, seat: Seat, unit_id: int | None
) -> Offer:
    """A constant number of statements, however many tenants lie beside."""
    units: tuple[MemberUnit, ...] = ()
    both: tuple[MemberUnit, ...] = ()
    if Reach.UNIT in handing.reach:
        members = list_members(session, seat.mechanism_id, _day(now))
        units = tuple(_receiving(handing, members, unit_id))
        both = tuple(m for m in members if m.member in handing.both and m.unit_id != unit_id)
    beside = (
        bodies_beside(session, seat.tenant_id, seat.parent_id, campaign.key)
        if Reach.COUNTY in handing.reach
        else ()
    )
    above = body_above(session, seat.parent_id, campaign.key) if Reach.SUPERIOR in handing.reach else None
    no_unit = Reach.UNIT in handing.reach and not units and unit_id is not None
    return Offer(units, no_unit, both, tuple(beside), above)


def _receiving(handing: Handing, members: list[MemberUnit], unit_id: int | None) -> list[MemberUnit]:
    wanted = handing.receivers
    return [m for m in members if m.unit_id != unit_id and (not wanted or m.member in wanted)]


def resolve(
    session: Session, now: datetime, *, campaign: Campaign, handing: Handing, seat: Seat, unit_id: int | None, value: str
) -> list[Destination]:  # fmt: skip
    """What the form named, or ``Invalid`` on ``receiver`` that says why not. ``both`` answers with several."""
    kind, _colon, number = value.partition(":")
    found = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    if kind == "unit" or value in (BOTH, OFFICE):
        if Reach.UNIT not in handing.reach:
            raise _refused(_("这一类不在本级单位之间移送，请从列表选择。"))
        return _here(session, now, handing, seat, unit_id, value, found)
    if kind == "tenant":
        return [_beside(session, now, campaign, handing, seat, found)]
    if value == SUPERIOR:
        return [_above(session, campaign, handing, seat)]
    raise _refused(_("请从列表选择接收单位。"))


def _here(
    session: Session, now: datetime, handing: Handing, seat: Seat, sender: int | None, value: str, number: int
) -> list[Destination]:
    members = list_members(session, seat.mechanism_id, _day(now))

    def place(unit_id: int | None) -> Destination:
        return Destination(
            seat.tenant_id, seat.code, seat.mechanism_id, unit_id, name_of(seat, members, unit_id), Reach.UNIT
        )

    receiving = {m.unit_id for m in _receiving(handing, members, sender)}
    if value == BOTH:
        if not handing.both:
            raise _refused(_("请从列表选择接收单位。"))
        here = [m for m in members if m.member in handing.both and m.unit_id != sender]
        missing = set(handing.both) - {m.member for m in members}
        return [place(m.unit_id) for m in here] + ([place(None)] if missing or not here else [])
    if value == OFFICE:
        if receiving or sender is None:
            raise _refused(_("请从列表选择接收单位。"))
        return [place(None)]
    if number == sender:
        raise _refused(_("不能移送给本单位自己，请另选接收单位。"))
    if number not in {m.unit_id for m in members}:
        raise _refused(_("该单位不在本机制，或已退出，请从列表重新选择。"))
    if number not in receiving:
        raise _refused(_("这一类不移送给该单位，请从列表选择。"))
    return [place(number)]


def _beside(
    session: Session, now: datetime, campaign: Campaign, handing: Handing, seat: Seat, tenant_id: int
) -> Destination:
    if Reach.COUNTY not in handing.reach:
        raise _refused(_("这一类不移送其他县（区），请从列表选择。"))
    if tenant_id == seat.tenant_id:
        raise _refused(_("不能移送给本地自己，请另选接收地区。"))
    tenant = session.get(Tenant, tenant_id)
    if tenant is None or tenant.parent_id is None or tenant.parent_id != seat.parent_id:
        raise _refused(_("只能移送给同一上级的县（区），跨市的请报上级办理。"))
    beside = bodies_beside(session, seat.tenant_id, seat.parent_id, campaign.key)
    body = next((b for b in beside if b.tenant_id == tenant_id), None)
    if body is None:
        raise _refused(Message(_("%(place)s没有在本系统开展这项工作，请书面移送。"), place=tenant.full_name))
    unit = _first_receiver(handing, members_at(session, body, _day(now)))
    name = placed(body.name, unit.full_name if unit else body.office)[:160]
    return Destination(
        tenant_id, body.code, body.mechanism_id, unit.unit_id if unit else None, name, Reach.COUNTY
    )


def _first_receiver(handing: Handing, members: list[MemberUnit]) -> MemberUnit | None:
    if not handing.receivers:
        return None
    return next((m for m in members if m.member == handing.receivers[0]), None)


def _above(session: Session, campaign: Campaign, handing: Handing, seat: Seat) -> Destination:
    if Reach.SUPERIOR not in handing.reach:
        raise _refused(_("这一类不报上级，请从列表选择。"))
    body = body_above(session, seat.parent_id, campaign.key)
    if body is None:
        raise _refused(_("上级没有在本系统开展这项工作，请书面报请。"))
    name = placed(body.name, body.office)[:160]
    return Destination(body.tenant_id, body.code, body.mechanism_id, None, name, Reach.SUPERIOR)


def jurisdiction_of(ledger: Ledger, values: Values) -> Jurisdiction | None:
    """Whose matter the campaign's rule says it is; None = the campaign has no rule. Region '' = not known yet."""
    if ledger.jurisdiction is None:
        return None
    try:
        return ledger.jurisdiction(values)
    except Exception as error:  # a plugin may raise anything
        raise PluginError(Message(_("台账“%(label)s”的管辖规则出错。"), label=ledger.label)) from error


def _refused(text: Message | str) -> Invalid:
    return Invalid({"receiver": text if isinstance(text, Message) else Message(text)})


def _day(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()
