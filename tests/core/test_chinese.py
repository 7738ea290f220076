"""Dates and amounts as papers write them. Amounts after 《支付结算办法》附一, its own examples among them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.chinese import capital_amount, write_day, write_moment


@pytest.mark.parametrize(
    ("yuan", "said"),
    [
        ("52960.00", "伍万贰仟玖佰陆拾元整"), ("1409.50", "壹仟肆佰零玖元伍角整"), ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"), ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"), ("325.04", "叁佰贰拾伍元零肆分"), ("0.00", "零元整"), ("0.05", "伍分"),
        ("0.50", "伍角整"), ("10.00", "壹拾元整"), ("100000001.00", "壹亿零壹元整"), ("100010000.00", "壹亿零壹万元整"),
        ("20300000.00", "贰仟零叁拾万元整"), ("1000000000000.00", "壹万亿元整"), ("1000100000000.00", "壹万零壹亿元整"),
        ("-3.20", "负叁元贰角整"),
    ],
)  # fmt: skip
def test_amounts_in_capitals(yuan: str, said: str) -> None:
    assert capital_amount(int(yuan.replace(".", ""))) == said


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def read_back(said: str) -> int:
    """Fen of an amount below 万亿: an independent reading."""
    yuan, _yuan, rest = (
        said.removesuffix("整").partition("元") if "元" in said else ("", "", said.removesuffix("整"))
    )
    total = part = digit = 0
    for c in yuan:
        if c in _DIGITS:
            digit = _DIGITS.index(c)
        elif c in _UNITS:
            part += digit * _UNITS[c]
            digit = 0
        else:
            total = (
                (total + part + digit) * (10**4 if c == "万" else 10**8)
                if c == "亿"
                else total + (part + digit) * 10**4
            )
            part = digit = 0
    tenths, cents = (re.search(f"([{_DIGITS}]){unit}", rest) for unit in "角分")
    return ((total + part + digit) * 100 + 10 * (_DIGITS.index(tenths[1]) if tenths else 0)
            + (_DIGITS.index(cents[1]) if cents else 0))  # fmt: skip


@given(st.integers(0, 10**14 - 1))
def test_every_amount_is_read_back(fen: int) -> None:
    said = capital_amount(fen)
    assert read_back(said) == fen
    assert "零零" not in said


def test_dates_have_no_leading_zeros_and_open_places() -> None:
    assert write_day("2026-04-05") == write_day(date(2026, 4, 5)) == "2026年4月5日"
    assert write_day(None) == write_day("") == "    年  月  日"
    assert write_moment("2026-04-15T01:05:00+00:00") == "2026年4月15日（星期三）9:05"
