"""Tips that may tell the same: keyed hashes of text, telephone, URL, account and subject, compared in one tenant.

People decide: likeness is only offered, and joining keeps both, each under its own receipt code; the earlier one is the
first report (首报).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.forms import Field
from portal.campaigns.matching import MatchKind
from portal.core.audit import Act
from portal.core.errors import Conflict, Invalid
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.tips.codes import Keyring
from portal.tips.models import Stage, Tip, TipMark
from portal.tips.services import ANSWER, CHECK, OPEN, lock_tip, meet_clock, write_event

TEXT = "text"
SHORTEST: Mapping[str, int] = {
    TEXT: 12, MatchKind.PHONE: 7, MatchKind.ACCOUNT: 8, MatchKind.COMPANY_CODE: 15, MatchKind.NAME: 3,
    MatchKind.URL: 6, MatchKind.SERIAL_PREFIX: 4,
}  # fmt: skip
"""Characters below which likeness says nothing (110, 12345)."""
MOST_MARKS, MOST_NEAR = 30, 20
LABELS: Mapping[str, Text] = {
    TEXT: _("内容相同"), MatchKind.PHONE: _("电话相同"), MatchKind.ACCOUNT: _("账号相同"),
    MatchKind.COMPANY_CODE: _("统一社会信用代码相同"), MatchKind.NAME: _("对象相同"), MatchKind.URL: _("网址相同"),
    MatchKind.SERIAL_PREFIX: _("冠字号相同"),
}  # fmt: skip
_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_URL = re.compile(r"(?:https?://|www\.)[a-z0-9.\-]{4,80}(?:/[a-z0-9._~/?#=&%\-]{0,200})?", re.IGNORECASE)
_APART = re.compile(r"[\u3001\uff1b;,\uff0c\n]+")


@dataclass(frozen=True)
class Near:
    id: int
    number: str
    title: str
    stage: str
    filed_at: datetime
    joined_id: int | None
    kinds: tuple[Text, ...]
    """In what they are alike."""


def _spell(kind: str, text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower()
    if kind in (MatchKind.PHONE, MatchKind.ACCOUNT):
        return "".join(x for x in plain if x.isascii() and x.isdigit())
    if kind == MatchKind.URL:
        plain = re.sub(r"^(?:https?://)?(?:www\.)?", "", plain.strip())
        return plain.rstrip("/")
    return "".join(x for x in plain if x.isalnum())


def _values(fields: Sequence[Field], what: str, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield TEXT, what
    for field in fields:
        if field.match is not None and isinstance(given.get(field.key), str):
            for part in _APART.split(given[field.key]):
                yield field.match.value, part
    for found in _MOBILE.findall(unicodedata.normalize("NFKC", what)):
        yield MatchKind.PHONE.value, found
    for found in _URL.findall(unicodedata.normalize("NFKC", what)):
        yield MatchKind.URL.value, found


def mark(
    session: Session, keyring: Keyring, tip: Tip, fields: Sequence[Field], what: str, given: Mapping[str, Any]
) -> None:
    """Keep what the tip can be recognised by; the values themselves are nowhere."""
    found: dict[str, str] = {}
    for kind, text in _values(fields, what, given):
        plain = _spell(kind, text)
        if len(plain) >= SHORTEST[kind] and len(found) < MOST_MARKS:
            found.setdefault(keyring.hash_mark(kind, plain), kind)
    session.add_all(TipMark(tip_id=tip.id, kind=kind, digest=digest) for digest, kind in found.items())


def list_near(session: Session, tip: Tip) -> list[Near]:
    """Tips of the same body that share a mark, the earliest first; one statement."""
    own, other = sa.orm.aliased(TipMark), sa.orm.aliased(TipMark)
    rows = session.execute(
        sa.select(Tip.id, Tip.number, Tip.title, Tip.stage, Tip.filed_at, Tip.joined_id, other.kind)
        .join(other, sa.and_(other.tenant_id == Tip.tenant_id, other.tip_id == Tip.id))
        .join(own, sa.and_(own.tenant_id == other.tenant_id, own.digest == other.digest))
        .where(
            own.tenant_id == tip.tenant_id, own.tip_id == tip.id, Tip.id != tip.id,
            Tip.mechanism_id == tip.mechanism_id,
        )
        .order_by(Tip.filed_at, Tip.id)
        .limit(MOST_NEAR * 4)
    )  # fmt: skip
    found: dict[int, Near] = {}
    for row in rows:
        known = found.get(row.id)
        kinds = (*(known.kinds if known else ()), LABELS[row.kind])
        found[row.id] = Near(
            row.id, row.number, row.title, row.stage, row.filed_at, row.joined_id, tuple(dict.fromkeys(kinds))
        )
    return list(found.values())[:MOST_NEAR]


def join(
    session: Session, actor: Actor, now: datetime, *, tip: Tip, other: Tip, late_reason: str = ""
) -> tuple[Tip, Tip]:
    """(the first report, the one that joins it): the later of the two joins the earlier. Its clocks end here."""
    first, later = sorted((tip, other), key=lambda t: (t.filed_at, t.id))
    if first.id == later.id or first.mechanism_id != later.mechanism_id:
        raise Invalid({"other": _("请选择另一件举报。")})
    for one in (first, later):  # always in this order, so that two at once do not wait for each other
        lock_tip(session, one)
    if first.joined_id is not None:
        raise Conflict(_("首报已并入更早的一件，请选择那一件。"))
    if later.stage not in OPEN or later.record_id is not None:
        raise Conflict(Message(_("%(number)s 已办结、已登记台账或已并入，不能再并入。"), number=later.number))
    for rule in (CHECK, ANSWER):
        meet_clock(session, actor, now, later, rule, late_reason)
    later.stage, later.joined_id, later.unit_id = Stage.JOINED.value, first.id, first.unit_id
    later.closed_at = now if first.closed_at is not None else None
    write_event(session, actor, now, later, "joined", Act.TIP_JOIN, first.number, first=first.number)
    write_event(session, actor, now, first, "joins", Act.TIP_JOIN, later.number, later=later.number)
    session.execute(  # what had joined the later one follows it
        sa.update(Tip)
        .where(Tip.tenant_id == later.tenant_id, Tip.joined_id == later.id)
        .values(joined_id=first.id)
    )
    return first, later


def list_joined(session: Session, tip: Tip) -> list[Tip]:
    return list(
        session.scalars(sa.select(Tip).where(Tip.tenant_id == tip.tenant_id, Tip.joined_id == tip.id))
    )
