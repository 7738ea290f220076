"""Two entries are one matter, or one entry is two; and what was entered in error is taken back. Numbers stay taken, and
every story stays readable."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.scope import Actor
from portal.core.text import Message, _
from portal.ledger import clocks, handling
from portal.ledger.acting import OPEN, begin, last_event, need_words, tell
from portal.ledger.assigning import set_units, supporting_units
from portal.ledger.clocks import fired_thresholds, keep_clock, subject_of, take_back, tell_story
from portal.ledger.following import tell_followers
from portal.ledger.hands import Hands, lead_of
from portal.ledger.models import Record, RecordEvent
from portal.ledger.services import Entry, create_record, list_events
from portal.units.bodies import list_members


def find_number(session: Session, found: Record, number: str) -> Record:
    """An entry of the same ledger by its number. ``Invalid`` at ``number``."""
    if not number.strip():
        raise Invalid({"number": _("请填写编号，在台账列表或对方页面的标题中可以看到。")})
    other = session.scalars(
        sa.select(Record).where(
            Record.tenant_id == found.tenant_id, Record.campaign == found.campaign, Record.ledger == found.ledger,
            Record.number == number.strip(),
        )
    ).one_or_none()  # fmt: skip
    if other is None:
        raise Invalid({"number": _("本台账中没有这个编号，请核对年份和序号。")})
    return other


def merged_entries(session: Session, found: Record) -> list[tuple[int, str, str]]:
    """Id, number and title of what was found to be the same matter."""
    rows = session.execute(
        sa.select(Record.id, Record.number, Record.title)
        .where(Record.tenant_id == found.tenant_id, Record.merged_into_id == found.id)
        .order_by(Record.created_at, Record.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


# ------------------------------------------------------------------------------------------------------- merge
def merge_record(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, ledger: Ledger, found: Record, hands: Hands,
    into: Record, note: str, version: int | None = None, request_key: str | None = None, link: str = "",
) -> RecordEvent:  # fmt: skip
    """``found`` is the same matter as ``into``: it keeps number and story, points there and counts nowhere.

    ``Conflict`` while a 24-hour clock runs that the other one has not: an obligation is not merged away.
    """
    for row in sorted((found, into), key=lambda r: r.id):  # two people, two directions: one after the other
        session.refresh(row, with_for_update=True)
    made = begin(session, found, request_key, version)
    if made is not None:
        return made
    _office(hands)
    need_words(note, _("请写明为什么是同一件事。"))
    if (into.tenant_id, into.campaign, into.ledger) != (found.tenant_id, found.campaign, found.ledger):
        raise NotFound
    if into.id == found.id:
        raise Invalid({"number": _("不能并入自己，请填另一件的编号。")})
    if into.merged_into_id is not None or into.withdrawn_at is not None:
        raise Invalid({"number": _("那一件已并入别处或已撤回，请填现在办理的那一件。")})
    if found.closing not in OPEN:
        raise Conflict(_("这件事已申请销号或已销号，不能并入。"))
    if into.closing not in OPEN:  # else one person would close what needs two
        raise Invalid({"number": _("那一件已申请销号或已销号，请先退回或重新办理，再并入。")})
    running = [c for c in clocks.clocks_of(session, found) if c.met_at is None]
    if running and not clocks.clocks_of(session, into):
        raise Conflict(_("这件事的急报时限正在计时，而另一件没有计时。请先报送初报，或把另一件并入这一件。"))
    handling.withdraw_clocks(session, actor, now, found, note)
    for clock in running:
        take_back(session, actor, now, found, clock)
    found.merged_into_id, found.pending, found.pending_by, found.pending_unit_id = into.id, "", "", None
    found.changed_at = into.changed_at = now
    event = tell_story(
        session, actor, now, found, "merged", {"other": ["", into.number]}, note, request_key=request_key
    )
    tell_story(session, actor, now, into, "absorbed", {"other": ["", found.number]}, note)
    session.flush()
    record(session, Act.RECORD_MERGE, subject_of(found), actor, now, {"into": into.number})
    tell(
        session, actor, now, found, [lead_of(found), found.unit_id],
        _("%(number)s “%(title)s”已并入 %(other)s，请在并入的事项上办理。"), other=into.number, link=link, detail=note,
    )  # fmt: skip
    for one in (found, into):
        tell_followers(session, actor, now, campaign, ledger, one)
    return event


def unmerge_record(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, ledger: Ledger, found: Record, hands: Hands,
    note: str, version: int | None = None, request_key: str | None = None, link: str = "",
) -> RecordEvent:  # fmt: skip
    """They were two matters after all: it stands on its own again, where it stood."""
    made = begin(session, found, request_key, version, live=False)
    if made is not None:
        return made
    _office(hands)
    need_words(note, _("请写明为什么不是同一件事。"))
    into = session.get(Record, (found.tenant_id, found.merged_into_id)) if found.merged_into_id else None
    if into is None:
        raise Conflict(_("这件事没有并入别处，请刷新页面查看。"))
    found.merged_into_id, found.changed_at, into.changed_at = None, now, now
    event = tell_story(
        session, actor, now, found, "unmerged", {"other": [into.number, ""]}, note, request_key=request_key
    )
    tell_story(session, actor, now, into, "released_one", {"other": [found.number, ""]}, note)
    session.flush()
    record(session, Act.RECORD_UNMERGE, subject_of(found), actor, now, {"from": into.number})
    _resume(session, actor, now, campaign, ledger, found, "merged")
    tell(
        session, actor, now, found, [lead_of(found), found.unit_id],
        _("%(number)s “%(title)s”不再并入 %(other)s，继续办理。"), other=into.number, link=link, detail=note,
    )  # fmt: skip
    for one in (found, into):
        tell_followers(session, actor, now, campaign, ledger, one)
    return event


def _resume(
    session: Session,
    actor: Actor,
    now: datetime,
    campaign: Campaign,
    ledger: Ledger,
    found: Record,
    kind: str,
) -> None:
    """The clocks run again: the report upward from the moment of knowing, the work as when the event ``kind`` stopped it."""
    keep_clock(session, actor, now, campaign, found, fired_thresholds(campaign, ledger, found.values))
    stopped = last_event(list_events(session, found), kind)
    if stopped is not None:
        handling.resume_clocks(session, actor, now, found, stopped.at)


# ------------------------------------------------------------------------------------------------------- split
def split_record(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, ledger: Ledger, found: Record, hands: Hands,
    title: str, keys: Collection[str], note: str, request_key: str, version: int | None = None, link: str = "",
) -> Record:  # fmt: skip
    """A part becomes an entry of its own: a new number, the same units, moment of knowing and place, the values of
    ``keys``; required ones go along. Its evidence stays with the first one, which both stories name."""
    made = begin(session, found, f"split:{request_key}"[:40], version)
    if made is not None:
        return session.get_one(Record, (found.tenant_id, made.changes["record"][1]))
    _office(hands)
    if not title.strip():
        raise Invalid({"title": _("请写明拆出的事项。")})
    need_words(note, _("请写明为什么拆分。"))
    if found.closing not in OPEN:
        raise Conflict(_("这件事已申请销号或已销号，不能拆分。"))
    values = {f.key: found.values.get(f.key) if f.key in keys or f.required else None for f in ledger.fields}
    part = create_record(
        session, actor, now, mechanism_id=found.mechanism_id, unit_id=found.unit_id, campaign=campaign, ledger=ledger,
        entry=Entry(title.strip()[:120], found.place, found.known_at, values), request_key=request_key,
        origin=subject_of(found),
    )  # fmt: skip
    if found.lead_unit_id is not None:
        members = list_members(session, found.mechanism_id, now.astimezone(SHANGHAI).date())
        helping = [row.unit_id for row in supporting_units(session, found)]
        set_units(session, now, part, found.lead_unit_id, helping, members)
    tell_story(
        session, actor, now, part, "split_from", {"link": [subject_of(found), f"{found.number} {found.title}"]}, note
    )  # fmt: skip
    found.changed_at = now
    changes: dict[str, Any] = {"other": ["", part.number], "record": [None, part.id]}
    tell_story(session, actor, now, found, "split", changes, note, request_key=f"split:{request_key}"[:40])
    session.flush()
    record(session, Act.RECORD_SPLIT, subject_of(found), actor, now, {"part": part.number})
    tell(
        session, actor, now, found, [lead_of(found), found.unit_id], _("%(number)s “%(title)s”拆出 %(other)s。"),
        other=part.number, link=link, detail=note,
    )  # fmt: skip
    for one in (found, part):
        tell_followers(session, actor, now, campaign, ledger, one)
    return part


def _office(hands: Hands) -> None:
    if not hands.office:
        raise NotAllowed(_("合并和拆分由办公室办理。"))


# ------------------------------------------------------------------------------------------------ entered in error
def withdraw_record(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, ledger: Ledger, found: Record, hands: Hands,
    note: str, version: int | None = None, request_key: str | None = None, link: str = "",
) -> RecordEvent:  # fmt: skip
    """撤回 by whoever registered it or by the office, with the reason: it counts nowhere, its clocks stop. What was
    reported upward stays readable there, with this in its story."""
    made = begin(session, found, request_key, version)
    if made is not None:
        return made
    _keeps(hands)
    need_words(note, _("请写明撤回的原因。"))
    if found.closing not in OPEN:
        raise Conflict(_("这件事已申请销号或已销号，不能撤回。"))
    others = merged_entries(session, found)
    if others:
        raise Conflict(
            Message(
                _("%(number)s 已并入这件事，请先撤销合并。"), number="、".join(n for _id, n, _t in others)
            )
        )
    handling.withdraw_clocks(session, actor, now, found, note)
    for clock in clocks.clocks_of(session, found):
        if clock.met_at is None:
            take_back(session, actor, now, found, clock)
    found.withdrawn_at, found.changed_at = now, now
    found.pending, found.pending_by, found.pending_unit_id = "", "", None
    event = tell_story(session, actor, now, found, "withdrawn", None, note, request_key=request_key)
    session.flush()
    record(session, Act.RECORD_WITHDRAW, subject_of(found), actor, now, {"number": found.number})
    units = [None, lead_of(found), found.unit_id, *(row.unit_id for row in supporting_units(session, found))]
    tell(
        session,
        actor,
        now,
        found,
        units,
        _("%(number)s “%(title)s”已撤回，不必再办理。"),
        link=link,
        detail=note,
    )
    tell_followers(session, actor, now, campaign, ledger, found)
    return event


def restore_record(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, ledger: Ledger, found: Record, hands: Hands,
    note: str, version: int | None = None, request_key: str | None = None, link: str = "",
) -> RecordEvent:  # fmt: skip
    """It was right after all: it counts again and stands where it stood; its clocks begin where they had begun."""
    made = begin(session, found, request_key, version, live=False)
    if made is not None:
        return made
    _keeps(hands)
    need_words(note, _("请写明恢复的原因。"))
    if found.withdrawn_at is None:
        raise Conflict(_("这件事没有撤回，请刷新页面查看。"))
    found.withdrawn_at, found.changed_at = None, now
    event = tell_story(session, actor, now, found, "restored", None, note, request_key=request_key)
    session.flush()
    record(session, Act.RECORD_RESTORE, subject_of(found), actor, now, {"number": found.number})
    _resume(session, actor, now, campaign, ledger, found, "withdrawn")
    units = [None, lead_of(found), found.unit_id]
    tell(
        session,
        actor,
        now,
        found,
        units,
        _("%(number)s “%(title)s”已恢复，继续办理。"),
        link=link,
        detail=note,
    )
    tell_followers(session, actor, now, campaign, ledger, found)
    return event


def _keeps(hands: Hands) -> None:
    if not hands.office and not hands.keeps:
        raise NotAllowed(_("撤回和恢复由登记单位或办公室办理。"))
