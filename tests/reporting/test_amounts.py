"""Numbers as people write them: read as proposals, asked about or refused, never turned into 0."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.campaigns.forms import Field, FieldKind
from portal.core.text import Text, _
from portal.documents.amounts import read_amount
from portal.documents.reading import Formula
from portal.documents.readings import in_unit, read_cell

YUAN = Field(key="loss", label=_("案损"), kind=FieldKind.MONEY, unit=_("元"))
WAN = Field(key="loss", label=_("案损"), kind=FieldKind.MONEY, unit=_("万元"))
CASES = Field(key="cases", label=_("案件"), kind=FieldKind.INTEGER, unit=_("件"))
PLAIN = Field(key="n", label=_("数"), kind=FieldKind.INTEGER)
NOTE = Field(key="note", label=_("备注"), kind=FieldKind.TEXT, max_length=20)
DAY = Field(key="day", label=_("日期"), kind=FieldKind.DATE)
MOMENT = Field(key="at", label=_("时间"), kind=FieldKind.MOMENT)
FLAG = Field(key="flag", label=_("是否"), kind=FieldKind.FLAG)
CAMPAIGN: Any = None
"""Only choices look into the campaign."""


def test_scenario_f6_5() -> None:
    """The first three are read for confirmation, the last is asked; nothing becomes 0."""
    read = [read_amount(text, YUAN) for text in ("3万", "0.5 亿元", "２", "—")]
    assert [r.value for r in read] == [3_000_000, 5_000_000_000, 200, None]
    assert not any(r.sure for r in read)
    assert [r.asks for r in read] == [False, False, False, True]
    assert [str(r.sentence) for r in read] == [
        "“3万”读作 30,000 元，请确认。", "“0.5 亿元”读作 50,000,000 元，请确认。", "“２”读作 2 元，请确认。",
        "“—”不是数字：保持原值，或填 0。",
    ]  # fmt: skip
    assert [read_amount(text, PLAIN).value for text in ("3万", "0.5 亿元", "２", "—")] == [
        30_000,
        50_000_000,
        2,
        None,
    ]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("10万", YUAN, 10_000_000), ("3万元", WAN, 3_000_000), ("3万元", YUAN, 3_000_000), ("3万", WAN, 3_000_000),
        ("0.5 亿元", WAN, 5_000_000_000), ("三万五千", WAN, 3_500_000), ("30000元", WAN, 3_000_000),
        ("三万五千", PLAIN, 35_000), ("十二", PLAIN, 12), ("〇", PLAIN, 0), ("两千", PLAIN, 2000), ("一亿二", PLAIN, 120_000_000),
        ("三万五", PLAIN, 35_000), ("三万零五", PLAIN, 30_005), ("一百零五", PLAIN, 105), ("二〇二五", PLAIN, 2025),
        ("三点五万", PLAIN, 35_000), ("3万5千", PLAIN, 35_000), ("3万亿", YUAN, 300_000_000_000_000), ("１，２３４", PLAIN, 1234),
        ("¥3,000.50", YUAN, 300_050), ("人民币壹万贰仟叁佰肆拾伍元整", YUAN, 1_234_500), ("12件", CASES, 12), ("3百万", CASES, 3_000_000),
    ],
)  # fmt: skip
def test_spellings_are_proposals(text: str, field: Field, value: int) -> None:
    found = read_amount(text, field)
    assert (found.value, found.sure) == (value, False)
    assert f"“{text}”读作" in str(found.sentence)


@pytest.mark.parametrize("text", ["—", "-", "——", "/", "无", "同上", "〃", " 暂无 ", "N/A", "×"])
def test_what_says_nothing_is_asked(text: str) -> None:
    found = read_amount(text, YUAN)
    assert (found.value, found.sure, found.asks) == (None, False, True)


@pytest.mark.parametrize(
    ("text", "field", "sentence"),
    [
        ("约3万", YUAN, "不是确数"), ("30余人", CASES, "不是确数"), ("12%", CASES, "读不出"), ("10-20", CASES, "读不出"),
        ("1,23", CASES, "读不出"), ("3千", WAN, "不知是元还是万元"), ("abc", CASES, "读不出"), ("1.5", CASES, "去掉小数"),
        ("12起", CASES, "读不出"), ("百五", CASES, "读不出"), ("三四万", CASES, "读不出"), ("-3", CASES, "负数"), ("0.005", YUAN, "小数"),
        ("9" * 16, YUAN, "过大"), ("三" * 60, YUAN, "文字"), ("=1+1", CASES, "读不出"), ("1e5", YUAN, "读不出"), ("10000亿亿", YUAN, "读不出"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_a_sentence(text: str, field: Field, sentence: str) -> None:
    found = read_amount(text, field)
    assert found.refused
    assert sentence in str(found.sentence)


def test_an_empty_cell_says_nothing() -> None:
    assert [(r.value, r.sure) for r in (read_amount("", YUAN), read_amount(" 　", YUAN))] == [
        (None, True)
    ] * 2


# ---------------------------------------------------------------------------------------------- properties
DIGITS, SMALL = "零一二三四五六七八九", ("", "十", "百", "千")
FORMAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
WIDE = str.maketrans("0123456789,.", "０１２３４５６７８９，．")


def spoken(number: int) -> str:
    """In Chinese, as a teacher would write it."""
    if number == 0:
        return "零"
    parts: list[str] = []
    for unit, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        amount, number = divmod(number, unit)
        if amount:
            if parts and amount < 1000:
                parts.append("零")
            parts.append(_below(amount) + name)
        elif parts and number:
            parts.append("零")
    return "".join(parts).replace("零零", "零")


def _below(amount: int) -> str:
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = amount // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + SMALL[place]
            gap = False
        else:
            gap = True
    return text


NUMBERS = st.integers(0, 10**12 - 1) | st.integers(0, 99_999)


@given(NUMBERS, st.sampled_from(["plain", "comma", "wide", "spoken", "formal", "wan", "unit"]))
def test_any_spelling_gives_the_same_number(number: int, spelling: str) -> None:
    text = {
        "plain": str(number), "comma": f"{number:,}", "wide": f"{number:,}".translate(WIDE), "spoken": spoken(number),
        "formal": spoken(number).translate(FORMAL), "wan": f"{Decimal(number) / 10000:f}万", "unit": f"{number} 件",
    }[spelling]  # fmt: skip
    found = read_amount(text, CASES)
    assert found.value == number, text
    assert found.sure == text.isdigit() or not text.isascii()


@given(
    st.integers(0, 10**13), st.sampled_from(["元", "万元", "亿元", "亿", "¥"]), st.sampled_from([YUAN, WAN])
)
def test_money_is_the_same_in_every_unit(fen: int, word: str, field: Field) -> None:
    amount = Decimal(fen) / 100 / {"元": 1, "¥": 1, "万元": 10**4}.get(word, 10**8)
    text = f"¥{amount:f}" if word == "¥" else f"{amount:f}{word}"
    assert read_amount(text, field).value == fen


@given(st.text(max_size=60))
def test_no_text_becomes_a_number_that_it_does_not_say(text: str) -> None:
    """Whatever comes: a value only where there is a digit or a numeral, and 0 only where one is written."""
    found = read_amount(text, CASES)
    if found.value == 0:
        assert any(c in "0０零〇" or c.isnumeric() for c in text)
    if found.value is None:
        assert not text.strip(" \t\r\n\u3000\u00a0") or found.sentence is not None


@given(st.integers(0, 10**12))
def test_a_money_cell_gives_back_the_fen_it_was_written_with(fen: int) -> None:
    """A spreadsheet keeps binary numbers; the sixteenth digit is noise."""
    assert read_cell(float(f"{fen / 1_000_000:.16G}"), WAN, CAMPAIGN).value == fen
    assert read_cell(float(f"{fen / 100:.16G}"), YUAN, CAMPAIGN).value == fen


# ------------------------------------------------------------------------------------------- kinds of cells
def test_formulas_are_proposals_of_their_stored_result() -> None:
    found = read_cell(Formula(14, "SUM(E10:E11)"), CASES, CAMPAIGN)
    assert (found.value, found.sure) == (14, False)
    assert str(found.sentence) == "是公式（=SUM(E10:E11)），结果为 14，请确认。"
    for result in (None, "#DIV/0!", "x"):
        assert read_cell(Formula(result, "1/0"), CASES, CAMPAIGN).refused


def test_cells_that_are_no_numbers() -> None:
    assert "自动改成了日期" in str(read_cell(date(2026, 3, 5), CASES, CAMPAIGN).sentence)
    assert read_cell(True, CASES, CAMPAIGN).refused
    assert "15 位" in str(read_cell(1234567890123456000, NOTE, CAMPAIGN).sentence)
    assert read_cell(1234567890123456789.0, CASES, CAMPAIGN).refused
    assert read_cell("1234567890123456789", NOTE, CAMPAIGN).value == "1234567890123456789"
    assert read_cell(12.0, NOTE, CAMPAIGN).value == "12"
    assert "最多 20 字" in str(read_cell("长" * 21, NOTE, CAMPAIGN).sentence)


def test_dates_in_any_dress() -> None:
    for cell in (
        date(2026, 9, 30),
        datetime(2026, 9, 30),  # noqa: DTZ001
        "2026-09-30",
        "2026年9月30日",
        "2026.9.30",
        "２０２６／９／３０",
    ):
        assert (read_cell(cell, DAY, CAMPAIGN).value, read_cell(cell, DAY, CAMPAIGN).sure) == (
            "2026-09-30",
            True,
        )
    found = read_cell(20260930, DAY, CAMPAIGN)
    assert (found.value, found.sure) == ("2026-09-30", False)
    assert read_cell("2026年9月", DAY, CAMPAIGN).refused
    assert read_cell("2026-02-30", DAY, CAMPAIGN).refused
    assert read_cell(45000, DAY, CAMPAIGN).refused
    assert read_cell(datetime(2026, 9, 30, 17, 40), MOMENT, CAMPAIGN).value == "2026-09-30T17:40:00+08:00"  # noqa: DTZ001


def test_flags_and_other_units() -> None:
    assert [read_cell(c, FLAG, CAMPAIGN).value for c in ("是", "√", "否", "×", True)] == [
        True,
        True,
        False,
        False,
        True,
    ]
    assert read_cell("也许", FLAG, CAMPAIGN).refused
    found = in_unit(30_000, WAN, CAMPAIGN, "元")
    assert (found.value, found.sure) == (3_000_000, False)
    assert "表中计量单位写的是“元”，本栏以万元为单位：读作 3 万元" in str(found.sentence)
    assert isinstance(_("元"), Text)
