"""What follows the text of an official document: signature, note, attendance, and the record (版记) at the very foot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from portal.core.chinese import write_day
from portal.core.text import written
from portal.documents.official_text import width
from portal.documents.word import (
    CHARACTER,
    CHARACTERS,
    HEI,
    INDENTED,
    TEXT,
    TIGHT,
    WIDTH,
    Box,
    Look,
    Rule,
    Shape,
    paragraph,
    table,
)

if TYPE_CHECKING:
    from portal.documents.official import Official

_SMALL = Look(size=14)
_THICK, _THIN = Rule(8), Rule(6)
"""0.35 mm and 0.25 mm."""
_AT_FOOT = (
    '<w:tblpPr w:leftFromText="0" w:rightFromText="0" w:vertAnchor="margin" w:horzAnchor="page" w:tblpX="1588" '
    'w:tblpYSpec="bottom"/><w:tblOverlap w:val="never"/>'
)
"""Anchored to the sheet sideways, at the left margin: LibreOffice does not let a table float that is as wide as the text."""
_DATE = 6.5
"""Characters that a date takes."""


def signature(paper: Official) -> str:
    """署名 and 成文日期: with a seal the name is centred over the date, which ends four characters from the margin."""
    if not paper.dated:
        return ""
    names = [n.replace("\n", " ") + written("（代章）") * paper.proxy for n in paper.issuers]
    made = [paragraph(shape=Shape(keep_next=True)) * (2 if paper.sealed and not paper.sheet else 1)]
    if len(names) > 1:
        made.append(_several(names))
        made.append(paragraph(write_day(paper.day), Shape("right", right=4 * CHARACTER)))
        return "".join(made)
    name = "".join(names)
    if paper.sealed:
        block = max(2 * (4 + _DATE / 2), min(CHARACTERS, width(name)))
        shape = Shape("center", left=round((CHARACTERS - block) * WIDTH / CHARACTERS))
        made.append(paragraph(name, Shape("center", left=shape.left, keep_next=True)))
        made.append(paragraph(write_day(paper.day), shape))
    else:
        indent = 2 + max(0.0, _DATE + 2 - width(name))
        made.append(paragraph(name, Shape("right", right=round(indent * CHARACTER), keep_next=True)))
        date_indent = max(2.0, width(name) + indent - 2 - _DATE)
        made.append(paragraph(write_day(paper.day), Shape("right", right=round(date_indent * CHARACTER))))
    return "".join(made)


def _several(names: Sequence[str]) -> str:
    """Side by side, three in a row where they are short, with room for their seals."""
    columns = 3 if max(map(width, names)) <= 9 else 2 if max(map(width, names)) <= 13 else 1
    rows = [names[n : n + columns] for n in range(0, len(names), columns)]
    return table(
        [WIDTH // columns] * columns,
        [
            [Box(paragraph(name, Shape("center", keep_next=True))) for name in (*row, *[""] * (columns - len(row)))]
            for row in rows
        ],
        framed=False, height=1700 if len(rows) > 1 else 0, whole=True,
    )  # fmt: skip


def note(paper: Official) -> str:
    return paragraph(written("（{0}）").format(paper.note), INDENTED) if paper.note else ""


def attendance(paper: Official) -> str:
    """出席：, 请假：, 列席： in 黑体; further lines begin under the first name."""
    shape = Shape("both", left=5 * CHARACTER, first=-3 * CHARACTER)
    made = [
        paragraph([(label + written("："), Look(HEI, tight=TIGHT)), (who, TEXT)], shape)
        for label, who in paper.attendance
    ]
    return "".join((paragraph(), *made)) if made else ""


def record(paper: Official) -> str:
    """版记, as a table that hangs at the foot of the last page's text; the paragraph after it holds it there.

    A letter has no lines and names no printer.
    """
    letter = paper.layout.value == "letter"
    lines = [
        (
            label + written("：") + names.rstrip(written("。")) + written("。"),
            Shape("both", left=(2 + len(label)) * 280, right=280, first=-(1 + len(label)) * 280),
        )
        for label, names in paper.foot
        if names
    ]
    if paper.printed_by and not letter:
        shape = Shape(left=280, tabs=(("right", WIDTH - 280),))
        copies = written("共印{0}份").format(paper.copies) if paper.copies else ""
        day = write_day(paper.printed_on) + written("印发")
        if copies and paper.layout.value == "bulletin":
            day, copies = copies, ""
        lines.append((f"{paper.printed_by}\t{day}", shape))
        if copies:
            lines.append((f"\t{copies}", shape))
    if not lines:
        return ""
    rows = []
    for place, (text, shape) in enumerate(lines):
        above = None if letter else _THIN if place else _THICK
        below = _THICK if not letter and place == len(lines) - 1 else None
        rows.append(
            [Box(paragraph(text, replace(shape, line=440, after=40), _SMALL), above=above, below=below)]
        )
    held = table([WIDTH], rows, framed=False, margin=0, whole=True, place=_AT_FOOT)
    return held + paragraph(shape=Shape(line=20), look=Look(size=1))
