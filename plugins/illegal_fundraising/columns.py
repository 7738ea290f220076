"""The columns of 附件1. D4 names the table and prints none: these are our draft (Q-19).

Only this period's figures are asked; the portal adds them up over the year. What the ledgers and the activities
already hold is drawn from there (``DRAWS``); the unit confirms it.
"""

from __future__ import annotations

from typing import Any

from portal.campaigns import Field, FieldKind, Section, Text, _

from .draws import DRAWS
from .sources import d4

_CASES = _("件")
_FIRMS = _("家")
_ITEMS = _("个")
_LEADS = _("条")
_PEOPLE = _("人")
_TIMES = _("次")


def _count(
    key: str, label: Text, unit: Text, definition: Text, typical: tuple[int, int] = (0, 5), **more: Any
) -> Field:
    return Field(
        key=key,
        label=label,
        kind=FieldKind.INTEGER,
        unit=unit,
        definition=definition,
        typical=typical,
        draws=DRAWS.get(key, ()),
        **more,
    )


def _money(key: str, label: Text, definition: Text, typical: tuple[int, int], **more: Any) -> Field:
    return Field(
        key=key,
        label=label,
        kind=FieldKind.MONEY,
        unit=_("万元"),
        definition=definition,
        typical=typical,
        draws=DRAWS.get(key, ()),
        **more,
    )


_POLICE: dict[str, Any] = {"owners": ("police",), "clause": d4(_("五（七）"))}
_PROSECUTOR: dict[str, Any] = {"owners": ("procuratorate",), "clause": d4(_("五（七）"))}
_COURT: dict[str, Any] = {"owners": ("court",), "clause": d4(_("五（七）"))}
_RECOVERY: dict[str, Any] = {"owners": ("police", "court"), "clause": d4(_("五（八）"))}

SECTIONS = (
    Section(
        key="deployment",
        label=_("部署"),
        fields=(
            _count("meetings", _("专题会议"), _TIMES, _("本单位为专项行动召开的会议。"), (0, 3)),
            _count("plans", _("方案和文件"), _ITEMS, _("本单位印发的方案、通知等文件。"), (0, 2)),
        ),
    ),
    Section(
        key="screening",
        label=_("风险排查"),
        fields=(
            _count("inspectors", _("出动人员"), _("人次"), _("同一人每出动一次计一次。"), (5, 120)),
            _count("buildings", _("排查楼宇、园区"), _("处"), _("同处当期只计一次。"), (0, 12)),
            _count("shops", _("排查商铺"), _FIRMS, _("沿街和商场内的铺面，同家当期只计一次。"), (5, 150)),
            _count("companies", _("排查企业、机构"), _FIRMS, _("含中介机构，同家当期只计一次。"), (0, 40)),
            _count("sites", _("排查网络平台"), _ITEMS, _("网站、应用程序、公众号等。"), (0, 15)),
            _count(
                "grid_places",
                _("网格清单场所"),
                _ITEMS,
                _("期末清单中的写字楼、商铺、产业园区、中介机构。"),
                (0, 300),
                summed=False,
                clause=d4(_("五（一）")),
            ),
            _count("grid_screened", _("其中：本期已排查"), _ITEMS, _("所在网格本期已查完的。"), (0, 200)),
            _count(
                "sector_entities",
                _("行业监管对象"),
                _FIRMS,
                _("期末行业底数台账中的企业和机构。"),
                (0, 90),
                summed=False,
                clause=d4(_("五（二）")),
            ),
            _count(
                "sector_covered",
                _("其中：已纳入监测"),
                _FIRMS,
                _("应与监管对象相等。"),
                (0, 90),
                summed=False,
                clause=d4(_("五（二）")),
            ),
            _count("leads", _("发现风险线索"), _LEADS, _("本期新登记，等于各来源之和。"), required=True),
            _count("leads_grid", _("其中：网格排查"), _LEADS, _("网格员和清楼扫街发现。"), (0, 2)),
            _count("leads_industry", _("其中：行业排查"), _LEADS, _("行业主（监）管部门发现。"), (0, 2)),
            _count("leads_funds", _("其中：资金监测"), _LEADS, _("由异常资金、账户发现。"), (0, 1)),
            _count("leads_tipoff", _("其中：群众举报"), _LEADS, _("由举报得知且以前未掌握。"), (0, 2)),
            _count("leads_opinion", _("其中：舆情监测"), _LEADS, _("由网上信息发现。"), (0, 1)),
            _count("leads_superior", _("其中：上级转办"), _LEADS, _("上级或外地转来。"), (0, 1)),
            _count("leads_other", _("其中：其他来源"), _LEADS, _("不属于以上各项。"), (0, 1)),
        ),
    ),
    Section(
        key="administrative",
        label=_("行政处置"),
        fields=(
            _count("warning_talks", _("警示约谈"), _("家次"), _("同一主体每约谈一次计一次。"), (0, 4)),
            _count("rectifications", _("责令整改"), _FIRMS, _("本期发出整改要求的主体。"), (0, 4)),
            _count("sealed_premises", _("查封场所"), _("处"), _("依条例第二十四条查封的经营场所。"), (0, 1)),
            _count("seized_assets", _("查封扣押资产"), _("项"), _("依条例第二十四条查封、扣押。"), (0, 2)),
            _count("repayment_orders", _("责令清退"), _FIRMS, _("本期责令清退的主体。"), (0, 2)),
            _money("repaid_amount", _("清退金额"), _("本期实际退给集资参与人的资金。"), (0, 60)),
            _count("repaid_people", _("清退人数"), _PEOPLE, _("本期收到清退资金的集资参与人。"), (0, 40)),
            _count("determinations", _("行政认定"), _CASES, _("本期作出认定结论的案件。"), (0, 1)),
            _count("penalties", _("行政处罚"), _CASES, _("本期作出处罚决定的案件。"), (0, 1)),
            _money("fines", _("罚款"), _("处罚决定书载明的罚款。"), (0, 30)),
            _count("deregistered", _("注销、吊销主体"), _FIRMS, _("本期注销或吊销的涉非经营主体。"), (0, 2)),
            _count("sites_closed", _("关停网络平台"), _ITEMS, _("网站、应用程序、公众号等。"), (0, 2)),
            _count("transferred_to_police", _("移送公安"), _CASES, _("本期发现、已移送的线索。"), (0, 1)),
            _count("earlier_transferred", _("往期线索移送公安"), _CASES, _("以前发现、本期移送。"), (0, 1)),
            _count("transfers_filed", _("移送后立案"), _CASES, _("本期移送中公安已立案的。"), (0, 1)),
        ),
    ),
    Section(
        key="criminal",
        label=_("刑事打击"),
        fields=(
            _count("cases_filed", _("新立案"), _CASES, _("本期立案的非法集资刑事案件。"), (0, 4), **_POLICE),
            _money("amount_involved", _("涉案金额"), _("本期新立案件的涉案金额。"), (0, 900), **_POLICE),
            _count("participants", _("集资参与人"), _PEOPLE, _("上列案件的参与人。"), (0, 300), **_POLICE),
            _count("coercive_measures", _("采取强制措施"), _PEOPLE, _("含往期案件。"), (0, 8), **_POLICE),
            _count(
                "prosecution_cases",
                _("移送起诉案件"),
                _CASES,
                _("检察院本期受理的移送审查起诉案件。"),
                (0, 3),
                **_PROSECUTOR,
            ),
            _count(
                "prosecution_people", _("移送起诉人数"), _PEOPLE, _("上列案件人数。"), (0, 6), **_PROSECUTOR
            ),
            _count("verdict_cases", _("一审宣判案件"), _CASES, _("本期一审宣判。"), (0, 2), **_COURT),
            _count("verdict_people", _("一审宣判人数"), _PEOPLE, _("上列案件的被告人。"), (0, 5), **_COURT),
        ),
    ),
    Section(
        key="stock",
        label=_("存案化解"),
        fields=(
            _count(
                "opening_cases",
                _("期初存量"),
                _CASES,
                _("本期第一天未化解的案件，按属地填报，一案只由一个单位填。"),
                (0, 9),
                summed=False,
                carries="closing_cases",
                clause=d4(_("五（八）")),
            ),
            _count("added_cases", _("本期新增"), _CASES, _("本期新立案并列入存量的案件。"), (0, 3)),
            _count("resolved_cases", _("本期化解"), _CASES, _("本期办结并经同意销号的案件。"), (0, 4)),
            _count(
                "closing_cases",
                _("期末存量"),
                _CASES,
                _("本期最后一天未化解的案件，等于期初加新增减化解。"),
                (0, 9),
                summed=False,
            ),
            _money("recovered_amount", _("追赃挽损"), _("侦查、执行各报本环节。"), (0, 200), **_RECOVERY),
            _count("returned_people", _("返还人数"), _PEOPLE, _("收到返还的参与人。"), (0, 80), **_RECOVERY),
            _money("returned_amount", _("返还金额"), _("实际返还参与人的资金。"), (0, 120), **_RECOVERY),
        ),
    ),
    Section(
        key="stability",
        label=_("维稳"),
        fields=(
            _count("petition_batches", _("信访批次"), _("批"), _("含来信、来访和网上信访。"), (0, 3)),
            _count("petition_people", _("信访人次"), _("人次"), _("上列信访涉及的人次。"), (3, 20)),
            _count("petitions_resolved", _("信访化解"), _CASES, _("本期办结并答复的事项，含往期。"), (0, 3)),
            _count("opinions_handled", _("舆情处置"), _LEADS, _("本期处置的涉非网上信息。"), (0, 5)),
        ),
    ),
    Section(
        key="rewards",
        label=_("举报奖励"),
        fields=(
            _count(
                "tip_channels",
                _("已公布举报渠道"),
                _ITEMS,
                _("期末在用的，一部电话和一个邮箱同时公布计一个。"),
                (0, 2),
                summed=False,
                clause=d4(_("五（四）")),
            ),
            _count("tips_received", _("受理举报"), _LEADS, _("本期受理的举报，含以前已掌握的。"), (0, 4)),
            _count("rewards_paid", _("发放奖励"), _("笔"), _("本期已付给举报人的奖励。"), (0, 1)),
            _money("reward_amount", _("奖励金额"), _("本期已付的奖励金额。"), (0, 1)),
        ),
    ),
    Section(
        key="publicity",
        label=_("宣传"),
        fields=(
            _count(
                "publicity_activities",
                _("宣传活动"),
                _("场"),
                _("本单位举办或参加的现场、线上宣传活动。"),
                (1, 9),
                element="publicity_activities",
                clause=d4(_("五（十）")),
            ),
            _count(
                "publicity_materials",
                _("发放资料"),
                _("份"),
                _("纸质宣传资料，不含转发的电子资料。"),
                (100, 3000),
                element="publicity_materials",
            ),
            _count(
                "publicity_reach",
                _("覆盖人次"),
                _("人次"),
                _("现场估计人数，线上按阅读、播放次数。"),
                (200, 6000),
                element="publicity_reach",
            ),
            _count("media_articles", _("媒体稿件"), _("篇"), _("在媒体和新媒体刊发的稿件。"), (0, 6)),
        ),
    ),
    Section(
        key="rulemaking",
        label=_("建章立制"),
        fields=(
            _count("rules_issued", _("出台制度"), _ITEMS, _("本期印发的长效制度。"), (0, 1)),
            Field(
                key="rule_names",
                label=_("制度名称"),
                kind=FieldKind.LONG_TEXT,
                definition=_("逐个写名称和文号。"),
                max_length=1000,
            ),
            Field(
                key="progress",
                label=_("进展说明"),
                kind=FieldKind.LONG_TEXT,
                definition=_("阶段进展、问题和下步打算，随表一并报送。"),
                max_length=3000,
                clause=d4(_("六（四）")),
            ),
        ),
    ),
)
