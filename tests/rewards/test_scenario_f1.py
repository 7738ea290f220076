"""F1: a printing den, from an application that comes too early to a payment after the return slip."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from docx import Document

from portal.core.db import db
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.deadlines.models import Deadline
from portal.rewards.models import RewardApplication, RewardClaim
from portal.rewards.pool import read_facts
from portal.rewards.todos import list_todos
from tests.rewards.conftest import DEN, PDF, Bench, plain


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def upload(*keys: str) -> dict[str, Any]:
    return {k: (BytesIO(PDF + k.encode()), f"{k}.pdf") for k in keys}


def words_of(page: Any) -> str:
    document: Any = Document(BytesIO(page.get_data()))
    return "\n".join(t.text or "" for t in document.element.body.iter() if t.tag.endswith("}t"))


def test_f1_a_printing_den_from_application_to_payment(bench: Bench) -> None:
    # 1. before the counterfeits are delivered: refused, naming W-06
    case = bench.case(values={k: v for k, v in DEN.items() if k != "delivered_on"})
    page = bench.post("x_police", f"rewards/new/{case}")
    assert page.status_code == 422
    assert "W-06" in plain(page)
    assert bench.enter("x").scalar(sa.select(sa.func.count()).select_from(RewardApplication)) == 0

    # 2. delivered; one material is missing and exactly it is named; no court judgment anywhere
    bench.change("x", case, delivered_on="2026-04-10")
    answer = bench.post("x_police", f"rewards/new/{case}")
    assert answer.status_code == 303
    number = int(answer.location.rsplit("/", 1)[1])
    path = f"rewards/{number}"
    assert bench.post(
        "x_police", f"{path}/materials", **upload("voucher", "filing_decision", "arrest_approval", "application_form")
    ).status_code == 303  # fmt: skip
    page = bench.post("x_police", f"{path}/send", stamped="1")
    assert page.status_code == 422
    assert "缺 1 项材料：起诉意见书复印件。" in plain(page)
    html = bench.get("x_police", path).get_data(as_text=True)
    assert "判决" not in html
    assert html.count('type="file"') == 5
    page = bench.post("x_police", f"{path}/materials", **upload("court_judgment"))
    assert page.status_code == 422
    assert "申请不收这项材料" in plain(page)
    page = bench.post("x_police", f"{path}/send", stamped="")
    assert "逐页加盖公章" in plain(page)

    # 3. complete: 190,000, and the figure of 2005 appears nowhere
    assert (
        bench.post("x_police", f"{path}/materials", **upload("prosecution_opinion", "voucher")).status_code
        == 303
    )
    assert bench.get("x_police", path).get_data(as_text=True).count("voucher.pdf") == 1, "given once"
    form = words_of(bench.get("x_police", f"{path}/papers/application"))
    assert "190,000.00" in form
    assert bench.post("x_police", f"{path}/send", stamped="1").status_code == 303
    text = bench.text("x_police", path)
    assert "190,000.00" in text
    assert "加计 140,000.00" in text
    assert "181,333" not in text
    assert "总行" in text
    assert bench.get("y_police", path).status_code == 404
    assert bench.get("x_finance", path).status_code == 404
    assert bench.text("x_office", path), "the county's own office reads it"
    assert bench.get("c_police", path).status_code == 404

    # the office of the city's bank fills the form, accounting reviews, each another person
    assert [t.step for t in list_todos(bench.make.session, bench.reader("c_office"), bench.clock())] == [
        "填审批表"
    ]
    bench.clock.at("2026-04-15T10:00:00")
    assert bench.post("c_office", f"{path}/prepare", note="材料齐全，拟同意。").status_code == 303
    assert bench.post("c_office", f"{path}/review", note="x").status_code == 403
    assert bench.get("c_kj2", path).status_code == 404, "accounts of another unit"
    assert bench.post("c_kj", f"{path}/review", note="金额复核无误。").status_code == 303
    assert "190,000.00" in words_of(bench.get("c_office", f"{path}/papers/approval"))

    # 4. above 150,000: the prefecture step may not approve; it is sent up and the decision recorded
    page = bench.post("c_head", f"{path}/approve", note="同意")
    assert page.status_code == 403
    assert "由人民银行总行审批" in plain(page)
    assert "本级不得审批" in plain(page)
    assert bench.row(number).state == "reviewed"
    assert bench.get("c_police_ld", path).status_code == 404, "a leader of another unit has no part in it"
    assert bench.post("c_head", f"{path}/send-up", note="").status_code == 303

    # 5. decided on Friday 2026-04-24: the notice is due on 2026-05-19
    bench.clock.at("2026-04-27T09:00:00")
    decided = {"agreed": "yes", "authority": "人民银行总行", "number": "银发〔2026〕8号", "day": "2026-04-24"}
    page = bench.post("c_office", f"{path}/decide", **decided)
    assert "请上传批复扫描件" in plain(page)
    assert "银发〔2026〕8号" in page.get_data(as_text=True), "what was typed is kept"
    assert (
        bench.post("c_office", f"{path}/decide", **decided, files=(BytesIO(PDF), "批复.pdf")).status_code
        == 303
    )
    session = bench.enter("c")
    clock = session.scalars(sa.select(Deadline).where(Deadline.subject == f"reward:{number}")).one()
    assert clock.due_at.date().isoformat() == "2026-05-19"
    assert clock.unit_id is None
    assert "5月19日" in bench.text("c_office", path)

    # the notice with capital amounts and the slip
    notice = words_of(bench.get("x_police", f"{path}/papers/notice"))
    assert "人民币壹拾玖万元整" in notice
    assert "回单联" in notice
    page = bench.post("c_kj", f"{path}/pay", voucher="记-1", day="2026-04-27", amount="190000")
    assert page.status_code == 409
    assert bench.post("c_office", f"{path}/notify", number="阳银奖〔2026〕1号").status_code == 303
    assert bench.enter("c").scalars(
        sa.select(Deadline).where(Deadline.subject == f"reward:{number}")
    ).one().met_at is not None  # fmt: skip

    # 6. the distribution must come to the reward, to the fen
    rows = {"who": ["刑侦大队", "经侦大队", "市场监管局稽查队"], "why": ["主办", "协办", "线索"]}
    page = bench.post("x_police", f"{path}/shares", **rows, share=["100000", "60000", "29000"])
    assert page.status_code == 422
    assert "少 1,000.00 元" in plain(page)
    assert bench.row(number).shares == []
    assert (
        bench.post("x_police", f"{path}/shares", **rows, share=["100000", "60000", "30,000.00"]).status_code
        == 303
    )
    assert [s["fen"] for s in bench.row(number).shares] == [10_000_000, 6_000_000, 3_000_000]

    # 7. paid only after the return slip is registered
    page = bench.post("c_kj", f"{path}/pay", voucher="记-1", day="2026-04-27", amount="190000")
    assert page.status_code == 409
    assert "回单联还没有登记" in plain(page)
    assert (
        bench.post("x_police", f"{path}/slip", day="2026-04-27", files=(BytesIO(PDF), "回单.pdf")).status_code
        == 303
    )
    page = bench.post("c_kj", f"{path}/pay", voucher="记-1", day="2026-04-27", amount="189000")
    assert page.status_code == 422
    assert "差 1,000.00 元" in plain(page)
    assert (
        bench.post("c_kj", f"{path}/pay", voucher="记-1", day="2026-04-27", amount="190000").status_code
        == 303
    )
    text = bench.text("c_office", path)
    assert "行政事业类支出—反假货币经费" in text
    assert "已办结" in bench.text("x_police", "rewards")
    assert "1 笔、190,000 元" in bench.text("c_office", "rewards")
    claim = bench.enter("c").scalars(sa.select(RewardClaim)).one()
    assert (claim.state, claim.amount, str(claim.paid_on)) == ("done", 19_000_000, "2026-04-27")
    for file in bench.row(number).materials["voucher"]:
        assert bench.get("c_office", f"files/{file['id']}").status_code == 200
        assert bench.get("y_police", f"files/{file['id']}").status_code == 404


def test_the_steps_keep_persons_apart_and_two_clicks_are_one(bench: Bench) -> None:
    number = bench.sent(
        values={**DEN, "case_kind": "circulation", "face_value": 20_000_000, "semi_finished_face": 0}
    )
    assert bench.row(number).tier == "prefecture"
    with pytest.raises(NotAllowed):
        bench.step("c_kj", number, "prepare", campaign=bench.campaign, opinion="x")
    bench.reviewed(number)
    assert bench.step("c_kj", number, "review", note="again") is None, "a second click"
    with pytest.raises(Conflict, match="c_kj"):
        bench.step("c_office", number, "prepare", campaign=bench.campaign, opinion="late")
    with pytest.raises(NotAllowed):
        bench.step("c_bank_ld", number, "send_up", note="")
    bench.step("c_bank_ld", number, "approve", campaign=bench.campaign, note="同意")
    assert bench.step("c_bank_ld", number, "approve", campaign=bench.campaign, note="同意") is None
    assert bench.row(number).state == "approved"
    assert (
        len(bench.enter("c").scalars(sa.select(Deadline).where(Deadline.rule == "reward_notice")).all()) == 1
    )


def test_returned_with_reasons_refused_and_taken_up_again_nothing_is_lost(bench: Bench) -> None:
    number = bench.sent(
        values={**DEN, "case_kind": "circulation", "face_value": 20_000_000, "semi_finished_face": 0}
    )
    bench.step("c_office", number, "back", why="立案决定书缺第 2 页")
    assert bench.row(number).state == "returned"
    assert "立案决定书缺第 2 页" in bench.text("x_police", f"rewards/{number}")
    bench.send(number)
    bench.reviewed(number)
    bench.step("c_head", number, "back", why="意见写详细")
    assert bench.row(number).state == "sent"
    bench.clock.at("2026-04-13T10:00:00")
    bench.step("c_office", number, "prepare", campaign=bench.campaign, opinion="详细意见")
    bench.step("c_kj", number, "review", note="")
    bench.step("c_head", number, "refuse", why="证据不足")
    row = bench.row(number)
    assert row.state == "refused"
    assert set(row.materials) == {
        "voucher", "filing_decision", "arrest_approval", "prosecution_opinion", "application_form"
    }  # fmt: skip
    bench.clock.at("2026-04-14T10:00:00")
    bench.step("x_police", number, "take_up_again")
    bench.send(number)
    assert bench.row(number).state == "sent"


def test_what_was_paid_is_drawn_into_the_month_of_payment_for_the_paying_unit(bench: Bench) -> None:
    number = bench.reviewed(bench.sent(values={**DEN, "case_kind": "circulation", "face_value": 20_000_000, "semi_finished_face": 0}))  # fmt: skip
    bench.step("c_head", number, "approve", campaign=bench.campaign, note="")
    bench.clock.at("2026-05-21T09:00:00")
    with pytest.raises(Invalid, match="逾期原因"):
        bench.step("c_office", number, "notify_unit", number="1")
    assert "逾期" in bench.text("c_office", "rewards")
    bench.step("c_office", number, "notify_unit", number="1", late_reason="等待批复原件")
    bench.step("c_office", number, "register_slip", day=bench.clock().date(), scan=bench.scan())
    bench.step("c_kj", number, "pay", voucher="5-1", day=bench.clock().date(), fen=2_000_000)
    session, unit = bench.enter("c"), bench["c"].units["pboc"]
    facts = read_facts(session, "anticounterfeit", "rewards", [unit], date(2026, 5, 31))
    fields = {f.key: f for f in bench.campaign.forms[0].fields}
    for month, count, fen in ((4, 0, 0), (5, 1, 2_000_000)):
        first, last = date(2026, month, 1), date(2026, month, 30)
        for key, wanted in (("rewards", count), ("rewards_paid", fen)):
            assert sum(d.amount(f.values, first, last) for d in fields[key].draws for f in facts) == wanted
    assert read_facts(session, "anticounterfeit", "rewards", [unit], date(2026, 5, 20)) == []
    assert bench.row(number).state == "paid"
    assert [t.step for t in list_todos(bench.make.session, bench.reader("x_police"), bench.clock())] == [
        "报分配"
    ]


def test_the_list_asks_as_often_for_many_as_for_one(bench: Bench) -> None:
    counts = []
    for n in range(1, 4):
        bench.sent(values={**DEN, "filing_number": f"盂公（经）立字〔2026〕{n}号"})
        bench.as_("c_office")
        with statements() as seen:
            assert bench.get("c_office", "rewards").status_code == 200
        counts.append(len(seen))
    assert len(set(counts)) == 1
    assert bench.text("c_office", "rewards?q=〔2026〕2号&state=open").count("捣毁假币窝点案") == 1
    assert "没有符合条件" in bench.text("c_office", "rewards?q=%25&state=done&page=99")
