"""From equal values to pairs at the city and hints at the counties: derived anew for the entries concerned, so that a
change, a withdrawal, a release and a rebuilding are one and the same step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.core.audit import Act, record
from portal.core.scope import SYSTEM
from portal.core.text import Message, _
from portal.ledger.models import Record
from portal.matching.digests import Pool, inside
from portal.matching.models import Held, MatchEntry, MatchEvent, MatchHint, MatchPair, MatchSide, PairState
from portal.matching.sides import keep_side, snapshot
from portal.matching.words import say_hint
from portal.notices.services import notify
from portal.tenants.models import Tenant
from portal.units.models import Mechanism

MOST_PLACES = 20
MOST_ENTRIES = 40
"""Counties and entries that may share a value; whoever comes after that finds it common."""
OWN_SHOWN = 20
STEP = 500

Place = int
RecordId = int


@dataclass
class Links:
    """Of some entries: which others share a value, by kind."""

    places: dict[RecordId, Place] = field(default_factory=dict)
    kinds: dict[tuple[RecordId, RecordId], set[str]] = field(default_factory=dict)
    """(entry, other entry), both ways."""

    def across(self) -> dict[tuple[RecordId, RecordId], set[str]]:
        """Pairs of different counties, the smaller id first."""
        return {p: k for p, k in self.kinds.items() if p[0] < p[1] and self.places[p[0]] != self.places[p[1]]}


@dataclass
class Hint:
    """What an entry's county is to know of one kind."""

    others: set[Place] = field(default_factory=set)
    own: set[RecordId] = field(default_factory=set)


def join_words(kinds: Iterable[str]) -> str:
    return "".join(f",{kind}" for kind in sorted(kinds)) + "," if kinds else ""


def split_words(kinds: str) -> list[str]:
    return [kind for kind in kinds.split(",") if kind]


class Live(NamedTuple):
    digest: bytes
    kind: str
    record_id: RecordId
    place_id: Place


def _live(session: Session, column: Any, wanted: Iterable[Any]) -> list[Live]:
    """Live values whose ``column`` is among ``wanted``. One lookup along an index each; joining the table to itself
    makes SQLite read all of it."""
    e, values = MatchEntry, list(wanted)
    return [
        Live(*row)
        for at in range(0, len(values), STEP)
        for row in session.execute(
            sa.select(e.digest, e.kind, e.record_id, e.place_id).where(
                column.in_(values[at : at + STEP]), e.state == Held.LIVE
            )
        )
    ]


def sharing(session: Session, records: Collection[RecordId]) -> dict[RecordId, Place]:
    """In the city: these entries, and those that stand in a pair with them or share a live value; three statements."""
    mine = _live(session, MatchEntry.record_id, records)
    held = _live(session, MatchEntry.digest, {value.digest for value in mine})
    found = {value.record_id: value.place_id for value in held}
    pairs = session.execute(
        sa.select(
            MatchPair.left_record_id, MatchPair.left_place_id, MatchPair.right_record_id, MatchPair.right_place_id
        ).where(
            sa.or_(MatchPair.left_record_id.in_(records), MatchPair.right_record_id.in_(records)), MatchPair.kinds != ""
        )
    )  # fmt: skip
    for left, left_place, right, right_place in pairs:
        found |= {left: left_place, right: right_place}
    return found


def relink(
    session: Session, now: datetime, *, pool: Pool, campaign: Campaign, records: Mapping[RecordId, Place]
) -> None:
    """Bring pairs and hints of these entries up to date, wherever they are. ``records`` must hold, for each entry whose
    values changed, everything that shared or shares one (``sharing``, before and after)."""
    if not records:
        return
    with inside(session, pool.city_id):
        links = _find_links(session, records)
        fresh, dismissed = _keep_pairs(session, now, campaign.key, links, records)
        shown = set(
            session.scalars(sa.select(MatchSide.record_id).where(MatchSide.record_id.in_(list(fresh))))
        )
    hints = _count(links, records, dismissed)
    columns = []
    for place in sorted(set(records.values())):
        mine = [r for r, p in records.items() if p == place]
        with inside(session, place):
            _keep_hints(session, now, campaign, {r: hints[r] for r in mine}, pool)
            wanted = [r for r in mine if r in fresh and r not in shown]
            for found in session.scalars(sa.select(Record).where(Record.id.in_(wanted))) if wanted else ():
                columns.append(snapshot(session, campaign, found))
                data = {"number": found.number, "city": pool.city}
                record(session, Act.MATCH_SHOW, f"record:{found.id}", SYSTEM, now, data)
    if fresh:
        with inside(session, pool.city_id):
            for each in columns:
                keep_side(session, now, each)
            _tell_city(session, now, campaign.key, len(fresh))


def _find_links(session: Session, records: Mapping[RecordId, Place]) -> Links:
    mine = _live(session, MatchEntry.record_id, records)
    by_digest: dict[bytes, list[Live]] = {}
    for value in _live(session, MatchEntry.digest, {value.digest for value in mine}):
        by_digest.setdefault(value.digest, []).append(value)
    links = Links(places=dict(records))
    for value in mine:
        for other in by_digest[value.digest]:
            if other.record_id != value.record_id:
                links.places[other.record_id] = other.place_id
                links.kinds.setdefault((value.record_id, other.record_id), set()).add(value.kind)
                links.kinds.setdefault((other.record_id, value.record_id), set()).add(value.kind)
    return links


def _keep_pairs(
    session: Session, now: datetime, campaign: str, links: Links, records: Mapping[RecordId, Place]
) -> tuple[set[RecordId], set[frozenset[RecordId]]]:
    """Entries that stand in a pair since now, and the pairs that were dismissed."""
    ids = list(records)
    known = {
        pair.records: pair
        for pair in session.scalars(
            sa.select(MatchPair).where(
                sa.or_(MatchPair.left_record_id.in_(ids), MatchPair.right_record_id.in_(ids))
            )
        )
    }
    wanted, fresh = links.across(), set()
    for (left, right), kinds in wanted.items():
        pair = known.get((left, right))
        if pair is None:
            pair = MatchPair(
                campaign=campaign, left_place_id=links.places[left], left_record_id=left,
                right_place_id=links.places[right], right_record_id=right, kinds=join_words(kinds),
                state=PairState.NEW.value, found_at=now,
            )  # fmt: skip
            session.add(pair)
            session.flush()
            fresh |= {left, right}
            _tell(session, now, pair, "found")
            record(session, Act.MATCH_FIND, f"pair:{pair.id}", SYSTEM, now, {"kinds": sorted(kinds)})
            continue
        if not pair.kinds:
            pair.gone_at = None
            if pair.state == PairState.GONE:
                pair.state = PairState.NEW.value
                fresh |= {left, right}
            _tell(session, now, pair, "again")
        if pair.kinds != join_words(kinds):
            pair.kinds = join_words(kinds)
    for key, pair in known.items():
        if key not in wanted and pair.kinds:
            pair.kinds, pair.gone_at = "", now
            if pair.state == PairState.NEW:
                pair.state = PairState.GONE.value
            _tell(session, now, pair, "gone")
    session.flush()
    return fresh, {frozenset(k) for k, p in known.items() if p.state == PairState.DISMISSED}


def _tell(session: Session, now: datetime, pair: MatchPair, kind: str) -> None:
    session.add(MatchEvent(subject=f"pair:{pair.id}", kind=kind, by=SYSTEM.name, at=now))


def _count(
    links: Links, records: Mapping[RecordId, Place], dismissed: Collection[frozenset[RecordId]]
) -> dict[RecordId, dict[str, Hint]]:
    found: dict[RecordId, dict[str, Hint]] = {r: {} for r in records}
    for (mine, other), kinds in links.kinds.items():
        if mine not in found or frozenset((mine, other)) in dismissed:
            continue
        for kind in kinds:
            hint = found[mine].setdefault(kind, Hint())
            if links.places[other] == links.places[mine]:
                hint.own.add(other)
            else:
                hint.others.add(links.places[other])
    return found


def _keep_hints(
    session: Session,
    now: datetime,
    campaign: Campaign,
    wanted: Mapping[RecordId, Mapping[str, Hint]],
    pool: Pool,
) -> None:
    """In the county: its rows, and a word to its office and the keeper where another county is new."""
    rows = {
        (row.record_id, row.kind): row
        for row in session.scalars(sa.select(MatchHint).where(MatchHint.record_id.in_(list(wanted))))
    }
    told: dict[RecordId, set[str]] = {}
    for record_id, kinds in wanted.items():
        for kind, hint in kinds.items():
            own = sorted(hint.own)[:OWN_SHOWN]
            row = rows.pop((record_id, kind), None)
            if len(hint.others) > (row.others if row else 0):
                told.setdefault(record_id, set()).add(kind)
            if row is None:
                session.add(MatchHint(record_id=record_id, kind=kind, others=len(hint.others), own=own))
            elif (row.others, row.own) != (len(hint.others), own):
                row.others, row.own = len(hint.others), own
    for row in rows.values():
        session.delete(row)
    if told:
        _tell_county(session, now, campaign, {r: (wanted[r], kinds) for r, kinds in told.items()}, pool)


def _tell_county(
    session: Session, now: datetime, campaign: Campaign,
    told: Mapping[RecordId, tuple[Mapping[str, Hint], Collection[str]]], pool: Pool,
) -> None:  # fmt: skip
    rows = session.execute(
        sa.select(
            Record.id, Record.mechanism_id, Record.unit_id, Record.number, Record.tenant_id, Tenant.code
        )
        .join(Tenant, Tenant.id == Record.tenant_id)
        .where(Record.id.in_(list(told)))
    )
    for record_id, mechanism_id, unit_id, number, _tenant, code in rows.all():
        kinds, fresh = told[record_id]
        others = set[int]().union(*(kinds[kind].others for kind in fresh))
        text = Message(_("%(number)s：%(hint)s"), number=number, hint=say_hint(len(others), fresh))
        for unit in (None, unit_id):
            notify(
                session, now, mechanism_id=mechanism_id, unit_id=unit, text=text, sender=str(_("串并比对")),
                link=f"/{code}/{campaign.key}/ledger/{record_id}",
            )  # fmt: skip


def _tell_city(session: Session, now: datetime, campaign: str, n: int) -> None:
    """One notice a day for the pairs found on it; the list and the to-do page have them all."""
    body = find_body(session, campaign)
    if body is not None:
        notify(
            session, now, mechanism_id=body[0], unit_id=None, text=Message(_("串并比对有新的跨县相同要素，请研判。")),
            sender=str(_("串并比对")), link=f"/{body[1]}/{campaign}/matching", mark=f"match:{campaign}:{now:%Y-%m-%d}",
        )  # fmt: skip


def find_body(session: Session, campaign: str) -> tuple[int, str] | None:
    """(mechanism, region code) of the scope's home tenant, if it runs the campaign."""
    found = session.execute(
        sa.select(Mechanism.id, Tenant.code)
        .join(Tenant, Tenant.id == Mechanism.tenant_id)
        .where(Mechanism.campaign == campaign)
    ).first()
    return (found[0], found[1]) if found else None
