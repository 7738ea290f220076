"""Drafts of what is not a form: saved as one types, seen by one's own unit (or office) alone, gone when it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import Conflict
from portal.core.scope import Actor
from portal.core.text import _
from portal.documents.models import Draft


def owner_of(unit_id: int | None) -> str:
    return "office" if unit_id is None else f"unit:{unit_id}"


def find_draft(
    session: Session, *, mechanism_id: int, unit_id: int | None, kind: str, subject: str
) -> Draft | None:
    return session.scalars(
        sa.select(Draft).where(
            Draft.mechanism_id == mechanism_id,
            Draft.owner == owner_of(unit_id),
            Draft.kind == kind,
            Draft.subject == subject,
        )
    ).one_or_none()


def save_draft(
    session: Session, actor: Actor, now: datetime, *, mechanism_id: int, unit_id: int | None, kind: str,
    subject: str, title: str, content: dict[str, Any], version: int = 0,
) -> Draft:  # fmt: skip
    """Keep what was typed; answers the draft with its new ``version``. ``version``: the one the page was opened with,
    0 for a new draft. The same content again is the same draft. ``Conflict``: somebody else saved in between."""
    draft = find_draft(session, mechanism_id=mechanism_id, unit_id=unit_id, kind=kind, subject=subject)
    if draft is None:
        draft = Draft(
            mechanism_id=mechanism_id, unit_id=unit_id, owner=owner_of(unit_id), kind=kind, subject=subject,
            title=title[:200], content=content, saved_at=now, saved_by=actor.name,
        )  # fmt: skip
        session.add(draft)
        session.flush()
        return draft
    if draft.content == content:
        return draft
    if draft.version != version:
        raise Conflict(_("另一个窗口或同事刚保存过这份草稿，请刷新页面后再改。"))
    draft.title, draft.content, draft.saved_at, draft.saved_by = title[:200], content, now, actor.name
    session.flush()
    return draft


def list_drafts(
    session: Session, *, mechanism_id: int, unit_ids: Sequence[int], office: bool, kinds: Sequence[str]
) -> list[Draft]:
    """Of these units (and of the office), newest first; one statement."""
    owners = [owner_of(u) for u in unit_ids] + (["office"] if office else [])
    query = sa.select(Draft).where(
        Draft.mechanism_id == mechanism_id, Draft.owner.in_(owners), Draft.kind.in_(kinds)
    )
    return list(session.scalars(query.order_by(Draft.saved_at.desc())))


def drop_draft(session: Session, *, mechanism_id: int, unit_id: int | None, kind: str, subject: str) -> None:
    """It was sent, or thrown away."""
    draft = find_draft(session, mechanism_id=mechanism_id, unit_id=unit_id, kind=kind, subject=subject)
    if draft is not None:
        session.delete(draft)
