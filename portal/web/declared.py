"""Declared fields on a page: read what was posted, show what is stored. One renderer for forms and ledgers.

Inputs carry the field's key as their name. Keys hold neither hyphen nor capital, so a page's own inputs
take a hyphen (``entry-title``) and never collide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Choice, Field, FieldKind
from portal.core.clock import SHANGHAI
from portal.core.i18n import join_words, translate
from portal.core.masking import mask
from portal.core.secret import Secret, looks_sealed
from portal.core.text import Message, Text, _
from portal.web.inputs import (
    Unusable,
    clean_text,
    moment_text,
    parse_date,
    parse_integer,
    parse_moment,
    parse_money,
    show_money,
)

Typed = dict[str, Any]
"""Field key -> what stands in the input: str, or list of str for several choices."""

_YES, _NO = _("是"), _("否")


def read_values(
    fields: Sequence[Field], posted: MultiDict[str, str], campaign: Campaign, *, on: date | None = None,
    files: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> tuple[dict[str, Any], Typed, dict[str, Message | Text]]:  # fmt: skip
    """Values for storage (every field, None where empty or wrong), the inputs as typed, and all problems.

    ``on``: day of the matter; choices that were not valid then are refused. Unknown keys are ignored.
    ``files``: field key -> the attachments that stand there, as a payload has them. Of these the form posts
    only the ids to be removed, as ``<key>-drop``; they are what was typed.
    """
    values: dict[str, Any] = {}
    typed: Typed = {}
    problems: dict[str, Message | Text] = {}
    for field in fields:
        if field.kind is FieldKind.FILES:
            typed[field.key] = dropped = posted.getlist(f"{field.key}-drop")
            kept = [dict(f) for f in (files or {}).get(field.key, ()) if str(f["id"]) not in dropped]
            values[field.key] = kept or None
            if field.required and not kept:
                problems[field.key] = Message(_("请上传“%(label)s”。"), label=field.label)
            continue
        given = posted.getlist(field.key)
        typed[field.key] = given if field.kind is FieldKind.CHOICES else (given[-1] if given else "")
        try:
            values[field.key] = value = _read(field, given, campaign, on)
            if value is None and field.required:
                chosen = field.kind in (FieldKind.CHOICE, FieldKind.CHOICES)
                ask = _("请选择“%(label)s”。") if chosen else _("请填写“%(label)s”。")
                problems[field.key] = Message(ask, label=field.label)
        except Unusable as error:
            values[field.key], problems[field.key] = None, error.message
    return values, typed, problems


def _read(field: Field, given: list[str], campaign: Campaign, on: date | None) -> Any:
    text = given[-1] if given else ""
    match field.kind:
        case FieldKind.FLAG:
            return bool(text)
        case FieldKind.CHOICES:
            return [c.key for c in _chosen(field, given, campaign, on)] or None
        case FieldKind.TEXT | FieldKind.LONG_TEXT:
            clean = clean_text(text, field.max_length, lines=field.kind is FieldKind.LONG_TEXT) or None
            return Secret(clean) if clean and field.sensitive else clean
    if not text.strip():
        return None
    match field.kind:
        case FieldKind.INTEGER:
            return _within(field, parse_integer(text, negative=field.minimum is None or field.minimum < 0))
        case FieldKind.MONEY:
            return _within(field, parse_money(text, field.unit or ""))
        case FieldKind.DATE:
            return parse_date(text).isoformat()
        case FieldKind.MOMENT:
            return parse_moment(text).isoformat()
        case _:
            return _chosen(field, [text], campaign, on)[0].key


def _within(field: Field, number: int) -> int:
    low, high = field.minimum, field.maximum
    if low is not None and number < low:
        raise Unusable(Message(_("不能小于 %(n)s。"), n=input_text(field, low)))
    if high is not None and number > high:
        raise Unusable(Message(_("不能大于 %(n)s。"), n=input_text(field, high)))
    return number


def _chosen(field: Field, given: Iterable[str], campaign: Campaign, on: date | None) -> list[Choice]:
    """The choices in the order of their list."""
    choices = campaign.code_list(field.choices).choices
    keys = {key for key in given if key}
    if keys - {c.key for c in choices}:
        raise Unusable(_("选项不在列表中，请重新选择。"))
    found = [c for c in choices if c.key in keys]
    for choice in found:
        if not in_force(choice, on):
            raise Unusable(Message(_("“%(label)s”在所填日期不适用，请另选。"), label=choice.label))
    return found


def in_force(choice: Choice, on: date | None) -> bool:
    return on is None or ((choice.valid_from or on) <= on <= (choice.valid_to or on))


def input_text(field: Field, value: Any) -> Any:
    """The stored value as it would be typed: a list of keys for several choices, of attachments what is to be
    removed of them (none), else a str."""
    if field.kind is FieldKind.FILES:
        return []
    if field.kind is FieldKind.CHOICES:
        return list(value or ())
    if value is None or value is False:
        return ""
    match field.kind:
        case FieldKind.FLAG:
            return "1"
        case FieldKind.INTEGER:
            return f"{value:,}"
        case FieldKind.MONEY:
            return show_money(value, field.unit or "")
        case FieldKind.MOMENT:
            return moment_text(datetime.fromisoformat(value))
        case _:
            return str(value)


def input_texts(fields: Iterable[Field], values: Mapping[str, Any]) -> Typed:
    """Stored values as the inputs of a form that is opened."""
    return {field.key: input_text(field, values.get(field.key)) for field in fields}


def show_value(field: Field, value: Any, campaign: Campaign, blank: str = "—") -> str:
    """For lists and paper, without the unit. Codes that a newer list dropped stay readable as keys.

    A sensitive text comes out masked, here and in ``show_stored``: pages that may show it in full do not ask here.
    """
    if value is None or value == []:
        return blank
    if isinstance(value, str) and (field.sensitive or isinstance(value, Secret) or looks_sealed(value)):
        return mask(field.mask, value)
    match field.kind:
        case FieldKind.FLAG:
            return str(translate(_YES if value else _NO))
        case FieldKind.CHOICE | FieldKind.CHOICES:
            labels = {c.key: c.label for c in campaign.code_list(field.choices).choices}
            keys = value if isinstance(value, list) else [value]
            return join_words(labels.get(key, key) for key in keys)
        case FieldKind.MOMENT:
            return datetime.fromisoformat(value).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        case FieldKind.INTEGER | FieldKind.MONEY:
            return str(input_text(field, value))
        case FieldKind.FILES:
            return join_words(file["name"] for file in value)
        case _:
            return str(value)


def show_size(size: int) -> str:
    """Bytes as people say them."""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(1, round(size / 1024))} KB"


def show_stored(field: Mapping[str, Any], value: Any, blank: str = "—") -> str:
    """A value beside its label as a ``FormSnapshot`` keeps them: readable without the plugin."""
    if value is None:
        return blank
    if isinstance(value, Secret) or looks_sealed(value):
        return mask(field.get("mask", "text"), value)
    match field["kind"]:
        case FieldKind.FILES:
            return join_words(file["name"] for file in value)
        case FieldKind.MONEY:
            return show_money(value, field["unit"])
        case FieldKind.INTEGER:
            return f"{value:,}"
        case FieldKind.CHOICE | FieldKind.CHOICES:
            keys = value if isinstance(value, list) else [value]
            return join_words(Text(field["choices"].get(key, key)) for key in keys)
    return str(translate(_YES if value else _NO)) if isinstance(value, bool) else str(value)
