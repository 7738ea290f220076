"""依据对照: which clause of the documents is carried by what, and which test proves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from portal.campaigns.sources import Clause
from portal.core.text import Text


class BasisKind(StrEnum):
    HARD = "H"
    WORKFLOW = "W"
    RECORD = "R"
    QUERY = "Q"
    PERMISSION = "P"
    SOFT = "S"
    """Wording too soft to enforce: shown and tracked, never blocking."""


@dataclass(frozen=True, kw_only=True)
class Basis:
    """One clause. Either ``test`` (``tests/…/test_x.py::test_y``) or ``reason``, why the portal does not carry it.

    ``page``: endpoint of the page that carries it, '' when a form, rule or ledger named in ``carried`` does.
    """

    key: str
    """ID of the table of requirements, e.g. W-06."""
    text: Text
    clause: Clause
    kinds: tuple[BasisKind, ...]
    page: str = ""
    carried: tuple[str, ...] = ()
    """``form:key``, ``ledger:key``, ``rule:key``, ``duty:key``, ``threshold:key``, ``obligation:key``, ``document:key``."""
    tests: tuple[str, ...] = ()
    reason: Text | None = None


def rows_of(source: str) -> Callable[..., Basis]:
    """``row("W-06", "H", _("第一条"), _("…"), page=…, carried=(…), tests=("rewards/test_x.py::test_y",))`` of one document.

    Letters are kinds; paths of tests are below ``tests/``.
    """

    def row(
        key: str,
        kinds: str,
        article: Text,
        text: Text,
        *,
        page: str = "",
        carried: tuple[str, ...] = (),
        tests: tuple[str, ...] = (),
        reason: Text | None = None,
    ) -> Basis:
        return Basis(
            key=key,
            text=text,
            clause=Clause(source=source, article=article),
            kinds=tuple(BasisKind(k) for k in kinds),
            page=page,
            carried=carried,
            tests=tuple(f"tests/{t}" for t in tests),
            reason=reason,
        )

    return row
