"""A matter on its way: sent, accepted or refused, answered; both directions; what each side may know; clocks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from portal.core.audit import AuditEvent
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.scope import Actor
from portal.core.secret import looks_sealed
from portal.deadlines.models import Deadline
from portal.documents.models import Attachment
from portal.ledger.models import Record, RecordEvent, RecordUnit
from portal.transfers import handling, withdrawing
from portal.transfers.following import follow
from portal.transfers.handling import Result
from portal.transfers.models import Side, State, Transfer
from portal.units.models import Membership
from tests.transfers.cast import PHONE, Cast, who


def accept(
    cast: Cast, slug: str, unit: str | None = "police", actor: Actor | None = None, **more: Any
) -> Record | None:
    row = cast.came(slug)
    with cast.enter(slug) as session:
        again = session.get_one(Transfer, (row.tenant_id, row.id))
        found = handling.accept_transfer(
            session, actor or who(slug, unit), cast.clock.now, campaign=cast.campaign, row=again, **more
        )
        if found is not None:
            session.flush()
            session.refresh(found)
            session.expunge(found)
        return found


def finish(cast: Cast, slug: str, outcome: str, text: str = "已立案侦查。", **more: Any) -> None:
    row = cast.came(slug)
    with cast.enter(slug) as session:
        handling.finish_transfer(
            session, who(slug, "police"), cast.clock.now, campaign=cast.campaign,
            row=session.get_one(Transfer, (row.tenant_id, row.id)),
            result=Result(outcome, text, cast.clock.now.date()), **more,
        )  # fmt: skip


def story(cast: Cast, slug: str, record_id: int) -> list[str]:
    with cast.enter(slug) as session:
        wanted = sa.select(RecordEvent.kind).where(RecordEvent.record_id == record_id)
        return list(session.scalars(wanted.order_by(RecordEvent.at, RecordEvent.id)))


def test_from_finance_to_the_police_and_back(cast: Cast) -> None:
    found = cast.record()
    (sent,) = cast.send(found, "unit:police", files={"材料.txt": "材料".encode()})
    cast.clock.at("2026-09-17T09:00:00")
    entry = accept(cast, "a1")
    assert entry is not None
    assert (entry.id, entry.number) == (found, "线〔2026〕1号"), "one matter, one number: it counts once"
    assert entry.lead_unit_id == cast["a1"].units["police"]
    assert entry.unit_id == cast["a1"].units["finance"], "who sent it keeps it and reads on"
    came = cast.came("a1")
    out = cast.rows("a1", Side.OUT)[0]
    assert (out.id, out.state, out.there_number, out.there_stage) == (
        sent,
        "accepted",
        "线〔2026〕1号",
        "登记",
    )
    ledger = cast.campaign.ledgers[0]
    with cast.enter("a1") as session:
        moved = session.get_one(Record, (cast["a1"].tenant_id, found))
        moved.stage = ledger.states[-1].key
        follow(session, who("a1", "police"), cast.clock.now, cast.campaign, ledger, moved)
    assert {r.there_stage for r in cast.rows("a1")} == {str(ledger.states[-1].label)}, (
        "both rows say how it stands"
    )
    assert out.result_due is not None
    assert out.result_due.date() == date(2026, 10, 8)
    finish(cast, "a1", "filed")
    out = cast.rows("a1", Side.OUT)[0]
    assert (out.state, out.outcome_label, out.result, out.noted_at) == ("done", "立案", "已立案侦查。", None)
    assert story(cast, "a1", found) == ["created", "transferred", "transfer_accepted", "transfer_result"]
    assert any("请查看" in n for n in cast.notices("a1", "finance"))
    # the other direction
    (back,) = cast.send(entry.id, "unit:finance", handing="to_finance", unit="police")
    again = accept(cast, "a1", "finance")
    assert back
    assert again is not None
    assert (again.id, again.lead_unit_id) == (found, cast["a1"].units["finance"])
    with cast.enter("a1") as session:
        helping = session.scalars(sa.select(RecordUnit.unit_id)).all()
        assert helping == [cast["a1"].units["police"]], "who led before helps and reads on"
    with cast.enter("a1") as session:
        files = session.scalars(
            sa.select(Attachment.subject).where(Attachment.subject.startswith("transfer:"))
        )
        assert sorted(files) == sorted([f"transfer:{sent}", f"transfer:{came.id}"])


def test_sensitive_values_lie_sealed_at_both_sides(cast: Cast) -> None:
    cast.send(cast.record("a1", "finance"), "tenant:a2", handing="to_county")
    for slug in ("a1", "a2"):
        with cast.enter(slug) as session:
            carried = session.execute(sa.select(Transfer.carried)).scalar_one()
            assert set(carried) == {"amount", "phone"}
            assert looks_sealed(carried["phone"])
            assert "139" not in carried["phone"]
            assert session.scalars(sa.select(Transfer)).one().carried["phone"] == PHONE


def test_to_another_county_it_goes_to_the_first_receiver_or_to_the_office(cast: Cast) -> None:
    found = cast.record()
    cast.send(found, "tenant:a2", handing="to_county")
    cast.send(found, "tenant:a3", handing="to_county")
    assert cast.came("a2").unit_id == cast["a2"].units["finance"]
    there = cast.came("a3")
    assert there.unit_id is None
    assert there.from_name == "a市a1县a1财政局"
    assert there.record_id is None
    assert any("移送：某公司线索" in n for n in cast.notices("a3"))
    with cast.enter("a3") as session:
        row = session.get_one(Transfer, (there.tenant_id, there.id))
        with pytest.raises(Invalid):
            handling.pass_on(
                session, who("a3", None), cast.clock.now, row=row, unit_id=cast["a2"].units["police"]
            )
    with cast.enter("a3") as session:
        row = session.get_one(Transfer, (there.tenant_id, there.id))
        handling.pass_on(
            session, who("a3", None), cast.clock.now, row=row, unit_id=cast["a3"].units["police"]
        )
        clock = session.scalars(sa.select(Deadline).where(Deadline.subject == f"transfer:{row.id}")).one()
        assert clock.unit_id == cast["a3"].units["police"]
    entry = accept(cast, "a3")
    assert entry is not None
    assert entry.number == "线〔2026〕1号"
    out = cast.rows("a1", Side.OUT)[-1]
    assert (out.to_name, out.there_number) == ("a市a3县a3公安局", "线〔2026〕1号")
    assert out.record_id == found
    assert out.unit_id == cast["a1"].units["finance"]


def test_refused_with_a_reason_nothing_is_lost_and_it_is_sent_anew(cast: Cast) -> None:
    found = cast.record()
    cast.send(found, "unit:police")
    with pytest.raises(Invalid, match="尚未办结"):
        cast.send(found, "unit:police")
    row = cast.came("a1")
    for text, error in (("", Invalid), ("不属于管辖范围。", None)):
        with cast.enter("a1") as session:
            again = session.get_one(Transfer, (row.tenant_id, row.id))
            if error:
                with pytest.raises(error):
                    handling.refuse_transfer(
                        session, who("a1", "police"), cast.clock.now, row=again, text=text
                    )
            else:
                handling.refuse_transfer(session, who("a1", "police"), cast.clock.now, row=again, text=text)
    out = cast.rows("a1", Side.OUT)[0]
    assert (out.state, out.refusal, out.record_id, out.noted_at) == (
        "refused",
        "不属于管辖范围。",
        found,
        None,
    )
    with cast.enter("a1") as session:
        withdrawing.note_transfer(
            session,
            who("a1", "finance"),
            cast.clock.now,
            row=session.get_one(Transfer, (out.tenant_id, out.id)),
        )
    cast.send(found, "unit:police")
    assert [r.state for r in cast.rows("a1", Side.IN)] == ["refused", "sent"]
    assert [r.number for r in cast.rows("a1", Side.OUT)] == ["移〔2026〕1号", "移〔2026〕2号"]


def test_one_accepts_and_the_other_is_told(cast: Cast) -> None:
    cast.send(cast.record(), "unit:police")
    first, second = Actor(1, "公安局 联络员"), Actor(2, "公安局 分管领导")
    entry = accept(cast, "a1", actor=first)
    again = accept(cast, "a1", actor=first)  # a second click
    assert entry is not None
    assert again is not None
    assert entry.id == again.id
    with pytest.raises(Conflict, match="办理中"):
        accept(cast, "a1", actor=second)
    with cast.enter("a1") as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Record)) == 1


def test_withdrawn_before_it_is_accepted_and_not_after(cast: Cast) -> None:
    found = cast.record()
    (first,) = cast.send(found, "tenant:a2", handing="to_county")

    def withdraw(transfer_id: int) -> None:
        with cast.enter("a1") as session:
            row = session.get_one(Transfer, (cast["a1"].tenant_id, transfer_id))
            withdrawing.withdraw_transfer(
                session, who("a1", "finance"), cast.clock.now, row=row, text="材料有误。"
            )

    withdraw(first)
    assert {r.state for s in ("a1", "a2") for r in cast.rows(s)} == {"withdrawn"}
    assert "撤回移送" in cast.notices("a2", "finance")[-1]
    with cast.enter("a2") as session:
        assert not session.scalars(sa.select(Deadline)).all()
    with pytest.raises(Conflict):
        accept(cast, "a2", "finance")
    (second,) = cast.send(found, "tenant:a2", handing="to_county")
    accept(cast, "a2", "finance")
    with pytest.raises(Conflict, match="办理中"):
        withdraw(second)


def test_both_get_it_at_once_and_a_second_click_sends_nothing(cast: Cast) -> None:
    found = cast.record("a1", "police")
    with cast.enter("a1") as session:
        session.get_one(Record, (cast["a1"].tenant_id, found)).lead_unit_id = cast["a1"].units[
            "procuratorate"
        ]
    first = cast.send(found, "both", handing="both", unit="procuratorate", key="k", files={"一.txt": b"1"})
    assert cast.send(found, "both", handing="both", unit="procuratorate", key="k") == first
    assert {r.unit_id for r in cast.rows("a1", Side.IN)} == {
        cast["a1"].units[u] for u in ("finance", "police")
    }
    assert len(cast.rows("a1")) == 4
    units = cast["a1"].units
    for unit, lead, helping in (("finance", "finance", set()), ("police", "finance", {units["police"]})):
        with cast.enter("a1") as session:
            row = next(
                r
                for r in session.scalars(sa.select(Transfer))
                if r.unit_id == units[unit] and r.side == Side.IN
            )
            handling.accept_transfer(session, Actor(3, unit), cast.clock.now, campaign=cast.campaign, row=row)
            entry = session.get_one(Record, (cast["a1"].tenant_id, found))
            assert entry.lead_unit_id == units[lead], "who takes it first leads"
            helps = set(session.scalars(sa.select(RecordUnit.unit_id)))
            assert helps == helping | {units["procuratorate"]}
    with cast.enter("a1") as session:
        subjects = session.scalars(sa.select(Attachment.subject).where(Attachment.removed_at.is_(None))).all()
        assert len(subjects) == 4 == len(set(subjects))


def test_who_may_not_receive_is_refused_at_the_field(cast: Cast) -> None:
    found = cast.record()
    with cast.enter("a1") as session:
        line = session.scalars(
            sa.select(Membership).where(Membership.unit_id == cast["a1"].units["procuratorate"])
        ).one()
        line.until = date(2026, 9, 1)
    for handing, receiver, said in (
        ("to_police", "unit:finance", "本单位自己"),
        ("to_police", "unit:procuratorate", "已退出"),
        ("to_police", "tenant:a2", "不移送其他县"),
        ("to_police", "superior", "不报上级"),
        ("to_police", "office", "请从列表"),
        ("to_police", "", "请从列表"),
        ("to_county", "tenant:a1", "本地自己"),
        ("to_county", "tenant:a4", "没有在本系统开展"),
        ("to_county", "tenant:b1", "同一上级"),
        ("to_county", "tenant:a", "同一上级"),
        ("to_county", "unit:police", "不在本级单位之间"),
    ):
        with pytest.raises(Invalid) as error:
            cast.send(found, receiver, handing=handing)
        assert said in str(error.value.problems["receiver"]), (handing, receiver)
    with pytest.raises(NotAllowed):
        cast.send(found, "unit:finance", handing="to_finance")  # which the police alone send
    assert not cast.rows("a1")
    assert not cast.rows("a2")


def test_whose_matter_it_is_by_the_rule(cast: Cast) -> None:
    found = cast.record(region="140902")
    with pytest.raises(Invalid) as error:
        cast.send(found, "tenant:a3", handing="to_county")
    assert "注册地在 140902" in str(error.value.problems["why_other"])
    cast.send(found, "tenant:a3", handing="to_county", why_other="主要财产在该县。")
    cast.send(found, "tenant:a2", handing="to_county")
    assert [r.jurisdiction for r in cast.rows("a1")] == [
        "主要财产在该县。",
        "注册地在 140902，由其牵头处置。",
    ]


def test_the_clocks_run_for_the_receiver_and_late_needs_a_reason(cast: Cast) -> None:
    cast.send(cast.record(), "tenant:a2", handing="to_county")
    out, row = cast.rows("a1")[0], cast.came("a2")
    assert out.accept_due is not None
    assert out.accept_due == row.accept_due
    assert out.accept_due.date() == date(2026, 9, 20)  # Wednesday and three working days, Sunday being one
    cast.clock.at("2026-09-28T10:00:00")
    with pytest.raises(Invalid) as error:
        accept(cast, "a2", "finance")
    assert "late_reason" in error.value.problems
    assert cast.came("a2").state == "sent"
    accept(cast, "a2", "finance", late_reason="汛期值守。")
    with cast.enter("a2") as session:
        clock = session.scalars(sa.select(Deadline).where(Deadline.rule == "accept")).one()
        assert clock.late_reason == "汛期值守。"
        assert clock.unit_id == cast["a2"].units["finance"]


def test_the_sender_sees_number_stage_and_end_and_nothing_else(cast: Cast) -> None:
    cast.send(cast.record(), "tenant:a2", handing="to_county")
    entry = accept(cast, "a2", "finance")
    assert entry is not None
    with cast.enter("a2") as session:
        from portal.ledger.following import tell_followers

        found = session.get_one(Record, (cast["a2"].tenant_id, entry.id))
        found.stage, found.title = "doubt", "改后的名称"
        session.flush()
        tell_followers(
            session, who("a2", "finance"), cast.clock.now, cast.campaign, cast.campaign.ledgers[0], found
        )
    out = cast.rows("a1")[0]
    assert (out.there_stage, out.title) == ("认定存疑", "某公司线索")
    with cast.enter("a1") as session:
        assert session.scalars(sa.select(Record.title)).all() == ["某公司线索"]
        assert not session.scalars(sa.select(Transfer).where(Transfer.side == Side.IN.value)).all()
    for slug, count in (("a1", 3), ("a2", 2)):
        with cast.enter(slug) as session:
            acts = list(
                session.scalars(sa.select(AuditEvent.act).where(AuditEvent.act.startswith("transfer.")))
            )
            assert len(acts) == count, acts


def test_a_result_is_of_the_declared_kind_and_of_a_possible_day(cast: Cast) -> None:
    cast.send(cast.record(), "unit:police")
    row = cast.came("a1")
    with pytest.raises(Conflict, match="待接收"):
        finish(cast, "a1", "filed")
    accept(cast, "a1")
    for outcome, text, on, wrong in (
        ("maybe", "", None, {"outcome", "text", "result_on"}),
        ("filed", "立案。", date(2027, 1, 1), {"result_on"}),
        ("filed", "立案。", date(2020, 1, 1), {"result_on"}),
    ):
        with cast.enter("a1") as session, pytest.raises(Invalid) as error:
            handling.finish_transfer(
                session, who("a1", "police"), cast.clock.now, campaign=cast.campaign,
                row=session.get_one(Transfer, (row.tenant_id, row.id)), result=Result(outcome, text, on),
            )  # fmt: skip
        assert set(error.value.problems) == wrong
    finish(cast, "a1", "returned", "请补充账册。")
    assert cast.rows("a1", Side.OUT)[0].state == State.DONE
