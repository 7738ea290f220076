"""What is typed to issue an advisory, to hand one on and to push one down."""

from __future__ import annotations

from typing import Any

from wtforms import (
    IntegerField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Optional

from portal.core.i18n import translate
from portal.core.text import _
from portal.information.advisories import SECTIONS, Entry
from portal.information.pushing import WAYS
from portal.web.forms import PlainForm, key_field
from portal.web.inputs import CleanString, MomentField, _l, row_id

LENGTH = 3000
_ALL, _SOME = "all", "some"


class _Sent(PlainForm):
    """Choices of units are checked by the service, which knows the body of today."""

    whom = RadioField(_l("主送"), validate_choice=False)
    units = SelectMultipleField(_l("指定单位"), coerce=row_id, validate_choice=False)
    read_by = MomentField(_l("签收期限"), [DataRequired(_l("请填写签收期限。"))])

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.whom.choices = [
            (_ALL, str(translate(_("全体成员单位")))),
            (_SOME, str(translate(_("指定单位")))),
        ]

    @property
    def everyone(self) -> bool:
        return bool(self.whom.data == _ALL)

    @property
    def chosen(self) -> tuple[int, ...]:
        return () if self.everyone else tuple(self.units.data or ())


class AdvisoryForm(_Sent):
    unit = SelectField(_l("发文单位"), coerce=row_id, validate_choice=False)
    category = SelectField(_l("类别"), validate_choice=False)
    title = StringField(_l("标题"), [CleanString(100), DataRequired(_l("请填写标题。"))])
    situation = TextAreaField(_l("情况"), [CleanString(LENGTH, lines=True), DataRequired(_l("请写明情况。"))])
    risk = TextAreaField(_l("风险点"), [CleanString(LENGTH, lines=True)])
    advice = TextAreaField(_l("建议措施"), [CleanString(LENGTH, lines=True)])
    feedback = TextAreaField(_l("反馈要求"), [CleanString(LENGTH, lines=True)])
    files = MultipleFileField(_l("附件"))
    request_key = key_field()
    version = IntegerField(validators=[Optional()])

    def entry(self) -> Entry:
        """What was typed; only after ``validate``."""
        assert self.read_by.moment is not None
        return Entry(
            category=self.category.data or "",
            title=self.title.data or "",
            sections={key: self[key].data or "" for key in SECTIONS},
            everyone=self.everyone,
            units=self.chosen,
            read_by_at=self.read_by.moment,
        )


class DistributeForm(_Sent):
    """The office hands on what came from above."""


class PushForm(PlainForm):
    """Tenants are checked by the service."""

    tenants = SelectMultipleField(_l("推送到"), coerce=row_id, validate_choice=False)
    way = RadioField(_l("方式"))
    read_by = MomentField(_l("签收期限"), [DataRequired(_l("请填写签收期限。"))])

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.way.choices = [(way.value, str(translate(label))) for way, label in WAYS.items()]
