"""The work behind a tip: who sees what, the answer by two persons, clocks, duplicates, the entry of the ledger."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.core.audit import AuditEvent
from portal.core.db import db
from portal.deadlines.models import Deadline
from portal.ledger.models import Record
from portal.notices.models import Notice
from portal.tips.identity import KEPT, forget_all
from portal.tips.models import Tip, TipIdentity
from tests.security.dump import rows_as_text
from tests.tips.conftest import CAMPAIGN, NAME, PHONE, WHAT, County, token_in

READERS = (
    "office",
    "director",
    "police",
    "police_ld",
    "market",
    "convenor",
    "auditor",
    "stranger",
    "superior",
)


def test_from_the_tip_to_the_answer(county: County, session: Session) -> None:
    """条例 第十六条: who told is read by who handles it, with a reason, and by nobody else."""
    code, tip_id = county.told(tip_identity="named", tip_name=NAME, tip_phone=PHONE)
    page = f"/{tip_id}"
    assert "已收到" in county.follow(code).get_data(as_text=True)
    assert county.get("police", page).status_code == 404, "not passed to it yet"
    assert {w: county.get(w).status_code for w in ("convenor", "auditor", "stranger")} == {
        "convenor": 403, "auditor": 404, "stranger": 404,
    }  # fmt: skip
    assert county.post("office", f"{page}/identity", reason="").status_code == 422
    shown = county.post("office", f"{page}/identity", reason="核对举报情况")
    assert NAME in shown.get_data(as_text=True)
    assert NAME not in county.get("office", page).get_data(as_text=True), "shown once"

    assert county.check(tip_id, title="").status_code == 422
    assert county.check(tip_id).status_code == 303
    assert county.check(tip_id).status_code == 409, "twice"
    assert county.post("office", f"{page}/pass", unit="7").status_code == 422
    assert county.hand_on(tip_id).status_code == 303
    assert county.post("office", f"{page}/identity", reason="核对举报情况").status_code == 403, (
        "not even the office"
    )
    assert county.post("director", f"{page}/identity", reason="核对举报情况").status_code == 403
    assert county.post("market", f"{page}/identity", reason="核对举报情况").status_code == 404
    assert PHONE in county.post("police", f"{page}/identity", reason="联系了解细节").get_data(as_text=True)
    assert "核查中" in county.follow(code).get_data(as_text=True)

    county.post("police", f"{page}/ask", text="公司在几楼？")
    asked = county.follow(code)
    assert "公司在几楼？" in asked.get_data(as_text=True)
    told = county.send("/more", **{"token": token_in(asked), "tip-more": "二楼，靠电梯"})
    assert "承办单位想了解" not in told.get_data(as_text=True)
    assert "二楼，靠电梯" in county.get("police", page).get_data(as_text=True)

    assert county.post("office", f"{page}/draft", text="x").status_code == 403, "the unit handles it"
    assert county.post("police", f"{page}/draft", text="已责令停止，请保存合同。").status_code == 303
    assert "已责令停止" not in county.follow(code).get_data(as_text=True)
    assert county.post("police", f"{page}/release").status_code == 403
    assert county.post("office", f"{page}/return", words="写明依据").status_code == 303
    county.post("police", f"{page}/draft", text="已依法责令停止，请保存合同。")
    assert county.post("office", f"{page}/release").status_code == 303
    done = county.follow(code).get_data(as_text=True)
    assert "已答复" in done
    assert "已依法责令停止，请保存合同。" in done
    assert "平定县公安局" not in done, "who handles it is not told to the world"

    for who in READERS:
        client = county.client(who)
        for url in (
            county.at(),
            county.at(page),
            "/",
            "/inbox",
            f"/{county.codes['county']}/{CAMPAIGN}/ledger",
            f"/{county.codes['county']}/{CAMPAIGN}/ledger.xlsx",
            f"/{county.codes['county']}/admin/audit",
        ):
            response = client.get(url)
            assert NAME.encode() not in response.get_data(), (who, url)
            assert PHONE.encode() not in response.get_data(), (who, url)
    stored = rows_as_text(county.app.extensions["portal"].settings)
    for secret in (NAME, PHONE, WHAT[:10], "二楼，靠电梯", "责令停止"):
        assert secret not in stored
    with county.enter() as inside:
        reads = inside.scalars(sa.select(AuditEvent).where(AuditEvent.act == "tip.identity")).all()
        assert [(e.actor_name.split()[-1], e.data["reason"]) for e in reads] == [
            ("office", "核对举报情况"), ("police", "联系了解细节"),
        ]  # fmt: skip
        left = [
            f"{n.text}{n.params}{n.detail}" for n in inside.scalars(sa.select(Notice)) if "/tips/" in n.link
        ]
        assert len(left) > 4
        assert not any(WHAT[:6] in text or NAME in text or "靠电梯" in text for text in left)


def test_the_office_does_not_release_its_own_answer(county: County) -> None:
    code, tip_id = county.told()
    county.check(tip_id, "fails", words="内容不具体")
    assert county.hand_on(tip_id).status_code == 409, "what does not hold is not passed on"
    county.post("office", f"/{tip_id}/draft", text="经初查，没有发现违法情形。")
    assert "由另一人审核" in county.post("office", f"/{tip_id}/release").get_data(as_text=True)
    assert county.post("director", f"/{tip_id}/release").status_code == 303
    assert "没有发现违法情形" in county.follow(code).get_data(as_text=True)


def test_what_belongs_elsewhere_says_where(county: County) -> None:
    code, tip_id = county.told()
    refused = county.check(tip_id, "elsewhere")
    assert "请写明移送到哪里" in refused.get_data(as_text=True)
    assert county.check(tip_id, "elsewhere", moved_to="已转盂县处非办").status_code == 303
    html = county.follow(code).get_data(as_text=True)
    assert "已移送" in html
    assert "已转盂县处非办" in html
    assert "请核查" not in html, "the reason is for the inside"


def test_clocks_run_from_the_moment_it_came_in(county: County) -> None:
    """The tenant's own days, because D4 names none: 5 working days and 30, on 14 May with no holiday between."""
    county.switch(check_days=3, answer_days=10)
    _code, tip_id = county.told()

    def clocks() -> dict[str, tuple[str, int | None, bool]]:
        with county.enter() as session:
            rows = session.scalars(sa.select(Deadline).where(Deadline.subject == f"tip:{tip_id}"))
            return {d.rule: (d.due_at.strftime("%m-%d"), d.unit_id, d.met_at is not None) for d in rows}

    assert clocks() == {"tip.check": ("05-19", None, False), "tip.answer": ("05-28", None, False)}
    assert f"/tips/{tip_id}" in county.client("office").get("/").get_data(as_text=True)
    assert f"/tips/{tip_id}" not in county.client("police").get("/").get_data(as_text=True)
    county.clock.at("2026-05-20T10:00:00")
    assert "逾期" in county.get("office").get_data(as_text=True)
    late = county.check(tip_id)
    assert late.status_code == 422
    assert "逾期原因" in late.get_data(as_text=True)
    assert county.check(tip_id, late_reason="逐件核对").status_code == 303
    county.hand_on(tip_id)
    assert clocks() == {
        "tip.check": ("05-19", None, True),
        "tip.answer": ("05-28", county.ids["police"], False),
    }
    assert f"/tips/{tip_id}" in county.client("police").get("/").get_data(as_text=True)
    sent = county.post("police", f"/{tip_id}/back", words="属市场监管职责")
    assert sent.headers["Location"].endswith("/tips")
    assert county.get("police", f"/{tip_id}").status_code == 404
    assert clocks()["tip.answer"][1] is None
    county.hand_on(tip_id, "market")
    county.post("market", f"/{tip_id}/draft", text="已处理。")
    assert county.post("office", f"/{tip_id}/release").status_code == 303
    assert clocks()["tip.answer"] == ("05-28", county.ids["market"], True)


def test_the_same_told_twice_is_offered_and_joined_by_hand(county: County) -> None:
    first_code, first = county.told(phones="0353-7654321", urls="https://www.example.com/a/")
    county.clock.now += timedelta(minutes=5)
    second_code, second = county.told(tip_what="另一种说法，说的是同一家公司", phones="（0353）7654321")
    _third, third = county.told(tip_what="网址 HTTP://example.com/a 也在发", phones="110")
    _fourth, fourth = county.told(tip_what="毫不相干的另一件事情，别的公司", phones="110")
    assert "可能重复" in county.get("office").get_data(as_text=True)
    page = county.get("office", f"/{second}").get_data(as_text=True)
    assert "电话相同" in page
    assert "首报" in page
    assert "网址相同" in county.get("office", f"/{third}").get_data(as_text=True)
    assert "可能重复" not in county.get("office", f"/{fourth}").get_data(as_text=True), "110 says nothing"

    assert county.post("office", f"/{first}/join", other=str(first)).status_code == 422
    assert county.post("office", f"/{first}/join", other=str(second)).status_code == 303, (
        "whichever page it is on"
    )
    with county.enter() as session:
        joined = {t.id: t.joined_id for t in session.scalars(sa.select(Tip))}
    assert joined == {first: None, second: first, third: None, fourth: None}
    assert county.post("office", f"/{third}/join", other=str(second)).status_code == 409, (
        "that one has joined already"
    )
    assert "核查中" in county.follow(second_code).get_data(as_text=True) or "已收到" in county.follow(
        second_code
    ).get_data(as_text=True)
    county.check(first)
    county.hand_on(first)
    with county.enter() as session:
        assert session.get_one(Tip, (county.ids["tenant"], second)).unit_id == county.ids["police"]
    county.post("police", f"/{first}/draft", text="已查处。")
    county.post("office", f"/{first}/release")
    for code in (first_code, second_code):
        assert "已查处。" in county.follow(code).get_data(as_text=True)


def test_a_tip_becomes_an_entry_without_its_teller(county: County) -> None:
    _code, tip_id = county.told(
        tip_identity="named", tip_name=NAME, tip_where="城区", subject_name="某某康养部", phones="0353-7654321",
        amount="5", sector="",
    )  # fmt: skip
    county.check(tip_id)
    county.hand_on(tip_id)
    masked = county.get("police", f"/{tip_id}").get_data(as_text=True)
    assert "某某康养部" not in masked
    assert "某某康养部" in county.post("police", f"/{tip_id}/sensitive", reason="核查需要").get_data(
        as_text=True
    )
    assert county.post("police", f"/{tip_id}/enter", unit=str(county.ids["market"])).status_code == 404
    assert county.post("police", f"/{tip_id}/enter", unit=str(county.ids["police"])).status_code == 303
    assert county.post("police", f"/{tip_id}/enter", unit=str(county.ids["police"])).status_code == 409
    with county.enter() as session:
        made = session.scalars(sa.select(Record)).one()
        assert (made.origin, made.title, made.place, made.unit_id) == (
            f"tip:{tip_id}", "养老公司承诺高息", "城区", county.ids["police"],
        )  # fmt: skip
        assert made.values["subject_name"] == "某某康养部"
        assert made.values["amount"] == 5_000_000
        assert NAME not in str(made.values)
        assert made.known_at == county.clock.now


def test_names_are_forgotten_half_a_year_after_the_answer(county: County) -> None:
    _code, tip_id = county.told(tip_identity="named", tip_name=NAME, tip_phone=PHONE)
    county.check(tip_id, "elsewhere", moved_to="外县")

    def forget(after: timedelta) -> tuple[int, dict[str, object]]:
        session = county.make.session
        count = forget_all(session, county.clock.now + after)
        session.commit()
        with county.enter() as inside:
            return count, dict(inside.scalars(sa.select(TipIdentity)).one().person)

    assert forget(KEPT)[0] == 0
    assert forget(KEPT + timedelta(seconds=1)) == (1, {})
    assert forget(KEPT + timedelta(days=9))[0] == 0
    assert "信息已按期清除" in county.get("office", f"/{tip_id}").get_data(as_text=True)
    assert county.post("office", f"/{tip_id}/identity", reason="再看一次").status_code == 409


@pytest.mark.parametrize("path", ["", "/{tip}"])
def test_pages_ask_the_database_no_more_for_more_tips(county: County, path: str) -> None:
    def statements() -> int:
        found: list[str] = []
        client, url = county.client("office"), county.at(path.format(tip=tip_id))
        client.get(url)

        def note(*given: object) -> None:
            found.append(str(given[2]))

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            assert client.get(url).status_code == 200
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len(found)

    _code, tip_id = county.told(tip_files=[], phones="0353-7654321")
    before = statements()
    for n in range(3):
        county.told(tip_what=f"{WHAT}{n}", phones="0353-7654321", address=f"198.51.100.{n}")
    assert statements() == before
