"""From a template, its answers and what the portal knows to a paper that can be set."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from portal.campaigns.papers import Cell, DocumentTemplate, DocumentType
from portal.campaigns.sources import Values
from portal.core.errors import PluginError
from portal.core.i18n import in_source_language, translate
from portal.core.text import Message, _, written
from portal.documents.official import Annex, Context, Layout, Official

log = logging.getLogger(__name__)
Made = TypeVar("Made")

_LAYOUTS = {
    DocumentType.NOTICE: Layout.DOCUMENT,
    DocumentType.CIRCULAR: Layout.DOCUMENT,
    DocumentType.REPORT: Layout.DOCUMENT,
    DocumentType.REQUEST: Layout.DOCUMENT,
    DocumentType.LETTER: Layout.LETTER,
    DocumentType.ADVISORY: Layout.LETTER,
    DocumentType.INTERVIEW: Layout.LETTER,
    DocumentType.TRANSFER: Layout.LETTER,
    DocumentType.MEETING: Layout.LETTER,
    DocumentType.MINUTES: Layout.MINUTES,
    DocumentType.BULLETIN: Layout.BULLETIN,
    DocumentType.ORDER: Layout.TABLE,
    DocumentType.PAYMENT: Layout.TABLE,
    DocumentType.SUMMARY: Layout.PLAIN,
}
_UPWARD = frozenset({DocumentType.REPORT, DocumentType.REQUEST})
_SERIAL = frozenset({Layout.MINUTES, Layout.BULLETIN})
"""第×期, with issuer and date in the head and nobody's signature under the text."""
_PRINTED = frozenset({Layout.DOCUMENT, Layout.MINUTES, Layout.BULLETIN})


def compose(template: DocumentTemplate, values: Values, title: str, body: str, context: Context) -> Official:
    """The paper as it stands: a draft as well as the numbered one. Pure: reads no database.

    ``values``: the checked answers to ``template.fields`` (they make the sheet and the annexes); ``title`` and
    ``body`` (one paragraph a line) are what the clerk made of ``propose_title`` and ``propose_body``. In Chinese whatever
    the reader's language.
    """
    layout = _LAYOUTS[template.type]
    bulletin, serial = layout is Layout.BULLETIN, layout in _SERIAL
    with in_source_language():
        rows = _ask(template, _all_of(template.sheet), values) if template.sheet else ()
        annex = str(translate(template.annex)) if template.annex and rows else ""
        annexes = (Annex(title=annex, sheet=rows),) if annex else ()
    names = written("，").join(context.copy_to)
    first = context.issuers[0] if context.issuers else ""
    return Official(
        layout=layout,
        title=title,
        mark=context.mark or _mark(layout, first, context.body),
        number=context.number or _open_number(layout, context),
        signer=context.signer if template.type in _UPWARD else "",
        addressees=written("，").join(context.addressees) if not serial and not _named(context, rows) else "",
        body=body,
        sheet=() if annex else rows,
        attachments=(*(a.title for a in annexes), *context.files),
        annexes=annexes,
        issuers=context.issuers,
        proxy=bool(context.host),
        dated=not serial,
        day=context.day,
        note=context.note,
        attendance=context.attendance if layout is Layout.MINUTES else (),
        foot=((written("报"), written("，").join(context.report_to)), (written("送"), names)) if bulletin
        else ((written("抄送"), names),),
        printed_by=(context.printed_by or first) if layout in _PRINTED else "",
        printed_on=context.printed_on or context.day,
        copies=context.copies,
        reminder=written("内部资料 注意保存") if bulletin else "",
        names=(context.body, context.host, *context.addressees),
    )  # fmt: skip


def _named(context: Context, rows: Iterable[Iterable[Cell]]) -> bool:
    """Whether a sheet (督办单) names everybody it goes to in its own boxes."""
    said = "\n".join(str(cell.value) for row in rows for cell in row)
    return bool(said) and all(name in said for name in context.addressees)


def propose_title(template: DocumentTemplate, values: Values) -> str:
    """The title that the template makes of the answers."""
    with in_source_language():
        return str(translate(_ask(template, template.title, values)))


def propose_body(template: DocumentTemplate, values: Values) -> str:
    """Its text, one paragraph a line, to be edited."""
    with in_source_language():
        return "\n".join(
            text
            for words in _ask(template, _all_of(template.body), values)
            if (text := str(translate(words)).strip())
        )


def _all_of(make: Callable[[Values], Iterable[Made]]) -> Callable[[Values], tuple[Made, ...]]:
    """What a generator raises comes when it is read: here, where it is expected."""
    return lambda values: tuple(make(values))


def _ask(template: DocumentTemplate, make: Callable[[Values], Made], values: Values) -> Made:
    """Templates come from plugins too: one that raises must not look like an error of the clerk's."""
    try:
        return make(values)
    except Exception as error:
        log.exception("document template %s", template.key)
        text = _("文书模板“%(label)s”出错，未能生成文书。请联系系统管理员。")
        raise PluginError(Message(text, label=template.label)) from error


def _mark(layout: Layout, issuer: str, body: str) -> str:
    match layout:
        case Layout.DOCUMENT:
            return issuer + written("文件")
        case Layout.LETTER:
            return issuer
        case Layout.MINUTES:
            return body + written("纪要")
        case Layout.BULLETIN:
            return body + written("简报")
        case _:
            return ""


def _open_number(layout: Layout, context: Context) -> str:
    """The place of a number that has not been taken yet."""
    if layout in _SERIAL:
        return written("第    期")
    if layout is Layout.PLAIN:
        return ""
    return written("{0}〔{1}〕  号").format(context.code, context.year)
