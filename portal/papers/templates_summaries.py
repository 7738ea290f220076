"""纪要, 简报, 工作总结: papers that say what was decided and done."""

from __future__ import annotations

from portal.campaigns.papers import DocumentTemplate, DocumentType
from portal.campaigns.sources import Values
from portal.core.text import _, written
from portal.papers.templates_parts import chapters, line, lines, list_lines, moment, moment_of, numbered, said


def _minutes(values: Values) -> tuple[str, ...]:
    return (
        written("{0}，{1}在{2}主持召开{3}。现将会议议定事项纪要如下：").format(
            moment_of(values, "at"), said(values, "chair"), said(values, "place"), said(values, "matter")
        ),
        *chapters(
            (written("会议听取的情况"), list_lines(values, "heard")),
            (written("会议议定事项"), numbered(values, "decisions")),
            (written("会议要求"), numbered(values, "demands")),
        ),
    )


def _bulletin(values: Values) -> tuple[str, ...]:
    lead = said(values, "lead")
    return (*([written("按：{0}").format(lead)] if lead else []), *list_lines(values, "text"))


def _summary(values: Values) -> tuple[str, ...]:
    return tuple(
        chapters(
            (written("工作开展情况"), list_lines(values, "done")),
            (written("存在问题"), numbered(values, "problems")),
            (written("下一步打算"), numbered(values, "plans")),
        )
    )


SUMMARIES = (
    DocumentTemplate(
        key="minutes", label=_("纪要"), type=DocumentType.MINUTES, body=_minutes,
        title=lambda v: written("{0}纪要").format(said(v, "matter").removesuffix(written("纪要"))),
        fields=(
            line("matter", _("会议名称")), moment("at", _("会议时间")), line("place", _("会议地点")),
            line("chair", _("主持人（职务）")), lines("heard", _("听取的情况"), required=False),
            lines("decisions", _("议定事项"), hint=_("一行一项，写明牵头单位、配合单位、时限和责任人；未定的事不写。")),
            lines("demands", _("会议要求"), required=False),
        ),
        example={
            "matter": written("联席会议2026年第二次全体会议"), "at": "2026-06-18T09:00:00+08:00",
            "place": written("市政府第一会议室"), "chair": written("联席会议召集人"),
            "heard": written("会议听取了办公室关于上半年工作情况的汇报。"),
            "decisions": written("开展集中宣传。由市公安局牵头，市教育局、市文旅局配合，分管副局长负责，9月30日前完成。\n更新网点资料。由市金融办牵头，各银行业金融机构配合，分管副主任负责，8月31日前完成。"),
            "demands": written("各单位要按时反馈办理情况。"),
        },
    ),
    DocumentTemplate(
        key="bulletin", label=_("简报"), type=DocumentType.BULLETIN, body=_bulletin, title=lambda v: said(v, "matter"),
        fields=(
            line("matter", _("标题")), lines("lead", _("按语"), required=False), lines("text", _("正文")),
        ),
        example={
            "matter": written("多部门联动宣传进集市"), "lead": None,
            "text": written("近日，成员单位联合开展集市宣传，现场解答群众咨询。\n活动中发放资料，演示识别方法，受到群众欢迎。"),
        },
    ),
    DocumentTemplate(
        key="summary", label=_("工作总结"), type=DocumentType.SUMMARY, body=_summary,
        title=lambda v: written("{0}工作总结").format(said(v, "matter").removesuffix(written("工作总结"))),
        fields=(
            line("matter", _("期间和工作"), hint=_("例如：2026年上半年联席会议。")), lines("done", _("工作开展情况")),
            lines("problems", _("存在问题"), required=False), lines("plans", _("下一步打算"), required=False),
        ),
        example={
            "matter": written("2026年上半年联席会议"),
            "done": written("（一）健全工作机制。召开全体会议1次，议定事项全部按期反馈。\n（二）加强宣传教育。组织活动12场次。"),
            "problems": written("数据报送质量有待提高。"), "plans": written("加强培训。\n开展回头看。"),
        },
    ),
)  # fmt: skip
