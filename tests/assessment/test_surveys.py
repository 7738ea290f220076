"""Questionnaires, the half-year evaluation and commendations as people use them."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from portal.assessment.survey_models import Commendation, Conclusion, Finding, Survey, SurveyAsked
from portal.core.audit import AuditEvent
from portal.supervision.models import Order
from tests.assessment.conftest import Town
from tests.home.test_todo import statements
from tests.reporting.test_scenario_f9 import MISSING

NEW = "assessment/surveys/new"
WORDS = "某单位独有的意见"


def make(town: Town, *units: str, **more: Any) -> int:
    """The id of one that is open to ``units`` (none: all)."""
    given: dict[str, Any] = {
        "kind": "opinion", "title": "会商办法征求意见", "purpose": "修订会商办法", "basis": "D3 八",
        "questions": "单选 是否同意 | 同意 | 不同意\n文字 意见", "due": "2026-07-10T18:00", "request_key": f"k{units}{more}"[:40],
        "units": [town.unit_id(u) for u in units],
    }  # fmt: skip
    answer = town.send("office", NEW, NEW, **(given | more))
    assert answer.status_code == 303, re.findall(r'class="problem">([^<]+)', answer.get_data(as_text=True))
    survey = int(answer.location.rpartition("/")[2])
    assert step(town, survey, "open") == 303
    return survey


def step(town: Town, survey: int, name: str) -> int:
    return town.send("office", f"assessment/surveys/{survey}/step", step=name).status_code


def reply(town: Town, who: str, unit: str, survey: int, **answers: Any) -> Any:
    given: dict[str, Any] = {"q1": "同意", "q2": WORDS, "unit": town.unit_id(unit)} | answers
    return town.send(who, f"assessment/surveys/{survey}/answer", **given)


def stored(town: Town) -> dict[str, Any]:
    with town.county.inside() as session:
        asked = session.scalars(sa.select(SurveyAsked)).all()
        return {
            "pool": [s.pool for s in session.scalars(sa.select(Survey))],
            "asked": [(a.unit_id, a.done, a.answers, a.answered_at, a.answered_by) for a in asked],
            "trail": [json.dumps(e.data, ensure_ascii=False) for e in session.scalars(sa.select(AuditEvent))],
        }


def test_nobody_can_tell_whose_a_nameless_answer_is(town: Town) -> None:
    few = town.send("office", NEW, NEW, kind="opinion", title="题", purpose="用途", basis="D3", questions="文字 意见",
                    due="2026-07-10T18:00", request_key="few", units=[town.unit_id(MISSING)], nameless="y")  # fmt: skip
    assert few.status_code == 422
    assert "至少发给 5 个单位" in few.get_data(as_text=True)
    survey = make(town, nameless="y")
    page = f"assessment/surveys/{survey}"
    assert "不能修改" in town.page("justice", page)
    assert reply(town, "justice", MISSING, survey).status_code == 303
    again = reply(town, "justice", MISSING, survey)
    assert again.status_code == 409
    assert "已经答复" in again.get_data(as_text=True)
    assert reply(town, "bank", "农业银行", survey, q1="不同意").status_code == 303
    kept = stored(town)
    assert sorted(a["q1"] for a in kept["pool"][0]) == ["不同意", "同意"]
    assert {row[2:] == ({}, None, "") for row in kept["asked"]} == {True}
    assert not any(WORDS in line for line in kept["trail"])
    assert WORDS not in town.page("office", page)  # while it runs, two looks would tell who came between
    assert "截止以后才显示" in town.page("office", page)
    book = openpyxl.load_workbook(BytesIO(town.ask("office", f"{page}.xlsx").data))
    assert WORDS not in str([[c.value for c in row] for sheet in book for row in sheet.iter_rows()])
    assert step(town, survey, "close") == 303
    shown = town.page("office", page)
    assert "少于 5 份" in shown
    assert WORDS not in shown


def test_five_nameless_answers_are_counted(town: Town) -> None:
    survey = make(town, nameless="y")
    with town.county.inside() as session:
        row = session.scalars(sa.select(Survey)).one()
        row.pool = [{"q1": "同意", "q2": "无"}] * 4 + [{"q1": "不同意", "q2": WORDS}]
        session.commit()
    assert step(town, survey, "close") == 303
    shown = town.page("office", f"assessment/surveys/{survey}")
    assert "80.0%" in shown
    assert WORDS in shown
    assert WORDS not in town.page("justice", f"assessment/surveys/{survey}")
    assert step(town, survey, "show") == 303
    assert WORDS in town.page("justice", f"assessment/surveys/{survey}")


def test_a_named_answer_is_changed_until_the_end_and_kept_when_it_is_refused(town: Town) -> None:
    survey = make(town, MISSING, "农业银行")
    assert "请答复问卷" in " ".join(town.notices(MISSING))
    wrong = reply(town, "justice", MISSING, survey, q1="也许")
    assert wrong.status_code == 422
    assert WORDS in wrong.get_data(as_text=True)
    assert "请从选项中选择" in wrong.get_data(as_text=True)
    assert reply(town, "justice", MISSING, survey).status_code == 303
    assert reply(town, "justice", MISSING, survey, q1="不同意").status_code == 303
    (mine,) = [row for row in stored(town)["asked"] if row[1]]
    assert mine[2] == {"q1": "不同意", "q2": WORDS}
    assert WORDS in town.page("office", f"assessment/surveys/{survey}")
    assert WORDS not in town.page("bank", f"assessment/surveys/{survey}")
    town.clock.at("2026-07-11T09:00:00")
    late = reply(town, "bank", "农业银行", survey)
    assert late.status_code == 409
    assert "已经截止" in late.get_data(as_text=True)
    assert WORDS in late.get_data(as_text=True)


def test_who_is_not_asked_finds_nothing_and_nobody_answers_for_another(town: Town) -> None:
    survey = make(town, "农业银行")
    assert town.ask("justice", f"assessment/surveys/{survey}").status_code == 404
    assert "会商办法" not in town.page("justice", "assessment/surveys")
    assert reply(town, "justice", "农业银行", survey).status_code == 404
    assert reply(town, "bank", MISSING, survey).status_code == 404
    assert town.send("bank", f"assessment/surveys/{survey}/step", step="close").status_code == 403
    assert town.ask("bank", f"assessment/surveys/{survey}.xlsx").status_code == 403


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("title", "", "请填写标题"),
        ("due", "2026-06-01T08:00", "须晚于现在"),
        ("questions", "单选 题", "2 至 20 个选项"),
        ("kind", "party", "请从列表中选择"),
        ("units", ["17"], "没有保存"),
        ("title", "好\u202e", "看不见的控制字符"),
    ],
)
def test_nonsense_stands_at_its_field(town: Town, field: str, typed: Any, told: str) -> None:
    given = {"kind": "opinion", "title": "标题", "purpose": "用途在此", "basis": "D3", "questions": "文字 意见",
             "due": "2026-07-10T18:00", "request_key": "k"}  # fmt: skip
    answer = town.send("office", NEW, NEW, **(given | {field: typed}))
    assert answer.status_code == 422
    shown = answer.get_data(as_text=True)
    assert told in shown
    assert "用途在此" in shown
    assert stored(town)["asked"] == []


def test_each_unit_checks_the_next_and_only_that_one_reads_it(town: Town) -> None:
    units = ("农业银行", "工商银行", MISSING)
    survey = make(town, *units, kind="mutual_check", questions="文字 发现的问题")
    with town.county.inside() as session:
        rows = session.execute(sa.select(SurveyAsked.unit_id, SurveyAsked.about_id))
        pairs = {row.unit_id: row.about_id for row in rows}
    ids = {u: town.unit_id(u) for u in units}
    assert set(pairs) == set(pairs.values()) == set(ids.values())
    checked = next(u for u in units if ids[u] == pairs[ids["农业银行"]])
    other = next(u for u in units if u not in ("农业银行", checked))
    people = {"工商银行": "other_bank", MISSING: "justice"}
    assert reply(town, "bank", "农业银行", survey, q1=WORDS).status_code == 303
    page = f"assessment/surveys/{survey}"
    assert WORDS not in town.page(people[checked], page)  # not before it is shown
    assert step(town, survey, "close") == 303
    assert step(town, survey, "show") == 303
    assert WORDS in town.page(people[checked], page)
    assert WORDS not in town.page(people[other], page)
    said: dict[str, Any] = {"unit": ids[checked], "by": ids["农业银行"], "reply": "已经整改"}
    assert town.send(people[checked], f"{page}/reply", **said).status_code == 303
    assert "已经整改" in town.page("bank", page)
    assert "已经整改" not in town.page(people[other], page)
    assert town.send(people[other], f"{page}/reply", **(said | {"unit": ids[other]})).status_code == 404


def test_an_evaluation_shows_what_is_known_and_each_unit_reads_its_own(town: Town) -> None:
    town.activities("2026-06", {MISSING})
    town.clock.at("2026-07-02T09:00:00")
    opened = town.send("office", "assessment/rounds", period="2026H1")
    assert opened.status_code == 303
    path = "assessment/rounds/" + opened.location.rpartition("/")[2]
    assert "已经开展" in town.send("office", "assessment/rounds", period="2026H1").get_data(as_text=True)
    assert town.send("office", "assessment/rounds", period="2027H1").status_code == 422
    page = town.page("office", path)
    row = page.partition(MISSING)[2].partition("</tr>")[0]
    assert re.search(r"应办 (\d+) 件，已办 (\d+) 件", row)
    for unit, text in ((MISSING, "未按月开展活动"), ("农业银行", "履职较好")):
        done = town.send(
            "office", f"{path}/step", step="conclude", unit=town.unit_id(unit), text=text, interview=""
        )
        assert done.status_code == 303
    found = town.send(
        "office", f"{path}/step", step="finding", unit=town.unit_id(MISSING), text="六月没有活动"
    )
    assert found.status_code == 303
    with town.county.inside() as session:
        finding = session.scalars(sa.select(Finding.id)).one()
    assert "未按月开展活动" not in town.page("justice", path)
    assert town.ask("justice", f"assessment/findings/{finding}").status_code == 404
    empty = town.send("office", f"{path}/step", step="close", summary="")
    assert empty.status_code == 422
    assert "请写评估小结" in empty.get_data(as_text=True)
    assert town.send("office", f"{path}/step", step="close", summary="总体良好").status_code == 303
    mine, theirs = town.page("justice", path), town.page("bank", path)
    assert "未按月开展活动" in mine
    assert "六月没有活动" in mine
    assert "履职较好" not in mine
    assert "未按月开展活动" not in theirs
    assert "评估结论已出" in " ".join(town.notices(MISSING))
    late = town.send("office", f"{path}/step", step="conclude", unit=town.unit_id(MISSING), text="改")
    assert late.status_code == 409
    new = town.page("office", f"supervision/new?subject=finding:{finding}")
    assert "六月没有活动" in new
    with town.county.inside() as session:
        assert session.scalars(sa.select(Order)).all() == []
        assert len(session.scalars(sa.select(Conclusion)).all()) == 2


def test_who_proposes_a_commendation_does_not_decide_it(town: Town) -> None:
    path = "assessment/commendations"
    given = {"unit": town.unit_id("农业银行"), "title": "宣传成效突出", "grounds": "进村入户全覆盖", "basis": "D2 二（七）1",
             "request_key": "one"}  # fmt: skip
    assert town.send("director", path, path, **given).status_code == 303
    assert town.send("director", path, path, **given).status_code == 303
    with town.county.inside() as session:
        number = session.scalars(sa.select(Commendation.id)).one()
    assert "宣传成效突出" not in town.page("bank", path)
    decide = f"{path}/{number}/decide"
    assert town.send("director", decide, decision="yes", number="乡反诈〔2026〕1号").status_code == 403
    assert town.send("justice_leader", decide, decision="yes", number="x").status_code == 403
    bare = town.send("convenor", decide, decision="yes", number="")
    assert bare.status_code == 422
    assert "请填写文号" in bare.get_data(as_text=True)
    assert town.send("convenor", decide, decision="yes", number="乡反诈〔2026〕1号").status_code == 303
    assert town.send("convenor", decide, decision="no", why="晚了").status_code == 409
    assert "乡反诈〔2026〕1号" in town.page("bank", path)
    assert "本单位受到表彰" in " ".join(town.notices("农业银行"))


def test_conflict_is_the_word_for_a_second_opening(town: Town) -> None:
    survey = make(town, MISSING)
    assert step(town, survey, "open") == 409
    assert step(town, survey, "drop") == 409
    assert step(town, survey, "show") == 409
    assert step(town, survey, "fly") == 404


def test_pages_ask_the_database_as_often_however_many_rows_there_are(town: Town) -> None:
    first = make(town, MISSING, "农业银行")
    opened = town.send("office", "assessment/rounds", period="2026H1")
    path = "assessment/rounds/" + opened.location.rpartition("/")[2]
    town.send("office", f"{path}/step", step="finding", unit=town.unit_id(MISSING), text="问题")
    pages = ("assessment/surveys", f"assessment/surveys/{first}", path, "assessment/commendations")
    few = [asked(town, "office", page) for page in pages]
    for n in range(4):
        make(town, title=f"再次征求意见{n}", request_key=f"more{n}")
        unit = town.unit_id("农业银行")
        town.send("office", f"{path}/step", step="finding", unit=unit, text=f"问题{n}")
        town.send("office", f"{path}/step", step="conclude", unit=unit, text=f"结论{n}", interview="")
        given = {"unit": unit, "title": f"成效{n}", "grounds": "事迹", "basis": "D2", "request_key": f"p{n}"}
        town.send("office", "assessment/commendations", "assessment/commendations", **given)
    assert [asked(town, "office", page) for page in pages] == few


def asked(town: Town, who: str, path: str) -> int:
    with statements(town.county.make.app) as found:
        town.page(who, path)
    return len(found)
