"""F10: the liaison leaves in the middle. Posts, ranks, vacancies, hand-over, with exact instants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Seat
from portal.core.audit import AuditEvent
from portal.core.clock import SHANGHAI, end_of
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.posts import PostKind, Right
from portal.core.reader import Reader
from portal.core.scope import Actor, Scope, set_scope
from portal.core.text import _
from portal.core.workdays import WorkCalendar
from portal.units import handover, posts
from portal.units.handover import OpenItem
from portal.units.handover_list import list_handovers
from portal.units.models import Handover, Mechanism, Post
from portal.units.posts import WAITING, appoint, end_post
from portal.units.reader import load_posts
from portal.units.vacancies import list_vacancies
from tests.units.conftest import County

CALENDAR = WorkCalendar()
LEFT = datetime(2026, 4, 7, 18, 0, tzinfo=SHANGHAI)
CLOCK_DUE = datetime(2026, 4, 8, 14, 0, tzinfo=SHANGHAI)


@pytest.fixture
def county_in_april(county: County) -> County:
    county.clock.at("2026-04-07T09:00:00")
    return county


@pytest.fixture
def story(county_in_april: County) -> dict[str, Any]:
    """市商务局 on 2026-04-07, the first day after 清明: liaison, leader, two groups, a second body."""
    c, make = county_in_april, county_in_april.make
    unit, since = c.units["commerce"], datetime(2026, 1, 5, 9, 0, tzinfo=SHANGHAI)
    leaving = make.account(c.tenant, "pd_sw_01")
    found = {"account": leaving.id, "county": c, "unit": unit.id}
    found["post"] = make.post(c.tenant, leaving, PostKind.LIAISON, c.body, unit, since=since).id
    make.post(c.tenant, "pd_sw_leader", PostKind.LEADER_IN_CHARGE, c.body, unit, since=since)
    second = make.mechanism(c.tenant, "antifraud", {"commerce": unit})
    found["second"] = second.id
    make.post(c.tenant, leaving, PostKind.LIAISON, second, unit, since=since)
    with c.enter() as session:
        for group in ("打击组", "宣传组"):
            appoint(
                session, c.actor, c.now, account_id=leaving.id, kind=PostKind.GROUP_MEMBER, mechanism_id=c.body.id,
                unit_id=unit.id, group=group,
            )  # fmt: skip
    found["successor"] = make.account(c.tenant, "pd_sw_02").id
    return found


def tasks(_session: Session, _mechanism: int, _unit: int) -> list[OpenItem]:
    return [OpenItem(kind=_("督办事项"), title=f"事项{n}", subject=f"order:{n}") for n in range(1, 6)]


def drafts(_session: Session, _mechanism: int, _unit: int) -> list[OpenItem]:
    clock = OpenItem(kind=_("24小时报告"), title="案件速报", due=CLOCK_DUE, subject="deadline:1")
    return [*(OpenItem(kind=_("草稿"), title=f"月报{n}") for n in range(2)), clock]


SOURCES = (tasks, drafts)


def rights(
    session: Session, county: County, account_id: int, at: datetime, mechanism: int
) -> frozenset[Right]:
    set_scope(session, Scope(own=(county.tenant.id,), home=county.tenant.id))
    held = load_posts(session, account_id, at)
    reader = Reader(account_id, "", "", held)
    return frozenset().union(*(p.rights for p in reader.posts if p.mechanism_id == mechanism))


def leave(story: dict[str, Any]) -> None:
    c = story["county"]
    with c.enter() as session:
        end_post(session, c.actor, c.now, post_id=story["post"], until=LEFT, reason="工作调动")


def test_the_post_ends_at_the_instant_in_this_body_only(story: dict[str, Any], session: Session) -> None:
    c, account = story["county"], story["account"]
    leave(story)
    body, second = c.body.id, story["second"]
    before, after = LEFT - timedelta(seconds=1), LEFT
    assert Right.REPORT_FILL in rights(session, c, account, before, body)
    assert Right.REPORT_FILL not in rights(session, c, account, after, body)
    assert Right.REPORT_FILL in rights(session, c, account, after, second)
    leader = session.scalars(sa.select(Account.id).where(Account.username == "pd_sw_leader")).one()
    assert {Right.REPORT_FILL, Right.URGENT_FILE, Right.RECORD_WRITE} <= rights(
        session, c, leader, after, body
    )


def test_vacancy_acting_and_five_working_days(story: dict[str, Any]) -> None:
    c = story["county"]
    leave(story)

    def vacancy(at: date | datetime) -> Any:
        found = list_vacancies(session, c.body.id, CALENDAR, at)
        return next((v for v in found if v.unit_id == story["unit"]), None)

    with c.enter() as session:
        assert vacancy(LEFT - timedelta(seconds=1)) is None
        found = vacancy(LEFT)
        assert (found.since, found.due, found.acting, found.overdue) == (
            LEFT, date(2026, 4, 14), ("pd_sw_leader",), False,
        )  # fmt: skip
        assert not vacancy(date(2026, 4, 14)).overdue
        assert not vacancy(end_of(date(2026, 4, 14))).overdue
        assert vacancy(datetime(2026, 4, 15, tzinfo=SHANGHAI)).overdue
        never = next(
            v for v in list_vacancies(session, c.body.id, CALENDAR, LEFT) if v.unit_name == "平定县公安局"
        )
        assert (never.since.date(), never.due, never.acting) == (date(2026, 1, 1), date(2026, 1, 8), ())


@pytest.mark.parametrize(("rank", "reason", "field"), [
    ("科员", "", "rank_reason"), ("无行政级别", " ", "rank_reason"), ("", "", "rank"), ("元帅", "有理由", "rank"),
    ("科员", "本单位无科级干部可派", None), ("副科级", "", None), ("科级", "", None), ("县处级", "", None),
])  # fmt: skip
def test_rank(county_in_april: County, rank: str, reason: str, field: str | None) -> None:
    c = county_in_april
    account = c.make.account(c.tenant, "neu").id
    with c.enter() as session:
        given: dict[str, Any] = {
            "kind": PostKind.LIAISON,
            "mechanism_id": c.body.id,
            "unit_id": c.units["police"].id,
        }
        if field is None:
            post = appoint(
                session, c.actor, c.now, account_id=account, rank=rank, rank_reason=reason, **given
            )
            assert post.rank_reason == reason
        else:
            with pytest.raises(Invalid) as caught:
                appoint(session, c.actor, c.now, account_id=account, rank=rank, rank_reason=reason, **given)
            assert list(caught.value.problems) == [field]


def test_what_appoint_refuses(county_in_april: County, session: Session) -> None:
    c = county_in_april
    account, second = c.make.account(c.tenant, "neu").id, c.make.account(c.tenant, "neu2").id
    police, bank, body = c.units["police"].id, c.units["bank"].id, c.body.id
    foreign_unit = c.make.unit(c.other, "盂县公安局").id
    foreign_body = c.make.mechanism(c.other, "antifraud").id

    def refused(**given: Any) -> set[str]:
        values: dict[str, Any] = {
            "account_id": account,
            "kind": PostKind.LIAISON,
            "mechanism_id": body,
            "unit_id": police,
            "rank": "科级",
        }
        with c.enter() as s, pytest.raises((Invalid, Conflict, Exception)) as caught:
            appoint(s, c.actor, c.now, **(values | given))
        session.rollback()
        return set(getattr(caught.value, "problems", {type(caught.value).__name__: 0}))

    assert refused(account_id=1) == {"account"}
    assert refused(unit_id=foreign_unit) == {"unit"}
    assert refused(mechanism_id=foreign_body) == {"NotFound"}
    assert refused(unit_id=None) == {"unit"}
    assert refused(unit_id=bank) == {"unit"}  # not a member
    assert refused(kind=PostKind.GROUP_MEMBER, group="") == {"group"}
    assert refused(mechanism_id=None) == {"mechanism"}
    with c.enter() as s:
        appoint(
            s, c.actor, c.now, account_id=account, kind=PostKind.LIAISON, mechanism_id=body, unit_id=police, rank="科级"
        )  # fmt: skip
        assert s.get(Seat, (account, c.tenant.id)) is not None
    assert refused(account_id=second) == {"unit"}  # one liaison per unit and body
    with c.enter() as s:
        appoint(s, c.actor, c.now, account_id=second, kind=PostKind.AUDITOR)
    assert refused(account_id=second, kind=PostKind.SYSTEM_ADMINISTRATOR) == {"Conflict"}
    assert refused(account_id=second, kind=PostKind.AUDITOR) == {"Conflict"}


def test_seats_follow_posts(county_in_april: County) -> None:
    c = county_in_april
    account = c.make.account(c.tenant, "neu").id
    with c.enter() as s:
        post = appoint(
            s, c.actor, c.now, account_id=account, kind=PostKind.OBSERVER, mechanism_id=c.body.id,
            since=c.now + timedelta(days=3),
        )  # fmt: skip
        assert s.get(Seat, (account, c.tenant.id)) is not None  # a coming post counts
        with pytest.raises(Invalid):
            end_post(s, c.actor, c.now, post_id=post.id, until=c.now, reason="早于任职")
        with pytest.raises(Invalid):
            end_post(s, c.actor, c.now, post_id=post.id, reason=" ")
        end_post(s, c.actor, c.now, post_id=post.id, until=c.now + timedelta(days=5), reason="期满")
        assert s.get(Seat, (account, c.tenant.id)) is not None
        later = c.now + timedelta(days=4)
        end_post(s, c.actor, later, post_id=post.id, until=later, reason="提前")
        s.expire_all()
        assert s.get(Seat, (account, c.tenant.id)) is None
        with pytest.raises(Conflict):
            end_post(s, c.actor, later, post_id=post.id, reason="再次")
        assert len(list(s.scalars(sa.select(Seat.account_id)))) == 1  # the office keeps its own


def test_the_whole_handover(story: dict[str, Any], session: Session) -> None:
    c: County = story["county"]
    leaver, successor = Actor(story["account"], "甲"), Actor(story["successor"], "乙")
    office = Actor(None, "办公室")
    leave(story)
    c.clock.at("2026-04-08T09:00:00")
    with c.enter() as s:
        sheet = handover.open_handover(
            s, office, c.now, post_id=story["post"], number="平商函〔2026〕3号", noticed_on=date(2026, 4, 8),
            sources=SOURCES,
        )  # fmt: skip
        sheet_id = sheet.id
        assert _kinds(sheet.items) == {"督办事项": 5, "草稿": 2, "24小时报告": 1, "工作组成员": 2}
        with pytest.raises(Conflict):
            handover.open_handover(
                s, office, c.now, post_id=story["post"], number="x", noticed_on=date(2026, 4, 8), sources=()
            )
        with pytest.raises(Conflict, match="尚未签收"):
            handover.sign_handover(s, leaver, c.now, handover_id=sheet_id)
        handover.acknowledge_notice(s, office, c.now, handover_id=sheet_id)
        with pytest.raises(Conflict, match="尚未确定接任人"):
            handover.sign_handover(s, leaver, c.now, handover_id=sheet_id)
    c.clock.at("2026-04-09T10:00:00")
    named = {"handover_id": sheet_id, "account_id": story["successor"], "sources": SOURCES}
    with c.enter() as s, pytest.raises(Invalid, match=r"科员.*不符合"):
        handover.name_successor(s, office, c.now, rank="科员", **named)
    with c.enter() as s:
        handover.name_successor(s, office, c.now, rank="科员", rank_reason="科级岗位空缺", **named)
        (vacancy,) = [v for v in list_vacancies(s, c.body.id, CALENDAR, date(2026, 4, 20)) if v.successor]
        assert (vacancy.successor, vacancy.overdue) == ("pd_sw_02", False)
        with pytest.raises(NotAllowed):
            handover.sign_handover(s, office, c.now, handover_id=sheet_id)
        handover.sign_handover(s, leaver, c.now, handover_id=sheet_id)
        with pytest.raises(Conflict, match="已有人签字"):
            handover.name_successor(s, office, c.now, rank="科级", **named)
        assert s.get_one(Handover, (c.tenant.id, sheet_id)).completed_at is None
    assert not rights(session, c, successor.account_id or 0, c.now, c.body.id)
    c.clock.at("2026-04-09T16:30:00")
    with c.enter() as s:
        done = handover.sign_handover(s, successor, c.now, handover_id=sheet_id)
        assert done.completed_at == c.now
        assert _kinds(done.items) == {"督办事项": 5, "草稿": 2, "24小时报告": 1, "工作组成员": 2}
        assert [v for v in list_vacancies(s, c.body.id, CALENDAR, c.now) if v.unit_id == story["unit"]] == []
        groups = {
            (p.account_id, p.group) for p in posts.list_posts(s, mechanism_id=c.body.id, at=c.now) if p.group
        }
        assert groups == {(story["successor"], "打击组"), (story["successor"], "宣传组")}
        (row,) = list_handovers(s, mechanism_id=c.body.id)
        assert (row.holder, row.successor, row.successor_rank_reason) == (
            "pd_sw_01",
            "pd_sw_02",
            "科级岗位空缺",
        )
        acts = s.scalars(sa.select(AuditEvent.act).where(AuditEvent.subject == f"handover:{sheet_id}")).all()
        assert sorted(acts) == ["handover.open", "handover.sign", "handover.sign", "notice.acknowledge"]
        assert s.get(Seat, (story["account"], c.tenant.id)) is not None  # liaison of the second body still
    after = c.now
    assert Right.REPORT_FILL in rights(session, c, story["successor"], after, c.body.id)
    assert not rights(session, c, story["successor"], after - timedelta(seconds=1), c.body.id)
    assert not rights(session, c, story["account"], after, c.body.id)
    assert Right.REPORT_FILL in rights(session, c, story["account"], after, story["second"])


def _kinds(items: Sequence[dict[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for item in items:
        found[item["kind"]] = found.get(item["kind"], 0) + 1
    return found


def test_a_successor_may_be_replaced_before_anybody_signs(story: dict[str, Any]) -> None:
    c: County = story["county"]
    third = c.make.account(c.tenant, "pd_sw_03").id
    leave(story)
    c.clock.at("2026-04-08T09:00:00")
    with c.enter() as s:
        sheet = handover.open_handover(
            s, c.actor, c.now, post_id=story["post"], number="1号", noticed_on=date(2026, 4, 8), sources=()
        )
        handover.acknowledge_notice(s, c.actor, c.now, handover_id=sheet.id)
        first = handover.name_successor(
            s, c.actor, c.now, handover_id=sheet.id, account_id=story["successor"], rank="科级", sources=()
        )
        assert first.since == WAITING
        handover.name_successor(
            s, c.actor, c.now, handover_id=sheet.id, account_id=third, rank="科级", sources=()
        )
        assert (first.since, first.until) == (c.now, c.now)  # was never in force
        assert s.get(Seat, (story["successor"], c.tenant.id)) is None
        with pytest.raises(NotAllowed):
            handover.sign_handover(s, Actor(story["successor"], ""), c.now, handover_id=sheet.id)
        handover.sign_handover(s, Actor(third, ""), c.now, handover_id=sheet.id)
        handover.sign_handover(s, Actor(story["account"], ""), c.now, handover_id=sheet.id)
        liaisons = s.scalars(
            sa.select(Post.account_id).where(
                Post.kind == PostKind.LIAISON.value, Post.mechanism_id == c.body.id, Post.until.is_(None)
            )
        ).all()
        assert liaisons == [third]


def test_holders_are_found_or_made(county_in_april: County) -> None:
    c = county_in_april
    c.make.account(c.tenant, "known")
    c.make.account(c.other, "stranger")
    with c.enter() as s:
        account, password = posts.find_or_create_holder(
            s, c.actor, c.now, username=" Known ", display_name=""
        )
        assert (s.get_one(Account, account).username, password) == ("known", "")
        with pytest.raises(Invalid, match="其他地区"):
            posts.find_or_create_holder(s, c.actor, c.now, username="stranger", display_name="新人")
        account, _password = posts.find_or_create_holder(
            s, c.actor, c.now, username="stranger", display_name="stranger"
        )
        account, password = posts.find_or_create_holder(
            s, c.actor, c.now, username="neu", display_name="新联络员"
        )
        assert password
        assert s.get_one(Account, account).home_tenant_id == c.tenant.id
        assert [u for u, _name in posts.list_people(s)] == ["known", "neu", "office"]


def test_a_mechanism_of_another_county_is_not_there(county: County) -> None:
    foreign = county.make.mechanism(county.other, "antifraud").id
    with county.enter() as s:
        assert posts.list_posts(s, mechanism_id=foreign) == []
        assert s.get(Mechanism, (county.tenant.id, foreign)) is None
