"""The first report: four facts and the telephone call."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

from portal.web.inputs import CleanString, MomentField, YuanField, _l


class UrgentForm(FlaskForm):
    class Meta(FlaskForm.Meta):
        csrf = False  # every POST of the application was checked before

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
    late_reason = StringField(_l("迟报原因"), [CleanString(300)])
    unit = SelectField(_l("报送单位"), coerce=int)
    request_key = HiddenField(
        validators=[CleanString(40), DataRequired(_l("页面已失效，请返回上一页，刷新后再试。"))]
    )

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)  # type: ignore[no-untyped-call]
