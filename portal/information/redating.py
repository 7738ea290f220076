"""A year's days off were announced: the office's time to answer what still waits follows."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.registry import Registry
from portal.core.audit import Act, record
from portal.core.clock import midnight
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, _
from portal.core.workdays import WorkCalendar
from portal.deadlines.recompute import Recompute
from portal.information.items import answer_limit
from portal.information.models import Item
from portal.notices.services import notify


def redate_all(registry: Registry) -> Recompute:
    return partial(redate_items, registry)


def redate_items(
    registry: Registry, session: Session, actor: Actor, now: datetime, calendar: WorkCalendar, year: int, code: str
) -> int:  # fmt: skip
    """Items of the home tenant that wait for their answer, again from when they were filed; each office is told once."""
    home = get_scope(session).home
    items = session.scalars(
        sa.select(Item)
        .where(
            Item.tenant_id == home, Item.answered_at.is_(None), Item.withdrawn_at.is_(None),
            Item.answer_due_at >= midnight(date(year, 1, 1)), Item.filed_at < midnight(date(year + 1, 1, 1)),
        )
        .order_by(Item.id)
        .with_for_update()
    ).all()  # fmt: skip
    moved: dict[tuple[int, str], int] = {}
    for item in items:
        campaign, old = registry.find(item.campaign), item.answer_due_at
        if campaign is None or old is None:
            continue
        due = answer_limit(campaign, item.filed_at, calendar).due
        if due == old:
            continue
        item.answer_due_at = due
        data = {"old": old.isoformat(), "due": due.isoformat(), "year": year}
        record(session, Act.DEADLINE_MOVE, f"item:{item.id}", actor, now, data)
        place = (item.mechanism_id, item.campaign)
        moved[place] = moved.get(place, 0) + 1
    for (mechanism_id, key), n in moved.items():
        text = Message(_("工作日历已公布，%(n)s 条信息的答复期限已重算。"), n=n)
        notify(
            session, now, mechanism_id=mechanism_id, unit_id=None, text=text, sender=actor.name,
            link=f"/{code}/{key}/information/items",
        )  # fmt: skip
    return sum(moved.values())
