"""发文字号: without gaps whatever happens, never twice, each void one still to be seen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from flask import Flask

from portal.core.db import db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.scope import SYSTEM, Scope, set_scope
from portal.core.settings import Settings
from portal.papers import flow, numbers, register
from portal.papers.models import Paper, State
from portal.units.models import Mechanism
from tests.papers.offices import Office


def test_each_kind_counts_for_itself_and_a_void_number_stays(office: Office) -> None:
    first, letter, second = office.write(), office.write(template="letter"), office.write()
    for paper in (first, letter, second):
        office.bring(paper, "numbered")
    assert office.state(first) == ("numbered", "平定反诈〔2026〕1号")
    assert office.state(letter)[1] == "平定反诈函〔2026〕1号"
    assert office.state(second)[1] == "平定反诈〔2026〕2号"
    assert office.post("clerk", f"/{second}/end", {"ending": ""}).status_code == 422
    assert office.post("clerk", f"/{second}/end", {"ending": "时间另定"}).status_code == 303
    third = office.made("numbered")
    assert office.state(third)[1] == "平定反诈〔2026〕3号"
    page = office.page("clerk", "/numbers").get_data(as_text=True)
    assert page.count("连续无缺号") == 2
    assert "作废理由：时间另定" in page
    assert "2号" in page
    books = register.read_books(office.enter(), office.body(), 2026)
    assert [(b.code, b.last, b.missing) for b in books] == [("平定反诈", 3, []), ("平定反诈函", 1, [])]


def test_a_number_is_kept_for_a_purpose_and_then_used(office: Office) -> None:
    key = {"series": "plain", "year": "2026", "purpose": "年度要点", "request_key": "once"}
    assert office.post("clerk", "/numbers/reserve", key | {"purpose": ""}).status_code == 422
    for _press in range(2):
        assert office.post("clerk", "/numbers/reserve", key).status_code == 303
    assert office.numbers() == [("平定反诈〔2026〕1号", "reserved")]
    office.made("numbered")
    later = office.made("signed")
    session, body = office.enter(), office.body()
    (kept,) = register.list_reserved(session, body, "notice")
    assert register.list_reserved(session, body, "letter") == []
    answer = office.post("clerk", f"/{later}/number", {"year": "2026", "reserved": str(kept.id)})
    assert answer.status_code == 303
    assert office.state(later)[1] == "平定反诈〔2026〕1号"
    # used up: it can be neither taken again nor voided as a reservation
    again = office.made("signed")
    assert office.post("clerk", f"/{again}/number", {"reserved": str(kept.id)}).status_code == 422
    assert office.post("clerk", f"/numbers/{kept.id}/void", {"why": "不用了"}).status_code == 409
    assert office.numbers() == [("平定反诈〔2026〕1号", "used"), ("平定反诈〔2026〕2号", "used")]


def test_a_reserved_number_is_void_only_with_a_reason(office: Office) -> None:
    office.post(
        "clerk",
        "/numbers/reserve",
        {"series": "order", "year": "2026", "purpose": "督办", "request_key": "a"},
    )
    session, body = office.enter(), office.body()
    (kept,) = register.list_reserved(session, body, "order")
    assert kept.text == "平定反诈督〔2026〕1号"
    number = kept.id
    assert office.post("clerk", f"/numbers/{number}/void", {"why": " "}).status_code == 422
    assert office.post("clerk", f"/numbers/{number}/void", {"why": "已当面交办"}).status_code == 303
    assert "已当面交办" in office.page("clerk", "/numbers").get_data(as_text=True)
    assert office.numbers() == [("平定反诈督〔2026〕1号", "void")]


def test_the_year_is_the_clerks_to_turn_over(office: Office) -> None:
    office.made("numbered")
    office.clock.at("2027-01-04T09:00:00")
    late, new = office.made("signed"), office.made("signed")
    assert office.post("clerk", f"/{late}/number", {"year": "2026"}).status_code == 303
    assert office.post("clerk", f"/{new}/number", {"year": "2027"}).status_code == 303
    assert office.state(late)[1] == "平定反诈〔2026〕2号"
    assert office.state(new)[1] == "平定反诈〔2027〕1号"
    other = office.made("signed")
    for year in ("2025", "2028", "x", ""):
        assert office.post("clerk", f"/{other}/number", {"year": year}).status_code == 422


def test_numbers_given_before_the_portal_was_used(office: Office) -> None:
    begin = {"series": "plain", "year": "2026", "first": "9"}
    assert office.post("clerk", "/numbers/begin", begin | {"first": "0"}).status_code == 422
    assert office.post("clerk", "/numbers/begin", begin).status_code == 303
    paper = office.made("numbered")
    assert office.state(paper)[1] == "平定反诈〔2026〕9号"
    assert office.post("clerk", "/numbers/begin", begin | {"first": "20"}).status_code == 409
    page = office.page("clerk", "/numbers").get_data(as_text=True)
    assert "8 号及以前在启用本系统前编发" in page
    assert "连续无缺号" in page


def test_without_a_code_the_page_says_where_to_set_it(office: Office) -> None:
    session, body = office.enter(), office.body()
    body.issuer_code = ""
    session.commit()
    paper = office.made("signed")
    page = office.page("clerk", f"/{paper}").get_data(as_text=True)
    assert "还没有机关代字" in page
    assert "/body" in page
    assert office.post("clerk", f"/{paper}/number", {"year": "2026"}).status_code == 422
    assert office.state(paper) == ("signed", "")


def test_bodies_that_share_a_code_share_the_series_but_not_the_titles(office: Office) -> None:
    office.made("numbered", title="本机制的机密标题一样的通知".replace("机密", "内部"))
    beside = office.as_("beside")
    answer = beside.get(f"/{office.code}/anticounterfeit/papers/numbers")
    page = answer.get_data(as_text=True)
    assert "平定反诈〔2026〕1号" in page
    assert "本级其他机制使用" in page
    assert "标题" not in page.split("<tbody>")[1]


def _in_threads(office: Office, app: Flask, papers: list[int]) -> list[object]:
    """Each paper numbered in a thread of its own, all at once."""
    gate = threading.Barrier(len(papers))
    told: list[object] = []
    tenant, body_id, now = office.county_id, office.body_id, office.clock()

    def number(paper_id: int) -> None:
        with app.app_context():
            session = db.session()
            session.info["audit_key"] = app.extensions["portal"].audit_key
            set_scope(session, Scope(own=(tenant,), home=tenant))
            gate.wait(20)
            try:
                paper = session.get_one(Paper, (tenant, paper_id))
                body = session.get_one(Mechanism, (tenant, body_id))
                found = flow.number_paper(session, SYSTEM, now, paper=paper, body=body, year=2026)
                session.commit()
                told.append(found.number)
            except Exception as error:
                session.rollback()
                told.append(error)
            finally:
                session.remove() if hasattr(session, "remove") else session.close()

    office.make.session.rollback()
    threads = [threading.Thread(target=number, args=(p,)) for p in papers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return told


def test_clerks_at_once_get_different_numbers(office: Office, app: Flask) -> None:
    papers = [office.made("signed") for _n in range(5)]
    told = _in_threads(office, app, papers)
    assert sorted(map(str, told)) == [f"平定反诈〔2026〕{n}号" for n in range(1, 6)]
    assert len(office.numbers()) == 5


def test_the_same_paper_asked_at_once_has_one_number(office: Office, app: Flask) -> None:
    paper = office.made("signed")
    told = _in_threads(office, app, [paper] * 4)
    assert set(map(str, told)) == {"平定反诈〔2026〕1号"}
    assert office.numbers() == [("平定反诈〔2026〕1号", "used")]


def test_what_was_not_committed_leaves_no_gap_and_what_was_stays(office: Office) -> None:
    paper, body = office.made("signed"), office.body()
    session = office.enter()
    body = office.body()
    flow.number_paper(session, SYSTEM, office.clock(), paper=office.get(paper), body=body, year=2026)
    session.rollback()  # the process died before it was told
    assert office.state(paper) == ("signed", "")
    office.bring(paper, "numbered")
    # the answer was lost, the clerk presses again
    assert office.post("clerk", f"/{paper}/number", {"year": "2026"}).status_code == 303
    assert office.state(paper)[1] == "平定反诈〔2026〕1号"
    assert len(office.numbers()) == 1


_CHILD = """
import sys
from portal.app import create_app
from portal.core.db import db
from portal.core.scope import SYSTEM, Scope, set_scope
from portal.papers import flow
from portal.papers.models import Paper
from portal.units.models import Mechanism
tenant, body_id, *papers = map(int, sys.argv[1:])
app = create_app()
with app.app_context():
    session = db.session()
    session.info["audit_key"] = app.extensions["portal"].audit_key
    print("ready", flush=True)
    for paper_id in papers:
        set_scope(session, Scope(own=(tenant,), home=tenant))
        paper, body = session.get_one(Paper, (tenant, paper_id)), session.get_one(Mechanism, (tenant, body_id))
        flow.number_paper(session, SYSTEM, app.extensions["portal"].clock(), paper=paper, body=body, year=2026)
        session.commit()
        print(paper_id, flush=True)
"""


def test_a_clerk_whose_server_is_killed_amid_numbering(
    office: Office, settings: Settings, tmp_path: Path
) -> None:
    """Every paper that was told a number has it; the series is without gaps; the rest are numbered afterwards."""
    papers = [office.made("signed") for _n in range(12)]
    office.make.session.rollback()
    given = {"PORTAL_INSTANCE": str(settings.instance), "PORTAL_PLUGINS": str(settings.plugins),
             "PORTAL_DATABASE_URL": settings.database_url, "PATH": os.defpath, "PYTHONPATH": str(Path.cwd()),
             "PORTAL_CLOCK": "2026-09-16T12:00:00"}  # fmt: skip
    command = [sys.executable, "-c", _CHILD, str(office.county_id), str(office.body_id), *map(str, papers)]
    told: list[int] = []
    with subprocess.Popen(command, env=given, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "ready"
        while len(told) < 4:
            told.append(int(child.stdout.readline()))
        child.send_signal(signal.SIGKILL)
        told += [int(line) for line in child.stdout if line.strip()]
    had = len(office.numbers())
    assert {n for n, _state in office.numbers()} == {f"平定反诈〔2026〕{n}号" for n in range(1, had + 1)}
    assert all(office.state(p)[0] == State.NUMBERED for p in told)
    for paper in papers:
        office.bring(paper, "numbered")
    found = {office.state(p)[1] for p in papers}
    assert found == {f"平定反诈〔2026〕{n}号" for n in range(1, 13)}
    (book,) = register.read_books(office.enter(), office.body(), 2026)
    assert (book.last, book.missing) == (12, [])


def test_services_refuse_what_pages_never_ask(office: Office) -> None:
    session, body = office.enter(), office.body()
    now, clerk = office.clock(), office.actor("clerk")
    with pytest.raises(NotFound):
        numbers.void_number(session, clerk, now, body=body, number_id=1, why="x")
    for series in ("", "x"):
        with pytest.raises(Invalid):
            numbers.reserve(
                session, clerk, now, body=body, series=series, year=2026, purpose="x", request_key="x"
            )
    draft = office.write()
    with pytest.raises(Conflict):
        flow.number_paper(office.enter(), clerk, now, paper=office.get(draft), body=office.body(), year=2026)
