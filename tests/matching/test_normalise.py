"""Spellings of one value agree, spelling twice changes nothing, and what could be guessed is no value."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.campaigns.matching import MatchKind
from portal.matching.normalise import MINIMUM, end_of, normalise, split, values_of
from portal.matching.stopping import is_public
from tests.matching.counties import PHONE

K = MatchKind
FULL = str.maketrans("0123456789", "０１２３４５６７８９")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(K)), st.text(max_size=60))
def test_spelling_twice_is_spelling_once(kind: MatchKind, text: str) -> None:
    once = normalise(kind, text)
    assert normalise(kind, once) == once
    assert not once or len(once) >= MINIMUM[kind]
    assert len(end_of(kind, once)) * 2 <= len(once)


@settings(max_examples=200, deadline=None)
@given(st.integers(3, 9), st.integers(0, 10**9 - 1), st.sampled_from(" -\u3000.·"))
def test_a_mobile_number_is_one_in_every_spelling(second: int, rest: int, gap: str) -> None:
    plain = f"1{second}{rest:09d}"
    parts = gap.join((plain[:3], plain[3:7], plain[7:]))
    for typed in (plain, parts, f"+86 {parts}", f"0086{plain}", f"86{plain}", f"0{plain}", f"（{parts}）", plain.translate(FULL)):  # fmt: skip
        assert normalise(K.PHONE, typed) == plain


@settings(max_examples=100, deadline=None)
@given(st.integers(10**15, 10**19 - 1))
def test_an_account_is_one_however_it_is_grouped(number: int) -> None:
    plain = str(number)
    grouped = " ".join(plain[n : n + 4] for n in range(0, len(plain), 4))
    assert {normalise(K.ACCOUNT, t) for t in (plain, grouped, f"工行 {grouped}", plain.translate(FULL))} == {
        plain
    }


@pytest.mark.parametrize(
    ("kind", "spellings", "value"),
    [
        (K.PHONE, ["0353-5661234", "(0353) 566 1234", "+86 353 5661234", "０３５３—５６６１２３４"], "03535661234"),
        (K.COMPANY_CODE, ["91140321ma0abcde1x", " 91140321-MA0ABCDE-1X ", "9114O321MAOABCDEIX"], "91140321MA0ABCDE1X"),
        (K.NAME, ["某某财富咨询有限公司", "某某财富咨询（有限公司）", " 某某财富咨询 有限责任公司", "某某财富咨询"], "某某财富咨询"),
        (K.NAME, ["平定（阳泉）康养服务部", "平定(阳泉)康养服务部"], "平定阳泉康养服务部"),
        (K.URL, ["https://www.Example.com/a/", "example.com/a", "HTTP：//example。com/a?x=1#y", "//example[.]com:443/a"], "example.com/a"),
        (K.URL, ["http://财富.example", "财富.example/", "xn--w2x11e.example"], None),
        (K.SERIAL_PREFIX, ["aB12 3456789", "AB123４", "AB1234-5678"], "AB1234"),
    ],
)  # fmt: skip
def test_spellings_of_one_value(kind: MatchKind, spellings: list[str], value: str | None) -> None:
    found = {normalise(kind, s) for s in spellings}
    if kind is K.URL and value is None:
        assert len({normalise(kind, s) for s in spellings[:2]}) == 1
        assert all(f.startswith("xn--") for f in found)
    else:
        assert {f[:6] if kind is K.SERIAL_PREFIX else f for f in found} == {value}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (K.PHONE, "432"), (K.PHONE, "566123"), (K.ACCOUNT, "6222000"), (K.COMPANY_CODE, "91140321"), (K.NAME, "某公司"),
        (K.NAME, "××健康管理服务部"), (K.NAME, "XX养老服务中心"), (K.PHONE, "139****4321"), (K.PHONE, "139XXXX4321"),
        (K.ACCOUNT, "6222 **** **** 1111"), (K.PHONE, "1390000…4321"), (K.NAME, "有限公司"), (K.URL, "localhost"), (K.URL, "无"), (K.SERIAL_PREFIX, "AB12*456"), (K.SERIAL_PREFIX, "AB12"),
    ],
)  # fmt: skip
def test_what_could_be_found_by_trying_is_no_value(kind: MatchKind, text: str) -> None:
    assert normalise(kind, text) == ""


def test_several_values_of_one_field_each_once() -> None:
    assert split("a、b；c，d\ne") == list("abcde")
    assert values_of(K.PHONE, f"{PHONE}、+86{PHONE}；110") == [PHONE]


@pytest.mark.parametrize(
    ("kind", "text", "public"),
    [
        (K.PHONE, "0353-96110", True), (K.PHONE, "0351 12345", True), (K.PHONE, "0000000", True), (K.PHONE, PHONE, False),
        (K.NAME, "中国农业银行股份有限公司", True), (K.NAME, "某某财富咨询", False), (K.URL, "https://www.taobao.com/", True),
        (K.URL, "taobao.com/shop/1", False), (K.ACCOUNT, "12345678", True), (K.ACCOUNT, "6222000000001111", False),
        (K.SERIAL_PREFIX, "AAAAAA", True),
    ],
)  # fmt: skip
def test_public_values_join_nothing(kind: MatchKind, text: str, public: bool) -> None:
    assert is_public(kind, normalise(kind, text)) is public
