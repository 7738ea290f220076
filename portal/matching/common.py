"""What the city decides about values: which are not compared, and which withheld entries are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.matching import MatchKind
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, _
from portal.matching.digests import digest, lock, pool_of
from portal.matching.entries import Value, judge
from portal.matching.linking import relink, sharing
from portal.matching.models import Held, MatchEntry, MatchStop, MatchWithheld
from portal.matching.normalise import MINIMUM, end_of, normalise
from portal.matching.stopping import is_public
from portal.matching.words import KIND_LABELS

RELEASE_AT_ONCE = 500


def stop_typed(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    campaign: Campaign,
    kind: MatchKind,
    typed: str,
    words: str,
) -> MatchStop:
    """Put a value on the city's stop list; only its hash and its end are kept."""
    value = normalise(kind, typed)
    if not value:
        text = _("%(kind)s至少 %(n)s 位，短于此的本来就不比对。")
        raise Invalid({"value": Message(text, kind=KIND_LABELS[kind], n=MINIMUM[kind])})
    if is_public(kind, value):
        raise Invalid({"value": _("这是公共号码或通用名称，本来就不比对。")})
    if not words:
        raise Invalid({"words": _("请写明停用的理由。")})
    city = get_scope(session).home
    assert city is not None
    key = digest(session, city, campaign.key, kind, value)
    found = session.scalars(sa.select(MatchStop).where(MatchStop.digest == key)).one_or_none()
    if found is None:
        found = MatchStop(
            campaign=campaign.key, kind=kind.value, digest=key, mark=end_of(kind, value), state="proposed", places=0, at=now
        )  # fmt: skip
        session.add(found)
        session.flush()
    elif found.state == "stopped":
        raise Conflict(_("这个要素已经停用。"))
    return _stop(session, actor, now, campaign, found, words)


def decide_stop(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, stop_id: int, stop: bool, words: str
) -> MatchStop:
    """Of a proposed or listed value: not compared from now on, or compared (again)."""
    found = session.scalars(
        sa.select(MatchStop)
        .where(MatchStop.id == stop_id, MatchStop.campaign == campaign.key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    if (found.state == "stopped") == stop:
        raise Conflict(_("这个要素已经办理，请刷新页面查看。"))
    if not words:
        raise Invalid({"words": _("请写明理由。")})
    if stop:
        return _stop(session, actor, now, campaign, found, words)
    was, found.state = found.state, "kept"
    found.words, found.at, found.by = words, now, actor.name
    record(session, Act.MATCH_STOP, f"stop:{found.id}", actor, now, {"kind": found.kind, "stop": False})
    session.flush()
    if was == "stopped":
        rows = session.scalars(
            sa.select(MatchEntry).where(MatchEntry.digest == found.digest, MatchEntry.state == Held.STOPPED)
        ).all()
        _take_up(session, now, campaign, rows)
    return found


def _stop(
    session: Session, actor: Actor, now: datetime, campaign: Campaign, found: MatchStop, words: str
) -> MatchStop:
    lock(session, [found.digest])
    rows = session.scalars(
        sa.select(MatchEntry).where(
            MatchEntry.digest == found.digest, MatchEntry.state.in_([Held.LIVE.value, Held.COMMON.value])
        )
    ).all()
    concerned = sharing(session, [row.record_id for row in rows if row.state == Held.LIVE]) if rows else {}
    for row in rows:
        row.state = Held.STOPPED.value
    found.state, found.words, found.at, found.by = "stopped", words, now, actor.name
    record(session, Act.MATCH_STOP, f"stop:{found.id}", actor, now, {"kind": found.kind, "stop": True})
    session.flush()
    _relink(session, now, campaign, concerned)
    return found


def release(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, place_id: int, ids: Collection[int] | None = None
) -> int:  # fmt: skip
    """Compare the entries of a county that were withheld (all of them, or these); how many. At most
    ``RELEASE_AT_ONCE`` at a time, the oldest first."""
    query = sa.select(MatchWithheld).where(
        MatchWithheld.campaign == campaign.key, MatchWithheld.place_id == place_id, MatchWithheld.released_at.is_(None)
    )  # fmt: skip
    if ids is not None:
        query = query.where(MatchWithheld.id.in_(ids))
    waiting = session.scalars(
        query.order_by(MatchWithheld.at, MatchWithheld.id).limit(RELEASE_AT_ONCE).with_for_update()
    ).all()
    if not waiting:
        raise Conflict(_("没有待放行的要素，请刷新页面查看。"))
    for row in waiting:
        row.released_at, row.released_by = now, actor.name
    data = {"place": place_id, "entries": len(waiting)}
    record(session, Act.MATCH_RELEASE, f"tenant:{place_id}", actor, now, data)
    rows = session.scalars(
        sa.select(MatchEntry).where(
            MatchEntry.record_id.in_([w.record_id for w in waiting]), MatchEntry.state == Held.WITHHELD
        )
    ).all()
    _take_up(session, now, campaign, rows)
    return len(waiting)


def _take_up(session: Session, now: datetime, campaign: Campaign, rows: Collection[MatchEntry]) -> None:
    """Judge values that were left out, one after the other, and link what is live now."""
    lock(session, {row.digest for row in rows})
    for row in rows:
        values = {row.digest: Value(row.kind, row.mark)}
        states, _holders = judge(session, now, campaign.key, row.place_id, values, [row.digest])
        row.state = states[row.digest].value
        session.flush()
    _relink(session, now, campaign, sharing(session, list({row.record_id for row in rows})))


def _relink(session: Session, now: datetime, campaign: Campaign, records: dict[int, int]) -> None:
    home = get_scope(session).home
    pool = pool_of(session, home) if home is not None else None
    assert pool is not None
    relink(session, now, pool=pool, campaign=campaign, records=records)
