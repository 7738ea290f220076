"""Digests through a real mail server: merged, composed when sent, lost never, twice only with a mark."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.accounts.models import Account
from portal.core.db import db
from portal.core.posts import PostKind
from portal.core.text import Message
from portal.notices import digests, outbox
from portal.notices.mail import Server
from portal.notices.models import Digest, DigestEntry, Notice, Outgoing
from portal.notices.services import notify
from portal.units.models import Post
from tests.conftest import TestClock
from tests.notices.mailbox import Mailbox
from tests.reporting.county import County

FROM = "portal@lianxi.example"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    box = Mailbox()
    with box.open():
        yield box


@pytest.fixture(autouse=True)
def clean(county: County) -> None:
    """The application is shared: what earlier tests left to be told is not ours."""
    for table in (DigestEntry, Digest, Outgoing):
        county.session.execute(sa.delete(table))
    county.session.execute(sa.update(Account).values(email=""))
    county.session.commit()


def room(county: County, box: Mailbox, timeout: float = 2, base: str = "") -> outbox.Mailroom:
    server = Server("127.0.0.1", box.port, "none", "", "", FROM)
    return outbox.Mailroom(server, county.make.clock, base=base, timeout=timeout)


def person(county: County, kind: PostKind, unit: str = "", email: str = "") -> Account:
    account = county.session.scalars(
        sa.select(Account).where(Account.username == county.account(kind, unit))
    ).one()
    account.email = email or f"{account.username.replace('_', '-')}@office.example"
    county.session.commit()
    return account


def tell(county: County, words: str = "请报送", unit: str | None = "甲镇", **more: Any) -> None:
    with county.inside() as session:
        notify(
            session, county.now, mechanism_id=county.mechanism.id, sender="办公室", text=Message("%(w)s", w=words),
            unit_id=county.units[unit].id if unit else None, **more,
        )  # fmt: skip


def make_digests(county: County, *, urgent_only: bool = False) -> int:
    county.session.rollback()
    return digests.collect(county.session, county.now, urgent_only=urgent_only, mail=True)


def send(county: County, box: Mailbox, **more: Any) -> outbox.Run:
    county.session.rollback()
    return outbox.deliver(county.session, room(county, box, **more))


def states(county: County) -> list[tuple[bool, bool, int, str]]:
    """Sent, done, tries, error of each digest."""
    county.session.rollback()
    county.session.info.pop("scope", None)
    rows = county.session.execute(
        sa.select(Digest.sent_at, Digest.done_at, Digest.tries, Digest.error).order_by(Digest.id)
    )
    return [(r[0] is not None, r[1] is not None, r[2], r[3]) for r in rows]


def test_three_open_items_of_one_liaison_are_one_message(county: County, box: Mailbox) -> None:
    """beyond.md row 4."""
    liaison = person(county, PostKind.LIAISON, "甲镇")
    other = person(county, PostKind.LIAISON, "乙镇")
    for n in range(3):
        tell(county, f"第{n}项", link=f"/x/{n}")
    assert make_digests(county) == 1
    assert send(county, box, base="https://portal.example/") == (1, False)
    assert box.subjects == ["联席：3 项新消息"]
    message = box.got[0]
    assert (message["To"], message["Auto-Submitted"]) == (liaison.email, "auto-generated")
    assert message["Message-ID"].endswith("@lianxi.example>")
    text = box.text()
    assert all(f"第{n}项" in text and f"https://portal.example/x/{n}\n" in text for n in range(3))
    assert other.email not in str(box.raw)
    assert (make_digests(county), send(county, box)) == (0, (0, False))
    assert len(box.got) == 1


def test_one_person_of_two_bodies_has_one_message(county: County, box: Mailbox) -> None:
    """beyond.md row 19: over all campaigns and tenants."""
    liaison = person(county, PostKind.LIAISON, "甲镇")
    body = county.make.mechanism(county.city, county.key, name="市级工作机制")
    county.make.post(county.city, liaison, PostKind.OFFICE_STAFF, body)
    tell(county, "县里的事")
    with county.make.enter(county.city) as session:
        notify(
            session, county.now, mechanism_id=body.id, unit_id=None, text=Message("市里的事"), sender="系统"
        )
    assert make_digests(county) == 1
    send(county, box)
    assert len(box.got) == 1
    assert "县里的事" in box.text()
    assert "市里的事" in box.text()


def test_what_was_read_meanwhile_is_not_sent(county: County, box: Mailbox) -> None:
    person(county, PostKind.LIAISON, "甲镇")
    tell(county, "读过的")
    make_digests(county)
    with county.inside() as session:
        session.execute(sa.update(Notice).values(read_at=county.now))
    send(county, box)
    assert box.got == []
    assert [(s, d) for s, d, _t, _e in states(county)] == [(False, True)]
    assert "没有要告知的内容" in states(county)[0][3]


def test_who_loses_the_post_before_it_goes_gets_nothing(county: County, box: Mailbox) -> None:
    person(county, PostKind.LIAISON, "甲镇")
    tell(county, "给联络员的")
    make_digests(county)
    with county.inside() as session:
        session.get_one(
            Post, (county.tenant.id, county.ids[county.account(PostKind.LIAISON, "甲镇")])
        ).until = county.now
    send(county, box)
    assert box.got == []
    assert states(county)[0][:2] == (False, True)


def test_who_keeps_one_post_of_two_gets_that_ones_part(county: County, box: Mailbox) -> None:
    liaison = person(county, PostKind.LIAISON, "甲镇")
    county.make.post(county.tenant, liaison, PostKind.LIAISON, county.mechanism, county.units["乙镇"])
    tell(county, "甲镇的事")
    tell(county, "乙镇的事", "乙镇")
    make_digests(county)
    with county.inside() as session:
        session.get_one(
            Post, (county.tenant.id, county.ids[county.account(PostKind.LIAISON, "甲镇")])
        ).until = county.now
    send(county, box)
    assert box.subjects == ["联席：1 项新消息"]
    assert "甲镇的事" not in box.text()


def test_without_a_liaison_the_leader_in_charge_is_told(county: County, box: Mailbox) -> None:
    person(county, PostKind.LIAISON, "甲镇")
    leader = person(county, PostKind.LEADER_IN_CHARGE, "甲镇")
    tell(county, "给联络员", post=PostKind.LIAISON)
    assert make_digests(county) == 1
    with county.inside() as session:
        session.get_one(
            Post, (county.tenant.id, county.ids[county.account(PostKind.LIAISON, "甲镇")])
        ).until = county.now
    tell(county, "联络员空缺时的", post=PostKind.LIAISON)
    make_digests(county)
    send(county, box)
    assert [m["To"] for m in box.got] == [leader.email]
    assert "联络员空缺时的" in box.text()


def test_a_disabled_account_and_one_that_wants_no_mail_get_none(county: County, box: Mailbox) -> None:
    accounts = [person(county, PostKind.LIAISON, "甲镇"), person(county, PostKind.LEADER_IN_CHARGE, "甲镇")]
    tell(county)
    assert make_digests(county) == 2
    accounts[0].disabled_at, accounts[1].mail_on = county.now, False
    county.session.commit()
    send(county, box)
    assert box.got == []
    assert [s[:2] for s in states(county)] == [(False, True)] * 2
    tell(county)
    assert make_digests(county) == 0


# ------------------------------------------------------------------------------------------- moods of servers
def test_a_refused_address_is_recorded_and_not_tried_for_ever(county: County, box: Mailbox) -> None:
    bad, good = person(county, PostKind.LIAISON, "甲镇"), person(county, PostKind.LIAISON, "乙镇")
    box.refused.add(bad.email)
    tell(county)
    tell(county, unit="乙镇")
    make_digests(county)
    assert send(county, box).sent == 1
    assert [m["To"] for m in box.got] == [good.email]
    assert box.connections == 1
    assert sorted(states(county)) == [(False, True, 1, "550 5.1.1 no such mailbox"), (True, True, 1, "")]
    refused = sa.select(Account.email).where(Account.mail_refused_at.is_not(None))
    assert county.session.scalars(refused).all() == [bad.email]
    county.make.clock.now += timedelta(days=1)  # type: ignore[attr-defined]
    assert send(county, box) == (0, False)
    box.refused.clear()
    tell(county)
    make_digests(county)
    assert send(county, box).sent == 1, "the server takes it again: it was mended there"
    assert county.session.scalars(refused).all() == []


@pytest.mark.parametrize("mood", ["busy", "full"])
def test_later_is_later_and_no_repeat(county: County, box: Mailbox, clock: TestClock, mood: str) -> None:
    person(county, PostKind.LIAISON, "甲镇")
    box.moods = [mood]
    tell(county)
    make_digests(county)
    assert send(county, box) == (0, False)
    assert states(county)[0][:3] == (False, False, 1)
    assert send(county, box) == (0, False), "not before its pause is over"
    clock.now += timedelta(minutes=5)
    assert send(county, box).sent == 1
    assert box.subjects == ["联席：1 项新消息"]


def test_a_server_that_is_down_for_an_hour(county: County, clock: TestClock) -> None:
    """F21: nothing is lost, nothing comes twice."""
    people = [person(county, PostKind.LIAISON, unit) for unit in ("甲镇", "乙镇", "丙乡")]
    box = Mailbox()
    for unit in ("甲镇", "乙镇", "丙乡"):
        tell(county, unit=unit)
    make_digests(county)
    for _round in range(12):
        assert send(county, box) == (0, False)
        clock.now += timedelta(minutes=5)
    assert {s[3] for s in states(county)} == {"邮件服务器连接不上"}
    with box.open():
        assert send(county, box).sent == 3
        assert send(county, box).sent == 0
    assert sorted(m["To"] for m in box.got) == sorted(p.email for p in people)
    assert not any("重复" in s for s in box.subjects)


def test_a_server_that_hangs_holds_nobody_for_long(county: County, box: Mailbox, clock: TestClock) -> None:
    person(county, PostKind.LIAISON, "甲镇")
    person(county, PostKind.LIAISON, "乙镇")
    box.moods = ["hang"]
    tell(county)
    tell(county, unit="乙镇")
    make_digests(county)
    begun = datetime.now().astimezone()
    run = send(county, box, timeout=0.5)
    assert (datetime.now().astimezone() - begun).total_seconds() < 5
    assert (run.sent, run.more) == (0, True)
    assert send(county, box).sent == 1, "the other one goes on"
    clock.now += timedelta(minutes=11)
    assert send(county, box).sent == 1
    assert sum("（重复发送）" in s for s in box.subjects) == 1


def test_a_connection_cut_after_the_data_goes_again_as_a_repeat(
    county: County, box: Mailbox, clock: TestClock
) -> None:
    person(county, PostKind.LIAISON, "甲镇")
    box.moods = ["cut"]
    tell(county)
    make_digests(county)
    assert send(county, box).sent == 0
    clock.now += timedelta(minutes=5)
    assert send(county, box).sent == 0, "the run that began it may still be alive"
    clock.now += timedelta(minutes=6)
    assert send(county, box).sent == 1
    assert box.subjects == ["联席：1 项新消息", "联席：1 项新消息（重复发送）"]
    assert box.got[0]["Message-ID"] == box.got[1]["Message-ID"]
    assert "再发一次" in box.text()


def test_a_message_nobody_confirms_is_not_repeated_for_ever(
    county: County, box: Mailbox, clock: TestClock
) -> None:
    person(county, PostKind.LIAISON, "甲镇")
    box.moods = ["cut"] * 50
    tell(county)
    make_digests(county)
    for _hour in range(12):
        send(county, box)
        clock.now += timedelta(minutes=61)
    assert len(box.got) == outbox.UNSURE


def test_a_refused_message_is_done_with(county: County, box: Mailbox) -> None:
    person(county, PostKind.LIAISON, "甲镇")
    box.moods = ["spam"]
    tell(county)
    make_digests(county)
    send(county, box)
    assert states(county) == [(False, True, 1, "554 5.7.1 not wanted")]
    assert set(county.session.scalars(sa.select(Account.mail_refused_at))) == {None}


# -------------------------------------------------------------------------------------------- when, and how often
def test_two_workers_at_once_send_each_message_once(county: County, box: Mailbox, app: Flask) -> None:
    for unit in ("甲镇", "乙镇", "丙乡"):
        person(county, PostKind.LIAISON, unit)
        tell(county, unit=unit)
    county.session.rollback()
    mailroom, now, both = room(county, box, timeout=10), county.now, Barrier(2)

    def act(_n: int) -> None:
        with app.app_context():
            session = db.session()
            both.wait()
            digests.collect(session, now, urgent_only=False, mail=True)
            outbox.deliver(session, mailroom)
            outbox.deliver(session, mailroom)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(act, range(2)))
    assert len(box.got) == len({m["To"] for m in box.got}) == 3


@pytest.mark.parametrize(
    ("at", "goes"),
    [("21:59:00", True), ("22:00:00", False), ("03:00:00", False), ("07:59:59", False), ("08:00:00", True)],
)
def test_at_night_only_what_is_urgent_leaves(
    county: County, box: Mailbox, clock: TestClock, at: str, goes: bool
) -> None:
    person(county, PostKind.LIAISON, "甲镇")
    tell(county, "平常的")
    make_digests(county)
    clock.at(f"2025-09-21T{at}")
    assert send(county, box).sent == int(goes)
    tell(county, "急的", urgent=True)
    assert make_digests(county, urgent_only=True) == 1
    assert send(county, box).sent == 1
    assert "【急】急的" in box.text()
    clock.at("2025-09-22T08:00:00")
    send(county, box)
    assert len(box.got) == 2, "never lost"


def test_the_clock_jumps(county: County, box: Mailbox, clock: TestClock) -> None:
    """F09: a day ahead and an hour back; once each, none lost."""
    person(county, PostKind.LIAISON, "甲镇")
    start = clock.now
    tell(county, "一")
    clock.now = start + timedelta(days=1)
    make_digests(county)
    send(county, box)
    clock.now = start
    tell(county, "二")
    make_digests(county)
    clock.now = start - timedelta(hours=1)
    assert send(county, box).sent == 0
    clock.now = start + timedelta(minutes=1)
    send(county, box)
    assert ["一" in box.text(0), "二" in box.text(1), len(box.got)] == [True, True, 2]


def test_hostile_words_stay_one_line_of_plain_text(county: County, box: Mailbox) -> None:
    """A48, A53."""
    account = person(county, PostKind.LIAISON, "甲镇")
    account.display_name = "甲\r\nBcc: all@evil.example\r\n\r\n<script>"
    county.session.commit()
    evil = (
        "<script>alert(1)</script>\r\nSubject: 假\r\n.\r\nMAIL FROM:<x@evil.example>\u2028%(w)s {0} {{7*7}}"
    )
    with county.inside() as session:
        notify(
            session, county.now, mechanism_id=county.mechanism.id, unit_id=county.units["甲镇"].id,
            text=Message("%(w)s", w=evil), sender="甲\nBcc: b@evil.example", link="/a\r\nX: y", detail="不外发的原话",
        )  # fmt: skip
    make_digests(county)
    send(county, box)
    message = box.got[0]
    assert message["Bcc"] is None
    assert message["X"] is None
    assert message.get_content_type() == "text/plain"
    assert box.subjects == ["联席：1 项新消息"]
    lines = box.text().splitlines()
    assert not any(line.startswith(("Bcc", "Subject", "MAIL", "X:", ".")) for line in lines)
    assert any("<script>alert(1)</script> Subject: 假 . MAIL FROM" in line for line in lines)
    assert "不外发的原话" not in box.text()
    assert "49" not in box.text()


def test_mail_that_is_off_leaves_nothing_behind(county: County) -> None:
    person(county, PostKind.LIAISON, "甲镇")
    tell(county)
    county.session.rollback()
    assert digests.collect(county.session, county.now, urgent_only=False, mail=False) == 0
    assert county.session.scalar(sa.select(sa.func.count(Outgoing.notice_id))) == 0
    assert states(county) == []
