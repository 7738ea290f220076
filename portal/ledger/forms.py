"""The portal's own fields of a ledger entry; the declared ones are read by ``portal.web.declared``."""

from __future__ import annotations

from typing import Any

from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, NumberRange, Optional

from portal.web.forms import PlainForm, key_field
from portal.web.inputs import CleanString, MomentField, _l


class EntryForm(PlainForm):
    """Posted with the prefix ``entry``, which no declared key can have."""

    def __init__(self, **more: Any) -> None:
        super().__init__(prefix="entry", **more)

    title = StringField(_l("事项名称"), [CleanString(120), DataRequired(_l("请填写事项名称。"))])
    place = StringField(_l("地点"), [CleanString(120)])
    known_at = MomentField(_l("得知时间"), [DataRequired(_l("请填写得知时间，时限从此刻起算。"))])
    unit = SelectField(_l("登记单位"), coerce=int)
    request_key = key_field()
    version = IntegerField(validators=[Optional(), NumberRange(1, 10**9)])
