"""Rows of an uploaded .csv or .xlsx. A workbook is opened in a child process: a hostile one kills that."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from typing import IO, Protocol

from portal.core.errors import Invalid
from portal.core.text import Message, Text, _
from portal.tenants.calendar import parse_rows

_LARGEST = 1024 * 1024
_LARGEST_UNPACKED = 16 * 1024 * 1024
_MOST_PARTS = 200
_SECONDS = 20
_CHILD = """
import io, json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
from python_calamine import CalamineWorkbook
book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)[:500]
print(json.dumps([[str(c) for c in r[:10]] for r in rows if any(c != "" for c in r)]))
"""


class Upload(Protocol):
    """The part of werkzeug's ``FileStorage`` that is used."""

    filename: str | None

    @property
    def stream(self) -> IO[bytes]: ...


def read_upload(upload: Upload) -> list[list[str]]:
    name = (upload.filename or "").lower()
    data = upload.stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise _refused(Message(_("文件超过 %(n)s MB，请核对。"), n=_LARGEST // 1024 // 1024))
    if name.endswith(".xlsx"):
        return _read_workbook(data)
    if not name.endswith(".csv"):
        raise _refused(_("只收 .csv 或 .xlsx 文件，请另存后再选。"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return parse_rows(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise _refused(_("文件编码无法识别，请另存为 UTF-8 的 .csv。"))


def _read_workbook(data: bytes) -> list[list[str]]:
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        parts = []
    if not parts or len(parts) > _MOST_PARTS or sum(p.file_size for p in parts) > _LARGEST_UNPACKED:
        raise _refused(_("文件损坏或内容异常，请在表格软件中另存为 .xlsx 后重试。"))
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _CHILD],
            input=data,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
        rows: list[list[str]] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        raise _refused(_("文件无法打开，请在表格软件中另存为 .xlsx 后重试。")) from None
    return rows


def _refused(message: Message | Text) -> Invalid:
    return Invalid({"file": message})
