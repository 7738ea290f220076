"""The office answers each item of information: taken up, not taken up, or passed to a unit; with one line why."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI, midnight
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.documents.marks import refuse_marks
from portal.information.items import add_readers, drop_readers, lock_item, members_of, reader_ids
from portal.information.models import Answer, Item, ItemKind, Level
from portal.notices.services import notify
from portal.units.bodies import list_members

ANSWER_LABELS: dict[Answer, Text] = {
    Answer.ADOPTED: _("采用"),
    Answer.DECLINED: _("不采用"),
    Answer.FORWARDED: _("转办"),
}
LONGEST_WHY = 300
Known = dict[str, bool]
"""What a forwarding opened to a unit, kept with the decision so that it can be closed again."""


def answer_item(
    session: Session, actor: Actor, now: datetime, *, item: Item, answer: Answer, why: str, to_unit: int | None = None,
    link: str = "",
) -> Item:  # fmt: skip
    """The office's answer; the unit that wrote it is told. A later one replaces it, ``decisions`` keeps both.

    ``FORWARDED`` gives ``to_unit`` a notice and the right to read; an item for the office alone becomes one for
    chosen units by that. Decided otherwise later, that unit is told and no longer reads what it got in this way.
    The same answer again changes nothing.
    """
    item = _open(session, item, why)
    names = {m.unit_id: m.short_name for m in members_of(session, item, now)}
    if answer is Answer.FORWARDED:
        _check_target(item, to_unit, names)
    else:
        to_unit = None
    if (item.answer, item.answer_why, item.answer_unit_id) == (answer.value, why, to_unit):
        return item
    known = _end_forwarding(session, actor, now, item, why, to_unit, link)
    item.answer, item.answer_why, item.answer_unit_id = answer.value, why, to_unit
    item.answered_at, item.answered_by = now, actor.name
    data = {"answer": answer.value, "why": why}
    said = Message(_("您报送的“%(title)s”：采用。"), title=item.title[:60])
    if answer is Answer.DECLINED:
        said = Message(_("您报送的“%(title)s”：不采用。"), title=item.title[:60])
    if answer is Answer.FORWARDED and to_unit is not None:
        data["to"] = str(to_unit)
        said = Message(
            _("您报送的“%(title)s”：已转%(unit)s办理。"), title=item.title[:60], unit=names[to_unit]
        )
        known = known or _let_read(session, item, to_unit)
        task = Message(_("办公室转办信息：%(title)s"), title=item.title[:60])
        notify(
            session, now, mechanism_id=item.mechanism_id, unit_id=to_unit, text=task, sender=actor.name, link=link,
            detail=why,
        )  # fmt: skip
    notify(
        session, now, mechanism_id=item.mechanism_id, unit_id=item.unit_id, text=said, sender=actor.name, link=link,
        detail=why,
    )  # fmt: skip
    _keep(item, actor, now, why, answer.value, names.get(to_unit or 0, ""), known)
    session.flush()
    record(session, Act.ITEM_ANSWER, f"item:{item.id}", actor, now, data)
    return item


def take_back(session: Session, actor: Actor, now: datetime, *, item: Item, why: str, link: str = "") -> Item:
    """A 转办 that went to the wrong unit: the item waits for its answer again, both units are told. Again: nothing."""
    item = _open(session, item, why)
    if not item.answer and item.decisions and not item.decisions[-1]["answer"]:
        return item
    if item.answer != Answer.FORWARDED:
        raise Conflict(_("这条信息现在没有转办，不需要收回。"))
    data = {"answer": "", "why": why, "from": str(item.answer_unit_id)}
    _end_forwarding(session, actor, now, item, why, None, link)
    item.answer, item.answer_why, item.answer_unit_id = "", "", None
    item.answered_at, item.answered_by = None, ""
    _keep(item, actor, now, why)
    said = Message(_("您报送的“%(title)s”：办公室收回转办，将另行答复。"), title=item.title[:60])
    notify(
        session, now, mechanism_id=item.mechanism_id, unit_id=item.unit_id, text=said, sender=actor.name, link=link,
        detail=why,
    )  # fmt: skip
    session.flush()
    record(session, Act.ITEM_ANSWER, f"item:{item.id}", actor, now, data)
    return item


def _open(session: Session, item: Item, why: str) -> Item:
    """Locked, when the office may decide about it and says why."""
    item = lock_item(session, item)
    if item.kind != ItemKind.INFORMATION or item.unit_id is None or item.level == Level.OWN:
        raise NotFound
    if item.withdrawn_at is not None:
        raise Conflict(_("这条信息已由报送单位撤回，不需要答复。"))
    if not why:
        raise Invalid({"why": _("请用一句话写明理由，报送单位可以看到。")})
    if len(why) > LONGEST_WHY:
        raise Invalid(
            {"why": Message(_("共 %(n)s 字，最多 %(max)s 字，请删减。"), n=len(why), max=LONGEST_WHY)}
        )
    refuse_marks({"why": why})
    return item


def _keep(
    item: Item,
    actor: Actor,
    now: datetime,
    why: str,
    answer: str = "",
    unit: str = "",
    known: Known | None = None,
) -> None:
    decision = {"answer": answer, "why": why, "unit": unit, "by": actor.name, "at": now.isoformat()}
    item.decisions = [*item.decisions, decision | (known or {})]


class Decision(NamedTuple):
    """``answer`` None = taken back. ``unit``: name of the one it was forwarded to, as it was then."""

    answer: Text | None
    unit: str
    why: str
    by: str
    at: datetime


def earlier_decisions(item: Item) -> list[Decision]:
    """What the office decided before the answer that stands, newest first."""
    past = item.decisions[:-1] if item.answer else item.decisions
    return [
        Decision(
            ANSWER_LABELS[Answer(d["answer"])] if d["answer"] else None, d["unit"], d["why"], d["by"],
            datetime.fromisoformat(d["at"]),
        )
        for d in reversed(past)
    ]  # fmt: skip


def _check_target(item: Item, to_unit: int | None, names: dict[int, str]) -> None:
    if to_unit is None:
        raise Invalid({"to_unit": _("请选择转给哪个单位。")})
    if to_unit not in names:
        raise NotFound
    if to_unit == item.unit_id:
        raise Invalid({"to_unit": _("这是报送单位自己，请选择别的单位。")})


def _let_read(session: Session, item: Item, unit_id: int) -> Known:
    """What had to be opened for it: the level (``raised``), its place among the readers (``named``)."""
    raised = item.level == Level.OFFICE
    if raised:
        item.level = Level.CHOSEN.value
    named = item.level == Level.CHOSEN and unit_id not in reader_ids(session, item)
    if named:
        add_readers(session, item, [unit_id])
    return {"raised": raised, "named": named}


def _end_forwarding(
    session: Session, actor: Actor, now: datetime, item: Item, why: str, to_unit: int | None, link: str
) -> Known:
    """The unit that has it so far is told, and what was opened for it closes again. Forwarded to the same unit with
    other words: what was opened stays, and is answered."""
    former = item.answer_unit_id
    last = item.decisions[-1] if item.decisions else {}
    known = {key: last.get(key, False) for key in ("raised", "named")}
    if former is None or former == to_unit:
        return known if former else {}
    if known["named"]:
        drop_readers(session, item, [former])
    if known["raised"] and not reader_ids(session, item):
        item.level = Level.OFFICE.value
    text = Message(_("办公室收回转办，不再由您单位办理：%(title)s"), title=item.title[:60])
    notify(
        session, now, mechanism_id=item.mechanism_id, unit_id=former, text=text, sender=actor.name,
        link="" if known["named"] else link, detail=why,
    )  # fmt: skip
    return {}


class Credit(NamedTuple):
    """How many items a unit filed in a year, and what became of them."""

    unit_id: int
    unit_name: str
    filed: int
    adopted: int
    forwarded: int
    declined: int
    open: int


def list_credits(session: Session, desk: Desk, year: int, on: date) -> list[Credit]:
    """Every member in official order, those with nothing filed too: a plain count, no ranking. Two statements."""

    def count(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count(sa.case((sa.and_(*conditions), 1)))

    rows = session.execute(
        sa.select(
            Item.unit_id,
            sa.func.count(),
            *(count(Item.answer == a.value) for a in (Answer.ADOPTED, Answer.FORWARDED, Answer.DECLINED)),
            count(Item.answer == ""),
        )
        .where(
            Item.tenant_id == desk.tenant_id,
            Item.mechanism_id == desk.mechanism_id,
            Item.kind == ItemKind.INFORMATION.value,
            Item.unit_id.is_not(None),
            Item.level != Level.OWN.value,
            Item.withdrawn_at.is_(None),
            Item.filed_at >= midnight(date(year, 1, 1)),
            Item.filed_at < midnight(date(year + 1, 1, 1)),
        )
        .group_by(Item.unit_id)
    )
    counted = {r[0]: tuple(r[1:]) for r in rows}
    members = list_members(session, desk.mechanism_id, on)
    return [Credit(m.unit_id, m.short_name, *counted.get(m.unit_id, (0, 0, 0, 0, 0))) for m in members]


def year_of(text: str, now: datetime) -> int:
    """A year as the address has it, else this one."""
    this = now.astimezone(SHANGHAI).year
    return int(text) if text.isascii() and text.isdigit() and 2000 <= int(text[:5]) <= this else this
