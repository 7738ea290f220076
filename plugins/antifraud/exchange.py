"""Information that the leading group exchanges, its warnings and its requests to superiors (D2 part two).

No limits: D2 says 及时 and 实时, never a number of days; the portal's own defaults hold for the office.
"""

from __future__ import annotations

from portal.campaigns import Category, Clause, Exchange, Text, _

from .sources import d2, law


def _kind(key: str, label: Text, clause: Clause, *writers: str) -> Category:
    return Category(key=key, label=label, clause=clause, writers=writers)


EXCHANGE = Exchange(
    categories=(
        _kind("work_news", _("工作动态"), d2(_("二（七）第1项"), _("办公室综合协调，成员单位通气。"))),
        _kind("scam_methods", _("新型诈骗手法"), d2(_("二（一）第2项"), _("连同防范措施推送各成员单位。"))),
        _kind(
            "suspicious_traffic",
            _("可疑通信和网络特征"),
            d2(_("二（三）第3项"), _("含新型网络黑灰产业。")),
            "network_center",
            "industry",
            "police",
            "telecom",
        ),
        _kind(
            "illegal_equipment",
            _("涉诈设备线索"),
            d2(_("二（十）第7项"), _("伪基站、猫池、GOIP 等，通报公安机关。")),
            "industry",
            "police",
            "telecom",
        ),
        _kind(
            "potential_victims",
            _("涉诈线索和潜在受害人"),
            d2(_("二（十）第6项"), _("推送公安机关；只写线索编号和人数，不写姓名、证件和电话号码。")),
        ),
        _kind(
            "real_name_violations",
            _("违反实名制情况"),
            d2(_("二（十六）第1项、（十七）第1项、（十八）第4项"), _("发现后通报公安机关。")),
            "banking_regulator",
            "telecom",
            "banks",
        ),
        _kind("court_figures", _("判决数据"), d2(_("二（五）第9项")), "court"),
        _kind("prosecution_figures", _("起诉数据"), d2(_("二（六）第6项")), "procuratorate"),
    ),
    advisories=(
        _kind("police_letter", _("公安提示函"), d2(_("二（七）第5项")), "police"),
        _kind("risk_warning", _("风险提示"), d2(_("二（一）第2项"), _("最新手法和防范措施。"))),
    ),
    materials=(
        _kind("laws", _("法律法规"), law(_("第一条"), _("反电信网络诈骗法及配套规定。"))),
        _kind("policy_documents", _("政策文件"), d2(_("一、组织领导"))),
        _kind("scam_methods", _("诈骗手法和防范"), d2(_("二（一）第2项"))),
        _kind("teaching", _("宣传资料"), d2(_("二（一）第3项"))),
    ),
    requests=(
        Category(
            key="block_sites",
            label=_("封堵涉诈网址或应用"),
            clause=d2(_("二（三）第2项"), _("成员单位通报后，报请上级封堵。")),
            target=_("网址或应用名称"),
        ),
        Category(
            key="dishonesty_list",
            label=_("列入严重失信主体名单"),
            clause=d2(_("二（八）第1项"), _("经有关部门认定后报送上级信用平台。")),
            target=_("认定文书编号"),
            writers=("development", "police"),
        ),
    ),
)
