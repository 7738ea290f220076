"""Languages: Chinese is the source, English the complete second. Dates as a Chinese office writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_app_context, has_request_context, request, session
from flask_babel import Babel
from markupsafe import Markup

from portal.core.text import Message, Text, _

LANGUAGES = {"zh_CN": "中文", "en": "English"}  # names of languages stand in their own language
_WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))


SOURCE = "zh_CN"


def chosen_locale() -> str:
    """The reader's choice, else Chinese whatever the browser prefers: offices print what they see."""
    chosen = session.get("lang") or request.cookies.get("lang", "")
    return chosen if chosen in LANGUAGES else SOURCE


class Tongue:
    """One language: ``find`` for a text as it is, ``say`` for a text in a page, where ``%%`` is a percent sign.

    A page has hundreds of texts, so what they come to is kept.
    """

    def __init__(self, find: Callable[[str], str]) -> None:
        self._find = find
        self._kept = lru_cache(8192)(lambda text: Markup(self.find(text) % {}))

    def find(self, text: str) -> str:
        """A catalogue answers the empty text with its own head; here it stays empty."""
        return self._find(text) if text else ""

    def say(self, text: str, /, **values: Any) -> Markup:
        """``_()`` of the templates; values are escaped."""
        return Markup(self.find(text)) % values if values else self._kept(text)


_CHINESE = Tongue(str)


def _tongue() -> Tongue:
    """Of the request, found out once; Chinese on the command line."""
    try:
        return cast(Tongue, g.tongue)
    except AttributeError:
        g.tongue = current_app.extensions["tongues"][chosen_locale() if has_request_context() else SOURCE]
        return cast(Tongue, g.tongue)
    except RuntimeError:
        return _CHINESE


@contextmanager
def in_source_language() -> Iterator[None]:
    """Inside, texts come out in Chinese whatever the reader's language: for papers that are kept."""
    if not has_app_context():
        yield
        return
    before = g.get("tongue")
    g.tongue = _CHINESE
    try:
        yield
    finally:
        g.tongue = before
        if before is None:
            g.pop("tongue")


_PLAIN = frozenset({str, Markup, int, type(None)})


def translate(value: Any) -> Any:
    """Jinja's ``finalize``: texts and messages in the reader's language, everything else untouched."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Text):
        return _tongue().find(value)
    if isinstance(value, Message):
        text = _tongue().find(value.text)
        params = value.params
        return (
            text % {k: v if type(v) in _PLAIN else translate(v) for k, v in params.items()}
            if params
            else text
        )
    return value


def join_words(words: Iterable[Any]) -> str:
    """``甲、乙、丙`` in the reader's language and with its comma."""
    return str(translate(_("、"))).join(str(translate(w)) for w in words)


def _say(text: str, /, **values: Any) -> Markup:
    """``_()`` where a template is imported without its context."""
    return _tongue().say(text, **values)


def init_i18n(app: Flask, plugins: Path) -> None:
    folders = [Path(__file__).parents[1] / "translations"]
    if plugins.is_dir():
        folders += sorted(p / "translations" for p in plugins.iterdir() if (p / "translations").is_dir())
    app.config["BABEL_DEFAULT_LOCALE"] = SOURCE
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Shanghai"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(map(str, folders))
    Babel(app, locale_selector=chosen_locale)
    app.extensions["tongues"] = {SOURCE: _CHINESE, "en": Tongue(_load("en", folders).gettext)}
    app.before_request(_start_anew)
    app.context_processor(lambda: {"_": _tongue().say})
    app.jinja_env.globals.update(_=_say, gettext=_say)
    app.jinja_env.finalize = translate


def _start_anew() -> None:
    """An application context may outlive the request: tests keep one open."""
    g.pop("tongue", None)


def _load(language: str, folders: Iterable[Path]) -> NullTranslations:
    found: NullTranslations = NullTranslations()
    for folder in folders:
        more = Translations.load(str(folder), [language])
        if isinstance(more, Translations):
            found = found.merge(more) if isinstance(found, Translations) else more
    return found


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
