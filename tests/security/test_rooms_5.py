"""Attacks on papers, meetings, supervision and the assessment: two posts in one hand, keys of other bodies, broken tools."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.accounts.models import Account
from portal.assessment.models import Measure, MeasureState, ScoreSheet
from portal.assessment.scores_counting import Line
from portal.assessment.scores_events import Entry, enter_event
from portal.assessment.survey_models import Commendation
from portal.assessment.survey_questions import Question, tally
from portal.campaigns.meetings import MeetingType
from portal.campaigns.oversight import PointKind
from portal.core.db import db
from portal.core.errors import Conflict, NotAllowed
from portal.core.posts import PostKind
from portal.core.scope import Actor, Scope, set_scope
from portal.core.workdays import WorkCalendar
from portal.documents import pdf
from portal.documents.models import Draft
from portal.meetings.convening import cancel_meeting
from portal.meetings.models import Invitation, Meeting
from portal.papers import flow, numbers, origins
from portal.papers import templates as paper_templates
from portal.papers.models import Paper
from portal.supervision.services import assign_order
from portal.units.models import Mechanism, Membership, Post
from tests.conftest import TestClock
from tests.factories import Factory, csrf
from tests.meetings.city import City, build_city, hold_meeting, line, plain
from tests.papers.offices import Office, build_office

CAMPAIGN = "anticounterfeit"


@pytest.fixture
def city(make: Factory, clock: TestClock) -> City:
    return build_city(make, clock)


@pytest.fixture
def office(make: Factory, clock: TestClock) -> Office:
    return build_office(make, clock)


# ------------------------------------------------------------------------------------------------ minutes
def test_a_new_post_makes_no_other_person_of_who_wrote_the_minutes(city: City) -> None:
    """The name in the trail changes with the posts one holds; who held the pen does not."""
    with city.enter():
        pen = city.make.session.scalars(sa.select(Account).where(Account.username == "clerk2")).one()
        city.make.session.expunge(pen)
    rows = [line("建立联动机制。", city.units["police"], days="15")]
    assert city.write("clerk2", rows, action="submit").status_code == 303
    with city.enter() as session:
        for post in session.scalars(sa.select(Post).where(Post.account_id == pen.id)):
            post.until = city.clock.now
    city.make.post(city.tenant, pen, PostKind.CONVENOR, _body(city))
    city.clock.now += timedelta(minutes=1)
    written = city.minutes()
    answer = city.post("clerk2", city.path("minutes/sign"), {"edition": written.edition})
    assert answer.status_code == 422
    assert "起草和签发不能是同一个人" in plain(answer.get_data(as_text=True))
    assert city.minutes().signed_at is None
    assert city.post("convenor", city.path("minutes/sign"), {"edition": written.edition}).status_code == 303


def _body(city: City) -> Mechanism:
    with city.enter() as session:
        return session.get_one(Mechanism, (city.tenant_id, city.body_id))


def test_a_unit_that_left_reads_signed_minutes_no_longer(city: City) -> None:
    city.sign_off([line("建立联动机制。", city.units["police"], days="15")], text="会议密谈。")
    assert "会议密谈。" in city.text("commerce", city.path("minutes"))
    with city.enter() as session:
        session.execute(
            sa.update(Membership)
            .where(Membership.unit_id == city.units["commerce"])
            .values(until=city.clock.now.date() - timedelta(days=1))
        )
    page = city.get("commerce", city.path("minutes"))
    assert "会议密谈。" not in page.get_data(as_text=True)
    assert "建立联动机制" not in city.get("commerce", city.path("resolutions")).get_data(as_text=True)


def test_a_reply_that_crosses_a_cancellation_is_refused(city: City, app: Flask) -> None:
    """The page was loaded before; the answer comes while the cancelling transaction is under way."""
    meeting_id, _items = hold_meeting(city, MeetingType.PLENARY, "2026-05-20", held=False)
    city.get("police", f"meetings/{meeting_id}/replies")
    city.post("police", "topics/draft", {})  # a token
    answers: list[int] = []

    def reply() -> None:
        with app.app_context():
            typed = {"unit": city.units["police"], "reply": "leave", "reason": "出差"}
            answers.append(city.post("police", f"meetings/{meeting_id}/reply", typed).status_code)

    with city.enter() as session:
        meeting = session.get_one(Meeting, (city.tenant_id, meeting_id))
        session.refresh(meeting, with_for_update=True)
        cancel_meeting(session, Actor(1, "办公室"), city.clock.now, meeting=meeting, why="改期")
        session.flush()
        thread = threading.Thread(target=reply)
        thread.start()
        time.sleep(0.7)
        assert answers == []
    thread.join(20)
    assert answers == [409]
    with city.enter() as session:
        wanted = (Invitation.meeting_id == meeting_id, Invitation.unit_id == city.units["police"])
        assert session.scalars(sa.select(Invitation.reply).where(*wanted)).one() == "attend"


# ------------------------------------------------------------------------------------- two posts in one hand
def test_who_leads_a_unit_and_works_in_the_office_decides_no_commendation(
    make: Factory, clock: TestClock
) -> None:
    """Rights of two posts are not added up; and a step for one's own unit is nobody's to lift or take back."""
    tenant = make.tenant("阳泉市")
    police = make.unit(tenant, "阳泉市公安局")
    body = make.mechanism(tenant, CAMPAIGN, {"police": police})
    both = make.account(tenant, "both")
    for kind, unit in ((PostKind.LEADER_IN_CHARGE, police), (PostKind.OFFICE_STAFF, None)):
        make.post(tenant, both, kind, body, unit)
    with make.enter(tenant) as session:
        row = Commendation(
            mechanism_id=body.id, unit_id=police.id, title="表彰", grounds="事迹", basis="依据", proposed_at=clock.now,
            proposed_by="甲", proposed_by_id=1, request_key="k",
        )  # fmt: skip
        measure = Measure(
            mechanism_id=body.id, campaign=CAMPAIGN, unit_id=police.id, rung="x", label="提醒", basis="依据", reason="事由",
            state=MeasureState.PROPOSED.value, proposed_at=clock.now, proposed_by="甲", proposed_by_id=1,
            object_by=clock.now + timedelta(days=9), request_key="m",
        )  # fmt: skip
        session.add_all((row, measure))
        session.flush()
        ids, code = (row.id, measure.id), tenant.code
    client, at = make.login("both"), f"/{code}/{CAMPAIGN}/assessment"
    token = csrf(client, f"{at}/commendations")
    page = client.get(f"{at}/commendations").get_data(as_text=True)
    assert f"{ids[0]}/decide" not in page
    yes = {"csrf_token": token, "decision": "yes", "number": "阳反假〔2026〕1号"}
    assert client.post(f"{at}/commendations/{ids[0]}/decide", data=yes).status_code == 403
    back = {"csrf_token": token, "step": "withdraw", "why": "撤回"}
    assert client.post(f"{at}/ladder/{ids[1]}/step", data=back).status_code == 403
    with make.enter(tenant) as session:
        session.expire_all()
        assert session.scalars(sa.select(Commendation.approved)).one() is None
        assert session.scalars(sa.select(Measure.state)).one() == MeasureState.PROPOSED


def test_nobody_without_an_account_checks_or_signs(office: Office) -> None:
    nobody, now = Actor(None, "system"), office.clock()
    checking, signing = office.made("checking"), office.made("signing")
    session = office.enter()
    with pytest.raises(NotAllowed):
        flow.check_paper(session, nobody, now, paper=office.get(checking))
    with pytest.raises(NotAllowed):
        flow.sign_paper(session, nobody, now, paper=office.get(signing), body=office.body())


# ------------------------------------------------------------------------------------------------ papers
@pytest.mark.parametrize("year", ["020261", "9" * 5000, "02026" + "9" * 5000])
def test_a_year_beyond_all_years_is_no_year(office: Office, year: str) -> None:
    for path in (f"?year={year}", f".xlsx?year={year}", f"/numbers?year={year}"):
        assert office.as_("clerk").get(office.url(path)).status_code == 200, path


def test_a_paper_without_a_number_takes_no_number_away(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A summary written from the page of a measure would have emptied the number under which it is in force."""
    told: list[str] = []
    probe = origins.Origin(
        prepare=lambda *_given: pytest.fail("not asked"), page=("papers.show", "paper_id"), templates=("notice",),
        issued=lambda _session, _id, number: told.append(number),
    )  # fmt: skip
    monkeypatch.setitem(origins._ORIGINS, "probe", probe)
    for template, state in (("summary", "signing"), ("notice", "issued")):
        paper_id = office.made("signing", template=template)
        session = office.enter()
        session.execute(sa.update(Paper).where(Paper.id == paper_id).values(subject="probe:1"))
        session.commit()
        if state == "issued":
            office.bring(paper_id, "issued")
            continue
        body, now, paper = office.body(), office.clock(), office.get(paper_id)
        flow.sign_paper(session, office.actor("convenor"), now, paper=paper, body=body)
        flow.issue_paper(session, office.actor("clerk"), now, paper=paper, body=body, link=str)
        session.commit()
    assert told == ["平定反诈〔2026〕1号"]


def test_a_template_that_raises_hides_no_paper_and_keeps_what_was_typed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper_id = office.made("issued")
    found = paper_templates.find_template(office.campaign, "notice")

    def raising(_values: object) -> Any:
        yield "一"
        raise ZeroDivisionError

    broken = replace(found, sheet=raising, body=raising)
    known = [broken if t.key == "notice" else t for t in paper_templates.list_templates(office.campaign)]
    for module in ("portal.papers.rendering", "portal.papers.writing_pages"):
        monkeypatch.setattr(f"{module}.find_template", lambda _c, key: next(t for t in known if t.key == key))
    clerk = office.as_("clerk")
    page = clerk.get(office.url(f"/{paper_id}"))
    assert page.status_code == 200
    assert "请于月底前完成。" in page.get_data(as_text=True)
    assert clerk.get(office.url(f"/{paper_id}/paper.docx")).status_code == 503
    new = office.url("/new")
    typed = {
        "csrf_token": csrf(clerk, office.url(f"/{paper_id}")), "paper-template": "notice", "action": "propose",
        "paper-title": "打了一半的标题", "request_key": "k",
    }  # fmt: skip
    typed |= {k: str(v) for k, v in found.example.items()}
    answer = clerk.post(new, data=typed)
    assert answer.status_code in (422, 503)
    assert "打了一半的标题" in answer.get_data(as_text=True)
    withdrawn = {"csrf_token": typed["csrf_token"], "ending": "模板有误"}
    assert clerk.post(office.url(f"/{paper_id}/end"), data=withdrawn).status_code == 303


def test_a_draft_holds_no_answer_that_is_sealed_at_rest(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = paper_templates.find_template(office.campaign, "notice")
    first, *others = found.fields
    sealed = replace(found, fields=(replace(first, sensitive=True), *others))
    monkeypatch.setattr("portal.papers.writing_pages.list_templates", lambda _campaign: [sealed])
    clerk = office.as_("clerk")
    typed = {
        "csrf_token": csrf(clerk, office.url()), "paper-template": "notice", "paper-title": "标题", "request_key": "k",
        first.key: "CANARY-SEALED",
    }  # fmt: skip
    assert clerk.post(office.url("/autosave"), data=typed).status_code == 200
    (draft,) = office.enter().scalars(sa.select(Draft))
    assert "标题" in str(draft.content)
    assert "CANARY-SEALED" not in str(draft.content)


def test_who_waits_for_a_preview_holds_no_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two previews hang: the third is told so at once instead of waiting a minute with everybody behind it."""
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\nsleep 300\n")
    program.chmod(0o755)
    monkeypatch.setattr(pdf, "find_converter", lambda: str(program))
    monkeypatch.setattr(pdf, "PATIENCE", 0.2)
    refused: list[str] = []

    def ask() -> None:
        with pytest.raises(pdf.NoPreview) as said:
            pdf.make_pdf(b"PK", seconds=3)
        refused.append(str(said.value))

    threads = [threading.Thread(target=ask) for _n in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    began = time.monotonic()
    with pytest.raises(pdf.NoPreview, match="其他人正在生成预览"):
        pdf.make_pdf(b"PK", seconds=3)
    assert time.monotonic() - began < 2
    for thread in threads:
        thread.join(20)
    assert len(refused) == 2
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))  # a disk that takes nothing
    with pytest.raises(pdf.NoPreview, match="预览没有生成"):
        pdf.make_pdf(b"PK", seconds=3)


# -------------------------------------------------------------------------------- keys of somebody else's page
def test_a_key_that_another_body_used_gives_nothing_of_it_away(office: Office, make: Factory) -> None:
    session, body, clerk = office.enter(), office.body(), office.actor("clerk")
    beside = make.mechanism(office.county, "illegal_fundraising", issuer_code="平处非")
    session = office.enter()
    given: dict[str, Any] = {"series": "plain", "year": 2026, "purpose": "某事"}
    numbers.reserve(session, clerk, office.clock(), body=body, request_key="same", **given)
    with pytest.raises(Conflict):
        numbers.reserve(session, clerk, office.clock(), body=beside, request_key="same", **given)
    order: dict[str, Any] = {
        "office": "办公室",
        "title": "排查",
        "due": date(2026, 12, 1),
        "request_key": "same",
    }
    assign_order(
        session, clerk, office.clock(), mechanism_id=body.id, lead_id=office.units["police"], **order
    )
    with pytest.raises(Conflict):
        assign_order(session, clerk, office.clock(), mechanism_id=beside.id, lead_id=1, **order)
    session.rollback()


@pytest.mark.parametrize("engine", ["postgresql"])  # SQLite lets one write at a time
def test_nothing_is_entered_into_a_sheet_that_is_just_closed(office: Office, app: Flask) -> None:
    """The clerk's page read the sheet before the convenor closed it."""
    session, line = office.enter(), Line("base", "评分项", PointKind.BASE, 10_000, 0, "", False, "依据")
    sheet = ScoreSheet(
        mechanism_id=office.body_id, campaign="antifraud", year=2026, version=1, draft=[line.as_json()]
    )
    session.add(sheet)
    session.commit()
    clerk = office.actor("clerk")
    sheet = office.enter().scalars(sa.select(ScoreSheet)).one()

    def close() -> None:
        with app.app_context():
            other = db.session()
            set_scope(other, Scope(own=(office.county_id,), home=office.county_id))
            other.execute(sa.update(ScoreSheet).values(closed_at=office.clock()))
            other.commit()
            db.session.remove()

    thread = threading.Thread(target=close)
    thread.start()
    thread.join(20)
    assert sheet.closed_at is None
    with pytest.raises(Conflict):
        enter_event(
            office.make.session, clerk, office.clock(), sheet=sheet, lines=(line,), unit_id=office.units["police"],
            unit="公安局", entry=Entry(line="base", happened_on=office.clock().date(), evidence="事实", points=25),
            calendar=WorkCalendar(), office="办公室", request_key="late", link=str,
        )  # fmt: skip


# ----------------------------------------------------------------------------------------- nameless answers
def test_the_order_of_words_joins_no_answers() -> None:
    """Of one nameless unit the words to two questions would stand at the same place in both lists."""
    questions = [Question("q1", "意见", "text"), Question("q2", "网点数", "number")]
    answers = [{"q1": "丙", "q2": 1}, {"q1": "甲", "q2": 3}, {"q1": "乙", "q2": 2}]
    first = tally(questions, answers)
    assert [list(t.texts or t.numbers) for t in first] == [sorted(["甲", "乙", "丙"]), [1, 2, 3]]
    assert first == tally(questions, answers[::-1])
