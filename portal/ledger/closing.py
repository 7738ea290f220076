"""销号: proposed by the lead unit with evidence, checked by the office, closed by a second person, looked back at, and
reopened under the same number when it lives again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.workflow import Closing as Declared
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.scope import Actor
from portal.core.sealing import mark_secret
from portal.core.text import Text, _
from portal.ledger import handling
from portal.ledger.acting import begin, last_event, need_words, refuse_same, stage_of, tell
from portal.ledger.clocks import fired_thresholds, keep_clock, subject_of, tell_story
from portal.ledger.derived import derive
from portal.ledger.files import NONE, Evidence, attach, has_evidence
from portal.ledger.following import tell_followers
from portal.ledger.hands import Hands, lead_of
from portal.ledger.models import Closing, Record, RecordEvent
from portal.ledger.services import list_events
from portal.ledger.workflow import check_values, missing

GONE = _("没有等待审核的销号申请，可能已由他人办理。")


def closable_from(ledger: Ledger) -> tuple[str, ...]:
    """States from which closure may be proposed; empty = any."""
    if ledger.closing is None:
        return ()
    return ledger.closing.states or tuple(s.key for s in ledger.states if s.final)


def may_propose(ledger: Ledger, found: Record) -> bool:
    """As far as the entry itself goes."""
    states = closable_from(ledger)
    return (
        ledger.closing is not None and not found.closing and not found.pending
        and (not states or stage_of(ledger, found) in states)
    )  # fmt: skip


def _declared(ledger: Ledger) -> Declared:
    if ledger.closing is None:
        raise Conflict(_("这本台账不设销号。"))
    return ledger.closing


# ------------------------------------------------------------------------------------------------ the way out
def propose_closing(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, ledger: Ledger, found: Record, hands: Hands,
    note: str, confirmed: Collection[int] = (), values: Mapping[str, Any] | None = None, evidence: Evidence = NONE,
    late_reason: str = "", version: int | None = None, request_key: str | None = None, link: str = "",
) -> RecordEvent:  # fmt: skip
    """申请销号 of the lead unit; it meets the running clocks. Impossible without evidence: given now, or standing behind
    the entry since it was last opened. ``confirmed``: places in ``Closing.checklist``. ``Invalid`` at the fields,
    ``note``, ``files``, ``checklist`` and ``late_reason``."""
    made = begin(session, found, request_key, version)
    if made is not None:
        return made
    declared = _declared(ledger)
    if not hands.leads:
        raise NotAllowed(_("销号由主办单位申请。"))
    if not may_propose(ledger, found):
        raise Conflict(_("这件事还不能申请销号，或已申请、已销号，请刷新页面查看。"))
    given = {key: values[key] for key in declared.requires if values and key in values}
    given = mark_secret([f.key for f in ledger.fields if f.sensitive], given)
    problems = missing(ledger, {**found.values, **given}, declared.requires)
    if not note.strip():
        problems["note"] = _("请写明办理结果。")
    if not set(range(len(declared.checklist))) <= set(confirmed):
        problems["checklist"] = _("请逐项核对并勾选；有一项没有做到，就不能申请销号。")
    if not evidence and not has_evidence(session, found, list_events(session, found)):
        problems["files"] = _("没有佐证不能申请销号：请上传附件，或关联一条记录。")
    check_values(ledger, found, given, problems)
    late_reason = handling.check_late(handling.clocks_of(session, found), now, late_reason)
    attach(session, actor, now, found, evidence, hands.unit_id)
    changes: dict[str, Any] = {
        key: [found.values.get(key), v] for key, v in given.items() if found.values.get(key) != v
    }
    if evidence.link:
        changes["link"] = list(evidence.link)
    if late_reason:
        changes["late_reason"] = [None, late_reason]
    found.values = {**found.values, **given}
    handling.meet_clocks(session, actor, now, found, late_reason)
    derive(ledger, found)
    return _set(
        session, actor, now, campaign, ledger, found, Closing.PROPOSED, "close_proposed", Act.RECORD_PROPOSE, note,
        request_key, changes, ([None], _("%(number)s “%(title)s”申请销号，请审核。"), link),
    )  # fmt: skip


def check_closing(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, ledger: Ledger, found: Record, hands: Hands,
    note: str = "", version: int | None = None, request_key: str | None = None,
) -> RecordEvent:  # fmt: skip
    """审核: one person of the office finds it in order; a second one closes."""
    made = begin(session, found, request_key, version)
    if made is not None:
        return made
    _of_office(hands)
    if found.closing != Closing.PROPOSED:
        raise Conflict(GONE)
    proposed = last_event(list_events(session, found), "close_proposed")
    refuse_same(
        actor,
        proposed.account_id if proposed else None,
        _("申请销号的人不能自己审核，请由办公室其他人员办理。"),
    )
    return _set(
        session, actor, now, campaign, ledger, found, Closing.CHECKED, "close_checked", Act.RECORD_CHECK, note,
        request_key,
    )  # fmt: skip


def return_closing(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, ledger: Ledger, found: Record, hands: Hands,
    note: str, version: int | None = None, request_key: str | None = None, link: str = "",
) -> RecordEvent:  # fmt: skip
    """退回 with the reason, before or after the check: the clocks run on as if they had never stopped."""
    made = begin(session, found, request_key, version)
    if made is not None:
        return made
    _of_office(hands)
    if found.closing not in (Closing.PROPOSED, Closing.CHECKED):
        raise Conflict(GONE)
    need_words(note, _("退回须写明原因和还要做什么。"))
    proposed = last_event(list_events(session, found), "close_proposed")
    if proposed is not None:
        handling.run_on(session, found, proposed.at)
    return _set(
        session, actor, now, campaign, ledger, found, Closing.NONE, "close_returned", Act.RECORD_RETURN, note,
        request_key, None, ([lead_of(found)], _("%(number)s “%(title)s”销号申请已退回。"), link),
    )  # fmt: skip


def close_record(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, ledger: Ledger, found: Record, hands: Hands,
    note: str = "", version: int | None = None, request_key: str | None = None, link: str = "",
) -> RecordEvent:  # fmt: skip
    """销号 by a second person: neither who proposed it nor who checked it."""
    made = begin(session, found, request_key, version)
    if made is not None:
        return made
    declared = _declared(ledger)
    _of_office(hands)
    if found.closing != Closing.CHECKED:
        raise Conflict(_("销号申请尚未审核，或已由他人办理。"))
    events = list_events(session, found)
    for kind, refusal in (
        ("close_checked", _("审核的人不能自己销号，请由办公室另一名人员办理。")),
        ("close_proposed", _("申请销号的人不能自己销号，请由办公室其他人员办理。")),
    ):
        first = last_event(events, kind)
        refuse_same(actor, first.account_id if first else None, refusal)
    today = now.astimezone(SHANGHAI).date()
    changes = _date_closed(ledger, found, declared, today)
    found.closed_on, found.look_back_on = today, look_back_day(campaign, declared, today)
    if found.look_back_on is not None:
        changes["look_back"] = ["", found.look_back_on.isoformat()]
    return _set(
        session, actor, now, campaign, ledger, found, Closing.CLOSED, "closed", Act.RECORD_CLOSE, note, request_key,
        changes, ([lead_of(found), found.unit_id], _("%(number)s “%(title)s”已销号。"), link),
    )  # fmt: skip


def look_back_day(campaign: Campaign, declared: Declared, closed_on: date) -> date | None:
    """回头看 of what was closed on that day: the first day of the phase that looks at everything again, if it is still to
    come; else so many days later, but within that phase while it lasts."""
    phase = next((p for p in campaign.phases if p.key == declared.look_back_phase), None)
    if phase is not None and closed_on < phase.start:
        return phase.start
    if not declared.look_back:
        return None
    later = closed_on + timedelta(days=declared.look_back)
    return min(later, phase.end) if phase is not None and closed_on < phase.end else later


# ------------------------------------------------------------------------------------------------ afterwards
def keep_closed(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, ledger: Ledger, found: Record, hands: Hands,
    note: str, again: date | None = None, version: int | None = None, request_key: str | None = None,
) -> RecordEvent:  # fmt: skip
    """回头看: looked at again and found in order; ``again``: the day of the next look, None = no more."""
    made = begin(session, found, request_key, version)
    if made is not None:
        return made
    _of_office(hands)
    _closed(found)
    need_words(note, _("请写明回头看看了什么、结果如何。"))
    if again is not None and again <= now.astimezone(SHANGHAI).date():
        raise Invalid({"due": _("下次回头看的日期应在今天以后。")})
    found.look_back_on = again
    changes = {"look_back": ["", again.isoformat()]} if again else None
    return _set(
        session, actor, now, campaign, ledger, found, Closing.CLOSED, "kept_closed", Act.RECORD_KEEP, note,
        request_key, changes,
    )  # fmt: skip


def reopen_record(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, ledger: Ledger, found: Record, hands: Hands,
    note: str, stage: str = "", version: int | None = None, request_key: str | None = None, link: str = "",
) -> RecordEvent:  # fmt: skip
    """Found active again: the same number, open in ``stage`` (default: where it last stood before its final state). The
    day of closure is emptied; closing it again asks for new evidence."""
    made = begin(session, found, request_key, version)
    if made is not None:
        return made
    declared = _declared(ledger)
    _of_office(hands)
    _closed(found)
    need_words(note, _("重新办理须写明原因。"))
    to = stage or stage_before(ledger, found, list_events(session, found))
    if ledger.states and (ledger.state(to) is None or to not in open_states(ledger)):
        raise Invalid({"stage": _("请选择从哪一步重新办理。")})
    changes = _date_closed(ledger, found, declared, None)
    if to != found.stage:
        changes["stage"] = [found.stage, to]
        found.stage = to
    found.closed_on, found.look_back_on = None, None
    event = _set(
        session, actor, now, campaign, ledger, found, Closing.NONE, "reopened", Act.RECORD_REOPEN, note, request_key,
        changes, ([lead_of(found), found.unit_id], _("%(number)s “%(title)s”重新办理，编号不变。"), link),
    )  # fmt: skip
    keep_clock(session, actor, now, campaign, found, fired_thresholds(campaign, ledger, found.values))
    return event


def open_states(ledger: Ledger) -> list[str]:
    """States in which there is something left to do; all of them where every one is final."""
    return [s.key for s in ledger.states if not s.final] or [s.key for s in ledger.states]


def stage_before(ledger: Ledger, found: Record, events: Sequence[RecordEvent]) -> str:
    """Where it stood before it became final."""
    allowed = open_states(ledger)
    for event in reversed(events):
        for key in event.changes.get("stage", ())[::-1]:
            if key in allowed:
                return str(key)
    return found.stage if found.stage in allowed else next(iter(allowed), "")


def _of_office(hands: Hands) -> None:
    if not hands.office:
        raise NotAllowed(_("销号由办公室审核和办理。"))


def _closed(found: Record) -> None:
    if found.closing != Closing.CLOSED:
        raise Conflict(_("这件事没有销号，或已重新办理，请刷新页面查看。"))


def _date_closed(ledger: Ledger, found: Record, declared: Declared, day: date | None) -> dict[str, Any]:
    """Write the day into the field the ledger keeps it in."""
    key = declared.closed_on
    if not key:
        return {}
    before, after = found.values.get(key), day.isoformat() if day else None
    if day is not None:
        check_values(ledger, found, {key: after}, {})
    found.values = {**found.values, key: after}
    derive(ledger, found)
    return {key: [before, after]} if before != after else {}


def _set(
    session: Session, actor: Actor, now: datetime, campaign: Campaign, ledger: Ledger, found: Record, closing: Closing,
    kind: str, act: Act, note: str, request_key: str | None, changes: dict[str, Any] | None = None,
    said: tuple[Sequence[int | None], Text, str] | None = None,
) -> RecordEvent:  # fmt: skip
    """``said``: whom to tell, the text, the link."""
    found.closing, found.changed_at = closing.value, now
    event = tell_story(session, actor, now, found, kind, changes, note, request_key=request_key)
    session.flush()
    record(session, act, subject_of(found), actor, now, {"number": found.number})
    if said is not None:
        tell(session, actor, now, found, said[0], said[1], link=said[2], detail=note)
    tell_followers(session, actor, now, campaign, ledger, found)
    return event
