"""The story of an entry in words: what was changed from what to what; sensitive values stay hidden."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.forms import Field
from portal.core.i18n import translate
from portal.core.text import Text, _
from portal.ledger.models import RecordEvent
from portal.web.declared import show_value
from portal.web.inputs import moment_text

_EVENTS: dict[str, Text] = {
    "created": _("登记"),
    "changed": _("修改"),
    "important": _("标为重要"),
    "clock_ended": _("更正后不再达到急报条件，上报时限撤销"),
    "reported": _("报送初报，上级可见"),
}
_OWN_FIELDS: dict[str, Text] = {
    "entry-title": _("事项名称"),
    "entry-place": _("地点"),
    "entry-known_at": _("得知时间"),
    "clock": _("上报时限"),
}

Change = tuple[Text | str, str, str]
"""Label, before, after."""


@dataclass(frozen=True)
class Step:
    label: Text | str
    by: str
    at: datetime
    changes: tuple[Change, ...]


def tell(campaign: Campaign, ledger: Ledger | None, events: Iterable[RecordEvent]) -> list[Step]:
    return [
        Step(_EVENTS.get(e.kind, e.kind), e.by, e.at, tuple(_words(campaign, ledger, e.changes, hide=True)))
        for e in events
    ]


def compare(campaign: Campaign, ledger: Ledger, differences: Mapping[str, Sequence[Any]]) -> list[Change]:
    """For the second of two editors: what is stored now, and what they typed."""
    return list(_words(campaign, ledger, differences, hide=False))


def _words(
    campaign: Campaign, ledger: Ledger | None, changes: Mapping[str, Sequence[Any]], *, hide: bool
) -> Iterator[Change]:
    declared = {f.key: f for f in ledger.fields} if ledger else {}
    for key, (before, after) in changes.items():
        field = declared.get(key)
        if field is None:
            yield _OWN_FIELDS.get(key, key), _own_text(key, before), _own_text(key, after)
        elif hide and field.sensitive:
            hidden = str(translate(_("（敏感内容）")))
            yield field.label, hidden, hidden
        else:
            yield field.label, _with_unit(campaign, field, before), _with_unit(campaign, field, after)


def _own_text(key: str, value: Any) -> str:
    if key == "entry-known_at" and value:
        return moment_text(datetime.fromisoformat(value)).replace("T", " ")
    return str(value or "—")


def _with_unit(campaign: Campaign, field: Field, value: Any) -> str:
    shown = show_value(field, value, campaign)
    return f"{shown} {translate(field.unit)}" if field.unit and value is not None else shown
