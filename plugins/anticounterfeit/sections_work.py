"""Sections of the monthly table about the members' work; only outreach is asked of all units."""

from portal.campaigns import Section, _

from .cells import EVENTS, ITEMS, LEADS, PEOPLE, VISITS, count, money

_JUSTICE = Section(
    key="justice",
    label=_("检察和审判"),
    fields=(
        count("arrest_cases", _("批捕案件"), ITEMS, "procuratorate", _("本月批准逮捕的假币案件。"), (0, 2)),
        count("arrest_people", _("批捕人数"), PEOPLE, "procuratorate", _("本月批准逮捕的人数。"), (0, 4)),
        count(
            "prosecuted_cases", _("起诉案件"), ITEMS, "procuratorate", _("本月提起公诉的假币案件。"), (0, 2)
        ),
        count("prosecuted_people", _("起诉人数"), PEOPLE, "procuratorate", _("本月提起公诉的人数。"), (0, 4)),
        count("trial_cases", _("一审审结"), ITEMS, "court", _("本月一审审结的假币案件。"), (0, 2)),
        count("final_cases", _("判决生效案件"), ITEMS, "court", _("本月判决生效的假币案件。"), (0, 2)),
        count("final_people", _("判决生效人数"), PEOPLE, "court", _("本月判决生效涉及的人数。"), (0, 4)),
        money("fines", _("判处罚金"), "court", _("本月生效判决中的罚金总额。"), (0, 80000)),
    ),
)

_CHANNELS = Section(
    key="channels",
    label=_("口岸、寄递、网络和机具"),
    fields=(
        count("customs_batches", _("海关查获"), _("批"), "customs", _("本月查获假币走私的批次。"), (0, 1)),
        money("customs_face", _("海关查获面额"), "customs", _("假外币按当日中间价折算。"), (0, 2000)),
        count("parcel_leads", _("寄递线索"), LEADS, "postal", _("发现并已报公安机关的线索。"), (0, 2)),
        count(
            "parcel_checks",
            _("检查寄递网点"),
            _("家次"),
            "postal",
            _("本月检查收寄验视、实名收寄、过机安检的网点。"),
            (0, 30),
        ),
        count(
            "transport_leads",
            _("交通运输线索"),
            LEADS,
            "transport",
            _("监测到并已报公安机关的线索。"),
            (0, 1),
        ),
        count(
            "retail_leads", _("商贸企业线索"), LEADS, "commerce", _("商贸企业向公安机关反映的线索。"), (0, 2)
        ),
        count(
            "firms_checked",
            _("检查机具企业"),
            _("家"),
            "market_regulation",
            _("生产、销售现金机具的企业。"),
            (0, 6),
        ),
        count(
            "machines_sampled",
            _("抽检机具"),
            _("台"),
            "market_regulation",
            _("本月抽检的现金机具。"),
            (0, 40),
        ),
        count(
            "machines_failed",
            _("其中不合格"),
            _("台"),
            "market_regulation",
            _("抽检机具中不合格的。"),
            (0, 2),
        ),
        count(
            "online_leads",
            _("网络监测线索"),
            LEADS,
            "market_regulation",
            _("按特征词监测发现的线索。"),
            (0, 3),
        ),
        count(
            "online_leads_moved",
            _("其中已移送"),
            LEADS,
            "market_regulation",
            _("本月监测线索中已移送人民银行核查的。"),
            (0, 2),
        ),
    ),
)

_APPRAISAL = Section(
    key="appraisal",
    label=_("鉴定、奖励和经费"),
    fields=(
        count(
            "appraisals",
            _("货币真伪鉴定"),
            _("笔"),
            "pboc",
            _("本月出具鉴定书的笔数，含授权鉴定机构。"),
            (0, 4),
        ),
        count("appraised_genuine", _("其中鉴定为真"), _("笔"), "pboc", _("鉴定结论为真币的。"), (0, 1)),
        count("rewards", _("发放奖励"), _("笔"), "pboc", _("本月拨付的破案奖励，一案一笔。"), (0, 1)),
        money("rewards_paid", _("奖励金额"), "pboc", _("本月拨付的奖励总额。"), (0, 30000)),
        money("funds", _("反假经费"), "finance", _("本月财政拨付的反假经费。"), (0, 5), unit=_("万元")),
    ),
)

_OUTREACH = Section(
    key="outreach",
    label=_("宣传和培训"),
    fields=(
        count(
            "publicity_activities",
            _("宣传活动"),
            EVENTS,
            "",
            _("本单位组织或参与的宣传活动。联合举办的，各参与单位都计。"),
            (1, 6),
            required=True,
            element="publicity_activities",
        ),
        count(
            "publicity_reach",
            _("宣传覆盖"),
            VISITS,
            "",
            _("现场参加的人次，线上浏览不计。"),
            (50, 1500),
            element="publicity_reach",
        ),
        count(
            "publicity_materials",
            _("发放材料"),
            _("份"),
            "",
            _("折页、海报等纸质材料。"),
            (50, 2000),
            element="publicity_materials",
        ),
        count(
            "training_sessions",
            _("培训"),
            _("期"),
            "",
            _("本单位举办的反假培训。"),
            (0, 2),
            element="training_sessions",
        ),
        count(
            "training_people",
            _("参训"),
            VISITS,
            "",
            _("参加上述培训的人次。"),
            (0, 80),
            element="training_people",
        ),
        count("school_events", _("其中校园教育"), EVENTS, "education", _("宣传活动中在学校举办的。"), (0, 3)),
        count(
            "school_people",
            _("校园教育覆盖"),
            VISITS,
            "education",
            _("校园教育到场的师生人次。"),
            (0, 900),
        ),
        count(
            "retail_events",
            _("其中商贸企业宣传"),
            EVENTS,
            "commerce",
            _("宣传活动中面向商贸企业的。"),
            (0, 3),
        ),
        count(
            "retail_people",
            _("商贸从业人员参加"),
            VISITS,
            "commerce",
            _("商贸企业宣传到场的从业人员人次。"),
            (0, 200),
        ),
        count(
            "scenic_events",
            _("其中旅游场所宣传"),
            EVENTS,
            "culture_tourism",
            _("宣传活动中在旅游场所举办的。"),
            (0, 3),
        ),
        count(
            "media_items",
            _("媒体报道"),
            LEADS,
            "broadcasting",
            _("播出或刊发的反假报道和公益广告。"),
            (1, 10),
        ),
    ),
)

WORK_SECTIONS = (_JUSTICE, _CHANNELS, _APPRAISAL, _OUTREACH)
