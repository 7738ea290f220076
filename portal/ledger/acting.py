"""What every act upon an entry begins and ends with: held against others, done once, told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Ledger
from portal.campaigns.workflow import State
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.posts import PostKind
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.ledger.models import Closing, Record, RecordEvent
from portal.ledger.services import bar
from portal.notices.services import notify

WORDS = 2000
"""Characters of a note."""
OPEN = (Closing.NONE.value, Closing.ENDED.value)
"""``Record.closing`` of entries that are worked on."""
Problems = dict[str, Message | Text]


def begin(
    session: Session, found: Record, request_key: str | None, version: int | None, *, live: bool = True
) -> RecordEvent | None:
    """The event that the same page has made already; else None, and the entry is held until the transaction ends.

    ``Conflict`` when it was changed since ``version`` or (``live``) takes part in nothing any more.
    """
    session.refresh(found, with_for_update=True)
    if request_key:
        wanted = sa.select(RecordEvent).where(
            RecordEvent.tenant_id == found.tenant_id, RecordEvent.request_key == request_key
        )
        made = session.scalars(wanted).one_or_none()
        if made is not None:
            if made.record_id != found.id:
                raise Conflict
            return made
    if version is not None and found.version != version:
        raise Conflict(_("这件事刚刚由他人办理过，请看最新情况后再办。"))
    if live:
        bar(found)
    return None


def stage_of(ledger: Ledger, found: Record) -> str:
    """The key of its state; an entry that is older than the states of its ledger stands in the first."""
    return found.stage or (ledger.states[0].key if ledger.states else "")


def state_of(ledger: Ledger, found: Record) -> State | None:
    return ledger.state(stage_of(ledger, found))


def last_event(events: Sequence[RecordEvent], *kinds: str) -> RecordEvent | None:
    return next((e for e in reversed(events) if e.kind in kinds), None)


def need_words(note: str, text: Text) -> None:
    if not note.strip():
        raise Invalid({"note": text})


def refuse_same(actor: Actor, first: int | None, refusal: Text) -> None:
    """The second person is another one. The system (account None) is nobody."""
    if actor.account_id is not None and actor.account_id == first:
        raise NotAllowed(refusal)


def tell(
    session: Session, actor: Actor, now: datetime, found: Record, units: Sequence[int | None], text: Text,
    *, link: str = "", detail: str = "", post: PostKind | str = "", **params: Any,
) -> None:  # fmt: skip
    """A notice to each of these (None = the office), each once."""
    said = Message(text, number=found.number, title=found.title, **params)
    for unit_id in dict.fromkeys(units):
        notify(
            session, now, mechanism_id=found.mechanism_id, unit_id=unit_id, text=said, sender=actor.name, link=link,
            detail=detail, post=post,
        )  # fmt: skip
