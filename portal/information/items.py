"""Items of every kind: filed once, changed by a new edition, withdrawn with a reason.

A later edition may keep its readers or have fewer of them, never more: who reads an item reads its editions, and
the earlier words were written for the readers of that day. For a wider circle an item is written anew. Once the
office has answered, the readers stay, because people act upon what they read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.exchange import DEFAULT_ANSWER, Category
from portal.core import search
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.scope import Actor, get_scope
from portal.core.text import Text, _
from portal.core.workdays import WorkCalendar
from portal.deadlines.limits import Reached, reach
from portal.documents.marks import refuse_marks
from portal.documents.models import Attachment
from portal.information.models import Item, ItemEdition, ItemKind, ItemReader, Level
from portal.units.bodies import MemberUnit, list_members
from portal.units.models import Mechanism

WIDTH = {level: place for place, level in enumerate(Level)}
"""From narrow to wide."""
LEVEL_LABELS: dict[Level, Text] = {
    Level.OWN: _("本单位"),
    Level.OFFICE: _("仅办公室"),
    Level.CHOSEN: _("指定单位"),
    Level.MEMBERS: _("全体成员"),
    Level.UPWARD: _("并报上级"),
}


def categories_of(campaign: Campaign, kind: ItemKind | str) -> tuple[Category, ...]:
    x = campaign.exchange
    groups = {
        ItemKind.INFORMATION: x.categories, ItemKind.ADVISORY: x.advisories, ItemKind.MATERIAL: x.materials,
    }  # fmt: skip
    return groups.get(ItemKind(kind), ())


def writable_categories(campaign: Campaign, kind: ItemKind | str, member: str | None) -> tuple[Category, ...]:
    """Those that the holder of a roster line writes; ``member`` None = the office, which writes all of them."""
    return tuple(
        c for c in categories_of(campaign, kind) if member is None or not c.writers or member in c.writers
    )


def words_of(title: str, sections: Mapping[str, Any], number: str = "") -> str:
    """All words of an item, for search and snippets."""
    parts = [title, number, *(v for v in sections.values() if isinstance(v, str))]
    return "\n".join(p for p in parts if p)


def answer_limit(campaign: Campaign, start: datetime, calendar: WorkCalendar) -> Reached:
    """How long the office has to answer, and why."""
    limit = campaign.exchange.answer or DEFAULT_ANSWER
    source = campaign.source(limit.clause.source) if limit.clause else None
    return reach(limit, start, calendar, source)


def file_item(
    session: Session, actor: Actor, now: datetime, *, mechanism_id: int, campaign: Campaign, unit_id: int | None,
    kind: ItemKind, category: str, title: str, sections: Mapping[str, Any], level: Level, readers: Collection[int] = (),
    request_key: str, calendar: WorkCalendar, number: str = "", editor: str = "", read_by_at: datetime | None = None,
    origin: tuple[int, int, str] | None = None,
) -> Item:  # fmt: skip
    """File an item of the home tenant. The same ``request_key`` again gives the item of the first time.

    ``unit_id`` None = the office writes. ``readers``: units of ``Level.CHOSEN``, or those an advisory is addressed to.
    ``origin``: (tenant, item, office) it was handed down from. Information owes an answer by ``answer_due_at``.
    Tells nobody. ``Invalid`` names title, category, level, readers or a section; ``SecretText`` is one of those.
    """
    # two clicks, or two people of one body: one after the other
    body = sa.select(Mechanism.id).where(
        Mechanism.tenant_id == get_scope(session).home, Mechanism.id == mechanism_id
    )
    if session.scalar(body.with_for_update()) is None:
        raise NotFound
    first = session.scalars(sa.select(Item).where(Item.request_key == request_key)).one_or_none()
    if first is not None:
        if (first.mechanism_id, first.unit_id, first.kind) != (mechanism_id, unit_id, kind.value):
            raise Conflict
        return first
    members = list_members(session, mechanism_id, now.astimezone(SHANGHAI).date())
    lines = {m.unit_id: m.member for m in members}
    if unit_id is not None and unit_id not in lines:
        raise Conflict(_("本单位现在不是成员单位，不能报送。请联系办公室。"))
    chosen = _check_readers(level, unit_id, readers, lines, advisory=kind is ItemKind.ADVISORY)
    offered = {c.key for c in writable_categories(campaign, kind, lines[unit_id] if unit_id else None)}
    if origin is None and categories_of(campaign, kind) and category not in offered:
        raise Invalid({"category": _("请选择类别。")})
    check_words(title, sections)
    owes = kind is ItemKind.INFORMATION and unit_id is not None and level is not Level.OWN
    item = Item(
        mechanism_id=mechanism_id, campaign=campaign.key, unit_id=unit_id, kind=kind.value, category=category,
        title=title, sections=dict(sections), text=words_of(title, sections, number), number=number, editor=editor,
        level=level.value, filed_at=now, filed_by=actor.name, request_key=request_key, read_by_at=read_by_at,
        answer_due_at=answer_limit(campaign, now, calendar).due if owes else None,
    )  # fmt: skip
    if origin is not None:
        item.origin_tenant_id, item.origin_id, item.origin_office = origin
    item.released_at = now if level is Level.UPWARD else None
    session.add(item)
    session.flush()
    _add_edition(session, actor, now, item, "")
    session.add_all(ItemReader(item_id=item.id, unit_id=u) for u in chosen)
    session.flush()
    search.put(session, item.id, item.text)
    data = {"kind": item.kind, "category": category, "level": item.level, "readers": len(chosen)}
    record(session, Act.ITEM_FILE, f"item:{item.id}", actor, now, data)
    return item


def revise_item(
    session: Session, actor: Actor, now: datetime, *, item: Item, edition: int, title: str, sections: Mapping[str, Any],
    level: Level, readers: Collection[int] = (), why: str, number: str | None = None,
    files_changed: bool = False,
) -> Item:  # fmt: skip
    """A new edition in place of ``edition``, which is the one the writer had before the eyes (else ``Conflict``).

    The readers may become fewer, never more, and stay as they are once the office has answered.
    """
    item = lock_item(session, item)
    if item.withdrawn_at is not None:
        raise Conflict(_("这条信息已撤回，不能再改。"))
    if item.edition != edition:
        raise Conflict(_("刚有人改过这条信息，请刷新后在新版上修改。"))
    if not why:
        raise Invalid({"why": _("请写明为什么修改。")})
    refuse_marks({"why": why})
    held = set(reader_ids(session, item))
    advisory = item.kind == ItemKind.ADVISORY
    wanted = set(readers) if advisory or level is Level.CHOSEN else set()
    _check_narrower(item, level, wanted, held)
    check_words(title, sections)
    number = item.number if number is None else number
    before = (item.title, item.sections, item.number, item.level, held)
    if before == (title, dict(sections), number, level.value, wanted) and not files_changed:
        raise Invalid({"": _("内容和读者都没有变化，不需要修改。")})
    if item.level == Level.MEMBERS or item.level == Level.UPWARD:
        lines = {m.unit_id: m.member for m in members_of(session, item, now)}
        wanted = set(_check_readers(level, item.unit_id, wanted, lines, advisory=advisory))
    changed = {"why": why, "from": item.level, "to": level.value, "readers": len(wanted)}
    item.title, item.sections, item.number, item.level = title, dict(sections), number, level.value
    item.text = words_of(title, sections, number)
    item.edition += 1
    if level is Level.OWN:
        item.answer_due_at = None
    _add_edition(session, actor, now, item, why)
    _set_readers(session, item, held, wanted)
    session.flush()
    _release(session, item, now if level is Level.UPWARD else None)
    search.put(session, item.id, item.text)
    data = {"edition": item.edition} | changed
    record(session, Act.ITEM_REVISE, f"item:{item.id}", actor, now, data)
    return item


def withdraw_item(session: Session, actor: Actor, now: datetime, *, item: Item, why: str) -> Item:
    """Nobody but the writer and the office reads it from now on. Again: nothing happens."""
    if not why:
        raise Invalid({"why": _("请写明为什么撤回。")})
    refuse_marks({"why": why})
    item = lock_item(session, item)
    if item.withdrawn_at is not None:
        return item
    item.withdrawn_at, item.withdrawn_why = now, why
    session.flush()
    _release(session, item, None)
    search.drop(session, item.id)
    record(session, Act.ITEM_WITHDRAW, f"item:{item.id}", actor, now, {"why": why})
    return item


def lock_item(session: Session, item: Item) -> Item:
    """The item as it stands now, held until the end of the transaction; ``NotFound`` outside the home tenant."""
    home = get_scope(session).home
    wanted = sa.select(Item).where(Item.tenant_id == home, Item.id == item.id).with_for_update()
    found = session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if found is None or item.tenant_id != home:
        raise NotFound
    return found


def reader_ids(session: Session, item: Item) -> list[int]:
    """Units named as readers, or as addressees of an advisory."""
    wanted = (ItemReader.tenant_id == item.tenant_id, ItemReader.item_id == item.id)
    return list(session.scalars(sa.select(ItemReader.unit_id).where(*wanted)))


def members_of(session: Session, item: Item, now: datetime) -> list[MemberUnit]:
    return list_members(session, item.mechanism_id, now.astimezone(SHANGHAI).date())


def list_editions(session: Session, item: Item) -> list[ItemEdition]:
    """Oldest first."""
    wanted = (ItemEdition.tenant_id == item.tenant_id, ItemEdition.item_id == item.id)
    return list(session.scalars(sa.select(ItemEdition).where(*wanted).order_by(ItemEdition.number)))


def check_words(title: str, sections: Mapping[str, Any]) -> None:
    """``Invalid`` for an empty title or text, ``SecretText`` for a mark of secrecy in either."""
    if not title:
        raise Invalid({"title": _("请写标题。")})
    texts = {key: value for key, value in sections.items() if isinstance(value, str)}
    if not any(texts.values()):
        raise Invalid({next(iter(texts), ""): _("请写内容。")})
    refuse_marks({"title": title} | texts)


def _check_readers(
    level: Level, unit_id: int | None, readers: Collection[int], lines: Collection[int], *, advisory: bool
) -> list[int]:
    """The units to be named; another body's or tenant's unit is ``NotFound``."""
    if level is Level.OWN and unit_id is None:
        raise Invalid({"level": _("办公室的信息请从“仅办公室”起选择。")})
    if level is not Level.CHOSEN and not advisory:
        return []
    chosen = [u for u in dict.fromkeys(readers) if u != unit_id]
    if not set(chosen) <= set(lines):
        raise NotFound
    if level is Level.CHOSEN and not chosen:
        raise Invalid({"readers": _("请至少勾选一个单位。")})
    return chosen


def _check_narrower(item: Item, level: Level, wanted: set[int], held: set[int]) -> None:
    before = Level(item.level)
    if item.answer and (level is not before or wanted != held):
        raise Invalid({"level": _("办公室已答复，读者不能再改；可以改文字，或撤回后另写一条。")})
    wider = WIDTH[level] > WIDTH[before] or (before is Level.CHOSEN and not wanted <= held)
    if wider:
        raise Invalid({"level": _("修改时读者只能减少，不能增加。要让更多单位看到，请另写一条。")})
    if level is Level.CHOSEN and not wanted:
        raise Invalid({"readers": _("请至少勾选一个单位。")})
    if level is Level.OWN and item.unit_id is None:
        raise Invalid({"level": _("办公室的信息请从“仅办公室”起选择。")})


def _set_readers(session: Session, item: Item, held: set[int], wanted: set[int]) -> None:
    drop_readers(session, item, held - wanted)
    add_readers(session, item, wanted - held)


def drop_readers(session: Session, item: Item, units: Collection[int]) -> None:
    named = (
        ItemReader.tenant_id == item.tenant_id,
        ItemReader.item_id == item.id,
        ItemReader.unit_id.in_(units),
    )
    session.execute(sa.delete(ItemReader).where(*named).execution_options(synchronize_session=False))


def add_readers(session: Session, item: Item, units: Iterable[int]) -> None:
    session.add_all(ItemReader(item_id=item.id, unit_id=u) for u in units)
    session.flush()


def _add_edition(session: Session, actor: Actor, now: datetime, item: Item, why: str) -> None:
    edition = ItemEdition(
        item_id=item.id,
        number=item.edition,
        title=item.title,
        sections=item.sections,
        why=why,
        by=actor.name,
        at=now,
    )
    edition.released_at = item.released_at
    session.add(edition)


def _release(session: Session, item: Item, at: datetime | None) -> None:
    """Superiors see the item, its editions and attachments (``at``), or no longer do (None)."""
    item.released_at = (item.released_at or at) if at else None
    editions = sa.update(ItemEdition).where(
        ItemEdition.tenant_id == item.tenant_id, ItemEdition.item_id == item.id
    )
    files = sa.update(Attachment).where(
        Attachment.tenant_id == item.tenant_id, Attachment.subject == f"item:{item.id}"
    )
    for change in (editions, files):
        session.execute(
            change.values(released_at=item.released_at).execution_options(synchronize_session=False)
        )
    session.flush()
