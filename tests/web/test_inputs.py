"""What people type, read or refused with a sentence that says what to type."""

from __future__ import annotations

import time
import unicodedata
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.clock import SHANGHAI
from portal.web.inputs import (
    MAX_FEN,
    Unusable,
    clean_text,
    moment_text,
    parse_date,
    parse_integer,
    parse_moment,
    parse_money,
    show_money,
)

UNITS = st.sampled_from(["元", "万元"])


@given(st.integers(0, MAX_FEN), UNITS)
def test_money_is_read_back_as_it_was_shown(fen: int, unit: str) -> None:
    assert parse_money(show_money(fen, unit), unit) == fen


@given(st.integers(0, MAX_FEN), UNITS)
def test_full_width_digits_and_separators_read_the_same(fen: int, unit: str) -> None:
    wide = show_money(fen, unit).translate(
        {ord(a): b for a, b in zip("0123456789,.", "０１２３４５６７８９，．", strict=True)}
    )
    assert parse_money(f"　{wide} ", unit) == fen
    assert parse_money(show_money(fen, unit).replace(",", " "), unit) == fen


@given(st.text(max_size=60), UNITS)
def test_any_text_is_an_amount_in_range_or_refused(text: str, unit: str) -> None:
    try:
        fen = parse_money(text, unit)
    except Unusable:
        return
    assert 0 <= fen <= MAX_FEN


@pytest.mark.parametrize(
    ("text", "unit", "fen"),
    [
        ("100000", "元", 10_000_000),
        ("99,900", "元", 9_990_000),
        ("0.01", "元", 1),
        ("１０．５", "元", 1050),
        ("10", "万元", 10_000_000),
        ("0.000001", "万元", 1),
        ("0", "万元", 0),
    ],
)
def test_amounts(text: str, unit: str, fen: int) -> None:
    assert parse_money(text, unit) == fen


@pytest.mark.parametrize(
    ("text", "unit", "says"),
    [
        ("-1", "元", "负数"),
        ("－1", "元", "负数"),
        ("NaN", "元", "阿拉伯数字"),
        ("Infinity", "元", "阿拉伯数字"),
        ("1e5", "元", "科学计数法"),
        ("9" * 30, "元", "过大"),
        (str(2**63), "元", "过大"),
        ("10万", "元", "请填 100,000"),
        ("10万元", "万元", "请填 10。"),
        ("1.5亿", "万元", "请填 15,000"),
        ("十万", "元", "中文数字"),
        ("12,34", "元", "千分位"),
        ("1.005", "元", "2 位小数"),
        ("0.0000001", "万元", "6 位小数"),
        ("=1+1", "元", "阿拉伯数字"),
        ("+5", "元", "阿拉伯数字"),
        ("①", "元", "阿拉伯数字"),
        ("٣", "元", "阿拉伯数字"),
        ("0x10", "元", "阿拉伯数字"),
        ("1_000", "元", "阿拉伯数字"),
    ],
)
def test_refused_amounts_say_what_to_type(text: str, unit: str, says: str) -> None:
    with pytest.raises(Unusable, match=says):
        parse_money(text, unit)


@given(st.integers(0, 10**12))
def test_integers_are_read_back(number: int) -> None:
    assert parse_integer(f"{number:,}") == number


@pytest.mark.parametrize("text", ["1.5", "-1", "5张", "二", "1e3", "", "10 00", "9" * 20])
def test_refused_integers(text: str) -> None:
    with pytest.raises(Unusable):
        parse_integer(text)


def test_a_negative_integer_only_where_the_field_allows_it() -> None:
    assert parse_integer("－12", negative=True) == -12


@given(st.text(max_size=50))
def test_clean_text_is_normal_and_carries_nothing_invisible(text: str) -> None:
    try:
        clean = clean_text(text, 50, lines=True)
    except Unusable:
        return
    assert clean == unicodedata.normalize("NFC", clean) == clean.strip()
    assert all(c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs") for c in clean)


@pytest.mark.parametrize(
    "bad",
    [
        "\x00",
        "\x07",
        "\x1b",
        "\u202e",
        "\u2066",
        "\u200b",
        "\u200d",
        "\ufeff",
        "\u2028",
        "\u3164",
        "\u061c",
        "\x85",
    ],
)
def test_control_bidi_and_zero_width_characters_are_refused_with_their_place(bad: str) -> None:
    with pytest.raises(Unusable, match=r"第 2 个字符.*U\+"):
        clean_text(f"平{bad}定")


def test_text_keeps_what_offices_write() -> None:
    assert clean_text("  阳政办发〔2026〕9号\t《通知》 ") == "阳政办发〔2026〕9号 《通知》"
    assert clean_text("一\r\n二", lines=True) == "一\n二"
    assert clean_text("=cmd|'/c calc'!A1") == "=cmd|'/c calc'!A1"  # inert as text; exports write typed cells


def test_length_counts_characters() -> None:
    assert clean_text("字" * 120, 120) == "字" * 120
    with pytest.raises(Unusable, match="共 121 字，最多 120 字"):
        clean_text("字" * 121, 120)
    with pytest.raises(Unusable, match="换行"):
        clean_text("一\n二")


def test_dates_and_moments() -> None:
    assert (
        parse_date("2026年9月30日")
        == parse_date("2026-9-30")
        == parse_date("２０２６．９．３０")
        == date(2026, 9, 30)
    )
    assert (
        parse_moment("2026-09-30T17:40")
        == parse_moment("2026年9月30日 17：40")
        == datetime(2026, 9, 30, 17, 40, tzinfo=SHANGHAI)
    )
    for text in ("2026-02-30", "0001-01-01", "2026-13-01", "明天", "20260930"):
        with pytest.raises(Unusable):
            parse_date(text)
    for text in ("2026-09-30", "2026-09-30 24:00", "2026-09-30T17:61", "17:40"):
        with pytest.raises(Unusable):
            parse_moment(text)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_moments_are_read_back_to_the_second(moment: datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=SHANGHAI)
    assert parse_moment(moment_text(moment)) == moment


@pytest.mark.parametrize(
    "text", ["1," * 50_000, "9" * 100_000, "1 " * 50_000 + "x", "-" * 100_000, "2026-" * 20_000]
)
def test_long_nonsense_is_refused_at_once(text: str) -> None:
    """ReDoS: 100 KB in less than 50 ms."""
    for read in (lambda t: parse_money(t, "元"), parse_integer, parse_date, parse_moment, clean_text):
        begun = time.perf_counter()
        with pytest.raises(Unusable):
            read(text)
        assert time.perf_counter() - begun < 0.05
