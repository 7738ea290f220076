"""Scenario F9, points 4 and 6, and 1-2 as far as they are the ladder's ground: misses in a row, never a decision by itself."""

from __future__ import annotations

import html
import re

import sqlalchemy as sa

from portal.assessment.models import Measure
from portal.core.audit import AuditEvent
from tests.assessment.conftest import Town
from tests.ledger.cast import fields_of
from tests.reporting.test_scenario_f9 import MISSING, NEVER

JUNE, JULY, AUGUST = "2026-06", "2026-07", "2026-08"


def rows(town: Town, who: str = "office") -> list[tuple[str, str]]:
    """(unit, step) of what the portal proposes."""
    page = town.page(who, "assessment/ladder")
    part = page.split("系统建议")[1].split('class="filters"')[0] if "系统建议" in page else ""
    found = []
    for row in (
        re.findall(r"<tr>(.*?)</tr>", part.split("<tbody>")[1], re.DOTALL) if "<tbody>" in part else []
    ):
        unit, step = re.findall(r"<td>([^<]*)</td>", row)[:2]
        found.append((re.sub(r"\d+$", "", unit), step))
    return found


def take_up(town: Town, **more: str) -> int:
    """Press the button of the first row that the portal proposes."""
    page = town.ask("office", "assessment/ladder").get_data(as_text=True)
    form = re.search(r'<form method="post" class="inline".*?</form>', page, re.DOTALL)
    assert form is not None
    names = {k: html.unescape(v) for k, v in re.findall(r'name="([^"]+)" value="([^"]*)"', form[0])}
    answer = town.client("office").post(town.county.url("assessment/ladder/new"), data=names | more)
    assert answer.status_code == 303, answer.get_data(as_text=True)[-3000:]
    again = town.client("office").post(town.county.url("assessment/ladder/new"), data=names | more)
    assert again.status_code in (303, 409, 422)  # a second click makes no second one
    return int(answer.location.rsplit("/", 1)[1])


def measures(town: Town) -> list[Measure]:
    with town.county.inside() as session:
        return list(session.scalars(sa.select(Measure).order_by(Measure.id)))


def test_first_second_third_miss_and_nothing_by_itself(town: Town) -> None:
    town.activities(JUNE, {MISSING})
    town.clock.at("2026-06-30T23:59:00")
    assert rows(town) == []  # the month is not over
    town.clock.at("2026-07-01T09:00:00")
    assert rows(town) == [(MISSING, "通报")]
    assert rows(town, "convenor") == [(MISSING, "通报")]
    assert measures(town) == []  # looked at by two, stored by nobody
    circular = take_up(town)
    assert len(measures(town)) == 1
    assert rows(town) == []  # the same miss is not proposed twice
    assert any("拟对本单位采取“通报”" in n for n in town.notices(MISSING))

    # Before the unit has answered nobody can decide; the proposer never can.
    early = town.step("director", circular, "confirm", why="属实")
    assert early.status_code == 409
    assert "届满后才能决定" in early.get_data(as_text=True)
    assert town.step("justice", circular, "object", objection="6 月活动因汛情推迟").status_code == 303
    assert town.step("justice", circular, "waive").status_code == 409  # once
    assert town.step("office", circular, "confirm", why="属实").status_code == 403
    assert town.step("justice_leader", circular, "confirm", why="属实").status_code == 403
    assert town.step("director", circular, "confirm").status_code == 422  # no reason
    assert (
        town.step("director", circular, "confirm", why="推迟未报备", number="乡反诈〔2026〕1号").status_code
        == 303
    )
    assert town.step("director", circular, "decline", why="再议").status_code == 409
    page = town.page("justice", f"assessment/ladder/{circular}")
    assert "乡反诈〔2026〕1号" in page
    assert "推迟未报备" in page

    # July: second month in a row. August: the third.
    town.activities(JULY, {MISSING})
    town.clock.at("2026-07-31T17:00:00")
    assert rows(town) == []
    town.clock.at("2026-08-01T09:00:00")
    assert rows(town) == [(MISSING, "约谈")]
    talk = take_up(town)
    town.clock.at("2026-08-07T23:59:00")
    assert town.step("convenor", talk, "confirm", why="x").status_code == 409
    town.clock.at("2026-08-08T09:00:00")  # five working days are over, the unit said nothing
    assert (
        town.step("convenor", talk, "confirm", why="连续两个月未开展", number="乡反诈〔2026〕2号").status_code
        == 303
    )
    kept = town.step(
        "office", talk, "talk", held_on="2026-08-08", attendees="县司法局局长\n领导小组办公室主任", problems="宣传未落实",
        statement="本月补办", rectify_by="2026-08-31",
    )  # fmt: skip
    assert kept.status_code == 303, kept.get_data(as_text=True)[-2000:]
    town.activities(AUGUST, {MISSING})
    town.clock.at("2026-09-01T09:00:00")
    assert rows(town) == [(MISSING, "挂牌督办")]
    listed = take_up(town)
    assert town.step("justice", listed, "waive").status_code == 303
    assert (
        town.step("convenor", listed, "confirm", why="连续三个月", number="乡反诈〔2026〕3号").status_code
        == 303
    )
    assert town.step("office", listed, "lift", why="已整改").status_code == 403
    assert town.step("convenor", listed, "lift", why="已整改").status_code == 303

    # The fourth month raises no further step by itself: 重点管理 and 一票否决 are people's.
    town.clock.at("2026-10-01T09:00:00")
    assert (MISSING, "挂牌督办") not in rows(town)
    assert [m.rung for m in measures(town)] == ["circular", "interview", "listed"]
    with town.county.inside() as session:
        acts = set(session.scalars(sa.select(AuditEvent.act).where(AuditEvent.act.like("measure.%"))))
    assert acts == {"measure.propose", "measure.answer", "measure.decide", "measure.talk", "measure.lift"}
    for who in ("office", "justice"):
        main = town.page(who, "assessment/ladder").split("<main")[1]
        assert not [word for word in NEVER if word in main]


def test_a_veto_needs_the_commission_the_units_chance_and_a_later_day(town: Town) -> None:
    """Q-30: no path without a person. Skipping milder steps asks for a reason."""
    form = "assessment/ladder/new"
    given = {
        "unit": str(town.unit_id("农业银行")), "rung": "veto", "trigger": "lost_control", "days": "5",
        "reason": "重点人员管控失序，经核实。", "evidence": "县公安局 7 月核查通报第 2 项",
    }  # fmt: skip
    hidden = {
        k: v for k, v in fields_of(town.ask("office", form)).items() if k in ("request_key", "csrf_token")
    }
    post = town.client("office").post
    refused = post(town.county.url(form), data=given | hidden)
    assert refused.status_code == 422
    assert "越级提出的请写明理由" in refused.get_data(as_text=True)
    answer = post(town.county.url(form), data=given | hidden | {"skipped_why": "后果严重"})
    assert answer.status_code == 303
    veto = int(answer.location.rsplit("/", 1)[1])
    dates = {"starts_on": "2026-07-20", "ends_on": "2026-12-31"}
    assert town.step("bank", veto, "object", objection="已整改").status_code == 303
    for who in ("director", "convenor", "commission", "office"):
        answer = town.step(who, veto, "confirm", why="x", **dates)
        assert answer.status_code == 403, who
    today = town.step(
        "commission_leader", veto, "confirm", why="情节严重", starts_on="2026-07-01", ends_on="2026-12-31"
    )
    assert today.status_code == 422
    assert "起始日期应晚于今天" in today.get_data(as_text=True)
    assert [m.state for m in measures(town)] == ["proposed"]
    assert town.step("commission_leader", veto, "confirm", why="情节严重", **dates).status_code == 303
    page = town.page("bank", f"assessment/ladder/{veto}")  # seen before it begins
    assert "7月20日 周一 — 12月31日 周四" in page
    assert "待发文" in page
    assert town.step("office", veto, "number", number="乡政法〔2026〕5号").status_code == 303
    assert "起执行" in town.page("bank", f"assessment/ladder/{veto}")
    town.clock.at("2026-07-20T08:00:00")
    assert "执行中" in town.page("bank", f"assessment/ladder/{veto}")
    town.clock.at("2027-01-01T08:00:00")
    assert "期满" in town.page("bank", f"assessment/ladder/{veto}")

    # Who may know of it: the unit, the office, the convenor, the commission. Nobody else, not even a count.
    for who in ("commission", "convenor", "director"):
        assert "年度考核一票否决" in town.page(who, f"assessment/ladder/{veto}")
    for who in ("justice", "other_bank"):
        assert town.ask(who, f"assessment/ladder/{veto}").status_code == 404
        assert town.step(who, veto, "object", objection="x").status_code == 404
        assert "没有涉及本单位的措施" in town.page(who, "assessment/ladder")
        assert "没有符合条件" in town.page(
            who, f"assessment/ladder?unit={town.unit_id('农业银行')}&rung=veto"
        )


def test_what_the_office_does_not_take_up_counts_no_longer(town: Town) -> None:
    town.activities(JUNE, {MISSING})
    page = town.ask("office", "assessment/ladder").get_data(as_text=True)
    found = re.search(r'name="derived" value="([^"]+)"', page)
    assert found is not None
    data = {"derived": html.unescape(found[1]), "request_key": "drop-1"}
    assert town.send("office", "assessment/ladder/drop", **data).status_code == 422
    assert town.send("office", "assessment/ladder/drop", why="汛情，已报告", **data).status_code == 303
    assert rows(town) == []
    assert town.notices(MISSING) == []  # never told
    assert "没有涉及本单位的措施" in town.page("justice", "assessment/ladder")
    dropped = measures(town)[0].id
    assert town.ask("justice", f"assessment/ladder/{dropped}").status_code == 404
    town.activities(JULY, {MISSING})
    town.clock.at("2026-08-01T09:00:00")
    assert rows(town) == [(MISSING, "通报")]  # the excused month is no part of the row
    # Entered late all the same: the miss goes away, and so does the proposal.
    town.activities(JULY, {u for u in town.county.units if u != MISSING})
    assert rows(town) == []


def test_a_soft_word_is_never_a_miss(town: Town) -> None:
    """F9 point 6: the court's figures are 及时: days since, never overdue, so nothing for the ladder to count."""
    campaign = town.county.campaign
    soft = {d.key for d in campaign.duties if d.soft}
    assert not soft & set(campaign.oversight.watched)
    assert not soft & {s.obligation for s in campaign.oversight.score}
