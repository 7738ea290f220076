"""What is said to a dispute and how it ends: taken back, or decided by the office above with a record.

Rows are locked from above: the superior's, then the receiver's, then the sender's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.documents.marks import refuse_marks
from portal.notices.services import notify
from portal.tenants.models import Tenant
from portal.transfers.disputes import dispute_link
from portal.transfers.handling import take_over
from portal.transfers.models import Role, Side, State, Transfer, TransferDispute
from portal.transfers.pairs import (
    ACCEPT,
    RESULT,
    Link,
    Pair,
    Said,
    clocks_of,
    facts_of,
    inside,
    mirror,
    page_link,
    receiving,
    say_there,
    signed,
    tell_entry,
)
from portal.transfers.withdrawing import stop_clock


@dataclass(frozen=True)
class _Places:
    """Of one dispute, in the order in which its rows are locked."""

    key: str
    above: int
    receiver: int
    sender: int


def _places(dispute: TransferDispute) -> _Places:
    return _Places(dispute.public_key, dispute.above_tenant_id, dispute.in_tenant_id, dispute.out_tenant_id)


@contextmanager
def _held(session: Session, places: _Places, tenant_id: int) -> Iterator[TransferDispute]:
    with inside(session, tenant_id):
        found = session.scalars(
            sa.select(TransferDispute)
            .where(TransferDispute.tenant_id == tenant_id, TransferDispute.public_key == places.key)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one_or_none()
        if found is None:
            raise NotFound
        yield found
        session.flush()


def _check_open(dispute: TransferDispute) -> None:
    if dispute.state != "open":
        raise Conflict(_("这件争议已经决定或撤回，请刷新页面查看。"))


def add_words(
    session: Session, actor: Actor, now: datetime, *, dispute: TransferDispute, text: str, link: Link = dispute_link
) -> None:  # fmt: skip
    """A county's own opinion; it may be put better until the decision."""
    if dispute.side == Side.ABOVE:
        raise NotFound
    if not text.strip():
        raise Invalid({"text": _("请写明本地意见：为什么应由哪一方管辖。")})
    refuse_marks({"text": text})
    places, name, by = (
        _places(dispute),
        "out_words" if dispute.side == Side.OUT else "in_words",
        signed(session, actor),
    )
    for tenant_id in (places.above, places.receiver, places.sender):
        with _held(session, places, tenant_id) as row:
            _check_open(row)
            setattr(row, name, text.strip())
            record(session, Act.DISPUTE_WORDS, f"dispute:{row.id}", actor, now, {"side": dispute.side})
            if row.side == Side.ABOVE:
                said = Message(_("%(who)s就争议 %(number)s 提出意见。"), who=by, number=row.number)
                _notify(session, now, row, said, by, text, link)


def withdraw_dispute(
    session: Session, actor: Actor, now: datetime, *, dispute: TransferDispute, text: str, link: Link = dispute_link
) -> None:  # fmt: skip
    """Whoever brought it takes it back before the decision; the transfer goes on where it stood."""
    if dispute.side != dispute.raised_side:
        raise Conflict(_("由报请的一方撤回。"))
    if not text.strip():
        raise Invalid({"text": _("请写明撤回原因。")})
    refuse_marks({"text": text})
    places, by = _places(dispute), signed(session, actor)
    pair = Pair(dispute.transfer_key, places.sender, places.receiver)
    _close(session, actor, now, places, {"state": "withdrawn"}, Act.DISPUTE_WITHDRAW, by, text, link)
    said = Said(kind="drop", act=Act.DISPUTE_WITHDRAW, by=by, text=text.strip())
    with receiving(session, pair) as there:
        there.dispute = ""
        say_there(session, actor, now, there, said, own=False)
        facts = facts_of(session, there)
    mirror(session, actor, now, pair, facts, said, page_link)


@dataclass(frozen=True)
class Decision:
    """``lead``: side that has the matter (主办); the other one assists (协办)."""

    lead: str
    number: str
    text: str
    on: date | None


def decide_dispute(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, dispute: TransferDispute, decision: Decision,
    link: Link = dispute_link,
) -> None:  # fmt: skip
    """The superior's office decides, in its own tenant; the decision is written into both counties. What the receiver
    had refused is accepted there when it has the lead; what the sender keeps ends as kept."""
    if dispute.side != Side.ABOVE:
        raise NotFound
    _check_decision(decision, dispute, now)
    places, by = _places(dispute), signed(session, actor)
    pair = Pair(dispute.transfer_key, places.sender, places.receiver)
    given = {
        "state": "decided", "lead": decision.lead, "decision_number": decision.number.strip(),
        "decision": decision.text.strip(), "decided_on": decision.on, "decided_at": now, "decided_by": by[:240],
    }  # fmt: skip
    _close(session, actor, now, places, given, Act.DISPUTE_DECIDE, by, decision.text, link)
    to_receiver = decision.lead == Side.IN
    words = Message(
        _("%(who)s主办，%(other)s协办。%(text)s"), who=dispute.to_name if to_receiver else dispute.from_name,
        other=dispute.from_name if to_receiver else dispute.to_name, text=decision.text.strip(),
    )  # fmt: skip
    said = Said(
        kind="decide", act=Act.DISPUTE_DECIDE, by=by, text=str(words), extra=decision.number.strip(), story="transfer_decided",
    )  # fmt: skip
    with receiving(session, pair) as there:
        there.dispute = "decided"
        there.role = (Role.LEAD if to_receiver else Role.SUPPORT).value
        if not to_receiver:
            for rule in (ACCEPT, RESULT):
                stop_clock(session, actor, now, there, rule)
            there.state = State.KEPT.value
        elif there.state in (State.SENT, State.REFUSED):
            _take_over(session, Actor(None, by), now, campaign, there, by)
        say_there(session, actor, now, there, said, own=False)
        tell_entry(
            session,
            Actor(None, by),
            now,
            there,
            "transfer_decided",
            f"{there.number} {said.extra} {said.text}",
        )
        facts = facts_of(session, there)
    role = (Role.SUPPORT if to_receiver else Role.LEAD).value
    mirror(session, actor, now, pair, facts, said, page_link, unread=True, role=role)


def _take_over(
    session: Session, actor: Actor, now: datetime, campaign: Campaign, there: Transfer, by: str
) -> None:
    clock = clocks_of(session, there).get(ACCEPT)
    late = clock is not None and clock.met_at is None and now > clock.due_at
    take_over(session, actor, now, campaign, there, by, decided=late)
    there.decided_by_id = None


def _check_decision(decision: Decision, dispute: TransferDispute, now: datetime) -> None:
    problems: dict[str, Message | Text] = {}
    if decision.lead not in (Side.OUT, Side.IN):
        problems["lead"] = _("请选择由哪一方主办。")
    if not decision.number.strip():
        problems["number"] = _("请填写决定的文号或编号。")
    if not decision.text.strip():
        problems["text"] = _("请写明决定内容和理由。")
    raised, today = dispute.raised_at.astimezone(SHANGHAI).date(), now.astimezone(SHANGHAI).date()
    if decision.on is None:
        problems["decided_on"] = _("请填写决定日期。")
    elif not raised <= decision.on <= today:
        text = _("决定日期应在报请日期 %(first)s 至今天之间，请核对。")
        problems["decided_on"] = Message(text, first=raised.isoformat())
    if problems:
        raise Invalid(problems)
    refuse_marks({"text": decision.text, "number": decision.number})


def _close(
    session: Session, actor: Actor, now: datetime, places: _Places, given: dict[str, Any], act: Act, by: str, text: str,
    link: Link,
) -> None:  # fmt: skip
    """In all three rows, from above; the others are told."""
    home = get_scope(session).home
    for tenant_id in (places.above, places.receiver, places.sender):
        with _held(session, places, tenant_id) as row:
            _check_open(row)
            for name, value in given.items():
                setattr(row, name, value)
            record(session, act, f"dispute:{row.id}", actor, now, {"state": row.state, "lead": row.lead})
            if tenant_id != home:
                said = (
                    Message(_("%(who)s已决定管辖争议 %(number)s，请查看。"), who=by, number=row.number)
                    if act is Act.DISPUTE_DECIDE
                    else Message(_("%(who)s撤回管辖争议 %(number)s。"), who=by, number=row.number)
                )
                _notify(session, now, row, said, by, text, link)


def _notify(
    session: Session, now: datetime, row: TransferDispute, said: Message, by: str, text: str, link: Link
) -> None:
    """The office of the row's tenant, and the unit of its transfer."""
    code = session.execute(sa.select(Tenant.code).where(Tenant.id == row.tenant_id)).scalar_one()
    unit = session.scalar(
        sa.select(Transfer.unit_id).where(Transfer.tenant_id == row.tenant_id, Transfer.id == row.transfer_id)
    )
    for unit_id in {None, unit}:
        notify(
            session, now, mechanism_id=row.mechanism_id, unit_id=unit_id, text=said, sender=by[:200],
            link=link(code, row.campaign, row.id), detail=text,
        )  # fmt: skip
