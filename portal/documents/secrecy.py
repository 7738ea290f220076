"""Marks of secrecy in what somebody wants to attach: a portal on the intranet must not hold such papers.

保守国家秘密法 and GB/T 9704: the mark stands alone or with a star and a term (机密★1年), the copy number above it.
A rule that merely names 国家秘密 is no secret paper, so a bare word counts only where it stands alone, in a file's
name or in its properties. Read are names, plain text, the XML parts of Office and OFD files, the raw text of older
formats, and of PDF what lies open or is simply deflated; a scanned picture tells nothing.
"""

from __future__ import annotations

import re
import threading
import zipfile
import zlib
from collections.abc import Iterator
from io import StringIO
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from portal.documents.kinds import INFLATED, Recognised, Unwanted, read_member

# Chinese stands here as code points: it is compared with, never shown. 绝密 机密 秘密, 长期, 年月天, 级, 内部文件 内部资料,
# 注意保存/保密/保管 不得/严禁/请勿外传, 份号; a name may say 密码 密钥 and 商业 工作 国家 保守 泄露 个人秘密.
_GAP = r"[ \u3000\u00a0]{0,4}"
_LEVEL = rf"(?:\u7edd{_GAP}\u5bc6|\u673a{_GAP}\u5bc6|\u79d8{_GAP}\u5bc6)"
_TERM = r"(?:\u957f\u671f|[0-9\uff10-\uff19\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341]{1,3}[\u5e74\u6708\u5929])"
_STAR = re.compile(rf"{_LEVEL}{_GAP}[★☆]")
_ALONE = re.compile(rf"^\W{{0,3}}{_LEVEL}(?:{_GAP}\u7ea7)?{_GAP}{_TERM}?\W{{0,3}}$", re.MULTILINE)
_INNER = re.compile(r"^\W{0,3}\u5185\u90e8(?:\u6587\u4ef6|\u8d44\u6599)\W{0,3}$|\u5185\u90e8(?:\u6587\u4ef6|\u8d44\u6599)\W{0,3}(?:\u6ce8\u610f\u4fdd(?:\u5b58|\u5bc6|\u7ba1)|\u4e0d\u5f97\u5916\u4f20|\u4e25\u7981\u5916\u4f20|\u8bf7\u52ff\u5916\u4f20)",
                    re.MULTILINE)  # fmt: skip
_COPY = re.compile(
    rf"\u4efd{_GAP}\u53f7{_GAP}[:\uff1a]?{_GAP}[0-9\uff10-\uff19]{{1,6}}(?![0-9\uff10-\uff19])"
)
_NAME = re.compile(
    rf"\u7edd{_GAP}\u5bc6|\u673a{_GAP}\u5bc6(?![\u7801\u94a5])|\u79d8{_GAP}\u5bc6(?=[\u7ea7★☆_\uff08\uff09()\[\]\u3010\u3011.\-\s]|$)|\u5185\u90e8\u6587\u4ef6|\u5185\u90e8\u8d44\u6599"
)
_PUBLIC = re.compile(
    r"(?:\u5546\u4e1a|\u5de5\u4f5c|\u56fd\u5bb6|\u4fdd\u5b88|\u6cc4\u9732|\u4e2a\u4eba)\u79d8\u5bc6"
)
"""Of which a name may speak."""

PDF_INFLATED, PIECE, ATTEMPT = 20 * 1024 * 1024, 2 * 1024 * 1024, 10 * 1024
"""Bytes that are inflated of one PDF, and of one of its streams; what a stream costs at least, so that a file of
nothing but streams is left in time."""
ELEMENTS = 1_500_000
"""Of one file: a sheet of half a million cells. Each takes some microseconds, and this is done in a request."""
_SLOTS = threading.BoundedSemaphore(2)  # so that a rush of files cannot use up the machine
_LINE_ENDS = frozenset(
    {"p", "si", "TextObject", "oddHeader", "evenHeader", "firstHeader", "oddFooter", "tr", "br"}
)


def find_mark(name: str, content: bytes, recognised: Recognised) -> str:
    """The mark as it stands there, '' where there is none. May raise ``kinds.Unwanted`` for a broken file."""
    found = _NAME.search(_PUBLIC.sub("", name))
    if found:
        return found[0]
    with _SLOTS:
        for text, strict in _texts(content, recognised):
            found = _search(text, strict)
            if found:
                return found[0].strip()[:40]
    return ""


def find_mark_in(title: str, text: str = "") -> str:
    """The mark in what somebody types: ``title`` as a file's name, ``text`` as the lines of a plain file."""
    found = _search(title, True) or _search(text, False)
    return found[0].strip()[:40] if found else ""


def _search(text: str, properties: bool) -> re.Match[str] | None:
    patterns = (_NAME,) if properties else (_STAR, _ALONE, _INNER, _COPY)
    text = _PUBLIC.sub("", text) if properties else text
    return next((found for p in patterns if (found := p.search(text))), None)


def _texts(content: bytes, recognised: Recognised) -> Iterator[tuple[str, bool]]:
    """(text, whether these are properties) of the file, piece by piece."""
    if recognised.archive is not None:
        yield from _archive_texts(recognised.archive)
        return
    match recognised.kind:
        case "txt":
            yield recognised.text, False
        case "doc" | "xls":
            for start in (0, 1):
                yield _starred(content[start:].decode("utf-16-le", "replace")), False
            yield _starred(content.decode("gb18030", "replace")), False
        case "pdf":
            for piece in _pdf_pieces(content):
                yield _starred(piece.decode("utf-8", "replace")), False
                for start in (0, 1):
                    yield _starred(piece[start:].decode("utf-16-be", "replace")), False


def _starred(text: str) -> str:
    """Of binary data decoded at a venture only the plain marks are believed, not single words between noise."""
    return " ".join(found[0] for found in _STAR.finditer(text))


def _archive_texts(archive: zipfile.ZipFile) -> Iterator[tuple[str, bool]]:
    left, elements = INFLATED, ELEMENTS
    for member in archive.infolist():
        name = member.filename.lower()
        if name.endswith(".xml"):
            part = read_member(archive, member.filename, left)
            left -= len(part)
            found = _Text(name.startswith("docprops/"), elements)
            _read_xml(part, found)
            elements = found.left
            yield found.close(), found.properties


class _Text:
    """Collects the text of a part, one line for each paragraph, without building a tree."""

    def __init__(self, properties: bool, elements: int) -> None:
        self.text, self.left = StringIO(), elements
        self.properties = properties

    def start(self, _tag: str, _attributes: Any) -> None:
        self.left -= 1
        if self.left < 0:
            raise Unwanted("bomb")

    def data(self, text: str) -> None:
        self.text.write(text)

    def end(self, tag: str) -> None:
        if self.properties or tag.rpartition("}")[2] in _LINE_ENDS:
            self.text.write("\n")

    def close(self) -> str:
        return self.text.getvalue()


def _read_xml(part: bytes, into: _Text) -> None:
    parser = DefusedXMLParser(target=into, forbid_dtd=True)
    try:
        parser.feed(part)
        parser.close()
    except Unwanted:
        raise
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unwanted("damaged") from error


def _pdf_pieces(content: bytes) -> Iterator[bytes]:
    """The file itself, strings written in hexadecimal, and the deflated streams up to a bound."""
    yield content
    for found in re.finditer(rb"<FEFF([0-9A-Fa-f\s]{4,2000})>", content):
        digits = b"".join(found[1].split())
        yield bytes.fromhex(digits[: len(digits) // 4 * 4].decode("ascii"))
    view, left, place = memoryview(content), PDF_INFLATED, 0
    while left > 0 and (place := content.find(b"stream", place)) >= 0:
        place += len(b"stream")
        start = place
        while content[start : start + 1] in (b"\r", b"\n"):
            start += 1
        piece = _inflate(view[start : start + PIECE])
        left -= max(len(piece), ATTEMPT)
        yield piece


def _inflate(data: memoryview) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, PIECE)
    except zlib.error:
        return b""
