"""The sheet of a ledger that goes out: its entries to be changed, empty lines for new ones, a keyed mark.

Always in Chinese, whoever draws it up: what comes back is known by these words.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields
from datetime import date, datetime
from typing import Any, BinaryIO, NamedTuple

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.forms import Field, FieldKind
from portal.core.clock import SHANGHAI
from portal.core.text import Message, Text, _
from portal.documents.long_table import TableColumn, TableLine, write_table
from portal.documents.paper import HIDDEN, Rule
from portal.documents.reading import Page
from portal.documents.sheet_cells import as_typed, cell_value, rule_of

PURPOSE = "sheet"
"""Of the key (``Keys.derive``) that signs a mark."""
SPARE = 200
NUMBER, VERSION = "-number", "-version"
"""Keys of the two locked columns; declared keys hold no hyphen."""
TITLE = Field(key="-title", label=_("事项名称"), kind=FieldKind.TEXT, max_length=120, required=True)
PLACE = Field(key="-place", label=_("地点"), kind=FieldKind.TEXT, max_length=120)
KNOWN = Field(key="-known_at", label=_("得知时间"), kind=FieldKind.MOMENT, required=True)
OWN = (TITLE, PLACE, KNOWN)
HEADS: dict[str, Text] = {NUMBER: _("编号"), VERSION: _("版次")}


@dataclass(frozen=True)
class Mark:
    """Which ledger of whom a sheet is. Ids are texts: a spreadsheet would round them."""

    tenant: str
    campaign: str
    ledger: str
    version: str
    unit_id: str

    def digest(self, key: bytes) -> str:
        return hmac.digest(key, json.dumps(["ledger", *astuple(self)]).encode(), hashlib.sha256).hex()


MARK_HEAD = ("ledger-sheet", *(f.name for f in fields(Mark)), "digest")


def version_of(campaign: Campaign, ledger: Ledger) -> str:
    """Changes when a column or a choice does."""
    said = [
        (
            f.key,
            f.kind,
            str(f.unit or ""),
            [c.key for c in campaign.code_list(f.choices).choices] if f.choices else [],
        )
        for f in ledger.fields
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:8]


def find_mark(pages: Sequence[Page], key: bytes) -> tuple[Mark, Page, bool] | None:
    """The mark, the sheet it belongs to and whether it is genuine; None where there is no mark of a ledger."""
    hidden = next((p for p in pages if p.hidden and p.name.startswith(HIDDEN)), None)
    visible = [p for p in pages if not p.hidden]
    texts = (
        [["" if c is None else str(c) for c in r.cells[: len(MARK_HEAD)]] for r in hidden.rows[:2]]
        if hidden
        else []
    )
    if len(texts) < 2 or texts[0] != list(MARK_HEAD) or len(texts[1]) != len(MARK_HEAD) or not visible:
        return None
    name, *given, digest = texts[1]
    mark = Mark(*given)
    page = next((p for p in visible if p.name == name), visible[0])
    return mark, page, hmac.compare_digest(mark.digest(key).encode(), digest.encode())


class Line(NamedTuple):
    """An entry as it goes out. ``typed``: column key -> what stands there instead of the value; ``wrong``: why."""

    number: str = ""
    version: str = ""
    title: str = ""
    place: str = ""
    known_at: datetime | None = None
    values: Mapping[str, Any] = {}
    typed: Mapping[str, Any] = {}
    wrong: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class LedgerSheet:
    campaign: Campaign
    ledger: Ledger
    mark: Mark
    unit: str
    day: date
    lines: Iterable[Line] = field(default_factory=tuple)
    spare: int = SPARE


def sheet_fields(ledger: Ledger) -> list[Field]:
    """The columns behind number and version: the portal's own, then the declared ones without attachments."""
    open_fields = (f for f in ledger.fields if f.kind is not FieldKind.FILES and f.key not in ledger.guarded)
    return [*OWN, *open_fields]


def head_of(f: Field) -> str:
    """With the unit of its figures: 面额合计（元）."""
    return f"{f.label}{_('（')}{f.unit}{_('）')}" if f.unit else str(f.label)


def write_sheet(stream: BinaryIO, sheet: LedgerSheet, key: bytes) -> None:
    columns = sheet_fields(sheet.ledger)
    note = _("说明：编号为空的行是新事项；改已有事项直接改白色格，不要改动编号；敏感栏不导出，留空表示不变。")
    day = Message(_("%(y)s年%(m)s月%(d)s日"), y=sheet.day.year, m=sheet.day.month, d=sheet.day.day)
    write_table(
        stream,
        title=str(sheet.ledger.label),
        line=str(Message(_("登记单位：%(unit)s　下载日期：%(day)s"), unit=sheet.unit, day=day)),
        note=str(note),
        columns=[
            TableColumn(head=str(HEADS[NUMBER]), width=16, locked=True),
            TableColumn(head=str(HEADS[VERSION]), width=6, locked=True, hidden=True),
            *(_column(f, sheet.campaign) for f in columns),
        ],
        lines=(_line(line, columns, sheet.campaign) for line in sheet.lines),
        spare=sheet.spare,
        mark=[MARK_HEAD, (*astuple(sheet.mark), sheet.mark.digest(key))],
    )


def _column(f: Field, campaign: Campaign) -> TableColumn:
    _value, kind = cell_value(f, None, campaign)
    rule = rule_of(f, campaign)
    if f.required:
        rule = rule or Rule(kind="any", heading=str(f.label), prompt="")
    width = (
        30.0
        if f.key == TITLE.key
        else 36.0
        if f.kind is FieldKind.LONG_TEXT
        else 17.0
        if f.kind is FieldKind.MOMENT
        else max(12.0, min(24.0, 2.0 * len(head_of(f)) + 2))
    )
    return TableColumn(head=head_of(f), width=width, kind=kind, rule=rule)


def _line(line: Line, columns: Sequence[Field], campaign: Campaign) -> TableLine:
    own = {TITLE.key: line.title, PLACE.key: line.place, KNOWN.key: line.known_at}
    cells: list[Any] = [line.number, line.version]
    for f in columns:
        if f.key in line.typed:
            cells.append(as_typed(line.typed[f.key], cell_value(f, None, campaign)[1]))
        elif f.key in own:
            value = own[f.key]
            cells.append(value.astimezone(SHANGHAI) if isinstance(value, datetime) else value)
        else:
            cells.append(None if f.sensitive else cell_value(f, line.values.get(f.key), campaign)[0])
    places = {f.key: n for n, f in enumerate(columns, 2)} | {NUMBER: 0, VERSION: 1}
    return TableLine(cells=cells, wrong={places.get(key, 2): why for key, why in line.wrong.items()})
