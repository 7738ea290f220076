"""The list of units as a table: compared with what is stored, shown as differences, then applied as a whole.

A line is recognised by any name the unit goes by. An empty cell keeps what is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, MemberKind
from portal.core.audit import Act, record
from portal.core.errors import Conflict
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.units.services import (
    Names,
    UnitData,
    UnitRow,
    change_unit,
    check_unit,
    create_unit,
    list_units,
    name_key,
    refuse,
    unless_reason,
)

LABELS: dict[str, Text] = {
    "sort_no": _("排序号"),
    "full_name": _("全称"),
    "short_name": _("简称"),
    "aliases": _("别名"),
    "kind": _("类别"),
}


class Line(NamedTuple):
    """One line of the table; ``row`` as the spreadsheet counts it."""

    row: int
    data: UnitData


class Problem(NamedTuple):
    """Something wrong in one cell; ``str()`` is the sentence in Chinese."""

    row: int
    column: str
    message: Message | Text

    def __str__(self) -> str:
        return str(self.sentence)

    @property
    def sentence(self) -> Message:
        label = LABELS.get(self.column)
        if label is None:
            return Message(_("第 %(row)s 行：%(what)s"), row=self.row, what=self.message)
        return Message(_("第 %(row)s 行 %(column)s：%(what)s"), row=self.row, column=label, what=self.message)


@dataclass(frozen=True)
class Difference:
    """What a line would do: make a unit (``unit_id`` None) or change ``fields`` (key -> before, after)."""

    row: int
    unit_id: int | None
    data: UnitData
    fields: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Comparison:
    """``problems`` must be empty before anything may be applied. ``untouched``: lines that change nothing."""

    differences: tuple[Difference, ...]
    problems: tuple[Problem, ...]
    untouched: int
    missing: tuple[UnitRow, ...]
    """Living units that the table does not name; they stay as they are."""


def list_kinds(campaigns: Mapping[str, Campaign]) -> dict[str, Text]:
    """Classes of units that any campaign's roster names: key -> the words of the first one."""
    found: dict[str, Text] = {}
    for campaign in campaigns.values():
        for member in campaign.roster:
            if member.kind is MemberKind.CLASS:
                found.setdefault(member.unit_kind, member.label)
    return found


def kinds_by_name(campaigns: Mapping[str, Campaign], units: Iterable[UnitRow]) -> dict[str, str]:
    """Every way to write a class, as ``name_key``, and its key; classes in use count without their campaign."""
    found = {name_key(u.kind): u.kind for u in units if u.kind}
    for campaign in campaigns.values():
        for member in campaign.roster:
            if member.kind is MemberKind.CLASS:
                for name in (member.unit_kind, member.label, *member.aliases):
                    found.setdefault(name_key(name), member.unit_kind)
    return found


def export_roster(session: Session, actor: Actor, now: datetime) -> list[UnitRow]:
    """The living units, for a file; leaves its mark in the trail."""
    units = list_units(session, active=True)
    subject = f"tenant:{get_scope(session).home}"
    record(session, Act.UNIT_EXPORT, subject, actor, now, {"units": len(units)})
    return units


def compare_roster(session: Session, lines: Sequence[Line]) -> Comparison:
    """Hold the table against the stored units; changes nothing."""
    rows = list_units(session)
    names = Names(rows)
    problems = [*_repeated(lines)]
    differences: list[Difference] = []
    seen: dict[int, int] = {}
    for line in lines:
        unit = _match(names, line.data)
        if unit is not None and unit.id in seen:
            text = _("与第 %(row)s 行是同一单位（%(unit)s），请合并为一行。")
            problems.append(
                Problem(line.row, "full_name", Message(text, row=seen[unit.id], unit=unit.full_name))
            )
            continue
        data = _filled(line.data, unit) if unit else line.data
        found = check_unit(data, names, unit.id if unit else None)
        problems += [Problem(line.row, key, message) for key, message in found.items()]
        if unit is not None:
            seen[unit.id] = line.row
        fields = _fields(unit, data)
        if fields:
            differences.append(Difference(line.row, unit.id if unit else None, data, fields))
    missing = tuple(r for r in rows if r.active and r.id not in seen)
    untouched = len(lines) - len(differences)
    problems.sort(key=lambda p: (p.row, p.column))
    return Comparison(tuple(differences), tuple(dict.fromkeys(problems)), untouched, missing)


def _match(names: Names, data: UnitData) -> UnitRow | None:
    """The living unit that a line means: by its full name first, then by the others."""
    for name in (data.full_name, data.short_name, *data.aliases):
        unit = names.holder(name) if name else None
        if unit is not None and unit.active:
            return unit
    return None


def _filled(data: UnitData, unit: UnitRow) -> UnitData:
    """Empty cells filled from the unit; a name that is given up as full name stays an alias."""
    aliases = data.aliases or unit.aliases
    if data.full_name != unit.full_name:
        aliases = tuple(a for a in (*aliases, unit.full_name) if a != data.full_name)
    return replace(
        data,
        short_name=data.short_name or unit.short_name,
        aliases=tuple(dict.fromkeys(aliases)),
        kind=data.kind or unit.kind,
        sort_no=data.sort_no or unit.sort_no,
    )


def _fields(unit: UnitRow | None, data: UnitData) -> dict[str, tuple[str, str]]:
    found = {}
    for key in LABELS:
        before, after = _text(getattr(unit, key)) if unit else "", _text(getattr(data, key))
        if before != after:
            found[key] = (before, after)
    return found


def _text(value: object) -> str:
    return "、".join(value) if isinstance(value, tuple) else str(value or "")


def _repeated(lines: Sequence[Line]) -> list[Problem]:
    """Names that stand in two lines of the table."""
    found: list[Problem] = []
    first: dict[str, int] = {}
    for line in lines:
        own = [("full_name", line.data.full_name), ("short_name", line.data.short_name)]
        own += [("aliases", alias) for alias in line.data.aliases]
        for column, name in own:
            if not name:
                continue
            row = first.setdefault(name_key(name), line.row)
            if row != line.row:
                text = _("“%(name)s”与第 %(row)s 行的名称重复。")
                found.append(Problem(line.row, column, Message(text, name=name, row=row)))
    return found


def apply_roster(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    lines: Sequence[Line],
    expected: Sequence[Difference] | None = None,
    reason: str,
) -> Comparison:
    """Make every difference, or none. ``expected``: what was shown before; ``Conflict`` if it is no longer so."""
    refuse(unless_reason(reason))
    found = compare_roster(session, lines)
    if found.problems:
        refuse({"file": found.problems[0].sentence})
    if expected is not None and tuple(expected) != found.differences:
        raise Conflict(_("预览之后单位名录已有变化，请重新上传核对。"))
    for difference in found.differences:
        if difference.unit_id is None:
            create_unit(session, actor, now, data=difference.data, reason=reason)
        else:
            change_unit(session, actor, now, unit_id=difference.unit_id, data=difference.data, reason=reason)
    made = sum(d.unit_id is None for d in found.differences)
    data = {"created": made, "changed": len(found.differences) - made, "reason": reason}
    record(session, Act.UNIT_IMPORT, f"tenant:{get_scope(session).home}", actor, now, data)
    return found
