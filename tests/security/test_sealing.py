"""Sensitive texts are never in clear in the database, open only in their own place, and survive a change of keys."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.cli import portal as command_line
from portal.core import jobs
from portal.core.audit import Act, AuditEvent
from portal.core.clock import SHANGHAI
from portal.core.crypto import Damaged, Ring
from portal.core.posts import PostKind
from portal.core.scope import SYSTEM
from portal.core.sealing import key_ids, open_text, open_tree, seal_text, seal_tree
from portal.core.secret import SEALED, Secret, Unsealed, as_stored
from portal.core.settings import Settings
from portal.documents import attachments, contents
from portal.documents.models import Attachment
from portal.ledger.facts import read_facts
from portal.ledger.filters import Filters
from portal.ledger.listing import list_records
from portal.ledger.models import Record, RecordEvent
from portal.ledger.services import Entry, change_record, create_record, find_matter
from portal.operations import keys
from portal.operations.worker import _step
from portal.tenants.models import Tenant
from tests.documents.papers import PDF
from tests.factories import Factory
from tests.security.dump import bytes_of, rows_as_text

AT = datetime(2026, 9, 16, 9, 0, tzinfo=SHANGHAI)
TEXTS = st.text(max_size=300)


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
def test_it_opens_nowhere_else(
    ring: Ring, text: str, place: tuple[int, int, str], other: tuple[int, int, str]
) -> None:
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


# ------------------------------------------------------------------------------------------- in the database
CAMPAIGN, LEDGER = "illegal_fundraising", "lead"
CANARY, CODE = "CANARY-金某理财", "91140321MA0CANARY8"


class House:
    """One county whose police keeps the ledger of leads, with a sensitive subject in each entry."""

    def __init__(self, make: Factory, app: Flask) -> None:
        self.make, self.app, self.session = make, app, make.session
        self.tenant: Tenant = make.tenant("平定县", make.tenant("阳泉市"))
        police = make.unit(self.tenant, "平定县公安局")
        self.unit_id = police.id
        body = make.mechanism(self.tenant, CAMPAIGN, {"police": police})
        self.mechanism_id = body.id
        make.post(self.tenant, "liaison", PostKind.LIAISON, body, police)
        self.campaign = app.extensions["portal"].registry.find(CAMPAIGN)
        self.ledger = self.campaign.ledger(LEDGER)
        self.example = dict(self.ledger.examples[0])
        self.example.pop("title", None)

    def enter(self, key: str = "k", **values: Any) -> Record:
        entry = Entry("某线索", "", AT, self.example | {"subject_name": CANARY, "credit_code": CODE} | values)
        return create_record(
            self.session, SYSTEM, AT, mechanism_id=self.mechanism_id, unit_id=self.unit_id, campaign=self.campaign,
            ledger=self.ledger, entry=entry, request_key=key,
        )  # fmt: skip

    @property
    def files(self) -> Path:
        return Path(self.app.instance_path) / "files"

    def attach(self, content: bytes) -> Attachment:
        return attachments.add(
            self.session, SYSTEM, AT, folder=self.files, subject="submission:1", field="", unit_id=self.unit_id,
            name="a.pdf", stream=BytesIO(content),
        )  # fmt: skip


@pytest.fixture
def house(make: Factory, app: Flask) -> House:
    return House(make, app)


def raw(settings: Settings, *, files: bool = True) -> str:
    return rows_as_text(settings) + (bytes_of(settings.instance).decode("utf-8", "replace") if files else "")


def lies_open(text: str) -> bool:
    return any(x in text or json.dumps(x)[1:-1] in text for x in (CANARY, CODE))


def test_an_entry_and_its_story_are_sealed_and_read_in_clear(house: House, settings: Settings) -> None:
    with house.make.enter(house.tenant):
        found = house.enter()
        number, before = found.id, dict(found.values)
        change_record(
            house.session, SYSTEM, AT, found=found, version=found.version, campaign=house.campaign,
            ledger=house.ledger, entry=Entry("某线索", "", AT, before | {"credit_code": f"{CODE}9"}),
        )  # fmt: skip
    assert not lies_open(raw(settings))
    assert SEALED in raw(settings)
    house.session.expire_all()
    with house.make.enter(house.tenant) as session:
        again = session.scalars(sa.select(Record).where(Record.id == number)).one()
        assert (again.values["subject_name"], again.values["credit_code"]) == (CANARY, f"{CODE}9")
        (changed,) = session.scalars(sa.select(RecordEvent).where(RecordEvent.kind == "changed"))
        assert changed.changes == {"credit_code": [CODE, f"{CODE}9"]}
        matter = find_matter(session, number)
        assert matter is not None
        assert matter.values["subject_name"] == CANARY
        (fact,) = read_facts(session, CAMPAIGN, LEDGER, [house.unit_id], date(2026, 9, 30))
        assert fact.values["subject_name"] == CANARY
        assert isinstance(fact.values["subject_name"], Secret), "a row made of it is sealed again"
        rows, _more = list_records(session, house.tenant.id, Filters(CAMPAIGN), date(2026, 9, 16))
        assert str(rows[0].values["subject_name"]).startswith(SEALED), "a list opens nothing"


def test_saving_what_did_not_change_writes_nothing(house: House) -> None:
    with house.make.enter(house.tenant) as session:
        found = house.enter()
        session.commit()
        version, before = found.version, dict(found.values)
        change_record(
            session, SYSTEM, AT, found=found, version=version, campaign=house.campaign, ledger=house.ledger,
            entry=Entry(found.title, found.place, found.known_at, before),
        )  # fmt: skip
        session.commit()
        assert found.version == version


def test_a_value_moved_to_another_entry_does_not_open_and_says_so(
    house: House, settings: Settings, login: Callable[[str], FlaskClient]
) -> None:
    """Somebody with the database in hand, without the keys."""
    with house.make.enter(house.tenant) as session:
        first, second = house.enter("a"), house.enter("b", subject_name="乙")
        session.flush()
        ids = first.id, second.id
        stolen = session.execute(sa.select(Record.values).where(Record.id == ids[0])).scalar_one()
        session.execute(
            sa.update(Record)
            .where(Record.id == ids[1])
            .values(values=stolen)
            .execution_options(synchronize_session=False)
        )
    house.session.expire_all()
    client, at = login("liaison"), f"/{house.tenant.code}/{CAMPAIGN}/ledger"
    house.session.rollback()
    assert client.get(f"{at}/{ids[0]}").status_code == 200
    answer = client.get(f"{at}/{ids[1]}")
    assert answer.status_code == 400
    assert "加密内容无法解开" in answer.get_data(as_text=True)
    with house.make.enter(house.tenant) as session:
        (event,) = session.scalars(sa.select(AuditEvent).where(AuditEvent.act == Act.DAMAGED.value))
        assert event.subject == f"record:{ids[1]}"


# ------------------------------------------------------------------------------------------------ rotation
def command(*words: str) -> Result:
    return CliRunner().invoke(command_line, words)


def run_worker(app: Flask) -> None:
    while _step(app):
        pass


def ids_in_use(house: House) -> dict[str, tuple[int, int]]:
    ring = house.app.extensions["portal"].ring
    found = keys.count_uses(house.session, house.app, ring)
    house.session.rollback()
    return {k: (u.rows, u.files) for k, u in found.items() if u}


def test_rotation_seals_everything_anew_and_only_then_the_old_key_goes(
    house: House, app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = app.extensions["portal"].ring
    old = ring.current.id
    with house.make.enter(house.tenant) as session:
        found = [house.enter(f"k{n}") for n in range(5)]
        session.flush()
        number = found[0].id
        # two from before there were keys: an entry and a file that lie open
        open_values = dict(
            session.execute(sa.select(Record.values).where(Record.id == found[4].id)).scalar_one()
        )
        session.execute(
            sa.update(Record)
            .where(Record.id == found[4].id)
            .values(values=open_values | {"subject_name": CANARY})
        )
        papers = [house.attach(PDF + b"1"), house.attach(PDF + b"2")]
        clear = contents.path_of(house.files, papers[1])
        clear.write_bytes(PDF + b"2")
        digests = [p.sha256 for p in papers]
    assert ids_in_use(house) == {old: (5, 1), "": (0, 1)}
    made = ring.add(AT)
    with house.make.enter(house.tenant) as session:
        jobs.enqueue(session, keys.JOB, app.extensions["portal"].clock(), key=made.id)
    monkeypatch.setattr(keys, "AT_ONCE", 2)
    holds = jobs.Lease.hold

    def killed(self: jobs.Lease, *given: Any) -> None:
        holds(self, *given)
        raise KeyboardInterrupt  # as abrupt as a kill: nothing is tidied up

    monkeypatch.setattr(jobs.Lease, "hold", killed)
    with pytest.raises(KeyboardInterrupt):
        run_worker(app)
    house.session.rollback()
    house.session.info.pop("scope", None)
    assert ids_in_use(house)[old][0] in (3, 4), "what was done stays done"
    assert set(ids_in_use(house)) == {old, made.id, ""}
    monkeypatch.setattr(jobs.Lease, "hold", holds)
    clock = app.extensions["portal"].clock
    clock.now += jobs.LEASE * 2
    run_worker(app)
    assert ids_in_use(house) == {made.id: (5, 2)}
    assert not lies_open(raw(settings, files=False)), "free pages of SQLite keep what was written before"
    house.session.expire_all()
    with house.make.enter(house.tenant) as session:
        entries = session.scalars(sa.select(Record)).all()
        assert {e.values["subject_name"] for e in entries} == {CANARY}
        assert {e.version for e in entries} == {1}, "nobody's open page is made old"
        assert session.get_one(Record, (house.tenant.id, number)).values["credit_code"] == CODE
        assert {a.key_id for a in session.scalars(sa.select(Attachment))} == {made.id}
    assert PDF not in clear.read_bytes()
    ring.drop(old)
    assert [contents.read(house.files, house.tenant.id, d, ring) for d in digests] == [PDF + b"1", PDF + b"2"]


def test_the_commands_tell_add_and_refuse(
    house: House, app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.cli.create_app", lambda: app)
    ring = app.extensions["portal"].ring
    with house.make.enter(house.tenant):
        house.enter()
    old = ring.current.id
    shown = command("keys")
    assert shown.exit_code == 0, shown.output
    assert old in shown.output
    assert "现用" in shown.output
    assert "1 行" in shown.output
    assert command("keys", "retire", old).exception is not None
    assert command("keys", "rotate").exit_code == 0
    new = ring.current.id
    assert new != old
    refused = command("keys", "retire", old)
    assert "1 行" in str(refused.exception)
    assert {k.id for k in ring.keys} == {old, new}
    run_worker(app)
    assert command("keys", "retire", old).exit_code == 0
    assert [k.id for k in ring.keys] == [new]
    top = session.scalars(sa.select(Tenant.id).where(Tenant.parent_id.is_(None))).one()
    with house.make.enter(session.get_one(Tenant, top)) as inside:
        acts = [e.act for e in inside.scalars(sa.select(AuditEvent).order_by(AuditEvent.seq))]
    assert acts[-2:] == ["keys.rotate", "keys.retire"]


# ------------------------------------------------------------------------------------------------------ files
@pytest.mark.parametrize("harm", ["cut", "bit", "head", "swapped", "replaced", "empty"])
def test_a_broken_file_is_an_error_and_never_garbage(tmp_path: Path, harm: str) -> None:
    ring, files = Ring.load(tmp_path), tmp_path / "files"
    digest, _key = contents.store(files, 1, PDF, ring)
    other, _key = contents.store(files, 1, PDF + b"other", ring)
    path = contents.place_of(files, 1, digest)
    sealed = path.read_bytes()
    path.write_bytes({
        "cut": sealed[:-1], "bit": sealed[:40] + bytes([sealed[40] ^ 1]) + sealed[41:], "head": sealed[:10] + b"\xff" * 8,
        "swapped": contents.place_of(files, 1, other).read_bytes(), "replaced": b"%PDF-1.4 planted", "empty": b"",
    }[harm])  # fmt: skip
    with pytest.raises(Damaged):
        contents.read(files, 1, digest, ring)


def test_a_file_of_another_tenant_does_not_open_here(tmp_path: Path) -> None:
    ring, files = Ring.load(tmp_path), tmp_path / "files"
    digest, _key = contents.store(files, 1, PDF, ring)
    there = contents.place_of(files, 2, digest)
    there.parent.mkdir(parents=True)
    there.write_bytes(contents.place_of(files, 1, digest).read_bytes())
    with pytest.raises(Damaged):
        contents.read(files, 2, digest, ring)


@given(content=st.binary(max_size=3000))
def test_any_content_comes_back(tmp_path_factory: pytest.TempPathFactory, ring: Ring, content: bytes) -> None:
    files = ring.path.parent / "files"
    digest, key_id = contents.store(files, 7, content, ring)
    assert contents.read(files, 7, digest, ring) == content
    assert contents.key_of(files, 7, digest) == key_id == ring.current.id
    stored = contents.place_of(files, 7, digest).read_bytes()
    assert len(content) <= len(contents.MARK) or content not in stored


def test_key_ids_of_a_tree(ring: Ring) -> None:
    tree = json.loads(json.dumps(as_stored(seal_tree(ring, 1, "r", {"a": [Secret("x")], "b": "y"}))))
    assert key_ids(tree) == {ring.current.id}
