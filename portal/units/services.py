"""Units of a tenant: names, order, and what becomes of them. Nothing that has a history is ever deleted."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Invalid, NotFound
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.units.models import Unit, UnitChange

FULL_LENGTH, SHORT_LENGTH, REASON_LENGTH = 80, 40, 300
ALIASES = 20
SORT_MAX = 99_999

CHANGE_LABELS: dict[str, Text] = {
    "created": _("建立"),
    "changed": _("变更"),
    "renamed": _("更名"),
    "merged": _("并入"),
    "absorbed": _("接收并入"),
    "split": _("分设"),
    "split_from": _("由分设产生"),
    "ended": _("停用"),
    "resumed": _("恢复使用"),
}


@dataclass(frozen=True, kw_only=True)
class UnitData:
    """What the office enters of a unit. ``sort_no`` None = behind the last one."""

    full_name: str
    short_name: str = ""
    aliases: tuple[str, ...] = ()
    kind: str = ""
    sort_no: int | None = None


@dataclass(frozen=True)
class UnitRow:
    id: int
    full_name: str
    short_name: str
    aliases: tuple[str, ...]
    kind: str
    sort_no: int
    active: bool
    successor_id: int | None

    @property
    def names(self) -> tuple[str, ...]:
        return (self.full_name, self.short_name, *self.aliases)


_COLUMNS = (
    Unit.id, Unit.full_name, Unit.short_name, Unit.aliases, Unit.kind, Unit.sort_no, Unit.active,
    Unit.successor_id,
)  # fmt: skip


def name_key(name: str) -> str:
    """The same for two spellings that differ in width, blanks, invisible characters or case only."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c) != "Cf")


class Names:
    """Every name of a tenant's units, the living ones first; a unit that ended leads to its successor."""

    def __init__(self, rows: Iterable[UnitRow]) -> None:
        self.rows = {r.id: r for r in rows}
        self._ids: dict[str, int] = {}
        for row in sorted(self.rows.values(), key=lambda r: not r.active):
            for name in row.names:
                self._ids.setdefault(name_key(name), row.id)

    def find(self, name: str) -> UnitRow | None:
        found = self.rows.get(self._ids.get(name_key(name), 0))
        while found is not None and not found.active and found.successor_id is not None:
            found = self.rows.get(found.successor_id)
        return found

    def holder(self, name: str) -> UnitRow | None:
        """The unit that goes by this name itself, be it ended."""
        return self.rows.get(self._ids.get(name_key(name), 0))


def list_units(session: Session, *, active: bool | None = None) -> list[UnitRow]:
    """Units of the scope's home tenant in official order."""
    query = sa.select(*_COLUMNS).where(Unit.tenant_id == get_scope(session).home)
    if active is not None:
        query = query.where(Unit.active == active)
    rows = session.execute(query.order_by(Unit.sort_no, Unit.id))
    return [UnitRow(r[0], r[1], r[2], tuple(r[3]), r[4], r[5], r[6], r[7]) for r in rows]


def find_unit_by_name(session: Session, name: str) -> UnitRow | None:
    """By full name, short name, alias or former name, whatever the width of its characters or its blanks."""
    return Names(list_units(session)).find(name)


def get_unit(session: Session, unit_id: int) -> Unit:
    unit = session.get(Unit, (get_scope(session).home, unit_id))
    if unit is None:
        raise NotFound
    return unit


def list_changes(session: Session, unit_id: int) -> list[UnitChange]:
    """The unit's history, newest first."""
    query = sa.select(UnitChange).where(UnitChange.unit_id == unit_id)
    return list(session.scalars(query.order_by(UnitChange.changed_at.desc(), UnitChange.id.desc())))


def check_unit(data: UnitData, names: Names, own_id: int | None = None) -> dict[str, Message | Text]:
    """What is wrong with the entry of a unit; ``own_id`` = the unit that it is about."""
    found: dict[str, Message | Text] = {}
    if len(data.full_name) < 2:
        found["full_name"] = _("请填写单位全称，至少 2 个字。")
    for key, value, longest in (
        ("full_name", data.full_name, FULL_LENGTH),
        ("short_name", data.short_name, SHORT_LENGTH),
        *(("aliases", alias, FULL_LENGTH) for alias in data.aliases),
    ):
        if len(value) > longest:
            found[key] = Message(_("“%(name)s…”超过 %(n)s 字，请缩短。"), name=value[:10], n=longest)
        taken = names.holder(value) if value else None
        if taken is not None and taken.id != own_id:
            found.setdefault(key, _taken(value, taken))
    if len(data.aliases) > ALIASES:
        found["aliases"] = Message(_("别名最多 %(n)s 个。"), n=ALIASES)
    if data.sort_no is not None and not 0 < data.sort_no <= SORT_MAX:
        found["sort_no"] = Message(_("排序号为 1 至 %(n)s 的整数。"), n=SORT_MAX)
    return found


def _taken(name: str, unit: UnitRow) -> Message:
    if unit.active:
        return Message(_("“%(name)s”已是%(unit)s的名称或别名。"), name=name, unit=unit.full_name)
    return Message(
        _("“%(name)s”是已停用单位%(unit)s的名称，请恢复该单位或换一个名称。"), name=name, unit=unit.full_name
    )


def create_unit(session: Session, actor: Actor, now: datetime, *, data: UnitData, reason: str) -> Unit:
    rows = list_units(session)
    refuse(check_unit(data, Names(rows)) | unless_reason(reason))
    unit = Unit(**_values(data, rows))
    session.add(unit)
    session.flush()
    add_change(session, actor, now, unit, "created", "", unit.full_name, reason)
    record(
        session, Act.UNIT_CREATE, f"unit:{unit.id}", actor, now, {"name": unit.full_name, "reason": reason}
    )
    return unit


def _values(data: UnitData, rows: Sequence[UnitRow]) -> dict[str, object]:
    return {
        "full_name": data.full_name,
        "short_name": data.short_name or data.full_name[:SHORT_LENGTH],
        "aliases": list(data.aliases),
        "kind": data.kind,
        "sort_no": data.sort_no or max((r.sort_no for r in rows), default=0) + 10,
    }


def change_unit(
    session: Session, actor: Actor, now: datetime, *, unit_id: int, data: UnitData, reason: str
) -> Unit:
    """Short name, aliases, class, order; another full name is a renaming. ``sort_no`` None = as it was."""
    unit = get_unit(session, unit_id)
    rows = list_units(session)
    refuse(check_unit(data, Names(rows), unit_id) | unless_reason(reason))
    former = [unit.full_name] if data.full_name != unit.full_name else []
    given = _values(data, rows) | {"sort_no": data.sort_no or unit.sort_no}
    given["aliases"] = list(dict.fromkeys((*data.aliases, *former)))
    changed = {key: value for key, value in given.items() if getattr(unit, key) != value}
    if not changed:
        return unit
    before = {key: getattr(unit, key) for key in changed}
    for key, value in changed.items():
        setattr(unit, key, value)
    session.flush()
    told = [key for key in changed if not (former and key == "aliases")]
    old, new = (_line({key: values[key] for key in told}) for values in (before, changed))
    add_change(session, actor, now, unit, "renamed" if former else "changed", old, new, reason)
    act = Act.UNIT_RENAME if former else Act.UNIT_CHANGE
    record(
        session, act, f"unit:{unit_id}", actor, now, {"before": before, "after": changed, "reason": reason}
    )
    return unit


def rename_unit(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    unit_id: int,
    full_name: str,
    short_name: str,
    reason: str,
) -> Unit:
    """The former full name stays an alias, so that old papers still lead here."""
    unit = get_unit(session, unit_id)
    if full_name == unit.full_name:
        raise Invalid({"full_name": _("新全称与现名相同。")})
    aliases = tuple(a for a in unit.aliases if a not in (full_name, short_name))
    data = UnitData(full_name=full_name, short_name=short_name, aliases=aliases, kind=unit.kind)
    return change_unit(session, actor, now, unit_id=unit_id, data=data, reason=reason)


def add_change(
    session: Session,
    actor: Actor,
    now: datetime,
    unit: Unit,
    kind: str,
    before: str,
    after: str,
    reason: str,
) -> None:
    """One line of the unit's history."""
    change = UnitChange(
        unit_id=unit.id,
        kind=kind,
        before=before[:200],
        after=after[:200],
        reason=reason,
        on=local_day(now),
        changed_by=actor.name,
        changed_at=now,
    )
    session.add(change)
    session.flush()


def local_day(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()


def refuse(problems: dict[str, Message | Text]) -> None:
    if problems:
        raise Invalid(problems)


def unless_reason(reason: str) -> dict[str, Message | Text]:
    """The problem of a missing or overlong reason."""
    if not reason.strip():
        return {"reason": _("请填写事由，写明依据的文件或情况。")}
    if len(reason) > REASON_LENGTH:
        return {"reason": Message(_("事由最多 %(n)s 字。"), n=REASON_LENGTH)}
    return {}


def _line(values: dict[str, object]) -> str:
    """Values of a change as one line of the history."""
    return " ".join("、".join(v) if isinstance(v, list) else str(v) for v in values.values())
