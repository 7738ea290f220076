"""A year's calendar is imported: due dates that the rooms keep themselves follow, through the worker, on both databases.

On 2026-12-22 the form of December is due on 2027-01-05 (the tenant reads the rule as the 5th of the month after), a
question waits until 2026-12-25 or later, an item of information for five working days.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.core.audit import Act, AuditEvent, verify
from portal.core.clock import end_of
from portal.core.jobs import Job
from portal.core.scope import SYSTEM
from portal.information.answers import answer_item
from portal.information.items import file_item
from portal.information.models import Answer, Item, ItemKind, Level
from portal.notices.models import Notice
from portal.reporting import questions
from portal.reporting.models import LocalForm, Question, Report, Submission
from portal.reporting.opening import asked_fields, open_periods
from portal.reporting.services import file_submission
from portal.tenants.calendar import GivenDay, import_year, load_calendar
from portal.tenants.models import CampaignSwitch
from portal.tenants.policies import set_policy
from portal.units.bodies import list_members
from tests.deadlines.conftest import CAMPAIGN, County
from tests.deadlines.test_running import work_off

NEW_YEAR = (1,)
LONG = (1, 4, 5)
"""As if 2027-01-04 and 05 were days off, too."""


@pytest.fixture
def campaign(app: Flask) -> Campaign:
    found: Campaign = app.extensions["portal"].registry.find(CAMPAIGN)
    return found


def read_as(county: County, session: Session, campaign: Campaign, value: str) -> None:
    with county.make.enter(county.tenant):
        set_policy(
            session,
            SYSTEM,
            county.clock.now,
            campaign=campaign,
            key="due_rule",
            value=value,
            reason="会议议定",
        )


def open_december(county: County, session: Session, campaign: Campaign, *, earlier: int = 0) -> None:
    """The worker's round on 2026-12-22."""
    county.clock.at("2026-12-01T09:00:00")
    read_as(county, session, campaign, "next_5")
    with county.make.enter(county.tenant):
        session.execute(sa.update(CampaignSwitch).values(since=date(2026, 12, 1)))
        if earlier:
            session.add(
                LocalForm(
                    mechanism_id=county.body, campaign=CAMPAIGN, form=campaign.forms[0].key, number=1,
                    days_earlier=earlier, released_at=county.clock.now, changed_at=county.clock.now,
                )
            )  # fmt: skip
        county.clock.at("2026-12-22T10:00:00")
        open_periods(
            session, SYSTEM, county.clock.now, campaign=campaign, mechanism_id=county.body,
            members=list_members(session, county.body, date(2026, 12, 22)), since=date(2026, 12, 1),
            calendar=load_calendar(session),
        )  # fmt: skip


def announce(county: County, app: Flask, session: Session, off: Sequence[int]) -> None:
    with county.make.enter(county.city):
        days = [GivenDay(date(2027, 1, d), False, "元旦") for d in off]
        import_year(session, SYSTEM, county.clock.now, year=2027, days=days, source="国办发明电〔2026〕1号")
    work_off(app, session)
    assert set(session.scalars(sa.select(Job.error).where(Job.name == "tenants.calendar_changed"))) == {""}
    session.expire_all()


def dues(session: Session) -> dict[int, datetime]:
    """Unit -> when its form is due; 0 -> the report."""
    rows = session.execute(sa.select(Submission.unit_id, Submission.due_at))
    return {row.unit_id: row.due_at for row in rows} | {0: session.scalars(sa.select(Report.due_at)).one()}


def moves(session: Session) -> list[str]:
    acts = sa.select(AuditEvent.subject).where(AuditEvent.act == Act.DEADLINE_MOVE.value)
    return [s.partition(":")[0] for s in session.scalars(acts.order_by(AuditEvent.seq))]


def told(session: Session) -> list[tuple[int | None, str]]:
    notices = session.scalars(sa.select(Notice).where(Notice.sender == SYSTEM.name).order_by(Notice.id))
    return [(n.unit_id, n.link.removeprefix(f"/{n.link.split('/')[1]}/{CAMPAIGN}/")) for n in notices]


def test_forms_that_are_still_collected_follow(
    county: County, app: Flask, session: Session, campaign: Campaign
) -> None:
    open_december(county, session, campaign)
    with county.make.enter(county.tenant):
        assert set(dues(session).values()) == {end_of(date(2027, 1, 5))}
        report = session.scalars(sa.select(Report)).one()
        assert report.due_why["provisional"]
        filed = session.scalars(sa.select(Submission).where(Submission.unit_id == county.police)).one()
        file_submission(
            session, county.liaison, county.clock.now, campaign=campaign, form=campaign.forms[0], submission=filed,
            version=filed.version, values={}, zero=True, explanations={"arrest_people": "无"}, late_reason="",
            needs_signature=False,
        )  # fmt: skip
        session.flush()
        versions = (report.version, sorted(s.version for s in session.scalars(sa.select(Submission))))
    announce(county, app, session, LONG)
    with county.make.enter(county.tenant):
        moved, stays = end_of(date(2026, 12, 31)), end_of(date(2027, 1, 5))
        assert dues(session) == {0: moved, county.finance: moved, county.police: stays}, "what is filed stays"
        assert not report.due_why["provisional"]
        assert "1-4 元旦" in str(report.due_why)
        assert versions == (report.version, sorted(s.version for s in session.scalars(sa.select(Submission))))
        assert moves(session) == ["report"]
        assert told(session) == [(None, "board"), (county.finance, "reports")], (
            "the office, and who has less time"
        )
        notice = session.scalars(sa.select(Notice).where(Notice.unit_id == county.finance)).one()
        assert "2027年1月5日" in notice.params["old"]
        assert list(verify(session)) == []
    announce(county, app, session, LONG)
    with county.make.enter(county.tenant):
        assert (moves(session), len(told(session))) == (["report"], 2), (
            "the same import again changes nothing"
        )


def test_a_year_that_moves_nothing_only_makes_the_date_sure(
    county: County, app: Flask, session: Session, campaign: Campaign
) -> None:
    open_december(county, session, campaign)
    announce(county, app, session, NEW_YEAR)
    with county.make.enter(county.tenant):
        assert set(dues(session).values()) == {end_of(date(2027, 1, 5))}
        assert not session.scalars(sa.select(Report)).one().due_why["provisional"]
        assert (moves(session), told(session)) == (["report"], [])


def test_an_earlier_date_of_the_tenant_and_the_reading_of_that_day_are_kept(
    county: County, app: Flask, session: Session, campaign: Campaign
) -> None:
    """Two days before 2027-01-05 is a Sunday: the Monday after counts, and when that is off, too, the Wednesday."""
    open_december(county, session, campaign, earlier=2)
    with county.make.enter(county.tenant):
        assert set(dues(session).values()) == {end_of(date(2027, 1, 4))}
    county.clock.at("2026-12-23T10:00:00")
    read_as(county, session, campaign, "next_10")
    announce(county, app, session, (1, 4))
    with county.make.enter(county.tenant):
        assert set(dues(session).values()) == {end_of(date(2027, 1, 5))}
        assert told(session) == [(None, "board")], "nobody has less time"


@pytest.mark.parametrize("state", [{"closed_at": True}, {"state": "submitted"}, {"state": "returned"}])
def test_what_is_measured_stays(
    county: County, app: Flask, session: Session, campaign: Campaign, state: dict[str, Any]
) -> None:
    open_december(county, session, campaign)
    with county.make.enter(county.tenant):
        report = session.scalars(sa.select(Report)).one()
        for name, value in state.items():
            setattr(report, name, county.clock.now if value is True else value)
    announce(county, app, session, LONG)
    with county.make.enter(county.tenant):
        assert set(dues(session).values()) == {end_of(date(2027, 1, 5))}
        assert moves(session) == []


def ask_and_file(county: County, session: Session, campaign: Campaign) -> None:
    """On 2026-12-30 two questions and two items, one of each answered at once."""
    county.clock.at("2026-12-30T10:00:00")
    now, form = county.clock.now, campaign.forms[0]
    with county.make.enter(county.tenant):
        sheet = session.scalars(sa.select(Submission).where(Submission.unit_id == county.police)).one()
        for text in ("哪些计入", "是否重复"):
            asked = questions.ask(
                session, county.liaison, now, mechanism_id=county.body, submission=sheet, form=form,
                key=asked_fields(form, sheet.member)[0].key, text=text, calendar=load_calendar(session), link="",
            )  # fmt: skip
        questions.answer(
            session, county.office, now, campaign=CAMPAIGN, question_id=asked.id, version=asked.version,
            text="不重复", form=form, link="",
        )  # fmt: skip
        for key in "ab":
            item = file_item(
                session, county.liaison, now, mechanism_id=county.body, campaign=campaign, unit_id=county.police,
                kind=ItemKind.INFORMATION, category="work_news", title=f"动态{key}", sections={"situation": "情况"},
                level=Level.MEMBERS, request_key=key, calendar=load_calendar(session),
            )  # fmt: skip
        answer_item(session, county.office, now, item=item, answer=Answer.ADOPTED, why="采用", link="")


def waits(session: Session) -> dict[str, datetime | None]:
    """Question and item -> when the answer is due."""
    asked = session.execute(sa.select(Question.text, Question.due_at))
    items = session.execute(sa.select(Item.title, Item.answer_due_at))
    return {what: due for rows in (asked, items) for what, due in rows}


def test_answers_that_are_owed_follow(
    county: County, app: Flask, session: Session, campaign: Campaign
) -> None:
    open_december(county, session, campaign)
    ask_and_file(county, session, campaign)
    third, fifth = end_of(date(2027, 1, 5)), end_of(date(2027, 1, 7))
    before = {"哪些计入": third, "是否重复": third, "动态a": fifth, "动态b": fifth}
    with county.make.enter(county.tenant):
        assert waits(session) == before
        sheets = dues(session)
    announce(county, app, session, NEW_YEAR)
    with county.make.enter(county.tenant):
        assert waits(session) == before
        assert (moves(session), told(session)) == (["report"], [])
        assert dues(session) == sheets
    announce(county, app, session, (1, 6))
    with county.make.enter(county.tenant):
        assert waits(session) == before | {"动态a": end_of(date(2027, 1, 8))}
        assert told(session) == [(None, "information/items")]
    announce(county, app, session, (1, 4))
    with county.make.enter(county.tenant):
        moved = {"哪些计入": end_of(date(2027, 1, 6)), "动态a": end_of(date(2027, 1, 8))}
        assert waits(session) == before | moved, "answered ones stay as they were"
        assert told(session)[1:] == [(None, "board/questions")], "the item is due when it was"
        assert list(verify(session)) == []
