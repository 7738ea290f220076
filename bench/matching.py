"""What silent matching adds to the saving of a ledger entry: ``python -m bench.matching``.

A city holds 1,000,000 identifiers of 20 counties. Entries with three values that nobody else holds are saved in turns
without and with the follower (A B A B), each in a transaction of its own; the difference of the medians is what
matching adds. On SQLite and PostgreSQL. Exit code 1 from 5 ms on. See bench/README.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from bench.inbox import NOW, instances
from portal.campaigns.declarations import Campaign, Ledger
from portal.core.db import db, new_id
from portal.core.scope import Actor, Scope, set_scope
from portal.ledger import following
from portal.ledger.models import Record
from portal.ledger.services import Entry, create_record
from portal.matching import entries, limits
from portal.matching.models import MatchEntry, MatchHint
from portal.tenants.models import Tenant
from tests.factories import Factory

IDENTIFIERS, COUNTIES, MOST_MS = 1_000_000, 20, 5.0
CAMPAIGN, LEDGER = "illegal_fundraising", "lead"


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--identifiers", type=int, default=IDENTIFIERS)
    given.add_argument("--rounds", type=int, default=8)
    given.add_argument("--each", type=int, default=50)
    asked = given.parse_args()
    failed = False
    no = 10**9
    for way in limits.Way:
        limits.LIMITS[way] = limits.Limits(no, no, no, no)
    with tempfile.TemporaryDirectory() as folder:
        for name, app in instances(Path(folder)):
            with app.app_context():
                bench = Bench(app, asked.identifiers)
                for what, partner in (("no match", False), ("a match in another county", True)):
                    off, on, rounds = bench.measure(asked.rounds, asked.each, partner)
                    added = [b - a for a, b in rounds]
                    failed |= not partner and statistics.median(added) >= MOST_MS
                    print(
                        f"{name:11} {what:26} without {off:6.2f} ms, with {on:6.2f} ms, added"
                        f" {statistics.median(added):5.2f} ms [{min(added):.2f} to {max(added):.2f}]",
                        flush=True,
                    )
                db.session.remove()
                db.engine.dispose()
    return int(failed)


class Bench:
    def __init__(self, app: Flask, identifiers: int) -> None:
        self.session: Session = db.session()
        self.session.info.update(audit_key=app.extensions["portal"].audit_key, address="")
        make = Factory(self.session, app, lambda: NOW)
        city = make.tenant("甲市")
        self.city_id = city.id
        self.campaign: Campaign = app.extensions["portal"].registry.find(CAMPAIGN)
        found = self.campaign.ledger(LEDGER)
        assert found is not None
        self.ledger: Ledger = found
        make.mechanism(city, CAMPAIGN)
        self.seats: list[tuple[int, int, int, Actor]] = []
        for n in range(2):
            county: Tenant = make.tenant(f"{n}县", city)
            tenant_id, unit = county.id, make.unit(county, f"{n}县公安局")
            unit_id = unit.id
            body = make.mechanism(county, CAMPAIGN, {"public_security": unit})
            body_id, account = body.id, make.account(county, f"unit{n}")
            self.seats.append((tenant_id, body_id, unit_id, Actor(account.id, "unit")))
        self.next = 0
        self._fill(app, identifiers)

    def _fill(self, app: Flask, identifiers: int) -> None:
        """Rows of other counties, three an entry, straight into the table; in the order of the index, which is the same
        index in the end and soon made."""
        digests = sorted(os.urandom(16) for _ in range(identifiers))
        places = [new_id() for _ in range(COUNTIES - 2)]
        set_scope(self.session, Scope(own=(self.city_id,), home=self.city_id))
        table: Any = sa.inspect(MatchEntry).local_table
        link, record_id = self.session.connection(), 0
        for start in range(0, identifiers, 5000):
            rows = []
            for n in range(start, min(start + 5000, identifiers)):
                if n % 3 == 0:
                    record_id = new_id()
                rows.append({
                    "tenant_id": self.city_id, "id": new_id(), "digest": digests[n], "kind": "phone", "campaign": CAMPAIGN,
                    "place_id": places[n % len(places)], "record_id": record_id, "mark": "0000", "state": "live", "added_at": NOW,
                })  # fmt: skip
            link.execute(sa.insert(table), rows)
        self.session.commit()
        _analyse(app)

    def save(self, seat: int, n: int) -> float:
        """Milliseconds of one entry with three values, committed."""
        tenant_id, body_id, unit_id, actor = self.seats[seat]
        values = {
            "lead_source": "report", "found_on": "2026-09-01", "sector": "wealth", "subject_type": "company",
            "phones": f"139{n:08d}", "accounts": f"62220000{n:08d}", "urls": f"https://site-{n}.example/",
        }  # fmt: skip
        self.session.expunge_all()
        self.session.info.pop("pools", None)  # a request knows nothing of the one before
        set_scope(self.session, Scope(own=(tenant_id,), home=tenant_id))
        self.next += 1
        start = time.perf_counter()
        create_record(
            self.session, actor, NOW, mechanism_id=body_id, unit_id=unit_id, campaign=self.campaign, ledger=self.ledger,
            entry=Entry("线索", "", NOW, values), request_key=f"k{self.next}",
        )  # fmt: skip
        self.session.commit()
        return (time.perf_counter() - start) * 1000

    def measure(
        self, rounds: int, each: int, partner: bool
    ) -> tuple[float, float, list[tuple[float, float]]]:
        """Medians without and with the follower, and of every round. ``partner``: the other county holds the values."""
        found, n = [], 10_000_000 if partner else 1
        for number in range(rounds + 1):
            pair = []
            for follows in (False, True):
                with only(follows):
                    times = []
                    for _ in range(each):
                        n += 1
                        if partner:
                            with only(True):
                                self.save(1, n)
                        times.append(self.save(0, n))
                pair.append(statistics.median(times))
            if number:  # the first warms up
                found.append((pair[0], pair[1]))
        set_scope(self.session, Scope(own=(self.seats[0][0],), home=self.seats[0][0]))
        hints = self.session.scalar(sa.select(sa.func.count(MatchHint.id)))
        held = self.session.scalar(sa.select(sa.func.count(Record.id)))
        self.session.rollback()
        assert bool(hints) == partner
        assert held
        return statistics.median(a for a, _ in found), statistics.median(b for _, b in found), found


def _analyse(app: Flask) -> None:
    """What autovacuum does within the minute: statistics of the tables that were just filled."""
    url = app.extensions["portal"].settings["OWNER_URL"]
    if url:
        owner = sa.create_engine(url)
        with owner.begin() as link:
            link.exec_driver_sql("analyze")
        owner.dispose()


@contextmanager
def only(follows: bool) -> Iterator[None]:
    """Of all followers this one, or none: others cost the same in both."""
    before = list(following._followers)
    following._followers[:] = [entries.follow] if follows else []
    yield
    following._followers[:] = before


if __name__ == "__main__":
    sys.exit(main())
