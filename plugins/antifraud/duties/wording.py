"""How a duty of D2 part two is written down, and the one that ends all sections."""

from __future__ import annotations

from portal.campaigns import Cadence, Duty, Text, _

from ..sources import d2

INTERNAL = _("教育本系统干部职工和服务对象防范诈骗，行业宣传实现全覆盖，确保系统内部零发案。")
"""Sixteen sections end with exactly this duty; (四) and (十三) word theirs together with something else."""


def duty(
    member: str,
    item: int,
    text: Text,
    article: Text,
    *,
    soft: Text | None = None,
    cadence: Cadence | None = None,
) -> Duty:
    """The key is the section's member and the number of the item, so that it is found in the document."""
    return Duty(
        key=f"{member}_{item}", member=member, text=text, clause=d2(article), soft=soft, cadence=cadence
    )
