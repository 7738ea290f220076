"""Ids are made by the application: they may not meet, however fast rows are made."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from portal.core.db import new_id


def test_ids_made_at_once_differ_grow_and_fit() -> None:
    """At random within a millisecond, a demo of some thousand rows met itself now and then."""
    with ThreadPoolExecutor(4) as threads:
        made = [
            i for part in threads.map(lambda _n: [new_id() for _m in range(20_000)], range(4)) for i in part
        ]
    assert len(set(made)) == len(made) == 80_000
    alone = [new_id() for _n in range(1000)]
    assert alone == sorted(alone)
    assert 0 < alone[-1] < 2**63


def test_ids_tell_neither_rows_nor_the_next_one() -> None:
    first = new_id()
    time.sleep(0.003)
    assert new_id() - first > 1000
