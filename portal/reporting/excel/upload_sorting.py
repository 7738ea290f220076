"""Whose form an uploaded sheet is: by its mark, or by the name on a sheet that was not made here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Form
from portal.core.periods import parse_period
from portal.core.text import Message, Text, _, pack_text
from portal.documents.reading import Page
from portal.reporting.excel.sheet_content import Expected, mark_of
from portal.reporting.excel.sheet_marks import Mark, Part, split_book
from portal.reporting.excel.sheet_reading import fits_table, named_period, named_unit, norm, read_parts
from portal.reporting.excel.upload_lines import keep
from portal.reporting.models import Report, Submission
from portal.reporting.opening import asked_tables
from portal.units.matching import core_name, places_of
from portal.units.services import Names, UnitRow
from portal.web.inputs import row_id

Sentence = Message | Text
NO_MARK = _("文件中没有本系统的表格标识，可能是把内容复制到了新文件。请从本页下载表格，填好后再上传。")
_FORGED = _("表格中的标识与本系统签发的不符，可能来自其他系统，或被改动过。请从本页重新下载表格填写。")
_OTHER_PLACE = _("这不是本地区的表格。请从本页下载表格填写。")
_OTHER_FORM = _("这是《%(given)s》，本页是《%(own)s》。请到对应报表的页面上传。")
_OTHER_PERIOD = _("这份表格的报告期是%(given)s，本页是%(own)s。请到对应报告期的页面上传。")
_OTHER_UNIT = _("这是“%(given)s”的表格，本页是“%(own)s”的。请核对文件。")
_OLD = _("表格栏目已更新：文件按第 %(a)s 版填写，现为第 %(b)s 版。请重新下载表格填写。")
_NAME = _("“填报单位”写的是“%(given)s”，表格标识是“%(own)s”。请核对文件，不要在别的单位的表格上改名填写。")
_MISSING = _("文件中没有“%(title)s”这张工作表。请用从本页下载的表格填写。")


@dataclass(frozen=True)
class Unit:
    """One unit's form that may be written: the submission and the names of its unit."""

    submission: Submission
    names: UnitRow


def failed(sentence: Sentence, sheet: str = "") -> dict[str, Any]:
    return {"submission": "", "unit": "", "sheet": sheet, "cells": {}, "tables": {}, "remarks": [],
            "problems": [pack_text(sentence)], "version": 0}  # fmt: skip


class Sorter:
    """Finds the unit that each sheet of a book belongs to."""

    def __init__(
        self, campaign: Campaign, form: Form, report: Report, tenant_code: str, key: bytes,
        expected: Sequence[Expected], place: str,
    ) -> None:  # fmt: skip
        self.campaign, self.form, self.report, self.key = campaign, form, report, key
        self.tenant_code, self.places = tenant_code, places_of([place] if place else [])
        self.units = {unit.id: Unit(submission, unit) for submission, unit in expected}
        self.names = Names(unit for _submission, unit in expected)

    def read(self, pages: Sequence[Page]) -> list[dict[str, Any]]:
        parts = split_book(pages, self.key)
        marked = [p for p in parts if p.mark is not None]
        entries = [self._read_marked(p, marked) for p in marked if p.mark and not p.mark.table]
        plain = [p for p in parts if p.mark is None]
        tables = {
            t.key: p
            for p in plain
            for t in self.form.tables
            if not named_unit(p.page) and fits_table(p.page, t)
        }
        mains = [p for p in plain if p not in tables.values() and p.page.rows]
        entries += [self._read_plain(p, tables if len(mains) == 1 else {}) for p in mains]
        return entries or [failed(_("文件中没有可以读取的工作表。"))]

    def _read_marked(self, main: Part, marked: Sequence[Part]) -> dict[str, Any]:
        assert main.mark is not None
        unit = self.units.get(row_id(main.mark.unit_id))
        if unit is None:
            given = named_unit(main.page) or main.page.name
            same_place = main.genuine and main.mark.tenant == self.tenant_code
            text = Message(_("“%(unit)s”不在本期报送单位中。"), unit=given)
            return failed(text if same_place else _OTHER_PLACE if main.genuine else _FORGED, main.page.name)
        problem = foreign(main, mark_of(unit.submission, self.tenant_code), self.form, unit.names.full_name)
        problem = problem or misnamed(main.page, unit.names)
        if problem:
            return failed(problem, main.page.name) | {"unit": unit.names.full_name}
        entry = read_entry(main, marked, self.form, unit.submission, self.campaign)
        return entry | {"unit": unit.names.full_name}

    def _read_plain(self, main: Part, tables: Mapping[str, Part]) -> dict[str, Any]:
        """A sheet that was not made here: known by the name on it, or by the name of its tab."""
        given = named_unit(main.page) or main.page.name
        unit = self._by_name(given)
        if unit is None:
            unknown = _("填报单位“%(unit)s”不在本期报送单位中，也不是其中哪一家的简称或别名。请核对名称。")
            return failed(Message(unknown, unit=given[:60]), main.page.name)
        period, own = named_period(main.page), parse_period(self.report.period)
        if period and norm(period) not in (norm(own.label), norm(own.key)):
            text = Message(_OTHER_PERIOD, given=period[:30], own=own.label)
            return failed(text, main.page.name) | {"unit": unit.names.full_name}
        pages = {key: part.page for key, part in tables.items()}
        found = read_parts(main.page, pages, self.form, unit.submission.member, self.campaign)
        return _entry(keep(found), unit.submission) | {"unit": unit.names.full_name}

    def _by_name(self, name: str) -> Unit | None:
        row = self.names.find(name)
        if row is not None:
            return self.units.get(row.id)
        wanted = core_name(name, self.places)
        fitting = [
            u
            for u in self.units.values()
            if wanted and wanted in {core_name(n, self.places) for n in u.names.names}
        ]
        return fitting[0] if len(fitting) == 1 else None


def foreign(part: Part, wanted: Mark, form: Form, unit: str) -> Sentence | None:
    """Why a marked sheet is not the form that is wanted."""
    mark = part.mark
    assert mark is not None
    if not part.genuine:
        return _FORGED
    if mark.tenant != wanted.tenant:
        return _OTHER_PLACE
    if (mark.campaign, mark.form) != (wanted.campaign, wanted.form):
        title = next((str(c) for row in part.page.rows[:1] for c in row.cells if c), mark.form)
        return Message(_OTHER_FORM, given=title[:80], own=form.label)
    if mark.period != wanted.period:
        return Message(
            _OTHER_PERIOD, given=parse_period(mark.period).label, own=parse_period(wanted.period).label
        )
    if mark.unit_id != wanted.unit_id:
        return Message(_OTHER_UNIT, given=named_unit(part.page) or "?", own=unit)
    if (mark.version, mark.local) != (wanted.version, wanted.local):
        ahead = int(mark.local) > 0 or int(wanted.local) > 0
        a, b = (f"{m.version}.{m.local}" if ahead else m.version for m in (mark, wanted))
        return Message(_OLD, a=a, b=b)
    return None if mark.submission_id == wanted.submission_id else _FORGED


def misnamed(page: Page, unit: UnitRow) -> Sentence | None:
    """The name on the sheet is another unit's: somebody filled in a neighbour's copy."""
    given = named_unit(page)
    if not given or Names([unit]).holder(given) is not None:
        return None
    return Message(_NAME, given=given[:60], own=unit.full_name)


def read_entry(
    main: Part, marked: Sequence[Part], form: Form, submission: Submission, campaign: Campaign
) -> dict[str, Any]:
    tables = {
        p.mark.table: p.page
        for p in marked
        if p.mark and p.genuine and main.mark and p.mark.table and replace(p.mark, table="") == main.mark
    }
    found = read_parts(main.page, tables, form, submission.member, campaign)
    for table in asked_tables(form, submission.member):
        if table.key not in tables:
            found.remarks.append(Message(_("没有“%(title)s”工作表，该表保持原样。"), title=table.label))
    return _entry(keep(found), submission)


def _entry(kept: dict[str, Any], submission: Submission) -> dict[str, Any]:
    return kept | {"submission": str(submission.id), "version": submission.version}
