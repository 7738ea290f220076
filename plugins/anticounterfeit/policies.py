"""Readings of ambiguous clauses, each with its Q-number. One choice = fixed and merely shown.

``mixed_case``, ``band_edge`` and ``tier_edge`` are read by the reward rule under these keys.
"""

from portal.campaigns import Choice, Clause, Policy, Text, _

_BANDS = Clause(source="D1", article=_("奖励标准（一）第2项"))
_APPROVAL = Clause(source="D1", article=_("奖励审批"))
_RAPID = Clause(source="D0", article=_("第十六条（二）、第十七条"))


def _fixed(key: str, label: Text, reading: str, says: Text, clause: Clause, note: Text) -> Policy:
    choice = Choice(key=reading, label=says)
    return Policy(key=key, label=label, choices=(choice,), default=reading, clause=clause, note=note)


POLICIES = (
    _fixed(
        "coin_jump",
        _("硬币跳档"),
        "as_written",
        _("照文计算并提示"),
        _BANDS,
        _(
            "Q-01：1 元硬币 10 万枚加计 8000 元，多 1 枚即 8 万余元。照文计算并提示，9.5 万至 10.5 万枚须第二人确认。"
        ),
    ),
    _fixed(
        "coin_measure",
        _("硬币计量"),
        "pieces",
        _("分档和插值看枚数，8% 看面额"),
        _BANDS,
        _("Q-02：公式写面额，档位却以万枚为单位。分档和插值用枚数，8% 一档用面额。"),
    ),
    Policy(
        key="mixed_case",
        label=_("纸币硬币并存"),
        choices=(
            Choice(key="separate", label=_("分别计算后相加")),
            Choice(key="merged", label=_("面额合并")),
            Choice(key="larger", label=_("取较高一项")),
        ),
        default="separate",
        clause=Clause(source="D1", article=_("奖励标准（一）")),
        note=_(
            "Q-03：一案既有纸币又有硬币时如何加计，原文未写。默认分别计算后相加，加计合计不超过 20 万元。"
        ),
    ),
    Policy(
        key="band_edge",
        label=_("恰在 10 万枚"),
        choices=(
            Choice(key="lower", label=_("按 8% 一档")),
            Choice(key="upper", label=_("按 8 万元起算一档")),
        ),
        default="lower",
        clause=_BANDS,
        note=_("Q-04：“以下”“以上”都含本数，相邻两档重叠。纸币两算相等，硬币恰为 10 万枚时默认按 8% 一档。"),
    ),
    Policy(
        key="tier_edge",
        label=_("恰在审批限额"),
        choices=(
            Choice(key="lower", label=_("由下一级审批")),
            Choice(key="upper", label=_("由上一级审批")),
        ),
        default="lower",
        clause=_APPROVAL,
        note=_("Q-05：奖励恰为 3 万元或 15 万元时两级重叠。默认由下一级审批并提示。"),
    ),
    _fixed(
        "tier_amount",
        _("审批看哪个数"),
        "total",
        _("看基础与加计的合计"),
        _APPROVAL,
        _("Q-06：“单项奖励费用”按整案合计理解，因此印制窝点案件不会止于市级审批。"),
    ),
    _fixed(
        "bank_names",
        _("机构名称对应"),
        "mapped",
        _("按现行名称显示"),
        _APPROVAL,
        _("Q-07：地市中心支行即市分行，省会中心支行即省级分行；工商部门即市场监管部门。"),
    ),
    _fixed(
        "rounding",
        _("尾数"),
        "half_up_once",
        _("最后一次四舍五入到分"),
        Clause(source="D1", article=_("奖励标准")),
        _("Q-08：原文没有尾数规则。全程用分数计算，只在最后四舍五入一次，并列出准确值。"),
    ),
    _fixed(
        "notice_days",
        _("15 个工作日起算"),
        "next_day",
        _("审批次日为第1日"),
        _APPROVAL,
        _("Q-09：从审批次日起算，扣除法定节假日，调休上班日计入。"),
    ),
    _fixed(
        "rapid_hours",
        _("迅速上报的时限"),
        "hours_24",
        _("24 小时"),
        _RAPID,
        _("Q-10：第十七条只写迅速，按第十六条的 24 小时执行；当地另有更短时限的从其规定。"),
    ),
    _fixed(
        "clock_start",
        _("从何时起算"),
        "knowing",
        _("得知时间"),
        _RAPID,
        _("Q-11：从单位得知情况的时间起算，由单位填写；系统另记录入时间，两者都保留。"),
    ),
    _fixed(
        "clock_pause",
        _("节假日是否停算"),
        "never",
        _("不停算"),
        _RAPID,
        _("Q-12：24 小时按自然时间连续计算，节假日不停。"),
    ),
    _fixed(
        "one_time_total",
        _("一次 10 万元以上"),
        "inclusive_face",
        _("含 10 万元，按面额，不累加"),
        Clause(source="D0", article=_("第十七条（一）")),
        _("Q-13：含本数，纸币硬币按面额合计；假外币只作提示；几次发现不自动相加，只提示可能关联。"),
    ),
    _fixed(
        "meeting_cadence",
        _("会议周期"),
        "irregular",
        _("全体会议不定期"),
        Clause(source="D0", article=_("第四条、第十二条")),
        _("Q-26：联席会议不定期召开，不提示逾期；联络员会议原则上一年一次。"),
    ),
    _fixed(
        "soft_words",
        _("软性时限"),
        "days_since",
        _("只显示距上次的天数"),
        Clause(source="D0", article=_("附件")),
        _("Q-29：及时、定期、适时没有确定期限，不判逾期，只显示距上次办理的天数。"),
    ),
    _fixed(
        "currency_scope",
        _("币种范围"),
        "rmb_rewards_only",
        _("信息含外币，奖励只算人民币"),
        Clause(source="D0", article=_("附件·市政府办、县（区）政府办第1项")),
        _("Q-31：标题写反假货币，政府办职责写反假人民币。信息报送含假外币，奖励只算假人民币。"),
    ),
)
