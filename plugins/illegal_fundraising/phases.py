"""Five overlapping phases (四) and three dated obligations (六（四）)."""

from __future__ import annotations

from datetime import date

from portal.campaigns import Cadence, Obligation, Phase, _

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

OBLIGATIONS = (
    Obligation(
        key="contacts",
        label=_("报送分管领导和联络员"),
        due=date(2024, 6, 25),
        clause=d4(_("六（四）")),
    ),
    Obligation(
        key="quarterly_progress",
        label=_("报送季度进展和统计表"),
        cadence=Cadence.QUARTERLY,
        clause=d4(_("六（四）")),
    ),
    Obligation(
        key="summary",
        label=_("报送专项行动总结和统计表"),
        due=date(2025, 11, 1),
        clause=d4(_("六（四）")),
    ),
)


def active_phases(on: date) -> tuple[Phase, ...]:
    """In the plan's order; several at once while they overlap, none outside the campaign."""
    return tuple(p for p in PHASES if p.start <= on <= p.end)
