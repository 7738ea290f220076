"""A ledger of 200,000 entries in one county: listed, filtered, searched, exported against hand-written SQL, and 10,000
lines imported: ``python -m bench.ledger``.

On SQLite and PostgreSQL. Exit code 1 when a list takes 1.5 times the hand-written statement or more, or the import makes
fewer than 10,000 lines a minute. See bench/README.md.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from bench.inbox import instances
from portal.core.clock import SHANGHAI
from portal.core.db import db, new_id
from portal.core.jobs import Job
from portal.core.posts import PostKind
from portal.core.scope import Actor, Scope, set_scope
from portal.ledger.facets import count_facets
from portal.ledger.filters import Filters, Stand
from portal.ledger.importing import entering, staging
from portal.ledger.importing.lines import LineKind
from portal.ledger.importing.reading import read_sheet
from portal.ledger.importing.sheet import LedgerSheet, Mark, version_of, write_sheet
from portal.ledger.importing.sheet import Line as SheetLine
from portal.ledger.listing import OPEN, Row, list_records, stream_records
from portal.ledger.models import NumberSeries, Record, RecordImport
from portal.ledger.words import refill
from portal.operations.worker import _step
from tests.factories import Factory

CAMPAIGN, LEDGER, ENTRIES, LINES, MOST, RATE = "illegal_fundraising", "lead", 200_000, 10_000, 1.5, 10_000
COLUMNS = (
    "r.id, r.tenant_id, t.city || t.name, u.short_name, w.short_name, r.ledger, r.number, r.title, r.place, r.known_at, "
    "r.{values}, r.released_at, r.stage, r.closing, r.closed_on, r.look_back_on, r.key_from, r.merged_into_id, "
    "r.withdrawn_at"
)
FROM = (
    "from record r join unit u on u.tenant_id = r.tenant_id and u.id = r.unit_id join tenant t on t.id = r.tenant_id "
    "left join unit w on w.tenant_id = r.tenant_id and w.id = r.lead_unit_id and r.lead_unit_id <> r.unit_id "
    "where r.tenant_id = {t} and r.campaign = '{c}' and r.ledger = '{l}' and r.withdrawn_at is null "
    "and r.merged_into_id is null"
)
ORDER = "order by r.known_at desc, r.id desc"


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--rounds", type=int, default=9)
    given.add_argument("--entries", type=int, default=ENTRIES)
    given.add_argument("--profile", action="store_true", help="of the import")
    given.add_argument("--only", default="", help="SQLite or PostgreSQL")
    given.add_argument("--explain", action="store_true")
    asked = given.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for name, app in instances(Path(folder)):
            if asked.only not in ("", name):
                continue
            with app.app_context():
                session = db.session()
                session.info["audit_key"] = app.extensions["portal"].audit_key
                now = app.extensions["portal"].clock()
                world = furnish(session, app, now, asked.entries)
                for what, ratio, own, floor in measure(session, world, now, asked.rounds, asked.explain):
                    failed |= ratio >= MOST
                    print(
                        f"{name:11} {what:28} {ratio:5.2f} of hand-written SQL ({own:.1f} / {floor:.1f} ms)",
                        flush=True,
                    )
                rate, read, staged = imported(session, app, world, now)
                failed |= rate < RATE
                print(
                    f"{name:11} import of {LINES:,} lines     {rate:,.0f} a minute entered; read in {read:.1f} s, compared in {staged:.1f} s"
                )
                db.session.remove()
                db.engine.dispose()
    return int(failed)


class World:
    def __init__(
        self, tenant: int, code: str, body: int, unit: int, account: int, stages: list[str], levels: list[str]
    ):
        self.tenant, self.code, self.body, self.unit, self.account = tenant, code, body, unit, account
        self.stages, self.levels = stages, levels


def furnish(session: Session, app: Flask, now: datetime, entries: int) -> World:
    campaign = app.extensions["portal"].registry.find(CAMPAIGN)
    ledger = campaign.ledger(LEDGER)
    make = Factory(session, app, lambda: now)
    city = make.tenant("甲市")
    for name, own in (("甲县", True), ("乙县", False)):
        county = make.tenant(name, city)
        units = [make.unit(county, f"{name}第{n}单位") for n in range(20)]
        members = dict(zip(ledger.writers or [m.key for m in campaign.roster], units, strict=False))
        body = make.mechanism(county, CAMPAIGN, members)
        account = make.account(county, f"liaison-{county.code}")
        make.post(county, account, PostKind.LIAISON, body, units[0])
        levels = (
            [c.key for c in campaign.code_list(_field(ledger, ledger.views[0]).choices).choices]
            if ledger.views
            else [""]
        )
        stages = [s.key for s in ledger.states] or [""]
        unit_ids = [u.id for u in units]
        if own:
            world = World(county.id, county.code, body.id, units[0].id, account.id, stages, levels)
        tenant_id, body_id = county.id, body.id
        session.commit()  # it lets go of SQLite's lock
        _fill(tenant_id, body_id, unit_ids, stages, levels, ledger, entries if own else entries // 4, now)
        with make.enter(county) as inside:
            inside.add(NumberSeries(series=f"{CAMPAIGN}.{LEDGER}", year=now.year, last=entries))
            refill(inside)
    set_scope(session, Scope(own=(world.tenant,), home=world.tenant))
    session.commit()
    _look_over(app)
    return world


def _look_over(app: Flask) -> None:
    """As the databases do by themselves with time."""
    owner = app.extensions["portal"].settings["OWNER_URL"]
    engine = sa.create_engine(owner, isolation_level="AUTOCOMMIT") if owner else db.engine
    with engine.connect() as link:
        link.exec_driver_sql("vacuum analyze" if owner else "analyze")
    if owner:
        engine.dispose()


def _field(ledger: Any, key: str) -> Any:
    return next(f for f in ledger.fields if f.key == key)


def _fill(
    tenant: int, body: int, units: list[int], stages: list[str], levels: list[str], ledger: Any, entries: int, now: datetime
) -> None:  # fmt: skip
    """Every fiftieth closed stage is open, one title in a thousand is rare; below the guard, nobody reads here."""
    example = {k: v for k, v in (ledger.examples[0] if ledger.examples else {}).items() if k != "title"}
    with Session(db.engine) as plain:
        for first in range(0, entries, 10_000):
            rows = []
            for n in range(first, min(first + 10_000, entries)):
                at = now - timedelta(minutes=n * 7 % 2_000_000)
                over = n % 3 != 0
                rows.append(
                    {"tenant_id": tenant, "id": new_id(), "mechanism_id": body, "unit_id": units[n % 20],
                     "lead_unit_id": units[n % 20] if n % 4 else units[(n + 1) % 20], "campaign": CAMPAIGN,
                     "ledger": LEDGER, "number": f"线〔2026〕{n + 1}号",
                     "title": f"某{'罕见' if n % 1000 == 7 else '商务'}咨询公司涉嫌非法集资线索{n}", "place": f"第{n % 97}社区",
                     "known_at": at, "created_at": at, "created_by": "联络员", "changed_at": at, "request_key": f"k{tenant}-{n}",
                     "values": example, "stage": stages[n // 7 % len(stages)],
                     "closing": "closed" if over else "", "view_1": levels[n % len(levels)], "version": 1,
                     "closed_on": at.date() if over else None}
                )  # fmt: skip
            if plain.get_bind().dialect.name == "postgresql":
                plain.connection().exec_driver_sql(Scope(own=(tenant,), home=tenant).settings)
            plain.execute(sa.insert(Record), rows)
            plain.commit()


def measure(
    session: Session, world: World, now: datetime, rounds: int, explain: bool
) -> Iterator[tuple[str, float, float, float]]:
    day = now.astimezone(SHANGHAI).date()
    place = {"t": world.tenant, "c": CAMPAIGN, "l": LEDGER}
    columns = COLUMNS.format(values='"values"')
    stage, level = world.stages[min(1, len(world.stages) - 1)], world.levels[-1]
    opened = f"and r.closing in {OPEN!r}"
    plain = Filters(campaign=CAMPAIGN, ledger=LEDGER)
    asked: list[tuple[str, Filters, str, str]] = [
        ("first page", plain, "", ""),
        ("page 100", Filters(campaign=CAMPAIGN, ledger=LEDGER, page=100), "", " offset 4950"),
        ("stage and view", Filters(campaign=CAMPAIGN, ledger=LEDGER, stand=Stand.OPEN, stage=stage, views=(level, "", "")),
         f"{opened} and r.stage = '{stage}' and r.view_1 = '{level}'", ""),
        ("words, rare", Filters(campaign=CAMPAIGN, ledger=LEDGER, text="罕见咨询"), _like("罕见咨询"), ""),
        ("words, everywhere", Filters(campaign=CAMPAIGN, ledger=LEDGER, text="咨询公司"), _like("咨询公司"), ""),
        ("words, a number", Filters(campaign=CAMPAIGN, ledger=LEDGER, text="线〔2026〕777号"), _like("线〔2026〕777号"), ""),
    ]  # fmt: skip
    session.rollback()
    for what, filters, more, offset in asked:
        text = f"select {columns} {FROM.format(**place)} {more} {ORDER} limit 51{offset}"
        own = partial(_page, session, world.tenant, filters, day)
        yield what, *_ratio(own, partial(_hand, session, text, 50), rounds)
        if explain and session.get_bind().dialect.name == "postgresql":
            for (line,) in session.connection().exec_driver_sql(
                f"explain (analyze, buffers) {text.replace('%', '%%')}"
            ):
                print("    ", line)
    unit = Filters(campaign=CAMPAIGN, ledger=LEDGER, unit_ids=(world.unit,))
    mine = (
        f"and (r.unit_id = {world.unit} or r.lead_unit_id = {world.unit} or r.id in (select record_id from record_unit "
        f"where unit_id = {world.unit}))"
    )
    text = f"select {columns} {FROM.format(**place)} {mine} {ORDER} limit 51"
    yield (
        "first page of a unit",
        *_ratio(
            lambda: list_records(session, world.tenant, unit, day)[0],
            lambda: _hand(session, text)[:50],
            rounds,
        ),
    )
    counts = (
        f"select stage, closing, view_1, view_2, view_3, count(*) from record r where r.tenant_id = {world.tenant} and "
        f"r.campaign = '{CAMPAIGN}' and r.ledger = '{LEDGER}' and r.withdrawn_at is null and r.merged_into_id is null "
        "group by stage, closing, view_1, view_2, view_3"
    )
    yield "counts of stages and views", *_ratio(
        lambda: count_facets(session, world.tenant, plain),
        lambda: session.connection().exec_driver_sql(counts).all(),
        max(3, rounds // 3), same=False, calls=2,
    )  # fmt: skip
    text = f"select {columns} {FROM.format(**place)} {opened} {ORDER}"
    yield "rows of an export", *_ratio(
        lambda: list(stream_records(session, world.tenant, Filters(campaign=CAMPAIGN, ledger=LEDGER, stand=Stand.OPEN), day)),
        lambda: _hand(session, text), 3, calls=1,
    )  # fmt: skip


def _page(session: Session, tenant: int, filters: Filters, day: date) -> list[Row]:
    return list_records(session, tenant, filters, day)[0]


def _like(text: str) -> str:
    each = " or ".join(f"lower({c}) like lower('%{text}%')" for c in ("r.number", "r.title", "r.place"))
    return f"and ({each})"


def _hand(session: Session, text: str, most: int | None = None) -> list[Row]:
    """The same rows: the driver's tuples with JSON and moments turned into what the page takes."""
    link = session.connection()
    lite = link.dialect.name == "sqlite"
    found = link.connection.dbapi_connection.cursor()  # type: ignore[union-attr]  # open
    found.execute(text)
    rows = found.fetchall()[:most]
    found.close()
    return [
        Row._make((*r[:9], _moment(r[9], lite), json.loads(r[10]) if lite else r[10], _moment(r[11], lite), *r[12:18], _moment(r[18], lite)))
        for r in rows
    ]  # fmt: skip


def _moment(value: Any, lite: bool) -> datetime | None:
    if value is None:
        return None
    return (datetime.fromisoformat(value).replace(tzinfo=UTC) if lite else value).astimezone(SHANGHAI)


def _ratio(
    own: Callable[[], Any], floor: Callable[[], Any], rounds: int, *, same: bool = True, calls: int = 5
) -> tuple[float, float, float]:
    ours, theirs = own(), floor()
    if same:
        assert [r.id for r in ours] == [r.id for r in theirs]
        assert len(ours) > 0
    pairs = [(_time(own, calls), _time(floor, calls)) for _round in range(rounds)]
    a, b = (statistics.median(side) for side in zip(*pairs, strict=True))
    return statistics.median(x / y for x, y in pairs), a, b


def _time(task: Callable[[], Any], calls: int) -> float:
    begun = time.perf_counter()
    for _n in range(calls):
        task()
    return (time.perf_counter() - begun) * 1000 / calls


def imported(session: Session, app: Flask, world: World, now: datetime) -> tuple[float, float, float]:
    """Lines a minute entered by the worker; seconds for reading and for comparing. One line in twenty is wrong."""
    campaign = app.extensions["portal"].registry.find(CAMPAIGN)
    ledger = campaign.ledger(LEDGER)
    example = {k: v for k, v in ledger.examples[0].items() if k != "title"}
    mark = Mark(world.code, CAMPAIGN, LEDGER, version_of(campaign, ledger), str(world.unit))
    start = datetime(2026, 3, 1, 8, 0, tzinfo=SHANGHAI)
    lines = [
        SheetLine(title="" if n % 20 == 0 else f"导入线索{n}", place=f"第{n % 97}社区", known_at=start + timedelta(minutes=n), values=example)
        for n in range(LINES)
    ]  # fmt: skip
    stream = BytesIO()
    sheet = LedgerSheet(campaign=campaign, ledger=ledger, mark=mark, unit="", day=now.date(), lines=lines)
    write_sheet(stream, sheet, b"key")
    begun = time.perf_counter()
    found = read_sheet(stream.getvalue(), mark, b"key", campaign, ledger)
    read = time.perf_counter() - begun
    set_scope(session, Scope(own=(world.tenant,), home=world.tenant))
    actor = Actor(world.account, "联络员")
    begun = time.perf_counter()
    made = staging.stage(
        session, actor, now, campaign=campaign, ledger=ledger, mechanism_id=world.body, unit_id=world.unit, name="x.xlsx",
        content=stream.getvalue(), lines=found,
    )  # fmt: skip
    staged = time.perf_counter() - begun
    assert made.counts == {LineKind.REFUSED.value: LINES // 20, LineKind.NEW.value: LINES - LINES // 20}, (
        made.counts,
        found[1].said,
    )
    import_id = made.id
    entering.confirm(session, actor, now, campaign=campaign, ledger=ledger, found=made)
    session.commit()
    session.info.pop("scope", None)
    begun = time.perf_counter()
    while True:
        assert _step(app)
        session.info.pop("scope", None)
        if not session.scalars(
            sa.select(Job.id).where(Job.name == entering.JOB, Job.done_at.is_(None))
        ).all():
            break
    spent = time.perf_counter() - begun
    set_scope(session, Scope(own=(world.tenant,), home=world.tenant))
    ended = session.get_one(RecordImport, (world.tenant, import_id))
    assert ended.counts[entering.ENTERED] == LINES - LINES // 20, ended.counts
    return (LINES - LINES // 20) * 60 / spent, read, staged


if __name__ == "__main__":
    sys.exit(main())
