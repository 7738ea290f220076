"""What the public does: tell, ask how it stands, add something. Nobody is logged in; nothing tells who it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.exchange import Limit, LimitKind
from portal.core.audit import Act
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid
from portal.core.sealing import mark_secret
from portal.core.secret import Secret
from portal.core.text import Message, Text, _
from portal.core.workdays import WorkCalendar
from portal.deadlines.services import Reason, start_deadline
from portal.documents import attachments
from portal.documents.marks import refuse_marks
from portal.ledger.numbering import lock_series, take_number
from portal.tips.channel import Place
from portal.tips.codes import Keyring
from portal.tips.duplicates import mark
from portal.tips.models import Stage, Tip, TipEvent, TipIdentity
from portal.tips.services import (
    ANSWER,
    CHECK,
    MOST_ADDED,
    PUBLIC,
    find_event,
    lock_tip,
    subject_of,
    tell,
    tell_office,
    write_event,
)

FILES = "tip-files"
MOST_FILES, ALL_BYTES = 5, 20 * attachments.MB
"""Of one sending; a single file as everywhere in the portal."""
KIND = "tip"
"""Of attachments: ``tip:<id>``."""
_PREFIX = _("举报")

Upload = tuple[str, IO[bytes]]


@dataclass(frozen=True)
class Told:
    """What somebody sent; ``values``: of the campaign's own fields. Clean texts."""

    what: str
    where: str = ""
    when: str = ""
    values: Mapping[str, Any] | None = None
    anonymous: bool = True
    name: str = ""
    phone: str = ""


def file_tip(
    session: Session, now: datetime, *, place: Place, keyring: Keyring, told: Told, nonce: str,
    uploads: Sequence[Upload], folder: Path, calendar: WorkCalendar, link: Callable[[int], str],
) -> str:  # fmt: skip
    """Take it in and answer its receipt code. The same ``nonce`` again gives the same code and no second tip.

    ``Invalid`` at ``FILES``; ``attachments.Secret`` and ``SecretText`` for marks of secrecy.
    """
    refuse_marks(_texts(told))
    _few(uploads)
    year = now.astimezone(SHANGHAI).year
    series = lock_series(session, f"tip.{place.campaign.key}", year)  # two clicks: one after the other
    key, code = keyring.once(nonce), keyring.receipt_of(nonce)
    known = sa.select(Tip.id).where(Tip.tenant_id == place.tenant.id, Tip.request_key == key)
    if session.scalar(known) is not None:
        return code
    fields = place.tips.fields
    secrets_ = {"what": Secret(told.what), "where": Secret(told.where), "when": Secret(told.when)}
    texts = mark_secret([f.key for f in fields], dict(told.values or {}))
    tip = Tip(
        mechanism_id=place.channel.mechanism_id, campaign=place.campaign.key, number=take_number(series, _PREFIX),
        request_key=key, receipt=keyring.hash_code(code), content={**secrets_, "values": texts},
        anonymous=told.anonymous, filed_at=now, files=len(uploads),
    )  # fmt: skip
    session.add(tip)
    session.flush()
    if not told.anonymous:
        person = {"name": Secret(told.name), "phone": Secret(told.phone)}
        session.add(TipIdentity(tip_id=tip.id, person={k: v for k, v in person.items() if v}))
    mark(session, keyring, tip, fields, told.what, told.values or {})
    _attach(session, now, tip, uploads, folder)
    write_event(
        session,
        PUBLIC,
        now,
        tip,
        "filed",
        Act.TIP_FILE,
        public=True,
        anonymous=told.anonymous,
        files=len(uploads),
    )
    tip.told_at = None  # what is in it from the beginning is no addition
    _start_clocks(session, now, place, tip, calendar)
    tell_office(
        session, PUBLIC, now, tip, Message(_("收到公众举报 %(number)s，请初查。"), number=tip.number), link(tip.id)
    )  # fmt: skip
    return code


def _texts(told: Told) -> dict[str, str]:
    """By the names of the page's inputs."""
    own = {"tip-what": told.what, "tip-where": told.where, "tip-when": told.when}
    return own | {k: v for k, v in (told.values or {}).items() if isinstance(v, str)}


def _few(uploads: Sequence[Upload]) -> None:
    sizes = [_size(stream) for _name, stream in uploads]
    if len(uploads) > MOST_FILES:
        text = Message(_("最多 %(n)s 个文件，现有 %(m)s 个，请减少后再选。"), n=MOST_FILES, m=len(uploads))
        raise Invalid({FILES: text})
    if sum(sizes) > ALL_BYTES:
        text = Message(_("文件合计超过 %(n)s MB，请减少或压缩后再选。"), n=ALL_BYTES // attachments.MB)
        raise Invalid({FILES: text})


def _size(stream: IO[bytes]) -> int:
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(0)
    return size


def _attach(session: Session, now: datetime, tip: Tip, uploads: Sequence[Upload], folder: Path) -> None:
    """In a quota of its own each month (a unit that is none), so that strangers cannot use up that of a unit."""
    day = now.astimezone(SHANGHAI).date()
    for name, stream in uploads:
        attachments.add(
            session, PUBLIC, now, folder=folder, subject=subject_of(tip), field=FILES,
            unit_id=-(day.year * 100 + day.month), name=name, stream=stream,
        )  # fmt: skip


def _start_clocks(session: Session, now: datetime, place: Place, tip: Tip, calendar: WorkCalendar) -> None:
    """The campaign's limits; where it names none, the tenant's own."""
    own, tips = place.channel, place.tips
    for rule, limit, days, label in (
        (CHECK, tips.first_check, own.check_days, _("举报初查")),
        (ANSWER, tips.answer, own.answer_days, _("举报答复")),
    ):
        counted = limit or Limit(kind=LimitKind.WORKING_DAYS, n=days)
        start_clock(session, now, place.campaign, tip, rule, counted, label, calendar)


def start_clock(
    session: Session, now: datetime, campaign: Any, tip: Tip, rule: str, limit: Limit, label: Text,
    calendar: WorkCalendar, *, sentence: Message | None = None,
) -> None:  # fmt: skip
    """Owed by who handles the tip now; its title names the number alone."""
    clause = limit.clause
    why = sentence or Message(_("%(number)s 收到后开始计时。"), number=tip.number)
    reason = Reason(label, limit, (why,), clause, campaign.source(clause.source) if clause else None)
    start_deadline(
        session, PUBLIC, now, mechanism_id=tip.mechanism_id, unit_id=tip.unit_id, subject=subject_of(tip), rule=rule,
        title=str(Message(_("%(number)s %(what)s"), number=tip.number, what=label)), reason=reason, started_at=now,
        calendar=calendar,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------ by receipt
def find_by_code(session: Session, keyring: Keyring, code: str, campaign: str) -> Tip | None:
    """In the scope's home tenant. A wrong code and none at all look the same."""
    digest = keyring.hash_code(code)
    if not digest:
        return None
    return session.scalars(
        sa.select(Tip).where(Tip.receipt == digest, Tip.campaign == campaign)
    ).one_or_none()


def open_question(events: Sequence[TipEvent]) -> TipEvent | None:
    """The last question of the office that has no answer yet."""
    for event in reversed(events):
        if event.kind in ("asked", "added"):
            return event if event.kind == "asked" else None
    return None


def add_words(
    session: Session, now: datetime, *, tip: Tip, keyring: Keyring, text: str, nonce: str, uploads: Sequence[Upload],
    folder: Path, link: str,
) -> None:  # fmt: skip
    """Something more, or the answer to a question. Twice the same ``nonce`` adds it once."""
    refuse_marks({"tip-more": text})
    _few(uploads)
    key = keyring.once(nonce)
    lock_tip(session, tip)
    if find_event(session, tip, key) is not None:
        return
    count = session.scalar(
        sa.select(sa.func.count()).where(
            TipEvent.tenant_id == tip.tenant_id, TipEvent.tip_id == tip.id, TipEvent.kind == "added"
        )
    )
    if (count or 0) >= MOST_ADDED:
        raise Conflict(Message(_("这件举报已补充 %(n)s 次，请改用举报电话联系。"), n=MOST_ADDED))
    _attach(session, now, tip, uploads, folder)
    tip.files += len(uploads)
    write_event(session, PUBLIC, now, tip, "added", Act.TIP_ADD, text, public=True, request_key=key)
    tell(session, PUBLIC, now, tip, Message(_("%(number)s：举报人有补充。"), number=tip.number), link)


def set_pay_word(session: Session, now: datetime, *, tip: Tip, keyring: Keyring, word: str) -> None:
    """Once: with it and the receipt code a reward is fetched without a name."""
    lock_tip(session, tip)
    if tip.pay_word:
        raise Conflict(_("领奖口令已经设过，不能更改。"))
    tip.pay_word = keyring.hash_word(tip.id, word)
    write_event(session, PUBLIC, now, tip, "word_set", Act.TIP_ADD, what="pay_word")


def stage_shown(tip: Tip, first: Tip | None) -> Stage:
    """A tip that joined another one stands where that one stands."""
    return Stage(first.stage) if first is not None and first.stage != Stage.JOINED else Stage(tip.stage)
