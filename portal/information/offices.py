"""How an office is named to people of other places, where 领导小组办公室 alone says nothing."""

from __future__ import annotations

from portal.core.reader import Desk


def full_office(desk: Desk) -> str:
    """The office with its place, unless its name begins with it."""
    own = desk.tenant_name
    return desk.office_name if desk.office_name.startswith(own) else f"{own}{desk.office_name}"
