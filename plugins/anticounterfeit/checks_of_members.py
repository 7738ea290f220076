"""Registers of what members supervise: machines, parcels, disputes at counters."""

from __future__ import annotations

from portal.campaigns import (
    Check,
    Clause,
    Field,
    FieldKind,
    Grade,
    Ledger,
    Message,
    State,
    Step,
    Text,
    Values,
    Who,
    _,
)


def _count(key: str, label: Text, unit: Text, definition: Text, *, required: bool = False) -> Field:
    return Field(
        key=key, label=label, kind=FieldKind.INTEGER, unit=unit, definition=definition, required=required
    )


def _not_above(key: str, some: str, whole: str, text: Text) -> Check:
    def find(values: Values) -> Message | None:
        low, high = values.get(some) or 0, values.get(whole) or 0
        return Message(text, part=low, whole=high, gap=low - high) if low > high else None

    return Check(key=key, grade=Grade.ERROR, fields=(some, whole), find=find)


INSPECTION_LEDGER = Ledger(
    key="inspection",
    label=_("现金机具检查登记"),
    numbering=_("检"),
    fields=(
        Field(
            key="aspect", label=_("检查内容"), kind=FieldKind.CHOICE, choices="inspection_aspect",
            definition=_("留空按产品质量抽检计。"),
            clause=Clause(source="D0", article=_("附件·市市场监管局第1至3项、银行业金融机构第2项")),
        ),
        _count("sampled", _("抽检机具"), _("台"), _("本次在该企业抽检的现金机具。"), required=True),
        _count("failed", _("其中不合格"), _("台"), _("已含在抽检台数内。")),
        Field(
            key="handling", label=_("处理情况"), kind=FieldKind.TEXT,
            definition=_("责令改正、下架、立案等，没有问题的留空。"),
        ),
        Field(key="rectified_on", label=_("整改完成日期"), kind=FieldKind.DATE, definition=_("有不合格的，复查合格后填写。")),
    ),
    clause=Clause(
        source="D0", article=_("附件·市市场监管局第2项"), note=_("一次检查一家企业登记一条；银行自查按网点登记。")
    ),
    writers=("market_regulation", "banks"),
    views=("aspect",),
    checks=(
        _not_above(
            "failed_part", "failed", "sampled",
            _("不合格 %(part)s 台，多于抽检 %(whole)s 台，多出 %(gap)s 台。请核对。"),
        ),
    ),
    examples=(
        {
            "title": _("某点钞机经销店抽检（演示）"), "aspect": "quality", "sampled": 6, "failed": 1,
            "handling": _("责令下架"), "rectified_on": "2026-03-20",
        },
        {"title": _("某金融机具公司抽检（演示）"), "aspect": "quality", "sampled": 10, "failed": 0},
        {
            "title": _("某网点验钞机升级后自查（演示）"), "aspect": "own_machines", "sampled": 4, "failed": 1,
            "handling": _("停用待升级"),
        },
    ),
)  # fmt: skip

PARCEL_CHECK_LEDGER = Ledger(
    key="parcel_check",
    label=_("寄递安全检查登记"),
    numbering=_("寄"),
    fields=(
        _count("outlets", _("检查网点"), _("家次"), _("本次检查的寄递企业网点。"), required=True),
        _count("unopened", _("未验视"), _("家次"), _("没有执行收寄验视的网点。")),
        _count("anonymous", _("未实名"), _("家次"), _("没有执行实名收寄的网点。")),
        _count("unscanned", _("未过机安检"), _("家次"), _("没有执行过机安检的网点。")),
        _count("trained", _("培训从业人员"), _("人次"), _("检查时培训的一线人员。")),
        Field(key="handling", label=_("处理情况"), kind=FieldKind.TEXT, definition=_("责令改正、处罚等，没有问题的留空。")),
    ),
    clause=Clause(
        source="D0", article=_("附件·市邮政管理局第1项"), note=_("发现的假币线索登记在假币案件台账并移送公安机关。")
    ),
    writers=("postal",),
    checks=tuple(
        _not_above(f"{key}_part", key, "outlets", _("存在问题 %(part)s 家次，多于检查 %(whole)s 家次，多出 %(gap)s。请核对。"))
        for key in ("unopened", "anonymous", "unscanned")
    ),
    examples=(
        {"title": _("城区快递网点检查（演示）"), "outlets": 8, "unopened": 1, "trained": 12, "handling": _("责令改正")},
        {"title": _("邮件处理中心检查（演示）"), "outlets": 2},
    ),
)  # fmt: skip

_DISPUTES = Clause(source="D0", article=_("附件·阳泉金融监管分局第3项"))

DISPUTE_LEDGER = Ledger(
    key="dispute",
    label=_("涉假币纠纷登记"),
    numbering=_("纠"),
    fields=(
        Field(key="kind", label=_("纠纷类型"), kind=FieldKind.CHOICE, choices="dispute_kind", required=True),
        Field(key="institution", label=_("涉及机构"), kind=FieldKind.TEXT, required=True, definition=_("银行网点名称；不写客户姓名、电话和证件。")),
        Field(key="amount", label=_("争议面额"), kind=FieldKind.MONEY, unit=_("元"), definition=_("有争议的纸币、硬币面额。")),
        Field(
            key="appraisal_asked", label=_("已申请鉴定"), kind=FieldKind.FLAG,
            clause=Clause(source="PBC2019", article=_("第四章 假币鉴定"), note=_("持有人可在收缴后 3 个工作日内申请。")),
        ),
        Field(key="result", label=_("处理结果"), kind=FieldKind.LONG_TEXT, max_length=500, definition=_("鉴定结论、解释说明、整改要求等。")),
    ),
    clause=_DISPUTES,
    writers=("financial_regulator", "pboc", "banks"),
    states=(
        State(key="received", label=_("已受理")),
        State(key="handling", label=_("协调处理中")),
        State(key="settled", label=_("已办结"), final=True),
    ),
    steps=(
        Step(key="handle", label=_("开始协调"), start=("received",), end="handling", by=(Who.LEAD, Who.SUPPORT), note=True, clause=_DISPUTES),
        Step(
            key="settle", label=_("办结"), start=("received", "handling"), end="settled", fields=("result",),
            requires=("result",), clause=_DISPUTES,
        ),
    ),
    views=("kind",),
    examples=(
        {
            "title": _("客户对收缴 100 元券真伪有异议（演示）"), "kind": "authenticity", "institution": _("城区某网点"),
            "amount": 10_000, "appraisal_asked": True,
        },
        {"title": _("商户反映取款夹有假币（演示）"), "kind": "paid_out", "institution": _("矿区某网点"), "amount": 5_000},
    ),
)  # fmt: skip
