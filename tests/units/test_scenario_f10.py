"""F10, word for word and with its instants: the liaison of 市商务局 leaves in the middle (D0 arts. 10, 13)."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.campaigns.exchange import Limit, LimitKind
from portal.core.clock import SHANGHAI
from portal.core.posts import PostKind
from portal.core.scope import SYSTEM, Actor
from portal.core.text import Message, _
from portal.core.workdays import WorkCalendar
from portal.deadlines.models import Deadline
from portal.deadlines.services import Reason, start_deadline
from portal.deadlines.state import state_of
from portal.documents.drafts import save_draft
from portal.ledger.services import Entry, create_record
from portal.notices.inbox import Filter, list_inbox
from portal.notices.models import Notice
from portal.notices.reminders import remind_everywhere
from portal.reporting.models import Report, State, Submission
from portal.reporting.opening import open_periods
from portal.reporting.services import file_submission
from portal.tenants.models import Tenant
from portal.units.bodies import list_members
from portal.units.models import Handover, Post
from portal.units.posts import appoint
from portal.units.reader import load_posts
from portal.units.vacancies import list_vacancies
from tests.accounts.people import Visitor
from tests.conftest import TestClock
from tests.factories import Factory, csrf

KEY, SECOND = "anticounterfeit", "antifraud"
CALENDAR = WorkCalendar()
OLD, NEW, LEADER = "市商务局综合科科长（联络员）", "市商务局市场科科员（联络员）", "市商务局分管副局长"
LEFT = datetime(2026, 4, 7, 18, 0, tzinfo=SHANGHAI)
DUE = datetime(2026, 4, 8, 14, 0, tzinfo=SHANGHAI)
Login = Callable[[str], FlaskClient]


class Story:
    """市商务局 on 2026-04-07, the first day after 清明: 5 open forms, 2 drafts, one clock, 2 working groups."""

    def __init__(self, app: Flask, make: Factory, clock: TestClock) -> None:
        app.test_client_class = Visitor
        self.app, self.make, self.clock = app, make, clock
        clock.at("2026-03-02T09:00:00")
        self.campaign = app.extensions["portal"].registry.find(KEY)
        self.city: Tenant = make.tenant("阳泉市")
        unit, host = make.unit(self.city, "阳泉市商务局"), make.unit(self.city, "中国人民银行阳泉市分行")
        self.unit, host_id = unit.id, host.id
        body = make.mechanism(self.city, KEY, {"commerce": unit, "pboc": host})
        self.body = body.id
        begun = datetime(2026, 1, 5, 9, 0, tzinfo=SHANGHAI)
        leaving = make.account(self.city, "sw_01")
        self.old = leaving.id
        leaving.display_name = OLD
        self.post = make.post(self.city, leaving, PostKind.LIAISON, body, unit, since=begun).id
        leader = make.account(self.city, "sw_leader")
        self.leader = leader.id
        leader.display_name = LEADER
        make.post(self.city, leader, PostKind.LEADER_IN_CHARGE, body, unit, since=begun)
        make.post(self.city, "office", PostKind.OFFICE_STAFF, body, host, since=begun)
        second = make.mechanism(self.city, SECOND)
        self.second = second.id
        other = make.unit(self.city, "阳泉市商务局驻点")
        make.post(self.city, "bystander", PostKind.OFFICE_STAFF, second, other, since=begun)
        with make.enter(self.city) as session:
            from portal.units.models import Membership

            member = self.app.extensions["portal"].registry.find(SECOND).roster[0].key
            session.add(
                Membership(mechanism_id=second.id, member=member, unit_id=self.unit, since=date(2026, 1, 1))
            )
            session.flush()
            appoint(session, SYSTEM, begun, account_id=self.old, kind=PostKind.LIAISON, mechanism_id=self.second,
                    unit_id=self.unit, rank="科级", since=begun)  # fmt: skip
            for group in ("打击组", "宣传组"):
                appoint(session, SYSTEM, begun, account_id=self.old, kind=PostKind.GROUP_MEMBER, mechanism_id=self.body,
                        unit_id=self.unit, group=group, since=begun)  # fmt: skip
        assert host_id
        self.open_forms()
        clock.at("2026-03-10T10:00:00")
        self.file("2026-02")
        clock.at("2026-04-07T09:00:00")
        self.open_forms()
        self.start_work()

    @property
    def now(self) -> datetime:
        return self.clock()

    @property
    def actor(self) -> Actor:
        return Actor(self.old, f"阳泉市商务局 {OLD}")

    def open_forms(self) -> None:
        """October to March; what was due long ago is open still."""
        with self.make.enter(self.city) as session:
            open_periods(
                session, SYSTEM, self.now, campaign=self.campaign, mechanism_id=self.body,
                members=list_members(session, self.body, self.now.date()), since=date(2025, 10, 1), calendar=CALENDAR,
            )  # fmt: skip

    def sheet(self, session: Any, period: str) -> Submission:
        found = session.scalars(
            sa.select(Submission).where(Submission.unit_id == self.unit, Submission.period == period)
        ).one()
        assert isinstance(found, Submission)
        return found

    def file(self, period: str) -> None:
        with self.make.enter(self.city) as session:
            sheet = self.sheet(session, period)
            self.filed = sheet.id
            file_submission(
                session, self.actor, self.now, campaign=self.campaign, form=self.campaign.forms[0], submission=sheet,
                version=sheet.version, values={}, zero=True, explanations={}, late_reason="核对数据", needs_signature=False,
            )  # fmt: skip

    def start_work(self) -> None:
        """A matter known on 7 April at 14:00 and its 24-hour clock; two items of information begun."""
        with self.make.enter(self.city) as session:
            ledger = self.campaign.ledgers[0]
            known = datetime(2026, 4, 7, 8, 0, tzinfo=SHANGHAI)
            example = dict.fromkeys(f.key for f in ledger.fields)
            found = create_record(
                session, self.actor, self.now, mechanism_id=self.body, unit_id=self.unit, campaign=self.campaign,
                ledger=ledger, entry=Entry("某市场发现假币", "城区", known, example), request_key="f10",
            )  # fmt: skip
            reason = Reason(
                _("重要事项"), Limit(kind=LimitKind.HOURS, n=24), (Message(_("由登记单位标为重要事项。")),)
            )
            clock = start_deadline(
                session, self.actor, self.now, mechanism_id=self.body, unit_id=self.unit, subject=f"record:{found.id}",
                rule="important", title=f"{found.number} 某市场发现假币", reason=reason,
                started_at=datetime(2026, 4, 7, 14, 0, tzinfo=SHANGHAI),
            )  # fmt: skip
            assert clock.due_at == DUE
            self.clock_id = clock.id
            for n in (1, 2):
                save_draft(
                    session, self.actor, self.now, mechanism_id=self.body, unit_id=self.unit, kind="item",
                    subject=f"new-{n}", title=f"信息草稿{n}", content={"text": "起草中"},
                )  # fmt: skip

    def url(self, path: str) -> str:
        return f"/{self.city.code}/{KEY}/{path}"

    def send(self, client: FlaskClient, page: str, to: str = "", **form: Any) -> Any:
        self.make.session.rollback()
        return client.post(to or page, data={"csrf_token": csrf(client, page)} | form)

    def vacancy(self, at: datetime | date) -> Any:
        with self.make.enter(self.city) as session:
            return next(
                (v for v in list_vacancies(session, self.body, CALENDAR, at) if v.unit_id == self.unit), None
            )

    def remind(self, at: str) -> None:
        self.clock.at(at)
        session = self.make.session
        session.rollback()
        remind_everywhere(session, self.now)

    def told(self, account: int) -> list[str]:
        """Links of the reminders of the clock in the inbox of an account."""
        with self.make.enter(self.city) as session:
            posts = load_posts(session, account, self.now)
            marks = session.scalars(
                sa.select(Notice.id).where(Notice.mark.startswith(f"remind:deadline:{self.clock_id}"))
            )
            wanted = set(marks)
            return [
                n.text for n in list_inbox(session, posts, self.now, Filter(), limit=50) if n.id in wanted
            ]


def text(answer: Any) -> str:
    return html.unescape(answer.get_data(as_text=True))


@pytest.fixture
def story(app: Flask, make: Factory, clock: TestClock) -> Story:
    return Story(app, make, clock)


def kinds(items: Any) -> dict[str, int]:
    return dict(Counter(i["kind"] for i in items))


TWICE_FIVE = {"待报": 5, "草稿": 2, "计时": 1, "工作组成员": 2}


def test_the_liaison_leaves_in_the_middle(story: Story, login: Login) -> None:
    s, make = story, story.make
    office, leaver = login("office"), login("sw_01")
    own = s.url("reports")
    second = f"/{s.city.code}/{SECOND}/reports"
    assert leaver.get(own).status_code == 200

    # 2. ended at 18:00, in this role only
    end = s.url(f"units/posts/{s.post}/end")
    ended = s.send(office, end, until="2026-04-07T18:00", reason="工作调动")
    assert ended.status_code == 303
    s.clock.at("2026-04-07T17:59:59")
    leaver = login("sw_01")  # who sat idle was logged out meanwhile
    assert leaver.get(own).status_code == 200
    s.clock.at("2026-04-07T18:00:00")
    assert leaver.get(own).status_code == 403, (
        "the places in the groups go with the hand-over, no right to file remains"
    )
    assert leaver.get(second).status_code == 200, "7: the second mechanism's role is untouched"
    office, leader = login("office"), login("sw_leader")
    todo = text(leader.get("/"))
    assert "某市场发现假币" in todo
    for month in ("2025-10", "2025-11", "2025-12", "2026-01", "2026-03"):
        with make.enter(s.city) as session:
            assert s.sheet(session, month).state == State.EXPECTED
    assert f"{LEADER}代办" in text(office.get(s.url(f"units/{s.unit}")))

    # the clock still runs, and reminds the leader: at 8 what was meant for the liaison, at 12 his own, late to the office
    with make.enter(s.city) as session:
        clock = session.get_one(Deadline, (s.city.id, s.clock_id))
        assert (clock.due_at, clock.met_at) == (DUE, None)
        assert not state_of(clock.started_at, clock.due_at, clock.met_at, DUE).late
    s.remind("2026-04-08T07:59:59")
    assert s.told(s.leader) == []
    s.remind("2026-04-08T08:00:00")
    assert len(s.told(s.leader)) == 1
    assert s.told(s.old) == []
    s.remind("2026-04-08T12:00:00")
    assert len(s.told(s.leader)) == 2

    # 3. the written notice with number and date; the office acknowledges it
    office = login("office")
    made = s.send(office, ended.location, number="阳商函〔2026〕12号", noticed_on="2026-04-08")
    assert made.status_code == 303
    page = made.location
    with make.enter(s.city) as session:
        sheet = session.scalars(sa.select(Handover)).one()
        number = sheet.id
        assert (sheet.number, sheet.noticed_on) == ("阳商函〔2026〕12号", date(2026, 4, 8))
        assert sheet.acknowledged_at is None
        assert kinds(sheet.items) == TWICE_FIVE
    paper = text(office.get(f"{page}/notice"))
    assert "阳商函〔2026〕12号" in paper
    assert "4月8日" in paper.replace(" ", "") or "2026-04-08" in paper
    assert s.send(office, page, to=f"{page}/acknowledge").status_code == 303
    shown = text(office.get(page))
    assert shown.count(f"<td>{LEADER}</td>") == 10, "every open item shows who acts"

    # 4. five working days: 8, 9, 10, 13, 14 April
    found = s.vacancy(LEFT)
    assert (found.since, found.due, found.overdue, found.acting) == (
        LEFT,
        date(2026, 4, 14),
        False,
        (LEADER,),
    )
    assert s.vacancy(LEFT.replace(hour=17, minute=59)) is None
    assert not s.vacancy(datetime(2026, 4, 14, 23, 59, 59, tzinfo=SHANGHAI)).overdue
    assert s.vacancy(datetime(2026, 4, 15, 0, 0, tzinfo=SHANGHAI)).overdue
    for instant, said in (("2026-04-14T23:59:59", "应于"), ("2026-04-15T00:00:00", "空缺超期")):
        s.clock.at(instant)
        listed = text(login("office").get(s.url("units?vacant=1"))).partition("<tbody")[2]
        assert "阳泉市商务局" in listed
        assert said in listed
        assert f"{LEADER}代办" in listed

    # 5. a successor of a rank that is too low; the unit may insist with a reason
    s.clock.at("2026-04-09T10:00:00")
    office, leaver = login("office"), login("sw_01")
    form = {"username": "sw_02", "display_name": NEW, "rank": "科员", "rank_reason": ""}
    refused = s.send(office, f"{page}/successor", **form)
    assert refused.status_code == 422
    assert "不符合" in text(refused)
    assert "科级" in text(refused)
    assert (
        s.send(office, f"{page}/successor", **(form | {"rank_reason": "科级干部均已另任"})).status_code == 200
    )

    # 6. exactly 5 + 2 + 1 + 2; after both sign, everything moves in one step
    with make.enter(s.city) as session:
        sheet = session.get_one(Handover, (s.city.id, number))
        session.refresh(sheet)
        assert kinds(sheet.items) == TWICE_FIVE
        assert len(sheet.items) == 10
        account = session.scalars(sa.select(Post.account_id).where(Post.id == sheet.successor_post_id)).one()
        from portal.accounts.models import Account

        session.get_one(Account, account).must_change_password = False
    mine = f"/handovers/{number}"
    assert s.send(leaver, mine, to=f"{mine}/sign").status_code == 303
    taker = login("sw_02")
    assert taker.get(own).status_code == 404, "one signature moves nothing"
    assert groups(s) == {s.old: {"打击组", "宣传组"}}
    s.clock.at("2026-04-09T16:30:00")
    leaver, taker = login("sw_01"), login("sw_02")
    assert s.send(taker, mine, to=f"{mine}/sign").status_code == 303
    assert taker.get(own).status_code == 200
    assert groups(s) == {account: {"打击组", "宣传组"}}
    assert s.vacancy(s.now) is None
    with make.enter(s.city) as session:
        assert session.get_one(Handover, (s.city.id, number)).completed_at == s.now
        open_now = session.scalars(
            sa.select(Submission.id).where(
                Submission.state == State.EXPECTED.value, Submission.unit_id == s.unit
            )
        )
        assert len(list(open_now)) == 5, "they belong to the unit and are the successor's now"
    assert "某市场发现假币" in text(taker.get("/"))

    # reports of March keep the old name and post
    filed = text(taker.get(s.url(f"reports/{s.filed}/editions/1")))
    assert OLD in filed
    assert NEW not in filed.partition("<main")[2].partition("</main>")[0]
    with make.enter(s.city) as session:
        sent = session.get_one(Submission, (s.city.id, s.filed))
        assert sent.filed_by == f"阳泉市商务局 {OLD}"
        assert sent.filed_at == datetime(2026, 3, 10, 10, 0, tzinfo=SHANGHAI)
        assert session.scalar(sa.select(Report.filed).where(Report.period == "2026-02")) == 1

    # 7. the role in the second mechanism stands
    assert leaver.get(own).status_code == 404
    assert leaver.get(second).status_code == 200
    with make.enter(s.city) as session:
        kept = session.scalars(
            sa.select(Post).where(
                Post.account_id == s.old, Post.mechanism_id == s.second, Post.until.is_(None)
            )
        ).one()
        assert kept.kind == PostKind.LIAISON


def groups(s: Story) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    with s.make.enter(s.city) as session:
        rows = session.execute(
            sa.select(Post.account_id, Post.group).where(
                Post.kind == PostKind.GROUP_MEMBER.value, Post.mechanism_id == s.body,
                sa.or_(Post.until.is_(None), Post.until > s.now),
            )
        )  # fmt: skip
        for account, group in rows:
            found.setdefault(account, set()).add(group)
    return found
