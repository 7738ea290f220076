"""What an office sees across its tenants, or a county across its units: who has reported, and which figures.

A county's figures are those of its submitted report and nothing else. The statements are few and do not
grow with counties, units or periods: lists are row tuples, and what was read once is arranged here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.forms import Form
from portal.campaigns.sources import Values
from portal.core.errors import Invalid
from portal.core.periods import Period, PeriodKind, parse_period, period_of
from portal.core.scope import get_scope
from portal.core.text import Message, Text, _
from portal.figures.models import Rollup
from portal.overview.standing import Standing, Words, explain_gap, tenant_standing, unit_gap, unit_standing
from portal.reporting.models import COUNTED, Report, ReportState, State, Submission
from portal.tenants.models import CampaignSwitch, Tenant
from portal.units.models import Unit

T = TypeVar("T")
A_YEAR = {PeriodKind.MONTH: 12, PeriodKind.QUARTER: 4, PeriodKind.HALF_YEAR: 2, PeriodKind.YEAR: 1}
MOST_PERIODS = 24
SUBMITTED = (ReportState.SUBMITTED, ReportState.ACCEPTED)
OWN: Text = _("本级")


@dataclass(frozen=True)
class Span:
    """The periods of the page, oldest first; the last one is the chosen one."""

    periods: tuple[Period, ...]
    options: tuple[Period, ...]
    """What may be chosen instead, newest first."""

    @property
    def chosen(self) -> Period:
        return self.periods[-1]

    @property
    def previous(self) -> Period:
        return self.chosen.shifted(-1)

    @property
    def year_ago(self) -> Period:
        """The chosen one itself where it has no neighbours (a single date)."""
        return self.chosen.shifted(-A_YEAR.get(self.chosen.kind, 0))

    @property
    def compares(self) -> bool:
        """Whether there are other periods to compare with; a single date has none."""
        return self.chosen.kind in A_YEAR

    @property
    def needed(self) -> list[str]:
        """Keys of every period of which the page says anything."""
        every = (*self.periods, *self.chosen.year_to_date(), self.previous, self.year_ago)
        return sorted({p.key for p in every})


@dataclass(frozen=True)
class Beside:
    """What stands beside a report's figures: the sums that the county amended, and what is left without doubles."""

    sums: Values
    amended: Mapping[str, Any]
    """Field key -> {value, reason, by, at}."""
    net: Values
    duplicates: Sequence[Any]


@dataclass(frozen=True)
class Line:
    """A tenant or a unit. ``values``: period key -> its released figures, as the tenant amended them; no key =
    nothing submitted.
    """

    id: int
    name: str | Text
    code: str
    """Region code of a tenant below; '' for 本级 and for units."""
    standings: Mapping[str, Standing]
    values: Mapping[str, Values]
    gap: tuple[Words, ...]
    """Who is missing in the chosen period and why."""
    beside: Mapping[str, Beside] = field(default_factory=dict)
    """Period key -> what differs from the plain sums, where anything does."""


@dataclass(frozen=True)
class Overview:
    form: Form
    span: Span
    lines: tuple[Line, ...]
    of_units: bool
    """Lines are the tenant's own units, not tenants."""
    known: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: Any, make: Callable[[], T]) -> T:
        """A sum that every figure of the page asks for is added up once."""
        if key not in self.known:
            self.known[key] = make()
        return cast(T, self.known[key])

    def total(self, period: Period) -> Standing:
        """Filed, expected and on time over all lines."""
        found = [line.standings[period.key] for line in self.lines if period.key in line.standings]
        counts = (sum(s.filed for s in found), sum(s.expected for s in found), sum(s.on_time for s in found))
        return Standing(*counts, "", f"{counts[0]}/{counts[1]}")

    @property
    def submitted(self) -> tuple[int, int]:
        """Lines whose figures of the chosen period are in the sums, of all; 本级 is not counted."""
        lines = [line for line in self.lines if line.code or self.of_units]
        return sum(self.span.chosen.key in line.values for line in lines), len(lines)


def choose_span(
    session: Session, now: datetime, *, campaign: str, form: Form, to: str = "", count: int = 0
) -> Span:
    """``count`` periods that end with ``to``; by default the newest opened one and the four before it.

    ``Invalid`` for a ``to`` that is no period of this form.
    """
    keys = session.scalars(
        sa.select(Report.period)
        .where(Report.campaign == campaign, Report.form == form.key)
        .group_by(Report.period)
        .order_by(Report.period.desc())
        .limit(60)
    )
    options = tuple(p for p in map(parse_period, keys) if p.kind is form.period)
    last = parse_period(to) if to else next(iter(options), period_of(form.once or now.date(), form.period))
    if last.kind is not form.period:
        raise Invalid(
            {"to": Message(_("“%(form)s”没有报告期 %(key)s，请重新选择。"), form=form.label, key=to)}
        )
    usual = 5 if form.period is PeriodKind.MONTH else 4
    count = min(count, MOST_PERIODS) if count > 0 else usual
    if form.period is PeriodKind.ONCE:
        count = 1
    return Span(tuple(last.shifted(-n) for n in reversed(range(count))), options)


def read_overview(session: Session, now: datetime, *, campaign: str, form: Form, span: Span) -> Overview:
    """Tenants below the scope's home with 本级 first; where there are none, the home's own units."""
    scope = get_scope(session)
    read = _read_tenants if scope.below else _read_units
    lines = read(session, now, campaign, form, span)
    return Overview(form, span, tuple(lines), of_units=not scope.below)


def _read_tenants(session: Session, now: datetime, campaign: str, form: Form, span: Span) -> Iterable[Line]:
    scope = get_scope(session)
    places = session.execute(
        sa.select(Tenant.id, Tenant.code, Tenant.city + Tenant.name)
        .join(CampaignSwitch, CampaignSwitch.tenant_id == Tenant.id)
        .where(Tenant.id.in_(scope.below), CampaignSwitch.campaign == campaign, CampaignSwitch.enabled)
        .order_by(Tenant.code)
    ).all()
    by_tenant: dict[int, list[Any]] = {}
    for row in _reports(session, campaign, form, span):
        by_tenant.setdefault(row.tenant_id, []).append(row)
    own = by_tenant.get(scope.home or 0, [])
    yield Line(
        scope.home or 0,
        OWN,
        "",
        {r.period: tenant_standing(r, now, own=True) for r in own},
        {r.period: r.sums for r in own if r.sums},
        _own_gap(session, next((r for r in own if r.period == span.chosen.key), None)),
    )
    for tenant_id, code, name in places:
        rows = by_tenant.get(tenant_id, [])
        yield Line(
            tenant_id,
            name,
            code,
            {r.period: tenant_standing(r, now) for r in rows},
            {r.period: figures_of(r) for r in rows if r.state in SUBMITTED},
            next((explain_gap(r, now) for r in rows if r.period == span.chosen.key), ()),
            {r.period: _beside(r) for r in rows if r.state in SUBMITTED and (r.amended or r.net)},
        )


def figures_of(report: Any) -> Values:
    """The sums, and the tenant's own figure where it gave one."""
    own = report.amended
    values: Values = report.values | {k: a["value"] for k, a in own.items()} if own else report.values
    return values


def _beside(report: Any) -> Beside:
    return Beside(report.values, report.amended or {}, report.net or {}, report.duplicates or ())


def _reports(session: Session, campaign: str, form: Form, span: Span) -> Sequence[Any]:
    """Reports of the scope. ``sums`` is the roll-up, which the guard lets through for the own tenant alone.

    What is mostly empty comes as NULL: reading four empty objects of each row cost half as much as its figures.
    """
    chosen = Report.period == span.chosen.key
    amended, net, doubles = (
        sa.case((c != empty, c)).label(c.key)
        for c, empty in ((Report.amended, {}), (Report.net, {}), (Report.duplicates, []))
    )
    return session.execute(
        sa.select(
            Report.tenant_id, Report.id, Report.period, Report.state, Report.expected, Report.filed, Report.on_time,
            Report.due_at, Report.submitted_at, Report.values, Report.late_reason, Report.review_reason,
            sa.case((chosen, Report.gaps)).label("gaps"), amended, net, doubles, Rollup.values.label("sums"),
        )
        .outerjoin(
            Rollup,
            sa.and_(
                Rollup.tenant_id == Report.tenant_id,
                Rollup.campaign == Report.campaign,
                Rollup.form == Report.form,
                Rollup.period == Report.period,
            ),
        )
        .where(Report.campaign == campaign, Report.form == form.key, Report.period.in_(span.needed))
    ).all()  # fmt: skip


def _own_gap(session: Session, report: Any) -> tuple[Words, ...]:
    if report is None or report.filed >= report.expected:
        return ()
    rows = session.execute(
        sa.select(Unit.full_name, Submission.state)
        .join(Unit, sa.and_(Unit.tenant_id == Submission.tenant_id, Unit.id == Submission.unit_id))
        .where(
            Submission.tenant_id == report.tenant_id,
            Submission.report_id == report.id,
            Submission.state.not_in([s.value for s in COUNTED]),
        )
        .order_by(Unit.sort_no, Unit.id)
    )
    return tuple(unit_gap(name, State(state)) for name, state in rows)


def _read_units(session: Session, now: datetime, campaign: str, form: Form, span: Span) -> Iterable[Line]:
    home = get_scope(session).home
    wanted = (Report.tenant_id == home, Report.campaign == campaign, Report.form == form.key)
    gaps = session.scalars(
        sa.select(Report.gaps).where(*wanted, Report.period == span.chosen.key)
    ).one_or_none()
    reasons = {g["unit_id"]: g["reason"] for g in gaps or ()}
    rows = session.execute(
        sa.select(
            Unit.id.label("unit_id"), Unit.full_name, Submission.id, Submission.period, Submission.state,
            Submission.zero, Submission.due_at, Submission.first_filed_at, Submission.late_reason,
            Submission.reasons, Submission.values,
        )
        .join(Unit, sa.and_(Unit.tenant_id == Submission.tenant_id, Unit.id == Submission.unit_id))
        .join(Report, sa.and_(Report.tenant_id == Submission.tenant_id, Report.id == Submission.report_id))
        .where(*wanted, Report.period.in_(span.needed))
        .order_by(Unit.sort_no, Unit.id)
    )  # fmt: skip
    by_unit: dict[int, list[Any]] = {}
    for row in rows:
        by_unit.setdefault(row.unit_id, []).append(row)
    for unit_id, mine in by_unit.items():
        yield Line(
            unit_id,
            mine[0].full_name,
            "",
            {r.period: unit_standing(r, now) for r in mine},
            {r.period: r.values for r in mine if r.state in COUNTED},
            next((_why(r, reasons.get(unit_id, "")) for r in mine if r.period == span.chosen.key), ()),
        )


def _why(row: Any, reason: str) -> tuple[Words, ...]:
    """Beside a unit's own line the name need not be said again."""
    if row.state in COUNTED:
        return (Message(_("迟报原因：%(reason)s"), reason=row.late_reason),) if row.late_reason else ()
    said = reason or "；".join(row.reasons.values())
    return (said,) if said else ()
