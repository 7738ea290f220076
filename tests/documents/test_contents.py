"""What a file is by its content, its name made clean, and the marks of secrecy in it."""

from __future__ import annotations

import io
import time
import zlib

import pytest
from docx import Document

from portal.documents.attachments import clean_name
from portal.documents.kinds import Unwanted, recognise
from portal.documents.secrecy import find_mark
from tests.documents.papers import DEFLATED, JPG, OLE, PDF, PNG, STREAM, archive, office, sheet, word


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "pdf"), (PNG, "png"), (JPG, "jpg"), (word("一"), "docx"), (sheet("一"), "xlsx"),
        (office("ppt/presentation.xml"), "pptx"), (office("OFD.xml"), "ofd"),
        (OLE + "WordDocument".encode("utf-16-le"), "doc"), (OLE + "Workbook".encode("utf-16-le"), "xls"),
        ("说明\r\n第二行".encode(), "txt"), ("说明".encode("gb18030"), "txt"), ("说明".encode("utf-16"), "txt"),
        ("\ufeff说明".encode(), "txt"),
    ],
)  # fmt: skip
def test_what_is_taken_in(content: bytes, kind: str) -> None:
    assert recognise(content).kind == kind


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "page"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><p>", "page"), (b"words <script>alert(1)</script>", "page"),
        (b"<?xml version='1.0'?><a/>", "page"), ("<html>".encode("utf-16"), "page"), (b"<b>x", "page"),
        (b"From: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related", "page"),
        (b"MZ\x90\0", "program"), (b"\x7fELF", "program"), (b"#!/bin/sh\n", "program"), (b"@echo off\r\ndir", "program"),
        (b"<?php phpinfo();", "page"), (b"a <?php phpinfo();", "program"),
        (archive(a_xtxt="x"), "archive"), (b"Rar!\x1a\x07", "archive"), (b"7z\xbc\xaf\x27\x1c", "archive"),
        (b"\x1f\x8b\x08", "archive"), (b"PK\x03\x04rest", "damaged"), (office("word/document.xml")[:-30], "damaged"),
        (office("xl/workbook.xml", ("xl/vbaProject.bin", b"x")), "macros"),
        (OLE + "Workbook_VBA_PROJECT".encode("utf-16-le"), "macros"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"), (OLE, "other"),
        (office("word/document.xml", ("../../x", b"x")), "damaged"),
        (office("word/document.xml", ("word/big.xml", b"0" * 30_000_000)), "bomb"),
        (b"\0\1\2\3", "other"), (b"GIF89a\0", "other"), (b"\xff\xfe\0", "other"),
    ],
)  # fmt: skip
def test_what_is_refused(content: bytes, reason: str) -> None:
    """A50, A62."""
    with pytest.raises(Unwanted) as caught:
        recognise(content)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"), ("C:\\Users\\x\\报表.docx", "报表.docx"), ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
        ("报\u202e表fdp.exe", "报表fdp.exe"), ("\u200b", "_"), ("", "_"), ("..", "_"), ("CON.pdf", "_CON.pdf"), ("nul", "_nul"),
        ("a\x00b.pdf", "ab.pdf"), ('"<>|?*.pdf', "_.pdf"), ("e\u0301.pdf", "\u00e9.pdf"), ("%2e%2e%2fa.pdf", "%2e%2e%2fa.pdf"),
    ],
)  # fmt: skip
def test_names_are_cleaned(given: str, kept: str) -> None:
    """A53, A54, A60."""
    assert clean_name(given) == kept


def test_a_long_name_keeps_its_ending() -> None:
    assert clean_name("长" * 500 + ".docx") == "长" * 115 + ".docx"
    assert len(clean_name("x" * 500)) == 120


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("机密-名单.txt", b"x"), ("（绝密）方案.pdf", PDF), ("秘密★.txt", b"x"), ("某内部文件.txt", b"x"),
        ("a.txt", "标题\n机密★1年\n正文".encode()), ("a.txt", "绝 密".encode("gb18030")), ("a.txt", "秘密 ☆长期".encode("utf-16")),
        ("a.txt", "份号：000123".encode()), ("a.txt", "内部资料 注意保存".encode()), ("a.txt", "  机　密 \n正文".encode()),
        ("a.docx", word("正文", "机密★20年")), ("a.docx", word("秘密")), ("a.docx", word("正文", title="绝密 方案")),
        ("a.xlsx", sheet("单位", "机密★10年")), ("a.xlsx", sheet("内部文件")),
        ("a.ofd", office("OFD.xml", ("Doc_0/Pages/P/Content.xml", "<o><TextObject><c>机</c><c>密★</c></TextObject></o>".encode()))),
        ("a.doc", OLE + "WordDocument".encode("utf-16-le") + "机密★1年".encode("utf-16-le")),
        ("a.pdf", PDF + "<dc:title>秘密★</dc:title>".encode()), ("a.pdf", PDF + b"/Title <FEFF" + STREAM.hex().encode() + b">"),
        ("a.pdf", PDF + b"/Title (\xfe\xff" + STREAM + b")"),
    ],
)  # fmt: skip
def test_marks_of_secrecy_are_found(name: str, content: bytes) -> None:
    assert find_mark(name, content, recognise(content))


def test_runs_of_one_paragraph_are_read_together() -> None:
    stream, document = io.BytesIO(), Document()
    paragraph = document.sections[0].header.paragraphs[0]
    for letter in "机密★":
        paragraph.add_run(letter)
    document.save(stream)
    assert find_mark("a.docx", stream.getvalue(), recognise(stream.getvalue()))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("商业秘密保护总结.txt", "依法保守国家秘密、商业秘密，机密事项另行处理。".encode()),
        ("计算机密码管理.docx", word("本单位涉及绝密、机密、秘密级事项的，按规定办理。", "机密级以上载体单独登记")),
        ("名单.xlsx", sheet("份数", "3", "号码 123")), ("通知.pdf", PDF), ("图.png", PNG),
    ],
)  # fmt: skip
def test_a_paper_that_merely_speaks_of_secrets_is_none(name: str, content: bytes) -> None:
    assert find_mark(name, content, recognise(content)) == ""


def test_a_deflated_stream_of_a_pdf_is_read() -> None:
    content = PDF + b"5 0 obj<</Filter/FlateDecode>>stream\r\n" + DEFLATED + b"\nendstream"
    assert find_mark("a.pdf", content, recognise(content)) == "机密★"


@pytest.mark.parametrize(
    "content",
    [
        PDF + b"stream\n" * 1_400_000,
        PDF + (b"stream\n" + zlib.compress(b"0" * 40_000_000)) * 100,
        OLE + "WordDocument".encode("utf-16-le") + bytes(range(256)) * 39_000,
        ("机密" * 1_600_000).encode(),
        b"\n" * 10_000_000,
        office("word/document.xml", ("word/h.xml", b"<a>" + b'<c r="A1"/>' * 350_000 + b"</a>")),
    ],
)  # fmt: skip
def test_the_search_for_marks_ends_in_time(content: bytes) -> None:
    """A56: whatever ten megabytes hold."""
    begun = time.monotonic()
    assert find_mark("a", content, recognise(content)) == ""
    assert time.monotonic() - begun < 8


@pytest.mark.parametrize(
    "part",
    [
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;">]><a>&y;</a>',
        b"<a", b"", b"<a>&x;</a>",
    ],
)  # fmt: skip
def test_hostile_xml_is_refused(part: bytes) -> None:
    """A63."""
    content = office("word/document.xml", ("word/header1.xml", part))
    with pytest.raises(Unwanted):
        find_mark("a.docx", content, recognise(content))


@pytest.mark.parametrize("parts", [1, 6])
def test_a_file_of_nothing_but_elements_is_refused_in_time(parts: int) -> None:
    """Six megabytes of tags took six seconds and 400 MB of the server's memory."""
    numbers = (n * n * 7919 % 99991 for n in range(1_800_000 // parts))
    one = b"<a>" + b"".join(b"<b>%d</b>" % n for n in numbers) + b"</a>"
    content = office("word/document.xml", *((f"word/h{n}.xml", one) for n in range(parts)))
    recognised = recognise(content)
    begun = time.monotonic()
    with pytest.raises(Unwanted) as refused:
        find_mark("a.docx", content, recognised)
    assert refused.value.reason == "bomb"
    assert time.monotonic() - begun < 8
