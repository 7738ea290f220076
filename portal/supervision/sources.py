"""What an order may grow out of: a resolution, an urgent report, a ledger entry, a finding. Rooms above register it.

One matter, one record: ``OrderSource.subject`` is unique among the open orders of a body.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.core.reader import Desk
from portal.core.text import Message, Text, _

OTHER = _("其他")


@dataclass(frozen=True, kw_only=True)
class OrderSource:
    """What is known already, to be offered on the page that assigns the order."""

    subject: str
    label: Message | Text | str
    """As printed behind 来源 (会议纪要第3期第2条)."""
    title: str
    requirements: str = ""
    lead_unit_id: int | None = None
    supporting_ids: tuple[int, ...] = ()
    due_on: date | None = None
    person: str = ""
    """Post of who is responsible."""


@dataclass(frozen=True)
class SourceKind:
    """``find`` (session, desk, id) raises ``NotFound`` for what the desk may not read. ``page``: endpoint and the
    argument that takes the id."""

    find: Callable[[Session, Desk, int], OrderSource]
    page: tuple[str, str]
    name: Text = OTHER
    """As filtered and counted by: 会议议定, 台账."""


_KINDS: dict[str, SourceKind] = {}
INSTRUCTIONS: dict[str, Text] = {
    "leader": _("领导批示"),
    "superior": _("上级交办"),
    "other": OTHER,
}
"""Where an order comes from that grew out of nothing in the portal."""


def register_source(kind: str, source: SourceKind) -> None:
    _KINDS[kind] = source


def find_source(session: Session, desk: Desk, subject: str) -> OrderSource:
    """``NotFound`` for anything else than ``kind:id`` of a registered kind; it may come from an address."""
    kind, _colon, number = subject.partition(":")
    if kind not in _KINDS or not (number.isascii() and number.isdigit()) or len(number) > 18:
        raise NotFound
    return _KINDS[kind].find(session, desk, int(number))


def page_of(subject: str) -> tuple[str, dict[str, Any]] | None:
    """Endpoint and arguments of the page that the subject has, besides tenant and campaign."""
    kind, _colon, number = subject.partition(":")
    if kind not in _KINDS or not (number.isascii() and number.isdigit()):
        return None
    endpoint, argument = _KINDS[kind].page
    return endpoint, {argument: int(number)}


def name_source(source: str) -> Text:
    """Of an order's ``source``: an instruction or a kind; what no room knows any more is 其他."""
    kind = _KINDS.get(source)
    return kind.name if kind else INSTRUCTIONS.get(source, INSTRUCTIONS["other"])


def list_sources() -> dict[str, Text]:
    """In the order of lists and statistics: 其他 is the last."""
    named = INSTRUCTIONS | {key: kind.name for key, kind in _KINDS.items()}
    return {key: name for key, name in named.items() if name != OTHER} | {"other": OTHER}


def find_page(endpoint: str, args: dict[str, Any]) -> str:
    """The subject whose page this is; '' where it is none. For evidence that is given by its address."""
    for key, kind in _KINDS.items():
        if kind.page[0] == endpoint and isinstance(args.get(kind.page[1]), int):
            return f"{key}:{args[kind.page[1]]}"
    return ""
