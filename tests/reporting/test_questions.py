"""口径不清: asked on the filling page, answered by the office in time, read by every unit of the body."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.core.audit import Act, AuditEvent
from portal.core.clock import SHANGHAI
from portal.core.posts import PostKind
from portal.core.workdays import WorkCalendar
from portal.notices.models import Notice
from portal.reporting import questions
from portal.reporting.models import Question
from tests.conftest import TestClock
from tests.factories import Factory, csrf
from tests.reporting.county import ACTOR, County
from tests.reporting.parts_form import parts_campaign, parts_county

UNIT, OTHER = "公安", "财政"


@pytest.fixture(autouse=True)
def _form(app: Flask) -> Iterator[None]:
    with parts_campaign(app):
        yield


@pytest.fixture
def county(make: Factory, clock: TestClock) -> County:
    return parts_county(make, clock)


@pytest.fixture
def liaison(county: County, login: Callable[[str], FlaskClient]) -> FlaskClient:
    return login(county.account(PostKind.LIAISON, UNIT))


@pytest.fixture
def other(county: County, login: Callable[[str], FlaskClient]) -> FlaskClient:
    return login(county.account(PostKind.LIAISON, OTHER))


@pytest.fixture
def office(county: County, login: Callable[[str], FlaskClient]) -> FlaskClient:
    return login(county.account(PostKind.OFFICE_STAFF))


def page(response: TestResponse) -> str:
    return html.unescape(response.get_data(as_text=True))


def sheet(county: County, unit: str = UNIT) -> str:
    return county.url(f"reports/{county.sheet(unit).id}")


def put(client: FlaskClient, url: str, text: str) -> TestResponse:
    return client.post(url, data={"csrf_token": csrf(client, url), "text": text})


def waiting(county: County) -> list[Question]:
    county.session.rollback()
    county.enter()
    return list(county.session.scalars(sa.select(Question).order_by(Question.id)))


def say(client: FlaskClient, county: County, number: int, text: str, version: int = 1) -> TestResponse:
    board = county.url("board/questions")
    data = {"csrf_token": csrf(client, "/account"), "version": version, "answer": text}
    return client.post(f"{board}/{number}", data=data)


def notices(county: County, unit: str | None) -> list[Notice]:
    county.session.rollback()
    county.enter()
    unit_id = county.units[unit].id if unit else None
    return list(county.session.scalars(sa.select(Notice).where(Notice.unit_id == unit_id)))


# -------------------------------------------------------------------------------------------------- asking
def test_a_unit_asks_and_the_office_is_told(
    county: County, liaison: FlaskClient, office: FlaskClient
) -> None:
    url = sheet(county)
    shown = page(liaison.get(url))
    assert f'href="{url}/ask/total"' in shown
    assert f'href="{url}/ask/cases"' in shown, "of a table, too"
    asked = page(liaison.get(f"{url}/ask/total"))
    assert "本期立案数。" in asked
    answer = put(liaison, f"{url}/ask/total", "跨年的案件计入哪一期？")
    assert (answer.status_code, answer.location) == (303, f"{url}/ask/total")
    assert "办公室应于" in page(liaison.get(f"{url}/ask/total"))
    (question,) = waiting(county)
    assert (question.field, question.unit_id) == ("total", county.units[UNIT].id)
    assert question.due_at == datetime(2025, 9, 24, 23, 59, 59, 999999, tzinfo=SHANGHAI), (
        "Saturday + 3 working days"
    )
    (told,) = notices(county, None)
    assert told.detail == "跨年的案件计入哪一期？"
    assert told.link == county.url("board/questions")
    board = page(office.get(county.url("board")))
    assert re.search(r"口径答复 1\s*</a>", board)
    assert re.search(r"口径疑问 1 条.*?board/questions", page(office.get("/")), re.DOTALL)
    assert "口径疑问" not in page(liaison.get("/"))
    listed = page(office.get(county.url("board/questions")))
    assert "跨年的案件计入哪一期？" in listed
    assert county.units[UNIT].full_name in listed
    events = county.session.scalars(
        sa.select(AuditEvent.act).where(AuditEvent.act == Act.QUESTION_ASK.value)
    ).all()
    assert len(events) == 1


def test_the_link_stands_on_the_filling_page_only(
    county: County, liaison: FlaskClient, office: FlaskClient
) -> None:
    url = sheet(county)
    assert "口径不清" not in page(office.get(url))
    county.file(UNIT)
    assert "口径不清" not in page(liaison.get(url))
    assert "口径不清" in page(liaison.get(f"{url}?edit=1"))


@pytest.mark.parametrize("text", ["", "  \n ", "字" * 301, "看\u202e不清", "x\x00"])
def test_what_cannot_be_taken_is_refused_and_kept(county: County, liaison: FlaskClient, text: str) -> None:
    answer = put(liaison, f"{sheet(county)}/ask/total", text)
    assert answer.status_code == 422
    assert 'id="ask-problem"' in page(answer)
    assert waiting(county) == []
    if text.strip() and "\x00" not in text:
        assert text in page(answer)


def test_a_double_click_is_one_question(county: County, liaison: FlaskClient) -> None:
    for _n in range(2):
        put(liaison, f"{sheet(county)}/ask/total", "同一个问题")
    assert len(waiting(county)) == 1
    assert len(notices(county, None)) == 1


def test_only_what_the_unit_is_asked_for_can_be_asked_about(
    county: County, liaison: FlaskClient, other: FlaskClient, office: FlaskClient
) -> None:
    url = sheet(county)
    for key in ("secret_count", "nothing", "one", "kind", "%00", "..", "x" * 300):
        assert liaison.get(f"{url}/ask/{key}").status_code == 404
    assert other.get(f"{sheet(county, OTHER)}/ask/secret_count").status_code == 200
    assert other.get(f"{url}/ask/total").status_code == 404
    assert office.get(f"{url}/ask/total").status_code == 403


def test_twenty_may_wait(county: County, liaison: FlaskClient) -> None:
    with county.inside() as session:
        for n in range(questions.MAX_OPEN):
            questions.ask(session, ACTOR, county.now, mechanism_id=county.mechanism.id, submission=county.sheet(UNIT),
                          form=county.form, key="total", text=f"第 {n} 问", calendar=WorkCalendar(), link="")  # fmt: skip
    answer = put(liaison, f"{sheet(county)}/ask/total", "再一问")
    assert answer.status_code == 422
    assert "已有 20 条" in page(answer)
    assert len(waiting(county)) == 20


# ----------------------------------------------------------------------------------------------- answering
def test_the_answer_stands_under_the_field_for_every_unit(
    county: County, liaison: FlaskClient, other: FlaskClient, office: FlaskClient
) -> None:
    put(liaison, f"{sheet(county)}/ask/total", "跨年的计入哪一期？")
    (question,) = waiting(county)
    number = question.id
    assert say(office, county, number, "按立案日期计入当期。").status_code == 303
    for client, unit in ((liaison, UNIT), (other, OTHER)):
        shown = page(client.get(sheet(county, unit)))
        assert "办公室答复：按立案日期计入当期。" in shown
    asked = page(other.get(f"{sheet(county, OTHER)}/ask/total"))
    assert "跨年的计入哪一期？" in asked
    assert county.units[UNIT].full_name not in asked, "who asked is not said"
    county.file(OTHER)
    assert "按立案日期计入当期。" in page(other.get(sheet(county, OTHER))), "on paper, too"
    (told,) = notices(county, UNIT)
    assert told.detail == "按立案日期计入当期。"
    assert notices(county, OTHER) == []
    assert "没有等待答复的疑问" in page(office.get(county.url("board/questions")))
    assert "按立案日期计入当期。" in page(office.get(county.url("board/questions?answered=1")))
    county.session.rollback()
    county.enter()
    notes = questions.notes_of(county.session, county.tenant.id, county.key, "parts")
    assert [(n.question, n.text) for n in notes["total"]] == [("跨年的计入哪一期？", "按立案日期计入当期。")]


def test_an_answer_may_be_changed_and_the_trail_keeps_the_old_one(
    county: County, liaison: FlaskClient, office: FlaskClient
) -> None:
    put(liaison, f"{sheet(county)}/ask/total", "问")
    number = waiting(county)[0].id
    say(office, county, number, "旧答复")
    assert say(office, county, number, "抢答", version=1).status_code == 409
    assert say(office, county, number, "新答复", version=2).status_code == 303
    shown = page(liaison.get(sheet(county)))
    assert "新答复" in shown
    assert "旧答复" not in shown
    county.session.rollback()
    county.enter()
    wanted = (
        sa.select(AuditEvent.data).where(AuditEvent.act == Act.QUESTION_ANSWER.value).order_by(AuditEvent.seq)
    )
    assert list(county.session.scalars(wanted)) == [{}, {"before": "旧答复"}]
    assert len(notices(county, UNIT)) == 2


@pytest.mark.parametrize("text", ["", "字" * 501, "a\u202eb"])
def test_an_answer_that_cannot_be_taken_stays_on_the_page(
    county: County, liaison: FlaskClient, office: FlaskClient, text: str
) -> None:
    put(liaison, f"{sheet(county)}/ask/total", "问")
    number = waiting(county)[0].id
    answer = say(office, county, number, text)
    assert answer.status_code == 422
    assert f'id="answer.{number}"' in page(answer)
    if text:
        assert text in page(answer)
    assert waiting(county)[0].answered_at is None


def test_an_unanswered_question_becomes_overdue_for_the_office(
    county: County, liaison: FlaskClient, login: Callable[[str], FlaskClient], clock: TestClock
) -> None:
    put(liaison, f"{sheet(county)}/ask/total", "问")
    staff = county.account(PostKind.OFFICE_STAFF)
    clock.at("2025-09-24T23:59:00")
    assert "今日到期" in page(login(staff).get(county.url("board/questions")))
    clock.at("2025-09-26T00:30:00")
    assert "逾期 1 天" in page(login(staff).get(county.url("board/questions")))


def test_who_may_answer(
    county: County, make: Factory, liaison: FlaskClient, login: Callable[[str], FlaskClient], clock: TestClock
) -> None:
    put(liaison, f"{sheet(county)}/ask/total", "问")
    number = waiting(county)[0].id
    assert say(liaison, county, number, "自问自答").status_code == 403
    convenor = login(county.account(PostKind.CONVENOR))
    assert "<textarea" not in page(convenor.get(county.url("board/questions")))
    assert say(convenor, county, number, "答").status_code == 403
    foreign = parts_county(make, clock)
    stranger = login(foreign.account(PostKind.OFFICE_STAFF))
    assert say(stranger, foreign, number, "答").status_code == 404
    assert say(stranger, county, number, "答").status_code == 404
    assert "问" not in re.findall(r"<p>(.*?)</p>", page(stranger.get(foreign.url("board/questions"))))
    assert waiting(county)[0].answered_at is None


def test_hostile_questions_and_answers_are_text(
    county: County, liaison: FlaskClient, office: FlaskClient
) -> None:
    """A39, A48, A49."""
    hostile = "<script>alert(1)</script>{{7*7}}%(x)s"
    put(liaison, f"{sheet(county)}/ask/total", hostile)
    number = waiting(county)[0].id
    first = office.get(county.url("board/questions"))
    say(office, county, number, hostile)
    for answer in (
        first,
        liaison.get(sheet(county)),
        liaison.get(f"{sheet(county)}/ask/total"),
        office.get("/inbox"),
    ):
        assert answer.status_code == 200
        assert "<script>alert" not in answer.get_data(as_text=True)
        assert hostile in page(answer)
    for client, url, data in (
        (liaison, f"{sheet(county)}/ask/total", {"text": "x"}),
        (office, county.url(f"board/questions/{number}"), {"answer": "x", "version": "2"}),
    ):
        assert client.post(url, data=data).status_code == 400, "without the token"


def test_statements_do_not_grow_with_questions(
    county: County, liaison: FlaskClient, office: FlaskClient, app: Flask
) -> None:
    def count(client: FlaskClient, url: str) -> int:
        from portal.core.db import db

        sent: list[str] = []

        def note(*a: Any) -> None:
            sent.append(str(a[2]))

        sa.event.listen(db.engine, "before_cursor_execute", note)
        try:
            assert client.get(url).status_code == 200
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", note)
        return len([s for s in sent if s.lstrip().upper().startswith("SELECT")])

    pages = (
        (liaison, sheet(county)),
        (office, county.url("board/questions")),
        (liaison, f"{sheet(county)}/ask/total"),
    )

    def fill(numbers: range) -> None:
        for n in numbers:
            put(liaison, f"{sheet(county)}/ask/total", f"问 {n}")
            put(liaison, f"{sheet(county)}/ask/cases", f"问 {n}")

    fill(range(1))
    say(office, county, waiting(county)[0].id, "答")
    before = [count(*p) for p in pages]
    fill(range(1, 6))
    for question in waiting(county)[2:6]:
        say(office, county, question.id, "答")
    assert [count(*p) for p in pages] == before
