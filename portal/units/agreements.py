"""The body's confidentiality agreement: signed by each account once for each version, before papers open (C-04)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.campaigns.exchange import Agreement
from portal.core.audit import Act, record
from portal.core.errors import Conflict
from portal.core.posts import RIGHTS, PostKind, Right
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import _
from portal.units.models import Post, SignedAgreement, Unit

SIGNERS = tuple(kind.value for kind in PostKind if Right.INFO_READ in RIGHTS[kind])


class Signer(NamedTuple):
    """Somebody who is to sign; ``signed_at`` None = not yet, or an earlier version only."""

    unit_name: str
    """'' = of the office, or without a unit."""
    kind: str
    name: str
    signed_at: datetime | None


def digest_of(agreement: Agreement) -> str:
    """SHA-256 of the words that are signed, in Chinese, whatever language the page was shown in."""
    words = "\n".join((str(agreement.title), str(agreement.version), *map(str, agreement.paragraphs)))
    return hashlib.sha256(words.encode()).hexdigest()


def needs_signature(session: Session, desk: Desk, account_id: int, agreement: Agreement | None) -> bool:
    """Whether papers of the desk's body stay closed to the account; no statement where nothing is to be signed."""
    return agreement is not None and find_signature(session, desk, account_id, agreement) is None


def find_signature(
    session: Session, desk: Desk, account_id: int, agreement: Agreement
) -> SignedAgreement | None:
    return session.scalars(
        sa.select(SignedAgreement).where(
            SignedAgreement.tenant_id == desk.tenant_id,
            SignedAgreement.mechanism_id == desk.mechanism_id,
            SignedAgreement.account_id == account_id,
            SignedAgreement.version == agreement.version,
        )
    ).one_or_none()


def sign_agreement(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    mechanism_id: int,
    account_id: int,
    agreement: Agreement,
    digest: str,
) -> None:
    """``digest``: of the words the page showed; ``Conflict`` when they have changed since. Again: nothing happens."""
    if digest != digest_of(agreement):
        raise Conflict(_("承诺的文字刚有变动，请重新阅读后再签。"))
    signature = SignedAgreement(
        mechanism_id=mechanism_id, account_id=account_id, version=agreement.version, sha256=digest, signed_at=now,
        signed_by=actor.name,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(signature)
    except IntegrityError:
        return
    data = {"version": agreement.version, "sha256": digest}
    record(session, Act.AGREEMENT_SIGN, f"agreement:{signature.id}", actor, now, data)


def list_signers(session: Session, desk: Desk, agreement: Agreement, now: datetime) -> Sequence[Signer]:
    """Everybody in the body who reads papers, the office first, then units in official order; one statement."""
    signed = sa.and_(
        SignedAgreement.tenant_id == Post.tenant_id,
        SignedAgreement.mechanism_id == Post.mechanism_id,
        SignedAgreement.account_id == Post.account_id,
        SignedAgreement.version == agreement.version,
    )
    rows = session.execute(
        sa.select(Unit.short_name, Post.kind, Account.display_name, SignedAgreement.signed_at)
        .select_from(Post)
        .join(Account, Account.id == Post.account_id)
        .outerjoin(Unit, sa.and_(Unit.tenant_id == Post.tenant_id, Unit.id == Post.unit_id))
        .outerjoin(SignedAgreement, signed)
        .where(
            Post.tenant_id == desk.tenant_id,
            Post.mechanism_id == desk.mechanism_id,
            Post.kind.in_(SIGNERS),
            Post.since <= now,
            sa.or_(Post.until.is_(None), Post.until > now),
        )
        .order_by(Unit.sort_no.is_not(None), Unit.sort_no, Post.kind, Post.id)
    )
    return [Signer(r[0] or "", r[1], r[2], r[3]) for r in rows]
