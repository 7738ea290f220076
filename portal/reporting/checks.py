"""What is to be said about a form's figures: the form's own rules, and two that hold for every form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.campaigns.forms import Check, Comparison, Field, FieldKind, Form, Grade
from portal.campaigns.sources import Values
from portal.core.errors import PluginError
from portal.core.text import Message, _
from portal.figures.services import change_percent
from portal.web.declared import input_text

CARRIES = "carries."
"""Key of the built-in rule that an opening figure is the last closing one, before the field's key."""
CHANGE = "change."
AMENDED = "amended."
SUMMED = "summed."
FIGURES = (FieldKind.INTEGER, FieldKind.MONEY)
_WORTH_A_HINT = {FieldKind.INTEGER: 10, FieldKind.MONEY: 10_000_000}
"""Below (10, or 10 万元 in fen) a change in percent says nothing."""


@dataclass(frozen=True)
class BuiltIn:
    """A rule of the portal itself; like a ``Check`` in what a page needs of it."""

    key: str
    grade: Grade
    fields: tuple[str, ...]


Finding = tuple[Check | Comparison | BuiltIn, Message]


def findings(form: Form, values: Values, previous: Values | None = None) -> list[Finding]:
    """(rule, sentence) for each rule that has something to say.

    ``previous``: what the same unit filed for the period before, None where it filed nothing. A table without
    rows is an empty list; one that is not asked, or stands in no sum, is missing.
    A rule of a plugin that raises ends in ``PluginError`` with its key.
    """
    found: list[Finding] = []
    for check in form.checks:
        _ask(found, check, check.find, values)
    if previous is None:
        return found
    for rule in form.comparisons:
        _ask(found, rule, rule.find, values, previous)
    for field in form.fields:
        found += _carried_on(field, values, previous) + _changed_much(field, values, previous)
    return found


def county_findings(
    form: Form,
    sums: Values,
    amended: Mapping[str, Any],
    of_units: Values | None = None,
    previous: Values | None = None,
) -> list[Finding]:
    """The same rules over a county's figures, for the page on which it is put together.

    ``sums``: the county's sums (``current_sums`` or ``Report.values``). ``amended``: ``Report.amended``; an own
    figure stands in place of the sum when the rules are asked, and its difference from the sum is said.
    ``of_units``: the sums of the submissions themselves, to be compared with ``sums``. ``previous``: the
    county's figures of the period before. Nothing is raised for a gap: a field that nobody reported is unknown.
    """
    own = {key: given["value"] for key, given in amended.items()}
    found: list[Finding] = []
    for field in form.fields:
        total, units = sums.get(field.key), (of_units or {}).get(field.key)
        if field.kind not in FIGURES:
            continue
        if of_units is not None and (total or 0) != (units or 0):
            text = _("汇总数 %(a)s，各单位合计 %(b)s，差 %(d)s。")
            rule = BuiltIn(SUMMED + field.key, Grade.ERROR, (field.key,))
            found.append((rule, _difference(text, field, total or 0, units or 0)))
        if field.key in own and own[field.key] is not None and own[field.key] != (total or 0):
            text = _("各单位合计 %(a)s，本级填报 %(b)s，差 %(d)s。")
            rule = BuiltIn(AMENDED + field.key, Grade.EXPLAIN, (field.key,))
            found.append((rule, _difference(text, field, total or 0, own[field.key])))
    return found + findings(form, {**sums, **own}, previous)


def explained_rules(form: Form) -> list[str]:
    """Keys of the rules whose sentences ask for an explanation."""
    rules: list[Check | Comparison] = [*form.checks, *form.comparisons]
    declared = [r.key for r in rules if r.grade is Grade.EXPLAIN]
    return declared + [CARRIES + f.key for f in form.fields if f.carries]


def _ask(
    found: list[Finding], rule: Check | Comparison, find: Callable[..., Message | None], *given: Values
) -> None:
    try:
        sentence = find(*given)
    except Exception as error:
        raise PluginError(Message(_("校验规则 %(key)s 出错，请联系系统管理员。"), key=rule.key)) from error
    if sentence is not None:
        found.append((rule, sentence))


def _carried_on(field: Field, values: Values, previous: Values) -> list[Finding]:
    """期初 = 上期期末."""
    last, now = previous.get(field.carries) if field.carries else None, values.get(field.key)
    if last is None or now is None or last == now or field.kind not in FIGURES:
        return []
    text = _("上期期末 %(a)s，本期期初填报 %(b)s，差 %(d)s。")
    return [(BuiltIn(CARRIES + field.key, Grade.EXPLAIN, (field.key,)), _difference(text, field, last, now))]


def _changed_much(field: Field, values: Values, previous: Values) -> list[Finding]:
    now, last = values.get(field.key), previous.get(field.key)
    if field.kind not in FIGURES or now is None or not last:
        return []
    if max(abs(now), abs(last)) < _WORTH_A_HINT[field.kind]:
        return []
    change, base = now - last, abs(last)
    if change <= 2 * base and change * 5 >= -4 * base:
        return []
    up = _("上期 %(a)s，本期 %(b)s，增加 %(p)s%%，请核对。")
    down = _("上期 %(a)s，本期 %(b)s，减少 %(p)s%%，请核对。")
    percent = change_percent(now, last)
    assert percent is not None
    params = {"a": input_text(field, last), "b": input_text(field, now), "p": f"{abs(percent).normalize():f}"}
    return [
        (BuiltIn(CHANGE + field.key, Grade.HINT, (field.key,)), Message(up if change > 0 else down, **params))
    ]


def _difference(text: str, field: Field, a: int, b: int) -> Message:
    shown = {"a": input_text(field, a), "b": input_text(field, b), "d": input_text(field, abs(a - b))}
    return Message(text, **shown)
