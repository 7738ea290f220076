"""Lists of items, who will read one, and the steps of information that other people are told of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.core import search
from portal.core.clock import SHANGHAI
from portal.core.posts import POST_LABELS, PostKind
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.information.access import oversees, readable
from portal.information.items import withdraw_item
from portal.information.models import Answer, Item, ItemKind, Level
from portal.notices.services import notify
from portal.tenants.models import Tenant
from portal.units.bodies import MemberUnit, list_members
from portal.units.models import Mechanism, Post, Unit

PAGE = 50
OPEN, OVERDUE, WITHDRAWN = "open", "overdue", "withdrawn"
STATES: dict[str, Text] = {
    OPEN: _("未答复"),
    OVERDUE: _("逾期未答复"),
    Answer.ADOPTED.value: _("采用"),
    Answer.DECLINED.value: _("不采用"),
    Answer.FORWARDED.value: _("转办"),
    WITHDRAWN: _("已撤回"),
}


@dataclass(frozen=True)
class Filters:
    """What a list is asked for. ``unit_id`` 0 = the office, None = everybody; ``tenant_id`` of a tenant below."""

    kinds: tuple[ItemKind, ...] = (ItemKind.INFORMATION,)
    category: str = ""
    unit_id: int | None = None
    tenant_id: int | None = None
    state: str = ""
    text: str = ""
    page: int = 1


class ItemRow(NamedTuple):
    """One line of a list. ``unit_name`` '' = the office of ``tenant_name`` wrote it."""

    id: int
    tenant_id: int
    tenant_name: str
    unit_id: int | None
    unit_name: str
    kind: str
    category: str
    title: str
    level: str
    edition: int
    filed_at: datetime
    number: str
    answer: str
    answer_why: str
    answer_due_at: datetime | None
    answered_at: datetime | None
    withdrawn_at: datetime | None

    def state(self, now: datetime) -> tuple[str, Text]:
        """(light, word) of the answer; ('', '') where none is owed."""
        return answer_state(self, now)


def answer_state(item: ItemRow | Item, now: datetime) -> tuple[str, Text]:
    if item.withdrawn_at is not None:
        return "done", STATES[WITHDRAWN]
    if item.answer:
        return ("ok" if item.answer == Answer.ADOPTED else "done"), STATES[item.answer]
    if item.answer_due_at is None:
        return "", Text("")
    if now > item.answer_due_at:
        return "late", STATES[OVERDUE]
    return "near", STATES[OPEN]


def list_items(
    session: Session, desk: Desk, filters: Filters, now: datetime, *, most: int = PAGE
) -> tuple[list[ItemRow], bool]:
    """What the desk may read, newest first, one page and whether more follows; one statement.

    The scope decides about tenants below: call ``access.look_below`` before.
    """
    i = Item
    query = (
        sa.select(
            i.id, i.tenant_id, Tenant.city + Tenant.name, i.unit_id, sa.func.coalesce(Unit.short_name, ""), i.kind,
            i.category, i.title, i.level, i.edition, i.filed_at, i.number, i.answer, i.answer_why, i.answer_due_at,
            i.answered_at, i.withdrawn_at,
        )
        .join(Tenant, Tenant.id == i.tenant_id)
        .outerjoin(Unit, sa.and_(Unit.tenant_id == i.tenant_id, Unit.id == i.unit_id))
        .where(i.kind.in_([k.value for k in filters.kinds]), readable(desk, now.astimezone(SHANGHAI).date()))
        .order_by(i.filed_at.desc(), i.id.desc())
        .limit(most + 1)
        .offset((filters.page - 1) * most)
    )  # fmt: skip
    if filters.text:
        found = search.matching(session, filters.text, i.tenant_id, i.id)
        if found is None:
            return [], False
        query = query.join(*found).where(search.exactly(filters.text, i.text))
    if filters.category:
        query = query.where(i.category == filters.category)
    if filters.tenant_id is not None:
        query = query.where(i.tenant_id == filters.tenant_id)
    if filters.unit_id is not None:
        unit = i.unit_id.is_(None) if filters.unit_id == 0 else i.unit_id == filters.unit_id
        query = query.where(i.tenant_id == (filters.tenant_id or desk.tenant_id), unit)
    if filters.state:
        query = query.where(*_in_state(filters.state, now))
    rows = [ItemRow(*tuple(row)) for row in session.execute(query)]
    return rows[:most], len(rows) > most


def _in_state(state: str, now: datetime) -> tuple[Any, ...]:
    if state == WITHDRAWN:
        return (Item.withdrawn_at.is_not(None),)
    standing = Item.withdrawn_at.is_(None)
    if state in (OPEN, OVERDUE):
        owed = (standing, Item.answered_at.is_(None), Item.answer_due_at.is_not(None))
        return (*owed, Item.answer_due_at < now) if state == OVERDUE else owed
    return (standing, Item.answer == state)


# ------------------------------------------------------------------------------------------ who will read it
@dataclass(frozen=True)
class Circle:
    """Who reads what, by name. ``units``: the members that may be chosen; ``above``: offices of superiors."""

    writer: str
    member: str
    """The writer's line in the roster; '' = a guest, or the office."""
    office: tuple[Message | Text | str, ...]
    units: Sequence[MemberUnit]
    above: tuple[Message | Text | str, ...]
    groups: bool = False
    """People sit in the body's working groups without being of a unit; they read what every member reads."""

    def names(self, level: Level, chosen: Collection[int] = ()) -> list[Message | Text | str]:
        """Everybody who reads an item of ``level``, in the order of a document's address line."""
        found: list[Message | Text | str] = [self.writer] if self.writer else []
        if level is not Level.OWN:
            found += self.office
        if level is Level.CHOSEN:
            found += [u.full_name for u in self.units if u.unit_id in chosen]
        if level in (Level.MEMBERS, Level.UPWARD):
            found += [u.full_name for u in self.units]
            found += [POST_LABELS[PostKind.GROUP_MEMBER]] if self.groups else []
        if level is Level.UPWARD:
            found += self.above
        return list(dict.fromkeys(found))

    def levels(self, office_writes: bool) -> list[Level]:
        """Those to be offered: nobody is asked to report to superiors that do not exist."""
        left_out = {Level.OWN} if office_writes else set()
        return [x for x in Level if x not in left_out | (set() if self.above else {Level.UPWARD})]


def circle_of(session: Session, desk: Desk, campaign: Campaign, unit_id: int | None, now: datetime) -> Circle:
    """For an item that the unit (None: the office) writes now. Three statements."""
    in_groups = sa.exists().where(
        Post.tenant_id == Mechanism.tenant_id, Post.mechanism_id == Mechanism.id, Post.unit_id.is_(None),
        Post.kind == PostKind.GROUP_MEMBER.value, Post.since <= now, sa.or_(Post.until.is_(None), Post.until > now),
    )  # fmt: skip
    body = sa.select(Mechanism.titles, in_groups).where(
        Mechanism.tenant_id == desk.tenant_id, Mechanism.id == desk.mechanism_id
    )
    titles, groups = session.execute(body).one()
    convenors = (PostKind.CONVENOR, PostKind.DEPUTY_CONVENOR)
    declared = campaign.body.titles
    leaders = [titles.get(k.value) or declared.get(k.value) or POST_LABELS[k] for k in convenors]
    ids = [int(x) for x in desk.tenant_path.strip("/").split("/") if x.isdigit()]
    above = session.execute(
        sa.select(Tenant.city + Tenant.name, Tenant.path)
        .where(Tenant.id.in_(ids), Tenant.id != desk.tenant_id)
        .order_by(sa.func.length(Tenant.path).desc())
    )
    members = list_members(session, desk.mechanism_id, now.astimezone(SHANGHAI).date())
    return Circle(
        writer=next((m.full_name for m in members if m.unit_id == unit_id), ""),
        member=next((m.member for m in members if m.unit_id == unit_id), ""),
        office=(desk.office_name, *leaders),
        units=[m for m in members if m.unit_id != unit_id],
        groups=groups,
        above=tuple(
            Message(_("%(place)s%(office)s和召集人"), place=row[0], office=campaign.body.office)
            for row in above
        ),
    )


def list_tenants_below(session: Session, desk: Desk) -> list[tuple[int, str]]:
    """For the filter of a superior; empty for a desk that looks at nobody below."""
    if not oversees(desk):
        return []
    query = sa.select(Tenant.id, Tenant.name).where(
        Tenant.path.startswith(desk.tenant_path, autoescape=True), Tenant.id != desk.tenant_id
    )
    return [(row[0], row[1]) for row in session.execute(query.order_by(Tenant.code))]


# ------------------------------------------------------------------------------------------- information
def tell_readers(
    session: Session, actor: Actor, now: datetime, *, item: Item, readers: Collection[int], link: str
) -> None:
    """A notice for each unit chosen as reader, and for the office where an answer is owed; none a second time."""
    sent = Message(_("收到信息：%(title)s"), title=item.title[:60])
    owed = Message(_("新信息待答复：%(title)s"), title=item.title[:60])
    told: list[int | None] = [u for u in readers if u != item.unit_id] if item.level == Level.CHOSEN else []
    told += [None] if item.answer_due_at is not None else []
    for unit_id in told:
        notify(
            session, now, mechanism_id=item.mechanism_id, unit_id=unit_id, text=sent if unit_id else owed,
            sender=actor.name, link=link, mark=f"item:{item.id}:{unit_id or 'office'}",
        )  # fmt: skip


def withdraw_information(session: Session, actor: Actor, now: datetime, *, item: Item, why: str) -> Item:
    """The office hears of it when it still had to answer."""
    owed = item.answer_due_at is not None and item.answered_at is None and item.withdrawn_at is None
    item = withdraw_item(session, actor, now, item=item, why=why)
    if owed:
        text = Message(_("信息已由报送单位撤回，不需要再答复：%(title)s"), title=item.title[:60])
        notify(
            session,
            now,
            mechanism_id=item.mechanism_id,
            unit_id=None,
            text=text,
            sender=actor.name,
            detail=why,
        )
    return item
