"""争议报请: two counties disagree whose matter it is and bring it before their common superior.

Each county and the superior have a row of their own with the same words; ``deciding`` goes on with them.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.handing import Reach
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, _
from portal.documents.marks import refuse_marks
from portal.ledger.numbering import lock_series, take_number
from portal.notices.services import notify
from portal.tenants.models import Tenant
from portal.transfers.models import Side, State, Transfer, TransferDispute
from portal.transfers.pairs import (
    Link,
    Pair,
    Said,
    body_above,
    facts_of,
    inside,
    mirror,
    page_link,
    pair_of,
    receiving,
    say_there,
    signed,
    tell,
)
from portal.transfers.states import STATES

ARGUABLE = (State.SENT, State.ACCEPTED, State.REFUSED)


def may_refer(row: Transfer) -> bool:
    return row.reach == Reach.COUNTY and row.state in ARGUABLE and row.dispute == ""


def dispute_link(code: str, campaign: str, dispute_id: int) -> str:
    return f"/{code}/{campaign}/transfers/disputes/{dispute_id}"


def refer_dispute(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, row: Transfer, text: str, request_key: str,
    link: Link = dispute_link,
) -> TransferDispute:  # fmt: skip
    """Bring the transfer before the common superior, from either side; until it decides, or this is taken back, neither
    side goes on. The same ``request_key`` again gives the dispute of the first time."""
    if first := _find_sent(session, request_key, row):
        return first
    if not text.strip():
        raise Invalid({"text": _("请写明本地意见：为什么应由哪一方管辖。")})
    refuse_marks({"text": text})
    home = get_scope(session).home
    assert home is not None
    parent_id = session.execute(sa.select(Tenant.parent_id).where(Tenant.id == home)).scalar_one()
    above = body_above(session, parent_id, campaign.key)
    if above is None:
        raise Conflict(_("共同上级没有在本系统开展这项工作，请书面报请。"))
    pair, by, side = pair_of(row), signed(session, actor), Side(row.side)
    with inside(session, above.tenant_id):  # numbered by who decides, so that no two are alike there
        number = _number(session, campaign, now)
    with receiving(session, pair) as there:
        if not may_refer(there):
            raise Conflict(
                Message(_("现为“%(state)s”，不能报请，请刷新页面查看。"), state=STATES[State(there.state)])
                if not there.dispute
                else _("这件移送的争议已经报请过上级，请刷新页面查看。")
            )
        there.dispute = "open"
        said = Said(
            kind="refer", act=Act.DISPUTE_REFER, by=by, text=text.strip(), extra=above.office, story="transfer_disputed",
        )  # fmt: skip
        say_there(session, actor, now, there, said, own=False)
        common = _common(there, pair, above.tenant_id, campaign, side, by, text.strip(), number, now)
        theirs = _add(session, common, Side.IN, there, request_key if side is Side.IN else None)
        if side is Side.OUT:
            _tell_other(session, now, there, by, text, theirs, link)
        facts = facts_of(session, there)
    mirror(session, actor, now, pair, facts, said, page_link)
    with inside(session, pair.out_tenant):
        mine = session.scalars(_row(pair.out_tenant, pair.public_key)).one()
        ours = _add(session, common, Side.OUT, mine, request_key if side is Side.OUT else None)
        if side is Side.IN:
            _tell_other(session, now, mine, by, text, ours, link)
    with inside(session, above.tenant_id):
        top = TransferDispute(
            **common,
            side=Side.ABOVE.value,
            mechanism_id=above.mechanism_id,
            transfer_id=None,
            request_key=None,
        )
        session.add(top)
        session.flush()
        record(session, Act.DISPUTE_REFER, f"dispute:{top.id}", actor, now, {"number": number})
        said_above = Message(
            _("%(who)s报请决定管辖：%(title)s（%(number)s）。"), who=by, title=top.title[:60], number=number
        )
        notify(
            session, now, mechanism_id=above.mechanism_id, unit_id=None, text=said_above, sender=by[:200],
            link=link(above.code, campaign.key, top.id), detail=text, mark=f"dispute:{top.id}",
        )  # fmt: skip
    return ours if side is Side.OUT else theirs


def _find_sent(session: Session, request_key: str, row: Transfer) -> TransferDispute | None:
    found = session.scalars(
        sa.select(TransferDispute).where(TransferDispute.request_key == request_key)
    ).one_or_none()
    if found is not None and found.transfer_id != row.id:
        raise Conflict
    return found


def _number(session: Session, campaign: Campaign, now: datetime) -> str:
    series = lock_series(session, f"{campaign.key}.dispute", now.astimezone(SHANGHAI).year)
    return take_number(series, _("争"))


def _common(
    there: Transfer, pair: Pair, above: int, campaign: Campaign, side: Side, by: str, text: str, number: str, now: datetime
) -> dict[str, Any]:  # fmt: skip
    return {
        "campaign": campaign.key, "public_key": secrets.token_urlsafe(32), "transfer_key": pair.public_key,
        "number": number, "transfer_number": there.number, "title": there.title, "out_tenant_id": pair.out_tenant,
        "in_tenant_id": pair.in_tenant, "above_tenant_id": above, "from_name": there.from_name,
        "to_name": there.to_name, "raised_side": side.value, "raised_at": now, "raised_by": by[:240],
        "out_words": text if side is Side.OUT else "", "in_words": text if side is Side.IN else "",
    }  # fmt: skip


def _add(
    session: Session, common: dict[str, Any], side: Side, row: Transfer, key: str | None
) -> TransferDispute:
    found = TransferDispute(
        **common, side=side.value, mechanism_id=row.mechanism_id, transfer_id=row.id, request_key=key
    )
    session.add(found)
    session.flush()
    return found


def _tell_other(
    session: Session, now: datetime, row: Transfer, by: str, text: str, dispute: TransferDispute, link: Link
) -> None:
    said = Message(
        _("%(who)s就移送 %(number)s 报请上级决定管辖，请提出本地意见。"), who=by, number=row.number
    )
    tell(
        session, now, row, said, by, lambda code, campaign, _id: link(code, campaign, dispute.id), detail=text,
        mark="disputed", office=True,
    )  # fmt: skip


def _row(tenant_id: int, key: str) -> sa.Select[Transfer]:
    return sa.select(Transfer).where(
        Transfer.tenant_id == tenant_id, Transfer.public_key == key, Transfer.side == Side.OUT.value
    )
