"""``kill -9`` while files come in: a workbook is confirmed whole or not at all, and no half of a file is taken for one."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.core.audit import AuditEvent
from portal.core.clock import SHANGHAI
from portal.core.crypto import Ring
from portal.documents.contents import HALF, read
from portal.documents.exports import purge_exports
from portal.reporting.models import State, Submission, Upload
from tests.faults.clerk import Clerk, Lost
from tests.faults.conftest import Books, County
from tests.faults.server import Server, portal
from tests.reporting.books import NOW, opened, saved

pytestmark = pytest.mark.slow
LIAISON = "pd_gaj"
BOUNDARY = "----lianxi"


def download(clerk: Clerk, path: str) -> bytes:
    with clerk.opener.open(clerk.base + path, timeout=30) as answer:
        return bytes(answer.read())


def bring(clerk: Clerk, path: str, content: bytes) -> str:
    """Upload through the page; the address of the difference."""
    token = clerk.get(path).hidden["csrf_token"]
    body = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n--{BOUNDARY}\r\n'
        'Content-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n'
    ).encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()  # fmt: skip
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Referer": clerk.base + path}
    answer = clerk._ask(urllib.request.Request(clerk.base + path, body, headers))
    assert answer.status == 303, answer.body[:2000]
    return str(answer.headers["Location"]).replace(clerk.base, "")


def filled(content: bytes) -> tuple[bytes, int]:
    """3 in every empty or zero figure, and how many were typed."""
    book = opened(content)
    page, typed = book.worksheets[0], 0
    for row in range(4, page.max_row + 1):
        if isinstance(page.cell(row, 2).value, int) and page.cell(row, 4).value:
            page.cell(row, NOW).value = 3
            typed += 1
    assert typed > 3
    return saved(book), typed


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_a_killed_confirmation_is_whole_or_not_at_all(county: County, server: Server) -> None:
    clerk = county.clerk(server, LIAISON)
    urls: list[str] = []
    for number, pause in enumerate((0.0, 0.02, 0.05)):
        path = county.sheet(LIAISON, number)
        content, typed = filled(download(clerk, f"{path}.xlsx"))
        urls.append(bring(clerk, f"{path}/upload", content))
        page = clerk.get(urls[-1])
        seen = page.body.split('name="seen" value="', 1)[1].split('"', 1)[0]
        given = page.hidden | {"seen": seen, "action": "draft"}

        def press(url: str, fields: dict[str, str]) -> None:
            with contextlib.suppress(Lost):
                clerk.post(url, fields)

        pressing = threading.Thread(target=press, args=(urls[-1], given))
        pressing.start()
        time.sleep(pause)
        for victim in server.gunicorn_workers():
            victim.kill()
        pressing.join(60)
        until(lambda: len(server.gunicorn_workers()) == 2 and server.answers())
        clerk.post(urls[-1], given)  # as people do when a page does not answer
    with Books(county) as session:
        for number, url in enumerate(urls):
            form = session.get_one(Submission, (county.tenant_id, county.submissions[LIAISON][number]))
            upload = session.get_one(Upload, (county.tenant_id, int(url.rsplit("/", 1)[1])))
            threes = sum(value in (3, 300, 3_000_000) for value in form.values.values())
            assert form.state == State.DRAFT
            assert threes > 3, (typed, form.values)
            assert upload.findings[0]["done"][0] in ("draft", "same")
            saves = session.scalar(
                sa.select(sa.func.count(AuditEvent.id)).where(
                    AuditEvent.act == "submission.save", AuditEvent.subject == f"submission:{form.id}"
                )
            )
            assert saves == 1, "confirmed once"
    assert portal(county.settings, "audit", "verify").returncode == 0


STORING = """
import os, sys
from pathlib import Path
from portal.core.crypto import Ring
from portal.documents.contents import store
folder = Path(sys.argv[1])
ring = Ring.load(folder.parent)
while True:
    store(folder, 1, os.urandom(3_000_000), ring)
    print(flush=True)
"""


def test_a_killed_upload_leaves_no_half_file(tmp_path: Path, app: Flask, session: Session) -> None:
    files = tmp_path / "files"
    folder, ring = files / "1", Ring.load(tmp_path)
    for _round in range(4):
        child = subprocess.Popen([sys.executable, "-c", STORING, str(files)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        for _line in range(3):
            child.stdout.readline()
        time.sleep(0.003 * _round)
        child.kill()
        child.wait()
        child.stdout.close()
    whole = [p for p in folder.glob("*/*") if not p.name.startswith(HALF)]
    assert len(whole) >= 12
    assert all(len(read(files, 1, p.name, ring)) == 3_000_000 for p in whole)
    half = folder / "ab" / f"{HALF}left"
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"x")
    now = datetime.now(SHANGHAI)
    purge_exports(session, tmp_path, now)
    assert half.exists(), "somebody may be writing it"
    past = (now - timedelta(days=2)).timestamp()
    os.utime(half, (past, past))
    purge_exports(session, tmp_path, now)
    assert not half.exists()
    assert all(p.exists() for p in whole)
