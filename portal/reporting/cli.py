"""``portal periods`` and ``portal figures``."""

from __future__ import annotations

import click
import sqlalchemy as sa

from portal.core.operator import operator, work_in
from portal.core.text import Message, _
from portal.reporting.rebuilding import rebuild_tenant
from portal.reporting.rounds import open_everywhere
from portal.tenants.models import Tenant


@click.group()
def periods() -> None:
    """Reporting periods."""


@periods.command("open")
def open_command() -> None:
    """Open every period that is due to open now (the worker does this each hour)."""
    with operator() as op:
        count = open_everywhere(op.session, op.actor, op.now, registry=op.registry)
        click.echo(str(Message(_("新开放 %(n)s 个报告期。"), n=count)))


@click.group()
def figures() -> None:
    """Indicator figures."""


@figures.command("rebuild")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when a figure differs from its sources.")
def rebuild(check: bool) -> None:
    """Recompute every roll-up and count from the filed forms, and compare what was submitted with its stored file."""
    different = 0
    with operator() as op:
        for tenant in op.session.scalars(sa.select(Tenant).order_by(Tenant.path)).all():
            work_in(op.session, tenant.id)
            found = rebuild_tenant(op.session, op.now, registry=op.registry, tenant_id=tenant.id, check=check)
            for report, message in found:
                different += 1
                click.echo(f"{tenant.full_name} {report.campaign} {report.form} {report.period} {message}")
            op.session.flush()
        click.echo(str(Message(_("%(n)s 处与来源不一致。"), n=different)))
        if check and different:
            raise SystemExit(1)
