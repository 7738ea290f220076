"""Which activity counts for whom: the selects that forms, coverage and lists share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.activities.models import Activity, ActivityUnit
from portal.tenants.models import CampaignSwitch, PolicyChoice
from portal.units.models import Mechanism, Membership, Unit

JOINT = "joint_activity"
"""Policy by which a tenant reads Q-28 for a campaign; absent or ``each``: every unit that took part counts it."""
HOST = "host"
"""Its other choice: a joint activity counts for the organiser alone."""


@dataclass(frozen=True)
class Body:
    """An enabled campaign's body: units in official order, id -> short name."""

    mechanism_id: int
    units: dict[int, str]


def serves(campaign: str) -> sa.ColumnElement[bool]:
    """The activity was held for this campaign."""
    return sa.cast(Activity.campaigns, sa.Text).contains(f'"{campaign}"', autoescape=True)


def joint_reading(campaign: str) -> sa.ScalarSelect[str]:
    """How the activity's tenant reads Q-28 for the campaign; NULL where it chose nothing."""
    return (
        sa.select(PolicyChoice.value)
        .where(
            PolicyChoice.tenant_id == Activity.tenant_id,
            PolicyChoice.campaign == campaign,
            PolicyChoice.policy == JOINT,
        )
        .order_by(PolicyChoice.changed_at.desc(), PolicyChoice.id.desc())
        .limit(1)
        .correlate(Activity)
        .scalar_subquery()
    )


def credited_by(*columns: Any) -> sa.Select[Any]:
    """``columns`` of each pair of activity and unit; withdrawn ones never count."""
    return (
        sa.select(*columns)
        .select_from(Activity)
        .join(ActivityUnit, _of_activity())
        .where(Activity.withdrawn_at.is_(None))
    )


def counted_for(campaign: str, *columns: Any) -> sa.Select[Any]:
    """``columns`` of each pair of activity and unit that counts for the campaign."""
    return credited_by(*columns).where(
        serves(campaign),
        sa.or_(
            ActivityUnit.unit_id == Activity.unit_id, sa.func.coalesce(joint_reading(campaign), "") != HOST
        ),
    )


def _of_activity() -> sa.ColumnElement[bool]:
    return sa.and_(ActivityUnit.tenant_id == Activity.tenant_id, ActivityUnit.activity_id == Activity.id)


def belongs() -> sa.ColumnElement[bool]:
    """Join of ``Unit`` to ``Membership``: the unit itself, or one of the class."""
    return sa.and_(
        Unit.tenant_id == Membership.tenant_id,
        sa.or_(
            Unit.id == Membership.unit_id,
            sa.and_(Membership.unit_id.is_(None), Unit.kind == Membership.unit_kind),
        ),
    )


def in_force(on: date) -> sa.ColumnElement[bool]:
    return sa.and_(Membership.since <= on, sa.or_(Membership.until.is_(None), Membership.until >= on))


def of_mechanism() -> sa.ColumnElement[bool]:
    return sa.and_(Membership.tenant_id == Mechanism.tenant_id, Membership.mechanism_id == Mechanism.id)


def list_bodies(session: Session, tenant_id: int, on: date) -> dict[str, Body]:
    """Campaign -> body, of the campaigns enabled in the tenant; one statement."""
    rows = session.execute(
        sa.select(Mechanism.campaign, Mechanism.id, Unit.id, Unit.short_name)
        .join(
            CampaignSwitch,
            sa.and_(
                CampaignSwitch.tenant_id == Mechanism.tenant_id,
                CampaignSwitch.campaign == Mechanism.campaign,
                CampaignSwitch.enabled,
            ),
        )
        .join(Membership, of_mechanism())
        .join(Unit, belongs())
        .where(Mechanism.tenant_id == tenant_id, Unit.active, in_force(on))
        .order_by(Mechanism.campaign, Unit.sort_no, Unit.id)
    )
    found: dict[str, Body] = {}
    for campaign, mechanism_id, unit_id, name in rows:
        found.setdefault(campaign, Body(mechanism_id, {})).units[unit_id] = name
    return found


def list_credited(session: Session, tenant_id: int, ids: list[int]) -> dict[int, dict[int, str]]:
    """Activity -> units credited with it (id -> short name) in official order; one statement."""
    found: dict[int, dict[int, str]] = {n: {} for n in ids}
    if not ids:
        return found
    for activity_id, unit_id, name in session.execute(
        sa.select(ActivityUnit.activity_id, Unit.id, Unit.short_name)
        .join(Unit, sa.and_(Unit.tenant_id == ActivityUnit.tenant_id, Unit.id == ActivityUnit.unit_id))
        .where(ActivityUnit.tenant_id == tenant_id, ActivityUnit.activity_id.in_(ids))
        .order_by(Unit.sort_no, Unit.id)
    ):
        found[activity_id][unit_id] = name
    return found
