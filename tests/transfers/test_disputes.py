"""Whose matter it is: brought to the common superior, argued, decided, written into both counties; and what is asked of
the superior and answered."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from portal.core.errors import Conflict, Invalid, NotFound
from portal.deadlines.models import Deadline
from portal.ledger.models import Record, RecordEvent
from portal.transfers import deciding, disputes, handling, withdrawing
from portal.transfers.deciding import Decision
from portal.transfers.handling import Result
from portal.transfers.models import Side, Transfer, TransferDispute
from tests.transfers.cast import Cast, who


@pytest.fixture
def refused(cast: Cast) -> Cast:
    """A matter of 140902 that its county does not want."""
    cast.send(cast.record(region="140902"), "tenant:a2", handing="to_county")
    refuse(cast)
    return cast


def refuse(cast: Cast) -> None:
    row = cast.came("a2")
    with cast.enter("a2") as session:
        handling.refuse_transfer(
            session, who("a2", "finance"), cast.clock.now, row=session.get_one(Transfer, (row.tenant_id, row.id)),
            text="主体已迁出。",
        )  # fmt: skip


def refer(
    cast: Cast, slug: str = "a1", side: Side = Side.OUT, text: str = "注册地在二县。", key: str = "d1"
) -> int:
    row = cast.rows(slug, side)[-1]
    with cast.enter(slug) as session:
        return disputes.refer_dispute(
            session, who(slug, None), cast.clock.now, campaign=cast.campaign,
            row=session.get_one(Transfer, (row.tenant_id, row.id)), text=text, request_key=key,
        ).id  # fmt: skip


def of(cast: Cast, slug: str) -> TransferDispute:
    with cast.enter(slug) as session:
        found = session.scalars(sa.select(TransferDispute)).one()
        session.expunge(found)
        return found


def decide(cast: Cast, lead: Side, slug: str = "a", **more: object) -> None:
    row = of(cast, slug)
    given = {"number": "阳专发〔2026〕3号", "text": "按注册地确定。", "on": cast.clock.now.date()} | more
    with cast.enter(slug) as session:
        deciding.decide_dispute(
            session, who("a", None), cast.clock.now, campaign=cast.campaign,
            dispute=session.get_one(TransferDispute, (row.tenant_id, row.id)),
            decision=Decision(lead.value, **given),  # type: ignore[arg-type]
        )  # fmt: skip


def test_the_superior_decides_and_what_was_refused_is_accepted(refused: Cast) -> None:
    cast = refused
    first = refer(cast)
    assert refer(cast) == first  # a second click
    with pytest.raises(Conflict, match="已经报请"):
        refer(cast, "a2", Side.IN, key="d2")
    assert {r.dispute for s in ("a1", "a2") for r in cast.rows(s)} == {"open"}
    assert any("报请决定管辖：某公司线索" in n for n in cast.notices("a"))
    assert any("请提出本地意见" in n for n in cast.notices("a2"))
    with cast.enter("a2") as session:
        own = session.scalars(sa.select(TransferDispute)).one()
        deciding.add_words(session, who("a2", None), cast.clock.now, dispute=own, text="已迁往一县。")
    for slug in ("a", "a1", "a2"):
        row = of(cast, slug)
        assert (row.out_words, row.in_words, row.number) == (
            "注册地在二县。",
            "已迁往一县。",
            "争〔2026〕1号",
        )
    assert not cast.rows("a3")
    assert not cast.rows("b")
    assert not cast.rows("a")
    with pytest.raises(Invalid) as error:
        decide(cast, Side.IN, number="", text="", on=date(2020, 1, 1))
    assert set(error.value.problems) == {"number", "text", "decided_on"}
    with pytest.raises(NotFound):
        decide(cast, Side.IN, slug="a1")
    cast.clock.at("2026-09-20T10:00:00")
    decide(cast, Side.IN)
    out, there = cast.rows("a1")[0], cast.came("a2")
    assert (there.state, there.role, out.role) == ("accepted", "lead", "support")
    assert out.there_number == there.there_number == "线〔2026〕1号"
    assert out.noted_at is None
    with cast.enter("a2") as session:
        entry = session.scalars(sa.select(Record)).one()
        assert entry.unit_id == cast["a2"].units["finance"]
        assert entry.origin == f"transfer:{there.id}"
        assert session.scalars(sa.select(Deadline.rule).where(Deadline.met_at.is_(None))).all() == ["result"]
    for slug in ("a", "a1", "a2"):
        row = of(cast, slug)
        assert (row.state, row.lead, row.decision_number) == ("decided", "in", "阳专发〔2026〕3号")
    with cast.enter("a1") as session:
        note = session.scalars(
            sa.select(RecordEvent.note).where(RecordEvent.kind == "transfer_decided")
        ).one()
        assert "阳专发〔2026〕3号" in note
        assert "主办" in note
    with pytest.raises(Conflict):
        decide(cast, Side.OUT)


def test_the_sender_keeps_it_and_nothing_is_owed_any_more(cast: Cast) -> None:
    cast.send(cast.record(region="140902"), "tenant:a2", handing="to_county")
    refer(cast, "a2", Side.IN, "已迁往一县。")
    row = cast.came("a2")
    with cast.enter("a2") as session, pytest.raises(Conflict, match="决定前"):
        handling.accept_transfer(
            session, who("a2", "finance"), cast.clock.now, campaign=cast.campaign,
            row=session.get_one(Transfer, (row.tenant_id, row.id)),
        )  # fmt: skip
    out = cast.rows("a1")[0]
    with cast.enter("a1") as session, pytest.raises(Conflict, match="决定前"):
        withdrawing.withdraw_transfer(
            session, who("a1", "finance"), cast.clock.now, row=session.get_one(Transfer, (out.tenant_id, out.id)),
            text="撤回。",
        )  # fmt: skip
    decide(cast, Side.OUT)
    out, there = cast.rows("a1")[0], cast.came("a2")
    assert (out.state, there.state, out.role, there.role) == ("kept", "kept", "lead", "support")
    with cast.enter("a2") as session:
        assert not session.scalars(sa.select(Deadline)).all()
        assert not session.scalars(sa.select(Record)).all()


def test_a_dispute_is_taken_back_by_who_brought_it(refused: Cast) -> None:
    cast = refused
    refer(cast)
    for slug, error in (("a2", Conflict), ("a1", None)):
        with cast.enter(slug) as session:
            own = session.scalars(sa.select(TransferDispute)).one()
            given = {"dispute": own, "text": "双方已协商。"}
            if error:
                with pytest.raises(error):
                    deciding.withdraw_dispute(session, who(slug, None), cast.clock.now, **given)  # type: ignore[arg-type]
            else:
                deciding.withdraw_dispute(session, who(slug, None), cast.clock.now, **given)  # type: ignore[arg-type]
    assert {r.dispute for s in ("a1", "a2") for r in cast.rows(s)} == {""}
    assert of(cast, "a").state == "withdrawn"
    refer(cast, key="d9")  # and it may be brought again


def test_a_transfer_inside_a_tenant_is_no_dispute_of_counties(cast: Cast) -> None:
    cast.send(cast.record(), "unit:police")
    with pytest.raises(Conflict, match="不能报请"):
        refer(cast, "a1", Side.OUT)


@pytest.mark.parametrize(("outcome", "stage"), [("yes", "held"), ("no", "new"), ("more", "new")])
def test_the_superior_is_asked_and_its_answer_takes_effect(cast: Cast, outcome: str, stage: str) -> None:
    found = cast.record()
    (sent,) = cast.send(found, "superior", handing="determine", unit=None)
    row = cast.came("a")
    assert row.unit_id is None
    assert row.to_name == "a市a办公室"
    with cast.enter("a") as session:
        handling.finish_transfer(
            session, who("a", None), cast.clock.now, campaign=cast.campaign,
            row=session.get_one(Transfer, (row.tenant_id, row.id)),
            result=Result(outcome, "经研究。", cast.clock.now.date()),
        )  # fmt: skip
    assert cast.came("a").record_id is None
    with cast.enter("a1") as session:
        entry = session.get_one(Record, (cast["a1"].tenant_id, found))
        assert entry.stage == stage
        answered = session.get_one(Transfer, (cast["a1"].tenant_id, sent))
        assert (answered.state, answered.outcome, answered.noted_at) == ("done", outcome, None)
    with cast.enter("a") as session:
        assert not session.scalars(sa.select(Deadline).where(Deadline.met_at.is_(None))).all()
        assert not session.scalars(sa.select(Record)).all()
