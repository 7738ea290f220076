"""Dates and amounts as official papers write them, in Chinese whatever the reader's language."""

from __future__ import annotations

import re
from datetime import date, datetime

from portal.core.clock import SHANGHAI
from portal.core.text import written

_DIGITS = written("零壹贰叁肆伍陆柒捌玖")
_PLACES = ("", written("拾"), written("佰"), written("仟"))
_GROUPS = ("", written("万"), written("亿"), written("万亿"))
_WEEKDAYS = written("一二三四五六日")
_LARGEST = 10**18


def write_day(day: date | str | None) -> str:
    """2026年3月31日, without leading zeros; also from an ISO date. The place of one that is not known stays open."""
    if isinstance(day, str) and day:
        day = date.fromisoformat(day[:10])
    if not isinstance(day, date):
        return written("    年  月  日")
    return written("{0}年{1}月{2}日").format(day.year, day.month, day.day)


def write_moment(moment: datetime | str | None) -> str:
    """2026年4月15日（星期三）9:30; also from ISO 8601."""
    if not moment:
        return write_day(None)
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    at = at.astimezone(SHANGHAI)
    return written("{0}（星期{1}）{2}:{3:02d}").format(
        write_day(at.date()), _WEEKDAYS[at.weekday()], at.hour, at.minute
    )


def capital_amount(fen: int) -> str:
    """大写金额 of vouchers (《支付结算办法》附一): 52960 元 is 伍万贰仟玖佰陆拾元整, 1680.32 元 壹仟陆佰捌拾元叁角贰分."""
    if abs(fen) >= _LARGEST:
        raise ValueError(fen)
    sign = written("负") if fen < 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    tenths, cents = divmod(rest, 10)
    said = _whole(yuan) + written("元") if yuan or not rest else ""
    if not rest:
        return sign + said + written("整")
    if tenths:
        said += _DIGITS[tenths] + written("角")
    elif said:
        said += _DIGITS[0]
    return sign + said + (_DIGITS[cents] + written("分") if cents else written("整"))


def _whole(number: int) -> str:
    """Of several zeros one is said, at the end of a group none."""
    if not number:
        return _DIGITS[0]
    said, group = "", 0
    while number:
        number, part = divmod(number, 10_000)
        if part:
            digits = "".join(
                _DIGITS[d] + (_PLACES[3 - n] if d else "") for n, d in enumerate(map(int, f"{part:04d}"))
            )
            digits = re.sub(f"{_DIGITS[0]}+", _DIGITS[0], digits).rstrip(_DIGITS[0])
            unit = written("万") if group == 3 and _GROUPS[2] in said else _GROUPS[group]
            said = digits + unit + said
        elif said and not said.startswith(_DIGITS[0]):
            said = _DIGITS[0] + said
        group += 1
    return said.removeprefix(_DIGITS[0])
