"""``portal tenants``: the tree, and which campaign runs where."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from portal.core.clock import SHANGHAI
from portal.core.errors import NotFound
from portal.core.operator import operator, work_in
from portal.core.scope import Scope, set_scope
from portal.core.text import Message, _
from portal.tenants import services
from portal.tenants.calendar import import_year, parse_days, parse_rows
from portal.units.bodies import enable_campaign, list_lines, list_open_lines

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def tenants() -> None:
    """The tree of tenants and their campaigns."""


@tenants.command("list")
def list_tenants() -> None:
    """The tree, one tenant a line, with its campaigns (a minus = switched off)."""
    with operator() as op:
        tree = services.list_tree(op.session)
        set_scope(op.session, Scope(own=tuple(p.id for p in tree)))
        switches = services.list_switches(op.session)
        for place in tree:
            found = [s for (tenant, _key), s in sorted(switches.items()) if tenant == place.id]
            marks = " ".join(f"{'' if s.enabled else '-'}{s.campaign}" for s in found)
            click.echo(f"{'  ' * place.depth}{place.code} {place.full_name} {marks}".rstrip())


@tenants.command()
@click.argument("code")
@click.argument("name")
@click.option("--parent", help="Code of the tenant above; without it a province.")
def create(code: str, name: str, parent: str | None) -> None:
    """Add a tenant."""
    with operator() as op:
        made = services.create_tenant(op.session, op.actor, op.now, code=code, name=name, parent=parent)
        click.echo(Message(_("已新建%(name)s。"), name=f"{made.full_name} {made.code}"))


@tenants.command()
@click.argument("code")
@click.argument("campaign")
@click.option("--since", type=_DAY, help="First day from which reports are expected; default: this month.")
def enable(code: str, campaign: str, since: datetime | None) -> None:
    """Switch a campaign on and set up its body; again after a pause, with everything as it was."""
    with operator() as op:
        declared = op.registry.find(campaign)
        if declared is None:
            raise NotFound(Message(_("没有专项“%(key)s”，用 portal plugins 查看。"), key=campaign[:48]))
        tenant = services.get_tenant(op.session, code)
        day: date = since.date() if since else op.now.astimezone(SHANGHAI).date().replace(day=1)
        body = enable_campaign(op.session, op.actor, op.now, tenant=tenant, campaign=declared, since=day)
        click.echo(Message(_("%(name)s已启用%(label)s。"), name=tenant.full_name, label=declared.label))
        work_in(op.session, tenant.id)
        today = op.now.astimezone(SHANGHAI).date()
        for key in list_open_lines(declared, list_lines(op.session, body.id, today)):
            click.echo(Message(_("名单中没有对应单位：%(label)s"), label=declared.member(key).label))


@tenants.command()
@click.argument("code")
@click.argument("campaign")
def disable(code: str, campaign: str) -> None:
    """Hide a campaign from a tenant; its data stay."""
    with operator() as op:
        tenant = services.get_tenant(op.session, code)
        services.disable_campaign(op.session, op.actor, op.now, tenant=tenant, campaign=campaign)
        click.echo(Message(_("%(name)s已停用该专项，数据全部保留。"), name=tenant.full_name))


@tenants.command("calendar")
@click.argument("year", type=int)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Document number of the State Council's notice.")
def import_calendar(year: int, file: Path, source: str) -> None:
    """Import the announced days of a year from a .csv (date, 休 or 班, name)."""
    with operator() as op:
        top = services.list_tree(op.session)[0]
        work_in(op.session, top.id)
        days = parse_days(parse_rows(file.read_text(encoding="utf-8-sig")))
        import_year(op.session, op.actor, op.now, year=year, days=days, source=source)
        click.echo(Message(_("已导入 %(year)s 年工作日历，共 %(n)s 天。"), year=year, n=len(days)))
