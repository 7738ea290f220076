"""What the office sends up once a year (D0 第九条（六）), and what it says of a new counterfeit to all members."""

from __future__ import annotations

from portal.campaigns import (
    Clause,
    DocumentTemplate,
    DocumentType,
    Field,
    FieldKind,
    Message,
    Text,
    Values,
    Words,
    _,
    write_day,
    written,
)

_ANNUAL = Clause(
    source="D0", article=_("第九条（六）"), note=_("年度一次，报省联席会议办公室；原文没有写日期。")
)
_PROVINCE = written("现将有关情况报告如下：")


def _said(values: Values, key: str) -> str:
    return str(values.get(key) or "")


def _lines(values: Values, key: str) -> list[str]:
    return [line.strip() for line in _said(values, key).splitlines() if line.strip()]


def _chapters(values: Values, *chapters: tuple[str, str]) -> list[Words]:
    """Headings with their lines; a chapter without lines is left out and the numbers close up."""
    found: list[Words] = []
    numbers = iter(written("一 二 三 四 五 六").split())
    for heading, key in chapters:
        if lines := _lines(values, key):
            found += [written("{0}、{1}").format(next(numbers), heading), *lines]
    return found


def _plan(values: Values) -> tuple[Words, ...]:
    return (
        Message(
            written("根据省反假货币工作联席会议部署，结合本地实际，制定了%(year)s年反假货币工作计划，现报告如下："),
            year=_said(values, "year"),
        ),
        *_chapters(
            values,
            (written("工作目标"), "goals"),
            (written("重点任务"), "tasks"),
            (written("宣传培训安排"), "publicity"),
            (written("保障措施"), "support"),
        ),
        written("特此报告。"),
    )  # fmt: skip


def _summary(values: Values) -> tuple[Words, ...]:
    return (
        Message(
            written("%(year)s年，本地反假货币工作联席会议各成员单位按照职责分工开展工作。%(rest)s"),
            year=_said(values, "year"), rest=_PROVINCE,
        ),
        *_chapters(
            values,
            (written("工作开展情况"), "done"),
            (written("假币收缴和案件情况"), "figures"),
            (written("新情况新特点"), "trends"),
            (written("存在问题"), "problems"),
            (written("下一年工作打算"), "plans"),
        ),
        written("特此报告。"),
    )  # fmt: skip


def _new_counterfeit(values: Values) -> tuple[Words, ...]:
    wanted: list[Words] = []
    if values.get("reply_by"):
        wanted.append(
            Message(written("请于%(day)s前反馈学习传达和排查情况。"), day=write_day(values["reply_by"]))
        )
    return (
        Message(
            written("近期，本地发现%(kind)s，经鉴定属于新型假币。现将识别要点通报如下："),
            kind=values.get("kind") or written("新型假币"),
        ),
        *_chapters(
            values,
            (written("发现情况"), "situation"),
            (written("主要特征和识别要点"), "features"),
            (written("工作要求"), "measures"),
        ),
        *wanted,
        written("发现同类假币的，按规定收缴并及时报告公安机关和人民银行。"),
    )


def _line(key: str, label: Text, *, hint: Text | None = None, required: bool = True) -> Field:
    return Field(key=key, label=label, kind=FieldKind.TEXT, required=required, definition=hint)


def _block(key: str, label: Text, *, hint: Text | None = None, required: bool = True) -> Field:
    return Field(
        key=key, label=label, kind=FieldKind.LONG_TEXT, required=required, max_length=4000, definition=hint
    )


_YEAR = _line("year", _("年度"), hint=_("只写年份，例如 2026。"))

ANNUAL_PLAN = DocumentTemplate(
    key="annual_plan",
    label=_("年度反假货币工作计划（报省）"),
    type=DocumentType.REPORT,
    clause=_ANNUAL,
    title=lambda v: Message(written("关于%(year)s年反假货币工作计划的报告"), year=_said(v, "year")),
    body=_plan,
    fields=(
        _YEAR, _block("goals", _("工作目标")), _block("tasks", _("重点任务"), hint=_("一行一项，写明牵头单位。")),
        _block("publicity", _("宣传培训安排"), required=False), _block("support", _("保障措施"), required=False),
    ),
    example={
        "year": "2027", "goals": written("假币收缴数量平稳下降，重大案件及时报告。"),
        "tasks": written("打击制贩假币犯罪，由公安局牵头。\n抽检现金机具，由市场监管局牵头。"),
        "publicity": written("九月开展集中宣传，全年培训现金从业人员两期。"), "support": None,
    },
)  # fmt: skip

ANNUAL_SUMMARY = DocumentTemplate(
    key="annual_summary",
    label=_("年度反假货币工作总结（报省）"),
    type=DocumentType.REPORT,
    clause=_ANNUAL,
    title=lambda v: Message(written("关于%(year)s年反假货币工作情况的报告"), year=_said(v, "year")),
    body=_summary,
    fields=(
        _YEAR, _block("done", _("工作开展情况")),
        _block("figures", _("假币收缴和案件情况"), hint=_("数字取自统计总览的全年汇总，写明同比。")),
        _block("trends", _("新情况新特点"), required=False), _block("problems", _("存在问题"), required=False),
        _block("plans", _("下一年工作打算"), required=False),
    ),
    example={
        "year": "2026", "done": written("召开联席会议2次，议定事项全部办结。\n开展宣传活动126场次。"),
        "figures": written("全年柜面收缴假人民币418张（枚），面额3.62万元，同比下降。破获假币案件9起。"),
        "trends": written("小面额假币占比上升。"), "problems": None, "plans": written("扩大农村集市宣传。"),
    },
)  # fmt: skip

NEW_COUNTERFEIT = DocumentTemplate(
    key="new_counterfeit",
    label=_("新型假币提示函"),
    type=DocumentType.ADVISORY,
    clause=Clause(source="D0", article=_("附件·人行阳泉市分行第10项"), note=_("新型假币快速反应。")),
    title=lambda v: Message(written("关于防范%(kind)s的提示函"), kind=v.get("kind") or written("新型假币")),
    body=_new_counterfeit,
    fields=(
        _line("kind", _("假币种类"), hint=_("券别、版别，例如 20 元券机制假币。")), _block("situation", _("发现情况")),
        _block("features", _("主要特征和识别要点"), hint=_("一行一项；不写持有人信息。")),
        _block("measures", _("工作要求"), required=False),
        Field(key="reply_by", label=_("反馈日期"), kind=FieldKind.DATE),
    ),
    example={
        "kind": written("20元券机制假币"), "situation": written("近日在两处集市收缴9张，冠字号码前六位相同。"),
        "features": written("水印为印制，透光可见网点。\n安全线为后贴塑料条，无光变效果。"),
        "measures": written("网点晨会讲解一次。\n升级点验钞机软件。"), "reply_by": "2026-10-10",
    },
)  # fmt: skip

ANNUAL_DOCUMENTS = (ANNUAL_PLAN, ANNUAL_SUMMARY, NEW_COUNTERFEIT)
