"""``portal periods`` and ``portal figures``."""

from __future__ import annotations

import click
import sqlalchemy as sa

from portal.core.operator import operator, work_in
from portal.core.text import Message, _
from portal.figures.models import Rollup
from portal.figures.services import sum_values
from portal.reporting.catalogue import find_form
from portal.reporting.models import COUNTED, Report, Submission
from portal.reporting.rounds import open_everywhere
from portal.reporting.services import recount
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
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when a roll-up differs from its sources.")
def rebuild(check: bool) -> None:
    """Recompute every roll-up from the filed forms."""
    different = 0
    with operator() as op:
        for tenant in op.session.scalars(sa.select(Tenant).order_by(Tenant.path)).all():
            work_in(op.session, tenant.id)
            for report in op.session.scalars(sa.select(Report).where(Report.tenant_id == tenant.id)).all():
                campaign = op.registry.find(report.campaign)
                form = find_form(op.session, tenant.id, campaign, report.form, report.local) if campaign else None
                if campaign is None or form is None:
                    continue
                stored = op.session.scalars(
                    sa.select(Rollup.values).where(
                        Rollup.campaign == report.campaign,
                        Rollup.form == report.form,
                        Rollup.period == report.period,
                    )
                ).one_or_none()
                values = op.session.scalars(
                    sa.select(Submission.values).where(
                        Submission.report_id == report.id, Submission.state.in_([s.value for s in COUNTED])
                    )
                ).all()
                if (stored or {}) != sum_values(form.fields, values):
                    different += 1
                    click.echo(f"{tenant.full_name} {report.campaign} {report.form} {report.period}")
                    if not check:
                        recount(op.session, op.now, campaign, form, report)
            op.session.flush()
        click.echo(str(Message(_("%(n)s 个汇总数与来源不一致。"), n=different)))
        if check and different:
            raise SystemExit(1)
