"""What an edition of an item says differently from the one before it, sentence by sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.core.text import Text, _
from portal.documents.differences import difference
from portal.information.models import ItemEdition

_TITLE = _("标题")


@dataclass(frozen=True)
class Change:
    """One part that differs: runs of (``same``, ``del`` or ``ins``, words)."""

    label: Text
    runs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Compared:
    number: int
    at: datetime
    by: str
    why: str
    changes: Sequence[Change]
    """Empty for the first edition, and where only the readers changed."""


def compare_editions(editions: Sequence[ItemEdition], labels: Mapping[str, Text]) -> list[Compared]:
    """Newest first; ``editions`` oldest first."""
    found = []
    for before, after in zip([None, *editions], editions, strict=False):
        changes = _changes(before, after, labels) if before else []
        found.append(Compared(after.number, after.at, after.by, after.why, changes))
    return found[::-1]


def _changes(before: ItemEdition, after: ItemEdition, labels: Mapping[str, Text]) -> list[Change]:
    pairs = [(_TITLE, before.title, after.title)]
    pairs += [
        (labels[key], str(before.sections.get(key) or ""), str(after.sections.get(key) or ""))
        for key in labels
    ]
    return [Change(label, difference(old, new)) for label, old, new in pairs if old != new]
