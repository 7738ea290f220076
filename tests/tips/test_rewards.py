"""The tenant's own rule in versions, and one reward from the proposal to the voucher."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from werkzeug.test import TestResponse

from portal.core.audit import AuditEvent
from portal.tips.identity import KEPT, forget_all
from portal.tips.models import TipAward, TipIdentity, TipRule
from tests.security.dump import rows_as_text
from tests.tips.conftest import NAME, County, token_in

BANDS = "查证属实，500，1,000\n破获案件，2,000，10,000"
WORD = "蓝色水壶在山上"


def rule(county: County, **more: Any) -> TestResponse:
    given = {
        "number": "平办发〔2026〕1号", "title": "举报奖励办法", "valid_from": "2026-01-01", "bands": BANDS, "conditions": "查证属实",
        "pay_days": "15",
    } | more  # fmt: skip
    return county.post("office", "/rules", **given)


def test_versions_of_the_rule(county: County) -> None:
    page = county.get("office", "/rules").get_data(as_text=True)
    assert "草案" in page, "the plugin's bands are proposed"
    for given, sentence in (
        ({"bands": ""}, "请至少填写一档"),
        ({"bands": "查实，500"}, "第 1 行应为三项"),
        ({"bands": "查实，1000，500"}, "下限不高于上限"),
        ({"bands": "查实，0，500"}, "金额应大于 0"),
        ({"bands": "查实，-5，500"}, "金额不能填负数"),
        ({"bands": "查实，5万，9万"}, "5"),
        ({"bands": "查实，1，99999999999"}, "请核对单位"),
        ({"bands": "查实，1，2\n查实，3，4"}, "情形相同"),
        ({"pay_days": "0"}, "1 至 60 个工作日"),
        ({"valid_from": ""}, "请填写施行日期"),
    ):
        response = rule(county, **given)
        assert response.status_code == 422, given
        assert sentence in response.get_data(as_text=True), given
    assert rule(county).status_code == 303
    again = rule(county, number="2号")
    assert "新办法的施行日期须在其后" in again.get_data(as_text=True)
    assert (
        rule(county, number="2号", valid_from="2026-06-01", bands="查证属实，800，1,500").status_code == 303
    )
    assert county.post("police", "/rules", number="x").status_code == 403
    with county.enter() as session:
        assert [r.bands[0]["lowest"] for r in session.scalars(sa.select(TipRule).order_by(TipRule.valid_from))] == [
            50_000, 80_000,
        ]  # fmt: skip


def test_a_nameless_reward_from_proposal_to_voucher(county: County) -> None:
    rule(county)
    code, tip_id = county.told()
    at = f"/{tip_id}/award"
    propose = {"band": "1", "amount": "3000", "reason": "据此破获案件"}
    assert county.post("office", f"{at}/propose", **propose).status_code == 409, "not checked yet"
    county.check(tip_id)
    county.hand_on(tip_id)
    refused = county.post("police", f"{at}/propose", **propose)
    assert refused.status_code == 409
    assert "也没有设领奖口令" in refused.get_data(as_text=True)
    page = county.follow(code)
    assert county.send("/word", token=token_in(page), word="短").status_code == 422
    assert county.send("/word", token=token_in(page), word=WORD).status_code == 200
    assert county.send("/word", token=token_in(page), word="另一个口令").status_code == 409
    assert WORD not in rows_as_text(county.app.extensions["portal"].settings)

    rule(county, number="2号", valid_from="2026-05-15", bands="查证属实，1，2")
    county.clock.now += timedelta(days=3)
    assert "为 2,000.00 至 10,000.00 元" in county.post(
        "police", f"{at}/propose", **propose | {"amount": "1999.99"}
    ).get_data(as_text=True)
    assert county.post("police", f"{at}/propose", **propose | {"band": "7"}).status_code == 422
    assert county.post("police", f"{at}/propose", **propose).status_code == 303, (
        "by the rule of the day it came in"
    )
    assert county.post("office", f"{at}/propose", **propose).status_code == 409

    assert county.get("market", at).status_code == 404
    assert county.get("superior", at).status_code == 404
    assert county.post("office", f"{at}/decide", decision="agree").status_code == 403, "no leader"
    assert "待审批" in county.get("convenor", at).get_data(as_text=True)
    assert "不批准的理由" in county.post("convenor", f"{at}/decide", decision="refuse").get_data(as_text=True)
    assert county.post("convenor", f"{at}/decide", decision="refuse", words="补充核查").status_code == 303
    assert county.post("director", f"{at}/propose", **propose).status_code == 303
    own = county.post("director", f"{at}/decide", decision="agree")
    assert "另一人审批" in own.get_data(as_text=True)
    assert county.post("police_ld", f"{at}/decide", decision="agree").status_code == 303
    assert "3,000" in county.follow(code).get_data(as_text=True)
    assert "发放" in county.client("office").get("/").get_data(as_text=True)

    pay = {
        "way": "code",
        "voucher": "记字1号",
        "paid_on": county.clock.now.date().isoformat(),
        "code": code,
        "word": WORD,
    }
    for wrong in ({"voucher": ""}, {"paid_on": "2026-05-01"}, {"way": "identity"}, {"way": ""}):
        assert county.post("office", f"{at}/pay", **pay | wrong).status_code == 422, wrong
    for n in range(6):
        response = county.post("office", f"{at}/pay", **pay | {"word": f"猜{n}"})
        assert response.status_code == 422
    assert "秒后再试" in response.get_data(as_text=True)
    with county.enter() as session:
        tries = session.scalars(sa.select(AuditEvent).where(AuditEvent.act == "award.refuse_code")).all()
        assert len(tries) == 5
    county.clock.now += timedelta(minutes=1)
    assert county.post("police", f"{at}/pay", **pay).status_code == 403
    assert county.post("office", f"{at}/pay", **pay).status_code == 303
    assert county.post("office", f"{at}/pay", **pay).status_code == 409
    with county.enter() as session:
        award = session.scalars(sa.select(TipAward)).one()
        assert (award.amount, award.voucher, award.rule["number"]) == (
            300_000,
            "记字1号",
            "平办发〔2026〕1号",
        )
    assert "已发放" in county.follow(code).get_data(as_text=True)
    figures = county.get("office", "/figures").get_data(as_text=True)
    assert figures.count("3,000") == 2, "its quarter and the year"
    assert county.get("police", "/figures").status_code == 403
    assert "记字1号" in county.get("convenor", "/rewards").get_data(as_text=True)


def test_a_name_is_kept_while_its_reward_is_open(county: County) -> None:
    rule(county)
    _code, tip_id = county.told(tip_identity="named", tip_name=NAME)
    county.check(tip_id)
    county.post("office", f"/{tip_id}/award/propose", band="0", amount="800", reason="属实")
    county.post("director", f"/{tip_id}/award/decide", decision="agree")
    county.post("office", f"/{tip_id}/draft", text="已处理。")
    assert county.post("director", f"/{tip_id}/release").status_code == 303

    def kept() -> bool:
        session = county.make.session
        forget_all(session, county.clock.now + KEPT + timedelta(days=1))
        session.commit()
        with county.enter() as inside:
            return bool(inside.scalars(sa.select(TipIdentity)).one().person)

    assert kept()
    paid = {"way": "identity", "voucher": "记字2号", "paid_on": county.clock.now.date().isoformat()}
    assert county.post("office", f"/{tip_id}/award/pay", **paid).status_code == 303
    assert not kept()


def test_only_the_first_report_is_rewarded(county: County) -> None:
    rule(county)
    _code, first = county.told(phones="0353-7654321", tip_identity="named", tip_name=NAME)
    county.clock.now += timedelta(minutes=5)
    _code, second = county.told(phones="0353-7654321", tip_identity="named", tip_name=NAME)
    county.check(first)
    county.check(second)
    county.post("office", f"/{first}/join", other=str(second))
    given = {"band": "0", "amount": "800", "reason": "属实"}
    assert "只奖励首报" in county.post("office", f"/{second}/award/propose", **given).get_data(as_text=True)
    assert county.post("office", f"/{first}/award/propose", **given).status_code == 303
