"""The documents this campaign rests on, and how a clause of D2 is cited."""

from __future__ import annotations

from datetime import date

from portal.campaigns import Clause, Source, Text, _

SOURCES = (
    Source(
        key="D2",
        number=_("乡政办函〔2023〕37号"),
        title=_("关于成立乡宁县打击治理电信网络新型违法犯罪工作领导小组的通知"),
        issuer=_("乡宁县人民政府办公室"),
        issued=date(2023, 8, 31),
        effective_from=date(2023, 8, 31),
        note=_("县级样本：第一部分是组织领导，第二部分是 18 组任务分工。文中职责由本系统改写，以原文为准。"),
    ),
    Source(
        key="FDXF",
        number=_("主席令第一一九号"),
        title=_("中华人民共和国反电信网络诈骗法"),
        issuer=_("全国人民代表大会常务委员会"),
        issued=date(2022, 9, 2),
        effective_from=date(2022, 12, 1),
    ),
)


def d2(article: Text, note: Text | None = None) -> Clause:
    return Clause(source="D2", article=article, note=note)


def law(article: Text, note: Text | None = None) -> Clause:
    """A clause of the law against telecom fraud."""
    return Clause(source="FDXF", article=article, note=note)
