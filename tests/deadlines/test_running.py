"""Deadlines by hand, extensions and what an imported calendar does to them, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.campaigns.exchange import Limit, LimitKind
from portal.core.audit import Act, AuditEvent, verify
from portal.core.clock import SHANGHAI, end_of
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.jobs import Job
from portal.core.scope import SYSTEM, Actor
from portal.core.text import _
from portal.core.workdays import WorkCalendar
from portal.deadlines import extensions, hand
from portal.deadlines.limits import FixedDay, Rule
from portal.deadlines.listing import Filters, list_deadlines
from portal.deadlines.models import Deadline, DeadlineChange
from portal.deadlines.services import Reason, explain, start_deadline
from portal.notices.models import Notice
from portal.operations.worker import _step
from portal.tenants.calendar import GivenDay, import_year
from tests.deadlines.conftest import County

CALENDAR = WorkCalendar()
FIFTEEN = Limit(kind=LimitKind.WORKING_DAYS, n=15)


def set_one(
    county: County, session: Session, rule: Rule = FIFTEEN, units: Sequence[int | None] = (), key: str = "key"
) -> list[Deadline]:
    order = hand.Order(
        title="排查清单", what="报送排查清单", rule=rule, started_at=county.clock.now, basis="会议纪要"
    )
    return hand.start_by_hand(
        session, county.office, county.clock.now, mechanism_id=county.body, office="县联席办",
        unit_ids=list(units) or [county.police], order=order, calendar=CALENDAR, request_key=key,
    )  # fmt: skip


def ask(
    county: County, session: Session, row: Deadline, day: date, by: Actor | None = None
) -> DeadlineChange:
    return extensions.ask_extension(
        session, by or county.liaison, county.clock.now, deadline=row, wanted=end_of(day), reason="材料未齐"
    )


def acts(session: Session) -> list[str]:
    return list(session.scalars(sa.select(AuditEvent.act).order_by(AuditEvent.seq)))


def test_set_for_several_units_once(county: County, session: Session) -> None:
    with county.make.enter(county.tenant):
        units = [county.police, county.finance, None]
        made = set_one(county, session, units=units)
        again = set_one(county, session, units=units)
        assert {d.id for d in made} == {d.id for d in again}
        assert {d.unit_id for d in made} == set(units)
        assert {d.due_at for d in made} == {end_of(date(2026, 5, 19))}
        notices = session.scalars(sa.select(Notice)).all()
        assert {n.unit_id for n in notices} == {county.police, county.finance}
        words = " ".join(map(str, explain(made[0])))
        for said in (
            "县联席办要求：报送排查清单",
            "依据：会议纪要",
            "15 个工作日",
            "5-1 劳动节",
            "5月19日 周二 24:00",
        ):
            assert said in words
        assert acts(session) == [Act.DEADLINE_START.value] * 3


def test_a_start_or_an_end_that_cannot_be_meant(county: County, session: Session) -> None:
    now = county.clock.now
    with county.make.enter(county.tenant):
        for started in (now + timedelta(minutes=3), now - timedelta(days=400)):
            with pytest.raises(Invalid) as refused:
                hand.compute_order(
                    hand.Order(title="x", what="", rule=FIFTEEN, started_at=started), now, CALENDAR
                )
            assert list(refused.value.problems) == ["started"]
        past = hand.Order(title="x", what="", rule=FixedDay(date(2026, 4, 23)), started_at=now)
        with pytest.raises(Invalid):
            hand.compute_order(past, now, CALENDAR)


@pytest.mark.parametrize(("second", "on_time"), [(0, True), (1, False)])
def test_an_extension_is_asked_until_the_very_second(
    county: County, session: Session, second: int, on_time: bool
) -> None:
    with county.make.enter(county.tenant):
        (row,) = set_one(county, session)
        county.clock.now = row.due_at.replace(microsecond=0) + timedelta(seconds=second)
        if not on_time:
            with pytest.raises(Conflict, match="到期前申请"):
                ask(county, session, row, date(2026, 5, 29))
            return
        ask(county, session, row, date(2026, 5, 29))
        assert row.due_at == end_of(date(2026, 5, 19)), "nothing moves before it is granted"


def test_granted_moves_the_end_and_the_one_who_asks_cannot_decide(county: County, session: Session) -> None:
    with county.make.enter(county.tenant):
        (row,) = set_one(county, session)
        ask(county, session, row, date(2026, 5, 29))
        with pytest.raises(Conflict, match="已有一份"):
            ask(county, session, row, date(2026, 6, 1))
        decide: dict[str, Any] = {"deadline": row, "until": end_of(date(2026, 5, 26)), "reason": "同意一周"}
        with pytest.raises(NotAllowed):
            extensions.decide_extension(session, county.liaison, county.clock.now, **decide)
        county.clock.now = end_of(date(2026, 5, 20))  # the office is late to decide: still
        extensions.decide_extension(session, county.office, county.clock.now, **decide)
        assert row.due_at == end_of(date(2026, 5, 26))
        changes = extensions.list_changes(session, row)
        assert [c.kind for c in changes] == ["asked", "granted"]
        assert changes[1].old_due_at == end_of(date(2026, 5, 19))
        assert extensions.pending(changes) is None
        assert "延期后至 5月26日 周二 24:00 止" in str(explain(row)[-1])
        with pytest.raises(Conflict, match="没有等待"):
            extensions.decide_extension(session, county.office, county.clock.now, **decide)
        assert acts(session)[-2:] == [Act.DEADLINE_ASK.value, Act.DEADLINE_DECIDE.value]
        addressed = [(n.unit_id, n.detail) for n in session.scalars(sa.select(Notice).order_by(Notice.id))]
        assert addressed[1:] == [(None, "材料未齐"), (county.police, "同意一周")]
        assert list(verify(session)) == []


def test_refused_with_a_reason_and_then_asked_anew(county: County, session: Session) -> None:
    with county.make.enter(county.tenant):
        (row,) = set_one(county, session)
        ask(county, session, row, date(2026, 5, 29))
        refuse: dict[str, Any] = {"deadline": row, "until": None}
        with pytest.raises(Invalid):
            extensions.decide_extension(session, county.office, county.clock.now, reason=" ", **refuse)
        extensions.decide_extension(session, county.office, county.clock.now, reason="须按时", **refuse)
        assert row.due_at == end_of(date(2026, 5, 19))
        ask(county, session, row, date(2026, 5, 21))
        assert [c.kind for c in extensions.list_changes(session, row)] == ["asked", "refused", "asked"]


@pytest.mark.parametrize("day", [date(2026, 5, 19), date(2026, 4, 1), date(2028, 1, 1)])
def test_a_wanted_date_that_is_no_extension(county: County, session: Session, day: date) -> None:
    with county.make.enter(county.tenant):
        (row,) = set_one(county, session)
        with pytest.raises(Invalid) as refused:
            ask(county, session, row, day)
        assert list(refused.value.problems) == ["until"]


def test_the_24_hours_of_a_document_are_never_extended(county: County, session: Session) -> None:
    from portal.campaigns.sources import Clause, Source

    with county.make.enter(county.tenant):
        reason = Reason(
            _("急报"), Limit(kind=LimitKind.HOURS, n=24), (), Clause(source="D0", article=_("第十六条（二）")),
            Source(key="D0", number=_("某发〔2026〕1号"), title=_("办法"), issuer=_("某办")),
        )  # fmt: skip
        row = start_deadline(
            session, SYSTEM, county.clock.now, mechanism_id=county.body, unit_id=county.police, subject="record:1",
            rule="r", title="t", reason=reason, started_at=county.clock.now,
        )  # fmt: skip
        with pytest.raises(Conflict, match="第十六条（二）"):
            ask(county, session, row, date(2026, 5, 1))


def test_done_by_hand_late_with_its_reason(county: County, session: Session) -> None:
    with county.make.enter(county.tenant):
        (row,) = set_one(county, session)
        county.clock.now = end_of(date(2026, 5, 20))
        with pytest.raises(Invalid) as refused:
            hand.meet_by_hand(session, county.liaison, county.clock.now, deadline=row, note="已报")
        assert list(refused.value.problems) == ["late_reason"]
        hand.meet_by_hand(
            session, county.liaison, county.clock.now, deadline=row, note="已报", late_reason="人员外出"
        )
        assert (row.met_note, row.late_reason, row.met_by) == ("已报", "人员外出", "police")
        with pytest.raises(Conflict):
            hand.meet_by_hand(session, county.liaison, county.clock.now, deadline=row, note="再报")
        with pytest.raises(Conflict):
            ask(county, session, row, date(2026, 6, 30))


def work_off(app: Flask, session: Session) -> None:
    session.commit()
    for _turn in range(20):
        if not _step(app):
            return
    raise AssertionError("the worker does not come to rest")


def test_a_year_is_announced_and_what_leaned_on_it_moves(
    county: County, app: Flask, session: Session
) -> None:
    """Approval on 2026-12-18: the 15th working day lies in 2027."""
    county.clock.at("2026-12-18T10:00:00")
    with county.make.enter(county.tenant):
        moved, granted, met = (set_one(county, session, key=k)[0] for k in ("a", "b", "c"))
        (hours,) = set_one(county, session, Limit(kind=LimitKind.HOURS, n=720), key="d")
        (office,) = set_one(county, session, units=[None], key="e")
        assert moved.provisional
        assert moved.due_at == end_of(date(2027, 1, 11))
        ask(county, session, granted, date(2027, 1, 20))
        extensions.decide_extension(session, county.office, county.clock.now, deadline=granted,
                                    until=end_of(date(2027, 1, 20)), reason="")  # fmt: skip
        hand.meet_by_hand(session, county.liaison, county.clock.now, deadline=met, note="已报")
    county.clock.at("2026-12-20T09:00:00")
    days = [GivenDay(date(2027, 1, d), False, "元旦") for d in (1, 4)]
    with county.make.enter(county.city):
        import_year(session, SYSTEM, county.clock.now, year=2027, days=days, source="国办发明电〔2026〕1号")
    work_off(app, session)
    with county.make.enter(county.tenant):
        session.expire_all()
        assert (moved.due_at, moved.provisional) == (end_of(date(2027, 1, 12)), False)
        assert (office.due_at, office.provisional) == (end_of(date(2027, 1, 12)), False)
        assert granted.due_at == end_of(date(2027, 1, 20))
        assert met.due_at == end_of(date(2027, 1, 11))
        assert hours.due_at == datetime(2027, 1, 17, 10, tzinfo=SHANGHAI)
        assert "1-4 元旦" in " ".join(map(str, explain(moved)))
        changes = session.scalars(sa.select(DeadlineChange).where(DeadlineChange.kind == "recomputed")).all()
        assert {(c.deadline_id, c.new_due_at) for c in changes} == {(d.id, d.due_at) for d in (moved, office)}
        assert acts(session).count(Act.DEADLINE_MOVE.value) == 2
        told = session.scalars(sa.select(Notice).where(Notice.sender == "system")).all()
        assert {n.unit_id for n in told} == {county.police, None}
        for notice in told:
            assert "2027年1月11日" in notice.params["old"]
            assert notice.link.startswith(f"/{county.code}/anticounterfeit/deadlines/")
        assert list(verify(session)) == []
    with county.make.enter(county.city):
        import_year(session, SYSTEM, county.clock.now, year=2027, days=days, source="国办发明电〔2026〕1号")
    work_off(app, session)
    with county.make.enter(county.tenant):
        assert acts(session).count(Act.DEADLINE_MOVE.value) == 2, "the same import again changes nothing"
    assert session.scalars(sa.select(Job.error).where(Job.name == "tenants.calendar_changed")).all() == [
        "",
        "",
    ]


def test_a_notice_that_is_corrected_moves_dates_that_were_sure(
    county: County, app: Flask, session: Session
) -> None:
    county.clock.at("2026-12-18T10:00:00")
    with county.make.enter(county.tenant):
        (row,) = set_one(county, session)
    for off in ((1,), (1, 4, 5)):
        days = [GivenDay(date(2027, 1, d), False, "元旦") for d in off]
        with county.make.enter(county.city):
            import_year(session, SYSTEM, county.clock.now, year=2027, days=days, source="某号文")
        work_off(app, session)
    with county.make.enter(county.tenant):
        session.expire_all()
        assert row.due_at == end_of(date(2027, 1, 13))
        kinds = [(c.old_due_at == c.new_due_at) for c in extensions.list_changes(session, row)]
        assert kinds == [True, False], "first it was confirmed, then it moved"


@pytest.mark.parametrize("seconds", [-86_400, -1, 0, 1])
def test_the_list_says_what_state_of_says(county: County, session: Session, seconds: int) -> None:
    with county.make.enter(county.tenant):
        (row,) = set_one(county, session)
        (short,) = set_one(county, session, Limit(kind=LimitKind.HOURS, n=4), key="b")
        (met,) = set_one(county, session, key="c")
        hand.meet_by_hand(session, county.liaison, county.clock.now, deadline=met, note="已报")
        for due in (row, short):
            quarter = due.due_at - (due.due_at - due.started_at) / 4
            for instant in (due.due_at, quarter):
                now = instant.replace(microsecond=0) + timedelta(seconds=seconds)
                seen = {
                    state: {
                        r.id
                        for r in list_deadlines(
                            session, county.tenant.id, Filters(county.body, None, state=state), now
                        )[0]
                    }
                    for state in ("running", "near", "late", "met", "")
                }
                assert seen["met"] == {met.id}
                assert seen[""] == {row.id, short.id}
                for one in (row, short):
                    from portal.deadlines.state import state_of

                    kind = state_of(one.started_at, one.due_at, None, now).kind.value
                    assert [s for s in ("running", "near", "late") if one.id in seen[s]] == [kind]
