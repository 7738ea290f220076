"""Scenario F6, points 1 to 4, with its numbers: a quarter with one township missing, a wrong stock and a late change."""

from __future__ import annotations

import hashlib
import io
import re
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.campaigns.forms import Grade
from portal.core.errors import Invalid
from portal.core.posts import PostKind
from portal.core.scope import Scope, set_scope
from portal.reporting.archive import list_files, read_file
from portal.reporting.differences import say
from portal.reporting.models import ReportFile, ReportState, State
from portal.reporting.opening import asked_fields
from portal.tenants.policies import set_policy
from tests.conftest import TestClock
from tests.factories import Factory
from tests.reporting.county import F6, KEY, LONG_AGO, OFFICE, County, found_county
from tests.reporting.paper import send
from tests.reporting.test_pages import page

LATE, MISSING, ZERO, THRICE, TOWN = "开发区", "丙乡", "教育", "税务", "甲镇"
STOCK: dict[str, Any] = {"opening_cases": 7, "added_cases": 18, "resolved_cases": 11}


@pytest.fixture
def county(make: Factory, clock: TestClock) -> County:
    """The tenant sets the last calendar day as its due rule: 2025-09-30."""
    clock.at("2025-09-20T10:00:00")
    county = found_county(make, F6)
    with county.inside() as session:
        for key, value in (("due_rule", "last_calendar_day"), ("due_shift", "none")):
            set_policy(
                session, OFFICE, county.now, campaign=county.campaign, key=key, value=value, reason="本县设定"
            )
    county.open()
    assert county.report().due_at.isoformat() == "2025-09-30T23:59:59.999999+08:00"
    return county


@pytest.fixture
def city(county: County) -> str:
    """The city's office, which reads what its counties have submitted."""
    body = county.make.mechanism(county.city, KEY)
    name = f"u{county.city.code}_office"
    county.make.post(county.city, name, PostKind.OFFICE_DIRECTOR, body, since=LONG_AGO)
    return name


def file(county: County, unit: str, *, unexplained: str = "", **changes: Any) -> None:
    """The form's example, as far as this unit is asked, with ``changes``; whatever wants explaining is explained."""
    asked = {f.key for f in asked_fields(county.form, F6[unit])}
    values = {k: v for k, v in county.form.example.items() if k in asked} | changes
    said = {
        c.key: "逐条另附" for c in county.form.checks if c.grade is Grade.EXPLAIN and c.key != unexplained
    }
    county.file(unit, values, explanations=said)


def press(county: County, client: FlaskClient, step: str, **form: Any) -> None:
    """A button of the board or of the consolidation page."""
    at = f"board/{county.report().id}/{step}"
    shown = county.url(at if step == "submit" else "board")
    answer = send(client, shown, county.url(at), **form)
    assert answer.status_code == 303, page(answer)


def stored(county: County) -> list[ReportFile]:
    county.enter()
    found = list(county.session.scalars(sa.select(ReportFile).order_by(ReportFile.number)).all())
    for one in found:
        assert hashlib.sha256(one.content).hexdigest() == one.sha256
    county.session.rollback()
    return found


def test_f6(county: County, city: str, clock: TestClock) -> None:
    on_time = [u for u in F6 if u not in (LATE, MISSING)]
    assert len(F6) == 10
    assert len(on_time) == 8

    # 2. the sentences, at a township: 期初 7 + 新增 18 − 化解 11 = 14, and 13 typed
    with pytest.raises(Invalid) as refused:
        file(county, TOWN, unexplained="stock_balances", **STOCK, closing_cases=13)
    said = str(refused.value.problems["closing_cases"])
    assert re.search(r"7 .*18 .*11 .*= 14.*13.*差 1", said)
    assert "explain.stock_balances" in refused.value.problems
    county.session.rollback()
    with pytest.raises(Invalid) as refused:
        file(county, TOWN, leads=3, leads_grid=2, leads_tipoff=1, transferred_to_police=5)
    said = str(refused.value.problems["transferred_to_police"])
    assert "5 件" in said
    assert "3 条" in said
    assert "explain.transfers_within_leads" not in refused.value.problems, "an error is not explained away"
    county.session.rollback()
    assert county.sheet(TOWN).state == State.EXPECTED

    # 1. eight on time, among them a zero report and one unit with three versions; one two days late; one missing
    for unit in on_time:
        if unit == ZERO:
            county.file(unit)
        else:
            file(county, unit, **STOCK, closing_cases=14)
    for meetings in (4, 6):
        clock.now = clock.now.replace(hour=clock.now.hour + 1)
        file(county, THRICE, **STOCK, closing_cases=14, meetings=meetings)
    assert county.sheet(THRICE).edition == 3
    clock.at("2025-10-02T09:00:00")
    file(county, LATE, **STOCK, closing_cases=14)
    report = county.report()
    assert (report.expected, report.filed, report.on_time, report.zero) == (10, 9, 8, 1)
    assert (report.filed * 100 // report.expected, report.on_time * 100 // report.expected) == (90, 80)
    assert county.consistent()
    office = county.make.login(county.account(PostKind.OFFICE_STAFF))
    assert "迟报 2 天：数据未核准" in page(office.get(county.url("board?state=late")))

    # 3. submitted with the named gap, late and with the reason; the city sees 90 % and the gap
    clock.at("2025-10-03T09:00:00")
    office = county.make.login(county.account(PostKind.OFFICE_STAFF))
    missing = county.units[MISSING]
    reason = {f"gap-{missing.id}": "单位未报，已催报"}
    press(county, office, "submit", action="submit", **reason, **{"late-reason": "等候开发区"})
    report = county.report()
    assert (report.state, report.values["meetings"]) == (ReportState.SUBMITTED, 6 + 7)
    assert [(g["unit"], g["reason"]) for g in report.gaps] == [(missing.full_name, "单位未报，已催报")]
    seen = page(
        county.make.login(city).get(f"/{county.city.code}/{KEY}/overview?form={county.form.key}&to=2025Q3")
    )
    assert re.search(r"90(\.0+)?%", seen)
    assert re.search(r"80(\.0+)?%", seen)
    assert missing.full_name in seen
    assert not re.search(r"1[0-9][1-9](\.\d+)?%", seen), "never above 100 %"

    # 4. closing keeps the files; ten days later the township reports: number 2 with its differences
    press(county, office, "close", action="close")
    (first,) = stored(county)
    url = county.url(f"board/files/{first.id}")
    downloaded = office.get(url).data
    assert downloaded == first.content
    sums = openpyxl.load_workbook(io.BytesIO(downloaded))["汇总表"]
    assert any(row[1] == "专题会议" and row[3] == 13 for row in sums.iter_rows(values_only=True))
    clock.at("2025-10-13T09:00:00")
    file(county, MISSING, **STOCK, closing_cases=14, meetings=2)
    one, two = stored(county)
    assert (two.number, two.kind) == (2, "late")
    listed = [str(say(d)) for d in two.differences]
    assert listed[:2] == [f"{missing.full_name}补报，迟报 13 天：数据未核准", f"{missing.full_name}不再缺报"]
    assert "专题会议合计 13 次 → 15 次（+2）" in listed
    assert two.facts["counts"] == {"expected": 10, "filed": 10, "on_time": 8, "zero": 1}
    office = county.make.login(county.account(PostKind.OFFICE_STAFF))
    assert office.get(url).data == downloaded == one.content, "number 1 byte for byte"
    shown = page(office.get(county.url(f"board/{report.id}/files")))
    assert all(line in shown for line in listed)
    assert "1 家补报，可补充上报" in page(office.get(county.url("board")))

    # the same two files from above, and sent once more what had come
    set_scope(county.session, Scope(own=(county.city.id,), below=(county.tenant.id,), home=county.city.id))
    numbers = [f.number for f in list_files(county.session, county.tenant.id, report.id)]
    assert numbers == [2, 1]
    assert read_file(county.session, county.tenant.id, first.id).content == downloaded
    county.session.rollback()
    press(county, office, "submit", action="submit")
    report = county.report()
    assert (report.gaps, report.values["meetings"], report.on_time) == ([], 15, 8)
    assert [f.kind for f in stored(county)] == ["submitted", "late", "submitted"]
    assert county.consistent()
