"""The sender takes a transfer back before it is accepted, and takes note of what came back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid
from portal.core.scope import Actor
from portal.core.text import Message, _
from portal.documents.marks import refuse_marks
from portal.transfers.models import Side, State, Transfer
from portal.transfers.pairs import (
    ACCEPT,
    Link,
    Said,
    clocks_of,
    facts_of,
    mirror,
    page_link,
    pair_of,
    receiving,
    say_there,
    signed,
    subject_of,
    tell,
)
from portal.transfers.states import STATES


def withdraw_transfer(
    session: Session, actor: Actor, now: datetime, *, row: Transfer, text: str, link: Link = page_link
) -> None:
    """The sender takes it back before it is accepted; it stays in both lists as withdrawn. ``Conflict`` afterwards."""
    if not text.strip():
        raise Invalid({"text": _("请写明撤回原因。")})
    refuse_marks({"text": text})
    pair = pair_of(row)
    said = Said(
        kind="withdraw",
        act=Act.TRANSFER_WITHDRAW,
        by=signed(session, actor),
        text=text.strip(),
        story="transfer_withdrawn",
    )
    with receiving(session, pair) as there:
        if there.dispute == "open":
            raise Conflict(_("已报请上级决定，决定前不能撤回。"))
        if there.state != State.SENT:
            raise Conflict(
                Message(_("现为“%(state)s”，不能撤回，请刷新页面查看。"), state=STATES[State(there.state)])
            )
        there.state = State.WITHDRAWN.value
        stop_clock(session, actor, now, there, ACCEPT)
        say_there(session, actor, now, there, said, own=False)
        text_there = Message(
            _("%(who)s撤回移送 %(number)s，不必再办理。"), who=there.from_name, number=there.number
        )
        tell(session, now, there, text_there, there.from_name, link, detail=text)
        facts = facts_of(session, there)
    mirror(session, actor, now, pair, facts, said, link)


def stop_clock(session: Session, actor: Actor, now: datetime, row: Transfer, rule: str) -> None:
    """Nothing is owed any more, and nothing was done: the clock goes, the trail keeps it."""
    clock = clocks_of(session, row).get(rule)
    if clock is not None and clock.met_at is None:
        record(session, Act.DEADLINE_WITHDRAW, f"deadline:{clock.id}", actor, now, {"taken_back": rule})
        session.delete(clock)
        session.flush()


def note_transfer(session: Session, actor: Actor, now: datetime, *, row: Transfer) -> None:
    """The sender has read the refusal, the result or the decision; a second time changes nothing."""
    session.refresh(row, with_for_update=True)
    if row.side == Side.OUT and row.noted_at is None:
        row.noted_at = now
        record(session, Act.TRANSFER_NOTE, subject_of(row), actor, now, {"number": row.number})
