"""``portal doctor``: is this installation sound?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import click
import sqlalchemy as sa

from portal.core.errors import PortalError
from portal.core.jobs import Job
from portal.core.migrate import is_current
from portal.core.operator import Operator, operator
from portal.core.text import Message, Text, _
from portal.notices.digests import count_states
from portal.notices.mail import server_of
from portal.operations.keys import find_troubles
from portal.tenants.calendar import load_calendar
from portal.tenants.models import Tenant


@click.command()
def doctor() -> None:
    """Check instance, database, plugins, front-end files, calendar and jobs; exit 1 when something is wrong."""
    with operator() as op:
        troubles = list(_examine(op))
        if not troubles:
            click.echo(_mail(op))
    for line in troubles:
        click.echo(f"✗ {line}")
    if troubles:
        raise SystemExit(1)
    click.echo(_("一切正常。"))


def _mail(op: Operator) -> Message | Text:
    """How mail stands; no trouble by itself."""
    server = server_of(op.app.extensions["portal"].settings)
    if server is None:
        return _("邮件未启用。")
    waiting, refused = count_states(op.session, op.now - timedelta(days=7))
    where = f"{server.host}:{server.port}"
    text = _("邮件经 %(where)s 发出：待发 %(waiting)s 封，近 7 天没能发出 %(refused)s 封。")
    return Message(text, where=where, waiting=waiting, refused=refused)


def _examine(op: Operator) -> Iterator[Message | Text]:
    portal = op.app.extensions["portal"]
    key = portal.settings.instance / "secret.key"
    if key.stat().st_mode & 0o077:
        yield Message(_("%(path)s 可被其他用户读取，请改为 0600。"), path=key)
    if not is_current(op.session.connection()):
        yield _("数据库结构不是最新，请运行 portal db upgrade。")
        return
    for plugin in portal.registry.plugins.values():
        for problem in plugin.problems:
            yield Message(_("插件 %(name)s：%(why)s"), name=plugin.name, why=problem)
    if not portal.assets:
        yield _("缺少前端文件，请运行 make setup。")
    if op.session.scalar(sa.select(sa.func.count(Tenant.id))) == 0:
        yield _("还没有租户，请运行 portal init。")
    try:
        server_of(portal.settings)
    except PortalError as error:
        yield error.message
    year = op.now.year
    if load_calendar(op.session).day(op.now.date().replace(month=12, day=31)).provisional:
        yield Message(_("%(year)s 年放假安排尚未导入。"), year=year)
    stuck = op.session.scalars(sa.select(Job.name).where(Job.done_at.is_(None), Job.tries >= 3)).all()
    for name in sorted(set(stuck)):
        yield Message(_("后台任务 %(name)s 多次失败。"), name=name)
    yield from find_troubles(op)
