"""Sends digests: in small batches over one connection, each claimed and committed before it is handed over.

A digest whose ``begun_at`` stands was perhaps delivered: it goes again, with the same Message-ID and marked as a
repeat. One that the server certainly did not take goes again as it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Seat
from portal.core.i18n import in_source_language, show_moment, translate
from portal.core.reader import Held
from portal.core.ready import Ready
from portal.core.scope import Scope, set_scope
from portal.core.text import Message, _
from portal.notices import mail
from portal.notices.digests import after_quiet, is_quiet
from portal.notices.inbox import Shape, addressed, given, places_of, shape
from portal.notices.mail import Answer, Outcome, Server, Unreachable
from portal.notices.models import Digest, DigestEntry, Notice
from portal.notices.wording import one_line, say
from portal.units.reader import load_posts

BATCH = 200
SECONDS = 60.0
"""No run takes longer than this and one message: other work waits behind it."""
IN_HAND = timedelta(minutes=10)
"""So long a digest that was begun belongs to the run that began it; after that its worker is dead."""
RETRY = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
UNSURE = 6
"""A message that perhaps arrived is repeated so often, not for ever."""
LINES = 40


class Run(NamedTuple):
    sent: int
    more: bool
    """There is more to send now."""


@dataclass(frozen=True)
class Mailroom:
    """What a run needs besides the session."""

    server: Server
    clock: Callable[[], datetime]
    base: str = ""
    """Address of the portal, without which links are paths."""
    timeout: float = mail.TIMEOUT
    stopping: Callable[[], bool] = lambda: False


def deliver(session: Session, room: Mailroom) -> Run:
    """One batch. Each message is claimed and committed before it is handed over; never raises because of the server."""
    session.info.pop("scope", None)
    due = _due(session, room.clock())
    if not due:
        session.commit()
        return Run(0, False)
    session.commit()
    begun, sent, done = time.monotonic(), 0, 0
    try:
        with mail.connection(room.server, room.timeout) as talk:
            for digest_id in due:
                done += 1
                taken = _take(session, digest_id, room)
                if taken is None:
                    continue
                answer = mail.hand_over(talk, room.server, taken.message, taken.to)
                # committed with the next one's claim: half as many waits for the disk
                _note(session, digest_id, answer, room.clock(), taken)
                sent += answer.outcome is Outcome.SENT
                if answer.broken or room.stopping() or time.monotonic() - begun > SECONDS:
                    break
            session.commit()
    except Unreachable as error:
        _change(session, due, error=str(error))  # each run tries once; nothing was handed over
        session.commit()
        return Run(sent, False)
    return Run(sent, len(due) == BATCH or done < len(due))


def _due(session: Session, now: datetime) -> list[int]:
    wanted = [Digest.done_at.is_(None), Digest.send_at <= now]
    wanted.append(sa.or_(Digest.begun_at.is_(None), Digest.begun_at <= now - IN_HAND))
    if is_quiet(now):
        wanted.append(Digest.urgent.is_(True))
    order = (Digest.urgent.desc(), Digest.send_at, Digest.id)
    return list(session.scalars(sa.select(Digest.id).where(*wanted).order_by(*order).limit(BATCH)))


class _Row(NamedTuple):
    """A digest that is not done, and the person it is for."""

    account_id: int
    begun_at: datetime | None
    tries: int
    urgent: bool
    email: str
    name: str
    mail: bool


_ROW = Ready(
    sa.select(
        Digest.account_id, Digest.begun_at, Digest.tries, Digest.urgent, Account.email, Account.display_name,
        sa.and_(Account.email != "", Account.mail_on.is_(True), Account.disabled_at.is_(None)),
    )
    .join(Account, Account.id == Digest.account_id)
    .where(Digest.id == sa.bindparam("digest"), Digest.done_at.is_(None))
)  # fmt: skip
_SEATS = Ready(sa.select(Seat.tenant_id).where(Seat.account_id == sa.bindparam("account")))


class _Taken(NamedTuple):
    message: EmailMessage
    to: str
    repeat: bool
    tries: int
    urgent: bool


def _take(session: Session, digest_id: int, room: Mailroom) -> _Taken | None:
    """Claim the digest, put it into words and commit; None when another run has it or nothing is left to tell."""
    now = room.clock()
    found = _ROW.rows(session, digest=digest_id)
    row = _Row(*found[0]) if found else None
    if row is None:
        session.commit()
        return None
    lines = compose(session, row.account_id, digest_id, now, room.base) if row.mail else []
    session.info.pop("scope", None)
    values: dict[str, object] = {"tries": row.tries + 1, "begun_at": now}
    if not lines:
        why = _("没有要告知的内容：均已阅读或岗位已变动") if row.mail else _("账号已停用或不再用邮件提醒")
        values = {"done_at": now, "error": str(why)}
    claimed = session.execute(
        sa.update(Digest)
        .where(
            Digest.id == digest_id, Digest.tries == row.tries, Digest.done_at.is_(None),
            sa.or_(Digest.begun_at.is_(None), Digest.begun_at <= now - IN_HAND),
        )
        .values(**values),
        execution_options={"synchronize_session": False},
    )  # fmt: skip
    session.commit()
    if not getattr(claimed, "rowcount", 0) or not lines:
        return None
    with in_source_language():
        subject = str(translate(Message(_("联席：%(n)s 项新消息"), n=len(lines))))
        if row.begun_at is not None:
            subject += str(translate(_("（重复发送）")))
        body = _body(row.name, lines, repeat=row.begun_at is not None)
    message = mail.write_message(room.server.sender, row.email, subject, body, number=digest_id, now=now)
    return _Taken(message, row.email, row.begun_at is not None, row.tries + 1, row.urgent)


def compose(session: Session, account_id: int, digest_id: int, now: datetime, base: str = "") -> list[str]:
    """A paragraph for each notice of the digest that is still unread and meant for a post the person holds now.
    What a person wrote beside it (``detail``) stays in the portal."""
    session.info.pop("scope", None)
    seats = sorted(row[0] for row in _SEATS.rows(session, account=account_id))
    set_scope(session, Scope(own=tuple(seats)))
    posts = [p for p in load_posts(session, account_id, now) if p.enabled] if seats else []
    places = places_of(posts)
    if not places:
        return []
    rows = [_Line(*r) for r in _lines(shape(places)).rows(session, digest=digest_id, **given(places, now))]
    bodies = {p.mechanism_id: p for p in posts}
    with in_source_language():
        return [_paragraph(n, row, bodies[row.mechanism_id], base) for n, row in enumerate(rows, 1)]


class _Line(NamedTuple):
    mechanism_id: int
    text: str
    params: dict[str, Any]
    sender: str
    at: datetime
    link: str
    urgent: bool


@lru_cache(256)
def _lines(places: Shape) -> Ready:
    return Ready(
        sa.select(*(getattr(Notice, name) for name in _Line._fields))
        .join(
            DigestEntry,
            sa.and_(DigestEntry.tenant_id == Notice.tenant_id, DigestEntry.notice_id == Notice.id),
        )
        .where(DigestEntry.digest_id == sa.bindparam("digest"), Notice.read_at.is_(None), addressed(places))
        .order_by(Notice.urgent.desc(), Notice.at, Notice.id)
    )


def _paragraph(n: int, row: _Line, post: Held, base: str) -> str:
    text = one_line(str(translate(say(row.text, row.params))))
    head = f"{n}. {translate(_('【急】'))}{text}" if row.urgent else f"{n}. {text}"
    source = f"   {one_line(row.sender)}，{translate(show_moment(row.at))} · {one_line(post.mechanism_name)}"
    link = f"   {base.rstrip('/')}{one_line(row.link)}" if row.link else ""
    return "\n".join(line for line in (head, source, link) if line)


def _body(name: str, lines: Sequence[str], *, repeat: bool) -> str:
    parts = [
        str(translate(Message(_("%(name)s：您有 %(n)s 项未读消息。"), name=one_line(name), n=len(lines))))
    ]
    if repeat:
        parts.append(str(translate(_("上次发送没有得到邮件服务器的确认，所以再发一次。如已收到，请忽略。"))))
    parts += lines[:LINES]
    if len(lines) > LINES:
        parts.append(str(translate(Message(_("另有 %(n)s 项，请登录查看。"), n=len(lines) - LINES))))
    parts.append(str(translate(_("本邮件由系统自动发出，请勿回复。不想再收，可在“我的账号”里取消。"))))
    return "\n\n".join(parts) + "\n"


def _note(session: Session, digest_id: int, answer: Answer, now: datetime, taken: _Taken) -> None:
    again = now + RETRY[min(taken.tries, len(RETRY)) - 1]
    again = again if taken.urgent else after_quiet(again)
    match answer.outcome:
        case Outcome.SENT:
            _change(session, [digest_id], sent_at=now, done_at=now, error="")
            _mark_address(session, digest_id, taken.to, None)
        case Outcome.LATER if not taken.repeat:
            _change(session, [digest_id], send_at=again, begun_at=None, error=answer.error)
        case Outcome.LATER:  # an earlier try may have arrived, so ``begun_at`` stays
            _change(session, [digest_id], send_at=again, error=answer.error)
        case Outcome.UNKNOWN if taken.tries < UNSURE:
            _change(session, [digest_id], send_at=again, error=answer.error)
        case _:
            _change(session, [digest_id], done_at=now, error=answer.error)
            if answer.no_such:
                _mark_address(session, digest_id, taken.to, now)


def _mark_address(session: Session, digest_id: int, address: str, refused_at: datetime | None) -> None:
    """The office sees it beside the person's post, until another address is given or a message gets through."""
    person = sa.select(Digest.account_id).where(Digest.id == digest_id).scalar_subquery()
    standing = Account.mail_refused_at.is_not(None) if refused_at is None else sa.true()
    session.execute(
        sa.update(Account)
        .where(Account.id == person, Account.email == address, standing)
        .values(mail_refused_at=refused_at),
        execution_options={"synchronize_session": False},
    )


def _change(session: Session, digests: Sequence[int], **values: object) -> None:
    session.execute(
        sa.update(Digest).where(Digest.id.in_(digests), Digest.done_at.is_(None)).values(**values),
        execution_options={"synchronize_session": False},
    )


__all__ = ["BATCH", "IN_HAND", "Mailroom", "Run", "compose", "deliver"]
