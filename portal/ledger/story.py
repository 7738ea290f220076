"""The story of an entry in words: what was changed from what to what; sensitive values stay hidden."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.forms import Field
from portal.core.i18n import translate
from portal.core.text import Text, _
from portal.ledger.models import RecordEvent
from portal.web.declared import show_value
from portal.web.inputs import moment_text

_EVENTS: dict[str, Text] = {
    "created": _("登记"),
    "changed": _("修改"),
    "important": _("标为重要"),
    "clock_ended": _("更正后不再达到急报条件，上报时限撤销"),
    "reported": _("报送初报，上级可见"),
    "step": _("办理"),
    "asked": _("提请批准"),
    "agreed": _("批准"),
    "returned": _("未批准，退回"),
    "answered": _("上级已答复，事项已不在原状态"),
    "assigned": _("交办"),
    "evidence": _("补充佐证"),
    "close_proposed": _("申请销号"),
    "close_checked": _("审核销号申请"),
    "close_returned": _("退回销号申请"),
    "closed": _("销号"),
    "kept_closed": _("回头看，维持销号"),
    "reopened": _("重新办理，编号不变"),
    "merged": _("并入另一件"),
    "absorbed": _("另一件并入"),
    "unmerged": _("撤销合并"),
    "released_one": _("另一件不再并入"),
    "split": _("拆出一件"),
    "split_from": _("由另一件拆出"),
    "withdrawn": _("撤回"),
    "restored": _("恢复"),
    "transferred": _("移送"),
    "transfer_withdrawn": _("撤回移送"),
    "transfer_accepted": _("移送已接收"),
    "transfer_refused": _("移送未被接收"),
    "transfer_progress": _("移送进展"),
    "transfer_result": _("移送结果"),
    "transfer_disputed": _("管辖争议报请上级"),
    "transfer_decided": _("上级决定管辖"),
}
_OWN_FIELDS: dict[str, Text] = {
    "entry-title": _("事项名称"),
    "entry-place": _("地点"),
    "entry-known_at": _("得知时间"),
    "clock": _("上报时限"),
    "stage": _("状态"),
    "lead": _("主办单位"),
    "support": _("配合单位"),
    "due": _("办结时限"),
    "look_back": _("回头看"),
    "late_reason": _("逾期原因"),
    "other": _("编号"),
}
_HIDDEN = ("link", "record")
"""Told otherwise, or for the machine alone."""

Change = tuple[Text | str, str, str]
"""Label, before, after."""


@dataclass(frozen=True)
class Step:
    label: Text | str
    by: str
    at: datetime
    changes: tuple[Change, ...]
    note: str = ""
    what: Text | str = ""
    """The declared step that it was."""
    link: tuple[str, str] | None = None
    """Subject and label of a record of the portal."""


def tell(campaign: Campaign, ledger: Ledger | None, events: Iterable[RecordEvent]) -> list[Step]:
    return [_tell_one(campaign, ledger, event) for event in events]


def _tell_one(campaign: Campaign, ledger: Ledger | None, e: RecordEvent) -> Step:
    step = ledger.step(e.step) if ledger and e.step else None
    label = _EVENTS.get(e.kind, e.kind)
    link = e.changes.get("link")
    return Step(
        step.label if step and e.kind == "step" else label, e.by, e.at,
        tuple(_words(campaign, ledger, e.changes, hide=True)), e.note,
        "" if e.kind == "step" else step.label if step else e.step, (link[0], link[1]) if link else None,
    )  # fmt: skip


def compare(campaign: Campaign, ledger: Ledger, differences: Mapping[str, Sequence[Any]]) -> list[Change]:
    """For the second of two editors: what is stored now, and what they typed."""
    return list(_words(campaign, ledger, differences, hide=False))


def _words(
    campaign: Campaign, ledger: Ledger | None, changes: Mapping[str, Sequence[Any]], *, hide: bool
) -> Iterator[Change]:
    declared = {f.key: f for f in ledger.fields} if ledger else {}
    for key, (before, after) in changes.items():
        field = declared.get(key)
        if field is None and key in _HIDDEN:
            continue
        if field is None and key == "stage":
            yield _OWN_FIELDS[key], _stage(ledger, before), _stage(ledger, after)
        elif field is None:
            yield _OWN_FIELDS.get(key, key), _own_text(key, before), _own_text(key, after)
        elif hide and field.sensitive:
            hidden = str(translate(_("（敏感内容）")))
            yield field.label, hidden, hidden
        else:
            yield field.label, _with_unit(campaign, field, before), _with_unit(campaign, field, after)


def _stage(ledger: Ledger | None, key: str) -> str:
    state = ledger.state(key) if ledger else None
    return str(translate(state.label)) if state else key


def _own_text(key: str, value: Any) -> str:
    if key == "entry-known_at" and value:
        return moment_text(datetime.fromisoformat(value)).replace("T", " ")
    return str(value or "—")


def _with_unit(campaign: Campaign, field: Field, value: Any) -> str:
    shown = show_value(field, value, campaign)
    return f"{shown} {translate(field.unit)}" if field.unit and value is not None else shown
