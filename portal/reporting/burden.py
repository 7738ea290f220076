"""减负情况: what an office asks, counted by cells. Per office that asks, never per unit that fills.

Counted is the first edition of each filed form: what was corrected later was not asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.core.periods import Period, PeriodKind, parse_period, period_of
from portal.core.scope import get_scope
from portal.reporting.catalogue import OWN
from portal.reporting.models import LocalForm, Report, Submission, SubmissionEdition
from portal.tenants.models import CampaignSwitch, Tenant

MOST_QUARTERS = 12
_FIRST = 1


@dataclass(frozen=True, kw_only=True)
class Burden:
    """Sums of one form, quarter or office. ``forms`` were expected of units, ``filed`` of them came in; the cells
    are those of the filed ones.
    """

    forms: int = 0
    filed: int = 0
    asked: int = 0
    prefilled: int = 0
    corrected: int = 0
    repeated: int = 0
    added: int = 0
    """Columns that the office itself has added."""
    ended: int = 0
    """Forms and additions of its own that ended in the quarter."""

    @property
    def share(self) -> Decimal | None:
        """Per cent of the asked cells that the portal filled in; None where nothing was asked."""
        if not self.asked:
            return None
        return (Decimal(self.prefilled) * 100 / self.asked).quantize(Decimal("0.1"))

    @property
    def typed(self) -> int:
        """Cells that had to be filled in by hand."""
        return self.asked - self.prefilled


def total(parts: Iterable[Burden]) -> Burden:
    sums = {f.name: 0 for f in fields(Burden)}
    for part in parts:
        for name in sums:
            sums[name] += getattr(part, name)
    return Burden(**sums)


@dataclass(frozen=True)
class Office:
    """``forms``: key -> (title, quarter key -> burden)."""

    tenant_id: int
    code: str
    place: str
    forms: Mapping[str, tuple[str, Mapping[str, Burden]]]

    def of(self, quarter: Period) -> Burden:
        return total(q[quarter.key] for _title, q in self.forms.values() if quarter.key in q)

    def lines(self, quarter: Period) -> list[tuple[str, Burden]]:
        """(title, burden) of the forms that asked anything or ended in the quarter."""
        return [(title, q[quarter.key]) for title, q in self.forms.values() if quarter.key in q]


@dataclass(frozen=True)
class View:
    quarters: tuple[Period, ...]
    """Oldest first; the last one is the chosen one."""
    own: Office
    below: tuple[Office, ...]

    @property
    def chosen(self) -> Period:
        return self.quarters[-1]


def quarters_to(last: Period, count: int) -> tuple[Period, ...]:
    return tuple(last.shifted(-n) for n in reversed(range(max(1, min(count, MOST_QUARTERS)))))


def read_burden(session: Session, *, campaign: Campaign, quarters: Sequence[Period], today: date) -> View:
    """The scope's home and, of the tenants below it, what they have released; four statements.

    A form that a tenant below is correcting is counted again once it is released again.
    """
    scope = get_scope(session)
    assert scope.home is not None
    places = session.execute(
        sa.select(Tenant.id, Tenant.code, (Tenant.city + Tenant.name).label("place"))
        .join(CampaignSwitch, sa.and_(CampaignSwitch.tenant_id == Tenant.id))
        .where(
            Tenant.id.in_([scope.home, *scope.below]),
            CampaignSwitch.campaign == campaign.key,
            CampaignSwitch.enabled,
        )
        .order_by(Tenant.code)
    ).all()
    reports = session.execute(
        sa.select(Report.tenant_id, Report.form, Report.title, Report.period, Report.expected, Report.filed, Report.local)
        .where(Report.campaign == campaign.key, _within(Report.period, quarters))
        .order_by(Report.form, Report.due_at)
    ).all()  # fmt: skip
    versions = session.execute(
        sa.select(
            LocalForm.tenant_id, LocalForm.form, LocalForm.number, LocalForm.definition, LocalForm.ends_on,
            LocalForm.label,
        )
        .where(LocalForm.campaign == campaign.key, LocalForm.released_at.is_not(None))
        .order_by(LocalForm.number)
    ).all()  # fmt: skip
    found = _gather(campaign, reports, _cells(session, campaign.key, quarters), versions, quarters, today)
    offices = [Office(p.id, p.code, p.place, found.get(p.id, {})) for p in places]
    own = next(
        (o for o in offices if o.tenant_id == scope.home),
        Office(scope.home, "", "", found.get(scope.home, {})),
    )
    return View(tuple(quarters), own, tuple(o for o in offices if o.tenant_id != scope.home))


def _within(column: Any, quarters: Sequence[Period]) -> Any:
    """Periods whose last day lies in one of the quarters, whatever their kind."""
    keys, patterns = [], []
    for quarter in quarters:
        keys.append(quarter.key)
        year, month = quarter.start.year, quarter.start.month
        months = [f"{year}-{m:02}" for m in range(month, month + 3)]
        keys += months
        patterns += [f"{m}-%" for m in months]
        if quarter.end.month in (6, 12):
            keys.append(period_of(quarter.end, PeriodKind.HALF_YEAR).key)
        if quarter.end.month == 12:
            keys.append(str(year))
    return sa.or_(column.in_(keys), *(column.like(p) for p in patterns))


def _cells(session: Session, campaign: str, quarters: Sequence[Period]) -> Sequence[Any]:
    s, e = Submission, SubmissionEdition
    counts = (sa.func.sum(c) for c in (e.asked, e.prefilled, e.corrected, e.repeated))
    return session.execute(
        sa.select(e.tenant_id, s.form, s.period, *counts)
        .join(s, sa.and_(s.tenant_id == e.tenant_id, s.id == e.submission_id))
        .where(e.number == _FIRST, s.campaign == campaign, _within(s.period, quarters))
        .group_by(e.tenant_id, s.form, s.period)
    ).all()


Found = dict[int, dict[str, tuple[str, dict[str, Burden]]]]


def _gather(
    campaign: Campaign, reports: Sequence[Any], cells: Sequence[Any], versions: Sequence[Any],
    quarters: Sequence[Period], today: date,
) -> Found:  # fmt: skip
    titles: dict[tuple[int, str], str] = {}
    sums: dict[tuple[int, str, str], list[Burden]] = {}
    columns = {(v.tenant_id, v.form, v.number): len(v.definition.get("fields", ())) for v in versions}
    added: dict[tuple[int, str, str], int] = {}
    for r in reports:
        quarter = _quarter(r.period)
        titles[r.tenant_id, r.form] = r.title or _label(campaign, r.form)
        sums.setdefault((r.tenant_id, r.form, quarter), []).append(Burden(forms=r.expected, filed=r.filed))
        key = (r.tenant_id, r.form, quarter)
        added[key] = max(added.get(key, 0), columns.get((r.tenant_id, r.form, r.local), 0))
    for row in cells:
        counts = dict(zip(("asked", "prefilled", "corrected", "repeated"), map(int, row[3:]), strict=True))
        sums.setdefault((row[0], row[1], _quarter(row[2])), []).append(Burden(**counts))
    newest = {(v.tenant_id, v.form): v for v in versions}
    shown = {q.key for q in quarters}
    for (tenant_id, form), v in newest.items():
        if v.ends_on is not None and v.ends_on < today:
            titles.setdefault((tenant_id, form), v.label or _label(campaign, form))
            key = (tenant_id, form, period_of(v.ends_on, PeriodKind.QUARTER).key)
            sums.setdefault(key, []).append(Burden(ended=1))
    found: Found = {}
    order = {f.key: n for n, f in enumerate(campaign.forms)}
    for key in sorted(sums, key=lambda k: (k[0], order.get(k[1], len(order)), k[1], k[2])):
        tenant_id, form, quarter = key
        if quarter in shown:
            title = titles.get((tenant_id, form)) or _label(campaign, form)
            _title, by_quarter = found.setdefault(tenant_id, {}).setdefault(form, (title, {}))
            by_quarter[quarter] = total([*sums[key], Burden(added=added.get(key, 0))])
    return found


def _quarter(period: str) -> str:
    return period_of(parse_period(period).end, PeriodKind.QUARTER).key


def _label(campaign: Campaign, form: str) -> str:
    declared = campaign.form(form)
    return str(declared.label) if declared else form.removeprefix(OWN)
