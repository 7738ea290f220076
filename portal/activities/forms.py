"""The form of an activity: three required cells, so that it is filled in on a telephone in a minute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, NumberRange, Optional, StopValidation

from portal.activities.entry import Entry
from portal.activities.models import Place
from portal.activities.words import AUDIENCES, FIVE, KINDS
from portal.core.i18n import translate
from portal.core.text import _
from portal.web.forms import PlainForm, key_field
from portal.web.inputs import CleanString, DayField, Unusable, _l, parse_integer, row_id


class CountField(StringField):
    """A whole number, empty for none; ``number`` once valid."""

    number = 0

    def pre_validate(self, form: Any) -> None:
        self.number = 0
        if (self.data or "").strip():
            try:
                self.number = parse_integer(self.data or "")
            except Unusable as error:
                raise StopValidation(str(translate(error.message))) from error


_FIGURE = {"inputmode": "numeric", "autocomplete": "off", "maxlength": 20}


class ActivityForm(PlainForm):
    """Choices are checked by the service, which knows what the bodies are today."""

    title = StringField(_l("活动名称"), [CleanString(120), DataRequired(_l("请填写活动名称。"))])
    held_on = DayField(_l("活动日期"), [DataRequired(_l("请填写活动日期。"))])
    kind = SelectField(_l("形式"), validate_choice=False)
    audience = SelectField(_l("面向"), validate_choice=False)
    place = StringField(_l("地点"), [CleanString(120)])
    reach = CountField(_l("现场人数（人）"), render_kw=_FIGURE)
    materials = CountField(_l("发放资料（份）"), render_kw=_FIGURE)
    hours = CountField(_l("学时"), render_kw=_FIGURE)
    place_id = SelectField(_l("场所"), coerce=row_id, validate_choice=False)
    note = TextAreaField(_l("备注"), [CleanString(500, lines=True)])
    unit = SelectField(_l("主办单位"), coerce=row_id, validate_choice=False)
    units = SelectMultipleField(_l("参加单位"), coerce=row_id, validate_choice=False)
    campaigns = SelectMultipleField(_l("计入专项"), validate_choice=False)
    request_key = key_field()
    version = IntegerField(validators=[Optional(), NumberRange(1, 10**9)])

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.kind.choices = [(key, str(translate(label))) for key, label in KINDS.items()]
        blank = ("", str(translate(_("不限"))))
        self.audience.choices = [blank, *((k, str(translate(label))) for k, label in AUDIENCES.items())]

    def entry(self) -> Entry:
        """What was typed; only after ``validate``."""
        assert self.held_on.day is not None
        return Entry(
            title=self.title.data or "",
            kind=self.kind.data or "",
            held_on=self.held_on.day,
            audience=self.audience.data or "",
            place=self.place.data or "",
            reach=self.reach.number,
            materials=self.materials.number,
            hours=self.hours.number,
            note=self.note.data or "",
        )

    def show(self, entry: Entry) -> None:
        self.title.data, self.kind.data, self.audience.data = entry.title, entry.kind, entry.audience
        self.held_on.data, self.place.data, self.note.data = (
            entry.held_on.isoformat(),
            entry.place,
            entry.note,
        )
        self.reach.data, self.materials.data = str(entry.reach or ""), str(entry.materials or "")
        self.hours.data = str(entry.hours or "")

    def offer(self, places: Sequence[Place]) -> None:
        """The places of 五进, under their kinds."""
        groups: dict[str, list[tuple[int, str]]] = {"": [(0, str(translate(_("不在名录内"))))]}
        for place in places:
            heading = str(translate(AUDIENCES[place.kind]))
            groups.setdefault(heading, []).append((place.id, f"{place.area} {place.name}".strip()))
        self.place_id.choices = groups


class PlacesForm(PlainForm):
    """Places of one kind, one a line."""

    kind = SelectField(_l("类别"), validate_choice=False)
    lines = TextAreaField(_l("场所"), [CleanString(40_000, lines=True)])

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.kind.choices = [(key, str(translate(AUDIENCES[key]))) for key in FIVE]
