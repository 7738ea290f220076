"""From what a person typed to what the portal stores. Pure functions; refusals say what to type instead."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, cast

from flask_babel import lazy_gettext
from wtforms import StringField
from wtforms.validators import StopValidation

from portal.core.clock import SHANGHAI
from portal.core.i18n import translate
from portal.core.text import Message, Text, _

MAX_FEN = 10**15
MAX_INTEGER = 10**12
_LONGEST_NUMBER = 40
_FEN = {_("元"): (100, 2), _("万元"): (1_000_000, 6)}
"""Unit of a money field -> fen in one unit, decimals taken."""
_YUAN = {_("元"): 1, _("百元"): 10**2, _("千元"): 10**3, _("万"): 10**4, _("万元"): 10**4, _("亿"): 10**8,
         _("亿元"): 10**8}  # fmt: skip
_FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)} | {
    ord(wide): plain for wide, plain in zip("\uff0c\uff0e\uff0d\u2212\uff1a", ",.--:", strict=True)
} | dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\u3000"), " ")  # fmt: skip
_PLAIN = re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:[, ][0-9]{3})+)(?:\.[0-9]+)?")
_WITH_WORD = re.compile(r"([0-9][0-9., ]*) ?([\u4e00-\u9fff]{1,2})")
_IDEOGRAPH = re.compile(r"[\u3007\u4e00-\u9fff]")
_EXPONENT = re.compile(r"[0-9.]+[eE][+-]?[0-9]+")
_DATE = re.compile(r"([0-9]{4})[-/.\u5e74]([0-9]{1,2})[-/.\u6708]([0-9]{1,2})\u65e5?")
_MOMENT = re.compile(r"([^ T]{8,11})[ T]{1,2}([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_HIDDEN = frozenset("\u115f\u1160\u3164\uffa0\u034f\u2800\u2028\u2029")
"""Blank letters and line ends that are neither control nor format characters."""


class Unusable(ValueError):
    """What was typed cannot be taken; ``message`` says what to type."""

    def __init__(self, message: Message | Text) -> None:
        self.message = message
        super().__init__(str(message))


def clean_text(text: str, max_length: int = 200, *, lines: bool = False) -> str:
    """NFC without outer blanks. Refuses control, bidirectional and zero-width characters, and line ends
    unless ``lines``. A tab, as pasted from a spreadsheet, becomes a blank.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").strip(" \n\u3000\u00a0")
    if len(text) > max_length * 4:  # before the slower steps
        raise _too_long(len(text), max_length)
    for place, letter in enumerate(text, 1):
        if letter == "\n":
            if not lines:
                raise Unusable(_("此处只填一行，请删去换行。"))
        elif unicodedata.category(letter) in ("Cc", "Cf", "Cs") or letter in _HIDDEN:
            code = f"U+{ord(letter):04X}"
            raise Unusable(
                Message(
                    _("第 %(n)s 个字符是看不见的控制字符（%(code)s），请删去后重新填写。"), n=place, code=code
                )
            )
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) > max_length:
        raise _too_long(len(text), max_length)
    return text


def _too_long(length: int, max_length: int) -> Unusable:
    return Unusable(Message(_("共 %(n)s 字，最多 %(max)s 字，请删减。"), n=length, max=max_length))


def _l(text: str) -> str:
    """Interface text in the class body of a form: translated when it is shown."""
    return cast(str, lazy_gettext(text))


class CleanString:
    """WTForms validator: the field's data becomes its clean text, or the field says what is wrong with it."""

    def __init__(self, max_length: int = 200, *, lines: bool = False) -> None:
        self.max_length, self.lines = max_length, lines
        self.field_flags = {"maxlength": max_length}

    def __call__(self, _form: Any, field: Any) -> None:
        try:
            field.data = clean_text(field.data or "", self.max_length, lines=self.lines)
        except Unusable as error:
            raise StopValidation(str(translate(error.message))) from error


def row_id(text: Any) -> int:
    """The id that a form names; 0, which no row has, for what cannot be one."""
    text = str(text)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def local_path(target: str) -> str:
    """``target`` if it is a path of this portal, else ''. Browsers take a backslash for a slash."""
    plain = target.startswith("/") and target.isprintable() and "\\" not in target
    return target if plain and not target.startswith("//") else ""


def parse_integer(text: str, *, negative: bool = False) -> int:
    """A whole number; full-width digits and separators of thousands are taken."""
    plain = _plain_number(text)
    if "." in plain:
        raise Unusable(_("此处填整数，请去掉小数。"))
    if plain.startswith("-") and not negative:
        raise Unusable(_("不能填负数，请填 0 或正整数。"))
    number = int(plain)
    if abs(number) > MAX_INTEGER:
        raise Unusable(_("数字过大，请核对位数。"))
    return number


def parse_money(text: str, unit: str) -> int:
    """Fen from an amount typed in ``unit``: 元 with up to 2 decimals, 万元 with up to 6."""
    factor, decimals = _FEN[Text(unit)]
    plain = _plain_number(text, unit)
    if plain.startswith("-"):
        raise Unusable(_("金额不能填负数。"))
    _whole, _point, fraction = plain.partition(".")
    if len(fraction) > decimals:
        raise Unusable(Message(_("以%(unit)s为单位，最多 %(n)s 位小数。"), unit=Text(unit), n=decimals))
    fen = int(Decimal(plain) * factor)
    if fen > MAX_FEN:
        raise Unusable(Message(_("金额过大，请核对位数和单位。本栏以%(unit)s为单位。"), unit=Text(unit)))
    return fen


def show_money(fen: int, unit: str) -> str:
    """The exact amount in ``unit`` with separators of thousands; ``parse_money`` reads it back."""
    factor, decimals = _FEN[Text(unit)]
    whole, rest = divmod(abs(fen), factor)
    fraction = f"{rest:0{decimals}d}"
    fraction = fraction.rstrip("0") if decimals > 2 else fraction.removesuffix("00")
    return f"{'-' if fen < 0 else ''}{whole:,}{'.' if fraction else ''}{fraction}"


def _plain_number(text: str, unit: str = "") -> str:
    """ASCII digits with at most a sign and a point, or the sentence that says what to type."""
    text = text.translate(_FULL_WIDTH).strip()
    if len(text) <= _LONGEST_NUMBER:
        if _PLAIN.fullmatch(text):
            return text.replace(",", "").replace(" ", "")
        if unit and (found := _WITH_WORD.fullmatch(text)) and found[2] in _YUAN:
            raise _with_word(found[1].strip(), found[2], unit)
        if _EXPONENT.fullmatch(text):
            raise Unusable(_("不能用科学计数法，请写出全部数字，例如 100000。"))
        if _IDEOGRAPH.search(text):
            raise Unusable(_("不能用中文数字，也不写单位，请用阿拉伯数字填写，例如 100000。"))
        if re.fullmatch(r"[0-9., -]+", text):
            raise Unusable(_("千分位或小数点的位置不对，请写成 12345.67 或 12,345.67。"))
    raise Unusable(_("请用阿拉伯数字填写，例如 100000。"))


def _with_word(number: str, word: str, unit: str) -> Unusable:
    """In a field of 元, 10 followed by the word for ten thousand: say 100,000."""
    if _PLAIN.fullmatch(number):
        fen = Decimal(number.replace(",", "").replace(" ", "")) * _YUAN[Text(word)] * 100
        if fen == int(fen) and fen <= MAX_FEN:
            shown = show_money(int(fen), unit)
            return Unusable(
                Message(_("只填数字，本栏以%(unit)s为单位：请填 %(number)s。"), unit=Text(unit), number=shown)
            )
    return Unusable(Message(_("只填数字，本栏以%(unit)s为单位。"), unit=Text(unit)))


def parse_date(text: str) -> date:
    found = _DATE.fullmatch(text.translate(_FULL_WIDTH).strip()[:20])
    if found:
        try:
            day = date(*(int(part) for part in found.groups()))
        except ValueError:
            raise Unusable(_("没有这一天，请核对年月日。")) from None
        if 1900 <= day.year <= 2100:
            return day
    raise Unusable(_("请填日期，例如 2026-09-30。"))


def parse_moment(text: str) -> datetime:
    """Date and time of day in Shanghai."""
    found = _MOMENT.fullmatch(text.translate(_FULL_WIDTH).strip()[:30])
    if not found:
        raise Unusable(_("请填日期和时间，例如 2026-09-30 17:40。"))
    day = parse_date(found[1])
    try:
        return datetime.combine(day, time(int(found[2]), int(found[3]), int(found[4] or 0)), SHANGHAI)
    except ValueError:
        raise Unusable(_("没有这个时刻，请按 24 小时制填写，例如 17:40。")) from None


class MomentField(StringField):
    """Date and time of day; ``moment`` once valid. What cannot be read stays in the input as typed."""

    moment: datetime | None = None

    def pre_validate(self, form: Any) -> None:
        self.moment = None
        if (self.data or "").strip():
            try:
                self.moment = parse_moment(self.data or "")
            except Unusable as error:
                raise StopValidation(str(translate(error.message))) from error

    def __call__(self, **more: Any) -> Any:
        if self.moment or not (self.errors and self.data):
            more.setdefault("type", "datetime-local")
            if len(self.data or "") > len("2026-09-30T17:40"):
                more.setdefault("step", 1)
        return super().__call__(**more)


class DayField(StringField):
    """A date; ``day`` once valid. What cannot be read stays in the input as typed."""

    day: date | None = None

    def pre_validate(self, form: Any) -> None:
        self.day = None
        if (self.data or "").strip():
            try:
                self.day = parse_date(self.data or "")
            except Unusable as error:
                raise StopValidation(str(translate(error.message))) from error

    def __call__(self, **more: Any) -> Any:
        if self.day or not (self.errors and self.data):
            more.setdefault("type", "date")
            if self.day:
                self.data = self.day.isoformat()  # as the input wants it, whatever way it was typed
        return super().__call__(**more)


class YuanField(StringField):
    """An amount in 元; ``fen`` once valid, None where nothing was typed."""

    fen: int | None = None

    def pre_validate(self, form: Any) -> None:
        self.fen = None
        if (self.data or "").strip():
            try:
                self.fen = parse_money(self.data or "", _("元"))
            except Unusable as error:
                raise StopValidation(str(translate(error.message))) from error


def moment_text(moment: datetime) -> str:
    """As a ``datetime-local`` input has it; seconds only where there are any."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S").removesuffix(":00")
