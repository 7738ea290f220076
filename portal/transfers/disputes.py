"""争议报请: two counties disagree whose matter it is; the office of their common superior decides, with a record.

Each county and the superior have a row of their own with the same words. Rows are locked from above: the superior's,
then the receiver's, then the sender's.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.handing import Reach
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.documents.marks import refuse_marks
from portal.ledger.numbering import lock_series, take_number
from portal.notices.services import notify
from portal.tenants.models import Tenant
from portal.transfers.handling import take_over
from portal.transfers.models import Role, Side, State, Transfer, TransferDispute
from portal.transfers.pairs import (
    ACCEPT,
    RESULT,
    Link,
    Pair,
    Said,
    body_above,
    clocks_of,
    facts_of,
    inside,
    mirror,
    page_link,
    pair_of,
    receiving,
    say_there,
    signed,
    tell,
    tell_entry,
)
from portal.transfers.sending import stop_clock
from portal.transfers.states import STATES

ARGUABLE = (State.SENT, State.ACCEPTED, State.REFUSED)


def may_refer(row: Transfer) -> bool:
    return row.reach == Reach.COUNTY and row.state in ARGUABLE and row.dispute == ""


def dispute_link(code: str, campaign: str, dispute_id: int) -> str:
    return f"/{code}/{campaign}/transfers/disputes/{dispute_id}"


def refer_dispute(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, row: Transfer, text: str, request_key: str,
    link: Link = dispute_link,
) -> TransferDispute:  # fmt: skip
    """Bring the transfer before the common superior, from either side; until it decides, or this is taken back, neither
    side goes on. The same ``request_key`` again gives the dispute of the first time."""
    if first := _find_sent(session, request_key, row):
        return first
    if not text.strip():
        raise Invalid({"text": _("请写明本地意见：为什么应由哪一方管辖。")})
    refuse_marks({"text": text})
    home = get_scope(session).home
    assert home is not None
    parent_id = session.execute(sa.select(Tenant.parent_id).where(Tenant.id == home)).scalar_one()
    above = body_above(session, parent_id, campaign.key)
    if above is None:
        raise Conflict(_("共同上级没有在本系统开展这项工作，请书面报请。"))
    pair, by, side = pair_of(row), signed(session, actor), Side(row.side)
    number = _number(session, campaign, now)
    with receiving(session, pair) as there:
        if not may_refer(there):
            raise Conflict(
                Message(_("现为“%(state)s”，不能报请，请刷新页面查看。"), state=STATES[State(there.state)])
                if not there.dispute
                else _("这件移送的争议已经报请过上级，请刷新页面查看。")
            )
        there.dispute = "open"
        said = Said(
            kind="refer", act=Act.DISPUTE_REFER, by=by, text=text.strip(), extra=above.office, story="transfer_disputed",
        )  # fmt: skip
        say_there(session, actor, now, there, said, own=False)
        common = _common(there, pair, above.tenant_id, campaign, side, by, text.strip(), number, now)
        theirs = _add(session, common, Side.IN, there, request_key if side is Side.IN else None)
        if side is Side.OUT:
            _tell_other(session, now, there, by, text, theirs, link)
        facts = facts_of(session, there)
    mirror(session, actor, now, pair, facts, said, page_link)
    with inside(session, pair.out_tenant):
        mine = session.scalars(_row(pair.out_tenant, pair.public_key)).one()
        ours = _add(session, common, Side.OUT, mine, request_key if side is Side.OUT else None)
        if side is Side.IN:
            _tell_other(session, now, mine, by, text, ours, link)
    with inside(session, above.tenant_id):
        top = TransferDispute(
            **common,
            side=Side.ABOVE.value,
            mechanism_id=above.mechanism_id,
            transfer_id=None,
            request_key=None,
        )
        session.add(top)
        session.flush()
        record(session, Act.DISPUTE_REFER, f"dispute:{top.id}", actor, now, {"number": number})
        said_above = Message(
            _("%(who)s报请决定管辖：%(title)s（%(number)s）。"), who=by, title=top.title[:60], number=number
        )
        notify(
            session, now, mechanism_id=above.mechanism_id, unit_id=None, text=said_above, sender=by[:200],
            link=link(above.code, campaign.key, top.id), detail=text, mark=f"dispute:{top.id}",
        )  # fmt: skip
    return ours if side is Side.OUT else theirs


def _find_sent(session: Session, request_key: str, row: Transfer) -> TransferDispute | None:
    found = session.scalars(
        sa.select(TransferDispute).where(TransferDispute.request_key == request_key)
    ).one_or_none()
    if found is not None and found.transfer_id != row.id:
        raise Conflict
    return found


def _number(session: Session, campaign: Campaign, now: datetime) -> str:
    series = lock_series(session, f"{campaign.key}.dispute", now.astimezone(SHANGHAI).year)
    return take_number(series, _("争"))


def _common(
    there: Transfer, pair: Pair, above: int, campaign: Campaign, side: Side, by: str, text: str, number: str, now: datetime
) -> dict[str, Any]:  # fmt: skip
    return {
        "campaign": campaign.key, "public_key": secrets.token_urlsafe(32), "transfer_key": pair.public_key,
        "number": number, "transfer_number": there.number, "title": there.title, "out_tenant_id": pair.out_tenant,
        "in_tenant_id": pair.in_tenant, "above_tenant_id": above, "from_name": there.from_name,
        "to_name": there.to_name, "raised_side": side.value, "raised_at": now, "raised_by": by[:240],
        "out_words": text if side is Side.OUT else "", "in_words": text if side is Side.IN else "",
    }  # fmt: skip


def _add(
    session: Session, common: dict[str, Any], side: Side, row: Transfer, key: str | None
) -> TransferDispute:
    found = TransferDispute(
        **common, side=side.value, mechanism_id=row.mechanism_id, transfer_id=row.id, request_key=key
    )
    session.add(found)
    session.flush()
    return found


def _tell_other(
    session: Session, now: datetime, row: Transfer, by: str, text: str, dispute: TransferDispute, link: Link
) -> None:
    said = Message(
        _("%(who)s就移送 %(number)s 报请上级决定管辖，请提出本地意见。"), who=by, number=row.number
    )
    tell(
        session, now, row, said, by, lambda code, campaign, _id: link(code, campaign, dispute.id), detail=text,
        mark="disputed", office=True,
    )  # fmt: skip


def _row(tenant_id: int, key: str) -> sa.Select[Transfer]:
    return sa.select(Transfer).where(
        Transfer.tenant_id == tenant_id, Transfer.public_key == key, Transfer.side == Side.OUT.value
    )


# ------------------------------------------------------------------------------------------ all three rows
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
