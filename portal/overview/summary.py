"""报送总览: every tenant below (or every own unit) by campaign and form, in one month, quarter or year.

A report belongs to the span in which its period ends; several of a form (the months of a quarter) are added up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.core.errors import Invalid
from portal.core.periods import Period, PeriodKind, parse_period, period_of
from portal.core.scope import get_scope
from portal.core.text import Text, _
from portal.overview.services import OWN
from portal.overview.standing import Standing, tenant_standing, unit_standing
from portal.reporting.catalogue import OWN as OWN_FORM
from portal.reporting.models import Report, Submission
from portal.tenants.models import CampaignSwitch, Tenant
from portal.units.models import Unit

_WORST = ("late", "slow", "near", "ok", "")
_OFFERED = ((PeriodKind.MONTH, 12), (PeriodKind.QUARTER, 5), (PeriodKind.YEAR, 2))
Place = tuple[str, str]
"""Campaign and form."""


@dataclass(frozen=True)
class Head:
    campaign: Campaign
    form: str
    label: Text


@dataclass(frozen=True)
class Cell:
    """``parts``: period key -> standing, oldest first; usually one."""

    parts: Mapping[str, Standing]

    @property
    def whole(self) -> Standing:
        if len(self.parts) == 1:
            return next(iter(self.parts.values()))
        found = list(self.parts.values())
        filed, expected, on_time = (
            sum(x) for x in zip(*((s.filed, s.expected, s.on_time) for s in found), strict=True)
        )
        words = dict.fromkeys(s.word for s in found if s.word)
        light = next(w for w in _WORST if any(s.light == w for s in found))
        return Standing(
            filed,
            expected,
            on_time,
            light,
            f"{filed}/{expected}",
            next(iter(words)) if len(words) == 1 else "",
        )

    @property
    def settled(self) -> bool:
        """Nothing is missing and nothing was late."""
        return all(s.filed == s.on_time == s.expected and s.light == "ok" for s in self.parts.values())


@dataclass(frozen=True)
class Line:
    name: str | Text
    code: str
    """Region code of a tenant below, else ''."""
    cells: Mapping[Place, Cell]
    off: frozenset[str]
    """Campaigns that this tenant does not run."""


@dataclass(frozen=True)
class Summary:
    span: Period
    options: tuple[Period, ...]
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    of_units: bool

    def total(self, head: Head) -> Standing | None:
        return add_up(line.cells.get((head.campaign.key, head.form)) for line in self.lines)


def add_up(cells: Any) -> Standing | None:
    """Counts over several cells; None where nothing was expected."""
    found = [s for c in cells if c for s in c.parts.values()]
    if not found:
        return None
    counts = (sum(s.filed for s in found), sum(s.expected for s in found), sum(s.on_time for s in found))
    return Standing(*counts, "", f"{counts[0]}/{counts[1]}")


def read_summary(
    session: Session, now: datetime, campaigns: Sequence[Campaign], *, at: str = "", gaps_only: bool = False
) -> Summary:
    """``campaigns``: those that the reader may oversee in the scope's home. ``Invalid`` for an odd ``at``."""
    span = parse_period(at) if at else period_of(now.date(), PeriodKind.MONTH)
    if span.kind is PeriodKind.ONCE:
        raise Invalid({"at": _("请选择月、季、半年或年。")})
    options = tuple(period_of(now.date(), kind).shifted(-n) for kind, count in _OFFERED for n in range(count))
    of_units = not get_scope(session).below
    lines, titles = (_units if of_units else _tenants)(session, now, campaigns, span)
    heads = tuple(_heads(campaigns, lines, titles))
    if gaps_only:
        lines = [x for x in lines if not all(c.settled for c in x.cells.values())]
    return Summary(span, options, heads, tuple(lines), of_units)


def _heads(campaigns: Sequence[Campaign], lines: Sequence[Line], titles: Mapping[Place, str]) -> Any:
    """Forms of which anything was expected, in the order of the navigation and of the campaign."""
    met = {place for line in lines for place in line.cells}
    for campaign in campaigns:
        declared = [f.key for f in campaign.forms]
        own = sorted(form for key, form in met if key == campaign.key and form not in declared)
        for key in (*declared, *own):
            form = campaign.form(key)
            if (campaign.key, key) in met:
                yield Head(
                    campaign, key, form.label if form else Text(titles.get((campaign.key, key)) or key)
                )


def _ending(span: Period) -> Any:
    """Reports whose period ends in the span."""
    first, last = span.start, span.end
    keys = []
    for kind in (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.HALF_YEAR, PeriodKind.YEAR):
        period = period_of(last, kind)
        while period.end >= first:
            keys += [period.key] if period.end <= last else []
            period = period.shifted(-1)
    days = Report.period.between(first.isoformat(), last.isoformat())
    return sa.or_(Report.period.in_(keys), sa.and_(days, sa.func.length(Report.period) == 10))


def _tenants(
    session: Session, now: datetime, campaigns: Sequence[Campaign], span: Period
) -> tuple[list[Line], dict[Place, str]]:
    """本级 first, then the tenants below in official order; forms that a county made for itself stay out."""
    scope, keys = get_scope(session), [c.key for c in campaigns]
    places: dict[int, tuple[str, str, set[str]]] = {}
    for tenant_id, code, name, campaign in session.execute(
        sa.select(Tenant.id, Tenant.code, Tenant.city + Tenant.name, CampaignSwitch.campaign)
        .join(CampaignSwitch, CampaignSwitch.tenant_id == Tenant.id)
        .where(Tenant.id.in_(scope.below), CampaignSwitch.campaign.in_(keys), CampaignSwitch.enabled)
        .order_by(Tenant.code)
    ):
        places.setdefault(tenant_id, (name, code, set()))[2].add(campaign)
    cells: dict[int, dict[Place, dict[str, Standing]]] = {}
    for r in session.execute(
        sa.select(
            Report.tenant_id, Report.id, Report.campaign, Report.form, Report.period, Report.state, Report.expected,
            Report.filed, Report.on_time, Report.due_at, Report.submitted_at,
        )
        .where(Report.campaign.in_(keys), _ending(span), ~Report.form.startswith(OWN_FORM, autoescape=True))
        .order_by(Report.due_at)
    ):  # fmt: skip
        mine = cells.setdefault(r.tenant_id, {}).setdefault((r.campaign, r.form), {})
        mine[r.period] = tenant_standing(r, now, own=r.tenant_id == scope.home)
    lines = [
        Line(name, code, _cells(cells.get(tenant_id)), frozenset(keys) - on)
        for tenant_id, (name, code, on) in places.items()
    ]
    own = cells.get(scope.home or 0)
    return ([Line(OWN, "", _cells(own), frozenset())] if own else []) + lines, {}


def _units(
    session: Session, now: datetime, campaigns: Sequence[Campaign], span: Period
) -> tuple[list[Line], dict[Place, str]]:
    home, keys = get_scope(session).home, [c.key for c in campaigns]
    names: dict[int, str] = {}
    titles: dict[Place, str] = {}
    cells: dict[int, dict[Place, dict[str, Standing]]] = {}
    for r in session.execute(
        sa.select(
            Unit.id.label("unit_id"), Unit.full_name, Submission.id, Submission.campaign, Submission.form,
            Submission.period, Submission.state, Submission.zero, Submission.due_at, Submission.first_filed_at,
            Report.title,
        )
        .join_from(Submission, Unit, sa.and_(Unit.tenant_id == Submission.tenant_id, Unit.id == Submission.unit_id))
        .join(Report, sa.and_(Report.tenant_id == Submission.tenant_id, Report.id == Submission.report_id))
        .where(Submission.tenant_id == home, Report.campaign.in_(keys), _ending(span))
        .order_by(Unit.sort_no, Unit.id, Submission.due_at)
    ):  # fmt: skip
        names[r.unit_id], titles[r.campaign, r.form] = r.full_name, r.title
        mine = cells.setdefault(r.unit_id, {}).setdefault((r.campaign, r.form), {})
        mine[r.period] = unit_standing(r, now)
    return [Line(name, "", _cells(cells[unit]), frozenset()) for unit, name in names.items()], titles


def _cells(found: Mapping[Place, Mapping[str, Standing]] | None) -> dict[Place, Cell]:
    return {place: Cell(parts) for place, parts in (found or {}).items()}
