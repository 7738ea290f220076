"""Rules over the monthly table. Each says which two numbers do not fit and by how much."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from portal.campaigns import Check, Grade, Message, Text, Values, _

from ..sources import d2

Find = Callable[[Values], Message | None]

_FEN_PER_WAN = 1_000_000


def wan(fen: int) -> str:
    """Fen as 万元 with two decimals."""
    return f"{Decimal(fen) / _FEN_PER_WAN:.2f}"


def _not_above(part: str, whole: str, sentence: Text) -> Find:
    """A sentence when ``part`` exceeds ``whole``; silent where a unit does not report both."""

    def find(values: Values) -> Message | None:
        low, high = values.get(part), values.get(whole)
        if low is None or high is None or low <= high:
            return None
        return Message(sentence, part=low, whole=high, gap=low - high)

    return find


def _sum_without_number(amount: str, number: str, sentence: Text) -> Find:
    """A sentence when there is an amount but the number of what it belongs to is 0."""

    def find(values: Values) -> Message | None:
        if not values.get(amount) or values.get(number) != 0:
            return None
        return Message(sentence, amount=wan(values[amount]))

    return find


def _reach_without_event(reach: str, events: str, sentence: Text) -> Find:
    def find(values: Values) -> Message | None:
        if not values.get(reach) or values.get(events) != 0:
            return None
        return Message(sentence, reach=values[reach])

    return find


def _no_activity(values: Values) -> Message | None:
    if values.get("publicity_activities") != 0:
        return None
    return Message(_("本月公开宣传活动 0 场，比每月至少 1 场少 1 场。本月确实没有开展的，请写明情况。"))


def _ways_of_dissuasion(values: Values) -> Message | None:
    """Met, called, written to: parts of the whole; silent where the police did not tell them apart."""
    keys = ("face_to_face_dissuasion_count", "phone_dissuasion_count", "message_dissuasion_count")
    whole = values.get("dissuasion_count")
    if whole is None or all(values.get(key) is None for key in keys[1:]):
        return None
    met, called, sent = (values.get(key) or 0 for key in keys)
    if met + called + sent <= whole:
        return None
    return Message(
        _(
            "见面 %(met)s、电话 %(called)s、短消息 %(sent)s 人次，合计 %(total)s，大于预警劝阻 %(whole)s 人次，多 %(gap)s 人次。"
            "请核对或说明原因。"
        ),
        met=met,
        called=called,
        sent=sent,
        total=met + called + sent,
        whole=whole,
        gap=met + called + sent - whole,
    )


def _traced_as_listed(values: Values) -> Message | None:
    """The two sums and the table per bank and operator come from the same ledger; each owner has its half."""
    rows = values.get("card_traces")
    if not rows:
        return None
    for key, card, name in (
        ("account_trace_back_count", "bank_card", _("银行卡")),
        ("number_trace_back_count", "phone_card", _("电话卡")),
    ):
        listed = sum(int(row.get("cards") or 0) for row in rows if row.get("card") == card)
        told = values.get(key)
        if told is not None and told != listed:
            text = _("%(name)s倒查填报 %(told)s，分机构合计 %(listed)s，相差 %(gap)s。请核对或说明原因。")
            return Message(text, name=name, told=told, listed=listed, gap=abs(told - listed))
    return None


def _internal_case(values: Values) -> Message | None:
    victims, offenders = values.get("internal_victim_count") or 0, values.get("internal_offender_count") or 0
    if not victims + offenders:
        return None
    return Message(
        _("本单位被骗 %(victims)s 人、涉诈 %(offenders)s 人，合计 %(total)s 人，未做到零发案。请核对人数。"),
        victims=victims,
        offenders=offenders,
        total=victims + offenders,
    )


CHECKS = (
    Check(
        key="top_type_within_filed",
        grade=Grade.ERROR,
        fields=("top_fraud_type_count", "case_filed_count"),
        find=_not_above(
            "top_fraud_type_count",
            "case_filed_count",
            _("发案最多类型立案 %(part)s 起，大于立案总数 %(whole)s 起，多 %(gap)s 起。请改正其中一个数。"),
        ),
    ),
    Check(
        key="earlier_within_solved",
        grade=Grade.ERROR,
        fields=("earlier_case_solved_count", "case_solved_count"),
        find=_not_above(
            "earlier_case_solved_count",
            "case_solved_count",
            _("破以前月份案件 %(part)s 起，大于破案总数 %(whole)s 起，多 %(gap)s 起。请改正其中一个数。"),
        ),
    ),
    Check(
        key="loss_without_case",
        grade=Grade.EXPLAIN,
        fields=("loss_amount", "case_filed_count"),
        find=_sum_without_number(
            "loss_amount", "case_filed_count", _("立案 0 起，案损 %(amount)s 万元。请核对或说明原因。")
        ),
    ),
    Check(
        key="stop_without_account",
        grade=Grade.EXPLAIN,
        fields=("stop_payment_amount", "stop_payment_accounts"),
        find=_sum_without_number(
            "stop_payment_amount",
            "stop_payment_accounts",
            _("止付账户 0 个，止付金额 %(amount)s 万元。请核对或说明原因。"),
        ),
    ),
    Check(
        key="freeze_without_account",
        grade=Grade.EXPLAIN,
        fields=("freeze_amount", "freeze_accounts"),
        find=_sum_without_number(
            "freeze_amount",
            "freeze_accounts",
            _("冻结账户 0 个，冻结金额 %(amount)s 万元。请核对或说明原因。"),
        ),
    ),
    Check(
        key="refund_without_person",
        grade=Grade.EXPLAIN,
        fields=("refund_amount", "refund_people"),
        find=_sum_without_number(
            "refund_amount", "refund_people", _("返还人数 0 人，返还金额 %(amount)s 万元。请核对或说明原因。")
        ),
    ),
    Check(
        key="met_within_due",
        grade=Grade.EXPLAIN,
        fields=("face_to_face_dissuasion_count", "face_to_face_due_count"),
        find=_not_above(
            "face_to_face_dissuasion_count",
            "face_to_face_due_count",
            _("见面劝阻 %(part)s 人次，大于应见面 %(whole)s 人次，多 %(gap)s 人次。请核对或说明原因。"),
        ),
        clause=d2(_("二（七）第6项")),
    ),
    Check(
        key="met_within_dissuasion",
        grade=Grade.ERROR,
        fields=("face_to_face_dissuasion_count", "dissuasion_count"),
        find=_not_above(
            "face_to_face_dissuasion_count",
            "dissuasion_count",
            _("见面劝阻 %(part)s 人次，大于预警劝阻 %(whole)s 人次，多 %(gap)s 人次。请改正其中一个数。"),
        ),
        clause=d2(_("二（七）第6项")),
    ),
    Check(
        key="ways_within_dissuasion",
        grade=Grade.EXPLAIN,
        fields=(
            "dissuasion_count",
            "face_to_face_dissuasion_count",
            "phone_dissuasion_count",
            "message_dissuasion_count",
        ),
        find=_ways_of_dissuasion,
        clause=d2(_("二（七）第6项")),
    ),
    Check(
        key="traced_as_listed",
        grade=Grade.EXPLAIN,
        fields=("account_trace_back_count", "number_trace_back_count"),
        find=_traced_as_listed,
        clause=d2(_("二（十）第8项、（十六）第4项")),
    ),
    Check(
        key="cheated_within_warnings",
        grade=Grade.EXPLAIN,
        fields=("post_warning_victim_count", "warning_count"),
        find=_not_above(
            "post_warning_victim_count",
            "warning_count",
            _("预警后仍被骗 %(part)s 人，大于预警指令 %(whole)s 条，相差 %(gap)s。请核对或说明原因。"),
        ),
    ),
    Check(
        key="prosecuted_people_per_case",
        grade=Grade.EXPLAIN,
        fields=("prosecuted_cases", "prosecuted_people"),
        find=_not_above(
            "prosecuted_cases",
            "prosecuted_people",
            _("提起公诉 %(part)s 件、%(whole)s 人，人数比件数少 %(gap)s。请核对或说明原因。"),
        ),
    ),
    Check(
        key="judged_people_per_case",
        grade=Grade.EXPLAIN,
        fields=("judged_cases", "judged_people"),
        find=_not_above(
            "judged_cases",
            "judged_people",
            _("判决 %(part)s 件、%(whole)s 人，人数比件数少 %(gap)s。请核对或说明原因。"),
        ),
    ),
    Check(
        key="block_without_case",
        grade=Grade.EXPLAIN,
        fields=("blocked_transfer_amount", "blocked_transfer_count"),
        find=_sum_without_number(
            "blocked_transfer_amount",
            "blocked_transfer_count",
            _("柜面堵截 0 起，堵截金额 %(amount)s 万元。请核对或说明原因。"),
        ),
    ),
    Check(
        key="reach_without_activity",
        grade=Grade.EXPLAIN,
        fields=("publicity_reach", "publicity_activities"),
        find=_reach_without_event(
            "publicity_reach",
            "publicity_activities",
            _("宣传活动 0 场，覆盖 %(reach)s 人次。请核对或说明原因。"),
        ),
    ),
    Check(
        key="lecture_reach_without_lecture",
        grade=Grade.EXPLAIN,
        fields=("school_lecture_reach", "school_lecture_count"),
        find=_reach_without_event(
            "school_lecture_reach",
            "school_lecture_count",
            _("校园宣讲 0 场，覆盖师生 %(reach)s 人次。请核对或说明原因。"),
        ),
    ),
    Check(
        key="monthly_activity",
        grade=Grade.HINT,
        fields=("publicity_activities",),
        find=_no_activity,
        clause=d2(_("二（一）第3项")),
    ),
    Check(
        key="internal_case",
        grade=Grade.HINT,
        fields=("internal_victim_count", "internal_offender_count"),
        find=_internal_case,
        clause=d2(_("二（一）第4项")),
    ),
)
