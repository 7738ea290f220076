"""续报 and 终报 of the unit, 反馈 of the offices: with the first report one chain that reads as one document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.core.audit import Act, record
from portal.core.errors import Conflict
from portal.core.i18n import show_moment
from portal.core.reader import Desk
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.documents.drafts import drop_draft
from portal.documents.marks import refuse_marks
from portal.exchange.models import UrgentPart, UrgentReport
from portal.exchange.office import (
    Link,
    first_line,
    inside,
    no_link,
    office_title,
    settle_handling,
    subject_of,
    tell_offices,
)
from portal.exchange.services import receive_report
from portal.notices.services import notify
from portal.tenants.models import Tenant

DRAFT = "follow_up"
"""Kind of the draft of a part, whichever it becomes."""


class PartKind(StrEnum):
    FOLLOW_UP = "follow_up"
    FINAL = "final"
    FEEDBACK = "feedback"


@dataclass(frozen=True)
class News:
    """What a unit adds. ``amount`` None = as it was."""

    what: str
    measures: str = ""
    wishes: str = ""
    amount: int | None = None
    checked_by: str = ""
    phone: str = ""


def add_part(
    session: Session, actor: Actor, now: datetime, *, report: UrgentReport, kind: PartKind, news: News, request_key: str,
    link: Link = no_link,
) -> UrgentPart:  # fmt: skip
    """续报, or 终报, which closes the chain. The same ``request_key`` again gives the part of the first time.

    ``SecretText`` at the field that bears a mark of secrecy.
    """
    with inside(session, report):
        first = _find_sent(session, report, request_key)
        if first is not None:
            return first
        if report.closed_at is not None:
            at = show_moment(report.closed_at)
            raise Conflict(
                Message(
                    _(
                        "这件急报已于 %(at)s 终报，不能再续报。办公室要求补报时会重新打开；另有新情况请写初报。"
                    ),
                    at=at,
                )
            )
        refuse_marks({k: v for k, v in vars(news).items() if isinstance(v, str)})
        part = UrgentPart(
            urgent_id=report.id, number=_next_number(session, report), kind=kind.value, what=news.what,
            measures=news.measures, wishes=news.wishes, amount=news.amount, checked_by=news.checked_by, phone=news.phone,
            filed_at=now, filed_by=actor.name, request_key=request_key,
        )  # fmt: skip
        part.released_at = now
        session.add(part)
        if kind is PartKind.FINAL:
            report.closed_at = now
        session.flush()
        drop_draft(
            session,
            mechanism_id=report.mechanism_id,
            unit_id=report.unit_id,
            kind=DRAFT,
            subject=subject_of(report),
        )
        data = {"part": part.number, "kind": kind.value}
        record(session, Act.URGENT_FILE, subject_of(report), actor, now, data)
        text = _("急报终报：%(what)s") if kind is PartKind.FINAL else _("急报续报：%(what)s")
        told = Message(text, what=first_line(report.what))
        tell_offices(session, now, report=report, text=told, sender=actor.name, link=link)
    return part


def give_feedback(
    session: Session, actor: Actor, now: datetime, *, report: UrgentReport, desk: Desk, campaign: Campaign, words: str,
    request_key: str, reopen: bool = False, late_reason: str = "", link: Link = no_link,
) -> UrgentPart:  # fmt: skip
    """What an office says to it; counts as its receipt and meets its own clock. ``reopen``: it asks for more."""
    refuse_marks({"what": words, "late_reason": late_reason})
    receive_report(session, actor, now, report=report, desk=desk, campaign=campaign)
    settle_handling(session, actor, now, report=report, note=words, late_reason=late_reason)
    own = report.tenant_id == get_scope(session).home
    title = office_title(desk)
    with inside(session, report):
        first = _find_sent(session, report, request_key)
        if first is not None:
            return first
        part = UrgentPart(
            urgent_id=report.id, number=_next_number(session, report), kind=PartKind.FEEDBACK.value, what=words,
            office=title, filed_at=now, filed_by=actor.name, request_key=request_key,
        )  # fmt: skip
        part.released_at = now
        session.add(part)
        if reopen:
            report.closed_at = None
        session.flush()
        data = {"part": part.number, "office": title, "reopen": reopen}
        record(session, Act.URGENT_ANSWER, subject_of(report), actor, now, data)
        text = _("%(office)s要求补报急报：%(what)s") if reopen else _("%(office)s对急报的反馈：%(what)s")
        path = link(session.get_one(Tenant, report.tenant_id).code, report.id)
        for unit_id in (report.unit_id,) if own else (report.unit_id, None):
            notify(
                session, now, mechanism_id=report.mechanism_id, unit_id=unit_id, sender=actor.name, detail=words[:1000],
                text=Message(text, office=title, what=first_line(report.what)), link=path, urgent=True,
            )  # fmt: skip
    if not own:
        record(session, Act.URGENT_ANSWER, subject_of(report), actor, now, data)
    return part


def _find_sent(session: Session, report: UrgentReport, request_key: str) -> UrgentPart | None:
    found = session.scalars(
        sa.select(UrgentPart).where(
            UrgentPart.tenant_id == report.tenant_id, UrgentPart.request_key == request_key
        )
    ).one_or_none()
    if found is not None and found.urgent_id != report.id:
        raise Conflict
    return found


def _next_number(session: Session, report: UrgentReport) -> int:
    last = session.scalar(
        sa.select(sa.func.max(UrgentPart.number)).where(
            UrgentPart.tenant_id == report.tenant_id, UrgentPart.urgent_id == report.id
        )
    )
    return (last or 1) + 1


def list_parts(session: Session, report: UrgentReport) -> list[UrgentPart]:
    """In the order of the chain, without the first report."""
    return list(
        session.scalars(
            sa.select(UrgentPart)
            .where(UrgentPart.tenant_id == report.tenant_id, UrgentPart.urgent_id == report.id)
            .order_by(UrgentPart.number)
        )
    )


@dataclass(frozen=True)
class Standing:
    """The facts as they stand after the last part. ``amount`` fen, None = not known yet."""

    amount: int | None
    amount_by: Message | Text
    """``part_label`` of where the amount was last given."""
    measures: tuple[str, ...]
    wishes: tuple[str, ...]
    filed_by: str
    checked_by: str
    phone: str
    kind: Message | Text


def standing_of(report: UrgentReport, parts: Sequence[UrgentPart]) -> Standing:
    own = [p for p in parts if p.kind != PartKind.FEEDBACK]
    labels = part_labels(parts)
    given = [(p.amount, labels[p.number]) for p in own if p.amount is not None]
    amount, by = given[-1] if given else (report.amount, _("初报"))
    return Standing(
        amount=amount,
        amount_by=by,
        measures=tuple(p.measures for p in own if p.measures),
        wishes=tuple(p.wishes for p in own if p.wishes),
        filed_by=own[-1].filed_by if own else report.filed_by,
        checked_by=next((p.checked_by for p in reversed(own) if p.checked_by), ""),
        phone=next((p.phone for p in reversed(own) if p.phone), ""),
        kind=labels[own[-1].number] if own else _("初报"),
    )


def part_labels(parts: Sequence[UrgentPart]) -> dict[int, Message | Text]:
    """Number in the chain -> 初报, 续报 1, 续报 2, 终报, 反馈."""
    found: dict[int, Message | Text] = {1: _("初报")}
    count = 0
    for part in parts:
        match PartKind(part.kind):
            case PartKind.FOLLOW_UP:
                count += 1
                found[part.number] = Message(_("续报 %(n)s"), n=count)
            case PartKind.FINAL:
                found[part.number] = _("终报")
            case PartKind.FEEDBACK:
                found[part.number] = _("反馈")
    return found
