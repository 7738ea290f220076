"""Official documents (公文) after GB/T 9704-2012: what one consists of. ``write_official`` makes the .docx."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import BinaryIO

from portal.campaigns.papers import Cell
from portal.core.i18n import in_source_language
from portal.core.text import written
from portal.documents.official_foot import attendance, note, record, signature
from portal.documents.official_head import head, letter_edges, title
from portal.documents.official_sheet import sheet
from portal.documents.official_text import body_runs
from portal.documents.word import CHARACTER, HEI, TITLE, Look, Shape, paragraph
from portal.documents.word_paper import Paper

Rows = tuple[tuple[Cell, ...], ...]


class Layout(StrEnum):
    DOCUMENT = "document"
    """文件格式: red mark, number, red line."""
    LETTER = "letter"
    """信函格式: mark near the top of the sheet, double red lines, no number on the first page."""
    MINUTES = "minutes"
    BULLETIN = "bulletin"
    TABLE = "table"
    """督办单、发放通知单: title, number, table."""
    PLAIN = "plain"
    """No head: 工作总结."""


@dataclass(frozen=True, kw_only=True)
class Annex:
    """附件, each on a page of its own."""

    title: str
    body: str = ""
    sheet: Rows = ()


@dataclass(frozen=True, kw_only=True)
class Context:
    """What the portal knows of a paper besides its template: who issues it, to whom, under which number.

    ``number`` '' and ``day`` None = not yet given: their places stay open (阳反假〔2026〕  号).
    """

    body: str
    """Name of the body (阳泉市反假货币工作联席会议)."""
    issuers: tuple[str, ...]
    """Who signs (署名), several for a joint paper; the first one makes the red mark."""
    year: int
    """Of the number while it is not given."""
    code: str = ""
    """机关代字 (阳反假)."""
    number: str = ""
    """As it is printed: 阳反假〔2026〕9号, 第3期."""
    mark: str = ""
    """'' = made from issuer and layout: ×××文件, ×××, ×××纪要."""
    host: str = ""
    """The unit whose seal stands for the issuer, which has none of its own: the name is followed by （代章）."""
    addressees: tuple[str, ...] = ()
    signer: str = ""
    """签发人, of papers that go upward only."""
    day: date | None = None
    """成文日期."""
    note: str = ""
    """附注 without brackets: 此件公开发布."""
    files: tuple[str, ...] = ()
    """Names of what is attached besides the annexes of the template."""
    attendance: tuple[tuple[str, str], ...] = ()
    """Of minutes: (出席, who), (请假, who), (列席, who)."""
    copy_to: tuple[str, ...] = ()
    """抄送; of a bulletin: 送."""
    report_to: tuple[str, ...] = ()
    """报, of a bulletin only."""
    printed_by: str = ""
    """'' = the first issuer."""
    printed_on: date | None = None
    """None = the day of the paper."""
    copies: int = 0


@dataclass(frozen=True, kw_only=True)
class Official:
    """A paper ready to be set. Texts are what clerks typed: anything may be in them."""

    layout: Layout
    title: str
    mark: str = ""
    number: str = ""
    signer: str = ""
    addressees: str = ""
    """主送, without the colon."""
    body: str = ""
    """One paragraph a line; 一、 is set in 黑体, （一） in 楷体, 1. and （1） in 仿宋."""
    sheet: Rows = ()
    attachments: tuple[str, ...] = ()
    """附件说明: the names."""
    annexes: tuple[Annex, ...] = ()
    issuers: tuple[str, ...] = ()
    proxy: bool = False
    """代章."""
    sealed: bool = True
    """Room is left for the seal (加盖印章的公文)."""
    dated: bool = True
    """Whether a date belongs under the text; with ``day`` None its place stays open."""
    day: date | None = None
    note: str = ""
    attendance: tuple[tuple[str, str], ...] = ()
    foot: tuple[tuple[str, str], ...] = ()
    """版记 above the printer: (抄送, names), or of a bulletin (报, names), (送, names), (发, names)."""
    printed_by: str = ""
    printed_on: date | None = None
    copies: int = 0
    reminder: str = ""
    """Top left of a bulletin: 内部资料 注意保存."""
    names: Sequence[str] = ()
    """Names that a line of the title must not split, besides those above."""


def write_official(stream: BinaryIO, paper: Official) -> None:
    """The paper as .docx. Whatever was typed, the file opens; what nobody can see is left out."""
    with in_source_language():
        letter = paper.layout is Layout.LETTER
        made = Paper(letter_edges(paper), head=27.5, foot=20) if letter else Paper()
        tabular = paper.layout is Layout.TABLE
        made.add(head(paper), title(paper))
        if tabular:
            made.add(paragraph(paper.number, Shape("right"), Look(size=14)))
        elif paper.body or paper.addressees:
            made.add(paragraph())
        if paper.addressees:
            made.add(paragraph(paper.addressees.rstrip(written("：")) + written("："), Shape("both")))
        if tabular:
            made.add(sheet(paper.sheet))
        made.add(*_body(paper.body))
        if not tabular:
            made.add(sheet(paper.sheet))
        made.add(_attachments(paper.attachments), signature(paper), note(paper), attendance(paper))
        for number, annex in enumerate(paper.annexes, 1):
            made.add(*_annex(annex, number if len(paper.attachments) > 1 else 0))
        made.add(record(paper))
        made.save(stream, paper.title)


def _body(text: str) -> list[str]:
    """The last paragraph stays with what follows, so that no signature stands alone on a page."""
    lines = list(body_runs(text))
    made = []
    for place, (level, runs) in enumerate(lines, 1):
        keep = place == len(lines) or (level > 0 and runs[-1][0] == "")
        style = f"Heading{level}" if level else ""
        made.append(paragraph(runs, Shape("both", first=2 * CHARACTER, style=style, keep_next=keep)))
    return made


def _attachments(names: tuple[str, ...]) -> str:
    """附件：1. ×××, further lines under the first letter of the name, nothing at its end."""
    if not names:
        return ""
    made, before = [paragraph(shape=Shape(keep_next=True))], written("附件：")
    for number, name in enumerate(names, 1):
        label = f"{before if number == 1 else ''}{f'{number}. ' if len(names) > 1 else ''}"
        deep = (5 + (1.25 if len(names) > 1 else 0)) * CHARACTER
        back = deep - 2 * CHARACTER if number == 1 else 1.25 * CHARACTER
        made.append(
            paragraph(
                label + name.rstrip(written("。；")),
                Shape("both", left=round(deep), first=-round(back), keep_next=True),
            )
        )
    return "".join(made)


def _annex(annex: Annex, number: int) -> list[str]:
    """附件 at the top left of a new page, its title on the third line."""
    return [
        paragraph(written("附件") + (str(number) if number else ""), Shape(new_page=True), Look(HEI)),
        paragraph(),
        paragraph(annex.title, Shape("center", line=640), Look(TITLE, 22)),
        paragraph(),
        *_body(annex.body),
        sheet(annex.sheet),
    ]
