"""Scenario F4 word for word: 24 hours over National Day, the threshold of exactly 100,000 yuan, one chain to the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.campaigns.exchange import DEFAULT_HANDLING
from portal.core.audit import verify
from portal.deadlines.models import Deadline
from portal.documents.models import Draft
from portal.exchange.models import UrgentPart, UrgentReceipt, UrgentReport
from portal.notices.models import Notice
from portal.notices.reminders import remind_everywhere
from tests.ledger.cast import Cast, fields_of

Login = Callable[[str], FlaskClient]


def rows(cast: Cast, model: Any, tenant: Any = None) -> list[Any]:
    with cast.make.enter(tenant or cast.county) as session:
        session.expire_all()
        return list(session.scalars(sa.select(model).order_by(model.id)))


def find(cast: Cast, login: Login, **more: Any) -> str:
    return f"record:{cast.enter(login('jq_bank'), **more).location.rsplit('/', 1)[1]}"


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


class Chain:
    """One report of the bank, and what people do to it."""

    def __init__(self, cast: Cast, login: Login, subject: str = "", **more: Any) -> None:
        self.cast, self.login = cast, login
        answer = cast.report(login("jq_bank"), subject, **more)
        assert answer.status_code == 303, text(answer)
        self.id = answer.location.rsplit("/", 1)[1]

    def url(self, tenant: Any, rest: str = "") -> str:
        return self.cast.at(tenant, f"urgent/{self.id}{rest}")

    def page(self, who: str, tenant: Any) -> str:
        return text(self.login(who).get(self.url(tenant)))

    def add(self, kind: str, **more: Any) -> Any:
        client, url = self.login("jq_bank"), self.url(self.cast.county, "/part")
        return client.post(url, data=fields_of(client.get(url)) | {"kind": kind} | more)

    def act(self, who: str, tenant: Any, action: str, **more: Any) -> Any:
        client = self.login(who)
        token = fields_of(client.get(self.url(tenant)))
        fresh = {"request_key": f"{who}-{action}-{self.cast.clock.now:%d%H%M}"}
        return client.post(self.url(tenant, f"/{action}"), data=token | fresh | more)


# 1


def test_1_saving_the_find_starts_the_duty_by_itself(cast: Cast, login: Login) -> None:
    """100,000 is 以上; due 2026-10-01 17:40, holiday or not; the reason names the clause."""
    subject = find(cast, login, face="100000")
    clock = rows(cast, Deadline)[0]
    assert clock.subject == subject
    assert clock.due_at.isoformat() == "2026-10-01T17:40:00+08:00"
    page = text(login("jq_bank").get(cast.at(cast.county, "urgent")))
    assert "第十七条（一）" in page
    assert "节假日不停" in page
    form = text(login("jq_bank").get(cast.at(cast.county, f"urgent/new?subject={subject}")))
    for prefilled in ("某网点收缴假币", "郊区", "9月30日 周三 17:40", "100,000"):
        assert prefilled in form


# 2


def test_2_one_reminder_to_the_liaison_one_to_the_leader_then_the_office(
    cast: Cast, login: Login, session: Session
) -> None:
    find(cast, login)
    before = {n.id for n in rows(cast, Notice)}

    def reminded(at: str) -> list[tuple[int | None, str, bool]]:
        now = cast.clock.at(at)
        for _twice in range(2):
            remind_everywhere(session, now)
        found = [n for n in rows(cast, Notice) if n.id not in before]
        before.update(n.id for n in found)
        return [(n.unit_id, n.post, n.urgent) for n in found]

    assert reminded("2026-10-01T11:39:59") == []
    assert reminded("2026-10-01T11:40:00") == [(cast.bank, "liaison", True)]
    assert reminded("2026-10-01T15:39:59") == []
    assert reminded("2026-10-01T15:40:00") == [(cast.bank, "leader_in_charge", True)]
    assert reminded("2026-10-01T17:40:00") == []
    assert reminded("2026-10-01T17:40:01") == [(None, "", True)]


def test_2_nobody_is_reminded_of_what_was_reported(cast: Cast, login: Login, session: Session) -> None:
    subject = find(cast, login)
    cast.clock.at("2026-10-01T09:00:00")
    Chain(cast, login, subject)
    remind_everywhere(session, cast.clock.at("2026-10-01T17:41:00"))
    assert [n for n in rows(cast, Notice) if n.mark and n.unit_id is not None] == []


# 3


@pytest.mark.parametrize(
    ("filed", "minutes"), [("17:39:59", 0), ("17:40:00", 0), ("17:40:01", 1), ("18:05:00", 25)]
)
def test_3_on_time_to_the_second_late_is_accepted_with_its_reason(
    cast: Cast, login: Login, filed: str, minutes: int
) -> None:
    subject = find(cast, login)
    cast.clock.at(f"2026-10-01T{filed}")
    client = login("jq_bank")
    first = cast.report(client, subject)
    assert first.status_code == (422 if minutes else 303)
    if minutes:
        assert f"已超过时限 {minutes} 分钟" in text(first)
        other = cast.report(client, subject, late_group="other")
        assert other.status_code == 422  # 其他 wants words
        first = cast.report(client, subject, late_group="unsigned")
    page = text(client.get(first.location))
    report = rows(cast, UrgentReport)[0]
    if minutes:
        assert f"迟报 {minutes} 分钟" in page
        assert "领导外出未签发" in page
        assert report.late_group == "unsigned"
    else:
        assert "按时报送" in page
        assert report.late_group == ""
    counted = text(login("jq_office").get(cast.at(cast.county, "urgent")))
    assert ("按时 0 件，迟报 1 件 · 领导外出未签发 1" if minutes else "按时 1 件，迟报 0 件") in counted
    above = text(login("yq_office").get(cast.at(cast.city, "urgent")))
    assert ("郊区：按时 0 件，迟报 1 件" if minutes else "郊区：按时 1 件") in above


# 4


def test_4_a_draft_is_the_units_own_and_the_filed_report_is_above_at_once(cast: Cast, login: Login) -> None:
    subject = find(cast, login)
    client = login("jq_bank")
    page = client.get(cast.at(cast.county, f"urgent/new?subject={subject}"))
    typed = fields_of(page) | {"what": "草稿里的话", "place": "某街"}
    saved = client.post(cast.at(cast.county, f"urgent/draft?subject={subject}"), data=typed)
    assert saved.status_code == 200
    told = saved.get_json()
    assert told["version"] == 1
    assert "已自动保存 17:52" in told["saved_at"]
    again = client.post(cast.at(cast.county, f"urgent/draft?subject={subject}"), data=typed)
    assert again.get_json()["version"] == 1  # an answer that was lost: the same content again
    stale = client.post(
        cast.at(cast.county, f"urgent/draft?subject={subject}"), data=typed | {"what": "别人"}
    )
    assert stale.status_code == 409
    assert "草稿里的话" in text(client.get(cast.at(cast.county, f"urgent/new?subject={subject}")))
    assert "草稿里的话" in text(client.get(cast.at(cast.county, "urgent")))
    for who, tenant in (
        ("yq_office", cast.city), ("jq_office", cast.county), ("jq_police", cast.county), ("pd_office", cast.sibling),
    ):  # fmt: skip
        for path in ("urgent", "ledger"):
            assert "草稿里的话" not in text(login(who).get(cast.at(tenant, path))), (who, path)
        assert "草稿里的话" not in text(login(who).get("/")), who
    assert "草稿未发送" in text(client.get("/"))

    chain = Chain(cast, login, subject, what="正式初报")
    assert rows(cast, Draft) == []
    for who, tenant in (("yq_office", cast.city), ("jq_office", cast.county)):
        assert "正式初报" in text(login(who).get(cast.at(tenant, "urgent")))
        home = text(login(who).get("/"))
        assert "初报待签收" in home
        assert f"/{tenant.code}/anticounterfeit/urgent/{chain.id}" in home
    assert "正式初报" not in text(login("pd_office").get(cast.at(cast.sibling, "urgent")))
    assert "正式初报" not in text(login("pd_office").get("/"))
    told = [n for n in rows(cast, Notice, cast.city) if "正式初报" in str(n.params)]
    assert [n.urgent for n in told] == [True]
    assert told[0].link == f"/{cast.city.code}/anticounterfeit/urgent/{chain.id}"
    assert rows(cast, Notice, cast.sibling) == []


# 5


def test_5_the_chain_reads_as_one_document_and_the_final_report_closes_it(cast: Cast, login: Login) -> None:
    chain = Chain(cast, login, find(cast, login))
    cast.clock.at("2026-09-30T18:10:00")
    chain.act("jq_office", cast.county, "receive")
    cast.clock.at("2026-09-30T18:20:00")
    chain.act("yq_office", cast.city, "receive")
    cast.clock.at("2026-09-30T19:00:00")
    news = {
        "what": "又清点出 20 张",
        "measures": "已封存实物",
        "wishes": "请公安调查来源",
        "amount": "102000",
    }
    assert chain.add("follow_up", **news, checked_by="分管行长", phone="0353-1234567").status_code == 303
    for who, tenant in (("jq_office", cast.county), ("yq_office", cast.city)):
        assert "续报待签收" in text(login(who).get("/"))
        assert "又清点出 20 张" in chain.page(who, tenant)
    cast.clock.at("2026-09-30T19:30:00")
    chain.act("yq_office", cast.city, "receive")
    assert "待签收" not in text(login("yq_office").get("/"))
    assert "续报待签收" in text(login("jq_office").get("/"))
    cast.clock.at("2026-10-02T09:00:00")
    assert chain.add("final", what="来源已查清", measures="已移交公安").status_code == 303
    page = chain.page("jq_bank", cast.county)
    places = [
        page.index(word) for word in ("目前情况", "某网点收缴假币</p>", "又清点出 20 张</p>", "来源已查清")
    ]
    assert places == sorted(places)
    for said in (
        "102,000 元",
        "已封存实物",
        "已移交公安",
        "已终报",
        "9月30日 周三 18:20",
        "9月30日 周三 19:30",
    ):
        assert said in page
    assert [(p.number, p.kind) for p in rows(cast, UrgentPart)] == [(2, "follow_up"), (3, "final")]
    assert {(r.reader_id == cast.city.id, r.part) for r in rows(cast, UrgentReceipt)} == {
        (True, 1),
        (True, 2),
    }

    refused = chain.add("follow_up", what="还有一件事")
    assert refused.status_code == 409
    assert "不能再续报" in text(refused)
    assert "还有一件事" in text(refused)  # what was typed is kept
    cast.clock.at("2026-10-02T10:00:00")
    assert chain.act("yq_office", cast.city, "feedback", what="请补报损失情况", reopen="y").status_code == 303
    assert chain.add("follow_up", what="损失已核实").status_code == 303
    assert "请补报损失情况" in chain.page("jq_office", cast.county)
    for tenant in (cast.county, cast.city):
        with cast.make.enter(tenant) as session:
            assert list(verify(session)) == []


def test_5_a_double_click_adds_one_part_and_numbers_have_no_gap(cast: Cast, login: Login) -> None:
    chain = Chain(cast, login, find(cast, login))
    client, url = login("jq_bank"), chain.url(cast.county, "/part")
    one, other = fields_of(client.get(url)), fields_of(client.get(url))
    for posted in (one, one, other, one):
        assert client.post(url, data=posted | {"kind": "follow_up", "what": "新情况"}).status_code == 303
    assert [p.number for p in rows(cast, UrgentPart)] == [2, 3]


def test_5_only_the_reporting_unit_continues_and_only_offices_answer(cast: Cast, login: Login) -> None:
    chain = Chain(cast, login, find(cast, login))
    strangers = (("jq_police", cast.county), ("pd_office", cast.sibling), ("pd_office", cast.county))
    token = fields_of(login("jq_bank").get(chain.url(cast.county, "/part")))
    for who, tenant in strangers:
        client = login(who)
        for path in ("", "/part", "/report.docx"):
            assert client.get(chain.url(tenant, path)).status_code in (403, 404), (who, path)
        own = fields_of(client.get(cast.at(cast.county, "urgent/new"))) if who == "jq_police" else token
        for path in ("/part", "/feedback", "/handled", "/receive", "/related", "/draft"):
            answer = client.post(
                chain.url(tenant, path), data=own | {"what": "x", "kind": "final", "note": "x"}
            )
            assert answer.status_code >= 400, (who, path)
    city = login("yq_office")
    assert city.get(chain.url(cast.city, "/part")).status_code in (403, 404)
    assert rows(cast, UrgentPart) == []
    assert rows(cast, UrgentReport)[0].closed_at is None


def test_the_offices_own_duty_is_met_by_feedback_or_a_line(cast: Cast, login: Login) -> None:
    """No document says how soon: one working day, said to be the portal's own; from 30 September past the holidays."""
    assert DEFAULT_HANDLING.n == 1
    chain = Chain(cast, login, find(cast, login))
    own = next(c for c in rows(cast, Deadline) if c.rule == "handling")
    assert own.unit_id is None
    assert own.due_at.date().isoformat() == "2026-10-08"
    assert "系统默认" in text(login("jq_office").get(cast.at(cast.county, "urgent")))
    assert "办理" in text(login("jq_office").get("/"))
    assert [c for c in rows(cast, Deadline, cast.city) if c.rule == "handling"] == []
    cast.clock.at("2026-10-08T09:00:00")
    chain.act("yq_office", cast.city, "receive")
    theirs = next(c for c in rows(cast, Deadline, cast.city) if c.rule == "handling")
    assert theirs.due_at.date().isoformat() == "2026-10-09"
    cast.clock.at("2026-10-08T18:00:00")
    assert chain.act("jq_office", cast.county, "feedback", what="已通报各行").status_code == 303
    own = next(c for c in rows(cast, Deadline) if c.rule == "handling")
    assert own.met_at == cast.clock.now
    assert own.met_note == "已通报各行"
    assert "已通报各行" in chain.page("jq_bank", cast.county)
    assert any("已通报各行" in n.detail and n.unit_id == cast.bank for n in rows(cast, Notice))
    assert "办理" not in text(login("jq_office").get("/"))
    cast.clock.at("2026-10-10T08:00:00")
    late = chain.act("yq_office", cast.city, "handled", note="已召集会商")
    assert late.status_code == 422
    assert "请写明" in text(late)
    assert "已召集会商" in text(late)
    assert (
        chain.act(
            "yq_office", cast.city, "handled", note="已召集会商", late_reason="节后集中办理"
        ).status_code
        == 303
    )
    theirs = next(c for c in rows(cast, Deadline, cast.city) if c.rule == "handling")
    assert (theirs.met_note, theirs.late_reason) == ("已召集会商", "节后集中办理")
    assert "已召集会商" not in chain.page("jq_bank", cast.county)


# 6 and 7


def test_6_below_the_threshold_nothing_starts_and_a_person_may_mark_it(cast: Cast, login: Login) -> None:
    subject = find(cast, login, face="99900")
    assert rows(cast, Deadline) == []
    client, record = login("jq_bank"), subject.partition(":")[2]
    page = cast.at(cast.county, f"ledger/{record}")
    assert client.post(f"{page}/important", data=fields_of(client.get(page))).status_code == 303
    clock = rows(cast, Deadline)[0]
    assert clock.due_at.isoformat() == "2026-10-01T17:40:00+08:00"
    assert "标为重要事项" in text(client.get(cast.at(cast.county, "urgent")))


def test_6_two_finds_are_never_one_amount_but_offered_and_linked_by_hand(cast: Cast, login: Login) -> None:
    one = find(cast, login, face="60000")
    two = find(cast, login, face="50000", **{"entry-title": "第二网点收缴", "entry-known_at": "2026-09-30T09:00", "entry-place": "别处"})  # fmt: skip
    find(cast, login, face="70000", **{"entry-title": "上月的一件", "entry-known_at": "2026-08-01T09:00", "entry-place": "别处"})  # fmt: skip
    assert rows(cast, Deadline) == []
    form = text(login("jq_bank").get(cast.at(cast.county, f"urgent/new?subject={one}")))
    assert "两起合计 110,000 元，非一次发现，不自动合并。" in form
    assert "第二网点收缴" in form
    assert "上月的一件" not in form
    chain = Chain(cast, login, one)
    report = rows(cast, UrgentReport)[0]
    assert (report.amount, report.related) == (6_000_000, [])
    assert "两起合计 110,000 元" in chain.page("jq_office", cast.county)
    assert "第二网点收缴" not in chain.page("yq_office", cast.city)  # not reported upward
    assert chain.act("jq_bank", cast.county, "related", related=[two]).status_code == 303
    assert rows(cast, UrgentReport)[0].related == [two]
    assert chain.act("jq_bank", cast.county, "related", related=["record:1"]).status_code >= 400
    assert rows(cast, UrgentReport)[0].amount == 6_000_000
    chain.act("jq_office", cast.county, "related")
    assert rows(cast, UrgentReport)[0].related == []


def test_6_a_unit_is_offered_its_own_finds_only_the_office_all(cast: Cast, login: Login) -> None:
    one = find(cast, login, face="60000")
    police = login("jq_police")
    cast.enter(police, face="50000", **{"entry-title": "公安的一件"})
    chain = Chain(cast, login, one)
    assert "公安的一件" not in chain.page("jq_bank", cast.county)
    assert "公安的一件" in chain.page("jq_office", cast.county)


@pytest.mark.parametrize(
    ("ticked", "clause"),
    [
        ("new_forging_means", "第十七条（二）"),
        ("new_crime_means", "第十七条（三）"),
        ("cross_border", "第十七条（四）"),
    ],
)
def test_7_what_is_ticked_starts_the_same_duty_at_any_amount(
    cast: Cast, login: Login, ticked: str, clause: str
) -> None:
    find(cast, login, face="1", **{ticked: "1"})
    clock = rows(cast, Deadline)[0]
    assert clock.rule == ticked
    assert clock.due_at.isoformat() == "2026-10-01T17:40:00+08:00"
    page = text(login("jq_bank").get(cast.at(cast.county, "urgent")))
    assert clause in page
    assert "不论金额" in page
