"""What the portal can fill in itself, and from where. Nobody types what is known already.

Sources in order of trust: records of the portal (ledgers, activities), the closing figure of the period
before, the same data element in another form of the same unit and period, the unit's profile, and what the
unit said last time. The number of statements depends on neither the fields nor the records.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import ACTIVITIES, Draw, Field, FieldKind, Form, Table
from portal.core.periods import Period, PeriodKind, parse_period
from portal.core.posts import PostKind
from portal.core.text import Message, Text, _
from portal.figures.sources import Fact, find_pool
from portal.reporting.cells import Cells as Cells
from portal.reporting.cells import count_cells as count_cells
from portal.reporting.due import counted_days
from portal.reporting.filed import Filed, list_filed
from portal.reporting.models import Submission
from portal.reporting.opening import asked_fields, asked_tables
from portal.tenants.policies import value_of
from portal.units.models import Mechanism, Post, Unit
from portal.web.declared import show_value

log = logging.getLogger(__name__)

RECORDS, CARRIED, ELEMENT, PROFILE, KEPT = "records", "carried", "element", "profile", "kept"
FIGURES = (FieldKind.INTEGER, FieldKind.MONEY)

_LEDGER = _("台账：%(when)s %(n)s 条")
_ACTIVITY = _("活动记录 %(m)s 场")
_BOTH = _("台账：%(when)s %(n)s 条，活动记录 %(m)s 场")
_NOUGHT = {
    _LEDGER: _("台账：%(when)s %(n)s 条，此项为 0"),
    _ACTIVITY: _("活动记录 %(m)s 场，此项为 0"),
    _BOTH: _("台账：%(when)s %(n)s 条，活动记录 %(m)s 场，此项为 0"),
}
"""There are records of the period, and none of them adds anything."""
_NONE = {
    _LEDGER: _("台账：%(when)s没有登记"),
    _ACTIVITY: _("活动记录：%(when)s没有登记"),
    _BOTH: _("台账、活动记录：%(when)s没有登记"),
}
_NOW_OF = {
    _LEDGER: _("台账现为 %(shown)s"),
    _ACTIVITY: _("活动记录现为 %(shown)s"),
    _BOTH: _("台账和活动记录现为 %(shown)s"),
}
_NOW: dict[str, Text] = {
    text: now for plain, now in _NOW_OF.items() for text in (plain, _NOUGHT[plain], _NONE[plain])
}
_THIS_PERIOD, _AT_ITS_END = _("本期"), _("期末")
_PERIODS = ("period", "until")
"""Params that hold the key of a period; they are shown by its name."""


@dataclass(frozen=True)
class Offer:
    """A value that the portal offers for a cell, and its origin. ``params`` are JSON-ready."""

    value: Any
    kind: str
    text: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> Message:
        """The origin in words: 台账：本期 3 条."""
        return self._say(self.text)

    @property
    def now(self) -> Message:
        """The same beside a cell that says otherwise: 台账现为 4."""
        return self._say(_NOW.get(self.text, self.text))

    def _say(self, text: str) -> Message:
        shown = {k: parse_period(v).label if k in _PERIODS else v for k, v in self.params.items()}
        return Message(text, **shown | {k: Text(v) for k, v in self.params.items() if k in ("when", "form")})

    def as_json(self) -> dict[str, Any]:
        return {"value": self.value, "kind": self.kind, "text": str(self.text), "params": dict(self.params)}


def read_offer(stored: Mapping[str, Any]) -> Offer:
    """Back from ``as_json``."""
    return Offer(stored["value"], stored["kind"], stored["text"], stored.get("params", {}))


def as_origins(offers: Mapping[str, Offer]) -> dict[str, Any]:
    """As submissions and editions keep them."""
    return {key: offer.as_json() for key, offer in offers.items()}


def current_offers(
    session: Session, *, campaign: Campaign, form: Form, submission: Submission
) -> dict[str, Offer]:
    """``offers_for`` with the days that the tenant's reading counts for the period."""
    cut_off = value_of(session, submission.tenant_id, campaign, "cut_off_day")
    first, last = counted_days(parse_period(submission.period), cut_off)
    return offers_for(session, campaign=campaign, form=form, submission=submission, first=first, last=last)


def offers_for(
    session: Session, *, campaign: Campaign, form: Form, submission: Submission, first: date, last: date
) -> dict[str, Offer]:
    """Field or table key -> what is offered for it. ``first`` and ``last``: the days that the period counts
    (``due.counted_days``). A cell that nothing is known of is left out; attachments are never offered.
    """
    fields = [f for f in asked_fields(form, submission.member) if f.kind is not FieldKind.FILES]
    tables = asked_tables(form, submission.member)
    offers = _from_records(session, campaign, fields, tables, submission, first, last)
    filed = list_filed(session, submission, also=[p.key for run in _composing(submission) for p in run])
    profile = _read_profile(session, campaign, submission) if any(f.profile for f in fields) else {}
    for f in fields:
        if f.key not in offers:
            found = _carried(f, filed, submission, campaign) or _element(f, filed, submission, campaign)
            found = found or _profile(f, profile) or _kept(f, filed, submission, campaign)
            if found is not None:
                offers[f.key] = found
    return offers


# ------------------------------------------------------------------------------------------------- records
def _from_records(
    session: Session, campaign: Campaign, fields: Sequence[Field], tables: Sequence[Table], submission: Submission,
    first: date, last: date,
) -> dict[str, Offer]:  # fmt: skip
    wanted = {d.pool for f in fields for d in f.draws} | {t.ledger for t in tables if t.ledger and t.row}
    facts = {
        pool: found.read(session, campaign.key, pool, [submission.unit_id], last)
        for pool in sorted(wanted)
        if _keeps(campaign, pool, submission.member) and (found := find_pool(pool)) is not None
    }
    offers: dict[str, Offer] = {}
    for f in fields:
        draws = [d for d in f.draws if d.pool in facts]
        if draws:
            try:
                offers[f.key] = _drawn(f, draws, facts, campaign, first, last)
            except Exception:  # a broken declaration offers nothing; the unit can still fill in and file
                log.exception("draws of %s.%s", campaign.key, f.key)
    for table in tables:
        if table.row is not None and table.ledger in facts:
            try:
                offers[table.key] = _rows(table, facts[table.ledger], first, last)
            except Exception:
                log.exception("rows of %s.%s", campaign.key, table.key)
    return offers


def _keeps(campaign: Campaign, pool: str, member: str) -> bool:
    """Whether the unit keeps such records: where it keeps none, their absence says nothing."""
    ledger = None if pool == ACTIVITIES else campaign.ledger(pool)
    return ledger is None or not ledger.writers or member in ledger.writers


def _drawn(
    f: Field, draws: Sequence[Draw], facts: Mapping[str, Sequence[Fact]], campaign: Campaign, first: date, last: date
) -> Offer:  # fmt: skip
    total = 0
    adding, falling = {False: set[str](), True: set[str]()}, {False: set[str](), True: set[str]()}
    for draw in draws:
        for fact in facts[draw.pool]:
            if not fact.counts_for(draw):
                continue
            kind = draw.pool == ACTIVITIES
            amount = int(draw.amount(fact.values, first, last))
            total += amount
            if amount:
                adding[kind].add(fact.subject)
            if first.isoformat() <= str(fact.values.get("known_on", "")) <= last.isoformat():
                falling[kind].add(fact.subject)
    counted = adding if any(adding.values()) else falling
    kinds = {kind for kind, found in counted.items() if found} or {d.pool == ACTIVITIES for d in draws}
    text = _BOTH if len(kinds) == 2 else _ACTIVITY if True in kinds else _LEDGER
    if counted is falling:
        text = _NOUGHT[text] if any(falling.values()) else _NONE[text]
    when = _THIS_PERIOD if f.summed else _AT_ITS_END
    params = {"when": str(when), "n": len(counted[False]), "m": len(counted[True])}
    return Offer(total, RECORDS, text, params | {"shown": show_value(f, total, campaign)})


def _rows(table: Table, facts: Sequence[Fact], first: date, last: date) -> Offer:
    assert table.row is not None
    kept = (fact for fact in facts if fact.kept)
    rows = [row for fact in kept if (row := table.row(fact.values, first, last)) is not None]
    keys = [c.key for c in table.columns if c.kind is not FieldKind.FILES]
    value = [{key: row.get(key) for key in keys} for row in rows[: table.max_rows]]
    text = _LEDGER if value else _NONE[_LEDGER]
    return Offer(value, RECORDS, text, {"when": str(_THIS_PERIOD), "n": len(value), "shown": len(value)})


# ------------------------------------------------------------------------------------------ what was filed
def _carried(f: Field, filed: Sequence[Filed], submission: Submission, campaign: Campaign) -> Offer | None:
    before = parse_period(submission.period).shifted(-1).key
    same = next((x for x in filed if x.is_form_of(submission) and x.period == before), None)
    value = same.values.get(f.carries) if f.carries and same and before != submission.period else None
    if value is None:
        return None
    return Offer(value, CARRIED, _("上期期末 %(n)s"), {"n": show_value(f, value, campaign)})


def _element(f: Field, filed: Sequence[Filed], submission: Submission, campaign: Campaign) -> Offer | None:
    """From the form filed last of those that have the figure; a run of shorter periods must be complete."""
    if not f.element or f.sensitive:
        return None
    others = [x for x in filed if not x.is_form_of(submission)]
    for x in others:
        if x.period == submission.period and (value := x.element(f)) is not None:
            params = {"form": x.title, "period": x.period, "n": show_value(f, value, campaign)}
            return Offer(value, ELEMENT, _("《%(form)s》%(period)s已报 %(n)s"), params)
    if f.kind not in FIGURES:
        return None
    for run in _composing(submission):
        for form_key in dict.fromkeys((x.campaign, x.form) for x in others):
            parts = {x.period: x for x in others if (x.campaign, x.form) == form_key}
            values = [parts[p.key].element(f) if p.key in parts else None for p in run]
            if any(v is None for v in values):
                continue
            value = sum(v for v in values if v is not None) if f.summed else values[-1]
            title, ends = parts[run[-1].key].title, {"period": run[0].key, "until": run[-1].key}
            text = _("《%(form)s》%(period)s至%(until)s合计 %(n)s")
            if not f.summed:
                text, ends = _("《%(form)s》%(period)s已报 %(n)s"), {"period": run[-1].key}
            return Offer(value, ELEMENT, text, {"form": title, "n": show_value(f, value, campaign)} | ends)
    return None


def _kept(f: Field, filed: Sequence[Filed], submission: Submission, campaign: Campaign) -> Offer | None:
    earlier = (x for x in filed if x.is_form_of(submission) and x.period < submission.period)
    last = max(earlier, key=lambda x: x.period, default=None)
    value = last.values.get(f.key) if f.kept and last else None
    if value is None or last is None:
        return None
    shown = show_value(f, value, campaign)
    return Offer(value, KEPT, _("沿用%(period)s所报"), {"period": last.period, "shown": shown})


_SHORTER = {
    PeriodKind.QUARTER: (PeriodKind.MONTH,),
    PeriodKind.HALF_YEAR: (PeriodKind.QUARTER, PeriodKind.MONTH),
    PeriodKind.YEAR: (PeriodKind.HALF_YEAR, PeriodKind.QUARTER, PeriodKind.MONTH),
}


def _composing(submission: Submission) -> Iterator[list[Period]]:
    """Runs of shorter periods that together make up the submission's, the longest periods first."""
    whole = parse_period(submission.period)
    for kind in _SHORTER.get(whole.kind, ()):
        run = [Period(start=whole.start, kind=kind)]
        while run[-1].end < whole.end:
            run.append(run[-1].shifted(1))
        yield run


# ------------------------------------------------------------------------------------------------- profile
def _profile(f: Field, profile: Mapping[str, str]) -> Offer | None:
    value = profile.get(f.profile, "")
    return Offer(value, PROFILE, _("单位档案"), {"shown": value}) if value else None


def _read_profile(session: Session, campaign: Campaign, submission: Submission) -> dict[str, str]:
    """Names of the unit, and ranks of the living posts it holds in this body (the newest of each kind)."""
    holds = sa.and_(
        Post.tenant_id == Unit.tenant_id,
        Post.unit_id == Unit.id,
        Post.until.is_(None),
        Post.kind.in_([PostKind.LEADER_IN_CHARGE.value, PostKind.LIAISON.value]),
        Post.mechanism_id.in_(sa.select(Mechanism.id).where(Mechanism.campaign == campaign.key)),
    )
    found: dict[str, str] = {}
    for full, short, kind, rank in session.execute(
        sa.select(Unit.full_name, Unit.short_name, Post.kind, Post.rank)
        .outerjoin(Post, holds)
        .where(Unit.tenant_id == submission.tenant_id, Unit.id == submission.unit_id)
        .order_by(Post.since, Post.id)
    ):
        found |= {"unit_name": full, "short_name": short}
        if kind and rank:
            found["leader_rank" if kind == PostKind.LEADER_IN_CHARGE else "liaison_rank"] = rank
    return found
