"""``portal accounts`` as an operator types it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.cli import accounts
from portal.core.errors import Invalid, NotFound
from tests.accounts.people import PASSWORD, acts, person, refreshed, sign_in
from tests.factories import Factory


def run(app: Flask, make: Factory, *words: str) -> Result:
    make.session.rollback()
    return CliRunner().invoke(accounts, words, obj=lambda: app)


def test_create_prints_a_password_that_opens_the_door(app: Flask, client: FlaskClient, make: Factory) -> None:
    county = make.tenant()
    made = run(app, make, "create", "guard", "--tenant", county.code, "--name", "平定县安全管理员")
    assert made.exit_code == 0, made.output
    assert sign_in(client, "guard", made.output.strip()).status_code == 303
    listed = run(app, make, "list").output
    assert "guard\twaiting\t平定县\t平定县安全管理员" in listed
    assert isinstance(
        run(app, make, "create", "guard", "--tenant", county.code, "--name", "x").exception, Invalid
    )
    assert isinstance(run(app, make, "create", "g2", "--tenant", "999999", "--name", "x").exception, NotFound)


@pytest.mark.parametrize("command", ["disable", "enable", "unlock", "reset-password", "reset-totp"])
def test_an_unknown_account_is_one_clear_error(app: Flask, make: Factory, command: str) -> None:
    make.tenant()
    assert isinstance(run(app, make, command, "nobody").exception, NotFound)


def test_an_operator_helps_an_administrator_who_is_locked_out(
    app: Flask, client: FlaskClient, make: Factory
) -> None:
    county = make.tenant()
    account = person(make, county, "guard")
    for _turn in range(5):
        sign_in(client, "guard", "wrong")
    assert sign_in(client, "guard").status_code == 200
    assert run(app, make, "unlock", "guard").exit_code == 0
    assert sign_in(client, "guard").status_code == 303
    assert run(app, make, "disable", "guard").exit_code == 0
    assert sign_in(client, "guard").status_code == 200
    assert run(app, make, "enable", "guard").exit_code == 0
    password = run(app, make, "reset-password", "guard").output.strip()
    assert sign_in(client, "guard", PASSWORD).status_code == 200
    assert sign_in(client, "guard", password).status_code == 303
    assert refreshed(make, account).must_change_password
    assert [a for a in acts(make, county) if not a.startswith("session")] == [
        "account.unlock", "account.disable", "account.enable", "password.reset",
    ]  # fmt: skip
