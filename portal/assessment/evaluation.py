"""半年评估 (D3 七): what the portal knows already, what units check themselves and each other, what the office concludes.

Never counts log-ins or activities beyond what a document asks for; nobody is ranked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.assessment.survey_models import (
    Conclusion,
    EvaluationRound,
    Finding,
    Survey,
    SurveyAsked,
    SurveyKind,
)
from portal.campaigns.declarations import Campaign
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.periods import Period, PeriodKind, parse_period
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.duties.obligations import DONE, Standing, periods_of
from portal.duties.reading import Ask, read_items
from portal.notices.services import notify
from portal.supervision.services import OrderBrief, orders_of
from portal.units.bodies import list_members
from portal.units.services import local_day

SUBJECT = "finding"


@dataclass(frozen=True)
class Owed:
    """What documents asked of a unit in the period: how much of it is due by now, done, and done in time."""

    due: int
    done: int
    in_time: int


@dataclass(frozen=True)
class Line:
    """One unit in a round."""

    unit_id: int
    unit: str
    owed: Owed
    surveys: Mapping[str, tuple[int, bool]]
    """Kind -> survey id, whether this unit has answered."""
    checked_by: tuple[int, str, bool] | None
    """Survey, the unit that checks this one, whether it has."""
    conclusion: Conclusion | None
    findings: Sequence[tuple[Finding, OrderBrief | None]]


def open_round(
    session: Session, actor: Actor, now: datetime, *, mechanism_id: int, campaign: str, period: str
) -> EvaluationRound:
    """``period``: a half-year that has begun, ``2026H1``. One round each; ``Invalid`` on ``period``."""
    try:
        wanted = parse_period(period)
    except Invalid:
        wanted = None
    if wanted is None or wanted.kind is not PeriodKind.HALF_YEAR or wanted.start > local_day(now):
        raise Invalid({"period": _("请选择已经开始的半年。")})
    found = EvaluationRound(
        mechanism_id=mechanism_id, campaign=campaign, period=wanted.key, opened_at=now, opened_by=actor.name
    )
    try:
        with session.begin_nested():
            session.add(found)
    except IntegrityError as error:
        raise Invalid({"period": Message(_("%(period)s的评估已经开展。"), period=wanted.label)}) from error
    record(session, Act.ROUND_OPEN, f"evaluation:{found.id}", actor, now, {"period": wanted.key})
    return found


def get_round(session: Session, mechanism_id: int, round_id: int) -> EvaluationRound:
    found = session.scalars(
        sa.select(EvaluationRound).where(
            EvaluationRound.tenant_id == get_scope(session).home, EvaluationRound.mechanism_id == mechanism_id,
            EvaluationRound.id == round_id,
        )
    ).one_or_none()  # fmt: skip
    if found is None:
        raise NotFound
    return found


def get_finding(session: Session, desk: Desk, finding_id: int) -> tuple[Finding, EvaluationRound]:
    """With its round. A unit finds its own alone, once the round has closed."""
    found = session.execute(
        sa.select(Finding, EvaluationRound)
        .join(
            EvaluationRound,
            sa.and_(EvaluationRound.tenant_id == Finding.tenant_id, EvaluationRound.id == Finding.round_id),
        )
        .where(
            Finding.tenant_id == desk.tenant_id,
            Finding.id == finding_id,
            EvaluationRound.mechanism_id == desk.mechanism_id,
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    row, of = found
    if Right.REPORT_READ_ALL not in desk.rights and (
        of.closed_at is None or row.unit_id not in desk.units_with(Right.ASSESS_FILL)
    ):
        raise NotFound
    return row, of


def list_rounds(session: Session, mechanism_id: int) -> list[EvaluationRound]:
    return list(
        session.scalars(
            sa.select(EvaluationRound)
            .where(
                EvaluationRound.tenant_id == get_scope(session).home,
                EvaluationRound.mechanism_id == mechanism_id,
            )
            .order_by(EvaluationRound.period.desc())
        )
    )


def conclude(
    session: Session, actor: Actor, now: datetime, *, found: EvaluationRound, unit_id: int, interview: str, text: str
) -> None:  # fmt: skip
    """What a talk gave and what the office concludes of one unit; until the round closes it may be changed."""
    _running(session, found)
    _member(session, now, found, unit_id)
    row = session.scalars(
        sa.select(Conclusion).where(
            Conclusion.tenant_id == found.tenant_id, Conclusion.round_id == found.id, Conclusion.unit_id == unit_id
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        row = Conclusion(round_id=found.id, unit_id=unit_id)
        session.add(row)
    row.interview, row.text, row.by, row.at = interview, text, actor.name, now
    session.flush()
    record(session, Act.ROUND_CONCLUDE, f"evaluation:{found.id}", actor, now, {"unit": unit_id})


def add_finding(
    session: Session, actor: Actor, now: datetime, *, found: EvaluationRound, unit_id: int, text: str
) -> Finding:
    """A problem to be put right: it becomes an order by one click."""
    _running(session, found)
    _member(session, now, found, unit_id)
    if not text:
        raise Invalid({"text": _("请写明发现的问题。")})
    same = sa.select(Finding).where(
        Finding.tenant_id == found.tenant_id, Finding.round_id == found.id, Finding.unit_id == unit_id, Finding.text == text
    )  # fmt: skip
    if first := session.scalars(same).first():  # pressed twice
        return first
    row = Finding(round_id=found.id, unit_id=unit_id, text=text, by=actor.name, at=now)
    session.add(row)
    session.flush()
    record(session, Act.FINDING_ADD, f"evaluation:{found.id}", actor, now, {"unit": unit_id, "text": text})
    return row


def close_round(
    session: Session, actor: Actor, now: datetime, *, found: EvaluationRound, summary: str, link: str
) -> None:
    """Each unit reads its own conclusion from now on, and nobody else's."""
    _running(session, found)
    if not summary:
        raise Invalid({"summary": _("请写评估小结，再结束评估。")})
    found.summary, found.closed_at = summary, now
    period = parse_period(found.period).label
    for unit_id in session.scalars(
        sa.select(Conclusion.unit_id).where(
            Conclusion.tenant_id == found.tenant_id, Conclusion.round_id == found.id
        )
    ):
        notify(
            session, now, mechanism_id=found.mechanism_id, unit_id=unit_id, sender=actor.name, link=link,
            text=Message(_("%(period)s评估结论已出，请查看本单位的结论。"), period=period),
            mark=f"evaluation:{found.id}:{unit_id}",
        )  # fmt: skip
    record(session, Act.ROUND_CLOSE, f"evaluation:{found.id}", actor, now, {"period": found.period})


def read_round(
    session: Session, campaign: Campaign, found: EvaluationRound, now: datetime, unit_ids: Sequence[int] | None = None
) -> list[Line]:  # fmt: skip
    """Members in official order (``unit_ids``: these alone); a constant number of statements."""
    period = parse_period(found.period)
    members = list_members(session, found.mechanism_id, min(local_day(now), period.end))
    shown = [m for m in members if unit_ids is None or m.unit_id in unit_ids]
    owed = read_owed(session, campaign, found.mechanism_id, period, now, unit_ids)
    asked = _asked(session, found)
    names = {m.unit_id: m.short_name for m in members}
    checks = {
        row.about_id: (sid, names.get(row.unit_id, "—"), row.done) for _k, sid, row in asked if row.about_id
    }
    conclusions = {
        c.unit_id: c
        for c in session.scalars(
            sa.select(Conclusion).where(Conclusion.tenant_id == found.tenant_id, Conclusion.round_id == found.id)
        )
    }  # fmt: skip
    findings = session.scalars(
        sa.select(Finding)
        .where(Finding.tenant_id == found.tenant_id, Finding.round_id == found.id)
        .order_by(Finding.at, Finding.id)
    ).all()
    orders = orders_of(session, found.tenant_id, [f"{SUBJECT}:{f.id}" for f in findings])
    return [
        Line(
            m.unit_id, m.short_name, owed.get(m.unit_id, Owed(0, 0, 0)),
            {kind: (sid, row.done) for kind, sid, row in asked if row.unit_id == m.unit_id},
            checks.get(m.unit_id), conclusions.get(m.unit_id),
            [(f, next(iter(orders.get(f"{SUBJECT}:{f.id}", ())), None)) for f in findings if f.unit_id == m.unit_id],
        )
        for m in shown
    ]  # fmt: skip


def read_owed(
    session: Session, campaign: Campaign, mechanism_id: int, period: Period, now: datetime, unit_ids: Sequence[int] | None
) -> dict[int, Owed]:  # fmt: skip
    """From the obligations alone, which are met by records that exist; soft words are nobody's debt (Q-29)."""
    units = None if unit_ids is None else frozenset(unit_ids)
    last = min(period.end, local_day(now))
    items = read_items(
        session, now, [Ask(mechanism_id, campaign, units)],
        lambda c, o: [p for p in periods_of(c, o, period.start, last) if period.start <= p.end <= period.end],
    )  # fmt: skip
    due: Counter[int] = Counter()
    done: Counter[int] = Counter()
    in_time: Counter[int] = Counter()
    for item in items:
        unit_id = item.unit_id
        if unit_id is None or item.obligation.soft or item.standing not in (*DONE, Standing.OVERDUE):
            continue
        due[unit_id] += 1
        done[unit_id] += item.standing in DONE
        in_time[unit_id] += item.standing is Standing.MET
    return {u: Owed(due[u], done[u], in_time[u]) for u in due}


def _asked(session: Session, found: EvaluationRound) -> list[tuple[str, int, SurveyAsked]]:
    rows = session.execute(
        sa.select(Survey.kind, Survey.id, SurveyAsked)
        .join(SurveyAsked, sa.and_(SurveyAsked.tenant_id == Survey.tenant_id, SurveyAsked.survey_id == Survey.id))
        .where(
            Survey.tenant_id == found.tenant_id, Survey.round_id == found.id, Survey.opened_at.is_not(None),
            Survey.kind.in_([k.value for k in (SurveyKind.SELF_CHECK, SurveyKind.MUTUAL_CHECK, SurveyKind.EVALUATION)]),
        )
        .order_by(Survey.made_at)
    )  # fmt: skip
    return [(kind, survey_id, row) for kind, survey_id, row in rows]


def _running(session: Session, found: EvaluationRound) -> None:
    session.refresh(found, with_for_update=True)
    if found.closed_at is not None:
        raise Conflict(_("这次评估已经结束，不能再修改。"))


def _member(session: Session, now: datetime, found: EvaluationRound, unit_id: int) -> None:
    period = parse_period(found.period)
    on = min(local_day(now), period.end)
    if unit_id not in {m.unit_id for m in list_members(session, found.mechanism_id, on)}:
        raise NotFound


KIND_WORDS: dict[str, Text] = {
    SurveyKind.SELF_CHECK: _("自查"),
    SurveyKind.MUTUAL_CHECK: _("互查"),
    SurveyKind.EVALUATION: _("问卷"),
}
