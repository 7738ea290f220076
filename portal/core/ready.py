"""Selects of the pages that are opened most: guarded, compiled and laid out for the driver once.

``session.execute`` takes several times as long over a small select as the database does. A ``Ready`` is the
same select under the same criteria (see ``scope``); its parameters are ``bindparam``s, lists ``expanding``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Dialect
from sqlalchemy.orm import Session

from portal.core.scope import guard_select

Convert = Callable[[Any], Any] | None


@dataclass(frozen=True)
class _Plan:
    """A statement as the driver takes it; lists of the same lengths share one.

    ``binds``: name in the statement, the parameter it comes from ('' = a constant), its place in that list
    (-1 = not a list), the constant, the conversion.
    """

    text: str
    positional: bool
    binds: tuple[tuple[str, str, int, Any, Convert], ...]
    columns: tuple[tuple[int, Callable[[Any], Any]], ...]
    """Place and conversion of those columns that need one."""


class Ready:
    """Made once, by a module; ``rows`` for each question."""

    def __init__(self, select: sa.Select[*tuple[Any, ...]]) -> None:
        self.select = select
        self._plans: dict[tuple[Any, ...], _Plan] = {}

    def rows(self, session: Session, **given: Any) -> list[tuple[Any, ...]]:
        """Rows as plain tuples. ``ScopeMissing`` as for any other select."""
        session.flush()
        guarded, parameters = guard_select(session, self.select)
        values = {**given, **parameters}
        connection = session.connection()
        lengths = ((k, len(v)) for k, v in values.items() if type(v) in (list, tuple))
        shape = (connection.dialect.name, *lengths)
        plan = self._plans.get(shape)
        if plan is None:
            plan = self._plans[shape] = _lay_out(guarded, connection.dialect, values)
        found = connection.exec_driver_sql(plan.text, _fill(plan, values)).all()
        if not plan.columns:
            return [tuple(row) for row in found]
        return [_converted(row, plan.columns) for row in found]


def _fill(plan: _Plan, values: dict[str, Any]) -> Any:
    flat = {name: _flat(v) for name, v in values.items() if type(v) in (list, tuple)}
    filled = []
    for name, source, place, constant, convert in plan.binds:
        value = constant if not source else values[source] if place < 0 else flat[source][place]
        filled.append((name, convert(value) if convert is not None else value))
    return tuple(value for _name, value in filled) if plan.positional else dict(filled)


def _flat(values: Sequence[Any]) -> Sequence[Any]:
    """Pairs one after the other, as the statement names them."""
    return [part for value in values for part in value] if values and type(values[0]) is tuple else values


def _converted(row: Sequence[Any], columns: tuple[tuple[int, Callable[[Any], Any]], ...]) -> tuple[Any, ...]:
    cells = list(row)
    for place, convert in columns:
        cells[place] = convert(cells[place])
    return tuple(cells)


def _lay_out(select: Any, dialect: Dialect, values: dict[str, Any]) -> _Plan:
    compiled = select.compile(dialect=dialect)
    expanded = compiled.construct_expanded_state(values)
    # ``expanded`` knows the conversions of lists only
    converted = {n: b.type.dialect_impl(dialect).bind_processor(dialect) for n, b in compiled.binds.items()}
    converted |= expanded.processors
    sources = {
        name: (source, place)
        for source, names in expanded.parameter_expansion.items()
        if source in values
        for place, name in enumerate(names)
    } | {name: (name, -1) for name in values if name not in expanded.parameter_expansion}
    binds = tuple(
        (name, *sources.get(name, ("", -1)), expanded.parameters[name], converted.get(name))
        for name in (expanded.positiontup if dialect.positional else expanded.parameters)
    )
    kinds = [column.type.dialect_impl(dialect) for column in select.selected_columns]
    converts = [kind.result_processor(dialect, None) for kind in kinds]
    columns = tuple((place, convert) for place, convert in enumerate(converts) if convert is not None)
    return _Plan(expanded.statement, bool(dialect.positional), binds, columns)
