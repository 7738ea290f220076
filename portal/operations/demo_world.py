"""What the parts of the demo share: where they build, their dice, and the texts of ``demo_data``."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.campaigns.registry import Registry
from portal.core.clock import SHANGHAI
from portal.core.posts import POST_LABELS, PostKind
from portal.core.scope import Actor
from portal.tenants.models import Tenant

DATA = Path(__file__).parent / "demo_data"


def rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


@dataclass
class World:
    session: Session
    registry: Registry
    now: datetime
    dice: random.Random = field(default_factory=lambda: random.Random(20260331))
    tenants: dict[str, Tenant] = field(default_factory=dict)
    """By code."""
    prefixes: dict[int, str] = field(default_factory=dict)
    """Tenant id -> what its accounts begin with."""
    accounts: dict[str, Account] = field(default_factory=dict)
    units_by_slug: dict[int, dict[str, int]] = field(default_factory=dict)
    """Tenant id -> slug of ``units.tsv`` -> unit id."""
    kept_open: set[int] = field(default_factory=set)
    """Units whose latest forms are left to fill."""

    left_out: set[int] = field(default_factory=set)
    """Submissions that stay missing until a scene files them."""

    def __post_init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        for row in rows("texts.tsv"):
            self._texts.setdefault(row["key"], []).append(row["text"])

    @property
    def today(self) -> date:
        return self.now.astimezone(SHANGHAI).date()

    def text(self, key: str) -> str:
        return self.dice.choice(self._texts[key])

    def at(self, day: date, hour: int = 10) -> datetime:
        """That hour of the day, never later than now."""
        return min(datetime.combine(day, time(hour), SHANGHAI), self.now)

    def happens(self, chance: float) -> bool:
        return self.dice.random() < chance

    def prefix(self, tenant: Tenant) -> str:
        return self.prefixes[tenant.id]

    def office(self, tenant: Tenant) -> Actor:
        return Actor(None, f"{tenant.full_name} {POST_LABELS[PostKind.OFFICE_STAFF]}")


def liaison(unit: str) -> Actor:
    return Actor(None, f"{unit} {POST_LABELS[PostKind.LIAISON]}")
