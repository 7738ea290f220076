"""300 units' forms in one workbook, uploaded, checked and compared, against the bare reader on the same file:
``python -m bench.upload [--rounds 5]``.

Reader and portal take turns (A B A B …); what counts is the ratio of the medians. The reader is openpyxl's
read-only mode in a fresh process of the same kind as the portal's, fed through a pipe; it looks at no value.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.app import create_app
from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import FieldKind, Form
from portal.core.clock import SHANGHAI
from portal.core.crypto import create_secret
from portal.core.db import db
from portal.core.migrate import upgrade
from portal.core.scope import SYSTEM, Actor, Scope, set_scope
from portal.core.settings import Settings
from portal.core.workdays import WorkCalendar
from portal.reporting.catalogue import OWN, list_forms
from portal.reporting.excel.sheet_content import sheets_of
from portal.reporting.excel.sheet_file import write_sheets
from portal.reporting.excel.uploads import stage_many
from portal.reporting.models import LocalForm, Report, Submission, Upload
from portal.reporting.opening import find_report, open_periods
from portal.tenants.models import CampaignSwitch, Level, Tenant
from portal.units.bodies import list_members
from portal.units.models import Mechanism, Membership, Unit

UNITS, CELLS, MOST = 300, 40, 3.0
CAMPAIGN, KIND = "illegal_fundraising", "township"
NOW = datetime(2025, 9, 20, 10, 0, tzinfo=SHANGHAI)
KEY = b"k" * 32
FORM = f"{OWN}bench"
READER = """
import sys, io, openpyxl
book = openpyxl.load_workbook(io.BytesIO(sys.stdin.buffer.read()), read_only=True, data_only=True, keep_links=False)
for page in book.worksheets:
    page.reset_dimensions()
    for row in page.iter_rows(values_only=True):
        pass
"""


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--rounds", type=int, default=5)
    options = given.parse_args()
    with tempfile.TemporaryDirectory() as folder, portal(Path(folder)) as app:
        session = db.session()
        session.info["audit_key"] = app.extensions["portal"].audit_key
        campaign: Campaign = app.extensions["portal"].registry.find(CAMPAIGN)
        tenant = furnish(session, campaign)
        form = next(f for f in list_forms(session, tenant.id, campaign) if f.key == FORM)
        content = filled(session, campaign, form, tenant)
        readers: list[float] = []
        portals: list[float] = []
        for number in range(options.rounds + 1):
            times = (
                timed(lambda: read(content)),
                timed(lambda: stage(session, campaign, form, tenant, content)),
            )
            if number:  # the first round warms up
                readers.append(times[0])
                portals.append(times[1])
    ratio = statistics.median(portals) / statistics.median(readers)
    spread = [p / r for p, r in zip(portals, readers, strict=True)]
    print(f"workbook {len(content) / 1e6:.2f} MB; reader {statistics.median(readers):.2f} s, "
          f"portal {statistics.median(portals):.2f} s; ratio {ratio:.2f} [{min(spread):.2f}–{max(spread):.2f}]")  # fmt: skip
    sys.exit(0 if ratio < MOST else f"{ratio:.2f} times the bare reader; less than {MOST} is asked")


@contextmanager
def portal(folder: Path) -> Iterator[Flask]:
    create_secret(folder)
    upgrade(f"sqlite:///{folder / 'portal.sqlite'}")
    plugins = str(Path(__file__).parents[1] / "plugins")
    app = create_app(Settings({}, INSTANCE=str(folder), PLUGINS=plugins, STRICT="1"), clock=lambda: NOW)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def furnish(session: Session, campaign: Campaign) -> Tenant:
    """A county of 300 townships whose period is open."""
    tenant = Tenant(name="某县", level=Level.COUNTY.value, code="140399", path="", city="某市")
    session.add(tenant)
    session.flush()
    tenant.path = f"/{tenant.id}/"
    set_scope(session, Scope(own=(tenant.id,), home=tenant.id))
    body = campaign.body
    mechanism = Mechanism(
        campaign=CAMPAIGN, kind=body.kind.value, name=str(body.name), office=str(body.office), titles={}
    )
    session.add_all([CampaignSwitch(campaign=CAMPAIGN, label=CAMPAIGN, since=date(2025, 1, 1)), mechanism])
    session.flush()
    session.add(Membership(mechanism_id=mechanism.id, member=KIND, unit_kind=KIND, since=date(2020, 1, 1)))
    session.add_all(
        Unit(full_name=f"某县第{n}镇人民政府", short_name=f"第{n}镇", aliases=[], kind=KIND, sort_no=n)
        for n in range(UNITS)
    )
    session.add(own_form(mechanism.id))
    session.flush()
    open_periods(
        session, SYSTEM, NOW, campaign=campaign, mechanism_id=mechanism.id,
        members=list_members(session, mechanism.id, NOW.date()), since=date(2025, 7, 1), calendar=WorkCalendar(),
    )  # fmt: skip
    session.commit()
    return tenant


def own_form(mechanism_id: int) -> LocalForm:
    """Thirty counts, five amounts and five texts."""
    kinds = [FieldKind.INTEGER] * 30 + [FieldKind.MONEY] * 5 + [FieldKind.TEXT] * 5
    units = {FieldKind.INTEGER: "件", FieldKind.MONEY: "万元"}
    columns = [
        {"key": f"c{n}", "label": f"第{n}项工作情况", "kind": kind.value, "unit": units.get(kind, ""),
         "definition": "本单位本期办理并登记在册的数量，不含上级转办后退回的。"}
        for n, kind in enumerate(kinds)
    ]  # fmt: skip
    assert len(columns) == CELLS
    return LocalForm(
        mechanism_id=mechanism_id, campaign=CAMPAIGN, form=FORM, number=1, label="工作情况统计表", released_at=NOW,
        changed_at=NOW, definition={"fields": columns, "period": "quarter", "snapshot": {}},
    )  # fmt: skip


def the_report(session: Session, form: Form) -> Report:
    found = find_report(session, CAMPAIGN, form.key, "2025Q3")
    assert found is not None
    return found


def filled(session: Session, campaign: Campaign, form: Form, tenant: Tenant) -> bytes:
    """The bulk workbook with every cell changed; each tenth unit writes one number in words."""
    stream = BytesIO()
    report = the_report(session, form)
    write_sheets(stream, sheets_of(session, campaign, form, report, tenant.code), campaign, KEY, NOW.date())
    book = openpyxl.load_workbook(stream)
    for number, page in enumerate(p for p in book.worksheets if p.cell(4, 5).value == "本期数"):
        for row in range(5, page.max_row + 1):
            if page.cell(row, 2).value and page.cell(row, 3).value:
                page.cell(row, 5).value = row if page.cell(row, 4).value else "按季通报"
        if number % 10 == 0:
            page.cell(5, 5).value = "3万"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes) -> None:
    subprocess.run(
        [sys.executable, "-I", "-c", READER], input=content, check=True, env={"OPENPYXL_LXML": "False"}
    )


def stage(session: Session, campaign: Campaign, form: Form, tenant: Tenant, content: bytes) -> None:
    """From the bytes to the stored difference, as the page does it, and away with it."""
    set_scope(session, Scope(own=(tenant.id,), home=tenant.id))
    upload = stage_many(
        session, Actor(1, "办公室"), NOW, campaign=campaign, form=form, report=the_report(session, form),
        tenant_code=tenant.code, place=tenant.name, key=KEY, files=[("a.xlsx", content)],
    )  # fmt: skip
    good = [e for e in upload.findings if not e["problems"] and e["counts"][0] >= CELLS - 1]
    assert len(good) == UNITS, f"{len(good)} of {UNITS} were read"
    session.commit()
    session.execute(sa.delete(Upload).where(Upload.tenant_id == tenant.id))
    session.commit()
    assert session.scalar(sa.select(sa.func.count(Submission.id))) is not None


def timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    main()
