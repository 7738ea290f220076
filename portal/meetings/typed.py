"""Texts of this room that save themselves, and what is shown when the portal refuses one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import request
from flask_wtf import FlaskForm

from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.i18n import translate
from portal.core.text import Message, _
from portal.documents import attachments
from portal.documents.drafts import find_draft, save_draft
from portal.documents.models import Draft
from portal.meetings.marks import SecretText
from portal.meetings.services import is_office, writing_units
from portal.web.access import now, the_actor, the_desk, the_session
from portal.web.inputs import row_id

LONGEST = 80_000


def keep(
    kind: str, names: Sequence[str], lists: Sequence[str] = (), more: Mapping[str, Any] | None = None
) -> Any:
    """Answer to an autosave: what was typed, as typed, for the unit (0 = the office) named ``unit``."""
    form, desk = request.form, the_desk()
    unit = row_id(form.get("unit", "")) or None
    if not (unit in writing_units(desk) if unit else is_office(desk)):
        raise NotAllowed
    content: dict[str, Any] = {name: form.get(name, "").replace("\0", "")[:LONGEST] for name in names}
    content |= {name: [row_id(value) for value in form.getlist(name)[:500]] for name in lists}
    content |= more or {}
    try:
        draft = save_draft(
            the_session(), the_actor(), now(), mechanism_id=desk.mechanism_id, unit_id=unit, kind=kind,
            subject=form.get("request_key", "").replace("\0", "")[:40], title=content.get("title", ""),
            content=content, version=row_id(form.get("version", "")),
        )  # fmt: skip
    except Conflict as error:
        return {"problem": str(translate(error.message))}, 409
    time = now().astimezone(SHANGHAI).strftime("%H:%M")
    return {
        "version": draft.version,
        "saved_at": str(translate(Message(_("已自动保存 %(time)s"), time=time))),
    }


def wanted(kind: str, writers: Collection[int]) -> Draft | None:
    """The draft that the address names by its key, of a unit (0 = the office) for which the reader writes."""
    key = request.args.get("draft", "").replace("\0", "")[:60]
    for unit in writers if key else ():
        draft = find_draft(
            the_session(), mechanism_id=the_desk().mechanism_id, unit_id=unit or None, kind=kind, subject=key
        )
        if draft is not None:
            return draft
    return None


def note_refused(subject: str, refused: Invalid) -> None:
    """Nothing was written; the trail alone keeps that a mark of secrecy was refused."""
    session = the_session()
    session.rollback()
    if isinstance(refused, SecretText):
        data = {"mark": refused.mark, "field": refused.field}
        record(session, Act.TEXT_REFUSE, subject, the_actor(), now(), data)
    elif isinstance(refused, attachments.Secret):
        attachments.note_refusal(session, the_actor(), now(), subject, refused)
    session.commit()


def show_refusal(form: FlaskForm, refused: Invalid | Conflict, subject: str) -> list[str]:
    """Nothing was written: each problem to its field, and those that belong to none."""
    if isinstance(refused, Conflict):
        the_session().rollback()
        return [str(translate(refused.message))]
    note_refused(subject, refused)
    problems = {k: str(translate(m)) for k, m in refused.problems.items()}
    for name in [k for k in problems if k in form]:
        form[name].errors = [problems.pop(name)]
    return list(problems.values())
