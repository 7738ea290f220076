"""One entry, many credits: who is credited, what counts, what is refused; without pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from portal.activities.entry import Entry
from portal.activities.models import Activity, ActivityUnit
from portal.activities.services import (
    change_activity,
    decline_credit,
    record_activity,
    withdraw_activity,
)
from portal.campaigns import ACTIVITIES
from portal.core.audit import AuditEvent
from portal.core.errors import Conflict, Invalid, NotFound
from portal.figures.sources import Fact, find_pool, shared_matters
from portal.notices.models import Notice
from portal.tenants.policies import set_policy
from tests.home.test_todo import statements
from tests.reporting.county import ACTOR, OFFICE, County

DAY = date(2026, 9, 10)
JOINT = ("教科局", "农业银行", "移动公司")


def rally(county: County, units: Sequence[str] = JOINT, host: str = "公安局", **more: Any) -> Activity:
    entry: dict[str, Any] = {"title": "反诈进校园", "kind": "rally", "audience": "school", "held_on": DAY,
                             "place": "中心广场", "reach": 300, "materials": 500}  # fmt: skip
    given: dict[str, Any] = {
        "campaigns": [county.key],
        "request_key": f"{host}-{len(county.ids)}-{more}"[:40],
    }
    given |= {k: more.pop(k) for k in ("campaigns", "request_key") if k in more}
    with county.inside() as session:
        return record_activity(
            session, ACTOR, county.now, unit_id=county.units[host].id, entry=Entry(**entry | more),
            units=[county.units[u].id for u in units], **given,
        )  # fmt: skip


def facts(county: County, *units: str, last: date = DAY) -> dict[str, list[Fact]]:
    pool = find_pool(ACTIVITIES)
    assert pool is not None
    ids = {county.units[u].id: u for u in units or county.units}
    found: dict[str, list[Fact]] = {u: [] for u in ids.values()}
    with county.inside() as session:
        for fact in pool.read(session, county.key, ACTIVITIES, list(ids), last):
            found[ids[fact.unit_id]].append(fact)
    return found


def counts(county: County) -> dict[str, int]:
    return {u: len(given) for u, given in facts(county).items() if given}


def rows(county: County, model: Any) -> list[Any]:
    county.session.rollback()
    county.enter()
    return list(county.session.scalars(sa.select(model).order_by(model.id)))


def notices(county: County, unit: str) -> list[str]:
    return [n.text % n.params for n in rows(county, Notice) if n.unit_id == county.units[unit].id]


def change(county: County, found: Activity, units: Sequence[str], version: int = 0, **more: Any) -> None:
    keys = ("title", "kind", "audience", "held_on", "place", "reach", "materials", "note")
    with county.inside() as session:
        found = session.merge(found)
        entry = Entry(**{k: getattr(found, k) for k in keys} | more)
        change_activity(
            session, OFFICE, county.now, found=found, version=version or found.version, entry=entry,
            units=[county.units[u].id for u in units], campaigns=found.campaigns,
        )  # fmt: skip


def step(county: County, act: Callable[..., None], found: Activity, **more: Any) -> None:
    with county.inside() as session:
        act(session, ACTOR, county.now, found=session.merge(found), **more)


class TestRecording:
    def test_one_entry_is_credited_to_each_unit_and_to_no_other(self, county: County) -> None:
        """F9 1, Q-28: people and copies stand at the organiser alone, so nobody adds them up twice."""
        found = rally(county)
        assert len(rows(county, Activity)) == 1
        assert counts(county) == dict.fromkeys(("公安局", *JOINT), 1)
        given = {u: f[0].values for u, f in facts(county, "公安局", "教科局").items()}
        assert given["公安局"] == {"known_on": "2026-09-10", "number": "", "title": "反诈进校园", "place": "中心广场",
                                "kind": "rally", "audience": "school", "organiser": True, "reach": 300,
                                "materials": 500}  # fmt: skip
        assert given["教科局"] == dict(given["公安局"]) | {"organiser": False, "reach": 0, "materials": 0}
        assert {f[0].subject for f in facts(county).values() if f} == {f"activity:{found.id}"}

    def test_the_others_are_told(self, county: County) -> None:
        rally(county)
        assert len(notices(county, "教科局")) == 1
        assert "反诈进校园" in notices(county, "教科局")[0]
        assert notices(county, "公安局") == notices(county, "司法局") == []

    def test_a_second_click_makes_no_second_entry(self, county: County) -> None:
        first = rally(county, request_key="once")
        assert rally(county, request_key="once", title="别的").id == first.id
        assert len(rows(county, Activity)) == 1
        assert len(rows(county, ActivityUnit)) == 4
        with pytest.raises(Conflict):
            rally(county, host="司法局", request_key="once")

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"held_on": date(2026, 9, 17)}, "held_on"),
            ({"held_on": date(2025, 8, 15)}, "held_on"),
            ({"title": ""}, "title"),
            ({"kind": "party"}, "kind"),
            ({"audience": "moon"}, "audience"),
            ({"reach": -1}, "reach"),
            ({"reach": 1_000_001}, "reach"),
            ({"materials": 10_000_001}, "materials"),
            ({"campaigns": []}, "campaigns"),
            ({"campaigns": ["illegal_fundraising"]}, "campaigns"),
        ],
    )
    def test_nonsense_is_refused_at_its_field(self, county: County, more: dict[str, Any], field: str) -> None:
        with pytest.raises(Invalid) as refused:
            rally(county, **more)
        assert next(iter(refused.value.problems)) == field
        assert rows(county, Activity) == []

    def test_the_earliest_day_is_thirteen_months_back(self, county: County) -> None:
        rally(county, held_on=date(2025, 8, 16))

    def test_one_foreign_unit_refuses_the_whole(self, county: County) -> None:
        """A03, A04: a unit that is no member, and one of another county."""
        outsider = county.make.unit(county.tenant, f"局外{county.tenant.code}").id
        stranger = county.make.unit(county.make.tenant("邻县", county.city), "邻县公安局").id
        for unit_id in (outsider, stranger, 0):
            with county.inside() as session, pytest.raises(Invalid) as refused:
                record_activity(
                    session, ACTOR, county.now, unit_id=county.units["公安局"].id, request_key="x",
                    entry=Entry(title="x", kind="rally", held_on=DAY), campaigns=[county.key],
                    units=[county.units["教科局"].id, unit_id],
                )  # fmt: skip
            assert list(refused.value.problems) == ["units"]
        with county.inside() as session, pytest.raises(Invalid) as refused:
            record_activity(
                session, ACTOR, county.now, unit_id=stranger, request_key="x", units=[], campaigns=[county.key],
                entry=Entry(title="x", kind="rally", held_on=DAY),
            )  # fmt: skip
        assert "unit" in refused.value.problems
        assert rows(county, Activity) == rows(county, ActivityUnit) == []


class TestChanging:
    def test_units_come_and_go_and_the_trail_keeps_both(self, county: County) -> None:
        found = rally(county)
        change(county, found, ("教科局", "司法局"), title="反诈进校园（改）", reach=320)
        assert counts(county) == dict.fromkeys(("公安局", "教科局", "司法局"), 1)
        event = [e for e in rows(county, AuditEvent) if e.act == "activity.change"][-1]
        assert event.data["reach"] == [300, 320]
        assert event.data["title"] == ["反诈进校园", "反诈进校园（改）"]
        before, after = event.data["units"]
        assert len(before) == 4
        assert len(after) == 3
        assert len(notices(county, "司法局")) == 1
        assert len(notices(county, "农业银行")) == 2

    def test_the_second_of_two_editors_is_stopped(self, county: County) -> None:
        """A change of the units alone counts as well."""
        found = rally(county)
        version = found.version
        change(county, found, ("教科局",), version)
        with pytest.raises(Conflict):
            change(county, found, JOINT, version)
        assert set(counts(county)) == {"公安局", "教科局"}

    def test_nothing_changed_is_no_new_version(self, county: County) -> None:
        found = rally(county)
        change(county, found, JOINT)
        assert rows(county, Activity)[0].version == 1

    def test_an_old_activity_keeps_its_day(self, county: County) -> None:
        found = rally(county)
        county.make.clock.at("2028-01-10T09:00:00")  # type: ignore[attr-defined]
        change(county, found, JOINT, note="补注")
        with pytest.raises(Invalid):
            change(county, found, JOINT, held_on=DAY + timedelta(days=1))


class TestNotCounting:
    def test_withdrawn_counts_for_nobody_at_once(self, county: County) -> None:
        found = rally(county)
        step(county, withdraw_activity, found, version=found.version, reason="登记重复")
        assert counts(county) == {}
        assert [a.withdrawn_reason for a in rows(county, Activity)] == ["登记重复"]
        assert "撤销" in notices(county, "教科局")[-1]
        with pytest.raises(Conflict):
            step(county, withdraw_activity, found, version=2, reason="再撤销")
        with pytest.raises(Conflict):
            change(county, rows(county, Activity)[0], ())

    @pytest.mark.parametrize("reason", ["", "否", "字" * 301])
    def test_a_reason_is_asked_for(self, county: County, reason: str) -> None:
        found = rally(county)
        with pytest.raises(Invalid):
            step(county, withdraw_activity, found, version=1, reason=reason)
        with pytest.raises(Invalid):
            step(county, decline_credit, found, unit_id=county.units["教科局"].id, reason=reason)

    def test_a_unit_gives_its_credit_back_and_the_organiser_hears_why(self, county: County) -> None:
        found = rally(county)
        step(county, decline_credit, found, unit_id=county.units["教科局"].id, reason="当日未派人")
        assert set(counts(county)) == {"公安局", "农业银行", "移动公司"}
        told = [n for n in rows(county, Notice) if n.unit_id == county.units["公安局"].id]
        assert [n.detail for n in told] == ["当日未派人"]
        with pytest.raises(NotFound):
            step(county, decline_credit, found, unit_id=county.units["教科局"].id, reason="当日未派人")
        with pytest.raises(Conflict):
            step(county, decline_credit, found, unit_id=county.units["公安局"].id, reason="当日未派人")

    def test_where_the_tenant_reads_it_so_only_the_organiser_counts(self, county: County) -> None:
        """The policy of Q-28 has the last word, and nothing is then counted twice."""
        rally(county)
        with county.inside() as session:
            assert len(shared_matters(session, ACTIVITIES, county.key, DAY, DAY)) == 1
            set_policy(session, OFFICE, county.now, campaign=county.campaign, key="joint_activity", value="host", reason="按主办计")  # fmt: skip
        assert counts(county) == {"公安局": 1}
        with county.inside() as session:
            assert shared_matters(session, ACTIVITIES, county.key, DAY, DAY) == []


class TestPool:
    def test_statements_do_not_grow_with_units_or_records(self, county: County) -> None:
        for n in range(3):
            rally(county, tuple(county.units)[1:], request_key=f"n{n}")
        with statements(county.make.app) as sent:
            assert len(facts(county)["司法局"]) == 3
        assert sum("activity" in s for s in sent) == 1, sent

    def test_records_after_the_last_day_are_not_known_yet(self, county: County) -> None:
        rally(county)
        assert facts(county, "公安局", last=DAY - timedelta(days=1)) == {"公安局": []}

    def test_it_serves_the_campaigns_it_names(self, county: County) -> None:
        """One row for two campaigns; in the second only the members of its body count as sharing."""
        other = county.make.mechanism(county.tenant, "anticounterfeit", {"police": county.units["公安局"], "education": county.units["教科局"]})  # fmt: skip
        assert other.id
        rally(county, campaigns=[county.key, "anticounterfeit"])
        rally(county, request_key="only")
        with county.inside() as session:
            first, second = (shared_matters(session, ACTIVITIES, c, DAY, DAY) for c in (county.key, "anticounterfeit"))  # fmt: skip
        assert [len(s.units) for s in first] == [4, 4]
        assert [len(s.units) for s in second] == [2]
        assert second[0].day == DAY

    def test_an_activity_of_one_unit_is_not_shared(self, county: County) -> None:
        rally(county, ())
        with county.inside() as session:
            assert shared_matters(session, ACTIVITIES, county.key, DAY, DAY) == []
