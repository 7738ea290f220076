"""Whose sheet it is: the keyed mark that goes out on a hidden sheet, and finding it again in what comes back."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import NamedTuple

from portal.documents.paper import HIDDEN
from portal.documents.reading import Page

PURPOSE = "sheet"
"""Of the key (``Keys.derive``) that signs a mark."""


@dataclass(frozen=True)
class Mark:
    """Which form of which unit and period a sheet is; ``table`` '' = the form itself. Ids are texts: a
    spreadsheet would round them."""

    tenant: str
    campaign: str
    form: str
    version: str
    local: str
    period: str
    unit_id: str
    submission_id: str
    table: str = ""

    def digest(self, key: bytes) -> str:
        return hmac.digest(key, json.dumps(astuple(self)).encode(), hashlib.sha256).hex()


MARK_HEAD = ("sheet", *(f.name for f in fields(Mark)), "digest")


class Part(NamedTuple):
    """A sheet with the mark it was given out with; ``genuine`` False when the digest does not fit."""

    page: Page
    mark: Mark | None
    genuine: bool


def split_book(pages: Sequence[Page], key: bytes) -> list[Part]:
    """The visible sheets, each with its mark: by the name of the tab, and renamed ones by their place."""
    visible = [p for p in pages if not p.hidden]
    hidden = next((p for p in pages if p.hidden and p.name.startswith(HIDDEN)), None)
    marks = _read_marks(hidden, key) if hidden else []
    by_name = {p.name: n for n, p in enumerate(visible)}
    of = {by_name[name]: (mark, genuine) for name, mark, genuine in marks if name in by_name}
    for place, (name, mark, genuine) in enumerate(marks):
        if name not in by_name and place < len(visible) and place not in of:
            of[place] = (mark, genuine)
    return [Part(page, *of.get(n, (None, False))) for n, page in enumerate(visible)]


def _read_marks(page: Page, key: bytes) -> list[tuple[str, Mark, bool]]:
    found = []
    for row in page.rows[1:]:
        texts = [str(c) if c is not None else "" for c in row.cells[: len(MARK_HEAD)]]
        if len(texts) == len(MARK_HEAD) and texts[1]:
            mark = Mark(*texts[1:-1])
            found.append((texts[0], mark, hmac.compare_digest(mark.digest(key).encode(), texts[-1].encode())))
    return found
