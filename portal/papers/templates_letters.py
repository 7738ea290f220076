"""通知, 通报, 函, 报告, 请示, 会议通知: papers of running text."""

from __future__ import annotations

from portal.campaigns.papers import Cell, DocumentTemplate, DocumentType
from portal.campaigns.sources import Values
from portal.core.text import _, written
from portal.papers.templates_parts import (
    BASIS,
    CONTACT,
    MATTER,
    about,
    by_day,
    chapters,
    contact,
    day,
    line,
    lines,
    list_lines,
    moment,
    moment_of,
    numbered,
    said,
)

_END = written("。")


def _opening(values: Values, rest: str) -> str:
    """为…，根据…， before what the paper is about."""
    made = ""
    if purpose := said(values, "purpose"):
        made += written("为{0}，").format(purpose.removeprefix(written("为")).rstrip(written("，。")))
    if basis := said(values, "basis"):
        made += written("根据{0}，").format(basis.removeprefix(written("根据")).rstrip(written("，。")))
    return made + rest


def _notice(values: Values) -> tuple[str, ...]:
    return (
        _opening(values, written("现将有关事项通知如下：")),
        *chapters(
            (written("主要任务"), numbered(values, "tasks")),
            (written("工作要求"), numbered(values, "demands")),
        ),
        *by_day(values, "reply_by", written("请于{0}前书面反馈落实情况。")),
        *contact(values),
    )


def _circular(values: Values) -> tuple[str, ...]:
    return (
        _opening(
            values, written("现将{0}通报如下：").format(said(values, "matter").removeprefix(written("关于")))
        ),
        *chapters(
            (written("总体情况"), list_lines(values, "situation")),
            (written("存在问题"), numbered(values, "problems")),
            (written("下一步要求"), numbered(values, "demands")),
        ),
    )


def _letter(values: Values) -> tuple[str, ...]:
    return (
        *list_lines(values, "reason"),
        _opening(values, written("现商请贵单位协助办理以下事项：")),
        *numbered(values, "wishes"),
        *by_day(values, "reply_by", written("请于{0}前函复。")),
        *contact(values),
        written("专此函达。"),
    )


def _report(values: Values) -> tuple[str, ...]:
    return (
        _opening(
            values, written("现将{0}报告如下：").format(said(values, "matter").removeprefix(written("关于")))
        ),
        *chapters(
            (written("工作开展情况"), list_lines(values, "done")),
            (written("存在问题"), numbered(values, "problems")),
            (written("下一步打算"), numbered(values, "plans")),
        ),
        written("特此报告。"),
    )


def _request(values: Values) -> tuple[str, ...]:
    wish = said(values, "wish").rstrip(_END)
    return (
        *list_lines(values, "reason"),
        _opening(
            values, written("现就{0}请示如下：").format(said(values, "matter").removeprefix(written("关于")))
        ),
        wish + _END,
        written("妥否，请批示。"),
    )


def _meeting(values: Values) -> tuple[str, ...]:
    made = [
        written("定于{0}在{1}召开{2}。现将有关事项通知如下：").format(
            moment_of(values, "at"), said(values, "place"), said(values, "matter")
        ),
        *chapters(
            (written("会议内容"), numbered(values, "topics")),
            (written("参会人员"), list_lines(values, "who")),
            (written("有关要求"), numbered(values, "demands")),
        ),
    ]
    if values.get("names_by"):
        made.append(written("请于{0}前报送会议回执。").format(moment_of(values, "names_by")))
    made.append(written("确因公务不能参会的，请书面请假，并由本单位同级别负责同志代为出席。"))
    return (*made, *contact(values))


def _slip(values: Values) -> tuple[tuple[Cell, ...], ...]:
    def cell(label: str, value: str = "", share: int = 1, lines: int = 1) -> Cell:
        return Cell(label=label, value=value, share=share, lines=lines)

    return (
        (cell(written("会议名称"), said(values, "matter")),),
        (cell(written("单位")),),
        (cell(written("姓名")), cell(written("职务"))),
        (cell(written("办公电话")), cell(written("填报日期"))),
        (cell(written("手机（选填）")), cell(written("车牌（选填）"))),
        (cell(written("是否参会"), written("□参会    □代会    □请假")),),
        (cell(written("代会人员职务")),),
        (cell(written("请假事由"), lines=3),),
    )


LETTERS = (
    DocumentTemplate(
        key="notice", label=_("通知"), type=DocumentType.NOTICE, title=about(written("通知")), body=_notice,
        fields=(
            MATTER, line("purpose", _("目的"), required=False), BASIS,
            lines("tasks", _("主要任务"), hint=_("一行一项。")), lines("demands", _("工作要求"), required=False),
            day("reply_by", _("反馈日期")), CONTACT,
        ),
        example={
            "matter": written("开展2026年宣传月活动"), "purpose": written("提高群众识别和防范能力"),
            "basis": written("年度工作安排"),
            "tasks": written("组织开展集中宣传，走进社区、农村、学校和企业。\n在营业网点设置咨询台，发放宣传资料。\n通过政务新媒体发布典型案例。"),
            "demands": written("加强组织领导，明确专人负责。\n注重宣传实效，不搞形式主义。"),
            "reply_by": "2026-09-30", "contact": written("办公室值班室，0353-0000000"),
        },
    ),
    DocumentTemplate(
        key="circular", label=_("通报"), type=DocumentType.CIRCULAR, title=about(written("通报")), body=_circular,
        fields=(
            MATTER, BASIS, lines("situation", _("总体情况")), lines("problems", _("存在问题"), required=False),
            lines("demands", _("下一步要求"), required=False),
        ),
        example={
            "matter": written("议定事项办理情况"), "basis": None,
            "situation": written("确定事项22件，截至9月14日，已办结6件，占比27%；正在办理16件，占比73%。"),
            "problems": written("部分单位反馈不够及时。\n个别事项进度滞后。"),
            "demands": written("对照时限抓紧办理，按时反馈。"),
        },
    ),
    DocumentTemplate(
        key="letter", label=_("函"), type=DocumentType.LETTER, title=about(written("函")), body=_letter,
        fields=(
            MATTER, lines("reason", _("缘由")), BASIS, lines("wishes", _("商请事项"), hint=_("一行一项。")),
            day("reply_by", _("请复日期")), CONTACT,
        ),
        example={
            "matter": written("商请提供上半年案件办理数据"),
            "reason": written("联席会议正在汇总上半年工作情况，需要贵单位掌握的案件办理数据。"), "basis": None,
            "wishes": written("提供上半年受理、审结案件数。\n提供统计口径说明。"),
            "reply_by": "2026-07-10", "contact": None,
        },
    ),
    DocumentTemplate(
        key="report", label=_("报告"), type=DocumentType.REPORT, title=about(written("报告")), body=_report,
        fields=(
            MATTER, BASIS, lines("done", _("工作开展情况")), lines("problems", _("存在问题"), required=False),
            lines("plans", _("下一步打算"), required=False),
        ),
        example={
            "matter": written("2026年上半年工作情况"), "basis": written("联席会议工作安排"),
            "done": written("（一）健全机制。召开全体会议1次，联络员会议1次，议定事项6件。\n（二）协同推进。各成员单位按职责分工落实任务。"),
            "problems": written("基层宣传覆盖面有待扩大。"), "plans": written("加强数据共享。\n开展专题培训。"),
        },
    ),
    DocumentTemplate(
        key="request", label=_("请示"), type=DocumentType.REQUEST, title=about(written("请示")), body=_request,
        fields=(MATTER, lines("reason", _("缘由")), BASIS, lines("wish", _("请示事项"), hint=_("一文一事。"))),
        example={
            "matter": written("调整联席会议成员单位"),
            "reason": written("因机构改革和人员变动，联席会议部分成员单位职责发生变化。"),
            "basis": written("联席会议制度"), "wish": written("拟将有关单位列为联席会议成员单位"),
        },
    ),
    DocumentTemplate(
        key="meeting", label=_("会议通知"), type=DocumentType.MEETING,
        title=lambda v: written("关于召开{0}的通知").format(said(v, "matter").removeprefix(written("召开"))),
        body=_meeting, sheet=_slip, annex=_("会议回执"),
        fields=(
            line("matter", _("会议名称")), moment("at", _("会议时间")), line("place", _("会议地点")),
            lines("topics", _("会议内容"), hint=_("一行一项。")), lines("who", _("参会人员")),
            lines("demands", _("有关要求"), required=False), moment("names_by", _("回执截止"), required=False), CONTACT,
        ),
        example={
            "matter": written("2026年第三季度联络员会议"), "at": "2026-09-28T09:00:00+08:00",
            "place": written("市政府第二会议室"),
            "topics": written("通报前三季度工作情况。\n研究四季度重点任务。"), "who": written("各成员单位联络员。"),
            "demands": written("汇报材料不超过1500字，发言不超过6分钟。"), "names_by": "2026-09-25T17:30:00+08:00",
            "contact": written("办公室值班室，0353-0000000"),
        },
    ),
)  # fmt: skip
