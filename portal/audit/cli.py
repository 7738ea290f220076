"""``portal audit``: what an operator checks and carries away."""

from __future__ import annotations

from pathlib import Path

import click
import sqlalchemy as sa

from portal.audit.services import Filters, export_events, get_chain
from portal.core.errors import NotFound
from portal.core.operator import operator
from portal.core.scope import Scope, set_scope
from portal.core.text import Message, _
from portal.documents.workbook import write_workbook
from portal.tenants.models import Tenant


@click.group()
def audit() -> None:
    """Verify and export the audit trail."""


@audit.command()
def verify() -> None:
    """Walk every tenant's chain. Exit code 1 and the first bad event of each broken one."""
    broken = 0
    with operator() as op:
        for tenant_id, code, name in op.session.execute(
            sa.select(Tenant.id, Tenant.code, Tenant.city + Tenant.name).order_by(Tenant.path)
        ).all():
            set_scope(op.session, Scope(own=(tenant_id,), home=tenant_id))
            chain = get_chain(op.session)
            if chain.broken is None:
                click.echo(f"{code} {name}: OK, {chain.length} events, seal {chain.seal or '-'}")
            else:
                broken += 1
                bad = chain.broken
                click.echo(f"{code} {name}: BROKEN at event {bad.seq}: {bad.reason} ({chain.reason})")
    if broken:
        raise SystemExit(1)


@audit.command()
@click.option("--tenant", "code", required=True, help="Region code.")
@click.option("--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True)
def export(code: str, output: Path) -> None:
    """Write a tenant's whole trail to an .xlsx file; the export is itself recorded."""
    with operator() as op:
        row = op.session.execute(
            sa.select(Tenant.id, Tenant.city + Tenant.name).where(Tenant.code == code)
        ).one_or_none()
        if row is None:
            raise NotFound(Message(_("没有代码为 %(code)s 的地区。"), code=code))
        set_scope(op.session, Scope(own=(row[0],), home=row[0]))
        sheet = export_events(op.session, op.actor, op.now, title=row[1], filters=Filters())
        with output.open("wb") as file:
            write_workbook(file, [sheet])
    click.echo(str(output))
