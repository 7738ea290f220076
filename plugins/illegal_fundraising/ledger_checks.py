"""Rules over whole ledger entries: days in order, parts within the whole, what the regulation ties together."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from portal.campaigns import Check, Clause, Grade, Message, Text, Values, _

from .cells import wan
from .sources import d4, regulation
from .subjects import ARTICLE_20, wrong_region

Found = Message | None
_ORDER = _("%(later)s %(then)s 早于%(earlier)s %(now)s，请核对。")
_WITHIN = _("%(part)s %(a)s 万元，多于%(whole)s %(b)s 万元，请核对。")
_PEOPLE_WITHIN = _("%(part)s %(a)s 人，多于%(whole)s %(b)s 人，请核对。")
_LITTLE, _MUCH = 10_000, 10_000_000_000
"""Per person, in fen: 100 元 and 1 亿元."""


def _check(
    key: str, fields: tuple[str, ...], find: Callable[[Values], Found], grade: Grade = Grade.ERROR,
    clause: Clause | None = None,
) -> Check:  # fmt: skip
    return Check(key=key, grade=grade, fields=fields, find=find, clause=clause)


def _hint(key: str, fields: tuple[str, ...], find: Callable[[Values], Found], clause: Clause) -> Check:
    return _check(key, fields, find, Grade.HINT, clause)


def in_order(earlier: tuple[str, Text], later: tuple[str, Text]) -> Check:
    """The second day must not lie before the first; shown at the second."""

    def find(values: Values) -> Found:
        first, second = values.get(earlier[0]), values.get(later[0])
        if not first or not second or str(second) >= str(first):
            return None
        return Message(_ORDER, later=later[1], then=second, earlier=earlier[1], now=first)

    return _check(f"{earlier[0]}_{later[0]}", (later[0], earlier[0]), find)


def chain(*days: tuple[str, Text]) -> tuple[Check, ...]:
    """Each day against each before it, since some are left empty."""
    return tuple(in_order(a, b) for i, a in enumerate(days) for b in days[i + 1 :])


def _within(part: tuple[str, Text], whole: tuple[str, Text], *, people: bool = False) -> Check:
    """Only asked when both are filled."""

    def find(values: Values) -> Found:
        a, b = values.get(part[0]), values.get(whole[0])
        if a is None or b is None or a <= b:
            return None
        shown = (a, b) if people else (wan(a), wan(b))
        sentence = _PEOPLE_WITHIN if people else _WITHIN
        return Message(sentence, part=part[1], a=shown[0], whole=whole[1], b=shown[1])

    return _check(f"{part[0]}_within", (part[0], whole[0]), find)


def _per_person(amount: str, people: str) -> Check:
    """Yuan typed where 万元 is meant, or the other way round, shows in what each person would have given."""

    def find(values: Values) -> Found:
        total, number = values.get(amount) or 0, values.get(people) or 0
        if not total or not number or _LITTLE <= total / number <= _MUCH:
            return None
        return Message(
            _("%(total)s 万元、%(n)s 人，人均 %(each)s 元；金额单位是万元，请核对。"),
            total=wan(total),
            n=number,
            each=f"{Decimal(total // number) / 100:,f}",
        )

    return _check("per_person", (amount, people), find, Grade.HINT)


_REGION = _check("region", ("registered_region",), wrong_region, clause=ARTICLE_20)


# ----------------------------------------------------------------------------------------------------- leads
def _two_officers(values: Values) -> Found:
    if not values.get("investigated_on"):
        return None
    officers = values.get("officers")
    if officers is not None and officers < 2:
        return Message(_("调查人员 %(n)s 人，不得少于 2 人。"), n=officers)
    return None


def _certificates(values: Values) -> Found:
    if not values.get("investigated_on") or values.get("certificates_shown"):
        return None
    return Message(_("调查时应出示执法证件，请确认。"))


def _stopped_undetermined(values: Values) -> Found:
    if not values.get("stopped_on") or values.get("determination"):
        return None
    return Message(_("已责令停止，还没有登记性质认定；责令停止以认定属于非法集资为前提。"))


def _not_illegal(values: Values) -> Found:
    measures = ("stopped_on", "sealed_on", "recalled_on", "fined_on")
    if values.get("determination") != "not_illegal" or not any(values.get(k) for k in measures):
        return None
    return Message(_("已认定不属于非法集资，却登记了责令停止、查封或处罚，请核对。"))


def _fined_before_repaid(values: Values) -> Found:
    if not values.get("fined_on") or values.get("repaid_on"):
        return None
    return Message(_("已处罚，还没有登记清退；先清退集资参与人，再缴罚款。"))


def _recovered_without_approval(values: Values) -> Found:
    if values.get("recalled_amount") and not values.get("recalled_on"):
        return Message(_("填了追回、变价金额，没有填责令追回、变价日期。"))
    return None


def _fine_out_of_range(values: Values) -> Found:
    """第三十条: between a fifth of the sum and the sum; only a hint, since other fines are booked here as well."""
    fine, amount = values.get("fine") or 0, values.get("amount") or 0
    if not fine or not amount or amount <= 5 * fine <= 5 * amount:
        return None
    return Message(
        _("罚款 %(fine)s 万元，涉及金额 %(amount)s 万元；对非法集资人的罚款为集资金额的两成至一倍。"),
        fine=wan(fine),
        amount=wan(amount),
    )


def _other_sector(values: Values) -> Found:
    if not values.get("licensed") or (values.get("regulator") or "").strip():
        return None
    return Message(_("主体持牌或已登记备案，请写明负责监管的金融管理部门。"))


_FOUND = ("found_on", _("发现日期"))
_MEASURE_DAYS = (
    ("talked_on", _("警示约谈日期")),
    ("rectified_on", _("责令整改日期")),
    ("investigated_on", _("调查日期")),
    ("queried_on", _("查询账户日期")),
    ("suspended_on", _("暂停集资日期")),
    ("stopped_on", _("责令停止日期")),
    ("sealed_on", _("查封扣押日期")),
    ("recalled_on", _("责令追回、变价日期")),
    ("exit_banned_on", _("限制出境日期")),
    ("repaid_on", _("责令清退日期")),
    ("fined_on", _("处罚日期")),
    ("determined_on", _("行政认定日期")),
)

LEAD_CHECKS: tuple[Check, ...] = (
    _REGION,
    *(in_order(_FOUND, later) for later in _MEASURE_DAYS),
    *chain(_FOUND, ("police_on", _("移送公安日期")), ("police_filed_on", _("公安立案日期"))),
    in_order(_FOUND, ("closed_on", _("销号日期"))),
    in_order(("rectified_on", _("责令整改日期")), ("rectify_by", _("整改期限"))),
    _check("two_officers", ("officers", "investigated_on"), _two_officers, clause=regulation(_("第二十一条"))),
    _check(
        "certificates", ("certificates_shown", "investigated_on"), _certificates, clause=regulation(_("第二十一条"))
    ),
    _within(("repaid_people", _("清退人数")), ("people", _("涉及人数")), people=True),
    _within(("repaid_amount", _("清退金额")), ("amount", _("涉及金额"))),
    _per_person("amount", "people"),
    _hint("stopped", ("stopped_on", "determination"), _stopped_undetermined, regulation(_("第二十三条"))),
    _hint("not_illegal", ("determination",), _not_illegal, regulation(_("第二十三条"))),
    _hint("clear_first", ("fined_on", "repaid_on"), _fined_before_repaid, regulation(_("第三十二条"))),
    _hint("recalled", ("recalled_amount", "recalled_on"), _recovered_without_approval, regulation(_("第二十四条"))),
    _hint("fine_range", ("fine", "amount"), _fine_out_of_range, regulation(_("第三十条"))),
    _hint("regulator", ("regulator", "licensed"), _other_sector, d4(_("五（五）"))),
)  # fmt: skip


# ----------------------------------------------------------------------------------------------------- cases
def _returned_within(values: Values) -> Found:
    """What was given back was recovered before or came out of assets that were sold."""
    returned, recovered = values.get("returned_amount") or 0, values.get("recovered_amount")
    if recovered is None or returned <= recovered:
        return None
    return Message(_WITHIN, part=_("已返还金额"), a=wan(returned), whole=_("追赃挽损金额"), b=wan(recovered))


def _returned_from_nothing(values: Values) -> Found:
    returned = values.get("returned_amount") or 0
    if not returned or values.get("recovered_amount") is not None:
        return None
    return Message(_("已返还 %(amount)s 万元，没有填追赃挽损金额。"), amount=wan(returned))


def _unpaid_agrees(values: Values) -> Found:
    """Local loss = what was put in less what came back; a hint, since interest paid before is counted differently."""
    put_in, unpaid, returned = (values.get(k) for k in ("local_amount", "local_unpaid", "returned_amount"))
    if put_in is None or unpaid is None or unpaid + (returned or 0) <= put_in:
        return None
    return Message(
        _("本地未兑付 %(unpaid)s 万元与已返还 %(returned)s 万元之和，多于本地涉案金额 %(local)s 万元，请核对。"),
        unpaid=wan(unpaid),
        returned=wan(returned or 0),
        local=wan(put_in),
    )  # fmt: skip


def _legacy_unfiled(values: Values) -> Found:
    if (
        values.get("stock_kind") != "legacy"
        or values.get("case_kind") != "criminal"
        or values.get("filed_on")
    ):
        return None
    return Message(_("存量刑事案件没有填立案日期，无法判断是否满 5 年。"))


CASE_CHECKS: tuple[Check, ...] = (
    _REGION,
    *chain(
        ("filed_on", _("刑事立案日期")),
        ("prosecuted_on", _("移送起诉日期")),
        ("charged_on", _("提起公诉日期")),
        ("verdict_on", _("一审宣判日期")),
        ("concluded_on", _("化解日期")),
    ),
    _within(("local_amount", _("涉案金额（本地）")), ("amount", _("涉案金额（全案）"))),
    _within(("local_participants", _("集资参与人（本地）")), ("participants", _("集资参与人（全案）")), people=True),
    _check("returned_within", ("returned_amount", "recovered_amount"), _returned_within, clause=d4(_("五（八）"))),
    _within(("disposed_amount", _("资产处置金额")), ("recovered_amount", _("追赃挽损金额"))),
    _within(("returned_people", _("返还人数")), ("participants", _("集资参与人（全案）")), people=True),
    _per_person("amount", "participants"),
    _hint("returned", ("recovered_amount", "returned_amount"), _returned_from_nothing, d4(_("五（八）"))),
    _hint("unpaid", ("local_unpaid", "returned_amount", "local_amount"), _unpaid_agrees, d4(_("五（八）"))),
    _hint("legacy", ("filed_on", "stock_kind"), _legacy_unfiled, d4(_("三"))),
)  # fmt: skip
