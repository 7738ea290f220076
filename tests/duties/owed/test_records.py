"""What is owed is met by the records that exist, of the unit's own and of no other; in few statements."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from portal.activities.coverage import read_coverage
from portal.activities.models import Activity, ActivityUnit
from portal.activities.services import withdraw_activity
from portal.campaigns.declarations import Campaign, Obligation
from portal.campaigns.meetings import MeetingType
from portal.core.audit import AuditEvent
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.periods import PeriodKind, period_of
from portal.duties.lines import find_line, withdraw_line, write_line
from portal.duties.models import DutyRecord
from portal.duties.obligations import periods_of
from portal.duties.reading import Ask, read_items
from portal.tenants.policies import set_policy
from portal.units.models import Membership
from tests.activities.test_services import JOINT, rally
from tests.conftest import TestClock
from tests.duties.owed.conftest import KEY, held, items, line, month, standings
from tests.factories import Factory
from tests.home.test_todo import statements
from tests.reporting.county import ACTOR, OFFICE, County, found_county
from tests.reporting.test_filling import give_back

AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)
SUPERVISION = "publicity_dept_3"


def of_september(county: County) -> dict[str, str]:
    return {unit: s[-1] for unit, s in standings(county, KEY, SEPTEMBER).items()}


# ------------------------------------------------------------------------------------------- activities
def test_one_activity_meets_it_for_everybody_who_took_part(county: County) -> None:
    """R-26, Q-28: entered once by the police; the school and the others enter nothing."""
    rally(county)
    found = of_september(county)
    assert {u for u, s in found.items() if s == "met"} == {"公安局", *JOINT}
    assert {found[u] for u in ("司法局", "工商银行", "联通公司", "宣传部")} == {"open"}
    (school,) = items(county, KEY, SEPTEMBER, units=["教科局"])
    assert [r.title for r in school.met_by] == ["反诈进校园"]
    assert county.session.scalars(sa.select(DutyRecord)).all() == [], "nobody entered it twice"


def test_what_is_withdrawn_is_owed_again(county: County) -> None:
    found = rally(county)
    with county.inside() as session:
        withdraw_activity(
            session, OFFICE, county.now, found=session.merge(found), version=found.version, reason="登记有误"
        )
    assert set(of_september(county).values()) == {"open"}


def test_a_county_that_counts_the_organiser_alone_is_heard(county: County) -> None:
    rally(county)
    with county.inside() as session:
        set_policy(
            session,
            OFFICE,
            county.now,
            campaign=county.campaign,
            key="joint_activity",
            value="host",
            reason="本县要求",
        )
    assert [u for u, s in of_september(county).items() if s == "met"] == ["公安局"]


def test_other_tenants_and_other_campaigns_never_count(county: County, make: Factory) -> None:
    other = found_county(make, {"公安局": "police", "教科局": "education"}, key="antifraud")
    rally(other, units=["教科局"])
    assert set(of_september(county).values()) == {"open"}
    assert of_september(other) == {"公安局": "met", "教科局": "met"}


def test_who_joined_in_mid_month_is_asked_from_the_next_and_who_left_is_not(
    county: County, clock: TestClock
) -> None:
    with county.inside() as session:
        for unit, since, until in (
            ("司法局", date(2026, 8, 12), None), ("教科局", date(2020, 1, 1), date(2026, 8, 20)),
        ):  # fmt: skip
            row = session.scalars(
                sa.select(Membership).where(Membership.unit_id == county.units[unit].id)
            ).one()
            row.since, row.until = since, until
    clock.at("2026-09-16T12:00:00")
    found = standings(county, KEY, date(2026, 7, 1), "司法局", "教科局", "公安局")
    assert found == {
        "司法局": ["not_asked", "not_asked", "open"],
        "教科局": ["overdue", "not_asked", "not_asked"],
        "公安局": ["overdue", "overdue", "open"],
    }


def test_a_guest_owes_nothing(county: County, make: Factory) -> None:
    guest = make.unit(county.tenant, "特邀单位")
    with county.inside() as session:
        session.add(
            Membership(mechanism_id=county.mechanism.id, member="", unit_id=guest.id, since=date(2020, 1, 1))
        )
    assert guest.id not in {i.unit_id for i in items(county, KEY, SEPTEMBER)}


def test_it_agrees_with_the_coverage_of_activities(county: County, clock: TestClock) -> None:
    """Two rooms, one answer: 40 random activities over a year, members that come and go."""
    dice = random.Random(4)
    clock.at("2026-09-16T12:00:00")
    with county.inside() as session:
        for row in session.scalars(sa.select(Membership)):
            row.since = date(2025, 9, 1) + timedelta(days=dice.randrange(200))
            row.until = None if dice.random() < 0.6 else row.since + timedelta(days=dice.randrange(250))
    for n in range(40):
        host, *others = dice.sample(list(county.units), dice.randrange(1, 4))
        day = date(2025, 9, 10) + timedelta(days=dice.randrange(370))
        with county.inside() as session:
            held = Activity(
                unit_id=county.units[host].id, title=f"活动{n}", kind="rally", held_on=day, campaigns=["antifraud"],
                entered_at=county.now, entered_by="x", request_key=f"k{n}{county.tenant.code}",
                withdrawn_at=county.now if n % 9 == 0 else None,
            )  # fmt: skip
            session.add(held)
            session.flush()
            session.add_all(
                ActivityUnit(activity_id=held.id, unit_id=county.units[u].id) for u in (host, *others)
            )
    mine = {
        (i.unit_id, i.period.key): {"met": "ok", "overdue": "late", "open": "near", "near": "near"}.get(
            i.standing.value, ""
        )
        for i in items(county, KEY, date(2025, 10, 1))
    }
    with county.inside() as session:
        view = read_coverage(
            session, campaign="antifraud", mechanism_id=county.mechanism.id, month=month(SEPTEMBER),
            today=county.now.date(),
        )  # fmt: skip
    theirs = {
        (x.unit_id, m.key): c.light for x in view.lines for m, c in zip(view.months, x.cells, strict=True)
    }
    assert theirs == {k: v for k, v in mine.items() if k in theirs}
    assert {v for k, v in mine.items() if k not in theirs} <= {""}
    assert {"ok", "late", ""} <= set(theirs.values()), "a test that saw every kind"


# ------------------------------------------------------------------------------------------------ lines
def test_a_line_meets_what_no_other_room_records_until_it_is_withdrawn(county: County) -> None:
    assert standings(county, SUPERVISION, AUGUST) == {"宣传部": ["overdue", "open"]}
    august, september = (line(county, SUPERVISION, d) for d in (date(2026, 8, 31), date(2026, 9, 1)))
    assert standings(county, SUPERVISION, AUGUST) == {"宣传部": ["met", "met"]}
    with county.inside() as session:
        withdraw_line(session, ACTOR, county.now, line=find_line(session, county.mechanism.id, august.id))
    assert standings(county, SUPERVISION, AUGUST) == {"宣传部": ["overdue", "met"]}
    with county.inside() as session, pytest.raises(Conflict):
        withdraw_line(session, ACTOR, county.now, line=find_line(session, county.mechanism.id, august.id))
    with county.inside() as session:
        acts = session.scalars(sa.select(AuditEvent.act).where(AuditEvent.act.startswith("duty."))).all()
    assert acts == ["duty.record", "duty.record", "duty.withdraw"]
    assert september.note == "实地查看三家单位"


def test_the_same_line_twice_is_one(county: County) -> None:
    assert line(county, SUPERVISION, SEPTEMBER).id == line(county, SUPERVISION, SEPTEMBER).id


@pytest.mark.parametrize(
    ("day", "note", "field", "said"),
    [
        (date(2026, 9, 17), "督导", "done_on", "不能晚于今天 2026-09-16"),
        (date(2025, 8, 11), "督导", "done_on", "不能早于 2025-08-12"),
        (None, "督导", "done_on", "请填写办理日期"),
        (SEPTEMBER, "  ", "note", "请写一句"),
        (SEPTEMBER, "字" * 501, "note", "500 字"),
    ],
)
def test_a_wrong_line_says_so_at_its_field(
    county: County, day: date | None, note: str, field: str, said: str
) -> None:
    with county.inside() as session, pytest.raises(Invalid) as refused:
        write_line(
            session, ACTOR, county.now, campaign=county.campaign, mechanism_id=county.mechanism.id,
            unit_id=county.units["宣传部"].id, member="publicity_dept", key=SUPERVISION, done_on=day, note=note,
        )  # fmt: skip
    assert said in str(refused.value.problems[field])


@pytest.mark.parametrize(
    ("key", "member"),
    [
        (KEY, "police"),  # activities meet it: no second entry
        (SUPERVISION, "police"),  # somebody else's
        (SUPERVISION, ""),  # a guest
        (SUPERVISION, None),  # the office
        ("police_1", "police"),  # neither a period nor a soft word
        ("nothing", "police"),
    ],
)
def test_a_line_is_written_only_where_no_other_room_has_the_record(
    county: County, key: str, member: str | None
) -> None:
    unit = None if member is None else "公安局"
    with pytest.raises(NotFound):
        line(county, key, SEPTEMBER, unit, member)


def test_one_counts_for_its_unit_and_body_alone(county: County, make: Factory) -> None:
    other = found_county(make, {"宣传部": "publicity_dept"}, key="antifraud")
    line(other, SUPERVISION, SEPTEMBER)
    assert standings(county, SUPERVISION, SEPTEMBER) == {"宣传部": ["open"]}
    with county.inside() as session, pytest.raises(NotFound):
        find_line(session, county.mechanism.id, line(other, SUPERVISION, SEPTEMBER).id)


def test_the_liaison_meeting_is_met_by_the_office_alone(make: Factory, clock: TestClock) -> None:
    """D0 第十二条: any day of the year."""
    clock.at("2026-12-05T09:00:00")
    county = found_county(make, {"公安局": "police"}, key="anticounterfeit")

    def standing() -> list[str]:
        found = items(county, "liaison_meeting", date(2026, 1, 1), units=(), office=True)
        assert {i.unit_id for i in found} == {None}
        return [i.standing.value for i in found]

    assert standing() == ["hint"]
    held(county, MeetingType.PLENARY, date(2026, 3, 11))
    assert standing() == ["hint"]
    held(county, MeetingType.LIAISON, date(2026, 3, 12))
    assert standing() == ["met"]
    clock.at("2027-02-01T09:00:00")
    assert standing() == ["met", "open"]


# ------------------------------------------------------------------------------------------------ forms
def test_a_filed_form_meets_its_obligation_and_a_returned_one_does_not(
    make: Factory, clock: TestClock
) -> None:
    clock.at("2025-09-20T10:00:00")
    county = found_county(make, {"公安": "police", "财政": "finance"})
    county.open()
    county.plain("公安")
    since = date(2025, 7, 1)
    key = "quarterly_progress"
    assert standings(county, key, since) == {"公安": ["met"], "财政": ["open"]}
    give_back(county, "公安", leads="与台账差 1 条")
    clock.at("2025-10-03T00:00:00")
    assert standings(county, key, since, until=date(2025, 9, 30)) == {
        "公安": ["overdue"],
        "财政": ["overdue"],
    }
    county.plain("财政")
    (late,) = items(county, key, since, date(2025, 9, 30), units=["财政"])
    assert (late.standing.value, str(late.text)) == ("met_late", "迟办 2 天")
    assert late.due == county.sheet("财政").due_at, "due as the opened period says, in the tenant's calendar"


def test_the_last_quarter_is_owed_after_the_summary(make: Factory, clock: TestClock) -> None:
    """Q-16; before the worker opens the form the quarter stands as open."""
    clock.at("2025-11-20T10:00:00")
    county = found_county(make, {"公安": "police"})
    assert standings(county, "quarterly_progress", date(2025, 10, 1)) == {"公安": ["open"]}
    county.open()
    assert standings(county, "quarterly_progress", date(2025, 10, 1)) == {"公安": ["open"]}
    assert standings(county, "summary", date(2025, 1, 1)) == {"公安": ["overdue"]}
    assert standings(county, "contacts", date(2024, 1, 1)) == {"公安": ["not_asked"]}, "opened for 2025 only"


def test_the_publicity_month_is_a_hint_that_activities_meet(make: Factory, clock: TestClock) -> None:
    clock.at("2025-12-01T10:00:00")
    county = found_county(make, {"公安局": "police", "财政": "finance"})
    rally(county, units=(), held_on=date(2025, 6, 12))
    assert standings(county, "publicity_month", date(2025, 1, 1)) == {"公安局": ["met"], "财政": ["hint"]}


# --------------------------------------------------------------------------------------------- statements
def test_forty_units_and_twelve_months_take_as_many_statements_as_one(
    make: Factory, clock: TestClock
) -> None:
    clock.at("2026-09-16T12:00:00")
    counts = []
    for size in (1, 37):
        county = found_county(
            make, {"公安局": "police", "宣传部": "publicity_dept"} | {f"银行{n}": "banks" for n in range(size + 1)},
            key="antifraud",
        )  # fmt: skip
        rally(county, units=[f"银行{n}" for n in range(size)])
        line(county, SUPERVISION, SEPTEMBER)
        ask = Ask(county.mechanism.id, county.campaign, None, True)
        with county.inside() as session, statements(county.make.app) as sent:
            since = date(2025, 10, 1) if size > 1 else SEPTEMBER

            def asked(campaign: Campaign, owed: Obligation, since: date = since) -> Any:
                return periods_of(campaign, owed, since, date(2026, 9, 16))

            found = read_items(session, county.now, [ask], asked)
        counts.append((len(sent), len(found)))
    assert counts[0][0] == counts[1][0] == 3, (counts, sent)
    assert counts[1][1] == 40 * 12 + 12


def test_quarters_of_a_form_reach_back_over_the_year(make: Factory, clock: TestClock) -> None:
    clock.at("2025-09-20T10:00:00")
    county = found_county(make, {"公安": "police"})
    county.since = date(2024, 7, 1)
    county.open()
    found = standings(county, "quarterly_progress", date(2024, 7, 1))["公安"]
    assert found == ["overdue"] * 4 + ["open"]
    assert period_of(date(2024, 7, 1), PeriodKind.QUARTER).key == "2024Q3"
