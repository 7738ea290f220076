"""本县口径: defaults, choices with history, who chooses for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.forms import Due, DueKind, Shift
from portal.campaigns.registry import Registry
from portal.core.audit import AuditEvent
from portal.core.errors import Invalid, NotFound
from portal.core.scope import Actor, Scope, set_scope
from portal.tenants.models import PolicyChoice, Tenant
from portal.tenants.own_policies import POLICIES, SOURCES
from portal.tenants.policies import apply_to_due, list_readings, set_policy, value_of, values_of
from tests.conftest import NOON
from tests.factories import Factory

OFFICE = Actor(None, "平定县反诈办 办公室工作人员")


@pytest.fixture
def county(make: Factory, session: Session) -> Tenant:
    tenant = make.tenant("平定县")
    set_scope(session, Scope(own=(tenant.id,), home=tenant.id))
    return tenant


def test_every_policy_of_the_portal_is_cited_and_sound() -> None:
    keys = [p.key for p in POLICIES]
    assert len(keys) == len(set(keys))
    for policy in POLICIES:
        assert policy.clause.source in {s.key for s in SOURCES}
        assert policy.default in {c.key for c in policy.choices}


def test_the_default_counts_until_somebody_chooses(
    session: Session, county: Tenant, registry: Registry
) -> None:
    campaign = registry.campaigns["antifraud"]
    readings = {r.policy.key: r for r in list_readings(session, county.id, campaign)}
    assert set(readings) >= {p.key for p in campaign.policies} | {p.key for p in POLICIES}
    assert readings["internal_case"].value == campaign.policies[0].default
    assert not readings["internal_case"].fixed
    assert readings["natural_hours"].fixed
    assert value_of(session, county.id, campaign, "due_shift") == "declared"
    with pytest.raises(KeyError):
        value_of(session, county.id, campaign, "no_such_policy")


def test_a_choice_counts_keeps_its_history_and_stays_in_its_campaign(
    session: Session, county: Tenant, registry: Registry
) -> None:
    fraud, notes = registry.campaigns["antifraud"], registry.campaigns["anticounterfeit"]
    for n, value in enumerate(("later", "none", "none")):
        set_policy(
            session,
            OFFICE,
            NOON + timedelta(days=n),
            campaign=fraud,
            key="due_shift",
            value=value,
            reason="会议议定",
        )
    session.flush()
    assert value_of(session, county.id, fraud, "due_shift") == "none"
    assert value_of(session, county.id, notes, "due_shift") == "declared", "another body's reading is its own"
    reading = next(r for r in list_readings(session, county.id, fraud) if r.policy.key == "due_shift")
    assert [(c.value, c.by) for c in reading.changes] == [("none", OFFICE.name), ("later", OFFICE.name)]
    assert session.scalar(sa.select(sa.func.count(PolicyChoice.id))) == 2, (
        "the same reading again adds nothing"
    )
    events = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.seq)).all()
    assert [(e.act, e.data["before"], e.data["after"]) for e in events] == [
        ("policy.set", "declared", "later"),
        ("policy.set", "later", "none"),
    ]


def test_the_administrators_choice_counts_where_no_body_chose(
    session: Session, county: Tenant, registry: Registry
) -> None:
    fraud, notes = registry.campaigns["antifraud"], registry.campaigns["anticounterfeit"]
    set_policy(session, OFFICE, NOON, campaign=fraud, key="cut_off_day", value="day_20", reason="会议议定")
    later = NOON + timedelta(days=1)
    set_policy(session, OFFICE, later, campaign=None, key="cut_off_day", value="day_25", reason="统一要求")
    session.flush()
    assert value_of(session, county.id, fraud, "cut_off_day") == "day_20"
    assert value_of(session, county.id, notes, "cut_off_day") == "day_25"
    assert values_of(session, county.id, None)["cut_off_day"] == "day_25"


@pytest.mark.parametrize(
    ("key", "value", "reason", "field"),
    [
        ("due_shift", "sideways", "会议议定", "value"),
        ("due_shift", "later", " ", "reason"),
        ("due_shift", "later", "长" * 301, "reason"),
        ("natural_hours", "fixed", "会议议定", "value"),
    ],
)
def test_refusals(session: Session, county: Tenant, key: str, value: str, reason: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        set_policy(session, OFFICE, NOON, campaign=None, key=key, value=value, reason=reason)
    assert list(refused.value.problems) == [field]


def test_a_campaigns_policy_is_not_the_administrators(session: Session, county: Tenant) -> None:
    with pytest.raises(NotFound):
        set_policy(session, OFFICE, NOON, campaign=None, key="internal_case", value="both", reason="会议议定")


def test_a_due_rule_as_the_tenant_reads_it() -> None:
    declared = Due(kind=DueKind.FIXED_DAY, day=25)
    same = {"due_rule": "declared", "due_shift": "declared"}
    assert apply_to_due(declared, same) == declared
    changed = apply_to_due(declared, {"due_rule": "last_calendar_day", "due_shift": "later"})
    assert (changed.kind, changed.shift) == (DueKind.LAST_CALENDAR_DAY, Shift.LATER)


@pytest.mark.parametrize(
    ("rule", "day", "months_after"),
    [("day_20", 20, 0), ("day_25", 25, 0), ("next_5", 5, 1), ("next_10", 10, 1)],
)
def test_fixed_days_keep_the_forms_shift_until_the_tenant_chooses_one(
    rule: str, day: int, months_after: int
) -> None:
    declared = Due(kind=DueKind.LAST_CALENDAR_DAY, shift=Shift.LATER)
    kept = apply_to_due(declared, {"due_rule": rule, "due_shift": "declared"})
    assert (kept.kind, kept.day, kept.months_after) == (DueKind.FIXED_DAY, day, months_after)
    assert kept.shift is Shift.LATER
    assert apply_to_due(declared, {"due_rule": rule, "due_shift": "none"}).shift is Shift.NONE


def test_every_choice_of_the_due_rule_gives_a_rule() -> None:
    policy = next(p for p in POLICIES if p.key == "due_rule")
    for choice in policy.choices:
        apply_to_due(Due(kind=DueKind.FIXED_DAY, day=1), {"due_rule": choice.key, "due_shift": "earlier"})
