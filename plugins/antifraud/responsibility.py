"""谁开卡、谁负责 (K-28), what was ordered to be put right, and key persons as numbers (K-29).

Nobody is named: cards are counted per bank and operator, persons per county and month.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from portal.campaigns import (
    Check,
    Clause,
    Field,
    FieldKind,
    Grade,
    Ledger,
    Message,
    State,
    Step,
    Table,
    Text,
    Values,
    Who,
    _,
)

from .sources import d2

BANK_CARD, PHONE_CARD = "bank_card", "phone_card"
_TRACED = d2(_("二（十）第8项、（十六）第4项"), _("谁开卡、谁负责；只计数量，不登记持卡人。"))
_CARDS, _PEOPLE, _TIMES = _("张"), _("人"), _("人次")


def _count(
    key: str,
    label: Text,
    unit: Text,
    definition: Text,
    *,
    required: bool = False,
    clause: Clause | None = None,
) -> Field:
    return Field(
        key=key, label=label, kind=FieldKind.INTEGER, unit=unit, definition=definition, required=required, clause=clause
    )  # fmt: skip


def _not_above(key: str, some: str, whole: str, text: Text) -> Check:
    def find(values: Values) -> Message | None:
        low, high = values.get(some) or 0, values.get(whole) or 0
        return Message(text, part=low, whole=high, gap=low - high) if low > high else None

    return Check(key=key, grade=Grade.ERROR, fields=(some, whole), find=find)


_ISSUER = Field(
    key="issuer", label=_("开卡机构"), kind=FieldKind.CHOICE, choices="card_issuer", required=True,
    definition=_("开出涉案卡的银行或通信企业；一家机构一批登记一条。"),
)  # fmt: skip
_CARD = Field(key="card", label=_("卡种"), kind=FieldKind.CHOICE, choices="card_kind", required=True, definition=_("银行卡或电话卡。"))  # fmt: skip
_QUANTITY = _count("cards", _("涉案卡"), _CARDS, _("公安机关认定涉案、列入本批倒查的卡数。"), required=True)
_FAULTY = _count("faulty", _("其中开卡违规"), _CARDS, _("倒查认定未落实实名、核验等规定的卡数。"))
_BLAMED = _count("blamed", _("追责人员"), _PEOPLE, _("机构内部和主管部门追责的人数，只填数量。"))

CARD_TRACE = Ledger(
    key="card_trace",
    label=_("两卡责任倒查"),
    numbering=_("查"),
    fields=(
        _ISSUER,
        _CARD,
        _QUANTITY,
        _FAULTY,
        _BLAMED,
        Field(key="finding", label=_("倒查结论"), kind=FieldKind.CHOICE, choices="trace_finding"),
        Field(key="traced_on", label=_("倒查完成日期"), kind=FieldKind.DATE, definition=_("完成倒查之日，计入哪个月。")),
        Field(
            key="measures", label=_("处理和堵漏"), kind=FieldKind.LONG_TEXT, max_length=1000,
            definition=_("对机构的处理和堵塞漏洞的措施；不写人员姓名。"),
        ),
    ),
    clause=_TRACED,
    writers=("industry", "banking_regulator"),
    states=(
        State(key="listed", label=_("待倒查")),
        State(key="traced", label=_("已倒查")),
        State(key="put_right", label=_("已整改"), final=True),
        State(key="no_fault", label=_("未发现违规"), final=True),
    ),
    steps=(
        Step(
            key="trace", label=_("完成倒查"), start=("listed",), end="traced", by=(Who.LEAD, Who.SUPPORT),
            fields=("traced_on", "finding", "faulty", "blamed"), requires=("traced_on", "finding"), clause=_TRACED,
        ),
        Step(
            key="put_right", label=_("处理和整改完毕"), start=("traced",), end="put_right", fields=("measures", "blamed"),
            requires=("measures",), clause=_TRACED,
        ),
        Step(key="clear", label=_("未发现违规，办结"), start=("traced",), end="no_fault", note=True, clause=_TRACED),
    ),
    views=("issuer", "card", "finding"),
    checks=(
        _not_above(
            "faulty_part", "faulty", "cards", _("开卡违规 %(part)s 张，多于涉案卡 %(whole)s 张，多 %(gap)s 张。请核对。")
        ),
    ),
    examples=(
        {
            "title": _("涉案银行卡倒查（演示）"), "issuer": "rural_bank", "card": BANK_CARD, "cards": 3, "faulty": 1, "blamed": 1,
            "finding": "fault", "traced_on": "2026-06-10", "measures": _("网点书面检查，补做客户身份核实。"),
        },
        {
            "title": _("涉案电话卡倒查（演示）"), "issuer": "mobile", "card": PHONE_CARD, "cards": 5, "faulty": 0,
            "finding": "no_fault", "traced_on": "2026-06-18",
        },
        {"title": _("新列入一批涉案电话卡（演示）"), "issuer": "virtual", "card": PHONE_CARD, "cards": 2},
    ),
)  # fmt: skip


def _trace_row(values: Values, first: date, last: date) -> Mapping[str, Any] | None:
    if not first.isoformat() <= str(values.get("traced_on") or "") <= last.isoformat():
        return None
    return {key: values.get(key) for key in ("issuer", "card", "cards", "faulty", "blamed")}


TRACE_TABLE = Table(
    key="card_traces",
    label=_("两卡责任倒查分机构情况"),
    columns=(_ISSUER, _CARD, _QUANTITY, _FAULTY, _BLAMED),
    clause=_TRACED,
    owners=("industry", "banking_regulator"),
    definition=_("本月完成倒查的涉案卡，按开卡机构分列，取自两卡责任倒查台账。"),
    ledger="card_trace",
    row=_trace_row,
)


_ORDERED = d2(
    _("二（十）第4项、（十七）第3项"), _("期限以责令整改文书所写为准；另见二（三）第3项、（十六）第4项。")
)


def _rectified(values: Values) -> Message | None:
    by, on = values.get("rectify_by"), values.get("rectified_on")
    if not by or not on or on <= by:
        return None
    days = (date.fromisoformat(on) - date.fromisoformat(by)).days
    return Message(_("整改完成日期 %(on)s 比要求的 %(by)s 晚 %(days)s 天。"), on=on, by=by, days=days)


RECTIFICATION = Ledger(
    key="rectification",
    label=_("约谈和限期整改"),
    numbering=_("改"),
    fields=(
        Field(key="kind", label=_("事项"), kind=FieldKind.CHOICE, choices="rectification_kind", required=True),
        Field(key="subject", label=_("约谈或整改对象"), kind=FieldKind.TEXT, required=True, definition=_("企业或平台名称，不写个人姓名。")),
        Field(key="problem", label=_("存在问题"), kind=FieldKind.LONG_TEXT, max_length=1000, required=True),
        Field(key="rectify_by", label=_("限期"), kind=FieldKind.DATE, definition=_("文书要求完成整改的日期；没有写的留空。")),
        Field(key="rectified_on", label=_("整改完成日期"), kind=FieldKind.DATE),
        Field(key="result", label=_("整改和复查情况"), kind=FieldKind.LONG_TEXT, max_length=1000),
    ),
    clause=_ORDERED,
    writers=("industry", "telecom", "network_center", "banking_regulator", "police"),
    states=(
        State(key="ordered", label=_("整改中"), until="rectify_by"),
        State(key="reported", label=_("已报整改")),
        State(key="passed", label=_("复查合格"), final=True),
        State(key="shut", label=_("关停或清退"), final=True),
    ),
    steps=(
        Step(
            key="report", label=_("报整改情况"), start=("ordered",), end="reported", by=(Who.LEAD, Who.SUPPORT, Who.KEEPER),
            fields=("rectified_on", "result"), requires=("rectified_on", "result"), clause=_ORDERED,
        ),
        Step(
            key="return", label=_("复查不合格，继续整改"), start=("reported",), end="ordered", by=(Who.KEEPER, Who.OFFICE),
            fields=("rectify_by",), note=True, clause=_ORDERED,
        ),
        Step(key="pass", label=_("复查合格"), start=("reported",), end="passed", by=(Who.KEEPER,), note=True, clause=_ORDERED),
        Step(key="shut", label=_("关停或清退"), start=("ordered", "reported"), end="shut", by=(Who.KEEPER,), note=True, clause=_ORDERED),
    ),
    views=("kind",),
    checks=(Check(key="rectified", grade=Grade.HINT, fields=("rectified_on",), find=_rectified),),
    examples=(
        {
            "title": _("外包短信平台限期整改（演示）"), "kind": "platform", "subject": _("某短信服务商"),
            "problem": _("没有关键词识别，出现仿冒积分链接。"), "rectify_by": "2026-06-30",
        },
        {
            "title": _("约谈违规突出的通信企业（演示）"), "kind": "talk", "subject": _("某通信营业部"),
            "problem": _("代理点批量开卡，未核验用途。"), "rectify_by": "2026-06-15", "rectified_on": "2026-06-12",
            "result": _("清退代理点一处，补签告知书。"),
        },
    ),
)  # fmt: skip

KEY_PERSONS = Ledger(
    key="key_person",
    label=_("重点人员管控"),
    numbering=_("管"),
    fields=(
        _count("stock", _("在册人数"), _PEOPLE, _("登记之日有电诈前科的在册社区矫正对象人数，不填姓名。"), required=True),
        _count("added", _("其中本次新入矫"), _PEOPLE, _("上次登记后新增的人数。")),
        _count("released", _("解矫"), _PEOPLE, _("上次登记后解除矫正的人数。")),
        _count("visits", _("走访核查"), _TIMES, _("上次登记后走访、核查的人次。")),
        _count("lessons", _("教育"), _TIMES, _("本次开展反诈和法治教育的人次。")),
        _count("relapsed", _("再次涉诈"), _PEOPLE, _("再次因电诈或关联犯罪被处理的人数，没有的填 0。")),
    ),
    clause=d2(_("二（十二）第2项"), _("只登记数量；名册留在社区矫正机构。只由本单位和办公室查看。")),
    writers=("justice",),
    checks=(
        _not_above("added_part", "added", "stock", _("新入矫 %(part)s 人，多于在册 %(whole)s 人，多 %(gap)s 人。请核对。")),
    ),
    examples=(
        {"title": _("六月管控情况（演示）"), "stock": 9, "added": 1, "released": 0, "visits": 9, "lessons": 6, "relapsed": 0},
    ),
)  # fmt: skip
