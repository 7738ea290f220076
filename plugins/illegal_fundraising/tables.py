"""附件2 and 附件3 as tables of the quarterly form: handed in together with 附件1 (六（四）), filled from the ledgers.

D4 names both and prints no columns: these are our draft (Q-19).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from portal.campaigns import Field, FieldKind, Ledger, Table, Values, _

from .draws import last_measure, measures_taken, moved_to_police, within
from .ledgers import CASE, LEAD
from .sources import d4

_NUMBER = Field(
    key="number", label=_("编号"), kind=FieldKind.TEXT, max_length=40, definition=_("台账自动编号。")
)
_NAME = Field(
    key="title", label=_("名称"), kind=FieldKind.TEXT, required=True, definition=_("与台账标题一致。")
)


def _columns(ledger: Ledger, keys: Sequence[str]) -> tuple[Field, ...]:
    """The ledger's own fields; a row that came from there need not be complete."""
    found = {f.key: f for f in ledger.fields}
    return tuple(replace(found[key], required=False) for key in keys)


_SUBJECT = ("subject_name", "credit_code", "subject_type", "registered_region", "sector", "controller_role")
_SCHEME = ("scheme", "promised_return", "amount", "people")
_RISK = ("elderly", "stability_risk", "cross_region", "risk_level")
_DUTY = ("regulator", "responsible_unit", "responsible_post")
_CHECKED = Field(
    key="check_result",
    label=_("初核结论"),
    kind=FieldKind.CHOICE,
    choices="check_result",
    definition=_("由线索所处的环节得出。"),
    clause=d4(_("五（二）、（五）")),
)
_TAKEN = Field(
    key="measures",
    label=_("处置措施"),
    kind=FieldKind.CHOICES,
    choices="measure",
    definition=_("截至本期末已经采取的。"),
    clause=d4(_("五（六）")),
)
_TAKEN_ON = Field(
    key="measured_on", label=_("措施日期"), kind=FieldKind.DATE, definition=_("其中最近一次的日期。")
)
_REPAID = ("repaid_amount", "repaid_people")
_CONCLUSIONS = {
    "watching": "watch",
    "consulting": "consultation",
    "referred": "referred",
    "handling": "suspected",
    "police": "suspected",
    "filed": "suspected",
    "settled": "suspected",
    "elsewhere": "other_place",
    "excluded": "excluded",
}
"""State of a lead -> what its first check came to."""
_RESULT = ("progress", "closed_on", "remark")

_THIS_PERIOD = Field(
    key="this_period",
    label=_("本期发现"),
    kind=FieldKind.FLAG,
    definition=_("发现日期在本期内；未勾选的是以前发现、本期仍未销号或本期销号的。"),
)
_MOVED = Field(
    key="moved",
    label=_("本期移送公安"),
    kind=FieldKind.FLAG,
    definition=_("移送公安日期在本期内。"),
)


def lead_row(values: Values, first: date, last: date) -> Values | None:
    """A lead found by ``last`` and not closed before ``first``."""
    found, closed = str(values.get("found_on") or values.get("known_on") or ""), values.get("closed_on")
    if found > last.isoformat() or (closed and str(closed) < first.isoformat()):
        return None
    row = {column.key: values.get(column.key) for column in LEAD_ROWS.columns}
    return row | {
        "this_period": within(found, first, last),
        "check_result": _CONCLUSIONS.get(str(values.get("stage") or "")),
        "measures": measures_taken(values, last),
        "measured_on": last_measure(values, last),
        "moved": moved_to_police(values, first, last),
    }


def case_row(values: Values, first: date, last: date) -> Values | None:
    """A cross-province case that was not concluded before ``first``."""
    concluded = values.get("concluded_on")
    if not values.get("cross_province") or (concluded and str(concluded) < first.isoformat()):
        return None
    row = {column.key: values.get(column.key) for column in CROSS_PROVINCE_ROWS.columns}
    return row | {"case_stage": values.get("stage") or None, "updated_on": last.isoformat()}


LEAD_ROWS = Table(
    key="lead_rows",
    label=_("风险线索排查处置情况统计表"),
    columns=(
        _NUMBER,
        _NAME,
        *_columns(LEAD, ("lead_source", "found_on")),
        _THIS_PERIOD,
        *_columns(LEAD, (*_SUBJECT, *_SCHEME, *_RISK, *_DUTY)),
        _CHECKED,
        _TAKEN,
        _TAKEN_ON,
        *_columns(LEAD, _REPAID),
        _MOVED,
        *_columns(LEAD, _RESULT),
    ),
    clause=d4(_("附件2、六（四）"), _("栏目为草案；原文只有表名。")),
    definition=_("每条线索一行，由风险线索台账生成：本期发现的，和以前发现、本期初尚未销号的。"),
    ledger="lead",
    row=lead_row,
    heads=(
        (_("线索"), 5),
        (_("涉及主体"), len(_SUBJECT)),
        (_("手法和规模"), len(_SCHEME)),
        (_("风险判断"), len(_RISK)),
        (_("责任"), len(_DUTY)),
        (_("处置"), len(_REPAID) + 4),
        (_("结果"), len(_RESULT)),
    ),
)

_PLACES = ("principal_place", "branch_places", "subject_name")
_FILING = ("filing_authority", "filed_on", "charge")
_MONEY = (
    "amount",
    "local_amount",
    "participants",
    "local_participants",
    "local_unpaid",
    "local_assets",
    "returned_amount",
)
_WORK = ("cooperation", "coordination", "responsible_unit")
_STAGE = Field(
    key="case_stage",
    label=_("当前环节"),
    kind=FieldKind.CHOICE,
    choices="case_stage",
    definition=_("由案件台账的环节得出。"),
)

CROSS_PROVINCE_ROWS = Table(
    key="cross_province_rows",
    label=_("跨省（自治区、直辖市）案件（风险）信息统计表"),
    columns=(
        _NUMBER,
        _NAME,
        *_columns(CASE, (*_PLACES, *_FILING, *_MONEY)),
        _STAGE,
        *_columns(CASE, _WORK),
        Field(
            key="updated_on", label=_("更新日期"), kind=FieldKind.DATE, definition=_("本行情况截至的日期。")
        ),
    ),
    clause=d4(_("附件3、六（四）"), _("栏目为草案；原文只有表名。")),
    owners=CASE.writers,
    definition=_("每案一行，由案件台账中勾选跨省的生成；本期以前已化解的不列。"),
    ledger="case",
    row=case_row,
    heads=(
        (_("案件（风险）"), 2),
        (_("涉及地区和主体"), len(_PLACES)),
        (_("刑事立案"), len(_FILING)),
        (_("涉案金额和人数"), len(_MONEY)),
        (_("办理情况"), len(_WORK) + 2),
    ),
)

TABLES = (LEAD_ROWS, CROSS_PROVINCE_ROWS)
