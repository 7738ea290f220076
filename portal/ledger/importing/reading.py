"""A sheet that came back: whose it is, and what stands in each of its lines. Columns are known by their words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

from xlsxwriter.utility import xl_col_to_name

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.forms import Field, FieldKind
from portal.core.errors import Invalid
from portal.core.secret import Secret
from portal.core.text import Message, Text, _
from portal.documents.amounts import Reading
from portal.documents.reading import Cell, FormRow, Formula, Limits, Page, read_book
from portal.documents.readings import in_unit, read_cell, typed_text
from portal.ledger.importing.lines import Line, LineKind
from portal.ledger.importing.sheet import HEADS, NUMBER, OWN, VERSION, Mark, find_mark, head_of, sheet_fields
from portal.web.declared import in_force

MOST_LINES = 20_000
LIMITS = Limits(
    sheets=10, rows=MOST_LINES + 500, columns=150, bytes=12 * 1024 * 1024, seconds=90, memory=1024 * 1024 * 1024,
    text=16 * 1024 * 1024,
)  # fmt: skip
LONGEST_CELL = 32_767
_SEARCHED = 15
_UNITS = (_("元"), _("万元"))


class Column(NamedTuple):
    place: int
    field: Field
    unit: str
    """Of the head, where it is another one than the field's."""


def read_sheet(content: bytes, wanted: Mark, key: bytes, campaign: Campaign, ledger: Ledger) -> list[Line]:
    """The lines with content. ``Invalid`` on ``file`` when it is not a sheet of this ledger and unit."""
    found = find_mark(read_book(content, LIMITS), key)
    if found is None:
        raise _bad(_("文件不是从本页下载的表格。请下载表格，把内容粘贴进去后再上传。"))
    mark, page, genuine = found
    _check_mark(mark, wanted, genuine)
    start, number, version, columns = _find_columns(page, ledger)
    places = [*(c.place for c in columns), number]
    lines = [
        _read_line(row, number, version, columns, campaign)
        for row in page.rows[start:]
        if any(_at(row, place) not in (None, "") for place in places)
    ]
    if not lines:
        raise _bad(_("表中没有填写任何事项。"))
    if len(lines) > MOST_LINES:
        text = _("表中有 %(n)s 行，一次最多导入 %(max)s 行，请分几次导入。")
        raise _bad(Message(text, n=len(lines), max=MOST_LINES))
    return lines


def _bad(text: Message | Text) -> Invalid:
    return Invalid({"file": text})


def _check_mark(mark: Mark, wanted: Mark, genuine: bool) -> None:
    if not genuine:
        raise _bad(_("表格的标识已被改动，不能确认是哪本台账。请重新下载后填写。"))
    if mark.tenant != wanted.tenant:
        raise _bad(_("这是其他地区的表格，不能在这里导入。"))
    if (mark.campaign, mark.ledger) != (wanted.campaign, wanted.ledger):
        raise _bad(_("这是另一本台账的表格，请在那本台账的页面导入。"))
    if mark.unit_id != wanted.unit_id:
        raise _bad(_("这是其他单位的表格，请用本单位下载的表格填写。"))
    if mark.version != wanted.version:
        raise _bad(_("台账的栏目或选项在下载之后有调整，请重新下载表格后填写。"))


def norm(text: object) -> str:
    return re.sub(r"[\s:：\u200b\ufeff]", "", unicodedata.normalize("NFKC", str(text))).casefold()


def _find_columns(page: Page, ledger: Ledger) -> tuple[int, int | None, int | None, list[Column]]:
    """Index behind the head, the places of number and version, and the columns."""
    fields = sheet_fields(ledger)
    for index, row in enumerate(page.rows[:_SEARCHED]):
        heads = {norm(c): n for n, c in reversed(list(enumerate(row.cells))) if isinstance(c, str)}
        columns = [c for f in fields if (c := _column(f, heads)) is not None]
        if sum(c.field in OWN for c in columns) < 2:
            continue
        missing = [f for f in fields if f.key not in {c.field.key for c in columns}]
        if missing:
            labels = "、".join(str(f.label) for f in missing)
            raise _bad(Message(_("表头中没有这些列：%(labels)s。请恢复后再上传。"), labels=labels))
        number, version = (heads.get(norm(HEADS[key])) for key in (NUMBER, VERSION))
        return index + 1, number, version, columns
    raise _bad(_("没有找到表头：前 15 行中应有“事项名称”和“得知时间”两列。请用从本页下载的表格填写。"))


def _column(f: Field, heads: dict[str, int]) -> Column | None:
    for text in (head_of(f), str(f.label)):
        if norm(text) in heads:
            return Column(heads[norm(text)], f, "")
    if f.kind is FieldKind.MONEY:
        for unit in _UNITS:
            place = heads.get(norm(f"{f.label}({unit})"))
            if place is not None:
                return Column(place, f, str(unit))
    return None


def _at(row: FormRow, place: int | None) -> Cell | Formula:
    return row.cells[place] if place is not None and place < len(row.cells) else None


def _read_line(
    row: FormRow, number: int | None, version: int | None, columns: Sequence[Column], campaign: Campaign
) -> Line:  # fmt: skip
    line = Line(row.number, LineKind.NEW, number=typed_text(_at(row, number)).strip()[:40])
    given = typed_text(_at(row, version)).strip().removesuffix(".0")
    line.version = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
    for column in columns:
        cell, f = _at(row, column.place), column.field
        reading = _read(cell, column, campaign)
        where = f"{xl_col_to_name(column.place)}{row.number}"
        if cell not in (None, ""):
            line.typed[f.key] = _typed(cell, f)
        if reading.refused or reading.asks:
            line.refuse(f.key, where, f.label, reading.sentence or _("不能读取。"))
        elif not reading.sure:
            line.doubt(f.key, where, f.label, reading.sentence or _("请确认。"))
        line.values[f.key] = reading.value
    _settle(line, columns, row.number)
    return line


def _read(cell: Cell | Formula, column: Column, campaign: Campaign) -> Reading:
    if column.unit:
        return in_unit(cell, column.field, campaign, column.unit)
    return read_cell(cell, column.field, campaign)


def _typed(cell: Cell | Formula, f: Field) -> Any:
    """As it goes back: numbers stay numbers."""
    typed = (
        cell
        if isinstance(cell, int | float) and not isinstance(cell, bool)
        else typed_text(cell)[:LONGEST_CELL]
    )
    return Secret(typed) if f.sensitive and isinstance(typed, str) and typed else typed


def _settle(line: Line, columns: Sequence[Column], row: int) -> None:
    """What every line must have, new or changed; the portal's own columns leave the values."""
    cells = {c.field.key: f"{xl_col_to_name(c.place)}{row}" for c in columns}
    wrong = {s.key for s in line.said}
    for c in columns:
        f = c.field
        empty = line.values[f.key] in (None, [], "")
        if f.required and empty and f.key not in wrong and not (f.sensitive and line.number):
            line.refuse(f.key, cells[f.key], f.label, Message(_("请填写“%(label)s”。"), label=f.label))
    line.title, line.place, line.known_at = (str(line.values.pop(f.key) or "") for f in OWN)


def check_choices(line: Line, ledger: Ledger, campaign: Campaign) -> None:
    """Choices that were not in force on the day of the matter."""
    on = line.moment.date()
    for f in ledger.fields:
        if f.choices and line.values.get(f.key):
            keys = line.values[f.key] if isinstance(line.values[f.key], list) else [line.values[f.key]]
            for choice in campaign.code_list(f.choices).choices:
                if choice.key in keys and not in_force(choice, on):
                    text = _("“%(label)s”在所填日期不适用，请另选。")
                    line.refuse(f.key, "", f.label, Message(text, label=choice.label))
