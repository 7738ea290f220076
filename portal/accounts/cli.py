"""``portal accounts``: for operators, when no security administrator can log in."""

from __future__ import annotations

import click
import sqlalchemy as sa

from portal.accounts import services
from portal.accounts.models import Account
from portal.core.errors import NotFound
from portal.core.operator import Operator, operator
from portal.core.scope import Scope, set_scope
from portal.core.text import Message, _
from portal.tenants.models import Tenant


@click.group()
def accounts() -> None:
    """Create and look after accounts."""


@accounts.command()
@click.argument("username")
@click.option("--tenant", "code", required=True, help="Region code of the account's home.")
@click.option("--name", "display_name", required=True, help="As shown to colleagues: unit and post.")
def create(username: str, code: str, display_name: str) -> None:
    """Make an account and print its one-time password."""
    with operator() as op:
        tenant_id = op.session.scalar(sa.select(Tenant.id).where(Tenant.code == code))
        if tenant_id is None:
            raise NotFound(Message(_("没有代码为 %(code)s 的地区。"), code=code))
        set_scope(op.session, Scope(own=(tenant_id,), home=tenant_id))
        _account, password = services.create_account(
            op.session, op.actor, op.now, tenant_id=tenant_id, username=username, display_name=display_name
        )
    click.echo(password)


@accounts.command()
@click.argument("username")
def disable(username: str) -> None:
    """Shut an account and end its sessions."""
    with operator() as op:
        services.disable_account(op.session, op.actor, op.now, account_id=_enter(op, username).id)


@accounts.command()
@click.argument("username")
def enable(username: str) -> None:
    """Open a disabled account again."""
    with operator() as op:
        services.enable_account(op.session, op.actor, op.now, account_id=_enter(op, username).id)


@accounts.command()
@click.argument("username")
def unlock(username: str) -> None:
    """End a lock after failed log-ins."""
    with operator() as op:
        services.unlock_account(op.session, op.actor, op.now, account_id=_enter(op, username).id)


@accounts.command("reset-password")
@click.argument("username")
def reset_password(username: str) -> None:
    """Print a new one-time password."""
    with operator() as op:
        password = services.reset_password(op.session, op.actor, op.now, account_id=_enter(op, username).id)
    click.echo(password)


@accounts.command("reset-totp")
@click.argument("username")
def reset_totp(username: str) -> None:
    """Remove a lost second factor."""
    with operator() as op:
        services.reset_totp(op.session, op.actor, op.now, account_id=_enter(op, username).id)


@accounts.command("list")
@click.option("--tenant", "code", default="", help="Region code; all without it.")
def list_(code: str) -> None:
    """Username, state, home and name, one account a line."""
    with operator() as op:
        tenants = op.session.scalars(
            sa.select(Tenant.id).where(Tenant.code == code if code else Tenant.parent_id.is_(None))
        ).all()
        for tenant_id in tenants:
            set_scope(op.session, Scope(own=(tenant_id,), home=tenant_id))
            for a in services.list_accounts(op.session, op.now, limit=1_000_000):
                click.echo(f"{a.username}\t{a.state.value}\t{a.tenant_name}\t{a.display_name}")


def _enter(op: Operator, username: str) -> Account:
    """Stand in the account's home tenant, where its administration belongs."""
    account = services.find_account(op.session, username)
    set_scope(op.session, Scope(own=(account.home_tenant_id,), home=account.home_tenant_id))
    return account
