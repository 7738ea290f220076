"""What D0 asks of the office once a year. It names no day for any of it, so nothing here is ever overdue (Q-26)."""

from __future__ import annotations

from portal.campaigns import MEETINGS, Cadence, Clause, MeetingType, Obligation, Text, _

_NO_DAY = _("原文没有写期限")


def _yearly(
    key: str, label: Text, article: Text, soft: Text, note: Text, *meetings: MeetingType
) -> Obligation:
    return Obligation(
        key=key,
        label=label,
        clause=Clause(source="D0", article=article, note=note),
        cadence=Cadence.YEARLY,
        by_office=True,
        soft=soft,
        pool=MEETINGS if meetings else "",
        meetings=meetings,
    )


OBLIGATIONS = (
    _yearly(
        "liaison_meeting",
        _("召开联络员会议"),
        _("第十二条"),
        _("原则上"),
        _("原则上一年一次；全体会议不定期，没有周期。"),
        MeetingType.LIAISON,
    ),
    _yearly(
        "annual_plan",
        _("起草年度工作计划"),
        _("第九条（六）"),
        _NO_DAY,
        _("年度一次，报省联席会议办公室；用“年度反假货币工作计划”文书起草。"),
    ),
    _yearly(
        "annual_summary",
        _("起草年度工作总结"),
        _("第九条（六）"),
        _NO_DAY,
        _("年度一次，报省联席会议办公室；数字取自统计总览，用“年度反假货币工作总结”文书起草。"),
    ),
)
