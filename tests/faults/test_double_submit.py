"""Two identical requests at once, as a nervous double click sends them: one row."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.activities.models import Activity
from portal.core.clock import system_clock
from portal.ledger.models import Record
from portal.reporting.models import Submission, SubmissionEdition
from portal.web.declared import input_texts
from portal.web.inputs import moment_text
from tests.faults.clerk import Clerk
from tests.faults.conftest import MEMBERS, Books, County
from tests.faults.server import Server

pytestmark = pytest.mark.slow
LIAISON = "pd_gaj"


def case_fields(county: County, title: str, **changed: object) -> dict[str, object]:
    """A small case as typed: no clock starts."""
    ledger = county.campaign.ledgers[0]
    typed = input_texts(ledger.fields, ledger.examples[0])
    known = moment_text(system_clock() - timedelta(hours=2))
    return typed | {"entry-title": title, "entry-place": "平定县", "entry-known_at": known} | changed


def twice(clerk: Clerk, path: str, fields: dict[str, object], times: int = 2) -> list[int]:
    with ThreadPoolExecutor(times) as pool:
        return sorted(a.status for a in pool.map(lambda _n: clerk.post(path, fields), range(times)))


def test_a_form_filed_twice_at_once_is_one_edition(county: County, server: Server) -> None:
    clerk = county.clerk(server, LIAISON)
    for number in range(3):
        path = county.sheet(LIAISON, number)
        page = clerk.get(path)
        statuses = twice(clerk, path, page.hidden | county.cells(LIAISON) | {"action": "file"})
        assert statuses == [303, 409], statuses
    with Books(county) as session:
        for number in range(3):
            wanted = county.submissions[LIAISON][number]
            submission = session.get_one(Submission, (county.tenant_id, wanted))
            editions = session.scalars(
                sa.select(SubmissionEdition.number).where(SubmissionEdition.submission_id == wanted)
            ).all()
            assert (submission.edition, list(editions)) == (1, [1])


def test_a_case_saved_five_times_at_once_is_one_record(county: County, server: Server) -> None:
    clerk = county.clerk(server, LIAISON)
    page = clerk.get(f"{county.home}/ledger/new")
    statuses = twice(clerk, f"{county.home}/ledger/new", page.hidden | case_fields(county, "同一件"), 5)
    assert statuses == [303] * 5, "everybody who asked is led to the one record"
    with Books(county) as session:
        assert session.scalar(sa.select(sa.func.count(Record.id)).where(Record.title == "同一件")) == 1


def test_an_activity_saved_five_times_at_once_is_one_activity(county: County, server: Server) -> None:
    clerk = county.clerk(server, LIAISON)
    path = f"{county.home}/activities/new"
    page = clerk.get(path)
    (request_key,) = re.findall(r'name="request_key"[^>]*value="([^"]+)"', page.body)
    fields = page.hidden | {
        "request_key": request_key, "title": "同一场", "kind": "rally", "held_on": system_clock().date().isoformat(),
        "campaigns": county.campaign.key,
    }  # fmt: skip
    assert twice(clerk, path, fields, 5) == [303] * 5, "everybody who asked is led to the one activity"
    with Books(county) as session:
        assert session.scalar(sa.select(sa.func.count(Activity.id)).where(Activity.title == "同一场")) == 1


def test_two_units_at_once_do_not_hinder_each_other(county: County, server: Server) -> None:
    """They meet at the row of the county's report, one after the other; both are stored."""
    clerks = {username: county.clerk(server, username) for username in MEMBERS.values()}

    def file(username: str) -> int:
        path = county.sheet(username)
        return clerks[username].post(
            path, clerks[username].get(path).hidden | county.cells(username) | {"action": "file"}
        ).status  # fmt: skip

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(file, clerks)) == [303, 303, 303]
