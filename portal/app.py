"""The factory: a list of named steps. No database work, no network."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, session
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from portal.accounts.login import find_login, keep_awake
from portal.accounts.passwords import get_profile
from portal.assessment import reminding as measures_due
from portal.assessment import survey_todos as surveys_due
from portal.campaigns.registry import Registry, load_registry
from portal.core import sealing
from portal.core.clock import Clock, clock_from, system_clock
from portal.core.crypto import Keys, Ring
from portal.core.db import db
from portal.core.i18n import init_i18n
from portal.core.scope import install_guard
from portal.core.settings import Settings
from portal.deadlines import reminding as deadlines_due
from portal.deadlines import services as deadlines
from portal.information import reminding as answers_due
from portal.ledger import leaving
from portal.ledger import reminding as entries_due
from portal.matching import digests
from portal.meetings import reminding as meetings_due
from portal.notices import inbox
from portal.notices.due import register_source
from portal.reporting import queries
from portal.reporting import reminding as forms_due
from portal.supervision import handing
from portal.supervision import reminding as orders_due
from portal.tips import handing as tips_in_hand
from portal.transfers import handover as transfers
from portal.units import open_drafts
from portal.units.reader import load_posts
from portal.web import access, errors, gate, shell

FEATURES = (
    "documents",
    "accounts",
    "audit",
    "units",
    "administration",
    "duties",
    "deadlines",
    "papers",
    "supervision",
    "reporting",
    "activities",
    "ledger",
    "exchange",
    "information",
    "meetings",
    "assessment",
    "transfers",
    "matching",
    "tips",
    "rewards",
    "overview",
    "home",
)
"""Packages with a ``views.blueprint``, lowest first."""

install_guard(db.session)
sealing.install(db.session)


class _Id(IntegerConverter):
    """An id in an address; one that no column can hold is 0, which is nobody's."""

    def to_python(self, value: str) -> Any:
        number = super().to_python(value)
        return number if number < 2**63 else 0


@dataclass(frozen=True)
class Portal:
    """What one application carries besides Flask's own."""

    settings: Settings
    registry: Registry
    clock: Clock
    keys: Keys
    ring: Ring
    audit_key: bytes
    demo: bool
    assets: dict[str, str]


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> Flask:
    """Build the application of ``settings`` (default: the environment). Raises ``PortalError`` if it cannot serve."""
    settings = settings or Settings()
    app = Flask(
        "portal",
        static_folder="web/static",
        template_folder="web/templates",
        instance_path=str(settings.instance),
    )
    portal = _assemble(settings, clock)
    app.extensions["portal"] = portal
    _configure(app, portal)
    app.url_map.converters["int"] = _Id
    db.init_app(app)
    with app.app_context():
        sealing.attach(db.engine, portal.ring)
        digests.attach(db.engine, portal.keys.derive(digests.PURPOSE))
    gate.init_gate(app)
    CSRFProtect(app)
    _init_login(app)
    init_i18n(app, settings.plugins)
    errors.init_errors(app)
    shell.init_shell(app)
    for feature in FEATURES:
        app.register_blueprint(importlib.import_module(f"portal.{feature}.views").blueprint)
    app.extensions["unread"] = inbox.show_unread
    for room in (
        deadlines_due,
        forms_due,
        answers_due,
        meetings_due,
        orders_due,
        measures_due,
        surveys_due,
        entries_due,
    ):
        register_source(room.list_due)
    app.extensions["open_items"] = (
        queries.open_items,
        open_drafts.open_items,
        deadlines.open_items,
        handing.open_items,
        tips_in_hand.open_items,
        leaving.open_items,
        transfers.open_items,
    )
    access.protect(app, load_posts)
    return app


def _assemble(settings: Settings, clock: Clock | None) -> Portal:
    keys = Keys.load(settings.instance)
    registry = load_registry(
        settings.plugins, safe_mode=settings.on("SAFE_MODE"), strict=settings.on("STRICT")
    )
    if clock is None:
        clock = clock_from(settings["CLOCK"]) if settings["CLOCK"] and settings.demo else system_clock
    assets = shell.load_assets(Path(__file__).parent / "web" / "static")
    ring = Ring.load(settings.instance)
    return Portal(settings, registry, clock, keys, ring, keys.derive("audit"), settings.demo, assets)


def _configure(app: Flask, portal: Portal) -> None:
    settings = portal.settings
    secure = settings.on("HTTPS")
    hosts = [h.strip() for h in settings["HOSTS"].split(",") if h.strip()]
    app.config.update(
        SECRET_KEY=portal.keys.derive("cookies"),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings.database_url),
        SESSION_COOKIE_NAME="__Host-lianxi" if secure else "lianxi",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.number("SESSION_HOURS")),
        TRUSTED_HOSTS=["127.0.0.1", "localhost", "[::1]"] if portal.demo else hosts or None,
        MAX_CONTENT_LENGTH=12 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        MAX_FORM_PARTS=8000,  # a table of 200 rows and 30 columns posts 6000
        WTF_CSRF_TIME_LIMIT=None,
    )
    proxies = int(settings["PROXIES"])
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]


def _engine_options(url: str) -> dict[str, object]:
    quiet: dict[str, object] = {
        "hide_parameters": True
    }  # an error in the log must not carry what people typed
    if url.startswith("sqlite"):
        return quiet
    return quiet | {"pool_pre_ping": True, "connect_args": {"prepare_threshold": None, "connect_timeout": 2}}


def _init_login(app: Flask) -> None:
    # Without its context processor: an error page must not ask the database who is reading.
    manager = LoginManager(app, add_context_processor=False)
    # The session row knows; a changed address is normal behind office proxies.
    manager.session_protection = None  # type: ignore[assignment]
    settings = app.extensions["portal"].settings
    lifetime = get_profile(settings["PASSWORD_PROFILE"]).lifetime
    idle = timedelta(minutes=settings.number("IDLE_MINUTES"))

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load_user(token: str) -> access.User | None:
        if not keep_awake(session, access.now(), idle):
            return None
        login = find_login(access.the_session(), token, access.now(), lifetime)
        return access.User(token, login) if login else None
