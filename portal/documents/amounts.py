"""Numbers as people write them into a spreadsheet: 3万, 0.5 亿元, ２, 三万五千.

What is not plainly a number becomes a proposal that a person confirms; what says nothing (—, 无, 同上) is asked
about. Nothing is ever turned into 0 here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.campaigns.forms import Field, FieldKind
from portal.core.text import Message, Text, _, written
from portal.web.declared import input_text
from portal.web.inputs import Unusable, parse_integer, parse_money

LONGEST = 40
_YUAN, _WAN_YUAN = _("元"), _("万元")
_PLAIN = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?")
_ARABIC = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?")
_DIGITS = {
    c: n % 10 for n, c in enumerate(written("零一二三四五六七八九") + written("〇壹贰叁肆伍陆柒捌玖"))
} | {written("两"): 2}
_SMALL = dict(zip(written("十百千拾佰仟"), (10, 100, 1000) * 2, strict=True))
_LARGE = dict(zip(written("万亿"), (10**4, 10**8), strict=True))
_ZERO, _POINT = written("零"), written("点")
_MONEY_TAIL = re.compile(written("(?:元|圆|块)(?:整|正)?"))
_MONEY_HEAD = re.compile(rf"(?:[¥￥]|RMB|CNY|{_('人民币')})", re.IGNORECASE)
_VAGUE = re.compile(written("约|近|余|多|左右|上下|以上|以下|以内|超|不足|几|数"))
_NOTHING = frozenset(
    unicodedata.normalize("NFKC", word).casefold()
    for word in ("—", "－", "-", "–", "―", "——", "--", "/", "\\", "〃", "″", "…", "×", "*", "n/a", "na", "null",
                 *written("一一 无 没有 暂无 未发生 同上 同前 不详 待定 待核 不涉及 略").split())
)  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """What a cell says. ``sure``: it may enter as it is; else ``sentence`` says what a person decides.

    ``value`` None and not sure: refused, or, with ``asks``, left as it was until somebody says 0.
    """

    value: Any
    sure: bool
    sentence: Message | Text | None = None
    asks: bool = False

    @property
    def refused(self) -> bool:
        return not self.sure and not self.asks and self.value is None


NOTHING = Reading(None, True)


def refusal(sentence: Message | Text) -> Reading:
    return Reading(None, False, sentence)


def read_amount(text: str, field: Field) -> Reading:
    """``text`` in a cell of ``field`` (integer or money; the value is fen for money)."""
    typed = text.strip(" \t\r\n\u3000\u00a0")
    if not typed:
        return NOTHING
    if _PLAIN.fullmatch(typed):
        return _value(typed, field, None)
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed))
    if plain.casefold() in _NOTHING:
        return Reading(None, False, Message(_("“%(typed)s”不是数字：保持原值，或填 0。"), typed=typed), True)
    if len(plain) > LONGEST:
        return refusal(_("不是数字。请只填阿拉伯数字，文字请写入文字栏目。"))
    try:
        amount = _amount(plain, field)
    except Unusable as error:
        return refusal(Message(_("“%(typed)s”%(what)s"), typed=typed, what=error.message))
    return _value(format(amount.normalize(), "f"), field, typed)


def _amount(plain: str, field: Field) -> Decimal:
    """In the field's own unit."""
    if _VAGUE.search(plain):
        raise Unusable(_("不是确数，请填准确的数字。"))
    negative = plain.startswith("-")
    head = _MONEY_HEAD.match(plain := plain.removeprefix("-"))
    body = plain[head.end() :] if head else plain
    tail = _MONEY_TAIL.search(body)
    money = head is not None or (tail is not None and tail.end() == len(body))
    if tail is not None and tail.end() == len(body):
        body = body[: tail.start()]
    elif field.unit and body.endswith(field.unit):
        body = body.removesuffix(field.unit)
    number = _evaluate(body)
    if field.unit == _WAN_YUAN:
        if money or set(body) & set(_LARGE):
            number /= 10**4
        elif set(body) & set(_SMALL) - set(written("十拾")):
            raise Unusable(_("不知是元还是万元。本栏以万元为单位，请只填数字。"))
    return -number if negative else number


def _value(plain: str, field: Field, typed: str | None) -> Reading:
    """``typed`` None: the text was the number itself, nothing is to be confirmed."""
    try:
        value = to_value(plain, field)
    except Unusable as error:
        if typed is None:
            return refusal(error.message)
        return refusal(Message(_("“%(typed)s”%(what)s"), typed=typed, what=error.message))
    if typed is None:
        return Reading(value, True)
    shown = {"typed": typed, "value": input_text(field, value)}
    if not field.unit:
        return Reading(value, False, Message(_("“%(typed)s”读作 %(value)s，请确认。"), **shown))
    text = _("“%(typed)s”读作 %(value)s %(unit)s，请确认。")
    return Reading(value, False, Message(text, unit=field.unit, **shown))


def to_value(plain: str, field: Field) -> int:
    """The stored value of a plain decimal in the field's unit; ``Unusable`` when the field cannot hold it."""
    negative = field.minimum is None or field.minimum < 0
    if field.kind is FieldKind.MONEY:
        number = parse_money(plain, field.unit or _YUAN)
    else:
        number = parse_integer(plain.removesuffix(".0"), negative=negative)
    if field.minimum is not None and number < field.minimum:
        raise Unusable(Message(_("不能小于 %(n)s。"), n=input_text(field, field.minimum)))
    if field.maximum is not None and number > field.maximum:
        raise Unusable(Message(_("不能大于 %(n)s。"), n=input_text(field, field.maximum)))
    return number


_UNREADABLE = _("读不出数字。请只填阿拉伯数字，例如 100000。")


def _evaluate(text: str) -> Decimal:
    """Arabic and Chinese numerals and any mixture that people say: 3万5千, 一亿二, 二〇二五, 三点五万."""
    if text and all(c in _DIGITS for c in text):
        return Decimal("".join(str(_DIGITS[c]) for c in text))
    total = section = Decimal(0)
    number: Decimal | None = None
    last, small, large, zero, place = 0, 10**4, 10**12, False, 0
    while place < len(text):
        c = text[place]
        if found := _ARABIC.match(text, place):
            if number is not None:
                raise Unusable(_UNREADABLE)
            number, place = Decimal(found[0].replace(",", "")), found.end()
            continue
        place += 1
        if c == _POINT and number is not None and number < 10:
            number, place = _fraction(section + number, text, place)
            section = Decimal(0)
        elif c == _ZERO or c == written("〇"):
            if number is not None:
                raise Unusable(_UNREADABLE)
            zero = True
        elif c in _DIGITS:
            if number is not None:
                raise Unusable(_UNREADABLE)
            number = Decimal(_DIGITS[c])
        elif c in _SMALL and _SMALL[c] < small and (number is not None or _SMALL[c] == 10):
            last = small = _SMALL[c]
            section, number, zero = section + (1 if number is None else number) * last, None, False
        elif c in _LARGE and _LARGE[c] < large and (section or number is not None):
            last, small = _LARGE[c], 10**4
            amount = section + (number or 0)
            if c == written("亿") and total:
                total, large = (total + amount) * last, last
            else:
                total, large = total + amount * last, last
            section, number, zero = Decimal(0), None, False
        elif (
            c in _LARGE and total and not section and number is None and large == 10**4 and _LARGE[c] == 10**8
        ):
            total, last, large = total * 10**8, 10**8, 10**8  # 万亿
        else:
            raise Unusable(_UNREADABLE)
    if number is None and not last and not section:
        raise Unusable(_UNREADABLE)
    rest = number or Decimal(0)
    if number is not None and last >= 100 and not zero and number < 10 and number == int(number):
        rest = number * (last // 10)  # 三万五 is 35,000
    return total + section + rest


def _fraction(whole: Decimal, text: str, place: int) -> tuple[Decimal, int]:
    """三点五: the digits behind the point, and the place behind them."""
    digits = ""
    while place < len(text) and text[place] in _DIGITS:
        digits, place = digits + str(_DIGITS[text[place]]), place + 1
    if not digits:
        raise Unusable(_UNREADABLE)
    return whole + Decimal(f"0.{digits}"), place
