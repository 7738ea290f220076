"""From knowing to receipt: what happened to an urgent report, in the order of the clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from portal.core.text import Message, Text, _
from portal.deadlines.matters import Matter
from portal.deadlines.models import Deadline
from portal.deadlines.services import explain
from portal.exchange.models import UrgentReceipt, UrgentReport


@dataclass(frozen=True)
class Step:
    at: datetime
    label: Text
    note: Text | str = ""
    because: tuple[Message | Text, ...] = ()
    filing: bool = False
    """The step at which the page shows whether the report was on time."""


def timeline_of(
    report: UrgentReport,
    matter: Matter | None,
    clocks: Iterable[Deadline],
    receipts: Iterable[UrgentReceipt],
) -> list[Step]:
    steps = [Step(report.known_at, _("得知"))]
    if matter is not None:
        steps.append(Step(matter.entered_at, _("登记台账"), matter.number))
    steps += [Step(c.entered_at, _("开始计时"), Text(c.reason["label"]), explain(c)) for c in clocks]
    if report.phoned_at is not None:
        steps.append(Step(report.phoned_at, _("电话报告"), report.phoned_to))
    steps.append(Step(report.filed_at, _("报送初报"), report.filed_by, filing=True))
    if report.read_at is not None:
        steps.append(Step(report.read_at, _("本级办公室签收"), report.read_by))
    steps += [Step(r.read_at, _("上级签收"), f"{r.office} {r.read_by}") for r in receipts]
    return sorted(steps, key=lambda step: step.at)  # stable: what shares a minute stays in this order
