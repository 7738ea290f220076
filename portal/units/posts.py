"""Posts: who does what for which unit and body, from when until when.

Rights are read from posts at every request, so a change acts at once. ``Seat`` tells the log-in in which
tenants an account has posts; it is kept true here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Seat
from portal.accounts.services import create_account
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.posts import ADMINISTRATORS, PostKind, check_separation
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.units.bodies import get_body, list_members
from portal.units.models import Handover, Post, Unit
from portal.units.services import local_day

RANKS: tuple[Text, ...] = (
    _("无行政级别"), _("科员"), _("副科级"), _("科级"), _("副处级"), _("县处级"), _("副厅级"), _("厅级")
)  # fmt: skip
"""Job ranks from low to high, as they are stored and printed."""
LOWEST_LIAISON_RANK = _("副科级")
"""A liaison is of section rank (D0 第十条), deputies included; below it the unit says why it insists."""

OF_A_UNIT = frozenset({PostKind.LIAISON, PostKind.LEADER_IN_CHARGE, PostKind.GROUP_MEMBER})
WAITING = datetime(9999, 12, 31, tzinfo=SHANGHAI)
"""``Post.since`` of a successor whose hand-over is not signed yet."""


@dataclass(frozen=True)
class PostRow:
    """A post with its holder, as lists show it."""

    id: int
    kind: PostKind
    mechanism_id: int | None
    unit_id: int | None
    unit_name: str
    account_id: int
    username: str
    holder: str
    rank: str
    rank_reason: str
    group: str
    since: datetime
    until: datetime | None
    end_reason: str
    mail_refused: bool
    """The mail server refused the holder's address: reminders do not arrive."""

    @property
    def waiting(self) -> bool:
        return self.since >= WAITING


def list_posts(
    session: Session,
    *,
    mechanism_id: int,
    at: datetime | None = None,
    unit_id: int | None = None,
    kinds: Iterable[PostKind] = (),
) -> list[PostRow]:
    """Posts of a body by unit and kind; with ``at`` only those in force then or still to come."""
    query = (
        sa.select(
            Post.id, Post.kind, Post.mechanism_id, Post.unit_id, Unit.full_name, Post.account_id,
            Account.username, Account.display_name, Post.rank, Post.rank_reason, Post.group, Post.since,
            Post.until, Post.end_reason, sa.and_(Account.email != "", Account.mail_refused_at.is_not(None)),
        )
        .join(Account, Account.id == Post.account_id)
        .outerjoin(Unit, sa.and_(Unit.tenant_id == Post.tenant_id, Unit.id == Post.unit_id))
        .where(Post.mechanism_id == mechanism_id)
        .order_by(Unit.sort_no, Post.kind, Post.since, Post.id)
    )  # fmt: skip
    if at is not None:
        query = query.where(not_over(at))
    if unit_id is not None:
        query = query.where(Post.unit_id == unit_id)
    if kinds:
        query = query.where(Post.kind.in_([k.value for k in kinds]))
    return [_row(list(r)) for r in session.execute(query)]


def _row(found: list[Any]) -> PostRow:
    found[1], found[4] = PostKind(found[1]), found[4] or ""
    return PostRow(*found)


def not_over(at: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(Post.until.is_(None), Post.until > at)


def get_post(session: Session, post_id: int) -> Post:
    post = session.get(Post, (get_scope(session).home, post_id))
    if post is None:
        raise NotFound
    return post


def appoint(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    account_id: int,
    kind: PostKind,
    mechanism_id: int | None = None,
    unit_id: int | None = None,
    rank: str = "",
    rank_reason: str = "",
    since: datetime | None = None,
    group: str = "",
) -> Post:
    """Give an account a post from ``since`` on: at once, or ``WAITING`` for the hand-over to be signed."""
    since = since or now
    account = session.get(Account, account_id)
    if account is None or account.disabled_at is not None:
        raise Invalid({"account": _("没有这个账号，或账号已停用。")})
    day = local_day(now if since >= WAITING else since)
    mechanism_id, unit_id = _check_place(session, kind, mechanism_id, unit_id, day)
    problems: dict[str, Message | Text] = {}
    if kind is PostKind.LIAISON:
        problems |= check_rank(rank, rank_reason)
        problems |= _check_only_liaison(session, mechanism_id, unit_id, since)
    if kind is PostKind.GROUP_MEMBER and not group.strip():
        problems["group"] = _("请填写工作组名称。")
    if problems:
        raise Invalid(problems)
    living = session.scalars(sa.select(Post).where(Post.account_id == account_id, not_over(since))).all()
    place = (kind, mechanism_id, unit_id, group)
    if any((PostKind(p.kind), p.mechanism_id, p.unit_id, p.group) == place for p in living):
        raise Conflict(Message(_("%(who)s已任此岗位，无需重复设置。"), who=account.display_name))
    check_separation([kind, *(PostKind(p.kind) for p in living)])
    post = Post(
        account_id=account_id, kind=kind.value, mechanism_id=mechanism_id, unit_id=unit_id, rank=rank,
        rank_reason=rank_reason, group=group, since=since,
    )  # fmt: skip
    session.add(post)
    session.flush()
    take_seat(session, account_id)
    data = {
        "account": account.username,
        "kind": kind.value,
        "unit": unit_id,
        "rank": rank,
        "reason": rank_reason,
    }
    record(session, Act.POST_APPOINT, f"post:{post.id}", actor, now, data)
    return post


def _check_place(
    session: Session, kind: PostKind, mechanism_id: int | None, unit_id: int | None, day: date
) -> tuple[int | None, int | None]:
    """Body and unit of a post, as it is stored; ``Invalid`` where they do not fit."""
    if kind in ADMINISTRATORS:
        return None, None
    if mechanism_id is None:
        raise Invalid({"mechanism": _("请选择机制。")})
    get_body(session, mechanism_id)
    if unit_id is None:
        if kind in OF_A_UNIT:
            raise Invalid({"unit": _("请选择单位。")})
        return mechanism_id, None
    unit = session.get(Unit, (get_scope(session).home, unit_id))
    if unit is None or not unit.active:
        raise Invalid({"unit": _("没有这个单位，或已停用，请重新选择。")})
    as_member = kind in (PostKind.LIAISON, PostKind.LEADER_IN_CHARGE)
    if as_member and unit_id not in {m.unit_id for m in list_members(session, mechanism_id, day)}:
        raise Invalid({"unit": Message(_("%(unit)s不是成员单位，请先加入。"), unit=unit.full_name)})
    return mechanism_id, unit_id


def check_rank(rank: str, reason: str) -> dict[str, Message | Text]:
    """What is wrong with a liaison's rank; below section rank only with a reason."""
    if rank not in RANKS:
        return {"rank": _("请选择联络员的职级。")}
    if RANKS.index(Text(rank)) < RANKS.index(LOWEST_LIAISON_RANK) and not reason.strip():
        text = _("联络员应为科级干部，“%(rank)s”不符合。确需由其担任的，请写明理由。")
        return {"rank_reason": Message(text, rank=Text(rank))}
    return {}


def _check_only_liaison(
    session: Session, mechanism_id: int | None, unit_id: int | None, since: datetime
) -> dict[str, Message | Text]:
    name = session.scalar(
        sa.select(Account.display_name)
        .join(Post, Post.account_id == Account.id)
        .where(
            Post.mechanism_id == mechanism_id, Post.unit_id == unit_id, not_over(since),
            Post.kind == PostKind.LIAISON.value,
        )
    )  # fmt: skip
    if name is None:
        return {}
    text = _("每个单位只设一名联络员，现任%(who)s尚未离任，请先办理离任。")
    return {"unit": Message(text, who=name)}


def end_post(
    session: Session, actor: Actor, now: datetime, *, post_id: int, until: datetime | None = None, reason: str
) -> Post:
    """The post's rights end at ``until`` (default: now), in this body only. A future end may be moved."""
    post = get_post(session, post_id)
    until = until or now
    if post.until is not None and post.until <= now:
        raise Conflict(_("该岗位已经离任。"))
    if not reason.strip():
        raise Invalid({"reason": _("请填写离任原因，例如工作调动。")})
    if post.since >= WAITING:  # was never in force
        post.since = until = now
    elif until < post.since:
        raise Invalid({"until": _("离任时间不能早于任职时间。")})
    post.until, post.end_reason = until, reason
    session.flush()
    sweep_seats(session, now)
    data = {"until": until.isoformat(), "reason": reason, "kind": post.kind}
    record(session, Act.POST_END, f"post:{post_id}", actor, now, data)
    return post


def take_seat(session: Session, account_id: int) -> None:
    """Let the account reach the home tenant's pages; what it may do there, its posts say."""
    key = (account_id, get_scope(session).home)
    if session.get(Seat, key) is None:
        session.add(Seat(account_id=key[0], tenant_id=key[1]))
        session.flush()


def sweep_seats(session: Session, now: datetime) -> None:
    """Take the seats of the home tenant from accounts without a present or coming post.

    Who still has to sign a hand-over keeps the seat for that one page; it gives no rights.
    """
    holding = sa.select(Post.account_id).where(not_over(now))
    signing = (
        sa.select(Post.account_id)
        .join(Handover, sa.and_(Handover.tenant_id == Post.tenant_id, Handover.post_id == Post.id))
        .where(Handover.completed_at.is_(None))
    )
    keep = {*session.scalars(holding), *session.scalars(signing)}
    session.execute(
        sa.delete(Seat).where(Seat.tenant_id == get_scope(session).home, Seat.account_id.not_in(keep))
    )


def find_or_create_holder(
    session: Session, actor: Actor, now: datetime, *, username: str, display_name: str
) -> tuple[int, str]:
    """The account that shall hold a post, and its one-time password if it was made just now, else ''.

    A person of another tenant is taken when both names are right, so that a slip never lets a stranger in.
    """
    username = username.strip().lower()
    account = session.scalars(sa.select(Account).where(Account.username == username)).one_or_none()
    home = get_scope(session).home
    assert home is not None
    if account is None:
        made, password = create_account(
            session, actor, now, tenant_id=home, username=username, display_name=display_name
        )
        return made.id, password
    known = account.home_tenant_id == home or session.get(Seat, (account.id, home)) is not None
    if not known and account.display_name != display_name:
        text = _("用户名 %(name)s 已由其他地区使用。确为同一人的，显示名须与其账号一致；否则请换一个用户名。")
        raise Invalid({"username": Message(text, name=username)})
    return account.id, ""


def list_people(session: Session) -> list[tuple[str, str]]:
    """Username and name of the living accounts of the home tenant and of those with posts in it."""
    home = get_scope(session).home
    seated = sa.select(Seat.account_id).where(Seat.tenant_id == home)
    rows = session.execute(
        sa.select(Account.username, Account.display_name)
        .where(Account.disabled_at.is_(None), sa.or_(Account.home_tenant_id == home, Account.id.in_(seated)))
        .order_by(Account.username)
    )
    return [(r[0], r[1]) for r in rows]
