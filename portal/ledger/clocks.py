"""The clocks of ledger entries, and the story every step leaves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger, Threshold
from portal.campaigns.exchange import Limit, LimitKind
from portal.campaigns.sources import Values
from portal.core.audit import Act, record
from portal.core.errors import Conflict, PluginError
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.deadlines.models import Deadline
from portal.deadlines.services import Reason, deadlines_of, move_deadline, start_deadline
from portal.ledger.models import Record, RecordEvent
from portal.notices.services import notify

IMPORTANT = "important"
"""Rule of a clock that a person started by marking the matter as important."""
IMPORTANT_HOURS = 24


def subject_of(found: Record) -> str:
    return f"record:{found.id}"


def clocks_of(session: Session, found: Record) -> list[Deadline]:
    return deadlines_of(session, found.tenant_id, [subject_of(found)]).get(subject_of(found), [])


def mark_important(session: Session, actor: Actor, now: datetime, *, found: Record) -> Deadline:
    """A person finds the matter important though no threshold was reached: 24 hours from knowing, too."""
    if clocks_of(session, found):
        raise Conflict(_("这件事的上报时限已在计时，无需再标。"))
    reason = Reason(_("重要事项"), _hours(IMPORTANT_HOURS), (Message(_("由登记单位标为重要事项。")),))
    tell_story(session, actor, now, found, "important")
    return _start_clock(session, actor, now, found, IMPORTANT, reason)


def fired_thresholds(campaign: Campaign, ledger: Ledger, values: Values) -> list[tuple[Threshold, Message]]:
    """Thresholds that these values reach, each with its sentence; the shortest limit first."""
    try:
        fired = [
            (t, t.reason(values)) for t in campaign.thresholds if t.ledger == ledger.key and t.when(values)
        ]
    except Exception as error:  # a plugin may raise anything; better no entry than one without its clock
        raise PluginError(
            Message(_("专项“%(label)s”的上报条件出错，没有保存。"), label=campaign.label)
        ) from error
    return sorted(fired, key=lambda pair: pair[0].hours)


def keep_clock(
    session: Session,
    actor: Actor,
    now: datetime,
    campaign: Campaign,
    found: Record,
    fired: list[tuple[Threshold, Message]],
) -> None:
    """One clock per matter, of the shortest limit; it follows a corrected moment of knowing until it is met.

    A correction below every threshold takes back a clock that no longer has a ground, and tells the office.
    """
    clocks = clocks_of(session, found)
    for clock in clocks:
        if clock.met_at is None and clock.started_at != found.known_at:
            move_deadline(clock, found.known_at)
    if not fired:
        for clock in clocks:
            if clock.met_at is None and clock.rule != IMPORTANT:
                take_back(
                    session,
                    actor,
                    now,
                    found,
                    clock,
                    _("%(number)s 更正后不再达到急报条件，上报时限已撤销。"),
                )
        return
    threshold = fired[0][0]
    if any(clock.due_at - clock.started_at <= timedelta(hours=threshold.hours) for clock in clocks):
        return
    reason = Reason(
        threshold.label,
        _hours(threshold.hours),
        tuple(sentence for _threshold, sentence in fired),
        threshold.clause,
        campaign.source(threshold.clause.source),
    )
    _start_clock(session, actor, now, found, threshold.key, reason)


def _start_clock(
    session: Session, actor: Actor, now: datetime, found: Record, rule: str, reason: Reason
) -> Deadline:
    clock = start_deadline(
        session,
        actor,
        now,
        mechanism_id=found.mechanism_id,
        unit_id=found.unit_id,
        subject=subject_of(found),
        rule=rule,
        title=f"{found.number} {found.title}",
        reason=reason,
        started_at=found.known_at,
    )
    clock.released_at = now if found.released_at else None
    hours = clock.span["n"]
    _tell_office(session, actor, now, found, _("%(number)s 达到急报条件，须在 %(h)s 小时内上报。"), h=hours)
    return clock


def _hours(n: int) -> Limit:
    return Limit(kind=LimitKind.HOURS, n=n)


def take_back(
    session: Session, actor: Actor, now: datetime, found: Record, clock: Deadline, said: Text | None = None
) -> None:
    """The clock has no ground any more and goes; ``said``: to the office. The story keeps that it ran."""
    tell_story(session, actor, now, found, "clock_ended", {"clock": [clock.reason["label"], None]})
    record(session, Act.RECORD_CHANGE, f"deadline:{clock.id}", actor, now, {"taken_back": clock.rule})
    if said is not None:
        _tell_office(session, actor, now, found, said)
    session.delete(clock)


def _tell_office(
    session: Session, actor: Actor, now: datetime, found: Record, text: str, **params: Any
) -> None:
    notify(
        session,
        now,
        mechanism_id=found.mechanism_id,
        unit_id=None,
        text=Message(text, number=found.number, **params),
        sender=actor.name,
        detail=found.title,
    )


def tell_story(
    session: Session,
    actor: Actor,
    now: datetime,
    found: Record,
    kind: str,
    changes: dict[str, Any] | None = None,
    note: str = "",
    *,
    step: str = "",
    request_key: str | None = None,
) -> RecordEvent:
    """Continue the story; superiors who see the entry see this too."""
    released_at = now if found.released_at else None
    event = RecordEvent(
        record_id=found.id,
        kind=kind,
        changes=changes or {},
        by=actor.name,
        at=now,
        note=note.strip(),
        account_id=actor.account_id,
        step=step,
        request_key=request_key,
    )
    event.released_at = released_at
    session.add(event)
    return event
