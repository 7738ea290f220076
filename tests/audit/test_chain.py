"""A88: what somebody with the database owner's power did to the trail is found, and the first bad row is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.engine import Connection

from portal.audit.cli import audit
from portal.audit.services import get_chain
from portal.core.audit import Act, record
from portal.core.scope import SYSTEM
from portal.core.settings import Settings
from portal.tenants.models import Tenant
from tests.conftest import TestClock
from tests.factories import Factory

Tamper = Callable[[str], None]


@pytest.fixture
def county(make: Factory, clock: TestClock) -> Tenant:
    """With five events."""
    county = make.tenant()
    with make.enter(county) as session:
        for number in range(1, 6):
            record(
                session, Act.UNIT_CHANGE, f"unit:{number}", SYSTEM, clock.now, {"name": "公安局", "n": number}
            )
            session.flush()
    return county


@pytest.fixture
def owner(settings: Settings) -> Iterator[Connection]:
    """A connection that neither guard nor row-level security binds."""
    engine = sa.create_engine(settings["OWNER_URL"] or settings.database_url)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("alter table audit_event no force row level security"))
            connection.execute(sa.text("alter table audit_head no force row level security"))
            connection.commit()
        yield connection
    engine.dispose()


def state(make: Factory, county: Tenant) -> tuple[int, str] | None:
    make.session.rollback()
    with make.enter(county) as session:
        broken = get_chain(session).broken
    return (broken.seq, broken.reason) if broken else None


def test_an_untouched_chain_holds(make: Factory, county: Tenant) -> None:
    assert state(make, county) is None
    with make.enter(county) as session:
        chain = get_chain(session)
        assert (chain.length, len(chain.seal), chain.checked) == (5, 64, True)
        assert get_chain(session, up_to=4).checked is False


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["update audit_event set actor_name = 'other' where seq = 3"], (3, "changed")),
        (["update audit_event set subject = 'unit:9' where seq = 1"], (1, "changed")),
        (["update audit_event set data = '{}' where seq = 2"], (2, "changed")),
        (["update audit_event set at = '2020-01-01 00:00:00' where seq = 5"], (5, "changed")),
        (["update audit_event set address = '10.0.0.1' where seq = 4"], (4, "changed")),
        (["delete from audit_event where seq = 3"], (3, "missing")),
        (["delete from audit_event where seq = 1"], (1, "missing")),
        (["delete from audit_event where seq = 3", "update audit_event set seq = 3 where seq = 4",
          "update audit_event set seq = 4 where seq = 5", "update audit_head set seq = 4"], (3, "order")),
        (["update audit_event set seq = 99 where seq = 2", "update audit_event set seq = 2 where seq = 4",
          "update audit_event set seq = 4 where seq = 99"], (2, "order")),
        (["delete from audit_event where seq = 5"], (5, "cut")),
        (["delete from audit_event where seq > 3", "update audit_head set seq = 3"], (3, "head")),
        (["delete from audit_event"], (1, "cut")),
        (["delete from audit_head"], (6, "cut")),
    ],
)  # fmt: skip
def test_tampering_is_found(
    make: Factory, county: Tenant, owner: Connection, statements: list[str], found: tuple[int, str]
) -> None:
    make.session.rollback()
    for statement in statements:
        owner.execute(sa.text(statement))
    owner.commit()
    assert state(make, county) == found


def test_the_command_names_tenant_and_row_and_fails(
    app: Flask, make: Factory, county: Tenant, owner: Connection
) -> None:
    other = make.tenant("盂县")
    make.session.rollback()
    run = CliRunner()
    fine = run.invoke(audit, ["verify"], obj=lambda: app)
    assert fine.exit_code == 0, fine.output
    assert f"{county.code} 平定县: OK, 5 events" in fine.output
    make.session.rollback()
    owner.execute(sa.text("update audit_event set act = 'unit.split' where seq = 4"))
    owner.commit()
    bad = run.invoke(audit, ["verify"], obj=lambda: app)
    assert bad.exit_code == 1
    assert f"{county.code} 平定县: BROKEN at event 4: changed" in bad.output
    assert f"{other.code} 盂县: OK" in bad.output
