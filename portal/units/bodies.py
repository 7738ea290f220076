"""The body that runs a campaign in a tenant: set up from the roster, then changed by the office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, MemberKind
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.scope import Actor, crossing, get_scope
from portal.core.text import Message, _
from portal.tenants.models import CampaignSwitch, Tenant
from portal.tenants.services import switch_on
from portal.units.founding import default_body, seat_roster
from portal.units.models import Mechanism, Membership, Unit


@dataclass(frozen=True)
class MemberUnit:
    """A unit as member of a body. ``member`` is the key of its roster line, '' for a guest."""

    unit_id: int
    full_name: str
    short_name: str
    sort_no: int
    member: str


@dataclass(frozen=True)
class MembershipLine:
    """A membership as the office sees it: a unit, or a whole class of units (``unit_id`` None)."""

    id: int
    member: str
    unit_id: int | None
    unit_name: str
    since: date
    until: date | None
    consent: str


def enable_campaign(
    session: Session, actor: Actor, now: datetime, *, tenant: Tenant, campaign: Campaign, since: date
) -> Mechanism:
    """Switch the campaign on in ``tenant`` and set up its body, or find it again as it was left.

    Lines of the roster that no unit answers to stay open; see ``list_open_lines``.
    """
    with crossing(session, tenant.id):
        switch_on(session, actor, now, campaign=campaign, since=since)
        mechanism = find_body(session, tenant.id, campaign.key)
        if mechanism is None:
            mechanism = default_body(tenant, campaign)
            session.add(mechanism)
            session.flush()
        seat_roster(session, tenant, campaign, mechanism, since)
    return mechanism


def list_members(session: Session, mechanism_id: int, on: date) -> list[MemberUnit]:
    """The body's units on a day in official order, classes expanded to today's units, each unit once."""
    rows = session.execute(
        sa.select(Unit.id, Unit.full_name, Unit.short_name, Unit.sort_no, Membership.member)
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
        .where(Membership.mechanism_id == mechanism_id, Unit.active, *_in_force(on))
        .order_by(Unit.sort_no, Unit.id, Membership.unit_id.is_(None), Membership.id)
    )
    found: dict[int, MemberUnit] = {}
    for r in rows:
        found.setdefault(r[0], MemberUnit(*r))
    return list(found.values())


def list_bodies_of(session: Session, unit_id: int, on: date) -> list[tuple[Mechanism, str]]:
    """The bodies of enabled campaigns a unit belongs to, each with the unit's roster line; one statement."""
    rows = session.execute(
        sa.select(Mechanism, Membership.member)
        .join(
            CampaignSwitch,
            sa.and_(
                CampaignSwitch.tenant_id == Mechanism.tenant_id,
                CampaignSwitch.campaign == Mechanism.campaign,
                CampaignSwitch.enabled,
            ),
        )
        .join(
            Membership,
            sa.and_(Membership.tenant_id == Mechanism.tenant_id, Membership.mechanism_id == Mechanism.id),
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
        .where(Unit.id == unit_id, *_in_force(on))
        .order_by(Mechanism.campaign, Membership.unit_id.is_(None), Membership.id)
    )
    found: dict[int, tuple[Mechanism, str]] = {}
    for mechanism, member in rows:
        found.setdefault(mechanism.id, (mechanism, member))
    return list(found.values())


def _in_force(on: date) -> tuple[sa.ColumnElement[bool], ...]:
    return Membership.since <= on, sa.or_(Membership.until.is_(None), Membership.until >= on)


def list_lines(session: Session, mechanism_id: int, on: date) -> list[MembershipLine]:
    """The memberships in force or still to come, as they were entered; classes unexpanded."""
    rows = session.execute(
        sa.select(
            Membership.id,
            Membership.member,
            Membership.unit_id,
            Unit.full_name,
            Membership.since,
            Membership.until,
            Membership.consent,
        )
        .outerjoin(Unit, sa.and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(
            Membership.mechanism_id == mechanism_id,
            sa.or_(
                Membership.until.is_(None),
                sa.and_(Membership.until >= on, Membership.until >= Membership.since),
            ),
        )
        .order_by(Unit.sort_no, Membership.id)
    )
    return [MembershipLine(r[0], r[1], r[2], r[3] or "", r[4], r[5], r[6]) for r in rows]


def list_open_lines(campaign: Campaign, lines: list[MembershipLine]) -> list[str]:
    """Keys of the roster lines that no unit holds, for the office to bind."""
    held = {x.member for x in lines}
    return [m.key for m in campaign.roster if m.key not in held]


def list_free_units(session: Session, mechanism_id: int, on: date) -> list[tuple[int, str]]:
    """Active units (id, full name) that are no members of the body, in official order."""
    rows = session.execute(
        sa.select(Unit.id, Unit.full_name).where(Unit.active).order_by(Unit.sort_no, Unit.id)
    )
    members = {m.unit_id for m in list_members(session, mechanism_id, on)}
    return [(r[0], r[1]) for r in rows if r[0] not in members]


def find_body(session: Session, tenant_id: int, campaign: str) -> Mechanism | None:
    """Of any tenant in the scope."""
    return session.scalars(
        sa.select(Mechanism).where(Mechanism.tenant_id == tenant_id, Mechanism.campaign == campaign)
    ).one_or_none()


def get_body(session: Session, mechanism_id: int) -> Mechanism:
    """A body of the scope's home tenant."""
    mechanism = session.get(Mechanism, (get_scope(session).home, mechanism_id))
    if mechanism is None:
        raise NotFound
    return mechanism


def bind_member(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    campaign: Campaign,
    mechanism_id: int,
    member: str,
    unit_id: int,
    since: date,
    consent: str = "",
) -> Membership:
    """Let a unit hold a roster line ('' = a guest) from ``since`` on. ``consent``: by what the body agreed (O-28)."""
    mechanism = get_body(session, mechanism_id)
    if member and member not in {m.key for m in campaign.roster if m.kind is MemberKind.UNIT}:
        raise Invalid({"member": _("名单中没有这一项，请重新选择。")})
    unit = session.get(Unit, (mechanism.tenant_id, unit_id))
    if unit is None or not unit.active:
        raise Invalid({"unit": _("没有这个单位，或已停用，请重新选择。")})
    if any(
        s.unit_id == unit_id and (s.until is None or s.until >= since)
        for s in list_lines(session, mechanism_id, since)
    ):
        raise Conflict(Message(_("%(unit)s已是成员单位，请先结束原来的一项。"), unit=unit.full_name))
    membership = Membership(
        mechanism_id=mechanism.id, member=member, unit_id=unit_id, since=since, consent=consent
    )
    session.add(membership)
    session.flush()
    data = {"member": member, "unit": unit.full_name, "since": since.isoformat(), "consent": consent}
    record(session, Act.MEMBERSHIP_ADD, f"membership:{membership.id}", actor, now, data)
    return membership


def end_membership(
    session: Session, actor: Actor, now: datetime, *, mechanism_id: int, membership_id: int, last_day: date,
    consent: str = "",
) -> None:  # fmt: skip
    """The unit (or class) belongs to the body until the end of ``last_day``; its past stays."""
    membership = session.get(Membership, (get_scope(session).home, membership_id))
    if membership is None or membership.mechanism_id != mechanism_id:
        raise NotFound
    if last_day < membership.since - timedelta(days=1):
        raise Invalid(
            {"last_day": Message(_("不能早于加入日期 %(day)s。"), day=membership.since.isoformat())}
        )
    membership.until, membership.end_consent = last_day, consent
    data = {"member": membership.member, "until": last_day.isoformat(), "consent": consent}
    record(session, Act.MEMBERSHIP_END, f"membership:{membership.id}", actor, now, data)


def change_mechanism(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    mechanism_id: int,
    name: str,
    office: str,
    host_name: str,
    issuer_code: str,
    titles: Mapping[str, str],
    sign_off: bool,
) -> Mechanism:
    """Set the body's own words. A title left empty goes back to the portal's word."""
    mechanism = get_body(session, mechanism_id)
    if not name or not office:
        raise Invalid({"name" if not name else "office": _("名称不能为空。")})
    given = {
        "name": name,
        "office": office,
        "host_name": host_name,
        "issuer_code": issuer_code,
        "titles": {key: word for key, word in titles.items() if word},
        "sign_off": sign_off,
    }
    changed = {key: value for key, value in given.items() if getattr(mechanism, key) != value}
    if changed:
        before = {key: getattr(mechanism, key) for key in changed}
        for key, value in changed.items():
            setattr(mechanism, key, value)
        data = {"before": before, "after": changed}
        record(session, Act.MECHANISM_CHANGE, f"mechanism:{mechanism.id}", actor, now, data)
    return mechanism
