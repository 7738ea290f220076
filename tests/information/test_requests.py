"""Requests upward: asked, passed on, taken up, ended; by whom, in which order, seen by whom."""

from __future__ import annotations

import threading
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from portal.accounts.models import Account
from portal.core.audit import AuditEvent
from portal.core.db import db
from portal.core.errors import Invalid
from portal.core.reader import Reader
from portal.core.scope import Scope, set_scope
from portal.information.models import RequestStep, UpwardRequest
from portal.information.request_forms import read_targets
from portal.information.request_todos import list_todos
from portal.notices.models import Notice
from portal.units.reader import load_posts
from tests.conftest import TestClock
from tests.factories import Factory
from tests.information.cities import Cities, build_cities, inputs, token

TARGETS = "http://refund.example/login\n=cmd|'/c calc'!A1\n"


@pytest.fixture
def cities(make: Factory, clock: TestClock) -> Cities:
    return build_cities(make, clock)


def ask(cities: Cities, who: str = "a1_police", **more: Any) -> int:
    values = {
        "category": "block_sites",
        "title": "请封堵仿冒退款网站",
        "targets": TARGETS,
        "reason": "群众受骗三起。",
    }
    answer = cities.new(who, "requests/new", **(values | more))
    assert answer.status_code == 303, cities_problem(answer)
    return int(answer.location.rsplit("/", 1)[1])


def cities_problem(answer: Any) -> str:
    return str(answer.get_data(as_text=True))[-3000:]


def step(cities: Cities, who: str, request_id: int, state: str, note: str = "") -> int:
    return int(cities.post(who, f"requests/{request_id}/step", {"state": state, "note": note}).status_code)


def state_of(cities: Cities, slug: str, request_id: int) -> str:
    found = cities.enter(slug).get(UpwardRequest, (cities[slug].tenant_id, request_id))
    assert found is not None
    return found.state


def notices(cities: Cities, slug: str, unit: str | None) -> list[str]:
    session = cities.enter(slug)
    unit_id = cities[slug].units[unit] if unit else None
    rows = session.scalars(sa.select(Notice).where(Notice.unit_id == unit_id).order_by(Notice.at, Notice.id))
    return [n.text % n.params for n in rows]


def test_a_request_goes_up_and_its_end_comes_down(cities: Cities) -> None:
    found = ask(cities)
    assert notices(cities, "a1", None) == ["请审核上请事项：请封堵仿冒退款网站"]
    assert step(cities, "a1_office", found, "passed") == 303
    assert "a市a1县报来上请事项：请封堵仿冒退款网站" in notices(cities, "a", None)
    assert "请封堵仿冒退款网站" in cities.text("a_office", "requests")
    cities.clock.at("2026-09-17T09:30:00")
    assert step(cities, "a_office", found, "taken") == 303
    cities.clock.at("2026-09-18T16:00:00")
    assert step(cities, "a_office", found, "done", "已报省通信管理局封堵") == 303
    page = cities.text("a1_police", f"requests/{found}")
    for said in ("已办结", "a办公室", "09-17 09:30", "09-18 16:00", "已报省通信管理局封堵"):
        assert said in page
    assert notices(cities, "a1", "police") == [
        "a市a1县a1办公室已将上请事项“请封堵仿冒退款网站”报上级",
        "a市a办公室已受理上请事项“请封堵仿冒退款网站”",
        "a市a办公室已办结上请事项“请封堵仿冒退款网站”",
    ]
    assert notices(cities, "a1", None)[-1] == "a市a办公室已办结上请事项“请封堵仿冒退款网站”"
    for slug in ("a", "a1"):
        acts = list(cities.enter(slug).scalars(sa.select(AuditEvent.act)))
        assert acts.count("upward.step") == (2 if slug == "a" else 3)


def test_steps_do_not_skip_and_the_second_clerk_learns_so(cities: Cities) -> None:
    found = ask(cities)
    assert step(cities, "a1_office", found, "done", "x") == 409
    assert step(cities, "a1_office", found, "taken") == 409
    assert step(cities, "a1_office", found, "nonsense") == 422
    assert step(cities, "a1_office", found, "passed") == 303
    assert step(cities, "a1_office", found, "passed") == 409
    assert step(cities, "a1_office", found, "declined", "晚了") == 409
    assert step(cities, "a_office", found, "done", "x") == 409
    assert step(cities, "a_office", found, "taken") == 303
    assert step(cities, "a_office", found, "declined") == 422  # no reason
    assert step(cities, "a_office", found, "declined", "证据不足") == 303
    assert step(cities, "a_office", found, "done", "x") == 409
    assert state_of(cities, "a1", found) == "declined"


def test_the_office_declines_with_a_reason_and_superiors_never_see_it(cities: Cities) -> None:
    found = ask(cities)
    assert step(cities, "a1_office", found, "declined") == 422
    assert step(cities, "a1_office", found, "declined", "不属于涉诈网站") == 303
    assert "不属于涉诈网站" in cities.text("a1_police", f"requests/{found}")
    assert cities.get("a_office", f"requests/{found}").status_code == 404
    assert "请封堵" not in cities.text("a_office", "requests")


@pytest.mark.parametrize(
    ("who", "before", "after"),
    [
        ("a1_police", 200, 200), ("a1_court", 404, 404), ("a1_office", 200, 200), ("a1_convenor", 200, 200), ("a1_group", 403, 403),
        ("a2_office", 404, 404), ("a2_police", 404, 404), ("a_office", 404, 200), ("a_convenor", 404, 200), ("a_police", 404, 404),
        ("b_office", 404, 404), ("b1_office", 404, 404),
    ],
)  # fmt: skip
def test_who_reads_a_request(cities: Cities, who: str, before: int, after: int) -> None:
    found = ask(cities)
    for wanted in (before, after):
        assert cities.get(who, f"requests/{found}").status_code == wanted
        listed = cities.get(who, "requests")
        assert ("请封堵仿冒退款网站" in listed.get_data(as_text=True)) is (wanted == 200)
        book = cities.get(who, f"requests.xlsx?request={found}")
        assert book.status_code == wanted
        assert step(cities, "a1_office", found, "passed") in (303, 409)
    may = {"a_office": 303, "a1_office": 409}
    wanted = may.get(who, 404 if who in ("a2_office", "b_office", "b1_office") else 403)
    assert step(cities, who, found, "taken") == wanted


def test_what_the_city_asks_ends_with_the_answer_from_outside(cities: Cities) -> None:
    found = ask(cities, "a_police")
    assert step(cities, "a_office", found, "passed") == 303
    assert "登记上级答复" in cities.text("a_office", f"requests/{found}")
    assert step(cities, "a_office", found, "done", "省厅已封堵") == 303
    assert "省厅已封堵" in cities.text("a_police", f"requests/{found}")
    own = ask(cities, "a_office", title="本级直接提出")
    assert state_of(cities, "a", own) == "passed"  # the office's own is passed on at once
    cities.disable("a")
    alone = ask(cities, "a1_police", title="上级未启用")
    assert step(cities, "a1_office", alone, "passed") == 303
    assert step(cities, "a1_office", alone, "declined", "上级电话答复不予受理") == 303


def test_a_category_is_asked_for_by_its_writers_alone(cities: Cities) -> None:
    form = cities.get("a1_court", "requests/new")
    assert "列入严重失信主体名单" not in form.get_data(as_text=True)
    answer = cities.new(
        "a1_court", "requests/new", category="dishonesty_list", title="x", targets="y", reason="z"
    )
    assert answer.status_code == 422
    assert "请选择类别" in answer.get_data(as_text=True)
    assert cities.get("a1_group", "requests/new").status_code == 403
    other = cities.new("a1_police", "requests/new", unit=str(cities["a2"].units["police"]), category="block_sites",
                       title="x", targets="y", reason="z")  # fmt: skip
    assert other.status_code == 303  # the only unit there is counts, not what was posted
    request_id = int(other.location.rsplit("/", 1)[1])
    found = cities.enter("a1").get(UpwardRequest, (cities["a1"].tenant_id, request_id))
    assert found is not None
    assert found.unit_id == cities["a1"].units["police"]


def test_targets_are_lines_trimmed_and_told_apart() -> None:
    assert read_targets("  a.example \r\n\r\nb.example\n a.example\n") == ("a.example", "b.example")
    assert read_targets("一\t二") == ("一 二",)
    for bad, words in (
        ("", "至少填写一行"), (" \n ", "至少填写一行"), ("ok\nx\u202ey", "第 2 行"), ("x\u0007", "第 1 行"), ("y" * 301, "第 1 行"),
        ("\n".join(map(str, range(201))), "最多 200 行"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as caught:
            read_targets(bad)
        message = caught.value.problems["targets"]
        assert words in str(message), bad
    assert len(read_targets("\n".join(map(str, range(200))))) == 200


def test_addresses_stay_text_on_the_page_and_in_the_list(cities: Cities) -> None:
    found = ask(cities, targets=TARGETS + "javascript:alert(1)\n<b>x</b>")
    page = cities.get("a1_police", f"requests/{found}").get_data(as_text=True)
    assert 'href="http://refund.example' not in page
    assert 'href="javascript' not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    book = cities.get("a1_office", f"requests.xlsx?request={found}")
    sheet = load_workbook(BytesIO(book.data)).active
    assert isinstance(sheet, Worksheet)
    cells = list(sheet.iter_rows(min_row=4))
    assert [row[1].value for row in cells] == [
        "http://refund.example/login",
        "=cmd|'/c calc'!A1",
        "javascript:alert(1)",
        "<b>x</b>",
    ]
    assert all(row[1].data_type == "s" and row[1].hyperlink is None for row in cells)
    assert cells[1][1].quotePrefix
    acts = list(cities.enter("a1").scalars(sa.select(AuditEvent.act)))
    assert acts.count("export") == 1


def test_what_was_typed_is_kept_when_it_is_refused(cities: Cities) -> None:
    answer = cities.new(
        "a1_police",
        "requests/new",
        category="block_sites",
        title="标题在此",
        targets="好\n坏\u202e",
        reason="",
    )
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    for kept in ("标题在此", "第 2 行", "请写明理由"):
        assert kept in page
    secret = cities.new(
        "a1_police",
        "requests/new",
        category="block_sites",
        title="标题",
        targets="a.example",
        reason="绝密★启用前",
    )
    assert secret.status_code == 422
    session = cities.enter("a1")
    assert session.scalar(sa.select(sa.func.count()).select_from(UpwardRequest)) == 0
    assert "text.refuse" in list(session.scalars(sa.select(AuditEvent.act)))


def test_a_draft_saves_itself_and_goes_with_the_request(cities: Cities) -> None:
    page = cities.get("a1_police", "requests/new")
    typed = inputs(page) | {"title": "半截", "targets": "x\u0000y"}
    saved = cities.post("a1_police", "requests/draft", typed)
    assert saved.status_code == 200
    assert saved.json["version"] == 1
    key = typed["request_key"]
    assert "半截" in cities.text("a1_police", "requests")
    for stranger in ("a1_court", "a1_office", "a2_police", "a_office"):
        assert "半截" not in cities.text(stranger, "requests")
        assert "半截" not in cities.get(stranger, f"requests/new?draft={key}").get_data(as_text=True)
    again = cities.get("a1_police", f"requests/new?draft={key}")
    assert "半截" in again.get_data(as_text=True)
    stale = cities.post("a1_police", "requests/draft", typed | {"title": "旧窗口", "version": "0"})
    assert stale.status_code == 409
    sent = cities.post(
        "a1_police", "requests/new", inputs(again) | {"reason": "理由", "targets": "a.example"}
    )
    assert sent.status_code == 303
    assert "半截" not in cities.text("a1_police", "requests").split("提出")[0]
    foreign = typed | {"unit": str(cities["a2"].units["police"])}
    assert cities.post("a1_police", "requests/draft", foreign).status_code == 403


def test_the_same_key_twice_is_one_request(cities: Cities) -> None:
    filled = inputs(cities.get("a1_police", "requests/new")) | {
        "category": "block_sites", "title": "一次", "targets": "a.example", "reason": "理由",
    }  # fmt: skip
    first, second = (cities.post("a1_police", "requests/new", filled) for _ in range(2))
    assert first.location == second.location
    assert cities.enter("a1").scalar(sa.select(sa.func.count()).select_from(UpwardRequest)) == 1
    assert len(notices(cities, "a1", None)) == 1


def test_of_two_clerks_at_once_one_wins(cities: Cities) -> None:
    found = ask(cities)
    cities.as_("a1_office")
    answers: list[int] = []
    clients = [cities.make.login("a1_office") for _ in range(2)]
    tokens = [token(c) for c in clients]
    start = threading.Barrier(2)
    app = cities.make.app

    def press(n: int) -> None:
        with app.app_context():
            start.wait()
            data = {"csrf_token": tokens[n], "state": ("passed", "declined")[n], "note": "理由"}
            url = cities["a1"].url(f"requests/{found}/step")
            answers.append(clients[n].post(url, data=data).status_code)
            db.session.remove()

    cities.session.rollback()
    threads = [threading.Thread(target=press, args=(n,)) for n in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(answers) == [303, 409]
    session = cities.enter("a1")
    assert session.scalar(sa.select(sa.func.count()).select_from(RequestStep)) == 1


def test_lists_ask_a_constant_number_of_statements(cities: Cities) -> None:
    for who in ("a1_office", "a_office", "a1_police"):
        cities.as_(who)
    first = ask(cities)
    assert step(cities, "a1_office", first, "passed") == 303

    def statements(who: str, path: str) -> int:
        counted = 0

        def count(*_: Any) -> None:
            nonlocal counted
            counted += 1

        sa.event.listen(db.engine, "before_cursor_execute", count)
        try:
            assert cities.get(who, path).status_code == 200
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", count)
        return counted

    paths = [("a1_office", "requests"), ("a_office", "requests"), ("a_office", f"requests/{first}")]
    few = [statements(*p) for p in paths]
    for n in range(4):
        assert step(cities, "a1_office", ask(cities, title=f"第{n}件"), "passed") == 303
    assert [statements(*p) for p in paths] == few
    assert max(few) <= 16, few


def test_who_must_act_finds_it_on_the_to_do_list(cities: Cities) -> None:

    def todo(who: str) -> list[tuple[int, str]]:
        session = cities.session
        session.rollback()
        account = session.scalars(sa.select(Account).where(Account.username == who)).one()
        set_scope(session, Scope(own=(cities[who.split("_")[0]].tenant_id,)))
        reader = Reader(account.id, who, who, load_posts(session, account.id, cities.clock()))
        rows = list_todos(session, reader, cities.clock())
        return [(t.tenant_id, str(t.step)) for t in rows]

    found = ask(cities)
    county, city = cities["a1"].tenant_id, cities["a"].tenant_id
    assert todo("a1_office") == [(county, "审核")]
    assert todo("a1_police") == todo("a_office") == todo("a2_office") == []
    step(cities, "a1_office", found, "passed")
    assert todo("a1_office") == []
    assert todo("a_office") == [(city, "受理")]
    assert todo("b_office") == []
    step(cities, "a_office", found, "taken")
    assert todo("a_office") == [(city, "办结")]
    step(cities, "a_office", found, "done")
    assert todo("a_office") == []
