"""PDF of a paper, for a look before it is printed; only where LibreOffice is installed."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from portal.core.errors import PortalError
from portal.core.text import _
from portal.documents.word_paper import INSTEAD

log = logging.getLogger(__name__)

SECONDS = 60
MEMORY = 4 * 1024**3
"""Of addresses, of which LibreOffice reserves far more than it uses."""
_SLOTS = threading.BoundedSemaphore(2)
PATIENCE = 3
"""Seconds that a request waits for its turn: those who wait hold threads that serve everybody."""


_NOT_MADE = _("预览没有生成。请下载文件，用 WPS 或 Word 打开。")


class NoPreview(PortalError):
    """No converter, or it failed; the paper itself can still be downloaded."""


@cache
def find_converter() -> str | None:
    """Path of LibreOffice, None where there is none: then nothing offers a preview. Asked once in a process."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def make_pdf(paper: bytes, *, seconds: int = SECONDS) -> bytes:
    """The .docx as PDF. ``NoPreview`` says what to do instead."""
    try:
        with tempfile.TemporaryDirectory(prefix="lianxi-") as folder:
            source = Path(folder) / "paper.docx"
            source.write_bytes(paper)
            convert([source], Path(folder), seconds=seconds)
            return source.with_suffix(".pdf").read_bytes()
    except OSError as error:  # a full disk, mostly
        log.exception("PDF of %s bytes", len(paper))
        raise NoPreview(_NOT_MADE) from error


def convert(papers: Sequence[Path], folder: Path, *, seconds: int = SECONDS) -> None:
    """Write a PDF of each paper, under its name, into ``folder``. Starting the program takes most of the time."""
    program = find_converter()
    if program is None:
        raise NoPreview(_("本系统没有安装转换程序，不能预览。请下载文件，用 WPS 或 Word 打开。"))
    if not _SLOTS.acquire(timeout=PATIENCE):
        raise NoPreview(_("其他人正在生成预览。请稍后再试，或下载文件，用 WPS 或 Word 打开。"))
    try:
        with tempfile.TemporaryDirectory(prefix="lianxi-") as home:
            _run(_command(program, papers, folder, Path(home), seconds), Path(home), seconds)
    finally:
        _SLOTS.release()
    if not all((folder / p.with_suffix(".pdf").name).exists() for p in papers):
        raise NoPreview(_NOT_MADE)


def _command(program: str, papers: Sequence[Path], folder: Path, home: Path, seconds: int) -> list[str]:
    limits = [str(Path(__file__).with_name("limited.py")), str(MEMORY), str(seconds)]
    options = [
        f"-env:UserInstallation={(home / 'profile').as_uri()}",
        *("--headless", "--norestore", "--nolockcheck", "--convert-to", "pdf", "--outdir", str(folder)),
    ]
    return [sys.executable, "-I", *limits, program, *options, *map(str, papers)]


def _run(command: list[str], home: Path, seconds: int) -> None:
    """In a session of its own, so that whatever the program starts ends with it; nothing of the parent's environment."""
    (home / "fonts.conf").write_text(_fonts(), encoding="utf-8")
    environment = {
        "PATH": os.defpath,
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "FONTCONFIG_FILE": str(home / "fonts.conf"),
    }
    process = subprocess.Popen(
        command, env=environment, cwd=home, start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        _out, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        log.warning("PDF: stopped after %s seconds", seconds)
        raise NoPreview(_("文件较大，预览没有按时生成。请下载文件，用 WPS 或 Word 打开。")) from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    if process.returncode:
        log.warning("PDF: converter ended with %s: %s", process.returncode, said[-300:])


def _fonts() -> str:
    """Fonts that resemble those that papers name, for a machine that has not bought them."""
    aliases = "".join(
        f'<alias binding="same"><family>{escape(name)}</family><accept>'
        + "".join(f"<family>{escape(other)}</family>" for other in instead.split(","))
        + "</accept></alias>"
        for name, instead in INSTEAD.items()
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include>{aliases}</fontconfig>'
    )
