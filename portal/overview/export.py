"""The overview as a workbook: the same three tables, from the same objects that the page shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO

from portal.core.i18n import join_words, show_moment
from portal.core.text import Message, Text, _
from portal.documents.workbook import Column, Kind, Sheet, write_workbook
from portal.overview.services import Overview
from portal.overview.standing import Standing
from portal.overview.summary import Summary
from portal.overview.tables import Amount, Figure, all_rows, amount, headline, total

_NONE = "—"


def write_overview(stream: BinaryIO, view: Overview, *, office: str, now: datetime) -> None:
    """``office``: who draws it up, for the line under the title."""
    left = Message(_("汇总单位：%(office)s"), office=office)
    sheets = [_completeness, _totals, _indicators]
    if any(view.span.chosen.key in line.beside for line in view.lines):
        sheets.append(_beside)
    write_workbook(stream, (make(view, left, show_moment(now)) for make in sheets))


def line_label(view: Overview | Summary) -> Text:
    return _("单位") if view.of_units else _("县（区）")


def foot_label(view: Overview) -> Message:
    done, every = view.submitted
    if view.of_units:
        return Message(_("合计（%(done)s / %(every)s 家）"), done=done, every=every)
    return Message(_("合计（%(done)s / %(every)s 县）"), done=done, every=every)


def _completeness(view: Overview, left: Message, moment: Any) -> Sheet:
    columns = [Column(label=line_label(view), width=18)]
    for period in view.span.periods:
        named = [_("应报"), _("已报"), _("完整率"), _("按时率"), _("状态")]
        for n, name in enumerate(named):
            label = Message(_("%(period)s%(name)s"), period=period.label, name=name)
            columns.append(Column(label=label, width=9, kind=Kind.PERCENT if n in (2, 3) else Kind.NUMBER))
    columns.append(Column(label=_("缺报及原因"), width=40))

    def rows() -> Iterator[list[Any]]:
        for line in view.lines:
            cells = [c for p in view.span.periods for c in _counts(line.standings.get(p.key))]
            yield [line.name, *cells, join_words(line.gap) or _NONE]
        cells = [c for p in view.span.periods for c in _counts(view.total(p))]
        yield [_("合计"), *cells, ""]

    title = Message(_("%(form)s报送情况"), form=view.form.label)
    return Sheet(
        title=title, name=_("报送情况"), columns=columns, rows=rows(), left=left, right=_as_of(moment)
    )


def _counts(standing: Standing | None) -> list[Any]:
    if standing is None:
        return [_NONE] * 5
    known = [standing.complete, standing.timely]
    return [standing.expected, standing.filed, *(_NONE if k is None else k for k in known), standing.word]


def _totals(view: Overview, left: Message, moment: Any) -> Sheet:
    figures = headline(view.form)
    columns = [Column(label=line_label(view), width=18)]
    for figure in figures:
        columns.append(Column(label=_titled(figure), width=15, kind=_kind(figure)))
        if not figure.cumulative:
            points = figure.rate
            names = (_("同比（百分点）"), _("环比（百分点）")) if points else (_("同比"), _("环比"))
            columns += [Column(label=n, width=9, kind=Kind.NUMBER if points else Kind.PERCENT) for n in names]

    def rows() -> Iterator[list[Any]]:
        for line in view.lines:
            yield [line.name, *(c for f in figures for c in _cells(f, amount(view, f, line)))]
        yield [foot_label(view), *(c for f in figures for c in _cells(f, total(view, f)))]

    title = Message(_("%(form)s主要指标（%(period)s）"), form=view.form.label, period=view.span.chosen.label)
    return Sheet(
        title=title, name=_("主要指标"), columns=columns, rows=rows(), left=left, right=_as_of(moment)
    )


def _cells(figure: Figure, found: Amount) -> list[Any]:
    cells = [_blank(found.value)]
    return cells if figure.cumulative else [*cells, _blank(found.year_on_year), _blank(found.month_on_month)]


def _indicators(view: Overview, left: Message, moment: Any) -> Sheet:
    columns = [
        Column(label=_("类别"), width=16),
        Column(label=_("指标"), width=28),
        Column(label=_("计量单位"), width=9),
    ]
    columns += [Column(label=line.name, width=13, kind=Kind.NUMBER) for line in view.lines]
    columns += [Column(label=foot_label(view), width=14, kind=Kind.NUMBER)]
    columns += [Column(label=_("本年累计"), width=14, kind=Kind.NUMBER)]

    def rows() -> Iterator[list[Any]]:
        for group, found in all_rows(view):
            for row in found:
                values = (*row.values, row.total.value, row.year)
                shown = (_blank(in_unit(row.figure, v)) for v in values)
                yield [group, row.figure.label, row.figure.unit or "", *shown]

    title = Message(_("%(form)s全部指标（%(period)s）"), form=view.form.label, period=view.span.chosen.label)
    return Sheet(
        title=title, name=_("全部指标"), columns=columns, rows=rows(), left=left, right=_as_of(moment)
    )


def _beside(view: Overview, left: Message, moment: Any) -> Sheet:
    """对账: where a county gave a figure of its own, or a matter was counted by several units."""
    columns = [
        Column(label=line_label(view), width=18),
        Column(label=_("指标"), width=26),
        Column(label=_("计入汇总"), width=12, kind=Kind.NUMBER),
        Column(label=_("各单位合计"), width=12, kind=Kind.NUMBER),
        Column(label=_("核定原因"), width=30),
        Column(label=_("去重后"), width=12, kind=Kind.NUMBER),
        Column(label=_("重复计入的事项"), width=50),
    ]

    def rows() -> Iterator[list[Any]]:
        for _group, found in all_rows(view):
            for row in found:
                for line, a in zip(view.lines, row.cells, strict=True):
                    if not a.why and a.net is None:
                        continue
                    f = row.figure
                    matters = (f"{m['matter']}（{m['day']}）{join_words(m['units'])}" for m in a.matters)
                    yield [
                        line.name, _titled(f), _blank(in_unit(f, a.value)),
                        _blank(in_unit(f, a.summed if a.why else a.value)), join_words(a.why),
                        "" if a.net is None else in_unit(f, a.net), "；".join(matters),
                    ]  # fmt: skip

    title = Message(
        _("%(form)s核定与对账（%(period)s）"), form=view.form.label, period=view.span.chosen.label
    )
    return Sheet(title=title, name=_("对账"), columns=columns, rows=rows(), left=left, right=_as_of(moment))


def write_summary(stream: BinaryIO, view: Summary, *, office: str, now: datetime) -> None:
    """报送总览 as filtered: one sheet."""
    columns = [Column(label=line_label(view), width=18)]
    for head in view.heads:
        for n, name in enumerate((_("应报"), _("已报"), _("完整率"), _("按时率"), _("状态"))):
            label = Message(
                _("%(campaign)s%(form)s%(name)s"), campaign=head.campaign.label, form=head.label, name=name
            )
            columns.append(Column(label=label, width=10, kind=Kind.PERCENT if n in (2, 3) else Kind.NUMBER))

    def rows() -> Iterator[list[Any]]:
        for line in view.lines:
            cells = [line.cells.get((h.campaign.key, h.form)) for h in view.heads]
            yield [line.name, *(c for cell in cells for c in _counts(cell.whole if cell else None))]
        yield [_("合计"), *(c for h in view.heads for c in _counts(view.total(h)))]

    title = Message(_("报送总览（%(period)s）"), period=view.span.label)
    left = Message(_("汇总单位：%(office)s"), office=office)
    sheet = Sheet(
        title=title,
        name=_("报送总览"),
        columns=columns,
        rows=rows(),
        left=left,
        right=_as_of(show_moment(now)),
    )
    write_workbook(stream, [sheet])


def _as_of(moment: Any) -> Message:
    return Message(_("数据截至 %(moment)s"), moment=moment)


def _titled(figure: Figure) -> Message | Text:
    if not figure.unit:
        return figure.label
    return Message(_("%(label)s（%(unit)s）"), label=figure.label, unit=figure.unit)


def _kind(figure: Figure) -> Kind:
    if not figure.money:
        return Kind.NUMBER
    return Kind.WAN if figure.wan else Kind.YUAN


def in_unit(figure: Figure, value: Any) -> Any:
    """Fen as an exact number in the figure's own unit; anything else untouched."""
    if value is None or not figure.money:
        return value
    return Decimal(value) / (1_000_000 if figure.wan else 100)


def _blank(value: Any) -> Any:
    return _NONE if value is None else value
