"""The figures of the overview: headline and full tables, changes, and the bars drawn from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.campaigns.declarations import Field, FieldKind, Form, Metric, Values
from portal.core.errors import PluginError
from portal.core.periods import Period
from portal.core.text import Message, Text, _
from portal.figures.services import accumulate, change_percent, sum_values, summed_fields
from portal.overview.services import Line, Overview, Span

_RATE = "%"
WAN = _("万元")


@dataclass(frozen=True)
class Figure:
    """A column of the headline table, a row of the full one."""

    source: Field | Metric
    cumulative: bool = False
    """Since 1 January instead of in the period."""

    @property
    def key(self) -> str:
        return self.source.key

    @property
    def label(self) -> Message | Text:
        return Message(_("累计%(label)s"), label=self.source.label) if self.cumulative else self.source.label

    @property
    def unit(self) -> Text | None:
        return self.source.unit

    @property
    def definition(self) -> Text | None:
        return self.source.definition

    @property
    def money(self) -> bool:
        return isinstance(self.source, Field) and self.source.kind is FieldKind.MONEY

    @property
    def wan(self) -> bool:
        """Money that is shown in units of ten thousand yuan."""
        return self.money and self.unit == WAN

    @property
    def rate(self) -> bool:
        """In percent: its change is a difference in percentage points."""
        return self.unit == _RATE


@dataclass(frozen=True)
class Amount:
    """``partial``: a cumulative figure that lacks the chosen period."""

    value: Any
    year_on_year: Decimal | None = None
    month_on_month: Decimal | None = None
    partial: bool = False


def headline(form: Form) -> tuple[Figure, ...]:
    """The form's headline figures; the first sum of money once more as total of the year."""
    every: tuple[Field | Metric, ...] = (*form.fields, *form.metrics)
    by_key = {source.key: source for source in every}
    found = [Figure(by_key[key]) for key in form.headline]
    place = next((n for n, f in enumerate(found, 1) if f.money), 0)
    if place:
        found.insert(place, Figure(found[place - 1].source, cumulative=True))
    return tuple(found)


def measure(figure: Figure, sums: Values | None) -> Any:
    """The figure in these sums; None where nothing was reported."""
    if not sums:
        return None
    if isinstance(figure.source, Field):
        return sums.get(figure.key)
    try:
        return figure.source.evaluate(sums)
    except Exception as error:
        raise PluginError(Message(_("指标 %(key)s 出错，请联系系统管理员。"), key=figure.key)) from error


def has(view: Overview, period: Period) -> bool:
    """Whether anybody reported figures of that period."""
    return any(period.key in line.values for line in view.lines)


def add_up(form: Form, lines: Sequence[Line], period: Period) -> dict[str, int]:
    return sum_values(form.fields, [line.values[period.key] for line in lines if period.key in line.values])


def year_so_far(form: Form, span: Span, line: Line) -> dict[str, int]:
    """The line's sums from 1 January through the chosen period; stocks stay out, they do not add up."""
    known = [line.values[p.key] for p in span.chosen.year_to_date() if p.key in line.values]
    return accumulate([f for f in form.fields if f.summed], known)


def amount(view: Overview, figure: Figure, line: Line) -> Amount:
    span = view.span
    if figure.cumulative:
        value = measure(figure, year_so_far(view.form, span, line))
        return Amount(value, partial=span.chosen.key not in line.values)
    now, year, before = (
        measure(figure, line.values.get(p.key)) for p in (span.chosen, span.year_ago, span.previous)
    )
    return Amount(now, change(figure, now, year), change(figure, now, before))


def total(view: Overview, figure: Figure) -> Amount:
    """Over all lines. Changes compare only lines that have both periods: a missing county is no decrease."""
    if figure.cumulative:
        sums = sum_values(view.form.fields, [year_so_far(view.form, view.span, line) for line in view.lines])
        return Amount(measure(figure, sums))
    now = measure(figure, add_up(view.form, view.lines, view.span.chosen))
    year, month = (_total_change(view, figure, past) for past in (view.span.year_ago, view.span.previous))
    return Amount(now, year, month)


def _total_change(view: Overview, figure: Figure, past: Period) -> Decimal | None:
    chosen = view.span.chosen
    both = [line for line in view.lines if past.key in line.values and chosen.key in line.values]
    now, before = (measure(figure, add_up(view.form, both, p)) for p in (chosen, past))
    return change(figure, now, before)


def change(figure: Figure, now: Any, before: Any) -> Decimal | None:
    """In percent, or in percentage points for a rate."""
    if now is None or before is None:
        return None
    if figure.rate:
        return (Decimal(str(now)) - Decimal(str(before))).quantize(Decimal("0.1"))
    return change_percent(now, before)


@dataclass(frozen=True)
class Row:
    """One indicator: of each line, summed, and since 1 January."""

    figure: Figure
    values: tuple[Any, ...]
    total: Amount
    year: Any


def all_rows(view: Overview) -> list[tuple[Text, list[Row]]]:
    """Every figure that can be summed, grouped by section; derived ones at the end."""
    summed = {f.key for f in summed_fields(view.form)}
    groups: list[tuple[Text, list[Field | Metric]]] = [
        (s.label, [f for f in s.fields if f.key in summed]) for s in view.form.sections
    ]
    groups.append((_("派生指标"), list(view.form.metrics)))
    year = sum_values(view.form.fields, [year_so_far(view.form, view.span, line) for line in view.lines])
    return [(label, [_row(view, Figure(s), year) for s in sources]) for label, sources in groups if sources]


def _row(view: Overview, figure: Figure, year: Mapping[str, int]) -> Row:
    chosen = view.span.chosen.key
    values = tuple(measure(figure, line.values.get(chosen)) for line in view.lines)
    return Row(figure, values, total(view, figure), year.get(figure.key))
