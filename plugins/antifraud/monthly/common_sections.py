"""What every unit reports about publicity and its own people; a few count for their whole trade."""

from __future__ import annotations

from portal.campaigns import Field, FieldKind, Section, _

from ..sources import d2
from .cells import EVERYBODY, count, money

PUBLICITY = Section(
    key="publicity",
    label=_("宣传教育"),
    fields=(
        count(
            "publicity_activities",
            _("宣传活动"),
            _("场"),
            EVERYBODY,
            d2(_("二（一）第3项")),
            _(
                "本单位自办或参加的公开宣教活动。合办的各参与单位都计一场；一场涵盖多项工作的登记一次、各项共用。"
            ),
            (1, 3),
            required=True,
            element="publicity_activities",
        ),
        count(
            "publicity_reach",
            _("覆盖人次"),
            _("人次"),
            EVERYBODY,
            d2(_("二（一）第3项")),
            _("现场参加人次，估算的取整百；不含线上阅读量。"),
            (60, 900),
            element="publicity_reach",
        ),
        count(
            "publicity_materials",
            _("发放材料"),
            _("份"),
            EVERYBODY,
            d2(_("二（一）第2项")),
            _("本月实际发出的纸质宣传材料。"),
            (50, 800),
            element="publicity_materials",
        ),
        count(
            "training_sessions",
            _("内部培训"),
            _("期"),
            EVERYBODY,
            d2(_("二（一）第4项")),
            _("面向本系统人员的培训，不计入宣传活动场次。"),
            (0, 1),
            element="training_sessions",
        ),
        count(
            "training_people",
            _("参训人次"),
            _("人次"),
            EVERYBODY,
            d2(_("二（一）第4项")),
            _("参加上述内部培训的人次。"),
            (0, 60),
            element="training_people",
        ),
        count(
            "school_lecture_count",
            _("校园宣讲"),
            _("场"),
            "education",
            d2(_("二（九）第1项")),
            _("本月全县学校开展的反诈宣讲。"),
            (4, 30),
        ),
        count(
            "school_lecture_reach",
            _("宣讲覆盖师生"),
            _("人次"),
            "education",
            d2(_("二（九）第1项")),
            _("到场听讲的师生人次。"),
            (600, 6000),
        ),
        count(
            "corrected_person_lessons",
            _("矫正对象教育"),
            _("人次"),
            "justice",
            d2(_("二（十二）第2项")),
            _("本月对有电诈前科的社区矫正对象开展教育的人次。"),
            (0, 20),
        ),
        count(
            "media_report_count",
            _("媒体稿件"),
            _("条"),
            "media",
            d2(_("二（十五）第2项")),
            _("本月在报、台、网、新媒体首发的反诈稿件，转发不计。"),
            (4, 40),
        ),
        money(
            "fund_amount",
            _("反诈经费"),
            "finance",
            d2(_("二（十三）第1项")),
            _("本月财政拨付成员单位用于打击治理的经费。"),
            (0, 12),
        ),
    ),
)

INTERNAL_CASES = Section(
    key="internal",
    label=_("内部发案"),
    fields=(
        count(
            "internal_victim_count",
            _("本单位人员被骗"),
            _("人"),
            EVERYBODY,
            d2(_("二（一）第4项")),
            _("本月立案的被骗案件中，受害人为本单位在职人员的人数。只填人数，不填姓名。"),
            (0, 0),
            required=True,
        ),
        count(
            "internal_offender_count",
            _("本单位人员涉诈"),
            _("人"),
            EVERYBODY,
            d2(_("二（一）第4项")),
            _("本月因电诈或关联违法犯罪被处理的本单位在职人员。与被骗分开计，不填姓名。"),
            (0, 0),
            required=True,
        ),
        Field(
            key="remarks",
            label=_("情况说明"),
            kind=FieldKind.LONG_TEXT,
            max_length=500,
            definition=_("数字变化大或需要上级知道的情况；不写个人信息。"),
        ),
    ),
)

COMMON_SECTIONS = (PUBLICITY, INTERNAL_CASES)
