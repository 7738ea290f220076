"""Forms of the deadlines: setting one by hand, doing it, asking for more time and deciding on it."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired

from portal.campaigns.exchange import MOST, Limit, LimitKind
from portal.core.i18n import translate
from portal.core.text import Message, Text, _
from portal.deadlines.limits import FixedDay, Rule
from portal.web.forms import PlainForm, key_field
from portal.web.inputs import (
    CleanString,
    DayField,
    MomentField,
    Unusable,
    _l,
    parse_integer,
    row_id,
)

OFFICE = "0"
"""Among the units: the office itself."""
DATE = "date"
KINDS: dict[str, Text] = {
    LimitKind.WORKING_DAYS.value: _("工作日"),
    LimitKind.DAYS.value: _("自然日"),
    LimitKind.HOURS.value: _("小时"),
    DATE: _("指定日期"),
}


class SetForm(PlainForm):
    title = StringField(_l("事项"), [CleanString(120), DataRequired(_l("请写明事项。"))])
    what = TextAreaField(_l("要求"), [CleanString(500, lines=True)])
    basis = StringField(_l("依据"), [CleanString(100)])
    units = SelectMultipleField(_l("承办单位"), [DataRequired(_l("请至少选一家单位。"))])
    kind = RadioField(_l("计算方式"), default=LimitKind.WORKING_DAYS.value)
    n = StringField(_l("数量"), render_kw={"inputmode": "numeric", "size": 6, "maxlength": 6})
    day = DayField(_l("日期"))
    started = MomentField(_l("起算时间"), [DataRequired(_l("请填写起算时间。"))])
    shown = HiddenField(validators=[CleanString(40)])
    """The end that the page has shown; what is sent must end there, too."""
    request_key = key_field()

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.kind.choices = [(key, translate(label)) for key, label in KINDS.items()]

    def rule(self) -> Rule | None:
        """None, with the sentence at its field, where the limit cannot be read."""
        if self.kind.data not in KINDS:
            return None
        if self.kind.data == DATE:
            if self.day.day is None:
                self.tell({"day": _("请填写日期。")} if not self.day.errors else {})
                return None
            return FixedDay(self.day.day)
        kind = LimitKind(self.kind.data)
        try:
            n = parse_integer(self.n.data or "")
            if not 1 <= n <= MOST[kind]:
                raise Unusable(Message(_("请填 1 至 %(n)s。"), n=MOST[kind]))
        except Unusable as error:
            self.tell({"n": error.message})
            return None
        return Limit(kind=kind, n=n)

    def unit_ids(self) -> list[int | None]:
        return [row_id(u) or None for u in self.units.data or ()]


class MeetForm(PlainForm):
    note = StringField(_l("办理结果"), [CleanString(200), DataRequired(_l("请用一句话写明办理结果。"))])
    late_reason = StringField(_l("逾期原因"), [CleanString(300)])


class WithdrawForm(PlainForm):
    reason = TextAreaField(
        _l("撤销原因"), [CleanString(300, lines=True), DataRequired(_l("请写明撤销原因。"))]
    )
    others = BooleanField()


class AskForm(PlainForm):
    until = DayField(_l("希望延至"), [DataRequired(_l("请填写日期。"))])
    reason = TextAreaField(_l("延期原因"), [CleanString(300, lines=True), DataRequired(_l("请写明原因。"))])


class DecideForm(PlainForm):
    until = DayField(_l("延至"))
    reason = TextAreaField(_l("意见"), [CleanString(300, lines=True)])
