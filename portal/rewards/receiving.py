"""The awarded unit's part after the decision: the return slip, and the distribution whose sum must be the reward."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI
from portal.core.errors import Invalid, NotAllowed
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.documents.marks import refuse_marks
from portal.rewards.access import Hand, Opened
from portal.rewards.flow import Link, Move, advance, last_step, no_link
from portal.rewards.handling import Scan, keep_proof, show_fen
from portal.rewards.models import RewardApplication, RewardStep
from portal.rewards.states import DECIDED, Kind, State

MOST_SHARES = 40
_TRACES = re.compile(r"[0-9]{11,}[0-9Xx]?")
"""A telephone, an identity card, a bank account."""


@dataclass(frozen=True)
class Share:
    """``who``: a unit or post, never a person's name; ``why``: the contribution."""

    who: str
    why: str
    fen: int


def register_slip(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    opened: Opened,
    day: date,
    scan: Scan,
    link: Link = no_link,
) -> RewardStep | None:
    """回单联 is back, by the unit itself or by the office that received it on paper."""
    if not opened.mine and Hand.PREPARE not in opened.hands:
        raise NotAllowed
    notice = last_step(session, opened.found, Kind.NOTIFIED)
    first = date.fromisoformat(notice.facts["day"]) if notice is not None else day
    if opened.found.state == State.NOTIFIED:
        problems: dict[str, Message | Text] = {}
        if day > now.astimezone(SHANGHAI).date() or day < first:
            text = _("回单日期应在通知单日期 %(first)s 和今天之间，请核对。")
            problems["day"] = Message(text, first=first.isoformat())
        if not scan.uploads:
            problems["files"] = _("请上传盖章的回单联扫描件。")
        if problems:
            raise Invalid(problems)
    facts: dict[str, object] = {"day": day.isoformat()}

    def write(row: RewardApplication) -> None:
        facts["files"] = keep_proof(session, actor, now, row, "slip", scan)

    move = Move(Kind.SLIP, (State.NOTIFIED,), State.SLIP, facts=facts)
    return advance(session, actor, now, opened, move, write=write, link=link)


def share_out(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    opened: Opened,
    shares: list[Share],
    link: Link = no_link,
) -> RewardStep | None:
    """The distribution. ``Invalid`` names by how much the sum departs from the reward."""
    if not opened.mine:
        raise NotAllowed(_("分配由被奖单位确定并填报。"))
    found = opened.found
    _check(found, shares)
    kept = [{"who": s.who, "why": s.why, "fen": s.fen} for s in shares]

    def write(row: RewardApplication) -> None:
        row.shares = kept
        if row.state == State.PAID:
            row.state = State.DONE.value

    move = Move(Kind.SHARED, DECIDED, facts={"n": len(kept)}, same=found.shares != kept)
    return advance(session, actor, now, opened, move, write=write, link=link)


def _check(found: RewardApplication, shares: list[Share]) -> None:
    if not shares:
        raise Invalid({"shares": _("请至少填写一行分配。")})
    if len(shares) > MOST_SHARES:
        raise Invalid(
            {"shares": Message(_("共 %(n)s 行，最多 %(max)s 行，请合并。"), n=len(shares), max=MOST_SHARES)}
        )
    for number, share in enumerate(shares, 1):
        problem: Text | None = None
        if not share.who or not share.why:
            problem = _("第 %(n)s 行：请写明单位或岗位，以及贡献。")
        elif share.fen <= 0:
            problem = _("第 %(n)s 行：金额须大于 0。")
        elif _TRACES.search(share.who + " " + share.why):
            problem = _("第 %(n)s 行：只写单位、岗位和贡献，不写姓名、证件、电话、账号。")
        if problem is not None:
            raise Invalid({"shares": Message(problem, n=number)})
        refuse_marks({"shares": f"{share.who} {share.why}"})
    total = sum(s.fen for s in shares)
    if total != found.amount:
        more = total > found.amount
        text = (
            _("分配合计 %(total)s 元，比奖励 %(sum)s 元多 %(gap)s 元，请核对。")
            if more
            else _("分配合计 %(total)s 元，比奖励 %(sum)s 元少 %(gap)s 元，请核对。")
        )
        sums = (total, found.amount, abs(total - found.amount))
        raise Invalid(
            {"shares": Message(text, **dict(zip(("total", "sum", "gap"), map(show_fen, sums), strict=True)))}
        )
