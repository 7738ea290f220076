"""What a file is, by its content. A name is only what somebody wrote on the cover.

Taken in: PDF, Word, Excel and PowerPoint as Office or WPS write them, OFD, JPEG, PNG and plain text. What a
browser or Windows would run (HTML, SVG, XML, MHT, programs, macros) and archives are refused. A file that is
two things at once is served as the one it was taken for, as a download that no page can run.
"""

from __future__ import annotations

import unicodedata
import zipfile
from dataclasses import dataclass
from io import BytesIO

from portal.core.text import Text, _

OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES = {
    "pdf": "application/pdf",
    "docx": f"{OFFICE}wordprocessingml.document",
    "xlsx": f"{OFFICE}spreadsheetml.sheet",
    "pptx": f"{OFFICE}presentationml.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ofd": "application/ofd",
    "jpg": "image/jpeg",
    "png": "image/png",
    "txt": "text/plain",
}
"""Kind -> media type."""
SUFFIXES = {"doc": ("doc", "wps"), "xls": ("xls", "et"), "jpg": ("jpg", "jpeg")}
"""Endings that go with a kind, the usual one first; for all others the kind itself."""

MEMBERS, INFLATED, RATIO, SMALL = 2000, 50 * 1024 * 1024, 100, 4 * 1024 * 1024
"""Most members of an archive, bytes of all inflated, and how well a member over ``SMALL`` may be compressed."""

REASONS: dict[str, Text] = {
    "other": _("不能识别这个文件。只收 PDF、Word、Excel、PPT、WPS、OFD、JPG、PNG 和 TXT 文件。"),
    "archive": _("不收压缩包。请解压后逐个上传。"),
    "page": _("不收网页、SVG、XML 和邮件存档。请另存为 PDF 后上传。"),
    "program": _("不收程序和脚本。"),
    "macros": _("文件含有宏，不予接收。请另存为不含宏的格式后上传。"),
    "encrypted": _("文件加了打开密码，无法检查。请取消密码后上传。"),
    "damaged": _("文件已损坏或不完整。请重新另存一份后上传。"),
    "bomb": _("文件展开后过大。请删去大图片或拆分后上传。"),
}

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = ("<!doctype", "<html", "<head", "<body", "<script", "<svg", "<?xml", "<iframe", "mime-version:")
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"L\x00\x00\x00\x01\x14\x02\x00",
)
_SCRIPTS = ("@echo off", "<%", "<?php")


class Unwanted(ValueError):
    """``reason``: a key of ``REASONS``."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Recognised:
    kind: str
    archive: zipfile.ZipFile | None = None
    text: str = ""
    """Of a plain text file."""


def recognise(content: bytes) -> Recognised:
    """The kind of a whole file; ``Unwanted`` for anything that is not taken in."""
    if content.startswith(b"%PDF-"):
        return Recognised("pdf")
    if content.startswith(b"PK"):
        return _recognise_archive(content)
    if content.startswith(_OLE):
        return _recognise_ole(content)
    if content.startswith(b"\xff\xd8\xff"):
        return Recognised("jpg")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Recognised("png")
    if content.startswith((b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")):
        raise Unwanted("archive")
    if content.startswith(_PROGRAMS):
        raise Unwanted("program")
    return Recognised("txt", text=_read_text(content))


def _recognise_archive(content: bytes) -> Recognised:
    """By the directory alone; nothing is unpacked but the small list of content types."""
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unwanted("damaged") from error
    members = archive.infolist()
    names = {m.filename for m in members}
    kind = _kind_of(names)
    if kind is None:
        raise Unwanted("archive")
    if len(members) > MEMBERS or sum(m.file_size for m in members) > INFLATED:
        raise Unwanted("bomb")
    for member in members:
        name = member.filename.replace("\\", "/")
        if (
            member.external_attr >> 28 == 0xA
            or name.startswith("/")
            or ".." in name.split("/")
            or ":" in name
        ):
            raise Unwanted("damaged")
        if member.flag_bits & 1:
            raise Unwanted("encrypted")
        if any(mark in name.lower() for mark in ("vbaproject.bin", "macrosheets/", "activex/")):
            raise Unwanted("macros")
        if member.file_size > max(RATIO * member.compress_size, SMALL):
            raise Unwanted("bomb")
    if kind != "ofd" and b"macroEnabled" in read_member(archive, "[Content_Types].xml", SMALL):
        raise Unwanted("macros")
    return Recognised(kind, archive)


def _kind_of(names: set[str]) -> str | None:
    if "OFD.xml" in names:
        return "ofd"
    if "[Content_Types].xml" not in names:
        return None
    parts = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
    return next((kind for part, kind in parts.items() if part in names), None)


def read_member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """At most ``most`` bytes of a member, whatever its directory says; ``Unwanted`` beyond."""
    try:
        with archive.open(name) as stream:
            content = stream.read(most + 1)
    except Exception as error:  # zipfile raises all kinds of things on broken members
        raise Unwanted("damaged") from error
    if len(content) > most:
        raise Unwanted("bomb")
    return content


def _recognise_ole(content: bytes) -> Recognised:
    """Names of streams stand in the file as UTF-16."""

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in content

    if holds("EncryptedPackage"):
        raise Unwanted("encrypted")
    if holds("_VBA_PROJECT"):
        raise Unwanted("macros")
    if holds("WordDocument"):
        return Recognised("doc")
    if holds("Workbook") or holds("Book"):
        return Recognised("xls")
    raise Unwanted("other")


def _read_text(content: bytes) -> str:
    codecs = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for codec in codecs:
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        if any(unicodedata.category(letter) == "Cc" and letter not in "\t\r\n\f" for letter in set(text)):
            break
        small = text.lower()
        if any(mark in small for mark in _MARKUP) or small.lstrip().startswith("<"):
            raise Unwanted("page")
        if any(mark in small for mark in _SCRIPTS) or small.lstrip().startswith("#!"):
            raise Unwanted("program")
        return text
    raise Unwanted("other")
