"""The page saves itself: nothing is lost, nobody is overwritten, the trail stays readable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.core.audit import AuditEvent
from portal.core.posts import PostKind
from portal.reporting.models import State
from tests.conftest import TestClock
from tests.factories import csrf
from tests.reporting.county import County
from tests.reporting.paper import Forms, send
from tests.reporting.test_filling import PLAIN, accept, give_back
from tests.reporting.test_pages import TOWN, address, page, value_of


@pytest.fixture
def liaison(county: County, login: Callable[[str], FlaskClient]) -> FlaskClient:
    return login(county.account(PostKind.LIAISON, TOWN))


def opened(client: FlaskClient, url: str) -> dict[str, Any]:
    """The form of the page, as the script collects it."""
    forms = Forms(client.get(url).get_data(as_text=True)).found
    return dict(next(f for f in forms.values() if "leads" in f))


def keep(client: FlaskClient, url: str, form: dict[str, Any], **typed: str) -> TestResponse:
    """As the script does: the header carries the token; the version of the answer goes into the form."""
    data = form | typed
    answer = client.post(f"{url}/autosave", data=data, headers={"X-CSRFToken": data["csrf_token"][0]})
    if answer.status_code == 200:
        form["version"] = str(answer.get_json()["version"])
    return answer


def saves(county: County) -> int:
    subject = f"submission:{county.sheet(TOWN).id}"
    wanted = sa.select(AuditEvent).where(AuditEvent.subject == subject, AuditEvent.act == "submission.save")
    return len(county.session.scalars(wanted).all())


def test_it_saves_and_the_next_press_does_not_conflict(county: County, liaison: FlaskClient) -> None:
    url = address(county)
    form = opened(liaison, url)
    answer = keep(liaison, url, form, meetings="2")
    assert answer.get_json()["saved_at"] == "已自动保存 10:00"
    assert (county.sheet(TOWN).state, county.sheet(TOWN).values["meetings"]) == (State.DRAFT, 2)
    assert keep(liaison, url, form, meetings="3", plans="4").status_code == 200
    filed = liaison.post(url, data=form | {"action": "save", "meetings": "3", "plans": "5"})
    assert filed.status_code == 303
    assert county.sheet(TOWN).values["plans"] == 5


def test_an_answer_that_got_lost_is_no_conflict_with_oneself(county: County, liaison: FlaskClient) -> None:
    url = address(county)
    form = opened(liaison, url)
    before = form["version"]
    assert keep(liaison, url, form, meetings="2").status_code == 200
    again = keep(liaison, url, form | {"version": before}, meetings="2")
    assert (again.status_code, str(again.get_json()["version"])) == (200, form["version"])
    other = keep(liaison, url, form | {"version": before}, meetings="3")
    assert other.status_code == 409


def test_an_unreadable_cell_keeps_what_is_stored_and_stops_no_other(
    county: County, liaison: FlaskClient
) -> None:
    url = address(county)
    form = opened(liaison, url)
    assert "有 1 处看不懂" in keep(liaison, url, form, meetings="2", sites="1e5").get_json()["saved_at"]
    assert "sites" not in county.sheet(TOWN).values
    answer = keep(liaison, url, form, meetings="十几", plans="4", sites="1e5")
    assert "有 2 处看不懂" in answer.get_json()["saved_at"]
    values = county.sheet(TOWN).values
    assert (values["meetings"], values["plans"]) == (2, 4)
    assert "sites" not in values
    keep(liaison, url, form, meetings="", plans="4")
    assert county.sheet(TOWN).values["meetings"] is None, "emptied by hand is empty"


def test_sentences_are_kept_as_well(county: County, liaison: FlaskClient) -> None:
    url = address(county)
    form = opened(liaison, url)
    keep(liaison, url, form, leads="3", **{"correct-leads": "另报", "explain-stock_balances": "并案"})
    keep(liaison, url, form, leads="3", **{"correct-leads": "x\x00", "explain-stock_balances": "并案 1 件"})
    sheet = county.sheet(TOWN)
    assert (sheet.corrections["leads"], sheet.explanations["stock_balances"]) == ("另报", "并案 1 件")


def test_who_saved_meanwhile_is_named_and_nothing_is_overwritten(
    county: County, liaison: FlaskClient, login: Callable[[str], FlaskClient]
) -> None:
    url = address(county)
    form = opened(liaison, url)
    leader = login(county.account(PostKind.LEADER_IN_CHARGE, TOWN))
    send(leader, url, action="save", meetings="1")
    answer = keep(liaison, url, form, meetings="9")
    assert answer.status_code == 409
    assert "已在您打开页面之后保存过这张表" in answer.get_json()["problem"]
    assert county.units[TOWN].full_name in answer.get_json()["problem"]
    assert county.sheet(TOWN).values["meetings"] == 1
    conflict = liaison.post(url, data=form | {"action": "save", "meetings": "9"})
    assert conflict.status_code == 409
    assert "data-autosave" not in page(conflict), "the reader decides, not the page"


@pytest.mark.parametrize("state", ["filed", "accepted", "signing"])
def test_only_an_open_form_saves_itself(county: County, liaison: FlaskClient, state: str) -> None:
    url = address(county)
    form = opened(liaison, url)
    county.file(TOWN, PLAIN, needs_signature=state == "signing")
    if state == "accepted":
        accept(county, TOWN)
    sheet = county.sheet(TOWN)
    form["version"] = str(sheet.version)
    answer = keep(liaison, url, form, meetings="9")
    assert answer.status_code == 409
    assert answer.get_json()["problem"]
    assert (county.sheet(TOWN).state, county.sheet(TOWN).values) == (state, sheet.values)
    assert "data-autosave" not in page(liaison.get(f"{url}?edit=1"))


def test_a_returned_form_saves_itself_and_stays_returned(county: County, liaison: FlaskClient) -> None:
    county.file(TOWN, PLAIN)
    give_back(county, TOWN)
    url = address(county)
    assert keep(liaison, url, opened(liaison, url), meetings="9").status_code == 200
    assert (county.sheet(TOWN).state, county.sheet(TOWN).values["meetings"]) == (State.RETURNED, 9)


def test_the_trail_has_one_event_per_person_and_half_hour(
    county: County, liaison: FlaskClient, clock: TestClock
) -> None:
    url = address(county)
    form = opened(liaison, url)
    for minute in range(5):
        clock.at(f"2025-09-20T10:0{minute}:00")
        keep(liaison, url, form, meetings=str(minute))
    assert saves(county) == 1
    clock.at("2025-09-20T10:31:00")
    keep(liaison, url, form, meetings="31")
    assert saves(county) == 2
    liaison.post(url, data=form | {"action": "save", "meetings": "32"})
    assert saves(county) == 3, "a deliberate save is always noted"


def test_nobody_else_saves(county: County, liaison: FlaskClient, login: Callable[[str], FlaskClient]) -> None:
    url = address(county)
    other = login(county.account(PostKind.LIAISON, "乙镇"))
    office = login(county.account(PostKind.OFFICE_STAFF))
    for client, status in ((other, 404), (office, 403)):
        token = csrf(client, "/account")
        assert client.post(f"{url}/autosave", data={"csrf_token": token}).status_code == status
    assert county.sheet(TOWN).state == State.EXPECTED


def test_without_a_token_nothing_is_saved(county: County, liaison: FlaskClient) -> None:
    url = address(county)
    form = opened(liaison, url)
    assert (
        liaison.post(f"{url}/autosave", data={"version": form["version"], "meetings": "1"}).status_code == 400
    )
    assert county.sheet(TOWN).state == State.EXPECTED


def test_the_saved_page_reads_as_it_was_typed(county: County, liaison: FlaskClient) -> None:
    url = address(county)
    keep(liaison, url, opened(liaison, url), progress="<b>进展</b>", repaid_amount="1.5")
    shown = liaison.get(url).get_data(as_text=True)
    assert value_of(shown, "repaid_amount") == "1.5"
    assert "&lt;b&gt;进展" in shown
