"""Names, changes, merging and splitting of units, with their history."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.core.audit import AuditEvent
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.posts import PostKind
from portal.units import reorganise, services
from portal.units.bodies import list_members
from portal.units.models import Membership, Unit, UnitChange
from portal.units.services import UnitData, find_unit_by_name, local_day, name_key
from tests.units.conftest import County

ALIASES = {  # requirements A13
    "阳泉市邮政管理局": ["市邮政局"],
    "国家金融监督管理总局阳泉监管分局": ["阳泉市金融监管局"],
    "山西省阳泉市中级人民法院": ["市中院"],
    "中华人民共和国阳泉海关": ["阳泉海关"],
    "乡宁县金融监管组": ["银保监", "银保监组", "银保监局"],
    "国家金融监督管理总局山阴支局": ["山阴监管支局"],
    "山阴县行政审批服务管理局": ["县行政审批局", "县行政审批服务管理局"],
    "中共山阴县委网络安全和信息化委员会办公室": ["县网信办", "县委网信办", "网络服务中心"],
    "中国邮政集团有限公司乡宁县分公司": ["邮政公司乡宁分公司"],
}


def test_every_alias_of_the_documents_finds_its_one_unit(county: County) -> None:
    with county.enter() as session:
        for name, aliases in ALIASES.items():
            data = UnitData(full_name=name, aliases=tuple(aliases))
            services.create_unit(session, county.actor, county.now, data=data, reason="建库")
    with county.enter() as session:
        for name, aliases in ALIASES.items():
            for alias in (name, *aliases):
                found = find_unit_by_name(session, alias)
                assert found is not None
                assert found.full_name == name
        post, enterprise = (
            find_unit_by_name(session, "市邮政局"),
            find_unit_by_name(session, "邮政公司乡宁分公司"),
        )
        assert post != enterprise
        assert find_unit_by_name(session, "没有的局") is None


@pytest.mark.parametrize(
    "typed",
    ["平定县公安局", " 平定县 公安局 ", "平定县\u3000公安局", "平定县公安\u200b局", "县公安局"],
)
def test_width_and_blanks_do_not_count(county: County, typed: str) -> None:
    with county.enter() as session:
        found = find_unit_by_name(session, typed)
        assert found is not None
        assert found.id == county.units["police"].id
    assert name_key("ＡＢＣ（１）") == name_key("abc(1)")


def test_a_name_belongs_to_one_unit(county: County) -> None:
    for data, field in (
        (UnitData(full_name="平定县 公安局"), "full_name"),
        (UnitData(full_name="新单位", short_name="县公安局"), "short_name"),
        (UnitData(full_name="新单位", aliases=("平定县财政局",)), "aliases"),
        (UnitData(full_name="长" * 81), "full_name"),
        (UnitData(full_name="新单位", aliases=tuple(f"名{n}" for n in range(21))), "aliases"),
        (UnitData(full_name="新单位", sort_no=0), "sort_no"),
        (UnitData(full_name=""), "full_name"),
    ):
        with county.enter() as session, pytest.raises(Invalid) as caught:
            services.create_unit(session, county.actor, county.now, data=data, reason="测试")
        assert field in caught.value.problems
    with county.enter() as session, pytest.raises(Invalid) as caught:
        services.create_unit(session, county.actor, county.now, data=UnitData(full_name="新单位"), reason=" ")
    assert list(caught.value.problems) == ["reason"]


def test_other_counties_neither_match_nor_are_reached(county: County) -> None:
    foreign = county.make.unit(county.other, "盂县公安局").id
    county.make.unit(county.other, "平定县公安局")  # the same name elsewhere is nobody's business
    with county.enter() as session:
        assert find_unit_by_name(session, "盂县公安局") is None
        with pytest.raises(NotFound):
            services.get_unit(session, foreign)
        services.create_unit(
            session, county.actor, county.now, data=UnitData(full_name="盂县公安局"), reason="同名"
        )


def test_renaming_keeps_the_old_name_as_an_alias_and_tells_why(county: County) -> None:
    unit_id = county.units["commerce"].id
    with county.enter() as session:
        services.rename_unit(
            session, county.actor, county.now, unit_id=unit_id, full_name="平定县商务和投资促进局",
            short_name="县商务投促局", reason="平编发〔2026〕1号",
        )  # fmt: skip
    with county.enter() as session:
        for name in ("平定县商务局", "平定县商务和投资促进局", "县商务投促局"):
            found = find_unit_by_name(session, name)
            assert found is not None
            assert found.id == unit_id
        (change,) = services.list_changes(session, unit_id)
        assert (change.kind, change.before) == ("renamed", "平定县商务局 县商务局")
        assert change.after == "平定县商务和投资促进局 县商务投促局"
        assert change.reason == "平编发〔2026〕1号"
        acts = session.scalars(sa.select(AuditEvent.act)).all()
        assert "unit.rename" in acts
    with county.enter() as session:  # and back: the newer name becomes the alias
        services.rename_unit(
            session, county.actor, county.now, unit_id=unit_id, full_name="平定县商务局", short_name="县商务局", reason="恢复"
        )  # fmt: skip
        unit = services.get_unit(session, unit_id)
        assert unit.aliases == ["平定县商务和投资促进局"]


def test_changing_nothing_leaves_no_trace(county: County) -> None:
    unit = county.units["police"]
    with county.enter() as session:
        data = UnitData(full_name=unit.full_name, short_name=unit.short_name)
        services.change_unit(session, county.actor, county.now, unit_id=unit.id, data=data, reason="无")
        assert services.list_changes(session, unit.id) == []


def test_merging(county: County) -> None:
    source, target = county.units["commerce"], county.units["finance"]
    county.make.post(county.tenant, "pd_sw", PostKind.LIAISON, county.body, source)
    with county.enter() as session:
        reorganise.merge_units(
            session, county.actor, county.now, unit_ids=[source.id], into_id=target.id, reason="机构改革"
        )
    with county.enter() as session:
        found = find_unit_by_name(session, "平定县商务局")
        assert found is not None
        assert found.id == target.id
        members = list_members(session, county.body.id, local_day(county.now))
        assert source.id not in {m.unit_id for m in members}
        lines = session.scalars(sa.select(Membership.member).where(Membership.unit_id == target.id)).all()
        assert set(lines) == {"commerce", "finance"}
        assert [c.kind for c in services.list_changes(session, source.id)] == ["merged"]
        assert [c.kind for c in services.list_changes(session, target.id)] == ["absorbed"]
        with pytest.raises(Conflict):
            reorganise.merge_units(
                session, county.actor, county.now, unit_ids=[source.id], into_id=target.id, reason="再来"
            )
    with county.enter() as session, pytest.raises(Invalid):
        reorganise.merge_units(
            session, county.actor, county.now, unit_ids=[target.id], into_id=target.id, reason="自己"
        )


@pytest.mark.parametrize("keep", [True, False])
def test_splitting(county: County, keep: bool) -> None:
    unit = county.units["commerce"]
    parts = [
        UnitData(full_name="平定县商务一局", short_name="商务一局"),
        UnitData(full_name="平定县商务二局"),
    ]
    with county.enter() as session:
        made = reorganise.split_unit(
            session, county.actor, county.now, unit_id=unit.id, parts=parts, keep=keep, reason="机构改革"
        )
        ids = {u.id for u in made}
    with county.enter() as session:
        members = {m.unit_id: m.member for m in list_members(session, county.body.id, local_day(county.now))}
        assert ids <= members.keys()
        assert {members[i] for i in ids} == {"commerce"}
        assert (unit.id in members) is keep
        assert services.get_unit(session, unit.id).active is keep
        told = {c.kind for c in services.list_changes(session, next(iter(ids)))}
        assert told == {"split_from", "created"}
    with county.enter() as session, pytest.raises((Invalid, Conflict)):
        reorganise.split_unit(
            session, county.actor, county.now, unit_id=unit.id, parts=[UnitData(full_name="又一局")], keep=False, reason="x"
        )  # fmt: skip


def test_a_unit_with_a_post_is_not_ended_and_one_with_history_not_deleted(county: County) -> None:
    unit, bank = county.units["police"], county.units["bank"]
    post = county.make.post(county.tenant, "pd_ga", PostKind.LIAISON, county.body, unit)
    with county.enter() as session, pytest.raises(Conflict, match="1 个在任岗位"):
        reorganise.deactivate_unit(session, county.actor, county.now, unit_id=unit.id, reason="撤销")
    with county.enter() as session:
        session.merge(post).until = county.now
        session.flush()
        reorganise.deactivate_unit(session, county.actor, county.now, unit_id=unit.id, reason="撤销")
    for unit_id in (unit.id, county.units["commerce"].id):  # a membership is history too
        with county.enter() as session:
            with pytest.raises(Conflict, match="不能删除"):
                reorganise.delete_unit(session, county.actor, county.now, unit_id=unit_id)
            assert session.get(Unit, (county.tenant.id, unit_id)) is not None
    with county.enter() as session:
        reorganise.resume_unit(session, county.actor, county.now, unit_id=unit.id, reason="恢复")
        assert services.get_unit(session, unit.id).active
        reorganise.delete_unit(session, county.actor, county.now, unit_id=bank.id)
        assert session.get(Unit, (county.tenant.id, bank.id)) is None
        assert session.scalars(sa.select(UnitChange).where(UnitChange.unit_id == bank.id)).all() == []
