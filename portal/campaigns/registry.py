"""Finds the plugins, checks what they declare, and keeps the sound campaigns apart from the broken."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import logging
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pluggy

from portal.campaigns import hookspecs
from portal.campaigns.declarations import Campaign
from portal.campaigns.problems import problems
from portal.core.errors import PluginError
from portal.core.text import Message, Text, _

log = logging.getLogger(__name__)
ENTRY_POINTS = "portal.plugins"


@dataclass
class Plugin:
    """One plugin as found: sound when ``problems`` is empty."""

    name: str
    origin: str
    campaign: Campaign | None = None
    problems: tuple[Message | Text, ...] = ()


@dataclass
class Registry:
    """The campaigns of one application. ``plugins`` lists the broken ones too, for the status page."""

    plugins: dict[str, Plugin] = field(default_factory=dict)
    manager: pluggy.PluginManager = field(default_factory=lambda: pluggy.PluginManager("portal"))

    @property
    def campaigns(self) -> Mapping[str, Campaign]:
        """Sound campaigns by key, in the order of the navigation."""
        sound = [p.campaign for p in self.plugins.values() if p.campaign and not p.problems]
        return {c.key: c for c in sorted(sound, key=lambda c: (c.position, c.key))}

    def find(self, key: str) -> Campaign | None:
        plugin = self.plugins.get(key)
        return plugin.campaign if plugin and not plugin.problems else None


def load_registry(folder: Path, *, safe_mode: bool = False, strict: bool = False) -> Registry:
    """Load every plugin of ``folder`` and of the entry points, sorted by name.

    A plugin that fails is quarantined with its reason; ``strict`` raises ``PluginError`` instead.
    """
    registry = Registry()
    registry.manager.add_hookspecs(hookspecs)
    if safe_mode:
        return registry
    for name, origin, load in sorted(_found(folder), key=lambda x: (x[0], x[1])):
        if name in registry.plugins:
            plugin = Plugin(
                f"{name} ({origin})", origin, problems=(Message(_("已有同名插件：%(name)s。"), name=name),)
            )
        else:
            plugin = _load(registry, name, origin, load)
        registry.plugins[plugin.name] = plugin
        if plugin.problems:
            log.error("plugin %s quarantined: %s", plugin.name, "; ".join(map(str, plugin.problems)))
            if strict:
                raise PluginError(
                    Message(_("插件 %(name)s：%(why)s"), name=plugin.name, why=str(plugin.problems[0]))
                )
    return registry


@dataclass(frozen=True)
class _Folder:
    path: Path

    def __call__(self) -> ModuleType:
        """Import ``plugins/<name>`` as ``plugins.<name>`` without needing the folder on ``sys.path``."""
        name = f"plugins.{self.path.name}"
        if name in sys.modules and getattr(sys.modules[name], "__file__", None) == str(
            self.path / "__init__.py"
        ):
            return sys.modules[name]
        _forget(name)
        if "plugins" not in sys.modules:
            package = ModuleType("plugins")
            package.__path__ = [str(self.path.parent)]
            sys.modules["plugins"] = package
        spec = importlib.util.spec_from_file_location(
            name, self.path / "__init__.py", submodule_search_locations=[str(self.path)]
        )
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            _forget(name)
            raise
        return module


def _forget(name: str) -> None:
    """Drop a module and its parts, so that another folder's plugin of that name starts clean."""
    for part in [m for m in sys.modules if m == name or m.startswith(f"{name}.")]:
        del sys.modules[part]


def _found(folder: Path) -> Iterator[tuple[str, str, object]]:
    if folder.is_dir():
        for path in folder.iterdir():
            if (path / "__init__.py").exists():
                yield path.name, _("插件目录"), _Folder(path)
    for entry in importlib.metadata.entry_points(group=ENTRY_POINTS):
        yield entry.name, f"entry point {entry.value}", entry.load


def _load(registry: Registry, name: str, origin: str, load: object) -> Plugin:
    plugin = Plugin(name, origin)
    assert callable(load)
    try:
        plugin.problems = _ask(registry, plugin, load())
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may raise anything, SystemExit too; the portal must serve on
        plugin.problems = (Message(_("加载失败：%(error)s"), error=f"{type(error).__name__}: {error}"[:500]),)
    if plugin.problems and registry.manager.has_plugin(name):
        registry.manager.unregister(name=name)
    return plugin


def _ask(registry: Registry, plugin: Plugin, module: object) -> tuple[Message | Text, ...]:
    """Register the module and take its campaign; answers what is wrong with it."""
    manager = registry.manager
    manager.register(module, name=plugin.name)
    manager.check_pending()
    others = [p for n, p in manager.list_name_plugin() if n != plugin.name]
    declared = manager.subset_hook_caller("portal_campaign", others)()
    if len(declared) != 1:
        return (_("插件没有实现 portal_campaign()。"),)
    if isinstance(declared[0], Campaign):
        plugin.campaign = declared[0]
    found = problems(declared[0])
    if not found and declared[0].key != plugin.name:
        key = declared[0].key
        return (Message(_("活动的键“%(key)s”与插件名“%(name)s”不一致。"), key=key, name=plugin.name),)
    return found
