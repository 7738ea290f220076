"""Hints follow the entries: changed, merged, restored, released, stopped, common; and nobody learns more than a number."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from portal.campaigns.matching import MatchKind
from portal.core.errors import Conflict
from portal.core.scope import Scope, set_scope
from portal.ledger.models import Record
from portal.matching import limits
from portal.matching.digests import digest, pool_of
from portal.matching.joints import answer, propose
from portal.matching.models import (
    JointMatter,
    JointTwin,
    MatchEntry,
    MatchHint,
    MatchPair,
    MatchSide,
    MatchStop,
    MatchWithheld,
)
from portal.matching.reindexing import reindex, relink_all
from portal.notices.models import Notice
from tests.matching.counties import PHONE, Counties, phone


def pairs(counties: Counties) -> list[tuple[str, str]]:
    query = sa.select(MatchPair.kinds, MatchPair.state).order_by(MatchPair.found_at, MatchPair.id)
    return [(kinds, state) for kinds, state in counties.enter("yq").execute(query)]


def test_hints_move_with_the_entries(counties: Counties) -> None:
    a = counties.add("pd", phones=PHONE, urls="https://www.example.com/a")
    b = counties.add("yx", phones=f"{phone(7)}、{PHONE}")
    assert counties.hints("pd", a) == counties.hints("yx", b) == {"phone": 1}
    counties.change("yx", b, phones=phone(7), urls="example.com/a/")
    assert counties.hints("pd", a) == counties.hints("yx", b) == {"url": 1}
    assert pairs(counties) == [(",url,", "new")]
    counties.change("yx", b, phones=phone(7), urls="")
    assert counties.hints("pd", a) == counties.hints("yx", b) == {}
    assert pairs(counties) == [("", "gone")]
    counties.change("yx", b, phones=PHONE)
    assert pairs(counties) == [(",phone,", "new")]
    # a third county: the number grows for all three, and the two others are told anew
    c = counties.add("jq", phones=PHONE)
    assert [counties.hints(s, r) for s, r in (("pd", a), ("yx", b), ("jq", c))] == [{"phone": 2}] * 3
    told = counties.enter("pd").scalars(sa.select(Notice).order_by(Notice.at, Notice.id)).all()
    assert told[-1].params["hint"] == "另有 2 个县存在相同要素（电话）"
    # two entries of one county are no other county; they are told to each other
    d = counties.add("pd", "同县另一件", phones=PHONE)
    assert (counties.hints("pd", a), counties.own("pd", a), counties.own("pd", d)) == ({"phone": 2}, {d}, {a})
    assert "同县另一件" in counties.text("pd_office", f"ledger/{a}")
    # merged, the values stand for the entry that is left
    counties.change("pd", d, "同县另一件", phones=PHONE, accounts="6222000000009999")
    e = counties.add("yx", accounts="6222 0000 0000 9999")
    assert counties.hints("yx", e) == {"account": 1}
    counties.step("pd", "merge_record", d, into=a)
    assert counties.hints("pd", d) == {}
    assert counties.hints("pd", a) == {"phone": 2, "account": 1}
    assert counties.hints("yx", e) == {"account": 1}
    counties.step("pd", "unmerge_record", d)
    assert (counties.hints("pd", a), counties.hints("pd", d)) == (
        {"phone": 2},
        {"phone": 2, "account": 1},
    )
    # withdrawn and restored
    counties.withdraw("jq", c)
    assert counties.hints("pd", a) == {"phone": 1}
    counties.step("jq", "restore_record", c)
    assert counties.hints("pd", a) == {"phone": 2}
    # rebuilding finds nothing to do, also when some of it was lost
    before = everything(counties)
    rebuild(counties)
    assert everything(counties) == before
    session = counties.enter("yq")
    session.execute(sa.delete(MatchEntry).where(MatchEntry.record_id == a))
    session.commit()
    session = counties.enter("yx")
    session.execute(sa.delete(MatchHint))
    session.commit()
    rebuild(counties)
    assert everything(counties) == before


def rebuild(counties: Counties) -> None:
    session = counties.enter("yq")
    session.info.pop("scope")
    for seat in counties.seats.values():
        pool = pool_of(session, seat.tenant_id)
        assert pool is not None
        reindex(session, counties.clock.now, pool=pool, campaign=counties.campaign)
    city = pool_of(session, counties.seats["yq"].tenant_id)
    assert city is not None
    relink_all(session, counties.clock.now, city=city, campaign=counties.campaign)


def everything(counties: Counties) -> dict[str, list[Any]]:
    session = counties.enter("yq")
    set_scope(session, Scope(own=tuple(s.tenant_id for s in counties.seats.values())))
    live = (MatchEntry.record_id, MatchEntry.digest, MatchEntry.state)
    return {
        "entries": sorted(tuple(r) for r in session.execute(sa.select(*live).where(MatchEntry.state == "live"))),
        "pairs": sorted(tuple(r) for r in session.execute(sa.select(MatchPair.left_record_id, MatchPair.right_record_id, MatchPair.kinds, MatchPair.state))),
        "hints": sorted((r.record_id, r.kind, r.others, tuple(r.own)) for r in session.scalars(sa.select(MatchHint))),
    }  # fmt: skip


def test_beyond_the_limit_nothing_is_lost_and_nothing_is_told(
    counties: Counties, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guessing by entering: saved in full, compared when the city has looked. Trying by changing counts as asking."""
    a = counties.add("pd", phones=PHONE)
    most = limits.Limits(account_hour=3, account_day=9, tenant_hour=9, tenant_day=9)
    monkeypatch.setitem(limits.LIMITS, limits.Way.ENTER, most)
    monkeypatch.setitem(limits.LIMITS, limits.Way.ASK, most)
    counties.add("jq", phones="、".join(phone(n) for n in range(3)))
    b = counties.add("jq", phones=PHONE)
    assert counties.hints("jq", b) == counties.hints("pd", a) == {}
    assert counties.record("jq", b).values["phones"] == PHONE
    assert pairs(counties) == []
    assert [e.data["values"] for e in counties.events("jq", "match.limit")] == [1]
    assert "郊区" in counties.text("yq_office", "matching/withheld")
    assert "超过限量暂停比对 1 件" in counties.as_("yq_office").get("/").get_data(as_text=True)
    place = counties.seats["jq"].tenant_id
    assert counties.post("yq_office", "matching/withheld", place=place).status_code == 303
    assert counties.hints("jq", b) == counties.hints("pd", a) == {"phone": 1}
    assert counties.post("yq_office", "matching/withheld", place=place).status_code == 409
    # an entry that is changed again and again to try numbers
    for n in range(10, 14):
        counties.change("jq", b, phones=f"{PHONE}、{phone(n)}")
    session = counties.enter("yq")
    states = session.scalars(
        sa.select(MatchEntry.state).where(MatchEntry.record_id == b).order_by(MatchEntry.id)
    ).all()
    assert states == ["live", "ended", "ended", "ended", "withheld"]
    assert session.scalar(sa.select(sa.func.count(MatchWithheld.id))) == 1
    assert counties.hints("pd", a) == {"phone": 1}
    # the next hour
    counties.clock.now += timedelta(hours=1)
    c = counties.add("jq", phones=PHONE)
    assert counties.hints("jq", c) == {"phone": 1}


def test_common_and_stopped_values_join_nothing(counties: Counties, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.matching.entries.MOST_ENTRIES", 2)
    a, b = counties.add("pd", phones=PHONE), counties.add("yx", phones=PHONE)
    c = counties.add("jq", phones=PHONE)
    assert counties.hints("pd", a) == counties.hints("yx", b) == {"phone": 1}
    assert counties.hints("jq", c) == {}
    stop = counties.enter("yq").scalars(sa.select(MatchStop)).one()
    assert (stop.state, stop.mark, stop.places) == ("proposed", "4321", 2)
    stop_id = stop.id
    answered = counties.post("yq_office", f"matching/stops/{stop_id}", action="stop", words="客服号码")
    assert answered.status_code == 303
    assert counties.hints("pd", a) == counties.hints("yx", b) == {}
    assert pairs(counties) == [("", "gone")]
    d = counties.add("pd", phones=PHONE)
    assert counties.hints("pd", d) == {}
    page = counties.post("jq_unit", "matching/ask", kind="phone", value=PHONE).get_data(as_text=True)
    assert "没有其他县登记" in page
    monkeypatch.setattr("portal.matching.entries.MOST_ENTRIES", 40)
    assert counties.post("yq_office", f"matching/stops/{stop_id}", action="keep", words="不是客服号码").status_code == 303  # fmt: skip
    assert counties.hints("jq", c) == {"phone": 2}
    # typed by the city before anybody enters it: hash and end, no value
    data = {"kind": "phone", "value": phone(55), "words": "银行外呼"}
    assert counties.post("yq_office", "matching/stops", **data).status_code == 303
    assert counties.post("yq_office", "matching/stops", **data).status_code == 409
    assert counties.post("yq_office", "matching/stops", **(data | {"value": "110"})).status_code == 422
    e = counties.add("pd", phones=phone(55))
    counties.add("yx", phones=phone(55))
    assert counties.hints("pd", e) == {}
    assert phone(55) not in counties.text("yq_office", "matching/stops")


def test_not_the_same_is_closed_for_good(counties: Counties) -> None:
    a, b = counties.add("pd", phones=PHONE), counties.add("yx", phones=PHONE)
    found = counties.enter("yq").scalars(sa.select(MatchPair)).one()
    path = f"matching/pairs/{found.id}/dismiss"
    assert counties.post("yq_office", path).status_code == 422
    assert counties.post("yq_unit", path, words="x").status_code == 403
    assert counties.post("yq_office", path, words="号码已转让").status_code == 303
    assert counties.post("yq_office", path, words="号码已转让").status_code == 409
    assert counties.hints("pd", a) == counties.hints("yx", b) == {}
    counties.change("yx", b, phones=phone(3))
    counties.change("yx", b, phones=PHONE)
    assert pairs(counties) == [(",phone,", "dismissed")]
    assert counties.hints("pd", a) == {}


def test_a_third_county_joins_and_a_merged_entry_is_followed(counties: Counties) -> None:
    a, b = counties.add("pd", "平定线索", phones=PHONE), counties.add("yx", "盂县线索", phones=PHONE)
    joint = join(counties, a, "公司登记地在平定县")
    for slug in ("pd", "yx"):
        accept(counties, slug)
    c = counties.add("jq", "郊区线索", phones=PHONE)
    with pytest.raises(Conflict):
        join(counties, a, "x", skip=(c,))
    assert join(counties, a, "", only=(a, c)) == joint
    assert [len(counties.twin(s).others) for s in ("pd", "yx", "jq")] == [1, 1, 0]
    accept(counties, "jq")
    assert [len(counties.twin(s).others) for s in ("pd", "yx", "jq")] == [2, 2, 2]
    d = counties.add("yx", "盂县另一件", phones=phone(8))
    counties.step("yx", "merge_record", b, into=d)
    assert counties.twin("yx").record_id == d
    assert {o["title"] for o in counties.twin("pd").others} == {"盂县另一件", "郊区线索"}
    page = counties.text("yq_office", "matching/totals")
    assert "各县合计 3 件，去重后 1 件" in page
    counties.withdraw("jq", c)
    assert [o["title"] for o in counties.twin("pd").others] == ["盂县另一件"]
    assert counties.twin("jq").others == []
    found = counties.enter("yq").get_one(JointMatter, (counties.seats["yq"].tenant_id, joint))
    assert found.state == "joined"
    path = f"matching/joints/{joint}/drop"
    assert counties.post("yq_office", path, version=found.version, why="查明无关").status_code == 303
    assert counties.twin("pd").others == []
    assert counties.hints("pd", a) == {}


def join(
    counties: Counties, host: int, reason: str, *, only: tuple[int, ...] = (), skip: tuple[int, ...] = ()
) -> int:
    rows = counties.enter("yq").scalars(sa.select(MatchPair).order_by(MatchPair.id)).all()
    wanted = [p for p in rows if (not only or set(p.records) == set(only)) and not set(p.records) & set(skip)]
    pair_id = wanted[0].id
    desk = counties.desk("yq")
    found = propose(
        counties.session, counties.actor("yq", "office"), counties.clock.now, desk=desk, pair_id=pair_id, host=host,
        reason=reason, request_key=f"join-{pair_id}-{reason}",
    )  # fmt: skip
    joint_id = found.id
    counties.session.commit()
    return joint_id


def accept(counties: Counties, slug: str) -> None:
    twin = counties.twin(slug)
    twin_id, version = twin.id, twin.version
    desk = counties.desk(slug)
    answer(
        counties.session, counties.actor(slug, "office"), counties.clock.now, desk=desk, campaign=counties.campaign,
        twin_id=twin_id, version=version, choice="accept", words="",
    )  # fmt: skip
    counties.session.commit()


def test_a_transaction_that_breaks_leaves_nothing_on_either_side(counties: Counties) -> None:
    """The entry, its hashes, the pair and the other county's hint are one transaction: killed in the middle, none."""
    a = counties.add("pd", phones=PHONE)
    before = everything(counties)
    counties.add("yx", phones=PHONE, commit=False)
    counties.session.rollback()
    assert everything(counties) == before
    assert counties.enter("yx").scalar(sa.select(sa.func.count(Record.id))) == 0
    assert counties.hints("pd", a) == {}
    assert counties.enter("pd").scalar(sa.select(sa.func.count(Notice.id))) == 0


def test_no_county_reads_what_lies_at_the_city_or_next_door(counties: Counties) -> None:
    """By no statement of its own scope; on PostgreSQL the database itself says so."""
    counties.add("pd", phones=PHONE)
    counties.add("yx", phones=PHONE)
    third = counties.enter("jq")
    for model in (MatchEntry, MatchPair, MatchSide, MatchHint, JointTwin, MatchStop, MatchWithheld):
        assert third.scalars(sa.select(model)).all() == []
    if third.get_bind().dialect.name == "postgresql":
        link = third.connection()
        for table in ("match_entry", "match_pair", "match_side", "match_hint"):
            assert link.exec_driver_sql(f"select count(*) from {table}").scalar() == 0
    own = counties.enter("pd")
    assert own.scalars(sa.select(MatchEntry)).all() == []
    assert len(own.scalars(sa.select(MatchHint)).all()) == 1
    # the hash is keyed by city and campaign: the same number is another hash elsewhere
    keys = {digest(own, city, c, MatchKind.PHONE, PHONE) for city in (1, 2) for c in ("a", "b")}
    assert len(keys) == 4
    for page in ("matching/stops", "matching/withheld", "matching/joints", "matching/totals"):
        assert counties.get("pd_office", page).status_code == 404
        assert counties.get("yq_unit", page).status_code == 404


def test_an_answer_costs_the_same_whether_there_is_a_match_or_none(counties: Counties) -> None:
    """Number of statements of a question, known or not: what a clock could tell apart is not there to be told."""
    counties.add("pd", phones=PHONE)
    counted: list[int] = []
    engine = counties.session.get_bind()

    def count(*_given: object) -> None:
        counted[-1] += 1

    counties.post("jq_unit", "matching/ask", kind="phone", value=phone(1))
    sa.event.listen(engine, "before_cursor_execute", count)
    for value in (phone(2), PHONE, phone(3)):
        counted.append(0)
        page = counties.post("jq_unit", "matching/ask", kind="phone", value=value)
        assert page.status_code == 200
    sa.event.remove(engine, "before_cursor_execute", count)
    assert counted[0] == counted[1] == counted[2]
