"""What is owed soon, and what was owed and is open: lines of the to-do list, and the progress of the month.

Forms are not said twice: the room of forms lists them itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Obligation
from portal.campaigns.forms import MEETINGS, VISITS
from portal.core.clock import SHANGHAI
from portal.core.periods import Period, PeriodKind, period_of
from portal.core.posts import Right
from portal.core.reader import Desk, Reader
from portal.core.text import Message, Text, _
from portal.core.todo import Month, Todo
from portal.duties.obligations import Item, Standing, declared, periods_of
from portal.duties.reading import Ask, read_items
from portal.figures.evidence import FORMS, LINES, find_room, room_of

LINGERS = timedelta(days=31)
"""A period that was missed cannot be made good later, so it leaves the list; what has a day stays until it is done."""
FindCampaign = Callable[[str], Campaign | None]


def read_month(session: Session, reader: Reader, now: datetime, find: FindCampaign) -> Month:
    """For every post of the reader at once; see ``read_items`` for the number of statements."""
    today = now.astimezone(SHANGHAI).date()

    def periods(campaign: Campaign, obligation: Obligation) -> Sequence[Period]:
        if obligation.due is not None:
            return periods_of(campaign, obligation, date.min, today)
        return periods_of(campaign, obligation, today - LINGERS, today)

    items = read_items(session, now, _asks(reader, find), periods)
    month = period_of(today, PeriodKind.MONTH)
    due_now = [
        i
        for i in items
        if not i.obligation.soft and (i.done or i.waiting) and month.start <= i.due.date() <= month.end
    ]
    desks = {d.mechanism_id: d for d in reader.desks}
    return Month(
        [_todo(i, desks[i.mechanism_id]) for i in items if _shows(i, now)],
        done=sum(i.done for i in due_now),
        expected=len(due_now),
    )


def _asks(reader: Reader, find: FindCampaign) -> list[Ask]:
    units: dict[int, set[int]] = {}
    for _tenant, mechanism, unit in reader.places(Right.REPORT_FILL):
        units.setdefault(mechanism, set()).add(unit)
    offices = {p.mechanism_id for p in reader.offices(Right.REPORT_REVIEW)}
    asks = []
    for desk in reader.desks:
        campaign = find(desk.campaign) if desk.campaign else None
        if campaign is None or not (desk.mechanism_id in units or desk.mechanism_id in offices):
            continue
        keys = frozenset(o.key for o in declared(campaign) if room_of(o) != FORMS)
        asks.append(
            Ask(
                desk.mechanism_id,
                campaign,
                frozenset(units.get(desk.mechanism_id, ())),
                desk.mechanism_id in offices,
                keys,
            )
        )
    return asks


def _shows(item: Item, now: datetime) -> bool:
    if item.standing is Standing.OVERDUE:
        return item.obligation.due is not None or now - item.due <= LINGERS
    return item.standing in (Standing.NEAR, Standing.HINT)


def _todo(item: Item, desk: Desk) -> Todo:
    endpoint, args = entry_of(item)
    o = item.obligation
    what = Message(_("%(form)s %(period)s"), form=o.label, period=item.period.label) if o.cadence else o.label
    note: Message | Text | str = item.unit if item.unit_id is not None else ""
    if o.soft:
        note = Message(_("%(a)s · %(b)s"), a=note, b=o.soft) if note else o.soft
    return Todo(
        tenant_id=desk.tenant_id,
        campaign=desk.campaign,
        light=item.light,
        state=item.text,
        what=what,
        note=note,
        source=desk.office_name if item.unit_id is not None else _("本办公室"),
        due=item.due,
        step=step_of(item),
        endpoint=endpoint,
        args=args,
        why=item.why,
    )


def entry_of(item: Item) -> tuple[str, dict[str, Any]]:
    """Endpoint and arguments of the page on which the record is entered that will meet the item."""
    o = item.obligation
    name = room_of(o)
    room = find_room(name)
    if name == LINES or room is None:
        return "duties.line", {"key": o.key} | ({"unit": item.unit_id} if item.unit_id is not None else {})
    if item.subject:
        endpoint, argument = room.detail
        return endpoint, {argument: int(item.subject.partition(":")[2])}
    endpoint, argument = room.entry
    return endpoint, {argument: o.pool} if argument else {}


_STEPS = {LINES: _("登记一行"), FORMS: _("填报"), MEETINGS: _("召集会议"), VISITS: _("登记检查")}


def step_of(item: Item) -> Text:
    return _STEPS.get(room_of(item.obligation), _("登记"))
