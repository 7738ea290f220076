"""Papers that rooms write from top to bottom: drafts, bulletins, advisories. Set as official documents are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from portal.documents.word import (
    DOCX,
    HEI,
    INDENTED,
    KAI,
    LINE,
    RED,
    TEXT,
    TITLE,
    WIDTH,
    Box,
    Look,
    Rule,
    Shape,
    paragraph,
    table,
)
from portal.documents.word_paper import Paper

__all__ = ["DOCX", "Letter", "Part"]

_WIDE = 6
"""Columns from which a table takes the smaller type."""
_FOOT = Look(size=14)


@dataclass(frozen=True)
class Part:
    """A run of text within a paragraph. ``mark``: still to be confirmed by a person, shown on grey ground."""

    text: str
    mark: bool = False
    bold: bool = False


class Letter:
    """A paper that is written from top to bottom and then saved."""

    def __init__(self) -> None:
        self._paper = Paper()
        self._title = ""

    def title(self, text: str) -> None:
        self._title = self._title or text
        self._paper.add(paragraph(text, Shape("center", after=LINE, line=640), Look(TITLE, 22)))

    def heading(self, text: str, level: int = 1, *, centred: bool = False) -> None:
        """一、 in level 1, （一） in level 2; the number is part of the text."""
        shape = Shape(
            "center" if centred else "both", first=0 if centred else INDENTED.first, style=f"Heading{level}", keep_next=True
        )  # fmt: skip
        self._paper.add(paragraph(text, shape, Look((HEI, KAI)[level - 1])))

    def paragraph(self, *parts: Part | str, right: bool = False, flush: bool = False) -> None:
        """``right``: who signs, and the date. ``flush``: to whom it goes (主送), without indent."""
        shape = Shape("right") if right else Shape("both") if flush else INDENTED
        runs = [p if isinstance(p, Part) else Part(p) for p in parts]
        looks = [(p.text, Look(tight=TEXT.tight, bold=p.bold, mark=p.mark)) for p in runs]
        self._paper.add(paragraph(looks, shape))

    def note(self, text: str) -> None:
        """A small line: where figures come from."""
        self._paper.add(paragraph(text, INDENTED, Look(KAI, 12)))

    def table(
        self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], figures: int = 1, height: int = 0,
    ) -> None:  # fmt: skip
        """``widths``: shares of the text's width. Columns from ``figures`` on stand to the right. ``height``: the least
        of a row, in twips."""
        size = 10.5 if len(head) <= _WIDE else 9

        def cell(text: str, number: int, column: int) -> Box:
            align = "center" if not number else "right" if column >= figures else "left"
            return Box(paragraph(text, Shape(align, line=0), Look(size=size, bold=not number)))

        twips = [round(WIDTH * w / sum(widths)) for w in widths]
        boxes = [[cell(t, number, n) for n, t in enumerate(row)] for number, row in enumerate((head, *rows))]
        self._paper.add(table(twips, boxes, head=1, height=height), paragraph())

    def masthead(self, name: str, issue: str, left: str, right: str, note: str = "") -> None:
        """报头 of a bulletin: ``note`` at the top left, the name in large red type on one line, the issue under it,
        who edits it and the date over a red line."""
        if note:
            self._paper.add(paragraph(note, look=Look(HEI)))
        size = max(18, min(44, WIDTH // 20 // max(1, len(name))))
        self._paper.add(
            paragraph(
                name,
                Shape("center", line=size * 30, before=160, after=160),
                Look(TITLE, size, colour=RED),
            ),
            paragraph(issue, Shape("center")),
            paragraph(
                f"{left}\t{right}",
                Shape(tabs=(("right", WIDTH),), below=Rule(18, RED, space=4), after=LINE),
                Look(),
            ),
        )

    def closing(self, lines: Sequence[str], left: str = "", right: str = "") -> None:
        """报尾 between two thin lines: to whom it is reported, sent, issued; then who printed it, and how many."""
        self._paper.add(paragraph())
        hanging = [Shape(left=560, first=-560, keep_next=True)] * len(lines)
        shapes = [*hanging, Shape(tabs=(("right", WIDTH),))]
        for n, (text, shape) in enumerate(zip((*lines, f"{left}\t{right}"), shapes, strict=True)):
            self._paper.add(
                paragraph(
                    text,
                    replace(
                        shape,
                        above=Rule(8, space=4) if not n else None,
                        below=Rule(8, space=4) if n == len(lines) else None,
                    ),
                    _FOOT,
                )
            )

    def save(self, stream: BinaryIO) -> None:
        self._paper.save(stream, self._title)
