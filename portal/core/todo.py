"""One line of the to-do list, so that every room can say in the same words what waits in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.core.reader import Reader
from portal.core.text import Message, Text


@dataclass(frozen=True, kw_only=True)
class Todo:
    """``due`` None = no date, listed last. ``light``: ok, near, slow, late or done (see the macro ``ui.light``)."""

    tenant_id: int
    campaign: str
    light: str
    state: Message | Text
    what: Message | Text | str
    note: Message | Text | str = ""
    """A second, quieter line."""
    source: Message | Text | str = ""
    """From whom it comes."""
    due: datetime | None = None
    due_text: Message | Text | None = None
    """Instead of the instant, where a word says more."""
    step: Message | Text
    """Verb on the button."""
    endpoint: str
    """'' = nothing to press."""
    args: Mapping[str, Any] = field(default_factory=dict)
    """For ``url_for``, besides tenant and campaign, which the page adds."""
    clock: bool = False
    """A running 24-hour clock: stands above the list in a row of its own."""
    why: Sequence[Message | Text] = ()


TodoSource = Callable[[Session, Reader, datetime], Sequence[Todo]]
"""A room's own part of the list, for all posts of the reader; a constant number of statements."""


@dataclass(frozen=True)
class Month:
    """A room's lines, and how many of the things due in the current month are done."""

    todos: Sequence[Todo]
    done: int
    expected: int
