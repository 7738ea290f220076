"""What a county asks beyond its city, and how much earlier: the same to the city, to the units and to the office."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.core.clock import end_of
from portal.core.posts import PostKind
from portal.core.scope import Scope, set_scope
from portal.reporting.design import chain
from portal.reporting.design.admission import needed_by
from portal.reporting.design.local_content import Content
from portal.reporting.models import Report
from portal.tenants.policies import set_policy
from portal.units.models import Membership
from tests.conftest import TestClock
from tests.factories import Factory
from tests.home.test_todo import statements
from tests.reporting.county import F6, KEY, OFFICE, County, found_county
from tests.reporting.own import columns, publish

ADDED = Content(columns=(*columns("走访大户", unit="户"), *columns("召开会议")), days_earlier=5)


@dataclass
class Chain:
    city: County
    county: County
    neighbour: County

    def open(self) -> None:
        for place in (self.city, self.county, self.neighbour):
            place.open()

    def below(self, period: str = "2025Q4") -> Any:
        below = (self.county.tenant.id, self.neighbour.tenant.id)
        home = self.city.tenant.id
        self.city.session.rollback()
        set_scope(self.city.session, Scope(own=(home,), below=below, home=home))
        return chain.list_below(self.city.session, self.city.campaign, period)

    def seen(self, place: County, period: str = "2025Q4") -> chain.Difference:
        report = place.report(period)
        return chain.report_differences(place.session, place.campaign, report)


@pytest.fixture
def made(make: Factory, clock: TestClock) -> Chain:
    """The fourth quarter of 2025 is due on Wednesday 2025-12-31; five days before it is a Friday."""
    clock.at("2025-12-11T10:00:00")
    county = found_county(make, F6)
    neighbour = found_county(make, {"公安": "police"}, city=county.city)
    police = make.unit(county.city, "市公安局")
    body = make.mechanism(county.city, KEY, {"police": police})
    with make.enter(county.city) as session:
        for membership in session.scalars(sa.select(Membership)):
            membership.since = date(2020, 1, 1)
    city = County(make, county.city, county.city, body, {"市公安": police})
    for place in (city, county, neighbour):
        place.since = date(2025, 10, 1)
    return Chain(city, county, neighbour)


def said(difference: chain.Difference) -> list[str]:
    return [str(part) for part in difference.parts]


def test_city_due_on_the_31st_county_five_days_earlier_and_two_columns(made: Chain, clock: TestClock) -> None:
    publish(made.county, ADDED, made.county.form.key)
    clock.at("2025-12-20T10:00:00")
    made.open()
    assert made.city.report("2025Q4").due_at == end_of(date(2025, 12, 31))
    assert made.county.report("2025Q4").due_at == end_of(date(2025, 12, 26))
    mine = made.seen(made.county)
    assert said(mine) == ["提前 5 天", "增加 2 项"]
    assert mine.above == made.city.tenant.name
    assert mine.local is not None
    assert mine.local.reason == "县领导小组第三次会议要求"
    assert not made.seen(made.neighbour)
    (row,) = made.below()
    assert (row.code, row.form, row.title) == (
        made.county.tenant.code,
        made.county.form.key,
        str(made.county.form.label),
    )
    assert said(row.difference) == said(mine)
    assert [str(f.label) for f in row.difference.added] == ["走访大户", "召开会议"]


def test_before_the_city_has_opened_its_own_date_is_computed(made: Chain) -> None:
    """The county opens 20 days before the end, the city 15."""
    publish(made.county, ADDED, made.county.form.key)
    made.open()
    made.city.enter()
    wanted = sa.select(sa.func.count(Report.id)).where(Report.form == made.city.form.key)
    assert made.city.session.scalar(wanted) == 0
    assert said(made.seen(made.county)) == ["提前 5 天", "增加 2 项"]
    assert said(made.below()[0].difference) == ["提前 5 天", "增加 2 项"]


def test_a_reading_of_the_rule_shortens_as_well(made: Chain, clock: TestClock) -> None:
    with made.neighbour.inside() as session:
        set_policy(
            session, OFFICE, clock(), campaign=made.neighbour.campaign, key="due_rule", value="day_25", reason="县里惯例"
        )  # fmt: skip
    clock.at("2025-12-20T10:00:00")
    made.open()
    assert said(made.seen(made.neighbour)) == ["提前 6 天"]
    (row,) = made.below()
    assert (row.difference.days, row.difference.added) == (6, ())


def test_what_the_city_asks_too_is_no_addition(made: Chain, clock: TestClock) -> None:
    publish(made.city, Content(columns=columns("走访大户数", unit="户"), days_earlier=2), made.city.form.key)
    publish(made.county, ADDED, made.county.form.key)
    clock.at("2025-12-20T10:00:00")
    made.open()
    assert made.city.report("2025Q4").due_at == end_of(date(2025, 12, 29))
    mine = made.seen(made.county)
    assert said(mine) == ["提前 3 天", "增加 1 项"]
    assert [str(f.label) for f in mine.added] == ["召开会议"]
    assert said(made.seen(made.city)) == ["提前 2 天", "增加 1 项"], (
        "a city without a superior: against the document"
    )


def test_words_and_hidden_columns_are_told(made: Chain, clock: TestClock) -> None:
    form = made.county.form
    free = [f for f in form.fields if f.key not in needed_by(form)]
    content = Content(labels={free[0].key: "改后的名称"}, hidden=(free[1].key,), reason="按县里口径")
    publish(made.county, content, form.key)
    clock.at("2025-12-20T10:00:00")
    made.open()
    mine = made.seen(made.county)
    assert said(mine) == ["改写 1 项", "减少 1 项"]
    assert mine.reworded == ((str(free[0].label), "改后的名称"),)
    assert mine.hidden == (str(free[1].label),)


def test_a_form_of_its_own_is_told_whole(made: Chain, clock: TestClock) -> None:
    own = Content(label="走访情况", columns=columns("走访商铺", "发现苗头"), period="month")
    row = publish(made.county, own)
    clock.at("2025-12-20T10:00:00")
    made.open()
    found = made.below("2025-12")
    assert [(b.form, b.title, said(b.difference)) for b in found] == [
        (row.form, "走访情况", ["本地自设报表", "增加 2 项"])
    ]


def test_a_scope_without_the_county_does_not_see_it(made: Chain, clock: TestClock) -> None:
    publish(made.county, ADDED, made.county.form.key)
    clock.at("2025-12-20T10:00:00")
    made.open()
    home = made.neighbour.tenant.id
    made.neighbour.session.rollback()
    set_scope(made.neighbour.session, Scope(own=(home,), home=home))
    assert chain.list_below(made.neighbour.session, made.city.campaign, "2025Q4") == []


def test_statements_stay_the_same_however_many_counties(made: Chain, clock: TestClock, make: Factory) -> None:
    publish(made.county, ADDED, made.county.form.key)
    clock.at("2025-12-20T10:00:00")
    made.open()
    made.below()
    with statements(make.app) as few:
        made.below()
    extra = [found_county(make, {"公安": "police"}, city=made.city.tenant) for _n in range(3)]
    for place in extra:
        place.since = date(2025, 10, 1)
        clock.at("2025-12-11T10:00:00")
        publish(place, replace(ADDED, days_earlier=3), place.form.key)
        clock.at("2025-12-20T10:00:00")
        place.open()
    ids = (made.county.tenant.id, *(p.tenant.id for p in extra))
    home = made.city.tenant.id
    made.city.session.rollback()
    set_scope(made.city.session, Scope(own=(home,), below=ids, home=home))
    with statements(make.app) as many:
        rows = chain.list_below(made.city.session, made.city.campaign, "2025Q4")
    assert len(rows) == 4
    assert len(many) <= len(few)


def test_the_filling_page_says_so_to_the_unit(
    made: Chain, clock: TestClock, login: Callable[[str], FlaskClient]
) -> None:
    publish(made.county, replace(ADDED, reason="<b>县里</b>要求"), made.county.form.key)
    clock.at("2025-12-20T10:00:00")
    made.open()
    liaison = login(made.county.account(PostKind.LIAISON, "甲镇"))
    url = made.county.url(f"reports/{made.county.sheet('甲镇', '2025Q4').id}")
    shown = liaison.get(url).get_data(as_text=True)
    assert "本地提前 5 天、增加 2 项" in html.unescape(shown)
    assert "走访大户、召开会议" in html.unescape(shown)
    assert "&lt;b&gt;县里&lt;/b&gt;要求" in shown
    assert made.city.tenant.name in shown
    plain = login(made.neighbour.account(PostKind.LIAISON, "公安"))
    other = plain.get(made.neighbour.url(f"reports/{made.neighbour.sheet('公安', '2025Q4').id}"))
    assert "本地提前" not in other.get_data(as_text=True)
