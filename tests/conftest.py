"""Fixtures: one application per test, on SQLite and on PostgreSQL, each from a template made once per worker."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portal import create_app
from portal.campaigns.registry import Registry, load_registry
from portal.core import i18n
from portal.core.clock import SHANGHAI
from portal.core.crypto import create_secret
from portal.core.db import db, new_id
from portal.core.migrate import upgrade
from portal.core.settings import Settings
from tests.factories import Factory
from tests.postgres import APP, Cluster, roomy_memory, start_postgres

ROOT = Path(__file__).parents[1]
NOON = datetime(2026, 9, 16, 12, 0, tzinfo=SHANGHAI)
"""Where the test clock stands unless a test moves it: Wednesday 2026-09-16 12:00."""


def pytest_collection_finish() -> None:
    """The modules and tests that are there by now stay to the end: the collector need not look at them again
    and again, which would be a third of a run's work.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


class Compiled(BytecodeCache):
    """Templates are compiled once per worker, not once per application."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key, bucket.checksum] = bucket.code


COMPILED = Compiled()


@pytest.fixture(scope="session", autouse=True)
def addresses() -> Iterator[None]:
    """Werkzeug reads each address of each application anew and writes functions for it, which is most of making one.
    What it finds knows nothing of the application, so the same address gets the same.
    """
    compile_anew = Rule.compile
    kept: dict[Any, tuple[Any, ...]] = {}

    def compile_once(rule: Rule) -> None:
        assert not rule.defaults, "a default is compiled in"
        key = (rule.rule, rule.subdomain, rule.merge_slashes)
        if key not in kept:
            compile_anew(rule)
            builders = [getattr(build, "__func__") for build in (rule._build, rule._build_unknown)]  # noqa: B009
            kept[key] = (rule._parts, rule._trace, rule._converters, frozenset(rule.arguments), builders)
            return
        rule._parts, rule._trace, rule._converters, arguments, builders = kept[key]
        rule.arguments = set(arguments)
        rule._build, rule._build_unknown = (build.__get__(rule, None) for build in builders)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", compile_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def loaded_once() -> Iterator[None]:
    """The project's plugins and catalogues are read once per worker. Each application gets a registry of its own, which
    it may change.
    """
    read, load = i18n._load, load_registry
    words: dict[tuple[str, tuple[Path, ...]], Any] = {}
    found: dict[bool, Registry] = {}

    def read_once(language: str, folders: Iterable[Path]) -> Any:
        key = (language, tuple(folders))
        if key not in words:
            words[key] = read(*key)
        return words[key]

    def load_once(folder: Path, *, safe_mode: bool = False, strict: bool = False) -> Registry:
        if folder != ROOT / "plugins" or safe_mode:
            return load(folder, safe_mode=safe_mode, strict=strict)
        if strict not in found:
            found[strict] = load(folder, strict=strict)
        first = found[strict]
        return Registry({name: replace(plugin) for name, plugin in first.plugins.items()}, first.manager)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(i18n, "_load", read_once)
        patch.setattr("portal.app.load_registry", load_once)
        yield


class TestClock:
    """A clock that a test sets; ``clock.now = …`` or ``clock.at("2026-10-01T17:40:00")``."""

    __test__ = False

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def at(self, iso: str) -> datetime:
        self.now = datetime.fromisoformat(iso).replace(tzinfo=SHANGHAI)
        return self.now


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The worker's own PostgreSQL with an empty, migrated database called ``template``."""
    with start_postgres(within=roomy_memory()) as cluster:
        cluster.create_database("template")
        upgrade(cluster.owner_url("template"), APP)
        yield cluster


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "portal.sqlite"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def instance(engine: str, folder: Path, find: Callable[[str], object], **extra: str) -> Iterator[Settings]:
    """Settings of a fresh, empty, migrated instance; ``find`` gets a session fixture by its name."""
    create_secret(folder)
    given = {"INSTANCE": str(folder), "PLUGINS": str(ROOT / "plugins"), "STRICT": "1"} | extra
    if engine == "sqlite":
        shutil.copy(str(find("sqlite_template")), folder / "portal.sqlite")
        yield Settings({}, **given)
        return
    cluster = find("postgres")
    assert isinstance(cluster, Cluster)
    name = f"t{os.getpid()}_{new_id()}"
    cluster.create_database(name, template="template")
    yield Settings({}, DATABASE_URL=cluster.app_url(name), OWNER_URL=cluster.owner_url(name), **given)
    cluster.drop_database(name)


@pytest.fixture
def settings(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a fresh, empty, migrated instance. ``settings_extra`` may be overridden by a module."""
    with instance(
        engine, tmp_path, request.getfixturevalue, **request.getfixturevalue("settings_extra")
    ) as given:
        yield given


SharedApps = Callable[[str, str], Flask]


@pytest.fixture(scope="session")
def shared_apps(
    request: pytest.FixtureRequest, postgres: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SharedApps]:
    """``shared_apps(engine, name)``: one application per engine and name for the whole run of the worker.

    For tests that need no empty database: each makes tenants of its own, which is cheaper by far.
    ``postgres`` is asked for here so that it outlives the applications.
    """
    made: dict[tuple[str, str], Flask] = {}
    with ExitStack() as stack:

        def get(engine: str, name: str) -> Flask:
            if (engine, name) not in made:
                folder = tmp_path_factory.mktemp(name)
                settings = stack.enter_context(instance(engine, folder, request.getfixturevalue))
                app = made[engine, name] = _make_app(settings, TestClock())
                stack.callback(_dispose, app)
            return made[engine, name]

        yield get


def _make_app(settings: Settings, clock: TestClock) -> Flask:
    app = create_app(settings, clock=clock)
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.jinja_env.bytecode_cache = COMPILED
    return app


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def settings_extra() -> dict[str, str]:
    return {}


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def app(settings: Settings, clock: TestClock) -> Iterator[Flask]:
    """The real application on ``settings``, with the test's clock. Its context is open during the test."""
    app = _make_app(settings, clock)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Session:
    """A session for services; the audit key is set, the scope is the test's business (see ``Factory.enter``)."""
    session = db.session()
    session.info["audit_key"] = app.extensions["portal"].audit_key
    return session


@pytest.fixture
def make(session: Session, app: Flask, clock: TestClock) -> Factory:
    return Factory(session, app, clock)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def login(app: Flask, make: Factory) -> Callable[[str], FlaskClient]:
    """``login("pd_gaj")`` gives a client with a living, strong session of that account."""
    return make.login
