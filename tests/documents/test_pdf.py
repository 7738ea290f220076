"""Previews: PDF of a paper in a process that is limited and ends."""

from __future__ import annotations

import os
import stat
import time
from io import BytesIO
from pathlib import Path

import pytest

from portal.documents import pdf
from portal.documents.letters import Letter


def paper() -> bytes:
    letter = Letter()
    letter.title("标题")
    stream = BytesIO()
    letter.save(stream)
    return stream.getvalue()


def program(folder: Path, script: str) -> str:
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def alive(process: int) -> bool:
    """A killed one that nobody has waited for yet does not count."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
def test_a_paper_becomes_a_pdf_and_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pdf.find_converter(), "LibreOffice is part of the development set-up"
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert pdf.make_pdf(paper()).startswith(b"%PDF")
    assert list(tmp_path.iterdir()) == []


def test_without_a_converter_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "find_converter", lambda: None)
    with pytest.raises(pdf.NoPreview, match="没有安装转换程序"):
        pdf.make_pdf(paper())


def test_one_that_hangs_is_stopped_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "child"
    slow = program(tmp_path, f"sleep 300 & echo $! > {mark}; wait")
    monkeypatch.setattr(pdf, "find_converter", lambda: slow)
    began = time.monotonic()
    with pytest.raises(pdf.NoPreview, match="没有按时生成"):
        pdf.make_pdf(paper(), seconds=2)
    assert time.monotonic() - began < 20
    child = int(mark.read_text())
    for _wait in range(50):
        if not alive(child):
            break
        time.sleep(0.1)
    assert not alive(child)


@pytest.mark.parametrize("script", ["exit 0", "exit 3", "kill -SEGV $$"])
def test_one_that_fails_is_said_so(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = program(tmp_path, script)
    monkeypatch.setattr(pdf, "find_converter", lambda: broken)
    with pytest.raises(pdf.NoPreview, match="预览没有生成"):
        pdf.make_pdf(paper())


def test_it_is_limited_and_learns_nothing_of_the_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "said"
    spy = program(tmp_path, f"(env; ulimit -v; ulimit -t) > {said}")
    monkeypatch.setattr(pdf, "find_converter", lambda: spy)
    monkeypatch.setenv("PORTAL_SECRET", "hidden")
    with pytest.raises(pdf.NoPreview):
        pdf.make_pdf(paper(), seconds=30)
    text = said.read_text()
    assert "hidden" not in text
    assert f"\n{pdf.MEMORY // 1024}\n30\n" in text
    home = next(line for line in text.splitlines() if line.startswith("HOME="))
    assert home != f"HOME={os.environ.get('HOME')}"
