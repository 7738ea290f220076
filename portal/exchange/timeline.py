"""From knowing to the last receipt: what happened to an urgent report, in the order of the clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.core.text import Message, Text, _
from portal.deadlines.matters import Matter
from portal.deadlines.models import Deadline
from portal.deadlines.services import explain
from portal.exchange.chain import PartKind, part_labels
from portal.exchange.models import UrgentPart, UrgentReceipt, UrgentReport


@dataclass(frozen=True)
class Step:
    at: datetime
    label: Message | Text
    note: Message | Text | str = ""
    because: tuple[Message | Text, ...] = ()
    filing: bool = False
    """The step at which the page shows whether the report was on time."""


def timeline_of(
    report: UrgentReport,
    matter: Matter | None,
    clocks: Iterable[Deadline],
    parts: Sequence[UrgentPart],
    receipts: Iterable[UrgentReceipt],
    handling: Iterable[Deadline] = (),
) -> list[Step]:
    """``clocks`` of the matter; ``handling``: those of the offices."""
    labels = part_labels(parts)
    steps = [Step(report.known_at, _("得知"))]
    if matter is not None:
        steps.append(Step(matter.entered_at, _("登记台账"), matter.number))
    steps += [Step(c.entered_at, _("开始计时"), Text(c.reason["label"]), explain(c)) for c in clocks]
    if report.phoned_at is not None:
        steps.append(Step(report.phoned_at, _("电话报告"), report.phoned_to))
    steps.append(Step(report.filed_at, _("报送初报"), report.filed_by, filing=True))
    if report.read_at is not None:
        steps.append(Step(report.read_at, _("本级办公室签收"), report.read_by))
    for part in parts:
        said = part.kind == PartKind.FEEDBACK
        label = _("办公室反馈") if said else Message(_("报送%(kind)s"), kind=labels[part.number])
        steps.append(Step(part.filed_at, label, part.office if said else part.filed_by))
    for r in receipts:
        own = r.reader_id == report.tenant_id
        word = _("本级办公室签收%(kind)s") if own else _("上级签收%(kind)s")
        steps.append(Step(r.read_at, Message(word, kind=labels.get(r.part, "")), f"{r.office} {r.read_by}"))
    for clock in handling:
        if clock.met_at is not None:
            steps.append(Step(clock.met_at, _("办公室已研判处置"), clock.met_by, explain(clock)))
    return sorted(steps, key=lambda step: step.at)  # stable: what shares a minute stays in this order
