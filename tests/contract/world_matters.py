"""Rows of the way of an entry, for every place of the walks: assigned, with evidence, words, a step that waits."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from portal.campaigns.workflow import Who
from portal.core.scope import Actor
from portal.ledger import clocks
from portal.ledger.assigning import assign_record
from portal.ledger.files import Evidence, attach
from portal.ledger.hands import Hands
from portal.ledger.models import Record
from portal.ledger.services import Entry, create_record
from tests.factories import Factory

if TYPE_CHECKING:
    from tests.contract.world import Place


def furnish_matters(
    session: Session, make: Factory, place: Place, actor: Actor, units: tuple[int, int]
) -> None:
    """The first unit has evidence behind its entry; with another one the second unit helps."""
    now, c = make.clock(), place.canary
    campaign = make.app.extensions["portal"].registry.find(place.ids["campaign"])
    found = session.get_one(Record, (place.tenant_id, place.ids["record_id"]))
    ledger = campaign.ledger(found.ledger)
    values = {k: v for k, v in ledger.examples[0].items() if k != "title"}
    helped = create_record(
        session, actor, now, mechanism_id=found.mechanism_id, unit_id=units[0], campaign=campaign, ledger=ledger,
        entry=Entry(f"{c}交办", c, now, values), request_key=f"{place.slug}-helped",
    )  # fmt: skip
    assign_record(
        session, actor, now, campaign=campaign, ledger=ledger, found=helped, hands=Hands(roles=frozenset(Who)),
        lead_id=units[0], supporting_ids=units[1:], due=now.date(), office=c, note=f"{c}要求",
    )  # fmt: skip
    folder = Path(make.app.instance_path) / "files"
    attach(session, actor, now, found, Evidence(folder, [(f"{c}佐证.txt", BytesIO(c.encode()))]), units[0])
    clocks.tell_story(
        session, actor, now, found, "evidence", {"link": [f"record:{found.id}", f"{c}关联"]}, f"{c}说明"
    )
    place.ids |= {"steps/key": ledger.steps[0].key, "closing/key": "propose", "matter/key": "withdraw"}
