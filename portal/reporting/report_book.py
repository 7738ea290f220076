"""The stored file of a period: a workbook that is a function of its facts alone, in Chinese.

So the same facts make the same bytes, and a file can be proved to show what it was made from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from portal.campaigns.forms import FieldKind
from portal.core.i18n import in_source_language, join_words, show_moment
from portal.core.text import Message, Text, _
from portal.documents.workbook import Column, Kind, Sheet, write_workbook
from portal.reporting.differences import say
from portal.reporting.standing import late_words
from portal.web.declared import show_stored

KINDS: dict[str, Text] = {
    "submitted": _("上报"),
    "closed": _("关账"),
    "late": _("关账后补报"),
}
_FIGURES = (FieldKind.INTEGER, FieldKind.MONEY)
Facts = Mapping[str, Any]


def write_book(facts: Facts, differences: Sequence[Mapping[str, Any]]) -> bytes:
    """``facts``: see ``archive.gather``, with ``number``, ``kind``, ``made_at`` and ``made_by``."""
    stream = BytesIO()
    with in_source_language():
        write_workbook(stream, _sheets(facts, differences), made_at=datetime.fromisoformat(facts["made_at"]))
    return stream.getvalue()


def _sheets(facts: Facts, differences: Sequence[Mapping[str, Any]]) -> Iterator[Sheet]:
    common: dict[str, Any] = {
        "left": Message(_("填报单位：%(tenant)s%(office)s"), tenant=facts["tenant"], office=facts["office"]),
        "right": Message(
            _("第 %(n)s 版 %(kind)s %(moment)s"), n=facts["number"], kind=KINDS[facts["kind"]],
            moment=show_moment(datetime.fromisoformat(facts["made_at"])),
        ),
    }  # fmt: skip
    yield _sums(facts, common)
    yield _units(facts, common)
    for table in facts["tables"]:
        yield _table(facts, table, common)
    if facts["gaps"]:
        columns = [Column(label=_("单位"), width=32), Column(label=_("缺报原因"), width=50)]
        rows = ([g["unit"], g["reason"]] for g in facts["gaps"])
        yield Sheet(title=_("缺报单位"), columns=columns, rows=rows, foot=(), **common)
    if facts["amended"]:
        yield _amended(facts, common)
    if facts["duplicates"]:
        yield _duplicates(facts, common)
    yield _story(facts, differences, common)


def labelled(field: Mapping[str, Any]) -> Any:
    if not field["unit"]:
        return field["label"]
    return Message(_("%(label)s（%(unit)s）"), label=field["label"], unit=field["unit"])


def figure(field: Mapping[str, Any], value: int | None) -> Any:
    """In the field's own unit, exact."""
    if value is None or field["kind"] != FieldKind.MONEY:
        return value
    return Decimal(value) / (1_000_000 if field["unit"] == _("万元") else 100)


def _kind(field: Mapping[str, Any]) -> Kind:
    return Kind.NUMBER if field["kind"] in _FIGURES else Kind.TEXT


def _cell(field: Mapping[str, Any], value: Any) -> Any:
    if field["kind"] in _FIGURES:
        return figure(field, value)
    if field["kind"] == FieldKind.FILES:
        return join_words(f["name"] for f in value or ())
    return show_stored(field, value, "")


def _sums(facts: Facts, common: dict[str, Any]) -> Sheet:
    net = bool(facts["net"])
    columns = [
        Column(label=_("类别"), width=16),
        Column(label=_("指标"), width=30),
        Column(label=_("计量单位"), width=10),
        Column(label=_("各单位合计"), width=14, kind=Kind.NUMBER),
        Column(label=_("县核定数"), width=14, kind=Kind.NUMBER),
        Column(label=_("核定原因"), width=30),
        *([Column(label=_("去重后"), width=14, kind=Kind.NUMBER)] if net else []),
    ]

    def rows() -> Iterator[list[Any]]:
        for field in facts["fields"]:
            if field["kind"] not in _FIGURES:
                continue
            key, own = field["key"], facts["amended"].get(field["key"], {})
            cells = [facts["sums"].get(key), own.get("value"), *([facts["net"].get(key)] if net else [])]
            shown = [figure(field, c) for c in cells]
            yield [
                field["section"],
                field["label"],
                field["unit"],
                *shown[:2],
                own.get("reason", ""),
                *shown[2:],
            ]

    title = Message(_("%(form)s汇总表（%(period)s）"), form=facts["title"], period=facts["period_label"])
    return Sheet(title=title, name=_("汇总表"), columns=columns, rows=rows(), **common)


def _units(facts: Facts, common: dict[str, Any]) -> Sheet:
    columns = [
        Column(label=_("单位"), width=26),
        Column(label=_("报出时间"), width=16, kind=Kind.MOMENT),
        Column(label=_("版次"), width=6, kind=Kind.NUMBER),
        Column(label=_("备注"), width=24),
    ]
    columns += [Column(label=labelled(f), width=11, kind=_kind(f)) for f in facts["fields"]]

    def rows() -> Iterator[list[Any]]:
        for unit in facts["units"]:
            values = [_cell(f, unit["values"].get(f["key"])) for f in facts["fields"]]
            yield [
                unit["unit"],
                datetime.fromisoformat(unit["filed_at"]),
                unit["edition"],
                _remark(unit),
                *values,
            ]

    return Sheet(title=_("各单位填报数"), columns=columns, rows=rows(), foot=(), **common)


def _remark(unit: Mapping[str, Any]) -> Any:
    late = late_words(unit["minutes"])
    words: list[Any] = [_("零报告")] if unit["zero"] else []
    if late is not None:
        words.append(Message(_("%(late)s：%(reason)s"), late=late, reason=unit["late_reason"]))
    return join_words(words)


def _table(facts: Facts, table: Mapping[str, Any], common: dict[str, Any]) -> Sheet:
    fields = table["fields"]
    columns = [
        Column(label=_("单位"), width=26),
        *(Column(label=labelled(f), width=16, kind=_kind(f)) for f in fields),
    ]
    rows = (
        [unit["unit"], *(_cell(f, row.get(f["key"])) for f in fields)]
        for unit in facts["units"]
        for row in unit["values"].get(table["key"]) or ()
    )
    return Sheet(title=table["label"], columns=columns, rows=rows, foot=(), **common)


def _amended(facts: Facts, common: dict[str, Any]) -> Sheet:
    columns = [
        Column(label=_("指标"), width=30),
        Column(label=_("各单位合计"), width=14, kind=Kind.NUMBER),
        Column(label=_("县核定数"), width=14, kind=Kind.NUMBER),
        Column(label=_("核定原因"), width=40),
        Column(label=_("核定人"), width=28),
        Column(label=_("核定时间"), width=16, kind=Kind.MOMENT),
    ]
    rows = (
        [labelled(f), figure(f, facts["sums"].get(f["key"])), figure(f, own["value"]), own["reason"], own["by"],
         datetime.fromisoformat(own["at"])]
        for f in facts["fields"] if (own := facts["amended"].get(f["key"]))
    )  # fmt: skip
    return Sheet(title=_("县核定数及原因"), columns=columns, rows=rows, foot=(), **common)


def _duplicates(facts: Facts, common: dict[str, Any]) -> Sheet:
    """对账单: what several units counted, and by how much the sums hold it too often."""
    columns = [
        Column(label=_("事项"), width=34),
        Column(label=_("日期"), width=12),
        Column(label=_("计入的单位"), width=40),
        Column(label=_("指标"), width=26),
        Column(label=_("重复计入"), width=12, kind=Kind.NUMBER),
    ]
    rows = (
        [d["matter"], d["day"], join_words(d["units"]), labelled(f), figure(f, d["extra"][f["key"]])]
        for d in facts["duplicates"]
        for f in facts["fields"]
        if f["key"] in d["extra"]
    )
    return Sheet(title=_("对账单"), columns=columns, rows=rows, foot=(), **common)


def _story(facts: Facts, differences: Sequence[Mapping[str, Any]], common: dict[str, Any]) -> Sheet:
    columns = [Column(label=_("项目"), width=22), Column(label=_("内容"), width=80)]
    counts = facts["counts"]

    def rows() -> Iterator[list[Any]]:
        yield [_("报告期"), facts["period_label"]]
        yield [_("时限"), show_moment(datetime.fromisoformat(facts["due_at"]))]
        yield [_("应报单位"), counts["expected"]]
        yield [_("已报单位"), counts["filed"]]
        yield [_("按时报送"), counts["on_time"]]
        yield [_("零报告"), counts["zero"]]
        yield [_("存档人"), facts["made_by"]]
        for difference in differences:
            yield [Message(_("与第 %(n)s 版相比"), n=facts["number"] - 1), say(difference)]

    return Sheet(title=_("说明"), columns=columns, rows=rows(), foot=(), **common)
