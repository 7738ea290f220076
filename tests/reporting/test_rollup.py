"""The roll-up equals the sum of what is filed, whatever happened before and whoever did it at once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from portal.core.db import db
from portal.core.errors import Conflict, Invalid
from portal.core.scope import SYSTEM, Actor, Scope, set_scope
from portal.reporting.models import State, Submission, SubmissionEdition
from portal.reporting.services import (
    accept_submission,
    decline_signature,
    file_submission,
    return_submission,
    save_draft,
    sign_submission,
)
from tests.conftest import TestClock
from tests.factories import Factory
from tests.reporting.county import ACTOR, County, found_county

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
            filing = form | {"values": values, "explanations": {}, "late_reason": "迟"}
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

    def work(session: Any) -> None:
        set_scope(session, Scope(own=(tenant,), home=tenant))
        file_submission(
            session, actor, now, campaign=campaign, form=form, submission=session.get_one(Submission, (tenant, sheet_id)),
            version=version, values={"leads": number, "leads_grid": number}, explanations={}, late_reason="",
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
