"""提示函 on paper: 主送, the four parts, what is attached, who signs for it and when it was issued."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from portal.core.clock import SHANGHAI
from portal.core.i18n import show_moment, translate
from portal.core.text import Message, Text, _
from portal.documents.letters import Letter
from portal.information.models import Item

_NUMERALS: tuple[Text, ...] = (_("一、"), _("二、"), _("三、"), _("四、"), _("五、"), _("六、"))


def write_letter(
    stream: BinaryIO, item: Item, *, parts: Sequence[tuple[Text | None, str]], label: Text, to: Sequence[str], issuer: str,
    files: Sequence[str],
) -> None:  # fmt: skip
    """``to`` empty: to all units of the body."""

    def said(text: Text | Message) -> str:
        return str(translate(text))

    letter = Letter()
    letter.title(item.title)
    letter.paragraph(said(label) + (f" {item.number}" if item.number else ""), right=True)
    addressed = said(_("、")).join(to) or said(_("各成员单位"))
    letter.paragraph(addressed + said(_("：")), flush=True)
    number = 0
    for heading, text in parts:
        if heading is not None:
            letter.heading(said(_NUMERALS[number]) + said(heading))
            number += 1
        for line in text.split("\n"):
            if line.strip():
                letter.paragraph(line)
    if item.read_by_at is not None:
        letter.paragraph(said(Message(_("请于 %(due)s 前签收。"), due=show_moment(item.read_by_at))))
    for place, name in enumerate(files, 1):
        letter.paragraph(said(Message(_("附件 %(n)s：%(name)s"), n=place, name=name)))
    letter.paragraph(issuer, right=True)
    day = item.filed_at.astimezone(SHANGHAI)
    letter.paragraph(
        said(Message(_("%(y)s年%(m)s月%(d)s日"), y=day.year, m=day.month, d=day.day)), right=True
    )
    letter.save(stream)
