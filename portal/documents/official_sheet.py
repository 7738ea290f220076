"""The table of an official document: labels with their values, of unequal widths in every row."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from portal.core.i18n import translate
from portal.documents.word import HEI, WIDTH, Box, Look, Shape, paragraph, table

if TYPE_CHECKING:
    from portal.campaigns.papers import Cell
    from portal.documents.official import Rows

_LABEL = 1880
"""Width of a label, and of six characters of 14 pt."""
_SMALL = Shape("center", line=0), Look(HEI, 14)
_VALUE = Shape(line=0), Look(size=14)


def sheet(rows: Rows) -> str:
    """One grid for all rows: a cell spans as many columns as other rows divide it into."""
    if not rows:
        return ""
    drawn = [_row(row) for row in rows]
    edges = sorted({0, WIDTH, *(edge for row in drawn for edge, _content in row)})
    boxes = []
    for row in drawn:
        start, cells = 0, []
        for edge, content in row:
            cells.append(Box(content, edges.index(edge) - edges.index(start)))
            start = edge
        boxes.append(cells)
    return table([b - a for a, b in itertools.pairwise(edges)], boxes, height=620, margin=85)


def _row(row: tuple[Cell, ...]) -> list[tuple[int, str]]:
    """(right edge, content) of each label and value; without a label the value takes it all."""
    total, start, parts = sum(cell.share for cell in row), 0, 0
    drawn = []
    for cell in row:
        parts += cell.share
        edge = WIDTH * parts // total
        if cell.label:
            middle = start + min(_LABEL, (edge - start) * 45 // 100)
            drawn.append((middle, paragraph(str(translate(cell.label)), *_SMALL)))
        drawn.append((edge, _value(cell)))
        start = edge
    return drawn


def _value(cell: Cell) -> str:
    lines = str(translate(cell.value)).split("\n")
    return "".join(paragraph(line, *_VALUE) for line in (*lines, *[""] * (cell.lines - len(lines))))
