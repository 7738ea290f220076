"""The task force: 26 member units (六（一）) and two classes that report without being members (抬头)."""

from __future__ import annotations

from portal.campaigns import Body, BodyKind, Member, MemberKind, Text, _

from .sources import d4

LEAD_DEPARTMENT = "government_office"
"""Stands for 处置非法集资牵头部门, which D4 does not name (Q-20): the unit that hosts the office."""

BODY = Body(
    kind=BodyKind.TASK_FORCE,
    name=_("打击非法集资专项行动工作专班"),
    office=_("专班办公室"),
    lead=LEAD_DEPARTMENT,
    titles={
        "convenor": _("组长"),
        "deputy_convenor": _("副组长"),
        "office_director": _("办公室主任"),
    },
    clause=d4(_("六（一）"), _("组长为分管金融的副县长，办公室设在县政府办。")),
)


def _unit(key: str, label: Text, *aliases: Text) -> Member:
    return Member(key=key, label=label, aliases=aliases, clause=d4(_("六（一）")))


def _reporting_class(key: str, label: Text, *aliases: Text) -> Member:
    return Member(
        key=key,
        label=label,
        aliases=aliases,
        kind=MemberKind.CLASS,
        unit_kind=key,
        clause=d4(_("主送机关、六（四）"), _("不是专班成员，但承担任务并报送。")),
    )


ROSTER = (
    _unit("publicity_department", _("县委宣传部")),
    _unit("political_legal_committee", _("县委政法委"), _("县委政法委员会")),
    _unit(
        "cyberspace_office",
        _("县委网信办"),
        _("县网信办"),
        _("县委网络安全和信息化委员会办公室"),
    ),
    _unit("government_office", _("县政府办"), _("县人民政府办公室"), _("县政府办公室")),
    _unit("court", _("县人民法院"), _("县法院")),
    _unit("procuratorate", _("县人民检察院"), _("县检察院")),
    _unit("industry_science", _("县工科局"), _("县工业和信息化局")),
    _unit("development_reform", _("县发改局"), _("县发展和改革局")),
    _unit("education", _("县教育局")),
    _unit("civil_affairs", _("县民政局")),
    _unit("justice", _("县司法局")),
    _unit("police", _("县公安局")),
    _unit("finance", _("县财政局")),
    _unit("housing", _("县住建局"), _("县住房和城乡建设局")),
    _unit("agriculture", _("县农业农村局")),
    _unit("natural_resources", _("县自然资源局")),
    _unit("commerce", _("县商务局")),
    _unit("culture_tourism", _("县文旅局"), _("县文化和旅游局")),
    _unit("petitions", _("县信访局")),
    _unit("health", _("县卫健委"), _("县卫生健康委员会"), _("县卫生健康和体育局")),
    _unit("market_regulation", _("县市场监管局"), _("县市场监督管理局")),
    _unit("administrative_approval", _("县行政审批局"), _("县行政审批服务管理局")),
    _unit("media_centre", _("县融媒体中心")),
    _unit("industry_commerce_federation", _("县工商联"), _("县工商业联合会")),
    _unit(
        "financial_regulator",
        _("金融监管支局"),
        _("国家金融监督管理总局山阴监管支局"),
        _("国家金融监督管理总局山阴支局"),
    ),
    _unit("tax", _("县税务局")),
    _reporting_class("township", _("各乡（镇）人民政府"), _("各乡（镇）"), _("乡镇人民政府")),
    _reporting_class("development_zone", _("开发区管委会"), _("山阴经济技术开发区管委会")),
)
