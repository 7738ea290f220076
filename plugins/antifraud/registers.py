"""Registers of numbers, entered when something was done; the monthly report adds them up. No persons, no accounts.

Who may enter which action follows the form: only the owner of a figure is asked for it.
"""

from __future__ import annotations

from dataclasses import replace

from portal.campaigns import Clause, Field, FieldKind, Ledger, Text, Values, _

from .draws import TALLIED
from .monthly.police_sections import POLICE_SECTIONS
from .papers_answered import SUGGESTION
from .responsibility import CARD_TRACE, KEY_PERSONS, RECTIFICATION
from .sources import d2


def _action_ledger(
    key: str,
    label: Text,
    numbering: Text,
    clause: Clause,
    writers: tuple[str, ...],
    examples: tuple[Values, ...],
    *,
    amount: Text | None = None,
) -> Ledger:
    """An entry says what was done, how often, and where it has one the amount."""
    fields = [
        Field(
            key="action",
            label=_("事项"),
            kind=FieldKind.CHOICE,
            choices=f"{key}_action",
            required=True,
            definition=_("一天内同一事项可以合并登记一条。"),
        ),
        Field(
            key="quantity",
            label=_("数量"),
            kind=FieldKind.INTEGER,
            required=True,
            definition=_("单位见事项；只填数量，不填账号、号码、姓名。"),
        ),
    ]
    if amount is not None:
        fields.append(
            Field(key="amount", label=_("金额"), kind=FieldKind.MONEY, unit=_("万元"), definition=amount)
        )
    fields.append(
        Field(key="remark", label=_("备注"), kind=FieldKind.TEXT, definition=_("来文字号、处置结果等。"))
    )
    return Ledger(
        key=key,
        label=label,
        numbering=numbering,
        fields=tuple(fields),
        clause=clause,
        writers=writers,
        views=("action",),
        examples=examples,
    )


_POLICE = {f.key: f for section in POLICE_SECTIONS for f in section.fields}

TALLY = Ledger(
    key="tally",
    label=_("警情日登记"),
    numbering=_("日"),
    fields=tuple(
        replace(
            _POLICE[key],
            required=False,
            draws=(),
            owners=(),
            clause=None,
            definition=_("登记当日新增的数，口径同月报表；没有的留空。"),
        )
        for key in TALLIED
    ),
    clause=d2(_("二（七）第5项"), _("发案数只认公安机关一家；按日或按周登记，月报由此合计。")),
    writers=("police",),
    examples=(
        {
            "title": _("上旬登记（演示）"),
            "incident_count": 7,
            "case_filed_count": 5,
            "case_solved_count": 4,
            "arrest_count": 3,
            "loss_amount": 28_600_000,
            "stop_payment_accounts": 12,
            "stop_payment_amount": 41_000_000,
            "warning_count": 610,
            "dissuasion_count": 570,
            "face_to_face_due_count": 102,
            "face_to_face_dissuasion_count": 98,
            "phone_dissuasion_count": 402,
            "message_dissuasion_count": 70,
            "temporary_protection_count": 3,
            "prompt_letter_count": 1,
        },
        {
            "title": _("中旬登记（演示）"),
            "incident_count": 6,
            "case_filed_count": 4,
            "case_solved_count": 5,
            "earlier_case_solved_count": 2,
            "arrest_count": 4,
            "prosecution_transfer_count": 3,
            "loss_amount": 31_250_000,
            "freeze_accounts": 9,
            "freeze_amount": 17_400_000,
            "seized_bank_cards": 11,
            "seized_sim_cards": 16,
            "warning_count": 650,
            "dissuasion_count": 604,
            "face_to_face_due_count": 105,
            "face_to_face_dissuasion_count": 101,
            "phone_dissuasion_count": 430,
            "message_dissuasion_count": 73,
        },
    ),
)

ACCOUNT = _action_ledger(
    "account",
    _("账户管控登记"),
    _("户"),
    d2(_("二（十八）第4、6、7项"), _("督导检查见二（十六）第1项。")),
    ("banks", "banking_regulator"),
    (
        {"title": _("柜面劝阻一笔汇款（演示）"), "action": "blocked", "quantity": 1, "amount": 4_800_000},
        {"title": _("本周新增非柜面限额账户（演示）"), "action": "restricted", "quantity": 18},
        {"title": _("劝退异常开户申请（演示）"), "action": "refused", "quantity": 2},
        {"title": _("协助公安机关紧急查冻（演示）"), "action": "freeze_assisted", "quantity": 2},
    ),
    amount=_("堵截的填写未汇出的金额，其他事项留空。"),
)

NUMBER = _action_ledger(
    "number",
    _("号码处置登记"),
    _("号"),
    d2(_("二（十七）第1、2项"), _("工信部门的监测处置见二（十）第5项。")),
    ("telecom", "industry"),
    (
        {"title": _("本周关停高风险号码（演示）"), "action": "closed", "quantity": 12},
        {"title": _("二次实人认证（演示）"), "action": "reverified", "quantity": 36},
        {"title": _("本周拦截诈骗电话（演示）"), "action": "calls", "quantity": 85},
    ),
)

HANDLING = _action_ledger(
    "handling",
    _("部门处置登记"),
    _("处"),
    d2(_("二（三）第2、3项"), _("另见二（八）第1项、（十一）第1、2项、（十四）第1项。")),
    ("network_center", "development", "market", "postal"),
    (
        {"title": _("涉诈网址报上级封堵（演示）"), "action": "url", "quantity": 8},
        {"title": _("住所失联企业列异（演示）"), "action": "abnormal", "quantity": 3},
        {"title": _("重点地区邮件开封查验（演示）"), "action": "parcel", "quantity": 45},
    ),
)

PROCEEDING = Ledger(
    key="proceeding",
    label=_("起诉审判登记"),
    numbering=_("诉"),
    fields=(
        Field(
            key="step",
            label=_("办理环节"),
            kind=FieldKind.CHOICE,
            choices="proceeding_step",
            required=True,
            definition=_("一案一环节登记一条，得知时间填作出决定之日。"),
        ),
        Field(
            key="people",
            label=_("涉及人数"),
            kind=FieldKind.INTEGER,
            unit=_("人"),
            definition=_("只填数量；公益诉讼可不填。"),
        ),
        Field(
            key="restitution",
            label=_("退赃退赔"),
            kind=FieldKind.MONEY,
            unit=_("万元"),
            definition=_("本次实际退出和赔付的金额。"),
            clause=d2(_("二（五）第4项")),
        ),
    ),
    clause=d2(_("二（五）第9项、（六）第3、5、6项")),
    writers=("procuratorate", "court"),
    views=("step",),
    examples=(
        {"title": _("帮信案批准逮捕（演示）"), "step": "arrest", "people": 2},
        {"title": _("跑分案提起公诉（演示）"), "step": "prosecution", "people": 4},
        {"title": _("刷单诈骗案宣判（演示）"), "step": "judgment", "people": 3, "restitution": 2_600_000},
        {"title": _("个人信息保护公益诉讼（演示）"), "step": "public_interest"},
    ),
)

INTERNAL = Ledger(
    key="internal",
    label=_("内部发案登记"),
    numbering=_("内"),
    fields=(
        Field(
            key="victims",
            label=_("本单位人员被骗"),
            kind=FieldKind.INTEGER,
            unit=_("人"),
            required=True,
            definition=_("公安已立案的，只填人数，不填姓名；没有的填 0。"),
        ),
        Field(
            key="offenders",
            label=_("本单位人员涉诈"),
            kind=FieldKind.INTEGER,
            unit=_("人"),
            required=True,
            definition=_("因电诈或关联违法犯罪被处理的，只填人数，不填姓名；没有的填 0。"),
        ),
    ),
    clause=d2(_("二（一）第4项"), _("各组都有同一要求；只由本单位和办公室使用。")),
    examples=({"title": _("一名职工网购退款被骗，公安已立案（演示）"), "victims": 1, "offenders": 0},),
)

REGISTERS = (
    TALLY,
    ACCOUNT,
    NUMBER,
    HANDLING,
    PROCEEDING,
    SUGGESTION,
    CARD_TRACE,
    RECTIFICATION,
    KEY_PERSONS,
    INTERNAL,
)
