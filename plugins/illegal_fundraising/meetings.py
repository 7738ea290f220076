"""Meetings of D4, and kinds that D3 describes. D3 binds nobody: its quarterly rhythm is not asked for (see its note)."""

from __future__ import annotations

from portal.campaigns import MeetingKind, Meetings, MeetingType, _

from .sources import d3, d4

MEETINGS = Meetings(
    kinds=(
        MeetingKind(
            type=MeetingType.PLENARY,
            label=_("专班会议"),
            clause=d3(_("3.1"), _("参考文本写每季度一次；它不作依据，因此不提示逾期。")),
        ),
        MeetingKind(
            type=MeetingType.PARTIAL,
            label=_("部分成员单位会议"),
            clause=d3(_("3.1"), _("按事项召集有关单位。")),
        ),
        MeetingKind(
            type=MeetingType.THEMATIC,
            label=_("专题会议"),
            clause=d3(_("3.1"), _("重大、跨地区或多单位的事项。")),
        ),
        MeetingKind(
            type=MeetingType.TEMPORARY, label=_("临时会议"), clause=d3(_("3.1、5.4"), _("突发或紧急的事项。"))
        ),
        MeetingKind(type=MeetingType.CONSULTATION, label=_("会商研判"), clause=d4(_("五（五）"))),
    )
)
