"""The block on an entry's page: its reward, or the way to apply for one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.core.reader import Desk
from portal.ledger.following import Panel, register_panel
from portal.ledger.models import Record
from portal.rewards.access import own_units, readable
from portal.rewards.models import RewardApplication
from portal.rewards.states import LIGHTS, STATES, State


def _load(
    session: Session, desk: Desk, campaign: Campaign, ledger: Ledger, found: Record, _now: datetime
) -> Mapping[str, Any] | None:
    """One statement, none where the ledger has no rewards."""
    scheme = next((s for s in campaign.rewards if s.ledger == ledger.key), None)
    if scheme is None or found.tenant_id != desk.tenant_id:
        return None
    row = session.execute(
        sa.select(RewardApplication.id, RewardApplication.state, RewardApplication.amount).where(
            readable(desk), RewardApplication.record_id == found.id
        )
    ).first()
    may = (found.lead_unit_id or found.unit_id) in own_units(desk) and found.withdrawn_at is None
    if row is None and not may:
        return None
    state = State(row[1]) if row else None
    return {
        "label": scheme.label, "row": row, "record_id": found.id,
        "light": LIGHTS[state] if state else "", "state": STATES[state] if state else "",
    }  # fmt: skip


register_panel(Panel("rewards/_panel.html", _load))
