"""What is typed to hand an entry on, for each step of it, and for a dispute."""

from __future__ import annotations

from wtforms import HiddenField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired

from portal.transfers.handling import WORDS
from portal.web.forms import PlainForm, key_field
from portal.web.inputs import CleanString, DayField, _l, row_id


class NewForm(PlainForm):
    """``receiver`` and ``unit`` are checked by the service against what is offered."""

    unit = StringField(_l("移送方"), [CleanString(24)])
    receiver = StringField(_l("接收方"), [CleanString(40)])
    why_other = TextAreaField(_l("不按管辖规则移送的理由"), [CleanString(500, lines=True)])
    reason = TextAreaField(
        _l("移送理由"), [CleanString(WORDS, lines=True), DataRequired(_l("请写明移送理由。"))]
    )
    asked = TextAreaField(
        _l("请对方办理"), [CleanString(WORDS, lines=True), DataRequired(_l("请写明请对方做什么。"))]
    )
    keep = SelectMultipleField(_l("附件"), coerce=row_id, validate_choice=False)
    files = HiddenField(_l("附件"))
    """Only its place among the problems; the files come with the request."""
    request_key = key_field()


class StepForm(PlainForm):
    """One form for all steps; each shows and reads the fields it needs."""

    text = TextAreaField(validators=[CleanString(WORDS, lines=True)])
    late_reason = StringField(_l("逾期原因"), [CleanString(300)])
    unit = StringField(_l("承办单位"), [CleanString(24)])
    outcome = StringField(_l("办理结果"), [CleanString(48)])
    result_on = DayField(_l("结果日期"))
    lead = StringField(_l("主办方"), [CleanString(8)])
    number = StringField(_l("决定文号"), [CleanString(60)])
    decided_on = DayField(_l("决定日期"))
    request_key = key_field()
