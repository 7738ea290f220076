"""A deadline set in error is taken back: with a reason, from one unit or from all of the order; its story stays."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.campaigns.exchange import Limit, LimitKind
from portal.core.audit import Act, verify
from portal.core.clock import SHANGHAI, end_of
from portal.core.errors import Conflict, Invalid
from portal.core.scope import SYSTEM
from portal.core.text import _
from portal.deadlines import extensions, hand
from portal.deadlines.models import Deadline
from portal.deadlines.reminding import list_due
from portal.deadlines.services import Reason, list_running, start_deadline
from portal.deadlines.withdrawing import count_others, withdraw_deadline
from portal.notices.models import Notice
from portal.tenants.calendar import GivenDay, import_year
from tests.deadlines.conftest import County
from tests.deadlines.test_pages import Login, rows, set_by_hand, text
from tests.deadlines.test_running import acts, ask, set_one, work_off


def take_back(
    county: County, session: Session, row: Deadline, reason: str = "发重了", others: bool = False
) -> int:
    return withdraw_deadline(
        session,
        county.office,
        county.clock.now,
        deadline=row,
        reason=reason,
        others=others,
        link=lambda i: f"/{i}",
    )


def test_taken_back_from_one_unit_the_others_go_on(county: County, session: Session) -> None:
    with county.make.enter(county.tenant):
        first, second, office = set_one(county, session, units=[county.police, county.finance, None])
        assert count_others(session, first) == 2
        with pytest.raises(Invalid) as refused:
            take_back(county, session, first, reason="  ")
        assert list(refused.value.problems) == ["reason"]
        assert take_back(county, session, first) == 1
        assert {c.id for c in list_running(session)} == {second.id, office.id}
        until = datetime(2027, 1, 1, tzinfo=SHANGHAI)
        assert {d.subject for d in list_due(session, county.clock.now, until)} == {
            f"deadline:{d.id}" for d in (second, office)
        }, "nobody is reminded of it, no calendar shows it"
        (change,) = extensions.list_changes(session, first)
        assert (change.kind, change.reason, change.by, change.by_id, change.old_due_at) == (
            "withdrawn", "发重了", "office", county.office.account_id, end_of(date(2026, 5, 19)),
        )  # fmt: skip
        notice = session.scalars(sa.select(Notice).order_by(Notice.id.desc()).limit(1)).one()
        assert (notice.unit_id, notice.detail, notice.link) == (county.police, "发重了", f"/{first.id}")
        assert acts(session)[-1] == Act.DEADLINE_WITHDRAW.value
        assert list(verify(session)) == []


def test_taken_back_from_all_who_have_not_done_it(county: County, session: Session) -> None:
    with county.make.enter(county.tenant):
        done, asked, office = set_one(county, session, units=[county.finance, county.police, None])
        (other,) = set_one(county, session, key="another order")
        hand.meet_by_hand(session, county.liaison, county.clock.now, deadline=done, note="已报")
        ask(county, session, asked, date(2026, 5, 29))
        assert take_back(county, session, asked, others=True) == 2
        assert [c.id for c in list_running(session)] == [other.id]
        assert done.met_note == "已报"
        assert [c.kind for c in extensions.list_changes(session, asked)] == ["asked", "withdrawn"]
        assert extensions.pending(extensions.list_changes(session, asked)) is None
        told = session.scalars(sa.select(Notice.unit_id).where(Notice.detail == "发重了")).all()
        assert told == [county.police], "the office told itself, and who has done it is left alone"
        for late in (done, asked, office):
            with pytest.raises(Conflict):
                take_back(county, session, late)
        with pytest.raises(Conflict):
            hand.meet_by_hand(session, county.liaison, county.clock.now, deadline=asked, note="已报")
        with pytest.raises(Conflict):
            ask(county, session, asked, date(2026, 5, 30))
        with pytest.raises(Conflict):
            extensions.decide_extension(
                session,
                county.office,
                county.clock.now,
                deadline=asked,
                until=end_of(date(2026, 5, 29)),
                reason="",
            )


def test_a_clock_of_a_document_is_not_taken_back(county: County, session: Session) -> None:
    with county.make.enter(county.tenant):
        reason = Reason(_("急报"), Limit(kind=LimitKind.HOURS, n=24), ())
        row = start_deadline(
            session, SYSTEM, county.clock.now, mechanism_id=county.body, unit_id=county.police, subject="record:1",
            rule="r", title="t", reason=reason, started_at=county.clock.now,
        )  # fmt: skip
        with pytest.raises(Conflict, match="不能撤销"):
            take_back(county, session, row)
        assert row.met_at is None


def test_an_imported_calendar_does_not_wake_it(county: County, app: Flask, session: Session) -> None:
    county.clock.at("2026-12-18T10:00:00")
    with county.make.enter(county.tenant):
        (row,) = set_one(county, session)
        take_back(county, session, row)
        due = row.due_at
    with county.make.enter(county.city):
        days = [GivenDay(date(2027, 1, d), False, "元旦") for d in (1, 4)]
        import_year(session, SYSTEM, county.clock.now, year=2027, days=days, source="某号文")
    work_off(app, session)
    with county.make.enter(county.tenant):
        session.expire_all()
        assert row.due_at == due
        assert [c.kind for c in extensions.list_changes(session, row)] == ["withdrawn"]


def owed(client: FlaskClient) -> str:
    """The list of what is to do."""
    return text(client, "/").partition('<table class="todo')[2].partition("</table>")[0]


def test_the_pages(county: County, login: Login) -> None:
    office, police = login("office"), login("police")
    set_by_hand(county, office, units=[str(county.police), str(county.finance)])
    with county.make.enter(county.tenant) as session:
        mine, _other = session.scalars(
            sa.select(Deadline.id).order_by(Deadline.unit_id != county.police)
        ).all()
    page = f"/{mine}"
    assert "其他 1 家" in text(office, county.url(page))
    assert "撤销时限" not in text(police, county.url(page))
    assert county.post(police, f"{page}/withdraw", page, reason="不想办").status_code == 403
    empty = county.post(office, f"{page}/withdraw", page, reason=" ", others="1")
    assert empty.status_code == 422
    assert "请写明撤销原因" in empty.get_data(as_text=True)
    assert "checked" in empty.get_data(as_text=True)
    assert "排查清单" in owed(police)
    assert county.post(office, f"{page}/withdraw", page, reason="重复发起").status_code == 303
    again = county.post(office, f"{page}/withdraw", page, reason="重复发起")
    assert again.status_code == 409
    assert "已经办结或撤销" in again.get_data(as_text=True)
    assert "排查清单" not in owed(police)
    for client in (police, office):
        said = text(client, county.url(page))
        for words in ("已撤销", "重复发起", "撤销，原时限", "office"):
            assert words in said
        assert "标为办结" not in said
        assert "按时办结" not in said
    assert "排查清单" not in text(police, county.url())
    assert "排查清单" not in text(police, county.url("?state=met"))
    assert "已撤销" in text(police, county.url("?state=withdrawn")).split("<tbody>")[1]
    assert "排查清单" in text(login("finance"), county.url())
    assert len(rows(county)) == 2
