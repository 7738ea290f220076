"""年度总结初稿: the overview's figures as sentences of a paper, each with its source, each to be confirmed.

Works for a year, a half-year or any other period. Nothing is judged here: what the figures mean, a person writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.activities.credits import serves
from portal.activities.models import Activity
from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Form
from portal.core.i18n import join_words
from portal.core.periods import Period, PeriodKind, period_of
from portal.core.scope import get_scope
from portal.core.text import Message, Text, _
from portal.documents.letters import Letter, Part
from portal.figures.services import accumulate, change_percent, derived
from portal.overview.export import in_unit
from portal.overview.services import Overview, Span, read_overview
from portal.overview.tables import Figure, headline

_NUMERALS = (
    _("一、"), _("二、"), _("三、"), _("四、"), _("五、"), _("六、"), _("七、"), _("八、"), _("九、"), _("十、"),
)  # fmt: skip
CONFIRM = _("【待核】")


@dataclass(frozen=True)
class Standing:
    """One form over the periods of the draft."""

    form: Form
    view: Overview
    periods: tuple[Period, ...]

    @property
    def counts(self) -> tuple[int, int, int]:
        """Filed, expected, on time."""
        found = [self.view.total(p) for p in self.periods]
        return sum(s.filed for s in found), sum(s.expected for s in found), sum(s.on_time for s in found)

    @property
    def reported(self) -> tuple[int, int]:
        """Lines with figures in any of the periods, of all that should have."""
        lines = [x for x in self.view.lines if x.code or self.view.of_units]
        keys = {p.key for p in self.periods}
        return sum(bool(keys & x.values.keys()) for x in lines), len(lines)

    def sums(self, periods: Sequence[Period], lines: Sequence[Any] | None = None) -> dict[str, Any]:
        """Over all lines and the periods; stocks as they stood last. Metrics besides."""
        each = [
            accumulate(self.form.fields, [line.values[p.key] for p in periods if p.key in line.values])
            for line in (self.view.lines if lines is None else lines)
        ]
        total: dict[str, Any] = {}
        for found in each:
            for key, value in found.items():
                total[key] = total.get(key, 0) + value
        return total | (derived(self.form, total) if total else {})


def read_standing(
    session: Session, now: datetime, campaign: Campaign, form: Form, span: Period
) -> Standing | None:
    """None for a form none of whose periods ends in the span. What still runs counts once somebody reported it."""
    periods = _within(form, span)
    if not periods:
        return None
    before = tuple(p.shifted(-_steps(p.kind)) for p in periods) if form.period is not PeriodKind.ONCE else ()
    view = read_overview(
        session, now, campaign=campaign.key, form=form, span=Span((*before, *periods), ()),
    )  # fmt: skip
    lines = [x for x in view.lines if x.code or view.of_units]
    periods = tuple(p for p in periods if p.end < now.date() or any(p.key in x.values for x in lines))
    return Standing(form, replace(view, span=Span(periods, ())), periods) if periods else None


def _within(form: Form, span: Period) -> tuple[Period, ...]:
    if form.period is PeriodKind.ONCE:
        return (
            (period_of(form.once, form.period),) if form.once and span.start <= form.once <= span.end else ()
        )
    found, period = [], period_of(span.start, form.period)
    while period.end <= span.end:
        found += [period] if period.end >= span.start else []
        period = period.shifted(1)
    return tuple(found)


def _steps(kind: PeriodKind) -> int:
    return {PeriodKind.MONTH: 12, PeriodKind.QUARTER: 4, PeriodKind.HALF_YEAR: 2}.get(kind, 1)


def write_draft(
    stream: BinaryIO, session: Session, now: datetime, *, campaign: Campaign, forms: Sequence[Form], span: Period,
    body: str, office: str,
) -> None:  # fmt: skip
    """``body``: name of the joint conference; ``office``: who draws it up. About four statements a form."""
    found = [s for form in forms if (s := read_standing(session, now, campaign, form, span)) is not None]
    paper = Letter()
    paper.title(_say(_("%(body)s%(period)s工作总结（初稿）"), body=body, period=span.label))
    paper.note(
        _say(
            _(
                "本稿由系统按已上报数据生成，标“%(mark)s”的数字请逐一核实后删去标记；分析和下步打算由办公室撰写。"
            ),
            mark=CONFIRM,
        )
    )
    numbers = iter(_NUMERALS)
    paper.heading(_headed(numbers, _("报送情况")))
    for standing in found:
        paper.paragraph(*_completeness(standing))
        for text in _gaps(standing):
            paper.paragraph(text)
    if not found:
        paper.paragraph(str(_("本时段没有到期的报表。")))
    for standing in found:
        if standing.form.headline:
            _figures(paper, _headed(numbers, standing.form.label), standing, span)
    paper.heading(_headed(numbers, _("宣传活动")))
    paper.paragraph(*_activities(session, campaign, span))
    paper.heading(_headed(numbers, _("存在的问题和下步打算")))
    paper.paragraph(str(_("（由办公室撰写）")))
    paper.paragraph("")
    paper.paragraph(office, right=True)
    paper.paragraph(_say(_("%(y)s年%(m)s月%(d)s日"), y=now.year, m=now.month, d=now.day), right=True)
    paper.save(stream)


def _say(text: Text, /, **values: Any) -> str:
    return str(Message(text, **values))


def _headed(numbers: Iterator[Text], text: Text) -> str:
    return f"{next(numbers, '')}{text}"


def _confirm(text: str) -> list[Part]:
    """A computed figure, and the mark that somebody takes away once it is proved."""
    return [Part(text), Part(str(CONFIRM), mark=True)]


def _completeness(standing: Standing) -> list[Part]:
    filed, expected, on_time = standing.counts
    if not expected:
        return [Part(_say(_("“%(form)s”本时段没有报送要求。"), form=standing.form.label))]
    full, timely = (f"{_share(n, expected)}%" for n in (filed, on_time))
    done, every = standing.reported
    place = _("家单位") if standing.view.of_units else _("个县（区）")
    return [
        Part(_say(_("“%(form)s”共 %(n)s 期，应报 %(all)s 份，已报 "), form=standing.form.label, n=len(standing.periods), all=expected)),
        *_confirm(_say(_("%(n)s 份"), n=filed)),
        Part(str(_("，完整率 "))),
        *_confirm(full),
        Part(str(_("，按时率 "))),
        *_confirm(timely),
        Part(_say(_("；%(done)s / %(every)s %(place)s已报送数据。"), done=done, every=every, place=place)),
    ]  # fmt: skip


def _share(part: int, whole: int) -> str:
    """One decimal, and 100 only when nothing is missing."""
    tenths = 1000 if part >= whole else min(999, (2000 * part + whole) // (2 * whole))
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)


def _gaps(standing: Standing) -> Iterator[str]:
    """Who is short, and by how many forms."""
    short = []
    for line in standing.view.lines:
        found = [line.standings[p.key] for p in standing.periods if p.key in line.standings]
        missing = sum(s.expected - s.filed for s in found)
        if missing > 0:
            short.append(_say(_("%(place)s缺 %(n)s 份"), place=line.name, n=missing))
    if short:
        yield _say(_("缺报情况：%(list)s。"), list=join_words(short))


def _figures(paper: Letter, head: str, standing: Standing, span: Period) -> None:
    form, view = standing.form, standing.view
    figures = [f for f in headline(form) if not f.cumulative]
    now = standing.sums(standing.periods)
    before_periods = (
        [p.shifted(-_steps(p.kind)) for p in standing.periods] if form.period is not PeriodKind.ONCE else []
    )
    both = [
        line for line in view.lines
        if any(p.key in line.values for p in standing.periods) and any(p.key in line.values for p in before_periods)
    ]  # fmt: skip
    past, comparable = standing.sums(before_periods, both), standing.sums(standing.periods, both)
    paper.heading(head)
    parts: list[Part] = [Part(_say(_("%(period)s，"), period=span.label))]
    for n, figure in enumerate(figures):
        parts += [
            Part(_say(_("%(label)s "), label=figure.label)),
            *_confirm(_shown(figure, now.get(figure.key))),
        ]
        change = _change(figure, comparable.get(figure.key), past.get(figure.key))
        parts.append(Part(f"（{change}）" if change else ""))
        parts.append(Part("；" if n < len(figures) - 1 else "。"))
    paper.paragraph(*parts)
    done, every = standing.reported
    paper.note(_source(standing, done, every))
    names = [
        line
        for line in view.lines
        if not view.of_units and any(p.key in line.values for p in standing.periods)
    ]
    rows = [
        [str(line.name), *(_bare(f, standing.sums(standing.periods, [line]).get(f.key)) for f in figures)]
        for line in names
    ]
    rows.append([str(_("合计")), *(_bare(f, now.get(f.key)) for f in figures)])
    columns = [
        _say(_("%(label)s（%(unit)s）"), label=f.label, unit=f.unit) if f.unit else str(f.label)
        for f in figures
    ]
    paper.table([str(_("县（区）")) if names else "", *columns], rows, [2.2, *([1.3] * len(figures))])


def _source(standing: Standing, done: int, every: int) -> str:
    periods = standing.periods
    first, last = periods[0].label, periods[-1].label
    if standing.view.of_units:
        text = _("数据来源：%(form)s，%(first)s至%(last)s，%(done)s / %(every)s 家单位。")
    else:
        text = _("数据来源：%(form)s，%(first)s至%(last)s，%(done)s / %(every)s 个县（区）。")
    return _say(text, form=standing.form.label, first=first, last=last, done=done, every=every)


def _bare(figure: Figure, value: Any) -> str:
    value = in_unit(figure, value)
    if value is None:
        return "—"
    return f"{value:,.2f}" if figure.wan else f"{value:,}"


def _shown(figure: Figure, value: Any) -> str:
    return (
        f"{_bare(figure, value)} {figure.unit}" if figure.unit and value is not None else _bare(figure, value)
    )


def _change(figure: Figure, now: Any, before: Any) -> str:
    if now is None or before is None:
        return ""
    if figure.rate:
        found = round(float(now) - float(before), 1)
        text = _("同比上升 %(n)s 个百分点") if found > 0 else _("同比下降 %(n)s 个百分点")
    else:
        percent = change_percent(now, before)
        if percent is None:
            return ""
        found = float(percent)
        text = _("同比上升 %(n)s%%") if found > 0 else _("同比下降 %(n)s%%")
    return _say(text, n=abs(found)) if found else str(_("同比持平"))


def _activities(session: Session, campaign: Campaign, span: Period) -> list[Part]:
    """The home tenant's own records."""
    count, people, copies = session.execute(
        sa.select(
            sa.func.count(Activity.id), sa.func.coalesce(sa.func.sum(Activity.reach), 0),
            sa.func.coalesce(sa.func.sum(Activity.materials), 0),
        ).where(
            Activity.tenant_id == get_scope(session).home, Activity.withdrawn_at.is_(None), serves(campaign.key),
            Activity.held_on.between(span.start, span.end),
        )
    ).one()  # fmt: skip
    if not count:
        return [Part(str(_("本级没有登记宣传活动。")))]
    return [
        Part(str(_("本级登记宣传活动 "))),
        *_confirm(_say(_("%(n)s 场"), n=f"{count:,}")),
        Part(str(_("，到场 "))),
        *_confirm(_say(_("%(n)s 人次"), n=f"{int(people):,}")),
        Part(str(_("，发放资料 "))),
        *_confirm(_say(_("%(n)s 份"), n=f"{int(copies):,}")),
        Part(str(_("（来源：本级活动记录）。"))),
    ]  # fmt: skip
