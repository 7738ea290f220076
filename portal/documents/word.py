"""Building blocks of papers as .docx for WPS and Word: paragraphs, tables and page numbers, as XML in the order of the standard.

Fonts are named, never embedded; each name carries alternatives for machines that lack it. Widths of tables
stand in the grid as well as in the cells, because WPS reads the grid. Lengths are twips (1/20 pt) unless said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from xml.sax.saxutils import escape

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BODY, HEI, KAI, TITLE, SONG = "FangSong", "SimHei", "KaiTi", "FZXiaoBiaoSong-B05S", "SimSun"
"""仿宋, 黑体, 楷体, 方正小标宋, 宋体, by the names that every system knows them under."""
RED = "E00000"
WIDTH, CHARACTERS, LINE = 8844, 28, 579
"""版心: 156 mm across, 28 characters a line, 22 lines of 28.95 pt on a page."""
CHARACTER = 320
TIGHT = -5
"""By this much characters of the text move together, so that 28 of them fit."""
_PICTURE = "[\ufe0f\u2190-\u2bff\U0001f000-\U0001faff]"
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e00ff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + f"]|(?<!{_PICTURE})\u200d|\u200d(?!{_PICTURE})"
)
"""What XML cannot hold, and what is not seen but turns or hides text: bidirectional marks, blanks without
width, save those that join pictures into one."""
_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")


def clean(text: str) -> str:
    """Only what can be seen, with line ends as ``\\n``."""
    text = _ENDS.sub("\n", text)
    return text if text.isascii() and text.isprintable() else _UNFIT.sub("", text)


@dataclass(frozen=True)
class Look:
    """Of a run. ``size`` in points; ``stretch`` in per cent of the width; ``mark``: on grey ground."""

    font: str = BODY
    size: float = 16
    bold: bool = False
    colour: str = ""
    tight: int = 0
    stretch: int = 100
    mark: bool = False


TEXT = Look(tight=TIGHT)


@dataclass(frozen=True)
class Rule:
    """A line along a paragraph or cell: ``kind`` as in OOXML, ``eighths`` of a point thick, ``space`` in points."""

    eighths: int = 8
    colour: str = "000000"
    kind: str = "single"
    space: int = 0

    def xml(self, side: str) -> str:
        return f'<w:{side} w:val="{self.kind}" w:sz="{self.eighths}" w:space="{self.space}" w:color="{self.colour}"/>'


@dataclass(frozen=True)
class Shape:
    """Of a paragraph. ``line`` 0 = as high as its letters; ``first`` is negative for a hanging one."""

    align: str = ""
    first: int = 0
    left: int = 0
    right: int = 0
    before: int = 0
    after: int = 0
    line: int = LINE
    style: str = ""
    keep_next: bool = False
    new_page: bool = False
    above: Rule | None = None
    below: Rule | None = None
    tabs: tuple[tuple[str, int], ...] = ()

    def xml(self) -> str:
        ind = "".join(
            f' w:{name}="{abs(value)}"' if name in ("firstLine", "hanging") else f' w:{name}="{value}"'
            for name, value in (
                ("left", self.left), ("right", self.right), ("hanging" if self.first < 0 else "firstLine", self.first),
            )
            if value
        )  # fmt: skip
        if self.first == 2 * CHARACTER and not self.left:  # two characters, whatever their size
            ind = f' w:firstLineChars="200"{ind}'
        exact = (
            f' w:line="{self.line}" w:lineRule="exact"' if self.line else ' w:line="240" w:lineRule="auto"'
        )
        sides = "".join(r.xml(s) for s, r in (("top", self.above), ("bottom", self.below)) if r)
        tabs = "".join(f'<w:tab w:val="{kind}" w:pos="{place}"/>' for kind, place in self.tabs)
        return "".join((
            "<w:pPr>",
            f'<w:pStyle w:val="{self.style}"/>' if self.style else "",
            "<w:keepNext/>" if self.keep_next else "",
            "<w:pageBreakBefore/>" if self.new_page else "",
            f"<w:pBdr>{sides}</w:pBdr>" if sides else "",
            f"<w:tabs>{tabs}</w:tabs>" if tabs else "",
            "" if self.line == LINE else '<w:snapToGrid w:val="0"/>',  # else LibreOffice gives it two lines of the grid
            f'<w:spacing w:before="{self.before}" w:after="{self.after}"{exact}/>',
            f"<w:ind{ind}/>" if ind else "",
            f'<w:jc w:val="{self.align}"/>' if self.align else "",
            "</w:pPr>",
        ))  # fmt: skip


INDENTED = Shape("both", first=2 * CHARACTER)
Runs = Iterable[tuple[str, Look]]


def run(text: str, look: Look = TEXT) -> str:
    """Tabs and line ends of the text are kept."""
    pieces = []
    for piece in re.split("([\t\n])", clean(text)):
        if piece in ("\t", "\n"):
            pieces.append("<w:tab/>" if piece == "\t" else "<w:br/>")
        elif piece:
            pieces.append(f'<w:t xml:space="preserve">{escape(piece)}</w:t>')
    return "".join(("<w:r>", _look(look), *pieces, "</w:r>")) if pieces else ""


@lru_cache(256)
def _look(look: Look) -> str:
    return "".join((
        "<w:rPr>",
        _fonts(look.font),
        "<w:b/><w:bCs/>" if look.bold else "",
        f'<w:color w:val="{look.colour}"/>' if look.colour else "",
        f'<w:spacing w:val="{look.tight}"/>' if look.tight else "",
        f'<w:w w:val="{look.stretch}"/>' if look.stretch != 100 else "",
        f'<w:sz w:val="{round(look.size * 2)}"/><w:szCs w:val="{round(look.size * 2)}"/>',
        '<w:shd w:val="clear" w:color="auto" w:fill="D9D9D9"/>' if look.mark else "",
        "</w:rPr>",
    ))  # fmt: skip


def _fonts(name: str) -> str:
    """The same name for every script, and no theme that would overrule it."""
    return "<w:rFonts " + " ".join(f'w:{s}="{name}"' for s in ("ascii", "hAnsi", "eastAsia", "cs")) + "/>"


def paragraph(runs: Runs | str = (), shape: Shape = Shape(), look: Look = TEXT) -> str:
    """``look`` is that of a plain text, and of the paragraph's end: an empty one is as high as its letters."""
    pairs = [(runs, look)] if isinstance(runs, str) else list(runs)
    properties = shape.xml().replace("</w:pPr>", f"{_look(look)}</w:pPr>")
    return "".join(("<w:p>", properties, *(run(text, how) for text, how in pairs), "</w:p>"))


@dataclass(frozen=True)
class Box:
    """A cell: ``content`` are its paragraphs as XML, ``span`` the columns of the grid it takes."""

    content: str
    span: int = 1
    above: Rule | None = None
    below: Rule | None = None


def table(
    widths: Sequence[int], rows: Sequence[Sequence[Box]], *, framed: bool = True, head: int = 0, height: int = 0, margin: int = 57,
    whole: bool = False, place: str = "",
) -> str:  # fmt: skip
    """``head``: rows that stand again on every page; ``height``: the least of a row; ``whole``: no row is split;
    ``place``: where a table that floats stands, as XML."""
    line = Rule(4)
    frame = (
        "".join(line.xml(s) for s in ("top", "left", "bottom", "right", "insideH", "insideV"))
        if framed
        else ""
    )
    total = sum(widths)
    made = [
        f'<w:tbl><w:tblPr>{place}<w:tblW w:w="{total}" w:type="dxa"/>',
        "" if place else '<w:jc w:val="center"/>',
        f"<w:tblBorders>{frame}</w:tblBorders>" if frame else "",
        '<w:tblLayout w:type="fixed"/><w:tblCellMar>',
        *(f'<w:{side} w:w="{margin}" w:type="dxa"/>' for side in ("left", "right")),
        "</w:tblCellMar></w:tblPr><w:tblGrid>",
        *(f'<w:gridCol w:w="{w}"/>' for w in widths),
        "</w:tblGrid>",
    ]
    for number, row in enumerate(rows):
        properties = "<w:cantSplit/>" if whole else ""
        properties += f'<w:trHeight w:val="{height}" w:hRule="atLeast"/>' if height else ""
        properties += "<w:tblHeader/>" if number < head else ""
        made.append(f"<w:tr><w:trPr>{properties}</w:trPr>" if properties else "<w:tr>")
        column = 0
        for box in row:
            width = sum(widths[column : column + box.span])
            column += box.span
            sides = "".join(r.xml(s) for s, r in (("top", box.above), ("bottom", box.below)) if r)
            made += [
                f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>',
                f'<w:gridSpan w:val="{box.span}"/>' if box.span > 1 else "",
                f"<w:tcBorders>{sides}</w:tcBorders>" if sides else "",
                f'<w:vAlign w:val="center"/></w:tcPr>{box.content}</w:tc>',
            ]
        made.append("</w:tr>")
    made.append("</w:tbl>")
    return "".join(made)
