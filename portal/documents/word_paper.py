"""The sheet that the building blocks are written on: A4 after GB/T 9704-2012, fonts, page numbers, the package itself."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import Any, BinaryIO

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from portal.documents.word import BODY, CHARACTER, HEI, KAI, SONG, TITLE, Look, Shape, clean, paragraph

INSTEAD = {
    BODY: "FangSong_GB2312,STFangsong,Noto Serif CJK SC",
    HEI: "STHeiti,Noto Sans CJK SC",
    KAI: "KaiTi_GB2312,STKaiti,Noto Serif CJK SC",
    TITLE: "SimSun,STSong,Noto Serif CJK SC",
    SONG: "STSong,Noto Serif CJK SC",
}
_STYLES = ("Normal", "Default Paragraph Font", "Normal Table", "No List", "header", "footer")
_HEADINGS = {"Heading1": ("heading 1", HEI, 0), "Heading2": ("heading 2", KAI, 1)}
_DROPPED = ("stylesWithEffects", "customXml", "theme", "numbering", "webSettings", "thumbnail")
_W = nsdecls("w")
_MM = 1440 / 25.4
_FOOT = Look(SONG, 14)


class Paper:
    """Written from top to bottom as XML (``portal.documents.word``) and then saved.

    ``first``: head and foot of the first page, which then has no number; ``foot``: millimetres between foot and edge.
    """

    def __init__(self, first: tuple[str, str] | None = None, *, head: float = 15, foot: float = 25) -> None:
        self._first, self._edges = first, (head, foot)
        self._made: list[str] = []

    def add(self, *xml: str) -> None:
        self._made += xml

    def save(self, stream: BinaryIO, title: str = "") -> None:
        paper: Any = Document(BytesIO(_blank()))
        paper.core_properties.title = clean(title)[:255].replace("\n", " ")
        section = paper.sections[0]
        if self._first is not None:
            section.different_first_page_header_footer = True
            _fill(section.first_page_header, self._first[0])
            _fill(section.first_page_footer, self._first[1])
        # Room for the line of a page number: it stands 7 mm below the text
        lift = round((25 - self._edges[1]) * _MM)
        _fill(section.footer, _page_number("right", lift))
        _fill(section.even_page_footer, _page_number("left", lift))
        edge = section._sectPr.find(qn("w:pgMar"))
        for side, distance in zip(("header", "footer"), self._edges, strict=True):
            edge.set(qn(f"w:{side}"), str(round(distance * _MM)))
        for piece in list(parse_xml("".join((f"<w:body {_W}>", *self._made, "</w:body>")))):
            section._sectPr.addprevious(piece)
        paper.save(stream)


def _fill(part: Any, xml: str) -> None:
    """``part``: a head or foot."""
    part.is_linked_to_previous = False
    element = part._element
    for old in list(element):
        element.remove(old)
    for piece in list(parse_xml(f"<w:body {_W}>{xml}</w:body>")):
        element.append(piece)


def _page_number(side: str, lift: int) -> str:
    """— 1 — at the outer side, one character in."""
    shape = Shape(side, left=280 * (side == "left"), right=280 * (side == "right"), line=280, after=lift)
    whole = paragraph([("— \ue000 —", _FOOT)], shape)
    before, after = whole.split("\ue000")
    properties = before[before.rindex("<w:rPr>") : before.rindex("</w:rPr>") + 8]
    field = "".join(
        f"</w:t></w:r><w:r>{properties}{piece}</w:r>" if not n else f"<w:r>{properties}{piece}</w:r>"
        for n, piece in enumerate((
            '<w:fldChar w:fldCharType="begin"/>', "<w:instrText> PAGE </w:instrText>",
            '<w:fldChar w:fldCharType="separate"/>', "<w:t>1</w:t>", '<w:fldChar w:fldCharType="end"/>',
        ))
    )  # fmt: skip
    return f'{before}{field}<w:r>{properties}<w:t xml:space="preserve">{after}'


@lru_cache(1)
def _blank() -> bytes:
    """An empty paper. The one that python-docx brings carries a megabyte of styles and a theme with fonts of its own."""
    paper: Any = Document()
    part = paper.part
    for holder in (part, part.package):
        for key in [k for k, r in holder.rels.items() if any(name in r.reltype for name in _DROPPED)]:
            del holder.rels[key]
    part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)._blob = _font_table()
    _set_styles(paper.styles.element)
    settings = paper.settings.element
    for old in list(settings):
        settings.remove(old)
    for piece in list(parse_xml(_SETTINGS)):
        settings.append(piece)
    core = paper.core_properties._element
    for old in list(core):
        core.remove(old)
    paper.core_properties.language = "zh-CN"
    section = paper.sections[0]._sectPr
    for old in list(section):
        section.remove(old)
    for piece in list(parse_xml(_SECTION)):
        section.append(piece)
    stream = BytesIO()
    paper.save(stream)
    return stream.getvalue()


_SETTINGS = f'''<w:settings {_W}><w:zoom w:percent="100"/><w:defaultTabStop w:val="{2 * CHARACTER}"/><w:evenAndOddHeaders/>
<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:useFELayout/>
<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>
<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/><w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>'''
_SECTION = f"""<w:sectPr {_W}><w:pgSz w:w="11906" w:h="16838"/>
<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1588" w:header="851" w:footer="1417" w:gutter="0"/>
<w:cols w:space="425"/><w:docGrid w:type="lines" w:linePitch="579"/></w:sectPr>"""
"""Never ``linesAndChars``: LibreOffice then sets 18 characters a line."""


def _set_styles(styles: Any) -> None:
    for old in list(styles):
        name = old.find(qn("w:name"))
        if old.tag != qn("w:style") or name is None or name.get(qn("w:val")) not in _STYLES:
            styles.remove(old)
    fonts = " ".join(f'w:{s}="{BODY}"' for s in ("ascii", "hAnsi", "eastAsia", "cs"))
    defaults = f"""<w:docDefaults {_W}><w:rPrDefault><w:rPr><w:rFonts {fonts}/><w:sz w:val="32"/><w:szCs w:val="32"/>
<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"""
    styles.insert(0, parse_xml(defaults))
    for style in styles.findall(qn("w:style")):
        for part in ("pPr", "rPr"):
            for old in style.findall(qn(f"w:{part}")):
                style.remove(old)
        if (
            style.get(qn("w:styleId")) == "Normal"
        ):  # no blank between letters and digits: it would break the grid
            style.append(
                parse_xml(
                    f'<w:pPr {_W}><w:widowControl w:val="0"/><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/></w:pPr>'
                )
            )
    for key, (name, _font, level) in _HEADINGS.items():
        styles.append(parse_xml(
            f'<w:style {_W} w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>'
            f'<w:next w:val="Normal"/><w:qFormat/><w:pPr><w:outlineLvl w:val="{level}"/></w:pPr></w:style>'
        ))  # fmt: skip


def _font_table() -> bytes:
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{instead}"/><w:charset w:val="86"/></w:font>'
        for name, instead in INSTEAD.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {_W}>{fonts}</w:fonts>'.encode()
