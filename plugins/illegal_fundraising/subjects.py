"""Who a matter is about: its name, codes and traces, compared across counties, and whose matter it is (第二十条)."""

from __future__ import annotations

import re
from typing import Any

from portal.campaigns import Field, Jurisdiction, MatchKind, Message, Values, _

from .cells import choice, text
from .sources import regulation

ARTICLE_20 = regulation(_("第二十条"))
_REGION_CODE = re.compile(r"(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])[0-9]{4}")
"""A province, then city and county."""
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Of the 18 characters of a credit code: no I, O, S, V, Z."""
_LENGTH = 18
_REGION = slice(2, 8)
"""Where a credit code names the region of the registrar."""
_PERSON = "natural_person"


def is_region(code: object) -> bool:
    """Six digits that begin with a province."""
    return isinstance(code, str) and _REGION_CODE.fullmatch(code) is not None


def wrong_region(values: Values) -> Message | None:
    given = str(values.get("registered_region") or "").strip()
    if not given or is_region(given):
        return None
    return Message(_("登记地或住所地应填 6 位行政区划代码，例如 140621，现为“%(given)s”。"), given=given)


def is_credit_code(given: str) -> bool:
    """Whether the last character agrees with the other seventeen."""
    if len(given) != _LENGTH or not set(given) <= set(_ALPHABET):
        return False
    total = sum(_ALPHABET.index(c) * pow(3, place, 31) for place, c in enumerate(given[:-1]))
    return _ALPHABET[-total % 31] == given[-1]


def doubt_credit_code(value: Any) -> Message | None:
    given = str(value or "").strip().upper()
    if not given or is_credit_code(given):
        return None
    if len(given) != _LENGTH:
        return Message(_("统一社会信用代码应为 18 位，现为 %(n)s 位，请核对。"), n=len(given))
    return Message(_("统一社会信用代码的校验位不符，请对照营业执照核对。"))


def find_jurisdiction(values: Values) -> Jurisdiction:
    """A person's residence, a firm's place of registration; the firm's code names it where the field is empty."""
    region = str(values.get("registered_region") or "").strip()
    known = is_region(region)
    if values.get("subject_type") == _PERSON:
        said = Message(_("主体为自然人，由住所地 %(region)s 组织调查认定，其他地方协助。"), region=region)
        unknown = Message(_("主体为自然人，填写住所地的区划代码后可判断由谁调查认定。"))
    else:
        said = Message(_("主体为单位，由登记地 %(region)s 组织调查认定，其他地方协助。"), region=region)
        unknown = Message(_("填写主体登记地的区划代码后可判断由谁调查认定。"))
        code = str(values.get("credit_code") or "").strip().upper()
        if not known and is_credit_code(code) and is_region(code[_REGION]):
            region, known = code[_REGION], True
            said = Message(
                _(
                    "未填登记地；按统一社会信用代码，登记机关在 %(region)s，由当地组织调查认定，其他地方协助。"
                ),
                region=region,
            )
    return Jurisdiction(region=region if known else "", reason=said if known else unknown, clause=ARTICLE_20)


NAME = text(
    "subject_name",
    _("涉及主体"),
    _("单位写全称；自然人写姓氏加某。"),
    sensitive=True,
    match=MatchKind.NAME,
)
CODE = text(
    "credit_code",
    _("统一社会信用代码"),
    _("未登记的留空。"),
    max_length=18,
    sensitive=True,
    mask="id",
    match=MatchKind.COMPANY_CODE,
    warn=doubt_credit_code,
)
TYPE = choice("subject_type", _("主体类型"), "subject_type", _("按登记类型；没有登记的选未登记组织。"))
REGION = text(
    "registered_region",
    _("登记地"),
    _("主体登记地的 6 位行政区划代码；自然人填住所地。跨地区时据此确定由谁调查认定。"),
    max_length=12,
    clause=ARTICLE_20,
)
TRACES: tuple[Field, ...] = (
    text(
        "phones",
        _("对外联系号码"),
        _("该主体宣传、收款时用的号码，不填群众或举报人的；多个用顿号隔开。"),
        sensitive=True,
        mask="phone",
        match=MatchKind.PHONE,
    ),
    text(
        "accounts",
        _("收款账户"),
        _("收取资金的银行账号或支付账号，只填号码；多个用顿号隔开。"),
        sensitive=True,
        mask="account",
        match=MatchKind.ACCOUNT,
    ),
    text("urls", _("网址"), _("网站或下载地址；多个用顿号隔开。"), max_length=500, match=MatchKind.URL),
)
SUBJECT: tuple[Field, ...] = (NAME, CODE, TYPE, REGION, *TRACES)
