"""``portal db``: the schema."""

from __future__ import annotations

import click
from sqlalchemy import make_url

from portal.core.errors import PortalError
from portal.core.migrate import heads, upgrade
from portal.core.settings import Settings
from portal.core.text import _


@click.group("db")
def database() -> None:
    """Schema of the database."""


@database.command("upgrade")
def upgrade_command() -> None:
    """Bring the schema to the newest revision (on PostgreSQL as its owner: PORTAL_OWNER_URL)."""
    upgrade_schema(Settings())
    click.echo(_("数据库结构已是最新。"))


def upgrade_schema(settings: Settings) -> None:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        settings.instance.mkdir(parents=True, exist_ok=True)
        upgrade(settings.database_url)
    elif not settings["OWNER_URL"]:
        raise PortalError(_("请设置 PORTAL_OWNER_URL：升级数据库结构须用表的所有者账号。"))
    else:
        upgrade(settings["OWNER_URL"], url.username)


@database.command("heads")
@click.option("--check", is_flag=True, help="Exit 1 unless there is exactly one head.")
def heads_command(check: bool) -> None:
    """Print the newest revision."""
    found = heads()
    click.echo("\n".join(found))
    if check and len(found) != 1:
        raise SystemExit(1)
