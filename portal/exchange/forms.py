"""The first report (four facts and the telephone call), its continuations, and what an office says."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.exchange.reasons import LATE_GROUPS
from portal.web.forms import PlainForm, key_field
from portal.web.inputs import CleanString, MomentField, YuanField, _l


class _Form(PlainForm):
    request_key = key_field()


class UrgentForm(_Form):
    what = TextAreaField(
        _l("什么事"), [CleanString(500, lines=True), DataRequired(_l("请写明发生了什么事。"))]
    )
    place = StringField(
        _l("哪里"), [CleanString(120), DataRequired(_l("请写明地点；暂不清楚的写到县、乡。"))]
    )
    known_at = MomentField(_l("何时得知"), [DataRequired(_l("请填写得知时间，时限从此刻起算。"))])
    amount = YuanField(_l("涉及金额（元）"), render_kw={"inputmode": "decimal", "autocomplete": "off"})
    phoned_at = MomentField(_l("电话报告时间"))
    phoned_to = StringField(_l("电话报告给"), [CleanString(120)])
    late_group = SelectField(_l("迟报原因"), choices=[], validate_choice=False)
    late_reason = StringField(_l("说明"), [CleanString(200)])
    unit = SelectField(_l("报送单位"), coerce=int)
    related = SelectMultipleField(
        _l("可能关联"), choices=[], validate_choice=False, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )  # fmt: skip
    version = HiddenField()


class PartForm(_Form):
    """续报 and 终报."""

    kind = RadioField(_l("报告"), choices=[])
    what = TextAreaField(
        _l("新情况"), [CleanString(2000, lines=True), DataRequired(_l("请写明有什么新情况。"))]
    )
    measures = TextAreaField(_l("已采取措施"), [CleanString(1000, lines=True)])
    wishes = TextAreaField(_l("请求事项"), [CleanString(500, lines=True)])
    amount = YuanField(_l("涉及金额（元）"), render_kw={"inputmode": "decimal", "autocomplete": "off"})
    checked_by = StringField(_l("审核人职务"), [CleanString(60)])
    phone = StringField(_l("办公电话"), [CleanString(40)], render_kw={"inputmode": "tel"})
    version = HiddenField()

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.kind.choices = [
            ("follow_up", gettext("续报")), ("final", gettext("终报（处理结果，报后结束）"))
        ]  # fmt: skip


class FeedbackForm(_Form):
    what = TextAreaField(
        _l("反馈"), [CleanString(2000, lines=True), DataRequired(_l("请写明研判意见或要求。"))]
    )
    reopen = BooleanField(_l("要求补报"))
    late_reason = StringField(_l("逾期原因"), [CleanString(300)])


class HandledForm(_Form):
    """The office says in a line what it did, without a word to the unit."""

    note = StringField(
        _l("处置情况"), [CleanString(300), DataRequired(_l("请写明做了什么，例如已召集会商。"))]
    )
    late_reason = StringField(_l("逾期原因"), [CleanString(300)])


LATE_CHOICES = [("", ""), *LATE_GROUPS.items()]
