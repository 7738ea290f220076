"""Rows of transfers, for every place of the walks: an entry handed on with a file, and a dispute above it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from portal.core.scope import Actor
from portal.ledger.models import Record
from portal.transfers.models import Side, TransferDispute
from portal.transfers.sending import Letter, find_handing, send_transfer
from tests.factories import Factory

if TYPE_CHECKING:
    from tests.contract.world import Place


def furnish_transfers(
    session: Session, make: Factory, place: Place, body: int, actor: Actor, units: tuple[int, int]
) -> None:
    """The first unit hands its entry on; nobody here is the prosecution, so the office gets it."""
    now, c = make.clock(), place.canary
    campaign = make.app.extensions["portal"].registry.find(place.ids["campaign"])
    handing = find_handing(campaign, "to_procuratorate")
    assert handing is not None
    (sent,) = send_transfer(
        session, actor, now, campaign=campaign, handing=handing, unit_id=units[0],
        found=session.get_one(Record, (place.tenant_id, place.ids["record_id"])),
        letter=Letter("office", f"{c}理由", f"{c}请办"), request_key=f"{place.slug}-transfer",
        folder=Path(make.app.instance_path) / "files", uploads=[(f"{c}.txt", BytesIO(c.encode()))],
    )  # fmt: skip
    dispute = TransferDispute(
        mechanism_id=body, campaign=campaign.key, public_key=f"{place.slug}-dispute", request_key=None, side=Side.ABOVE.value,
        transfer_id=None, transfer_key=sent.public_key, number=f"{c}争", transfer_number=sent.number, title=f"{c}争议",
        out_tenant_id=place.tenant_id, in_tenant_id=place.tenant_id, above_tenant_id=place.tenant_id,
        from_name=f"{c}移送方", to_name=f"{c}接收方", raised_side=Side.OUT.value, raised_at=now, raised_by=actor.name,
        out_words=f"{c}意见",
    )  # fmt: skip
    session.add(dispute)
    session.flush()
    place.ids |= {"transfer_id": sent.id, "dispute_id": dispute.id}
