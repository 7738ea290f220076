"""Who reads a transfer and who acts on it. Each side reads its own row; the office every one of its body, a unit those
it sends or receives and those of the entries it keeps, leads or helps with."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.ledger.access import is_office, own_units, readable_by
from portal.ledger.models import Record
from portal.transfers.models import Side, Transfer, TransferDispute


def readable(desk: Desk) -> sa.ColumnElement[bool]:
    """``NotAllowed`` for posts that read no entries."""
    own = own_units(desk)
    here = sa.and_(Transfer.tenant_id == desk.tenant_id, Transfer.mechanism_id == desk.mechanism_id)
    if own is None:
        return here
    entries = sa.select(Record.id).where(Record.tenant_id == desk.tenant_id, readable_by(own))
    return sa.and_(here, sa.or_(Transfer.unit_id.in_(own), Transfer.record_id.in_(entries)))


def get_transfer(session: Session, desk: Desk, transfer_id: int) -> Transfer:
    """``NotFound`` for what the desk may not read."""
    found = session.scalars(
        sa.select(Transfer).where(Transfer.id == transfer_id, readable(desk))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def disputes_of(desk: Desk) -> sa.ColumnElement[bool]:
    """Of the own body: above all that were brought, in a county those of transfers that the desk reads."""
    here = sa.and_(
        TransferDispute.tenant_id == desk.tenant_id, TransferDispute.mechanism_id == desk.mechanism_id
    )
    if own_units(desk) is None:
        return here
    return sa.and_(here, TransferDispute.transfer_id.in_(sa.select(Transfer.id).where(readable(desk))))


def get_dispute(session: Session, desk: Desk, dispute_id: int) -> TransferDispute:
    wanted = sa.select(TransferDispute).where(TransferDispute.id == dispute_id, disputes_of(desk))
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_entry(session: Session, desk: Desk, subject: str) -> Record:
    """The entry that an address names (``record:<id>``), of the own tenant and campaign and readable."""
    kind, _colon, number = subject.partition(":")
    if kind != "record" or not (number.isascii() and number.isdigit()) or len(number) > 18:
        raise NotFound
    own = own_units(desk)
    query = sa.select(Record).where(
        Record.tenant_id == desk.tenant_id, Record.mechanism_id == desk.mechanism_id, Record.id == int(number)
    )
    if own is not None:
        query = query.where(readable_by(own))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def handles(desk: Desk, row: Transfer) -> bool:
    """Whether the desk acts for this side: the unit itself, or the office where no unit has it."""
    if row.unit_id is None:
        return is_office(desk)
    return row.unit_id in desk.units_with(Right.RECORD_WRITE)


def senders(desk: Desk, found: Record) -> list[int | None]:
    """For whom the reader may send the entry on: the unit that handles or keeps it; None = the office."""
    own = desk.units_with(Right.RECORD_WRITE)
    units: list[int | None] = [
        u for u in dict.fromkeys((found.lead_unit_id or found.unit_id, found.unit_id)) if u in own
    ]
    return units + ([None] if is_office(desk) else [])


def may_pass_on(desk: Desk, row: Transfer) -> bool:
    """The office finds the unit that handles it; in another tenant it may also find another one than the sender did."""
    return (
        row.side == Side.IN
        and is_office(desk)
        and (row.unit_id is None or row.twin_tenant_id != row.tenant_id)
    )
