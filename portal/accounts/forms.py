"""Forms of log-in, own account and account administration."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, StopValidation

from portal.accounts.passwords import LONGEST
from portal.core.text import _
from portal.web.inputs import CleanString

_PLAIN = {"autocapitalize": "off", "spellcheck": "false"}


class Form(FlaskForm):
    """FlaskForm with types."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def sent(self) -> bool:
        """Posted, and nothing wrong with it."""
        return bool(self.validate_on_submit())  # type: ignore[no-untyped-call]


def short_enough(_form: Any, field: Any) -> None:
    """Before any hashing: it costs time that grows with the length."""
    if len(field.data or "") > LONGEST:
        raise StopValidation(_("密码最多 128 个字符。"))


def same_password(form: Any, field: Any) -> None:
    if field.data != form.password.data:
        raise StopValidation(_("两次填写的新密码不一致。"))


class LoginForm(Form):
    username = StringField(
        _("用户名"),
        [InputRequired(_("请填写用户名。")), CleanString(60)],
        render_kw={"autocomplete": "username", "autofocus": True, **_PLAIN},
    )
    password = PasswordField(
        _("密码"),
        [InputRequired(_("请填写密码。")), short_enough],
        render_kw={"autocomplete": "current-password"},
    )


class CodeForm(Form):
    code = StringField(
        _("动态口令"),
        [InputRequired(_("请填写 6 位动态口令。")), CleanString(12)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code"},
    )


class EnrolForm(CodeForm):
    current = PasswordField(_("当前密码"), [short_enough], render_kw={"autocomplete": "current-password"})


class PasswordForm(Form):
    current = PasswordField(
        _("当前密码"),
        [InputRequired(_("请填写当前密码。")), short_enough],
        render_kw={"autocomplete": "current-password", "autofocus": True},
    )
    password = PasswordField(
        _("新密码"),
        [InputRequired(_("请填写新密码。")), short_enough],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(_("再填一次新密码"), [same_password], render_kw={"autocomplete": "new-password"})


class AccountForm(Form):
    username = StringField(
        _("用户名"),
        [InputRequired(_("请填写用户名。")), CleanString(40)],
        render_kw={"autocomplete": "off", **_PLAIN},
    )
    display_name = StringField(_("显示名"), [InputRequired(_("请填写显示名。")), CleanString(60)])
    tenant = SelectField(_("所属地区"), coerce=int, validate_choice=False)
