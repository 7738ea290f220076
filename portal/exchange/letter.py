"""信息快报: the chain as one paper (field sheet of domain.md 3.8), the standing facts first, then part after part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from portal.core.i18n import translate
from portal.core.text import Message, Text, _
from portal.documents.letters import Letter
from portal.exchange.chain import PartKind, Standing, part_labels, standing_of
from portal.exchange.models import UrgentPart, UrgentReport
from portal.exchange.reasons import LateReason
from portal.exchange.related import show_yuan

_NUMERALS = (
    _("一、"), _("二、"), _("三、"), _("四、"), _("五、"), _("六、"), _("七、"), _("八、"), _("九、"), _("十、"),
)  # fmt: skip


def write_letter(
    stream: BinaryIO,
    *,
    report: UrgentReport,
    parts: Sequence[UrgentPart],
    unit: str,
    office: str,
    now: datetime,
) -> None:
    """``unit``: full name of the reporter; ``office``: to which it reports."""
    standing, labels = standing_of(report, parts), part_labels(parts)
    letter = Letter()
    letter.title(_say(Message(_("信息快报（%(kind)s）"), kind=standing.kind)))
    letter.paragraph(_say(Message(_("报：%(office)s"), office=office)))
    facts = [(_say(label), value) for label, value in _sheet(report, standing)]
    letter.table((_say(_("项目")), _say(_("内容"))), facts, (1, 4), figures=2)
    for count, (number, label) in enumerate(labels.items()):
        part = next((p for p in parts if p.number == number), None)
        letter.heading(_numeral(count) + _heading(report, part, label))
        for line in _body(report, part):
            letter.paragraph(line)
    letter.paragraph(unit, right=True)
    last = [p.filed_at for p in parts if p.kind != PartKind.FEEDBACK]
    letter.paragraph(_day(last[-1] if last else report.filed_at), right=True)
    letter.note(_say(Message(_("本件由系统按报送内容生成，打印时间 %(at)s。"), at=_moment(now))))
    letter.save(stream)


def _sheet(report: UrgentReport, standing: Standing) -> list[tuple[Text, str]]:
    amount = _say(_("待核")) if standing.amount is None else _say(
        Message(_("%(n)s 元（%(kind)s）"), n=show_yuan(standing.amount), kind=standing.amount_by)
    )  # fmt: skip
    return [
        (_("时间"), _say(Message(_("%(at)s得知"), at=_moment(report.known_at)))),
        (_("地点"), report.place),
        (_("概况"), _one_line(report.what)),
        (_("涉及金额"), amount),
        (_("已采取措施"), _listed(standing.measures)),
        (_("请求事项"), _listed(standing.wishes)),
        (_("报送人"), standing.filed_by),
        (_("联系电话"), standing.phone),
        (_("审核人"), standing.checked_by),
    ]


def _listed(texts: Sequence[str]) -> str:
    """Numbered when there are several."""
    if len(texts) < 2:
        return _one_line("".join(texts))
    return " ".join(f"{n}. {_one_line(text)}" for n, text in enumerate(texts, 1))


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def _heading(report: UrgentReport, part: UrgentPart | None, label: Message | Text) -> str:
    at = part.filed_at if part else report.filed_at
    return _say(Message(_("%(kind)s（%(at)s）"), kind=label, at=_moment(at)))


def _body(report: UrgentReport, part: UrgentPart | None) -> list[str]:
    if part is None:
        lines = report.what.split("\n")
        if report.phoned_at is not None:
            said: Mapping[str, Any] = {
                "at": _moment(report.phoned_at),
                "to": report.phoned_to or _("（未填）"),
            }
            lines.append(_say(Message(_("已于%(at)s电话报告%(to)s。"), **said)))
        late = LateReason(report.late_group, report.late_reason)
        if str(late):
            lines.append(_say(Message(_("迟报原因：%(why)s。"), why=str(late))))
        lines.append(_say(Message(_("报送人：%(who)s"), who=report.filed_by)))
        return lines
    lines = part.what.split("\n")
    for label, text in ((_("已采取措施：%(t)s"), part.measures), (_("请求事项：%(t)s"), part.wishes)):
        if text:
            lines.append(_say(Message(label, t=_one_line(text))))
    if part.amount is not None:
        lines.append(_say(Message(_("涉及金额：%(n)s 元"), n=show_yuan(part.amount))))
    if part.kind == PartKind.FEEDBACK:
        lines.append(part.office)
    else:
        lines.append(_say(Message(_("报送人：%(who)s"), who=part.filed_by)))
    return lines


def _say(value: Message | Text) -> str:
    return str(translate(value))


def _numeral(count: int) -> str:
    return _say(_NUMERALS[count]) if count < len(_NUMERALS) else f"{count + 1}. "


def _day(at: datetime) -> str:
    return _say(Message(_("%(y)s年%(m)s月%(d)s日"), y=at.year, m=at.month, d=at.day))


def _moment(at: datetime) -> str:
    return _say(Message(_("%(y)s年%(m)s月%(d)s日%(t)s"), y=at.year, m=at.month, d=at.day, t=f"{at:%H:%M}"))
