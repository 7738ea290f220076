"""Makes real rows with honest defaults. Each step commits, so that requests see it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts.login import hash_token
from portal.accounts.models import Account, LoginSession, Seat
from portal.core.posts import PostKind
from portal.core.scope import Scope, set_scope
from portal.tenants.models import CampaignSwitch, Level, Tenant
from portal.units.models import Mechanism, Membership, Post, Unit

LONG_AGO = date(2026, 1, 1)


class Factory:
    def __init__(self, session: Session, app: Flask, clock: Callable[[], datetime]) -> None:
        self.session, self.app, self.clock = session, app, clock
        self._codes = iter(range(140300, 149999))
        self._sort = iter(range(1, 10**6))

    @contextmanager
    def enter(self, tenant: Tenant) -> Iterator[Session]:
        """Act inside ``tenant``: read and write its rows; commits at the end."""
        set_scope(self.session, Scope(own=(tenant.id,), home=tenant.id))
        yield self.session
        self.session.commit()

    def tenant(self, name: str = "平定县", parent: Tenant | None = None, code: str = "") -> Tenant:
        """Without a parent a city; below a city a county."""
        level = Level.CITY if parent is None else Level.COUNTY
        tenant = Tenant(
            name=name,
            level=level.value,
            code=code or str(next(self._codes)),
            parent_id=parent.id if parent else None,
            city=parent.name if parent else "",
            path="",
        )
        tenant.path = secrets.token_hex(4)
        self.session.add(tenant)
        self.session.flush()
        tenant.path = f"{parent.path if parent else '/'}{tenant.id}/"
        self.session.commit()
        return tenant

    def unit(self, tenant: Tenant, full_name: str, kind: str = "", short_name: str = "") -> Unit:
        with self.enter(tenant) as session:
            unit = Unit(
                full_name=full_name,
                short_name=short_name or full_name,
                aliases=[],
                kind=kind,
                sort_no=next(self._sort),
            )
            session.add(unit)
        return unit

    def mechanism(
        self, tenant: Tenant, campaign: str, units: dict[str, Unit] | None = None, **values: Any
    ) -> Mechanism:
        """Campaign switched on, its body, and ``units`` (roster key -> unit) as members since 2026-01-01."""
        declared = self.app.extensions["portal"].registry.find(campaign)
        with self.enter(tenant) as session:
            session.add(CampaignSwitch(campaign=campaign, label=campaign, since=LONG_AGO))
            mechanism = Mechanism(
                **{
                    "campaign": campaign,
                    "kind": declared.body.kind.value if declared else "joint_conference",
                    "name": f"{tenant.full_name}{declared.body.name if declared else campaign}",
                    "office": str(declared.body.office) if declared else "办公室",
                    "titles": {},
                }
                | values
            )
            session.add(mechanism)
            session.flush()
            for member, unit in (units or {}).items():
                session.add(
                    Membership(mechanism_id=mechanism.id, member=member, unit_id=unit.id, since=LONG_AGO)
                )
        return mechanism

    def account(self, tenant: Tenant, username: str) -> Account:
        account = Account(
            username=username,
            display_name=username,
            home_tenant_id=tenant.id,
            password_hash="!",
            password_changed_at=self.clock(),
            must_change_password=False,
        )
        self.session.add(account)
        self.session.commit()
        return account

    def post(
        self,
        tenant: Tenant,
        account: Account | str,
        kind: PostKind,
        mechanism: Mechanism | None = None,
        unit: Unit | None = None,
        since: datetime | None = None,
    ) -> Post:
        holder = self.account(tenant, account) if isinstance(account, str) else account
        with self.enter(tenant) as session:
            post = Post(
                account_id=holder.id,
                kind=kind.value,
                mechanism_id=mechanism.id if mechanism else None,
                unit_id=unit.id if unit else None,
                rank="科级",
                since=since or self.clock() - timedelta(days=30),
            )
            session.add(post)
            if session.get(Seat, (holder.id, tenant.id)) is None:
                session.add(Seat(account_id=holder.id, tenant_id=tenant.id))
        return post

    def login(self, username: str) -> FlaskClient:
        """A client with a living session of the account, second factor given."""
        account = self.session.scalars(sa.select(Account).where(Account.username == username)).one()
        account.totp_secret = account.totp_secret or "enrolled"
        token = secrets.token_urlsafe(32)
        self.session.add(
            LoginSession(
                token_hash=hash_token(token),
                account_id=account.id,
                epoch=account.epoch,
                opened_at=self.clock(),
                expires_at=self.clock() + timedelta(days=3650),
                strong=True,
                address="127.0.0.1",
                agent="test",
            )
        )
        self.session.commit()
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
            cookie["seen"] = int(self.clock().timestamp())
        return client


def csrf(client: FlaskClient, page: str) -> str:
    """The token of the form on ``page``."""
    html = client.get(page).get_data(as_text=True)
    return html.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
