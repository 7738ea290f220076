"""Fictional entries of the registers, for tests and the demo."""

from __future__ import annotations

from portal.campaigns import Values, _

SCREENINGS: tuple[Values, ...] = (
    {
        "title": _("集市周边商铺清楼扫街（演示）"),
        "inspectors": 12,
        "offices": 1,
        "shops": 46,
        "agencies": 3,
    },
    {
        "title": _("产业园区和写字楼排查（演示）"),
        "inspectors": 8,
        "offices": 2,
        "parks": 1,
        "agencies": 2,
        "companies": 12,
        "remark": _("两家房屋中介已口头提醒。"),
    },
    {
        "title": _("本地公众号和小程序巡查（演示）"),
        "inspectors": 2,
        "sites": 9,
    },
)

GRIDS: tuple[Values, ...] = (
    {
        "title": _("东关网格（演示）"),
        "offices": 2,
        "shops": 64,
        "agencies": 5,
        "keeper_post": _("专职网格员"),
        "in_list": True,
        "screened_on": "2025-07-24",
        "clear": True,
    },
    {
        "title": _("园区网格（演示）"),
        "parks": 1,
        "offices": 3,
        "shops": 12,
        "keeper_post": _("园区综治专干"),
        "in_list": True,
    },
)

SECTORS: tuple[Values, ...] = (
    {
        "title": _("养老服务机构（演示）"),
        "sector": "elderly_care",
        "entities": 14,
        "covered": 14,
        "screened": 11,
        "screened_on": "2025-08-15",
        "methods": _("按月核对预收费专户，走访老年人活动点。"),
        "keeper_post": _("养老服务股股长"),
    },
    {
        "title": _("农民专业合作社（演示）"),
        "sector": "agriculture",
        "entities": 86,
        "covered": 79,
        "screened": 40,
        "blind_spot": _("7 家长期停业，年底前由市场监管部门清理。"),
        "keeper_post": _("经管站站长"),
    },
)

CHANNELS: tuple[Values, ...] = (
    {
        "title": _("本单位举报电话和邮箱（演示）"),
        "telephone": "0000-0000002",
        "mailbox": "jubao@example.invalid",
        "published_on": "2024-07-05",
        "published_at": _("政府网站和便民大厅公示栏"),
        "keeper_post": _("综合股"),
    },
)

PETITIONS: tuple[Values, ...] = (
    {
        "title": _("养老服务中心退费事项（演示）"),
        "kind": "visit",
        "received_on": "2025-07-29",
        "batches": 2,
        "people": 17,
        "group": True,
        "demand": _("要求尽快退还预付的会员费。"),
        "accepted_on": "2025-07-30",
        "stability_note": _("已告知登记办法，由属地镇干部联系。"),
        "handling": _("核对账册，督促签订退费计划。"),
        "answered_on": "2025-08-20",
        "answer": _("按退费计划分两批退还，附联系窗口。"),
    },
    {
        "title": _("文旅投资返利传言（演示）"),
        "kind": "opinion",
        "received_on": "2025-08-22",
        "demand": _("网帖称项目由政府担保。"),
        "stability_note": _("发布澄清，提示风险。"),
    },
)
