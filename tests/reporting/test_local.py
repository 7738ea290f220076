"""A tenant's own columns and forms: admitted once, never changed, asked of those who are named, ended by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from portal.campaigns.forms import FieldKind
from portal.core.clock import end_of
from portal.core.errors import Conflict, NotFound
from portal.core.scope import Scope, set_scope
from portal.reporting.catalogue import find_form, list_forms, local_field, stored_definition
from portal.reporting.design import local
from portal.reporting.design.admission import needed_by
from portal.reporting.design.local_content import KINDS, Column, Content, content_of, typed
from portal.reporting.models import LocalForm, Report, Submission
from portal.reporting.opening import asked_fields, find_report
from portal.units.models import Membership
from tests.conftest import TestClock
from tests.factories import Factory
from tests.reporting.county import F6, KEY, OFFICE, County, found_county
from tests.reporting.own import OWN, columns, draft, every, publish, refusal, start


# --------------------------------------------------------------------------------------------- versions
def test_an_open_period_keeps_its_columns_and_the_next_one_gets_the_new(
    county: County, clock: TestClock
) -> None:
    row = publish(county, Content(columns=columns("走访大户", unit="户"), days_earlier=3), county.form.key)
    assert (row.number, row.published_by) == (1, OFFICE.name)
    before = county.report()
    county.open()
    assert county.report().local == 0
    assert county.report().due_at == before.due_at
    clock.at("2025-12-20T10:00:00")
    county.open()
    fourth = county.report("2025Q4")
    assert (fourth.local, fourth.due_at) == (1, end_of(date(2025, 12, 29))), "31 less 3 is a Sunday: Monday"
    sheet = county.sheet("甲镇", "2025Q4")
    form = find_form(county.session, county.tenant.id, county.campaign, sheet.form, sheet.local)
    assert form is not None
    added = form.sections[-1].fields
    assert [(f.key, str(f.label), f.kind, f.unit) for f in added] == [
        ("local_1", "走访大户", FieldKind.INTEGER, "户")
    ]
    stored = stored_definition(
        county.session, county.tenant.id, KEY, sheet.form, sheet.form_version, sheet.local
    )
    assert stored is not None
    assert stored["sections"][-1]["fields"][0]["label"] == "走访大户"


def test_a_published_version_never_changes_and_the_next_starts_from_it(county: County) -> None:
    first = publish(county, Content(columns=columns("走访大户", "召开会议")), county.form.key)
    with pytest.raises(Conflict), county.inside() as session:
        local.save(
            session, OFFICE, county.now, campaign=county.campaign, row=first, version=first.version, content=Content()
        )  # fmt: skip
    with pytest.raises(Conflict), county.inside() as session:
        local.discard(session, OFFICE, county.now, row=first, version=first.version)
    county.session.rollback()
    second = draft(county, content_of(first), county.form.key)
    assert second.number == 2
    assert [f["key"] for f in second.definition["fields"]] == ["local_1", "local_2"]
    same = content_of(second)
    changed = replace(
        same,
        columns=(replace(same.columns[0], label="走访大户（次）"), replace(same.columns[1], kind="text")),
    )
    row = publish(county, changed, county.form.key)
    assert row.id == second.id, "there is one draft"
    assert [f["key"] for f in row.definition["fields"]] == ["local_1", "local_3"], (
        "renamed it stays the same column; of another kind it is another"
    )
    county.session.refresh(first)
    assert [f["label"] for f in first.definition["fields"]] == ["走访大户", "召开会议"]


def test_keys_are_given_never_taken(county: County) -> None:
    """Mass assignment: a posted key of another column, or of the declaration, is not taken over."""
    declared = county.form.fields[0].key
    forged = (
        Column(label="一号", key=declared),
        Column(label="二号", key="local_1"),
        Column(label="三号", key="local_1"),
    )
    row = publish(county, Content(columns=forged), county.form.key)
    assert [f["key"] for f in row.definition["fields"]] == ["local_1", "local_2", "local_3"]
    again = replace(
        content_of(row), columns=tuple(replace(c, key="local_1") for c in content_of(row).columns)
    )
    row = publish(county, again, county.form.key)
    assert [f["key"] for f in row.definition["fields"]] == ["local_1", "local_4", "local_5"]


def test_two_people_do_not_overwrite_each_other(county: County) -> None:
    row = draft(county, OWN)
    with county.inside() as session:
        seen = row.version
        local.save(session, OFFICE, county.now, campaign=county.campaign, row=row, version=seen, content=OWN)
    with pytest.raises(Conflict), county.inside() as session:
        local.save(
            session, OFFICE, county.now, campaign=county.campaign, row=row, version=seen, content=Content()
        )
    county.session.rollback()
    county.enter()
    county.session.refresh(row)
    assert len(row.definition["fields"]) == 2
    with county.inside() as session:
        local.discard(session, OFFICE, county.now, row=row, version=row.version)
    with pytest.raises(NotFound), county.inside() as session:
        local.get_local(session, KEY, row.id)


def test_other_tenants_and_other_campaigns_drafts_are_not_found(county: County) -> None:
    row = draft(county, OWN)
    row_id, form, body = row.id, row.form, county.mechanism.id
    for wrong in (0, -1, 2**63, row_id + 1):
        with pytest.raises(NotFound), county.inside() as session:
            local.get_local(session, KEY, wrong)
    with pytest.raises(NotFound), county.inside() as session:
        local.get_local(session, "antifraud", row_id)
    with pytest.raises(NotFound), county.inside() as session:
        start(county, session, "own_0000000000")
    other = found_county(county.make, {"公安": "police"})
    with pytest.raises(NotFound), other.inside() as session:
        local.get_local(session, KEY, row_id)
    with pytest.raises(NotFound), other.inside() as session:
        start(other, session, form)
    with pytest.raises(NotFound), other.inside() as session:
        local.start(session, OFFICE, other.now, campaign=other.campaign, mechanism_id=body, form="")
    county.session.rollback()


# ----------------------------------------------------------------------------------------- draft tables
def test_words_of_a_draft_table_change_and_what_a_rule_needs_stays(county: County) -> None:
    form = county.form
    assert form.draft
    needed = needed_by(form)
    assert {k for check in form.checks for k in check.fields if k in {f.key for f in form.fields}} <= set(
        needed
    )
    assert {k for k in form.headline if k in {f.key for f in form.fields}} <= set(needed)
    key = next(iter(needed))
    said = refusal(county, Content(hidden=(key,), reason="不适用"), form.key)
    assert str(needed[key]) in said[f"hide-{key}"]
    free = next(f for f in form.fields if f.key not in needed)
    renamed = next(f for f in form.fields if f.key != free.key)
    content = Content(
        labels={renamed.key: "改后的名称", free.key: str(free.label), "no_such": "x"},
        definitions={renamed.key: "只计本年"}, hidden=(free.key, "no_such"), reason="按县里口径",
    )  # fmt: skip
    row = publish(county, content, form.key)
    assert row.definition["labels"] == {renamed.key: "改后的名称"}
    assert row.definition["hidden"] == [free.key]
    shown = {f.key: f for f in local.preview(county.campaign, row).fields}
    assert free.key not in shown
    assert (str(shown[renamed.key].label), str(shown[renamed.key].definition)) == ("改后的名称", "只计本年")
    assert [str(f.label) for f in form.fields if f.key == renamed.key] != ["改后的名称"], (
        "the declaration stays"
    )


def test_every_rule_of_every_form_is_named_for_the_columns_it_reads(county: County) -> None:
    for campaign in every(county):
        for form in campaign.forms:
            keys = {f.key for f in form.fields}
            needed = needed_by(form)
            assert set(needed) <= keys
            for metric in form.metrics:
                left = {k: v for k, v in form.example.items() if k in needed or k not in keys}
                assert metric.evaluate(left) == metric.evaluate(form.example), (form.key, metric.key)


# -------------------------------------------------------------------------------------- forms of one's own
def submissions(county: County, form: str) -> list[Any]:
    county.enter()
    return list(
        county.session.execute(
            sa.select(Submission.period, Submission.member, Report.title, Submission.due_at)
            .join(
                Report, sa.and_(Report.tenant_id == Submission.tenant_id, Report.id == Submission.report_id)
            )
            .where(Submission.form == form)
            .order_by(Submission.period, Submission.member)
        )
    )


def test_an_own_form_opens_for_the_members_it_names_from_its_publication_on(
    county: County, clock: TestClock
) -> None:
    row = publish(county, replace(OWN, members=("police", "finance"), ends_on=date(2025, 11, 30)))
    county.open()
    due = end_of(date(2025, 9, 30))
    assert submissions(county, row.form) == [
        ("2025-09", "finance", "涉众企业走访情况", due),
        ("2025-09", "police", "涉众企业走访情况", due),
    ]
    clock.at("2025-10-20T10:00:00")
    county.open()
    assert [s[0] for s in submissions(county, row.form)] == ["2025-09"] * 2 + ["2025-10"] * 2
    clock.at("2025-12-20T10:00:00")
    county.open()
    assert {s[0] for s in submissions(county, row.form)} == {"2025-09", "2025-10"}, "it ended by itself"
    assert row.form not in {
        f.key for f in list_forms(county.session, county.tenant.id, county.campaign, on=date(2025, 12, 1))
    }
    form = find_form(county.session, county.tenant.id, county.campaign, row.form, 1)
    assert form is not None
    assert [len(asked_fields(form, m)) for m in ("police", "township", "")] == [2, 0, 0]
    stored = stored_definition(county.session, county.tenant.id, KEY, row.form, 1, 1)
    assert stored is not None
    assert [f["label"] for f in stored["sections"][0]["fields"]] == ["走访企业", "发现苗头"]


def test_a_form_published_after_its_day_waits_for_the_next_period(county: County, clock: TestClock) -> None:
    clock.at("2025-09-24T10:00:00")
    row = publish(county, replace(OWN, rule="day_20", shift="none"))
    county.open()
    assert submissions(county, row.form) == []
    clock.at("2025-10-06T10:00:00")
    county.open()
    assert {s[0] for s in submissions(county, row.form)} == {"2025-10"}


def test_a_form_that_asks_nobody_today_does_not_open(county: County) -> None:
    row = publish(county, replace(OWN, members=("police",)))
    with county.inside() as session:
        police = session.scalars(sa.select(Membership).where(Membership.member == "police")).one()
        police.until = date(2025, 9, 1)
    county.open()
    county.enter()
    assert county.session.scalar(sa.select(sa.func.count(Report.id)).where(Report.form == row.form)) == 0


@pytest.mark.parametrize(
    ("period", "opened"),
    [("quarter", "2025Q3"), ("half_year", "2025H2"), ("year", "2025")],
)
def test_longer_periods(make: Factory, clock: TestClock, period: str, opened: str) -> None:
    clock.at("2025-07-02T09:00:00")
    county = found_county(make, F6)
    row = publish(county, replace(OWN, period=period))
    county.open()
    assert submissions(county, row.form) == []
    clock.at("2025-09-20T10:00:00" if period == "quarter" else "2025-12-20T10:00:00")
    county.open()
    assert submissions(county, row.form)[0][0] == opened


def test_a_one_off_date_on_a_saturday_is_on_time_until_its_end(make: Factory, clock: TestClock) -> None:
    """D4's 2025-11-01: no due shift moves a day that the document names."""
    clock.at("2025-10-10T09:00:00")
    county = found_county(make, F6)
    row = publish(county, replace(OWN, period="once", once=date(2025, 11, 1), shift="earlier", rule="next_5"))
    county.open()
    assert submissions(county, row.form) == []
    clock.at("2025-10-17T09:00:00")
    county.open()
    county.open()
    found = submissions(county, row.form)
    assert len(found) == 10
    assert {(s[0], s[3]) for s in found} == {("2025-11-01", end_of(date(2025, 11, 1)))}
    clock.at("2026-01-20T09:00:00")
    county.open()
    assert len(submissions(county, row.form)) == 10
    with county.inside() as session:
        report = find_report(session, KEY, row.form, "2025-11-01")
    assert report is not None
    assert [s["text"] for s in report.due_why["sentences"]] == ["规定日期 24:00 前报送"]


def test_a_published_form_keeps_its_kind_of_period(county: County) -> None:
    row = publish(county, OWN)
    assert "period" in refusal(county, replace(content_of(row), period="quarter", reason="改季报"), row.form)


def test_a_name_that_the_campaign_has_is_refused(county: County) -> None:
    publish(county, OWN)
    for label in (str(county.form.label), "涉众企业 走访情况"):
        assert "label" in refusal(county, replace(OWN, label=label[:40], columns=columns("其他")))


def test_additions_end_by_themselves(county: County, clock: TestClock) -> None:
    publish(county, Content(columns=columns("走访大户"), ends_on=date(2025, 11, 30)), county.form.key)
    clock.at("2025-12-20T10:00:00")
    county.open()
    assert county.report("2025Q4").local == 0
    with county.inside() as session:
        forms = list_forms(session, county.tenant.id, county.campaign, on=date(2025, 12, 1))
    assert forms[0].sections[-1].key != "local"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_back_as_it_was_chosen(county: County, kind: str) -> None:
    row = draft(
        county, replace(OWN, columns=columns("一栏", kind=kind, unit="件", required=True, owners=("police",)))
    )
    stored = row.definition["fields"][0]
    assert typed(stored).kind == kind
    field = local_field(stored)
    assert field.kind is KINDS[kind][0]
    assert field.unit == (KINDS[kind][1] or ("件" if kind == "integer" else None))
    assert field.required
    assert field.owners == ("police",)


def test_the_scope_of_another_tenant_sees_nothing(county: County) -> None:
    publish(county, OWN)
    other = found_county(county.make, {"公安": "police"})
    set_scope(county.session, Scope(own=(other.tenant.id,), home=other.tenant.id))
    assert county.session.scalar(sa.select(sa.func.count(LocalForm.id))) == 0
