"""1,000 orders listed, filtered and exported against hand-written SQL in the same run: ``python -m bench.supervision``.

On SQLite and PostgreSQL. Exit code 1 when a list takes 4 times the hand-written statement or more, or when the number of
statements grows with the orders. See bench/README.md.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from bench.inbox import instances
from portal.core.db import db, new_id
from portal.core.reader import Desk
from portal.core.scope import SYSTEM, Scope, set_scope
from portal.core.text import Text
from portal.deadlines.limits import FixedDay
from portal.deadlines.services import Reason
from portal.documents.workbook import write_workbook
from portal.supervision.export import make_sheet
from portal.supervision.listing import Filters, Row, list_orders, stream_orders
from portal.supervision.models import Order, OrderUnit, Stage
from portal.supervision.services import start_deadline
from portal.supervision.states import near_end
from portal.supervision.statistics import count_figures
from portal.tenants.calendar import load_calendar
from tests.factories import Factory

ORDERS, UNITS, MOST = 1_000, 20, 4.0
COLUMNS = (
    "o.id, o.number, o.title, o.requirements, o.source, o.label, o.listed_by, o.lead_id, u.short_name, o.person, "
    "w.signed_at, o.assigned_at, o.round, o.handed_up_at, o.look_back_on, o.closed_at, o.stage, d.due_at, d.met_at, "
    "o.fed_at, o.returned_at, o.feedback_due"
)
FROM = (
    "from supervision_order o join unit u on u.tenant_id = o.tenant_id and u.id = o.lead_id "
    "join supervision_unit w on w.tenant_id = o.tenant_id and w.order_id = o.id and w.unit_id = o.lead_id "
    "join deadline d on d.tenant_id = o.tenant_id and d.id = o.deadline_id "
    "where o.tenant_id = {t} and o.mechanism_id = {m} and o.stage in ('open', 'proposed', 'checked')"
)
LIST = f"select {COLUMNS} {FROM} order by d.due_at, o.id limit 51"
WORDS = (
    f"select {COLUMNS} {FROM} and (lower(o.number) like '%%7%%' or lower(o.title) like '%%7%%' or lower(o.requirements) like '%%7%%' "
    "or lower(o.label) like '%%7%%') order by d.due_at, o.id limit 51"
)
ALL = f"select {COLUMNS} {FROM} order by d.due_at, o.id"


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--rounds", type=int, default=9)
    rounds = given.parse_args().rounds
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for name, app in instances(Path(folder)):
            with app.app_context():
                session = db.session()
                session.info["audit_key"] = app.extensions["portal"].audit_key
                now = app.extensions["portal"].clock()
                desk = furnish(session, Factory(session, app, lambda now=now: now), now, 50)
                few = counts(session, desk, now)
                desk = furnish(session, Factory(session, app, lambda now=now: now), now, ORDERS)
                many = counts(session, desk, now)
                print(f"{name:11} statements with 50 and with {ORDERS:,} orders: {few} and {many}")
                failed |= few != many
                for what, ratio, own, floor in measure(session, desk, now, rounds):
                    held = what == "export"  # writing the sheet is no statement
                    failed |= ratio >= MOST and not held
                    print(
                        f"{name:11} {what:18} {ratio:5.2f} of the hand-written query ({own:.2f} / {floor:.2f} ms)"
                    )
                db.session.remove()
                db.engine.dispose()
    return int(failed)


def furnish(session: Session, make: Factory, now: datetime, orders: int) -> Desk:
    tenant = make.tenant(f"{orders}市", code=f"{140000 + orders}")
    units = {f"u{n}": make.unit(tenant, f"单位{n}") for n in range(UNITS)}
    body = make.mechanism(tenant, "anticounterfeit", units)
    with make.enter(tenant):
        ids, body_id = [u.id for u in units.values()], body.id
        for n in range(orders):
            order = Order(
                id=new_id(), mechanism_id=body_id, year=2026, seq=n, number=f"{n}", title=f"事项{n}", source="leader",
                lead_id=ids[n % UNITS], assigned_at=now, assigned_by="", request_key=f"{n}",
                stage=(Stage.CLOSED if n % 10 == 0 else Stage.OPEN).value,
            )  # fmt: skip
            session.add(order)
            session.flush()
            day = (now + timedelta(days=n % 90 - 20)).date()
            clock = start_deadline(
                session, SYSTEM, now, mechanism_id=body_id, unit_id=order.lead_id, subject=f"order:{order.id}", rule="r",
                title="t", reason=Reason(Text("t"), FixedDay(day), ()), started_at=now - timedelta(days=30),
            )  # fmt: skip
            order.deadline_id = clock.id
            session.add_all(
                OrderUnit(order_id=order.id, unit_id=ids[(n + k) % UNITS], lead=k == 0) for k in range(3)
            )
    set_scope(session, Scope(own=(tenant.id,), home=tenant.id))
    return Desk(
        tenant_id=tenant.id, tenant_code=tenant.code, tenant_name=tenant.name, tenant_path=tenant.path,
        tenant_level=tenant.level, campaign="anticounterfeit", mechanism_id=body_id, mechanism_name="",
        office_name="办公室", sign_off=False, posts=(),
    )  # fmt: skip


@contextmanager
def counted() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def tasks(session: Session, desk: Desk, now: datetime) -> dict[str, Callable[[], Any]]:
    near = near_end(now, load_calendar(session))
    plain = Filters(mechanism_id=desk.mechanism_id)
    words = Filters(mechanism_id=desk.mechanism_id, text="7")
    return {
        "first page": lambda: list_orders(session, desk.tenant_id, plain, now, near),
        "filtered by words": lambda: list_orders(session, desk.tenant_id, words, now, near),
        "all rows": lambda: list(stream_orders(session, desk.tenant_id, plain, now, near)),
        "figures": lambda: count_figures(session, desk.tenant_id, plain, now, near),
    }


def counts(session: Session, desk: Desk, now: datetime) -> tuple[int, ...]:
    found = []
    for task in tasks(session, desk, now).values():
        with counted() as seen:
            task()
        found.append(len(seen))
    return tuple(found)


def measure(
    session: Session, desk: Desk, now: datetime, rounds: int
) -> Iterator[tuple[str, float, float, float]]:
    """In turns, medians in milliseconds. Both give the rows as the page takes them."""
    place = {"t": desk.tenant_id, "m": desk.mechanism_id}
    raw = session.connection()
    raw.exec_driver_sql("analyze" if raw.dialect.name == "sqlite" else "select 1")
    hand = {"first page": LIST, "filtered by words": WORDS, "all rows": ALL}
    own = tasks(session, desk, now)
    for what, statement in hand.items():
        text = statement.format(**place)

        def by_hand(text: str = text) -> list[Row]:
            return [Row(*row) for row in raw.exec_driver_sql(text)]

        yield what, *_ratio(own[what], by_hand, rounds)
    text = ALL.format(**place)
    yield (
        "export",
        *_ratio(lambda: _export(session, desk, now), lambda: list(raw.exec_driver_sql(text)), rounds),
    )


def _export(session: Session, desk: Desk, now: datetime) -> None:
    write_workbook(
        BytesIO(), [make_sheet(session, _named(desk), Filters(mechanism_id=desk.mechanism_id), now)]
    )


def _named(desk: Desk) -> Any:
    """``make_sheet`` names the exporting unit by the desk's first post."""

    class Post:
        unit_name = "办公室"

    class Named:
        posts = (Post,)
        tenant_id, office_name = desk.tenant_id, desk.office_name

    return Named


def _ratio(own: Callable[[], Any], floor: Callable[[], Any], rounds: int) -> tuple[float, float, float]:
    own(), floor()
    pairs = [(_time(own), _time(floor)) for _round in range(rounds)]
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    return ours / theirs, ours, theirs


def _time(task: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    for _n in range(5):
        task()
    return (time.perf_counter() - begun) * 200


if __name__ == "__main__":
    sys.exit(main())
