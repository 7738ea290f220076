"""The tenancy guard on both engines, and row-level security alone with the guard switched off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.core import scope as guard
from portal.core.db import db
from portal.core.scope import ForeignRow, Scope, ScopeMissing, crossing, set_scope
from portal.units.models import Unit
from tests.factories import Factory


@pytest.fixture
def two(make: Factory) -> tuple[int, int]:
    city = make.tenant("阳泉市")
    a, b = make.tenant("平定县", city), make.tenant("盂县", city)
    make.unit(a, "甲单位")
    make.unit(b, "乙单位")
    make.unit(b, "丙单位")
    return a.id, b.id


QUERIES: dict[str, Callable[[], Any]] = {
    "entities": lambda: sa.select(Unit),
    "columns": lambda: sa.select(Unit.full_name),
    "count": lambda: sa.select(sa.func.count()).select_from(Unit),
    "subquery": lambda: sa.select(sa.select(Unit.id).subquery().c.id),
    "cte": lambda: sa.select(sa.select(Unit.id).cte().c.id),
    "scalar": lambda: sa.select(sa.select(sa.func.count(Unit.id)).scalar_subquery()),
    "union": lambda: sa.union_all(sa.select(Unit.id), sa.select(Unit.id)),
}


@pytest.mark.parametrize("name", QUERIES)
def test_each_kind_of_query_sees_the_scope_only_whatever_ran_before(
    session: Session, two: tuple[int, int], name: str
) -> None:
    a, b = two
    rows = {a: 1, b: 2}
    for tenant in (a, b, a):
        set_scope(session, Scope(own=(tenant,)))
        found = session.execute(QUERIES[name]()).all()
        expected = rows[tenant]
        match name:
            case "count" | "scalar":
                assert found == [(expected,)]
            case "union":
                assert len(found) == 2 * expected
            case _:
                assert len(found) == expected
    set_scope(session, Scope(own=()))
    assert session.scalars(sa.select(Unit)).all() == []


@pytest.mark.parametrize("name", QUERIES)
def test_no_scope_no_rows(session: Session, two: tuple[int, int], name: str) -> None:
    session.info.pop("scope", None)
    with pytest.raises(ScopeMissing):
        session.execute(QUERIES[name]())


@pytest.mark.parametrize(
    "statement",
    [sa.select(Unit.__table__), sa.text("select * from unit"), sa.select(sa.exists().where(Unit.kind == ""))],
)
def test_what_the_criteria_cannot_reach_is_refused(
    session: Session, two: tuple[int, int], statement: object
) -> None:
    set_scope(session, Scope(own=(two[0],)))
    with pytest.raises(ScopeMissing):
        session.execute(statement)  # type: ignore[call-overload]


def test_bulk_changes_stay_inside(session: Session, two: tuple[int, int]) -> None:
    a, b = two
    set_scope(session, Scope(own=(a,), home=a))
    changed = session.execute(sa.update(Unit).values(short_name="x"))
    assert changed.rowcount == 1  # type: ignore[attr-defined]
    session.commit()
    set_scope(session, Scope(own=(b,)))
    assert "x" not in session.scalars(sa.select(Unit.short_name)).all()


def test_a_row_is_never_written_for_another_tenant(session: Session, two: tuple[int, int]) -> None:
    a, b = two
    set_scope(session, Scope(own=(a, b), home=a))
    session.add(Unit(tenant_id=b, full_name="丁", short_name="丁", sort_no=1))
    with pytest.raises(ForeignRow):
        session.flush()
    session.rollback()
    foreign = session.scalars(sa.select(Unit).where(Unit.full_name == "乙单位")).one()
    foreign.short_name = "改"
    with pytest.raises(ForeignRow):
        session.flush()
    session.rollback()


def test_a_superior_sees_below_but_writes_at_home_only(session: Session, two: tuple[int, int]) -> None:
    a, b = two
    set_scope(session, Scope(own=(a,), below=(b,), home=a))
    assert len(session.scalars(sa.select(Unit)).all()) == 3


def test_crossing_ends_where_it_began(session: Session, two: tuple[int, int]) -> None:
    a, b = two
    set_scope(session, Scope(own=(a,), home=a))
    with crossing(session, b):
        session.add(Unit(full_name="丁", short_name="丁", sort_no=1))
    session.commit()
    assert len(session.scalars(sa.select(Unit)).all()) == 1


class TestRowLevelSecurityAlone:
    """The same questions to PostgreSQL with the ORM guard switched off."""

    @pytest.fixture
    def engine(self) -> str:
        return "postgresql"

    @pytest.fixture(autouse=True)
    def _guard_off(self, two: tuple[int, int], session: Session) -> Iterator[None]:
        session.commit()
        sa.event.remove(db.session, "do_orm_execute", guard._guard_statement)
        yield
        sa.event.listen(db.session, "do_orm_execute", guard._guard_statement)

    def test_reading(self, session: Session, two: tuple[int, int]) -> None:
        a, b = two
        for tenant, rows in ((a, 1), (b, 2)):
            set_scope(session, Scope(own=(tenant,)))
            assert session.execute(sa.text("select count(*) from unit")).scalar_one() == rows
        session.rollback()

    def test_unset_means_no_rows(self, session: Session, two: tuple[int, int]) -> None:
        session.info.pop("scope", None)
        assert session.execute(sa.text("select count(*) from unit")).scalar_one() == 0

    def test_writing_for_another_tenant(self, session: Session, two: tuple[int, int]) -> None:
        a, b = two
        set_scope(session, Scope(own=(a, b), home=a))
        session.execute(sa.text("update unit set short_name = 'x' where full_name = '乙单位'"))
        set_scope(session, Scope(own=(b,)))
        assert "x" not in session.execute(sa.text("select short_name from unit")).scalars().all()
        set_scope(session, Scope(own=(a, b), home=a))
        with pytest.raises(DBAPIError, match="row-level security"):
            session.execute(
                sa.text(
                    "insert into unit (tenant_id, id, full_name, short_name, aliases, kind, sort_no, active, version)"
                    f" values ({b}, 1, 'x', 'x', '[]', '', 1, true, 1)"
                )
            )
        session.rollback()
