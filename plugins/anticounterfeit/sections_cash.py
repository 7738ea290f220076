"""Sections of the monthly table about fake money itself: banks and police."""

from portal.campaigns import Field, FieldKind, Section, _

from .cells import CASES, COINS, NOTES, PEOPLE, clause_of, count, money
from .denominations import COIN_LABELS, NOTE_LABELS, SERIES_LABELS

_PER_DENOMINATION = _("本月柜面、清分和自助设备收缴的该券别假币数，伪造币和变造币都计。")
_PER_SERIES = _("与上面各券别纸币是同一批，按版别再分一次。")
_USUAL = {
    "note_100": 30, "note_50": 8, "note_20": 6, "note_10": 5, "note_5": 2, "note_1": 2, "coin_1y": 20, "coin_5j": 3,
    "coin_1j": 1, "series_1999": 6, "series_2005": 30, "series_2015": 8, "series_2019": 6, "series_2020": 1,
    "series_other": 2,
}  # fmt: skip

_COUNTER = Section(
    key="counter",
    label=_("柜面收缴假人民币"),
    fields=(
        *(
            count(key, label, NOTES, "banks", _PER_DENOMINATION, (0, _USUAL[key]))
            for key, label in NOTE_LABELS.items()
        ),
        *(
            count(key, label, COINS, "banks", _PER_DENOMINATION, (0, _USUAL[key]))
            for key, label in COIN_LABELS.items()
        ),
        money(
            "other_face",
            _("其他券别面额"),
            "banks",
            _("2 元券、角券、纪念币和纪念钞的面额；贵金属纪念币按发行价。"),
            (0, 0),
        ),
        money(
            "counter_face",
            _("面额合计"),
            "banks",
            _("各券别张（枚）数乘面额之和，加其他券别面额。"),
            (0, 3500),
            required=True,
        ),
        count("altered_notes", _("其中变造币"), NOTES, "banks", _("各券别纸币中的变造币张数。"), (0, 2)),
        count("vouchers", _("开具收缴凭证"), _("份"), "banks", _("本月开具的假币收缴凭证份数。"), (0, 25)),
        count(
            "batches",
            _("其中一次 5 张（枚）以上"),
            _("次"),
            "banks",
            _("一次收缴达到 5 张（枚）的次数，含 5 张（枚）；须同时报公安机关和人民银行。"),
            (0, 1),
        ),
    ),
)

_SERIES = Section(
    key="series",
    label=_("收缴纸币按版别"),
    fields=(
        *(
            count(key, label, NOTES, "banks", _PER_SERIES, (0, _USUAL[key]))
            for key, label in SERIES_LABELS.items()
        ),
    ),
)

_FOREIGN = Section(
    key="foreign",
    label=_("收缴假外币"),
    fields=(
        Field(
            key="foreign_currencies",
            label=_("涉及币种"),
            kind=FieldKind.CHOICES,
            choices="foreign_currency",
            owners=("banks",),
            definition=_("本月收缴假外币的币种，没有的不选。"),
            clause=clause_of("foreign_currencies", "banks"),
        ),
        count("foreign_notes", _("假外币"), NOTES, "banks", _("各外币币种的张（枚）数之和。"), (0, 1)),
        money(
            "foreign_face",
            _("折合人民币"),
            "banks",
            _("按收缴当日中间价折算，不计入假人民币面额。"),
            (0, 700),
        ),
    ),
)

_POLICE = Section(
    key="police",
    label=_("公安打击"),
    fields=(
        count("cases_filed", _("立案"), CASES, "police", _("本月立案的假币案件。"), (0, 3), required=True),
        count(
            "cases_solved",
            _("破案"),
            CASES,
            "police",
            _("本月破获的假币案件，不论何时立案。"),
            (0, 2),
            required=True,
        ),
        count("suspects", _("抓获"), PEOPLE, "police", _("本月抓获的涉案人员，同一人只计一次。"), (0, 5)),
        count("dens", _("捣毁窝点"), _("个"), "police", _("印制、再加工、变造、打印和复印窝点。"), (0, 1)),
        count("gangs", _("打掉团伙"), _("个"), "police", _("以侦办结论为准。"), (0, 1)),
        count("police_notes", _("没收假纸币"), NOTES, "police", _("不含银行柜面收缴后移交的。"), (0, 600)),
        count("police_coins", _("没收假硬币"), COINS, "police", _("不含银行柜面收缴后移交的。"), (0, 300)),
        money(
            "police_face",
            _("没收面额"),
            "police",
            _("假人民币纸币、硬币和半成品面额之和，半成品按全额。"),
            (0, 60000),
            required=True,
        ),
        money("semi_finished_face", _("其中半成品面额"), "police", _("已含在没收面额内。"), (0, 5000)),
        Field(
            key="new_methods",
            label=_("新型手法"),
            kind=FieldKind.LONG_TEXT,
            owners=("police",),
            max_length=1000,
            definition=_("本月发现的新型造假、犯罪手段；已按急报报送的写明文号，没有的留空。"),
            clause=clause_of("new_methods", "police"),
        ),
    ),
)

CASH_SECTIONS = (_COUNTER, _SERIES, _FOREIGN, _POLICE)
