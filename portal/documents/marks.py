"""Marks of secrecy in what people type: refused at the field, and the trail keeps that it was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.errors import Invalid
from portal.core.scope import Actor
from portal.core.text import Message, _
from portal.documents.secrecy import find_mark_in


class SecretText(Invalid):
    """Refused for a mark of secrecy; ``note_refused_text`` keeps that it was."""

    def __init__(self, field: str, mark: str) -> None:
        self.field, self.mark = field, mark
        text = _(
            "这里有“%(mark)s”字样，没有保存。涉密内容不得写入本系统，请按保密规定办理；确非涉密的改写后再试。"
        )
        super().__init__({field: Message(text, mark=mark)})


def refuse_marks(texts: Mapping[str, str]) -> None:
    """``SecretText`` at the first field that bears a mark of secrecy; a ``title`` counts as a file's name does."""
    for key, text in texts.items():
        if mark := find_mark_in(text if key == "title" else "", text):
            raise SecretText(key, mark)


def note_refused_text(
    session: Session, actor: Actor, now: datetime, subject: str, refused: SecretText
) -> None:
    """The trail knows that words were refused, not which ones."""
    record(session, Act.TEXT_REFUSE, subject, actor, now, {"mark": refused.mark, "field": refused.field})
