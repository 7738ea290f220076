"""What a campaign declares of official documents (公文): who may ask for one, what it asks, what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from portal.campaigns.forms import Field
from portal.campaigns.sources import Clause, Values
from portal.core.text import Message, Text

Words = Message | str
"""Papers are Chinese whatever the reader's language: ``written`` marks their text, ``_`` only what the interface shows."""


class DocumentType(StrEnum):
    """文种, and with it the layout."""

    NOTICE = "notice"
    CIRCULAR = "circular"
    LETTER = "letter"
    """函: between units that are not subordinate to each other."""
    MINUTES = "minutes"
    REPORT = "report"
    """报告 and 请示 go upward and name who signed (签发人)."""
    REQUEST = "request"
    BULLETIN = "bulletin"
    ORDER = "order"
    """督办单: a table."""
    ADVISORY = "advisory"
    INTERVIEW = "interview"
    TRANSFER = "transfer"
    MEETING = "meeting"
    """会议通知 with its reply slip."""
    PAYMENT = "payment"
    """发放通知单: a table."""
    SUMMARY = "summary"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A label with its value in a table of one paper; a row's cells share its width by ``share``. Label '' = the value
    takes it all; value '' = to be filled in by hand."""

    label: Words
    value: Words | str
    share: int = 1
    lines: int = 1
    """As high as so many lines at least, for writing by hand."""


@dataclass(frozen=True, kw_only=True)
class DocumentTemplate:
    """One kind of paper. ``title``, ``body`` and ``sheet`` get the checked answers to ``fields``.

    ``body``: one paragraph each, to be edited by the clerk before it is checked; what begins with 一、 or （一） is a
    heading. ``sheet``: rows of a table that follows (or, with no body, makes) the paper; it is not edited, only its
    fields are. With ``annex`` it stands under that title on a page of its own (回执).
    """

    key: str
    label: Text
    type: DocumentType
    fields: tuple[Field, ...]
    title: Callable[[Values], Words]
    body: Callable[[Values], tuple[Words, ...]]
    sheet: Callable[[Values], tuple[tuple[Cell, ...], ...]] | None = None
    annex: Text | None = None
    clause: Clause | None = None
    """None = office custom (GB/T 9704-2012, 《党政机关公文处理工作条例》)."""
    example: Values
    """Fictional answers, for tests and the demo."""
    limit: int = 0
    """Characters that the paper should not exceed; 0 = none."""
