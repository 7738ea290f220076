"""The quarterly form: 附件1 with 附件2 and 附件3 as its tables, handed in together (六（四）)."""

from __future__ import annotations

from datetime import date

from portal.campaigns import Due, DueKind, Form, Metric, PeriodKind, Shift, Values, _

from .checks import CHECKS, COMPARISONS
from .columns import SECTIONS
from .once_forms import CONTACTS, SUMMARY
from .sources import d4
from .tables import TABLES


def _resolution_rate(values: Values) -> float | None:
    """In per cent, one decimal; over 100 when cases added in the period were resolved in it as well."""
    opening, resolved = values.get("opening_cases"), values.get("resolved_cases")
    return round(resolved * 100 / opening, 1) if opening and resolved is not None else None


QUARTERLY_STATISTICS = Form(
    key="quarterly_statistics",
    label=_("打击非法集资专项行动工作情况统计表"),
    version=3,
    period=PeriodKind.QUARTER,
    due=Due(kind=DueKind.LAST_WORKING_DAY, shift=Shift.EARLIER),
    first=date(2024, 7, 1),
    sections=SECTIONS,
    tables=TABLES,
    clause=d4(_("六（四）、附件1—3"), _("栏目为草案；原文只有表名。首期为 2024 年三季度。")),
    checks=CHECKS,
    comparisons=COMPARISONS,
    metrics=(
        Metric(
            key="resolution_rate",
            label=_("存案化解率"),
            unit=_("%"),
            evaluate=_resolution_rate,
            definition=_("本期化解除以期初存量；期初为 0 时不计算。"),
            better="up",
        ),
    ),
    headline=(
        "leads",
        "warning_talks",
        "repaid_amount",
        "transferred_to_police",
        "cases_filed",
        "closing_cases",
        "resolution_rate",
        "publicity_activities",
    ),
    draft=True,
    example={
        "meetings": 1,
        "plans": 1,
        "inspectors": 46,
        "buildings": 4,
        "shops": 85,
        "companies": 12,
        "sites": 3,
        "leads": 3,
        "leads_grid": 2,
        "leads_tipoff": 1,
        "warning_talks": 2,
        "rectifications": 1,
        "repayment_orders": 1,
        "repaid_amount": 64_000_000,
        "repaid_people": 28,
        "transferred_to_police": 1,
        "transfers_filed": 1,
        "opening_cases": 7,
        "added_cases": 18,
        "resolved_cases": 11,
        "closing_cases": 14,
        "petition_batches": 2,
        "petition_people": 9,
        "petitions_resolved": 2,
        "tips_received": 2,
        "publicity_activities": 3,
        "publicity_materials": 1200,
        "publicity_reach": 2600,
        "media_articles": 2,
        "rules_issued": 0,
        "progress": _("本季完成集市周边商铺排查，新增线索已初核；下季重点回访已整改主体。"),
    },
)

FORMS = (QUARTERLY_STATISTICS, CONTACTS, SUMMARY)
