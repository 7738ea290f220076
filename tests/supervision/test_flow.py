"""F5 step 6 to the day, over the wire: assigned, silent, urged, fed back, closed by a second person, looked back at."""

from __future__ import annotations

import re
from io import BytesIO

import sqlalchemy as sa

from portal.deadlines.models import Deadline
from portal.supervision.models import Cadence, Order, OrderStep, StepKind
from portal.supervision.services import settle, standing_of
from tests.supervision.conftest import City

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def light(city: City, order_id: int, who: str = "office") -> str:
    page = city.get(who, f"/orders/{order_id}").get_data(as_text=True)
    found = re.search(r'class="light (\w+)"', page.split('class="facts"', 1)[1])
    assert found
    return found[1]


def step(city: City, who: str, order_id: int, name: str, status: int = 303, **data: object) -> str:
    """The step as its panel on the page has it, with what is typed."""
    page = city.get(who, f"/orders/{order_id}").get_data(as_text=True)
    form = next((f for f in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'/{name}"' in f), "")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    if not hidden:  # no such panel for this reader: as a forged form
        hidden = {"request_key": f"forged-{name}"} | dict(
            re.findall(r'name="(csrf_token|version)" value="([^"]*)"', page)
        )
    given = {**hidden, **data}
    answer = city.client(who).post(city.url(f"/orders/{order_id}/{name}"), data=given)
    text = answer.get_data(as_text=True)
    assert answer.status_code == status, text
    return text


def test_f5_decision_2(city: City) -> None:
    """Due Friday 2026-05-29: silent, so yellow from three working days before (05-26), red once the day is over."""
    with city.enter():
        order_id = city.assign(
            subject="resolution:12", label="会议纪要第3期第2条", supporting_ids=[city.unit("finance")]
        ).id
    for moment, expected in (
        ("2026-05-25T23:59:59", "ok"), ("2026-05-26T00:00:00", "slow"), ("2026-05-29T23:59:59", "slow"),
        ("2026-05-30T00:00:00", "late"),
    ):  # fmt: skip
        city.clock.at(moment)
        assert light(city, order_id) == expected, moment
    assert "逾期 1 天" in city.get("office", f"/orders/{order_id}").get_data(as_text=True)
    city.clock.at("2026-06-01T09:00:00")
    step(city, "office", order_id, "urge", colour="red", text="请立即办理。")
    assert "红色督办单" in city.client("police").get("/inbox").get_data(as_text=True)
    # feedback is signing, too; without evidence it closes nothing
    step(city, "police", order_id, "feed", text="已排查 12 个网点。", plan="本周完成。")
    refused = step(city, "police", order_id, "propose", 422, text="已全部排查。", late_reason="网点分散。")
    assert "没有佐证不能申请销号" in refused
    assert "已全部排查。" in refused  # what was typed is kept
    assert step(city, "police", order_id, "propose", 422, text="已全部排查。",
                files=(BytesIO(PDF), "排查清单.pdf")).count("请写明逾期原因") == 1  # fmt: skip
    step(city, "police", order_id, "propose", text="已全部排查。", late_reason="网点分散。",
         files=(BytesIO(PDF), "排查清单.pdf"))  # fmt: skip
    city.clock.at("2026-06-02T09:00:00")
    step(city, "office", order_id, "check")
    # the second person: neither the checker nor anybody of the unit
    step(city, "office", order_id, "close", 403)
    step(city, "police", order_id, "close", 403)
    city.clock.at("2026-06-03T09:00:00")
    assert "回头看的日期应在今天以后" in step(
        city, "director", order_id, "close", 422, look_back_on="2026-06-03"
    )
    step(city, "director", order_id, "close", look_back_on="2026-09-03")
    assert light(city, order_id) == "done"
    assert "回头看" not in city.client("office").get("/").get_data(as_text=True)
    city.clock.at("2026-09-03T08:00:00")
    assert "回头看" in city.client("office").get("/").get_data(as_text=True)
    # found wanting: the same number, a new clock, signed for again
    step(city, "office", order_id, "reopen", text="三个网点又有问题。", due="2026-09-30")
    with city.enter() as session:
        order = session.get_one(Order, (city.tenant.id, order_id))
        assert (order.number, order.round, order.stage) == ("督〔2026〕1号", 2, "open")
        clocks = session.scalars(sa.select(Deadline).where(Deadline.subject == f"order:{order_id}")).all()
        assert sorted((c.rule, c.due_at.date().isoformat(), c.met_at is None) for c in clocks) == [
            ("round:1", "2026-05-29", False), ("round:2", "2026-09-30", True)
        ]  # fmt: skip
    assert light(city, order_id) == "ok"
    page = city.get("police", f"/orders/{order_id}").get_data(as_text=True)
    assert "第 2 次督办" in page
    assert "排查清单.pdf" in page  # the story of the first round stays
    assert "没有佐证" in step(city, "police", order_id, "propose", 422, text="又办完了。")  # of this round


def test_return_extension_reassign_withdraw(city: City) -> None:
    with city.enter() as session:
        order_id = city.assign(cadence=Cadence.WEEKLY, supporting_ids=[city.unit("finance")]).id
        clock_id = session.get_one(Order, (city.tenant.id, order_id)).deadline_id
    deadline = f"/{city.tenant.code}/anticounterfeit/deadlines/{clock_id}"
    # asked before the due date by the unit, decided by another account
    token = city.get("police", f"/orders/{order_id}").get_data(as_text=True)
    csrf = re.search(r'name="csrf_token" value="([^"]*)"', token)
    assert csrf
    asked = city.client("police").post(
        f"{deadline}/extension", data={"csrf_token": csrf[1], "until": "2026-06-05", "reason": "设备未到。"}
    )
    assert asked.status_code == 303
    assert "申请延期待决定" in city.get("office", f"/orders/{order_id}").get_data(as_text=True)
    csrf = re.search(
        r'name="csrf_token" value="([^"]*)"', city.client("office").get(deadline).get_data(as_text=True)
    )
    assert csrf
    decided = city.client("office").post(
        f"{deadline}/decision", data={"csrf_token": csrf[1], "decision": "grant", "until": "2026-06-05"}
    )
    assert decided.status_code == 303
    page = city.get("police", f"/orders/{order_id}").get_data(as_text=True)
    assert "同意延期至 6月5日" in page
    # weekly: the first Friday at least three days on is 05-22; silence after it is yellow
    city.clock.at("2026-05-22T23:00:00")
    assert light(city, order_id) == "ok"
    city.clock.at("2026-05-23T00:00:00")
    assert light(city, order_id) == "slow"
    city.clock.at("2026-05-25T09:00:00")
    step(city, "police", order_id, "feed", text="设备已到。", files=(BytesIO(PDF), "到货单.pdf"))
    assert light(city, order_id) == "ok"
    step(city, "police", order_id, "propose", text="办完了。")  # the earlier file is evidence of the round
    assert "退回须写明原因" in step(city, "office", order_id, "send-back", 422)
    step(city, "office", order_id, "send-back", text="缺两个网点。")
    assert light(city, order_id) == "slow"
    step(city, "office", order_id, "hand-up", text="牵头单位力量不足，建议改派。")
    assert "提请" in city.client("convenor").get("/").get_data(as_text=True)
    step(city, "convenor", order_id, "instruct", text="同意，由财政局牵头。")
    assert "同意，由财政局牵头" in city.get("finance", f"/orders/{order_id}").get_data(as_text=True)
    step(city, "office", order_id, "reassign", text="力量不足。", lead=city.unit("finance"))
    assert city.get("police", f"/orders/{order_id}").status_code == 404
    with city.enter() as session:
        assert session.get_one(Deadline, (city.tenant.id, clock_id)).unit_id == city.unit("finance")
        order = session.get_one(Order, (city.tenant.id, order_id))
        before = (order.stage, order.fed_at, order.returned_at, order.feedback_due, order.closed_at)
        settle(session, order)  # the columns are what the steps come to
        assert before == (order.stage, order.fed_at, order.returned_at, order.feedback_due, order.closed_at)
        assert standing_of(session, order).stage == "open"
    step(city, "office", order_id, "withdraw", text="并入另一件。")
    assert light(city, order_id) == "done"
    kinds = [StepKind.SIGN, StepKind.RETURN, StepKind.HAND_UP, StepKind.INSTRUCT, StepKind.REASSIGN]
    with city.enter() as session:
        kept = set(session.scalars(sa.select(OrderStep.kind)))
        assert {k.value for k in kinds} <= kept


def test_two_of_the_office_and_two_clicks(city: City) -> None:
    with city.enter():
        order_id = city.assign().id
    step(city, "police", order_id, "propose", text="办完了。", files=(BytesIO(PDF), "结果.pdf"))
    page = city.get("office", f"/orders/{order_id}").get_data(as_text=True)
    forms = re.findall(r"<form.*?</form>", page, re.DOTALL)
    check, back = (
        dict(
            re.findall(
                r'<input type="hidden" name="(\w+)" value="([^"]*)"', next(f for f in forms if f'/{n}"' in f)
            )
        )
        for n in ("check", "send-back")
    )
    other = city.get("director", f"/orders/{order_id}").get_data(as_text=True)
    theirs = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"',
                             next(f for f in re.findall(r"<form.*?</form>", other, re.DOTALL) if '/check"' in f)))  # fmt: skip
    for _click in range(2):
        assert (
            city.client("office").post(city.url(f"/orders/{order_id}/check"), data=check).status_code == 303
        )
    lost = city.client("director").post(
        city.url(f"/orders/{order_id}/check"), data={**theirs, "text": "我也同意。"}
    )
    assert lost.status_code == 409
    assert "刚刚由他人办理过" in lost.get_data(as_text=True)
    assert (
        city.client("office")
        .post(city.url(f"/orders/{order_id}/send-back"), data={**back, "text": "再看。"})
        .status_code
        == 409
    )
    with city.enter() as session:
        checks = session.scalars(sa.select(OrderStep).where(OrderStep.kind == StepKind.CHECK.value)).all()
        assert len(checks) == 1
