"""A bulletin on paper: red masthead, items with their sources, 报、送、发."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from portal.core.clock import SHANGHAI
from portal.core.i18n import translate
from portal.core.text import Message, Text, _
from portal.documents.letters import Letter, Part
from portal.information.compiling import Content, Source
from portal.information.models import Item


@dataclass(frozen=True)
class Sheet:
    """What is printed. ``entries``: heading, text, credit. ``number`` '' = a draft."""

    body: str
    number: str
    editor: str
    day: datetime
    lead: str
    entries: Sequence[tuple[str, str, str]]
    lines: Sequence[tuple[Text, str]]
    copies: str


LINES = {"report": _("报："), "send": _("送："), "issue": _("发：")}


def issued_sheet(item: Item) -> Sheet:
    """As it was issued, whatever the body is called by now."""
    stored: dict[str, Any] = item.sections
    paper = stored.get("paper", {})
    return Sheet(
        body=next(iter(stored.get("masthead", ())), ""),
        number=item.number,
        editor=item.editor,
        day=item.filed_at,
        lead=stored.get("lead", ""),
        entries=[(e["heading"], e["text"], e["credit"]) for e in stored.get("entries", ())],
        lines=[(label, paper[key]) for key, label in LINES.items() if paper.get(key)],
        copies=paper.get("copies", ""),
    )


def draft_sheet(body: str, content: Content, sources: dict[str, Source], now: datetime) -> Sheet:
    return Sheet(
        body=body,
        number="",
        editor=content.editor,
        day=now,
        lead=content.lead,
        entries=[
            (e.heading, e.text, sources[e.source].credit if e.source in sources else "")
            for e in content.entries
        ],
        lines=[(label, getattr(content, key)) for key, label in LINES.items() if getattr(content, key)],
        copies=content.copies,
    )


def write_bulletin(stream: BinaryIO, sheet: Sheet) -> None:
    def said(text: Text | Message) -> str:
        return str(translate(text))

    day = sheet.day.astimezone(SHANGHAI)
    date = said(Message(_("%(y)s年%(m)s月%(d)s日"), y=day.year, m=day.month, d=day.day))
    letter = Letter()
    letter.masthead(
        said(Message(_("%(body)s简报"), body=sheet.body)),
        sheet.number or said(_("第  期（草稿）")),
        sheet.editor,
        date,
        note=said(_("内部资料 注意保存")),
    )
    if sheet.lead:
        first, *others = sheet.lead.split("\n")
        letter.paragraph(Part(said(_("按：")), bold=True), first)
        for line in others:
            letter.paragraph(line)
    for heading, text, credit in sheet.entries:
        letter.heading(heading, centred=True)
        for line in text.split("\n"):
            if line.strip():
                letter.paragraph(line)
        if credit:
            letter.paragraph(said(Message(_("（%(unit)s报送）"), unit=credit)), right=True)
    copies = said(Message(_("共印%(n)s份"), n=sheet.copies)) if sheet.copies else ""
    letter.closing([said(label) + text for label, text in sheet.lines], sheet.editor, copies or date)
    letter.save(stream)
