"""Publicity, political-legal, network and legislative bodies: sections (一)-(四)."""

from __future__ import annotations

from portal.campaigns import Cadence, _

from .wording import INTERNAL, duty

PUBLICITY_DEPT = (
    duty(
        "publicity_dept",
        1,
        _(
            "把反诈列为宣传重点：统筹媒体报道、新闻发布和公益广告，督促媒体和各单位按计划分步骤宣传，"
            "发动成员单位用好自有资源。"
        ),
        _("二（一）第1项"),
    ),
    duty(
        "publicity_dept",
        2,
        _(
            "会同公安局督导成员单位举办或参加公开宣教活动，督促并检查各单位建好反诈微信群，"
            "把最新骗术和防范办法实时推送到群。"
        ),
        _("二（一）第2项"),
        soft=_("实时"),
    ),
    duty(
        "publicity_dept",
        3,
        _(
            "督导各成员单位公开反诈宣教每月不少于一次（自办或参加，活动、培训、座谈均可），"
            "本单位宣传不留死角。"
        ),
        _("二（一）第3项"),
        cadence=Cadence.MONTHLY,
    ),
    duty("publicity_dept", 4, INTERNAL, _("二（一）第4项")),
)

POLITICAL_LEGAL = (
    duty(
        "political_legal",
        1,
        _(
            "把打击治理纳入平安建设考评，督促成员单位担责；对履职不力、重点人员失管、宣传防范不到位的乡镇、"
            "部门和企业，依规逐级通报、约谈、挂牌督办，列为重点管理，直至年度考核一票否决。"
        ),
        _("二（二）第1项"),
    ),
    duty(
        "political_legal",
        2,
        _("协调政法机关认清电诈犯罪规律，定期会商，统一执法尺度，合力依法严惩。"),
        _("二（二）第2项"),
        soft=_("定期"),
    ),
    duty("political_legal", 3, INTERNAL, _("二（二）第3项")),
)

NETWORK_CENTER = (
    duty(
        "network_center",
        1,
        _("加强网上巡查，落实网络安全和信息内容管理，净化网络生态，配合查处涉诈网络黑灰产。"),
        _("二（三）第1项"),
    ),
    duty(
        "network_center",
        2,
        _("协助建立涉诈网址、IP 和 APP 的动态封堵处置机制；部门通报的涉诈网址、APP 及时报上级封堵。"),
        _("二（三）第2项"),
        soft=_("及时"),
    ),
    duty(
        "network_center",
        3,
        _(
            "会同公安机关督导互联网企业落实实名制、账号监测预警和风险控制，管好服务器、域名、IP、APP；"
            "未备案、有隐患或涉诈的，予以警示、封停、停更或下架；及时通报可疑通信、"
            "网络特征和新型黑灰产信息。"
        ),
        _("二（三）第3项"),
        soft=_("及时"),
    ),
    duty(
        "network_center",
        4,
        _(
            "落实个人信息保护法，会同部门防止个人信息被诈骗利用；指导本县互联网企业加固系统、保护公民信息，"
            "对违规网站、恶意程序和诈骗、有害信息及时清理预警。"
        ),
        _("二（三）第4项"),
        soft=_("及时"),
    ),
    duty(
        "network_center",
        5,
        _("协助公安机关关注涉诈舆情，稳妥处置，防止负面炒作。"),
        _("二（三）第5项"),
    ),
    duty("network_center", 6, INTERNAL, _("二（三）第6项")),
)

NPC_LEGAL = (
    duty(
        "npc_legal",
        1,
        _(
            "制定有关地方性法规时写入依法打击和反诈宣教内容；配合教育本系统干部职工和服务对象，"
            "行业宣传实现全覆盖，确保系统内部零发案。"
        ),
        _("二（四）"),
    ),
)
