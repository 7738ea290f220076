"""A PDF as an eye sees it: lines of text with their places in millimetres, and where there is red."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]  # it ships no types

MM = 25.4 / 72
HEIGHT = 297.0


@dataclass(frozen=True)
class Line:
    text: str
    top: float
    bottom: float
    left: float
    right: float


def read_pages(path: Path) -> list[list[Line]]:
    """Lines of each page from top to bottom."""
    document = pypdfium2.PdfDocument(path)
    try:
        return [_lines(document[n]) for n in range(len(document))]
    finally:
        document.close()


Letter = tuple[float, tuple[float, float, float, float], str]
"""Baseline, box in points from the lower left, and the letter."""


def _lines(page: pypdfium2.PdfPage) -> list[Line]:
    text = page.get_textpage()
    rows: list[list[Letter]] = []
    for letter in sorted(_letters(text), key=lambda found: -found[0]):
        if not rows or rows[-1][0][0] - letter[0] > 4:
            rows.append([])
        rows[-1].append(letter)
    return [_line(sorted(row, key=lambda found: found[1][0])) for row in rows]


def _letters(text: pypdfium2.PdfTextPage) -> Iterator[Letter]:
    x, y = ctypes.c_double(), ctypes.c_double()
    for n in range(text.count_chars()):
        if (letter := text.get_text_range(n, 1)).strip():
            pypdfium2.raw.FPDFText_GetCharOrigin(text, n, x, y)
            yield y.value, text.get_charbox(n), letter


def _line(row: list[Letter]) -> Line:
    lefts, bottoms, rights, tops = zip(*(box for _y, box, _letter in row), strict=True)
    return Line(
        "".join(letter for _y, _box, letter in row), HEIGHT - max(tops) * MM, HEIGHT - min(bottoms) * MM,
        min(lefts) * MM, max(rights) * MM,
    )  # fmt: skip


def red_rows(path: Path, page: int = 0, scale: float = 2) -> list[tuple[float, float, float]]:
    """(millimetres from the top, first and last millimetre across) of every row of pixels that holds red."""
    document = pypdfium2.PdfDocument(path)
    try:
        bitmap = document[page].render(scale=scale)
        found, data = [], bytes(bitmap.buffer)
        for y in range(bitmap.height):
            row = data[y * bitmap.stride : y * bitmap.stride + bitmap.width * bitmap.n_channels]
            blue, green, red = (row[n :: bitmap.n_channels] for n in range(3))
            xs = [
                x
                for x, (b, g, r) in enumerate(zip(blue, green, red, strict=True))
                if r > 180 and b < 90 and g < 90
            ]
            if xs:
                found.append((y / scale * MM, xs[0] / scale * MM, xs[-1] / scale * MM))
        return found
    finally:
        document.close()


def red_bands(path: Path, page: int = 0) -> list[tuple[float, float, float, float]]:
    """(top, bottom, left, right) of what is red, one above the other."""
    bands: list[list[float]] = []
    for y, left, right in red_rows(path, page):
        if bands and y - bands[-1][1] < 0.6:
            bands[-1] = [bands[-1][0], y, min(bands[-1][2], left), max(bands[-1][3], right)]
        else:
            bands.append([y, y, left, right])
    return [(b[0], b[1], b[2], b[3]) for b in bands]
