"""Texts that save themselves while they are written, and what is shown when the portal refuses one.

A draft is seen by its own unit or office alone until it is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import request
from flask_wtf import FlaskForm

from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid
from portal.core.i18n import translate
from portal.core.text import Message, _
from portal.documents import attachments
from portal.documents.drafts import find_draft, save_draft
from portal.documents.marks import SecretText, note_refused_text, refuse_marks
from portal.documents.models import Draft
from portal.web.access import now, the_actor, the_desk, the_session


def keep(
    kind: str, *, unit_id: int | None, subject: str, content: Mapping[str, Any], version: int, title: str = ""
) -> Draft:
    """Keep what was typed, as typed; a mark of secrecy (``SecretText``) may not even stand in a draft."""
    if not subject:
        raise Conflict(_("页面已失效，请返回上一页，刷新后再试。"))
    refuse_marks({name: text for name, text in content.items() if isinstance(text, str)})
    return save_draft(
        the_session(), the_actor(), now(), mechanism_id=the_desk().mechanism_id, unit_id=unit_id, kind=kind,
        subject=subject, title=title, content=dict(content), version=version,
    )  # fmt: skip


def answer_autosave(kind: str, **what: Any) -> Any:
    """``keep``, answered to a page that saves itself: the draft's new version, or the problem in words."""
    try:
        draft = keep(kind, **what)
    except Conflict as error:
        return {"problem": str(translate(error.message))}, 409
    except SecretText as error:
        note_refused(f"draft:{kind}", error)
        return {"problem": str(translate(error.message))}, 422
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
        note_refused_text(session, the_actor(), now(), subject, refused)
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
