"""Postal company and media centre: sections (十四) and (十五)."""

from __future__ import annotations

from portal.campaigns import _

from .wording import INTERNAL, duty

POSTAL = (
    duty(
        "postal",
        1,
        _("配合公安等部门查验寄往重点地区的邮件包裹，培训相关从业人员。"),
        _("二（十四）第1项"),
    ),
    duty(
        "postal",
        2,
        _("用柜台电子屏播放反诈视频，推介国家反诈中心的防诈宣传手册，定期到现场宣传。"),
        _("二（十四）第2项"),
        soft=_("定期"),
    ),
    duty("postal", 3, INTERNAL, _("二（十四）第3项")),
)

MEDIA = (
    duty(
        "media",
        1,
        _("发挥主流媒体引导作用，报道公安机关打击行动和战果，震慑犯罪，增强群众防范意识。"),
        _("二（十五）第1项"),
    ),
    duty(
        "media",
        2,
        _("与公安局合作开展反诈主题公益宣传，从现身说法、案例、预警、攻略、行动、成效等多角度报道。"),
        _("二（十五）第2项"),
    ),
    duty(
        "media",
        3,
        _(
            "开展舆论监督，采访报道重大电诈案件，曝光拒不履责、不配合反诈的行为和行业管理漏洞，"
            "推动各行业共同防范。"
        ),
        _("二（十五）第3项"),
    ),
    duty("media", 4, INTERNAL, _("二（十五）第4项")),
)
