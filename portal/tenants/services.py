"""The tree of tenants and which campaign each of them runs. Switching off hides, it never deletes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.core.audit import Act, record
from portal.core.errors import Invalid, NotFound
from portal.core.scope import Actor, Scope, crossing
from portal.core.text import Message, Text, _
from portal.tenants.models import CampaignSwitch, Level, Tenant

LEVEL_LABELS = {Level.PROVINCE: _("省级"), Level.CITY: _("市级"), Level.COUNTY: _("县级")}
_BELOW = {None: Level.PROVINCE, Level.PROVINCE: Level.CITY, Level.CITY: Level.COUNTY}
_CODE = re.compile(r"[1-9][0-9]{5}\Z", re.ASCII)
_NAME_LENGTH = 20


@dataclass(frozen=True)
class Place:
    """One line of the tree. ``depth`` counts from the top of the list that was asked for."""

    id: int
    code: str
    name: str
    full_name: str
    level: Level
    path: str
    depth: int


def find_tenant(session: Session, code: str) -> Tenant | None:
    return session.scalars(sa.select(Tenant).where(Tenant.code == code)).one_or_none()


def get_tenant(session: Session, code: str, within: str = "/") -> Tenant:
    """The tenant with that code whose path starts with ``within``; ``NotFound`` for any other."""
    tenant = find_tenant(session, code)
    if tenant is None or not tenant.path.startswith(within):
        raise NotFound(_("没有找到这个地区。"))
    return tenant


def list_tree(session: Session, top: str = "/") -> tuple[Place, ...]:
    """Every tenant whose path starts with ``top``: parents before children, siblings by code."""
    rows = session.execute(
        sa.select(
            Tenant.id, Tenant.parent_id, Tenant.code, Tenant.name, Tenant.city, Tenant.level, Tenant.path
        )
        .where(Tenant.path.startswith(top, autoescape=True))
        .order_by(Tenant.code)
    ).all()
    children: dict[int | None, list[Place]] = {}
    known = {r.id for r in rows}
    for r in rows:
        place = Place(r.id, r.code, r.name, r.city + r.name, Level(r.level), r.path, r.path.count("/"))
        children.setdefault(r.parent_id if r.parent_id in known else None, []).append(place)
    return tuple(_flatten(children, None, 0))


def _flatten(children: dict[int | None, list[Place]], parent: int | None, depth: int) -> list[Place]:
    found: list[Place] = []
    for p in children.get(parent, []):
        found.append(Place(p.id, p.code, p.name, p.full_name, p.level, p.path, depth))
        found += _flatten(children, p.id, depth + 1)
    return found


def create_tenant(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    code: str,
    name: str,
    parent: str | None = None,
    level: Level | None = None,
) -> Tenant:
    """Add a tenant below the one with code ``parent``; without a parent a province.

    A scope with a home may add below its home only, and its trail gets the event; else the new one's does.
    """
    above = get_tenant(session, parent, _home_path(session)) if parent else None
    fitting = _BELOW.get(Level(above.level) if above else None)
    name = name.strip()
    problems = dict(_problems(session, code, name, above, fitting))
    if level is not None and fitting is not None and level is not fitting:
        problems["level"] = Message(_("这里只能新建%(level)s租户。"), level=LEVEL_LABELS[fitting])
    if problems or fitting is None:
        raise Invalid(problems)
    tenant = Tenant(
        parent_id=above.id if above else None,
        path=code,  # final once the id is known
        level=fitting.value,
        code=code,
        name=name,
        city=above.name if above and fitting is Level.COUNTY else "",
    )
    session.add(tenant)
    session.flush()
    tenant.path = f"{above.path if above else '/'}{tenant.id}/"
    session.flush()
    data = {"code": code, "name": tenant.full_name, "parent": parent or ""}
    if _home(session) is not None:
        record(session, Act.TENANT_CREATE, f"tenant:{tenant.id}", actor, now, data)
    else:
        with crossing(session, tenant.id):
            record(session, Act.TENANT_CREATE, f"tenant:{tenant.id}", actor, now, data)
    return tenant


def _problems(
    session: Session, code: str, name: str, above: Tenant | None, fitting: Level | None
) -> dict[str, Message | Text]:
    found: dict[str, Message | Text] = {}
    if fitting is None:
        found["parent"] = _("县级以下不再设租户，请改选省级或市级。")
    if not _CODE.match(code):
        found["code"] = _("行政区划代码应为 6 位数字，例如 140321。")
    elif above is not None and code[:2] != above.code[:2]:
        found["code"] = Message(_("代码前两位应与上级相同：%(code)s。"), code=above.code[:2])
    elif find_tenant(session, code) is not None:
        found["code"] = Message(_("代码 %(code)s 已被使用。"), code=code)
    if not 2 <= len(name) <= _NAME_LENGTH or not name.isprintable():
        found["name"] = Message(_("名称应为 2 至 %(n)s 个可见的字。"), n=_NAME_LENGTH)
    elif session.scalar(
        sa.select(Tenant.id).where(Tenant.parent_id == (above.id if above else None), Tenant.name == name)
    ):
        found["name"] = Message(_("同一上级下已有“%(name)s”。"), name=name)
    return found


def _home(session: Session) -> int | None:
    scope = session.info.get("scope")
    return scope.home if isinstance(scope, Scope) else None


def _home_path(session: Session) -> str:
    home = _home(session)
    tenant = session.get(Tenant, home) if home is not None else None
    return tenant.path if tenant else "/"


def list_switches(session: Session) -> dict[tuple[int, str], CampaignSwitch]:
    """By tenant id and campaign key, for every tenant of the scope; one statement."""
    return {(s.tenant_id, s.campaign): s for s in session.scalars(sa.select(CampaignSwitch))}


def find_switch(session: Session, campaign: str) -> CampaignSwitch | None:
    """Of the scope's home tenant."""
    return session.scalars(
        sa.select(CampaignSwitch).where(
            CampaignSwitch.tenant_id == _home(session), CampaignSwitch.campaign == campaign
        )
    ).one_or_none()


def switch_on(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, since: date
) -> CampaignSwitch:
    """For the scope's home tenant. Already on = nothing changes; after a pause ``since`` counts anew."""
    switch = find_switch(session, campaign.key)
    if switch is None:
        switch = CampaignSwitch(campaign=campaign.key, label=str(campaign.label), since=since)
        session.add(switch)
    elif switch.enabled:
        return switch
    else:
        switch.enabled, switch.label, switch.since = True, str(campaign.label), since
    session.flush()
    data = {"label": switch.label, "since": since.isoformat()}
    record(session, Act.CAMPAIGN_ENABLE, f"campaign:{campaign.key}", actor, now, data)
    return switch


def disable_campaign(session: Session, actor: Actor, now: datetime, *, tenant: Tenant, campaign: str) -> None:
    """Hide the campaign from the tenant; every row stays. Already off = nothing changes."""
    with crossing(session, tenant.id):
        switch = find_switch(session, campaign)
        if switch is None:
            raise NotFound(_("这个地区没有启用过该专项。"))
        if switch.enabled:
            switch.enabled = False
            record(session, Act.CAMPAIGN_DISABLE, f"campaign:{campaign}", actor, now, {"label": switch.label})
