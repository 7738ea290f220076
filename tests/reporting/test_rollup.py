"""The roll-up equals the sum of what is filed, whatever happened before and whoever did it at once."""

from __future__ import annotations

import hashlib
import random
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from portal.campaigns.forms import Field, FieldKind, Grade
from portal.core.db import db
from portal.core.errors import Conflict, Invalid
from portal.core.scope import SYSTEM, Actor, Scope, set_scope
from portal.core.text import Text
from portal.figures.models import Rollup
from portal.figures.services import sum_values
from portal.reporting.amending import amend_report
from portal.reporting.catalogue import find_form
from portal.reporting.models import (
    COUNTED,
    LocalForm,
    Report,
    ReportFile,
    State,
    Submission,
    SubmissionEdition,
)
from portal.reporting.rebuilding import rebuild_tenant
from portal.reporting.reviewing import accept_submission, decline_signature, return_submission
from portal.reporting.services import file_submission, save_draft, sign_submission
from portal.reporting.upward import close_report, list_missing, reopen_report, submit_report
from portal.web.inputs import MAX_FEN, MAX_INTEGER
from tests.conftest import TestClock
from tests.factories import Factory
from tests.reporting.county import ACTOR, F6, County, found_county

UNITS = {"甲镇": "township", "乙镇": "township", "公安": "police"}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(sorted(UNITS)),
        st.sampled_from(["save", "file", "zero", "send", "sign", "decline", "accept", "return"]),
        st.integers(0, 10**6),
    ),
    min_size=1,
    max_size=14,
)


def explained(county: County) -> dict[str, str]:
    return {c.key: "逐条另附" for c in county.form.checks if c.grade is Grade.EXPLAIN}


def act(county: County, unit: str, step: str, number: int) -> None:
    """One step of somebody; a step that the state forbids is refused and changes nothing."""
    values = {
        "leads": number,
        "leads_grid": number,
        "repaid_amount": number * 100,
        "repaid_people": number or None,
    }
    try:
        with county.inside() as session:
            sheet = county.sheet(unit)
            common: dict[str, Any] = {"submission": sheet, "version": sheet.version}
            form = common | {"campaign": county.campaign, "form": county.form}
            filing = form | {"values": values, "explanations": explained(county), "late_reason": "迟"}
            match step:
                case "save":
                    save_draft(session, ACTOR, county.now, values=values, explanations={}, **common)
                case "file" | "zero" | "send":
                    file_submission(
                        session,
                        ACTOR,
                        county.now,
                        zero=step == "zero",
                        needs_signature=step == "send",
                        **filing,
                    )
                case "sign":
                    sign_submission(session, ACTOR, county.now, **form)
                case "decline":
                    decline_signature(session, ACTOR, county.now, reason="x", **common)
                case "accept":
                    accept_submission(session, ACTOR, county.now, **common)
                case "return":
                    return_submission(session, ACTOR, county.now, reasons={"": "x"}, link="", **form)
    except (Conflict, Invalid):
        county.session.rollback()


@given(steps=STEPS)
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # steps are short, and shrinking them takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_sums_and_counts_equal_their_sources_after_any_steps(
    make: Factory, clock: TestClock, steps: list[tuple[str, str, int]]
) -> None:
    clock.at("2025-09-29T10:00:00")
    county = found_county(make, UNITS)
    county.open()
    for number, (unit, step, value) in enumerate(steps):
        if number == len(steps) // 2:
            clock.at("2025-10-02T10:00:00")
        act(county, unit, step, value)
        assert county.consistent()
    for unit in UNITS:
        sheet = county.sheet(unit)
        editions = county.session.scalars(
            sa.select(SubmissionEdition.values)
            .where(SubmissionEdition.submission_id == sheet.id)
            .order_by(SubmissionEdition.number)
        ).all()
        assert len(editions) == sheet.edition
        if sheet.state in (State.FILED, State.ACCEPTED):
            assert editions[-1] == sheet.values


def run_together(app: Flask, works: list[Any]) -> list[BaseException | None]:
    """Each in a thread with a session of its own, started together."""
    db.session.rollback()  # whatever the test has read holds SQLite's lock
    start = threading.Barrier(len(works))
    ends: list[BaseException | None] = [None] * len(works)

    def run(number: int) -> None:
        with app.app_context():
            session = db.session()
            session.info["audit_key"] = app.extensions["portal"].audit_key
            try:
                start.wait(30)
                works[number](session)
                session.commit()
            except BaseException as error:  # handed to the test
                session.rollback()
                ends[number] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(t.is_alive() for t in threads)
    return ends


def filing(county: County, sheet_id: int, version: int, number: int, actor: Actor = ACTOR) -> Any:
    tenant, campaign, form, now = county.tenant.id, county.campaign, county.form, county.now
    said = explained(county)

    def work(session: Any) -> None:
        set_scope(session, Scope(own=(tenant,), home=tenant))
        file_submission(
            session, actor, now, campaign=campaign, form=form, submission=session.get_one(Submission, (tenant, sheet_id)),
            version=version, values={"leads": number, "leads_grid": number}, explanations=said, late_reason="",
            needs_signature=False,
        )  # fmt: skip

    return work


def test_units_that_file_at_once_are_all_in_the_sum(app: Flask, make: Factory, clock: TestClock) -> None:
    clock.at("2025-09-29T10:00:00")
    names = [f"{n}镇" for n in "甲乙丙丁戊己"]
    county = found_county(make, dict.fromkeys(names, "township"))
    county.open()
    sheets = [(county.sheet(n).id, county.sheet(n).version) for n in names]
    works = [filing(county, i, v, 10**n) for n, (i, v) in enumerate(sheets)]
    assert run_together(app, works) == [None] * len(names)
    assert county.rollup()["leads"] == 111_111
    assert county.report().filed == len(names)
    assert county.consistent()


@pytest.mark.parametrize("people", [2, 5])
def test_of_two_liaisons_of_one_unit_one_wins_and_the_others_are_told(
    app: Flask, make: Factory, clock: TestClock, people: int
) -> None:
    """A80, F10."""
    clock.at("2025-09-29T10:00:00")
    county = found_county(make, UNITS)
    county.open()
    sheet = county.sheet("甲镇")
    works = [filing(county, sheet.id, sheet.version, n + 1, Actor(None, f"联络员{n}")) for n in range(people)]
    ends = run_together(app, works)
    assert ends.count(None) == 1
    assert all(e is None or isinstance(e, Conflict) for e in ends), ends
    assert "没有覆盖" in str(next(e for e in ends if e is not None))
    sheet = county.sheet("甲镇")
    assert sheet.edition == 1
    assert sheet.values["leads"] == ends.index(None) + 1
    assert county.consistent()


STORM = ("save", "file", "file", "file", "zero", "send", "sign", "decline", "accept", "return", "close", "reopen",
         "submit", "amend")  # fmt: skip
REFUSALS = (Conflict, Invalid, StaleDataError)


def storm(county: County, seed: int, steps: int) -> Any:
    """One person's random steps, each in a transaction of its own; what the state forbids is refused."""
    tenant, campaign, form, now = county.tenant.id, county.campaign, county.form, county.now
    report_id, said, rng = county.report().id, explained(county), random.Random(seed)
    sheets = [county.sheet(u).id for u in county.units]

    def step(session: Session) -> None:
        sheet = session.get_one(Submission, (tenant, rng.choice(sheets)))
        number, kind = rng.randrange(10**6), rng.choice(STORM)
        values = {"leads": number, "leads_grid": number, "repaid_amount": number * 100, "repaid_people": 1}
        common: dict[str, Any] = {"submission": sheet, "version": sheet.version}
        whole = common | {"campaign": campaign, "form": form}
        report = session.get_one(Report, (tenant, report_id))
        upward: dict[str, Any] = {"report": report, "version": report.version}
        match kind:
            case "save":
                save_draft(session, ACTOR, now, values=values, explanations={}, **common)
            case "file" | "zero" | "send":
                file_submission(
                    session, ACTOR, now, values=values, explanations=said, late_reason="迟", zero=kind == "zero",
                    needs_signature=kind == "send", **whole,
                )  # fmt: skip
            case "sign":
                sign_submission(session, ACTOR, now, **whole)
            case "decline":
                decline_signature(session, ACTOR, now, reason="x", **common)
            case "accept":
                accept_submission(session, ACTOR, now, **common)
            case "return":
                return_submission(session, ACTOR, now, reasons={"": "x"}, link="", **whole)
            case "close":
                close_report(session, ACTOR, now, campaign=campaign, **upward)
            case "reopen":
                reopen_report(session, ACTOR, now, reason="x", **upward)
            case "submit":
                gaps = {m.unit_id: "x" for m in list_missing(session, report)}
                submit_report(
                    session, ACTOR, now, gap_reasons=gaps, late_reason="迟", campaign=campaign, **upward
                )
            case "amend":
                amended = {"meetings": (number, "x")}
                amend_report(session, ACTOR, now, form=form, amended=amended, **upward)

    def work(session: Session) -> None:
        for _n in range(steps):
            set_scope(session, Scope(own=(tenant,), home=tenant))
            try:
                step(session)
                session.commit()
            except REFUSALS:
                session.rollback()

    return work


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_drifts_when_eight_work_at_random_at_once(
    app: Flask, make: Factory, clock: TestClock, seed: int
) -> None:
    """Whatever was refused in between: sums, counts and what was sent equal their sources, and nobody blocked."""
    clock.at("2025-10-02T10:00:00")
    county = found_county(make, UNITS)
    county.open()
    works = [storm(county, seed * 100 + n, 15) for n in range(8)]
    assert run_together(app, works) == [None] * 8
    assert county.consistent()
    assert drift(county) == []
    for sheet in map(county.sheet, UNITS):
        wanted = sa.select(SubmissionEdition).where(SubmissionEdition.submission_id == sheet.id)
        editions = county.session.scalars(wanted.order_by(SubmissionEdition.number)).all()
        assert [e.number for e in editions] == list(range(1, sheet.edition + 1))
        if sheet.state in COUNTED:
            assert editions[-1].values == sheet.values
    county.enter()
    report = county.report()
    if not report.closed_at:  # at random all closings may have met somebody else's step
        close_report(
            county.session, ACTOR, county.now, campaign=county.campaign, report=report, version=report.version
        )
        county.session.commit()
        county.enter()
    stored = county.session.scalars(sa.select(ReportFile).order_by(ReportFile.number)).all()
    assert stored
    assert [f.number for f in stored] == list(range(1, len(stored) + 1))
    assert all(hashlib.sha256(f.content).hexdigest() == f.sha256 for f in stored)


def drift(county: County) -> list[str]:
    """What ``portal figures rebuild --check`` says of the county."""
    county.session.rollback()
    county.enter()
    registry = county.make.app.extensions["portal"].registry
    found = [
        str(message)
        for _report, message in rebuild_tenant(
            county.session, county.now, registry=registry, tenant_id=county.tenant.id, check=True
        )
    ]
    county.session.rollback()
    return found


def test_rebuild_names_what_differs_and_puts_sums_and_counts_right(county: County) -> None:
    county.plain("甲镇", 3)
    county.plain("乙镇", 4)
    with county.inside() as session:
        report = county.report()
        submit_report(
            session, ACTOR, county.now, report=report, version=report.version, late_reason="",
            gap_reasons={u.id: "x" for u in county.units.values()}, campaign=county.campaign,
        )  # fmt: skip
    assert drift(county) == []
    with county.inside() as session:
        session.scalars(sa.select(Rollup)).one().values = {"leads": 8, "gone": 1}
        county.report().filed = 9
    assert drift(county) == [
        "汇总数 leads：存的是 8，来源是 7", "汇总数 leads_grid：存的是 —，来源是 7", "汇总数 gone：存的是 1，来源是 —",
        "已报数：存的是 9，来源是 2",
    ]  # fmt: skip
    with county.inside() as session:
        registry = county.make.app.extensions["portal"].registry
        assert len(list(rebuild_tenant(
            session, county.now, registry=registry, tenant_id=county.tenant.id, check=False
        ))) == 4  # fmt: skip
    assert drift(county) == []
    assert county.consistent()
    with county.inside():
        county.report().values = {"leads": 1}
    assert [d.split("：")[0] for d in drift(county)] == ["上报合计数"], "what was sent is not rewritten"


def test_rebuild_asks_a_constant_number_of_statements_for_each_report(county: County) -> None:
    def statements(units: int) -> int:
        for unit in list(F6)[:units]:
            county.plain(unit)
        county.session.rollback()
        counted = 0

        def count(*_: Any) -> None:
            nonlocal counted
            counted += 1

        sa.event.listen(db.engine, "before_cursor_execute", count)
        try:
            drift(county)
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", count)
        return counted

    assert statements(1) == statements(8) <= 8


def test_a_column_of_the_tenants_own_is_summed_too(county: County) -> None:
    """Rule: the period's form is the one with the tenant's columns."""
    with county.inside() as session:
        session.add(
            LocalForm(
                mechanism_id=county.mechanism.id, campaign=county.key, form=county.form.key, number=1,
                definition={"fields": [{"key": "own_shops", "label": "夜市摊位", "kind": "integer"}]},
                released_at=county.now, changed_at=county.now,
            )
        )  # fmt: skip
        county.report().local = 1
        for unit in F6:
            county.sheet(unit).local = 1
    with county.inside() as session:
        effective = find_form(session, county.tenant.id, county.campaign, county.form.key, 1)
        assert effective is not None
        for unit, number in (("甲镇", 5), ("乙镇", 7)):
            sheet = county.sheet(unit)
            file_submission(
                session, ACTOR, county.now, campaign=county.campaign, form=effective, submission=sheet,
                version=sheet.version, values={"leads": 0, "own_shops": number}, explanations=explained(county),
                late_reason="", needs_signature=False,
            )  # fmt: skip
    assert county.rollup()["own_shops"] == 12
    assert drift(county) == []


@given(
    payloads=st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "leads": st.none() | st.integers(0, MAX_INTEGER),
                "repaid_amount": st.integers(0, MAX_FEN),
            },
        ),
        max_size=400,
    )
)
@settings(max_examples=40, deadline=None)
def test_sums_never_overflow_and_money_stays_whole(payloads: list[dict[str, int | None]]) -> None:
    fields = tuple(Field(key=k, label=Text(k), kind=kind) for k, kind in
                   (("leads", FieldKind.INTEGER), ("repaid_amount", FieldKind.MONEY)))  # fmt: skip
    sums = sum_values(fields, payloads)
    for key in ("leads", "repaid_amount"):
        known = [p[key] for p in payloads if p.get(key) is not None]
        assert (key in sums) == bool(known)
        if known:
            assert type(sums[key]) is int
            assert sums[key] == sum(v for v in known if v is not None)


def test_the_largest_figures_come_back_from_the_database_whole(county: County) -> None:
    for unit in F6:
        county.plain(unit, MAX_INTEGER, repaid_amount=MAX_FEN, repaid_people=1)
    sums = county.rollup()
    assert (sums["leads"], sums["repaid_amount"]) == (10 * MAX_INTEGER, 10 * MAX_FEN)
    assert type(sums["repaid_amount"]) is int
    assert county.consistent()


def test_opening_at_once_opens_once(app: Flask, make: Factory, clock: TestClock) -> None:
    """Two workers, or a worker and the operator."""
    from datetime import date

    from portal.core.workdays import WorkCalendar
    from portal.reporting.opening import open_periods
    from portal.units.bodies import list_members

    clock.at("2025-09-29T10:00:00")
    county = found_county(make, UNITS)
    tenant, mechanism, campaign, now = county.tenant.id, county.mechanism.id, county.campaign, county.now

    def work(session: Any) -> None:
        set_scope(session, Scope(own=(tenant,), home=tenant))
        open_periods(
            session, SYSTEM, now, campaign=campaign, mechanism_id=mechanism,
            members=list_members(session, mechanism, now.date()), since=date(2025, 7, 1), calendar=WorkCalendar(),
        )  # fmt: skip

    ends = run_together(app, [work, work, work])
    assert None in ends
    assert all(e is None or isinstance(e, sa.exc.IntegrityError) for e in ends), ends
    assert county.report().expected == 3
    county.enter()
    assert county.session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 3
