"""The list and the coverage as workbooks: what the page shows, as filtered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, BinaryIO

from portal.activities.coverage import Coverage
from portal.activities.listing import Filters, Row
from portal.activities.places import Tally
from portal.activities.words import audience_label, kind_label
from portal.core.i18n import join_words, show_moment
from portal.core.text import Message, Text, _
from portal.documents.workbook import Column, Kind, Sheet, write_workbook


def write_list(
    stream: BinaryIO, rows: Iterable[Row], *, filters: Filters, office: str, now: datetime
) -> None:
    columns = (
        Column(label=_("日期"), width=12, kind=Kind.DATE),
        Column(label=_("活动名称"), width=34),
        Column(label=_("形式"), width=10),
        Column(label=_("面向"), width=10),
        Column(label=_("地点"), width=22),
        Column(label=_("主办单位"), width=18),
        Column(label=_("参加单位"), width=34),
        Column(label=_("现场人数（人）"), width=10, kind=Kind.NUMBER),
        Column(label=_("发放资料（份）"), width=10, kind=Kind.NUMBER),
        Column(label=_("学时"), width=8, kind=Kind.NUMBER),
        Column(label=_("状态"), width=9),
    )

    def lines() -> Iterator[list[Any]]:
        for row in rows:
            yield [
                row.held_on, row.title, kind_label(row.kind), audience_label(row.audience) if row.audience else "",
                row.place, row.unit_name, join_words(row.others), row.reach, row.materials, row.hours or None,
                _("已撤销") if row.withdrawn_at else "",
            ]  # fmt: skip

    title = (
        Message(_("宣传活动登记表（%(month)s）"), month=filters.month.label)
        if filters.month
        else _("宣传活动登记表")
    )
    write_workbook(stream, [Sheet(title=title, name=_("宣传活动"), columns=columns, rows=lines(), **_ends(office, now))])  # fmt: skip


def write_coverage(stream: BinaryIO, view: Coverage, *, office: str, now: datetime) -> None:
    columns = [Column(label=_("单位"), width=20)]
    columns += [Column(label=month.label, width=9, kind=Kind.NUMBER) for month in view.months]
    columns.append(Column(label=_("本月形式"), width=26))

    def lines() -> Iterator[list[Any]]:
        for line in view.lines:
            cells = [c.count or (_("缺") if c.light == "late" else "—") for c in line.cells]
            yield [line.name, *cells, kinds_text(line.kinds)]

    title = Message(_("活动场次覆盖（%(month)s）：%(head)s"), month=view.month.label, head=head_line(view))
    write_workbook(stream, [Sheet(title=title, name=_("场次覆盖"), columns=columns, rows=lines(), **_ends(office, now))])  # fmt: skip


def write_places(
    stream: BinaryIO, tallies: Iterable[Tally], *, year: int, office: str, now: datetime
) -> None:
    columns = (
        Column(label=_("类别"), width=10),
        Column(label=_("乡镇街道"), width=18),
        Column(label=_("场所"), width=34),
        Column(label=_("到过（次）"), width=10, kind=Kind.NUMBER),
        Column(label=_("最近一次"), width=12, kind=Kind.DATE),
    )
    lines = ([audience_label(t.kind), r.area, r.name, r.times, r.last] for t in tallies for r in t.rows)
    title = Message(_("五进场所覆盖情况（%(year)s 年）"), year=year)
    write_workbook(stream, [Sheet(title=title, name=_("五进覆盖"), columns=columns, rows=lines, **_ends(office, now))])  # fmt: skip


def head_line(view: Coverage) -> Message | Text:
    """26 个成员单位中 25 个已开展，96.15%."""
    if not view.expected:
        return _("本月没有应开展活动的单位")
    return Message(
        _("%(all)s 个成员单位中 %(done)s 个已开展，%(percent)s%%"),
        all=view.expected,
        done=view.done,
        percent=view.percent,
    )


def kinds_text(kinds: Iterable[tuple[str, int]]) -> str:
    return join_words(Message(_("%(kind)s %(n)s"), kind=kind_label(key), n=n) for key, n in kinds)


def _ends(office: str, now: datetime) -> dict[str, Any]:
    return {"left": Message(_("填报单位：%(unit)s"), unit=office), "right": show_moment(now)}
