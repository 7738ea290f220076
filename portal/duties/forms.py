"""One line of what was done."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import DataRequired

from portal.duties.lines import MAX_NOTE
from portal.web.forms import PlainForm
from portal.web.inputs import CleanString, DayField, _l


class LineForm(PlainForm):
    done_on = DayField(_l("办理日期"), [DataRequired(_l("请填写办理日期。"))])
    note = StringField(
        _l("办了什么"), [CleanString(MAX_NOTE), DataRequired(_l("请写一句办了什么。"))], render_kw={"maxlength": MAX_NOTE}
    )  # fmt: skip
