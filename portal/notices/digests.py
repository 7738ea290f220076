"""Digests: everything new for one person in one message.

``collect`` takes what was left in ``Outgoing`` and gives each person concerned an entry for each notice, then one
digest over all of them. Only ids are kept: words are found when the digest is sent (``outbox``), under the posts
that the person holds then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.core.clock import SHANGHAI
from portal.core.db import new_id
from portal.core.posts import RIGHTS, PostKind, Right
from portal.core.scope import Scope, set_scope
from portal.core.workdays import WorkCalendar
from portal.notices.inbox import STANDS_IN
from portal.notices.models import Digest, DigestEntry, Notice, Outgoing
from portal.units.models import Post

SLOTS = (time(8), time(10), time(14), time(17))
"""When digests are made on working days; what is urgent goes at once."""
QUIET_FROM, QUIET_TO = 22, 8
"""Hours between which nothing leaves the portal unless a 24-hour clock runs."""
TENANTS = 200
"""Tenants read at a time: memory does not grow with the nation."""
KEPT = timedelta(days=90)


def is_quiet(now: datetime) -> bool:
    hour = now.astimezone(SHANGHAI).hour
    return hour >= QUIET_FROM or hour < QUIET_TO


def after_quiet(now: datetime) -> datetime:
    """``now``, or the next 08:00 when it is night."""
    local = now.astimezone(SHANGHAI)
    if not is_quiet(now):
        return now
    day = local.date() + timedelta(days=1 if local.hour >= QUIET_FROM else 0)
    return datetime.combine(day, time(QUIET_TO), SHANGHAI)


def slot_of(now: datetime, calendar: WorkCalendar) -> str | None:
    """The latest slot of today that has come; None before the first, in quiet hours and on days off."""
    local = now.astimezone(SHANGHAI)
    if is_quiet(now) or not calendar.day(local.date()).works:
        return None
    come = [slot for slot in SLOTS if slot <= local.time()]
    return f"{local:%Y-%m-%d}T{come[-1]:%H:%M}" if come else None


def collect(session: Session, now: datetime, *, urgent_only: bool, mail: bool) -> int:
    """Make the digests of this run; how many. Commits as it goes; what is left undone is found by the next run.

    ``mail`` False = nothing is sent by this installation: what was left to be told is cleared.
    """
    session.info.pop("scope", None)
    if not mail:
        session.execute(sa.delete(Outgoing))
        session.commit()
        return 0
    wanted = [Outgoing.urgent.is_(True)] if urgent_only else []
    tenants = list(session.scalars(sa.select(Outgoing.tenant_id).where(*wanted).distinct()))
    for at in range(0, len(tenants), TENANTS):
        _share_out(session, now, tenants[at : at + TENANTS], wanted)
        session.info.pop("scope", None)
        session.commit()
    return _bundle(session, now, urgent=urgent_only)


class _Holder(NamedTuple):
    account_id: int
    kind: str
    mail: bool


@dataclass
class _Places:
    """Who acts where, of some tenants."""

    at: dict[tuple[int, int, int | None], list[_Holder]] = field(default_factory=dict)

    def meant(self, tenant_id: int, mechanism_id: int, unit_id: int | None, post: str) -> Iterator[int]:
        """Accounts with mail that find such a notice in their inbox; as ``inbox._meant_for``."""
        holders = self.at.get((tenant_id, mechanism_id, unit_id), [])
        if post:
            held = [h for h in holders if h.kind == post]
            stand_in = STANDS_IN.get(PostKind(post)) if not held and post in RIGHTS else None
            holders = held or [h for h in holders if h.kind == stand_in]
        yield from dict.fromkeys(h.account_id for h in holders if h.mail)


def _load_places(session: Session, now: datetime, tenants: Sequence[int]) -> _Places:
    """The scope must cover the tenants; one statement."""
    mail = sa.and_(Account.email != "", Account.mail_on.is_(True), Account.disabled_at.is_(None))
    rows = session.execute(
        sa.select(Post.tenant_id, Post.mechanism_id, Post.unit_id, Post.kind, Post.account_id, mail)
        .join(Account, Account.id == Post.account_id)
        .where(
            Post.tenant_id.in_(tenants), Post.mechanism_id.is_not(None), Post.since <= now,
            sa.or_(Post.until.is_(None), Post.until > now),
        )
    )  # fmt: skip
    places = _Places()
    for tenant_id, mechanism_id, unit_id, kind, account_id, has_mail in rows:
        assert mechanism_id is not None
        holder = _Holder(account_id, kind, bool(has_mail))
        rights = RIGHTS[PostKind(kind)]
        if unit_id is not None and Right.REPORT_FILL in rights:
            places.at.setdefault((tenant_id, mechanism_id, unit_id), []).append(holder)
        if Right.REPORT_REVIEW in rights:
            places.at.setdefault((tenant_id, mechanism_id, None), []).append(holder)
    return places


def _share_out(
    session: Session, now: datetime, tenants: Sequence[int], wanted: Sequence[sa.ColumnElement[bool]]
) -> None:
    """An entry for each person and notice that is still unread; the notices leave ``Outgoing``."""
    set_scope(session, Scope(own=tuple(tenants)))
    places = _load_places(session, now, tenants)
    waiting = sa.select(Outgoing.tenant_id, Outgoing.notice_id).where(
        Outgoing.tenant_id.in_(tenants), *wanted
    )
    taken = [tuple(row) for row in session.execute(waiting.with_for_update(skip_locked=True))]
    entries: list[dict[str, Any]] = []
    for part in _parts(taken):
        found = session.execute(
            sa.select(Notice.tenant_id, Notice.id, Notice.mechanism_id, Notice.unit_id, Notice.post).where(
                Notice.tenant_id.in_({t for t, _n in part}), Notice.id.in_([n for _t, n in part]),
                Notice.read_at.is_(None),
            )
        )  # fmt: skip
        for tenant_id, notice_id, mechanism_id, unit_id, post in found:
            entries += [
                {"account_id": account_id, "tenant_id": tenant_id, "notice_id": notice_id}
                for account_id in places.meant(tenant_id, mechanism_id, unit_id, post)
            ]
    session.info.pop("scope", None)
    _add_entries(session, entries)
    for part in _parts(taken):
        session.execute(
            sa.delete(Outgoing).where(sa.tuple_(Outgoing.tenant_id, Outgoing.notice_id).in_(part))
        )


def _parts(rows: Sequence[Any], size: int = 1000) -> Iterator[Sequence[Any]]:
    for at in range(0, len(rows), size):
        yield rows[at : at + size]


def _add_entries(session: Session, entries: list[dict[str, Any]]) -> None:
    """An entry that is there already stays as it is: a run that was broken off may come twice to it."""
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    for part in _parts(entries):
        session.execute(dialect.insert(DigestEntry).on_conflict_do_nothing(), part)


def _bundle(session: Session, now: datetime, *, urgent: bool) -> int:
    """One digest for each person with entries that are in none; commits."""
    free = sa.select(DigestEntry.account_id).where(DigestEntry.digest_id.is_(None))
    accounts = sorted(set(session.scalars(free.with_for_update(skip_locked=True))))
    numbers: set[int] = set()
    while len(numbers) < len(accounts):  # thousands within a millisecond would meet by chance
        numbers.add(new_id())
    for part in _parts(list(zip(sorted(numbers), accounts, strict=True))):
        made = [
            {"id": n, "account_id": a, "made_at": now, "urgent": urgent, "send_at": now, "tries": 0, "error": ""}
            for n, a in part
        ]  # fmt: skip
        session.execute(sa.insert(Digest), made)
        session.connection().execute(
            sa.update(_entries)
            .where(_entries.c.account_id == sa.bindparam("of"), _entries.c.digest_id.is_(None))
            .values(digest_id=sa.bindparam("into")),
            [{"of": d["account_id"], "into": d["id"]} for d in made],
        )
    session.commit()
    return len(accounts)


_entries: Any = sa.inspect(DigestEntry).local_table


class LastDigest(NamedTuple):
    sent_at: datetime | None
    done_at: datetime | None
    error: str


def last_digest(session: Session, account_id: int) -> LastDigest | None:
    """For the person to see whether mail arrives."""
    found = session.execute(
        sa.select(Digest.sent_at, Digest.done_at, Digest.error)
        .where(Digest.account_id == account_id)
        .order_by(Digest.made_at.desc())
        .limit(1)
    ).one_or_none()
    return LastDigest(*found) if found else None


def count_states(session: Session, since: datetime) -> tuple[int, int]:
    """How many digests wait, and how many since then were refused for good; for the operator."""
    waiting = sa.select(sa.func.count(Digest.id)).where(Digest.done_at.is_(None))
    refused = sa.select(sa.func.count(Digest.id)).where(
        Digest.done_at > since, Digest.sent_at.is_(None), Digest.tries > 0
    )
    return session.scalar(waiting) or 0, session.scalar(refused) or 0


def purge_digests(session: Session, now: datetime) -> None:
    """What was done long ago; notices themselves stay."""
    old = sa.select(Digest.id).where(Digest.done_at < now - KEPT)
    ids: Iterable[int] = session.scalars(old.limit(20_000)).all()
    for part in _parts(list(ids)):
        session.execute(sa.delete(DigestEntry).where(DigestEntry.digest_id.in_(part)))
        session.execute(sa.delete(Digest).where(Digest.id.in_(part)))
