# ruff: noqa: F811  (fixtures are imported and then asked for by name)
"""From one campaign, period or post into another: by an address, by a token, by pressing twice at once."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.core.posts import PostKind
from portal.reporting.excel.uploads import MOST_KEPT
from portal.reporting.models import State, SubmissionEdition, Upload
from tests.factories import Factory, csrf
from tests.reporting.books import filled
from tests.reporting.conftest import app, clock, county  # noqa: F401
from tests.reporting.county import F6, County
from tests.reporting.test_archive import close, files, submit
from tests.reporting.test_upload import TOWN, Login, address, blank, bring, confirm, liaison, office, page  # noqa: F401

OTHERS = "anticounterfeit"


# ------------------------------------------------------------------------------------------------ campaigns
def test_a_stored_file_is_its_campaigns_alone(county: County, make: Factory, login: Login) -> None:
    """The city's office of one campaign fetched the county's figures of another by the number of the file."""
    for unit in F6:
        county.plain(unit)
    submit(county)
    file_id = files(county)[0].id
    city, code, below = county.city, county.city.code, county.tenant.code
    own = make.mechanism(city, county.key)
    make.post(city, f"own{code}", PostKind.OFFICE_STAFF, own)
    make.post(city, f"other{code}", PostKind.OFFICE_STAFF, make.mechanism(city, OTHERS))
    path = f"overview/{below}/files/{file_id}"
    assert login(f"own{code}").get(f"/{code}/{county.key}/{path}").status_code == 200
    other = login(f"other{code}")
    assert other.get(f"/{code}/{OTHERS}/{path}").status_code == 404
    assert other.get(f"/{code}/{county.key}/{path}").status_code == 404


def test_what_a_county_closed_for_itself_is_told_by_no_file(
    county: County,
    make: Factory,
    login: Login,
) -> None:
    """Neither its first number, nor the difference that the submitted one has against it."""
    county.plain(TOWN, 987)
    close(county)
    county.plain("乙镇", 654)
    submit(county)
    kept, late, sent = files(county)
    assert [f.released_at is not None for f in (kept, late, sent)] == [False, False, True]
    code = county.city.code
    make.post(county.city, f"own{code}", PostKind.OFFICE_STAFF, make.mechanism(county.city, county.key))
    client, at = login(f"own{code}"), f"/{code}/{county.key}/overview/{county.tenant.code}"
    shown = client.get(f"{at}/{county.report().id}").get_data(as_text=True)
    assert shown.count("/files/") == 1
    for file in (kept, late):
        assert client.get(f"{at}/files/{file.id}").status_code == 404
    county.session.rollback()


# ---------------------------------------------------------------------------------------------------- races
def together(app: Flask, *acts: Callable[[], Any]) -> list[int]:
    """Status codes of requests that begin at the same moment."""
    codes: list[int] = []
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> None:
        gate.wait()
        with app.app_context():
            codes.append(act().status_code)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(codes) == len(acts)
    return sorted(codes)


def fields_of(client: FlaskClient, url: str, *names: str) -> dict[str, str]:
    html = client.get(url).get_data(as_text=True)
    found = {n: re.search(rf'name="{n}" value="([^"]*)"', html) for n in ("csrf_token", *names)}
    return {n: m[1] for n, m in found.items() if m}


def free(county: County) -> None:
    """The test's own transaction must not stand in the way of the requests."""
    county.session.rollback()


def test_two_confirmations_at_once_enter_once(app: Flask, county: County, liaison: FlaskClient) -> None:
    url = bring(county, liaison, filled(blank(county, liaison), {"专题会议": 3}))
    data = fields_of(liaison, url, "seen") | {"action": "draft"}
    free(county)
    codes = together(app, *[lambda: liaison.post(url, data=data)] * 4)
    assert set(codes) <= {303, 409}, codes
    sheet = county.sheet(TOWN)
    assert (sheet.state, sheet.values["meetings"], sheet.version) == (State.DRAFT, 3, 2)


def test_two_closings_at_once_store_once(app: Flask, county: County, office: FlaskClient) -> None:
    county.plain(TOWN)
    report_id = county.report().id
    data = fields_of(office, county.url(f"board?report={report_id}")) | {
        "version": str(county.report().version)
    }
    url = county.url(f"board/{report_id}/close")
    free(county)
    assert together(app, *[lambda: office.post(url, data=data)] * 4) == [303] * 4
    assert [f.kind for f in files(county)] == ["closed"]
    assert county.report().closed_at is not None


def test_submitting_while_a_unit_files(
    app: Flask, county: County, office: FlaskClient, liaison: FlaskClient
) -> None:
    """Either order is right, if the figures, the gaps and the counts are of the same moment."""
    for unit in F6:
        if unit != TOWN:
            county.plain(unit)
    report_id = county.report().id
    page_of = county.url(f"board/{report_id}/submit")
    data = fields_of(office, page_of, "version") | {"action": "submit", "gap-all": "催报后仍未报"}
    sheet = fields_of(liaison, address(county), "version") | {"action": "zero"}
    url = address(county)
    free(county)
    together(app, lambda: office.post(page_of, data=data), lambda: liaison.post(url, data=sheet))
    report = county.report()
    assert county.consistent()
    missing = {g["unit_id"] for g in report.gaps}
    filed = county.sheet(TOWN)
    if report.submitted_at is not None:
        released = filed.released_at is not None
        assert released == (county.units[TOWN].id not in missing)
        (file,) = [f for f in files(county) if f.kind == "submitted"]
        assert file.facts["sums"] == report.values
        assert len(file.facts["gaps"]) == len(missing)
    assert filed.edition <= 1


def test_a_page_that_saves_itself_while_it_is_filed(app: Flask, county: County, liaison: FlaskClient) -> None:
    """What was filed stands; the page that came late is told, and overwrites nothing."""
    given = fields_of(liaison, address(county), "version")
    url = address(county)
    free(county)
    together(
        app,
        lambda: liaison.post(url, data=given | {"action": "zero"}),
        *[lambda: liaison.post(f"{url}/autosave", data=given | {"meetings": "7"})] * 3,
    )
    sheet = county.sheet(TOWN)
    editions = county.session.scalars(
        sa.select(SubmissionEdition).where(SubmissionEdition.submission_id == sheet.id)
    ).all()
    assert county.consistent()
    if sheet.state == State.FILED:
        assert [e.values for e in editions] == [sheet.values]
        assert sheet.zero
    else:
        assert (sheet.state, editions) == (State.DRAFT, [])


# --------------------------------------------------------------------------------------------- out of order
@pytest.mark.parametrize("end", [close, submit])
def test_confirming_after_the_period_has_ended_overwrites_nothing(
    county: County,
    liaison: FlaskClient,
    end: Callable[[County], None],
) -> None:
    url = bring(county, liaison, filled(blank(county, liaison), {"专题会议": 3}))
    for unit in F6:
        county.file(unit)
    end(county)
    stored = [f.sha256 for f in files(county)]
    county.session.rollback()
    shown = page(confirm(liaison, url))
    sheet = county.sheet(TOWN)
    assert (sheet.state, sheet.edition, sheet.values.get("meetings")) == (State.FILED, 1, 0), shown
    assert [f.sha256 for f in files(county)] == stored


def test_pressing_confirm_again_writes_nothing_again(county: County, liaison: FlaskClient) -> None:
    url = bring(county, liaison, filled(blank(county, liaison), {"专题会议": 3}))
    confirm(liaison, url)
    version = county.sheet(TOWN).version
    county.session.rollback()
    confirm(liaison, url)
    assert county.sheet(TOWN).version == version


@pytest.mark.parametrize("action", ["reopen", "close", "accept", ""])
def test_closing_by_an_old_page_or_without_the_right(
    county: County,
    office: FlaskClient,
    liaison: FlaskClient,
    action: str,
) -> None:
    url = county.url(f"board/{county.report().id}/close")
    version = county.report().version
    county.session.rollback()
    token = csrf(liaison, address(county))
    data = {"csrf_token": token, "version": str(version), "action": action, "reason": "x"}
    assert liaison.post(url, data=data).status_code == 403
    data = data | {"csrf_token": csrf(office, "/account"), "version": str(version - 1)}
    office.post(url, data=data)
    assert (county.report().closed_at, files(county)) == (None, [])


# --------------------------------------------------------------------------------------------------- quotas
def test_an_account_keeps_its_newest_uploads_only(county: County, liaison: FlaskClient) -> None:
    """A65: nobody fills the database by sending the same file all night."""
    with county.inside() as session:
        report, account = county.report(), county.session.scalar(_account(county))
        rows = [
            Upload(mechanism_id=report.mechanism_id, report_id=report.id, account_id=account, campaign=county.key,
                   name=str(n), findings=[], made_at=county.now) for n in range(MOST_KEPT + 5)
        ]  # fmt: skip
        session.add_all(rows)
    url = bring(county, liaison, filled(blank(county, liaison), {"专题会议": 3}))
    assert liaison.get(url).status_code == 200
    county.enter()
    assert county.session.scalar(sa.select(sa.func.count(Upload.id))) == MOST_KEPT


def _account(county: County) -> Any:
    from portal.accounts.models import Account

    return sa.select(Account.id).where(Account.username == county.account(PostKind.LIAISON, TOWN))
