"""What one cell of an uploaded form says, whatever kind of field it belongs to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from difflib import get_close_matches

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Field, FieldKind
from portal.core.clock import SHANGHAI
from portal.core.secret import Secret
from portal.core.text import Message, Text, _, written
from portal.documents.amounts import NOTHING, Reading, read_amount, refusal
from portal.documents.reading import Cell, Formula
from portal.web.declared import show_value
from portal.web.inputs import Unusable, clean_text, parse_date, parse_moment

EXACT = 10**15
"""A spreadsheet keeps fifteen digits; what stood behind them is zeros now."""
FIGURES = (FieldKind.INTEGER, FieldKind.MONEY)
_NO_RESULT = _("是公式，没有计算结果。请在 WPS 或 Excel 中打开并保存后再上传，或直接填数字。")
_TRUNCATED = _("超过 15 位，表格软件已把后面的位数改成 0。请把单元格格式设为“文本”后重新填写。")
_SPLIT = re.compile(written("[、，,；;\n]+"))
_YES = frozenset(written("是 有 √ ✓ ✔ ☑ y yes 1 true").split())
_NO = frozenset(written("否 无 没有 × ✗ ☐ n no 0 false").split())
_COMPACT = re.compile(r"(20[0-9]{2})([01][0-9])([0-3][0-9])")


def read_cell(cell: Cell | Formula, field: Field, campaign: Campaign) -> Reading:
    """The cell as a value of ``field``, as it is stored."""
    if isinstance(cell, Formula):
        return _of_formula(cell, field, campaign)
    if cell is None or (isinstance(cell, str) and not cell.strip(" \t\r\n\u3000\u00a0")):
        return NOTHING
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= EXACT:
        return refusal(_TRUNCATED)
    try:
        return _READERS[field.kind](cell, field, campaign)
    except Unusable as error:
        return refusal(error.message)


def typed_text(cell: Cell | Formula) -> str:
    """The cell as a person sees it."""
    if isinstance(cell, Formula):
        return f"={cell.text}"[:80]
    if cell is None:
        return ""
    return _number_text(cell) if isinstance(cell, float) else str(cell)


def _of_formula(cell: Formula, field: Field, campaign: Campaign) -> Reading:
    if cell.result is None:
        return refusal(_NO_RESULT)
    found = read_cell(cell.result, field, campaign)
    if found.value is None:
        return found if found.sentence else refusal(_NO_RESULT)
    text = _("是公式（=%(formula)s），结果为 %(value)s，请确认。")
    shown = show_value(field, found.value, campaign)
    return Reading(found.value, False, Message(text, formula=cell.text or "…", value=shown))


def _number_text(number: float) -> str:
    """Fifteen digits, as a spreadsheet shows them: the sixteenth is noise of binary numbers."""
    return format(Decimal(f"{number:.15g}"), "f")


def _figure(cell: Cell, field: Field, _campaign: Campaign) -> Reading:
    match cell:
        case bool():
            return refusal(_("是逻辑值，不是数字。"))
        case date():
            text = _("是日期 %(day)s，不是数字；表格软件可能把“3-5”一类的内容自动改成了日期。")
            return refusal(Message(text, day=cell.isoformat()[:10]))
        case int() | float():
            return read_amount(_number_text(cell) if isinstance(cell, float) else str(cell), field)
    return read_amount(str(cell), field)


def _text(cell: Cell, field: Field, _campaign: Campaign) -> Reading:
    if isinstance(cell, bool):
        cell = str(_("是") if cell else _("否"))
    plain = cell.isoformat()[:10] if isinstance(cell, date) else typed_text(cell)
    clean = clean_text(plain, field.max_length, lines=field.kind is FieldKind.LONG_TEXT) or None
    return Reading(Secret(clean) if clean and field.sensitive else clean, True)


def _date(cell: Cell, _field: Field, _campaign: Campaign) -> Reading:
    if isinstance(cell, date):
        return Reading(cell.isoformat()[:10], True)
    text = typed_text(cell).strip()
    if found := _COMPACT.fullmatch(text):
        day = parse_date("-".join(found.groups())).isoformat()
        return Reading(day, False, Message(_("“%(typed)s”读作 %(value)s，请确认。"), typed=text, value=day))
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    return Reading(parse_date(plain).isoformat(), True)


def _moment(cell: Cell, _field: Field, _campaign: Campaign) -> Reading:
    if isinstance(cell, datetime):
        return Reading(cell.replace(tzinfo=SHANGHAI).isoformat(), True)
    text = cell.isoformat() if isinstance(cell, date) else typed_text(cell)
    try:
        return Reading(parse_moment(text).isoformat(), True)
    except Unusable as error:
        try:
            day = parse_date(text)
        except Unusable:
            raise error from None
    moment = datetime.combine(day, time(0), SHANGHAI)
    said = Message(_("只有日期，读作 %(day)s 0 时，请确认。"), day=day.isoformat())
    return Reading(moment.isoformat(), False, said)


def _key(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()


def _choice(cell: Cell, field: Field, campaign: Campaign) -> Reading:
    return Reading(_named([typed_text(cell)], field, campaign)[0], True)


def _choices(cell: Cell, field: Field, campaign: Campaign) -> Reading:
    given = [part for part in _SPLIT.split(typed_text(cell)) if part.strip()]
    return Reading(_named(given, field, campaign) or None, True)


def _named(given: list[str], field: Field, campaign: Campaign) -> list[str]:
    """Keys of the choices that these words mean, in the order of their list."""
    choices = campaign.code_list(field.choices).choices
    keys = {_key(c.label): c.key for c in choices} | {_key(c.key): c.key for c in choices}
    for word in given:
        if _key(word) not in keys:
            raise _unknown(word.strip()[:30], keys, {c.key: c.label for c in choices})
    chosen = {keys[_key(word)] for word in given}
    return [c.key for c in choices if c.key in chosen]


def _unknown(word: str, keys: Mapping[str, str], labels: Mapping[str, str]) -> Unusable:
    """Names the choice that reads most alike, where there is one."""
    near = get_close_matches(_key(word), keys, n=1, cutoff=0.5)
    if near:
        text = _("“%(typed)s”不在选项中，最接近的是“%(near)s”，请从下拉列表选择。")
        return Unusable(Message(text, typed=word, near=labels[keys[near[0]]]))
    return Unusable(Message(_("“%(typed)s”不在选项中，请从下拉列表选择。"), typed=word))


def _flag(cell: Cell, _field: Field, _campaign: Campaign) -> Reading:
    word = _key(typed_text(cell)) if not isinstance(cell, bool) else str(cell).casefold()
    if word in _YES:
        return Reading(True, True)
    if word in _NO:
        return Reading(False, True)
    return refusal(Message(_("“%(typed)s”应填“是”或“否”。"), typed=typed_text(cell)[:30]))


def _files(_cell: Cell, _field: Field, _campaign: Campaign) -> Reading:
    return NOTHING


_READERS: dict[FieldKind, Callable[[Cell, Field, Campaign], Reading]] = {
    FieldKind.INTEGER: _figure,
    FieldKind.MONEY: _figure,
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _text,
    FieldKind.DATE: _date,
    FieldKind.MOMENT: _moment,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.FLAG: _flag,
    FieldKind.FILES: _files,
}


def in_unit(cell: Cell | Formula, field: Field, campaign: Campaign, unit: str) -> Reading:
    """A figure whose row names another unit than the form does: read in that unit, and always confirmed."""
    found = read_cell(cell, replace(field, unit=Text(unit)), campaign)
    if found.value is None:
        return found
    text = _("表中计量单位写的是“%(unit)s”，本栏以%(own)s为单位：读作 %(value)s %(own)s，请确认。")
    shown = show_value(field, found.value, campaign)
    return Reading(found.value, False, Message(text, unit=unit, own=field.unit, value=shown))
