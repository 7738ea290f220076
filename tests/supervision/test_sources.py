"""What an order grows out of, what shows that it is done, what reminds of it, and the paper it is printed on."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.core.clock import SHANGHAI, end_of
from portal.core.posts import PostKind
from portal.papers.models import Paper
from portal.supervision.models import Cadence, Order, OrderStep
from portal.supervision.reminding import FEEDBACK, LOOK_BACK, list_due
from portal.supervision.services import assign_order
from tests.accounts.people import Visitor
from tests.conftest import TestClock
from tests.factories import Factory
from tests.ledger.cast import Cast, fields_of, make_cast
from tests.papers.offices import Office, build_office
from tests.reporting.county import County, found_county
from tests.supervision.conftest import City

Login = Callable[[str], FlaskClient]


@pytest.fixture
def cast(app: Flask, make: Factory, clock: TestClock) -> Cast:
    app.test_client_class = Visitor
    return make_cast(make, clock)


def text_of(client: FlaskClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return html.unescape(answer.get_data(as_text=True))


def order_from(office: FlaskClient, unit: FlaskClient, page: str, lead: int) -> str:
    """By the button on ``page``, which only the office has; the address of the order, which links back."""
    assert "转督办" not in text_of(unit, page)
    found = re.search(r'href="([^"]*/supervision/new\?subject=[^"]*)"[^>]*>转督办', text_of(office, page))
    assert found, text_of(office, page).split('class="acts"')[-1][:900]
    assert unit.get(found[1]).status_code == 403
    form = office.get(found[1])
    typed = fields_of(form)
    assert typed["title"]
    assert re.search(rf'<option (selected )?value="{lead}"(?(1)| selected)', form.get_data(as_text=True))
    made = office.post(found[1], data=typed | {"lead": lead, "due": "2026-12-25", "cadence": "weekly"})
    assert made.status_code == 303, made.get_data(as_text=True)
    assert f'href="{page}"' in text_of(office, made.location)
    assert f'href="{page}"' in text_of(unit, made.location)  # it may read its own
    assert office.get(found[1]).location == made.location  # one matter, one order
    return str(made.location)


def propose(unit: FlaskClient, order: str, evidence: str) -> Any:
    page = unit.get(order).get_data(as_text=True)
    form = next(f for f in re.findall(r"<form.*?</form>", page, re.DOTALL) if '/propose"' in f)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    return unit.post(f"{order}/propose", data=hidden | {"text": "已办结。", "evidence": evidence})


def test_from_a_ledger_entry_and_an_urgent_report_and_closed_by_address(cast: Cast, login: Login) -> None:
    bank, office = login("jq_bank"), login("jq_office")
    entry = cast.enter(bank).location
    urgent = cast.report(bank, f"record:{entry.rsplit('/', 1)[1]}").location
    order = order_from(office, bank, entry, cast.bank)
    order_from(office, bank, urgent, cast.bank)
    # evidence by address: of this tenant and campaign, a record's page, readable by who gives it
    for wrong in (
        "随便写的", order, entry + "9", entry.replace(cast.county.code, cast.sibling.code),
        entry.replace("anticounterfeit", "antifraud"), "http://[", "/no/such/page",
    ):  # fmt: skip
        refused = propose(bank, order, wrong)
        assert (refused.status_code, "没有找到这条记录" in refused.get_data(as_text=True)) == (422, True), (
            wrong
        )
    taken = propose(bank, order, f"http://localhost{urgent}?from=list")
    assert taken.status_code == 303
    with cast.make.enter(cast.county) as session:
        number = int(order.rsplit("/", 1)[1])
        data = session.scalars(
            sa.select(OrderStep.data).where(OrderStep.order_id == number, OrderStep.kind == "propose")
        ).one()
        assert data["link"] == f"urgent:{urgent.rsplit('/', 1)[1]}"
        assert session.get_one(Order, (cast.county.id, number)).stage == "proposed"
    assert f'href="{urgent}"' in text_of(office, order)


def test_from_a_form_that_was_filed(app: Flask, make: Factory, clock: TestClock, login: Login) -> None:
    app.test_client_class = Visitor
    clock.at("2025-09-20T10:00:00")
    county: County = found_county(make, {"公安": "police"})
    county.open()
    sheet, police = county.plain("公安").id, county.units["公安"].id
    unit, clerk = county.account(PostKind.LIAISON, "公安"), county.account(PostKind.OFFICE_STAFF)
    page = f"/{county.tenant.code}/{county.key}/reports/{sheet}"
    county.session.rollback()  # what was read last is open still
    order_from(login(clerk), login(unit), page, police)


def test_reminders_say_what_is_owed_before_the_due_date(city: City) -> None:
    with city.enter() as session:
        weekly = city.assign(cadence=Cadence.WEEKLY, due=date(2026, 6, 30)).id
        plain = city.assign(title="不要求反馈", due=date(2026, 6, 30)).id
        order = session.get_one(Order, (city.tenant.id, weekly))
        day = order.feedback_due
        assert day is not None

    def due(first: datetime, days: int = 40) -> list[tuple[str, Any, datetime, str]]:
        with city.enter() as session:
            found = list_due(session, first, first + timedelta(days=days))
            return [(d.subject, d.unit_id, d.due, str(d.title)) for d in found]

    start = datetime(2026, 5, 14, tzinfo=SHANGHAI)
    assert due(start) == [(f"feed:{weekly}:{day}", city.unit("police"), end_of(day), FEEDBACK)]
    assert due(end_of(day)) == []  # a window begins after its first instant
    with city.enter() as session:  # the last feedback is the closing itself, of which the clock reminds
        session.get_one(Order, (city.tenant.id, weekly)).feedback_due = date(2026, 6, 30)
    assert due(start, 60) == []
    with city.enter() as session:
        found = session.get_one(Order, (city.tenant.id, plain))
        found.stage, found.look_back_on = "closed", date(2026, 6, 5)
    assert due(start) == [(f"lookback:{plain}", None, end_of(date(2026, 6, 5)), LOOK_BACK)]


def test_the_slip_that_is_issued_leaves_its_number_with_the_order(make: Factory, clock: TestClock) -> None:
    office: Office = build_office(make, clock)
    session = office.enter()
    order = assign_order(
        session, office.actor("clerk"), clock.now, mechanism_id=office.body_id, office="办公室", title="排查涉诈线索",
        lead_id=office.units["police"], supporting_ids=[office.units["court"]],
        due=clock.now.date() + timedelta(days=20), request_key="order",
    ).id  # fmt: skip
    session.commit()
    base = f"/{office.code}/antifraud"
    clerk = office.as_("clerk")
    page = text_of(clerk, f"{base}/supervision/orders/{order}")
    link = re.search(r'href="([^"]*/papers/new\?subject=order:\d+)"', page)
    assert link
    form = clerk.get(link[1])
    if form.status_code == 303:
        form = clerk.get(form.location)
    typed = fields_of(form)
    assert "排查涉诈线索" in html.unescape("".join(typed.values()))
    kept = clerk.post(f"{base}/papers/new", data=typed | {"action": "save"})
    assert kept.status_code == 303, kept.get_data(as_text=True)
    paper = office.enter().scalars(sa.select(Paper.id).where(Paper.subject == f"order:{order}")).one()
    office.bring(paper, "numbered")
    assert office.post("clerk", f"/{paper}/issue").status_code == 303
    _state, number = office.state(paper)
    assert number
    assert number in text_of(clerk, f"{base}/supervision/orders/{order}")
