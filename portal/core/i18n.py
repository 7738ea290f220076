"""Languages: Chinese is the source, English the complete second. Dates as a Chinese office writes them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Flask, request, session
from flask_babel import Babel, gettext

from portal.core.text import Message, Text, _

LANGUAGES = {"zh_CN": "中文", "en": "English"}  # names of languages stand in their own language
_WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))


def chosen_locale() -> str:
    """The reader's choice, else Chinese whatever the browser prefers: offices print what they see."""
    chosen = session.get("lang") or request.cookies.get("lang", "")
    return chosen if chosen in LANGUAGES else "zh_CN"


def translate(value: Any) -> Any:
    """Jinja's ``finalize``: texts and messages in the reader's language, everything else untouched."""
    if type(value) is str or value is None:
        return value
    if isinstance(value, Text):
        return gettext(value)
    if isinstance(value, Message):
        params = {k: translate(v) for k, v in value.params.items()}
        return gettext(value.text) % params if params else gettext(value.text)
    return value


def init_i18n(app: Flask, plugins: Path) -> None:
    folders = [Path(__file__).parents[1] / "translations"]
    if plugins.is_dir():
        folders += sorted(p / "translations" for p in plugins.iterdir() if (p / "translations").is_dir())
    app.config["BABEL_DEFAULT_LOCALE"] = "zh_CN"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Shanghai"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(map(str, folders))
    Babel(app, locale_selector=chosen_locale)
    app.jinja_env.finalize = translate


def show_date(value: date | None) -> Any:
    """``10月1日 周四``; with the year when it is not this one is left to ``show_day``."""
    if value is None:
        return ""
    return Message(_("%(m)s月%(d)s日 %(w)s"), m=value.month, d=value.day, w=_WEEKDAYS[value.weekday()])


def show_moment(value: datetime | None) -> Any:
    """``10月1日 周四 17:40``; a deadline that ends a day reads 24:00."""
    if value is None:
        return ""
    clock = "24:00" if (value.hour, value.minute, value.second) == (23, 59, 59) else f"{value:%H:%M}"
    return Message(
        _("%(m)s月%(d)s日 %(w)s %(t)s"), m=value.month, d=value.day, w=_WEEKDAYS[value.weekday()], t=clock
    )
