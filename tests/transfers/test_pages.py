"""Transfers over the wire: what is offered and kept, who reads what, hostile values in the form, two who accept at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.core.db import db
from portal.core.errors import Conflict
from portal.core.reader import Reader
from portal.core.scope import Actor, Scope, set_scope
from portal.ledger.models import Record
from portal.transfers import handling
from portal.transfers.models import Side, Transfer
from portal.transfers.todos import list_todos
from tests.transfers.cast import PHONE, Cast


def new(cast: Cast, record_id: int, who: str = "a1_finance", handing: str = "to_police", **more: Any) -> Any:
    given = {"receiver": "", "reason": "查证需要。", "asked": "请依法办理。"} | more
    return cast.post(who, f"transfers/new?subject=record:{record_id}&handing={handing}", given)


def said(page: Any) -> str:
    return str(page.get_data(as_text=True))


def test_the_whole_way_over_the_pages(cast: Cast) -> None:
    found = cast.record(region="140902")
    entry = cast.text("a1_finance", f"ledger/{found}")
    assert "转办移送" in entry
    assert "to_county" in entry
    assert "to_finance" not in entry
    page = said(cast.get("a1_finance", f"transfers/new?subject=record:{found}&handing=to_county"))
    chosen = f'value="tenant:{cast["a2"].tenant_id}" checked'
    assert chosen in page
    assert "注册地在 140902" in page
    assert "a4县" not in page
    assert "b1县" not in page
    assert PHONE not in page
    assert "139****0000" in page
    short = new(
        cast, found, handing="to_county", receiver=f"tenant:{cast['a2'].tenant_id}", reason="", asked="写了的"
    )
    assert short.status_code == 422
    assert "请写明移送理由" in said(short)
    assert "写了的" in said(short)
    sent = new(
        cast, found, handing="to_county", receiver=f"tenant:{cast['a2'].tenant_id}",
        files=(BytesIO("账册".encode()), "账册.txt"),
    )  # fmt: skip
    assert sent.status_code == 303, said(sent)[-2000:]
    out, there = cast.rows("a1")[0], cast.came("a2")
    mine = cast.text("a1_finance", f"transfers/{out.id}")
    assert "待接收" in mine
    assert "账册.txt" in mine
    assert "撤回" in mine
    theirs = cast.text("a2_finance", f"transfers/{there.id}")
    assert "139****0000" in theirs
    assert "账册.txt" in theirs
    assert "不予接收" in theirs
    assert out.from_name in theirs
    assert cast.post("a2_finance", f"transfers/{there.id}/accept").status_code == 303
    assert cast.post("a2_finance", f"transfers/{there.id}/accept").status_code == 303  # a second click
    empty = cast.post("a2_finance", f"transfers/{there.id}/progress", {"text": ""})
    assert empty.status_code == 422
    assert "请写进展" in said(empty)
    key = {"text": "已询问当事人。", "request_key": "same"}
    for _n in range(2):
        assert cast.post("a2_finance", f"transfers/{there.id}/progress", key).status_code == 303
    assert cast.text("a1_finance", f"transfers/{out.id}").count("已询问当事人。") == 1
    done = {"text": "已处置。", "result_on": "2026-09-16"}
    assert cast.post("a2_finance", f"transfers/{there.id}/finish", done).status_code == 303
    again = cast.post("a2_finance", f"transfers/{there.id}/finish", done)
    assert again.status_code == 409
    assert "已反馈结果" in said(again)
    mine = cast.text("a1_finance", f"transfers/{out.id}")
    assert "已处置。" in mine
    assert "线〔2026〕1号" in mine
    assert "已知悉" in mine
    assert "移送：某公司线索" in said(cast.as_("a1_finance").get("/"))
    assert cast.post("a1_finance", f"transfers/{out.id}/note").status_code == 303
    assert "移送：某公司线索" not in said(cast.as_("a1_finance").get("/"))
    assert "移送结果" in cast.text("a1_finance", f"ledger/{found}")
    listed = cast.text("a1_finance", "transfers?tab=out")
    assert "移〔2026〕1号" in listed
    assert "线〔2026〕1号" in listed
    assert "移〔2026〕1号" in cast.text("a2_office", "transfers")
    assert "没有符合条件" in cast.text("a2_office", "transfers?tab=in&state=refused&q=x")


def test_hostile_values_in_the_form_and_in_the_address(cast: Cast) -> None:
    found, foreign = cast.record(), cast.record("a2")
    for value in (
        f"unit:{cast['a2'].units['police']}", f"tenant:{cast['b1'].tenant_id}", f"tenant:{cast['a4'].tenant_id}", "unit:",
        "unit:99999999999999999999", "unit:-1", "tenant:0", "<script>", "x" * 41, "superior", "both", "unit:1 or 1=1", "\0",
    ):  # fmt: skip
        answer = new(cast, found, receiver=value)
        assert answer.status_code == 422, value
    answer = new(cast, found, receiver=f"unit:{cast['a1'].units['police']}", keep=["1", "x"], unit="5")
    assert answer.status_code == 303  # what is none of the entry's files is not sent
    for subject in (f"record:{foreign}", "record:0", "record:x", "tip:1", "", "record:" + "9" * 30):
        assert cast.get("a1_finance", f"transfers/new?subject={subject}").status_code == 404, subject
    assert cast.get("a1_police", f"transfers/new?subject=record:{found}").status_code == 404  # not its entry
    assert (
        cast.get("a1_finance", f"transfers/new?subject=record:{found}&handing=to_finance").status_code == 403
    )
    row = cast.came("a1")
    assert cast.post("a1_finance", f"transfers/{row.id}/accept").status_code == 404
    out = cast.rows("a1", Side.OUT)[0]
    assert cast.post("a1_finance", f"transfers/{out.id}/accept").status_code == 403
    assert cast.post("a1_office", f"transfers/{row.id}/accept").status_code == 403  # the police have it
    assert cast.post("a1_police", f"transfers/{row.id}/accept", {"request_key": ""}).status_code == 422
    secret = new(
        cast, found, handing="to_county", receiver=f"tenant:{cast['a2'].tenant_id}", reason="绝密★10年 内容"
    )
    assert secret.status_code == 422
    assert "涉密" in said(secret)
    assert len(cast.rows("a1")) == 2


def test_a_third_county_and_the_other_side_read_nothing(cast: Cast) -> None:
    found = cast.record(region="140902")
    cast.send(found, "tenant:a2", handing="to_county", files={"账册.txt": b"1"})
    out, there = cast.rows("a1")[0], cast.came("a2")
    for who, row in (("a1_finance", there), ("a1_office", there), ("a2_office", out), ("a2_finance", out)):
        assert cast.get(who, f"transfers/{row.id}").status_code == 404
        assert cast.post(who, f"transfers/{row.id}/withdraw", {"text": "x"}).status_code == 404
    for who in ("a3_office", "b1_office", "a_office"):
        for row in (out, there):
            assert cast.get(who, f"transfers/{row.id}").status_code == 404
        for tab in ("in", "out", "above"):
            listed = cast.text(who, f"transfers?tab={tab}")
            assert "某公司线索" not in listed
            assert "移〔2026〕" not in listed
        assert "某公司线索" not in said(cast.as_(who).get("/"))
    assert (
        cast.get("a2_police", f"transfers/{there.id}").status_code == 404
    )  # another unit of the same county
    assert cast.get("a2_police", "transfers").status_code == 200
    assert "某公司线索" not in cast.text("a2_police", "transfers")
    assert cast.get("a1_finance", f"transfers/{out.id}", "a2").status_code == 404


def test_a_dispute_over_the_pages(cast: Cast) -> None:
    cast.send(cast.record(region="140902"), "tenant:a2", handing="to_county")
    out, there = cast.rows("a1")[0], cast.came("a2")
    assert cast.post("a2_finance", f"transfers/{there.id}/refer", {"text": "x"}).status_code == 403
    brought = cast.post("a2_office", f"transfers/{there.id}/refer", {"text": "已迁往一县。"})
    assert brought.status_code == 303
    assert "/disputes/" in brought.location
    theirs = brought.location.split(f"/{cast['a2'].code}/handover_sample/")[1]
    listed = cast.text("a_office", "transfers?tab=above")
    assert "某公司线索" in listed
    assert "待上级决定" in listed
    top = said(cast.get("a_office", "transfers?tab=above")).split("/transfers/disputes/")[1].split('"')[0]
    assert cast.get("a_office", theirs).status_code == 404  # the county's own row
    assert cast.get("a1_office", f"transfers/disputes/{top}").status_code == 404
    bad = cast.post(
        "a_office", f"transfers/disputes/{top}/decide", {"lead": "x", "text": "按注册地。", "decided_on": "x"}
    )
    assert (bad.status_code == 422 and "请选择由哪一方主办" in said(bad)) or "请填日期" in said(bad)
    assert cast.post("a_office", f"transfers/disputes/{top}/words", {"text": "x"}).status_code == 403
    decision = {"lead": "in", "text": "按注册地。", "number": "〔2026〕3号", "decided_on": "2026-09-16"}
    assert cast.post("a2_office", theirs + "/decide", decision).status_code == 403
    assert cast.post("a_office", f"transfers/disputes/{top}/decide", decision).status_code == 303
    assert cast.post("a_office", f"transfers/disputes/{top}/decide", decision).status_code == 409
    for who, row in (("a1_finance", out), ("a2_finance", there)):
        page = cast.text(who, f"transfers/{row.id}")
        assert "按注册地。" in page
        assert "主办" in page
        assert "〔2026〕3号" in page
    assert "某公司线索" not in cast.text("a3_office", "transfers?tab=above")


@contextmanager
def counted() -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_statements_do_not_grow_with_rows(cast: Cast) -> None:
    def of(path: str, who: str = "a2_office") -> int:
        cast.get(who, path)
        with counted() as found:
            assert cast.get(who, path).status_code == 200
        return len(found)

    first = cast.record()
    cast.send(first, "tenant:a2", handing="to_county")
    paths = ("transfers", "transfers?tab=above", f"transfers/{cast.came('a2').id}")
    before = [of(path) for path in paths] + [of(f"ledger/{first}", "a1_finance")]
    for _n in range(4):
        cast.send(cast.record(), "tenant:a2", handing="to_county")
    cast.send(first, "unit:police")
    after = [of(path) for path in paths] + [of(f"ledger/{first}", "a1_finance")]
    assert before == after


def test_two_who_accept_at_once(cast: Cast) -> None:
    """In two transactions at the same moment: one entry, and the slower one is told."""
    cast.send(cast.record(), "tenant:a2", handing="to_county")
    row, results = cast.came("a2"), []
    cast.make.session.commit()
    start = threading.Barrier(2)

    def accept(number: int) -> None:
        with cast.make.app.app_context():
            session: Session = db.session()
            session.info["audit_key"] = cast.make.app.extensions["portal"].audit_key
            home = row.tenant_id
            set_scope(session, Scope(own=(home,), home=home))
            start.wait()
            try:
                found = session.get_one(Transfer, (home, row.id))
                handling.accept_transfer(
                    session, Actor(number, f"岗位{number}"), cast.clock.now, campaign=cast.campaign, row=found
                )
                session.commit()
                results.append("won")
            except Conflict as error:
                session.rollback()
                results.append(str(error.message))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=accept, args=(n,)) for n in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won, told = sorted(results)
    assert won == "won"
    assert "办理中" in told
    with cast.enter("a2") as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Record)) == 1


def test_todos_cost_two_statements_for_all_posts(cast: Cast) -> None:
    from portal.accounts.models import Account
    from portal.units.reader import load_posts

    for _n in range(3):
        cast.send(cast.record(), "tenant:a3", handing="to_county")
    with cast.enter("a3") as session:
        account = session.scalars(sa.select(Account).where(Account.username == "a3_office")).one()
        reader = Reader(account.id, "", "", load_posts(session, account.id, cast.clock.now))
        with counted() as found:
            todos = list_todos(session, reader, cast.clock.now)
        assert len(found) == 2
        assert len(todos) == 3
        assert {str(t.step) for t in todos} == {"转交"}


def test_the_letter_is_filled_in_and_its_number_kept(cast: Cast) -> None:
    """Of the sender's side alone, without anything sensitive; to another county it is addressed by name."""
    cast.send(cast.record(region="140902"), "tenant:a2", handing="to_county", files={"账册.txt": b"1"})
    out, there = cast.rows("a1")[0], cast.came("a2")
    page = said(cast.get("a1_office", f"papers/new?subject=transfer:{out.id}"))
    assert "关于移送某公司线索的函" in page
    assert "账册.txt" in page
    assert out.to_name in page
    assert PHONE not in page
    assert cast.get("a1_office", f"papers/new?subject=transfer:{there.id}").status_code == 404
    assert cast.get("a2_office", f"papers/new?subject=transfer:{there.id}").status_code == 404
    with cast.make.app.test_request_context(), cast.enter("a1") as session:
        from flask import g

        from portal.transfers.origin import issued

        g.desk, g.reader, g.now = None, Reader(1, "", "", ()), cast.clock.now
        issued(session, out.id, "专发〔2026〕1号")
    assert "专发〔2026〕1号" in cast.text("a1_finance", f"transfers/{out.id}")
