"""Building blocks of the house's templates: fields, and paragraphs made of what was answered."""

from __future__ import annotations

import re
from collections.abc import Callable

from portal.campaigns.forms import Field, FieldKind
from portal.campaigns.papers import Words
from portal.campaigns.sources import Values
from portal.core.chinese import write_day, write_moment
from portal.core.text import Message, Text, _, written

LONG = 5000
_OWN_NUMBER = re.compile(
    written(r"\s*(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十0-9]+[）)]|[0-9]{1,2}[.．、)])")
)


def line(key: str, label: Text, *, required: bool = True, hint: Text | None = None, most: int = 200) -> Field:
    return Field(
        key=key, label=label, kind=FieldKind.TEXT, required=required, definition=hint, max_length=most
    )


def lines(key: str, label: Text, *, required: bool = True, hint: Text | None = None) -> Field:
    """Several matters, one a line."""
    return Field(
        key=key, label=label, kind=FieldKind.LONG_TEXT, required=required, definition=hint, max_length=LONG
    )


def day(key: str, label: Text, *, required: bool = False) -> Field:
    return Field(key=key, label=label, kind=FieldKind.DATE, required=required)


def moment(key: str, label: Text, *, required: bool = True) -> Field:
    return Field(key=key, label=label, kind=FieldKind.MOMENT, required=required)


MATTER = line("matter", _("事项"), hint=_("写入标题，“关于”和文种由系统加。"))
BASIS = line("basis", _("依据"), required=False, hint=_("文件名称和文号。"))
CONTACT = line("contact", _("联系人岗位和办公电话"), required=False, hint=_("不写个人手机号码。"))


def said(values: Values, key: str) -> str:
    return str(values.get(key) or "").strip()


def day_of(values: Values, key: str) -> str:
    return write_day(values.get(key))


def moment_of(values: Values, key: str) -> str:
    return write_moment(values.get(key))


def list_lines(values: Values, key: str) -> list[str]:
    return [text for row in said(values, key).splitlines() if (text := row.strip())]


def numbered(values: Values, key: str) -> list[str]:
    """1. 2. … in front of several lines that have no number of their own."""
    rows = list_lines(values, key)
    if len(rows) < 2 or any(_OWN_NUMBER.match(row) for row in rows):
        return rows
    return [f"{n}. {row}" for n, row in enumerate(rows, 1)]


_CHAPTERS = written("一二三四五六七八九十")


def chapters(*parts: tuple[str, list[str]]) -> list[str]:
    """一、二、… over the parts that have something to say."""
    found: list[str] = []
    kept = [(head, rows) for head, rows in parts if rows]
    for number, (head, rows) in zip(_CHAPTERS, kept, strict=False):
        found += [number + written("、") + head, *rows]
    return found


def contact(values: Values) -> list[str]:
    return (
        [written("联系方式：{0}。").format(said(values, "contact").rstrip(written("。")))]
        if said(values, "contact")
        else []
    )


def by_day(values: Values, key: str, sentence: str) -> list[str]:
    """``sentence`` has one place for the date; nothing where there is none."""
    return [sentence.format(day_of(values, key))] if values.get(key) else []


def about(sort: str) -> Callable[[Values], Words]:
    """关于…的通知, without saying 关于 or the sort twice."""

    def title(values: Values) -> Words:
        matter = said(values, "matter").removeprefix(written("关于"))
        matter = matter.removesuffix(written("的") + sort)
        return Message(written("关于%(matter)s的%(sort)s"), matter=matter, sort=sort)

    return title


def fixed(text: str) -> Callable[[Values], Words]:
    return lambda _values: text
