"""Meetings of D2. It names no cadence, so none is ever overdue."""

from __future__ import annotations

from portal.campaigns import MeetingKind, Meetings, MeetingType, _

from .sources import d2

MEETINGS = Meetings(
    kinds=(
        MeetingKind(
            type=MeetingType.PLENARY, label=_("领导小组会议"), clause=d2(_("一"), _("文件没有规定周期。"))
        ),
        MeetingKind(
            type=MeetingType.PARTIAL, label=_("部分成员单位会议"), clause=d2(_("一"), _("按工作需要召集。"))
        ),
        MeetingKind(
            type=MeetingType.LIAISON, label=_("联络员会议"), clause=d2(_("一"), _("按工作需要召集。"))
        ),
        MeetingKind(
            type=MeetingType.CONSULTATION,
            label=_("会商"),
            clause=d2(_("二（二）2、（五）2、（六）2"), _("政法机关定期会商；多久一次，文件没有写。")),
        ),
    )
)
