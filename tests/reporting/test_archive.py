"""Stored files: made once from their facts, never written again; closing, late arrivals, opening again, amendments."""

from __future__ import annotations

import hashlib
import io
import re
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.core.audit import AuditEvent
from portal.core.db import db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.posts import PostKind
from portal.core.scope import Scope, set_scope
from portal.reporting.amending import amend_report
from portal.reporting.archive import list_files, read_file
from portal.reporting.differences import say
from portal.reporting.models import ReportFile, State
from portal.reporting.report_book import write_book
from portal.reporting.upward import close_report, figures_of, reopen_report, submit_report
from tests.conftest import TestClock
from tests.factories import csrf
from tests.reporting.county import F6, OFFICE, County, found_county
from tests.reporting.paper import send
from tests.reporting.test_filling import give_back
from tests.reporting.test_pages import page

MISSING = "丙乡"


@pytest.fixture
def nine(county: County) -> County:
    for unit in F6:
        if unit != MISSING:
            county.plain(unit)
    return county


@pytest.fixture
def office(county: County, login: Any) -> FlaskClient:
    client: FlaskClient = login(county.account(PostKind.OFFICE_STAFF))
    return client


def submit(county: County, reason: str = "单位未报，已催报", late_reason: str = "") -> None:
    with county.inside() as session:
        report = county.report()
        submit_report(
            session, OFFICE, county.now, report=report, version=report.version, late_reason=late_reason,
            gap_reasons={county.units[u].id: reason for u in F6}, campaign=county.campaign,
        )  # fmt: skip


def close(county: County) -> None:
    with county.inside() as session:
        report = county.report()
        close_report(
            session, OFFICE, county.now, report=report, version=report.version, campaign=county.campaign
        )


def reopen(county: County, reason: str = "乙镇数据有误") -> None:
    with county.inside() as session:
        report = county.report()
        reopen_report(session, OFFICE, county.now, report=report, version=report.version, reason=reason)


def amend(county: County, **given: tuple[int | None, str]) -> None:
    with county.inside() as session:
        report = county.report()
        amend_report(
            session,
            OFFICE,
            county.now,
            report=report,
            version=report.version,
            form=county.form,
            amended=given,
        )


def files(county: County) -> list[ReportFile]:
    county.enter()
    wanted = (
        sa.select(ReportFile).where(ReportFile.report_id == county.report().id).order_by(ReportFile.number)
    )
    return list(county.session.scalars(wanted).all())


def book(file: ReportFile) -> Any:
    return openpyxl.load_workbook(io.BytesIO(file.content))


def text_of(sheet: Any) -> str:
    return "\n".join(str(c) for row in sheet.iter_rows(values_only=True) for c in row if c is not None)


def typed(**form: Any) -> dict[str, Any]:
    """Inputs of the consolidation page: ``amend__leads`` stands for ``amend-leads``."""
    return {name.replace("__", "-"): value for name, value in form.items()}


def said(file: ReportFile) -> list[str]:
    return [str(say(d)) for d in file.differences]


# ------------------------------------------------------------------------------------------------- files
def test_each_submission_stores_what_was_submitted(nine: County) -> None:
    amend(nine, leads=(28, "另有 1 条在核"), leads_grid=(28, "另有 1 条在核"))
    submit(nine)
    (file,) = files(nine)
    assert (file.number, file.kind, file.differences, file.made_by) == (1, "submitted", [], OFFICE.name)
    found = book(file)
    assert found.sheetnames[:2] == ["汇总表", "各单位填报数"]
    sums = [row for row in found["汇总表"].iter_rows(values_only=True) if row[1] == "发现风险线索"]
    assert sums[0][3:6] == (27, 28, "另有 1 条在核")
    units = text_of(found["各单位填报数"])
    assert all(nine.units[u].full_name in units for u in F6 if u != MISSING)
    assert nine.units[MISSING].full_name in text_of(found["缺报单位"])
    assert OFFICE.name in text_of(found["县核定数及原因"])
    assert "应报单位" in text_of(found["说明"])


def test_the_same_facts_make_the_same_bytes_in_any_language(nine: County) -> None:
    submit(nine)
    (file,) = files(nine)
    stored = file.content
    assert hashlib.sha256(stored).hexdigest() == file.sha256
    nine.session.rollback()
    (again,) = files(nine)
    assert write_book(again.facts, again.differences) == stored
    with nine.make.app.test_request_context(headers={"Cookie": "lang=en"}):
        assert write_book(again.facts, again.differences) == stored


def test_a_file_that_was_changed_is_not_handed_out(nine: County, office: FlaskClient) -> None:
    submit(nine)
    (file,) = files(nine)
    url = nine.url(f"board/files/{file.id}")
    assert office.get(url).data == file.content
    with nine.inside():
        files(nine)[0].content = file.content + b" "
    assert office.get(url).status_code == 409


def test_a_download_leaves_its_trace_and_is_named_in_chinese(nine: County, office: FlaskClient) -> None:
    submit(nine)
    (file,) = files(nine)
    office.set_cookie("lang", "en")
    answer = office.get(nine.url(f"board/files/{file.id}"))
    assert "第 1 版.xlsx" in unquote(answer.headers["Content-Disposition"])
    nine.enter()
    events = nine.session.scalars(sa.select(AuditEvent.data).where(AuditEvent.act == "export")).all()
    assert events == [{"file": 1}]


def test_from_above_only_what_was_submitted_and_came_after(nine: County, clock: TestClock) -> None:
    close(nine)
    report_id, tenant = nine.report().id, nine.tenant.id
    city = Scope(own=(nine.city.id,), below=(tenant,), home=nine.city.id)

    def seen() -> list[tuple[int, str]]:
        nine.session.rollback()
        set_scope(nine.session, city)
        found = [(f.number, f.kind) for f in list_files(nine.session, tenant, report_id)]
        nine.session.rollback()
        return found

    assert seen() == []
    closed = files(nine)[0].id
    nine.session.rollback()
    set_scope(nine.session, city)
    with pytest.raises(NotFound):
        read_file(nine.session, tenant, closed)
    nine.session.rollback()
    submit(nine)
    assert seen() == [(2, "submitted")]
    clock.at("2025-10-10T09:00:00")
    nine.plain(MISSING)
    assert seen() == [(3, "late"), (2, "submitted")]
    late = files(nine)[-1].id
    nine.session.rollback()
    set_scope(nine.session, city)
    assert read_file(nine.session, tenant, late).number == 3
    nine.session.rollback()
    other = found_county(nine.make, {"公安": "police"})
    set_scope(nine.session, Scope(own=(other.city.id,), below=(other.tenant.id,), home=other.city.id))
    with pytest.raises(NotFound):
        read_file(nine.session, tenant, late)
    nine.session.rollback()


# ------------------------------------------------------------------------------------------ sent once more
def test_what_came_after_the_submission_is_submitted_as_the_next_number(
    nine: County, office: FlaskClient, clock: TestClock
) -> None:
    submit(nine)
    first = files(nine)[0].content
    assert "上报后有" not in page(office.get(nine.url("board")))
    clock.at("2025-10-10T09:00:00")
    office = nine.make.login(nine.account(PostKind.OFFICE_STAFF))
    nine.plain(MISSING)
    shown = page(office.get(nine.url("board")))
    assert "上报后有 1 家补报，可补充上报。" in shown
    assert "补充上报" in shown
    submit(nine)
    one, two = files(nine)
    assert one.content == first
    assert said(two) == [
        f"{nine.units[MISSING].full_name}补报，迟报 10 天：数据未核准",
        f"{nine.units[MISSING].full_name}不再缺报",
        "发现风险线索合计 27 条 → 30 条（+3）",
        "其中：网格排查合计 27 条 → 30 条（+3）",
    ]
    assert nine.report().gaps == []
    assert "上报后有" not in page(office.get(nine.url("board")))
    with pytest.raises(Conflict, match="没有变化"):
        submit(nine)


def test_an_amendment_alone_may_be_submitted_after(nine: County) -> None:
    submit(nine)
    with pytest.raises(Conflict):
        submit(nine)
    nine.session.rollback()
    amend(nine, leads=(28, "漏统 1 条"), leads_grid=(28, "漏统 1 条"))
    assert figures_of(nine.report())["leads"] == 27, "not sent yet"
    submit(nine)
    report = nine.report()
    assert (report.values["leads"], figures_of(report)["leads"]) == (27, 28)
    assert said(files(nine)[1])[0] == "发现风险线索县核定数 — → 28 条：漏统 1 条"
    amend(nine)
    submit(nine)
    assert figures_of(nine.report())["leads"] == 27
    assert said(files(nine)[2])[0] == "发现风险线索撤销县核定数 28 条"


# --------------------------------------------------------------------------------------------- amendments
def test_an_amendment_needs_its_reason_and_keeps_the_rules(nine: County) -> None:
    nine.enter()
    for given, word in (
        ({"leads": (28, " ")}, "原因"),
        ({"leads": (None, "漏统")}, "县核定数"),
        ({"transferred_to_police": (99, "核对台账")}, "移送公安 99 件"),
        ({"leads": (28, "漏统 1 条")}, "差 1 条"),
    ):
        with pytest.raises(Invalid) as refused:
            amend(nine, **given)
        assert word in str(refused.value.problems[f"amend.{next(iter(given))}"])
        nine.session.rollback()
    amend(nine, leads=(27, "一样"))
    submit(nine)
    assert nine.report().amended == {}, "the sum itself is no amendment"


def test_the_sum_is_never_written_over(nine: County) -> None:
    amend(nine, leads=(28, "漏统 1 条"), leads_grid=(28, "漏统 1 条"))
    assert nine.rollup()["leads"] == 27
    submit(nine)
    report = nine.report()
    assert report.values["leads"] == 27
    assert report.amended["leads"] == {
        "value": 28, "reason": "漏统 1 条", "by": OFFICE.name, "at": nine.now.isoformat()
    }  # fmt: skip
    assert nine.consistent()
    nine.plain(MISSING)
    assert nine.rollup()["leads"] == 30


def test_the_page_keeps_both_figures_and_what_was_typed(nine: County, office: FlaskClient) -> None:
    url = nine.url(f"board/{nine.report().id}/submit")
    refused = send(
        office, url, action="save", **typed(amend__leads="二十八", amend__reason__leads="漏统 1 条")
    )
    assert refused.status_code == 422
    assert 'value="二十八"' in page(refused)
    assert 'value="漏统 1 条"' in page(refused)
    given = typed(
        amend__leads="２８", amend__reason__leads="漏统 1 条", amend__leads_grid="28",
        amend__reason__leads_grid="漏统 1 条", amend__repaid_amount="1.5", amend__reason__repaid_amount="另案",
        amend__repaid_people="2", amend__reason__repaid_people="另案",
    )  # fmt: skip
    assert send(office, url, action="save", **given).status_code == 303
    shown = page(office.get(url))
    row = shown[shown.index('name="amend-leads"') - 600 :][:1400]
    assert ">27<" in row
    assert 'value="28"' in row
    assert "+1" in row
    assert 'name="amend-repaid_amount"' in shown
    nine.enter()
    last = nine.units[MISSING]
    answer = send(office, url, action="submit", **given | {f"gap-{last.id}": "联络员空缺"})
    assert answer.status_code == 303
    assert figures_of(nine.report())["repaid_amount"] == 1_500_000
    emptied = send(office, url, action="save", **typed(**dict.fromkeys(given, "")))
    assert emptied.status_code == 303
    assert 'value="28"' not in page(office.get(url))
    assert nine.report().amended != {}, "what was sent stays until the next submission"


def test_one_reason_fills_all_the_empty_ones(county: County, office: FlaskClient) -> None:
    county.plain("甲镇")
    url = county.url(f"board/{county.report().id}/submit")
    named = county.units["乙镇"]
    answer = send(
        office, url, action="submit", **typed(gap__all="单位未报，已催报") | {f"gap-{named.id}": "联络员空缺"}
    )
    assert answer.status_code == 303
    reasons = {g["unit"]: g["reason"] for g in county.report().gaps}
    assert len(reasons) == 9
    assert reasons.pop(named.full_name) == "联络员空缺"
    assert set(reasons.values()) == {"单位未报，已催报"}


def test_rules_are_asked_of_the_countys_sums(county: County, office: FlaskClient) -> None:
    stock = {"opening_cases": 7, "added_cases": 18, "resolved_cases": 11, "closing_cases": 13}
    county.plain("甲镇", **stock)
    shown = page(office.get(county.url(f"board/{county.report().id}/submit")))
    assert "核对提示" in shown
    assert re.search(r"期初 7 .*差 1", shown)


# ------------------------------------------------------------------------------------------------ closing
def test_after_closing_nothing_filed_is_changed_until_it_is_opened_again(
    nine: County, office: FlaskClient
) -> None:
    close(nine)
    for step in (lambda: nine.plain("甲镇", 4), lambda: give_back(nine, "甲镇")):
        with pytest.raises(Conflict, match="已关账"):
            step()
        nine.session.rollback()
    with pytest.raises(Conflict):
        close(nine)
    nine.session.rollback()
    with pytest.raises(Invalid):
        reopen(nine, " ")
    nine.session.rollback()
    board = page(office.get(nine.url("board")))
    assert "已关账" in board
    assert "重新开放" in board
    reopen(nine)
    give_back(nine, "甲镇")
    nine.plain("甲镇", 4)
    with pytest.raises(Conflict):
        reopen(nine)
    nine.session.rollback()
    close(nine)
    one, two = files(nine)
    assert (one.kind, two.kind) == ("closed", "closed")
    assert f"{nine.units['甲镇'].full_name}更正：第 1 版改为第 2 版" in said(two)
    acts = nine.session.scalars(sa.select(AuditEvent.act).order_by(AuditEvent.seq)).all()
    assert [a for a in acts if a in ("report.close", "report.reopen")] == [
        "report.close",
        "report.reopen",
        "report.close",
    ]
    assert "乙镇数据有误" in page(office.get(nine.url("board")))


def test_closing_what_was_submitted_stores_no_second_copy(nine: County) -> None:
    submit(nine)
    close(nine)
    assert [f.kind for f in files(nine)] == ["submitted"]
    reopen(nine)
    close(nine)
    assert len(files(nine)) == 1


def test_a_late_unit_files_after_the_closing_with_its_reason(nine: County, clock: TestClock) -> None:
    close(nine)
    first = files(nine)[0].content
    clock.at("2025-10-02T00:30:00")
    with pytest.raises(Invalid) as refused:
        nine.file(MISSING, {"leads": 0}, late_reason=" ")
    assert "late_reason" in refused.value.problems
    nine.session.rollback()
    assert len(files(nine)) == 1
    nine.plain(MISSING)
    assert nine.sheet(MISSING).state == State.FILED
    one, two = files(nine)
    assert (one.content, two.kind, two.made_by) == (first, "late", "某单位 联络员")
    assert said(two)[0] == f"{nine.units[MISSING].full_name}补报，迟报 2 天：数据未核准"
    assert two.facts["counts"] == {"expected": 10, "filed": 10, "on_time": 9, "zero": 0}
    assert nine.consistent()


def test_buttons_close_and_open_again(nine: County, office: FlaskClient, login: Any) -> None:
    board, to = nine.url("board"), nine.url(f"board/{nine.report().id}/close")
    version = str(nine.report().version)
    assert send(office, board, to, action="close", version="1").status_code == 303
    assert nine.report().closed_at is None, "an old page closes nothing"
    assert send(office, board, to, action="close", version=version).status_code == 303
    assert nine.report().closed_at == nine.now
    listed = page(office.get(nine.url(f"board/{nine.report().id}/files")))
    assert "第 1 版 · 关账" in listed
    for reason, open_now in ((" ", False), ("有误", True)):
        send(office, board, to, action="reopen", reason=reason, version=str(nine.report().version))
        assert (nine.report().closed_at is None) is open_now
    convenor = login(nine.account(PostKind.CONVENOR))
    assert "关账</button>" not in page(convenor.get(board))
    token = csrf(convenor, "/account")
    assert convenor.post(to, data={"csrf_token": token, "action": "close"}).status_code == 403
    assert login(nine.account(PostKind.LIAISON, "甲镇")).get(board).status_code in (403, 404)


# ------------------------------------------------------------------------------------------------ exports
def test_exports_are_the_lists_as_filtered(county: County, office: FlaskClient, login: Any) -> None:
    for unit in ("甲镇", "公安"):
        county.plain(unit)
    report = county.report().id
    whole = openpyxl.load_workbook(
        io.BytesIO(office.get(county.url(f"board/{report}/list.xlsx")).data)
    ).active
    assert sum(u.full_name in text_of(whole) for u in county.units.values()) == 10
    some = openpyxl.load_workbook(
        io.BytesIO(office.get(county.url(f"board/{report}/list.xlsx?state=missing")).data)
    ).active
    assert "只列未报" in text_of(some)
    assert county.units["甲镇"].full_name not in text_of(some)
    liaison = login(county.account(PostKind.LIAISON, "甲镇"))
    mine = openpyxl.load_workbook(io.BytesIO(liaison.get(county.url("reports.xlsx")).data)).active
    assert county.units["甲镇"].full_name in text_of(mine)
    assert county.units["乙镇"].full_name not in text_of(mine)
    county.enter()
    assert county.session.scalars(sa.select(AuditEvent.act)).all().count("export") == 3


@pytest.mark.parametrize("path", ["board", "board/{}/submit", "board/{}/files"])
def test_pages_ask_a_constant_number_of_statements(county: County, office: FlaskClient, path: str) -> None:
    county.plain("甲镇")
    submit(county)
    url = county.url(path.format(county.report().id))
    county.session.rollback()

    def statements() -> int:
        counted = 0

        def count(*_: Any) -> None:
            nonlocal counted
            counted += 1

        sa.event.listen(db.engine, "before_cursor_execute", count)
        try:
            assert office.get(url).status_code == 200
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", count)
        return counted

    few = statements()
    for unit in list(F6)[1:]:
        county.plain(unit)
    submit(county)
    county.session.rollback()
    assert statements() == few <= 25


def test_a_new_member_is_not_expected_in_a_closed_period(county: County) -> None:
    close(county)
    county.make.unit(county.tenant, "新设乡", F6["甲镇"])
    assert county.open() == 0
    assert county.report().expected == 10
    reopen(county)
    county.open()
    assert county.report().expected == 11
