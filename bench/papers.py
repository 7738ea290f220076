"""Papers set and written by the real worker into one .zip, per minute, against a bare python-docx loop.

    .venv/bin/python -m bench.papers            # makes a county with 500 papers, measures, throws it away
    .venv/bin/python -m bench.papers --papers 100

Exit code 1 below 100 papers a minute. See bench/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from portal.app import create_app
from portal.core.clock import SHANGHAI
from portal.core.crypto import create_secret
from portal.core.db import db
from portal.core.migrate import upgrade
from portal.core.posts import PostKind
from portal.core.scope import SYSTEM, Scope, set_scope
from portal.documents.exports import request_export
from portal.operations.worker import _step, find_desk
from portal.papers.packing import KIND
from portal.papers.templates import find_template
from portal.papers.writing import Content, Terms, save_paper

CAMPAIGN, WANTED, LINES = "anticounterfeit", 100, 60
NOW = datetime(2026, 9, 16, 12, 0, tzinfo=SHANGHAI)
LINE = "各成员单位要按照职责分工，细化措施，落实责任，及时报送工作进展和存在的问题。"


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--papers", type=int, default=500)
    given.add_argument("--role", choices=("work", "floor"), help="of a child; not for you")
    asked = given.parse_args()
    if asked.role:
        print(json.dumps(_work() if asked.role == "work" else _floor(asked.papers)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PORTAL_INSTANCE"] = folder
        _build(Path(folder), asked.papers)
        floor, work, again = (_child(role, asked.papers) for role in ("floor", "work", "floor"))
    rate = work["papers"] / work["seconds"] * 60
    ratio = work["seconds"] / min(floor["seconds"], again["seconds"])
    print(f"{work['papers']} papers of {LINES} paragraphs, {work['size'] / 1e6:.1f} MB")
    print(f"bare python-docx loop {floor['seconds']:.1f} and {again['seconds']:.1f} s")
    print(
        f"worker {work['seconds']:.1f} s: {rate:.0f} papers a minute (wanted {WANTED}), {ratio:.2f} times the loop"
    )
    return 0 if rate >= WANTED and work["papers"] == asked.papers else 1


def _child(role: str, papers: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.papers", "--role", role, "--papers", str(papers)]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(found.stdout.splitlines()[-1])
    return answer


def _work() -> dict[str, Any]:
    """The worker's own step, until the export is done."""
    app = create_app()
    with app.app_context():
        while True:
            begun = time.perf_counter()
            assert _step(app), "the export was not finished"
            seconds = time.perf_counter() - begun
            with db.engine.connect() as link:
                papers, size = link.execute(sa.text("select done_rows, size from export")).one()
            if size:
                return {"seconds": seconds, "papers": papers, "size": size}


def _floor(papers: int) -> dict[str, Any]:
    """What python-docx needs for as many paragraphs, each with a run of a set size, and no database."""
    from docx import Document
    from docx.shared import Pt

    begun = time.perf_counter()
    for _n in range(papers):
        paper = Document()
        for _line in range(LINES):
            run = paper.add_paragraph().add_run(LINE)
            run.font.size, run.font.name = Pt(16), "FangSong"
        paper.save(BytesIO())
    return {"seconds": time.perf_counter() - begun}


def _build(folder: Path, papers: int) -> None:
    """A county whose office wrote ``papers`` drafts; the .zip is asked for."""
    create_secret(folder)
    upgrade(f"sqlite:///{folder / 'portal.sqlite'}")
    app = create_app(clock=lambda: NOW)
    registry = app.extensions["portal"].registry
    with app.app_context():
        from tests.factories import Factory

        session = db.session()
        session.info["audit_key"] = app.extensions["portal"].audit_key
        make = Factory(session, app, lambda: NOW)
        county = make.tenant("平定县", make.tenant("阳泉市"))
        units = {str(n): make.unit(county, f"平定县第{n}单位") for n in range(20)}
        body = make.mechanism(county, CAMPAIGN, units, issuer_code="平定反假")
        account = make.account(county, "office")
        account_id, county_id = account.id, county.id
        make.post(county, account, PostKind.OFFICE_STAFF, body)
        set_scope(session, Scope(own=(county_id,), home=county_id))
        desk = find_desk(session, account_id, county_id, CAMPAIGN, NOW)
        assert desk is not None
        template = find_template(registry.find(CAMPAIGN), "notice")
        main = tuple(unit.id for unit in units.values())
        for n in range(papers):
            content = Content(
                template=template, title=f"关于开展第{n}次集中排查的通知", body="\n".join([LINE] * LINES),
                values=dict(template.example), terms=Terms(everyone=False, main=main),
            )  # fmt: skip
            save_paper(session, SYSTEM, NOW, desk=desk, content=content, request_key=f"k{n}")
        request_export(
            session, SYSTEM, NOW, account_id=account_id, kind=KIND, title=template.label, wanted={}, desk=desk,
            registry=registry,
        )  # fmt: skip
        session.commit()


if __name__ == "__main__":
    sys.exit(main())
