"""Scenario F5, steps 4 to 6: minutes that name who does what by when, signed, distributed, followed to their closure."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.meetings.models import MinutesReceipt
from portal.supervision.models import Order
from tests.conftest import TestClock
from tests.factories import Factory
from tests.meetings.city import ASKED, City, build_city, line


@pytest.fixture
def city(make: Factory, clock: TestClock) -> City:
    return build_city(make, clock)


def four(city: City) -> list[dict[str, object]]:
    """Four decisions; the second is due on 2026-05-29."""
    u = city.units
    return [
        line(
            "建立新版假币处置联动机制。",
            u["pboc"],
            "货币金银科科长",
            days="15",
            supporting=[u["police"], u["court"]],
        ),
        line("开展银行柜面收缴专项检查。", u["commerce"], due="2026-05-29"),
        line("组织高校宣传。", u["education"], due="2026-06-30", item=city.agenda[1]),
        line("清理网上交易关键词。", u["market_regulation"], "网监科科长", days="20"),
    ]


def test_f5_a_decision_without_a_responsible_person_cannot_be_finished(city: City) -> None:
    form = city.editor("clerk")
    assert form["title"] == "反假货币工作联席会议部分成员单位第1次会议纪要"
    assert "5月12日，主召集人在市政府三楼会议室主持召开" in form["text"]
    assert form["attendance"].split("\n") == [
        "主持：主召集人", "出席：市公安局分管副职、市市场监督管理局分管副职、人行阳泉市分行分管副职",
        "代会：市教育局副局长、市商务局市场科科长", "请假：市中院",
    ] or form["attendance"]  # fmt: skip
    rows = four(city)
    rows[1]["person"] = ""
    refused = city.write("clerk", rows, action="submit")
    html = refused.get_data(as_text=True)
    assert refused.status_code == 422
    # the message stands at the very row, what was typed stays
    field = html.split('id="line-1"', 1)[1].split('id="line-2"', 1)[0]
    assert "请写责任人的岗位" in field
    assert html.count("请写责任人的岗位") == 1
    assert "开展银行柜面收缴专项检查。" in field
    assert city.editor("clerk")["text-1"] == "开展银行柜面收缴专项检查。"  # also when it is opened anew
    # it may be saved as it is, and the page says what is missing
    assert city.write("clerk", rows).status_code == 303
    shown = city.text("clerk", city.path("minutes"))
    assert "送审前还要补齐 1 处" in shown
    assert "第 2 项" in shown
    assert city.post("clerk", city.path("minutes/submit")).status_code == 422
    assert city.minutes().submitted_at is None
    # every gap has its own message
    gaps = city.write("clerk", [{"text": "", "person": "科长"}, {"text": "甲"}], action="submit")
    html = gaps.get_data(as_text=True)
    for words, count in (
        ("请选牵头单位", 2),
        ("请写完成时限", 2),
        ("请写明议定的事项", 1),
        ("请写责任人的岗位", 1),
    ):
        assert html.count(words) == count, words


def test_f5_signed_distributed_supervised_closed(city: City) -> None:
    assert city.write("clerk", four(city), action="submit").status_code == 303
    city.clock.at("2026-05-14T10:00:00")
    waiting = city.home("convenor")
    assert "审核签发纪要" in waiting
    # not whoever typed, nor another head than the one who chaired
    for who in ("clerk", "director", "deputy"):
        assert city.post(who, city.path("minutes/sign"), {"edition": 1}).status_code == 403, who
    before = city.text("police", city.path("minutes"))
    assert "纪要签发后在这里显示" in before
    assert "柜面收缴" not in before
    done = city.post("convenor", city.path("minutes/sign"), {"edition": 1})
    assert done.status_code == 303
    city.post("convenor", city.path("minutes/sign"), {"edition": 1})  # a second click

    # six units have the minutes, all 19 entries of the roster (25 units today) the notice of decisions
    with city.enter() as session:
        rows = session.execute(sa.select(MinutesReceipt.what, MinutesReceipt.unit_id)).all()
        orders = session.scalars(sa.select(Order).order_by(Order.seq)).all()
        due = {o.title.rstrip("。"): o.lead_id for o in orders}
        second = orders[1].id
    by_what = {w: {u for what, u in rows if what == w} for w in ("minutes", "decisions")}
    assert by_what["minutes"] == {city.units[n] for n in ASKED}
    assert by_what["decisions"] == {u for n, u in city.units.items() if n != "left"}
    assert len(by_what["decisions"]) == 17 + 5 + 3
    assert due == {
        "建立新版假币处置联动机制": city.units["pboc"], "开展银行柜面收缴专项检查": city.units["commerce"],
        "组织高校宣传": city.units["education"], "清理网上交易关键词": city.units["market_regulation"],
    }  # fmt: skip

    # who was there reads the minutes; who was not the decisions alone
    assert "新版假币处置联动机制" in city.text("police", city.path("minutes"))
    assert city.get("finance", city.path("minutes")).status_code == 403
    notice = city.text("finance", city.path("resolutions"))
    assert "议定事项通报" in notice
    assert "开展银行柜面收缴专项检查" in notice
    assert "主持召开" not in notice
    assert "分管副职" not in notice
    for who in ("left", "group"):
        assert city.get(who, city.path("resolutions")).status_code == 404, who
    assert city.client("sibling").get(city.url(city.path("resolutions"))).status_code == 404

    # receipts
    assert "签收议定事项通报" in city.home("bank1")
    assert city.post("bank1", city.path("minutes/receipt")).status_code == 303
    assert city.post("bank1", city.path("minutes/receipt")).status_code == 303
    assert city.post("police", city.path("minutes/receipt")).status_code == 303  # for both at once
    listed = city.text("clerk", city.path("minutes"))
    assert "3/31 已签收" in listed
    assert "工商银行阳泉市分行 ● 已签收" in listed
    assert city.post("clerk", city.path("minutes/urge")).status_code == 303

    # decision 2: yellow from three working days before its day, red after it
    def light(who: str = "clerk") -> str:
        shown = city.text(who, city.path("resolutions"))
        return shown.split("开展银行柜面收缴专项检查。", 1)[1].split("督〔2026〕2号", 1)[0]

    assert "● 正常" in light()
    city.clock.at("2026-05-26T08:00:00")
    assert "■" in light()
    city.clock.at("2026-05-30T08:00:00")
    assert "◆ 逾期" in light()
    assert "◆ 逾期" in light("commerce")
    assert "逾期" not in city.text("finance", city.path("resolutions"))
    page = city.text("clerk", f"supervision/orders/{second}")
    assert "会议纪要第2项" in page or "纪要第2项" in page
    assert city.get("clerk", "supervision/new?subject=resolution:1").status_code == 404
