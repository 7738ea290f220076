"""What is typed to assign an order, for each step of it, and to plan a visit."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired

from portal.core.i18n import translate
from portal.supervision.models import Cadence
from portal.supervision.services import LABEL, PERSON, TITLE, WORDS
from portal.supervision.states import CADENCES
from portal.web.forms import PlainForm, key_field
from portal.web.inputs import CleanString, DayField, _l, row_id


class AssignForm(PlainForm):
    title = StringField(_l("督办事项"), [CleanString(TITLE), DataRequired(_l("请写明督办事项。"))])
    requirements = TextAreaField(_l("具体要求"), [CleanString(WORDS, lines=True)])
    source = SelectField(_l("来源"), validate_choice=False)
    label = StringField(_l("来源文件"), [CleanString(LABEL)])
    clause = StringField(_l("依据"), [CleanString(LABEL)])
    lead = SelectField(_l("牵头单位"), coerce=row_id, validate_choice=False)
    supporting = SelectMultipleField(_l("配合单位"), coerce=row_id, validate_choice=False)
    person = StringField(_l("责任人（职务）"), [CleanString(PERSON)])
    due = DayField(_l("办结时限"), [DataRequired(_l("请填写办结时限。"))])
    cadence = SelectField(_l("反馈频次"), validate_choice=False)
    listed_by = StringField(_l("挂牌督办机关"), [CleanString(80)])
    request_key = key_field()

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.cadence.choices = [(k.value, translate(label)) for k, label in CADENCES.items()]

    @property
    def chosen_cadence(self) -> Cadence:
        return Cadence(self.cadence.data) if self.cadence.data in list(Cadence) else Cadence.NONE


class StepForm(PlainForm):
    """One form for all steps; each shows and reads the fields it needs."""

    text = TextAreaField(validators=[CleanString(WORDS, lines=True)])
    problems = TextAreaField(_l("存在问题"), [CleanString(WORDS, lines=True)])
    plan = TextAreaField(_l("下一步"), [CleanString(WORDS, lines=True)])
    person = StringField(_l("承办人（职务）"), [CleanString(PERSON)])
    evidence = StringField(_l("关联记录"), [CleanString(300)])
    late_reason = StringField(_l("逾期原因"), [CleanString(300)])
    colour = RadioField(_l("单别"), validate_choice=False)
    to = SelectField(_l("发给"), coerce=row_id, validate_choice=False)
    lead = SelectField(_l("新的牵头单位"), coerce=row_id, validate_choice=False)
    due = DayField(_l("办结时限"))
    look_back_on = DayField(_l("回头看日期"))
    files = HiddenField(_l("佐证附件"))
    """Only its place among the problems; the files come with the request."""
    unit = HiddenField()
    version = HiddenField()
    request_key = key_field()


class VisitForm(PlainForm):
    title = StringField(_l("检查内容"), [CleanString(120), DataRequired(_l("请写明检查什么。"))])
    units = SelectMultipleField(_l("被检查单位"), coerce=row_id, validate_choice=False)
    month = StringField(_l("月份"), [CleanString(7)])
    on = DayField(_l("日期"))
    by_whom = StringField(
        _l("检查组"), [CleanString(120), DataRequired(_l("请写明由谁检查，写职务或单位。"))]
    )
    basis = StringField(_l("依据"), [CleanString(LABEL), DataRequired(_l("请写明依据的文件和条款。"))])
    clash_why = StringField(_l("仍要安排的理由"), [CleanString(300)])
    request_key = key_field()


class ResultForm(PlainForm):
    done_on = DayField(_l("检查日期"), [DataRequired(_l("请填写检查日期。"))])
    result = TextAreaField(
        _l("检查情况"), [CleanString(1000, lines=True), DataRequired(_l("请写明检查情况。"))]
    )
    problems = TextAreaField(_l("发现的问题"), [CleanString(1000, lines=True)])
