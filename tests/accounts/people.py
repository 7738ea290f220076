"""A county with accounts that have real passwords, and a browser that logs in by the form."""

from __future__ import annotations

import html
from contextvars import Context
from typing import Any

import pyotp
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.accounts.models import Account
from portal.accounts.passwords import hash_password
from portal.core.audit import AuditEvent
from portal.core.db import db
from portal.core.posts import PostKind
from portal.core.scope import Scope, set_scope
from portal.tenants.models import Tenant
from tests.factories import Factory, csrf


class Visitor(FlaskClient):
    """A browser whose requests share neither context nor transaction with the test."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        db.session.rollback()  # an open transaction would hold SQLite's write lock against the request
        return Context().run(super().open, *args, **kwargs)


PASSWORD = "blue kettle over mountain"
HASH = hash_password(PASSWORD)


def person(make: Factory, tenant: Tenant, username: str, kind: PostKind | None = None) -> Account:
    """An account with ``PASSWORD``; an administrator's with a second factor whose secret is returned by ``secret``."""
    account = make.account(tenant, username)
    account.password_hash = HASH
    make.session.commit()
    if kind is not None:
        make.post(tenant, account, kind)
    return account


def sign_in(client: FlaskClient, username: str, password: str = PASSWORD, **query: str) -> TestResponse:
    if client.get("/login").status_code == 302:  # somebody is logged in: another browser, then
        client.delete_cookie("lianxi")
    token = csrf(client, "/login")
    form = {"csrf_token": token, "username": username, "password": password}
    return client.post("/login", query_string=query, data=form)


def send(client: FlaskClient, page: str, to: str = "", **form: Any) -> TestResponse:
    """Post the form found on ``page``."""
    return client.post(to or page, data={"csrf_token": csrf(client, page)} | form)


def text(response: TestResponse) -> str:
    return html.unescape(response.get_data(as_text=True))


def acts(make: Factory, tenant: Tenant) -> list[str]:
    """What the tenant's trail says happened, in order."""
    session = make.session
    session.rollback()
    set_scope(session, Scope(own=(tenant.id,)))
    return list(session.scalars(sa.select(AuditEvent.act).order_by(AuditEvent.seq)))


def refreshed(make: Factory, account: Account) -> Account:
    make.session.rollback()
    make.session.refresh(account)
    return account


def code_for(secret: str, make: Factory) -> str:
    return pyotp.TOTP(secret).at(make.clock())
