"""The answer to what an entry's step asked of the tenant above, given to the ledger."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.core.scope import Actor
from portal.ledger.models import Record
from portal.ledger.workflow import finish_step


def finish_upward(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, found: Record, handing: str, agreed: bool, text: str
) -> None:  # fmt: skip
    """Inside the asking tenant. Not agreed: the entry stays where it is; its story tells the answer already."""
    ledger = campaign.ledger(found.ledger)
    if ledger is None or not agreed:
        return
    asking = [s for s in ledger.steps if s.upward == handing]
    step = next((s for s in asking if found.stage in s.start), asking[0] if asking else None)
    if step is not None:
        finish_step(session, actor, now, campaign, ledger, found, step.key, note=text)
