"""A digest run over 12,000 people through a real mail server, with its time and memory: ``python -m bench.digest``.

300 counties of 39 units, one liaison each and an office; everybody has three new notices. Three steps in a process
of their own: who is to be told (``collect``), and the mails (``deliver``, batch after batch). The floor hands as many
equal, finished mails over one connection to the same server. See bench/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import Account, Seat
from portal.app import create_app
from portal.core.clock import SHANGHAI
from portal.core.crypto import create_secret
from portal.core.db import db
from portal.core.migrate import upgrade
from portal.core.posts import PostKind
from portal.core.settings import Settings
from portal.core.text import Message
from portal.notices import digests, outbox
from portal.notices.mail import Server, write_message
from portal.notices.services import notify
from portal.units.models import Post, Unit
from tests.factories import Factory

UNITS, NOTICES, LIMIT_MB = 39, 3, 200
NOW = datetime(2026, 9, 16, 10, 0, tzinfo=SHANGHAI)
IDS = count(10**15)
FROM = "portal@lianxi.example"


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--people", type=int, default=12_000)
    given.add_argument("--role", choices=("work", "floor"), help="of a child; not for you")
    given.add_argument("--port", type=int, default=0)
    asked = given.parse_args()
    if asked.role:
        done = run(asked.port) if asked.role == "work" else floor(asked.port, asked.people)
        print(json.dumps(done))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PORTAL_INSTANCE"] = folder
        people = build(Path(folder), asked.people)
        with mail_server() as port:
            bare = child("floor", people, port)
            work = child("work", people, port)
            again = child("floor", people, port)
    least = min(bare["seconds"], again["seconds"])
    print(f"{people:,} people, {people * NOTICES:,} notices, {work['sent']:,} mails")
    print(f"who is told: {work['collect']:.1f} s; mails: {work['deliver']:.1f} s in {work['batches']} batches, "
          f"the longest {work['longest']:.1f} s")  # fmt: skip
    print(
        f"bare loop {bare['seconds']:.1f} and {again['seconds']:.1f} s: {work['deliver'] / least:.2f} times"
    )
    print(
        f"peak memory {work['mb']:.0f} MB (limit {LIMIT_MB}); imported alone {work['before']:.0f} MB; bare loop {bare['mb']:.0f} MB"
    )
    good = work["sent"] == people and work["mb"] < LIMIT_MB and work["longest"] < outbox.SECONDS + 10
    return 0 if good else 1


def child(role: str, people: int, port: int) -> dict[str, Any]:
    command = [
        sys.executable,
        "-m",
        "bench.digest",
        "--role",
        role,
        "--people",
        str(people),
        "--port",
        str(port),
    ]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(found.stdout.splitlines()[-1])
    return answer


@contextmanager
def mail_server() -> Iterator[int]:
    """aiosmtpd in a process of its own; what it gets it forgets."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    where = ["-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]
    server = subprocess.Popen([sys.executable, "-m", "aiosmtpd", *where])
    try:
        for _try in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait()


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def build(folder: Path, people: int) -> int:
    """Counties until there are so many people; how many there are."""
    create_secret(folder)
    settings = Settings({}, INSTANCE=str(folder))
    upgrade(settings.database_url)
    app = create_app(settings, clock=lambda: NOW)
    made = 0
    with app.app_context():
        session = db.session()
        session.info["audit_key"] = app.extensions["portal"].audit_key
        make = Factory(session, app, lambda: NOW)
        city = make.tenant("某市")
        while made < people:
            made += county(session, make, city, min(UNITS, people - made - 1), made)
        db.session.remove()
        db.engine.dispose()
    return made


def county(session: Session, make: Factory, city: Any, units: int, first: int) -> int:
    tenant = make.tenant(f"第{first}县", city)
    body = make.mechanism(tenant, "anticounterfeit")
    with make.enter(tenant):
        made = [
            Unit(id=next(IDS), full_name=f"第{n}单位", short_name=f"单位{n}", aliases=[], kind="", sort_no=n)
            for n in range(units)
        ]
        session.add_all(made)
        session.flush()
        for n, unit in enumerate([None, *made]):
            account = Account(
                id=next(IDS),
                username=f"p{first + n}", display_name=f"第{first + n}人", home_tenant_id=tenant.id, password_hash="!",
                password_changed_at=NOW, must_change_password=False, email=f"p{first + n}@office.example",
            )  # fmt: skip
            session.add(account)
            session.flush()
            kind = PostKind.LIAISON if unit else PostKind.OFFICE_STAFF
            session.add_all(
                (
                    Post(id=next(IDS), account_id=account.id, kind=kind.value, mechanism_id=body.id, unit_id=unit.id if unit else None,
                         rank="科级", since=NOW - timedelta(days=30)),
                    Seat(account_id=account.id, tenant_id=tenant.id),
                )
            )  # fmt: skip
            for number in range(NOTICES):
                notify(
                    session, NOW, mechanism_id=body.id, unit_id=unit.id if unit else None, sender="办公室",
                    text=Message("请尽快报送%(form)s %(period)s", form=f"第{number}表", period="2026-08"), link="/x/y/reports",
                )  # fmt: skip
    return units + 1


def run(port: int) -> dict[str, Any]:
    app = create_app(clock=lambda: NOW)
    with app.app_context():
        session, before = db.session(), peak_mb()
        begun = time.perf_counter()
        made = digests.collect(session, NOW, urgent_only=False, mail=True)
        collected = time.perf_counter() - begun
        room = outbox.Mailroom(Server("127.0.0.1", port, "none", "", "", FROM), lambda: NOW)
        sent, lasted, more = 0, [], True
        while more:
            started = time.perf_counter()
            done = outbox.deliver(session, room)
            lasted.append(time.perf_counter() - started)
            sent, more = sent + done.sent, done.more
        db.session.remove()
        db.engine.dispose()
    assert made == sent, (made, sent)
    return {"sent": sent, "collect": collected, "deliver": sum(lasted), "batches": len(lasted), "longest": max(lasted),
            "mb": peak_mb(), "before": before}  # fmt: skip


def floor(port: int, people: int) -> dict[str, float]:
    body = "\n\n".join(
        f"{n}. 请尽快报送第{n}表 2026年8月\n   办公室，9月16日 周三 10:00\n   /x/y/reports"
        for n in range(NOTICES)
    )
    raw = write_message(FROM, "p@office.example", "联席：3 项新消息", body, number=1, now=NOW).as_bytes()
    begun = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as talk:
        for n in range(people):
            talk.sendmail(FROM, [f"p{n}@office.example"], raw)
    return {"seconds": time.perf_counter() - begun, "mb": peak_mb()}


if __name__ == "__main__":
    sys.exit(main())
