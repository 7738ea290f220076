"""One line of what was done, for an obligation or duty of which no other room keeps a record; withdrawn, never erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.duties.models import DutyRecord
from portal.duties.obligations import find_obligation
from portal.figures.evidence import LINES, room_of
from portal.units.models import Mechanism

MAX_NOTE = 500
BACK = timedelta(days=400)
"""How far back a line may say that something was done: the year before, with a month to remember it."""


def label_of(campaign: Campaign, key: str, *, member: str | None) -> Text:
    """What a line may be written for by the holder of the roster line ``member`` (None: by the office).

    ``NotFound`` where another room keeps the record, or somebody else owes it.
    """
    owed = find_obligation(campaign, key)
    if owed is not None:
        mine = (
            owed.by_office if member is None else not owed.by_office and member in (owed.members or (member,))
        )
        if mine and room_of(owed) == LINES:
            return owed.label
        raise NotFound
    duty = next((d for d in campaign.duties if d.key == key and d.soft), None)
    if duty is None or not member or not duty.binds(member):
        raise NotFound
    return duty.text


def write_line(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    campaign: Campaign,
    mechanism_id: int,
    unit_id: int | None,
    member: str | None,
    key: str,
    done_on: date | None,
    note: str,
) -> DutyRecord:
    """Store what was done on a day in the scope's home tenant. The same line twice (a double click) is one."""
    label_of(campaign, key, member=member)
    today, note = now.astimezone(SHANGHAI).date(), note.strip()
    problems: dict[str, Message | Text] = {}
    if done_on is None:
        problems["done_on"] = _("请填写办理日期。")
    elif done_on > today:
        problems["done_on"] = Message(_("办理日期不能晚于今天 %(day)s。"), day=today.isoformat())
    elif done_on < today - BACK:
        problems["done_on"] = Message(_("办理日期不能早于 %(day)s。"), day=(today - BACK).isoformat())
    if not note:
        problems["note"] = _("请写一句办了什么。")
    elif len(note) > MAX_NOTE:
        problems["note"] = Message(_("请控制在 %(n)s 字以内。"), n=MAX_NOTE)
    if problems or done_on is None:
        raise Invalid(problems)
    home = get_scope(session).home
    body = sa.select(Mechanism.id).where(Mechanism.tenant_id == home, Mechanism.id == mechanism_id)
    session.execute(body.with_for_update())  # two clicks: one after the other
    same = session.scalars(
        sa.select(DutyRecord).where(
            *_of(mechanism_id, unit_id), DutyRecord.duty == key, DutyRecord.done_on == done_on,
            DutyRecord.note == note, DutyRecord.withdrawn_at.is_(None),
        )
    ).first()  # fmt: skip
    if same is not None:
        return same
    line = DutyRecord(
        mechanism_id=mechanism_id,
        unit_id=unit_id,
        duty=key,
        done_on=done_on,
        note=note,
        by=actor.name,
        at=now,
    )
    session.add(line)
    session.flush()
    data = {"duty": key, "done_on": done_on.isoformat()}
    record(session, Act.DUTY_RECORD, f"duty_record:{line.id}", actor, now, data)
    return line


def withdraw_line(session: Session, actor: Actor, now: datetime, *, line: DutyRecord) -> None:
    """From now on it meets nothing; it stays in the list, struck out."""
    if line.withdrawn_at is not None:
        raise Conflict(_("这一条已经撤销。"))
    line.withdrawn_at = now
    data = {"duty": line.duty, "done_on": line.done_on.isoformat()}
    record(session, Act.DUTY_WITHDRAW, f"duty_record:{line.id}", actor, now, data)


def find_line(session: Session, mechanism_id: int, line_id: int) -> DutyRecord:
    found = session.get(DutyRecord, (get_scope(session).home, line_id))
    if found is None or found.mechanism_id != mechanism_id:
        raise NotFound
    return found


def list_lines(
    session: Session, mechanism_id: int, unit_id: int | None, key: str, limit: int = 50
) -> Sequence[DutyRecord]:
    """Newest day first, withdrawn ones included."""
    return session.scalars(
        sa.select(DutyRecord)
        .where(*_of(mechanism_id, unit_id), DutyRecord.duty == key)
        .order_by(DutyRecord.done_on.desc(), DutyRecord.id.desc())
        .limit(limit)
    ).all()


def _of(mechanism_id: int, unit_id: int | None) -> tuple[sa.ColumnElement[bool], ...]:
    owner = DutyRecord.unit_id.is_(None) if unit_id is None else DutyRecord.unit_id == unit_id
    return DutyRecord.mechanism_id == mechanism_id, owner
