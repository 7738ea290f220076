"""One line of what was done."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired

from portal.duties.lines import MAX_NOTE
from portal.web.inputs import CleanString, DayField, _l


class LineForm(FlaskForm):
    class Meta(FlaskForm.Meta):
        csrf = False  # every POST of the application was checked before

    done_on = DayField(_l("办理日期"), [DataRequired(_l("请填写办理日期。"))])
    note = StringField(
        _l("办了什么"), [CleanString(MAX_NOTE), DataRequired(_l("请写一句办了什么。"))], render_kw={"maxlength": MAX_NOTE}
    )  # fmt: skip

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)  # type: ignore[no-untyped-call]
