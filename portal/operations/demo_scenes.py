"""What the demo shows besides the everyday: own columns and forms, questions, a late arrival, an amended figure.

Done through the services that people use, so that trails and messages are as in life.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Form
from portal.core.periods import PeriodKind
from portal.operations.demo_world import World, liaison
from portal.reporting.amending import amend_report
from portal.reporting.archive import find_rollup
from portal.reporting.catalogue import find_form
from portal.reporting.design import local
from portal.reporting.design.local_content import Column, Content
from portal.reporting.filing import zero_values
from portal.reporting.models import Report, Submission
from portal.reporting.prefill import as_origins, current_offers
from portal.reporting.questions import answer, ask
from portal.reporting.services import file_submission
from portal.reporting.upward import close_report, submit_report
from portal.tenants.calendar import load_calendar
from portal.tenants.models import Tenant
from portal.units.bodies import list_members
from portal.units.models import Mechanism, Unit

SHORTENED, OWN, QUESTIONS, CLOSED, AMENDED = "yx", "pd", "pd", "cq", "jq"
DAYS_EARLIER = 5
CLOSED_AFTER = 9
"""Days after the due date at which the period that is shown as closed must have been due."""


def own_columns(world: World, tenant: Tenant, since: date) -> None:
    """Before the periods open: one county asks earlier and for more, one has a form of its own."""
    prefix = world.prefix(tenant)
    if prefix == SHORTENED:
        campaign = _monthly(world)[1]
        content = Content(
            columns=(
                Column(
                    label=world.text("column_1"),
                    unit=world.text("column_1_unit"),
                    definition=world.text("column_1_definition"),
                ),
                Column(
                    label=world.text("column_2"),
                    unit=world.text("column_2_unit"),
                    definition=world.text("column_2_definition"),
                ),
            ),
            days_earlier=DAYS_EARLIER,
            basis=world.text("earlier_basis"),
            readers=world.text("earlier_readers"),
            ends_on=world.today + timedelta(days=300),
            reason=world.text("earlier_reason"),
        )
        _publish(world, tenant, campaign, campaign.forms[0].key, content, since)
    if prefix == OWN:
        campaign = _monthly(world)[0]
        content = Content(
            label=world.text("own_label"),
            columns=(
                Column(
                    label=world.text("own_column_1"),
                    unit=world.text("own_column_1_unit"),
                    definition=world.text("own_column_1_definition"),
                ),
                Column(
                    label=world.text("own_column_2"),
                    unit=world.text("own_column_2_unit"),
                    definition=world.text("own_column_2_definition"),
                ),
            ),
            basis=world.text("own_basis"),
            readers=world.text("own_readers"),
            ends_on=world.today + timedelta(days=200),
            reason=world.text("own_reason"),
            members=_seated(world, campaign)[:3],
        )
        _publish(world, tenant, campaign, "", content, since)


def _seated(world: World, campaign: Campaign) -> tuple[str, ...]:
    """Lines of the roster that a unit of this tenant holds."""
    body = world.session.scalars(sa.select(Mechanism).where(Mechanism.campaign == campaign.key)).one()
    members = list_members(world.session, body.id, world.today)
    return tuple(dict.fromkeys(m.member for m in members if m.member))


def _monthly(world: World) -> list[Campaign]:
    return [c for c in world.registry.campaigns.values() if c.forms[0].period is PeriodKind.MONTH]


def _publish(
    world: World, tenant: Tenant, campaign: Campaign, form: str, content: Content, since: date
) -> None:
    session, actor, at = world.session, world.office(tenant), world.at(since)
    body = session.scalars(sa.select(Mechanism).where(Mechanism.campaign == campaign.key)).one()
    row = local.start(session, actor, at, campaign=campaign, mechanism_id=body.id, form=form)
    local.publish(
        session, actor, at, campaign=campaign, campaigns=list(world.registry.campaigns.values()), row=row,
        version=row.version, content=content,
    )  # fmt: skip


def play(world: World, tenant: Tenant) -> None:
    """After the forms: what happens to single ones of them."""
    prefix = world.prefix(tenant)
    if prefix == QUESTIONS:
        _questions(world, tenant)
    if prefix == CLOSED:
        _late_arrival(world, tenant)
    if prefix == AMENDED:
        _amended(world, tenant)


def _questions(world: World, tenant: Tenant) -> None:
    """Two units ask what a figure counts; the office has answered one of them."""
    campaign = _monthly(world)[1]
    newest = _reports(world, campaign)[-1]
    form = find_form(world.session, tenant.id, campaign, newest.form, newest.local)
    if form is None:
        return
    calendar = load_calendar(world.session)
    asking = world.session.execute(
        sa.select(Submission, Unit.short_name)
        .join(Unit, sa.and_(Unit.tenant_id == Submission.tenant_id, Unit.id == Submission.unit_id))
        .where(Submission.report_id == newest.id)
        .order_by(Unit.sort_no)
    ).all()
    for (submission, unit), key, text in zip(
        [next(r for r in asking if r[0].member == campaign.body.lead), asking[0]],
        (_first_owned(form, campaign.body.lead), _first_common(form)),
        ("question_open", "question_closed"),
        strict=True,
    ):
        at = world.now - timedelta(days=1)
        question = ask(
            world.session, liaison(unit), at, mechanism_id=newest.mechanism_id, submission=submission, form=form,
            key=key, text=world.text(text), calendar=calendar, link="",
        )  # fmt: skip
        if text == "question_closed":
            answer(
                world.session, world.office(tenant), at + timedelta(hours=3), campaign=campaign.key,
                question_id=question.id, version=question.version, text=world.text("answer"), form=form, link="",
            )  # fmt: skip


def _first_owned(form: Form, member: str) -> str:
    return next(f.key for f in form.fields if f.owners == (member,) and f.key.startswith("freeze"))


def _first_common(form: Form) -> str:
    return next(f.key for f in form.fields if not f.owners)


def _reports(world: World, campaign: Campaign, *, past: int = 0) -> Sequence[Report]:
    """The home tenant's reports of the campaign's first form, oldest first; ``past``: due so many days ago."""
    wanted = (Report.campaign == campaign.key, Report.form == campaign.forms[0].key)
    query = sa.select(Report).where(*wanted).order_by(Report.due_at)
    return world.session.scalars(
        query.where(Report.due_at < world.now - timedelta(days=past)) if past else query
    ).all()


def leave_out(world: World, tenant: Tenant) -> None:
    """Before the forms: one unit of a period that will be closed has not filed."""
    if world.prefix(tenant) == CLOSED:
        report = _reports(world, _monthly(world)[1], past=CLOSED_AFTER)[-1]
        rows = world.session.scalars(sa.select(Submission).where(Submission.report_id == report.id)).all()
        owned = {o for f in _monthly(world)[1].forms[0].fields for o in f.owners}
        world.left_out.add(next(r.id for r in rows if r.member not in owned))


def _late_arrival(world: World, tenant: Tenant) -> None:
    """A period is closed while one unit is missing; its form comes five days later and makes the next version."""
    campaign = _monthly(world)[1]
    report = _reports(world, campaign, past=CLOSED_AFTER)[-1]
    form = find_form(world.session, tenant.id, campaign, report.form, report.local)
    missing = world.session.scalars(sa.select(Submission).where(Submission.id.in_(world.left_out))).one()
    assert form is not None
    due = report.due_at
    close_report(
        world.session, world.office(tenant), due + timedelta(days=2), report=report, version=report.version,
        campaign=campaign,
    )  # fmt: skip
    offers = as_origins(current_offers(world.session, campaign=campaign, form=form, submission=missing))
    values = zero_values(form, missing.member) | {k: o["value"] for k, o in offers.items()}
    unit = world.session.scalars(sa.select(Unit.short_name).where(Unit.id == missing.unit_id)).one()
    file_submission(
        world.session, liaison(unit), due + timedelta(days=7), campaign=campaign, form=form, submission=missing,
        version=missing.version, values=values, explanations={}, late_reason=world.text("late_arrival"),
        needs_signature=False, origins=offers,
    )  # fmt: skip


def _amended(world: World, tenant: Tenant) -> None:
    """The county counts one case less than its units' sum, says why, and sends its report once more."""
    campaign = _monthly(world)[1]
    for report in reversed(_reports(world, campaign, past=1)):
        form = find_form(world.session, tenant.id, campaign, report.form, report.local)
        rollup = find_rollup(world.session, report)
        key = _amended_key(form) if form else ""
        if rollup is not None and rollup.values.get(key):  # its owner may be the one that is missing
            break
    else:
        return
    assert form is not None
    at = report.due_at + timedelta(hours=8)
    office, own = world.office(tenant), {key: (rollup.values[key] - 1, world.text("amend_reason"))}
    amend_report(world.session, office, at, report=report, version=report.version, form=form, amended=own)
    world.session.flush()
    submit_report(
        world.session, office, at + timedelta(hours=1), report=report, version=report.version, campaign=campaign,
        gap_reasons={g["unit_id"]: g["reason"] for g in report.gaps}, late_reason=world.text("amend_reason"),
    )  # fmt: skip


def _amended_key(form: Form) -> str:
    """A figure that heads the overview and belongs to one member."""
    return next(f.key for f in form.fields if f.required and f.owners and f.kind == "integer")
