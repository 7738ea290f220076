"""``portal init``: a real instance, with its top tenant and its three administrators."""

from __future__ import annotations

from datetime import datetime

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.services import create_account
from portal.app import create_app
from portal.core.crypto import create_secret
from portal.core.db import db
from portal.core.errors import PortalError
from portal.core.posts import POST_LABELS, PostKind
from portal.core.scope import SYSTEM, Scope, set_scope
from portal.core.settings import Settings
from portal.core.text import Message, Text, _
from portal.operations.database import upgrade_schema
from portal.tenants.models import Level, Tenant
from portal.tenants.services import create_tenant
from portal.units.posts import appoint

ADMINISTRATORS = (PostKind.SYSTEM_ADMINISTRATOR, PostKind.SECURITY_ADMINISTRATOR, PostKind.AUDITOR)


@click.command()
@click.option("--province-code", prompt=_("省级行政区划代码"), default="140000")
@click.option("--province", prompt=_("省级名称"), default=_("山西省"))
@click.option("--system", "system", prompt=_("系统管理员的用户名"))
@click.option("--security", "security", prompt=_("安全管理员的用户名"))
@click.option("--auditor", "auditor", prompt=_("审计管理员的用户名"))
def init(province_code: str, province: str, system: str, security: str, auditor: str) -> None:
    """Create the instance, its database, the top tenant and the first administrators.

    The three administrators are separate persons; each gets a one-time password, to be changed at the first
    log-in, and enrols a second factor.
    """
    if len({system, security, auditor}) < 3:
        raise PortalError(_("三个管理员必须是不同的账号。"))
    settings = Settings()
    if settings.demo:
        raise PortalError(_("这是演示实例，请换一个目录（--instance）。"))
    settings.instance.mkdir(parents=True, exist_ok=True)
    create_secret(settings.instance)
    upgrade_schema(settings)
    app = create_app(settings)
    with app.app_context():
        session = db.session()
        portal = app.extensions["portal"]
        session.info.update(audit_key=portal.audit_key, address="")
        if session.scalar(sa.select(sa.func.count(Tenant.id))):
            raise PortalError(_("实例已经初始化过。"))
        now = portal.clock()
        tenant = create_tenant(session, SYSTEM, now, code=province_code, name=province, level=Level.PROVINCE)
        set_scope(session, Scope(own=(tenant.id,), home=tenant.id))
        names = zip(ADMINISTRATORS, (system, security, auditor), strict=True)
        lines = [_administrator(session, tenant, kind, name, portal.clock()) for kind, name in names]
        session.commit()
    click.echo("\n".join(map(str, lines)))
    click.echo(_("请立即登录并修改密码；一次性密码 7 天内有效，不会再次显示。"))


def _administrator(
    session: Session, tenant: Tenant, kind: PostKind, username: str, now: datetime
) -> Message | Text:
    account, password = create_account(
        session, SYSTEM, now, tenant_id=tenant.id, username=username, display_name=POST_LABELS[kind]
    )  # fmt: skip
    appoint(session, SYSTEM, now, account_id=account.id, kind=kind, since=now)
    return Message(
        _("%(post)s %(username)s 一次性密码 %(password)s"),
        post=POST_LABELS[kind],
        username=username,
        password=password,
    )
