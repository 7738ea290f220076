"""The two rows of a transfer, and the tenants they lie in. The one place of this room that steps into another tenant.

The receiver's row holds the true state. Whoever acts locks it first and the sender's second, so two who act at once
wait for each other and never in a ring.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.errors import NotFound
from portal.core.scope import Actor, Scope, crossing, get_scope, set_scope
from portal.core.text import Message
from portal.deadlines.models import Deadline
from portal.deadlines.services import deadlines_of
from portal.ledger.clocks import tell_story
from portal.ledger.models import Record
from portal.notices.services import notify
from portal.tenants.models import CampaignSwitch, Tenant
from portal.transfers.models import Side, Transfer, TransferStep
from portal.units.bodies import MemberUnit, list_members
from portal.units.models import Mechanism

Link = Callable[[str, str, int], str]
"""Tenant code, campaign, transfer -> path of its page there."""
ACCEPT, RESULT = "accept", "result"
"""Rules of the receiver's clocks."""
_MIRRORED = (
    "state", "to_name", "accept_due", "decided_at", "decided_by", "refusal", "result_due", "outcome", "outcome_label",
    "result", "result_on", "result_at", "there_number", "there_stage", "there_closed_on", "dispute",
)  # fmt: skip


def no_link(_code: str, _campaign: str, _id: int) -> str:
    return ""


def page_link(code: str, campaign: str, transfer_id: int) -> str:
    return f"/{code}/{campaign}/transfers/{transfer_id}"


def signed(session: Session, actor: Actor) -> str:
    """The actor with the place of the home tenant, as the other side reads it."""
    home = get_scope(session).home
    place = session.execute(sa.select(Tenant.city + Tenant.name).where(Tenant.id == home)).scalar_one()
    return placed(place, actor.name)[:240]


def placed(place: str, name: str) -> str:
    """The place before the name, unless it stands in it."""
    return name if any(place[start:] in name for start in range(len(place) - 1)) else place + name


def subject_of(row: Transfer) -> str:
    return f"transfer:{row.id}"


# ------------------------------------------------------------------------------------------ other tenants
@dataclass(frozen=True)
class Body:
    """Another tenant that runs the campaign."""

    tenant_id: int
    code: str
    name: str
    mechanism_id: int
    office: str


def _running(campaign: str) -> sa.Select[int, str, str, int, str]:
    return (
        sa.select(Tenant.id, Tenant.code, Tenant.city + Tenant.name, Mechanism.id, Mechanism.office)
        .join(Mechanism, sa.and_(Mechanism.tenant_id == Tenant.id, Mechanism.campaign == campaign))
        .join(
            CampaignSwitch,
            sa.and_(
                CampaignSwitch.tenant_id == Tenant.id, CampaignSwitch.campaign == campaign, CampaignSwitch.enabled
            ),
        )
        .order_by(Tenant.code)
    )  # fmt: skip


def bodies_beside(session: Session, tenant_id: int, parent_id: int | None, campaign: str) -> list[Body]:
    """Tenants under the same superior where the campaign is on; asked as the superior sees them, two statements."""
    if parent_id is None:
        return []
    beside = tuple(
        session.scalars(sa.select(Tenant.id).where(Tenant.parent_id == parent_id, Tenant.id != tenant_id))
    )
    if not beside:
        return []
    with crossing(session, parent_id):
        set_scope(session, Scope(own=(), below=beside))  # reading alone; ``crossing`` puts it back
        rows = session.execute(_running(campaign).where(Tenant.id.in_(beside))).all()
    return [Body(r[0], r[1], r[2], r[3], r[4]) for r in rows]


def body_above(session: Session, parent_id: int | None, campaign: str) -> Body | None:
    return body_at(session, parent_id, campaign) if parent_id is not None else None


def body_at(session: Session, tenant_id: int, campaign: str) -> Body | None:
    with inside(session, tenant_id):
        row = session.execute(_running(campaign).where(Tenant.id == tenant_id)).one_or_none()
    return Body(row[0], row[1], row[2], row[3], row[4]) if row else None


def members_at(session: Session, body: Body, on: date) -> list[MemberUnit]:
    with inside(session, body.tenant_id):
        return list_members(session, body.mechanism_id, on)


@contextmanager
def inside(session: Session, tenant_id: int) -> Iterator[None]:
    """In that tenant, which may be the one where one is."""
    if get_scope(session).home == tenant_id:
        yield
        return
    with crossing(session, tenant_id):
        yield


# ------------------------------------------------------------------------------------------ the rows
@dataclass(frozen=True)
class Pair:
    """Where the two rows lie."""

    public_key: str
    out_tenant: int
    in_tenant: int

    @property
    def near(self) -> bool:
        """Both in one tenant."""
        return self.out_tenant == self.in_tenant


def pair_of(row: Transfer) -> Pair:
    if row.side == Side.OUT:
        return Pair(row.public_key, row.tenant_id, row.twin_tenant_id)
    return Pair(row.public_key, row.twin_tenant_id, row.tenant_id)


def lock(session: Session, pair: Pair, side: Side) -> Transfer:
    """The row of a side, locked; the scope must be in its tenant."""
    tenant_id = pair.in_tenant if side is Side.IN else pair.out_tenant
    found = session.scalars(
        sa.select(Transfer)
        .where(
            Transfer.tenant_id == tenant_id, Transfer.public_key == pair.public_key, Transfer.side == side.value
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()  # fmt: skip
    if found is None:
        raise NotFound
    return found


@contextmanager
def receiving(session: Session, pair: Pair) -> Iterator[Transfer]:
    """In the receiver's tenant with its row locked."""
    with inside(session, pair.in_tenant):
        yield lock(session, pair, Side.IN)
        session.flush()


@dataclass(frozen=True, kw_only=True)
class Said:
    """What happened, for the stories of both sides, the trail and the other side's inbox."""

    kind: str
    act: Act
    by: str
    text: str = ""
    extra: str = ""
    request_key: str | None = None
    notice: Message | None = None
    """To the other side; None = nobody is told."""
    story: str = ""
    """Kind of the event in the sender's entry; '' = none."""
    mark: str = ""


def write_step(session: Session, now: datetime, row: Transfer, said: Said, *, own: bool) -> None:
    session.add(
        TransferStep(
            transfer_id=row.id, kind=said.kind, text=said.text, extra=said.extra[:300], by=said.by[:240], at=now,
            request_key=said.request_key if own else None,
        )
    )  # fmt: skip


def say_there(session: Session, actor: Actor, now: datetime, row: Transfer, said: Said, *, own: bool) -> None:
    """Step and trail at one side, inside its tenant."""
    write_step(session, now, row, said, own=own)
    record(session, said.act, subject_of(row), actor, now, {"number": row.number, "state": row.state})


def tell(
    session: Session, now: datetime, row: Transfer, text: Message, sender: str, link: Link, *, detail: str = "",
    mark: str = "", office: bool = False,
) -> None:  # fmt: skip
    """The unit of a side, or its office; with ``office`` both."""
    code = session.execute(sa.select(Tenant.code).where(Tenant.id == row.tenant_id)).scalar_one()
    units = {row.unit_id, None} if office else {row.unit_id}
    for unit_id in sorted(units, key=lambda u: u or 0):
        notify(
            session, now, mechanism_id=row.mechanism_id, unit_id=unit_id, text=text, sender=sender[:200],
            link=link(code, row.campaign, row.id), detail=detail,
            mark=f"{mark}:{row.id}:{unit_id or 0}" if mark else None,
        )  # fmt: skip


def facts_of(session: Session, row: Transfer) -> dict[str, object]:
    """What the sender may know of the receiver's row; the clocks as they stand now."""
    clocks = clocks_of(session, row)
    if ACCEPT in clocks:
        row.accept_due = clocks[ACCEPT].due_at
    if RESULT in clocks:
        row.result_due = clocks[RESULT].due_at
    return {name: getattr(row, name) for name in _MIRRORED}


def clocks_of(session: Session, row: Transfer) -> dict[str, Deadline]:
    """By rule, at the receiver."""
    found = deadlines_of(session, row.tenant_id, [subject_of(row)]).get(subject_of(row), [])
    return {clock.rule: clock for clock in found}


def mirror(
    session: Session, actor: Actor, now: datetime, pair: Pair, facts: dict[str, object], said: Said, link: Link,
    *, unread: bool = False, role: str | None = None,
) -> None:  # fmt: skip
    """Bring the sender's row up to date, continue its story and its entry's, and tell the sender.

    ``unread``: it waits in the sender's to-do list until somebody takes note.
    """
    with inside(session, pair.out_tenant):
        row = lock(session, pair, Side.OUT)
        for name, value in facts.items():
            setattr(row, name, value)
        if unread:
            row.noted_at = None
        if role is not None:
            row.role = role
        session.flush()
        say_there(session, actor, now, row, said, own=False)
        if said.story and row.record_id is not None:
            who = actor if pair.near else Actor(None, said.by)
            tell_entry(session, who, now, row, said.story, _note(row, said))
        if said.notice is not None:
            tell(session, now, row, said.notice, said.by, link, detail=said.text, mark=said.mark)
        session.flush()


def _note(row: Transfer, said: Said) -> str:
    words = " ".join(w for w in (said.extra, said.text) if w)
    return f"{row.number} {row.to_name} {words}"[:1000].strip()


def tell_entry(session: Session, actor: Actor, now: datetime, row: Transfer, kind: str, note: str) -> None:
    """Continue the story of the side's own entry."""
    found = session.get(Record, (row.tenant_id, row.record_id)) if row.record_id else None
    if found is not None:
        tell_story(session, actor, now, found, kind, note=note)


def list_steps(session: Session, row: Transfer) -> Sequence[TransferStep]:
    return session.scalars(
        sa.select(TransferStep)
        .where(TransferStep.tenant_id == row.tenant_id, TransferStep.transfer_id == row.id)
        .order_by(TransferStep.at, TransferStep.id)
    ).all()
