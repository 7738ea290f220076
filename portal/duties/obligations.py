"""What is owed by a day or once in every period, and how it stands: derived from records, never stored.

Pure functions over spans of membership and records; ``reading`` fetches both. A unit is asked for a period when it
belonged to the body from the first day of the period's last month on (for a month: from its first day) to the
period's end, or to today while the period runs; ``activities.coverage`` asks in the same way. The records that
exist meet the obligation. A soft word (原则上, 及时) is a hint in the last month and never overdue (Q-29).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.campaigns.declarations import EVERY_MEMBER, Cadence, Campaign, Duty, Obligation
from portal.campaigns.forms import MEETINGS, VISITS
from portal.core.clock import end_of, midnight
from portal.core.i18n import show_moment
from portal.core.periods import Period, PeriodKind, period_of
from portal.core.text import Message, Text, _
from portal.figures.evidence import FORMS, Evidence, room_of
from portal.figures.sources import find_pool

NEAR = timedelta(days=10)
"""How long before the end an open item is shown as near and enters the to-do list."""
KINDS: Mapping[Cadence, PeriodKind] = {
    Cadence.MONTHLY: PeriodKind.MONTH,
    Cadence.QUARTERLY: PeriodKind.QUARTER,
    Cadence.HALF_YEARLY: PeriodKind.HALF_YEAR,
    Cadence.YEARLY: PeriodKind.YEAR,
}
CADENCE_LABELS: Mapping[Cadence, Text] = {
    Cadence.MONTHLY: _("每月"),
    Cadence.QUARTERLY: _("每季度"),
    Cadence.HALF_YEARLY: _("每半年"),
    Cadence.YEARLY: _("每年"),
}
Span = tuple[date, date | None]
"""First and last day of a membership, both inclusive."""


def declared(campaign: Campaign) -> tuple[Obligation, ...]:
    """The campaign's obligations, then its duties with a cadence that no obligation of the same key spells out."""
    named = {o.key for o in campaign.obligations}
    return campaign.obligations + tuple(
        _from_duty(duty) for duty in campaign.duties if duty.cadence and duty.key not in named
    )


def _from_duty(duty: Duty) -> Obligation:
    members = () if duty.member == EVERY_MEMBER else (duty.member, *duty.also)
    return Obligation(
        key=duty.key,
        label=duty.text,
        clause=duty.clause,
        cadence=duty.cadence,
        members=members,
        soft=duty.soft,
    )


def find_obligation(campaign: Campaign, key: str) -> Obligation | None:
    return next((o for o in declared(campaign) if o.key == key), None)


def bounds(campaign: Campaign, obligation: Obligation) -> Span:
    """First and last day it is owed: as declared, else while its document is in force (Q-15)."""
    source = campaign.source(obligation.clause.source)
    first = obligation.first or source.effective_from or source.issued or date.min
    return first, obligation.last or source.effective_to


def periods_of(campaign: Campaign, obligation: Obligation, since: date, until: date) -> list[Period]:
    """Periods of these days for which it is owed, oldest first; a dated one has its day alone, whatever ``until``."""
    first, last = bounds(campaign, obligation)
    if obligation.due is not None:
        return [period_of(obligation.due, PeriodKind.ONCE)] if obligation.due >= since else []
    assert obligation.cadence is not None
    found, period = [], period_of(max(since, first), KINDS[obligation.cadence])
    while period.start <= min(until, last or until):
        found.append(period)
        period = period.shifted(1)
    return found


class Standing(StrEnum):
    NOT_ASKED = "not_asked"
    MET = "met"
    MET_LATE = "met_late"
    OPEN = "open"
    NEAR = "near"
    OVERDUE = "overdue"
    HINT = "hint"
    """Soft, open in the last month of its period."""
    PASSED = "passed"
    """Soft, and the period is over."""


_LIGHTS = {
    Standing.MET: "done",
    Standing.MET_LATE: "slow",
    Standing.OPEN: "ok",
    Standing.NEAR: "near",
    Standing.OVERDUE: "late",
    Standing.HINT: "near",
}
DONE = (Standing.MET, Standing.MET_LATE)
WAITING = (Standing.OPEN, Standing.NEAR, Standing.OVERDUE, Standing.HINT)


@dataclass(frozen=True)
class Item:
    """One obligation of one unit (``unit_id`` None: of the office) in one period."""

    mechanism_id: int
    campaign: Campaign
    obligation: Obligation
    unit_id: int | None
    unit: str
    period: Period
    standing: Standing
    due: datetime
    now: datetime
    met_by: tuple[Evidence, ...] = ()
    subject: str = ""
    """Of the form that will meet it, opened and not filed."""

    @property
    def light(self) -> str:
        """'' = no light: nobody is asked, or only a soft word was not followed."""
        return _LIGHTS.get(self.standing, "")

    @property
    def done(self) -> bool:
        return self.standing in DONE

    @property
    def waiting(self) -> bool:
        return self.standing in WAITING

    @property
    def text(self) -> Message | Text:
        match self.standing:
            case Standing.MET:
                return _("已办")
            case Standing.MET_LATE:
                return Message(_("迟办 %(n)s 天"), n=_late(self))
            case Standing.OPEN:
                return _("未到期")
            case Standing.NEAR:
                days = (self.due.date() - self.now.date()).days
                return Message(_("临期 %(n)s 天"), n=days) if days else _("今日到期")
            case Standing.OVERDUE:
                days = (self.now - self.due).days
                return Message(_("逾期 %(n)s 天"), n=days) if days else _("今日逾期")
            case Standing.HINT:
                return _("提示")
            case Standing.PASSED:
                return _("未开展")
            case _:
                return _("不要求")

    @property
    def why(self) -> tuple[Message | Text, ...]:
        """为什么: the clause, the rule, the end, what meets it."""
        o, source = self.obligation, self.campaign.source(self.obligation.clause.source)
        lines: list[Message | Text] = [
            Message(
                _("依据：%(number)s《%(title)s》%(article)s。"),
                number=source.number, title=source.title, article=o.clause.article,
            )
        ]  # fmt: skip
        lines += [o.clause.note] if o.clause.note else []
        end = show_moment(self.due)
        if o.soft:
            lines.append(Message(_("原文是“%(word)s”，不判逾期，只在期末一个月提示。"), word=o.soft))
        elif o.cadence is None:
            lines.append(Message(_("限当日办结，截至 %(due)s。"), due=end))
        elif room_of(o) == FORMS:
            lines.append(
                Message(_("%(cadence)s一次，报送期限 %(due)s。"), cadence=CADENCE_LABELS[o.cadence], due=end)
            )
        else:
            text = _("%(cadence)s至少一次，%(period)s内有记录即算完成，截至 %(due)s。")
            lines.append(Message(text, cadence=CADENCE_LABELS[o.cadence], period=self.period.label, due=end))
        lines.append(_met_by(o))
        return tuple(lines)


def _met_by(obligation: Obligation) -> Message | Text:
    if obligation.form:
        return _("以报表提交为准，不用另填。")
    if not obligation.pool:
        return _("系统里没有对应的表和台账，办完后登记一行。")
    if obligation.pool == MEETINGS:
        return _("以会议登记为已召开为准，不用另填。")
    if obligation.pool == VISITS:
        return _("以检查计划中登记的检查结果为准，不用另填。")
    pool = find_pool(obligation.pool)
    return Message(_("取自%(name)s，不用另填。"), name=pool.name if pool else obligation.pool)


def _late(item: Item) -> int:
    found = item.met_by[0]
    return found.late_days or max(1, ((found.day or item.due.date()) - item.due.date()).days)


def is_asked(period: Period, spans: Sequence[Span], today: date) -> bool:
    """See the head of this file. A single date asks whoever belongs on that day, and today while it is to come."""
    last_month = (
        date(period.end.year, period.end.month, 1) if period.kind is not PeriodKind.ONCE else period.end
    )
    first, last = min(last_month, today), min(period.end, today)
    if period.kind is not PeriodKind.ONCE and period.start > today:
        return False
    return any(since <= first and (until is None or until >= last) for since, until in spans)


@dataclass(frozen=True)
class Owner:
    mechanism_id: int
    unit_id: int | None
    name: str
    spans: tuple[Span, ...]


def stand(
    campaign: Campaign, obligation: Obligation, owner: Owner, period: Period, records: Sequence[Evidence], now: datetime
) -> Item:  # fmt: skip
    """How it stands at ``now`` (Asia/Shanghai). ``records``: the owner's, of any day."""
    form = room_of(obligation) == FORMS
    row = next((r for r in records if r.period == period.key), None) if form else None
    due = row.due if row is not None and row.due else end_of(period.end)
    if form:
        met: tuple[Evidence, ...] = (row,) if row is not None and row.day else ()
        asked = row is not None or (period.end >= now.date() and is_asked(period, owner.spans, now.date()))
    else:
        start = bounds(campaign, obligation)[0] if period.kind is PeriodKind.ONCE else period.start
        until = date.max if period.kind is PeriodKind.ONCE else period.end
        met = tuple(
            sorted((r for r in records if r.day and start <= r.day <= until), key=lambda r: r.day or until)
        )
        asked = is_asked(period, owner.spans, now.date())
    return Item(
        owner.mechanism_id, campaign, obligation, owner.unit_id, owner.name, period,
        _standing(obligation, period, due, met, now) if asked else Standing.NOT_ASKED,
        due, now, met, row.subject if row is not None else "",
    )  # fmt: skip


def _standing(
    obligation: Obligation, period: Period, due: datetime, met: Sequence[Evidence], now: datetime
) -> Standing:
    if met:
        first = met[0]
        late = first.late_days or (
            period.kind is PeriodKind.ONCE and not first.due and first.day and first.day > period.end
        )
        return Standing.MET_LATE if late else Standing.MET
    if obligation.soft:
        if now > due:
            return Standing.PASSED
        return Standing.HINT if now >= midnight(date(due.year, due.month, 1)) else Standing.OPEN
    if now > due:
        return Standing.OVERDUE
    return Standing.NEAR if due - now <= NEAR else Standing.OPEN
