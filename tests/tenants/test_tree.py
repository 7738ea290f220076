"""The tree of tenants and the switch board."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.registry import Registry
from portal.core.audit import AuditEvent
from portal.core.errors import Invalid, NotFound
from portal.core.scope import SYSTEM, Scope, set_scope
from portal.tenants import services
from portal.tenants.models import Level, Tenant
from portal.units.bodies import enable_campaign, list_members
from portal.units.models import Mechanism, Membership
from tests.conftest import NOON
from tests.factories import Factory


def tree(session: Session) -> tuple[Tenant, Tenant, Tenant]:
    def add(code: str, name: str, parent: str | None = None) -> Tenant:
        return services.create_tenant(session, SYSTEM, NOON, code=code, name=name, parent=parent)

    return add("140000", "山西省"), add("140300", "阳泉市", "140000"), add("140311", "郊区", "140300")


def test_a_county_knows_its_city_and_its_path(session: Session) -> None:
    province, city, county = tree(session)
    assert (province.level, city.level, county.level) == ("province", "city", "county")
    assert county.full_name == "阳泉市郊区"
    assert county.path == f"/{province.id}/{city.id}/{county.id}/"
    assert [(p.code, p.depth) for p in services.list_tree(session)] == [
        ("140000", 0),
        ("140300", 1),
        ("140311", 2),
    ]
    assert [p.depth for p in services.list_tree(session, city.path)] == [0, 1]
    found = services.find_tenant(session, "140311")
    assert found is not None
    assert found.id == county.id
    assert services.find_tenant(session, "999999") is None


def test_creating_is_recorded_in_the_new_tenants_trail(session: Session) -> None:
    province, _city, _county = tree(session)
    set_scope(session, Scope(own=(province.id,)))
    assert [e.act for e in session.scalars(sa.select(AuditEvent))] == ["tenant.create"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": "14032", "name": "平定县", "parent": "140300"}, "code"),
        ({"code": "１40321", "name": "平定县", "parent": "140300"}, "code"),
        ({"code": "140311", "name": "平定县", "parent": "140300"}, "code"),
        ({"code": "330321", "name": "平定县", "parent": "140300"}, "code"),
        ({"code": "140321", "name": "县", "parent": "140300"}, "name"),
        ({"code": "140321", "name": "平定\u202e县", "parent": "140300"}, "name"),
        ({"code": "140321", "name": "郊区", "parent": "140300"}, "name"),
        ({"code": "140321", "name": "平定县", "parent": "140300", "level": Level.CITY}, "level"),
        ({"code": "140399", "name": "某某镇", "parent": "140311"}, "parent"),
        ({"code": "140000", "name": "又一省"}, "code"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    session: Session, values: dict[str, str], field: str
) -> None:
    tree(session)
    with pytest.raises(Invalid) as refused:
        services.create_tenant(session, SYSTEM, NOON, **values)  # type: ignore[arg-type]
    assert field in refused.value.problems


def test_an_administrator_adds_below_home_only(session: Session) -> None:
    _province, city, _county = tree(session)
    set_scope(session, Scope(own=(city.id,), home=city.id))
    with pytest.raises(NotFound):
        services.create_tenant(session, SYSTEM, NOON, code="140400", name="长治市", parent="140000")
    services.create_tenant(session, SYSTEM, NOON, code="140321", name="平定县", parent="140300")


def test_on_off_on_keeps_every_row(session: Session, make: Factory, registry: Registry) -> None:
    city = make.tenant("阳泉市")
    county = make.tenant("平定县", city)
    make.unit(county, "平定县公安局")
    campaign = registry.campaigns["antifraud"]
    set_scope(session, Scope(own=(city.id,), home=city.id))

    def enable(since: date) -> Mechanism:
        return enable_campaign(session, SYSTEM, NOON, tenant=county, campaign=campaign, since=since)

    def state() -> tuple[bool, date, str, int, int]:
        set_scope(session, Scope(own=(county.id,), home=county.id))
        switch = services.list_switches(session)[county.id, "antifraud"]
        rows = session.scalar(sa.select(sa.func.count(Membership.id)))
        acts = session.scalar(
            sa.select(sa.func.count(AuditEvent.id)).where(AuditEvent.act.like("campaign.%"))
        )
        set_scope(session, Scope(own=(city.id,), home=city.id))
        return switch.enabled, switch.since, switch.label, rows or 0, acts or 0

    body = enable(date(2026, 7, 1))
    first = state()
    assert first[:3] == (True, date(2026, 7, 1), "反诈")
    assert enable(date(2026, 8, 1)).id == body.id
    assert state() == first, "switching on twice changes nothing"
    for _again in range(2):
        services.disable_campaign(session, SYSTEM, NOON, tenant=county, campaign="antifraud")
    assert state() == (False, date(2026, 7, 1), "反诈", first[3], 2)
    assert enable(date(2026, 9, 1)).id == body.id
    assert state() == (True, date(2026, 9, 1), "反诈", first[3], 3)
    with pytest.raises(NotFound):
        services.disable_campaign(session, SYSTEM, NOON, tenant=city, campaign="antifraud")
    set_scope(session, Scope(own=(county.id,), home=county.id))
    assert [m.full_name for m in list_members(session, body.id, NOON.date())] == ["平定县公安局"]
