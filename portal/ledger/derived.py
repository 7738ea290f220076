"""What follows from the values of an entry: its problems and hints, the views it is counted by, since when it is key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from portal.campaigns.declarations import Ledger
from portal.campaigns.forms import Grade
from portal.campaigns.sources import Values
from portal.campaigns.workflow import KeyReason
from portal.core.clock import SHANGHAI
from portal.core.errors import Invalid, PluginError
from portal.core.text import Message, Text, _
from portal.ledger.models import Closing, Record

Hint = tuple[str, Message]
"""Field it is shown at, and the sentence."""


def facts_of(values: Values, *, title: str, place: str, known_at: datetime) -> dict[str, Any]:
    """What the pure functions of a plugin are asked with: the values and the portal's own fields, as in ``Draw``."""
    known_on = known_at.astimezone(SHANGHAI).date().isoformat()
    return {**values, "known_on": known_on, "title": title, "place": place}


def facts_of_record(found: Record) -> dict[str, Any]:
    return facts_of(found.values, title=found.title, place=found.place, known_at=found.known_at)


def check_entry(ledger: Ledger, facts: Values) -> None:
    """``Invalid`` at the fields of every rule that the entry breaks (``Grade.ERROR``)."""
    problems: dict[str, Message | Text] = {}
    for check in ledger.checks:
        if check.grade is Grade.ERROR:
            said = _ask(ledger, check.find, facts)
            if said is not None:
                problems.setdefault(check.fields[0] if check.fields else "", said)
    if problems:
        raise Invalid(problems)


def find_hints(ledger: Ledger, facts: Values) -> list[Hint]:
    """Doubts about single values and about the whole; they stop nothing."""
    found: list[Hint] = []
    for field in ledger.fields:
        value = facts.get(field.key)
        if field.warn is not None and value not in (None, "", []):
            said = _ask(ledger, field.warn, value)
            if said is not None:
                found.append((field.key, said))
    for check in ledger.checks:
        if check.grade is not Grade.ERROR:
            said = _ask(ledger, check.find, facts)
            if said is not None:
                found.append((check.fields[0] if check.fields else "", said))
    return found


def by_field(hints: list[Hint]) -> Mapping[str, Message]:
    """The first of each field, as the page of a form shows it."""
    return dict(reversed(hints))


def find_key_reasons(ledger: Ledger, facts: Values) -> tuple[KeyReason, ...]:
    """Why it is a key matter or will be one, the earliest first."""
    if ledger.key_reasons is None:
        return ()
    return tuple(sorted(_ask(ledger, ledger.key_reasons, facts), key=lambda r: r.since or _known_on(facts)))


def key_from(ledger: Ledger, facts: Values) -> date | None:
    """Day since which it is a key matter, or will be; a reason without a day holds from the day of knowing."""
    return min((r.since or _known_on(facts) for r in find_key_reasons(ledger, facts)), default=None)


def derive(ledger: Ledger, found: Record) -> None:
    """Write what follows from the values into the entry's own columns; after every change of them."""
    facts = facts_of_record(found)
    found.key_from = key_from(ledger, facts)
    views = [str(facts.get(key) or "")[:48] for key in ledger.views[:3]]
    found.view_1, found.view_2, found.view_3 = (*views, "", "", "")[:3]
    if not found.stage and ledger.states:
        found.stage = ledger.states[0].key
    settle_end(ledger, found)


def settle_end(ledger: Ledger, found: Record) -> None:
    """A final entry of a ledger that asks for no 销号 has ended."""
    state = ledger.state(found.stage)
    ended = ledger.closing is None and state is not None and state.final
    if ended and not found.closing:
        found.closing = Closing.ENDED.value
    elif found.closing == Closing.ENDED and not ended:
        found.closing = Closing.NONE.value


def _known_on(facts: Values) -> date:
    return date.fromisoformat(str(facts["known_on"]))


def _ask(ledger: Ledger, function: Any, value: Any) -> Any:
    try:
        return function(value)
    except Exception as error:  # a plugin may raise anything
        raise PluginError(
            Message(_("台账“%(label)s”的核对规则出错，请告知系统管理员。"), label=ledger.label)
        ) from error
