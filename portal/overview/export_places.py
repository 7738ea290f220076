"""The pages about tenants below as workbooks: a county's units by period, and where counties ask more or earlier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from portal.campaigns.forms import Form
from portal.core.i18n import join_words, show_moment
from portal.core.periods import Period
from portal.core.text import Message, Text, _
from portal.documents.workbook import Column, Sheet, write_workbook
from portal.overview.drilldown import Standing, UnitMatrix
from portal.reporting.design.chain import Below


def write_units(
    stream: BinaryIO, matrix: UnitMatrix, *, place: str, form: Form, periods: Sequence[Period], office: str, now: datetime
) -> None:  # fmt: skip
    columns = [Column(label=_("单位"), width=28), *(Column(label=p.label, width=18) for p in periods)]

    def rows() -> Iterator[list[Any]]:
        for _id, name, cells in matrix.rows:
            yield [name, *(_said(cells.get(p.key)) for p in periods)]

    title = Message(_("%(place)s%(form)s各单位报送情况"), place=place, form=form.label)
    _write(stream, title, _("各单位"), columns, rows(), office, now)


def _said(found: Standing | None) -> Any:
    if found is None:
        return "—"
    if not found.submission_id:
        return Message(_("缺报：%(reason)s"), reason=found.reason)
    if found.late:
        return (
            Message(_("%(late)s：%(reason)s"), late=found.late, reason=found.reason)
            if found.reason
            else found.late
        )
    return _("按时，零报告") if found.zero else _("按时")


def write_differences(
    stream: BinaryIO, rows: Sequence[Below], *, period: Period | None, office: str, now: datetime
) -> None:
    columns = [
        Column(label=_("县（区）"), width=16),
        Column(label=_("报表"), width=26),
        Column(label=_("差异"), width=22),
        Column(label=_("本级时限"), width=20),
        Column(label=_("增加"), width=30),
        Column(label=_("改写"), width=30),
        Column(label=_("减少"), width=20),
        Column(label=_("依据"), width=26),
        Column(label=_("原因"), width=26),
    ]

    def lines() -> Iterator[list[Any]]:
        for r in rows:
            d = r.difference
            yield [
                r.place, Text(r.title), join_words(d.parts), show_moment(r.due_at), join_words(f.label for f in d.added),
                join_words(f"{before} → {after}" for before, after in d.reworded), join_words(d.hidden),
                d.local.basis if d.local else "", d.local.reason if d.local else "",
            ]  # fmt: skip

    title = Message(_("县级口径差异（%(period)s）"), period=period.label if period else "")
    _write(stream, title, _("县级口径差异"), columns, lines(), office, now)


def _write(
    stream: BinaryIO,
    title: Message,
    name: Text,
    columns: Sequence[Column],
    rows: Any,
    office: str,
    now: datetime,
) -> None:
    left = Message(_("汇总单位：%(office)s"), office=office)
    right = Message(_("数据截至 %(moment)s"), moment=show_moment(now))
    write_workbook(
        stream, [Sheet(title=title, name=name, columns=columns, rows=rows, left=left, right=right)]
    )
