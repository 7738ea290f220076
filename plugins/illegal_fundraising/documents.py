"""风险提示 to the public's side of the work, and 线索移送函 between administration and police (D4)."""

from __future__ import annotations

from portal.campaigns import (
    Cell,
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

from .sources import d4


def _said(values: Values, key: str) -> str:
    return str(values.get(key) or "").strip()


def _lines(values: Values, key: str) -> list[str]:
    return [line.strip() for line in _said(values, key).splitlines() if line.strip()]


def _text(key: str, label: Text, definition: Text | None = None, *, required: bool = True) -> Field:
    return Field(key=key, label=label, kind=FieldKind.TEXT, required=required, definition=definition)


def _long(key: str, label: Text, definition: Text | None = None) -> Field:
    return Field(
        key=key, label=label, kind=FieldKind.LONG_TEXT, required=True, max_length=2000, definition=definition
    )


def _transfer(values: Values) -> tuple[Words, ...]:
    return (
        Message(
            written("我单位在%(origin)s中发现%(subject)s涉嫌非法集资，现将有关线索移送你单位。"),
            origin=_said(values, "origin"),
            subject=_said(values, "subject"),
        ),
        written("一、基本情况"),
        *_lines(values, "facts"),
        written("二、初步判断"),
        *_lines(values, "judgement"),
        written("三、移送材料"),
        *_lines(values, "papers"),
        written("请依法审查，将受理、不受理、立案或者退回的结果和理由书面告知我单位。"),
    )


def _receipt(values: Values) -> tuple[tuple[Cell, ...], ...]:
    return (
        (Cell(label=written("移送线索"), value=_said(values, "subject")),),
        (Cell(label=written("移送日期"), value=write_day(values.get("sent_on"))),),
        (Cell(label=written("接收单位"), value=""),),
        (Cell(label=written("签收人职务"), value=""), Cell(label=written("签收日期"), value="")),
        (Cell(label=written("处理结果"), value=written("□受理  □不受理  □立案  □退回")),),
        (Cell(label=written("理由"), value="", lines=4),),
        (Cell(label=written("办理人职务"), value=""), Cell(label=written("反馈日期"), value="")),
    )


def _warning(values: Values) -> tuple[Words, ...]:
    return (
        *_lines(values, "situation"),
        written("一、风险特征"),
        *_lines(values, "signs"),
        written("二、排查要求"),
        *_lines(values, "checks"),
        written("三、宣传要点"),
        *_lines(values, "publicity"),
        written("发现线索的，请及时报专班办公室，不得擅自清退处置。"),
    )


DOCUMENTS = (
    DocumentTemplate(
        key="lead_transfer",
        label=_("线索移送函"),
        type=DocumentType.TRANSFER,
        clause=d4(_("五（六）"), _("行政机关与公安机关双向移送。")),
        title=lambda v: Message(written("关于移送%(subject)s涉嫌非法集资线索的函"), subject=_said(v, "subject")),
        body=_transfer,
        sheet=_receipt,
        annex=_("线索移送回执"),
        fields=(
            _text("subject", _("涉嫌主体"), _("企业写全称；个人只写线索编号。")),
            _text("origin", _("线索来源"), _("例如：二季度排查。")),
            _long("facts", _("基本情况"), _("行业、地点、涉及人数和金额；不写个人姓名、证件和电话号码。")),
            _long("judgement", _("初步判断")),
            _long("papers", _("移送材料"), _("一行一项。")),
            Field(key="sent_on", label=_("移送日期"), kind=FieldKind.DATE, required=True),
        ),
        example={
            "subject": written("示范县某养老服务公司"),
            "origin": written("二季度风险排查"),
            "facts": written("该公司以预售床位为名吸收资金，涉及约40人、120万元。"),
            "judgement": written("未经许可向不特定对象承诺高额回报，具有非法集资特征。"),
            "papers": written("1. 排查笔录1份。\n2. 合同样本1份。"),
            "sent_on": "2026-09-15",
        },
    ),
    DocumentTemplate(
        key="risk_warning",
        label=_("非法集资风险提示"),
        type=DocumentType.ADVISORY,
        clause=d4(_("五（十）"), _("主动发布权威信息，提示风险。")),
        title=lambda v: Message(written("关于防范%(sector)s领域非法集资风险的提示函"), sector=_said(v, "sector")),
        body=_warning,
        fields=(
            _text("sector", _("行业领域")),
            _long("situation", _("情况")),
            _long("signs", _("风险特征"), _("一行一项。")),
            _long("checks", _("排查要求"), _("一行一项。")),
            _long("publicity", _("宣传要点")),
        ),
        example={
            "sector": written("养老服务"),
            "situation": written("近期，有的地方以预付费养老为名吸收资金，老年群体容易受损。"),
            "signs": written("1. 承诺高额返利。\n2. 以旅游、讲座、赠品聚集老年人。"),
            "checks": written("1. 核查预付费资金去向。\n2. 走访养老机构和社区活动点。"),
            "publicity": written("承诺保本高息就是风险，签约前先问子女、先问社区。"),
        },
    ),
)  # fmt: skip
