"""风险提示、提示函: written by the office or a unit that may, sent to units by name, signed for, chased, withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.exchange import Category, Limit, LimitKind
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import show_moment
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.core.workdays import WorkCalendar
from portal.deadlines.limits import reach
from portal.information.access import readable, writing_units
from portal.information.items import add_readers, file_item, lock_item, withdraw_item, writable_categories
from portal.information.models import Item, ItemKind, ItemReader, ItemReceipt, Level
from portal.information.receipts import Asked, ask_receipts, list_asked, reader_of, sign_for
from portal.notices.services import notify
from portal.units.bodies import MemberUnit

SECTIONS: dict[str, Text] = {
    "situation": _("情况"),
    "risk": _("风险点"),
    "advice": _("建议措施"),
    "feedback": _("反馈要求"),
}
_OTHER = {"analysis": _("分析"), "suggestion": _("建议")}
LONGEST_WAIT = timedelta(days=366)
USUAL = Limit(kind=LimitKind.WORKING_DAYS, n=3)
"""How long a receipt is waited for unless the sender says otherwise; the portal's own, no clause asks for it."""
Link = Callable[[str, int], str]
"""(code of the tenant, item id) -> address of its page there."""


@dataclass(frozen=True)
class Entry:
    """``everyone``: all units of the body, whatever ``units`` says."""

    category: str
    title: str
    sections: Mapping[str, str]
    everyone: bool
    units: tuple[int, ...]
    read_by_at: datetime


def open_categories(
    campaign: Campaign, unit_id: int | None, members: Sequence[MemberUnit]
) -> tuple[Category, ...]:
    """What a unit may issue: only what names it as a writer. The office (None) issues any."""
    member = next((m.member for m in members if m.unit_id == unit_id), None)
    if unit_id is not None and not member:
        return ()
    open_ = writable_categories(campaign, ItemKind.ADVISORY, member)
    return open_ if unit_id is None else tuple(c for c in open_ if c.writers)


def usual_end(now: datetime, calendar: WorkCalendar) -> datetime:
    """Six in the evening of the third working day."""
    return reach(USUAL, now, calendar).due.replace(hour=18, minute=0, second=0, microsecond=0)


def check_end(read_by_at: datetime, now: datetime) -> None:
    if read_by_at <= now:
        raise Invalid({"read_by": _("签收期限已过，请改为现在以后的时间。")})
    if read_by_at > now + LONGEST_WAIT:
        raise Invalid({"read_by": _("签收期限最长一年，请核对年份。")})


def send_advisory(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, campaign: Campaign, members: Sequence[MemberUnit],
    unit_id: int | None, entry: Entry, request_key: str, calendar: WorkCalendar, link: Link = lambda _c, _i: "",
) -> Item:  # fmt: skip
    """Issue it to the units and ask for their receipts. The same ``request_key`` again gives the first one.

    ``unit_id`` None = the office. One foreign unit among those chosen, and nothing is sent (``NotFound``).
    """
    sent = session.scalars(sa.select(Item).where(Item.request_key == request_key)).one_or_none()
    if sent is None:
        if entry.category not in {c.key for c in open_categories(campaign, unit_id, members)}:
            raise Invalid({"category": _("请选择类别。")})
        check_end(entry.read_by_at, now)
    others = [m.unit_id for m in members if m.unit_id != unit_id]
    chosen = others if entry.everyone else list(dict.fromkeys(u for u in entry.units if u != unit_id))
    if not chosen:
        raise Invalid({"units": _("请至少勾选一个单位。")})
    item = file_item(
        session, actor, now, mechanism_id=desk.mechanism_id, campaign=campaign, unit_id=unit_id, kind=ItemKind.ADVISORY,
        category=entry.category, title=entry.title, sections={k: v for k, v in entry.sections.items() if v},
        level=Level.MEMBERS if entry.everyone else Level.CHOSEN, readers=chosen, request_key=request_key,
        calendar=calendar, read_by_at=entry.read_by_at,
    )  # fmt: skip
    first = sa.select(ItemReceipt.id).where(
        ItemReceipt.tenant_id == item.tenant_id, ItemReceipt.item_id == item.id
    )
    if session.scalar(first.limit(1)) is not None:
        return item
    ask_receipts(session, now, item, chosen)
    data = {"title": item.title, "units": [m.full_name for m in members if m.unit_id in set(chosen)]}
    record(session, Act.ADVISORY_SEND, f"item:{item.id}", actor, now, data)
    tell_readers(session, actor, now, item, chosen, label_of(campaign, item), link(desk.tenant_code, item.id))
    return item


def label_of(campaign: Campaign, item: Item) -> Text:
    """Of its category; what was pushed from another room is 上级来件."""
    found = next((c.label for c in campaign.exchange.advisories if c.key == item.category), None)
    return found or (_("上级来件") if item.origin_id else Text(item.category or _("提示")))


def tell_readers(
    session: Session,
    actor: Actor,
    now: datetime,
    item: Item,
    units: Collection[int | None],
    label: Text,
    link: str,
) -> None:
    text = _("请签收%(label)s：%(title)s（%(due)s 前）")
    due = show_moment(item.read_by_at)
    for unit_id in units:
        notify(
            session, now, mechanism_id=item.mechanism_id, unit_id=unit_id, sender=item.origin_office or actor.name, link=link,
            text=Message(text, label=label, title=item.title[:80], due=due),
        )  # fmt: skip


def get_advisory(session: Session, desk: Desk, item_id: int, on: date) -> Item:
    """An advisory of the desk's own tenant. One that was withdrawn is still found by those it was addressed to,
    so that they learn why; the page shows them no more than that."""
    if Right.INFO_READ not in desk.rights:
        raise NotAllowed
    addressed = sa.exists().where(
        ItemReceipt.tenant_id == Item.tenant_id, ItemReceipt.item_id == Item.id,
        ItemReceipt.unit_id.in_(desk.units_with(Right.INFO_READ)),
    )  # fmt: skip
    gone = sa.and_(Item.mechanism_id == desk.mechanism_id, Item.withdrawn_at.is_not(None), addressed)
    wanted = (Item.tenant_id == desk.tenant_id, Item.id == item_id, Item.kind == ItemKind.ADVISORY.value)
    found = session.scalars(sa.select(Item).where(*wanted, sa.or_(readable(desk, on), gone))).one_or_none()
    if found is None:
        raise NotFound
    return found


def may_manage(desk: Desk, item: Item) -> bool:
    """Who sees the receipts, chases and withdraws: the writer's people and the office; not what came from above."""
    if item.unit_id is not None and item.unit_id in writing_units(desk):
        return True
    return Right.INFO_ANSWER in desk.rights


def remind(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    item: Item,
    asked: Sequence[Asked],
    label: Text,
    link: str,
) -> int:
    """催签: one notice to each who owes a receipt, once a day. How many were told now."""
    if item.withdrawn_at is not None:
        raise Conflict(_("已撤回，不用再催。"))
    day = now.astimezone(SHANGHAI).date().isoformat()
    text = Message(_("催签%(label)s：%(title)s（%(due)s 前）"), label=label, title=item.title[:80], due=show_moment(item.read_by_at))  # fmt: skip
    told = sum(
        notify(
            session, now, mechanism_id=item.mechanism_id, unit_id=row.unit_id, text=text, sender=actor.name, link=link,
            mark=f"advisory:{item.id}:{reader_of(row.unit_id)}:{day}",
        )
        for row in asked if row.owes
    )  # fmt: skip
    if told:
        record(session, Act.ADVISORY_REMIND, f"item:{item.id}", actor, now, {"told": told})
    return told


def withdraw(session: Session, actor: Actor, now: datetime, *, item: Item, why: str) -> Item:
    """In this tenant; the tenants it was pushed to follow by ``pushing.withdraw_below``. Again: nothing happens."""
    if item.withdrawn_at is not None:
        return item
    item = withdraw_item(session, actor, now, item=item, why=why)
    text = Message(_("已撤回，不用再办：%(title)s"), title=item.title[:80])
    for row in list_asked(session, item, now.astimezone(SHANGHAI).date()):
        notify(
            session,
            now,
            mechanism_id=item.mechanism_id,
            unit_id=row.unit_id,
            text=text,
            sender=actor.name,
            detail=why,
        )
    record(session, Act.ADVISORY_WITHDRAW, f"item:{item.id}", actor, now, {"why": why})
    return item


def distribute(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, campaign: Campaign, members: Sequence[MemberUnit],
    item: Item, everyone: bool, units: Sequence[int], read_by_at: datetime, link: Link = lambda _c, _i: "",
) -> int:  # fmt: skip
    """The office hands what came from above to its units, in one step, and has thereby signed for it itself.

    How many units it is new to; those that have it already are left alone.
    """
    item = lock_item(session, item)
    if item.origin_id is None:
        raise Conflict(_("只有上级来件可以转发；本级提示请另发一份。"))
    if item.withdrawn_at is not None:
        raise Conflict(_("上级已撤回，不能再转发。"))
    check_end(read_by_at, now)
    known = {m.unit_id for m in members}
    wanted = known if everyone else set(units)
    if not wanted <= known:
        raise NotFound
    if not wanted:
        raise Invalid({"units": _("请至少勾选一个单位。")})
    held = set(
        session.scalars(
            sa.select(ItemReader.unit_id).where(
                ItemReader.tenant_id == item.tenant_id, ItemReader.item_id == item.id
            )
        )
    )
    fresh = [m.unit_id for m in members if m.unit_id in wanted - held]
    if not fresh:
        return 0
    item.level = Level.MEMBERS.value if known <= held | wanted else Level.CHOSEN.value
    item.read_by_at = read_by_at
    add_readers(session, item, fresh)
    ask_receipts(session, now, item, fresh)
    sign_for(session, actor, now, item=item, unit_id=None)
    data = {"units": [m.full_name for m in members if m.unit_id in set(fresh)]}
    record(session, Act.ADVISORY_DISTRIBUTE, f"item:{item.id}", actor, now, data)
    tell_readers(session, actor, now, item, fresh, label_of(campaign, item), link(desk.tenant_code, item.id))
    return len(fresh)


def parts_of(item: Item) -> list[tuple[Text | None, str]]:
    """(heading, text) as the page and the letter show them; a text of another kind stands without heading."""
    labels = SECTIONS | _OTHER
    found = [
        (labels.get(key), value) for key, value in item.sections.items() if isinstance(value, str) and value
    ]
    order = list(labels.values())
    found.sort(key=lambda part: order.index(part[0]) if part[0] in order else -1)
    return found or [(None, item.text)]
