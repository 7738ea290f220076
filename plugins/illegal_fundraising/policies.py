"""How this plugin reads what its sources leave open (Q-14 to Q-25). One choice: the reading is fixed."""

from __future__ import annotations

from portal.campaigns import Choice, Clause, Policy, Text, _

from .sources import d3, d4, regulation


def _fixed(key: str, label: Text, reading: Text, clause: Clause, note: Text) -> Policy:
    return Policy(
        key=key,
        label=label,
        choices=(Choice(key="fixed", label=reading),),
        default="fixed",
        clause=clause,
        note=note,
    )


POLICIES = (
    _fixed(
        "phase_name",
        _("第五阶段名称"),
        _("统一显示“巩固提升”，“巩固提高”作别名"),
        d4(_("四")),
        _("Q-14：开头与第（五）项用词不同，指同一阶段。"),
    ),
    _fixed(
        "campaign_start",
        _("起始日期"),
        _("阶段照列，义务自 2024-06-19 起"),
        d4(_("四")),
        _("Q-15：称自印发之日开始，第一阶段却从 2024 年 5 月算起。"),
    ),
    _fixed(
        "summary_and_last_quarter",
        _("总结与末季报送"),
        _("2025-11-01 报总结，2025 年四季度仍报季报"),
        d4(_("四、六（四）")),
        _("Q-16：总结早于行动结束，两项都保留。"),
    ),
    _fixed(
        "quarterly_periods",
        _("季报的期数和期限"),
        _("2024 年三季度至 2025 年四季度共 6 期，季末最后一个工作日止，遇休息日提前（本县设定）"),
        d4(_("六（四）")),
        _("Q-17：只写每季度一次，没有具体日期和起止季度。"),
    ),
    _fixed(
        "deadline_day",
        _("“某日前”是否含当日"),
        _("含当日，截至 24:00"),
        d4(_("六（四）")),
        _("Q-18：6 月 25 日、11 月 1 日当天报送算按时。"),
    ),
    _fixed(
        "annex_columns",
        _("附表栏目"),
        _("按草案栏目填报，标明草案"),
        d4(_("附件1—3")),
        _("Q-19：三张附表只有表名，栏目由本系统拟定。"),
    ),
    _fixed(
        "lead_department",
        _("处置非法集资牵头部门"),
        _("由专班办公室所在单位承担"),
        d4(_("五（三）、（六）")),
        _("Q-20：原文没有点名；本县另有指定的，在机制设置中更换牵头单位。"),
    ),
    _fixed(
        "jurisdiction",
        _("跨地区线索由谁认定"),
        _("单位看登记地，个人看住所地；其他地方协助，争议由共同上级指定"),
        regulation(_("第二十条")),
        _("Q-21：方案没有规定，按条例办理。"),
    ),
    _fixed(
        "reference_names",
        _("文库文本中的牵头单位"),
        _("不采用，只作参考"),
        d3(_("2.2、2.3、三")),
        _("Q-22：同一文本前后说法不一，也与现行条例不符，不作默认值。"),
    ),
    _fixed(
        "reference_gaps",
        _("文库文本中的缺漏"),
        _("不导入为职责"),
        d3(_("附则")),
        _("Q-23：缺第四条、附则第七条，夹有示例语句和无关内容。"),
    ),
    Policy(
        key="revision",
        label=_("制度修订由谁批准"),
        choices=(
            Choice(key="issuing_government", label=_("印发方案的本级政府")),
            Choice(key="conference", label=_("联席会议或专班全体会议")),
        ),
        default="issuing_government",
        clause=d3(_("第八条、8.2")),
        note=_("Q-24：参考文本两处说法不同；本县选择的口径只作说明，不改变流程。"),
    ),
    _fixed(
        "publishing_results",
        _("评估结果向社会公布"),
        _("先脱敏，经审批后公布"),
        d3(_("七、6.1")),
        _("Q-25：既要求公布，又要求保密，公布前须单独脱敏。"),
    ),
)
