"""Fictional entries of the three ledgers, for tests and the demo. Money in fen."""

from __future__ import annotations

from portal.campaigns import Values, _

LEADS: tuple[Values, ...] = (
    {
        "title": _("××养老服务中心（演示）"),
        "lead_source": "grid",
        "found_on": "2025-07-08",
        "subject_type": "non_enterprise",
        "sector": "elderly_care",
        "scheme": _("预付卡返利"),
        "amount": 213_000_000,
        "people": 86,
        "elderly": True,
        "risk_level": "orange",
        "check_result": "suspected",
        "measures": ["warning_talk", "rectification"],
        "measured_on": "2025-07-21",
    },
    {
        "title": _("××农业合作社（演示）"),
        "lead_source": "industry",
        "found_on": "2025-07-15",
        "subject_type": "cooperative",
        "sector": "agriculture",
        "scheme": _("认养羊只返本"),
        "amount": 96_000_000,
        "people": 41,
        "risk_level": "yellow",
    },
    {
        "title": _("××解债咨询（演示）"),
        "lead_source": "tipoff",
        "found_on": "2025-08-04",
        "subject_type": "company",
        "sector": "debt_relief",
        "risk_level": "red",
        "check_result": "consultation",
    },
    {
        "title": _("××文旅投资（演示）"),
        "lead_source": "superior",
        "found_on": "2025-08-19",
        "subject_type": "company",
        "sector": "culture_tourism",
        "amount": 340_000_000,
        "people": 57,
        "cross_region": True,
        "risk_level": "orange",
        "check_result": "other_place",
    },
    {
        "title": _("××数字藏品（演示）"),
        "lead_source": "opinion",
        "found_on": "2025-09-02",
        "subject_type": "platform",
        "sector": "blockchain",
        "risk_level": "blue",
    },
    {
        "title": _("××二手车托管（演示）"),
        "lead_source": "industry",
        "found_on": "2025-07-03",
        "subject_type": "company",
        "sector": "commercial_services",
        "risk_level": "yellow",
        "check_result": "suspected",
        "measures": ["rectification", "repayment", "penalty"],
        "measured_on": "2025-08-11",
        "repaid_amount": 64_000_000,
        "progress": _("资金已全部清退，已申请销号。"),
    },
)

CASES: tuple[Values, ...] = (
    {
        "title": _("××文旅投资案（演示）"),
        "cross_province": True,
        "principal_place": _("外省某县（演示）"),
        "filed_on": "2025-08-28",
        "charge": "public_deposits",
        "local_amount": 340_000_000,
        "local_participants": 57,
        "case_stage": "investigation",
        "responsible_unit": _("县公安局"),
    },
    {
        "title": _("××商贸陈案（演示）"),
        "filed_on": "2019-06-20",
        "charge": "fundraising_fraud",
        "amount": 9_999_000_000,
        "participants": 420,
        "case_stage": "enforcement",
        "responsible_unit": _("县人民法院"),
    },
)

SCREENINGS: tuple[Values, ...] = (
    {
        "title": _("集市周边商铺清楼扫街（演示）"),
        "inspectors": 12,
        "buildings": 1,
        "shops": 46,
        "companies": 3,
    },
    {
        "title": _("产业园区和写字楼排查（演示）"),
        "inspectors": 8,
        "buildings": 3,
        "companies": 14,
        "remark": _("两家房屋中介已口头提醒。"),
    },
    {
        "title": _("本地公众号和小程序巡查（演示）"),
        "inspectors": 2,
        "sites": 9,
    },
)
