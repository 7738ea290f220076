"""Papers as a Chinese office sets them (GB/T 9704: margins, type sizes, 一、（一）), as .docx for WPS and Word.

Fonts are named, never embedded; each name carries alternatives for machines that lack it. Widths of tables
stand in the grid as well as in the cells, because WPS reads the grid.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BODY, HEI, KAI, TITLE = "FangSong", "SimHei", "KaiTi", "FZXiaoBiaoSong-B05S"
"""仿宋, 黑体, 楷体, 方正小标宋, by the names that every system knows them under."""
_INSTEAD = {
    BODY: "FangSong_GB2312,STFangsong,Noto Serif CJK SC",
    HEI: "STHeiti,Noto Sans CJK SC",
    KAI: "KaiTi_GB2312,STKaiti,Noto Serif CJK SC",
    TITLE: "SimSun,STSong,Noto Serif CJK SC",
}
_LINE = Pt(28)
_RED = RGBColor(0xE0, 0x00, 0x00)
_SIZES = {"title": 22, "body": 16, "table": 10.5, "wide table": 9, "foot": 14}
_WIDE = 6
"""Columns from which a table takes the smaller type."""
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
"""What XML cannot hold; somebody may have typed it."""
WIDTH = 156
"""Millimetres between the margins of A4."""


@dataclass(frozen=True)
class Part:
    """A run of text within a paragraph. ``mark``: still to be confirmed by a person, shown on grey ground."""

    text: str
    mark: bool = False
    bold: bool = False


class Letter:
    """A paper that is written from top to bottom and then saved."""

    def __init__(self) -> None:
        self._paper: Any = Document()
        page = self._paper.sections[0]
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.top_margin, page.bottom_margin = Mm(37), Mm(35)
        page.left_margin, page.right_margin = Mm(28), Mm(26)
        normal = self._paper.styles["Normal"]
        normal.font.size = Pt(_SIZES["body"])
        _set_font(normal.element.get_or_add_rPr(), BODY)
        for level, font in enumerate((HEI, KAI), 1):
            style = self._paper.styles[f"Heading {level}"]
            style.font.size, style.font.bold, style.font.color.rgb = Pt(_SIZES["body"]), False, None
            style.font.italic = False
            _drop_colour(style.element.get_or_add_rPr())
            _set_font(style.element.get_or_add_rPr(), font)
        _name_alternatives(self._paper)
        _number_pages(page)

    def title(self, text: str) -> None:
        paragraph = self._paragraph(WD_ALIGN_PARAGRAPH.CENTER, after=_LINE)
        self._run(paragraph, Part(text), TITLE, _SIZES["title"])

    def heading(self, text: str, level: int = 1, *, centred: bool = False) -> None:
        """一、 in level 1, （一） in level 2; the number is part of the text."""
        paragraph = self._paper.add_paragraph(style=f"Heading {level}")
        _shape(paragraph, indent=not centred)
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._run(paragraph, Part(text), (HEI, KAI)[level - 1], _SIZES["body"])

    def paragraph(self, *parts: Part | str, right: bool = False, flush: bool = False) -> None:
        """``right``: who signs, and the date. ``flush``: to whom it goes (主送), without indent."""
        paragraph = self._paragraph(WD_ALIGN_PARAGRAPH.RIGHT if right else None, indent=not (right or flush))
        for part in parts:
            self._run(paragraph, part if isinstance(part, Part) else Part(part), BODY, _SIZES["body"])

    def note(self, text: str) -> None:
        """A small line: where figures come from."""
        paragraph = self._paragraph(None, indent=True)
        self._run(paragraph, Part(text), KAI, 12)

    def table(
        self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], figures: int = 1
    ) -> None:
        """``widths``: shares of the text's width. Columns from ``figures`` on stand to the right."""
        total = sum(widths)
        twips = [round(WIDTH / 25.4 * 1440 * w / total) for w in widths]
        table = self._paper.add_table(rows=0, cols=len(head))
        table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        for column, width in zip(table._tbl.tblGrid.findall(qn("w:gridCol")), twips, strict=True):
            column.set(qn("w:w"), str(width))
        _narrow_cells(table)
        size = _SIZES["table"] if len(head) <= _WIDE else _SIZES["wide table"]
        for number, row in enumerate((head, *rows)):
            cells = table.add_row().cells
            for place, (cell, text, width) in enumerate(zip(cells, row, twips, strict=True)):
                cell.width = Mm(width / 1440 * 25.4)
                paragraph = cell.paragraphs[0]
                paragraph.alignment = (
                    WD_ALIGN_PARAGRAPH.CENTER if not number
                    else WD_ALIGN_PARAGRAPH.RIGHT if place >= figures else WD_ALIGN_PARAGRAPH.LEFT
                )  # fmt: skip
                self._run(paragraph, Part(text, bold=not number), BODY, size)
        if table.rows:
            _repeat(table.rows[0])
        self._paragraph(None)

    def masthead(self, name: str, issue: str, left: str, right: str, note: str = "") -> None:
        """报头 of a bulletin: ``note`` at the top left, the name in large red type on one line, the issue under it,
        who edits it and the date over a red line."""
        if note:
            self._run(self._paragraph(None), Part(note), HEI, _SIZES["body"])
        head = self._paragraph(WD_ALIGN_PARAGRAPH.CENTER)
        size = max(18, min(44, int(WIDTH / 25.4 * 72 / max(1, len(name)))))
        head.paragraph_format.line_spacing = Pt(size * 1.5)
        head.paragraph_format.space_before = head.paragraph_format.space_after = Pt(8)
        self._run(head, Part(name), TITLE, size).font.color.rgb = _RED
        self._run(self._paragraph(WD_ALIGN_PARAGRAPH.CENTER), Part(issue), BODY, _SIZES["body"])
        line = self._two_ends(left, right, "body")
        _rule(line, "bottom", 18, str(_RED))
        line.paragraph_format.space_after = _LINE

    def closing(self, lines: Sequence[str], left: str = "", right: str = "") -> None:
        """报尾 between two thin lines: to whom it is reported, sent, issued; then who printed it, and how many."""
        size = _SIZES["foot"]
        self._paragraph(None)
        shown = [self._paragraph(None) for _text in lines]
        for paragraph, text in zip(shown, lines, strict=True):
            self._run(paragraph, Part(text), BODY, size)
            _hang(paragraph, size)
        last = self._two_ends(left, right, "foot")
        _rule((shown or [last])[0], "top", 8, "000000")
        _rule(last, "bottom", 8, "000000")
        for paragraph in (*shown, last):  # the lines stay together on the last page
            paragraph.paragraph_format.keep_with_next = paragraph is not last
            paragraph.paragraph_format.keep_together = True

    def _two_ends(self, left: str, right: str, size: str) -> Paragraph:
        """A line with one text at each margin."""
        paragraph = self._paragraph(None)
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH), WD_TAB_ALIGNMENT.RIGHT)
        self._run(paragraph, Part(f"{left}\t{right}"), BODY, _SIZES[size])
        return paragraph

    def save(self, stream: BinaryIO) -> None:
        self._paper.save(stream)

    def _paragraph(self, align: Any, *, indent: bool = False, after: Any = None) -> Paragraph:
        paragraph: Paragraph = self._paper.add_paragraph()
        paragraph.alignment = align
        _shape(paragraph, indent=indent, after=after)
        return paragraph

    def _run(self, paragraph: Paragraph, part: Part, font: str, size: float) -> Run:
        run = paragraph.add_run(_FORBIDDEN.sub("", part.text))
        run.font.size, run.bold = Pt(size), part.bold or None
        properties = run._r.get_or_add_rPr()
        _set_font(properties, font)
        if part.mark:
            properties.append(
                parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="D9D9D9"/>')
            )
        return run


def _shape(paragraph: Paragraph, *, indent: bool, after: Any = None) -> None:
    shape = paragraph.paragraph_format
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, _LINE
    shape.space_before, shape.space_after = Pt(0), after or Pt(0)
    if indent:
        place = paragraph._p.get_or_add_pPr().get_or_add_ind()
        place.set(qn("w:firstLineChars"), "200")  # two characters, whatever their size
        place.set(qn("w:firstLine"), "640")


def _rule(paragraph: Paragraph, side: str, eighths: int, colour: str) -> None:
    """A line across the text's width, ``eighths`` of a point thick."""
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        parse_xml(
            f'<w:pBdr {nsdecls("w")}><w:{side} w:val="single" w:sz="{eighths}" w:space="4" w:color="{colour}"/></w:pBdr>'
        ),
        "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr",
    )  # fmt: skip


def _hang(paragraph: Paragraph, size: float) -> None:
    """Further lines stand under the names, behind the two characters of what they are (报：)."""
    paragraph.paragraph_format.left_indent = Pt(size * 2)
    paragraph.paragraph_format.first_line_indent = Pt(-size * 2)


def _set_font(properties: Any, name: str) -> None:
    """The same name for every script, and no theme that would overrule it."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for key in list(fonts.attrib):
        del fonts.attrib[key]
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), name)


def _drop_colour(properties: Any) -> None:
    for colour in properties.findall(qn("w:color")):
        properties.remove(colour)


def _name_alternatives(paper: Any) -> None:
    part = paper.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{instead}"/><w:charset w:val="86"/></w:font>'
        for name, instead in _INSTEAD.items()
    )
    part._blob = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{fonts}</w:fonts>'.encode()


def _number_pages(page: Any) -> None:
    """— 1 — in the middle of the foot."""
    paragraph = page.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("", "— "), ("begin", ""), ("code", " PAGE "), ("end", ""), ("", " —")):
        run = paragraph.add_run(text if not kind else "")
        run.font.size = Pt(_SIZES["foot"])
        if kind == "code":
            code = OxmlElement("w:instrText")
            code.text = text
            run._r.append(code)
        elif kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


def _narrow_cells(table: Any) -> None:
    """A millimetre at the sides of a cell, so that figures stay on one line."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "57")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    if look is None:
        table._tbl.tblPr.append(margins)
    else:
        look.addprevious(margins)


def _repeat(row: Any) -> None:
    """The head again on every page."""
    mark = OxmlElement("w:tblHeader")
    row._tr.get_or_add_trPr().append(mark)
