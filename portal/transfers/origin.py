"""移送函 as an official document of either side: filled in from the transfer, which keeps the number it was issued under."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.forms import FieldKind
from portal.campaigns.papers import DocumentType
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import NotFound
from portal.core.reader import Desk
from portal.core.scope import get_scope
from portal.core.text import Message, written
from portal.papers.origins import Origin, Prepared, register_origin
from portal.papers.templates import find_template
from portal.transfers.access import get_transfer
from portal.transfers.files import list_files
from portal.transfers.models import Side, Transfer, TransferStep
from portal.transfers.pairs import subject_of
from portal.transfers.sending import find_handing
from portal.web.access import now, the_actor, the_campaign

TEMPLATES = ("transfer", "letter")


def prepare(session: Session, desk: Desk, transfer_id: int, template: str, _now: datetime) -> Prepared:
    """What is known goes into whichever fields the template has for it; nothing that is sensitive."""
    row, campaign = get_transfer(session, desk, transfer_id), the_campaign()
    if row.side != Side.OUT:
        raise NotFound
    files = [f.name for f in list_files(session, row)]
    handing = find_handing(campaign, row.handing)
    source = campaign.source(handing.clause.source) if handing else None
    basis = (
        f"{written('《')}{source.title}{written('》')}{handing.clause.article}" if handing and source else ""
    )
    summary = "\n".join(line for line in (row.reason, row.asked) if line)
    known: dict[str, Any] = {
        "matter": row.title, "subject": row.title, "summary": summary, "facts": row.reason, "judgement": row.asked,
        "reason": row.reason, "wishes": row.asked, "papers": "\n".join(files), "basis": basis,
        "origin": str(Message(written("本单位台账，移送编号%(n)s"), n=row.number)),
        "sent_on": row.sent_at.astimezone(SHANGHAI).date().isoformat(),
    }  # fmt: skip
    taken = (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.DATE)
    fields = find_template(campaign, template).fields
    values = {f.key: known[f.key] for f in fields if f.kind in taken and known.get(f.key)}
    unit_id = _unit_here(session, row)
    return Prepared(
        template=template, values=values, unit_ids=(unit_id,) if unit_id else (),
        main_text="" if unit_id else row.to_name, files=tuple(files),
    )  # fmt: skip


def _unit_here(session: Session, row: Transfer) -> int | None:
    """The receiving unit, where it is one of this body."""
    if row.twin_tenant_id != row.tenant_id:
        return None
    return session.scalar(
        sa.select(Transfer.unit_id).where(
            Transfer.tenant_id == row.tenant_id, Transfer.public_key == row.public_key, Transfer.side == Side.IN.value
        )
    )  # fmt: skip


def issued(session: Session, transfer_id: int, number: str) -> None:
    row = session.scalars(
        sa.select(Transfer).where(Transfer.tenant_id == get_scope(session).home, Transfer.id == transfer_id)
    ).one_or_none()
    if row is not None:
        row.paper_number = number[:60]
        session.add(
            TransferStep(transfer_id=row.id, kind="paper", extra=number[:300], by=the_actor().name, at=now())
        )
        record(session, Act.TRANSFER_PAPER, subject_of(row), the_actor(), now(), {"number": number})


register_origin(
    "transfer",
    Origin(prepare, ("transfers.detail", "transfer_id"), TEMPLATES, issued, types=(DocumentType.TRANSFER,)),
)
