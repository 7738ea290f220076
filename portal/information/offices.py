"""How an office is named to people of other places, where 领导小组办公室 alone says nothing."""

from __future__ import annotations

from portal.core.reader import Desk, with_place


def full_office(desk: Desk) -> str:
    """The office with its place, unless its name begins with it."""
    return with_place(desk.tenant_name, desk.office_name)
