"""Words of the room: 文种, how far a paper has come, the steps of its story."""

from __future__ import annotations

from portal.campaigns.papers import DocumentType
from portal.core.text import Text, _
from portal.papers.models import NumberState, State

TYPE_LABELS: dict[DocumentType, Text] = {
    DocumentType.NOTICE: _("通知"),
    DocumentType.CIRCULAR: _("通报"),
    DocumentType.LETTER: _("函"),
    DocumentType.MINUTES: _("纪要"),
    DocumentType.REPORT: _("报告"),
    DocumentType.REQUEST: _("请示"),
    DocumentType.BULLETIN: _("简报"),
    DocumentType.ORDER: _("督办单"),
    DocumentType.ADVISORY: _("提示函"),
    DocumentType.INTERVIEW: _("约谈通知书"),
    DocumentType.TRANSFER: _("移送函"),
    DocumentType.MEETING: _("会议通知"),
    DocumentType.PAYMENT: _("发放通知单"),
    DocumentType.SUMMARY: _("工作总结"),
}

STATE_LABELS: dict[State, Text] = {
    State.DRAFT: _("拟稿"),
    State.CHECKING: _("待核稿"),
    State.SIGNING: _("待签发"),
    State.SIGNED: _("待编号"),
    State.NUMBERED: _("待印发"),
    State.ISSUED: _("已印发"),
    State.WITHDRAWN: _("已撤回"),
    State.VOID: _("已作废"),
}

LIGHTS: dict[State, str] = {
    State.DRAFT: "done",
    State.CHECKING: "near",
    State.SIGNING: "near",
    State.SIGNED: "near",
    State.NUMBERED: "near",
    State.ISSUED: "ok",
    State.WITHDRAWN: "slow",
    State.VOID: "done",
}

STEP_LABELS: dict[str, Text] = {
    "written": _("拟稿"),
    "sent": _("送核"),
    "checked": _("核稿通过"),
    "returned": _("退回"),
    "signed": _("签发"),
    "numbered": _("编号"),
    "issued": _("印发"),
    "reminded": _("催签"),
    "scanned": _("存入盖章扫描件"),
    "withdrawn": _("撤回"),
    "voided": _("作废"),
}

NUMBER_LABELS: dict[NumberState, Text] = {
    NumberState.USED: _("已用"),
    NumberState.RESERVED: _("预留"),
    NumberState.VOID: _("作废"),
}
