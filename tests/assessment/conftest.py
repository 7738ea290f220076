"""乡宁县 with the duty units of F9, in the leading group since 2026-06-01."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.accounts.models import Account
from portal.activities.entry import Entry
from portal.activities.services import record_activity
from portal.core.posts import PostKind
from portal.notices.models import Notice
from portal.units.models import Membership
from tests.accounts.people import Visitor
from tests.conftest import TestClock
from tests.factories import Factory
from tests.ledger.cast import fields_of
from tests.reporting.county import ACTOR, County, found_county
from tests.reporting.test_scenario_f9 import MISSING, UNITS

WHO = {
    "office": (PostKind.OFFICE_STAFF, ""),
    "director": (PostKind.OFFICE_DIRECTOR, ""),
    "convenor": (PostKind.CONVENOR, ""),
    "justice": (PostKind.LIAISON, MISSING),
    "justice_leader": (PostKind.LEADER_IN_CHARGE, MISSING),
    "bank": (PostKind.LIAISON, "农业银行"),
    "other_bank": (PostKind.LIAISON, "工商银行"),
    "commission": (PostKind.LIAISON, "县委政法委"),
    "commission_leader": (PostKind.LEADER_IN_CHARGE, "县委政法委"),
}


@dataclass
class Town:
    """``ask``/``send`` as one of ``WHO``, who logs in again when the clock has moved."""

    county: County
    clock: TestClock
    clients: dict[tuple[str, datetime], FlaskClient]

    def client(self, who: str) -> FlaskClient:
        if (who, self.clock.now) not in self.clients:
            kind, unit = WHO[who]
            self.clients[who, self.clock.now] = self.county.make.login(self.county.account(kind, unit))
        return self.clients[who, self.clock.now]

    def account_id(self, who: str) -> int:
        kind, unit = WHO[who]
        name = self.county.account(kind, unit)
        return int(self.county.session.scalars(sa.select(Account.id).where(Account.username == name)).one())

    def unit_id(self, name: str) -> int:
        self.county.enter()
        return int(self.county.units[name].id)

    def ask(self, who: str, path: str) -> TestResponse:
        url = self.county.url(path)
        return self.client(who).get(url)

    def page(self, who: str, path: str) -> str:
        response = self.ask(who, path)
        assert response.status_code == 200, response.status
        return html.unescape(response.get_data(as_text=True))

    def send(self, who: str, path: str, form: str = "", **data: Any) -> TestResponse:
        """Post ``data`` with the token (and hidden fields) of the page ``form`` ('' = the ladder's)."""
        token = fields_of(self.ask(who, form))["csrf_token"] if form else self.token(who)
        return self.client(who).post(self.county.url(path), data={"csrf_token": token} | data)

    def token(self, who: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.page(who, "assessment/ladder"))
        assert found is not None
        return found[1]

    def step(self, who: str, measure: int, step: str, **data: Any) -> TestResponse:
        return self.send(who, f"assessment/ladder/{measure}/step", step=step, **data)

    def activities(self, month: str, missing: set[str]) -> None:
        """Every unit but those holds one in the month; time moves to its 25th if it was before."""
        self.clock.now = max(self.clock.now, datetime.fromisoformat(f"{month}-25T10:00:00+08:00"))
        for unit in UNITS:
            if unit not in missing:
                with self.county.inside() as session:
                    record_activity(
                        session, ACTOR, self.clock.now, unit_id=self.county.units[unit].id, units=(),
                        campaigns=[self.county.key], request_key=f"{month}{unit}",
                        entry=Entry(title=f"{unit}宣传", kind="lecture", held_on=date.fromisoformat(f"{month}-18"), reach=50),
                    )  # fmt: skip

    def notices(self, unit: str = "") -> list[str]:
        with self.county.inside() as session:
            unit_id = self.county.units[unit].id if unit else None
            rows = session.scalars(sa.select(Notice).where(Notice.unit_id == unit_id).order_by(Notice.at))
            return [n.text % n.params for n in rows]


@pytest.fixture
def town(make: Factory, clock: TestClock) -> Town:
    clock.at("2026-07-01T09:00:00")
    make.app.test_client_class = Visitor
    county = found_county(make, UNITS, key="antifraud")
    county.tenant.name = "乡宁县"
    make.session.commit()
    with county.inside() as session:
        session.execute(sa.update(Membership).values(since=date(2026, 6, 1)))
    return Town(county, clock, {})


Login = Callable[[str], FlaskClient]
DAY = timedelta(days=1)
