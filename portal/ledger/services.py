"""Keep the ledgers: enter, change, find. Saving starts the clocks of ``clocks`` in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger, Threshold
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.scope import Actor, get_scope
from portal.core.sealing import mark_secret
from portal.core.text import Message, _
from portal.deadlines.matters import Matter, MatterKind, register_kind
from portal.figures.sources import LEDGERS, register_pool
from portal.ledger.clocks import fired_thresholds, keep_clock, subject_of, tell_story
from portal.ledger.derived import check_entry, derive, facts_of
from portal.ledger.facts import POOL
from portal.ledger.following import tell_followers
from portal.ledger.handling import keep_stage_clock
from portal.ledger.models import Closing, NumberSeries, Record, RecordEvent, RecordUnit
from portal.ledger.near import find_near
from portal.ledger.numbering import lock_series, take_number
from portal.units.bodies import list_members

EARLIEST = datetime(2000, 1, 1, tzinfo=SHANGHAI)
Fired = list[tuple[Threshold, Message]]
TOLERANCE = timedelta(minutes=2)
"""Clocks of office machines differ a little."""


@dataclass(frozen=True)
class Entry:
    """What a person enters; ``values`` holds the declared fields."""

    title: str
    place: str
    known_at: datetime
    values: Mapping[str, Any]


def create_record(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    mechanism_id: int,
    unit_id: int,
    campaign: Campaign,
    ledger: Ledger,
    entry: Entry,
    request_key: str,
    origin: str = "",
    checked: bool = False,
) -> Record:
    """Number and store an entry. The same ``request_key`` again gives the entry of the first time.

    ``origin``: ``kind:id`` of what it grew out of. ``Invalid`` at ``known_at`` and at declared fields (``Ledger.checks``).
    ``checked``: the values are part of an entry that was checked elsewhere (a transfer).
    """
    entry, fired = prepare(campaign, ledger, entry, now, checked=checked)
    series = lock_series(session, f"{campaign.key}.{ledger.key}", now.astimezone(SHANGHAI).year)
    first = session.scalars(sa.select(Record).where(Record.request_key == request_key)).one_or_none()
    if first is not None:
        given = (unit_id, campaign.key, ledger.key, origin)
        if (first.unit_id, first.campaign, first.ledger, first.origin) != given:
            raise Conflict
        return first
    found = new_record(
        actor=actor, now=now, mechanism_id=mechanism_id, unit_id=unit_id, campaign=campaign, ledger=ledger, entry=entry,
        series=series, request_key=request_key, origin=origin,
    )  # fmt: skip
    session.add(found)
    session.flush()
    begin(session, actor, now, campaign, ledger, found, fired)
    return found


def prepare(
    campaign: Campaign, ledger: Ledger, entry: Entry, now: datetime, *, checked: bool = False
) -> tuple[Entry, Fired]:
    """The entry as it is stored, and the thresholds that it reaches; ``Invalid`` as for ``create_record``."""
    check_known(entry.known_at, now)
    entry = known_secrets(ledger, without_guarded(ledger, entry))
    if not checked:
        check_entry(ledger, facts_of_entry(entry))
    return entry, fired_thresholds(campaign, ledger, entry.values)


def new_record(
    *, actor: Actor, now: datetime, mechanism_id: int, unit_id: int, campaign: Campaign, ledger: Ledger, entry: Entry,
    series: NumberSeries, request_key: str, origin: str = "",
) -> Record:  # fmt: skip
    """Numbered, not yet stored."""
    found = Record(
        mechanism_id=mechanism_id,
        unit_id=unit_id,
        campaign=campaign.key,
        ledger=ledger.key,
        number=take_number(series, ledger.numbering),
        title=entry.title,
        place=entry.place,
        known_at=entry.known_at,
        values=dict(entry.values),
        created_at=now,
        created_by=actor.name,
        changed_at=now,
        request_key=request_key,
        origin=origin,
    )
    derive(ledger, found)
    return found


def begin(
    session: Session,
    actor: Actor,
    now: datetime,
    campaign: Campaign,
    ledger: Ledger,
    found: Record,
    fired: Fired,
) -> None:
    """What follows once a new entry is stored: its story, its trail, its clocks, those who follow it."""
    tell_story(session, actor, now, found, "created")
    record(session, Act.RECORD_CREATE, subject_of(found), actor, now, {"number": found.number})
    if fired:
        keep_clock(session, actor, now, campaign, found, fired)
    keep_stage_clock(session, actor, now, ledger, found)
    tell_followers(session, actor, now, campaign, ledger, found)


def change_record(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    found: Record,
    version: int,
    campaign: Campaign,
    ledger: Ledger,
    entry: Entry,
) -> Record:
    """Store what differs, with its story. ``Conflict`` when the editor's ``version`` has been passed."""
    check_known(entry.known_at, now)
    entry = known_secrets(ledger, without_guarded(ledger, entry, found))
    check_entry(ledger, facts_of_entry(entry))
    fired = fired_thresholds(campaign, ledger, entry.values)
    hold(session, found, version)
    if found.closing not in (Closing.NONE, Closing.ENDED):
        raise Conflict(_("这件事已申请销号或已销号，退回或重新办理之后才能修改。"))
    changes = differences(found, entry)
    if not changes:
        return found
    found.title, found.place, found.known_at = entry.title, entry.place, entry.known_at
    found.values = {**found.values, **entry.values}  # values of an older version of the ledger stay
    found.changed_at = now
    derive(ledger, found)
    session.flush()
    tell_story(session, actor, now, found, "changed", changes)
    record(session, Act.RECORD_CHANGE, subject_of(found), actor, now, {"fields": sorted(changes)})
    keep_clock(session, actor, now, campaign, found, fired)
    keep_stage_clock(session, actor, now, ledger, found)
    tell_followers(session, actor, now, campaign, ledger, found)
    return found


def hold(session: Session, found: Record, version: int | None = None) -> None:
    """Hold the entry's row until the transaction ends. ``Conflict`` when it was changed since ``version``, and when it
    takes part in nothing any more."""
    session.refresh(found, with_for_update=True)
    if version is not None and found.version != version:
        raise Conflict(_("在您打开页面之后，别人已经修改并保存了这项内容。"))
    bar(found)


def bar(found: Record) -> None:
    """``Conflict`` for an entry that takes part in nothing any more."""
    if found.withdrawn_at is not None:
        raise Conflict(_("这件事已撤回，请先恢复再办理。"))
    if found.merged_into_id is not None:
        raise Conflict(_("这件事已并入另一件，请在并入的事项上办理。"))


def facts_of_entry(entry: Entry) -> dict[str, Any]:
    """As the checks of the ledger are asked with."""
    return facts_of(entry.values, title=entry.title, place=entry.place, known_at=entry.known_at)


def without_guarded(ledger: Ledger, entry: Entry, found: Record | None = None) -> Entry:
    """What stands there stays: only an agreed step or the closure writes these fields (``Ledger.guarded``)."""
    kept = {key: found.values.get(key) if found else None for key in ledger.guarded if key in entry.values}
    return replace(entry, values={**entry.values, **kept}) if kept else entry


def known_secrets(ledger: Ledger, entry: Entry) -> Entry:
    """The entry with the texts of sensitive fields marked: they are stored sealed, and masked on every page."""
    return replace(entry, values=mark_secret([f.key for f in ledger.fields if f.sensitive], entry.values))


def check_known(known_at: datetime, now: datetime) -> None:
    """Clocks start at the moment of knowing: it lies neither ahead nor in another century."""
    if known_at > now + TOLERANCE:
        raise Invalid({"known_at": _("得知时间不能晚于现在，请核对。")})
    if known_at < EARLIEST:
        raise Invalid({"known_at": _("得知时间早于 2000 年，请核对年份。")})


def differences(found: Record, entry: Entry) -> dict[str, list[Any]]:
    """Field key -> [before, after]; the portal's own fields carry a hyphen, as on the page."""
    own = {
        "entry-title": [found.title, entry.title],
        "entry-place": [found.place, entry.place],
        "entry-known_at": [found.known_at.isoformat(), entry.known_at.astimezone(SHANGHAI).isoformat()],
    }
    declared = {key: [found.values.get(key), value] for key, value in entry.values.items()}
    return {key: pair for key, pair in (own | declared).items() if pair[0] != pair[1]}


def get_record(session: Session, campaign: str, record_id: int) -> Record:
    """An entry the scope shows: an own one, or a released one of a tenant below."""
    found = session.scalars(
        sa.select(Record).where(Record.campaign == campaign, Record.id == record_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def is_readable(session: Session, found: Record, unit_ids: Sequence[int]) -> bool:
    """One of the units keeps, leads or helps with it; a statement only where neither of the first two says so."""
    if found.unit_id in unit_ids or found.lead_unit_id in unit_ids:
        return True
    helps = sa.select(RecordUnit.id).where(
        RecordUnit.tenant_id == found.tenant_id, RecordUnit.record_id == found.id, RecordUnit.unit_id.in_(unit_ids)
    )  # fmt: skip
    return session.scalars(helps).first() is not None


def list_events(session: Session, found: Record) -> list[RecordEvent]:
    return list(
        session.scalars(
            sa.select(RecordEvent)
            .where(RecordEvent.tenant_id == found.tenant_id, RecordEvent.record_id == found.id)
            .order_by(RecordEvent.at, RecordEvent.id)
        )
    )


def writable_ledgers(
    session: Session, campaign: Campaign, mechanism_id: int, unit_ids: tuple[int, ...], on: date
) -> dict[int, tuple[Ledger, ...]]:
    """Unit -> ledgers that it keeps as the member it is today; units that keep none are left out."""
    found: dict[int, tuple[Ledger, ...]] = {}
    if not unit_ids or not campaign.ledgers:
        return found
    members = {m.unit_id: m.member for m in list_members(session, mechanism_id, on)}
    for unit_id in unit_ids:
        member = members.get(unit_id)
        kept = tuple(
            x for x in campaign.ledgers if member is not None and (not x.writers or member in x.writers)
        )
        if kept:
            found[unit_id] = kept
    return found


def find_matter(session: Session, record_id: int) -> Matter | None:
    found = session.scalars(sa.select(Record).where(Record.id == record_id)).one_or_none()
    if found is None:
        return None
    return Matter(
        subject=subject_of(found),
        tenant_id=found.tenant_id,
        mechanism_id=found.mechanism_id,
        unit_id=found.unit_id,
        campaign=found.campaign,
        ledger=found.ledger,
        number=found.number,
        title=found.title,
        place=found.place,
        known_at=found.known_at,
        entered_at=found.created_at,
        values=found.values,
    )


def release_record(session: Session, actor: Actor, now: datetime, record_id: int) -> None:
    """The matter was reported upward: from here on superiors see it with its whole story."""
    found = session.get(Record, (get_scope(session).home, record_id))
    if found is None:
        raise NotFound
    if found.released_at is None:
        found.released_at = now
        for event in list_events(session, found):
            event.released_at = now
        for unit in session.scalars(
            sa.select(RecordUnit).where(
                RecordUnit.tenant_id == found.tenant_id, RecordUnit.record_id == found.id
            )
        ):
            unit.released_at = now
        tell_story(session, actor, now, found, "reported")


register_kind("record", MatterKind(find_matter, release_record, find_near))
register_pool(LEDGERS, POOL)
