"""100,000 rows out through the real worker: peak memory of its process, and time against a bare writer's loop.

    .venv/bin/python -m bench.export            # makes a city, measures, throws it away
    .venv/bin/python -m bench.export --rows 20000

Exit code 1 when the worker needs 200 MB or more. See bench/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.app import create_app
from portal.campaigns.forms import FieldKind
from portal.core.clock import SHANGHAI
from portal.core.crypto import create_secret
from portal.core.db import db
from portal.core.migrate import upgrade
from portal.core.posts import PostKind
from portal.core.scope import SYSTEM, Scope, set_scope
from portal.documents.exports import request_export
from portal.operations.worker import _step, find_desk
from portal.overview.detail import KIND
from portal.reporting.models import Report, Submission, SubmissionEdition
from portal.units.reader import subtree_scope

CAMPAIGN, COUNTIES, UNITS, MONTHS = "anticounterfeit", 20, 30, 12
LIMIT_MB = 200
_ids = count(1)
NOW = datetime(2026, 9, 16, 12, 0, tzinfo=SHANGHAI)


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--rows", type=int, default=100_000)
    given.add_argument("--role", choices=("work", "floor"), help="of a child; not for you")
    given.add_argument("--columns", type=int, default=0)
    asked = given.parse_args()
    if asked.role:
        print(json.dumps(_work() if asked.role == "work" else _floor(asked.rows, asked.columns)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PORTAL_INSTANCE"] = folder
        columns = _build(Path(folder), asked.rows)
        floor = _child("floor", asked.rows, columns)
        work = _child("work", asked.rows, columns)
        again = _child("floor", asked.rows, columns)
    clock, processor = (work[k] / min(floor[k], again[k]) for k in ("seconds", "processor"))
    print(f"{work['rows']:,} rows x {columns} columns, {work['size'] / 1e6:.1f} MB")
    print(f"bare loop {floor['seconds']:.0f} and {again['seconds']:.0f} s, {floor['mb']:.0f} MB")
    print(f"worker {work['seconds']:.0f} s: {clock:.2f} times; of the processor {processor:.2f} times")
    print(f"peak memory of the worker {work['mb']:.0f} MB (limit {LIMIT_MB})")
    return 0 if work["mb"] < LIMIT_MB and work["rows"] == asked.rows else 1


def _child(role: str, rows: int, columns: int) -> dict[str, Any]:
    command = [
        sys.executable,
        "-m",
        "bench.export",
        "--role",
        role,
        "--rows",
        str(rows),
        "--columns",
        str(columns),
    ]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(found.stdout.splitlines()[-1])
    return answer


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _work() -> dict[str, Any]:
    """The worker's own step, until the export is done."""
    app = create_app()
    with app.app_context():
        while True:
            begun, spent = time.perf_counter(), time.process_time()
            assert _step(app), "the export was not finished"
            seconds, processor = time.perf_counter() - begun, time.process_time() - spent
            with db.engine.connect() as link:
                rows, size = link.execute(sa.text("select done_rows, size from export")).one()
            if size:
                break
    return {"seconds": seconds, "processor": processor, "mb": _peak_mb(), "rows": rows, "size": size}


def _floor(rows: int, columns: int) -> dict[str, Any]:
    """What XlsxWriter needs for as many cells of the same kinds, with a border and a format each, and no database."""
    from xlsxwriter import Workbook

    begun, spent = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with Workbook(f"{folder}/floor.xlsx", options) as book:
            text, number = book.add_format({"border": 1, "num_format": "@"}), book.add_format({"border": 1})
            page = book.add_worksheet()
            for row in range(rows):
                for column in range(8):
                    page.write_string(row, column, "阳泉市第十九县公安局", text)
                for column in range(8, columns):
                    page.write_number(row, column, row * column % 9973, number)
    seconds, processor = time.perf_counter() - begun, time.process_time() - spent
    return {"seconds": seconds, "processor": processor, "mb": _peak_mb()}


def _build(folder: Path, rows: int) -> int:
    """A city of 20 counties of 30 units with a year of filed and released forms; the export is asked for."""
    create_secret(folder)
    upgrade(f"sqlite:///{folder / 'portal.sqlite'}")
    app = create_app(clock=lambda: NOW)
    registry = app.extensions["portal"].registry
    form = registry.find(CAMPAIGN).forms[0]
    figures = [f.key for f in form.fields if f.kind in (FieldKind.INTEGER, FieldKind.MONEY)]
    with app.app_context():
        from tests.factories import Factory

        session = db.session()
        make = Factory(session, app, lambda: NOW)
        city = make.tenant("甲市")
        body = make.mechanism(city, CAMPAIGN)
        account = make.account(city, "office")
        account_id, city_id = account.id, city.id
        make.post(city, account, PostKind.OFFICE_STAFF, body)
        left = rows
        for n in range(COUNTIES):
            county = make.tenant(f"第{n}县", city)
            units = [make.unit(county, f"第{n}县第{k}单位").id for k in range(UNITS)]
            county_id, body_id = county.id, make.mechanism(county, CAMPAIGN).id
            session.commit()
            left -= _fill(county_id, body_id, units, form, figures, left, COUNTIES - n)
        assert not left
        session.info["audit_key"] = app.extensions["portal"].audit_key
        set_scope(session, Scope(own=(city_id,), home=city_id))
        desk = find_desk(session, account_id, city_id, CAMPAIGN, NOW)
        assert desk is not None
        set_scope(session, subtree_scope(session, desk))
        periods = [f"2026-{m:02}" for m in range(1, MONTHS + 1)]
        request_export(
            session, SYSTEM, NOW, account_id=account_id, kind=KIND, title=form.label, desk=desk, registry=registry,
            wanted={"form": form.key, "periods": periods},
        )  # fmt: skip
        session.commit()
    return 9 + len(form.fields) + len(form.tables)


def _fill(
    tenant_id: int, body: int, units: list[int], form: Any, figures: list[str], left: int, counties: int
) -> int:
    """The county's share of the rows; returns how many it took."""
    share = left // counties
    common: dict[str, Any] = {
        "tenant_id": tenant_id,
        "campaign": CAMPAIGN,
        "form": form.key,
        "form_version": form.version,
    }
    reports, forms, editions = [], [], []
    for month in range(1, MONTHS + 1):
        period, report = f"2026-{month:02}", next(_ids)
        reports.append(
            common
            | {"id": report, "mechanism_id": body, "period": period, "opens_on": NOW.date(), "due_at": NOW}
        )
        forms += [
            common | {"id": next(_ids), "report_id": report, "unit_id": unit, "member": "police", "period": period,
                      "due_at": NOW, "state": "filed", "released_at": NOW, "first_filed_at": NOW}
            for unit in units
        ]  # fmt: skip
    for n in range(share):
        values = {key: (n * 31 + k * 7919) % 100_000 for k, key in enumerate(figures)}
        editions.append(
            {"tenant_id": tenant_id, "id": next(_ids), "submission_id": forms[n % len(forms)]["id"],
             "number": n // len(forms) + 1, "form_version": form.version, "zero": False, "values": values,
             "explanations": {}, "filed_at": NOW, "filed_by": "第十单位 联络员", "released_at": NOW}
        )  # fmt: skip
    with Session(db.engine) as plain:  # below the guard: nobody reads here
        for model, found in ((Report, reports), (Submission, forms), (SubmissionEdition, editions)):
            plain.execute(sa.insert(model), found)
        plain.commit()
    return share


if __name__ == "__main__":
    sys.exit(main())
