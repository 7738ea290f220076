"""Advisories: sent by name, signed for once, chased once a day, withdrawn; whoever was not asked sees nothing."""

from __future__ import annotations

import threading
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from docx import Document

from portal.accounts.models import Account
from portal.core.audit import AuditEvent
from portal.core.db import db
from portal.core.reader import Reader
from portal.core.scope import Scope, set_scope
from portal.documents.models import Attachment, Draft
from portal.information.advisory_todos import list_todos
from portal.information.models import Item, ItemReceipt
from portal.notices.models import Notice
from portal.units.models import Membership, Post
from portal.units.reader import load_posts
from tests.conftest import TestClock
from tests.factories import Factory
from tests.information.cities import UNITS, WORDS, Cities, build_cities, inputs, token

TITLE = "关于防范冒充客服退款诈骗的提示函"


@pytest.fixture
def cities(make: Factory, clock: TestClock) -> Cities:
    return build_cities(make, clock)


def filled(cities: Cities, who: str, **more: Any) -> dict[str, Any]:
    return (
        inputs(cities.get(who, "advisories/new"))
        | {"category": "risk_warning", "title": TITLE, **WORDS}
        | more
    )


def send(cities: Cities, who: str = "a1_office", **more: Any) -> int:
    answer = cities.post(who, "advisories/new", filled(cities, who, **more))
    assert answer.status_code == 303, answer.get_data(as_text=True)[-4000:]
    return int(answer.location.rsplit("/", 1)[1])


def some(cities: Cities, slug: str, *units: str) -> dict[str, Any]:
    return {"whom": "some", "units": [str(cities[slug].units[u]) for u in units]}


def sign(cities: Cities, who: str, item: int, **data: str) -> int:
    return int(cities.post(who, f"advisories/{item}/sign", data).status_code)


def receipts(cities: Cities, slug: str) -> dict[str, bool]:
    """Name of the unit ('' = office) -> signed."""
    session = cities.enter(slug)
    names = {i: n for n, i in cities[slug].units.items()}
    rows = session.scalars(sa.select(ItemReceipt))
    return {names[r.unit_id] if r.unit_id else "": r.read_at is not None for r in rows}


def notices(cities: Cities, slug: str, unit: str | None) -> list[str]:
    session = cities.enter(slug)
    unit_id = cities[slug].units[unit] if unit else None
    rows = session.scalars(sa.select(Notice).where(Notice.unit_id == unit_id).order_by(Notice.at, Notice.id))
    return [n.text % n.params for n in rows]


def todo(cities: Cities, who: str) -> list[tuple[str, str]]:
    session = cities.session
    session.rollback()
    account = session.scalars(sa.select(Account).where(Account.username == who)).one()
    set_scope(session, Scope(own=(cities[who.split("_")[0]].tenant_id,)))
    reader = Reader(account.id, who, who, load_posts(session, account.id, cities.clock()))
    return [(t.light, str(t.what)) for t in list_todos(session, reader, cities.clock())]


def test_units_sign_and_the_sender_sees_who_has_not(cities: Cities) -> None:
    item = send(cities)
    assert receipts(cities, "a1") == dict.fromkeys(UNITS, False)
    assert notices(cities, "a1", "court")[0].startswith(f"请签收风险提示：{TITLE}")
    assert [what for _l, what in todo(cities, "a1_court")] == [f"签收：{TITLE}"]
    assert sign(cities, "a1_court", item, reply="已转各庭") == 303
    assert todo(cities, "a1_court") == []
    page = cities.text("a1_office", f"advisories/{item}")
    assert "已签收 1/3" in page
    assert "回复：已转各庭" in page
    names = [page.index(f"a1{n}") for n in UNITS.values()]
    assert names == sorted(names)  # official order
    other = cities.text("a1_police", f"advisories/{item}")
    assert "已转各庭" not in other  # receipts are the sender's
    assert "签收情况" not in other


def test_a_second_click_changes_nothing(cities: Cities) -> None:
    item = send(cities)
    assert sign(cities, "a1_court", item, reply="第一次") == 303
    cities.clock.now += timedelta(hours=1)
    assert sign(cities, "a1_court", item, reply="第二次") == 303
    session = cities.enter("a1")
    signed = session.scalars(sa.select(ItemReceipt).where(ItemReceipt.read_at.is_not(None))).one()
    assert (signed.reply, signed.read_at) == ("第一次", cities.clock.now - timedelta(hours=1))
    assert list(session.scalars(sa.select(AuditEvent.act))).count("advisory.sign") == 1


def test_of_two_clicks_at_once_one_counts(cities: Cities) -> None:
    item = send(cities)
    clients = [cities.make.login("a1_court") for _ in range(2)]
    tokens, answers, start = [token(c) for c in clients], [], threading.Barrier(2)
    cities.session.rollback()

    def press(n: int) -> None:
        with cities.make.app.app_context():
            start.wait()
            url = cities["a1"].url(f"advisories/{item}/sign")
            answers.append(clients[n].post(url, data={"csrf_token": tokens[n], "reply": str(n)}).status_code)
            db.session.remove()

    threads = [threading.Thread(target=press, args=(n,)) for n in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert answers == [303, 303]
    acts = list(cities.enter("a1").scalars(sa.select(AuditEvent.act)))
    assert acts.count("advisory.sign") == 1
    assert receipts(cities, "a1")["court"]


CHOSEN = {
    "a1_court": 200, "a1_police": 404, "a1_finance": 404, "a1_group": 404, "a1_office": 200, "a1_convenor": 200, "a2_office": 404,
    "a2_court": 404, "a_office": 404, "a_convenor": 404, "b_office": 404, "b1_court": 404,
}  # fmt: skip


@pytest.mark.parametrize("who", CHOSEN)
def test_who_reads_one_that_is_sent_to_chosen_units(cities: Cities, who: str) -> None:
    item = send(cities, **some(cities, "a1", "court"))
    wanted = CHOSEN[who]
    assert cities.get(who, f"advisories/{item}").status_code == wanted
    assert (TITLE in cities.get(who, "advisories").get_data(as_text=True)) is (wanted == 200)
    assert cities.get(who, f"advisories/{item}/letter.docx").status_code == wanted
    may = {"a1_court": 303, "a1_office": 404, "a1_convenor": 404}
    assert sign(cities, who, item) == may.get(who, 404)
    office = 303 if who == "a1_office" else 403
    acts = 404 if wanted == 404 else office
    for path in ("remind", "withdraw"):
        answer = cities.post(who, f"advisories/{item}/{path}", {"why": "写错了"}).status_code
        assert answer == (403 if who.endswith(("group", "convenor")) else acts), path
    assert cities.get(who, f"information/{item}/push").status_code in (403, 404)


def test_one_foreign_unit_and_nothing_is_sent(cities: Cities) -> None:
    units = some(cities, "a1", "court")
    units["units"].append(str(cities["a2"].units["court"]))
    answer = cities.post("a1_office", "advisories/new", filled(cities, "a1_office", **units))
    assert answer.status_code == 404
    session = cities.enter("a1")
    assert session.scalar(sa.select(sa.func.count()).select_from(Item)) == 0
    assert notices(cities, "a1", "court") == []


def test_the_police_write_their_own_letter_and_nobody_else_does(cities: Cities) -> None:
    assert "risk_warning" not in cities.get("a1_police", "advisories/new").get_data(as_text=True)
    item = send(cities, "a1_police", category="police_letter", **some(cities, "a1", "court", "police"))
    assert receipts(cities, "a1") == {"court": False}  # not from oneself
    assert "签收情况" in cities.text("a1_police", f"advisories/{item}")
    assert cities.post("a1_police", f"advisories/{item}/remind").status_code == 303
    for who in ("a1_court", "a1_group", "a1_convenor"):
        assert cities.get(who, "advisories/new").status_code == 403
    wrong = cities.post("a1_police", "advisories/new", filled(cities, "a1_police", category="risk_warning"))
    assert wrong.status_code == 422
    assert "请选择类别" in wrong.get_data(as_text=True)


def test_the_letter_has_its_parts(cities: Cities) -> None:
    item = send(cities, **some(cities, "a1", "court", "finance"))
    answer = cities.get("a1_court", f"advisories/{item}/letter.docx")
    texts = [p.text for p in Document(BytesIO(answer.data)).paragraphs if p.text]
    assert texts[:3] == [TITLE, "风险提示", "a1人民法院、a1财政局："]
    assert [t for t in texts if t[1:2] == "、"] == ["一、情况", "二、风险点", "三、建议措施"]
    assert texts[-2:] == ["a市a1县a1办公室", "2026年9月16日"]
    everyone = cities.get("a1_court", f"advisories/{send(cities)}/letter.docx")
    assert "各成员单位：" in [p.text for p in Document(BytesIO(everyone.data)).paragraphs]


def test_chasing_tells_those_who_owe_it_once_a_day(cities: Cities) -> None:
    item = send(cities)
    sign(cities, "a1_court", item)
    assert cities.post("a1_office", f"advisories/{item}/remind").status_code == 303
    assert "已催签 2 家" in cities.text("a1_office", f"advisories/{item}")
    for _ in range(2):
        cities.post("a1_office", f"advisories/{item}/remind")
    assert len(notices(cities, "a1", "police")) == 2
    assert len(notices(cities, "a1", "court")) == 1
    cities.clock.now += timedelta(days=1)
    cities.post("a1_office", f"advisories/{item}/remind")
    assert len(notices(cities, "a1", "police")) == 3


def test_overdue_is_said_to_the_second(cities: Cities) -> None:
    item = send(cities, read_by="2026-09-18T18:00")
    cities.clock.at("2026-09-18T18:00:00")
    assert todo(cities, "a1_court")[0][0] == "near"
    assert "逾期" not in cities.text("a1_office", f"advisories/{item}")
    cities.clock.at("2026-09-18T18:00:01")
    assert todo(cities, "a1_court")[0][0] == "late"
    assert "逾期未签" in cities.text("a1_office", f"advisories/{item}")
    assert sign(cities, "a1_court", item) == 303
    assert "逾期签收" in cities.text("a1_office", f"advisories/{item}")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("read_by", "2026-09-16T12:00", "签收期限已过"), ("read_by", "2028-01-01T00:00", "最长一年"), ("read_by", "昨天", "请填日期和时间"),
        ("title", "", "请填写标题"), ("situation", "", "请写明情况"), ("units", [], "至少勾选一个单位"), ("category", "x", "请选择类别"),
        ("risk", "这是绝密★内容", "字样"), ("title", "坏\u202e字", "看不见的控制字符"), ("situation", "长" * 3001, "最多 3000 字"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_said_at_its_field_and_kept(
    cities: Cities, field: str, value: Any, said: str
) -> None:
    data = filled(
        cities, "a1_office", advice="保留这一句", whom="some", units=[str(cities["a1"].units["court"])]
    )
    answer = cities.post("a1_office", "advisories/new", data | {field: value})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert said in page
    assert "保留这一句" in page
    assert cities.enter("a1").scalar(sa.select(sa.func.count()).select_from(Item)) == 0


def test_a_withdrawn_one_is_neither_signed_nor_read(cities: Cities) -> None:
    item = send(cities, **some(cities, "a1", "court", "finance"))
    sign(cities, "a1_finance", item)
    assert cities.post("a1_office", f"advisories/{item}/withdraw", {"why": ""}).status_code == 422
    assert cities.post("a1_office", f"advisories/{item}/withdraw", {"why": "案情有变"}).status_code == 303
    assert sign(cities, "a1_court", item) == 409
    page = cities.text("a1_court", f"advisories/{item}")
    assert "案情有变" in page
    assert WORDS["situation"] not in page
    assert cities.get("a1_court", f"advisories/{item}/letter.docx").status_code == 404
    assert cities.get("a1_police", f"advisories/{item}").status_code == 404
    assert todo(cities, "a1_court") == []
    assert notices(cities, "a1", "court")[-1].startswith("已撤回，不用再办")
    assert cities.post("a1_office", f"advisories/{item}/remind").status_code == 409
    assert sign(cities, "a1_finance", item) == 303  # had signed before: nothing changes
    again = cities.post("a1_office", f"advisories/{item}/withdraw", {"why": "再撤一次"})
    assert again.status_code == 303
    assert len(notices(cities, "a1", "court")) == 2
    assert receipts(cities, "a1") == {"court": False, "finance": True}


def test_a_reader_who_loses_the_post_while_reading(cities: Cities) -> None:
    item = send(cities)
    assert "签收" in cities.text("a1_court", f"advisories/{item}")
    session = cities.enter("a1")
    court = cities["a1"].units["court"]
    post = session.scalars(sa.select(Post).where(Post.unit_id == court)).one()
    account_id = post.account_id
    post.until = cities.clock.now
    session.commit()
    cities.clock.now += timedelta(seconds=1)
    assert sign(cities, "a1_court", item, unit=str(court)) == 404  # no post there at all any more
    session = cities.enter("a1")
    account = session.get(Account, account_id)
    assert account is not None
    session.add(Post(account_id=account_id, mechanism_id=cities["a1"].body_id, unit_id=cities["a1"].units["finance"],
                     kind="liaison", rank="科级", since=cities.clock.now - timedelta(days=1)))  # fmt: skip
    session.commit()
    answer = cities.post("a1_court", f"advisories/{item}/sign", {"unit": str(court)})
    assert answer.status_code == 403
    assert "没有签收" in answer.get_data(as_text=True)
    assert not any(receipts(cities, "a1").values())


def test_a_unit_that_left_owes_nothing(cities: Cities) -> None:
    item = send(cities)
    session = cities.enter("a1")
    court = cities["a1"].units["court"]
    line = session.scalars(sa.select(Membership).where(Membership.unit_id == court)).one()
    line.until = cities.clock.now.date() - timedelta(days=1)
    session.commit()
    assert todo(cities, "a1_court") == []
    page = cities.text("a1_office", f"advisories/{item}")
    assert "已签收 0/2" in page
    assert "已不是成员单位" in page
    cities.post("a1_office", f"advisories/{item}/remind")
    assert len(notices(cities, "a1", "court")) == 1
    assert sign(cities, "a1_court", item) == 404


def test_drafts_are_the_writers_own_and_go_when_it_is_sent(cities: Cities) -> None:
    data = filled(
        cities, "a1_office", title="半截提示", units=[str(cities["a1"].units["court"])], whom="some"
    )
    assert cities.post("a1_office", "advisories/draft", data).json["version"] == 1
    assert "半截提示" in cities.text("a1_office", "advisories")
    for who in ("a1_police", "a1_court", "a1_convenor", "a_office"):
        assert "半截提示" not in cities.text(who, "advisories")
    again = cities.get("a1_office", f"advisories/new?draft={data['request_key']}")
    kept = inputs(again)
    assert (kept["title"], kept["units"], kept["whom"]) == ("半截提示", data["units"], "some")
    assert cities.post("a1_office", "advisories/draft", data | {"title": "旧窗口"}).status_code == 409
    assert cities.post("a1_police", "advisories/draft", {**data, "unit": "0"}).status_code == 403
    assert cities.post("a1_office", "advisories/new", kept).status_code == 303
    assert cities.enter("a1").scalar(sa.select(sa.func.count()).select_from(Draft)) == 0


def test_attachments_have_the_readers_of_the_text(cities: Cities) -> None:
    files = [(BytesIO("手法说明".encode()), "手法.txt")]
    item = send(cities, **some(cities, "a1", "court") | {"files": files})
    attachment = cities.enter("a1").scalars(sa.select(Attachment)).one()
    assert "手法.txt" in cities.text("a1_court", f"advisories/{item}")
    assert cities.get("a1_court", f"files/{attachment.id}").data.decode() == "手法说明"
    for who in ("a1_police", "a2_office", "a_office"):
        assert cities.get(who, f"files/{attachment.id}").status_code == 404
    secret = filled(cities, "a1_office", files=[(BytesIO("机密★1年".encode()), "通知.txt")])
    answer = cities.post("a1_office", "advisories/new", secret)
    assert answer.status_code == 422
    session = cities.enter("a1")
    assert session.scalar(sa.select(sa.func.count()).select_from(Item)) == 1
    assert "file.refuse" in list(session.scalars(sa.select(AuditEvent.act)))


def test_the_same_key_twice_is_one_advisory(cities: Cities) -> None:
    data = filled(cities, "a1_office")
    first, second = (cities.post("a1_office", "advisories/new", data) for _ in range(2))
    assert first.location == second.location
    assert len(receipts(cities, "a1")) == 3
    assert len(notices(cities, "a1", "court")) == 1


def test_pages_ask_a_constant_number_of_statements(cities: Cities) -> None:
    first = send(cities)

    def statements(who: str, path: str) -> int:
        counted = 0

        def count(*_: Any) -> None:
            nonlocal counted
            counted += 1

        cities.get(who, path)
        sa.event.listen(db.engine, "before_cursor_execute", count)
        try:
            assert cities.get(who, path).status_code == 200
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", count)
        return counted

    paths = [("a1_office", "advisories"), ("a1_court", "advisories"), ("a1_office", f"advisories/{first}")]
    few = [statements(*p) for p in paths]
    for n in range(4):
        sign(cities, "a1_court", send(cities, title=f"第{n}件"))
    sign(cities, "a1_court", first)
    assert [statements(*p) for p in paths] == few
    assert max(few) <= 16, few
