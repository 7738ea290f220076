"""Values of ledger entries, kept as hashes at the city in the transaction of the entry itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from weakref import WeakSet

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.sources import Values
from portal.core.audit import Act, record
from portal.core.scope import SYSTEM, Actor
from portal.core.text import Message, _
from portal.ledger.models import Record
from portal.matching import mirroring
from portal.matching.digests import Pool, digest, inside, lock, pool_of
from portal.matching.limits import Way, charge
from portal.matching.linking import MOST_ENTRIES, MOST_PLACES, find_body, relink, sharing
from portal.matching.models import Held, MatchEntry, MatchStop, MatchWithheld
from portal.matching.normalise import MOST_VALUES, end_of, values_of
from portal.matching.sides import is_gone
from portal.matching.stopping import is_public
from portal.notices.services import notify


class Value(NamedTuple):
    kind: str
    mark: str


Digests = Mapping[bytes, Value]
_inserted: WeakSet[Record] = WeakSet()
"""Entries that were stored just now and of which no value has been kept yet."""
sa.event.listen(Record, "after_insert", lambda _mapper, _connection, found: _inserted.add(found))


def follow(
    session: Session, actor: Actor, now: datetime, campaign: Campaign, ledger: Ledger, found: Record
) -> None:
    """The follower of the ledgers. A plain register costs nothing."""
    if not ledger.matched:
        return
    pool = pool_of(session, found.tenant_id)
    if pool is None:
        return
    into = _absorber(session, found)
    if into is not None:  # first, so that what the other counties are told does not come and go
        follow(session, actor, now, campaign, ledger, into)
    fresh = found in _inserted  # nothing can be there yet, so it is not looked for
    _inserted.discard(found)
    wanted = (
        {}
        if is_gone(found)
        else collect(session, pool, campaign, _joined_values(session, found, fresh), ledger)
    )
    _keep(session, actor, now, pool, campaign, found, wanted, fresh=fresh)
    if not fresh:
        mirroring.refresh(session, now, pool, campaign, found, into)


def _absorber(session: Session, found: Record) -> Record | None:
    if found.merged_into_id is None or found.withdrawn_at is not None:
        return None
    into = session.get(Record, (found.tenant_id, found.merged_into_id))
    return into if into is not None and not is_gone(into) else None


def follow_again(
    session: Session, now: datetime, pool: Pool, campaign: Campaign, ledger: Ledger, found: Record
) -> int:
    """As ``follow``, for a rebuilding: nothing is counted against anybody. 1 where the entry has values."""
    wanted = (
        {}
        if is_gone(found)
        else collect(session, pool, campaign, _joined_values(session, found, False), ledger)
    )
    _keep(session, SYSTEM, now, pool, campaign, found, wanted, fresh=False)
    return int(bool(wanted))


def _joined_values(session: Session, found: Record, fresh: bool) -> list[Values]:
    """Of the entry and of those that were merged into it, whose values stand for it from then on."""
    merged: Iterable[Record] = ()
    if not fresh:
        merged = session.scalars(
            sa.select(Record).where(
                Record.tenant_id == found.tenant_id,
                Record.merged_into_id == found.id,
                Record.withdrawn_at.is_(None),
            )
        )
    return [found.values, *(r.values for r in merged)]


def collect(
    session: Session, pool: Pool, campaign: Campaign, values: Iterable[Values], ledger: Ledger
) -> dict[bytes, Value]:
    """The entry's usable values as hashes, at most ``MOST_VALUES``."""
    found: dict[bytes, Value] = {}
    for each in values:
        for field in ledger.matched:
            assert field.match is not None
            typed = each.get(field.key)
            for text in typed if isinstance(typed, list) else [typed]:
                for value in values_of(field.match, text) if isinstance(text, str) else ():
                    if not is_public(field.match, value) and len(found) < MOST_VALUES:
                        key = digest(session, pool.city_id, campaign.key, field.match, value)
                        found[key] = Value(field.match.value, end_of(field.match, value))
    return found


def _keep(
    session: Session, actor: Actor, now: datetime, pool: Pool, campaign: Campaign, found: Record, wanted: Digests, *,
    fresh: bool,
) -> None:  # fmt: skip
    known: frozenset[bytes] = frozenset()
    if not fresh:
        with inside(session, pool.city_id):
            rows = session.execute(
                sa.select(MatchEntry.digest, MatchEntry.state).where(MatchEntry.record_id == found.id)
            ).all()
        known = frozenset(key for key, _state in rows)
        live = {key for key, state in rows if state != Held.ENDED}
        if live == set(wanted):
            return
    elif not wanted:
        return
    new = len(wanted.keys() - known)
    opens = charge(session, actor, now, Way.ENTER if fresh else Way.ASK, new)
    withheld = opens is not None
    before: dict[int, int] = {}
    after: dict[int, int] = {}
    with inside(session, pool.city_id):
        lock(session, [*wanted, *known])
        if known:
            before = sharing(session, [found.id])
        holders = _store(
            session, now, pool.place_id, campaign.key, found.id, wanted, known, withheld=withheld
        )
        session.flush()
        after = sharing(session, [found.id]) if known else holders
        if withheld:
            _withhold(session, actor, now, pool, campaign.key, found, new)
    if withheld:
        data = {"number": found.number, "values": new}
        record(session, Act.MATCH_LIMIT, f"record:{found.id}", actor, now, data)
    concerned = before | after | {found.id: pool.place_id}
    if len(concerned) > 1:
        relink(session, now, pool=pool, campaign=campaign, records=concerned)


def _store(
    session: Session, now: datetime, place_id: int, campaign: str, record_id: int, wanted: Digests,
    known: Collection[bytes], *, withheld: bool,
) -> dict[int, int]:  # fmt: skip
    """In the city: the entry's rows; who else holds its values. What may not be compared is stored all the same, so
    that nothing is lost. Of a withheld entry nobody looks for others: it takes the same time whether there are any."""
    rows = (
        session.scalars(sa.select(MatchEntry).where(MatchEntry.record_id == record_id)).all() if known else ()
    )
    back = [row for row in rows if row.digest in wanted and row.state == Held.ENDED]
    new = [key for key in wanted if key not in known]
    states, holders = dict.fromkeys(wanted, Held.WITHHELD), dict[int, int]()
    if not withheld:
        asked = [*new, *(row.digest for row in back)]
        states, holders = judge(session, now, campaign, place_id, wanted, asked)
    for row in rows:
        if row.digest not in wanted:
            if row.state == Held.WITHHELD:  # never compared: who enters it again is counted again
                session.delete(row)
            else:
                row.state = Held.ENDED.value
    for row in back:
        row.state = states[row.digest].value
    session.add_all(
        MatchEntry(
            digest=key, kind=wanted[key].kind, campaign=campaign, place_id=place_id, record_id=record_id,
            mark=wanted[key].mark, state=states[key].value, added_at=now,
        )
        for key in new
    )  # fmt: skip
    return holders


def judge(
    session: Session, now: datetime, campaign: str, place_id: int, values: Digests, keys: Collection[bytes]
) -> tuple[dict[bytes, Held], dict[int, int]]:
    """In the city: how each new value takes part, and the entries that hold the live ones (entry -> its tenant). Two
    statements, however many hold it; put into one, SQLite no longer looks along the index."""
    if not keys:
        return {}, {}
    stopped = set(
        session.scalars(
            sa.select(MatchStop.digest).where(MatchStop.digest.in_(keys), MatchStop.state == "stopped")
        )
    )
    rows = session.execute(
        sa.select(MatchEntry.digest, MatchEntry.record_id, MatchEntry.place_id)
        .where(MatchEntry.digest.in_(keys), MatchEntry.state == Held.LIVE)
        .limit(len(keys) * (MOST_ENTRIES + 1))
    )
    held: dict[bytes, dict[int, int]] = {key: {} for key in keys}
    for key, record_id, place in rows:
        held[key][record_id] = place
    states: dict[bytes, Held] = {}
    holders: dict[int, int] = {}
    for key, entries in held.items():
        if key in stopped:
            states[key] = Held.STOPPED
        elif len(entries) >= MOST_ENTRIES or len(set(entries.values()) - {place_id}) >= MOST_PLACES:
            states[key] = Held.COMMON
            _propose_stop(session, now, campaign, key, values[key], len(set(entries.values())))
        else:
            states[key] = Held.LIVE
            holders |= entries
    return states, holders


def _propose_stop(
    session: Session, now: datetime, campaign: str, key: bytes, value: Value, places: int
) -> None:
    """A value that is on the list already, decided or not, is left as it is."""
    if session.scalar(sa.select(MatchStop.id).where(MatchStop.digest == key)) is None:
        session.add(
            MatchStop(
                campaign=campaign, kind=value.kind, digest=key, mark=value.mark, state="proposed", places=places, at=now
            )
        )  # fmt: skip


def _withhold(
    session: Session, actor: Actor, now: datetime, pool: Pool, campaign: str, found: Record, n: int
) -> None:
    """In the city: the entry on the list of those that wait, and a word to the office, once a day for a county."""
    row = session.scalars(sa.select(MatchWithheld).where(MatchWithheld.record_id == found.id)).one_or_none()
    if row is None:
        row = MatchWithheld(
            campaign=campaign, place_id=pool.place_id, record_id=found.id, number=found.number, n=0
        )
        session.add(row)
    row.n, row.at, row.by = n + (row.n if row.released_at is None else 0), now, actor.name
    row.released_at, row.released_by = None, ""
    tell_limit(session, now, pool, campaign)


def tell_limit(session: Session, now: datetime, pool: Pool, campaign: str) -> None:
    """In the city: that a county came to the limit; notice and trail."""
    body = find_body(session, campaign)
    if body is None:
        return
    left = notify(
        session, now, mechanism_id=body[0], unit_id=None, sender=str(_("串并比对")),
        text=Message(_("%(place)s 查重或登记的要素超过限量，已暂停比对，请核实。"), place=pool.place),
        link=f"/{body[1]}/{campaign}/matching/withheld", mark=f"match-limit:{campaign}:{pool.place_id}:{now:%Y-%m-%d}",
    )  # fmt: skip
    if left:
        data = {"place": pool.code}
        record(session, Act.MATCH_LIMIT, f"mechanism:{body[0]}", SYSTEM, now, data)
