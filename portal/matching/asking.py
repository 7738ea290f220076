"""查重: whether another county holds a value. One value at a time, whole, counted, and every question in the trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.matching import MatchKind
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.matching.digests import digest, inside, pool_of
from portal.matching.entries import tell_limit
from portal.matching.limits import Way, charge
from portal.matching.linking import MOST_PLACES
from portal.matching.models import Held, MatchEntry, MatchStop
from portal.matching.normalise import MINIMUM, end_of, normalise, split
from portal.matching.stopping import is_public
from portal.matching.words import KIND_LABELS, say_hint


@dataclass(frozen=True)
class Reply:
    """``answered``: the value was compared; otherwise ``text`` says why not."""

    answered: bool
    others: int
    text: Message | Text


def ask(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    desk: Desk,
    campaign: Campaign,
    kind: MatchKind,
    typed: str,
) -> Reply:
    """The reply is a number of counties and nothing else. It takes as many statements whether there are any or none."""
    value, problem = _read(kind, typed)
    pool = pool_of(session, desk.tenant_id)
    if pool is None:
        return Reply(False, 0, _("本级没有上级市，不参加串并比对。"))
    data = {"kind": kind.value, "end": end_of(kind, value) if value else ""}
    if problem is not None:
        record(session, Act.MATCH_ASK, _subject(desk), actor, now, data | {"refused": "short"})
        return Reply(False, 0, problem)
    opens = charge(session, actor, now, Way.ASK, 1)
    if opens is not None:
        record(session, Act.MATCH_LIMIT, _subject(desk), actor, now, data)
        with inside(session, pool.city_id):
            tell_limit(session, now, pool, campaign.key)
        at = opens.astimezone(SHANGHAI)
        return Reply(False, 0, Message(_("查重已达限量，%(when)s 后可以再查。本次没有比对，已记录。"), when=f"{at:%m-%d %H:%M}"))  # fmt: skip
    key = digest(session, pool.city_id, campaign.key, kind, value)
    with inside(session, pool.city_id):
        stopped = session.scalar(
            sa.select(sa.func.count(MatchStop.id)).where(
                MatchStop.digest == key, MatchStop.state == "stopped"
            )
        )
        places = session.scalars(
            sa.select(MatchEntry.place_id)
            .where(
                MatchEntry.digest == key, MatchEntry.state == Held.LIVE, MatchEntry.place_id != desk.tenant_id
            )
            .distinct()
            .limit(MOST_PLACES)
        ).all()
    others = 0 if stopped else len(places)
    record(session, Act.MATCH_ASK, _subject(desk), actor, now, data | {"others": others})
    if others:
        return Reply(True, others, say_hint(others, [kind]))
    return Reply(True, 0, Message(_("没有其他县登记相同的%(kind)s。"), kind=KIND_LABELS[kind]))


def _subject(desk: Desk) -> str:
    return f"mechanism:{desk.mechanism_id}"


def _read(kind: MatchKind, typed: str) -> tuple[str, Message | Text | None]:
    if not typed.strip():
        return "", _("请填写要查的内容。")
    if len(split(typed)) > 1:
        return "", _("一次只查一个，请分开查。")
    value = normalise(kind, typed)
    if not value:
        label, n = KIND_LABELS[kind], MINIMUM[kind]
        return "", Message(_("%(kind)s至少 %(n)s 位，请填写完整后再查。"), kind=label, n=n)
    if is_public(kind, value):
        return value, _("这是公共号码或通用名称，不参加比对。")
    return value, None
