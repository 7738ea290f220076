"""The public reporting channel of a tenant: what is published of it, and the switch of its page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.registry import Registry
from portal.campaigns.tips import Tips
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid
from portal.core.scope import Actor, Scope, get_scope, set_scope
from portal.core.text import Message, Text, _
from portal.tenants.models import CampaignSwitch, Tenant
from portal.tips.models import TipChannel

MOST_OTHERS, MOST_DAYS = 60, 120
_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_PHONE = re.compile(r"[0-9][0-9 ()\uff08\uff09\-]{4,38}")
_MAILBOX = re.compile(r"[^@\s]{1,40}@[^@\s]{1,38}")


@dataclass(frozen=True)
class Place:
    """One public page: where it stands, what the campaign declares, what the tenant publishes."""

    tenant: Tenant
    campaign: Campaign
    tips: Tips
    channel: TipChannel


@dataclass(frozen=True)
class Published:
    receiver: str
    phone: str = ""
    mailbox: str = ""
    address: str = ""
    hours: str = ""
    others: str = ""
    """One unit a line: its name, telephone and mailbox, with commas between."""
    check_days: int = 5
    answer_days: int = 30
    """Working days of the first check and of the answer, where the campaign names no limit."""


def find_place(session: Session, registry: Registry, region: str, topic: str) -> Place | None:
    """The page of this address, on or off; None where nobody ever set one up. Enters the tenant's scope."""
    campaign = registry.find(topic)
    if campaign is None or campaign.tips is None:
        return None
    tenant = session.scalars(sa.select(Tenant).where(Tenant.code == region)).one_or_none()
    if tenant is None:
        return None
    set_scope(session, Scope(own=(tenant.id,), home=tenant.id))
    row = session.execute(
        sa.select(TipChannel, CampaignSwitch.enabled)
        .join(
            CampaignSwitch,
            sa.and_(
                CampaignSwitch.tenant_id == TipChannel.tenant_id,
                CampaignSwitch.campaign == TipChannel.campaign,
            ),
        )
        .where(TipChannel.tenant_id == tenant.id, TipChannel.campaign == topic)
    ).one_or_none()
    return Place(tenant, campaign, campaign.tips, row[0]) if row is not None and row[1] else None


def find_channel(session: Session, campaign: str) -> TipChannel | None:
    """Of the scope's home tenant."""
    return session.scalars(
        sa.select(TipChannel).where(
            TipChannel.tenant_id == get_scope(session).home, TipChannel.campaign == campaign
        )
    ).one_or_none()


def set_channel(
    session: Session, actor: Actor, now: datetime, *, mechanism_id: int, campaign: str, enabled: bool,
    published: Published, version: int,
) -> TipChannel:  # fmt: skip
    """``version`` 0 = the page was opened before there was a channel. ``Invalid`` at the fields of ``Published``."""
    problems = _check(published, enabled)
    others = _read_others(published.others, problems)
    if problems:
        raise Invalid(problems)
    found = find_channel(session, campaign)
    if found is None:
        found = TipChannel(
            mechanism_id=mechanism_id, campaign=campaign, receiver="", changed_at=now, changed_by=""
        )
        session.add(found)
    elif found.version != version:
        raise Conflict(_("在您打开页面之后，别人已经修改并保存了这项内容。"))
    before = found.enabled
    found.enabled, found.receiver, found.phone = enabled, published.receiver, published.phone
    found.mailbox, found.address, found.hours = published.mailbox, published.address, published.hours
    found.others, found.changed_at, found.changed_by = others, now, actor.name
    found.check_days, found.answer_days = published.check_days, published.answer_days
    session.flush()
    data = {"campaign": campaign, "before": bool(before), "enabled": enabled, "phone": published.phone}
    record(session, Act.TIP_CHANNEL, f"tip_channel:{found.id}", actor, now, data)
    return found


def _check(given: Published, enabled: bool) -> dict[str, Message | Text]:
    problems: dict[str, Message | Text] = {}
    if not given.receiver:
        problems["receiver"] = _("请写明受理单位。")
    if (wrong := _wrong_phone(given.phone)) is not None:
        problems["phone"] = wrong
    if given.mailbox and not _MAILBOX.fullmatch(given.mailbox):
        problems["mailbox"] = _("邮箱格式不对，例如 jubao@example.gov.cn。")
    for key, days in (("check_days", given.check_days), ("answer_days", given.answer_days)):
        if not 1 <= days <= MOST_DAYS:
            problems[key] = Message(_("请填 1 至 %(n)s 个工作日。"), n=MOST_DAYS)
    if given.check_days > given.answer_days:
        problems.setdefault("answer_days", _("答复时限不能短于初查时限。"))
    if enabled and not (given.phone or given.mailbox):
        problems.setdefault("phone", _("开通前请公布举报电话或邮箱，至少一项。"))
    return problems


def _wrong_phone(phone: str) -> Text | None:
    if _MOBILE.search(phone):
        return _("只公布单位办公电话，不公布个人手机号。")
    return _("电话格式不对，请填区号和号码。") if phone and not _PHONE.fullmatch(phone) else None


def _read_others(text: str, problems: dict[str, Message | Text]) -> list[list[str]]:
    found: list[list[str]] = []
    for number, line in enumerate(filter(str.strip, text.splitlines()), 1):
        cells = [c.strip() for c in re.split("[,\uff0c\t]", line)]
        name, phone, mailbox = [*cells, "", ""][:3]
        problem: Text | None = _wrong_phone(phone)
        if len(cells) > 3 or not name or len(name) > 40 or not (phone or mailbox):
            problem = _("每行写单位、电话、邮箱，用逗号隔开，电话和邮箱至少一项。")
        elif mailbox and not _MAILBOX.fullmatch(mailbox):
            problem = _("邮箱格式不对，例如 jubao@example.gov.cn。")
        if problem is not None:
            problems["others"] = Message(_("第 %(n)s 行：%(problem)s"), n=number, problem=problem)
            break
        found.append([name, phone, mailbox])
    if len(found) > MOST_OTHERS:
        problems["others"] = Message(_("最多 %(n)s 行，请删减。"), n=MOST_OTHERS)
    return found


def show_others(others: Sequence[Sequence[str]]) -> str:
    """As it was typed."""
    return "\n".join("\uff0c".join(row).rstrip("\uff0c") for row in others)
