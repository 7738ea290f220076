"""督办单, 提示函, 约谈通知书, 移送函, 发放通知单: papers that ask one unit for one thing (field sheets of domain.md 3.8)."""

from __future__ import annotations

from portal.campaigns.forms import Field, FieldKind
from portal.campaigns.papers import Cell, DocumentTemplate, DocumentType
from portal.campaigns.sources import Values
from portal.core.chinese import capital_amount
from portal.core.text import _, written
from portal.papers.templates_parts import (
    BASIS,
    CONTACT,
    MATTER,
    about,
    by_day,
    chapters,
    contact,
    day,
    day_of,
    fixed,
    line,
    lines,
    list_lines,
    moment,
    moment_of,
    numbered,
    said,
)

Sheet = tuple[tuple[Cell, ...], ...]


def _cell(label: str, value: str = "", share: int = 1, lines: int = 1) -> Cell:
    return Cell(label=label, value=value, share=share, lines=lines)


def _order(values: Values) -> Sheet:
    return (
        (_cell(written("督办级别"), said(values, "level")), _cell(written("交办日期"), day_of(values, "given_on"))),
        (_cell(written("督办事项"), said(values, "matter"), lines=2),),
        (_cell(written("事项来源"), said(values, "origin")),),
        (_cell(written("牵头单位"), said(values, "lead")), _cell(written("配合单位"), said(values, "support"))),
        (_cell(written("具体要求"), "\n".join(numbered(values, "demands")), lines=3),),
        (_cell(written("办结时限"), day_of(values, "due_on")), _cell(written("反馈频次"), said(values, "rhythm"))),
        (_cell(written("签发"), said(values, "signer")), _cell(written("承办人"), said(values, "handler"))),
        (_cell(written("反馈情况"), written("进展：\n\n问题：\n\n下一步：")),),
        (_cell(written("审核意见"), lines=2),),
        (_cell(written("销号意见"), lines=2),),
    )  # fmt: skip


def _advisory(values: Values) -> tuple[str, ...]:
    return (
        *list_lines(values, "situation"),
        *chapters(
            (written("风险点"), numbered(values, "risks")),
            (written("建议措施"), numbered(values, "measures")),
        ),
        *by_day(values, "reply_by", written("请于{0}前反馈落实情况。")),
        *contact(values),
    )


def _interview(values: Values) -> tuple[str, ...]:
    basis = said(values, "basis").rstrip(written("，。"))
    opening = written("现决定对{0}进行约谈。").format(said(values, "unit"))
    return (
        written("根据{0}，{1}").format(basis.removeprefix(written("根据")), opening) if basis else opening,
        *chapters(
            (written("约谈事由"), list_lines(values, "reason")),
            (written("约谈对象"), list_lines(values, "who")),
            (
                written("时间和地点"),
                [written("{0}，{1}。").format(moment_of(values, "at"), said(values, "place"))],
            ),
            (written("需准备的材料"), numbered(values, "papers")),
        ),
        written("请准时参加；如有异议，可在约谈前书面说明。"),
    )


def _answer(values: Values) -> Sheet:
    return (
        (_cell(written("约谈单位"), said(values, "unit")),),
        (_cell(written("约谈时间"), moment_of(values, "at")),),
        (_cell(written("约谈地点"), said(values, "place")),),
        (_cell(written("参加人及职务"), lines=3),),
        (_cell(written("书面说明"), written("□无    □有，随本回执报送")),),
        (_cell(written("签收人职务")), _cell(written("签收日期"))),
        (_cell(written("办公电话")), _cell(written("备注"))),
    )  # fmt: skip


def _transfer(values: Values) -> tuple[str, ...]:
    basis = said(values, "basis").rstrip(written("，。")).removeprefix(written("根据"))
    return (
        written("我单位在工作中发现以下线索，根据{0}，现移送你单位依法办理。").format(basis),
        *chapters(
            (written("线索概要"), list_lines(values, "summary")),
            (written("移送材料"), numbered(values, "papers")),
        ),
        written("请收到后填写回执，并将受理、不受理、立案或者退回的结果和理由函告我单位。"),
        *contact(values),
    )


def receipt(values: Values) -> Sheet:
    """What the receiver of a lead sends back."""
    return (
        (_cell(written("移送线索"), said(values, "matter")),),
        (_cell(written("接收单位")),),
        (_cell(written("签收人职务")), _cell(written("签收日期"))),
        (_cell(written("处理结果"), written("□受理  □不受理  □立案  □退回")),),
        (_cell(written("理由"), lines=4),),
        (_cell(written("办理人职务")), _cell(written("反馈日期"))),
    )  # fmt: skip


def _payment(values: Values) -> Sheet:
    fen = int(values.get("amount") or 0)
    return (
        (_cell(written("领取单位"), said(values, "payee")),),
        (_cell(written("事项"), said(values, "matter"), lines=2),),
        (_cell(written("依据"), said(values, "basis")),),
        (_cell(written("金额（小写）"), f"￥{fen // 100:,}.{fen % 100:02d}"), _cell(written("付款方式"), said(values, "way"))),
        (_cell(written("金额（大写）"), written("人民币") + capital_amount(fen)),),
        (_cell(written("通知日期"), day_of(values, "given_on")), _cell(written("领取期限"), day_of(values, "take_by"))),
        (_cell(written("经办人")), _cell(written("审核人"))),
        (_cell(written("领取人签收"), lines=2), _cell(written("领取日期"), lines=2)),
        (_cell(written("备注"), said(values, "remark"), lines=2),),
    )  # fmt: skip


def no_body(_values: Values) -> tuple[str, ...]:
    return ()


ORDERS = (
    DocumentTemplate(
        key="order", label=_("督办单"), type=DocumentType.ORDER, title=fixed(written("督办单")), body=no_body, sheet=_order,
        fields=(
            line("level", _("督办级别"), required=False, hint=_("蓝、黄、红。")), lines("matter", _("督办事项")),
            line("origin", _("事项来源"), hint=_("会议纪要第几期第几条、领导批示、上级交办。")),
            line("lead", _("牵头单位")), line("support", _("配合单位"), required=False), lines("demands", _("具体要求")),
            day("given_on", _("交办日期"), required=True), day("due_on", _("办结时限"), required=True),
            line("rhythm", _("反馈频次"), required=False), line("signer", _("签发（职务）"), required=False),
            line("handler", _("承办人（职务）"), required=False),
        ),
        example={
            "level": written("黄"), "matter": written("完成辖区营业网点宣传资料更新"),
            "origin": written("联席会议纪要第3期第2条"), "lead": written("市公安局"), "support": written("各银行业金融机构"),
            "demands": written("核对网点名单。\n更换过期资料。\n按月反馈进度。"), "given_on": "2026-09-01",
            "due_on": "2026-09-30", "rhythm": written("每周一次"), "signer": written("办公室主任"),
            "handler": written("支付结算科科长"),
        },
    ),
    DocumentTemplate(
        key="advisory", label=_("提示函"), type=DocumentType.ADVISORY, title=about(written("提示函")), body=_advisory,
        fields=(
            MATTER, lines("situation", _("情况")), lines("risks", _("风险点"), hint=_("一行一项。")),
            lines("measures", _("建议措施"), hint=_("一行一项。")), day("reply_by", _("反馈日期")), CONTACT,
        ),
        example={
            "matter": written("防范节日期间风险"), "situation": written("近期同类情况有所增多，多发生在乡镇集市。"),
            "risks": written("现金交易集中。\n老年群体识别能力弱。"),
            "measures": written("增加巡查频次。\n开展针对性宣传。"), "reply_by": "2026-10-10", "contact": None,
        },
    ),
    DocumentTemplate(
        key="interview", label=_("约谈通知书"), type=DocumentType.INTERVIEW, title=fixed(written("约谈通知书")),
        body=_interview, sheet=_answer, annex=_("约谈回执"),
        fields=(
            line("unit", _("约谈单位")), line("who", _("约谈对象（职务）")), moment("at", _("约谈时间")),
            line("place", _("约谈地点")), lines("reason", _("事由")),
            lines("papers", _("需准备的材料"), required=False, hint=_("一行一项。")), BASIS,
        ),
        example={
            "unit": written("示范县商务局"), "who": written("分管副局长"), "at": "2026-09-16T15:00:00+08:00",
            "place": written("联席会议办公室"), "reason": written("连续两个月未按时反馈督办事项办理情况。"),
            "papers": written("事项办理情况说明。\n整改计划。"), "basis": written("联席会议制度有关规定"),
        },
    ),
    DocumentTemplate(
        key="transfer", label=_("移送函"), type=DocumentType.TRANSFER, body=_transfer, sheet=receipt, annex=_("移送回执"),
        title=lambda v: written("关于移送{0}的函").format(said(v, "matter").removeprefix(written("移送"))),
        fields=(
            line("matter", _("线索名称")), lines("summary", _("线索概要"), hint=_("不写个人姓名、证件和电话号码。")),
            lines("papers", _("移送材料"), required=False, hint=_("一行一项。")), line("basis", _("移送依据")), CONTACT,
        ),
        example={
            "matter": written("某网点异常交易线索"), "summary": written("日常检查中发现某网点短期内多笔异常交易，涉及金额较大。"),
            "papers": written("交易清单1份。\n情况说明1份。"), "basis": written("联席会议制度有关规定"), "contact": None,
        },
    ),
    DocumentTemplate(
        key="payment", label=_("发放通知单"), type=DocumentType.PAYMENT, title=fixed(written("发放通知单")), body=no_body,
        sheet=_payment,
        fields=(
            line("payee", _("领取单位")), line("matter", _("事项")), line("basis", _("依据"), hint=_("批准文件或审批表编号。")),
            Field(key="amount", label=_("金额"), kind=FieldKind.MONEY, unit=_("元"), required=True),
            line("way", _("付款方式"), required=False), day("given_on", _("通知日期"), required=True),
            day("take_by", _("领取期限")), line("remark", _("备注"), required=False),
        ),
        example={
            "payee": written("示范县公安局"), "matter": written("2026年度工作奖励"), "basis": written("审批表第5号"),
            "amount": 5_296_000, "way": written("转账"), "given_on": "2026-09-18", "take_by": "2026-10-18", "remark": None,
        },
    ),
)  # fmt: skip
