"""What the address of the list asks for, read without trust: what means nothing is as if it were not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.forms import Choice, Field
from portal.core.text import Text, _
from portal.web.inputs import Unusable, parse_date, row_id

MAX_PAGE = 1000
LONGEST = 60
"""Characters of a text that is looked for."""
KEYS = (
    "ledger", "state", "stage", "v1", "v2", "v3", "unit", "q", "place", "key", "look", "from", "to", "hidden", "below",
    "sort",
)  # fmt: skip
"""Of the address, in the order in which a saved filter keeps them."""


class Sort(StrEnum):
    """Order of the list; a leading minus is newest first."""

    KNOWN = "-known"
    KNOWN_UP = "known"
    CREATED = "-created"
    CREATED_UP = "created"
    CHANGED = "-changed"
    CHANGED_UP = "changed"

    @property
    def reverse(self) -> Sort:
        return Sort(self.removeprefix("-") if self.startswith("-") else f"-{self}")


class Stand(StrEnum):
    """How far an entry is, whatever its ledger."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


STAND_LABELS: dict[Stand, Text] = {Stand.OPEN: _("未办结"), Stand.CLOSED: _("已销号"), Stand.ALL: _("全部")}
ENDED = _("已办结")
"""Of a ledger that asks for no 销号."""


@dataclass(frozen=True)
class Filters:
    """``unit_ids`` None = every unit, else what these keep, lead or help with; ``below``: released rows from below."""

    campaign: str
    ledger: str = ""
    unit_ids: tuple[int, ...] | None = None
    keeper: bool = False
    """Of the units what they keep themselves, alone."""
    text: str = ""
    below: bool = False
    sort: Sort = Sort.KNOWN
    page: int = 1
    stand: Stand = Stand.ALL
    stage: str = ""
    views: tuple[str, str, str] = ("", "", "")
    place: str = ""
    key: bool = False
    """Key matters only."""
    look: bool = False
    """Closed ones whose look-back has fallen due."""
    since: date | None = None
    until: date | None = None
    hidden: bool = False
    """Withdrawn ones and those that were merged into another, too."""

    @property
    def narrowed(self) -> bool:
        """Whether more is asked for than a ledger, a stage and its views."""
        return bool(
            self.text or self.place or self.key or self.look or self.since or self.until or self.hidden
        )


def read_filters(
    args: Mapping[str, str], campaign: Campaign, own: tuple[int, ...] | None, *, below: bool
) -> Filters:
    """``own``: units whose entries may be read, None = all; ``below``: whether the reader may look below."""
    ledger = the_ledger(campaign, args)
    below = below and args.get("below") == "1"
    chosen = row_id(args.get("unit", ""))
    units = (chosen,) if own is None and not below and chosen else own
    return Filters(
        campaign=campaign.key,
        ledger=ledger.key if ledger else "",
        unit_ids=units,
        text=_text(args, "q"),
        below=below,
        sort=_sort(args.get("sort", "")),
        page=_page(args.get("page", "")),
        stand=_stand(args.get("state", ""), ledger),
        stage=args["stage"] if ledger and ledger.state(args.get("stage", "")) else "",
        views=_views(args, campaign, ledger),
        place=_text(args, "place"),
        key=args.get("key") == "1",
        look=args.get("look") == "1",
        since=_day(args.get("from", "")),
        until=_day(args.get("to", "")),
        hidden=args.get("hidden") == "1",
    )


def the_ledger(campaign: Campaign, args: Mapping[str, str]) -> Ledger | None:
    """The one asked for; where a campaign keeps one alone, that."""
    found = campaign.ledger(args.get("ledger", ""))
    return campaign.ledgers[0] if found is None and len(campaign.ledgers) == 1 else found


def is_staged(ledger: Ledger | None) -> bool:
    """Whether its entries are worked on until they are done."""
    return ledger is not None and (bool(ledger.states) or ledger.closing is not None)


def view_fields(campaign: Campaign, ledger: Ledger) -> list[tuple[Field, tuple[Choice, ...]]]:
    """The fields by which the ledger is counted, with their choices."""
    fields = {f.key: f for f in ledger.fields}
    return [(fields[key], campaign.code_list(fields[key].choices).choices) for key in ledger.views[:3]]


def tidy(query: str) -> str:
    """A query string with what the list knows, nothing else: as it is saved."""
    given = dict(parse_qsl(query[:2000], max_num_fields=None))
    return urlencode([(k, given[k][:LONGEST]) for k in KEYS if given.get(k)])


def _views(args: Mapping[str, str], campaign: Campaign, ledger: Ledger | None) -> tuple[str, str, str]:
    chosen = ["", "", ""]
    for n, (_field, choices) in enumerate(view_fields(campaign, ledger) if ledger else ()):
        given = args.get(f"v{n + 1}", "")
        chosen[n] = given if any(c.key == given for c in choices) else ""
    return chosen[0], chosen[1], chosen[2]


def _stand(text: str, ledger: Ledger | None) -> Stand:
    """Of a ledger that is worked on, what is open is shown first."""
    if text in list(Stand):
        return Stand(text)
    return Stand.OPEN if is_staged(ledger) else Stand.ALL


def _text(args: Mapping[str, str], key: str) -> str:
    return args.get(key, "").strip()[:LONGEST].replace("\0", "")


def _page(text: str) -> int:
    return min(max(int(text), 1), MAX_PAGE) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def _sort(text: str) -> Sort:
    return Sort(text) if text in list(Sort) else Sort.KNOWN


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except Unusable:
        return None
