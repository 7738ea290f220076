"""``portal units``: the list of a tenant's units, in and out."""

from __future__ import annotations

from pathlib import Path

import click

from portal.core.errors import PortalError
from portal.core.operator import Operator, operator, work_in
from portal.core.text import Message, _
from portal.tenants.models import Tenant
from portal.tenants.services import get_tenant
from portal.units.roster import (
    LABELS,
    Difference,
    apply_roster,
    compare_roster,
    export_roster,
    kinds_by_name,
    list_kinds,
)
from portal.units.services import list_units, local_day
from portal.units.sheet import Faulty, read_roster, write_roster

_TENANT = click.option("--tenant", "code", required=True, help="Region code of the tenant, e.g. 140321.")


@click.group()
def units() -> None:
    """Units of a tenant."""


def _enter(op: Operator, code: str) -> Tenant:
    tenant = get_tenant(op.session, code)
    work_in(op.session, tenant.id)
    return tenant


@units.command("list")
@_TENANT
def show(code: str) -> None:
    """Official order, full name, other names; a minus marks a unit that has ended."""
    with operator() as op:
        _enter(op, code)
        for unit in list_units(op.session):
            names = " ".join(dict.fromkeys(unit.names))
            click.echo(f"{'' if unit.active else '-'}{unit.sort_no}\t{names}\t{unit.kind}")


@units.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_TENANT
@click.option("--dry-run", is_flag=True, help="Show the differences, change nothing.")
@click.option("--reason", default=_("导入单位名录"), help="Written into the history of each unit.")
def load(file: Path, code: str, dry_run: bool, reason: str) -> None:
    """Create and change units from an .xlsx; all of it or, with anything wrong, nothing."""
    with operator() as op:
        _enter(op, code)
        campaigns = op.registry.campaigns
        try:
            lines = read_roster(file.read_bytes(), kinds_by_name(campaigns, list_units(op.session)))
            found = compare_roster(op.session, lines)
            if found.problems:
                raise Faulty(found.problems)
        except Faulty as faulty:
            for problem in faulty.cells:
                click.echo(str(problem), err=True)
            raise PortalError(faulty.message) from None
        for difference in found.differences:
            click.echo(_told(difference))
        if not dry_run:
            apply_roster(op.session, op.actor, op.now, lines=lines, expected=found.differences, reason=reason)
        counts = {
            "created": sum(d.unit_id is None for d in found.differences),
            "changed": sum(d.unit_id is not None for d in found.differences),
            "same": found.untouched,
        }
        text = _("新建 %(created)s 个，变更 %(changed)s 个，无变化 %(same)s 个。")
        click.echo(str(Message(text, **counts)) + (str(_("仅为预览，没有保存。")) if dry_run else ""))


def _told(difference: Difference) -> str:
    if difference.unit_id is None:
        return f"+ {difference.data.full_name}"
    changes = "; ".join(
        f"{LABELS[k]}: {before} -> {after}" for k, (before, after) in difference.fields.items()
    )
    return f"~ {difference.data.full_name}  {changes}"


@units.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_TENANT
def save(file: Path, code: str) -> None:
    """Write the living units as .xlsx; importing the file again changes nothing."""
    with operator() as op:
        tenant = _enter(op, code)
        found = export_roster(op.session, op.actor, op.now)
        kinds = list_kinds(op.registry.campaigns)
        file.write_bytes(write_roster(found, tenant.full_name, local_day(op.now), kinds))
        click.echo(str(Message(_("已导出 %(n)s 个单位：%(file)s"), n=len(found), file=file)))
