"""The page on which whoever asks sees how much is asked (减负情况), and the same as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from flask import g, render_template, request, send_file

from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Invalid
from portal.core.i18n import show_moment, translate
from portal.core.periods import Period, PeriodKind, parse_period, period_of
from portal.core.posts import Right
from portal.core.scope import set_scope
from portal.core.text import Message, Text, _
from portal.documents.workbook import XLSX, Column, Kind, Sheet, write_workbook
from portal.reporting.burden import Burden, View, quarters_to, read_burden
from portal.reporting.views import blueprint
from portal.units.reader import subtree_scope
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session

QUARTERS = 4
HEADS: tuple[tuple[str, Text], ...] = (
    ("forms", _("应报表数")),
    ("filed", _("已报表数")),
    ("asked", _("要求填报栏数")),
    ("prefilled", _("自动带出")),
    ("typed", _("手工填写")),
    ("corrected", _("带出后更正")),
    ("repeated", _("重复填写")),
    ("share", _("带出比例")),
    ("added", _("本地增加栏数")),
    ("ended", _("停报")),
)


def _read() -> View:
    session, desk = the_session(), the_desk()
    set_scope(session, subtree_scope(session, desk))
    today = now().astimezone(SHANGHAI).date()
    current = period_of(today, PeriodKind.QUARTER)
    wanted = request.args.get("quarter", "")
    chosen = parse_period(wanted) if wanted else current
    if chosen.kind is not PeriodKind.QUARTER:
        raise Invalid({"quarter": Message(_("“%(key)s”不是季度，例如 2026Q3。"), key=wanted[:20])})
    return read_burden(session, campaign=the_campaign(), quarters=quarters_to(chosen, QUARTERS), today=today)


@blueprint.get("/<tenant>/<campaign>/board/burden")
@require(Right.REPORT_READ_ALL)
def burden() -> Any:
    """What this office asks, by form and quarter; a superior also sees what the offices below it ask."""
    g.nav = "reporting.board"
    view = _read()
    current = period_of(now().astimezone(SHANGHAI).date(), PeriodKind.QUARTER)
    options = [current.shifted(-n) for n in range(8)]
    if view.chosen not in options:
        options.append(view.chosen)
    return render_template(
        "reporting/burden.html", view=view, heads=HEADS, options=options, show=_show,
        most=max((view.own.of(q).asked for q in view.quarters), default=0),
    )  # fmt: skip


@blueprint.get("/<tenant>/<campaign>/board/burden.xlsx")
@require(Right.REPORT_READ_ALL, writes=True)
def burden_workbook() -> Any:
    """The page as filtered."""
    view, desk, stream = _read(), the_desk(), BytesIO()
    write_workbook(stream, _sheets(view, desk.office_name))
    stream.seek(0)
    record(the_session(), Act.EXPORT, "burden", the_actor(), now(), {"quarter": view.chosen.key})
    name = f"{desk.tenant_name}{translate(_('减负情况'))} {view.chosen.key}.xlsx"
    return send_file(stream, XLSX, as_attachment=True, download_name=name)


def _show(line: Burden, key: str) -> Any:
    value = getattr(line, key)
    if key == "share":
        return "—" if value is None else f"{value}%"
    return f"{value:,}"


def _sheets(view: View, office: str) -> Iterator[Sheet]:
    def columns(first: Text) -> list[Column]:
        kinds = [Kind.PERCENT if key == "share" else Kind.NUMBER for key, _label in HEADS]
        named = [Column(label=label, width=12, kind=k) for (_key, label), k in zip(HEADS, kinds, strict=True)]
        return [Column(label=first, width=34), *named]

    def cells(line: Burden) -> list[Any]:
        return [getattr(line, key) if getattr(line, key) is not None else "—" for key, _label in HEADS]

    left = Message(_("要求填报的办公室：%(office)s"), office=office)
    right = Message(_("数据截至 %(moment)s"), moment=show_moment(now()))
    own = [[title, *cells(line)] for title, line in view.own.lines(view.chosen)]
    yield Sheet(
        title=Message(_("减负情况（%(quarter)s）"), quarter=view.chosen.label), name=_("按报表"),
        columns=columns(_("报表")), rows=[*own, [_("合计"), *cells(view.own.of(view.chosen))]], left=left, right=right,
    )  # fmt: skip
    quarters: list[Period] = list(view.quarters)
    yield Sheet(
        title=_("减负情况（按季度）"), name=_("按季度"), columns=columns(_("季度")), left=left, right=right,
        rows=[[q.label, *cells(view.own.of(q))] for q in quarters],
    )  # fmt: skip
    if view.below:
        yield Sheet(
            title=Message(_("各地办公室要求填报情况（%(quarter)s）"), quarter=view.chosen.label),
            name=_("按地区"),
            columns=columns(_("地区")),
            rows=[[o.place, *cells(o.of(view.chosen))] for o in view.below],
            left=left,
            right=right,
        )
