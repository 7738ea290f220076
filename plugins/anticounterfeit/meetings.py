"""Meetings of D0: none of them has a cadence but the liaisons' yearly one, which is ``obligations.liaison_meeting``."""

from __future__ import annotations

from portal.campaigns import Agreement, Clause, MeetingKind, Meetings, MeetingType, Text, _


def _d0(article: Text, note: Text | None = None) -> Clause:
    return Clause(source="D0", article=article, note=note)


MEETINGS = Meetings(
    kinds=(
        MeetingKind(
            type=MeetingType.PLENARY,
            label=_("全体会议"),
            clause=_d0(_("第三条、第四条"), _("不定期，时间由召集人决定。")),
            same_rank=True,
        ),
        MeetingKind(
            type=MeetingType.PARTIAL,
            label=_("部分成员单位会议"),
            clause=_d0(_("第四条"), _("议定事项通报全体成员。")),
            same_rank=True,
        ),
        MeetingKind(
            type=MeetingType.LIAISON,
            label=_("联络员会议"),
            clause=_d0(_("第十二条"), _("原则上每年一次；也可临时召开部分单位的。")),
        ),
        MeetingKind(type=MeetingType.THEMATIC, label=_("专题会议"), clause=_d0(_("附件·共同职责第4项"))),
        MeetingKind(type=MeetingType.CONSULTATION, label=_("会商"), clause=_d0(_("附件·共同职责第2项"))),
    ),
    agreement=Agreement(
        title=_("会议材料保密承诺"),
        version=1,
        paragraphs=(
            _("一、会议内容、讨论情况和会议材料只用于本机制的工作，不作他用。"),
            _("二、未经联席会议办公室同意，不复印、转发、摘录、拍照会议材料，不向无关人员透露。"),
            _("三、发现泄露立即停止使用并报告联席会议办公室；岗位变动后继续履行本承诺。"),
            _("四、本系统不处理国家秘密，不在系统内讨论和上传涉密内容。"),
        ),
        clause=_d0(
            _("第十八条"),
            _("只要求遵守保密规定，没有规定签协议；先签后看是通行做法，文字由本系统拟定。"),
        ),
    ),
)
