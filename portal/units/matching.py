"""Finds the unit of a tenant that a line of a roster means: 公安局 is 平定县公安局 or 阳泉市公安局平定分局.

Rosters are written for one place and used in all. So names are compared without the names of places, and
a line is bound only where exactly one unit fits; the rest is left to the office.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from portal.campaigns.declarations import Member
from portal.core.text import _

_PARTY = _("中共")
_BUREAU, _BRANCH = _("局"), _("分局")
_GENERIC = re.compile(rf"(?:{_('县')}|{_('区')}|{_('市')}(?!{_('场')}))")
"""A level in front of a name whose place is left out (县委宣传部); 市场监管局 begins with no level."""
_SHORTEST = 3
"""Characters that must agree before one name may be taken as the end or the beginning of another."""


@dataclass(frozen=True)
class Known:
    """A unit of the tenant with every name it goes by."""

    id: int
    full_name: str
    names: tuple[str, ...]


def core_name(name: str, places: Iterable[str]) -> str:
    """The name without party prefix, place and branch: what is the same in every county."""
    core = unicodedata.normalize("NFKC", name).removeprefix(_PARTY)
    before = core
    for place in places:
        core = core.replace(place, "")
    if core == before:
        core = _GENERIC.sub("", core, count=1) if _GENERIC.match(core) else core
    core = core.removeprefix(_PARTY)
    return core.removesuffix(_BRANCH) if core.endswith(_BUREAU + _BRANCH) else core


def places_of(names: Iterable[str]) -> tuple[str, ...]:
    """Names of places as they stand inside names of units, longest first: 平定县, 平定."""
    found = set(names)
    found |= {n[:-1] for n in found if len(n) > 2}
    return tuple(sorted(found, key=lambda n: (-len(n), n)))


def match_members(members: Sequence[Member], units: Sequence[Known], places: Sequence[str]) -> dict[str, int]:
    """Member key -> unit id, each unit once. The surest way is tried for all members before a weaker one."""
    cores = {u.id: {core_name(n, places) for n in u.names} for u in units}
    found: dict[str, int] = {}
    for fits in (_same_name, _same_core, _same_end, _same_beginning):
        for member in members:
            if member.key in found:
                continue
            names = (member.label, *member.aliases)
            wanted = {core_name(n, places) for n in names}
            taken = set(found.values())
            candidates = [u for u in units if u.id not in taken and fits(names, wanted, u, cores[u.id])]
            if len(candidates) == 1:
                found[member.key] = candidates[0].id
    return found


Fits = Callable[[tuple[str, ...], set[str], Known, set[str]], bool]


def _same_name(names: tuple[str, ...], _wanted: set[str], unit: Known, _cores: set[str]) -> bool:
    return not set(names).isdisjoint(unit.names)


def _same_core(_names: tuple[str, ...], wanted: set[str], _unit: Known, cores: set[str]) -> bool:
    return not wanted.isdisjoint(cores)


def _same_end(_names: tuple[str, ...], wanted: set[str], _unit: Known, cores: set[str]) -> bool:
    pairs = [(w, c) for w in wanted for c in cores if min(len(w), len(c)) >= _SHORTEST]
    return any(c.endswith(w) or w.endswith(c) for w, c in pairs)


def _same_beginning(_names: tuple[str, ...], wanted: set[str], _unit: Known, cores: set[str]) -> bool:
    return any(len(w) >= _SHORTEST and c.startswith(w) for w in wanted for c in cores)
