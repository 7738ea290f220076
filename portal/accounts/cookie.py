"""From an account to the reader's cookie and back, and what else the views here need of the request."""

from __future__ import annotations

import json
from typing import Any, cast

import flask_login
from flask import current_app, request, session
from flask_babel import gettext

from portal.accounts.login import drop_session, find_login, open_session
from portal.accounts.models import Account
from portal.accounts.passwords import Profile, get_profile
from portal.core.crypto import Keys
from portal.core.errors import Invalid
from portal.core.i18n import translate
from portal.core.reader import Login
from portal.core.settings import Settings
from portal.core.text import Text
from portal.web.access import User, now, the_session
from portal.web.inputs import local_path


def browser_name(agent: str) -> str:
    """Enough of a User-Agent for its owner to recognise the computer."""
    browsers = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = (*((s, s) for s in ("Windows", "Android", "iPhone")), ("Mac OS", "macOS"), ("Linux", "Linux"))
    found = [next((name for mark, name in marks if mark in agent), "") for marks in (browsers, systems)]
    return " · ".join(filter(None, found)) or gettext("未知浏览器")


def demo_people() -> list[dict[str, Any]]:
    """The accounts of a demo instance, from the file that ``portal demo`` wrote; nothing elsewhere."""
    portal = current_app.extensions["portal"]
    try:
        people = json.loads((portal.settings.instance / "demo").read_text()) if portal.demo else []
    except (OSError, ValueError):
        return []
    found = [p for p in people if isinstance(p, dict)] if isinstance(people, list) else []
    return [p | {"who": Text(p.get("who", ""))} for p in found]


def enter(account: Account, *, strong: bool = False) -> None:
    """A new session with a new token and a new cookie; the one at hand is over."""
    database = the_session()
    if "_user_id" in session:
        drop_session(database, session["_user_id"])
    token = open_session(
        database, account, now(), hours=the_settings().number("SESSION_HOURS"),
        address=request.remote_addr or "", agent=str(request.user_agent), strong=strong,
    )  # fmt: skip
    login = find_login(database, token, now())
    assert login is not None
    target = local_path(request.args.get("next", ""))
    forget()
    session["seen"] = int(now().timestamp())
    if account.locale:
        session.setdefault("lang", account.locale)
    if target and login.enrolled and not strong:
        session["next"] = target  # where to go once the second factor was given
    flask_login.login_user(User(token, login))


def forget() -> None:
    """Empty the cookie but for the language: nothing set before a log-in survives it."""
    language = session.get("lang")
    session.clear()
    if language:
        session["lang"] = language


def show_problems(form: Any, error: Invalid) -> None:
    """Put a service's problems beside the fields."""
    for name, message in error.problems.items():
        form[name].errors = [*form[name].errors, str(translate(message))]


def _user() -> User:
    user: Any = flask_login.current_user
    return cast(User, user)


def the_login() -> Login:
    return _user().login


def is_weak() -> bool:
    return the_login().enrolled and not the_login().strong


def the_token() -> str:
    return _user().id


def the_keys() -> Keys:
    keys: Keys = current_app.extensions["portal"].keys
    return keys


def the_settings() -> Settings:
    settings: Settings = current_app.extensions["portal"].settings
    return settings


def the_profile() -> Profile:
    return get_profile(the_settings()["PASSWORD_PROFILE"])
