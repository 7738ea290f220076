"""One line of a sheet that came in: what it says, what it would change, why it is refused; as JSON in its part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from portal.core.text import Message, Text, pack_text, unpack_text


class LineKind(StrEnum):
    NEW = "new"
    CHANGE = "change"
    DOUBT = "doubt"
    """Enters once a person has said that it was read rightly."""
    REFUSED = "refused"
    SAME = "same"


@dataclass(frozen=True)
class Said:
    """A sentence about one cell. ``cell`` '' = about the line."""

    key: str
    cell: str
    label: str
    text: Any
    """As ``pack_text`` keeps it."""

    @property
    def sentence(self) -> Message | Text:
        return unpack_text(self.text)


@dataclass
class Line:
    row: int
    kind: LineKind
    number: str = ""
    record_id: str = ""
    """As text: JSON in a browser or a spreadsheet would round it."""
    version: int = 0
    title: str = ""
    place: str = ""
    known_at: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    """As ``services.differences`` has them."""
    said: list[Said] = field(default_factory=list)
    typed: dict[str, Any] = field(default_factory=dict)
    """Cells as they stood, by the keys of the columns; kept where something is wrong."""
    ticked: bool = False
    done: str = ""
    """The number under which it was entered."""

    def refuse(self, key: str, cell: str, label: str, text: Message | Text) -> None:
        self.kind = LineKind.REFUSED
        self.said.append(Said(key, cell, str(label), pack_text(text)))

    def doubt(self, key: str, cell: str, label: str, text: Message | Text) -> None:
        if self.kind is not LineKind.REFUSED:
            self.kind = LineKind.DOUBT
        self.said.append(Said(key, cell, str(label), pack_text(text)))

    @property
    def enters(self) -> bool:
        return self.kind in (LineKind.NEW, LineKind.CHANGE) or (self.kind is LineKind.DOUBT and self.ticked)

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.known_at)


def keep(line: Line) -> dict[str, Any]:
    """Without what says nothing."""
    kept = {k: v for k, v in vars(line).items() if v not in ("", 0, {}, [], False)}
    if line.said:
        kept["said"] = [[s.key, s.cell, s.label, s.text] for s in line.said]
    return kept | {"kind": line.kind.value}


def take(kept: dict[str, Any]) -> Line:
    said = [Said(*s) for s in kept.get("said", ())]
    return Line(**{**kept, "kind": LineKind(kept["kind"]), "said": said})


def count_kinds(lines: Iterable[Line]) -> dict[str, int]:
    """``ticked``: of the doubtful ones, those that enter."""
    found = Counter(line.kind.value for line in lines)
    return dict(found)
