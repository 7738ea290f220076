"""What the editor of a tenant's own columns and forms takes and shows again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from portal.campaigns.forms import DueKind, FieldKind, Shift
from portal.core.periods import PeriodKind
from portal.core.text import Text, _
from portal.reporting.models import LocalForm

MAX_COLUMNS = 60
MAX_EARLIER = 15
LABEL_LENGTH, DEFINITION_LENGTH, NAME_LENGTH, UNIT_LENGTH, REASON_LENGTH = 40, 200, 40, 10, 300

KINDS: dict[str, tuple[FieldKind, Text | None, Text]] = {
    "integer": (FieldKind.INTEGER, None, _("整数")),
    "yuan": (FieldKind.MONEY, _("元"), _("金额（元）")),
    "wan": (FieldKind.MONEY, _("万元"), _("金额（万元）")),
    "text": (FieldKind.TEXT, None, _("文字")),
    "long_text": (FieldKind.LONG_TEXT, None, _("长文字")),
    "date": (FieldKind.DATE, None, _("日期")),
    "flag": (FieldKind.FLAG, None, _("是否")),
}
"""What the editor offers -> kind, unit of money, name."""

RULES: dict[str, tuple[DueKind, int, int, Text]] = {
    "last_working_day": (DueKind.LAST_WORKING_DAY, 0, 0, _("期末最后一个工作日")),
    "last_calendar_day": (DueKind.LAST_CALENDAR_DAY, 0, 0, _("期末最后一日")),
    "day_20": (DueKind.FIXED_DAY, 20, 0, _("期末月20日")),
    "day_25": (DueKind.FIXED_DAY, 25, 0, _("期末月25日")),
    "next_5": (DueKind.FIXED_DAY, 5, 1, _("次月5日")),
    "next_10": (DueKind.FIXED_DAY, 10, 1, _("次月10日")),
}
"""When a form of the tenant's own may be due -> kind, day, months after, name."""

PERIODS: dict[PeriodKind, Text] = {
    PeriodKind.MONTH: _("月报"),
    PeriodKind.QUARTER: _("季报"),
    PeriodKind.HALF_YEAR: _("半年报"),
    PeriodKind.YEAR: _("年报"),
    PeriodKind.ONCE: _("一次性"),
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column as the office types it. ``element``: key of the known figure it is linked to; ``keep``: why it is
    asked although the figure is known.
    """

    key: str = ""
    label: str = ""
    kind: str = "integer"
    unit: str = ""
    definition: str = ""
    owners: tuple[str, ...] = ()
    required: bool = False
    element: str = ""
    keep: str = ""

    def stored(self) -> dict[str, Any]:
        """As ``catalogue.local_field`` reads it."""
        kind, money, _name = KINDS[self.kind]
        plain = asdict(self) | {"kind": kind.value, "owners": list(self.owners)}
        return plain | {"unit": str(money) if money else self.unit if kind is FieldKind.INTEGER else ""}


def typed(data: Mapping[str, Any]) -> Column:
    """A stored column as it is edited again."""
    given = {k: v for k, v in data.items() if k in Column.__dataclass_fields__}
    kind = next(
        k
        for k, (kind, money, _n) in KINDS.items()
        if kind == data["kind"] and (money is None or str(money) == data.get("unit"))
    )
    return Column(**given | {"kind": kind, "owners": tuple(data.get("owners", ()))})


@dataclass(frozen=True, kw_only=True)
class Content:
    """All of a draft. ``labels``, ``definitions``, ``hidden`` speak of the columns that the campaign declares."""

    columns: tuple[Column, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    days_earlier: int = 0
    basis: str = ""
    readers: str = ""
    ends_on: date | None = None
    reason: str = ""
    label: str = ""
    period: str = PeriodKind.MONTH
    once: date | None = None
    rule: str = DueKind.LAST_WORKING_DAY
    shift: str = Shift.EARLIER
    members: tuple[str, ...] = ()


def content_of(row: LocalForm) -> Content:
    d = row.definition
    due = d.get("due", {})
    rule = next(
        (
            k
            for k, (kind, day, after, _n) in RULES.items()
            if (kind.value, day, after) == (due.get("kind"), due.get("day"), due.get("months_after"))
        ),
        DueKind.LAST_WORKING_DAY.value,
    )
    return Content(
        columns=tuple(typed(c) for c in d.get("fields", ())),
        labels=d.get("labels", {}),
        definitions=d.get("definitions", {}),
        hidden=tuple(d.get("hidden", ())),
        days_earlier=row.days_earlier,
        basis=row.basis,
        readers=row.readers,
        ends_on=row.ends_on,
        reason=row.reason,
        label=row.label,
        period=d.get("period", PeriodKind.MONTH.value),
        once=date.fromisoformat(d["once"]) if d.get("once") else None,
        rule=rule,
        shift=due.get("shift", Shift.EARLIER.value),
        members=tuple(d.get("members", ())),
    )
