"""Forms of the tenant tree, the switch board, the calendar, the readings and the body's words."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, NumberRange, StopValidation

from portal.core.errors import Invalid
from portal.core.i18n import translate
from portal.core.text import _
from portal.web.inputs import CleanString, row_id

_DAY = _("请填日期，例如 2026-09-30。")


class Form(FlaskForm):
    """FlaskForm with types."""

    def __init__(self, *, saved: bool = False, **values: Any) -> None:
        """``saved``: show what is given here, whatever was posted to another form of the page."""
        untyped: Any = super()
        untyped.__init__(**({"formdata": None} | values if saved else values))

    def posted(self) -> bool:
        untyped: Any = self
        return bool(untyped.is_submitted())

    def sent(self) -> bool:
        """Posted, and nothing wrong with it."""
        untyped: Any = self
        return bool(untyped.validate_on_submit())


def sensible_day(_form: Any, field: Any) -> None:
    """A slip of the keyboard (year 0026) is no date."""
    if field.data is None or not 2020 <= field.data.year <= 2100:
        field.errors = []  # in place of the field's own sentence
        raise StopValidation(_DAY)


def show_problems(form: FlaskForm, error: Invalid) -> list[str]:
    """Put a service's refusals beside their fields; what has no field is returned for the top of the page."""
    rest = []
    for key, message in error.problems.items():
        text = str(translate(message))
        if key in form:
            form[key].errors = [*form[key].errors, text]
        else:
            rest.append(text)
    return rest


class TenantForm(Form):
    parent = SelectField(_("上级"), validate_choice=False)
    code = StringField(
        _("行政区划代码"),
        [InputRequired(_("请填写代码。")), CleanString(12)],
        render_kw={"inputmode": "numeric", "placeholder": "140321"},
    )
    name = StringField(_("名称"), [InputRequired(_("请填写名称。")), CleanString(20)])


class EnableForm(Form):
    since = DateField(_("从哪天起报送"), [InputRequired(_DAY), sensible_day])


class CalendarForm(Form):
    year = IntegerField(
        _("年度"),
        [InputRequired(_("请填写年度。")), NumberRange(2004, 2100, _("年度应在 2004 至 2100 之间。"))],
    )
    source = StringField(_("放假通知文号"), [InputRequired(_("请填写文号。")), CleanString(100)])
    lines = TextAreaField(
        _("逐日粘贴"),
        [CleanString(6000, lines=True)],
        render_kw={"rows": 8, "placeholder": _("2027-01-01,休,元旦")},
    )
    file = FileField(_("或选择文件"), render_kw={"accept": ".csv,.xlsx"})


class PolicyForm(Form):
    value = RadioField(_("口径"), validate_choice=False)
    reason = TextAreaField(
        _("更改理由"),
        [InputRequired(_("请填写更改理由。")), CleanString(300, lines=True)],
        render_kw={"rows": 3},
    )


class BodyForm(Form):
    name = StringField(_("机制名称"), [InputRequired(_("请填写名称。")), CleanString(80)])
    office = StringField(_("办公室名称"), [InputRequired(_("请填写名称。")), CleanString(80)])
    host_name = StringField(_("办公室所在单位"), [CleanString(80)])
    issuer_code = StringField(_("机关代字"), [CleanString(20)])
    convenor = StringField(_("主要负责人称谓"), [CleanString(20)])
    deputy_convenor = StringField(_("副职称谓"), [CleanString(20)])
    office_director = StringField(_("办公室负责人称谓"), [CleanString(20)])
    sign_off = BooleanField(_("报送前须分管领导签批"))


TITLES = ("convenor", "deputy_convenor", "office_director")
"""Fields of ``BodyForm`` that are words for posts."""


class BindForm(Form):
    member = SelectField(_("名单"), validate_choice=False)
    unit = SelectField(_("单位"), coerce=row_id, validate_choice=False)
    since = DateField(_("加入日期"), [InputRequired(_DAY), sensible_day])
    consent = StringField(_("同意依据"), [CleanString(120)])


class EndForm(Form):
    last_day = DateField(_("最后一天"), [InputRequired(_DAY), sensible_day])
    consent = StringField(_("同意依据"), [CleanString(120)])
