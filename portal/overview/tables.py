"""The figures of the overview: headline and full tables, changes, and the bars drawn from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.campaigns.forms import Field, FieldKind, Form, Metric
from portal.campaigns.sources import Values
from portal.core.errors import PluginError
from portal.core.periods import Period
from portal.core.text import Message, Text, _
from portal.figures.services import accumulate, change_percent, sum_values, summed_fields
from portal.overview.services import Line, Overview, Span
from portal.overview.standing import Words

_RATE = "%"
_MOST = 6
"""Figures at the head of a form that names none."""
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
    summed: Any = None
    """What the units' forms add up to, where a county gave a figure of its own instead."""
    why: tuple[Words, ...] = ()
    """The county's reasons for that."""
    net: Any = None
    """What is left once a matter that several units were credited with counts once; None = the same."""
    matters: tuple[Any, ...] = ()
    """Those matters."""


def headline(form: Form) -> tuple[Figure, ...]:
    """The form's headline figures; the first sum of money once more as total of the year."""
    every: tuple[Field | Metric, ...] = (*form.fields, *form.metrics)
    by_key = {source.key: source for source in every}
    keys = form.headline or [f.key for f in summed_fields(form)][:_MOST]
    found = [Figure(by_key[key]) for key in keys if key in by_key]
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


def sums_of(view: Overview, period: Period) -> dict[str, int]:
    """Over all lines."""
    return view.once(("sums", period.key), lambda: _add_up(view.form, view.lines, period))


def _add_up(form: Form, lines: Sequence[Line], period: Period) -> dict[str, int]:
    return sum_values(form.fields, [line.values[period.key] for line in lines if period.key in line.values])


def year_so_far(view: Overview, line: Line) -> dict[str, int]:
    """The line's sums from 1 January through the chosen period; stocks stay out, they do not add up."""

    def make() -> dict[str, int]:
        known = [line.values[p.key] for p in view.span.chosen.year_to_date() if p.key in line.values]
        return accumulate([f for f in view.form.fields if f.summed], known)

    return view.once(("year", line.id), make)


def year_of_all(view: Overview) -> dict[str, int]:
    return view.once("year", lambda: sum_values(view.form.fields, [year_so_far(view, x) for x in view.lines]))


def amount(view: Overview, figure: Figure, line: Line) -> Amount:
    span = view.span
    if figure.cumulative:
        value = measure(figure, year_so_far(view, line))
        return Amount(value, partial=span.chosen.key not in line.values)
    now, year, before = (
        measure(figure, line.values.get(p.key)) for p in (span.chosen, span.year_ago, span.previous)
    )
    changes = (change(figure, now, year), change(figure, now, before))
    return Amount(now, *(changes if span.compares else (None, None)), **_beside(figure, line, span))


def _beside(figure: Figure, line: Line, span: Span) -> dict[str, Any]:
    """Amended and net of one line's figure in the chosen period; of rates nothing is said."""
    found = line.beside.get(span.chosen.key)
    if found is None or not isinstance(figure.source, Field):
        return {}
    key = figure.key
    said: dict[str, Any] = {}
    own = found.amended.get(key)
    if own:
        said = {"summed": found.sums.get(key), "why": (own["reason"],)}
    net = found.net.get(key)
    if net is not None and net != found.sums.get(key):
        said |= {"net": net, "matters": tuple(d for d in found.duplicates if key in d["extra"])}
    return said


def total(view: Overview, figure: Figure) -> Amount:
    """Over all lines. Changes compare only lines that have both periods: a missing county is no decrease."""
    if figure.cumulative:
        return Amount(measure(figure, year_of_all(view)))
    now = measure(figure, sums_of(view, view.span.chosen))
    year, month = (_total_change(view, figure, past) for past in (view.span.year_ago, view.span.previous))
    return Amount(now, year, month, **_beside_total(view, figure))


def _beside_total(view: Overview, figure: Figure) -> dict[str, Any]:
    """Sum and net over all lines, where any line has one."""
    span, key = view.span, figure.key
    each = [(line, _beside(figure, line, span)) for line in view.lines if line.beside]
    said: dict[str, Any] = {}
    known = [(line.values.get(span.chosen.key, {}).get(key), line) for line in view.lines]
    if any("why" in found for _line, found in each):
        raw = {line.id: found.get("summed") for line, found in each if "why" in found}
        said["summed"] = sum(raw.get(line.id, value) or 0 for value, line in known)
        said["why"] = tuple(
            Message(_("%(place)s：%(reason)s"), place=line.name, reason=found["why"][0])
            for line, found in each
            if "why" in found
        )
    if any("net" in found for _line, found in each):
        nets = {line.id: found["net"] for line, found in each if "net" in found}
        said["net"] = sum(nets.get(line.id, value) or 0 for value, line in known)
        said["matters"] = tuple(m for _line, found in each for m in found.get("matters", ()))
    return said


def _total_change(view: Overview, figure: Figure, past: Period) -> Decimal | None:
    if not view.span.compares:
        return None
    now, before = view.once(("pair", past.key), lambda: _paired(view, past))
    return change(figure, measure(figure, now), measure(figure, before))


def _paired(view: Overview, past: Period) -> tuple[dict[str, int], dict[str, int]]:
    chosen = view.span.chosen
    both = [line for line in view.lines if past.key in line.values and chosen.key in line.values]
    return _add_up(view.form, both, chosen), _add_up(view.form, both, past)


def change(figure: Figure, now: Any, before: Any) -> Decimal | None:
    """In percent, or in percentage points for a rate."""
    if now is None or before is None:
        return None
    if figure.rate:
        return (Decimal(str(now)) - Decimal(str(before))).quantize(Decimal("0.1"))
    return change_percent(now, before)


@dataclass(frozen=True)
class Goal:
    """A figure that the campaign is judged by, and whether its change is the wished one."""

    figure: Figure
    better: str
    """``up`` or ``down``: which way is good."""
    amount: Amount
    year: Any
    """Since 1 January."""

    @property
    def by_year(self) -> bool:
        """Compared with last year; where that is not known, with the period before."""
        return self.amount.year_on_year is not None

    @property
    def change(self) -> Decimal | None:
        return self.amount.year_on_year if self.by_year else self.amount.month_on_month

    @property
    def verdict(self) -> str:
        """``good``, ``bad``, ``same`` or '' where there is nothing to compare with."""
        found = self.change
        if found is None:
            return ""
        return "same" if not found else "good" if (found > 0) == (self.better == "up") else "bad"


def goals(view: Overview) -> list[Goal]:
    """The form's goals (两升两降) over all lines, as the campaign orders them."""
    metrics = {m.key: m for m in view.form.metrics}
    year = year_of_all(view)
    figures = [Figure(metrics[key]) for key in view.form.goals if key in metrics]
    return [Goal(f, metrics[f.key].better, total(view, f), measure(f, year)) for f in figures]


@dataclass(frozen=True)
class Row:
    """One indicator: of each line, summed, and since 1 January."""

    figure: Figure
    values: tuple[Any, ...]
    cells: tuple[Amount, ...]
    total: Amount
    year: Any


def all_rows(view: Overview) -> list[tuple[Text, list[Row]]]:
    """Every figure that can be summed, grouped by section; derived ones at the end."""
    summed = {f.key for f in summed_fields(view.form)}
    groups: list[tuple[Text, list[Field | Metric]]] = [
        (s.label, [f for f in s.fields if f.key in summed]) for s in view.form.sections
    ]
    groups.append((_("派生指标"), list(view.form.metrics)))
    year = year_of_all(view)
    return [(label, [_row(view, Figure(s), year) for s in sources]) for label, sources in groups if sources]


def _row(view: Overview, figure: Figure, year: Mapping[str, int]) -> Row:
    chosen, span = view.span.chosen.key, view.span
    cells = tuple(
        Amount(measure(figure, line.values.get(chosen)), **_beside(figure, line, span)) for line in view.lines
    )
    return Row(figure, tuple(c.value for c in cells), cells, total(view, figure), year.get(figure.key))
