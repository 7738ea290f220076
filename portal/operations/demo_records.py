"""What the units keep in the demo: activities of every month and entries of the ledgers. Forms are drawn from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from portal.activities.entry import Entry as ActivityEntry
from portal.activities.services import record_activity
from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.forms import FieldKind
from portal.campaigns.sources import Values
from portal.core.periods import PeriodKind, parse_period, period_of
from portal.core.sealing import mark_secret
from portal.deadlines.matters import find_matter
from portal.exchange.related import amount_of
from portal.exchange.services import Facts, file_report
from portal.ledger.derived import derive
from portal.ledger.models import Record, RecordEvent
from portal.ledger.numbering import lock_series, take_number
from portal.ledger.services import Entry, create_record
from portal.operations.demo_world import World, liaison, rows
from portal.reporting.models import Report
from portal.tenants.models import Tenant
from portal.units.bodies import MemberUnit, list_members
from portal.units.models import Mechanism

DRAWN_PERIODS = 2
"""The units keep their ledgers here since the period before the latest one; what is older was typed."""
OLDEST_EXAMPLE = 2022
"""Dates of an example before this year are its point (立案满 5 年) and are not moved."""
_JOINT = "xn"
_JOINT_UNITS = ("gaj", "jkj", "nh", "yd")
_IDLE = {"xn": "sfj"}
"""A unit that has held nothing this month."""
_MATTERS = ("pd", "jq", "xn", "sy")

Bodies = Mapping[str, tuple[Mechanism, Sequence[MemberUnit]]]


def list_all(world: World) -> Bodies:
    """Campaign -> body and its units, in the scope's home tenant."""
    found = {}
    for mechanism in world.session.scalars(sa.select(Mechanism).order_by(Mechanism.campaign)).all():
        found[mechanism.campaign] = (mechanism, list_members(world.session, mechanism.id, world.today))
    return found


def drawn_since(world: World, earliest: date) -> dict[str, date]:
    """Campaign -> first day of the period from which the ledgers are kept; ``earliest``: since there are bodies."""
    found: dict[str, list[date]] = {}
    for campaign, _form, period in world.session.execute(
        sa.select(Report.campaign, Report.form, Report.period).order_by(Report.due_at)
    ):
        start = parse_period(period)
        if start.kind is not PeriodKind.ONCE:
            found.setdefault(f"{campaign} {start.kind}", []).append(start.start)
    since: dict[str, date] = {}
    for key, starts in found.items():
        first = max(earliest, sorted(set(starts))[-DRAWN_PERIODS:][0])
        campaign = key.split()[0]
        since[campaign] = min(first, since.get(campaign, first))
    return since


# ---------------------------------------------------------------------------------------------- activities
def hold_activities(world: World, tenant: Tenant, bodies: Bodies, since: date) -> None:
    """Every unit takes part in something each month; groups of neighbours act together."""
    members = {m.unit_id: m for _body, units in bodies.values() for m in units}
    kinds = list(rows("activities.tsv"))
    month = period_of(since, PeriodKind.MONTH)
    while month.start <= world.today:
        days = (min(month.end, world.today) - month.start).days
        idle = _idle_unit(world, tenant) if month.end >= world.today else None
        left = [u for u in sorted(members, key=lambda u: members[u].sort_no) if u != idle]
        groups = [*_joint(world, tenant, members)] if month.end >= world.today else []
        while left:
            groups.append(_neighbours(world, bodies, left))
        for number, units in enumerate(groups):
            row = world.dice.choice(kinds)
            day = month.start + timedelta(days=world.dice.randint(0, days))
            joint = number == 0 and tuple(units) in {tuple(g) for g in _joint(world, tenant, members)}
            _hold(world, tenant, bodies, members, units, row, day, f"demo-{month.key}-{number}", joint=joint)
        month = month.shifted(1)


def _neighbours(world: World, bodies: Bodies, left: list[int]) -> list[int]:
    """Take a host and up to three units that sit in a body with it off the list."""
    host = left.pop(0)
    beside = {
        m.unit_id for _body, units in bodies.values() if host in {m.unit_id for m in units} for m in units
    }
    others = [u for u in left if u in beside][: world.dice.choice((0, 1, 2, 3))]
    for unit in others:
        left.remove(unit)
    return [host, *others]


def _idle_unit(world: World, tenant: Tenant) -> int | None:
    slug = _IDLE.get(world.prefix(tenant))
    return world.units_by_slug[tenant.id][slug] if slug else None


def _joint(world: World, tenant: Tenant, members: Mapping[int, MemberUnit]) -> Iterator[list[int]]:
    if world.prefix(tenant) == _JOINT:
        slugs = world.units_by_slug[tenant.id]
        yield [slugs[s] for s in _JOINT_UNITS if slugs[s] in members]


def _hold(
    world: World, tenant: Tenant, bodies: Bodies, members: Mapping[int, MemberUnit], units: Sequence[int],
    row: Mapping[str, str], day: date, key: str, *, joint: bool,
) -> None:  # fmt: skip
    host = units[0]
    serves = [c for c, (_body, all_) in bodies.items() if host in {m.unit_id for m in all_}]
    size = world.dice.randint(6, 14)
    record_activity(
        world.session, liaison(members[host].short_name), world.at(day, 17), unit_id=host, units=units[1:],
        campaigns=serves, request_key=key, tell=False,
        entry=ActivityEntry(
            title=world.text("joint_title") if joint else row["title"],
            kind="lecture" if joint else row["kind"],
            audience="school" if joint else row["audience"],
            held_on=day,
            place=world.text("joint_place") if joint else tenant.full_name,
            reach=int(row["reach"]) * size // 10,
            materials=int(row["materials"]) * size // 10,
        ),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------- ledgers
def keep_ledgers(world: World, tenant: Tenant, bodies: Bodies, since: Mapping[str, date]) -> None:
    """Entries as ``records.tsv`` describes them; numbered in the order of their days."""
    templates: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows("records.tsv"):
        templates.setdefault((row["campaign"], row["ledger"]), []).append(row)
    for (campaign_key, ledger_key), wanted in templates.items():
        campaign = world.registry.find(campaign_key)
        ledger = campaign.ledger(ledger_key) if campaign else None
        if campaign is None or ledger is None or campaign_key not in bodies or campaign_key not in since:
            continue
        mechanism, members = bodies[campaign_key]
        entries = [
            entry
            for member in members
            for row in wanted
            if row["member"] in ("*", member.member)
            for entry in _entries(world, tenant, member, row, since[campaign_key])
        ]
        _store(
            world, tenant, mechanism, campaign, ledger, sorted(entries, key=lambda e: (e[0], e[1].unit_id))
        )


def _entries(
    world: World, tenant: Tenant, member: MemberUnit, row: Mapping[str, str], since: date
) -> Iterator[tuple[date, MemberUnit, str, dict[str, Any]]]:
    """One unit's entries of one kind, at most one a month, in whole multiples: sums and parts keep agreeing."""
    month = period_of(since, PeriodKind.MONTH)
    while month.start <= world.today:
        days = (min(month.end, world.today) - month.start).days
        chosen = int(row["day"]) - 1 if row["day"] else world.dice.randint(0, days)
        if world.happens(float(row["times"])) and chosen <= days:
            day = month.start + timedelta(days=chosen)
            values = _values(json.loads(row["values"]), world.dice.choice((1, 1, 2)), day, world.today)
            yield day, member, row["title"], values | _trend(world, tenant, member, row, month.key)
        month = month.shifted(1)


def _values(template: Mapping[str, Any], factor: int, day: date, today: date) -> dict[str, Any]:
    """Whole numbers times ``factor``; ``+3`` is the third day after ``day``, left out while it lies ahead."""
    found: dict[str, Any] = {}
    for key, value in template.items():
        if isinstance(value, str) and value[:1] in "+-" and value[1:].isdigit():
            then = day + timedelta(days=int(value))
            if then <= today:
                found[key] = then.isoformat()
        else:
            found[key] = value * factor if type(value) is int else value
    return found


def trend(world: World, tenant: Tenant, campaign: str, form: str, member: str, period: str) -> dict[str, int]:
    """The figures of a county that gets worse month by month (``trends.tsv``); empty for all others."""
    back = period_of(world.today, PeriodKind.MONTH)
    steps = {
        back.shifted(n).key: name for n, name in ((0, "fourth"), (-1, "third"), (-2, "second"), (-3, "first"))
    }
    if period not in steps:
        return {}
    wanted = (tenant.code, campaign, form, member)
    return {
        row["key"]: int(row[steps[period]])
        for row in rows("trends.tsv")
        if (row["tenant"], row["campaign"], row["form"], row["member"]) == wanted
    }


def _trend(
    world: World, tenant: Tenant, member: MemberUnit, row: Mapping[str, str], period: str
) -> dict[str, int]:
    """A third of the month's figure in each of the three entries; the first takes the rest."""
    found: dict[str, int] = {}
    for form in {r["form"] for r in rows("trends.tsv") if r["campaign"] == row["campaign"]}:
        found |= trend(world, tenant, row["campaign"], form, member.member, period)
    first = row["title"] == next(r["title"] for r in rows("records.tsv") if r["ledger"] == row["ledger"])
    own = json.loads(row["values"])
    return {k: n // 3 + (n % 3 if first else 0) for k, n in found.items() if k in own}


def _store(
    world: World, tenant: Tenant, mechanism: Mechanism, campaign: Campaign, ledger: Ledger,
    entries: Sequence[tuple[date, MemberUnit, str, dict[str, Any]]],
) -> None:  # fmt: skip
    sensitive = [f.key for f in ledger.fields if f.sensitive]
    for number, (day, member, title, values) in enumerate(entries):
        at = world.at(day, 9)
        series = lock_series(world.session, f"{campaign.key}.{ledger.key}", day.year)
        found = Record(
            mechanism_id=mechanism.id, unit_id=member.unit_id, campaign=campaign.key, ledger=ledger.key,
            number=take_number(series, ledger.numbering), title=title, place=tenant.full_name, known_at=at,
            values=mark_secret(sensitive, values), created_at=at, created_by=liaison(member.short_name).name, changed_at=at,
            request_key=f"demo-{campaign.key}-{ledger.key}-{number}", stage=stage_reached(ledger, values),
        )  # fmt: skip
        derive(ledger, found)
        world.session.add(found)
        world.session.flush()
        world.session.add(RecordEvent(record_id=found.id, kind="created", by=found.created_by, at=at))


def stage_reached(ledger: Ledger, values: Mapping[str, Any]) -> str:
    """How far an entry has come whose values are what its steps ask for: those that ask for nothing are not taken."""
    stage, passed = ledger.states[0].key if ledger.states else "", set[str]()
    while True:
        ways = (
            s
            for s in ledger.steps
            if stage in s.start and s.end not in passed | {stage} and s.requires and not s.note
        )
        step = next(
            (s for s in ways if all(values.get(key) not in (None, "", []) for key in s.requires)), None
        )
        if step is None:
            return stage
        passed.add(stage)
        stage = step.end


# ------------------------------------------------------------------------------------------------- matters
def keep_matters(world: World, tenant: Tenant, bodies: Bodies) -> None:
    """The ledgers' own fictional examples in some counties: old ones reported in time, one clock still running."""
    if world.prefix(tenant) not in _MATTERS:
        return
    covered = {(r["campaign"], r["ledger"]) for r in rows("records.tsv")}
    for key, (mechanism, members) in bodies.items():
        campaign = world.registry.find(key)
        for ledger in campaign.ledgers if campaign else ():
            writers = [m for m in members if not ledger.writers or m.member in ledger.writers]
            fires = [i for i, x in enumerate(ledger.examples) if campaign and _fires(campaign, ledger, x)]
            if campaign is None or not writers or ((key, ledger.key) in covered and not fires):
                continue
            for number, example in enumerate(ledger.examples):
                fresh = bool(fires) and number == fires[-1]
                shown = [m for m in writers if m.unit_id in world.kept_open]
                unit = shown[0] if fresh and shown else writers[number % len(writers)]
                _matter(world, tenant, mechanism, campaign, ledger, example, unit, number, fresh=fresh)


def _matter(
    world: World, tenant: Tenant, mechanism: Mechanism, campaign: Campaign, ledger: Ledger, example: Values,
    unit: MemberUnit, number: int, *, fresh: bool,
) -> None:  # fmt: skip
    age = timedelta(hours=18) if fresh else timedelta(days=9 * (number + 1))
    known_at = (world.now - age).replace(second=0, microsecond=0)
    actor = liaison(unit.short_name)
    key = f"demo-x-{campaign.key}-{ledger.key}-{number}"
    values = {k: str(v) if isinstance(v, str) else v for k, v in example.items() if k != "title"}
    found = create_record(
        world.session, actor, known_at + timedelta(hours=1), campaign=campaign, ledger=ledger,
        mechanism_id=mechanism.id, unit_id=unit.unit_id, request_key=key,
        entry=Entry(
            title=str(example["title"]), place=tenant.full_name, known_at=known_at,
            values=_moved(ledger, values, known_at, world.today),
        ),
    )  # fmt: skip
    found.stage = stage_reached(ledger, found.values)
    derive(ledger, found)
    if not fresh and _fires(campaign, ledger, example):
        file_report(
            world.session, actor, known_at + timedelta(hours=5), mechanism_id=mechanism.id, unit_id=unit.unit_id,
            campaign=campaign, request_key=key,
            facts=Facts(found.title, found.place, known_at, amount_of(campaign, ledger.key, found.values)),
            matter=find_matter(world.session, f"record:{found.id}"),
        )  # fmt: skip


def _moved(ledger: Ledger, values: dict[str, Any], known_at: datetime, today: date) -> dict[str, Any]:
    """The example's dates as far from the day it became known as they are from each other."""
    keys = [f.key for f in ledger.fields if f.kind is FieldKind.DATE and values.get(f.key)]
    days = {k: date.fromisoformat(values[k]) for k in keys}
    recent = {k: d for k, d in days.items() if d.year >= OLDEST_EXAMPLE}
    if not recent:
        return values
    by = known_at.date() - min(recent.values())
    return values | {k: min(d + by, today).isoformat() for k, d in recent.items()}


def _fires(campaign: Campaign, ledger: Ledger, example: Values) -> bool:
    return any(t.ledger == ledger.key and t.when(example) for t in campaign.thresholds)
