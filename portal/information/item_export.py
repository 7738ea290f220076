"""The list of items as a workbook: the same rows in the same order as the page has with these filters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.core.errors import Invalid
from portal.core.i18n import show_moment, translate
from portal.core.reader import Desk
from portal.core.text import Message, _
from portal.documents.workbook import Column, Kind, Sheet, write_workbook
from portal.information.items import LEVEL_LABELS, categories_of
from portal.information.models import ItemKind, Level
from portal.information.services import Filters, list_items

MOST_ROWS = 10_000


def write_items(
    stream: BinaryIO, session: Session, campaign: Campaign, filters: Filters, *, desk: Desk, now: datetime
) -> int:
    """Number of rows written. ``Invalid`` beyond ``MOST_ROWS``: such a list is to be filtered first."""
    rows, more = list_items(session, desk, replace(filters, page=1), now, most=MOST_ROWS)
    if more:
        raise Invalid({"q": Message(_("符合条件的超过 %(n)s 条，请先筛选再导出。"), n=MOST_ROWS)})
    labels = {c.key: c.label for c in categories_of(campaign, ItemKind.INFORMATION)}
    office = translate(_("办公室"))

    def lines() -> Iterator[list[Any]]:
        for row in rows:
            _light, word = row.state(now)
            label = labels.get(row.category)
            yield [
                row.title, translate(label) if label else row.category, row.tenant_name, row.unit_name or office,
                translate(LEVEL_LABELS[Level(row.level)]), row.filed_at, translate(word) if word else "",
                row.answer_why, row.answer_due_at or "", row.answered_at or "",
            ]  # fmt: skip

    sheet = Sheet(
        title=_("信息"),
        columns=[
            Column(label=_("标题"), width=40),
            Column(label=_("类别"), width=18),
            Column(label=_("地区"), width=14),
            Column(label=_("报送单位"), width=16),
            Column(label=_("谁能看到"), width=12),
            Column(label=_("报送时间"), width=17, kind=Kind.MOMENT),
            Column(label=_("答复"), width=12),
            Column(label=_("理由"), width=30),
            Column(label=_("答复期限"), width=17, kind=Kind.MOMENT),
            Column(label=_("答复时间"), width=17, kind=Kind.MOMENT),
        ],
        rows=lines(),
        left=Message(_("导出单位：%(office)s"), office=desk.posts[0].unit_name or desk.office_name),
        right=Message(_("数据截至 %(moment)s"), moment=show_moment(now)),
        foot=(),
    )
    write_workbook(stream, [sheet])
    return len(rows)
