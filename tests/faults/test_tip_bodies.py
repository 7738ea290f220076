"""Bodies that never end, sent to the one page that takes files from anybody: F13, F14, A61."""

from __future__ import annotations

import re
import socket
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal import create_app
from portal.core.clock import system_clock
from portal.core.db import db
from portal.core.scope import SYSTEM, Scope, set_scope
from portal.tips.channel import Published, set_channel
from portal.tips.models import Tip
from portal.units.models import Mechanism
from tests.faults.conftest import Books, County, found_county
from tests.faults.server import Server, serving

pytestmark = pytest.mark.slow
WHAT = "集市上有人用可疑币换零钱"


def _switch_on(county: County) -> None:
    app = create_app(county.settings)
    with app.app_context():
        session = db.session()
        session.info.update(audit_key=app.extensions["portal"].audit_key, address="")
        set_scope(session, Scope(own=(county.tenant_id,), home=county.tenant_id))
        body = session.scalars(sa.select(Mechanism)).one()
        set_channel(
            session, SYSTEM, system_clock(), mechanism_id=body.id, campaign=county.campaign.key, enabled=True,
            published=Published(receiver="办公室", phone="0353-1234000"), version=0,
        )  # fmt: skip
        session.commit()
        db.session.remove()
        db.engine.dispose()


def _begin(server: Server, path: str, length: int, some: bytes) -> socket.socket:
    link = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Length: {length}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
    )
    link.sendall(head.encode() + some)
    return link


def _tell(server: Server, path: str) -> tuple[str, float]:
    """The page that answers, and the seconds it took."""
    with urllib.request.urlopen(server.base + path, timeout=20) as page:
        token = re.search(r'name="token" value="([^"]+)"', page.read().decode())
    assert token
    fields = {"token": token[1], "tip-what": WHAT, "tip-identity": "anonymous", "tip-consent": "1"}
    begun = time.monotonic()
    with urllib.request.urlopen(
        server.base + path, urllib.parse.urlencode(fields).encode(), timeout=20
    ) as done:
        return done.read().decode(), time.monotonic() - begun


@pytest.mark.parametrize("engine", ["sqlite"])
def test_huge_slow_and_broken_bodies_harm_nobody(
    settings: object, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """On SQLite, where a body that is read inside a transaction would hold the only lock there is."""
    county = found_county(request.getfixturevalue("settings"))
    _switch_on(county)
    path = f"{county.home}/tip"
    with serving(county.settings, tmp_path / "log") as server:
        huge = _begin(server, path, 500 * 2**20, b"--x\r\n")
        begun = time.monotonic()
        assert huge.recv(200).startswith(b"HTTP/1.1 413")
        assert time.monotonic() - begun < 10, "before the rest was sent"
        huge.close()
        part = b'--x\r\nContent-Disposition: form-data; name="tip-what"\r\n\r\n'
        slow = [_begin(server, path, 10_000, part + b"a" * n) for n in range(4)]
        html, seconds = _tell(server, path)
        assert 'class="code"' in html
        assert seconds < 5, "nobody holds the database"
        for link in slow:
            link.sendall(b"b")
            link.close()  # broken off
        html, _seconds = _tell(server, path)
        assert 'class="code"' in html
    with Books(county) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Tip)) == 2
        assert "Traceback" not in (tmp_path / "log").read_text()
