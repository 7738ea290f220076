"""反诈工作月报表. D2 orders the figures but prints no table, so the columns are a draft.

Left out on purpose: how many people installed the national anti-fraud app; such counts may not be ranked.
"""

from __future__ import annotations

from datetime import date

from portal.campaigns import Due, DueKind, Form, PeriodKind, Shift, _

from .monthly.checks import CHECKS
from .monthly.common_sections import COMMON_SECTIONS
from .monthly.court_sections import COURT_SECTIONS
from .monthly.example import EXAMPLE
from .monthly.metrics import METRICS
from .monthly.police_sections import POLICE_SECTIONS
from .monthly.trade_sections import TRADE_SECTIONS
from .responsibility import TRACE_TABLE
from .sources import d2

MONTHLY_REPORT = Form(
    key="monthly_report",
    label=_("反诈工作月报表"),
    version=3,
    period=PeriodKind.MONTH,
    due=Due(kind=DueKind.LAST_WORKING_DAY, shift=Shift.EARLIER),
    first=date(2023, 9, 1),
    sections=(*POLICE_SECTIONS, *COURT_SECTIONS, *TRADE_SECTIONS, *COMMON_SECTIONS),
    clause=d2(
        _("二（七）第1项"),
        _("文件没有附表，栏目和报送日为草案：由办公室汇总，判决、起诉数据见（五）第9项、（六）第6项。"),
    ),
    tables=(TRACE_TABLE,),
    checks=CHECKS,
    metrics=METRICS,
    goals=("cases_solved", "arrests", "cases_filed", "losses"),
    headline=(
        "cases_solved",
        "arrests",
        "cases_filed",
        "losses",
        "solved_rate",
        "face_to_face_rate",
        "stop_payment_amount",
        "publicity_activities",
    ),
    draft=True,
    example=EXAMPLE,
)

FORMS = (MONTHLY_REPORT,)
