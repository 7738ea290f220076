"""Files of every kind, made for a test."""

from __future__ import annotations

import io
import zipfile
import zlib

from docx import Document
from openpyxl import Workbook

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


JPG = b"\xff\xd8\xff\xe0" + b"\0" * 40


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def archive(**members: bytes | str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name.replace("__", "/").replace("_x", "."), content)
    return stream.getvalue()


def word(*paragraphs: str, title: str = "") -> bytes:
    stream, document = io.BytesIO(), Document()
    for text in paragraphs:
        document.add_paragraph(text)
    document.core_properties.title = title
    document.save(stream)
    return stream.getvalue()


def sheet(*cells: str) -> bytes:
    stream, book = io.BytesIO(), Workbook()
    for text in cells:
        book.worksheets[0].append([text])
    book.save(stream)
    return stream.getvalue()


TYPES = "[Content_Types].xml"


def office(part: str, *more: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in ((TYPES, b"<Types/>"), (part, b"<a/>"), *more):
            made.writestr(name, content)
    return stream.getvalue()


STREAM = "机密★1年".encode("utf-16-be")


DEFLATED = zlib.compress(b"BT (\xfe\xff" + STREAM + b") Tj ET")
