"""What was confirmed enters the ledger: a hundred lines in a transaction, by the worker where there are many. A part is
settled in the transaction that enters its lines, and each line has a key of its own, so that nothing enters twice
however often the worker is killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.registry import Registry
from portal.core import jobs
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI, Clock
from portal.core.errors import Invalid, NotFound, PortalError
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import Actor, Scope, set_scope
from portal.core.text import _
from portal.ledger import services
from portal.ledger.importing.lines import Line, LineKind, keep, take
from portal.ledger.importing.staging import say
from portal.ledger.models import Record, RecordImport, RecordImportPart
from portal.ledger.numbering import lock_series
from portal.ledger.services import Entry
from portal.tenants.models import Tenant

JOB = "ledger.import"
AT_ONCE = 100
"""Lines that are entered while one waits; more are left to the worker."""
ENTERED, FAILED = "entered", "failed"
"""Counts besides the kinds of lines."""

FindDesk = Callable[[Session, int, int, str, datetime], Desk | None]
"""(session, account, tenant, campaign, now) -> the account's desk as it is now."""


@dataclass(frozen=True)
class Task:
    session: Session
    actor: Actor
    campaign: Campaign
    ledger: Ledger
    found: RecordImport


def to_enter(found: RecordImport) -> int:
    counts = found.counts
    return int(counts.get(LineKind.NEW, 0) + counts.get(LineKind.CHANGE, 0) + counts.get("ticked", 0))


def confirm(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, ledger: Ledger, found: RecordImport
) -> None:
    """Enter what can be entered; a second time nothing happens. ``Invalid`` when there is nothing."""
    session.refresh(found, with_for_update=True)
    if found.confirmed_at is not None:
        return
    count = to_enter(found)
    if not count:
        raise Invalid({"": _("没有可以录入的行，请改正后重新上传。")})
    found.confirmed_at = now
    record(session, Act.RECORD_IMPORT, f"record_import:{found.id}", actor, now, {"lines": count})
    session.flush()
    if count <= AT_ONCE:
        task = Task(session, actor, campaign, ledger, found)
        while _enter_next(task, now):
            pass
    else:
        jobs.enqueue(
            session, JOB, now, tenant_id=found.tenant_id, import_id=found.id, account_id=actor.account_id,
            actor=actor.name,
        )  # fmt: skip


@dataclass(frozen=True)
class Room:
    """What the worker gives."""

    registry: Registry
    clock: Clock
    find_desk: FindDesk


def run_import(session: Session, room: Room, payload: Mapping[str, Any], lease: jobs.Lease) -> None:
    """Part after part until all are settled; safe to run again, and beside another one. ``jobs.Halted`` goes through."""
    tenant_id, import_id = payload["tenant_id"], payload["import_id"]
    set_scope(session, Scope(own=(tenant_id,), home=tenant_id))
    actor = Actor(payload["account_id"], payload["actor"])
    while True:
        now = room.clock()
        found = session.get(RecordImport, (tenant_id, import_id))
        if found is None or found.finished_at is not None:
            return
        task = _admit(session, room, actor, found, now)
        if task is None or not _enter_next(task, now):
            return
        lease.hold(session, room.clock())


def _admit(session: Session, room: Room, actor: Actor, found: RecordImport, now: datetime) -> Task | None:
    """None, with the reason on the import, once who confirmed it may not write there any more."""
    campaign = room.registry.find(found.campaign)
    ledger = campaign.ledger(found.ledger) if campaign else None
    desk = room.find_desk(session, found.account_id, found.tenant_id, found.campaign, now)
    if (
        campaign is None
        or ledger is None
        or desk is None
        or not may_enter(session, desk, campaign, found, now)
    ):
        found.error = str(_("专项、台账或您的岗位已有变化，其余各行没有录入。"))
        found.finished_at = now
        return None
    return Task(session, actor, campaign, ledger, found)


def may_enter(session: Session, desk: Desk, campaign: Campaign, found: RecordImport, now: datetime) -> bool:
    if found.unit_id not in desk.units_with(Right.RECORD_WRITE):
        return False
    day = now.astimezone(SHANGHAI).date()
    kept = services.writable_ledgers(session, campaign, desk.mechanism_id, (found.unit_id,), day)
    return any(x.key == found.ledger for x in kept.get(found.unit_id, ()))


def _enter_next(task: Task, now: datetime) -> bool:
    """Enter the next part; False when there was none and the import is finished."""
    session, found, p = task.session, task.found, RecordImportPart
    part = session.scalars(
        sa.select(p)
        .where(p.tenant_id == found.tenant_id, p.import_id == found.id, p.settled_at.is_(None))
        .order_by(p.number)
        .limit(1)
        .with_for_update()
    ).one_or_none()
    if part is None:
        found.finished_at = now
        session.flush()
        return False
    _held = session.get(Tenant, found.tenant_id)  # followers ask for it with each entry
    lines = [take(kept) for kept in part.lines]
    wanted = [line for line in lines if line.enters]
    new = [line for line in wanted if not line.number]
    counts = (
        Counter({ENTERED: len(new)})
        if _create_all(task, new, now)
        else Counter(_enter(task, x, now) for x in new)
    )
    counts += Counter(_enter(task, line, now) for line in wanted if line.number)
    part.lines, part.settled_at = [keep(line) for line in lines], now
    part.kinds = dict(Counter(line.kind.value for line in lines))
    kinds = Counter({k: v for k, v in found.counts.items() if k in (ENTERED, FAILED)})
    found.counts = found.counts | dict(kinds + counts)
    session.flush()
    return True


def _create_all(task: Task, lines: list[Line], now: datetime) -> bool:
    """New entries in one go, a tenth of the statements; False, with nothing done, when one of them cannot enter."""
    session, found, campaign, ledger = task.session, task.found, task.campaign, task.ledger
    if not lines:
        return True
    try:
        with session.begin_nested():
            prepared = [services.prepare(campaign, ledger, _entry(line, line.values), now) for line in lines]
            series = lock_series(session, f"{campaign.key}.{ledger.key}", now.astimezone(SHANGHAI).year)
            keys = [_key(found, line) for line in lines]
            if session.scalars(sa.select(Record.id).where(Record.request_key.in_(keys)).limit(1)).first():
                return False
            made = [
                services.new_record(
                    actor=task.actor, now=now, mechanism_id=found.mechanism_id, unit_id=found.unit_id, campaign=campaign,
                    ledger=ledger, entry=entry, series=series, request_key=key,
                )
                for (entry, _fired), key in zip(prepared, keys, strict=True)
            ]  # fmt: skip
            session.add_all(made)
            session.flush()
            with session.no_autoflush:
                for entered, (_said, fired) in zip(made, prepared, strict=True):
                    services.begin(session, task.actor, now, campaign, ledger, entered, fired)
    except PortalError:
        session.refresh(found)
        return False
    for line, entered in zip(lines, made, strict=True):
        line.done = entered.number
    return True


def _key(found: RecordImport, line: Line) -> str:
    return f"i{found.id}-{line.row}"


def _enter(task: Task, line: Line, now: datetime) -> str:
    """One line in a transaction within: what cannot enter leaves nothing, and its sentence goes back with it."""
    session, found = task.session, task.found
    try:
        with session.begin_nested():
            entered = _change(task, line, now) if line.number else _create(task, line, now)
        line.done = entered.number
        return ENTERED
    except PortalError as error:
        say(line, error.message)
        session.refresh(found)
        return FAILED


def _create(task: Task, line: Line, now: datetime) -> Record:
    found = task.found
    return services.create_record(
        task.session, task.actor, now, mechanism_id=found.mechanism_id, unit_id=found.unit_id, campaign=task.campaign,
        ledger=task.ledger, entry=_entry(line, line.values), request_key=_key(found, line),
    )  # fmt: skip


def _change(task: Task, line: Line, now: datetime) -> Record:
    kept = task.session.get(Record, (task.found.tenant_id, int(line.record_id)))
    if kept is None or (kept.unit_id, kept.ledger) != (task.found.unit_id, task.found.ledger):
        raise NotFound
    values = {**kept.values, **{k: pair[1] for k, pair in line.changes.items() if not k.startswith("entry-")}}
    return services.change_record(
        task.session, task.actor, now, found=kept, version=line.version, campaign=task.campaign, ledger=task.ledger,
        entry=_entry(line, values),
    )  # fmt: skip


def _entry(line: Line, values: Mapping[str, Any]) -> Entry:
    return Entry(line.title, line.place, line.moment, dict(values))
