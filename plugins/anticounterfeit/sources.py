"""The documents that this campaign cites. D0 and D1 are the names used in the requirements."""

from datetime import date

from portal.campaigns import Source, _

SOURCES = (
    Source(
        key="D0",
        number=_("阳政办发〔2026〕9号"),
        title=_("阳泉市反假货币工作联席会议制度"),
        issuer=_("阳泉市人民政府办公室"),
        issued=date(2026, 3, 31),
        effective_from=date(2026, 3, 31),
        note=_("自下发之日执行，由联席会议办公室解释。上级依据：晋反假〔2025〕2号、3号。"),
    ),
    Source(
        key="D1",
        number=_("银发〔2016〕21号解读"),
        title=_("〈中国人民银行反假人民币奖励办法〉问答解读"),
        issuer=_("未署名的解读文章"),
        issued=date(2016, 1, 1),
        effective_from=date(2016, 1, 1),
        note=_("二手文本，公式中的符号有缺失；奖励规则按它录入，使用前请与银发〔2016〕21号原文核对。"),
    ),
    Source(
        key="R2016",
        number=_("银发〔2016〕21号"),
        title=_("中国人民银行反假人民币奖励办法"),
        issuer=_("中国人民银行"),
        issued=date(2016, 1, 1),
        effective_from=date(2016, 1, 1),
        note=_("依据材料只写到2016年1月，日期暂按当月1日。半成品按面额全额计算。"),
    ),
    Source(
        key="R2005",
        number=_("银发〔2005〕266号"),
        title=_("中国人民银行反假货币奖励办法"),
        issuer=_("中国人民银行"),
        issued=date(2005, 1, 1),
        effective_from=date(2005, 1, 1),
        effective_to=date(2015, 12, 31),
        note=_(
            "已由银发〔2016〕21号废止；依据材料只写到年份，日期暂按当年1月1日。旧办法半成品只按一半面额计算。"
        ),
    ),
    Source(
        key="PBC2019",
        number=_("中国人民银行令〔2019〕第3号"),
        title=_("中国人民银行货币鉴别及假币收缴、鉴定管理办法"),
        issuer=_("中国人民银行"),
        issued=date(2019, 10, 16),
        effective_from=date(2020, 4, 1),
        note=_("柜面收缴、报告和鉴定的规则；系统只据此提示，不另设时限。"),
    ),
    Source(
        key="FS2010",
        number=_("法释〔2010〕14号"),
        title=_("最高人民法院关于审理伪造货币等案件具体应用法律若干问题的解释（二）"),
        issuer=_("最高人民法院"),
        issued=date(2010, 10, 20),
        effective_from=date(2010, 11, 3),
        note=_("外币数额按案发当日中间价折算；文号和日期使用前请与原文核对。"),
    ),
)
