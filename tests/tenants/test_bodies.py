"""From a roster to today's units: matching of names, expansion of classes, the office's changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.registry import Registry
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.scope import SYSTEM, Scope, set_scope
from portal.tenants.models import Tenant
from portal.units import bodies
from portal.units.matching import core_name, places_of
from portal.units.models import Mechanism, Membership, Unit
from tests.conftest import NOON
from tests.factories import Factory

TODAY = NOON.date()
PLACES = places_of(["山西省", "阳泉市", "平定县", "郊区", "山阴县"])


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("县公安局", "平定县公安局"),
        ("阳泉市公安局", "阳泉市公安局平定分局"),
        ("公安局", "阳泉市公安局郊区分局"),
        ("县委宣传部", "中共平定县委宣传部"),
        ("中共阳泉市委政法委员会", "中共平定县委政法委员会"),
        ("市市场监管局", "市场监管局"),
        ("国家金融监督管理总局山阴监管支局", "国家金融监督管理总局平定监管支局"),
        ("中国邮政分公司", "中国邮政平定分公司"),
    ],
)
def test_one_unit_by_two_names(a: str, b: str) -> None:
    assert core_name(a, PLACES) == core_name(b, PLACES)


@pytest.mark.parametrize(("a", "b"), [("市邮政管理局", "中国邮政平定分公司"), ("市场监管局", "县场监管局")])
def test_two_units(a: str, b: str) -> None:
    assert core_name(a, PLACES) != core_name(b, PLACES)


COUNTY = """中共{c}委政法委员会 中共{c}委宣传部 中共{c}委网络安全和信息化委员会办公室|{c}委网信办 {c}人民政府办公室|{c}政府办
{c}人大常委会法制工作委员会|人大法工委 {c}人民法院 {c}人民检察院 {police} {c}发展和改革局|{c}发改局 {c}教育局 {c}工业和信息化局
{c}司法局 {c}财政局 {c}市场监督管理局 {c}融媒体中心 国家金融监督管理总局{s}监管支局 中国邮政{s}分公司 {c}数字政务中心
{c}交通运输局 {c}商务局 {c}文化和旅游局"""


@pytest.fixture
def county(make: Factory) -> Tenant:
    return furnish(make, make.tenant("平定县", make.tenant("阳泉市")), "平定县", "平定", "平定县公安局")


def furnish(make: Factory, tenant: Tenant, c: str, s: str, police: str) -> Tenant:
    for line in COUNTY.format(c=c, s=s, police=police).split():
        full_name, _bar, short_name = line.partition("|")
        make.unit(tenant, full_name, short_name=short_name)
    for n in range(7):
        make.unit(tenant, f"第{n}银行{s}支行", kind="bank")
    for name in ("移动", "联通", "电信"):
        make.unit(tenant, f"中国{name}{s}分公司", kind="telecom")
    return tenant


@contextmanager
def inside(session: Session, tenant: Tenant) -> Iterator[None]:
    set_scope(session, Scope(own=(tenant.id,), home=tenant.id))
    yield
    session.flush()


def found(session: Session, registry: Registry, tenant: Tenant, key: str) -> Mechanism:
    body = bodies.enable_campaign(
        session, SYSTEM, NOON, tenant=tenant, campaign=registry.campaigns[key], since=date(2026, 9, 1)
    )
    set_scope(session, Scope(own=(tenant.id,), home=tenant.id))
    return body


def seats(session: Session, body: Mechanism) -> dict[str, str]:
    return {m.member: m.full_name for m in bodies.list_members(session, body.id, TODAY)}


def test_every_line_of_the_fraud_roster_finds_its_unit(
    session: Session, county: Tenant, registry: Registry
) -> None:
    body = found(session, registry, county, "antifraud")
    campaign = registry.campaigns["antifraud"]
    assert (body.name, body.office) == ("平定县打击治理电信网络新型违法犯罪工作领导小组", "领导小组办公室")
    assert body.titles["convenor"] == "组长"
    assert body.host_name == "平定县公安局"
    assert bodies.list_open_lines(campaign, bodies.list_lines(session, body.id, TODAY)) == []
    members = bodies.list_members(session, body.id, TODAY)
    assert len(members) == 17 + 3 + 7
    assert [m.sort_no for m in members] == sorted(m.sort_no for m in members)
    assert seats(session, body)["network_center"] == "中共平定县委网络安全和信息化委员会办公室"


def test_a_district_shows_its_city_and_its_police_is_a_branch(
    session: Session, make: Factory, registry: Registry
) -> None:
    district = make.tenant("郊区", make.tenant("阳泉市"))
    furnish(make, district, "阳泉市郊区", "郊区", "阳泉市公安局郊区分局")
    body = found(session, registry, district, "anticounterfeit")
    assert body.name == "阳泉市郊区反假货币工作联席会议"
    assert body.office == "阳泉市郊区反假货币工作联席会议办公室"
    bound = seats(session, body)
    assert bound["police"] == "阳泉市公安局郊区分局"
    assert bound["court"] == "阳泉市郊区人民法院"
    assert bound["government_office"] == "阳泉市郊区人民政府办公室"
    campaign = registry.campaigns["anticounterfeit"]
    left = bodies.list_open_lines(campaign, bodies.list_lines(session, body.id, TODAY))
    assert {"customs", "pboc", "postal", "broadcasting"} <= set(left), "listed for the office, never guessed"
    assert "中国邮政郊区分公司" not in bound.values()


def test_a_new_bank_joins_without_anybody_editing_the_list(
    session: Session, make: Factory, county: Tenant, registry: Registry
) -> None:
    body = found(session, registry, county, "antifraud")
    before = bodies.list_members(session, body.id, TODAY)
    make.unit(county, "新设银行平定支行", kind="bank")
    after = bodies.list_members(session, body.id, TODAY)
    assert [m.full_name for m in after if m not in before] == ["新设银行平定支行"]
    assert after[-1].member == "banks"
    assert bodies.list_members(session, body.id, date(2026, 8, 31)) == [], "nobody before the first day"


def test_a_unit_is_listed_once_and_the_list_is_one_statement(
    session: Session, county: Tenant, registry: Registry
) -> None:
    body = found(session, registry, county, "antifraud")
    bank = session.scalars(sa.select(Unit).where(Unit.kind == "bank").order_by(Unit.sort_no)).first()
    assert bank is not None
    session.add(Membership(mechanism_id=body.id, member="", unit_id=bank.id, since=date(2026, 9, 1)))
    session.flush()
    statements: list[str] = []
    engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    members = bodies.list_members(session, body.id, TODAY)
    assert len(statements) == 1
    assert [m.member for m in members if m.unit_id == bank.id] == [""], (
        "the explicit membership goes before the class"
    )
    assert len({m.unit_id for m in members}) == len(members)


def test_the_office_binds_and_ends(
    session: Session, make: Factory, county: Tenant, registry: Registry
) -> None:
    campaign = registry.campaigns["anticounterfeit"]
    body = found(session, registry, county, "anticounterfeit")
    pboc = make.unit(county, "货币金银科")
    set_scope(session, Scope(own=(county.id,), home=county.id))

    def bind(unit_id: int, member: str = "pboc") -> Membership:
        return bodies.bind_member(
            session,
            SYSTEM,
            NOON,
            campaign=campaign,
            mechanism_id=body.id,
            member=member,
            unit_id=unit_id,
            since=TODAY,
            consent="第3次全体会议纪要",
        )

    made = bind(pboc.id)
    assert [x.consent for x in bodies.list_lines(session, body.id, TODAY) if x.id == made.id] == [
        "第3次全体会议纪要"
    ]
    assert seats(session, body)["pboc"] == "货币金银科"
    with pytest.raises(Conflict):
        bind(pboc.id)
    with pytest.raises(Invalid):
        bind(pboc.id, "banks")
    with pytest.raises(Invalid):
        bind(1)
    bodies.end_membership(
        session,
        SYSTEM,
        NOON,
        mechanism_id=body.id,
        membership_id=made.id,
        last_day=TODAY,
        consent="第4次会议纪要",
    )
    assert made.end_consent == "第4次会议纪要"
    assert "pboc" in seats(session, body), "a member until the end of the last day"
    tomorrow = TODAY + timedelta(days=1)
    assert "pboc" not in {m.member for m in bodies.list_members(session, body.id, tomorrow)}
    with pytest.raises(Invalid):
        bodies.end_membership(
            session, SYSTEM, NOON, mechanism_id=body.id, membership_id=made.id, last_day=date(2026, 1, 1)
        )
    with pytest.raises(NotFound):
        bodies.end_membership(session, SYSTEM, NOON, mechanism_id=body.id, membership_id=7, last_day=TODAY)


def test_the_bodys_words_are_the_offices_to_change(
    session: Session, county: Tenant, registry: Registry
) -> None:
    body = found(session, registry, county, "antifraud")
    titles = {"convenor": "总召集人", "deputy_convenor": ""}
    bodies.change_mechanism(
        session, SYSTEM, NOON, mechanism_id=body.id, name="平定县反诈领导小组", office="县反诈办", host_name="",
        issuer_code="平反诈办", titles=titles, sign_off=True,
    )  # fmt: skip
    assert (body.name, body.titles, body.sign_off) == ("平定县反诈领导小组", {"convenor": "总召集人"}, True)
    again = bodies.enable_campaign(
        session, SYSTEM, NOON, tenant=county, campaign=registry.campaigns["antifraud"], since=TODAY
    )
    assert again.name == "平定县反诈领导小组", "switching on again leaves the office's words"


def test_a_foreign_body_is_not_found(
    session: Session, make: Factory, county: Tenant, registry: Registry
) -> None:
    other = make.tenant("盂县")
    body = found(session, registry, other, "antifraud")
    with inside(session, county), pytest.raises(NotFound):
        bodies.get_body(session, body.id)
    assert bodies.list_members(session, body.id, TODAY) == []
