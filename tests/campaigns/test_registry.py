"""Quarantine: whatever a plugin does, it is named with its reason, and everything else serves on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal import create_app
from portal.campaigns.cli import count_declared
from portal.campaigns.declarations import CONTRACT
from portal.campaigns.problems import problems
from portal.campaigns.registry import Plugin, Registry, load_registry
from portal.core.errors import PluginError
from portal.core.settings import Settings
from tests.broken_plugins.sample import campaign
from tests.conftest import ROOT

BROKEN = ROOT / "tests" / "broken_plugins"
REASONS = {
    "import_error": ("ModuleNotFoundError", "no_such_module_anywhere"),
    "system_exit": ("SystemExit", "3"),
    "base_exception": ("Fatal", "out"),
    "raising_hook": ("RuntimeError", "hook"),
    "unknown_hook": ("portal_campagin",),
    "duplicate_key": ("duty", "twice", "2"),
    "wrong_type": ("duties[1]", "str"),
    "other_contract": ("99", str(CONTRACT)),
    "missing_clause": ("Duty first", "条款"),
    "clause_of_no_source": ("D",),
    "dangling_key": ("duty first", "nobody"),
    "limit_out_of_range": ("exchange.answer", "2500", "exchange.handling", "438300"),
    "no_hook": ("portal_campaign()",),
    "wrong_name": ("another_name", "wrong_name"),
    "bare_text": ("Campaign", "str"),
}


@pytest.fixture(autouse=True)
def _clean_modules() -> Iterator[None]:
    """The package ``plugins`` of a process belongs to the first folder; each of these tests starts anew."""
    before = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "plugins"}
    for name in before:
        del sys.modules[name]
    yield
    for name in [n for n in sys.modules if n.split(".")[0] == "plugins"]:
        del sys.modules[name]
    sys.modules.update(before)


def test_each_broken_plugin_is_named_with_its_reason() -> None:
    registry = load_registry(BROKEN)
    assert set(registry.plugins) == {"a_good", *REASONS}
    for name, words in REASONS.items():
        told = " ".join(map(str, registry.plugins[name].problems))
        assert told, name
        for word in words:
            assert word in told, f"{name}: {told}"
    assert list(registry.campaigns) == ["a_good"]
    assert registry.find("raising_hook") is None


def test_a_broken_plugin_has_no_hook_left() -> None:
    registry = load_registry(BROKEN)
    assert [name for name, _plugin in registry.manager.list_name_plugin()] == ["a_good"]
    assert [c.key for c in registry.manager.hook.portal_campaign()] == ["a_good"]


@pytest.mark.parametrize("name", REASONS)
def test_strict_mode_is_fatal(name: str, tmp_path: Path) -> None:
    (tmp_path / name).symlink_to(BROKEN / name)
    with pytest.raises(PluginError, match=name):
        load_registry(tmp_path, strict=True)


def test_what_is_no_tuple_can_still_be_counted() -> None:
    declared = campaign("x", duties=None, forms=[])
    assert [str(p) for p in problems(declared)]
    assert sum(count_declared(Plugin("x", "", declared)).values()) == 2


def test_safe_mode_loads_nothing() -> None:
    assert load_registry(BROKEN, safe_mode=True).plugins == {}
    assert load_registry(ROOT / "no_such_folder").plugins == {}


def test_a_folder_of_the_same_name_elsewhere_starts_clean(tmp_path: Path) -> None:
    first = load_registry(ROOT / "plugins", strict=True).campaigns["antifraud"]
    (tmp_path / "antifraud").mkdir()
    (tmp_path / "antifraud" / "__init__.py").write_text(
        "from portal.campaigns import hookimpl\nfrom tests.broken_plugins.sample import campaign\n"
        "from .duties import DUTIES\n\n@hookimpl\ndef portal_campaign(): return campaign('antifraud', duties=DUTIES)\n"
    )
    (tmp_path / "antifraud" / "duties.py").write_text(
        "from tests.broken_plugins.sample import duty\nDUTIES = (duty('other'),)\n"
    )
    second = load_registry(tmp_path, strict=True).campaigns["antifraud"]
    assert (len(first.duties), len(second.duties)) == (97, 1)


class TestThePortalServesOn:
    @pytest.fixture
    def engine(self) -> str:
        return "sqlite"

    @pytest.fixture
    def settings_extra(self) -> dict[str, str]:
        return {"PLUGINS": str(BROKEN), "STRICT": "0"}

    def test_the_page_is_there_and_the_sound_one_works(self, app: Flask) -> None:
        assert app.test_client().get("/login").status_code == 200
        registry: Registry = app.extensions["portal"].registry
        assert registry.find("a_good") is not None

    def test_strict_mode_refuses_to_start(self, settings: Settings) -> None:
        given = dict(settings) | {"STRICT": "1"}
        with pytest.raises(PluginError):
            create_app(Settings({}, **given))

    def test_safe_mode_starts_without_any(self, settings: Settings) -> None:
        app = create_app(Settings({}, **(dict(settings) | {"SAFE_MODE": "1"})))
        assert app.extensions["portal"].registry.plugins == {}
        assert app.test_client().get("/login").status_code == 200
