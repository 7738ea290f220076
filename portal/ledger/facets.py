"""How many entries stand where: one grouped statement along one index, whatever the number of stages and views."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.ready import Ready
from portal.ledger.access import COUNTS, readable_by
from portal.ledger.filters import Filters, Stand
from portal.ledger.listing import OPEN
from portal.ledger.models import Record


@dataclass(frozen=True)
class Facets:
    """Of what the list would show without further filters. ``stages``: of open entries; ``views``: of the stand and
    stage that are chosen, one counter for each view."""

    stands: Counter[Stand] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    views: tuple[Counter[str], Counter[str], Counter[str]] = field(
        default_factory=lambda: (Counter(), Counter(), Counter())
    )


def count_facets(session: Session, tenant_id: int, filters: Filters) -> Facets:
    """One statement. Below, and beside further filters, nothing is counted: the figures would not be those of the list."""
    found = Facets()
    if filters.below or filters.narrowed or not filters.ledger:
        return found
    given: dict[str, Any] = {"home": tenant_id, "campaign": filters.campaign, "ledger": filters.ledger}
    if filters.unit_ids is not None:
        given["units"] = list(filters.unit_ids)
    for stage, closing, *values, n in _counting("units" in given).rows(session, **given):
        stand = Stand.OPEN if closing in OPEN else Stand.CLOSED
        found.stands[stand] += n
        found.stands[Stand.ALL] += n
        if stand is Stand.OPEN:
            found.stages[stage] += n
        if filters.stand in (stand, Stand.ALL) and filters.stage in (stage, ""):
            for view, value in zip(found.views, values, strict=True):
                view[value] += n
    return found


@lru_cache(maxsize=2)
def _counting(of_units: bool) -> Ready:
    r = Record
    columns = (r.stage, r.closing, r.view_1, r.view_2, r.view_3)
    query = (
        sa.select(*columns, sa.func.count())
        .where(
            r.tenant_id == sa.bindparam("home", type_=r.tenant_id.type),
            r.campaign == sa.bindparam("campaign"),
            r.ledger == sa.bindparam("ledger"),
            COUNTS,
        )
        .group_by(*columns)
    )
    if of_units:
        query = query.where(readable_by(sa.bindparam("units", expanding=True)))  # type: ignore[arg-type]  # a list at run time
    return Ready(query)
