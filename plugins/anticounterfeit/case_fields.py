"""What an entry of the case ledger says. It holds nobody's identity: the portal works on matters, not persons."""

from portal.campaigns import Clause, Field, FieldKind, MatchKind, _

from .case_checks import doubt_rate
from .serials import doubt_serials

_INFORMATION = Clause(source="D0", article=_("第十五条"))
_RAPID = Clause(source="D0", article=_("第十七条"))
_REWARD = Clause(source="D1", article=_("奖励适用范围"))
_APPLICATION = Clause(source="D1", article=_("奖励申请程序"))
_CONVERTING = Clause(source="FS2010", article=_("第三条"))

CASE_FIELDS = (
    Field(
        key="found_channel",
        label=_("发现渠道"),
        kind=FieldKind.CHOICE,
        choices="find_channel",
        required=True,
        clause=_INFORMATION,
    ),
    Field(key="site", label=_("场所类型"), kind=FieldKind.CHOICE, choices="site"),
    Field(
        key="case_kind",
        label=_("案件类型"),
        kind=FieldKind.CHOICE,
        choices="case_kind",
        definition=_("定性后填写，奖励按此类型测算；尚未定性的留空。"),
        clause=_REWARD,
    ),
    Field(key="forgery_kind", label=_("假币类型"), kind=FieldKind.CHOICE, choices="forgery_kind"),
    Field(key="production_method", label=_("制作方式"), kind=FieldKind.CHOICE, choices="production_method"),
    Field(key="currency", label=_("币种"), kind=FieldKind.CHOICE, choices="currency", required=True),
    Field(key="denominations", label=_("券别"), kind=FieldKind.CHOICES, choices="denomination"),
    Field(key="series", label=_("版别"), kind=FieldKind.CHOICES, choices="series"),
    Field(
        key="face_value",
        label=_("面额合计"),
        kind=FieldKind.MONEY,
        unit=_("元"),
        required=True,
        definition=_("本案纸币、硬币和半成品的面额之和。假外币填折合人民币，原币另填。线索尚无实物的填 0。"),
        clause=_INFORMATION,
    ),
    Field(
        key="one_time_face",
        label=_("其中一次查获面额"),
        kind=FieldKind.MONEY,
        unit=_("元"),
        definition=_(
            "同一时间、同一地点查获的面额，达到 10 万元须迅速上报。留空按面额合计判断；几次查获不相加。"
        ),
        clause=Clause(source="D0", article=_("第十七条（一）")),
    ),
    Field(
        key="original_face",
        label=_("原币面额"),
        kind=FieldKind.INTEGER,
        definition=_("假外币填写，按票面合计，单位为该币种的基本单位；辅币折成基本单位后取整。"),
        clause=_CONVERTING,
    ),
    Field(
        key="mid_rate",
        label=_("折算中间价"),
        kind=FieldKind.TEXT,
        max_length=16,
        definition=_("案发当日的人民币汇率中间价，填 1 单位外币合多少元，例如 7.0712。"),
        clause=_CONVERTING,
        warn=doubt_rate,
    ),
    Field(
        key="semi_finished_face",
        label=_("其中半成品面额"),
        kind=FieldKind.MONEY,
        unit=_("元"),
        definition=_("半成品按面额全额计算，已含在面额合计内。"),
        clause=Clause(source="D1", article=_("奖励标准（结尾段）")),
    ),
    Field(key="note_count", label=_("纸币张数"), kind=FieldKind.INTEGER, unit=_("张")),
    Field(key="coin_count", label=_("硬币枚数"), kind=FieldKind.INTEGER, unit=_("枚")),
    Field(
        key="coin_face",
        label=_("其中硬币面额"),
        kind=FieldKind.MONEY,
        unit=_("元"),
        definition=_("已含在面额合计内；奖励测算时硬币单独分档。"),
    ),
    Field(
        key="new_forging_means",
        label=_("新型造假手段"),
        kind=FieldKind.FLAG,
        definition=_("勾选后须在 24 小时内上报，不论金额。"),
        clause=_RAPID,
    ),
    Field(
        key="new_crime_means",
        label=_("新的犯罪手段"),
        kind=FieldKind.FLAG,
        definition=_("勾选后须在 24 小时内上报，不论金额。"),
        clause=_RAPID,
    ),
    Field(
        key="cross_border",
        label=_("跨国大要案线索"),
        kind=FieldKind.FLAG,
        definition=_("勾选后须在 24 小时内上报，不论金额。"),
        clause=_RAPID,
    ),
    Field(key="span", label=_("跨区域情况"), kind=FieldKind.CHOICE, choices="span"),
    Field(
        key="supervision",
        label=_("督办情况"),
        kind=FieldKind.CHOICE,
        choices="supervision",
        definition=_("被列为督办案件的填写，列入重点。"),
        clause=Clause(source="D0", article=_("附件·市公安局第2项、市检察院第1项")),
    ),
    Field(
        key="suspects_caught",
        label=_("主要涉案人员已抓获"),
        kind=FieldKind.FLAG,
        definition=_("三类案件申请奖励都以此为前提。"),
        clause=_REWARD,
    ),
    Field(key="suspects", label=_("抓获人数"), kind=FieldKind.INTEGER, unit=_("人")),
    Field(
        key="gang",
        label=_("打掉团伙"),
        kind=FieldKind.FLAG,
        definition=_("以侦办结论为准。"),
    ),
    Field(
        key="moved_on",
        label=_("线索移送日期"),
        kind=FieldKind.DATE,
        definition=_("移送公安机关或人民银行核查之日，未移送的留空。"),
    ),
    Field(
        key="filed_on",
        label=_("立案日期"),
        kind=FieldKind.DATE,
        definition=_("立案决定之日，决定立案数计入哪个月。"),
    ),
    Field(
        key="filing_number",
        label=_("立案决定书文号"),
        kind=FieldKind.TEXT,
        max_length=60,
        definition=_("一案一号，奖励不得合并或分次上报。"),
        clause=Clause(source="D1", article=_("奖励审批")),
    ),
    Field(
        key="solved_on",
        label=_("破案日期"),
        kind=FieldKind.DATE,
        definition=_("决定破案、抓获、窝点和团伙计入哪个月；未破的留空。"),
    ),
    Field(
        key="delivered_on",
        label=_("实物解缴日期"),
        kind=FieldKind.DATE,
        definition=_("假币实物交到当地人民银行的日期，此后才能申请奖励。"),
        clause=_APPLICATION,
    ),
    Field(
        key="prosecuted_on",
        label=_("移送起诉日期"),
        kind=FieldKind.DATE,
        definition=_("移送检察院审查起诉之日，未移送的留空。"),
    ),
    Field(
        key="judged_on",
        label=_("判决生效日期"),
        kind=FieldKind.DATE,
        definition=_("按法院反馈填写，未判决的留空。"),
    ),
    Field(
        key="serial_prefixes",
        label=_("冠字号码前 6 位"),
        kind=FieldKind.TEXT,
        definition=_("多个用顿号隔开，辨认不清的字符写*；硬币不填。各县之间只比对，不展示。"),
        match=MatchKind.SERIAL_PREFIX,
        warn=doubt_serials,
    ),
    Field(
        key="links",
        label=_("网络交易页面"),
        kind=FieldKind.LONG_TEXT,
        max_length=1000,
        definition=_("按特征词监测到的网址，一行一个；不写卖家姓名、电话和账号。"),
        clause=Clause(source="D0", article=_("附件·市市场监管局第4项")),
        match=MatchKind.URL,
    ),
    Field(
        key="features",
        label=_("特征与手法"),
        kind=FieldKind.LONG_TEXT,
        max_length=2000,
        definition=_("写明材质、印制和使用手法，不写持有人姓名、证件和电话。"),
        clause=_INFORMATION,
    ),
)
