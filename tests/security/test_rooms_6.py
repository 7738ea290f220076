"""What an attacker tried on ledgers, transfers, matching, tips and rewards, and is refused."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.accounts.models import Account
from portal.core import audit
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.posts import PostKind
from portal.ledger.merging import merge_record
from portal.ledger.models import Record
from portal.ledger.services import create_record
from portal.matching import joints, limits
from portal.matching.models import JointMatter, MatchEntry
from portal.rewards.numbers import LONGEST, number_key
from portal.tips.models import Tip
from portal.tips.steps import draft_of
from portal.transfers.models import Side, Transfer
from portal.units.models import Mechanism, Unit
from tests.conftest import TestClock
from tests.factories import Factory
from tests.matching.counties import CAMPAIGN, PHONE, Counties, build_counties
from tests.rewards import conftest as rewards_cast
from tests.rewards.conftest import Bench
from tests.tips import conftest as tips_cast
from tests.tips.conftest import County
from tests.transfers.cast import Cast, build

bench = rewards_cast.bench
county = tips_cast.county


@pytest.fixture
def counties(app: Flask, make: Factory, clock: TestClock) -> Counties:
    return build_counties(make, clock)


@pytest.fixture
def cast(app: Flask, make: Factory, clock: TestClock) -> Cast:
    return build(make, clock, Path(app.extensions["portal"].settings.instance) / "files")


# --------------------------------------------------------------------------------------------- matching
def test_who_is_beyond_the_limit_learns_nothing_by_taking_values_out_and_in(
    counties: Counties, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A value that was never compared counts again, whether it was edited away, withdrawn or merged."""
    a = counties.add("pd", phones=PHONE)
    none = limits.Limits(account_hour=0, account_day=0, tenant_hour=0, tenant_day=0)
    for way in limits.Way:
        monkeypatch.setitem(limits.LIMITS, way, none)
    b = counties.add("jq", phones=PHONE)

    def told() -> list[dict[str, int]]:
        return [counties.hints("jq", b), counties.hints("pd", a)]

    assert told() == [{}, {}]
    counties.change("jq", b, phones="")
    counties.change("jq", b, phones=PHONE)
    assert told() == [{}, {}], "edited out and in again"
    counties.withdraw("jq", b)
    counties.step("jq", "restore_record", b)
    assert told() == [{}, {}], "withdrawn and restored"
    c = counties.add("jq", phones="")
    counties.step("jq", "merge_record", b, into=c)
    counties.step("jq", "unmerge_record", b)
    assert [*told(), counties.hints("jq", c)] == [{}, {}, {}], "merged and parted"
    states = counties.enter("yq").scalars(sa.select(MatchEntry.state).where(MatchEntry.record_id == b))
    assert list(states) == ["withheld"]
    place = counties.seats["jq"].tenant_id
    assert counties.post("yq_office", "matching/withheld", place=place).status_code == 303
    assert told() == [{"phone": 1}, {"phone": 1}], "the city lets it go on"


def test_keys_of_other_pages_and_closed_matters_take_nothing_in(counties: Counties) -> None:
    """A key typed by hand brings no entry under another origin; what is closed by two absorbs nothing open."""
    a, b = counties.add("pd"), counties.add("pd")
    session, seat = counties.enter("pd"), counties.seats["pd"]
    first = session.get_one(Record, (seat.tenant_id, a))
    key = first.request_key
    given: dict[str, Any] = {
        "mechanism_id": seat.body_id, "unit_id": seat.unit_id, "campaign": counties.campaign, "ledger": counties.ledger,
        "entry": counties.entry("来自举报", {}), "request_key": key,
    }  # fmt: skip
    assert create_record(session, counties.actor("pd"), counties.clock.now, **given).id == a
    with pytest.raises(Conflict):
        create_record(session, counties.actor("pd"), counties.clock.now, origin="tip:1", **given)
    for closing in ("proposed", "checked", "closed"):
        session = counties.enter("pd")
        session.get_one(Record, (seat.tenant_id, a)).closing = closing
        session.commit()
        with pytest.raises(Invalid, match="请先退回或重新办理"):
            counties.step("pd", merge_record.__name__, b, into=a)
    assert counties.record("pd", b).merged_into_id is None
    desk = counties.desk("yq")
    session = counties.enter("yq")
    session.add(
        JointMatter(
            campaign="antifraud", number="并1", state="asked", reason="密", made_at=counties.clock.now, made_by="甲",
            request_key="same",
        )
    )  # fmt: skip
    session.flush()
    more: dict[str, Any] = {"pair_id": 1, "host": 1, "reason": "", "request_key": "same"}
    with pytest.raises(Conflict):
        joints.propose(session, counties.actor("yq", "office"), counties.clock.now, desk=desk, **more)
    assert desk.campaign == CAMPAIGN
    session.rollback()


# ---------------------------------------------------------------------------------------------- rewards
@pytest.mark.parametrize("engine", ["sqlite"])
def test_one_number_however_it_is_dressed_up(engine: str) -> None:
    plain = "盂公（经）立字〔2026〕12号"
    for other in (
        "盂公（经）立字〔2026〕12号。", "盂公（经）立字\ufe00〔2026〕12号", "盂公（经）立字〔2026〕1\ufe012号",
        "盂公·（经）立字_〔2026〕12号", "“盂公（经）立字〔2026〕12号”", "盂公(经)立字 [２０２６] 第０12 号",
        "盂公（经）立字\U000e0100〔2026〕\u200b12号",
    ):  # fmt: skip
        assert number_key(other) == number_key(plain), other
    for another in ("盂公（经）立字〔2026〕13号", "盂公（经）立字〔2025〕12号", "盂公（刑）立字〔2026〕12号",
                    "盂公（经）立字〔2026〕1.2号", "盂公（经）立字〔2026〕12-1号"):  # fmt: skip
        assert number_key(another) != number_key(plain), another
    grown = "㈱㈲" * 29 + "12"
    assert len(number_key(grown)) <= LONGEST, "no text is longer than the column"
    assert number_key(grown) != number_key(grown + "3")


def test_a_case_that_changed_after_it_was_sent_is_sent_again(bench: Bench) -> None:
    """Else the count that a second person confirmed, and the number of the case, would be others than those paid for."""
    number = bench.sent()
    record_id = bench.row(number).record_id
    prepare: dict[str, Any] = {"campaign": bench.campaign, "opinion": "同意"}
    for values in ({"face_value": 900_000_000}, {"filing_number": "盂公（经）立字〔2026〕99号"}):
        before = {key: bench.row(number).facts[key] for key in values}
        bench.change("x", record_id, **values)
        with pytest.raises(Invalid, match="报送后有改动"):
            bench.step("c_office", number, "prepare", **prepare)
        bench.change("x", record_id, **before)
    for gone in ({"withdrawn_at": bench.clock()}, {"withdrawn_at": None, "merged_into_id": record_id}):
        session = bench.enter("x")
        row = session.get_one(Record, (bench["x"].tenant_id, record_id))
        for name, value in gone.items():
            setattr(row, name, value)
        session.commit()
        with pytest.raises(NotAllowed, match="已撤销或并入"):
            bench.step("c_office", number, "prepare", **prepare)
    session = bench.enter("x")
    session.get_one(Record, (bench["x"].tenant_id, record_id)).merged_into_id = None
    session.commit()
    assert (bench.row(number).state, bench.row(number).amount) == ("sent", 19_000_000)
    bench.step("c_office", number, "prepare", **prepare)


def test_who_applies_has_no_part_in_the_decision(bench: Bench) -> None:
    """A liaison of the city's police who is the office's director, too."""
    number = bench.sent("c_police", filing_number="公立字〔2026〕77号")
    account = bench.make.session.scalars(sa.select(Account).where(Account.username == "c_police")).one()
    with bench.make.enter(bench["c"].tenant) as session:
        body = session.get_one(Mechanism, (bench["c"].tenant_id, bench["c"].body_id))
        bank = session.get_one(Unit, (bench["c"].tenant_id, bench["c"].units["pboc"]))
    bench.make.post(bench["c"].tenant, account, PostKind.OFFICE_DIRECTOR, body)
    bench.make.post(bench["c"].tenant, account, PostKind.ACCOUNTANT, body, bank)
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        ("prepare", {"campaign": bench.campaign, "opinion": "同意"}),
        ("review", {"note": ""}),
        ("approve", {"campaign": bench.campaign, "note": "同意"}),
    )
    for who, (name, more) in zip(("c_office", "c_kj", "c_head"), steps, strict=True):
        with pytest.raises(NotAllowed, match="报送申请"):
            bench.step("c_police", number, name, **more)
        if name != "approve":
            bench.step(who, number, name, **more)
    assert bench.row(number, "c").state == "reviewed"
    # nor does who approves hand out the money
    small = bench.reviewed(bench.sent(face_value=20_000_000, semi_finished_face=0, case_kind="circulation"))
    bench.step("c_head", small, "approve", campaign=bench.campaign, note="同意")
    bench.step("c_office", small, "notify_unit", number="1")
    today = bench.clock().date()
    bench.step("c_office", small, "register_slip", day=today, scan=bench.scan())
    paid: dict[str, Any] = {"voucher": "记-1", "day": today, "fen": bench.row(small).amount}
    with pytest.raises(NotAllowed, match="不能登记拨付"):
        bench.step("c_head", small, "pay", **paid)
    bench.step("c_kj", small, "pay", **paid)


# ------------------------------------------------------------------------------------------------- tips
def test_an_answer_is_released_as_it_was_read(county: County) -> None:
    code, tip_id = county.told()
    county.check(tip_id)
    county.hand_on(tip_id)
    assert county.post("police", f"/{tip_id}/draft", text="经核查不属实。").status_code == 303
    page = county.get("office", f"/{tip_id}").get_data(as_text=True)
    with county.enter() as session:
        read = draft_of(session, session.get_one(Tip, (county.ids["tenant"], tip_id)))
    assert f'name="other" value="{read}"' in page
    county.clock.now += timedelta(minutes=1)
    assert county.post("police", f"/{tip_id}/draft", text="换上的另一段话。").status_code == 303
    late = county.post("office", f"/{tip_id}/release", other=str(read))
    assert late.status_code == 409
    assert "刚刚改写过" in late.get_data(as_text=True)
    assert "另一段话" not in county.follow(code).get_data(as_text=True)
    # and rights of two posts are not added up: an office clerk who leads another unit approves no reward
    account = county.make.session.scalars(sa.select(Account).where(Account.username == "office")).one()
    with county.enter() as session:
        market = session.get_one(Unit, (county.ids["tenant"], county.ids["market"]))
        body = session.get_one(Mechanism, (county.ids["tenant"], county.ids["body"]))
    county.make.post(county.tenant, account, PostKind.LEADER_IN_CHARGE, body, market)
    county.clock.now += timedelta(minutes=1)
    assert county.post("office", f"/{tip_id}/award/decide", decision="agree").status_code == 403


# -------------------------------------------------------------------------------------------- transfers
def test_what_was_merged_on_its_way_is_accepted_by_nobody(cast: Cast) -> None:
    found, into = cast.record(), cast.record()
    cast.send(found, "unit:police")
    with cast.enter("a1") as session:
        session.get_one(Record, (cast["a1"].tenant_id, found)).merged_into_id = into
    row = cast.came("a1")
    answer = cast.post("a1_police", f"transfers/{row.id}/accept")
    assert answer.status_code == 409
    assert "已并入另一件" in answer.get_data(as_text=True)
    assert cast.came("a1").state == "sent"


def test_an_entry_is_no_evidence_for_itself(cast: Cast) -> None:
    found, other = cast.record(), cast.record()
    at = f"ledger/{found}"
    given: dict[str, Any] = {"act-note": "已核实", "act-version": "1"}
    for number, (link, status) in enumerate(((found, 422), (other, 303))):
        given["act-request_key"] = f"k{number}"
        given["act-link"] = f"http://localhost{cast.url('a1_finance', f'ledger/{link}')}"
        answer = cast.post("a1_finance", f"{at}/evidence", given)
        assert answer.status_code == status, answer.get_data(as_text=True)[-1500:]


# ------------------------------------------------------------------------------------- two tenants at once
@pytest.mark.parametrize("engine", ["postgresql"])  # SQLite lets one write at a time
def test_two_counties_that_write_into_each_other_lose_nothing(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each holds the end of a trail that the other waits for: one is sent, one is told to try again, nothing is half
    done, and the second try goes through."""
    found = {slug: cast.record(slug) for slug in ("a1", "a2")}
    sides = {"a1": "a2", "a2": "a1"}
    for slug in sides:
        cast.get(f"{slug}_finance", f"ledger/{found[slug]}")
        cast.post(f"{slug}_finance", "transfers/0/note")  # a token
    cast.make.session.rollback()
    meet, held, lock = threading.Barrier(2), threading.local(), audit._lock_head

    def both_hold_one(session: Any, tenant_id: int | None) -> Any:
        head = lock(session, tenant_id)
        if not getattr(held, "one", False) and threading.current_thread() is not threading.main_thread():
            held.one = True
            meet.wait(10)
        return head

    monkeypatch.setattr(audit, "_lock_head", both_hold_one)
    answers: dict[str, Any] = {}

    def send(slug: str) -> None:
        given = {
            "handing": "to_county", "receiver": f"tenant:{cast[sides[slug]].tenant_id}", "reason": "查证需要",
            "asked": "请依法办理", "request_key": f"cross-{slug}", "unit": cast[slug].units["finance"],
        }  # fmt: skip
        at = f"transfers/new?subject=record:{found[slug]}&handing=to_county"
        with app.app_context():
            answers[slug] = cast.post(f"{slug}_finance", at, given)

    threads = [threading.Thread(target=send, args=(slug,)) for slug in sides]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(a.status_code for a in answers.values()) == [303, 503]
    lost = next(slug for slug, answer in answers.items() if answer.status_code == 503)
    assert answers[lost].headers["Retry-After"] == "1"
    assert "再提交一次" in answers[lost].get_data(as_text=True)
    assert cast.rows(lost, Side.OUT) == cast.rows(sides[lost], Side.IN) == []
    assert len(cast.rows(sides[lost], Side.OUT)) == len(cast.rows(lost, Side.IN)) == 1
    send(lost)
    assert answers[lost].status_code == 303
    assert len(cast.rows(lost, Side.OUT)) == len(cast.rows(sides[lost], Side.IN)) == 1
    for slug in sides:
        with cast.enter(slug) as session:
            assert list(audit.verify(session)) == []
            assert session.scalar(sa.select(sa.func.count()).select_from(Transfer)) == 2
