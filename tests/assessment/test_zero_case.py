"""Scenario F9, point 3 (Q-27): who learns that a unit failed 系统内部零发案. The unit, the office, 政法委; nobody else."""

from __future__ import annotations

from portal.ledger.services import Entry, create_record
from portal.reporting.filing import zero_values
from portal.reporting.services import file_submission
from tests.assessment.conftest import Town
from tests.assessment.test_scores import act, set_up, start
from tests.reporting.county import ACTOR

MONTH = "2026-06"
SECRET = "一名员工遇刷单诈骗"


def test_the_banks_case_is_known_to_the_bank_the_office_and_the_commission(town: Town) -> None:
    county, bank = town.county, "农业银行"
    town.clock.at("2026-06-26T10:00:00")
    county.since = town.clock.now.date().replace(day=1)
    county.open()
    ledger = county.campaign.ledger("internal")
    assert ledger is not None
    with county.inside() as session:
        record = create_record(
            session, ACTOR, town.clock.now, campaign=county.campaign, ledger=ledger,
            entry=Entry(SECRET, "", town.clock.now, {"victims": 1, "offenders": 0}), request_key="zero",
            mechanism_id=county.mechanism.id, unit_id=county.units[bank].id,
        ).id  # fmt: skip
    sheet = county.sheet(bank, MONTH)
    with county.inside() as session:
        sheet = county.sheet(bank, MONTH)
        values = zero_values(county.form, sheet.member) | {
            "internal_victim_count": 1,
            "publicity_activities": 1,
        }
        rules = [r.key for r in county.form.checks] + [r.key for r in county.form.comparisons]
        file_submission(
            session, ACTOR, county.now, campaign=county.campaign, form=county.form, submission=sheet, values=values,
            version=sheet.version, explanations=dict.fromkeys(rules, f"{SECRET}，已教育"), late_reason="",
            needs_signature=False, origins={},
        )  # fmt: skip
    filed, unit = county.sheet(bank, MONTH).id, town.unit_id(bank)
    score = start(town)
    set_up(town, score, "publish")
    given = {
        "line": "internal_cases",
        "happened_on": "2026-06-26",
        "evidence": f"{SECRET}，1 人",
        "points": "20",
    }
    assert act(town, "office", score, unit, "enter", request_key="zero", **given).status_code == 303

    # Who may know.
    for who in ("bank", "office"):
        assert SECRET in town.page(who, f"ledger/{record}")
        assert town.ask(who, f"reports/{filed}").status_code == 200
    for who in ("bank", "office", "convenor", "commission"):
        assert SECRET in town.page(who, f"assessment/scores/{score}/units/{unit}")

    # Nobody else: not by address, in no list, no count, no search, no notice, no to-do.
    for who in ("justice", "other_bank"):
        for path in (f"ledger/{record}", f"reports/{filed}", f"assessment/scores/{score}/units/{unit}"):
            assert town.ask(who, path).status_code == 404, path
        for path in ("board", "overview", "overview.xlsx"):
            assert town.ask(who, path).status_code in (403, 404), path
        for path in (
            "ledger?ledger=internal",
            "ledger?q=刷单",
            "library?q=刷单",
            "duties/owed",
            "assessment/scores",
            "activities",
        ):
            response = town.ask(who, path)
            if response.status_code == 303:  # to the unit's own sheet
                response = town.client(who).get(response.location)
            assert response.status_code in (200, 403), path
            assert SECRET not in response.get_data(as_text=True), path
        home = town.client(who).get("/").get_data(as_text=True) + town.client(who).get("/inbox").get_data(
            as_text=True
        )
        assert SECRET not in home
