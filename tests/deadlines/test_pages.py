"""Pages of the deadlines: who sees what, setting by hand with a look at the date first, extensions, doing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.core.clock import end_of
from portal.core.posts import PostKind
from portal.deadlines.models import Deadline, DeadlineChange
from portal.units.models import Mechanism
from tests.deadlines.conftest import County
from tests.ledger.cast import fields_of

Login = Callable[[str], FlaskClient]


def set_by_hand(county: County, client: FlaskClient, confirm: bool = True, **more: Any) -> Any:
    """Fill in the form, look at the date, send; answers the last answer."""
    page = fields_of(client.get(county.url("/new")))
    given = page | {
        "title": "排查清单", "what": "报送排查清单", "units": [str(county.police)], "kind": "working_days", "n": "15",
    } | more  # fmt: skip
    shown = client.post(county.url("/new"), data=given)
    if not confirm or shown.status_code != 200:
        return shown
    return client.post(county.url("/new"), data=given | {"shown": fields_of(shown)["shown"]})


def rows(county: County) -> list[Any]:
    """Unit and end of each."""
    with county.make.enter(county.tenant) as session:
        return list(session.execute(sa.select(Deadline.unit_id, Deadline.due_at).order_by(Deadline.id)))


def text(client: FlaskClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.get_data(as_text=True)


def test_the_date_is_shown_before_anything_runs(county: County, login: Login) -> None:
    office = login("office")
    shown = set_by_hand(county, office, confirm=False)
    page = shown.get_data(as_text=True)
    assert "到期 5月19日 周二 24:00" in page
    assert "5-1 劳动节" in page
    assert "报送排查清单" in page, "what was typed is kept"
    assert not rows(county)
    answer = set_by_hand(county, office)
    assert answer.status_code == 303
    (row,) = rows(county)
    assert row.due_at == end_of(date(2026, 5, 19))
    page = text(office, answer.location)
    assert "起算日 4月24日 周五 不计入" in page
    assert "民法典第二百零一条" in page
    assert "排查清单" in text(login("police"), "/")
    assert "排查清单" in text(login("police"), county.url())


def test_a_double_click_starts_one(county: County, login: Login) -> None:
    office = login("office")
    page = fields_of(office.get(county.url("/new")))
    given = page | {
        "title": "清单",
        "units": [str(county.police), "0"],
        "kind": "date",
        "day": "2026-06-25",
    }
    shown = fields_of(office.post(county.url("/new"), data=given))["shown"]
    for _click in range(2):
        assert office.post(county.url("/new"), data=given | {"shown": shown}).status_code == 303
    assert {(d.unit_id, d.due_at) for d in rows(county)} == {
        (county.police, end_of(date(2026, 6, 25))),
        (None, end_of(date(2026, 6, 25))),
    }


def test_the_chosen_kind_says_which_field_is_asked_without_a_script(county: County, login: Login) -> None:
    """The style sheet hides the other one, so both stand behind the radio buttons, in the same element."""
    shown = text(login("office"), county.url("/new"))
    box = shown[shown.index('class="one-of"') : shown.index('name="started"')]
    kinds = re.findall(r'<input[^>]*name="kind"[^>]*value="(\w+)"', box)
    assert kinds == ["working_days", "days", "hours", "date"]
    assert re.findall(r'<input checked[^>]*value="(\w+)"', box) == ["working_days"]
    assert box.index('value="date"') < box.index('class="by-number"') < box.index('name="n"')
    assert box.index('name="n"') < box.index('class="by-date"') < box.index('name="day"')


def test_a_changed_limit_is_shown_again_before_it_runs(county: County, login: Login) -> None:
    office = login("office")
    page = fields_of(office.get(county.url("/new")))
    given = page | {"title": "清单", "units": [str(county.police)], "kind": "days", "n": "10"}
    shown = fields_of(office.post(county.url("/new"), data=given))["shown"]
    again = office.post(county.url("/new"), data=given | {"shown": shown, "n": "20"})
    assert again.status_code == 200
    assert "到期 5月14日 周四 24:00" in again.get_data(as_text=True)
    assert not rows(county)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "请写明事项"),
        ({"units": []}, "请至少选一家单位"),
        ({"units": ["1"]}, "problem"),
        ({"n": "0"}, "请填 1 至 2500"),
        ({"n": "十五"}, "请用阿拉伯数字"),
        ({"n": ""}, "请用阿拉伯数字"),
        ({"n": "99999999999999999999"}, "problem"),
        ({"kind": "moon"}, "problem"),
        ({"kind": "date", "day": ""}, "请填写日期"),
        ({"kind": "date", "day": "2026-02-30"}, "没有这一天"),
        ({"kind": "date", "day": "2026-04-23"}, "已经过去"),
        ({"started": "2027-04-24T10:00"}, "起算时间应在最近一年之内"),
        ({"started": "nonsense"}, "请填日期和时间"),
    ],
)
def test_what_cannot_be_set(county: County, login: Login, wrong: dict[str, Any], said: str) -> None:
    answer = set_by_hand(county, login("office"), **wrong)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert said in page
    assert "报送排查清单" in page
    assert not rows(county)


def test_from_asking_to_done(county: County, login: Login) -> None:
    page = set_by_hand(county, login("office")).location.removeprefix(county.url())
    county.clock.at("2026-05-19T23:59:59")
    office, police = login("office"), login("police")
    wrong = county.post(police, f"{page}/extension", page, until="2026-05-18", reason="材料未齐")
    assert wrong.status_code == 422
    assert "新时限应晚于" in wrong.get_data(as_text=True)
    assert (
        county.post(police, f"{page}/extension", page, until="2026-05-29", reason="材料未齐").status_code
        == 303
    )
    assert "申请延期待决定" in text(office, county.url())
    assert "决定延期" in text(office, "/")
    assert "申请延至" in text(office, county.url(page))
    assert (
        county.post(police, f"{page}/decision", page, decision="grant", until="2026-05-29").status_code == 403
    )
    refused = county.post(office, f"{page}/decision", page, decision="refuse", until="2026-05-29", reason="")
    assert refused.status_code == 422
    granted = county.post(
        office, f"{page}/decision", page, decision="grant", until="2026-05-26", reason="一周"
    )
    assert granted.status_code == 303
    assert rows(county)[0].due_at == end_of(date(2026, 5, 26))
    county.clock.at("2026-05-27T00:00:00")
    office, police = login("office"), login("police")
    assert "逾期 1 分钟" in text(police, county.url(page))
    late = county.post(police, f"{page}/extension", page, until="2026-06-29", reason="还要时间")
    assert late.status_code == 409
    assert "延期须在到期前申请" in late.get_data(as_text=True)
    missing = county.post(police, f"{page}/meet", page, note="已报送")
    assert missing.status_code == 422
    assert "请写明逾期原因" in missing.get_data(as_text=True)
    done = county.post(police, f"{page}/meet", page, note="已报送", late_reason="人员外出")
    assert done.status_code == 303
    said = text(office, county.url(page))
    for words in ("已报送", "人员外出", "同意延至", "申请延至", "逾期 1 分钟办结"):
        assert words in said
    assert "排查清单" not in text(police, county.url())
    assert "排查清单" in text(police, county.url("?state=met"))


def test_the_one_who_asked_cannot_decide(county: County, login: Login) -> None:
    """One person with two posts: liaison of a unit and staff of the office."""
    office = login("office")
    page = set_by_hand(county, office).location.removeprefix(county.url())
    session = county.make.session
    account = session.scalars(sa.select(Account).where(Account.username == "police")).one()
    body = session.get_one(Mechanism, (county.tenant.id, county.body))
    county.make.post(county.tenant, account, PostKind.OFFICE_STAFF, body)
    both = login("police")
    county.post(both, f"{page}/extension", page, until="2026-05-29", reason="材料未齐")
    assert "须由办公室其他人员决定" in text(both, county.url(page))
    assert (
        county.post(both, f"{page}/decision", page, decision="grant", until="2026-05-29").status_code == 403
    )
    assert (
        county.post(office, f"{page}/decision", page, decision="grant", until="2026-05-29").status_code == 303
    )


def test_who_sees_and_who_may(county: County, login: Login) -> None:
    page = set_by_hand(county, login("office")).location.removeprefix(county.url())
    finance = login("finance")
    assert "排查清单" not in text(finance, county.url())
    for path in (page, f"{page}/meet", f"{page}/extension"):
        method = finance.get if path == page else finance.post
        token = {} if path == page else {"data": {"csrf_token": ""}}
        assert method(county.url(path), **token).status_code in (404, 400)
    assert finance.get(county.url("/new")).status_code == 403
    assert "排查清单" in text(login("convenor"), county.url())
    assert login("convenor").get(county.url("/new")).status_code == 403
    assert "标为办结" not in text(login("convenor"), county.url(page))
    assert login("observer").get(county.url()).status_code == 403
    assert login("office").get(county.url("/999")).status_code == 404


def test_pages_ask_the_same_number_of_questions_however_much_there_is(
    county: County, login: Login, session: Session
) -> None:
    office, police = login("office"), login("police")
    statements: list[str] = []
    sa.event.listen(session.get_bind(), "before_cursor_execute", lambda *a: statements.append(a[2]))

    def count(client: FlaskClient, url: str) -> int:
        text(client, url)
        statements.clear()
        text(client, url)
        return len(statements)

    page = set_by_hand(county, office).location
    urls = [(office, county.url()), (police, county.url()), (office, page), (police, "/"), (office, "/")]
    few = [count(*pair) for pair in urls]
    for n in range(12):
        set_by_hand(county, office, title=f"事项{n}")
    first = page.removeprefix(county.url())
    for day in (20, 21, 22):
        county.post(police, f"{first}/extension", first, until=f"2026-05-{day}", reason="一")
        county.post(office, f"{first}/decision", first, decision="refuse", reason="二")
    with county.make.enter(county.tenant) as database:
        assert len(list(database.scalars(sa.select(DeadlineChange)))) == 6
    assert [count(*pair) for pair in urls] == few
