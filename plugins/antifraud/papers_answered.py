"""司法建议 and 检察建议 with their answers (D2 二（五）第7项).

The paper itself names the day of the answer, where it names one: that day is the clock, and there is no other.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from portal.campaigns import (
    Check,
    Closing,
    Field,
    FieldKind,
    Grade,
    Ledger,
    Message,
    State,
    Step,
    Values,
    Who,
    _,
)

from .sources import d2

_SUGGESTED = d2(_("二（五）第7项"), _("检察机关的建议比照登记，见二（六）第4、5项。"))


def _ordered(values: Values) -> Message | None:
    """Days of one paper in the order in which they can lie."""
    names = (
        ("issued_on", _("发出日期")), ("signed_on", _("签收日期")), ("replied_on", _("回复日期")),
        ("implemented_on", _("落实日期")),
    )  # fmt: skip
    known = [(label, str(values[key])) for key, label in names if values.get(key)]
    for (early, first), (late, second) in pairwise(known):
        if second < first:
            text = _("%(late)s %(second)s 早于%(early)s %(first)s。请核对。")
            return Message(text, late=late, second=second, early=early, first=first)
    return None


def _limit(values: Values) -> Message | None:
    if not values.get("reply_by") or not values.get("issued_on") or values["reply_by"] >= values["issued_on"]:
        return None
    text = _("要求回复日期 %(by)s 早于发出日期 %(on)s。请核对。")
    return Message(text, by=values["reply_by"], on=values["issued_on"])


def _late(values: Values) -> Message | None:
    by, on = values.get("reply_by"), values.get("replied_on")
    if not by or not on or on <= by:
        return None
    days = (date.fromisoformat(on) - date.fromisoformat(by)).days
    return Message(_("回复日期 %(on)s 比文书要求的 %(by)s 晚 %(days)s 天。"), on=on, by=by, days=days)


SUGGESTION = Ledger(
    key="suggestion",
    label=_("司法建议和检察建议"),
    numbering=_("建"),
    fields=(
        Field(key="kind", label=_("文书种类"), kind=FieldKind.CHOICE, choices="suggestion_kind", required=True),
        Field(key="paper_number", label=_("文书文号"), kind=FieldKind.TEXT, max_length=60, required=True),
        Field(key="recipient", label=_("被建议单位"), kind=FieldKind.TEXT, required=True),
        Field(
            key="gap", label=_("指出的问题"), kind=FieldKind.LONG_TEXT, max_length=1000, required=True,
            definition=_("写行业监管漏洞和建议内容；不写当事人姓名、证件和账号。"),
        ),
        Field(key="issued_on", label=_("发出日期"), kind=FieldKind.DATE, required=True, definition=_("计入发出的月份。")),
        Field(key="reply_by", label=_("要求回复日期"), kind=FieldKind.DATE, definition=_("照文书所写；文书没有写的留空。")),
        Field(key="signed_on", label=_("签收日期"), kind=FieldKind.DATE),
        Field(key="replied_on", label=_("回复日期"), kind=FieldKind.DATE, definition=_("收到书面回复之日。")),
        Field(key="adopted", label=_("采纳情况"), kind=FieldKind.CHOICE, choices="adopted"),
        Field(key="reply", label=_("回复要点"), kind=FieldKind.LONG_TEXT, max_length=1000),
        Field(key="implemented_on", label=_("落实日期"), kind=FieldKind.DATE),
        Field(key="improvement", label=_("落实情况"), kind=FieldKind.LONG_TEXT, max_length=1000, definition=_("制度、流程或人员上作了什么改进。")),
    ),
    clause=_SUGGESTED,
    writers=("court", "procuratorate"),
    states=(
        State(key="issued", label=_("已发出"), until="reply_by"),
        State(key="signed", label=_("已签收"), until="reply_by"),
        State(key="replied", label=_("已回复")),
        State(key="implemented", label=_("已落实"), final=True),
        State(key="declined", label=_("未采纳"), final=True),
    ),
    steps=(
        Step(
            key="sign", label=_("签收"), start=("issued",), end="signed", by=(Who.LEAD, Who.KEEPER, Who.SUPPORT),
            fields=("signed_on",), requires=("signed_on",), clause=_SUGGESTED,
        ),
        Step(
            key="reply", label=_("回复"), start=("issued", "signed"), end="replied", by=(Who.LEAD, Who.KEEPER, Who.SUPPORT),
            fields=("signed_on", "replied_on", "adopted", "reply"), requires=("replied_on", "adopted", "reply"), clause=_SUGGESTED,
        ),
        Step(
            key="implement", label=_("确认落实"), start=("replied",), end="implemented", by=(Who.KEEPER,),
            fields=("implemented_on", "improvement"), requires=("implemented_on", "improvement"), clause=_SUGGESTED,
        ),
        Step(
            key="decline", label=_("记为未采纳"), start=("replied",), end="declined", by=(Who.KEEPER,), note=True, clause=_SUGGESTED,
        ),
        Step(
            key="urge", label=_("催促回复"), start=("signed",), end="signed", by=(Who.KEEPER, Who.OFFICE), note=True,
            clause=_SUGGESTED,
        ),
    ),
    closing=Closing(
        clause=d2(_("二（五）第7项"), _("销号和回头看由本系统设定。")),
        checklist=(_("回复和落实材料已留存"), _("同类单位的同类问题已提醒")),
    ),
    views=("kind", "adopted"),
    checks=(
        Check(key="ordered", grade=Grade.ERROR, fields=("signed_on", "replied_on", "implemented_on"), find=_ordered),
        Check(key="limit", grade=Grade.ERROR, fields=("reply_by",), find=_limit),
        Check(key="late", grade=Grade.HINT, fields=("replied_on",), find=_late),
    ),
    examples=(
        {
            "title": _("就开户审核发出司法建议（演示）"), "kind": "judicial", "paper_number": _("司建〔2026〕2号"),
            "recipient": _("某银行支行"), "gap": _("同一地址短期内多人开户未作核验，建议增加实地核实。"),
            "issued_on": "2026-05-12", "reply_by": "2026-06-12", "signed_on": "2026-05-14", "replied_on": "2026-06-05",
            "adopted": "yes", "reply": _("已修订开户核验流程，增加回访。"),
        },
        {
            "title": _("就短信端口管理发出检察建议（演示）"), "kind": "procuratorial", "paper_number": _("检建〔2026〕5号"),
            "recipient": _("某通信企业"), "gap": _("外包短信平台缺少关键词识别，建议限期补齐并定期抽查。"),
            "issued_on": "2026-06-03", "reply_by": "2026-08-03",
        },
    ),
)  # fmt: skip
