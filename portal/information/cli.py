"""``portal information``: the index of the library made anew."""

from __future__ import annotations

import click
import sqlalchemy as sa

from portal.core import search
from portal.core.operator import operator, work_in
from portal.core.text import Message, _
from portal.tenants.models import Tenant


@click.group()
def information() -> None:
    """Information and the library."""


@information.command("reindex")
@click.argument("codes", nargs=-1)
def reindex_command(codes: tuple[str, ...]) -> None:
    """Make the words that are searched anew from the rows: of the tenants with these CODES, or of all."""
    with operator() as op:
        query = sa.select(Tenant).order_by(Tenant.code)
        for tenant in op.session.scalars(query.where(Tenant.code.in_(codes)) if codes else query).all():
            work_in(op.session, tenant.id)
            count = search.rebuild(op.session)
            if count or codes:
                said = Message(_("%(place)s：%(n)s 条可以查找。"), place=tenant.full_name, n=count)
                click.echo(str(said))
            op.session.commit()
