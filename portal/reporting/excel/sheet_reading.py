"""A form that comes back as a sheet: whose it is, and what stands in each of its cells.

Rows and columns are known by their words, so that moved ones are found; where the words do not decide, nothing
is read and the place is named.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xlsxwriter.utility import xl_col_to_name

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Field, FieldKind, Form, Table
from portal.core.secret import Secret
from portal.core.text import Message, Text, _, written
from portal.documents.amounts import Reading, refusal
from portal.documents.reading import Cell, FormRow, Formula, Page
from portal.documents.readings import in_unit, read_cell, typed_text
from portal.reporting.excel.sheet_file import column_head, table_columns
from portal.reporting.opening import asked_fields, asked_tables

LONGEST_CELL = 32_767
_SEARCHED = 15
"""Rows at the top in which a head may stand."""
_UNIT_LINE = re.compile(written("(?:填报|报送|填表)单位(?:名称|全称)?[:：](.*)"))
_PERIOD_LINE = re.compile(written("(?:报告期|报表期|所属期)[:：](.*)"))
_FOOT = tuple(written("填报人 审核人 单位负责人 （盖章 (盖章 说明 填表说明 注：").split())
_SECTION_HEADS, _NUMBER_HEADS = written("类别 分类 项目类别").split(), written("序号 栏次 编号").split()
_LABEL_HEADS = _("指标 指标名称 项目 栏目 统计指标").split()
_UNKNOWN = _("第 %(row)s 行“%(label)s”不是本表栏目，没有读取。")
_AMBIGUOUS = _("第 %(row)s 行“%(label)s”在本表不止一栏，类别和序号对不上，没有读取。")
_UNIT_HEADS, _NOW_HEADS = _("计量单位 单位").split(), _("本期数 本期 数值 填报内容").split()


class Read(NamedTuple):
    """One cell as read; row and column as the spreadsheet shows them."""

    reading: Reading
    row: int
    cell: str
    typed: str | int | float


@dataclass
class Found:
    """A unit's form as found. ``problems``: nothing of it is taken; ``remarks``: rows that were passed over."""

    sheet: str
    cells: dict[str, Read] = field(default_factory=dict)
    tables: dict[str, list[dict[str, Read]]] = field(default_factory=dict)
    problems: list[Message | Text] = field(default_factory=list)
    remarks: list[Message | Text] = field(default_factory=list)


def norm(text: object) -> str:
    """For comparing words: width, blanks and colons do not matter."""
    return re.sub(r"[\s:：\u200b\ufeff]", "", unicodedata.normalize("NFKC", str(text))).casefold()


def named_unit(page: Page) -> str:
    """The name on the line 填报单位, '' where there is none."""
    return _named(page, _UNIT_LINE)


def named_period(page: Page) -> str:
    return _named(page, _PERIOD_LINE)


def _named(page: Page, pattern: re.Pattern[str]) -> str:
    for row in page.rows[:_SEARCHED]:
        for place, cell in enumerate(row.cells):
            match = pattern.match(cell.strip()) if isinstance(cell, str) else None
            if match:
                text = re.split(r"\s{2,}|　", match[1].strip())[0]
                following = [c for c in row.cells[place + 1 :] if c is not None]
                return text or (str(following[0]).strip() if following else "")
    return ""


# --------------------------------------------------------------------------------------------------- form
class _Head(NamedTuple):
    start: int
    """Index of the first row behind the head."""
    section: int | None
    number: int | None
    label: int
    unit: int | None
    now: int


def read_form(page: Page, form: Form, member: str, campaign: Campaign) -> Found:
    found = Found(page.name)
    asked = [f for f in asked_fields(form, member) if f.kind is not FieldKind.FILES]
    head = _find_head(page.rows)
    if isinstance(head, Message | Text):
        found.problems.append(head)
        return found
    wanted: dict[str, list[tuple[int, str, Field]]] = {}
    sections = {f.key: s.label for s in form.sections for f in s.fields}
    for number, f in enumerate(asked, 1):
        wanted.setdefault(norm(f.label), []).append((number, norm(sections[f.key]), f))
    section = ""
    for row in page.rows[head.start :]:
        if _is_foot(row):
            continue
        section = norm(_at(row, head.section)) if _at(row, head.section) not in (None, "") else section
        label = _at(row, head.label)
        if label in (None, ""):
            continue
        given = _at(row, head.now)
        candidates = wanted.get(norm(label), [])
        chosen = _choose(candidates, section, _at(row, head.number))
        if chosen is None:
            if given not in (None, ""):
                found.remarks.append(
                    Message(_AMBIGUOUS if candidates else _UNKNOWN, row=row.number, label=str(label)[:40])
                )
            continue
        read = _read(row, head.now, chosen, campaign, _at(row, head.unit))
        if chosen.key in found.cells:
            first = found.cells[chosen.key]
            text = Message(_("与第 %(row)s 行是同一栏，请只保留一行。"), row=first.row)
            read = read._replace(reading=refusal(text))
        found.cells[chosen.key] = read
    _note_missing(found, asked)
    return found


def _note_missing(found: Found, asked: Sequence[Field]) -> None:
    missing = [f for f in asked if f.key not in found.cells]
    if asked and len(missing) * 2 > len(asked):
        text = _("表中的指标与本表对不上：%(all)s 栏只找到 %(n)s 栏。请用从本页下载的表格填写。")
        found.problems.append(Message(text, all=len(asked), n=len(asked) - len(missing)))
    elif missing:
        labels = "、".join(f.label for f in missing)
        found.remarks.append(Message(_("表中没有这些栏目，保持原值：%(labels)s。"), labels=labels))


def _find_head(rows: Sequence[FormRow]) -> _Head | Message | Text:
    for index, row in enumerate(rows[:_SEARCHED]):
        label = _place(row, _LABEL_HEADS)
        if label is None:
            continue
        below = rows[index + 1] if index + 1 < len(rows) else None
        for start, now_row in ((index + 1, row), (index + 2, below)):
            places = [n for n, c in enumerate(now_row.cells) if norm(c) in _NOW_HEADS] if now_row else []
            if len(places) > 1:
                text = _("第 %(row)s 行有 %(n)s 个“本期数”列，请只保留一列。")
                return Message(text, row=now_row.number if now_row else 0, n=len(places))
            if places:
                heads = (_place(row, _SECTION_HEADS), _place(row, _NUMBER_HEADS))
                return _Head(start, *heads, label, _place(row, _UNIT_HEADS), places[0])
        return Message(_("第 %(row)s 行起的表头中没有“本期数”列，请恢复后再上传。"), row=row.number)
    return _("没有找到表头：前 15 行中应有“指标”和“本期数”两列。请用从本页下载的表格填写。")


def _place(row: FormRow, words: Sequence[str]) -> int | None:
    return next(
        (n for word in words for n, c in enumerate(row.cells) if c is not None and norm(c) == word), None
    )


def _at(row: FormRow, place: int | None) -> Cell | Formula:
    return row.cells[place] if place is not None and place < len(row.cells) else None


def _is_foot(row: FormRow) -> bool:
    first = next((c for c in row.cells if c is not None), None)
    return isinstance(first, str) and first.strip().startswith(_FOOT)


def _choose(candidates: Sequence[tuple[int, str, Field]], section: str, number: object) -> Field | None:
    """The field that a row means. A label that stands alone in the form decides by itself."""
    if len(candidates) == 1:
        return candidates[0][2]
    inside = [c for c in candidates if c[1] == section]
    if number not in (None, ""):
        inside = [c for c in inside if norm(number) in (str(c[0]), f"{c[0]}.0")]
    return inside[0][2] if len(inside) == 1 else None


def _read(row: FormRow, place: int, f: Field, campaign: Campaign, unit: object = None) -> Read:
    cell = _at(row, place)
    if unit not in (None, "") and f.unit and norm(unit) != norm(f.unit):
        if f.kind is FieldKind.MONEY and norm(unit) in (norm(_("元")), norm(_("万元"))):
            reading = in_unit(cell, f, campaign, norm(unit))
        elif cell in (None, ""):
            reading = read_cell(cell, f, campaign)
        else:
            text = _("表中计量单位写的是“%(unit)s”，本栏以%(own)s为单位，请改正。")
            reading = refusal(Message(text, unit=str(unit)[:20], own=f.unit))
    else:
        reading = read_cell(cell, f, campaign)
    typed = cell if isinstance(cell, int | float | str) and not isinstance(cell, bool) else typed_text(cell)
    if isinstance(typed, str):  # as long as a spreadsheet's cell may be, whatever was crafted
        typed = Secret(typed[:LONGEST_CELL]) if f.sensitive and typed else typed[:LONGEST_CELL]
    return Read(reading, row.number, f"{xl_col_to_name(place)}{row.number}", typed)


# ------------------------------------------------------------------------------------------------- tables
def read_table(page: Page, table: Table, campaign: Campaign, found: Found) -> None:
    """Adds the rows of the table to ``found``; wholly empty rows are passed over."""
    start, places = _find_columns(page.rows, table)
    missing = [c for c in table_columns(table) if c.key not in places]
    if missing:
        text = _("工作表“%(sheet)s”的表头中没有这些列：%(labels)s。请恢复后再上传。")
        labels = "、".join(c.label for c in missing)
        found.problems.append(Message(text, sheet=page.name, labels=labels))
        return
    columns = {c.key: c for c in table_columns(table)}
    rows: list[dict[str, Read]] = []
    for row in page.rows[start:]:
        if _is_foot(row):
            continue
        if all(_at(row, places[key]) in (None, "") for key in columns):
            continue
        rows.append({key: _read(row, places[key], c, campaign) for key, c in columns.items()})
    if len(rows) > table.max_rows:
        text = _("工作表“%(sheet)s”有 %(n)s 行，最多 %(max)s 行，请删减。")
        found.problems.append(Message(text, sheet=page.name, n=len(rows), max=table.max_rows))
        return
    found.tables[table.key] = rows


def fits_table(page: Page, table: Table) -> bool:
    return len(_find_columns(page.rows, table)[1]) * 2 > len(table_columns(table))


def _find_columns(rows: Sequence[FormRow], table: Table) -> tuple[int, Mapping[str, int]]:
    """Index behind the head and the place of each column; columns of one name are told apart by their group."""
    best: tuple[int, dict[str, int]] = (0, {})
    for index in range(min(_SEARCHED, len(rows))):
        for height in (1, 2):
            places = _columns_at(rows[index : index + height], table)
            if len(places) > len(best[1]):
                best = (index + height, places)
    return best


def _columns_at(rows: Sequence[FormRow], table: Table) -> dict[str, int]:
    groups = [norm(label) for label, span in table.heads for _n in range(span)]
    wanted = [
        (c, {norm(column_head(c)), norm(c.label)}, groups[n] if n < len(groups) else "")
        for n, c in enumerate(table.columns)
        if c.kind is not FieldKind.FILES
    ]
    found: dict[str, int] = {}
    group = ""
    for place in range(max((len(r.cells) for r in rows), default=0)):
        top = _at(rows[0], place)
        group = norm(top) if top not in (None, "") else group
        texts = {norm(_at(row, place)) for row in rows if _at(row, place) not in (None, "")}
        fitting = [(c, g) for c, names, g in wanted if names & texts and c.key not in found]
        if len(fitting) > 1:
            fitting = [(c, g) for c, g in fitting if g == group] or fitting
        if fitting:
            found[fitting[0][0].key] = place
    return found


def read_parts(main: Page, tables: Mapping[str, Page], form: Form, member: str, campaign: Campaign) -> Found:
    """The form on ``main`` with its tables on further sheets (table key -> sheet)."""
    found = read_form(main, form, member, campaign)
    for table in asked_tables(form, member):
        if table.key in tables:
            read_table(tables[table.key], table, campaign, found)
    return found
