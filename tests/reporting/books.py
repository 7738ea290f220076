"""Workbooks as people use them: our sheet downloaded, filled with openpyxl, and sent up again."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import openpyxl
from flask.testing import FlaskClient
from openpyxl.worksheet.worksheet import Worksheet
from werkzeug.test import TestResponse

from tests.factories import csrf

LABEL, NOW = 3, 5
"""Columns of our sheet, as openpyxl counts them."""


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(content))


def saved(book: openpyxl.Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def row_of(page: Worksheet, label: str) -> int:
    """The row of the sheet on which the figure of this name stands."""
    return next(r for r in range(1, page.max_row + 1) if page.cell(r, LABEL).value == label)


def filled(content: bytes, cells: Mapping[str, Any], sheet: int = 0) -> bytes:
    """``cells``: label -> what is typed into 本期数."""
    book = opened(content)
    page = book.worksheets[sheet]
    for label, value in cells.items():
        page.cell(row_of(page, label), NOW).value = value
    return saved(book)


def send_file(client: FlaskClient, url: str, *contents: bytes, names: tuple[str, ...] = ()) -> TestResponse:
    """Post files to the upload page at ``url``."""
    names = names or tuple(f"{n}.xlsx" for n in range(1, len(contents) + 1))
    files = [(BytesIO(content), name) for content, name in zip(contents, names, strict=True)]
    return client.post(
        url, data={"csrf_token": csrf(client, url), "file": files}, content_type="multipart/form-data"
    )
