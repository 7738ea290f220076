"""The leading group and its members, as D2 part one lists them, in the order of the division of tasks."""

from __future__ import annotations

from portal.campaigns import Body, BodyKind, Member, MemberKind, Text, _

from .sources import d2

BODY = Body(
    kind=BodyKind.LEADING_GROUP,
    name=_("打击治理电信网络新型违法犯罪工作领导小组"),
    office=_("领导小组办公室"),
    lead="police",
    titles={
        "convenor": _("组长"),
        "deputy_convenor": _("副组长"),
        "office_director": _("办公室主任"),
    },
    clause=d2(_("一、组织领导"), _("组长由政府分管领导兼公安局局长担任，办公室设在县公安局。")),
)


def unit(key: str, label: Text, section: Text, *aliases: Text) -> Member:
    return Member(key=key, label=label, aliases=aliases, clause=d2(section))


def units_of(unit_kind: str, key: str, label: Text, section: Text, *aliases: Text) -> Member:
    return Member(
        key=key, label=label, aliases=aliases, kind=MemberKind.CLASS, unit_kind=unit_kind, clause=d2(section)
    )


ROSTER = (
    unit("publicity_dept", _("县委宣传部"), _("二（一）"), _("宣传部")),
    unit("political_legal", _("县委政法委"), _("二（二）"), _("县委政法委员会"), _("政法委")),
    unit(
        "network_center",
        _("县网络服务中心"),
        _("二（三）"),
        _("网络服务中心"),
        _("县网信办"),
        _("县委网信办"),
        _("网信办"),
    ),
    unit("npc_legal", _("县人大法工委"), _("二（四）"), _("人大法工委")),
    unit("court", _("县人民法院"), _("二（五）"), _("县法院"), _("法院")),
    unit("procuratorate", _("县人民检察院"), _("二（六）"), _("县检察院"), _("检察院")),
    unit("police", _("县公安局"), _("二（七）"), _("公安局")),
    unit("development", _("县发改局"), _("二（八）"), _("县发展和改革局"), _("发改局")),
    unit("education", _("县教科局"), _("二（九）"), _("县教育局"), _("县教育科技局"), _("教科局")),
    unit("industry", _("县工信局"), _("二（十）"), _("县工业和信息化局"), _("工信局")),
    unit("market", _("县市场监督管理局"), _("二（十一）"), _("县市场监管局"), _("市场监管局")),
    unit("justice", _("县司法局"), _("二（十二）"), _("司法局")),
    unit("finance", _("县财政局"), _("二（十三）"), _("财政局")),
    # An enterprise: 邮政管理局 is another unit and no alias of it.
    unit(
        "postal",
        _("邮政分公司"),
        _("二（十四）"),
        _("邮政公司"),
        _("中国邮政分公司"),
        _("邮政公司乡宁分公司"),
    ),
    unit("media", _("县融媒体中心"), _("二（十五）"), _("融媒体中心")),
    unit(
        "banking_regulator",
        _("银保监组"),
        _("二（十六）"),
        _("银保监"),
        _("银保监局"),
        _("金融监管支局"),
        _("国家金融监督管理总局监管支局"),
    ),
    units_of("telecom", "telecom", _("各电信运营商"), _("二（十七）"), _("电信运营商"), _("基础电信企业")),
    units_of("bank", "banks", _("各银行机构"), _("二（十八）"), _("各银行"), _("各银行业金融机构")),
    # Sends one of the deputy heads, but part two gives it no duty.
    unit("digital_government", _("县数字政务中心"), _("一、组织领导"), _("数字政务中心")),
)
