"""Official documents as files: sound whatever was typed, structured as the standard asks, nothing unseen in them."""

from __future__ import annotations

import itertools
import re
import time
import unicodedata
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.campaigns.papers import Cell
from portal.documents.letters import Letter, Part
from portal.documents.official import Annex, Layout, Official, write_official
from portal.documents.official_text import body_runs, title_lines, width
from portal.documents.word import HEI, KAI, clean
from tests.documents.ooxml import faults

PAPER = Official(
    layout=Layout.DOCUMENT, mark="示范市联席会议办公室文件", number="示联〔2026〕9号", title="关于印发重点任务分工的通知",
    addressees="各成员单位", body="现通知如下：\n一、提高认识\n（一）加强领导。落实责任。\n1. 明确分工。",
    attachments=("分工表",), annexes=(Annex(title="分工表", sheet=((Cell(label="单位", value=""),),)),),
    issuers=("示范市联席会议办公室",), proxy=True, day=date(2026, 3, 31), note="此件公开发布",
    foot=(("抄送", "市委办公室，市政府办公室"),), printed_by="示范市联席会议办公室", printed_on=date(2026, 4, 1), copies=30,
)  # fmt: skip


def write(paper: Official) -> bytes:
    stream = BytesIO()
    write_official(stream, paper)
    return stream.getvalue()


def text_of(content: bytes) -> str:
    """All text, in the tables and in heads and feet too."""
    document: Any = Document(BytesIO(content))
    section = document.sections[0]
    parts = (document.element.body, section.first_page_header._element, section.footer._element)
    return "\n".join(
        "".join(t.text or "" for t in p.iter(qn("w:t"))) for part in parts for p in part.iter(qn("w:p"))
    )


@pytest.mark.parametrize("layout", list(Layout))
def test_each_layout_is_sound_and_says_everything(layout: Layout) -> None:
    content = write(
        replace(
            PAPER, layout=layout, signer="召集人", attendance=(("出席", "市公安局"), ("请假", "市教育局"))
        )
    )
    assert faults(content) == []
    said = text_of(content)
    words = ["关于印发重点任务分工的通知", "各成员单位：", "一、提高认识", "附件：分工表", "出席：市公安局"]
    words += ["示范市联席会议办公室（代章）", "（此件公开发布）", "抄送：市委办公室，市政府办公室。"]
    words += ["2026年4月1日印发", "共印30份"] if layout not in (Layout.LETTER, Layout.BULLETIN) else []
    words += ["示联〔2026〕9号"] if layout is not Layout.PLAIN else []
    words += ["签发人：召集人"] if layout is Layout.DOCUMENT else []
    for word in words:
        assert word in said, word
    assert re.search("— ?1 ?—", said)


def test_a_draft_keeps_the_places_of_number_and_date() -> None:
    said = text_of(write(replace(PAPER, number="示联〔2026〕  号", day=None, printed_on=None)))
    assert "    年  月  日" in said


def test_headings_are_told_from_text() -> None:
    text = (
        "一、提高认识\n二、突出重点。各单位要落实。\n（一）任务：做好宣传\n（1）小项\n1. 一项\n\n　　没有编号。\n三、"
        + "长" * 80
    )
    found = [(level, [(t, look.font) for t, look in runs if t]) for level, runs in body_runs(text)]
    assert found[0] == (1, [("一、提高认识", HEI)])
    assert found[1] == (1, [("二、突出重点。", HEI), ("各单位要落实。", "FangSong")])
    assert found[2] == (2, [("（一）任务：", KAI), ("做好宣传", "FangSong")])
    assert [level for level, _runs in found] == [1, 1, 2, 0, 0, 0, 0]
    assert found[5][1][0][0] == "没有编号。"


@pytest.mark.parametrize(
    "title",
    [
        "关于印发阳泉市反假货币工作联席会议2026年度重点任务分工的通知",
        "关于进一步加强打击治理电信网络新型违法犯罪工作的通知",
        "关于表彰2026年度反假货币工作先进单位和集中开展《人民币管理条例》宣传教育活动有关事项的通知",
        "关于商请中国人民银行示范市分行、国家金融监督管理总局示范监管分局、示范市中级人民法院协助提供2026年上半年非法集资案件数据的函",
    ],
)
def test_titles_break_between_words_into_a_good_shape(title: str) -> None:
    lines, size = title_lines(title)
    assert size == 22
    assert "".join(lines) == title
    assert 2 <= len(lines) <= 4
    assert all(width(line) <= 20 for line in lines)
    for line, following in itertools.pairwise(lines):
        assert line[-1] not in "《（"
        assert following[0] not in "的、，）》年月"
        assert not (line[-1].isdigit() and following[0].isdigit())
        for word in ("工作", "通知", "分工", "联席会议", "电信网络", "人民法院", "数据", "宣传", "关于"):
            for n in range(1, len(word)):
                assert not (line.endswith(word[:n]) and following.startswith(word[n:]))
    if len(lines) == 3:
        first, middle, last = map(width, lines)
        assert middle >= min(first, last), "no hourglass"


def test_a_title_of_sixty_lines_flows_in_smaller_type() -> None:
    lines, size = title_lines("关于做好工作的" * 160)
    assert (len(lines), size) == (1, 16)
    assert faults(write(replace(PAPER, title="关于做好工作的" * 160))) == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("甲\u202e乙\u2066丙\u200f丁", "甲乙丙丁"), ("\ufeff甲\u200b乙\u2060\xad", "甲乙"), ("甲\x00\x07\x1b乙\ufffe\U0001ffff", "甲乙"),
        ("甲\ud800乙", "甲乙"), ("甲\r\n乙\u2028丙\x85丁", "甲\n乙\n丙\n丁"), ("😀👨\u200d👩\u200d👧✈️", "😀👨\u200d👩\u200d👧✈️"),
        ("甲\u200d乙", "甲乙"), ("𠮷野家𪚥㐂", "𠮷野家𪚥㐂"), ("葛\U000e0100", "葛\U000e0100"), ("甲\t乙", "甲\t乙"), ("\U000e0041甲", "甲"),
    ],
)  # fmt: skip
def test_what_nobody_sees_is_left_out(typed: str, kept: str) -> None:
    assert clean(typed) == kept


HOSTILE = st.text(
    st.one_of(
        st.characters(), st.sampled_from("\u202e\u2066\u200b\x00\x0b\ud800\udfff\ufffe\t\n\r]]><&\"'{}%s"),
        st.sampled_from("一、（一）关于的通知《》2026年😀𠮷"),
    ),
    max_size=120,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(title=HOSTILE, body=HOSTILE, name=HOSTILE, layout=st.sampled_from(Layout))
def test_whatever_was_typed_the_file_opens(title: str, body: str, name: str, layout: Layout) -> None:
    paper = replace(
        PAPER, layout=layout, title=title, body=body, mark=name, number=name, addressees=name, issuers=(name, name),
        foot=((name, name),), printed_by=name, note=name, signer=name, attendance=((name, name),), attachments=(name, title),
        annexes=(Annex(title=title, body=body, sheet=((Cell(label=name, value=body), Cell(label="", value=name, share=3)),)),),
    )  # fmt: skip
    content = write(paper)
    assert faults(content) == []
    said = text_of(content)
    assert not [c for c in said if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    assert not set(said) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff")


def test_three_hundred_pages_and_a_hundred_thousand_characters_take_seconds() -> None:
    line = "各成员单位要按照职责分工抓好任务落实。" * 12
    long = replace(PAPER, body="\n".join([line] * 800) + "\n" + "长" * 100_000)
    began = time.monotonic()
    content = write(long)
    assert time.monotonic() - began < 15
    assert len(content) < 2_000_000
    assert faults(content) == []


def test_letters_of_other_rooms_are_set_by_the_same_engine() -> None:
    letter = Letter()
    letter.masthead("示范市联席会议简报", "第3期", "办公室", "2026年3月31日", note="内部资料")
    letter.title("标题")
    letter.heading("一、情况")
    letter.paragraph("正文", Part("【待核】", mark=True), Part("粗", bold=True))
    letter.table(["项目", "数"], [["a\tb", "1"], ["c", "2"]], [2, 1])
    letter.note("说明")
    letter.closing(["报：市委", "送：各成员单位"], "办公室", "共印3份")
    stream = BytesIO()
    letter.save(stream)
    assert faults(stream.getvalue()) == []
    document = Document(BytesIO(stream.getvalue()))
    assert [[c.text for c in row.cells] for row in document.tables[0].rows][1] == ["a\tb", "1"]
    assert document.core_properties.title == "标题"
