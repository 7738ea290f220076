"""Handing an item down to the tenants below, and taking it back there.

Each tenant gets an item of its own, with attachments of its own, as a piece that its office received. What it does
with it is its own business; the receipts alone are seen from above.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from portal.campaigns.declarations import Campaign
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import Actor, crossing, get_scope
from portal.core.sealing import ring_of
from portal.core.text import Message, Text, _
from portal.core.workdays import WorkCalendar
from portal.documents import contents
from portal.documents.models import Attachment
from portal.information import advisories
from portal.information.advisories import Link, check_end, label_of, tell_readers
from portal.information.files import FIELD, list_files, subject_of
from portal.information.items import file_item, lock_item
from portal.information.models import Item, ItemKind, Level
from portal.information.offices import full_office
from portal.information.receipts import Asked, ask_receipts, list_asked
from portal.tenants.models import CampaignSwitch, Tenant
from portal.tenants.models import Level as TenantLevel
from portal.units.bodies import list_members
from portal.units.models import Mechanism

log = logging.getLogger(__name__)


class Way(StrEnum):
    OFFICE = "office"
    """To the office, which hands it on."""
    MEMBERS = "members"
    """To every unit of the body at once."""


WAYS: dict[Way, Text] = {Way.OFFICE: _("县级办公室"), Way.MEMBERS: _("直达县级全体成员单位")}


@dataclass(frozen=True)
class Below:
    """A tenant directly below that runs the campaign."""

    tenant_id: int
    code: str
    name: str
    mechanism_id: int
    office: str


def list_below(session: Session, tenant_id: int, campaign: str) -> list[Below]:
    """By region code; one statement. The scope must show them (``access.look_below``)."""
    rows = session.execute(
        sa.select(Tenant.id, Tenant.code, Tenant.name, Mechanism.id, Mechanism.office)
        .join(Mechanism, sa.and_(Mechanism.tenant_id == Tenant.id, Mechanism.campaign == campaign))
        .join(
            CampaignSwitch,
            sa.and_(CampaignSwitch.tenant_id == Tenant.id, CampaignSwitch.campaign == campaign, CampaignSwitch.enabled),
        )
        .where(Tenant.parent_id == tenant_id)
        .order_by(Tenant.code)
    )  # fmt: skip
    return [Below(r[0], r[1], r[2], r[3], r[4]) for r in rows]


def may_go_down(item: Item) -> bool:
    """What the office wrote or received, and what every unit reads already; a narrower circle is not widened."""
    return item.withdrawn_at is None and (
        item.unit_id is None or item.level in (Level.MEMBERS.value, Level.UPWARD.value)
    )


def offered(desk: Desk, item: Item) -> bool:
    """Whether this desk may hand the item down."""
    above = desk.tenant_level != TenantLevel.COUNTY and item.tenant_id == desk.tenant_id
    return above and Right.INFO_ANSWER in desk.rights and may_go_down(item)


def push(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, campaign: Campaign, item: Item, tenant_ids: Collection[int],
    way: Way, read_by_at: datetime, folder: Path, calendar: WorkCalendar, link: Link = lambda _c, _i: "",
) -> int:  # fmt: skip
    """Hand the item down; how many tenants got it now. Who has it already gets no second one.

    One tenant among ``tenant_ids`` that is not offered, and nothing is handed down (``NotFound``).
    """
    offered = {b.tenant_id: b for b in list_below(session, desk.tenant_id, desk.campaign)}
    if not set(tenant_ids) <= set(offered):
        raise NotFound
    if not tenant_ids:
        raise Invalid({"tenants": _("请至少勾选一个地区。")})
    check_end(read_by_at, now)
    item = lock_item(session, item)
    if item.withdrawn_at is not None:
        raise Conflict(_("已撤回，不能再推送。"))
    if not may_go_down(item):
        raise Conflict(_("这一件只限指定单位知悉，不能推送到县。可由办公室另写一份。"))
    has = {entry["tenant_id"] for entry in item.pushed_to}
    fresh = [b for b in offered.values() if b.tenant_id in tenant_ids and b.tenant_id not in has]
    files = list_files(session, item)
    for below in fresh:
        with crossing(session, below.tenant_id):
            _put(
                session,
                actor,
                now,
                desk,
                campaign,
                item,
                files,
                below,
                way,
                read_by_at,
                folder,
                calendar,
                link,
            )
        item.pushed_to.append(
            {
                "tenant_id": below.tenant_id, "name": below.name, "at": now.isoformat(), "way": way.value,
                "read_by": read_by_at.isoformat(),
            }
        )  # fmt: skip
    if fresh:
        flag_modified(item, "pushed_to")
        data = {"to": [b.name for b in fresh], "way": way.value}
        record(session, Act.ADVISORY_PUSH, f"item:{item.id}", actor, now, data)
    session.flush()
    return len(fresh)


def _put(
    session: Session, actor: Actor, now: datetime, desk: Desk, campaign: Campaign, item: Item, files: Sequence[Attachment],
    below: Below, way: Way, read_by_at: datetime, folder: Path, calendar: WorkCalendar, link: Link,
) -> None:  # fmt: skip
    """Inside the tenant below."""
    members = list_members(session, below.mechanism_id, now.astimezone(SHANGHAI).date())
    units = [m.unit_id for m in members] if way is Way.MEMBERS else []
    texts = {key: value for key, value in item.sections.items() if isinstance(value, str) and value}
    copy = file_item(
        session, actor, now, mechanism_id=below.mechanism_id, campaign=campaign, unit_id=None, kind=ItemKind.ADVISORY,
        category=item.category, title=item.title, sections=texts or {"text": item.text}, number=item.number,
        level=Level.MEMBERS if units else Level.OFFICE, readers=units, request_key=f"push:{item.id}", calendar=calendar,
        read_by_at=read_by_at, origin=(item.tenant_id, item.id, full_office(desk)),
    )  # fmt: skip
    _copy_files(session, actor, now, item.tenant_id, files, copy, folder)
    readers: list[int | None] = [None, *units]
    ask_receipts(session, now, copy, readers)
    tell_readers(session, actor, now, copy, readers, label_of(campaign, copy), link(below.code, copy.id))
    data = {"from": full_office(desk), "way": way.value}
    record(session, Act.ADVISORY_PUSH, f"item:{copy.id}", actor, now, data)


def _copy_files(
    session: Session,
    actor: Actor,
    now: datetime,
    origin: int,
    files: Sequence[Attachment],
    copy: Item,
    folder: Path,
) -> None:
    """Rows and contents of the tenant's own, so that it reads them whatever becomes of the sender's."""
    ring, home = ring_of(session), get_scope(session).home
    assert home is not None
    for file in files:
        try:
            digest, key_id = contents.store(
                folder, home, contents.read(folder, origin, file.sha256, ring), ring
            )
        except OSError as error:
            log.exception("attachment %s is not handed down", file.id)
            text = Message(_("没有推送：附件“%(name)s”读不出或存不下，请联系系统管理员。"), name=file.name)
            raise Invalid({"tenants": text}) from error
        session.add(
            Attachment(
                subject=subject_of(copy), field=FIELD, unit_id=None, name=file.name, media_type=file.media_type, size=file.size,
                sha256=digest, key_id=key_id, added_at=now, added_by=actor.name,
            )
        )  # fmt: skip
    session.flush()


def withdraw_below(session: Session, actor: Actor, now: datetime, *, item: Item, why: str) -> int:
    """A withdrawn item is withdrawn wherever it was handed down, and further down from there; those asked are told.
    Called for an item of any kind after its withdrawal. How many tenants it was taken back from."""
    taken = 0
    for entry in item.pushed_to:
        with crossing(session, entry["tenant_id"]):
            copy = session.scalars(
                sa.select(Item).where(Item.origin_id == item.id, Item.origin_tenant_id == item.tenant_id)
            ).one_or_none()
            if copy is None or copy.withdrawn_at is not None:
                continue
            copy = advisories.withdraw(session, actor, now, item=copy, why=why)
            taken += 1 + withdraw_below(session, actor, now, item=copy, why=why)
    return taken


def remind_below(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    item: Item,
    asked: Sequence[Asked],
    label: Text,
    link: Link,
) -> int:
    """One notice a day to every office and unit below that owes its receipt of the item."""
    told = 0
    for tenant_id in dict.fromkeys(row.tenant_id for row in asked if row.owes):
        with crossing(session, tenant_id):
            found = session.execute(
                sa.select(Item, Tenant.code)
                .join(Tenant, Tenant.id == Item.tenant_id)
                .where(Item.origin_id == item.id, Item.origin_tenant_id == item.tenant_id)
            ).one_or_none()
            if found is not None and found[0].withdrawn_at is None:
                rows = [row for row in asked if row.tenant_id == tenant_id]
                address = link(found[1], found[0].id)
                told += advisories.remind(
                    session, actor, now, item=found[0], asked=rows, label=label, link=address
                )
    return told


@dataclass(frozen=True)
class County:
    """How a tenant below stands: who has signed of those asked there."""

    tenant_id: int
    name: str
    way: Way
    at: datetime
    due: datetime | None
    asked: tuple[Asked, ...]

    @property
    def signed(self) -> int:
        return sum(row.read_at is not None for row in self.asked)

    @property
    def total(self) -> int:
        return sum(row.read_at is not None or row.member for row in self.asked)

    @property
    def open(self) -> list[Asked]:
        return [row for row in self.asked if row.owes]


def list_counties(session: Session, item: Item, now: datetime) -> list[County]:
    """Of the tenants it was pushed to, in the order of their codes; one statement, under ``access.look_below``."""
    if not item.pushed_to:
        return []
    asked = list_asked(session, item, now.astimezone(SHANGHAI).date(), below=True)
    found = []
    for entry in item.pushed_to:
        due = datetime.fromisoformat(entry["read_by"]).astimezone(SHANGHAI)
        at = datetime.fromisoformat(entry["at"]).astimezone(SHANGHAI)
        rows = tuple(row for row in asked if row.tenant_id == entry["tenant_id"])
        found.append(County(entry["tenant_id"], entry["name"], Way(entry["way"]), at, due, rows))
    order = {row.tenant_id: n for n, row in enumerate(asked)}
    return sorted(found, key=lambda c: order.get(c.tenant_id, 0))
