"""What is offered and from where, what a correction asks for, and what is counted. Nothing empty overwrites anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from portal.accounts.models import Account
from portal.campaigns import PeriodKind
from portal.core.db import db
from portal.core.errors import Invalid
from portal.core.posts import PostKind
from portal.ledger.models import Record, RecordEvent
from portal.reporting.models import State, SubmissionEdition
from portal.reporting.prefill import Offer, read_offer
from tests.conftest import TestClock
from tests.factories import Factory
from tests.reporting.county import F6, LONG_AGO, County, found_county
from tests.reporting.paper import Forms, send
from tests.reporting.test_pages import page
from tests.reporting.trial import POLICE, enter, file, keep, offers, said, second_body, trial_forms

PREVIOUS = "2025Q2"
FILLED: dict[str, Any] = {
    "leads": 0,
    "on_hand": 0,
    "talks": 0,
    "closing": 14,
    "phone": "0353-1234567",
    "outlets": 12,
}


@pytest.fixture
def county(app: Flask, make: Factory, clock: TestClock) -> Iterator[County]:
    """2025-09-20: the police of a county, its second and third quarter open, in another body three months."""
    clock.at("2025-09-20T10:00:00")
    with trial_forms(app):
        county = found_county(make, F6)
        county.since = date(2025, 4, 1)
        county.open()
        yield county


@pytest.fixture
def monthly(county: County) -> County:
    return second_body(county)


def editions(county: County, period: str = "2025Q3") -> list[SubmissionEdition]:
    sheet = county.sheet(POLICE, period)
    wanted = sa.select(SubmissionEdition).where(SubmissionEdition.submission_id == sheet.id)
    return list(county.session.scalars(wanted.order_by(SubmissionEdition.number)))


def counts(edition: SubmissionEdition) -> tuple[int, int, int, int]:
    return edition.asked, edition.prefilled, edition.corrected, edition.repeated


# ------------------------------------------------------------------------------------------------- records
def test_a_figure_is_read_off_the_ledger_of_the_period(county: County) -> None:
    enter(county, "2025-06-30", "2025-07-01", "2025-08-15", "2025-09-19")
    enter(county, "2025-08-01", unit="财政")
    found = offers(county)
    assert (found["leads"].value, said(found["leads"])) == (3, "台账：本期 3 条")
    assert (found["on_hand"].value, said(found["on_hand"])) == (4, "台账：期末 4 条")
    assert [row["name"] for row in found["rows"].value] == [
        "2025-07-01线索1",
        "2025-08-15线索2",
        "2025-09-19线索3",
    ]
    assert offers(county, "财政")["leads"].value == 1


def test_where_the_register_has_nothing_nought_is_offered_and_says_so(county: County) -> None:
    found = offers(county)
    assert (found["leads"].value, said(found["leads"])) == (0, "台账：本期没有登记")
    assert (found["talks"].value, said(found["talks"])) == (0, "活动记录：本期没有登记")
    assert found["rows"].value == []
    assert "closing" not in found
    assert "papers" not in found


def test_an_entry_changed_or_gone_counts_as_it_stands_now(county: County) -> None:
    first, _second = enter(county, "2025-07-01", "2025-08-01")
    assert offers(county)["leads"].value == 2
    with county.inside() as session:
        for story in session.scalars(sa.select(RecordEvent).where(RecordEvent.record_id == first)):
            session.delete(story)
        session.flush()
        session.delete(session.get(Record, (county.tenant.id, first)))
    assert offers(county)["leads"].value == 1


# ----------------------------------------------------------------------------------- what was filed before
def test_the_opening_figure_is_the_last_closing_one_and_what_stands_is_kept(county: County) -> None:
    assert "opening" not in offers(county)
    file(county, PREVIOUS, FILLED)
    found = offers(county)
    assert (found["opening"].value, said(found["opening"])) == (14, "上期期末 14")
    assert (found["phone"].value, said(found["phone"])) == ("0353-1234567", "沿用2025年二季度所报")
    assert found["outlets"].value == 12
    assert "opening" not in offers(county, "财政"), "of the same unit only"


def test_the_same_element_comes_from_the_forms_of_another_body(county: County, monthly: County) -> None:
    for month, went in (("2025-07", 5), ("2025-08", 6)):
        file(monthly, month, {"went": went, "left": went, "sum": went * 100})
    assert "visits" not in offers(county), "two of three months do not make a quarter"
    file(monthly, "2025-09", {"went": 7, "left": 3, "sum": 2_000_000})
    found = offers(county)
    assert (found["visits"].value, said(found["visits"])) == (18, "《月度试填表》2025年7月至2025年9月合计 18")
    assert (found["stock"].value, said(found["stock"])) == (3, "《月度试填表》2025年9月已报 3")
    assert (found["paid"].value, said(found["paid"])) == (
        2_001_100,
        "《月度试填表》2025年7月至2025年9月合计 2.0011",
    )


def test_a_form_of_the_same_period_is_preferred_and_drafts_are_no_source(
    county: County, monthly: County
) -> None:
    keep(monthly, {"went": 5}, "2025-07")
    assert "went" not in offers(monthly, period="2025-08")
    assert "visits" not in offers(county)


def test_the_profile_names_the_unit(county: County) -> None:
    found = offers(county)
    assert (found["unit_name"].value, said(found["unit_name"])) == (
        county.units[POLICE].full_name,
        "单位档案",
    )


def test_an_offer_survives_its_storage() -> None:
    offer = Offer(
        3, "element", "《%(form)s》%(period)s已报 %(n)s", {"form": "月报", "period": "2026-06", "n": "3"}
    )
    assert read_offer(offer.as_json()) == offer
    assert said(read_offer(offer.as_json())) == "《月报》2026年6月已报 3"


# --------------------------------------------------------------------------------------------- corrections
def offered(county: County) -> dict[str, Any]:
    return {key: offer.value for key, offer in offers(county).items()}


def test_a_corrected_figure_needs_its_reason_and_keeps_both(county: County) -> None:
    enter(county, "2025-07-01", "2025-08-01", "2025-09-01")
    values = offered(county) | {"leads": 4, "closing": 1}
    with pytest.raises(Invalid) as refused:
        file(county, "2025Q3", values)
    assert str(refused.value.problems["correct.leads"]) == "与已有数字不一致（台账现为 3），请写明更正原因。"
    county.session.rollback()
    with pytest.raises(Invalid):
        file(county, "2025Q3", values, corrections={"leads": "   "})
    county.session.rollback()
    assert county.sheet(POLICE).state == State.EXPECTED
    filed = file(county, "2025Q3", values, corrections={"leads": "1 条迟录", "talks": "无用"})
    assert filed.corrections == {"leads": "1 条迟录"}, "a reason without a correction is no reason"
    assert filed.origins["leads"]["value"] == 3
    edition = editions(county)[0]
    assert (edition.corrections, edition.origins["leads"]["value"]) == ({"leads": "1 条迟录"}, 3)


def test_an_offered_figure_may_not_silently_become_empty(county: County) -> None:
    enter(county, "2025-07-01")
    with pytest.raises(Invalid) as refused:
        file(county, "2025Q3", offered(county) | {"leads": None})
    assert "correct.leads" in refused.value.problems


def test_what_stands_until_it_changes_changes_without_a_reason(county: County) -> None:
    file(county, PREVIOUS, FILLED)
    filed = file(county, "2025Q3", offered(county) | {"phone": "0353-7654321", "closing": 14})
    assert filed.values["phone"] == "0353-7654321"
    assert editions(county)[0].corrected == 1


def test_an_opening_figure_that_is_not_the_last_closing_one_is_explained_once(county: County) -> None:
    """F6.2 over two periods: 上期期末 14, 本期期初 13."""
    file(county, PREVIOUS, FILLED)
    values = offered(county) | {"opening": 13, "closing": 13}
    with pytest.raises(Invalid) as refused:
        file(county, "2025Q3", values)
    problems = refused.value.problems
    assert str(problems["opening"]) == "上期期末 14，本期期初填报 13，差 1。"
    assert set(problems) == {"opening", "correct.opening"}
    county.session.rollback()
    assert file(county, "2025Q3", values, corrections={"opening": "1 件并案"}).state == State.FILED


def test_a_drawn_opening_figure_that_is_not_the_last_closing_one_is_explained(county: County) -> None:
    """The register offers it, so nothing is corrected; that it differs from what was filed is said all the same."""
    file(county, PREVIOUS, FILLED)
    enter(county, "2025-06-30")  # entered after the second quarter was filed with none on hand
    with pytest.raises(Invalid) as refused:
        file(county, "2025Q3", {})
    assert set(refused.value.problems) == {"known_before", "explain.carries.known_before"}
    county.session.rollback()
    explained = {"carries.known_before": "上季漏录 1 条"}
    assert file(county, "2025Q3", {}, explanations=explained).state == State.FILED


def test_rows_may_be_added_and_completed_but_not_dropped_without_a_reason(county: County) -> None:
    enter(county, "2025-07-01", "2025-08-01")
    values = offered(county) | {"closing": 2}
    rows = [dict(row) for row in values["rows"]]
    rows[0]["remark"] = "已核"
    more = [*rows, {"name": "另一条", "count": 1, "remark": None}]
    filed = file(county, "2025Q3", values | {"rows": more})
    assert filed.values["rows"] == more
    edition = editions(county)[0]
    # Thirteen fields and three rows of three columns; leads, on_hand, talks, known_before, unit_name and two cells
    # of two rows.
    assert counts(edition) == (13 + 9, 5 + 4, 0, 0)
    for fewer in (rows[1:], [rows[0] | {"count": 5}, rows[1]], []):
        with pytest.raises(Invalid) as refused:
            file(county, "2025Q3", values | {"rows": fewer})
        assert set(refused.value.problems) == {"correct.rows"}
        county.session.rollback()


# ------------------------------------------------------------------------------------------------- counted
def test_the_four_counts_of_an_edition(county: County, monthly: County) -> None:
    enter(county, "2025-07-01")
    keep(county, {"visits": 18})
    for month, went in (("2025-07", 5), ("2025-08", 6), ("2025-09", 7)):
        file(monthly, month, {"went": went})
    values = offered(county) | {"leads": 2, "closing": 3, "phone": "0353-1", "visits": 18, "rows": []}
    file(county, "2025Q3", values, corrections={"leads": "迟录", "rows": "迟录"})
    # Asked: the thirteen fields. Offered: leads, on_hand, talks, known_before, unit_name; visits were typed before they were known.
    assert counts(editions(county)[0]) == (13, 5, 1, 1)


def test_filing_without_any_offer_counts_what_was_asked(county: County) -> None:
    file(county, "2025Q3", FILLED, origins={})
    assert counts(editions(county)[0]) == (13, 0, 0, 0)


# --------------------------------------------------------------------------------------------- zero report
def test_a_zero_report_over_known_figures_is_refused_by_their_names(county: County) -> None:
    enter(county, "2025-07-01", "2025-08-01")
    with pytest.raises(Invalid) as refused:
        file(county, "2025Q3", None)
    text = str(refused.value.problems[""])
    assert "线索（台账：本期 2 条）" in text
    assert "已知有 3 项不为 0" in text
    county.session.rollback()
    assert county.sheet(POLICE).state == State.EXPECTED


def test_a_zero_report_keeps_what_stands(county: County) -> None:
    file(county, PREVIOUS, FILLED | {"closing": 0})
    filed = file(county, "2025Q3", None)
    assert (filed.zero, filed.values["leads"], filed.values["outlets"]) == (True, 0, 12)
    assert filed.values["phone"] == "0353-1234567"


# ---------------------------------------------------------------------------------------------- on the page
@pytest.fixture
def liaison(county: County, login: Callable[[str], FlaskClient]) -> FlaskClient:
    return login(county.account(PostKind.LIAISON, POLICE))


def address(county: County, period: str = "2025Q3") -> str:
    return county.url(f"reports/{county.sheet(POLICE, period).id}")


def cells(client: FlaskClient, url: str) -> dict[str, list[str]]:
    return next(f for f in Forms(client.get(url).get_data(as_text=True)).found.values() if "leads" in f)


def test_the_page_offers_and_files_what_is_known(county: County, liaison: FlaskClient) -> None:
    enter(county, "2025-07-01", "2025-08-01", "2025-09-01")
    url = address(county)
    shown = page(liaison.get(url))
    assert "台账：本期 3 条" in shown
    assert "prefilled" in shown
    assert cells(liaison, url)["leads"] == ["3"]
    assert county.sheet(POLICE).state == State.EXPECTED, "to look is not to save"
    assert send(liaison, url, action="file", closing="3").status_code == 303
    sheet = county.sheet(POLICE)
    assert (sheet.values["leads"], len(sheet.values["rows"])) == (3, 3)


def test_without_scripts_the_server_asks_for_the_reason(
    county: County, liaison: FlaskClient, login: Callable[[str], FlaskClient]
) -> None:
    enter(county, "2025-07-01", "2025-08-01", "2025-09-01")
    url = address(county)
    refused = send(liaison, url, reasons=False, action="file", leads="4", closing="3")
    shown = page(refused)
    assert refused.status_code == 422
    assert 'id="correct-leads-problem"' in shown
    assert "请写明更正原因" in shown
    assert (
        send(liaison, url, action="file", leads="4", closing="3", **{"correct-leads": "1 条迟录"}).status_code
        == 303
    )
    office = login(county.account(PostKind.OFFICE_STAFF))
    read = page(office.get(url))
    assert '台账：本期 3 条<span class="corrected">，原为 3；单位更正：1 条迟录' in read


def test_an_offer_that_changed_is_a_hint_and_what_was_typed_stays(
    county: County, liaison: FlaskClient
) -> None:
    enter(county, "2025-07-01", "2025-08-01", "2025-09-01")
    url = address(county)
    send(liaison, url, action="save")
    enter(county, "2025-09-02")
    shown = page(liaison.get(url))
    assert cells(liaison, url)["leads"] == ["3"]
    assert "台账现为 4" in shown
    assert cells(liaison, url)["correct-leads"] == [""]


def test_a_cell_left_open_before_anything_was_known_takes_the_offer(
    county: County, monthly: County, liaison: FlaskClient
) -> None:
    url = address(county)
    send(liaison, url, action="save", closing="3")
    assert cells(liaison, url)["visits"] == [""]
    for month, went in (("2025-07", 5), ("2025-08", 6), ("2025-09", 7)):
        file(monthly, month, {"went": went})
    assert cells(liaison, url)["visits"] == ["18"]
    send(liaison, url, action="save", visits="")
    assert cells(liaison, url)["visits"] == [""], "emptied by hand"
    assert "《月度试填表》2025年7月至2025年9月合计 18" in page(liaison.get(url))


def test_last_period_stands_beside_the_cells_on_request(county: County, liaison: FlaskClient) -> None:
    url = address(county)
    assert "data-compare" not in page(liaison.get(url)), "nothing to compare with"
    file(county, PREVIOUS, FILLED)
    send(liaison, url, action="save", closing="21", opening="14")
    shown = page(liaison.get(f"{url}?compare=1"))
    assert 'id="sheet" class="compare"' in shown
    assert "上期 <b>14</b>" in shown
    assert "+7 (+50%)" in shown
    assert 'class="compare"' not in page(liaison.get(url))


def test_after_filing_the_forms_that_say_otherwise_are_named(
    county: County, monthly: County, liaison: FlaskClient, app: Flask
) -> None:
    """beyond.md row 1: changing one value asks whether the other forms follow."""
    with trial_forms(app, PeriodKind.QUARTER):
        monthly.open()
        keep(monthly, {"went": 5})
        unit = county.units[POLICE]
        file(county, "2025Q3", FILLED | {"visits": 9, "unit_name": unit.full_name})
        shown = page(liaison.get(address(county)))
        assert "请核对是否一并更正" in shown
        assert "走访：本表 9，该表 5" in shown
        assert offers(monthly)["went"].value == 9
        link = monthly.url(f"reports/{monthly.sheet(POLICE).id}")
        assert link not in shown, "no post in that body, no link"
        name = county.account(PostKind.LIAISON, POLICE)
        holder = county.session.scalars(sa.select(Account).where(Account.username == name)).one()
        county.make.post(county.tenant, holder, PostKind.LIAISON, monthly.mechanism, unit, since=LONG_AGO)
        assert f'href="{link}"' in page(liaison.get(address(county)))
        keep(monthly, {"went": 9})
        assert "请核对是否一并更正" not in page(liaison.get(address(county)))


# --------------------------------------------------------------------------------------------- statements
@contextmanager
def selects() -> Iterator[list[str]]:
    found: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_the_statements_of_the_page_do_not_grow_with_what_is_known(
    county: County, monthly: County, liaison: FlaskClient
) -> None:
    url = address(county)
    file(county, PREVIOUS, FILLED)
    file(monthly, "2025-07", {"went": 5})
    enter(county, "2025-07-01")
    liaison.get(url)

    def count() -> int:
        with selects() as found:
            assert liaison.get(url).status_code == 200
        return len(found)

    few = count()
    for month in ("2025-08", "2025-09"):
        file(monthly, month, {"went": 5, "left": 3, "sum": 7})
    enter(county, *(f"2025-08-{day:02}" for day in range(1, 29)))
    assert count() == few
    assert few <= 24
