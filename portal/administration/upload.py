"""Rows of an uploaded .csv or .xlsx as texts."""

from __future__ import annotations

from datetime import date
from typing import IO, Protocol

from portal.core.errors import Invalid
from portal.core.text import Message, _
from portal.documents.reading import Cell, Limits, read_rows
from portal.tenants.calendar import parse_rows

_LIMITS = Limits(rows=500, columns=10, bytes=1024 * 1024)


class Upload(Protocol):
    """The part of werkzeug's ``FileStorage`` that is used."""

    filename: str | None

    @property
    def stream(self) -> IO[bytes]: ...


def read_upload(upload: Upload) -> list[list[str]]:
    """``Invalid`` on ``file`` says what is wrong with it."""
    name = (upload.filename or "").lower()
    data = upload.stream.read(_LIMITS.bytes + 1)
    if len(data) > _LIMITS.bytes:
        raise Invalid({"file": Message(_("文件超过 %(n)s MB，请核对。"), n=_LIMITS.bytes // 1024 // 1024)})
    if name.endswith(".xlsx"):
        return [[_text(cell) for cell in row.cells] for row in read_rows(data, _LIMITS)]
    if not name.endswith(".csv"):
        raise Invalid({"file": _("只收 .csv 或 .xlsx 文件，请另存后再选。")})
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return parse_rows(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise Invalid({"file": _("文件编码无法识别，请另存为 UTF-8 的 .csv。")})


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell.isoformat()[:10] if isinstance(cell, date) else str(cell)
