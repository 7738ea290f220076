"""What is typed to ask superiors for something."""

from __future__ import annotations

from typing import Any

from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Optional, StopValidation

from portal.core.errors import Invalid
from portal.core.i18n import translate
from portal.core.text import Message, _
from portal.information.requests import Entry
from portal.web.forms import PlainForm, key_field
from portal.web.inputs import CleanString, Unusable, _l, clean_text, row_id

MAX_TARGETS, TARGET_LENGTH, NOTE_LENGTH, REASON_LENGTH = 200, 300, 500, 1000


def read_targets(text: str) -> tuple[str, ...]:
    """One a line, blank lines and repetitions dropped, in the order typed. ``Invalid`` names the first bad line."""
    found: dict[str, None] = {}
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines[: 10 * MAX_TARGETS], 1):
        try:
            if cleaned := clean_text(line, TARGET_LENGTH):
                found[cleaned] = None
        except Unusable as error:
            raise Invalid({"targets": Message(_("第 %(n)s 行：%(problem)s"), n=number, problem=error.message)}) from None  # fmt: skip
    if not found:
        raise Invalid({"targets": _("请至少填写一行。")})
    if len(found) > MAX_TARGETS or len(lines) > 10 * MAX_TARGETS:
        text_ = _("共 %(n)s 行，一次最多 %(max)s 行，请分次提出。")
        raise Invalid({"targets": Message(text_, n=len(lines), max=MAX_TARGETS)})
    return tuple(found)


class TargetsField(TextAreaField):
    """Lines; ``targets`` once valid."""

    targets: tuple[str, ...] = ()

    def pre_validate(self, form: Any) -> None:
        try:
            self.targets = read_targets(self.data or "")
        except Invalid as error:
            raise StopValidation(str(translate(error.problems["targets"]))) from error


class RequestForm(PlainForm):
    """Choices of unit and category are checked by the service."""

    unit = SelectField(_l("提出单位"), coerce=row_id, validate_choice=False)
    category = SelectField(_l("类别"), validate_choice=False)
    title = StringField(_l("标题"), [CleanString(100), DataRequired(_l("请填写标题。"))])
    targets = TargetsField(_l("对象"), [DataRequired(_l("请至少填写一行。"))])
    reason = TextAreaField(
        _l("理由"), [CleanString(REASON_LENGTH, lines=True), DataRequired(_l("请写明理由。"))]
    )
    request_key = key_field()
    version = IntegerField(validators=[Optional()])

    def entry(self) -> Entry:
        """What was typed; only after ``validate``."""
        return Entry(
            category=self.category.data or "",
            title=self.title.data or "",
            reason=self.reason.data or "",
            targets=self.targets.targets,
        )
