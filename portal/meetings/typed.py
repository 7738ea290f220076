"""A page of this room saves itself: as a draft of the unit, or of the office, that it is written for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from portal.core.errors import NotAllowed
from portal.documents.writing import answer_autosave, note_refused, show_refusal, wanted
from portal.meetings.services import is_office, writing_units
from portal.web.access import the_desk
from portal.web.inputs import row_id

__all__ = ["keep", "note_refused", "show_refusal", "wanted"]
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
    return answer_autosave(
        kind, unit_id=unit, subject=form.get("request_key", "").replace("\0", "")[:40],
        content=content | dict(more or {}), version=row_id(form.get("version", "")), title=content.get("title", ""),
    )  # fmt: skip
