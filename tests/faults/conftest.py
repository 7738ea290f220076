"""A county that works, small and made in a second: one city, one county, three units with their people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import create_app
from portal.accounts.models import Account
from portal.accounts.passwords import hash_password
from portal.campaigns.declarations import Campaign
from portal.core.clock import system_clock
from portal.core.db import db
from portal.core.posts import PostKind
from portal.core.scope import SYSTEM, Scope, set_scope
from portal.core.settings import Settings
from portal.reporting.models import Submission
from portal.reporting.opening import asked_fields
from portal.reporting.rounds import open_everywhere
from portal.web.declared import input_texts
from tests.factories import Factory
from tests.faults.clerk import Clerk
from tests.faults.server import Server, serving

CAMPAIGN = "anticounterfeit"
MEMBERS = {"police": "pd_gaj", "pboc": "pd_rmyh", "market_regulation": "pd_scjg"}
OFFICE = "pd_bgs"
PASSWORD = "fault test 2026 harness"


@dataclass
class County:
    """What the tests need to know of the instance. ``submissions``: username -> ids, the newest period first."""

    settings: Settings
    tenant_id: int
    code: str
    campaign: Campaign
    submissions: dict[str, list[int]] = field(default_factory=dict)

    @property
    def form(self) -> Any:
        return self.campaign.forms[0]

    @property
    def home(self) -> str:
        return f"/{self.code}/{self.campaign.key}"

    def sheet(self, username: str, number: int = 0) -> str:
        return f"{self.home}/reports/{self.submissions[username][number]}"

    def cells(self, username: str, **changed: Any) -> dict[str, Any]:
        """The form's own example as a liaison of this unit would type it over what the registers say."""
        member = next(m for m, u in MEMBERS.items() if u == username)
        fields = asked_fields(self.form, member)
        reasons = {f"correct-{f.key}": "台账尚未登记" for f in fields}
        return input_texts(fields, self.form.example) | reasons | changed | {"late-reason": "数据未核准"}

    def clerk(self, server: Server, username: str, timeout: float = 30) -> Clerk:
        clerk = Clerk(server.base, username, PASSWORD, timeout)
        clerk.log_in()
        return clerk


class Books:
    """Reads the database beside the running server, as an inspector would."""

    def __init__(self, county: County) -> None:
        self.county = county
        self.app = create_app(county.settings)

    def __enter__(self) -> Session:
        self.context = self.app.app_context()
        self.context.push()
        session = db.session()
        session.info["audit_key"] = self.app.extensions["portal"].audit_key
        set_scope(session, Scope(own=(self.county.tenant_id,), home=self.county.tenant_id))
        session.connection(execution_options={"read_only": True})
        return session

    def __exit__(self, *_error: object) -> None:
        db.session.remove()
        db.engine.dispose()
        self.context.pop()


@pytest.fixture
def county(settings: Settings) -> County:
    """Two levels, three units, one campaign, its periods opened by the portal's own round."""
    county = found_county(settings)
    open_periods(county)
    return county


def found_county(settings: Settings) -> County:
    app = create_app(settings)
    with app.app_context():
        session = db.session()
        session.info.update(audit_key=app.extensions["portal"].audit_key, address="")
        make = Factory(session, app, system_clock)
        city = make.tenant("阳泉市")
        tenant = make.tenant("平定县", city)
        units = {m: make.unit(tenant, f"平定县{m}") for m in (*MEMBERS, "government_office")}
        body = make.mechanism(tenant, CAMPAIGN, {m: units[m] for m in MEMBERS})
        for member, username in MEMBERS.items():
            make.post(tenant, username, PostKind.LIAISON, body, units[member])
        make.post(tenant, OFFICE, PostKind.OFFICE_STAFF, body, units["government_office"])
        hashed = hash_password(PASSWORD)
        for account in session.scalars(sa.select(Account)):
            account.password_hash = hashed
            account.password_changed_at = system_clock() - timedelta(days=1)
        session.commit()
        found = County(
            settings, tenant.id, tenant.code, app.extensions["portal"].registry.campaigns[CAMPAIGN]
        )
        db.session.remove()
        db.engine.dispose()
    return found


def open_periods(county: County) -> None:
    app = create_app(county.settings)
    with app.app_context():
        session = db.session()
        session.info.update(audit_key=app.extensions["portal"].audit_key, address="")
        open_everywhere(session, SYSTEM, system_clock(), registry=app.extensions["portal"].registry)
        set_scope(session, Scope(own=(county.tenant_id,)))
        for member, username in MEMBERS.items():
            found = (
                sa.select(Submission.id).where(Submission.member == member).order_by(Submission.due_at.desc())
            )
            county.submissions[username] = list(session.scalars(found))
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def server(county: County, tmp_path: Path) -> Iterator[Server]:
    with serving(county.settings, tmp_path / "server.log") as running:
        yield running
