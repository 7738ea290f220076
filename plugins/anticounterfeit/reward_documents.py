"""The three papers of a reward: 申请表, 审批表, 发放通知单 with its 回单联 (D1). Names after D1; the layouts are ours, D1
prints none, so they are drafts until the bank's own forms are at hand."""

from __future__ import annotations

from portal.campaigns import (
    Cell,
    Clause,
    DocumentTemplate,
    DocumentType,
    Field,
    FieldKind,
    Message,
    Text,
    Values,
    Words,
    _,
    capital_amount,
    write_day,
    written,
)

_YUAN = _("元")
Rows = tuple[tuple[Cell, ...], ...]


def _said(values: Values, key: str) -> str:
    return str(values.get(key) or "")


def _figure(values: Values, key: str) -> str:
    fen = int(values.get(key) or 0)
    return f"{fen // 100:,}.{fen % 100:02d}"


def _yuan(values: Values, key: str) -> Words:
    return Message(written("%(n)s元"), n=_figure(values, key))


def _sums(values: Values) -> Rows:
    return (
        (
            Cell(
                label=written("金额（小写）"), value=Message(written("￥%(n)s"), n=_figure(values, "reward"))
            ),
        ),
        (Cell(label=written("金额（大写）"), value=_capital(values)),),
    )


def _capital(values: Values) -> str:
    return written("人民币") + capital_amount(int(values.get("reward") or 0))


def _case(values: Values) -> Rows:
    return (
        (Cell(label=written("申请单位"), value=_said(values, "unit")),),
        (Cell(label=written("案件"), value=_said(values, "case"), lines=2),),
        (
            Cell(label=written("立案文号"), value=_said(values, "filing_number")),
            Cell(label=written("案件类型"), value=_said(values, "kind")),
        ),
        (
            Cell(label=written("破案日期"), value=write_day(values.get("solved_on"))),
            Cell(label=written("实物解缴"), value=write_day(values.get("delivered_on"))),
        ),
        (Cell(label=written("假币面额"), value=_yuan(values, "face")),),
    )


def _stamped(label: str, value: Words = "", lines: int = 3) -> tuple[Cell, ...]:
    return (Cell(label=label, value=value, lines=lines),)


def _application(values: Values) -> Rows:
    return (
        *_case(values),
        _stamped(written("案情摘要"), _said(values, "facts"), 4),
        (Cell(label=written("随附材料"), value=_said(values, "materials"), lines=2),),
        (Cell(label=written("测算奖励"), value=_yuan(values, "reward")),),
        _stamped(
            written("申请意见"), written("以上情况属实，一案一申请，未合并或分次上报。申请单位（盖章）：")
        ),
        (Cell(label=written("经办人"), value=""), Cell(label=written("负责人"), value="")),
    )


def _approval(values: Values) -> Rows:
    return (
        *_case(values),
        (
            Cell(label=written("破案奖励"), value=_yuan(values, "base")),
            Cell(label=written("加计"), value=_yuan(values, "addition")),
        ),
        *_sums(values),
        (Cell(label=written("测算过程"), value=_said(values, "steps"), lines=3),),
        (Cell(label=written("审批权限"), value=_said(values, "tier")),),
        _stamped(written("货币金银部门意见"), _said(values, "opinion")),
        _stamped(written("会计部门审查"), _said(values, "review")),
        _stamped(written("负责人（上级行）审批"), _said(values, "decision")),
    )


def _notice(values: Values) -> Rows:
    return (
        (Cell(label=written("申请单位"), value=_said(values, "unit")),),
        (Cell(label=written("案件"), value=_said(values, "case"), lines=2),),
        (
            Cell(label=written("案件编号"), value=_said(values, "case_number")),
            Cell(label=written("假币面额"), value=_yuan(values, "face")),
        ),
        (
            Cell(label=written("审批单位"), value=_said(values, "approver")),
            Cell(label=written("审批日期"), value=write_day(values.get("approved_on"))),
        ),
        *_sums(values),
        (
            Cell(
                label=written("分配要求"),
                value=written("由被奖单位按各单位和个人的贡献确定分配金额，足额发放，并留存签收记录。"),
            ),
        ),
        (Cell(label=written("经办人"), value=""), Cell(label=written("审核人"), value="")),
        (Cell(label="", value=written("回单联（由申请单位填写盖章后退回，收到后拨付）")),),
        (
            Cell(label=written("收到通知"), value=written("    年  月  日")),
            Cell(label=written("奖励金额"), value=_yuan(values, "reward")),
        ),
        (Cell(label=written("金额（大写）"), value=_capital(values)),),
        (Cell(label=written("收款户名"), value=""), Cell(label=written("经办人"), value="")),
        (Cell(label=written("申请单位（盖章）"), value="", lines=2),),
    )


def _text(key: str, label: Text, *, required: bool = False) -> Field:
    return Field(key=key, label=label, kind=FieldKind.TEXT, required=required, max_length=200)


def _long(key: str, label: Text) -> Field:
    return Field(key=key, label=label, kind=FieldKind.LONG_TEXT, max_length=2000)


def _money(key: str, label: Text, *, required: bool = False) -> Field:
    return Field(key=key, label=label, kind=FieldKind.MONEY, unit=_YUAN, required=required)


def _day(key: str, label: Text, *, required: bool = False) -> Field:
    return Field(key=key, label=label, kind=FieldKind.DATE, required=required)


_CASE_FIELDS = (
    _text("unit", _("申请单位"), required=True),
    _text("case", _("案件"), required=True),
    _text("filing_number", _("立案决定书文号"), required=True),
    _text("kind", _("案件类型")),
    _day("solved_on", _("破案日期")),
    _day("delivered_on", _("实物解缴日期")),
    _money("face", _("假币面额")),
    _money("reward", _("奖励金额"), required=True),
)
_CASE_EXAMPLE = {
    "unit": written("示范县公安局"),
    "case": written("示范县集市使用假币案"),
    "filing_number": written("示公（经）立字〔2026〕4号"),
    "kind": written("破获再加工、变造、打印或复印窝点"),
    "solved_on": "2026-08-03",
    "delivered_on": "2026-08-10",
    "face": 41_200_000,
    "reward": 5_296_000,
}

APPLICATION = DocumentTemplate(
    key="reward_application",
    label=_("反假奖励申请表"),
    type=DocumentType.PAYMENT,
    clause=Clause(source="D1", article=_("奖励申请程序"), note=_("名称依原文，版式为草案。")),
    title=lambda _values: written("反假人民币奖励申请表"),
    body=lambda _values: (),
    sheet=_application,
    fields=(*_CASE_FIELDS, _long("facts", _("案情摘要")), _long("materials", _("随附材料"))),
    example=_CASE_EXAMPLE
    | {
        "facts": written("捣毁打印窝点一处，抓获主要涉案人员，缴获设备和半成品。"),
        "materials": written("假币收入凭证、立案决定书、批准逮捕决定书、起诉意见书"),
    },
)

APPROVAL = DocumentTemplate(
    key="reward_approval",
    label=_("反假奖励审批表"),
    type=DocumentType.PAYMENT,
    clause=Clause(source="D1", article=_("奖励审批"), note=_("名称依原文，版式为草案。")),
    title=lambda _values: written("反假人民币奖励审批表"),
    body=lambda _values: (),
    sheet=_approval,
    fields=(
        *_CASE_FIELDS,
        _money("base", _("破案奖励")),
        _money("addition", _("加计")),
        _long("steps", _("测算过程")),
        _text("tier", _("审批权限")),
        _long("opinion", _("货币金银部门意见")),
        _long("review", _("会计部门审查")),
        _long("decision", _("审批意见")),
    ),
    example=_CASE_EXAMPLE
    | {
        "base": 2_000_000,
        "addition": 3_296_000,
        "steps": written("纸币面额合计412,000.00元，按8%加计32,960.00元。"),
        "tier": written("人民银行省级分行"),
        "opinion": written("材料齐全，拟同意。"),
        "review": written("金额复核无误。"),
        "decision": written("同意发放。"),
    },
)

NOTICE = DocumentTemplate(
    key="reward_notice",
    label=_("反假奖励金发放通知单"),
    type=DocumentType.PAYMENT,
    clause=Clause(
        source="D1",
        article=_("奖励审批"),
        note=_("审批完成后 15 个工作日内，由货币金银部门告知申请单位；名称依原文，版式为草案。"),
    ),
    title=lambda _values: written("反假人民币奖励金发放通知单"),
    body=lambda _values: (),
    sheet=_notice,
    fields=(
        _text("unit", _("申请单位"), required=True),
        _text("case", _("案件"), required=True),
        _text("case_number", _("案件编号")),
        _money("face", _("假币面额")),
        _money("reward", _("奖励金额"), required=True),
        _text("approver", _("审批单位"), required=True),
        _day("approved_on", _("审批日期"), required=True),
    ),
    example={
        "unit": written("示范县公安局"),
        "case": written("示范县集市使用假币案"),
        "case_number": written("案〔2026〕4号"),
        "face": 52_960_000,
        "reward": 5_296_000,
        "approver": written("人民银行示范市分行"),
        "approved_on": "2026-09-10",
    },
)
