"""``portal matching``: the hashes of the ledgers made anew."""

from __future__ import annotations

import click
import sqlalchemy as sa

from portal.core.operator import operator
from portal.core.text import Message, _
from portal.matching.digests import pool_of
from portal.matching.reindexing import reindex, relink_all
from portal.tenants.models import Level, Tenant


@click.group()
def matching() -> None:
    """Silent matching across counties."""


@matching.command("reindex")
def reindex_command() -> None:
    """Make hashes, pairs and hints anew from the ledgers of every county. Decisions stay; twice does no harm."""
    with operator() as op:
        codes = op.session.execute(
            sa.select(Tenant.id, Tenant.level)
            .where(Tenant.level != Level.PROVINCE.value)
            .order_by(Tenant.code)
        ).all()
        for campaign in op.registry.campaigns.values():
            if not any(ledger.matched for ledger in campaign.ledgers):
                continue
            for tenant_id, _level in codes:
                pool = pool_of(op.session, tenant_id)
                if pool is not None:
                    count = reindex(op.session, op.now, pool=pool, campaign=campaign)
                    if count:
                        said = Message(_("%(place)s · %(label)s：%(n)s 件参加比对。"), place=pool.place, label=campaign.label, n=count)  # fmt: skip
                        click.echo(str(said))
            for tenant_id, level in codes:
                pool = pool_of(op.session, tenant_id)
                if pool is not None and level == Level.CITY:
                    relink_all(op.session, op.now, city=pool, campaign=campaign)
