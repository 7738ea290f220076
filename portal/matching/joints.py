"""Joint matters: proposed by the city, answered by each county, decided by the city where they do not agree.

Jurisdiction follows 条例 第二十条: the place of registration of a company, the residence of a person; a dispute goes to
the common superior. What the ledger knows of it (``Ledger.jurisdiction``) makes the proposal, a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.reader import Desk
from portal.core.scope import SYSTEM, Actor
from portal.core.text import Message, Text, _
from portal.ledger.models import Record
from portal.ledger.numbering import lock_series, take_number
from portal.matching.digests import inside, pool_of
from portal.matching.linking import find_body, relink, sharing
from portal.matching.mirroring import RUNNING, load, place_names, publish, settle, tell
from portal.matching.models import (
    JointMatter,
    JointPart,
    JointState,
    JointTwin,
    MatchEvent,
    MatchPair,
    MatchSide,
    PairState,
    PartState,
    Role,
)
from portal.matching.sides import keep_side, snapshot
from portal.matching.words import ROLE_LABELS
from portal.notices.services import notify
from portal.tenants.models import Tenant

WORDS = 500
SENDER = _("串并比对")


class Answer(StrEnum):
    ACCEPT = "accept"
    HOST = "host"
    """Of a supporting county: it claims the lead itself."""
    SUPPORT = "support"
    """Of the host: the other ought to lead."""
    REFUSE = "refuse"
    """Not one matter."""


ANSWER_LABELS: dict[Answer, Text] = {
    Answer.ACCEPT: _("同意"),
    Answer.HOST: _("要求由本县主办"),
    Answer.SUPPORT: _("应由对方主办"),
    Answer.REFUSE: _("不是同一事项，不同意并案"),
}
OFFERED = {
    Role.HOST: (Answer.ACCEPT, Answer.SUPPORT, Answer.REFUSE),
    Role.SUPPORT: (Answer.ACCEPT, Answer.HOST, Answer.REFUSE),
}
_EVENT = {
    Answer.ACCEPT: "accepted",
    Answer.HOST: "claimed",
    Answer.SUPPORT: "passed",
    Answer.REFUSE: "refused",
}


@dataclass(frozen=True)
class Proposal:
    """Who ought to lead by the rule. ``record_id`` None: the rule names nobody here, and ``why`` says so."""

    record_id: int | None
    why: Message
    clause: Mapping[str, Any]


def propose_host(session: Session, sides: tuple[MatchSide, ...]) -> Proposal | None:
    """From the rule of the ledgers; None where neither ledger has one. In the city."""
    rows = session.execute(
        sa.select(Tenant.id, Tenant.code, Tenant.name).where(Tenant.id.in_([s.place_id for s in sides]))
    ).all()
    codes = {row[0]: row[1] for row in rows}
    names = {row[1][:6]: row[2] for row in rows}
    known = [s.jurisdiction for s in sides if s.jurisdiction]
    if not known:
        return None
    named = [j for j in known if j["region"]]
    for rule in named:
        for side in sides:
            if codes[side.place_id][:6] == rule["region"]:
                said = {k: names.get(v, v) if k == "region" else v for k, v in rule["params"].items()}
                return Proposal(side.record_id, Message(rule["text"], **said), rule)
    if named:
        text = Message(_("按规定应归 %(region)s 管辖，不在这些县之内。"), region=named[0]["region"])
        return Proposal(None, text, named[0])
    return Proposal(None, Message(known[0]["text"] or _("管辖地尚不清楚。"), **known[0]["params"]), known[0])


def get_pair(session: Session, campaign: str, pair_id: int, *, locked: bool = False) -> MatchPair:
    query = sa.select(MatchPair).where(MatchPair.campaign == campaign, MatchPair.id == pair_id)
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def find_joint(session: Session, campaign: str, joint_id: int) -> JointMatter:
    query = sa.select(JointMatter).where(JointMatter.id == joint_id, JointMatter.campaign == campaign)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_joint(session: Session, campaign: str, joint_id: int) -> tuple[JointMatter, list[JointPart]]:
    """Locked, to be changed."""
    return load(session, find_joint(session, campaign, joint_id).id)


def sides_of(session: Session, record_ids: list[int]) -> dict[int, MatchSide]:
    rows = session.scalars(sa.select(MatchSide).where(MatchSide.record_id.in_(record_ids)))
    return {side.record_id: side for side in rows}


def propose(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, pair_id: int, host: int, reason: str, request_key: str
) -> JointMatter:  # fmt: skip
    """Ask the counties to work the pair as one. ``host``: entry of the county to lead; a reason is asked for where it
    is not the one that the rule names. A pair that touches a joint matter asks the new county to join that one."""
    first = session.scalars(
        sa.select(JointMatter).where(JointMatter.request_key == request_key)
    ).one_or_none()
    if first is not None:
        if first.campaign != desk.campaign:  # the page of another body
            raise Conflict
        return first
    pair = get_pair(session, desk.campaign, pair_id, locked=True)
    if pair.state != PairState.NEW:
        raise Conflict(_("这一对已经办理，请刷新页面查看。"))
    sides = sides_of(session, list(pair.records))
    if len(sides) < 2 or any(side.gone for side in sides.values()):
        raise Conflict(_("其中一件已经撤回，不能并案。"))
    running = session.execute(
        sa.select(JointPart.record_id, JointPart.joint_id).where(
            JointPart.record_id.in_(pair.records),
            JointPart.state.in_([s.value for s in RUNNING]),
        )
    ).all()
    if len({row.joint_id for row in running}) > 1:
        raise Conflict(_("两件已分别并入不同的事项，请先终止其中一个并案。"))
    if running:
        joint, parts = load(session, running[0].joint_id)
        kind, new = "added", [r for r in pair.records if r not in {p.record_id for p in parts}]
        if not new:
            again = [p for p in parts if p.record_id in pair.records and p.state in (PartState.DROPPED, PartState.WITHDRAWN)]  # fmt: skip
            if not again:
                raise Conflict(_("两件已在同一个并案事项中。"))
            for part in again:
                part.state, part.answer, part.words = PartState.ASKED.value, "", ""
    else:
        joint = _begin(session, actor, now, desk, sides, host, reason, request_key)
        parts, kind, new = [], "proposed", list(pair.records)
    for record_id in new:
        role = Role.HOST if record_id == host and not parts else Role.SUPPORT
        part = JointPart(
            joint_id=joint.id, place_id=sides[record_id].place_id, record_id=record_id, role=role.value,
            state=PartState.ASKED.value,
        )  # fmt: skip
        session.add(part)
    session.flush()
    tell(session, now, joint, kind, actor, words=reason)
    settle(session, now, *load(session, joint.id))
    record(session, Act.JOINT_PROPOSE, f"joint:{joint.id}", actor, now, {"number": joint.number})
    _spread(
        session,
        now,
        joint,
        Message(_("市办公室提议跨县并案 %(number)s，请答复。"), number=joint.number),
        asked_only=True,
    )
    return joint


def _begin(
    session: Session, actor: Actor, now: datetime, desk: Desk, sides: Mapping[int, MatchSide], host: int, reason: str,
    request_key: str,
) -> JointMatter:  # fmt: skip
    if host not in sides:
        raise Invalid({"host": _("请选择主办的县。")})
    rule = propose_host(session, tuple(sides.values()))
    if not reason and (rule is None or rule.record_id != host):
        text = (
            _("没有管辖规定可循，请写明由该县主办的理由。")
            if rule is None
            else _("与管辖规定不同，请写明理由。")
        )
        raise Invalid({"reason": text})
    by_rule = rule is not None and rule.record_id == host
    series = lock_series(session, f"{desk.campaign}.joint", now.astimezone(SHANGHAI).year)
    joint = JointMatter(
        campaign=desk.campaign, number=take_number(series, _("并")), state=JointState.ASKED.value,
        reason=reason or str(_("按管辖规定确定主办。")), clause=_clause(rule) if rule and by_rule else {},
        made_at=now, made_by=actor.name, request_key=request_key,
    )  # fmt: skip
    session.add(joint)
    session.flush()
    return joint


def _clause(rule: Proposal) -> dict[str, Any]:
    """Without the sentence: it may quote the other county's entry, and is shown to the city alone."""
    return {key: rule.clause[key] for key in ("source", "article", "note")}


def dismiss(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, pair_id: int, words: str
) -> None:
    """Not the same, for good: no hint comes of this pair again."""
    pair = get_pair(session, campaign.key, pair_id, locked=True)
    if pair.state != PairState.NEW:
        raise Conflict(_("这一对已经办理，请刷新页面查看。"))
    if not words:
        raise Invalid({"words": _("请写明认定不是同一事项的理由。")})
    _close_pair(session, actor, now, pair, words)
    _forget_hints(session, now, campaign, pair.tenant_id, pair.records)


def _close_pair(session: Session, actor: Actor, now: datetime, pair: MatchPair, words: str) -> None:
    pair.state, pair.words = PairState.DISMISSED.value, words[:300]
    session.add(MatchEvent(subject=f"pair:{pair.id}", kind="dismissed", words=words, by=actor.name, at=now))
    record(session, Act.MATCH_DISMISS, f"pair:{pair.id}", actor, now)
    session.flush()


def _forget_hints(
    session: Session, now: datetime, campaign: Campaign, city_id: int, records: tuple[int, ...]
) -> None:
    pool = pool_of(session, city_id)
    assert pool is not None
    relink(session, now, pool=pool, campaign=campaign, records=sharing(session, list(records)))


def answer(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, campaign: Campaign, twin_id: int, version: int,
    choice: str, words: str,
) -> JointTwin:  # fmt: skip
    """A county accepts, claims, passes on or refuses; an objection needs words."""
    twin = get_twin(session, desk.campaign, twin_id)
    if twin.state != PartState.ASKED or twin.version != version:
        raise Conflict(_("这件并案提议已有变化，请刷新后再答复。"))
    if choice not in OFFERED[Role(twin.role)]:
        raise Invalid({"choice": _("请选择答复意见。")})
    said = Answer(choice)
    if said is not Answer.ACCEPT and not words:
        raise Invalid({"words": _("请写明理由。")})
    pool = pool_of(session, desk.tenant_id)
    assert pool is not None
    columns = None
    if said is Answer.ACCEPT:  # from here on the city and the others may read the notes of progress
        found = session.get_one(Record, (desk.tenant_id, twin.record_id))
        columns = snapshot(session, campaign, found, notes=True)
    record(
        session,
        Act.JOINT_ANSWER,
        f"record:{twin.record_id}",
        actor,
        now,
        {"number": twin.number, "answer": said},
    )
    with inside(session, pool.city_id):
        joint, parts = load(session, twin.joint_id)
        part = next(p for p in parts if p.record_id == twin.record_id)
        if part.state != PartState.ASKED:
            raise Conflict(_("这件并案提议已有变化，请刷新后再答复。"))
        part.state = (PartState.ACCEPTED if said is Answer.ACCEPT else PartState.OBJECTED).value
        part.answer, part.words, part.answered_at, part.answered_by = said.value, words, now, actor.name
        if columns is not None:
            keep_side(session, now, columns)
        tell(session, now, joint, _EVENT[said], actor, place=pool.place, words=words)
        settle(session, now, joint, parts)
        _tell_city(session, now, joint, pool.place)
    publish(session, pool.city_id, twin.joint_id)
    session.refresh(twin)
    return twin


def _tell_city(session: Session, now: datetime, joint: JointMatter, place: str) -> None:
    body = find_body(session, joint.campaign)
    if body is not None:
        text = Message(_("%(place)s 已答复并案提议 %(number)s。"), place=place, number=joint.number)
        if joint.state == JointState.DISPUTED:
            text = Message(_("并案提议 %(number)s 各县意见不一，请决定。"), number=joint.number)
        notify(
            session, now, mechanism_id=body[0], unit_id=None, text=text, sender=place,
            link=f"/{body[1]}/{joint.campaign}/matching/joints/{joint.id}",
        )  # fmt: skip


def decide(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, joint_id: int, version: int, host: int,
    reason: str,
) -> JointMatter:  # fmt: skip
    """The common superior decides who leads; it binds all who were asked, and bears a number."""
    joint, parts = get_joint(session, campaign.key, joint_id)
    if joint.state != JointState.DISPUTED or joint.version != version:
        raise Conflict(_("这件并案已有变化，请刷新后再决定。"))
    if host not in {p.record_id for p in parts}:
        raise Invalid({"host": _("请选择主办的县。")})
    if not reason:
        raise Invalid({"reason": _("请写明决定的理由。")})
    series = lock_series(session, f"{campaign.key}.joint_decision", now.astimezone(SHANGHAI).year)
    for part in parts:
        part.role = (Role.HOST if part.record_id == host else Role.SUPPORT).value
        if part.state == PartState.OBJECTED:
            part.state = PartState.DECIDED.value
    joint.decision, joint.decision_number = reason, take_number(series, _("并决"))
    joint.decided_at, joint.decided_by = now, actor.name
    _open_notes(session, now, campaign, joint.tenant_id, [p for p in parts if p.state == PartState.DECIDED])
    names = place_names(session, [p.place_id for p in parts])
    lead = next(names[p.place_id] for p in parts if p.record_id == host)
    tell(session, now, joint, "decided", actor, words=f"{ROLE_LABELS[Role.HOST]} {lead}: {reason}"[:WORDS])
    settle(session, now, joint, parts)
    data = {"number": joint.decision_number, "host": lead}
    record(session, Act.JOINT_DECIDE, f"joint:{joint.id}", actor, now, data)
    text = Message(
        _("并案 %(number)s 已由市决定（%(decision)s），主办：%(host)s。"),
        number=joint.number, decision=joint.decision_number, host=lead,
    )  # fmt: skip
    _spread(session, now, joint, text)
    return joint


def _open_notes(
    session: Session, now: datetime, campaign: Campaign, city_id: int, parts: list[JointPart]
) -> None:
    """What the county did not open by accepting, the decision opens."""
    found = []
    for place_id, record_id in [(p.place_id, p.record_id) for p in parts]:
        with inside(session, place_id):
            entry = session.get_one(Record, (place_id, record_id))
            found.append(snapshot(session, campaign, entry, notes=True))
    with inside(session, city_id):
        for columns in found:
            keep_side(session, now, columns)


def drop(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, joint_id: int, version: int, reason: str
) -> JointMatter:  # fmt: skip
    """Not one matter after all: the entries go their own ways again, and their pairs are closed for good."""
    joint, parts = get_joint(session, campaign.key, joint_id)
    if joint.state in (JointState.DROPPED, JointState.ENDED) or joint.version != version:
        raise Conflict(_("这件并案已有变化，请刷新后再办理。"))
    if not reason:
        raise Invalid({"reason": _("请写明不并案的理由。")})
    for part in parts:
        part.state = PartState.DROPPED.value
    joint.state, joint.decision, joint.decided_at, joint.decided_by = (
        JointState.DROPPED.value,
        reason,
        now,
        actor.name,
    )
    tell(session, now, joint, "dropped", actor, words=reason)
    records: set[int] = set()
    for pair in session.scalars(sa.select(MatchPair).where(MatchPair.joint_id == joint.id)).all():
        _close_pair(session, actor, now, pair, reason)
        records |= set(pair.records)
    record(session, Act.JOINT_DROP, f"joint:{joint.id}", actor, now, {"number": joint.number})
    _spread(session, now, joint, Message(_("并案提议 %(number)s 已终止，各自办理。"), number=joint.number))
    _forget_hints(session, now, campaign, joint.tenant_id, tuple(records))
    return joint


def _spread(
    session: Session, now: datetime, joint: JointMatter, text: Message, *, asked_only: bool = False
) -> None:  # fmt: skip
    """The twins follow, and the offices concerned are told."""
    session.flush()
    city_id, joint_id, campaign = joint.tenant_id, joint.id, joint.campaign
    _joint, parts = load(session, joint_id)
    publish(session, city_id, joint_id)
    for place in sorted({p.place_id for p in parts if not asked_only or p.state == PartState.ASKED}):
        with inside(session, place):
            body = find_body(session, campaign)
            twins = session.execute(
                sa.select(JointTwin.id, JointTwin.record_id).where(JointTwin.joint_id == joint_id)
            ).all()
            for twin_id, record_id in twins if body else ():
                assert body is not None
                notify(
                    session, now, mechanism_id=body[0], unit_id=None, text=text, sender=str(SENDER),
                    link=f"/{body[1]}/{campaign}/matching/twins/{twin_id}",
                )  # fmt: skip
                record(session, Act.JOINT_TELL, f"record:{record_id}", SYSTEM, now)


def get_twin(session: Session, campaign: str, twin_id: int) -> JointTwin:
    """An own one. ``NotFound`` otherwise."""
    found = session.scalars(
        sa.select(JointTwin).where(JointTwin.campaign == campaign, JointTwin.id == twin_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


__all__ = ["ANSWER_LABELS", "Answer", "Proposal", "answer", "decide", "dismiss", "drop", "propose"]
