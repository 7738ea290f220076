"""Filling, signing, filing and reviewing a unit's form. Scenario F6 and what goes wrong around it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from portal.core.audit import AuditEvent
from portal.core.clock import SHANGHAI, end_of
from portal.core.errors import Conflict, Invalid
from portal.notices.models import Notice
from portal.reporting.models import ReportRemark, State, Submission, SubmissionEdition
from portal.reporting.reviewing import accept_submission, decline_signature, return_submission
from portal.reporting.services import file_submission, save_draft, sign_submission
from portal.reporting.standing import light_of, minutes_late
from tests.conftest import TestClock
from tests.reporting.county import ACTOR, F6, OFFICE, County

PLAIN: dict[str, Any] = {"leads": 3, "leads_grid": 3}


def save(county: County, unit: str, values: dict[str, Any]) -> None:
    with county.inside() as session:
        sheet = county.sheet(unit)
        save_draft(
            session,
            ACTOR,
            county.now,
            submission=sheet,
            version=sheet.version,
            values=values,
            explanations={},
        )


def give_back(county: County, unit: str, **reasons: str) -> None:
    with county.inside() as session:
        sheet = county.sheet(unit)
        return_submission(
            session, OFFICE, county.now, campaign=county.campaign, form=county.form, submission=sheet,
            version=sheet.version, reasons=reasons or {"": "第 1 栏与台账差 1 件"}, link="/x",
        )  # fmt: skip


def accept(county: County, unit: str) -> None:
    with county.inside() as session:
        sheet = county.sheet(unit)
        accept_submission(session, OFFICE, county.now, submission=sheet, version=sheet.version)


# --------------------------------------------------------------------------------------------------- F6
def test_completeness_and_timeliness_of_f6(county: County, clock: TestClock) -> None:
    """8 on time (one of them a zero report, one in three versions), 1 two days late, 1 missing."""
    on_time = [u for u in F6 if u not in ("丙乡", "开发区")]
    county.file(on_time[0])
    for unit in on_time[1:]:
        county.file(unit, {"leads": 2, "leads_grid": 2})
    for leads in (5, 7):
        clock.now = clock.now.replace(hour=clock.now.hour + 1)
        county.file(on_time[1], {"leads": leads, "leads_grid": leads})
    clock.at("2025-10-02T09:00:00")
    county.file("开发区", {"leads": 1, "leads_grid": 1})
    report = county.report()
    assert (report.filed / report.expected, report.on_time / report.expected) == (0.9, 0.8)
    assert (report.expected, report.filed, report.on_time, report.zero) == (10, 9, 8, 1)
    assert county.sheet(on_time[1]).edition == 3
    assert county.rollup()["leads"] == 0 + 7 + 6 * 2 + 1
    assert county.consistent()


def test_a_gap_in_the_stock_must_be_explained_or_corrected(county: County) -> None:
    stock = PLAIN | {"opening_cases": 7, "added_cases": 18, "resolved_cases": 11}
    with pytest.raises(Invalid) as refused:
        county.file("甲镇", stock | {"closing_cases": 13})
    said = refused.value.problems
    assert "差 1" in str(said["closing_cases"])
    assert "explain.stock_balances" in said
    county.session.rollback()
    assert county.sheet("甲镇").state == State.EXPECTED
    with pytest.raises(Invalid):
        county.file("甲镇", stock | {"closing_cases": 13}, explanations={"stock_balances": "  "})
    county.session.rollback()
    filed = county.file("甲镇", stock | {"closing_cases": 13}, explanations={"stock_balances": "1 件并案"})
    assert filed.explanations == {"stock_balances": "1 件并案"}
    assert county.file("乙镇", stock | {"closing_cases": 14}).explanations == {}


def test_an_error_cannot_be_explained_away(county: County) -> None:
    with pytest.raises(Invalid) as refused:
        county.file(
            "甲镇", PLAIN | {"transferred_to_police": 5}, explanations={"transfers_within_leads": "没有错"}
        )
    assert "移送公安 5 件" in str(refused.value.problems["transferred_to_police"])
    assert set(refused.value.problems) == {"transferred_to_police", "leads"}
    county.session.rollback()
    assert county.rollup() == {}


# ------------------------------------------------------------------------------------------------ lateness
@pytest.mark.parametrize(
    ("at", "minutes"),
    [
        ("2025-09-30T23:59:59.999999", 0),
        ("2025-10-01T00:00:00", 1),
        ("2025-10-01T00:00:59", 1),
        ("2025-10-01T00:02:00", 2),
        ("2025-10-02T00:00:00", 1440),
    ],
)
def test_late_begins_at_midnight_and_counts_minutes(at: str, minutes: int) -> None:
    due, filed = end_of(date(2025, 9, 30)), datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
    assert minutes_late(due, filed) == minutes
    assert minutes_late(due, None) == 0


def test_late_is_accepted_with_its_reason_and_stays_late_after_a_correction(
    county: County, clock: TestClock
) -> None:
    clock.at("2025-10-02T09:00:00")
    with pytest.raises(Invalid) as refused:
        county.file("甲镇", PLAIN, late_reason=" ")
    assert set(refused.value.problems) == {"late_reason"}
    county.session.rollback()
    first = county.file("甲镇", PLAIN, late_reason="领导外出未签发")
    assert (first.late_reason, first.first_filed_at) == ("领导外出未签发", clock.now)
    clock.at("2025-10-09T09:00:00")
    again = county.file("甲镇", PLAIN | {"leads": 4, "leads_grid": 4}, late_reason="")
    assert again.late_reason == "领导外出未签发"
    assert again.first_filed_at == first.first_filed_at
    assert again.filed_at == clock.now
    assert county.report().on_time == 0


def test_a_correction_after_the_day_keeps_the_form_on_time(county: County, clock: TestClock) -> None:
    county.file("甲镇", PLAIN)
    clock.at("2025-10-09T09:00:00")
    give_back(county, "甲镇")
    assert county.report().on_time == 0
    county.file("甲镇", PLAIN, late_reason="")
    assert county.report().on_time == 1


@pytest.mark.parametrize(
    ("state", "at", "light"),
    [
        (State.EXPECTED, "2025-09-20T10:00:00", "ok"),
        (State.DRAFT, "2025-09-28T00:00:00", "near"),
        (State.EXPECTED, "2025-09-30T23:59:59", "near"),
        (State.EXPECTED, "2025-10-01T00:00:00", "late"),
        (State.RETURNED, "2025-09-20T10:00:00", "slow"),
        (State.RETURNED, "2025-10-01T00:00:00", "late"),
        (State.SIGNING, "2025-10-01T00:00:00", "late"),
        (State.FILED, "2025-12-01T00:00:00", "done"),
        (State.ACCEPTED, "2025-12-01T00:00:00", "done"),
    ],
)
def test_the_light_is_derived_from_the_clock(state: State, at: str, light: str) -> None:
    due = end_of(date(2025, 9, 30))
    assert light_of(due, datetime.fromisoformat(at).replace(tzinfo=SHANGHAI), state).state == light


# ------------------------------------------------------------------------------------------ draft and file
def test_a_draft_counts_nowhere_and_checks_nothing(county: County) -> None:
    save(county, "甲镇", {"leads": 1, "transferred_to_police": 9})
    sheet = county.sheet("甲镇")
    assert (sheet.state, sheet.values["leads"], sheet.edition) == (State.DRAFT, 1, 0)
    assert sheet.saved_by == ACTOR.name
    assert county.rollup() == {}
    assert county.report().filed == 0


def test_a_draft_over_a_filed_form_is_refused(county: County) -> None:
    """What has been filed stands in the sums; it is replaced by filing again, never by a draft."""
    county.file("甲镇", PLAIN)
    with pytest.raises(Conflict):
        save(county, "甲镇", {"leads": 99})
    county.session.rollback()
    assert county.sheet("甲镇").values["leads"] == 3
    assert county.consistent()


def test_a_zero_report_says_nought_for_what_the_unit_is_asked(county: County) -> None:
    sheet = county.file("甲镇")
    assert sheet.zero
    assert set(sheet.values.values()) == {0}
    assert "leads" in sheet.values
    court = [f.key for f in county.form.fields if f.owners == ("court",)]
    assert court
    assert not set(court) & set(sheet.values)
    assert county.report().zero == 1
    county.file("甲镇", PLAIN)
    assert county.report().zero == 0


def test_each_filing_is_kept_as_an_edition(county: County, clock: TestClock) -> None:
    for number, leads in enumerate((1, 2, 3), 1):
        clock.now = clock.now.replace(minute=number)
        county.file("甲镇", {"leads": leads, "leads_grid": leads})
    sheet = county.sheet("甲镇")
    editions = county.session.scalars(
        sa.select(SubmissionEdition)
        .where(SubmissionEdition.submission_id == sheet.id)
        .order_by(SubmissionEdition.number)
    ).all()
    assert [(e.number, e.values["leads"], e.filed_at.minute) for e in editions] == [
        (1, 1, 1),
        (2, 2, 2),
        (3, 3, 3),
    ]
    assert sheet.edition == 3
    assert county.report().filed == 1


def test_the_same_page_sent_twice_files_once(county: County) -> None:
    with county.inside() as session:
        sheet = county.sheet("甲镇")
        common: dict[str, Any] = {
            "campaign": county.campaign, "form": county.form, "submission": sheet, "version": sheet.version,
            "values": PLAIN, "explanations": {}, "late_reason": "", "needs_signature": False,
        }  # fmt: skip
        file_submission(session, ACTOR, county.now, **common)
        session.flush()
        with pytest.raises(Conflict, match="没有覆盖"):
            file_submission(session, ACTOR, county.now, **common)
    assert county.sheet("甲镇").edition == 1


@pytest.mark.parametrize("step", ["save", "file"])
def test_an_accepted_form_is_changed_by_nobody(county: County, step: str) -> None:
    county.file("甲镇", PLAIN)
    accept(county, "甲镇")
    with pytest.raises(Conflict):
        save(county, "甲镇", {}) if step == "save" else county.file("甲镇", {})
    county.session.rollback()
    assert county.sheet("甲镇").values["leads"] == 3


# ------------------------------------------------------------------------------------------------ signature
def test_with_sign_off_it_counts_once_the_leader_has_signed(county: County) -> None:
    sent = county.file("甲镇", PLAIN, needs_signature=True)
    assert (sent.state, sent.edition, county.report().filed) == (State.SIGNING, 0, 0)
    with county.inside() as session:
        sheet = county.sheet("甲镇")
        sign_submission(
            session, OFFICE, county.now, campaign=county.campaign, form=county.form, submission=sheet,
            version=sheet.version,
        )  # fmt: skip
    signed = county.sheet("甲镇")
    assert (signed.state, signed.signed_by, signed.filed_by) == (State.FILED, OFFICE.name, ACTOR.name)
    assert county.report().filed == 1
    assert county.consistent()


def test_a_correction_on_its_way_to_the_leader_no_longer_counts(county: County) -> None:
    county.file("甲镇", PLAIN)
    assert county.report().filed == 1
    county.file("甲镇", PLAIN | {"leads": 9, "leads_grid": 9}, needs_signature=True)
    assert county.report().filed == 0
    assert county.consistent()


def test_the_leader_hands_a_form_back_with_a_reason(county: County) -> None:
    county.file("甲镇", PLAIN, needs_signature=True)
    with county.inside() as session:
        sheet = county.sheet("甲镇")
        with pytest.raises(Invalid):
            decline_signature(
                session, OFFICE, county.now, submission=sheet, version=sheet.version, reason=" "
            )
        decline_signature(
            session, OFFICE, county.now, submission=sheet, version=sheet.version, reason="请核对"
        )
    sheet = county.sheet("甲镇")
    assert (sheet.state, sheet.reasons) == (State.RETURNED, {"": "请核对"})
    with county.inside() as session:
        sheet = county.sheet("甲镇")
        with pytest.raises(Conflict):
            decline_signature(
                session, OFFICE, county.now, submission=sheet, version=sheet.version, reason="再核"
            )


# --------------------------------------------------------------------------------------------------- office
def test_returned_with_reasons_corrected_and_filed_again(county: County) -> None:
    county.file("甲镇", PLAIN)
    with pytest.raises(Invalid):
        give_back(county, "甲镇", leads=" ")
    county.session.rollback()
    give_back(county, "甲镇", leads="与台账差 1 条")
    sheet, report = county.sheet("甲镇"), county.report()
    assert (sheet.state, sheet.reasons, sheet.edition) == (State.RETURNED, {"leads": "与台账差 1 条"}, 1)
    assert (report.filed, county.rollup()) == (0, {})
    notice = county.session.scalars(sa.select(Notice).where(Notice.unit_id == sheet.unit_id)).one()
    assert (notice.detail, notice.link, notice.read_at) == ("发现风险线索：与台账差 1 条", "/x", None)
    county.file("甲镇", {"leads": 4, "leads_grid": 4})
    sheet = county.sheet("甲镇")
    assert (sheet.state, sheet.reasons, sheet.edition) == (State.FILED, {}, 2)
    accept(county, "甲镇")
    story = county.session.scalars(
        sa.select(ReportRemark.kind)
        .where(ReportRemark.subject == f"submission:{sheet.id}")
        .order_by(ReportRemark.at, ReportRemark.id)
    ).all()
    assert sorted(story) == ["accepted", "filed", "filed", "returned"]
    assert county.consistent()


def test_reasons_at_many_fields_are_kept_whole_and_cut_only_in_the_story(county: County) -> None:
    county.file("甲镇", PLAIN)
    give_back(county, "甲镇", **{f.key: f.key + "x" * 280 for f in county.form.fields[:5]})
    sheet = county.sheet("甲镇")
    assert [len(said) > 280 for said in sheet.reasons.values()] == [True] * 5
    told = county.session.scalars(
        sa.select(ReportRemark.text).where(
            ReportRemark.subject == f"submission:{sheet.id}", ReportRemark.kind == "returned"
        )
    ).one()
    assert len(told) == 1000


@pytest.mark.parametrize("unit_state", ["expected", "draft", "returned"])
def test_only_what_was_filed_is_accepted_or_returned(county: County, unit_state: str) -> None:
    if unit_state == "draft":
        save(county, "甲镇", {})
    if unit_state == "returned":
        county.file("甲镇", PLAIN)
        give_back(county, "甲镇")
    for step in (accept, give_back):
        with pytest.raises(Conflict):
            step(county, "甲镇")
        county.session.rollback()
    assert county.sheet("甲镇").state == unit_state


def test_every_step_leaves_its_trace_in_the_trail(county: County) -> None:
    save(county, "甲镇", {})
    county.file("甲镇", PLAIN)
    give_back(county, "甲镇")
    county.file("甲镇", PLAIN)
    accept(county, "甲镇")
    subject = f"submission:{county.sheet('甲镇').id}"
    acts = county.session.scalars(
        sa.select(AuditEvent.act).where(AuditEvent.subject == subject).order_by(AuditEvent.seq)
    ).all()
    assert list(acts) == ["submission.save", "submission.file", "submission.return", "submission.file",
                          "submission.accept"]  # fmt: skip


def test_nothing_empty_overwrites_anything(county: County) -> None:
    """Rule 7: filing fewer figures is a new edition; the old one stays as it was."""
    county.file("甲镇", PLAIN | {"meetings": 2})
    county.file("甲镇", PLAIN | {"meetings": None})
    sheet = county.sheet("甲镇")
    first = county.session.scalars(
        sa.select(SubmissionEdition.values).where(
            SubmissionEdition.submission_id == sheet.id, SubmissionEdition.number == 1
        )
    ).one()
    assert first["meetings"] == 2
    assert "meetings" not in county.rollup()
    assert county.session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 10
