"""交办: the office names who leads and who helps, with a limit if it wants one. All of them read the entry from then on;
the unit that registered it keeps reading."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI, end_of
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.i18n import show_date
from portal.core.scope import Actor
from portal.core.text import _
from portal.ledger import handling
from portal.ledger.acting import OPEN, Problems, begin, tell
from portal.ledger.clocks import subject_of, tell_story
from portal.ledger.following import tell_followers
from portal.ledger.hands import Hands, lead_of
from portal.ledger.models import Record, RecordEvent, RecordUnit
from portal.units.bodies import MemberUnit, list_members


def supporting_units(session: Session, found: Record) -> list[RecordUnit]:
    """In the order in which they were added."""
    return list(
        session.scalars(
            sa.select(RecordUnit)
            .where(RecordUnit.tenant_id == found.tenant_id, RecordUnit.record_id == found.id)
            .order_by(RecordUnit.added_at, RecordUnit.id)
        )
    )


def assign_record(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, ledger: Ledger, found: Record, hands: Hands,
    lead_id: int, supporting_ids: Sequence[int] = (), due: date | None = None, office: str = "", note: str = "",
    version: int | None = None, request_key: str | None = None, link: str = "",
) -> RecordEvent:  # fmt: skip
    """Name the lead and the helping units anew; ``due``: the day by which the lead is to be done, in place of one set
    before. Running clocks go over to the new lead. ``Invalid`` at ``lead``, ``supporting`` and ``due``."""
    made = begin(session, found, request_key, version)
    if made is not None:
        return made
    if not hands.office:
        raise NotAllowed
    if found.closing not in OPEN:
        raise Conflict(_("这件事已申请销号或已销号，不能再交办。"))
    members = list_members(session, found.mechanism_id, now.astimezone(SHANGHAI).date())
    wanted = list(dict.fromkeys(u for u in supporting_ids if u != lead_id))
    _check(members, found, lead_id, wanted, due, now)
    changes = set_units(session, now, found, lead_id, wanted, members)
    if due is not None:
        handling.withdraw_clocks(session, actor, now, found, str(_("重新交办。")), handling.ASSIGNED)
        handling.start_assigned_clock(session, actor, now, found, due, office or actor.name)
        changes["due"] = ["", due.isoformat()]
    handling.hand_over(session, found)
    found.changed_at = now
    event = tell_story(session, actor, now, found, "assigned", changes, note, request_key=request_key)
    session.flush()
    record(session, Act.RECORD_ASSIGN, subject_of(found), actor, now, {"lead": lead_id, "units": wanted})
    text = _("%(number)s “%(title)s”交由你单位主办。")
    more = {}
    if due is not None:
        text, more = _("%(number)s “%(title)s”交由你单位主办，%(due)s 前办结。"), {"due": str(show_date(due))}
    tell(session, actor, now, found, [lead_id], text, link=link, detail=note, **more)
    tell(
        session,
        actor,
        now,
        found,
        wanted,
        _("%(number)s “%(title)s”由你单位配合办理。"),
        link=link,
        detail=note,
    )
    if found.unit_id not in (lead_id, *wanted):
        tell(
            session,
            actor,
            now,
            found,
            [found.unit_id],
            _("%(number)s “%(title)s”已交办。"),
            link=link,
            detail=note,
        )
    tell_followers(session, actor, now, campaign, ledger, found)
    return event


def set_units(
    session: Session, now: datetime, found: Record, lead_id: int, supporting_ids: Collection[int],
    members: Sequence[MemberUnit],
) -> dict[str, list[str]]:  # fmt: skip
    """Write them, and answer what changed, by names. Rooms above use it when a matter comes from elsewhere."""
    names = {m.unit_id: m.short_name for m in members}
    rows = {row.unit_id: row for row in supporting_units(session, found)}
    before = lead_of(found), list(rows)
    found.lead_unit_id = lead_id
    for unit_id in set(rows) - set(supporting_ids):
        session.delete(rows[unit_id])
    for unit_id in supporting_ids:
        if unit_id not in rows:
            row = RecordUnit(record_id=found.id, unit_id=unit_id, added_at=now)
            row.released_at = now if found.released_at else None
            session.add(row)
    session.flush()
    changes: dict[str, list[str]] = {"lead": [names.get(before[0], ""), names.get(lead_id, "")]}
    if set(before[1]) != set(supporting_ids):
        changes["support"] = ["、".join(names.get(u, "") for u in ids) for ids in (before[1], supporting_ids)]
    return changes


def _check(
    members: Sequence[MemberUnit], found: Record, lead_id: int, wanted: Sequence[int], due: date | None, now: datetime
) -> None:  # fmt: skip
    known = {m.unit_id for m in members}
    problems: Problems = {}
    if lead_id not in known:
        problems["lead"] = _("请选择一家主办单位，须是现在的成员单位。")
    if not set(wanted) <= known | {found.unit_id}:
        problems["supporting"] = _("配合单位须是现在的成员单位，请重新选择。")
    if due is not None and end_of(due) <= now:
        problems["due"] = _("办结时限已经过去，请填今天或以后的日期。")
    if problems:
        raise Invalid(problems)
