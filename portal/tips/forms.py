"""What is typed: on the public page (plain inputs, no cookie, no WTForms token) and on the pages of work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Optional

from portal.campaigns.declarations import Campaign
from portal.core.text import Message, Text, _
from portal.tips.intake import Told
from portal.tips.services import TITLE, WHAT, WHEN, WHERE, WORDS
from portal.web.declared import read_values
from portal.web.forms import PlainForm, key_field
from portal.web.inputs import CleanString, DayField, Unusable, _l, clean_text, parse_money

NAME, PHONE, WORD = 40, 30, 40
TRAP = "tip-website"
"""Hidden from people: a program that fills every field gives itself away."""
ANONYMOUS, NAMED = "anonymous", "named"
_LONGEST: Mapping[str, tuple[int, bool]] = {
    "tip-what": (WHAT, True), "tip-where": (WHERE, False), "tip-when": (WHEN, False), "tip-name": (NAME, False),
    "tip-phone": (PHONE, False),
}  # fmt: skip

Problems = dict[str, Message | Text]


def read_told(posted: MultiDict[str, str], campaign: Campaign) -> tuple[Told, dict[str, Any], Problems]:
    """What was told, as typed by the names of the inputs, and all problems at once."""
    problems: Problems = {}
    clean = {
        key: _clean(posted.get(key, ""), key, most, lines, problems)
        for key, (most, lines) in _LONGEST.items()
    }
    fields = campaign.tips.fields if campaign.tips else ()
    values, typed, wrong = read_values(fields, posted, campaign)
    typed |= {key: posted.get(key, "") for key in (*_LONGEST, TRAP, "tip-identity", "tip-consent")}
    problems |= wrong
    if not clean["tip-what"]:
        problems.setdefault("tip-what", _("请写明您要举报的情况。"))
    identity = posted.get("tip-identity", "")
    if identity not in (ANONYMOUS, NAMED):
        problems["tip-identity"] = _("请选择匿名或实名。")
    elif identity == ANONYMOUS and (clean["tip-name"] or clean["tip-phone"]):
        problems["tip-identity"] = _("您选择了匿名，请删去姓名和电话，或者改选实名。")
    elif identity == NAMED and not clean["tip-name"]:
        problems.setdefault("tip-name", _("实名举报请填写姓名。"))
    if clean["tip-phone"] and sum(x.isdigit() for x in clean["tip-phone"]) < 5:
        problems.setdefault("tip-phone", _("电话号码不完整，请核对。"))
    if not posted.get("tip-consent"):
        problems["tip-consent"] = _("请确认后再提交。")
    if posted.get(TRAP):
        problems[TRAP] = _("这一栏请留空。")
    told = Told(
        what=clean["tip-what"], where=clean["tip-where"], when=clean["tip-when"], values=values,
        anonymous=identity != NAMED, name=clean["tip-name"], phone=clean["tip-phone"],
    )  # fmt: skip
    return told, typed, problems


def _clean(text: str, key: str, most: int, lines: bool, problems: Problems) -> str:
    try:
        return clean_text(text, most, lines=lines)
    except Unusable as error:
        problems[key] = error.message
        return ""


def read_line(posted: MultiDict[str, str], key: str, most: int, *, lines: bool = False) -> str:
    """``Unusable`` says what to type instead."""
    return clean_text(posted.get(key, ""), most, lines=lines)


class StepForm(PlainForm):
    """One form for all steps of the work; each shows and reads the fields it needs."""

    outcome = RadioField(_l("初查结论"), validate_choice=False)
    title = StringField(_l("简短名称"), [CleanString(TITLE)])
    words = TextAreaField(_l("说明"), [CleanString(WORDS, lines=True)])
    text = TextAreaField(_l("内容"), [CleanString(WORDS, lines=True)])
    moved_to = StringField(_l("移送去向"), [CleanString(120)])
    late_reason = StringField(_l("逾期原因"), [CleanString(300)])
    reason = StringField(_l("查看事由"), [CleanString(200)])
    unit = SelectField(_l("承办单位"), validate_choice=False)
    other = HiddenField()
    request_key = HiddenField(validators=[CleanString(40)])


class ChannelForm(PlainForm):
    enabled = BooleanField(_l("开通公开举报页"))
    receiver = StringField(_l("受理单位"), [CleanString(80)])
    phone = StringField(_l("举报电话"), [CleanString(40)])
    mailbox = StringField(_l("举报邮箱"), [CleanString(80)])
    address = StringField(_l("来信来访地址"), [CleanString(120)])
    hours = StringField(_l("接听时间"), [CleanString(80)])
    check_days = IntegerField(_l("初查时限（工作日）"), [Optional()])
    answer_days = IntegerField(_l("答复时限（工作日）"), [Optional()])
    others = TextAreaField(_l("各单位、乡镇举报渠道"), [CleanString(6000, lines=True)])
    version = HiddenField()


class RuleForm(PlainForm):
    number = StringField(_l("文号"), [CleanString(80), DataRequired(_l("请填写文号。"))])
    title = StringField(_l("名称"), [CleanString(80), DataRequired(_l("请填写办法名称。"))])
    valid_from = DayField(_l("施行日期"), [DataRequired(_l("请填写施行日期。"))])
    bands = TextAreaField(_l("奖励档次"), [CleanString(3000, lines=True)])
    conditions = TextAreaField(
        _l("奖励条件"), [CleanString(WORDS, lines=True), DataRequired(_l("请填写奖励条件。"))]
    )
    pay_days = IntegerField(_l("批准后几个工作日内发放"), [Optional()])


class AwardForm(PlainForm):
    band = RadioField(_l("奖励档次"), validate_choice=False)
    amount = StringField(_l("金额（元）"), [CleanString(40)])
    reason = TextAreaField(_l("核查结果和奖励理由"), [CleanString(WORDS, lines=True)])
    words = StringField(_l("审批意见"), [CleanString(300)])
    way = RadioField(_l("领取方式"), validate_choice=False)
    code = StringField(_l("回执码"), [CleanString(40)])
    word = StringField(_l("领奖口令"), [CleanString(WORD)])
    voucher = StringField(_l("凭证号"), [CleanString(60)])
    paid_on = DayField(_l("发放日期"))
    late_reason = StringField(_l("逾期原因"), [CleanString(300)])

    def fen(self) -> int:
        """``Unusable`` says what to type."""
        return parse_money(self.amount.data or "", _("元"))


__all__ = ["AwardForm", "ChannelForm", "RuleForm", "StepForm", "key_field", "read_line", "read_told"]
