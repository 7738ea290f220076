"""Hand an entry on: the sender's row and the receiver's, the copied files, the clock."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.exchange import Limit
from portal.campaigns.handing import Handing, Reach
from portal.core.audit import Act
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.scope import Actor
from portal.core.sealing import mark_secret
from portal.core.text import Message, Text, _
from portal.deadlines.models import Deadline
from portal.deadlines.services import Reason, start_deadline
from portal.documents.marks import refuse_marks
from portal.documents.models import Attachment
from portal.ledger.acting import OPEN as UNCLOSED
from portal.ledger.derived import facts_of_record
from portal.ledger.models import Record
from portal.ledger.numbering import lock_series, take_number
from portal.transfers import files
from portal.transfers.destinations import Destination, Seat, jurisdiction_of, name_of, resolve, seat_of
from portal.transfers.models import Side, State, Transfer
from portal.transfers.pairs import (
    ACCEPT,
    Link,
    Said,
    inside,
    page_link,
    say_there,
    signed,
    subject_of,
    tell,
    tell_entry,
)
from portal.transfers.states import OPEN
from portal.units.bodies import list_members

WORDS = 3000
_ENDED = _("这件事已经撤回、并案或销号，不能再移送。")


@dataclass(frozen=True)
class Letter:
    """What the sender writes. ``receiver``: value of the form (``destinations``)."""

    receiver: str
    reason: str
    asked: str
    why_other: str = ""
    """Why elsewhere than the rule of jurisdiction says."""


def find_handing(campaign: Campaign, key: str) -> Handing | None:
    return next((h for h in campaign.handings if h.key == key), None)


def handings_for(campaign: Campaign, ledger: str, member: str | None) -> list[Handing]:
    """Ways in which this member (None = the office) may hand on an entry of the ledger."""
    return [
        h
        for h in campaign.handings
        if ledger in h.ledgers and (member is None or not h.senders or member in h.senders)
    ]


def send_transfer(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, handing: Handing, found: Record,
    unit_id: int | None, letter: Letter, request_key: str, folder: Path | None = None, uploads: Sequence[files.Upload] = (),
    keep: Sequence[Attachment] = (), link: Link = page_link,
) -> list[Transfer]:  # fmt: skip
    """Send an entry of the home tenant on; the sender's rows, one for each receiver. The same ``request_key`` again
    gives those of the first time.

    ``unit_id`` None = the office sends. ``keep``: attachments of the entry that go along. ``Invalid`` at ``receiver``,
    ``reason``, ``asked``, ``why_other`` and ``files``.
    """
    if first := _find_sent(session, found, request_key):
        return first
    ledger = campaign.ledger(found.ledger)
    if ledger is None or found.ledger not in handing.ledgers:
        raise Invalid({"receiver": _("这本台账没有规定这一类移送。")})
    seat = seat_of(session, found.mechanism_id)
    members = list_members(session, seat.mechanism_id, now.astimezone(SHANGHAI).date())
    member = next((m.member for m in members if m.unit_id == unit_id), "")
    if unit_id is not None and handing not in handings_for(campaign, found.ledger, member):
        raise NotAllowed(_("这一类移送由其他成员单位办理。"))
    session.refresh(found, with_for_update=True)
    if found.withdrawn_at is not None or found.merged_into_id is not None or found.closing not in UNCLOSED:
        raise Conflict(_ENDED)
    if first := _find_sent(session, found, request_key):  # a second click, at the same moment
        return first
    _check_words(letter)
    to = resolve(
        session, now, campaign=campaign, handing=handing, seat=seat, unit_id=unit_id, value=letter.receiver
    )
    _check_open(session, found, handing, to)
    why = _check_jurisdiction(ledger, found, handing, letter, to)
    sent: list[Transfer] = []
    for place, where in enumerate(to):
        key = request_key if not place else f"{request_key}.{place}"
        out = _new_row(seat, campaign, handing, ledger, found, where, letter, why, actor, now)
        out.side, out.unit_id, out.record_id, out.request_key = Side.OUT.value, unit_id, found.id, key[:48]
        out.twin_tenant_id, out.mechanism_id, out.noted_at = where.tenant_id, seat.mechanism_id, now
        out.from_name = name_of(seat, members, unit_id)
        out.number = _number(session, campaign, now)
        session.add(out)
        session.flush()
        if folder is not None:
            if place == 0:
                files.attach(session, actor, now, folder=folder, row=out, uploads=uploads)
            files.copy_files(
                session, actor, now, origin=out.tenant_id, files=keep if not place else files.list_files(session, sent[0]),
                row=out, folder=folder,
            )  # fmt: skip
        _arrive(session, actor, now, campaign, handing, seat, out, where, folder, link)
        sent.append(out)
    return sent


def _find_sent(session: Session, found: Record, request_key: str) -> list[Transfer]:
    """What this click has sent already, the first receiver first."""
    rows = session.scalars(
        sa.select(Transfer)
        .where(
            Transfer.side == Side.OUT.value,
            sa.or_(Transfer.request_key == request_key, Transfer.request_key.startswith(f"{request_key}.", autoescape=True)),
        )
        .order_by(Transfer.request_key)
    ).all()  # fmt: skip
    if rows and rows[0].record_id != found.id:
        raise Conflict
    return list(rows)


def _check_words(letter: Letter) -> None:
    problems: dict[str, Message | Text] = {}
    if not letter.reason.strip():
        problems["reason"] = _("请写明移送理由。")
    if not letter.asked.strip():
        problems["asked"] = _("请写明请对方做什么。")
    if problems:
        raise Invalid(problems)
    refuse_marks({"reason": letter.reason, "asked": letter.asked, "why_other": letter.why_other})


def _check_open(session: Session, found: Record, handing: Handing, to: Sequence[Destination]) -> None:
    """Nobody gets the same entry twice while it is on the way."""
    rows = session.execute(
        sa.select(Transfer.to_name, Transfer.number, Transfer.twin_tenant_id).where(
            Transfer.tenant_id == found.tenant_id, Transfer.record_id == found.id, Transfer.side == Side.OUT.value,
            Transfer.handing == handing.key, Transfer.state.in_([s.value for s in OPEN]),
        )
    ).all()  # fmt: skip
    for name, number, tenant_id in rows:
        other = tenant_id != found.tenant_id  # another tenant finds its own unit
        if any(d.name == name or (other and d.tenant_id == tenant_id) for d in to):
            text = _("已向%(name)s移送（%(number)s），尚未办结，不必重复移送。")
            raise Invalid({"receiver": Message(text, name=name, number=number)})


def _check_jurisdiction(
    ledger: Ledger, found: Record, handing: Handing, letter: Letter, to: Sequence[Destination]
) -> str:
    """The sentence that goes with the transfer; ``Invalid`` when it goes elsewhere than the rule says without a reason."""
    if Reach.COUNTY not in handing.reach or to[0].reach is not Reach.COUNTY:
        return ""
    rule = jurisdiction_of(ledger, facts_of_record(found))
    if rule is None or not rule.region:
        return ""
    if rule.region == to[0].code[: len(rule.region)]:
        return str(rule.reason)
    if not letter.why_other.strip():
        text = _("按规定不由该地区管辖（%(why)s）。确需移送该地区的，请写明理由。")
        raise Invalid({"why_other": Message(text, why=rule.reason)})
    return letter.why_other


def _number(session: Session, campaign: Campaign, now: datetime) -> str:
    series = lock_series(session, f"{campaign.key}.transfer", now.astimezone(SHANGHAI).year)
    return take_number(series, _("移"))


def _new_row(
    seat: Seat, campaign: Campaign, handing: Handing, ledger: Ledger, found: Record, where: Destination, letter: Letter,
    why: str, actor: Actor, now: datetime,
) -> Transfer:  # fmt: skip
    return Transfer(
        campaign=campaign.key, public_key=secrets.token_urlsafe(32), reach=where.reach.value, handing=handing.key,
        label=str(handing.label)[:80], to_name=where.name, ledger=ledger.key, title=found.title, place=found.place,
        carried=carried_of(handing, ledger, found), reason=letter.reason.strip(), asked=letter.asked.strip(),
        jurisdiction=why.strip(), state=State.SENT.value, sent_at=now, sent_by=actor.name,
    )  # fmt: skip


def carried_of(handing: Handing, ledger: Ledger, found: Record) -> dict[str, Any]:
    """Values that go along; sensitive texts stay secret, and are sealed anew for the rows that carry them."""
    fields = [f for f in ledger.fields if (f.key in handing.carries if handing.carries else not f.sensitive)]
    values = {f.key: found.values[f.key] for f in fields if found.values.get(f.key) not in (None, "", [])}
    return mark_secret([f.key for f in fields if f.sensitive], values)


def _arrive(
    session: Session, actor: Actor, now: datetime, campaign: Campaign, handing: Handing, seat: Seat, out: Transfer,
    where: Destination, folder: Path | None, link: Link,
) -> None:  # fmt: skip
    """The receiver's row in its own tenant, its clock and notice; then the sender's story."""
    attached = files.list_files(session, out)
    copied = {c.key: getattr(out, c.key) for c in sa.inspect(Transfer).column_attrs if c.key not in _OWN}
    said = Said(
        kind="send", act=Act.TRANSFER_SEND, by=signed(session, actor), text=out.reason, extra=out.to_name
    )  # fmt: skip
    with inside(session, where.tenant_id):
        row = Transfer(
            **copied, side=Side.IN.value, twin_tenant_id=seat.tenant_id, mechanism_id=where.mechanism_id,
            unit_id=where.unit_id, record_id=None, request_key=None, noted_at=None,
        )  # fmt: skip
        session.add(row)
        session.flush()
        if folder is not None and attached:
            files.copy_files(
                session, actor, now, origin=seat.tenant_id, files=attached, row=row, folder=folder
            )
        if handing.accept is not None:
            clock = start_clock(session, actor, now, campaign, handing, row, ACCEPT, handing.accept)
            row.accept_due = clock.due_at
        say_there(session, actor, now, row, said, own=False)
        text = Message(_("%(who)s移送：%(title)s（%(number)s），请接收或写明理由退回。"),
                       who=out.from_name, title=out.title[:60], number=out.number)  # fmt: skip
        tell(session, now, row, text, out.from_name, link, detail=out.asked, mark="transfer")
        due = row.accept_due
    out.accept_due = due
    say_there(session, actor, now, out, said, own=True)
    tell_entry(session, actor, now, out, "transferred", f"{out.number} {out.to_name}")
    session.flush()


_OWN = frozenset({
    "id", "tenant_id", "version", "side", "twin_tenant_id", "mechanism_id", "unit_id", "record_id", "request_key", "noted_at",
})  # fmt: skip
"""Columns in which the two rows differ from the beginning."""


def start_clock(
    session: Session, actor: Actor, now: datetime, campaign: Campaign, handing: Handing, row: Transfer, rule: str,
    limit: Limit,
) -> Deadline:  # fmt: skip
    """Of the receiver, inside its tenant."""
    clause = limit.clause or handing.clause
    sentence = (
        _("%(number)s 已送达，应当接收或者写明理由退回。")
        if rule == ACCEPT
        else _("%(number)s 已接收，应当反馈办理结果。")
    )
    reason = Reason(
        _("接收移送") if rule == ACCEPT else _("反馈移送结果"), limit, (Message(sentence, number=row.number),), clause,
        campaign.source(clause.source),
    )  # fmt: skip
    return start_deadline(
        session, actor, now, mechanism_id=row.mechanism_id, unit_id=row.unit_id, subject=subject_of(row), rule=rule,
        title=f"{row.number} {row.title}", reason=reason, started_at=now,
    )  # fmt: skip
