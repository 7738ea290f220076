"""The county's report to the city: named gaps, released only then, accepted or returned from above."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.core.audit import AuditEvent
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.scope import Scope, ScopeMissing, get_scope, set_scope
from portal.notices.models import Notice
from portal.reporting.models import Report, ReportState, State, Submission, SubmissionEdition
from portal.reporting.upward import accept_report, list_missing, return_report, submit_report
from tests.conftest import TestClock
from tests.reporting.county import ACTOR, F6, OFFICE, County, found_county
from tests.reporting.test_filling import give_back

MISSING = "丙乡"
CITY = OFFICE


@pytest.fixture
def nine(county: County) -> County:
    """F6 with nine of ten filed."""
    for unit in F6:
        if unit != MISSING:
            county.plain(unit)
    return county


def submit(county: County, reason: str = "单位未报，已催报", late_reason: str = "") -> None:
    with county.inside() as session:
        report = county.report()
        gaps = {county.units[MISSING].id: reason}
        submit_report(
            session, ACTOR, county.now, report=report, version=report.version, gap_reasons=gaps,
            late_reason=late_reason,
        )  # fmt: skip


def above(county: County) -> None:
    """From here on the session reads as the city's office."""
    set_scope(county.session, Scope(own=(county.city.id,), below=(county.tenant.id,), home=county.city.id))


def decide(county: County, step: str, version: int | None = None, reason: str = "") -> None:
    version = version or county.report().version
    report_id = county.report().id
    county.session.rollback()
    above(county)
    common = {"county_id": county.tenant.id, "report_id": report_id, "version": version}
    if step == "accept":
        accept_report(county.session, CITY, county.now, **common)
    else:
        return_report(county.session, CITY, county.now, reason=reason, form=county.form, **common)
    county.session.commit()


def test_the_missing_are_named_with_their_reason(nine: County) -> None:
    assert [m.name for m in list_missing(nine.session, nine.report())] == [nine.units[MISSING].full_name]
    with pytest.raises(Invalid) as refused:
        submit(nine, reason=" ")
    assert set(refused.value.problems) == {f"gap.{nine.units[MISSING].id}"}
    nine.session.rollback()
    assert nine.report().state == ReportState.COLLECTING
    submit(nine)
    report = nine.report()
    assert report.state == ReportState.SUBMITTED
    assert report.gaps == [
        {
            "unit_id": nine.units[MISSING].id,
            "unit": nine.units[MISSING].full_name,
            "reason": "单位未报，已催报",
        }
    ]
    assert report.values == nine.rollup() == {"leads": 27, "leads_grid": 27}
    assert report.filed / report.expected == 0.9


def test_late_upward_is_accepted_with_its_reason(nine: County, clock: TestClock) -> None:
    clock.at("2025-10-01T00:00:00")
    with pytest.raises(Invalid) as refused:
        submit(nine)
    assert set(refused.value.problems) == {"late_reason"}
    nine.session.rollback()
    submit(nine, late_reason="数据未核准")
    assert nine.report().late_reason == "数据未核准"


def test_the_city_sees_nothing_of_the_forms_before_and_the_filed_ones_after(nine: County) -> None:
    def seen() -> tuple[int, int]:
        nine.session.rollback()
        above(nine)
        forms = nine.session.scalars(sa.select(Submission.id)).all()
        editions = nine.session.scalars(sa.select(SubmissionEdition.id)).all()
        nine.session.rollback()
        return len(forms), len(editions)

    nine.plain("甲镇", meetings=1)
    assert seen() == (0, 0)
    submit(nine)
    assert seen() == (9, 10)
    assert nine.sheet(MISSING).released_at is None


def test_what_is_changed_after_the_release_is_not_shown_before_the_next(nine: County) -> None:
    """Nor does the released edition change."""
    submit(nine)
    give_back(nine, "甲镇")
    nine.plain("甲镇", meetings=8)
    nine.session.rollback()
    above(nine)
    forms = nine.session.scalars(sa.select(Submission.values)).all()
    editions = nine.session.scalars(sa.select(SubmissionEdition.values)).all()
    assert not any(v.get("meetings") for v in forms)
    assert not any(v.get("meetings") for v in editions)
    assert len(editions) == 9
    nine.session.rollback()
    assert nine.report().values == {"leads": 27, "leads_grid": 27}, "the snapshot of the submission stands"
    assert nine.rollup()["meetings"] == 8


def test_the_missing_unit_may_still_report_afterwards(nine: County, clock: TestClock) -> None:
    submit(nine)
    clock.at("2025-10-10T09:00:00")
    nine.plain(MISSING)
    assert nine.sheet(MISSING).state == State.FILED
    report = nine.report()
    assert (report.filed, report.on_time, report.state) == (10, 9, ReportState.SUBMITTED)
    assert report.values["leads"] == 27
    assert nine.rollup()["leads"] == 30
    assert nine.sheet(MISSING).released_at is None


def test_who_has_filed_corrects_only_after_a_return(nine: County) -> None:
    submit(nine)
    with pytest.raises(Conflict, match="已汇总上报"):
        nine.plain("甲镇")


def test_it_is_submitted_once(nine: County) -> None:
    submit(nine)
    with pytest.raises(Conflict, match="已上报"):
        submit(nine)


def test_an_old_page_of_the_office_is_refused(nine: County) -> None:
    """A unit filed while the office looked at the sums: it must look again."""
    old = nine.report().version
    nine.plain("甲镇", meetings=1)
    with nine.inside() as session, pytest.raises(Conflict, match="有变化"):
        submit_report(
            session, ACTOR, nine.now, report=nine.report(), version=old, late_reason="",
            gap_reasons={nine.units[MISSING].id: "x"},
        )  # fmt: skip


# ------------------------------------------------------------------------------------------- from above
def test_the_city_accepts(nine: County) -> None:
    submit(nine)
    decide(nine, "accept")
    report = nine.report()
    assert (report.state, report.reviewed_by) == (ReportState.ACCEPTED, CITY.name)
    for tenant in (nine.tenant, nine.city):
        set_scope(nine.session, Scope(own=(tenant.id,)))
        acts = nine.session.scalars(sa.select(AuditEvent.act)).all()
        assert acts.count("report.accept") == 1, tenant.name


def test_the_city_returns_with_a_reason_and_gets_it_again(nine: County) -> None:
    submit(nine)
    with pytest.raises(Invalid):
        decide(nine, "return", reason=" ")
    nine.session.rollback()
    decide(nine, "return", reason="第 3 栏请核对")
    report = nine.report()
    assert (report.state, report.review_reason) == (ReportState.RETURNED, "第 3 栏请核对")
    notice = nine.session.scalars(sa.select(Notice).where(Notice.unit_id.is_(None))).one()
    assert notice.detail == "第 3 栏请核对"
    nine.plain("甲镇", 4)
    nine.plain(MISSING)
    submit(nine)
    report = nine.report()
    assert (report.state, report.gaps, report.values["leads"]) == (ReportState.SUBMITTED, [], 31)
    assert report.review_reason == ""
    nine.session.rollback()
    above(nine)
    assert len(nine.session.scalars(sa.select(SubmissionEdition.id)).all()) == 11


def test_the_first_submission_decides_on_late(nine: County, clock: TestClock) -> None:
    submit(nine)
    first = nine.report().submitted_at
    clock.at("2025-10-08T09:00:00")
    decide(nine, "return", reason="请核对")
    submit(nine)
    assert nine.report().submitted_at == first


@pytest.mark.parametrize("step", ["accept", "return"])
def test_only_what_was_submitted_is_decided_and_once(nine: County, step: str) -> None:
    with pytest.raises(Conflict):
        decide(nine, step, reason="x")
    nine.session.rollback()
    submit(nine)
    version = nine.report().version
    decide(nine, "accept")
    for old in (version, nine.report().version):
        with pytest.raises(Conflict):
            decide(nine, step, version=old, reason="x")
        nine.session.rollback()
    assert nine.report().state == ReportState.ACCEPTED


def test_the_scope_is_the_citys_again_after_a_decision(nine: County) -> None:
    submit(nine)
    decide(nine, "accept")
    scope = get_scope(nine.session)
    assert (scope.own, scope.home) == ((nine.city.id,), nine.city.id)


def test_another_city_decides_nothing(nine: County) -> None:
    submit(nine)
    version, report_id = nine.report().version, nine.report().id
    other = found_county(nine.make, {"公安": "police"})
    nine.session.rollback()
    for scope in (
        Scope(own=(other.city.id,), below=(other.tenant.id,), home=other.city.id),
        Scope(own=(other.tenant.id,), home=other.tenant.id),
    ):
        set_scope(nine.session, scope)
        for county_id in (nine.tenant.id, other.tenant.id):
            with pytest.raises((NotFound, ScopeMissing)):
                accept_report(
                    nine.session, CITY, nine.now, county_id=county_id, report_id=report_id, version=version
                )
            nine.session.rollback()
    assert nine.report().state == ReportState.SUBMITTED


def test_the_city_cannot_write_a_countys_row(nine: County) -> None:
    submit(nine)
    report_id = nine.report().id
    nine.session.rollback()
    above(nine)
    report = nine.session.get_one(Report, (nine.tenant.id, report_id))
    report.review_reason = "x"
    with pytest.raises(Exception, match="其他租户"):
        nine.session.flush()
    nine.session.rollback()
