"""Forms of units, posts and hand-overs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, StopValidation

from portal.core.errors import Conflict, Invalid
from portal.core.i18n import translate
from portal.core.posts import PostKind
from portal.core.text import _
from portal.units.handover import NUMBER_LENGTH
from portal.units.posts import RANKS
from portal.units.services import FULL_LENGTH, REASON_LENGTH, SHORT_LENGTH, UnitData, UnitRow
from portal.units.sheet import split_names
from portal.web.inputs import CleanString, Unusable, parse_date, parse_integer, parse_moment


class Typed:
    """WTForms validator: what was typed must be readable by ``parse``; ``value_of`` gives the result."""

    def __init__(self, parse: Callable[[str], Any], *, required: bool = True) -> None:
        self.parse, self.required = parse, required
        self.field_flags = {"required": True} if required else {}

    def __call__(self, _form: Any, field: Any) -> None:
        try:
            field.value = self.parse(field.data or "") if self.required or field.data else None
        except Unusable as error:
            raise StopValidation(str(translate(error.message))) from error


def value_of(field: Any) -> Any:
    return getattr(field, "value", None)


class Form(FlaskForm):
    """``sent`` = posted without a mistake; ``refuse`` shows what a service found."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)  # type: ignore[no-untyped-call]

    def posted(self) -> bool:
        return bool(self.is_submitted())  # type: ignore[no-untyped-call]

    def sent(self) -> bool:
        return bool(self.validate_on_submit())  # type: ignore[no-untyped-call]

    def order(self) -> list[str]:
        """Names of the fields as they stand on the page."""
        return [field.name for field in self if field.type not in ("CSRFTokenField", "HiddenField")]

    def text(self, name: str) -> str:
        return str(self[name].data or "")

    def refuse(self, error: Invalid | Conflict) -> None:
        """A problem goes to its field, anything else on top of the form."""
        problems = error.problems if isinstance(error, Invalid) else {"": error.message}
        for key, message in problems.items():
            text = str(translate(message))
            if key in self:
                self[key].errors = [*self[key].errors, text]
            else:
                self.form_errors.append(text)


def reason_field(placeholder: Any = "") -> TextAreaField:
    return TextAreaField(
        _("事由"),
        [InputRequired(_("请填写事由，写明依据的文件或情况。")), CleanString(REASON_LENGTH, lines=True)],
        render_kw={"rows": 2, "placeholder": placeholder},
    )


_FULL = {"size": 48}


class UnitForm(Form):
    full_name = StringField(
        _("全称"), [InputRequired(_("请填写单位全称。")), CleanString(FULL_LENGTH)], render_kw=_FULL
    )
    short_name = StringField(_("简称"), [CleanString(SHORT_LENGTH)])
    aliases = StringField(_("别名"), [CleanString(1000)], render_kw=_FULL)
    kind = SelectField(_("类别"))
    sort_no = StringField(
        _("排序号"),
        [CleanString(10), Typed(parse_integer, required=False)],
        render_kw={"inputmode": "numeric"},
    )
    reason = reason_field()

    def fill(self, unit: UnitRow) -> None:
        self.full_name.data, self.short_name.data = unit.full_name, unit.short_name
        self.aliases.data, self.kind.data = "、".join(unit.aliases), unit.kind
        self.sort_no.data = str(unit.sort_no)

    def entered(self) -> UnitData:
        return UnitData(
            full_name=self.text("full_name"),
            short_name=self.text("short_name"),
            aliases=split_names(self.text("aliases")),
            kind=self.text("kind"),
            sort_no=value_of(self.sort_no),
        )


class RenameForm(Form):
    full_name = StringField(
        _("新全称"), [InputRequired(_("请填写新全称。")), CleanString(FULL_LENGTH)], render_kw=_FULL
    )
    short_name = StringField(_("新简称"), [CleanString(SHORT_LENGTH)])
    reason = reason_field(_l("例如 机构改革方案文号"))


class MergeForm(Form):
    into = SelectField(_("并入"), coerce=int)
    reason = reason_field(_l("例如 机构改革方案文号"))


class SplitForm(Form):
    parts = TextAreaField(
        _("新单位"),
        [InputRequired(_("请填写分设后的新单位，每行一个。")), CleanString(2000, lines=True)],
        render_kw={"rows": 4},
    )
    keep = BooleanField(_("原单位继续保留"))
    reason = reason_field(_l("例如 机构改革方案文号"))

    def entered(self) -> list[UnitData]:
        found = []
        for line in self.text("parts").splitlines():
            full, *short = split_names(line) or ("",)
            if full:
                found.append(UnitData(full_name=full, short_name=short[0] if short else ""))
        return found


class ReasonForm(Form):
    reason = reason_field()


class UploadForm(Form):
    file = FileField(_("文件"), render_kw={"accept": ".xlsx"})


class ConfirmForm(Form):
    preview = HiddenField()
    reason = reason_field(_l("例如 2026 年成员单位调整"))


class HolderForm(Form):
    """Somebody who shall hold a post."""

    username = StringField(
        _("用户名"),
        [InputRequired(_("请填写用户名。")), CleanString(40)],
        render_kw={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "list": "people"},
    )
    display_name = StringField(_("显示名"), [CleanString(60)])
    rank = SelectField(_("职级"))
    rank_reason = StringField(_("职级说明"), [CleanString(300)], render_kw=_FULL)

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.rank.choices = [("", translate(_("请选择"))), *((str(r), translate(r)) for r in RANKS)]


class AppointForm(HolderForm):
    kind = SelectField(_("岗位"), coerce=PostKind)
    unit = SelectField(_("单位"), coerce=int)
    group = StringField(_("工作组"), [CleanString(60)])
    since = StringField(
        _("任职时间"), [Typed(parse_moment, required=False)], render_kw={"type": "datetime-local"}
    )

    def order(self) -> list[str]:
        found = super().order()
        return ["kind", "unit", "group", *(name for name in found if name not in ("kind", "unit", "group"))]


class NoticeForm(Form):
    number = StringField(
        _("书面告知文号"), [InputRequired(_("请填写书面告知的文号。")), CleanString(NUMBER_LENGTH)]
    )
    noticed_on = StringField(_("告知日期"), [Typed(parse_date)], render_kw={"type": "date"})


class EndPostForm(Form):
    until = StringField(_("离任时间"), [Typed(parse_moment)], render_kw={"type": "datetime-local"})
    reason = reason_field(_l("例如 工作调动"))


def as_input(value: date | datetime) -> str:
    """For the browser's date and time fields."""
    return value.strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else value.isoformat()
