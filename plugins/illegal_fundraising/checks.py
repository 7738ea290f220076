"""Rules over the quarterly form. An empty cell counts as 0 once the cell it is compared with is filled."""

from __future__ import annotations

from portal.campaigns import Check, Comparison, Grade, Message, Text, Values, _

from .cells import wan
from .sources import d4

LEAD_SOURCE_FIELDS = (
    "leads_grid",
    "leads_industry",
    "leads_funds",
    "leads_tipoff",
    "leads_opinion",
    "leads_superior",
    "leads_other",
)


_BALANCE = _(
    "期初 %(opening)s + 新增 %(added)s − 化解 %(resolved)s = %(expected)s，填报 %(closing)s，差 %(gap)s。"
)


def _number(values: Values, key: str) -> int:
    return values.get(key) or 0


def _leads_add_up(values: Values) -> Message | None:
    total, parts = values.get("leads"), sum(_number(values, key) for key in LEAD_SOURCE_FIELDS)
    if total is None or total == parts:
        return None
    return Message(
        _("发现线索 %(total)s 条，各来源之和 %(parts)s 条，差 %(gap)s 条。"),
        total=total,
        parts=parts,
        gap=abs(total - parts),
    )


def _stock_balances(values: Values) -> Message | None:
    opening, closing = values.get("opening_cases"), values.get("closing_cases")
    if opening is None or closing is None:
        return None
    added, resolved = _number(values, "added_cases"), _number(values, "resolved_cases")
    expected = opening + added - resolved
    if closing == expected:
        return None
    return Message(
        _BALANCE,
        opening=opening,
        added=added,
        resolved=resolved,
        expected=expected,
        closing=closing,
        gap=abs(closing - expected),
    )


def _resolved_within_stock(values: Values) -> Message | None:
    resolved = _number(values, "resolved_cases")
    stock = _number(values, "opening_cases") + _number(values, "added_cases")
    if resolved <= stock:
        return None
    return Message(
        _("化解 %(resolved)s 件，多于期初与新增之和 %(stock)s 件。"), resolved=resolved, stock=stock
    )


def _transfers_within_leads(values: Values) -> Message | None:
    transferred, leads = _number(values, "transferred_to_police"), _number(values, "leads")
    if transferred <= leads:
        return None
    return Message(
        _("移送公安 %(transferred)s 件，多于本期发现线索 %(leads)s 条；往期线索请填“往期线索移送公安”。"),
        transferred=transferred,
        leads=leads,
    )


def _filings_within_transfers(values: Values) -> Message | None:
    filed = _number(values, "transfers_filed")
    transferred = _number(values, "transferred_to_police") + _number(values, "earlier_transferred")
    if filed <= transferred:
        return None
    return Message(
        _("移送后立案 %(filed)s 件，多于本期移送 %(transferred)s 件。"), filed=filed, transferred=transferred
    )


def _petition_people(values: Values) -> Message | None:
    batches, people = values.get("petition_batches"), values.get("petition_people")
    if batches is None or people is None or people >= batches:
        return None
    return Message(
        _("信访 %(batches)s 批 %(people)s 人次：每批至少 1 人次。"),
        batches=batches,
        people=people,
    )


def _covered(values: Values) -> Message | None:
    entities, covered = values.get("sector_entities"), _number(values, "sector_covered")
    if entities is None or covered <= entities:
        return None
    return Message(
        _("已纳入监测 %(covered)s 家，多于监管对象 %(entities)s 家。"), covered=covered, entities=entities
    )


def _blind_spot(values: Values) -> Message | None:
    entities, covered = _number(values, "sector_entities"), _number(values, "sector_covered")
    if covered >= entities:
        return None
    return Message(
        _("监管对象 %(entities)s 家，还有 %(n)s 家未纳入监测。"), entities=entities, n=entities - covered
    )


def _grid_screened(values: Values) -> Message | None:
    places, screened = values.get("grid_places"), _number(values, "grid_screened")
    if places is None or screened <= places:
        return None
    return Message(
        _("本期已排查 %(screened)s 个，多于网格清单场所 %(places)s 个。"), screened=screened, places=places
    )


def _money_needs(key: str, money: str, count: str, text: Text) -> Check:
    """Money without the thing it was paid for, or to."""

    def find(values: Values) -> Message | None:
        amount = _number(values, money)
        if not amount or _number(values, count):
            return None
        return Message(text, amount=wan(amount))

    return Check(key=key, grade=Grade.EXPLAIN, fields=(money, count), find=find)


def _rows_ticked(values: Values, tick: str) -> int | None:
    """Rows of 附件2 with that tick; None where the table was not filled at all."""
    rows = values.get("lead_rows")
    return None if rows is None else sum(1 for row in rows if row.get(tick))


def _leads_as_listed(values: Values) -> Message | None:
    total, listed = values.get("leads"), _rows_ticked(values, "this_period")
    if total is None or listed is None or total == listed:
        return None
    return Message(
        _("附件1发现风险线索 %(total)s 条，附件2本期发现 %(listed)s 行，差 %(gap)s。"),
        total=total,
        listed=listed,
        gap=abs(total - listed),
    )


def _transfers_as_listed(values: Values) -> Message | None:
    listed = _rows_ticked(values, "moved")
    total = _number(values, "transferred_to_police") + _number(values, "earlier_transferred")
    if listed is None or total == listed:
        return None
    return Message(
        _("附件1移送公安 %(total)s 件（含往期线索），附件2本期移送公安 %(listed)s 行，差 %(gap)s。"),
        total=total,
        listed=listed,
        gap=abs(total - listed),
    )


def _rules_named(values: Values) -> Message | None:
    issued = _number(values, "rules_issued")
    if not issued or (values.get("rule_names") or "").strip():
        return None
    return Message(_("出台制度 %(issued)s 个，没有写制度名称。"), issued=issued)


def _unhandled(values: Values, before: Values) -> Message | None:
    """A new lead this quarter, none handled: only said when last quarter's were not handled either."""
    now, then = _number(values, "leads"), _number(before, "leads")
    handled = ("warning_talks", "rectifications", "repayment_orders", "penalties", "transferred_to_police")
    if not now or not then or any(_number(values, k) or _number(before, k) for k in handled):
        return None
    return Message(
        _("连续两期发现线索（上期 %(then)s 条，本期 %(now)s 条），两期处置均为 0。"), then=then, now=now
    )


COMPARISONS = (
    Comparison(
        key="leads_unhandled",
        grade=Grade.HINT,
        fields=("leads",),
        find=_unhandled,
        clause=d4(_("五（五）")),
    ),
)

CHECKS = (
    Check(
        key="leads_as_listed",
        grade=Grade.EXPLAIN,
        fields=("leads", "lead_rows"),
        find=_leads_as_listed,
        clause=d4(_("六（四）")),
    ),
    Check(
        key="transfers_as_listed",
        grade=Grade.EXPLAIN,
        fields=("transferred_to_police", "lead_rows"),
        find=_transfers_as_listed,
        clause=d4(_("六（四）")),
    ),
    Check(
        key="rules_named",
        grade=Grade.EXPLAIN,
        fields=("rules_issued", "rule_names"),
        find=_rules_named,
        clause=d4(_("四（四）")),
    ),
    Check(
        key="leads_add_up",
        grade=Grade.ERROR,
        fields=("leads", *LEAD_SOURCE_FIELDS),
        find=_leads_add_up,
    ),
    Check(
        key="transfers_within_leads",
        grade=Grade.ERROR,
        fields=("transferred_to_police", "leads"),
        find=_transfers_within_leads,
        clause=d4(_("五（六）")),
    ),
    Check(
        key="filings_within_transfers",
        grade=Grade.ERROR,
        fields=("transfers_filed", "transferred_to_police", "earlier_transferred"),
        find=_filings_within_transfers,
        clause=d4(_("五（六）")),
    ),
    Check(
        key="stock_balances",
        grade=Grade.EXPLAIN,
        fields=("closing_cases", "opening_cases", "added_cases", "resolved_cases"),
        find=_stock_balances,
        clause=d4(_("五（八）")),
    ),
    Check(
        key="resolved_within_stock",
        grade=Grade.ERROR,
        fields=("resolved_cases", "opening_cases", "added_cases"),
        find=_resolved_within_stock,
        clause=d4(_("五（八）")),
    ),
    Check(
        key="petition_people",
        grade=Grade.ERROR,
        fields=("petition_people", "petition_batches"),
        find=_petition_people,
    ),
    Check(
        key="covered",
        grade=Grade.ERROR,
        fields=("sector_covered", "sector_entities"),
        find=_covered,
        clause=d4(_("五（二）")),
    ),
    Check(
        key="blind_spot",
        grade=Grade.HINT,
        fields=("sector_covered", "sector_entities"),
        find=_blind_spot,
        clause=d4(_("五（二）")),
    ),
    Check(
        key="grid_screened",
        grade=Grade.ERROR,
        fields=("grid_screened", "grid_places"),
        find=_grid_screened,
        clause=d4(_("五（一）")),
    ),
    _money_needs(
        "repaid_people", "repaid_amount", "repaid_people", _("清退 %(amount)s 万元，清退人数为 0。")
    ),
    _money_needs("fines", "fines", "penalties", _("罚款 %(amount)s 万元，行政处罚为 0 件。")),
    _money_needs(
        "returned_people", "returned_amount", "returned_people", _("返还 %(amount)s 万元，返还人数为 0。")
    ),
    _money_needs("rewards", "reward_amount", "rewards_paid", _("奖励 %(amount)s 万元，奖励笔数为 0。")),
)
