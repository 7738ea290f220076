"""What the deadlines put on the to-do list, post by post."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.campaigns.exchange import Limit, LimitKind
from portal.core.clock import end_of
from portal.core.reader import Reader
from portal.core.scope import SYSTEM, Scope, set_scope
from portal.core.text import _
from portal.core.todo import Todo
from portal.core.workdays import WorkCalendar
from portal.deadlines import extensions, hand
from portal.deadlines.services import Reason, start_deadline
from portal.deadlines.todos import list_todos
from portal.units.reader import load_posts
from tests.deadlines.conftest import County

Read = Callable[[str], Sequence[Todo]]


def reading(county: County, session: Session) -> Read:
    def read(name: str) -> Sequence[Todo]:
        account = session.query(Account).filter_by(username=name).one()
        set_scope(session, Scope(own=(county.tenant.id,)))
        posts = load_posts(session, account.id, county.clock.now)
        reader = Reader(account.id, name, name, posts)
        set_scope(session, reader.scope)
        return list_todos(session, reader, county.clock.now)

    return read


def test_each_post_has_its_own_lines(county: County, session: Session) -> None:
    now = county.clock.now
    with county.make.enter(county.tenant):
        start_deadline(
            session, SYSTEM, now, mechanism_id=county.body, unit_id=county.police, subject="record:7", rule="big",
            title="大额假币", started_at=now, reason=Reason(_("急报"), Limit(kind=LimitKind.HOURS, n=24), ()),
        )  # fmt: skip
        start_deadline(
            session, SYSTEM, now, mechanism_id=county.body, unit_id=None, subject="urgent:9", rule="handling",
            title="研判反馈", started_at=now, reason=Reason(_("研判"), Limit(kind=LimitKind.WORKING_DAYS, n=1), ()),
        )  # fmt: skip
        order = hand.Order(
            title="清单", what="清单", rule=Limit(kind=LimitKind.WORKING_DAYS, n=15), started_at=now
        )
        (listed,) = hand.start_by_hand(
            session, county.office, now, mechanism_id=county.body, office="县联席办", unit_ids=[county.police],
            order=order, calendar=WorkCalendar(), request_key="a",
        )  # fmt: skip
        number = listed.id
    read = reading(county, session)
    police = {t.what: (t.clock, t.endpoint, t.args) for t in read("police")}
    assert police == {
        "大额假币": (True, "exchange.new", {"subject": "record:7"}),
        "清单": (False, "deadlines.detail", {"deadline_id": number}),
    }
    assert read("finance") == []
    office = {t.what: (t.clock, t.endpoint, t.args) for t in read("office")}
    assert office == {
        "大额假币": (True, "exchange.index", {}),
        "研判反馈": (False, "exchange.detail", {"report_id": 9}),
    }, "what a unit does in peace is no work of the office"
    with county.make.enter(county.tenant):
        row = session.get_one(type(listed), (county.tenant.id, number))
        extensions.ask_extension(
            session, county.liaison, now, deadline=row, wanted=end_of(date(2026, 5, 29)), reason="材料未齐"
        )
    steps = {t.what: str(t.step) for t in reading(county, session)("office")}
    assert steps["清单"] == "决定延期"
    with county.make.enter(county.tenant):
        row = session.get_one(type(listed), (county.tenant.id, number))
        hand.meet_by_hand(session, county.liaison, now, deadline=row, note="已报")
    assert {t.what for t in reading(county, session)("police")} == {"大额假币"}
