"""What is typed of an item of information, and of the office's answer."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired

from portal.information.answers import LONGEST_WHY
from portal.information.models import Answer
from portal.web.forms import PlainForm, key_field
from portal.web.inputs import CleanString, _l, row_id

TITLE, SECTION, WHY = 100, 3000, 300
"""Characters that are taken."""


class ItemForm(PlainForm):
    """Situation, analysis, suggestion (D0 第十六条（三）); for whom; why it was changed (a revision)."""

    title = StringField(_l("标题"), [CleanString(TITLE), DataRequired(_l("请写标题，一句话说清楚。"))])
    category = RadioField(_l("类别"), validate_choice=False)
    situation = TextAreaField(
        _l("情况"), [CleanString(SECTION, lines=True), DataRequired(_l("请写清时间、地点、事情经过和数字。"))]
    )
    analysis = TextAreaField(_l("分析"), [CleanString(SECTION, lines=True)])
    suggestion = TextAreaField(_l("建议"), [CleanString(SECTION, lines=True)])
    level = RadioField(_l("谁能看到"), validate_choice=False)
    readers = SelectMultipleField(_l("指定单位"), coerce=row_id, validate_choice=False)
    why = StringField(_l("修改原因"), [CleanString(WHY)])
    request_key = key_field()
    version = HiddenField()
    """Of the draft that the page was opened with."""
    edition = HiddenField()
    """Of the item that is revised."""

    @property
    def sections(self) -> dict[str, Any]:
        return {f.name: f.data or "" for f in (self.situation, self.analysis, self.suggestion)}


TYPED = ("title", "category", "situation", "analysis", "suggestion", "level", "why")
"""Fields of a draft that hold one text; ``readers`` holds several."""


class AnswerForm(PlainForm):
    answer = RadioField(
        _l("答复"),
        [
            DataRequired(_l("请选择采用、不采用或转办。")),
            AnyOf(tuple(Answer), _l("请选择采用、不采用或转办。")),
        ],
        validate_choice=False,
    )
    to_unit = SelectField(_l("转给"), coerce=row_id, validate_choice=False)
    why = StringField(
        _l("理由"),
        [CleanString(LONGEST_WHY), DataRequired(_l("请用一句话写明理由，报送单位可以看到。"))],
    )
