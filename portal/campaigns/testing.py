"""For the tests of a plugin: is the campaign sound, and what exactly does it declare?

``check_campaign(campaign)`` fails with every fault it finds. ``catalogue(campaign)`` is the snapshot to keep
as a golden file, so that each change of a duty, a threshold or a label is seen in review.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from typing import Any

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.forms import Field, FieldKind, Form, Grade
from portal.campaigns.problems import problems
from portal.campaigns.sources import Values

_TYPES: dict[FieldKind, tuple[type, ...]] = {
    FieldKind.INTEGER: (int,),
    FieldKind.MONEY: (int,),
    FieldKind.FLAG: (bool,),
    FieldKind.CHOICES: (list, tuple),
}


def check_campaign(campaign: Campaign) -> None:
    """Raise ``AssertionError`` with every problem of the declaration and every example not accepted."""
    found = [str(p) for p in problems(campaign)]
    if not found:
        for form in campaign.forms:
            found += _form(campaign, form)
        for ledger in campaign.ledgers:
            for example in ledger.examples:
                found += _values(campaign, ledger, ledger.fields, example)
        for threshold in campaign.thresholds:
            found += _threshold(campaign, threshold.key)
    assert not found, f"{campaign.key}:\n" + "\n".join(found)


def _form(campaign: Campaign, form: Form) -> Iterator[str]:
    yield from _values(campaign, form, form.fields, form.example)
    for check in form.checks:
        said = check.find(form.example)
        if said is not None and check.grade is Grade.ERROR:
            yield f"{form.key}: check {check.key} refuses the example: {said}"
    for metric in form.metrics:
        try:
            metric.evaluate(form.example)
            metric.evaluate({f.key: None for f in form.fields})
        except Exception as error:
            yield f"{form.key}: metric {metric.key} raises {type(error).__name__}: {error}"


def _values(
    campaign: Campaign, owner: Form | Ledger, fields: tuple[Field, ...], example: Values
) -> Iterator[str]:
    for field in fields:
        value: Any = example.get(field.key)
        place = f"{owner.key}.{field.key}"
        if value is None:
            if field.required:
                yield f"{place}: the example leaves a required field empty"
        elif not isinstance(value, _TYPES.get(field.kind, (str,))) or (
            isinstance(value, bool) and field.kind is not FieldKind.FLAG
        ):
            yield f"{place}: {value!r} is no {field.kind.value}"
        elif field.choices:
            keys = {c.key for c in campaign.code_list(field.choices).choices}
            given: Any = value if field.kind is FieldKind.CHOICES else [value]
            yield from (f"{place}: no choice {key!r}" for key in given if key not in keys)
        elif isinstance(value, int) and not isinstance(value, bool):
            if field.minimum is not None and value < field.minimum:
                yield f"{place}: {value} is below {field.minimum}"
            if field.maximum is not None and value > field.maximum:
                yield f"{place}: {value} is above {field.maximum}"


def _threshold(campaign: Campaign, key: str) -> Iterator[str]:
    """A threshold must answer for every example of its ledger and for an entry with nothing filled in."""
    threshold = next(t for t in campaign.thresholds if t.key == key)
    ledger = campaign.ledger(threshold.ledger)
    assert ledger is not None
    for values in (*ledger.examples, {f.key: None for f in ledger.fields}):
        try:
            if threshold.when(values):
                str(threshold.reason(values))
        except Exception as error:
            yield f"threshold {key} raises {type(error).__name__}: {error}"


def catalogue(campaign: Campaign) -> dict[str, Any]:
    """Everything declared, JSON-ready: functions by their name, dates in ISO, texts in Chinese."""
    found = _plain(campaign)
    assert isinstance(found, dict)
    return found


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(_plain(v) for v in value)
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if callable(value):
        return getattr(value, "__qualname__", type(value).__qualname__)
    return str(value)
