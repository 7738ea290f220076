"""What the forms of all rooms have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import DataRequired

from portal.core.i18n import translate
from portal.core.text import Message, Text
from portal.web.inputs import CleanString, _l


class PlainForm(FlaskForm):
    """Without a token of its own: every POST of the application was checked before (``app.py``)."""

    class Meta(FlaskForm.Meta):
        csrf = False

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)  # type: ignore[no-untyped-call]  # Flask-WTF's own is not typed

    def tell(self, problems: Mapping[str, Message | Text]) -> None:
        """What the service found wrong, at its fields; what has none, at the first."""
        for key, message in problems.items():
            field = self[key] if key in self._fields else next(iter(self))
            field.errors = [*field.errors, str(translate(message))]


def key_field() -> HiddenField:
    """``request_key``: two clicks make one thing."""
    return HiddenField(
        validators=[CleanString(40), DataRequired(_l("页面已失效，请返回上一页，刷新后再试。"))]
    )
