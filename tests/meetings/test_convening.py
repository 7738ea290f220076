"""Scenario F5, steps 1 to 3 and 7: from the topic to the day of the meeting; who comes, and who reads the papers."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa

from portal.campaigns.meetings import MeetingType
from portal.core.audit import Act, AuditEvent
from portal.core.clock import SHANGHAI
from portal.core.posts import PostKind
from portal.core.scope import Scope, set_scope
from portal.meetings.models import AgendaItem, Invitation, Meeting, PaperReading, Topic
from portal.notices.models import Notice
from portal.notices.reminders import remind_everywhere
from portal.notices.wording import say
from tests.conftest import TestClock
from tests.factories import Factory
from tests.meetings.city import ASKED, City, build_city, hold_meeting, plain

PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def city(make: Factory, clock: TestClock) -> City:
    found = build_city(make, clock)
    clock.at("2026-05-06T09:00:00")
    return found


def apply(city: City, who: str = "police", unit: str = "police", **more: Any) -> Any:
    data = {
        "unit": city.units[unit], "title": "新版假币联合处置", "grounds": "多家银行收缴到新版假币，需要一起研究。",
        "wished": "银行", "request_key": "topic-1",
    }  # fmt: skip
    return city.post(who, "topics/new", data | more)


def the_topic(city: City) -> Topic:
    with city.enter() as session:
        return session.scalars(sa.select(Topic)).one()


def convene(city: City, **more: Any) -> Any:
    """The partial meeting of six units, from the topic when there is one."""
    with city.enter() as session:
        topic = session.scalars(sa.select(Topic)).one_or_none()
    data = {
        "type": "partial", "title": "", "starts_at": "2026-05-12T15:00", "minutes": "60", "place": "市政府三楼会议室",
        "chair": "convenor", "reply_by": "2026-05-11T12:00", "contact": "", "requirements": "请准备书面材料。",
        "units": [city.units[name] for name in ASKED], "request_key": "meeting-1", "item_id": ["", ""],
        "item_topic": [topic.id if topic else "", ""], "item_on": ["1", "1"], "item_unit": [city.units["police"], ""],
        "item_title": ["新版假币联合处置", "银行柜面收缴规范"], "item_minutes": ["20", ""],
    }  # fmt: skip
    return city.post("clerk", "meetings/new", data | more)


def called(city: City, **more: Any) -> int:
    answer = convene(city, **more)
    assert answer.status_code == 303, plain(answer.get_data(as_text=True))
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def reply(city: City, who: str, meeting: int, unit: str = "", **data: str) -> Any:
    return city.post(who, f"meetings/{meeting}/reply", {"unit": city.units[unit or who]} | data)


def invitation(city: City, meeting: int, unit: str) -> Invitation:
    with city.enter() as session:
        wanted = (Invitation.meeting_id == meeting, Invitation.unit_id == city.units[unit])
        return session.scalars(sa.select(Invitation).where(*wanted)).one()


def told(city: City, unit: str) -> list[str]:
    with city.enter() as session:
        rows = session.scalars(
            sa.select(Notice).where(Notice.unit_id == city.units[unit]).order_by(Notice.id)
        )
        return [str(say(n.text, n.params)) for n in rows]


def test_f5_a_topic_goes_from_the_unit_over_the_office_to_the_convenor(city: City) -> None:
    assert apply(city, title="").status_code == 422
    secret = apply(city, grounds="机密★\n内容")
    assert secret.status_code == 422
    assert "字样" in plain(secret.get_data(as_text=True))
    first, again = apply(city), apply(city)
    assert (first.status_code, again.headers["Location"]) == (
        303,
        first.headers["Location"],
    )  # two clicks, one topic
    topic = the_topic(city)
    page = f"topics/{topic.id}"
    assert "待办公室审核" in city.text("police", page)
    assert "议题申请：新版假币联合处置" in city.home("clerk")
    # nobody applies for another unit, reads its topic or does another's step
    assert apply(city, "finance", request_key="topic-2").status_code in (404, 422)
    assert city.get("finance", page).status_code == 404
    assert city.get("left", page).status_code == 404
    assert city.client("sibling").get(city.url(page)).status_code == 404
    assert city.post("police", f"{page}/review", {"opinion": "好", "step": "pass"}).status_code == 403
    assert city.post("clerk", f"{page}/decide", {"decision": "plenary"}).status_code == 403
    early = city.post("convenor", f"{page}/decide", {"decision": "plenary"})
    assert early.status_code == 409
    assert "待办公室审核" in plain(early.get_data(as_text=True))

    assert city.post("clerk", f"{page}/review", {"opinion": "", "step": "return"}).status_code == 422
    assert (
        city.post("clerk", f"{page}/review", {"opinion": "请补充数量。", "step": "return"}).status_code == 303
    )
    assert "修改议题申请" in city.home("police")
    assert "请补充数量。" in city.text("police", page)
    form = {
        "unit": city.units["police"],
        "title": topic.title,
        "grounds": "三家银行收缴 12 张。",
        "request_key": "topic-1",
    }
    assert city.post("finance", f"{page}/edit", form).status_code == 404
    assert city.post("police", f"{page}/edit", form).status_code == 303
    passed = {"opinion": "涉及三家以上单位，建议开会。", "step": "pass"}
    assert city.post("clerk", f"{page}/review", passed).status_code == 303
    assert city.post("clerk2", f"{page}/review", passed).status_code == 409  # the colleague was faster

    assert "议题申请：新版假币联合处置" in city.home("convenor")
    alone = city.post("convenor", f"{page}/decide", {"decision": "partial", "units": [city.units["police"]]})
    assert alone.status_code == 422
    assert "至少两个" in plain(alone.get_data(as_text=True))
    foreign = [city.foreign_unit, city.units["police"]]
    assert (
        city.post("convenor", f"{page}/decide", {"decision": "partial", "units": foreign}).status_code == 404
    )
    assert (
        city.post("convenor", f"{page}/decide", {"decision": "none"}).status_code == 422
    )  # without a reason
    units = [city.units[name] for name in ASKED]
    assert city.post("convenor", f"{page}/decide", {"decision": "partial", "units": units}).status_code == 303
    assert any("召开部分成员单位会议" in text for text in told(city, "police"))
    shown = city.text("police", page)
    for step in ("提出申请", "办公室退回", "修改后重新提出", "办公室报召集人", "召集人决定"):
        assert step in shown

    # it is offered on the agenda, taken once, and tells where it went
    form_page = city.get("clerk", f"meetings/new?topic={topic.id}").get_data(as_text=True)
    assert f'name="item_topic" value="{topic.id}"' in form_page
    meeting = called(city)
    assert "已列入议程" in city.text("police", "topics")
    twice = convene(city, request_key="meeting-2")
    assert twice.status_code == 409
    assert "刚被安排到别的会议" in plain(twice.get_data(as_text=True))
    story = city.text("clerk", f"meetings/{meeting}")
    assert "议题“新版假币联合处置”：召集人决定" in story
    assert city.post("clerk", f"meetings/{meeting}/cancel", {"why": ""}).status_code == 422
    assert city.post("clerk", f"meetings/{meeting}/cancel", {"why": "时间冲突"}).status_code == 303
    assert any("会议取消" in text for text in told(city, "court"))
    assert called(city, request_key="meeting-3") != meeting  # the topic waits again, and the number is free


def test_f5_a_substitute_of_lower_rank_needs_a_reason_that_is_kept(
    city: City, make: Factory, clock: TestClock
) -> None:
    with city.enter() as session:
        leader = make.post(city.tenant, "education_ld", PostKind.LEADER_IN_CHARGE)
        session.execute(
            sa.update(type(leader))
            .where(type(leader).id == leader.id)
            .values(rank="县处级", unit_id=city.units["education"], mechanism_id=city.body_id)
        )
    meeting = called(city)
    slip = f"meetings/{meeting}/replies"
    assert "请于 5月11日 周一 12:00 前回执" in told(city, "commerce")[-1]
    assert "会议回执" in city.home("commerce")
    # asked to nobody else: not seen, not answered, neither for another unit nor from beside
    for stranger in ("finance", "left", "group"):
        assert city.get(stranger, slip).status_code in (403, 404)
        assert reply(city, stranger, meeting, "commerce", reply="attend", attendee="副局长").status_code in (
            403,
            404,
        )
    assert reply(city, "police", meeting, "commerce", reply="attend", attendee="副局长").status_code == 404
    assert reply(city, "convenor", meeting, "commerce", reply="attend", attendee="副局长").status_code == 403
    assert city.client("sibling").get(city.url(slip)).status_code == 404

    unknown = reply(
        city, "commerce", meeting, reply="substitute", attendee="市场科科长", reason="出差", rank="科级"
    )
    assert unknown.status_code == 422
    assert "系统里没有本单位分管领导的职级" in plain(unknown.get_data(as_text=True))
    lower = {
        "reply": "substitute",
        "attendee": "市场科科长",
        "reason": "出差",
        "rank": "科级",
        "expected_rank": "副处级",
    }
    warned = reply(city, "commerce", meeting, **lower)
    assert warned.status_code == 422
    text = warned.get_data(as_text=True)
    assert "级别不符：应为本单位副处级领导，所填为科级" in plain(text)
    assert 'value="市场科科长"' in text  # what was typed is kept
    assert reply(city, "commerce", meeting, **lower, below_why="分管领导均出差").status_code == 303
    assert invitation(city, meeting, "commerce").below_why == "分管领导均出差"
    # another deputy director of the same rank: no warning, and the rank of the leader is known
    equal = reply(
        city, "education", meeting, reply="substitute", attendee="副局长", reason="开会", rank="县处级"
    )
    assert equal.status_code == 303
    assert (
        invitation(city, meeting, "education").expected_rank,
        invitation(city, meeting, "education").below_why,
    ) == ("县处级", "")
    table = city.text("clerk", slip)
    assert "代会 2 · 请假 0 · 未回复 4 · 级别不符 1" in table
    assert "应为副处级；理由：分管领导均出差" in table
    assert "级别不符" not in city.text("police", slip)  # other units' replies are the office's

    # the office chases the open ones once a day, and answers as told by telephone
    for expected in ("已催 4 家单位", "今天已经催过"):
        assert city.post("clerk", f"meetings/{meeting}/remind").status_code == 303
        assert expected in city.get("clerk", slip).get_data(as_text=True)
    assert told(city, "court")[-1].startswith("请回执")
    assert not told(city, "commerce")[-1].startswith("请回执")
    assert reply(city, "clerk", meeting, "court", reply="leave", reason="开庭").status_code == 303
    assert "办公室" not in told(city, "court")[-1]

    # late is accepted and marked; it may be changed until the meeting begins, and what it was is kept
    clock.at("2026-05-11T13:00:00")
    assert reply(city, "police", meeting, reply="leave", reason="出警").status_code == 303
    assert reply(city, "police", meeting, reply="attend", attendee="副局长").status_code == 303
    row = invitation(city, meeting, "police")
    assert (row.late, row.reply, [e["reply"] for e in row.earlier]) == (True, "attend", ["leave"])
    assert "改过 1 次" in city.text("clerk", slip)
    clock.at("2026-05-12T15:01:00")
    late = reply(city, "police", meeting, reply="leave", reason="出警")
    assert late.status_code == 409
    assert "会议已经开始" in plain(late.get_data(as_text=True))


def test_f5_papers_stay_closed_to_who_has_not_signed(city: City) -> None:
    meeting = called(city)
    papers = f"meetings/{meeting}/papers"

    def sign(who: str) -> None:
        page = city.get(who, "meetings/agreement").get_data(as_text=True)
        digest = page.split('name="digest" value="', 1)[1].split('"', 1)[0]
        assert (
            city.post(who, "meetings/agreement", {"digest": digest, "next": city.url(papers)}).status_code
            == 422
        )
        signed = city.post(
            who, "meetings/agreement", {"digest": digest, "next": city.url(papers), "agreed": "1"}
        )
        assert (signed.status_code, signed.headers["Location"]) == (303, city.url(papers))

    def upload(who: str, item: int, name: str = "材料.pdf") -> Any:
        return city.post(who, f"{papers}/{item}", {"files": (BytesIO(PAPER), name)})

    with city.enter() as session:
        wanted = (
            sa.select(AgendaItem.id).where(AgendaItem.meeting_id == meeting).order_by(AgendaItem.position)
        )
        first, second = session.scalars(wanted)
    assert (
        upload("clerk", first).headers["Location"].startswith(city.url("meetings/agreement"))
    )  # the office signs, too
    sign("clerk")
    assert upload("clerk", first).status_code == 303
    for who in ("police", "court", "education"):
        sign(who)
    assert upload("police", first, "汇报.pdf").status_code == 303  # it reports on the first
    assert upload("police", second).status_code == 403
    page = city.get("police", papers).get_data(as_text=True)
    address = page.split("/files/", 1)[1].split('"', 1)[0]
    assert city.get("police", f"files/{address}").status_code == 200
    assert city.get("police", f"files/{address}").status_code == 200
    # three people have not signed: names of the agenda yes, papers no
    for who in ("commerce", "pboc", "market_regulation"):
        closed = city.text(who, papers)
        assert "签署保密承诺后才能打开" in closed
        assert "汇报.pdf" not in closed
        assert city.get(who, f"files/{address}").status_code == 404
    # nor are they the business of who was not asked, signed or not, of who has left, and of the body beside
    sign("finance")
    for stranger in ("finance", "left", "group"):
        assert city.get(stranger, papers).status_code in (403, 404)
        assert city.get(stranger, f"files/{address}").status_code == 404
    assert city.client("sibling").get(city.url(f"files/{address}")).status_code == 404
    assert city.client("sibling").get(city.url(f"files/{address}", city.sibling.code)).status_code == 404
    with city.enter() as session:
        assert [r.reader for r in session.scalars(sa.select(PaperReading))] == ["阳泉市公安局 police"]
    office = city.text("clerk", papers)
    assert "1 人打开过" in office
    assert "阳泉市公安局 police" in office
    assert "市商务局 commerce" in office.rsplit("保密承诺", 2)[1]
    item = {"paper": address}
    assert city.post("court", f"{papers}/{first}/remove", item).status_code == 403
    assert (
        city.post("clerk", f"{papers}/{second}/remove", item).status_code == 404
    )  # belongs to the other item
    assert city.post("clerk", f"{papers}/{first}/remove", item).status_code == 303
    assert city.get("police", f"files/{address}").status_code == 404


def test_what_changes_is_told_and_what_is_wrong_is_said(city: City, clock: TestClock) -> None:
    wrong = convene(
        city, starts_at="2026-05-01T09:00", reply_by="2026-05-20T09:00", place="", item_title=["", ""]
    )
    text = plain(wrong.get_data(as_text=True))
    assert wrong.status_code == 422
    assert "请填写地点" in text
    past = plain(convene(city, starts_at="2026-05-01T09:00").get_data(as_text=True))
    assert "会议时间已经过去" in past
    assert "回执时限应在现在之后、会议开始之前" in past
    assert "请至少安排一个议题" in plain(convene(city, item_title=["", ""]).get_data(as_text=True))
    part = plain(convene(city, type="plenary").get_data(as_text=True))
    assert "通知全体成员单位，还有 19 家没有勾选" in part
    assert convene(city, units=[city.units["police"], city.foreign_unit]).status_code == 404
    assert city.post("police", "meetings/new", {}).status_code == 403
    reporting = convene(city, item_unit=[city.units["finance"], ""])
    assert "汇报单位不在参会和列席单位之中" in plain(reporting.get_data(as_text=True))

    meeting = called(city)
    assert called(city) == meeting  # the second click
    plan = {
        "starts_at": "2026-05-13T09:00", "minutes": "60", "place": "市政府三楼会议室", "chair": "convenor",
        "reply_by": "2026-05-11T12:00", "requirements": "请准备书面材料。", "why": "",
    }  # fmt: skip
    assert city.post("clerk", f"meetings/{meeting}/move", plan).status_code == 422
    assert city.post("clerk", f"meetings/{meeting}/move", plan | {"why": "场地占用"}).status_code == 303
    assert "会议变更" in told(city, "court")[-1]
    before = len(told(city, "court"))
    assert city.post("clerk", f"meetings/{meeting}/move", plan | {"why": "场地占用"}).status_code == 303
    assert len(told(city, "court")) == before  # nothing changed, nobody is told
    with city.enter() as session:
        ids = list(
            session.scalars(
                sa.select(AgendaItem.id).where(AgendaItem.meeting_id == meeting).order_by(AgendaItem.position)
            )
        )
    agenda = {
        "item_id": [ids[1], ids[0], ""], "item_topic": ["", "", ""], "item_on": ["1", "0", "1"], "item_unit": ["", "", ""],
        "item_title": ["银行柜面收缴规范", "新版假币联合处置", "机具抽检"], "item_minutes": ["15", "", "x"],
    }  # fmt: skip
    bad = city.post("clerk", f"meetings/{meeting}/agenda", agenda)
    assert bad.status_code == 422
    assert "第 3 个议题：请用阿拉伯数字" in plain(bad.get_data(as_text=True))
    agenda["item_minutes"] = ["15", "", "10"]
    assert city.post("clerk", f"meetings/{meeting}/agenda", agenda).status_code == 303
    shown = city.text("police", f"meetings/{meeting}")
    assert "机具抽检" in shown
    assert "新版假币联合处置" not in shown
    # the day: who came is entered from a telephone, which says that it was held
    assert city.post("clerk", f"meetings/{meeting}/held", {}).status_code == 409
    assert (
        city.post(
            "clerk", f"meetings/{meeting}/present", {f"present-{city.units['police']}": "yes"}
        ).status_code
        == 409
    )
    clock.at("2026-05-13T09:30:00")
    marks = {f"present-{city.units[n]}": "yes" for n in ASKED} | {f"present-{city.units['court']}": "no"}
    assert city.post("police", f"meetings/{meeting}/present", marks).status_code == 403
    assert (
        city.post(
            "clerk", f"meetings/{meeting}/present", marks | {f"came-{city.units['police']}": "支队长"}
        ).status_code
        == 303
    )
    with city.enter() as session:
        held = session.get_one(Meeting, (city.tenant_id, meeting))
        assert held.held_at == clock.now
    assert "到会 5/6 家" in city.text("clerk", f"meetings/{meeting}/sign-in")
    assert city.post("clerk", f"meetings/{meeting}/cancel", {"why": "不开了"}).status_code == 409
    sheet = city.get("clerk", f"meetings/{meeting}/sign-in.docx")
    assert sheet.status_code == 200
    assert sheet.data[:2] == b"PK"
    assert city.get("police", f"meetings/{meeting}/sign-in.docx").status_code == 403
    cards = city.get("clerk", f"meetings/{meeting}/cards").get_data(as_text=True)
    assert '<div class="tent n4"><p aria-hidden="true">市公安局</p><p>市公安局</p></div>' in cards
    burden = city.text("clerk", "meetings/burden")
    assert "会议（次）" in burden
    assert city.get("police", "meetings/burden").status_code == 403
    with city.enter() as session:
        acts = set(session.scalars(sa.select(AuditEvent.act)))
    assert {Act.MEETING_CALL, Act.MEETING_CHANGE, Act.MEETING_PRESENT, Act.MEETING_HOLD, Act.EXPORT} <= acts


def test_f5_nothing_is_ever_overdue_and_the_liaisons_meeting_is_hinted_in_december(
    city: City, clock: TestClock
) -> None:
    for day in ("2026-05-13", "2026-09-16", "2026-11-30", "2027-01-15"):
        clock.at(f"{day}T09:00:00")
        page = city.home("clerk") + city.text("clerk", "meetings") + city.text("clerk", "duties/owed")
        assert "召开联络员会议" not in city.home("clerk"), day
        assert "会议逾期" not in page
        assert "会议 逾期" not in page
    clock.at("2026-12-02T09:00:00")
    home = city.home("clerk")
    assert home.count("召开联络员会议") == 1
    assert "原则上" in home
    # held, it is met; a plenary or a partial meeting does not stand for it
    hold_meeting(city, MeetingType.LIAISON, "2026-11-20")
    assert "召开联络员会议" not in city.home("clerk")
    met = city.text("clerk", "duties/owed?year=2026")
    assert "联络员会议" in met


def test_the_calendar_has_the_meeting_with_its_hour_and_place_and_reminders_only_the_reply(
    city: City, clock: TestClock, make: Factory
) -> None:
    meeting = called(city)
    assert reply(city, "court", meeting, reply="leave", reason="开庭").status_code == 303

    def events(who: str) -> dict[str, Any]:
        client = city.client(who)
        page = client.get("/account/reminders").get_data(as_text=True)
        csrf = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        made = client.post("/account/reminders/calendar", data={"csrf_token": csrf}).get_data(as_text=True)
        address = "/calendar/" + made.split("/calendar/", 1)[1].split(".ics", 1)[0] + ".ics"
        found = icalendar.Calendar.from_ical(client.get(address).data)
        return {str(e["summary"]): e for e in found.walk("VEVENT")}

    mine = events("commerce")
    event = next(e for name, e in mine.items() if "部分成员单位会议" in name)
    assert event.decoded("dtstart") == datetime(2026, 5, 12, 15, tzinfo=SHANGHAI)
    assert event.decoded("dtend") == datetime(2026, 5, 12, 16, tzinfo=SHANGHAI)
    assert str(event["location"]) == "市政府三楼会议室"
    assert any("会议回执" in name for name in mine)
    assert not any("部分成员单位会议" in name for name in events("court"))  # excused
    assert not any("部分成员单位会议" in name for name in events("finance"))  # not asked
    clock.at("2026-05-10T10:00:00")
    make.session.rollback()
    remind_everywhere(make.session, clock.now)
    set_scope(make.session, Scope(own=(city.tenant_id,), home=city.tenant_id))
    said = list(make.session.scalars(sa.select(Notice).where(Notice.mark.like("remind:%"))))
    make.session.rollback()
    assert {n.params["title"] for n in said} == {"会议回执"}
    assert city.units["court"] not in {n.unit_id for n in said}
