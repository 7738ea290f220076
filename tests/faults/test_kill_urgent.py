"""``kill -9`` while urgent reports are filed: what was acknowledged stands with its clock, nothing twice, no half."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from portal.core.clock import system_clock
from portal.deadlines.models import Deadline
from portal.exchange.models import UrgentPart, UrgentReport
from portal.ledger.models import Record
from portal.notices.models import Notice
from portal.web.inputs import moment_text
from tests.faults.clerk import Clerk, Lost
from tests.faults.conftest import Books, County
from tests.faults.server import Server, portal
from tests.faults.test_double_submit import case_fields
from tests.faults.test_kill import ROUNDS, wait_for

pytestmark = pytest.mark.slow
LIAISON = "pd_gaj"
LARGE = "100000"


def report_until(stop: threading.Event, county: County, clerk: Clerk, told: dict[str, Counter[str]]) -> None:
    """Enter a find of 100,000 and report it, again and again."""
    number = 0
    while not stop.is_set():
        number += 1
        title = f"急报 {number}"
        try:
            page = clerk.get(f"{county.home}/ledger/new")
            entry = case_fields(county, title, face_value=LARGE, one_time_face=LARGE)
            answer = clerk.post(f"{county.home}/ledger/new", page.hidden | entry)
            if answer.status != 303:
                told["strange"][f"{title}: {answer.status}"] += answer.status != 503
                continue
            told["entered"][title] += 1
            subject = "record:" + str(answer.headers["Location"]).rsplit("/", 1)[1]
            path = f"{county.home}/urgent/new?subject={quote(subject)}"
            page = clerk.get(path)
            facts = {"what": title, "place": "平定县", "amount": LARGE, "request_key": f"fault-{number}"}
            answer = clerk.post(path, page.hidden | facts)
            told["reported"][title] += answer.status == 303
            told["strange"][f"{title}: {answer.status}"] += answer.status not in (303, 503)
        except Lost:
            time.sleep(0.05)


def test_an_acknowledged_report_and_its_clock_survive(county: County, server: Server) -> None:
    stop, told = threading.Event(), {key: Counter[str]() for key in ("entered", "reported", "strange")}
    clerk = county.clerk(server, LIAISON)
    writer = threading.Thread(target=report_until, args=(stop, county, clerk, told))
    writer.start()
    try:
        for kill in range(ROUNDS):
            before = told["reported"].total()
            wait_for(lambda: told["reported"].total() > before + 1)  # noqa: B023
            if kill % 2:
                server.supervisor().kill()
                server.wait_until_gone(20)
                server.start()
            else:
                server.gunicorn_workers()[0].kill()
        before = told["reported"].total()
        wait_for(lambda: told["reported"].total() > before + 1)
    finally:
        stop.set()
        writer.join(60)
    assert +told["strange"] == Counter()
    with Books(county) as session:
        records = {r.title: r for r in session.scalars(sa.select(Record))}
        reports = Counter(session.scalars(sa.select(UrgentReport.what)))
        clocks = Counter(session.scalars(sa.select(Deadline.subject).where(Deadline.rule != "handling")))
        met = set(session.scalars(sa.select(Deadline.subject).where(Deadline.met_at.is_not(None))))
        owed = Counter(session.scalars(sa.select(Deadline.subject).where(Deadline.rule == "handling")))
        notices = [n.params["what"] for n in session.scalars(sa.select(Notice)) if "what" in n.params]
        for title in told["entered"]:
            assert clocks[f"record:{records[title].id}"] == 1, title
        for title in told["reported"]:
            assert reports[title] == 1, title
        for report in session.scalars(sa.select(UrgentReport)):  # acknowledged or not: never a half
            assert report.subject in met, report.what
            assert owed[f"urgent:{report.id}"] == 1, report.what
            assert notices.count(report.what) == 1, report.what
        assert len(met) == sum(reports.values())
    assert portal(county.settings, "audit", "verify").returncode == 0


def test_parts_sent_many_times_at_once_are_numbered_without_gap(county: County, server: Server) -> None:
    """One page sent three times, and two more pages, all at once."""
    clerk = county.clerk(server, LIAISON)
    path = f"{county.home}/urgent/new"
    known = moment_text(system_clock() - timedelta(hours=1))
    facts = {"what": "聚集", "place": "平定县", "known_at": known, "request_key": "first"}
    answer = clerk.post(path, clerk.get(path).hidden | facts)
    assert answer.status == 303, re.findall(r'class="problem">([^<]*)', answer.body)
    part = "/" + str(answer.headers["Location"]).partition("//")[2].partition("/")[2] + "/part"
    part = (
        part if answer.headers["Location"].startswith("http") else str(answer.headers["Location"]) + "/part"
    )
    hidden = clerk.get(part).hidden

    def send(key: str) -> int:
        return clerk.post(
            part, hidden | {"kind": "follow_up", "what": f"新情况 {key}", "request_key": key}
        ).status

    with ThreadPoolExecutor(5) as pool:
        statuses = list(pool.map(send, ["a", "a", "a", "b", "c"]))
    assert statuses == [303] * 5
    with Books(county) as session:
        assert sorted(session.scalars(sa.select(UrgentPart.number))) == [2, 3, 4]
