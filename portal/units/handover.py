"""交接单: what a leaving liaison leaves open, told to the office in writing and signed by both sides.

Open matters belong to the unit, so the leader in charge acts on them from the moment the post ends. With
the second signature the successor's post begins and the places in working groups move, in one step; the list
of what was open stays as it was signed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.posts import PostKind
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.units.models import Handover, Post
from portal.units.posts import WAITING, appoint, end_post, get_post, sweep_seats, take_seat

NUMBER_LENGTH = 40
GROUP_PLACE = _("工作组成员")


@dataclass(frozen=True, kw_only=True)
class OpenItem:
    """One open matter of a unit. ``kind`` is the word that stands on the sheet, like 草稿 or 待报."""

    kind: Text
    title: str
    due: datetime | None = None
    subject: str = ""
    """type:id of the thing, where it has one."""


OpenItems = Callable[[Session, int, int], list[OpenItem]]
"""A source: ``(session, mechanism_id, unit_id)`` -> what is open there. Higher rooms supply them."""


def open_handover(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    post_id: int,
    number: str,
    noticed_on: date,
    sources: Iterable[OpenItems],
) -> Handover:
    """Start the sheet of a liaison whose post has ended or has an end, with the written notice (书面告知)."""
    post = get_post(session, post_id)
    if post.kind != PostKind.LIAISON or post.unit_id is None or post.mechanism_id is None:
        raise Invalid({"post": _("只有联络员离任才需要交接单。")})
    if post.until is None:
        raise Conflict(_("请先办理离任，再开具交接单。"))
    if session.scalar(sa.select(Handover.id).where(Handover.post_id == post_id)) is not None:
        raise Conflict(_("这次离任已有交接单。"))
    if not number.strip() or len(number) > NUMBER_LENGTH:
        raise Invalid({"number": Message(_("请填写书面告知的文号，最多 %(n)s 字。"), n=NUMBER_LENGTH)})
    handover = Handover(
        post_id=post_id,
        mechanism_id=post.mechanism_id,
        unit_id=post.unit_id,
        number=number,
        noticed_on=noticed_on,
        items=_collect(session, post, sources, now),
    )
    session.add(handover)
    session.flush()
    take_seat(session, post.account_id)  # to come and sign, perhaps without any post left
    data = {"post": post_id, "number": number, "items": len(handover.items)}
    record(session, Act.HANDOVER_OPEN, f"handover:{handover.id}", actor, now, data)
    return handover


def _collect(
    session: Session, post: Post, sources: Iterable[OpenItems], now: datetime
) -> list[dict[str, Any]]:
    assert post.mechanism_id is not None
    assert post.unit_id is not None
    found = [item for source in sources for item in source(session, post.mechanism_id, post.unit_id)]
    found += [OpenItem(kind=GROUP_PLACE, title=p.group) for p in _places(session, post, now)]
    return [
        {
            "kind": str(i.kind),
            "title": i.title,
            "due": i.due.isoformat() if i.due else None,
            "subject": i.subject,
        }
        for i in found
    ]


def _places(session: Session, post: Post, now: datetime) -> Sequence[Post]:
    """The places in working groups that the holder of ``post`` has for the same unit."""
    return session.scalars(
        sa.select(Post).where(
            Post.account_id == post.account_id,
            Post.mechanism_id == post.mechanism_id,
            Post.unit_id == post.unit_id,
            Post.kind == PostKind.GROUP_MEMBER.value,
            sa.or_(Post.until.is_(None), Post.until > now),
        )
    ).all()


def get_handover(session: Session, handover_id: int) -> Handover:
    """Locked, so that two signatures at once are two steps."""
    query = sa.select(Handover).where(
        Handover.id == handover_id, Handover.tenant_id == get_scope(session).home
    )
    handover = session.scalars(query.with_for_update()).one_or_none()
    if handover is None:
        raise NotFound
    return handover


def acknowledge_notice(session: Session, actor: Actor, now: datetime, *, handover_id: int) -> Handover:
    """The office has received the written notice."""
    handover = get_handover(session, handover_id)
    if handover.acknowledged_at is None:
        handover.acknowledged_at, handover.acknowledged_by = now, actor.name
        record(
            session,
            Act.NOTICE_ACKNOWLEDGE,
            f"handover:{handover_id}",
            actor,
            now,
            {"number": handover.number},
        )
    return handover


def name_successor(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    handover_id: int,
    account_id: int,
    rank: str,
    rank_reason: str = "",
    sources: Iterable[OpenItems],
) -> Post:
    """Appoint the successor, whose post waits for both signatures; what is open is listed anew."""
    handover = get_handover(session, handover_id)
    if handover.completed_at or handover.signed_from_at or handover.signed_to_at:
        raise Conflict(_("交接单已有人签字，不能再更换接任人。"))
    leaving = get_post(session, handover.post_id)
    if handover.successor_post_id is not None:
        former = get_post(session, handover.successor_post_id)
        if former.until is None:
            end_post(session, actor, now, post_id=former.id, reason=str(_("另定接任人")))
    post = appoint(
        session, actor, now, account_id=account_id, kind=PostKind.LIAISON, mechanism_id=handover.mechanism_id,
        unit_id=handover.unit_id, rank=rank, rank_reason=rank_reason, since=WAITING,
    )  # fmt: skip
    handover.successor_post_id = post.id
    handover.items = _collect(session, leaving, sources, now)
    session.flush()
    return post


def sign_handover(session: Session, actor: Actor, now: datetime, *, handover_id: int) -> Handover:
    """Sign for the side the actor is on. With the second signature everything moves."""
    handover = get_handover(session, handover_id)
    if handover.acknowledged_at is None:
        raise Conflict(_("办公室尚未签收书面告知，暂不能签字。"))
    if handover.successor_post_id is None:
        raise Conflict(_("尚未确定接任人，暂不能签字。"))
    leaving, coming = get_post(session, handover.post_id), get_post(session, handover.successor_post_id)
    if coming.until is not None:
        raise Conflict(_("接任人已更换，请等办公室重新确定接任人。"))
    if leaving.until is not None and leaving.until > now:
        raise Conflict(_("原联络员尚未离任，离任后方可签字。"))
    if actor.account_id == leaving.account_id:
        handover.signed_from_at = handover.signed_from_at or now
    elif actor.account_id == coming.account_id:
        handover.signed_to_at = handover.signed_to_at or now
    else:
        raise NotAllowed(_("交接单由离任和接任的联络员本人签字。"))
    record(session, Act.HANDOVER_SIGN, f"handover:{handover_id}", actor, now, {"number": handover.number})
    if handover.signed_from_at and handover.signed_to_at and handover.completed_at is None:
        _complete(session, actor, now, handover, leaving, coming)
    return handover


def _complete(
    session: Session, actor: Actor, now: datetime, handover: Handover, leaving: Post, coming: Post
) -> None:
    coming.since = now
    for place in _places(session, leaving, now):
        end_post(session, actor, now, post_id=place.id, reason=str(_("联络员交接")))
        if place.group not in {p.group for p in _places(session, coming, now)}:
            appoint(
                session, actor, now, account_id=coming.account_id, kind=PostKind.GROUP_MEMBER,
                mechanism_id=handover.mechanism_id, unit_id=handover.unit_id, rank=coming.rank, group=place.group,
            )  # fmt: skip
    handover.completed_at = now
    session.flush()
    sweep_seats(session, now)
