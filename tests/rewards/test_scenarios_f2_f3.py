"""F2 and F3: edges, areas, merging and splitting; the jump of coins and a changed reading."""

from __future__ import annotations

import threading
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa

from portal.core.db import db
from portal.core.errors import Conflict, Invalid
from portal.rewards.models import RewardApplication, RewardClaim
from portal.rewards.numbers import number_key, problem_of
from portal.rewards.sheet import calculate
from portal.tenants.policies import set_policy
from tests.rewards.conftest import DEN, Bench, plain

KIND_3 = {**DEN, "case_kind": "circulation", "semi_finished_face": 0}
F2 = [
    ("a", 299_999, "city", "29999.90", "prefecture", False),
    ("b", 300_000, "city", "30000.00", "prefecture", True),
    ("c", 300_010, "city", "30001.00", "province", False),
    ("d", 200_000, "cross_city", "20000.00", "province", False),
    ("e", 200_000, "cross_province", "20000.00", "head_office", False),
    ("f", 999_999, "city", "99999.90", "province", False),
    ("g", 3_500_000, "city", "125000.00", "province", False),
    ("h", 6_000_000, "city", "150000.00", "province", True),
    ("i", 6_000_100, "city", "150001.00", "head_office", False),
    ("j", 9_000_000, "city", "180000.00", "head_office", False),
    ("k", 12_000_000, "city", "180000.00", "head_office", False),
]
F3 = [
    (20_000, 20_000, "1600.00", "51600.00"),
    (100_000, 10_000, "800.00", "50800.00"),
    (100_000, 100_000, "8000.00", "58000.00"),
    (100_001, 100_001, "80000.30", "130000.30"),
    (300_000, 300_000, "140000.00", "190000.00"),
    (500_000, 500_000, "200000.00", "250000.00"),
    (600_000, 600_000, "200000.00", "250000.00"),
]


def coins(pieces: int, yuan: int) -> dict[str, Any]:
    return {
        **DEN,
        "face_value": yuan * 100,
        "semi_finished_face": 0,
        "coin_count": pieces,
        "coin_face": yuan * 100,
    }


def test_f2_f3_the_tables_as_the_room_calculates_them_from_a_ledger_entry(bench: Bench) -> None:
    (scheme,) = bench.campaign.rewards
    readings = {p.key: p.default for p in bench.campaign.policies}
    for case, face, span, reward, tier, edge in F2:
        values = {**KIND_3, "face_value": face * 100, "span": span}
        found = calculate(bench.campaign, scheme, values, readings, bench.clock())
        assert isinstance(found, dict), case
        assert (found["value"]["reward"], found["value"]["tier"]) == (reward, tier), case
        assert any("Q-05" in text for text, _params in found["warnings"]) is edge, case
    for pieces, yuan, addition, reward in F3:
        found = calculate(bench.campaign, scheme, coins(pieces, yuan), readings, bench.clock())
        assert isinstance(found, dict)
        assert (found["value"]["addition"], found["value"]["reward"]) == (addition, reward)
        assert found["confirm"] is (95_000 <= pieces <= 105_000)
        assert any("Q-01" in text for text, _params in found["warnings"]) is (90_000 <= pieces <= 110_000)


def test_f2_what_the_rule_does_not_cover_is_refused_and_information_stays_possible(bench: Bench) -> None:
    for wrong, said in (
        ({"currency": "usd", "face_value": 1}, "假外币不适用"),
        ({"suspects_caught": False}, "抓获主要涉案人员"),
        ({"solved_on": "2015-12-31"}, "W-32"),
        ({"solved_on": ""}, "台账没有填破案日期"),
        ({"solved_on": "2026-05-01"}, "还没有到"),
        ({"delivered_on": ""}, "W-06"),
        ({"filing_number": ""}, "没有填立案决定书文号"),
        ({"filing_number": "盂公（经）立字〔2026〕12号、13号"}, "不得合并上报"),
        ({"case_kind": None}, "案件类型"),
        ({"coin_face": 100, "coin_count": None}, "硬币枚数和硬币面额"),
        ({"semi_finished_face": 10**12}, "大于面额合计"),
        ({"face_value": 10**15 - 1}, "一万亿"),
    ):
        case = bench.case()
        bench.change("x", case, **wrong)  # past the ledger's own checks
        page = bench.get("x_police", f"rewards/new/{case}")
        assert said in plain(page), wrong
        assert bench.post("x_police", f"rewards/new/{case}").status_code == 422, wrong
    assert "去报送信息" in bench.text("x_police", f"rewards/new/{bench.case(currency='usd')}")
    other = bench.case("x_finance")
    assert "不在可以申请的单位之列" in plain(bench.get("x_finance", f"rewards/new/{other}"))
    assert bench.get("x_police", f"rewards/new/{other}").status_code == 404
    assert bench.get("y_police", f"rewards/new/{other}").status_code == 404
    assert bench.enter("x").scalar(sa.select(sa.func.count()).select_from(RewardApplication)) == 0


def test_numbers_are_one_whatever_people_type_and_two_numbers_are_not_one() -> None:
    same = (
        "盂公（经）立字〔2026〕12号",
        "盂公(经)立字[2026]第012号",
        " 盂公【经】立字（２０２６） １２ 号",
        "盂公（经）立字〔2026〕12",
    )
    assert {number_key(t) for t in same} == {"盂公(经)立字(2026)12"}
    assert all(problem_of(t) is None for t in (*same, "和公刑立字〔2026〕3号", "A-2026-12"))
    for text in (
        "盂公立字〔2026〕12号、13号", "盂公立字〔2026〕12、13号", "盂公立字〔2026〕12号 盂公立字〔2026〕13号",
        "盂公立字〔2026〕12至14号", "盂公立字〔2026〕12-14号", "盂公立字〔2025〕1号和盂公立字〔2026〕2号", "无",
    ):  # fmt: skip
        assert problem_of(text) is not None, text


def test_f2_one_case_one_application_in_the_unit_the_county_and_the_whole_city(bench: Bench) -> None:
    first = bench.sent()
    again = bench.case(filing_number="盂公(经)立字[2026]第012号")
    page = bench.post("x_police", f"rewards/new/{again}")
    assert page.status_code == 409
    assert "不得分次上报" in plain(page)
    with pytest.raises(Conflict, match="不得分次上报"):
        bench.start(again)
    # another county may write a draft, the city's key stops it, and it learns nothing of the first
    elsewhere = bench.start(bench.case("y_police"), "y_police")
    bench.put(elsewhere, "y_police")
    page = bench.post("y_police", f"rewards/{elsewhere}/send", stamped="1")
    assert page.status_code == 409
    assert "不得分次上报" in plain(page)
    assert "x县" not in plain(page)
    assert "x公安局" not in plain(page)
    assert bench.row(elsewhere, "y").state == "draft"
    assert bench.enter("c").scalars(sa.select(RewardClaim.application_id)).all() == [first]
    # a draft that was never sent frees its number, its scans stay with the case
    third = bench.case(filing_number="盂公（经）立字〔2026〕99号")
    draft = bench.start(third)
    bench.put(draft, keys=("voucher",))
    assert bench.post("x_police", f"rewards/{draft}/discard").status_code == 303
    assert "voucher.pdf" in bench.get("x_police", f"rewards/{bench.start(third)}").get_data(as_text=True)
    assert bench.post("x_police", f"rewards/{first}/discard").status_code == 409


def test_two_counties_send_one_number_at_the_same_moment_and_one_is_taken(bench: Bench) -> None:
    numbers = {slug: bench.start(bench.case(f"{slug}_police"), f"{slug}_police") for slug in "xy"}
    for slug, number in numbers.items():
        bench.put(number, f"{slug}_police")
    bench.make.session.rollback()
    gate, outcome = threading.Barrier(2), []

    def run(slug: str) -> None:
        with bench.make.app.app_context():
            db.session.info["audit_key"] = bench.make.app.extensions["portal"].audit_key
            twin = Bench(bench.make, bench.clock, bench.seats)
            twin.make = type(bench.make)(db.session(), bench.make.app, bench.clock)
            db.session().info["audit_key"] = bench.make.app.extensions["portal"].audit_key
            gate.wait(10)
            try:
                twin.send(numbers[slug], f"{slug}_police")
                outcome.append("sent")
            except Conflict:
                db.session.rollback()
                outcome.append("refused")
            db.session.remove()

    ways = [threading.Thread(target=run, args=(s,)) for s in "xy"]
    for way in ways:
        way.start()
    for way in ways:
        way.join(30)
    assert sorted(outcome) == ["refused", "sent"]
    assert len(bench.enter("c").scalars(sa.select(RewardClaim)).all()) == 1


def test_f3_at_the_jump_a_second_person_counts_before_it_is_sent(bench: Bench) -> None:
    number = bench.start(bench.case(values=coins(100_001, 100_001)))
    bench.put(number)
    path = f"rewards/{number}"
    page = bench.post("x_police", f"{path}/send", stamped="1")
    assert page.status_code == 422
    assert "须由第二人清点确认" in plain(page)
    for typed in ("100000", "-1", "十万", "", "1e5", "9" * 30):
        assert bench.post("x_police_ld", f"{path}/confirm", counted=typed).status_code == 422, typed
    assert bench.post("x_police", f"{path}/confirm", counted="100001").status_code == 303
    page = bench.post("x_police", f"{path}/send", stamped="1")
    assert "须是两个人" in plain(page)
    assert bench.post("x_police_ld", f"{path}/confirm", counted="100,001").status_code == 303
    # a count of other figures counts no more
    record = bench.row(number).record_id
    bench.change("x", record, coin_count=100_002, coin_face=10_000_200, face_value=10_000_200)
    assert "须由第二人清点确认" in plain(bench.post("x_police", f"{path}/send", stamped="1"))
    bench.change("x", record, coin_count=100_001, coin_face=10_000_100, face_value=10_000_100)
    assert bench.post("x_police", f"{path}/send", stamped="1").status_code == 303
    assert bench.row(number).amount == 13_000_030


def test_f3_a_changed_reading_never_changes_what_was_approved(bench: Bench) -> None:
    mixed = {**DEN, "face_value": 103_000_000, "semi_finished_face": 0,
             "coin_count": 80_000, "coin_face": 8_000_000}  # fmt: skip
    first = bench.reviewed(bench.sent(values=mixed))
    assert bench.row(first).amount == 13_240_000
    assert "分别计算后相加" in bench.text("c_office", f"rewards/{first}")
    bench.step("c_head", first, "send_up", note="")
    bench.step(
        "c_office", first, "decide", campaign=bench.campaign, authority="省级分行", number="1", day=bench.clock().date(),
        agreed=True, note="", scan=bench.scan(),
    )  # fmt: skip
    before = bench.row(first).sheet
    second = bench.sent(values={**mixed, "filing_number": "盂公（经）立字〔2026〕13号"})
    session = bench.enter("c")
    set_policy(
        session,
        bench.actor("c_office"),
        bench.clock(),
        campaign=bench.campaign,
        key="mixed_case",
        value="merged",
        reason="市级统一口径",
    )
    session.commit()
    bench.step("c_office", second, "prepare", campaign=bench.campaign, opinion="同意")
    row = bench.row(second)
    assert (row.sheet["value"]["addition"], row.amount) == ("80400.00", 13_040_000)
    assert "面额合并" in bench.text("c_office", f"rewards/{second}")
    assert bench.row(first).sheet == before
    assert bench.row(first).amount == 13_240_000
    # nor does a change of the entry
    bench.change("x", bench.row(first).record_id, face_value=900_000_000)
    bench.step("c_office", first, "notify_unit", number="1")
    assert bench.row(first).amount == 13_240_000
    assert "132,400.00" in bench.text("x_police", f"rewards/{first}")


def test_a_file_that_is_no_scan_and_odd_texts_are_refused_with_nothing_stored(bench: Bench) -> None:
    number = bench.start(bench.case())
    path = f"rewards/{number}"
    page = bench.post("x_police", f"{path}/materials", voucher=(BytesIO(b"MZ\x90\x00" * 50), "a.pdf"))
    assert page.status_code == 422
    assert bench.post("x_police", f"{path}/materials", voucher=(BytesIO(b""), "a.pdf")).status_code == 422
    with pytest.raises(Invalid, match="缺 5 项材料"):
        bench.send(number)
    bench.put(number)
    bench.send(number)
    bench.reviewed(number)
    bench.step("c_head", number, "send_up", note="")
    for wrong in (
        {"day": "2026-13-40"}, {"day": "2026-04-12"}, {"day": "2099-01-01"}, {"number": ""}, {"agreed": "perhaps"},
        {"note": "\x00"}, {"authority": "x" * 500}, {"note": "绝密★30年"},
    ):  # fmt: skip
        given = {"agreed": "yes", "authority": "总行", "number": "1", "day": "2026-04-13"} | wrong
        page = bench.post("c_office", f"{path}/decide", **given, files=(BytesIO(b"%PDF-1.4\n%%EOF"), "a.pdf"))
        assert page.status_code == 422, wrong
    assert bench.row(number).state == "sent_up"
    bench.step("c_office", number, "decide", campaign=bench.campaign, authority="总行", number="1", day=bench.clock().date(),
               agreed=True, note="", scan=bench.scan())  # fmt: skip
    for row in (
        {"who": "刑侦大队", "why": "主办", "share": "-1"}, {"who": "刑侦大队", "why": "主办", "share": "0"},
        {"who": "", "why": "主办", "share": "190000"}, {"who": f"某 139{12345678}", "why": "线索", "share": "190000"},
        {"who": "a", "why": "b", "share": "19万"}, {"who": "", "why": "", "share": ""},
    ):  # fmt: skip
        page = bench.post("x_police", f"{path}/shares", **row)
        assert page.status_code == 422, row
    assert bench.row(number).shares == []
