"""Two kinds of cell make up nearly the whole table: a number of something and a sum in 万元.

Cells of one owner have one kind of unit that answers for them, so no case, card or account is added up twice.
"""

from __future__ import annotations

from portal.campaigns import Clause, Field, FieldKind, Text, _

from ..draws import DRAWS

EVERYBODY = ""
"""As owner: a figure of every unit."""


def count(
    key: str,
    label: Text,
    unit: Text,
    owner: str,
    clause: Clause,
    definition: Text,
    typical: tuple[int, int],
    *,
    required: bool = False,
    element: str = "",
) -> Field:
    return Field(
        key=key,
        label=label,
        kind=FieldKind.INTEGER,
        unit=unit,
        required=required,
        owners=(owner,) if owner else (),
        element=element,
        definition=definition,
        clause=clause,
        typical=typical,
        draws=DRAWS.get(key, ()),
    )


def money(
    key: str,
    label: Text,
    owner: str,
    clause: Clause,
    definition: Text,
    typical: tuple[int, int],
    *,
    required: bool = False,
) -> Field:
    return Field(
        key=key,
        label=label,
        kind=FieldKind.MONEY,
        unit=_("万元"),
        required=required,
        owners=(owner,),
        definition=definition,
        clause=clause,
        typical=typical,
        draws=DRAWS.get(key, ()),
    )
