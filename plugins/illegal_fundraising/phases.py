"""Five overlapping phases (四), what is owed by a day or each quarter (六), and the publicity month (五（十）)."""

from __future__ import annotations

from datetime import date

from portal.campaigns import ACTIVITIES, VISITS, Cadence, Obligation, Phase, _

from .sources import d4

PHASES = (
    Phase(
        key="deployment",
        label=_("部署发动"),
        start=date(2024, 5, 1),
        end=date(2024, 6, 30),
        clause=d4(_("四（一）")),
    ),
    Phase(
        key="screening",
        label=_("风险排查"),
        start=date(2024, 7, 1),
        end=date(2024, 8, 31),
        clause=d4(_("四（二）"), _("集中排查结束后转为常态排查。")),
    ),
    Phase(
        key="crackdown",
        label=_("打击处置"),
        start=date(2024, 9, 1),
        end=date(2025, 12, 31),
        clause=d4(_("四（三）")),
    ),
    Phase(
        key="rulemaking",
        label=_("建章立制"),
        start=date(2024, 10, 1),
        end=date(2025, 12, 31),
        clause=d4(_("四（四）")),
    ),
    Phase(
        key="consolidation",
        label=_("巩固提升"),
        start=date(2025, 6, 1),
        end=date(2025, 12, 31),
        clause=d4(_("四（五）"), _("含回头看：已销号事项再看一遍。")),
        aliases=(_("巩固提高"),),
    ),
)

FIRST_QUARTER = date(2024, 7, 1)
"""The plan is of 2024-06-19; what it asks for each quarter begins with the next whole one (Q-15, Q-17)."""
END = date(2025, 12, 31)
"""The last phase ends after the summary is due; the last quarter is still owed (Q-16). Days count to their end (Q-18)."""
OBLIGATIONS = (
    Obligation(
        key="contacts",
        label=_("报送分管领导和联络员"),
        due=date(2024, 6, 25),
        form="contacts",
        clause=d4(_("六（四）"), _("25 日当天报送算按时。")),
    ),
    Obligation(
        key="quarterly_progress",
        label=_("报送季度进展和统计表"),
        cadence=Cadence.QUARTERLY,
        form="quarterly_statistics",
        first=FIRST_QUARTER,
        last=END,
        clause=d4(_("六（四）"), _("2024 年三季度至 2025 年四季度共 6 期。")),
    ),
    Obligation(
        key="summary",
        label=_("报送专项行动总结和统计表"),
        due=date(2025, 11, 1),
        form="summary",
        clause=d4(_("六（四）"), _("总结早于行动结束，四季度的季报照报。")),
    ),
    Obligation(
        key="office_inspection",
        label=_("对各乡（镇）、各单位开展督导检查"),
        cadence=Cadence.QUARTERLY,
        pool=VISITS,
        by_office=True,
        first=FIRST_QUARTER,
        last=END,
        clause=d4(_("六（三）"), _("检查主体是专班，由专班办公室组织。")),
    ),
    Obligation(
        key="publicity_month",
        label=_("同步开展防非宣传月"),
        cadence=Cadence.YEARLY,
        pool=ACTIVITIES,
        soft=_("同步"),
        last=END,
        clause=d4(_("五（十）"), _("原文没有写是哪个月，以本专项的宣传活动登记为准。")),
    ),
)


def active_phases(on: date) -> tuple[Phase, ...]:
    """In the plan's order; several at once while they overlap, none outside the campaign."""
    return tuple(p for p in PHASES if p.start <= on <= p.end)
