"""The heads of official documents: red mark, number, red line, title (GB/T 9704-2012, 7.2, 7.3.1 and 10)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from portal.core.chinese import write_day
from portal.core.text import written
from portal.documents.official_text import title_lines, width
from portal.documents.word import CHARACTER, HEI, KAI, LINE, RED, TITLE, WIDTH, Look, Rule, Shape, paragraph

if TYPE_CHECKING:
    from portal.documents.official import Official

_MM = 1440 / 25.4
_LARGEST = {"letter": 36, "bulletin": 48}
_NARROWEST = 66
"""Per cent of their width to which letters of the mark are narrowed before they get smaller."""
_PLAIN = Look()
_LONGER = Shape("center", left=round(-8 * _MM), right=round(-6 * _MM))
"""The double lines of a letter are 170 mm long: so much longer than the text on either side."""
_DOUBLE = 24


def mark_look(mark: str, largest: float) -> Look:
    """The mark on one line whatever its length."""
    room = WIDTH / 20 / max(1.0, width(mark))
    size = max(5.0, min(largest, room / _NARROWEST * 100))
    return Look(TITLE, int(size), colour=RED, stretch=max(_NARROWEST, min(100, int(room / int(size) * 100))))


def _mark(mark: str, top: float, largest: float) -> str:
    """``top``: millimetres from where the paper's text begins to the upper edge of the letters."""
    look = mark_look(mark.replace("\n", " "), largest)
    high = round(look.size * 26)
    slack = round(
        look.size * 20 * 0.2
    )  # of the line above the letters, as LibreOffice and Word set an exact line
    return (
        paragraph(shape=Shape(line=max(20, round(top * _MM) - slack)), look=Look(size=1))
        + paragraph(mark.replace("\n", " "), Shape("center", line=high), look)
    )  # fmt: skip


def head(paper: Official) -> str:
    """All above the title."""
    match paper.layout.value:
        case "document":
            made = [_mark(paper.mark, 35, 56), paragraph() * 2]
            line = Rule(20, RED, space=5)
            if paper.signer:
                runs = [  # a blank, for an indent would shorten the line, which is as long as the text is wide
                    (f"\u3000{paper.number}\t" + written("签发人："), _PLAIN),
                    (paper.signer.replace("\n", " "), Look(KAI)),
                ]
                made.append(paragraph(runs, Shape(tabs=(("right", WIDTH - CHARACTER),), below=line)))
            else:
                made.append(paragraph(paper.number, Shape("center", below=line), _PLAIN))
        case "minutes" | "bulletin":
            made = [paragraph(paper.reminder, look=Look(HEI))] if paper.reminder else []
            made += [
                _mark(paper.mark, 35 - 10 * len(made), 48),
                paragraph(shape=Shape(line=LINE // 2)),
                paragraph(paper.number, Shape("center"), _PLAIN),
                paragraph(
                    f"\u3000{written('、').join(paper.issuers)}\t{write_day(paper.day)}",
                    Shape(tabs=(("right", WIDTH - CHARACTER),), below=Rule(20, RED, space=5)),
                    _PLAIN,
                ),
            ]
        case "letter":  # the mark stands in the head of the first page
            made = [paragraph(paper.number, Shape("right", before=120), _PLAIN)]
        case _:
            return ""
    return "".join((*made, paragraph() * 2))


def title(paper: Official) -> str:
    names = (*paper.names, *paper.issuers, paper.mark)
    lines, size = title_lines(paper.title, names)
    shape = Shape("center", line=round(size * 29), keep_next=size == 22)
    return paragraph("\n".join(lines), shape, Look(TITLE, size))


def letter_edges(paper: Official) -> tuple[str, str]:
    """Head and foot of a letter's first page: the mark over a double line, and one at the foot (20 mm from the edge)."""
    look = mark_look(paper.mark.replace("\n", " "), _LARGEST["letter"])
    upper = Rule(_DOUBLE, RED, "thickThinSmallGap", 3)
    lower = Rule(_DOUBLE, RED, "thinThickSmallGap", 0)
    above = replace(_LONGER, line=round(look.size * 26), below=upper)
    return paragraph(paper.mark.replace("\n", " "), above, look), paragraph(
        shape=replace(_LONGER, line=20, below=lower), look=Look(size=1)
    )
