"""The portal's own policies: readings that every campaign shares."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from portal.campaigns.declarations import Policy
from portal.campaigns.forms import Choice, DueKind, Shift
from portal.campaigns.sources import Clause, Source
from portal.core.text import Text, _

AS_DECLARED = "declared"
LIAISON_VACANCY_DAYS = 5

SOURCES = (
    Source(
        key="civil_code",
        number=_("主席令第四十五号"),
        title=_("中华人民共和国民法典"),
        issuer=_("全国人民代表大会"),
        issued=date(2020, 5, 28),
        effective_from=date(2021, 1, 1),
    ),
    Source(
        key="house",
        number=_("系统约定"),
        title=_("联席平台通用口径"),
        issuer=_("本系统"),
        issued=date(2026, 11, 1),
        effective_from=date(2026, 11, 1),
        note=_("文件没有规定的，由系统给出默认做法，本地可以改。"),
    ),
)


def _law(article: Text) -> Clause:
    return Clause(source="civil_code", article=article)


def _house(article: Text) -> Clause:
    return Clause(source="house", article=article)


def _fixed(key: str, label: Text, reading: Text, clause: Clause, note: Text) -> Policy:
    choice = Choice(key="fixed", label=reading)
    return Policy(key=key, label=label, choices=(choice,), default="fixed", clause=clause, note=note)


FIXED_DAYS = {"day_20": (20, 0), "day_25": (25, 0), "next_5": (5, 1), "next_10": (10, 1)}
"""Choice of ``due_rule`` -> day, and how many months after the last month of the period."""

POLICIES = (
    Policy(
        key="due_rule",
        label=_("报表截止日"),
        choices=(
            Choice(key=AS_DECLARED, label=_("按各表规定")),
            Choice(key=DueKind.LAST_WORKING_DAY.value, label=_("一律为期末最后一个工作日")),
            Choice(key=DueKind.LAST_CALENDAR_DAY.value, label=_("一律为期末最后一日")),
            Choice(key="day_20", label=_("一律为20日（月报当月，其他为期末月）")),
            Choice(key="day_25", label=_("一律为25日（月报当月，其他为期末月）")),
            Choice(key="next_5", label=_("一律为期后次月5日")),
            Choice(key="next_10", label=_("一律为期后次月10日")),
        ),
        default=AS_DECLARED,
        clause=_house(_("报送第1项")),
        note=_("文件多写“每月底前”“每季度末前”，没有具体日期。只影响以后开启的报告期；一次性报表和本地自设报表按其自己的日期。"),
    ),
    Policy(
        key="due_shift",
        label=_("截止日遇休息日"),
        choices=(
            Choice(key=AS_DECLARED, label=_("按各表规定")),
            Choice(key=Shift.EARLIER.value, label=_("提前到前一个工作日")),
            Choice(key=Shift.LATER.value, label=_("顺延到后一个工作日")),
            Choice(key=Shift.NONE.value, label=_("不变")),
        ),
        default=AS_DECLARED,
        clause=_law(_("第二百零三条")),
        note=_("民事期间遇休息日顺延；向上报送通常提前，以免耽误上级汇总。只影响以后开启的报告期。"),
    ),
    Policy(
        key="cut_off_day",
        label=_("数据统计到哪一天"),
        choices=(
            Choice(key="period_end", label=_("报告期最后一日")),
            Choice(key="day_25", label=_("当月25日")),
            Choice(key="day_20", label=_("当月20日")),
        ),
        default="period_end",
        clause=_house(_("报送第2项")),
        note=_("期末前就要报出的表，末几天的数可以计入下期。填报页按此提示统计起止日期。"),
    ),
    _fixed(
        "inclusive_numbers",
        _("“以上”“以下”“以内”是否含本数"),
        _("都含本数；“不满”“超过”“以外”不含"),
        _law(_("第一千二百五十九条")),
        _("金额、数量和日期的界限都照此认定。"),
    ),
    _fixed(
        "working_days",
        _("工作日怎样数"),
        _("当日不计，次日为第1日，末日 24:00 截止；调休上班日计入"),
        _law(_("第二百零一条")),
        _("放假和调休以国务院办公厅通知为准，未公布的年度按暂估显示。"),
    ),
    _fixed(
        "deadline_day",
        _("“某日前”是否含当日"),
        _("含当日，截至 24:00"),
        _law(_("第二百零三条")),
        _("Q-18：当日报送算按时，迟报照收并注明。"),
    ),
    _fixed(
        "natural_hours",
        _("小时怎样数"),
        _("从得知时间起连续计算，节假日不停"),
        _law(_("第二百零一条")),
        _("Q-11、Q-12：得知时间由单位填写，录入时间另记，两者都保留。"),
    ),
    _fixed(
        "liaison_vacancy",
        _("联络员空缺多久列入提示"),
        _("5 个工作日"),
        _house(_("岗位第1项")),
        _("联络员离任后由分管领导代为办理，满期仍未补上的，办公室的空缺清单列出该单位。"),
    ),
)  # fmt: skip


class Cited(Protocol):
    """Where a policy's clause is found: a campaign, or the portal's own sources."""

    def source(self, key: str) -> Source: ...


class _Portal:
    def source(self, key: str) -> Source:
        return next(s for s in SOURCES if s.key == key)


PORTAL = _Portal()
