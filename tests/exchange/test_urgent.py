"""Scenario F4: the 24 hours over National Day, the first report, and who sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.core.audit import verify
from portal.deadlines.models import Deadline
from portal.exchange.models import UrgentReceipt, UrgentReport
from portal.notices.models import Notice
from tests.ledger.cast import Cast, fields_of

Login = Callable[[str], FlaskClient]


@pytest.fixture
def subject(cast: Cast, login: Login) -> str:
    """A find of exactly 100,000 yuan, known at 17:40 of 30 September."""
    return f"record:{cast.enter(login('jq_bank')).location.rsplit('/', 1)[1]}"


def rows(cast: Cast, model: Any) -> list[Any]:
    with cast.make.enter(cast.county) as session:
        session.expire_all()
        return list(session.scalars(sa.select(model).order_by(model.id)))


def number(url: str) -> str:
    return url.rsplit("/", 1)[1]


@pytest.mark.parametrize(
    ("filed", "minutes"),
    [("17:39:59", 0), ("17:40:00", 0), ("17:40:01", 1), ("18:05:00", 25)],
)
def test_on_time_to_the_second_and_late_is_accepted_with_a_reason(
    cast: Cast, login: Login, subject: str, filed: str, minutes: int
) -> None:
    cast.clock.at(f"2026-10-01T{filed}")
    client = login("jq_bank")
    answer = cast.report(client, subject)
    if minutes:
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert f"已超过时限 {minutes} 分钟，仍可报送，请写明迟报原因。" in page
        assert "某网点收缴假币" in page
        answer = cast.report(client, subject, late_reason="节日值班交接")
    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert (f"迟报 {minutes} 分钟" in page) if minutes else ("按时报送" in page)
    clock = rows(cast, Deadline)[0]
    assert clock.met_at == cast.clock.now
    assert clock.late_reason == ("节日值班交接" if minutes else "")
    assert clock.released_at is not None


def test_the_city_sees_it_at_once_and_the_sibling_never(cast: Cast, login: Login, subject: str) -> None:
    city, sibling = login("yq_office"), login("pd_office")
    index, below = cast.at(cast.city, "urgent"), cast.at(cast.city, "ledger?below=1")
    assert "某网点" not in city.get(index).get_data(as_text=True) + city.get(below).get_data(as_text=True)
    report = number(cast.report(login("jq_bank"), subject).location)
    record = subject.partition(":")[2]
    assert "某网点收缴假币" in (listed := city.get(index).get_data(as_text=True))
    assert "阳泉市郊区" in listed
    assert "某网点收缴假币" in city.get(below).get_data(as_text=True)
    assert "第十七条（一）" in city.get(cast.at(cast.city, f"urgent/{report}")).get_data(as_text=True)
    page = city.get(cast.at(cast.city, f"ledger/{record}")).get_data(as_text=True)
    assert "登记" in page
    assert city.get(cast.at(cast.city, f"ledger/{record}/edit")).status_code == 403
    for path in (f"urgent/{report}", f"ledger/{record}", f"urgent/of/{subject}"):
        assert sibling.get(cast.at(cast.sibling, path)).status_code == 404
        assert sibling.get(cast.at(cast.county, path)).status_code == 404
        assert login("jq_police").get(cast.at(cast.county, path)).status_code == 404
    assert "某网点" not in sibling.get(cast.at(cast.sibling, "urgent")).get_data(as_text=True)
    token = fields_of(login("yq_office").get(cast.at(cast.city, f"urgent/{report}")))
    assert sibling.post(cast.at(cast.sibling, f"urgent/{report}/receive"), data=token).status_code >= 400
    assert rows(cast, UrgentReceipt) == []


def test_both_offices_sign_and_the_reporter_sees_when(cast: Cast, login: Login, subject: str) -> None:
    report = number(cast.report(login("jq_bank"), subject).location)
    assert any("急报初报" in n.text and n.unit_id is None for n in rows(cast, Notice))

    def sign(who: str, tenant: Any) -> None:
        client, page = login(who), cast.at(tenant, f"urgent/{report}")
        token = fields_of(client.get(page))
        for _again in range(2):
            assert client.post(f"{page}/receive", data=token).status_code == 303
        assert "/receive" not in client.get(page).get_data(as_text=True)

    cast.clock.at("2026-09-30T18:10:00")
    sign("jq_office", cast.county)
    cast.clock.at("2026-09-30T18:20:00")
    sign("yq_office", cast.city)
    page = login("jq_bank").get(cast.at(cast.county, f"urgent/{report}")).get_data(as_text=True)
    assert "9月30日 周三 18:10" in page
    assert "9月30日 周三 18:20" in page
    assert len(rows(cast, UrgentReceipt)) == 1
    assert "已签收" in login("yq_office").get(cast.at(cast.city, "urgent")).get_data(as_text=True)
    for tenant in (cast.county, cast.city):
        with cast.make.enter(tenant) as session:
            assert list(verify(session)) == []


def test_a_double_click_sends_one_report(cast: Cast, login: Login, subject: str) -> None:
    client = login("jq_bank")
    page = cast.at(cast.county, f"urgent/new?subject={subject}")
    posted = fields_of(client.get(page))
    first, again = client.post(page, data=posted), client.post(page, data=posted)
    assert first.location == again.location
    assert client.get(page).location == first.location  # nothing left to report
    assert client.post(page, data=posted | {"request_key": "another"}).status_code == 409
    assert len(rows(cast, UrgentReport)) == 1


def test_an_important_matter_without_entry_has_24_hours_from_knowing(cast: Cast, login: Login) -> None:
    facts = {"what": "网点外聚集", "place": "郊区", "known_at": "2026-09-30T17:00", "amount": ""}
    url = cast.report(
        login("jq_bank"), **facts, phoned_at="2026-09-30T17:10", phoned_to="县办值班室"
    ).location
    report = rows(cast, UrgentReport)[0]
    assert report.amount is None
    assert report.due_at.isoformat() == "2026-10-01T17:00:00+08:00"
    page = login("jq_bank").get(url).get_data(as_text=True)
    assert "待核" in page
    assert "县办值班室" in page


REFUSED = [
    ("what", "", "请写明发生了什么事"),
    ("what", "a\x07b", "看不见的控制字符"),
    ("what", "字" * 501, "最多 500 字"),
    ("place", "郊\u202e区", "看不见的控制字符"),
    ("known_at", "2026-09-31T10:00", "没有这一天"),
    ("known_at", "2026-10-05T10:00", "不能晚于现在"),
    ("amount", "10万", "请填 100,000"),
    ("phoned_at", "2026-09-30T08:00", "电话报告时间应在得知之后"),
    ("phoned_at", "刚才", "请填日期和时间"),
]


def test_bad_input_is_refused_at_its_field(cast: Cast, login: Login) -> None:
    client = login("jq_bank")
    facts = {"what": "<b>事</b>", "place": "郊区", "known_at": "2026-09-30T17:00"}
    for field, typed, says in REFUSED:
        answer = cast.report(client, **(facts | {field: typed}))
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422, (field, typed)
        assert says in page, (field, typed)
        assert "<b>事" not in page
    assert rows(cast, UrgentReport) == []


def test_nobody_reports_for_another_unit(cast: Cast, login: Login, subject: str) -> None:
    client = login("jq_police")
    page = cast.at(cast.county, "urgent/new")
    posted = fields_of(client.get(page)) | {"what": "x", "place": "x", "known_at": "2026-09-30T17:00"}
    assert client.post(f"{page}?subject={subject}", data=posted).status_code == 404
    assert client.post(f"{page}?subject=record:1", data=posted).status_code == 404
    assert client.post(f"{page}?subject=evil:1%00", data=posted).status_code == 404
    client.post(page, data=posted | {"unit": str(cast.bank)})
    assert [r.unit_id for r in rows(cast, UrgentReport)] == [cast.police]
    assert rows(cast, Deadline)[0].met_at is None


def test_the_running_clock_stands_on_top_for_unit_and_office(cast: Cast, login: Login, subject: str) -> None:
    page = cast.at(cast.county, "urgent")
    for who in ("jq_bank", "jq_office"):
        html = login(who).get(page).get_data(as_text=True)
        assert 'data-due="2026-10-01T17:40:00+08:00"' in html
        assert "第十七条（一）" in html
    assert "data-due" not in login("jq_police").get(page).get_data(as_text=True)
    cast.report(login("jq_bank"), subject)
    assert "data-due" not in login("jq_bank").get(page).get_data(as_text=True)
