"""Questions as an office types them, and how answers are counted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.assessment.survey_questions import (
    SCALE,
    Question,
    QuestionKind,
    as_lines,
    load,
    read_answers,
    read_lines,
    tally,
)
from portal.core.errors import Invalid

LINES = "单选 满意程度 | 满意 | 不满意\n多选 改进方面｜会议｜报表\n打分 协作配合\n数字 培训次数\n文字 意见建议\n还有什么要说"


def test_a_line_is_a_question_and_back() -> None:
    questions = read_lines(LINES)
    assert [q.kind for q in questions] == ["single", "multiple", "scale", "number", "text", "text"]
    assert questions[1].options == ("会议", "报表")
    assert load([q.stored() for q in questions]) == questions
    assert read_lines(as_lines(questions)) == questions


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("", "请填写题目"),
        ("单选 满意程度 | 满意", "2 至 20 个选项"),
        ("文字 好\n单选 | 甲 | 乙", "第 2 行：题目应为"),
        ("字" * 201, "1 至 200 字"),
        (f"单选 题 | {'长' * 61} | 乙", "选项最多 60 字"),
        ("\n".join(f"题{n}" for n in range(41)), "共 41 题"),
    ],
)
def test_a_bad_line_is_named(lines: str, told: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_lines(lines)
    assert told in str(refused.value.problems["questions"])


def test_every_question_is_answered_as_it_asks() -> None:
    questions = read_lines(LINES)
    good = {"q1": ["满意"], "q2": ["报表", "会议"], "q3": ["5"], "q4": ["１２"], "q5": ["无"], "q6": ["没有"]}
    assert read_answers(questions, good) == {
        "q1": "满意", "q2": ["会议", "报表"], "q3": "5", "q4": 12, "q5": "无", "q6": "没有",
    }  # fmt: skip
    wrong: dict[str, list[str]] = {
        "q1": ["很好"],
        "q2": ["会议", "x"],
        "q3": ["6"],
        "q4": ["三"],
        "q5": ["\u202e"],
    }
    with pytest.raises(Invalid) as refused:
        read_answers(questions, wrong)
    assert set(refused.value.problems) == {"q1", "q2", "q3", "q4", "q5", "q6"}


@given(st.lists(st.tuples(st.sampled_from(SCALE), st.sets(st.sampled_from("甲乙丙"))), max_size=40))
def test_counts_add_up_and_the_mean_is_that_of_the_answers(drawn: list[tuple[str, set[str]]]) -> None:
    questions = [
        Question("q1", "打分", QuestionKind.SCALE.value),
        Question("q2", "多选", QuestionKind.MULTIPLE.value, tuple("甲乙丙")),
    ]
    answers: list[dict[str, Any]] = [{"q1": mark, "q2": sorted(chosen)} for mark, chosen in drawn]
    scale, multiple = tally(questions, answers)
    assert sum(scale.counts.values()) == scale.answered == multiple.answered == len(drawn)
    assert sum(multiple.counts.values()) == sum(len(chosen) for _mark, chosen in drawn)
    if drawn:
        exact = sum(int(mark) for mark, _chosen in drawn) / len(drawn)
        assert abs(float(scale.mean) - exact) <= 0.005 + 1e-9
    else:
        assert scale.mean == scale.percent("1") == ""
