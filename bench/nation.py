"""A simulated nation on PostgreSQL: what a city's pages cost there, against hand-written SQL and a city alone.

    .venv/bin/python -m bench.nation

About five minutes and 6 GB under /tmp. See README.md, "A city in a nation".
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench.nation_data import CELLS, fill
from portal.campaigns.declarations import Body, BodyKind, Campaign
from portal.campaigns.forms import Due, DueKind, Field, FieldKind, Form, Section
from portal.campaigns.sources import Clause
from portal.core.db import prepare_engine
from portal.core.migrate import upgrade
from portal.core.periods import PeriodKind, parse_period
from portal.core.scope import Scope, install_guard, set_scope
from portal.core.text import Text
from portal.overview import services, summary, tables
from tests.postgres import APP, Cluster, start_postgres

CITY = 7
ROUNDS, CALLS = 9, 15
NOW = datetime(2026, 12, 31, 12, tzinfo=UTC)
MONTHS = tuple(parse_period(f"2026-{m:02}") for m in range(1, 13))
CAMPAIGN = "c1"
FORM = Form(
    key="f",
    label=Text("f"),
    version=1,
    period=PeriodKind.MONTH,
    due=Due(kind=DueKind.LAST_CALENDAR_DAY),
    sections=(
        Section(
            key="s",
            label=Text("s"),
            fields=tuple(
                Field(key=f"k{n}", label=Text(f"k{n}"), kind=FieldKind.INTEGER) for n in range(CELLS)
            ),
        ),
    ),
    clause=Clause(source="x", article=Text("x")),
    headline=("k0", "k1", "k2", "k3"),
)


_BODY = Body(
    kind=BodyKind.JOINT_CONFERENCE, name=Text("x"), office=Text("x"), lead="u", titles={}, clause=FORM.clause
)
CAMPAIGNS = tuple(
    Campaign(
        key=f"c{n}",
        label=Text("x"),
        title=Text("x"),
        position=n,
        sources=(),
        body=_BODY,
        roster=(),
        duties=(),
        forms=(FORM,),
    )
    for n in range(1, 4)
)


@dataclass(frozen=True)
class Place:
    """One database: ``session`` as the portal reads it (its own role, row-level security), ``link`` without either."""

    session: Session
    scope: Scope
    link: psycopg.Connection

    def begin(self) -> Session:
        self.session.rollback()
        self.session.expunge_all()
        self.session.connection(execution_options={"read_only": True})
        set_scope(self.session, self.scope)
        return self.session


def make(cluster: Cluster, name: str, only: int | None) -> Place:
    cluster.create_database(name)
    upgrade(cluster.owner_url(name), APP)
    begun = time.perf_counter()
    link = psycopg.connect(host=str(cluster.folder), user="postgres", dbname=name, autocommit=True)
    forms = fill(link, only)
    print(f"{name}: {forms:,} forms in {time.perf_counter() - begun:.0f} s", flush=True)
    engine = sa.create_engine(cluster.app_url(name), connect_args={"prepare_threshold": None})
    prepare_engine(engine)
    session = Session(engine)
    install_guard(session)
    home = 1000 + CITY
    rows = link.execute("select id from tenant where parent_id = %s", (home,)).fetchall()
    return Place(session, Scope(own=(home,), below=tuple(r[0] for r in rows), home=home), link)


# ------------------------------------------------------------------------------------------- two questions
def portal_matrix(place: Place) -> Any:
    """报送总览: completeness and timeliness of every county by campaign, form and month of a year."""
    view = summary.read_summary(place.begin(), NOW, CAMPAIGNS, at="2026")
    return sorted(
        (line.name, campaign, key, s.filed, s.expected, s.on_time)
        for line in view.lines
        for (campaign, _form), cell in line.cells.items()
        for key, s in cell.parts.items()
    )


def portal_year(place: Place) -> Any:
    """Forty indicators: of each county in December, in all, since January, against a year and a month before."""
    span = services.Span(MONTHS[-1:], ())
    view = services.read_overview(place.begin(), NOW, campaign=CAMPAIGN, form=FORM, span=span)
    return {
        r.figure.key: (sum(v or 0 for v in r.values), r.year)
        for _g, rows in tables.all_rows(view)
        for r in rows
    }


_MATRIX = """
    select t.city || t.name, r.campaign, r.period, r.filed, r.expected, r.on_time, r.state, r.due_at, r.submitted_at
    from report r join tenant t on t.id = r.tenant_id
    where r.tenant_id = any(%s) and r.campaign = any(%s) and r.period between '2026-01' and '2026-12'
    order by t.code, r.campaign, r.period"""
_YEAR_ROWS = """
    select t.city || t.name, r.period, r.values from report r join tenant t on t.id = r.tenant_id
    where r.tenant_id = any(%s) and r.campaign = %s and r.form = 'f'
      and (r.period between '2026-01' and '2026-12' or r.period = '2025-12')"""
_YEAR_SUMS = """
    select t.city || t.name, k, sum(v::bigint) filter (where r.period = '2026-12'), sum(v::bigint) filter (where r.period >= '2026-01'),
           sum(v::bigint) filter (where r.period = '2026-11'), sum(v::bigint) filter (where r.period = '2025-12')
    from report r join tenant t on t.id = r.tenant_id, jsonb_each_text(r.values) as e (k, v)
    where r.tenant_id = any(%s) and r.campaign = %s and r.form = 'f'
      and (r.period between '2026-01' and '2026-12' or r.period = '2025-12')
    group by 1, 2"""


def _ask(place: Place, statement: str, campaign: Any = CAMPAIGN) -> list[Any]:
    with place.link.transaction():
        return place.link.execute(statement, (list(place.scope.below), campaign)).fetchall()


def hand_matrix(place: Place) -> Any:
    return sorted(r[:6] for r in _ask(place, _MATRIX, [c.key for c in CAMPAIGNS]))


def hand_year(place: Place) -> Any:
    """Rows fetched and added up in plain Python."""
    now: dict[str, int] = {}
    year: dict[str, int] = {}
    for _tenant, period, values in _ask(place, _YEAR_ROWS):
        if period < "2026":
            continue
        for key, value in values.items():
            year[key] = year.get(key, 0) + value
            if period == "2026-12":
                now[key] = now.get(key, 0) + value
    return {key: (now[key], year[key]) for key in year}


def sql_year(place: Place) -> Any:
    """The same added up by PostgreSQL, for each county as the page shows it."""
    found: dict[str, tuple[int, int]] = {}
    for _county, key, month, year, *_before in _ask(place, _YEAR_SUMS):
        had = found.get(key, (0, 0))
        found[key] = (had[0] + int(month), had[1] + int(year))
    return found


# ------------------------------------------------------------------------------------------------- measuring
def statement_time(place: Place, work: Callable[[Place], Any]) -> tuple[float, int]:
    """Seconds that the portal's own statements take on a bare connection with its scope set, and how many they are."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    engine = place.session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", note)
    work(place)
    sa.event.remove(engine, "before_cursor_execute", note)
    place.session.rollback()
    raw = engine.raw_connection()  # type: ignore[union-attr]  # bound to an engine here
    times = []
    with closing(raw.cursor()) as cursor:
        for _call in range(CALLS):
            begun = time.perf_counter()
            for statement, parameters in seen:
                cursor.execute(statement, parameters or None)
                if cursor.description:
                    cursor.fetchall()
            times.append(time.perf_counter() - begun)
            raw.rollback()
    raw.close()
    selects = sum(s.lstrip().lower().startswith(("select", "with")) for s, _p in seen)
    return statistics.median(times), selects


def seconds(work: Callable[[Place], Any], place: Place) -> float:
    times = []
    for _call in range(CALLS):
        begun = time.perf_counter()
        work(place)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def main() -> int:
    worst = 0.0
    with start_postgres() as cluster:
        nation, alone = make(cluster, "nation", None), make(cluster, "city", CITY)
        for name, ours, theirs in (
            ("completeness matrix", portal_matrix, (hand_matrix,)),
            ("yearly summary", portal_year, (hand_year, sql_year)),
        ):
            expected = theirs[0](nation)
            if name == "completeness matrix":
                assert ours(nation) == expected
            else:
                assert ours(nation) == expected == theirs[-1](nation)
            whole, pure, size = [], [], []
            selects = 0
            for _round in range(
                ROUNDS
            ):  # interleaved: the neighbours on a machine change from minute to minute
                best = min(seconds(hand, nation) for hand in theirs)
                page, city = seconds(ours, nation), seconds(ours, alone)
                statements, selects = statement_time(nation, ours)
                whole.append(page / best)
                pure.append(statements / best)
                size.append(page / city)
            found = [statistics.median(x) for x in (whole, pure, size)]
            worst = max(worst, found[1] / 1.5, found[2] / 1.3)
            spread = [f"[{min(x):.2f}–{max(x):.2f}]" for x in (whole, pure, size)]
            print(
                f"{name}: its {selects} statements, of hand-written SQL {found[1]:.2f} {spread[1]};"
                f" of the same work in a city's own database {found[2]:.2f} {spread[2]};"
                f" all of the work in Python besides, of the bare hand-written query {found[0]:.2f} {spread[0]}",
                flush=True,
            )
    return int(worst > 1)


if __name__ == "__main__":
    sys.exit(main())
