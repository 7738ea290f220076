"""Sensitive texts are never in clear in the database, open only in their own place, and survive a change of keys."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI
from portal.core.crypto import Damaged, Ring
from portal.core.jobs import Job
from portal.core.secret import SEALED, Secret, Unsealed, as_stored
from portal.core.sealing import key_of, open_text, open_tree, seal_text, seal_tree
from portal.ledger.facts import read_facts
from portal.ledger.models import Record, RecordEvent
from portal.ledger.services import Entry, change_record, create_record, find_matter
from portal.core.scope import SYSTEM
from tests.factories import Factory

AT = datetime(2026, 9, 16, 9, 0, tzinfo=SHANGHAI)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=300)


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Ring:
    return Ring.load(tmp_path_factory.mktemp("ring"))


# ------------------------------------------------------------------------------------------------ properties
@given(text=TEXTS, tenant=st.integers(1, 2**62), record=st.integers(1, 2**62))
def test_any_text_comes_back(ring: Ring, text: str, tenant: int, record: int) -> None:
    sealed = seal_text(ring, tenant, f"record:{record}", "subject_name", text)
    assert sealed.startswith(f"{SEALED}{ring.current.id}:")
    assert len(text) < 3 or text not in sealed
    assert open_text(ring, tenant, f"record:{record}", "subject_name", sealed) == text


@given(text=TEXTS, place=st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from("abc")),
       other=st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from("abc")))  # fmt: skip
def test_it_opens_nowhere_else(ring: Ring, text: str, place: tuple[int, int, str], other: tuple[int, int, str]) -> None:
    tenant, record, key = place
    sealed = seal_text(ring, tenant, f"record:{record}", key, text)
    if place == other:
        return
    with pytest.raises(Damaged):
        open_text(ring, other[0], f"record:{other[1]}", other[2], sealed)


@given(text=TEXTS, at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_changed_bit_is_noticed(ring: Ring, text: str, at: int, bit: int) -> None:
    head, _colon, rest = seal_text(ring, 1, "record:1", "a", text).rpartition(":")
    raw = bytearray(base64.urlsafe_b64decode(rest))
    raw[at % len(raw)] ^= 1 << bit
    with pytest.raises(Damaged):
        open_text(ring, 1, "record:1", "a", f"{head}:{base64.urlsafe_b64encode(raw).decode()}")


@given(junk=st.text(max_size=80))
def test_junk_is_damage_and_nothing_worse(ring: Ring, junk: str) -> None:
    for sealed in (SEALED + junk, f"{SEALED}{ring.current.id}:{junk}"):
        with pytest.raises(Damaged):
            open_text(ring, 1, "record:1", "a", sealed)


def test_another_instances_key_opens_nothing(ring: Ring, tmp_path: Path) -> None:
    sealed = seal_text(ring, 1, "record:1", "a", "x")
    with pytest.raises(Damaged):
        open_text(Ring.load(tmp_path), 1, "record:1", "a", sealed)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS | TEXTS.map(lambda t: SEALED + t),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(tree=JSON)
def test_values_come_back_whatever_was_typed(ring: Ring, tree: object) -> None:
    """Also a text that looks like a sealed one, typed by somebody into a plain field."""
    stored = json.loads(json.dumps(as_stored(seal_tree(ring, 1, "record:1", tree))))
    assert open_tree(ring, 1, "record:1", stored) == json.loads(json.dumps(tree))


def test_a_secret_that_nobody_sealed_is_not_stored() -> None:
    with pytest.raises(Unsealed):
        as_stored({"rows": [{"name": Secret("x")}]})


# -------------------------------------------------------------------------------------------------- the file
def test_the_key_file_is_private_made_once_and_taken_up_by_a_running_server(tmp_path: Path) -> None:
    first, second = Ring.load(tmp_path), Ring.load(tmp_path)
    assert first.current == second.current
    assert (tmp_path / "data.keys").stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["data.keys"]
    old = first.current
    sealed = seal_text(first, 1, "record:1", "a", "x")
    made = first.add(AT)
    assert second.current.id == made.id
    assert [k.id for k in second.keys] == [made.id, old.id]
    assert open_text(second, 1, "record:1", "a", sealed) == "x"
    assert (tmp_path / "data.keys").stat().st_mode & 0o777 == 0o600
    first.drop(old.id)
    with pytest.raises(Damaged):
        open_text(Ring.load(tmp_path), 1, "record:1", "a", sealed)
    assert old.secret.hex() not in repr(first.keys)
