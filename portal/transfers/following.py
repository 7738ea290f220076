"""What happens to an entry that came by a transfer is told to its sender: number, stage and end, nothing else. And the
block on an entry's page that shows where it went and where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.handing import Reach
from portal.core.audit import Act
from portal.core.clock import SHANGHAI
from portal.core.errors import NotAllowed
from portal.core.reader import Desk
from portal.core.scope import Actor, get_scope
from portal.core.text import _
from portal.ledger.acting import OPEN as UNCLOSED
from portal.ledger.following import Panel, register_follower, register_panel
from portal.ledger.models import Closing, Record
from portal.transfers.access import senders
from portal.transfers.handling import stage_of
from portal.transfers.models import Side, State, Transfer
from portal.transfers.pairs import Said, facts_of, mirror, no_link, pair_of, receiving, signed, write_step
from portal.transfers.sending import handings_for
from portal.transfers.states import OPEN, light_of
from portal.transfers.withdrawing import withdraw_transfer
from portal.units.bodies import list_members

KIND = "transfer:"


def follow(
    session: Session, actor: Actor, now: datetime, campaign: Campaign, ledger: Ledger, found: Record
) -> None:
    """Registered with the ledgers. No statement for an entry that came from nowhere and stays."""
    if found.withdrawn_at is not None:
        _take_back(session, actor, now, found)
    if found.lead_unit_id not in (None, found.unit_id) and found.tenant_id == get_scope(session).home:
        _keep_near(session, ledger, found)
    if not found.origin.startswith(KIND) or found.tenant_id != get_scope(session).home:
        return
    row = session.get(Transfer, (found.tenant_id, int(found.origin.removeprefix(KIND))))
    if row is None or row.record_id != found.id or row.side != Side.IN:
        return  # it is just being made
    stage = stage_of(ledger, found)
    closed_on = found.closed_on if found.closing == Closing.CLOSED else None
    if found.withdrawn_at is not None:
        stage = str(_("已撤回"))
    if (stage, closed_on) == (row.there_stage, row.there_closed_on):
        return
    by, pair = signed(session, actor), pair_of(row)
    with receiving(session, pair) as there:
        there.there_stage, there.there_closed_on = stage, closed_on
        extra = str(_("已销号")) if closed_on else stage
        said = Said(kind="stage", act=Act.TRANSFER_PROGRESS, by=by, extra=extra)
        write_step(session, now, there, said, own=True)
        facts = facts_of(session, there)
    mirror(session, actor, now, pair, facts, said, no_link)


def _keep_near(session: Session, ledger: Ledger, found: Record) -> None:
    """Inside a tenant both sides read the one entry; their rows say how it stands."""
    rows = session.scalars(
        sa.select(Transfer).where(
            Transfer.tenant_id == found.tenant_id, Transfer.record_id == found.id, Transfer.reach == Reach.UNIT.value,
            Transfer.state.in_([State.ACCEPTED.value, State.DONE.value]),
        )
    )  # fmt: skip
    closed_on = found.closed_on if found.closing == Closing.CLOSED else None
    for row in rows:
        row.there_stage, row.there_closed_on = stage_of(ledger, found), closed_on


def _take_back(session: Session, actor: Actor, now: datetime, found: Record) -> None:
    """An entry entered in error is on its way to nobody."""
    rows = session.scalars(
        sa.select(Transfer).where(
            Transfer.tenant_id == found.tenant_id, Transfer.record_id == found.id, Transfer.side == Side.OUT.value,
            Transfer.state == State.SENT.value, Transfer.dispute != "open",
        )
    ).all()  # fmt: skip
    for row in rows:
        withdraw_transfer(session, actor, now, row=row, text=str(_("移送方撤回了登记。")))


def _load(
    session: Session, desk: Desk, campaign: Campaign, ledger: Ledger, found: Record, now: datetime
) -> Mapping[str, Any] | None:
    """Two statements at most."""
    if found.tenant_id != desk.tenant_id:
        return None
    rows = session.scalars(
        sa.select(Transfer)
        .where(Transfer.tenant_id == desk.tenant_id, Transfer.record_id == found.id)
        .order_by(Transfer.sent_at.desc(), Transfer.id.desc())
        .limit(10)
    ).all()
    offered = [] if not _movable(found) else _offered(session, desk, campaign, found, now)
    if not rows and not offered:
        return None
    return {
        "transfers": [(row, *light_of(row, now)) for row in rows],
        "handings": offered,
        "transfer_subject": f"record:{found.id}",
        "transfer_states": OPEN,
    }


def _movable(found: Record) -> bool:
    return found.withdrawn_at is None and found.merged_into_id is None and found.closing in UNCLOSED


def _offered(session: Session, desk: Desk, campaign: Campaign, found: Record, now: datetime) -> list[Any]:
    """Ways in which the reader may send it on; none where the campaign declares none, without a statement."""
    if not any(found.ledger in h.ledgers for h in campaign.handings):
        return []
    try:
        who = senders(desk, found)
    except NotAllowed:
        return []
    if not who:
        return []
    ledger = campaign.ledger(found.ledger)
    asked = {s.upward for s in ledger.steps} if ledger else set()
    members = {
        m.unit_id: m.member for m in list_members(session, desk.mechanism_id, now.astimezone(SHANGHAI).date())
    }
    found_ways = {
        h.key: h
        for unit in who
        for h in handings_for(campaign, found.ledger, members.get(unit) if unit is not None else None)
        if unit is None or unit in members
    }
    return [h for key, h in found_ways.items() if key not in asked]  # a step asks upward on the page itself


register_follower(follow)
register_panel(Panel("transfers/_entry.html", _load))
