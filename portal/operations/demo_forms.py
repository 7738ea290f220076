"""Forms of the demo: older ones were typed, the latest are drawn from what the units keep, with a few corrections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Field, FieldKind, Form, Grade
from portal.core.clock import SHANGHAI
from portal.core.periods import parse_period
from portal.core.posts import POST_LABELS, PostKind
from portal.core.text import _
from portal.operations.demo_records import DRAWN_PERIODS, trend
from portal.operations.demo_world import World
from portal.reporting.catalogue import find_form
from portal.reporting.cells import blank, count_cells
from portal.reporting.checks import findings
from portal.reporting.due import OPEN_DAYS, counted_days
from portal.reporting.models import Report, ReportState, State, Submission, SubmissionEdition
from portal.reporting.opening import asked_fields
from portal.reporting.prefill import as_origins, offers_for
from portal.reporting.services import recount
from portal.reporting.upward import submit_report
from portal.tenants.models import Tenant
from portal.tenants.policies import value_of

MISSING, LATE, CORRECTED, ZERO = 0.015, 0.015, 0.06, 0.06
HALF_DONE = 0.45
FIGURES = (FieldKind.INTEGER, FieldKind.MONEY)
_OWN_RANGE = (0, 40)
"""Of a tenant's own columns, which declare none."""
_NEVER_TYPED = (FieldKind.FILES, FieldKind.FLAG)


def fill_all(world: World, tenant: Tenant) -> None:
    """Past periods filed and reported, a few late or missing; the open ones half done."""
    reports = world.session.scalars(sa.select(Report).order_by(Report.due_at, Report.campaign.desc())).all()
    latest: dict[tuple[str, str], list[int]] = {}
    for report in reports:
        latest.setdefault((report.campaign, report.form), []).append(report.id)
    drawn = {r for ids in latest.values() for r in ids[-DRAWN_PERIODS:]}
    before: dict[tuple[str, str, int], dict[str, Any]] = {}
    for report in reports:
        campaign = world.registry.find(report.campaign)
        form = find_form(world.session, tenant.id, campaign, report.form, report.local) if campaign else None
        if campaign is not None and form is not None:
            _fill(world, tenant, campaign, form, report, before, drawn=report.id in drawn)


def _fill(
    world: World, tenant: Tenant, campaign: Campaign, form: Form, report: Report,
    before: dict[tuple[str, str, int], dict[str, Any]], *, drawn: bool,
) -> None:  # fmt: skip
    past = report.due_at < world.now
    rows = world.session.scalars(sa.select(Submission).where(Submission.report_id == report.id)).all()
    cut_off = value_of(world.session, tenant.id, campaign, "cut_off_day")
    first, last = counted_days(parse_period(report.period), cut_off)
    any_late = False
    for row in rows:
        chance = world.dice.random()
        if chance > (1 - MISSING if past else HALF_DONE) or _kept_open(world, row, report):
            continue
        if row.id in world.left_out:
            continue
        origins: dict[str, Any] = {}
        if drawn:
            offers = offers_for(
                world.session, campaign=campaign, form=form, submission=row, first=first, last=last
            )
            origins = as_origins(offers)
        place = (report.campaign, report.form, row.unit_id)
        worse = trend(world, tenant, report.campaign, report.form, row.member, report.period)
        values = _complete(
            world, campaign, form, row.member, origins, before.get(place), {} if drawn else worse
        )
        late = past and chance > 1 - MISSING - LATE
        any_late |= late
        _file(world, form, row, report, values, origins, before.get(place), late=late)
        before[place] = values
    recount(world.session, world.now, campaign, form, report)
    if past and not _still_collecting(world, tenant, report):
        _report(world, tenant, campaign, report, rows, late=any_late)


def _kept_open(world: World, row: Submission, report: Report) -> bool:
    """The shown liaison keeps the latest forms to fill: the open ones, or early in a month those just past."""
    return row.unit_id in world.kept_open and report.due_at > world.now - timedelta(days=OPEN_DAYS)


def _still_collecting(world: World, tenant: Tenant, report: Report) -> bool:
    """One county has not yet sent its latest past report; the shown one not those it still fills."""
    open_days = {"yx": 40, "pd": OPEN_DAYS}.get(world.prefix(tenant), 0)
    return report.due_at > world.now - timedelta(days=open_days)


def _report(
    world: World,
    tenant: Tenant,
    campaign: Campaign,
    report: Report,
    rows: Sequence[Submission],
    *,
    late: bool,
) -> None:
    """In time where everybody was; otherwise the county waited a day for the late ones and says so."""
    at = report.due_at + timedelta(hours=22) if late else report.due_at - timedelta(hours=2)
    missing = [r.unit_id for r in rows if r.state == State.EXPECTED]
    submit_report(
        world.session, world.office(tenant), min(at, world.now), report=report, version=report.version,
        gap_reasons={unit: world.text("gap") for unit in missing},
        late_reason=world.text("late_report") if late else "", campaign=campaign,
    )  # fmt: skip
    report.state = ReportState.ACCEPTED.value
    report.reviewed_at = report.due_at + timedelta(days=1)


def _complete(
    world: World, campaign: Campaign, form: Form, member: str, origins: Mapping[str, Any], previous: Mapping[str, Any] | None,
    worse: Mapping[str, int],
) -> dict[str, Any]:  # fmt: skip
    """What was offered, and typed figures for the rest that agree with it and with the form's own rules."""
    offered = {k: o["value"] for k, o in origins.items()}
    rest = [f for f in asked_fields(form, member) if f.key not in offered and f.kind not in _NEVER_TYPED]
    factor = 1 if worse else world.dice.choice((1, 1, 2))
    example = form.example if not origins else {}
    stock = _stock(form, {f.key for f in rest}, offered, previous)
    values = {f.key: _typed(world, f, form, example, factor) for f in rest}
    values |= {f.key: 0 for f in rest if not _concerned(campaign, form, f, member)} | stock | offered
    values |= {k: n for k, n in worse.items() if k in values}
    loose = {f.key for f in rest if f.kind in FIGURES} - set(stock) - set(worse)
    for _round in range(5):  # what breaks a rule was not done
        broken = {
            k for c, _said in findings(form, values, previous) if c.grade is not Grade.HINT for k in c.fields
        }
        if not broken & loose:
            break
        values |= dict.fromkeys(broken & loose, 0)
    return values


def _concerned(campaign: Campaign, form: Form, f: Field, member: str) -> bool:
    """Whether a figure that comes from registers comes from one that this unit keeps."""
    source = next((x for x in form.fields if x.key == f.carries), f)
    kept = [campaign.ledger(d.pool) for d in source.draws]
    return not kept or any(x is None or not x.writers or member in x.writers for x in kept)


def _stock(
    form: Form, rest: set[str], offered: Mapping[str, Any], previous: Mapping[str, Any] | None
) -> dict[str, int]:
    """What opens with the last closing figure closes with it, where the unit types it: nothing came, nothing went."""
    found: dict[str, int] = {}
    for section in form.sections:
        for f in section.fields:
            before = offered.get(f.key, (previous or {}).get(f.carries)) if f.carries else None
            if before is not None:
                found |= {x.key: 0 for x in section.fields if x.kind is FieldKind.INTEGER and x.key in rest}
                found |= {k: before for k in (f.key, f.carries) if k in rest}
    return found


def _trouble(form: Form, values: Mapping[str, Any], previous: Mapping[str, Any] | None) -> int:
    weight = {Grade.ERROR: 100, Grade.EXPLAIN: 1, Grade.HINT: 0}
    return sum(weight[check.grade] for check, _said in findings(form, values, previous))


def _typed(world: World, f: Field, form: Form, example: Mapping[str, Any], factor: int) -> Any:
    """The example's figures, multiplied, keep sums and balances right; others come from the usual range."""
    if f.kind not in FIGURES:
        return _word(form, f)
    if f.key in example:
        return example[f.key] * factor
    value = world.dice.randint(*f.typical or _OWN_RANGE)
    if f.kind is FieldKind.MONEY:
        return value * (1_000_000 if f.unit == _("万元") else 100)
    return value


def _word(form: Form, f: Field) -> Any:
    said = form.example.get(f.key)
    return str(said) if isinstance(said, str) else said


def _file(
    world: World, form: Form, row: Submission, report: Report, values: dict[str, Any], origins: Mapping[str, Any],
    previous: Mapping[str, Any] | None, *, late: bool,
) -> None:  # fmt: skip
    corrections: dict[str, str] = {}
    nothing = all(blank(values.get(f.key)) or values[f.key] == 0 for f in asked_fields(form, row.member))
    if world.happens(CORRECTED):
        corrections = _correct(world, form, row.member, values, origins)
    row.values, row.zero, row.edition = values, nothing, 1
    row.origins, row.corrections = dict(origins), corrections
    explained = {
        c.key: world.text("explain")
        for c, _said in findings(form, values, previous)
        if c.grade is Grade.EXPLAIN
    }
    row.explanations = explained
    early = timedelta(hours=world.dice.randint(3, 200))
    at = report.due_at + timedelta(hours=20) if late else min(report.due_at, world.now) - early
    at = min(at, world.now) if late else world.at(at.astimezone(SHANGHAI).date(), world.dice.randint(9, 17))
    row.first_filed_at = row.filed_at = row.saved_at = at
    row.filed_by = row.saved_by = str(POST_LABELS[PostKind.LIAISON])
    row.late_reason = world.text("late") if late else ""
    accepted = report.due_at < world.now or world.happens(0.5)
    row.state = State.ACCEPTED.value if accepted else State.FILED.value
    cells = count_cells(form, row.member, values, origins, corrections)
    world.session.add(
        SubmissionEdition(
            submission_id=row.id, number=1, form_version=row.form_version, local=row.local, zero=nothing,
            values=dict(values), explanations=explained, origins=dict(origins), corrections=corrections,
            asked=cells.asked, prefilled=cells.prefilled, corrected=cells.corrected, repeated=cells.repeated,
            filed_at=at, filed_by=row.filed_by,
        )
    )  # fmt: skip


def _correct(
    world: World, form: Form, member: str, values: dict[str, Any], origins: Mapping[str, Any]
) -> dict[str, str]:
    """One drawn figure was wrong; the unit puts it right and says why, where no rule is broken by it."""
    drawn = [
        f.key
        for f in asked_fields(form, member)
        if f.kind is FieldKind.INTEGER and f.key in origins and values.get(f.key)
    ]
    world.dice.shuffle(drawn)
    for key in drawn:
        right = values | {key: values[key] + world.dice.randint(1, 3)}
        if _trouble(form, right, None) <= _trouble(form, values, None):
            values[key] = right[key]
            return {key: world.text("correct")}
    return {}
