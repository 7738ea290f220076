"""The files of a report: what was submitted, closed or came late, as it was then, number by number.

A file is made from its facts alone (``report_book``), and is never written again. Superiors read the files made
by submitting and while they have the report; what a county closed for itself stays with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Form
from portal.core.errors import Conflict, NotFound
from portal.core.periods import parse_period
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, _
from portal.figures.models import Rollup
from portal.figures.services import net_sums
from portal.figures.sources import Fact, Shared, find_pool, shared_matters
from portal.reporting.catalogue import stored_definition
from portal.reporting.differences import compare_facts, known
from portal.reporting.due import counted_days
from portal.reporting.models import COUNTED, Report, ReportFile, ReportState, Submission
from portal.reporting.remarks import remark
from portal.reporting.report_book import write_book
from portal.reporting.standing import minutes_late
from portal.tenants.models import Tenant
from portal.tenants.policies import value_of
from portal.units.models import Mechanism, Unit


@dataclass(frozen=True)
class Stored:
    """A line in the list of files."""

    id: int
    number: int
    kind: str
    made_at: datetime
    made_by: str
    sha256: str
    differences: list[Any]
    """See ``differences.say``."""


@dataclass(frozen=True)
class Filed:
    """One unit's form that counts, as a stored file shows it."""

    unit_id: int
    unit: str
    edition: int
    zero: bool
    minutes: int
    late_reason: str
    filed_at: datetime
    filed_by: str
    values: Mapping[str, Any]


def list_filed(session: Session, report: Report) -> list[Filed]:
    """Forms that count now, in official order."""
    rows = session.execute(
        sa.select(
            Submission.unit_id, Unit.full_name, Submission.edition, Submission.zero, Submission.due_at,
            Submission.first_filed_at, Submission.late_reason, Submission.filed_at, Submission.filed_by,
            Submission.values,
        )
        .join(Unit, sa.and_(Unit.tenant_id == Submission.tenant_id, Unit.id == Submission.unit_id))
        .where(
            Submission.tenant_id == report.tenant_id, Submission.report_id == report.id,
            Submission.state.in_([s.value for s in COUNTED]),
        )
        .order_by(Unit.sort_no, Unit.id)
    )  # fmt: skip
    return [Filed(r[0], r[1], r[2], r[3], minutes_late(r[4], r[5]), r[6], r[7], r[8], r[9]) for r in rows]


def find_rollup(session: Session, report: Report) -> Rollup | None:
    """The tenant's own sums and amendments of the report, as they stand now."""
    return session.scalars(
        sa.select(Rollup).where(
            Rollup.tenant_id == report.tenant_id, Rollup.campaign == report.campaign, Rollup.form == report.form,
            Rollup.period == report.period,
        ).execution_options(populate_existing=True)
    ).one_or_none()  # fmt: skip


def net_of(
    session: Session,
    campaign: Campaign,
    form: Form,
    report: Report,
    sums: Mapping[str, int],
    filed: Sequence[Filed],
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Net sums and the reconciliation sheet (matter, day, units, extra per figure); both empty without shared matters."""
    cut_off = value_of(session, report.tenant_id, campaign, "cut_off_day")
    first, last = counted_days(parse_period(report.period), cut_off)
    reported = {f.unit_id: f.values for f in filed}
    pools = sorted({d.pool for f in form.fields for d in f.draws})
    matters: list[Shared] = []
    facts: list[Fact] = []
    for name in pools:
        pool = find_pool(name)
        found = shared_matters(session, name, report.campaign, first, last)
        if pool is not None and found:
            matters += found
            facts += pool.read(session, report.campaign, name, sorted(reported), last)
    net, repeated = net_sums(form, sums, reported, matters, facts, (first, last))
    names = {f.unit_id: f.unit for f in filed}
    return net, [
        {"matter": r.matter.title, "day": r.matter.day.isoformat(), "units": [names[u] for u in names if u in r.units],
         "extra": dict(r.extra)}
        for r in repeated
    ]  # fmt: skip


def gather(
    session: Session,
    report: Report,
    gaps: Sequence[Mapping[str, Any]],
    campaign: Campaign | None,
    form: Form | None,
) -> dict[str, Any]:
    """JSON-ready: all that a file shows. A constant number of statements; works without the plugin but for net sums."""
    definition = stored_definition(
        session, report.tenant_id, report.campaign, report.form, report.form_version, report.local
    ) or {"label": report.title or report.form, "sections": []}
    tenant, office = session.execute(
        sa.select(Tenant, Mechanism.office)
        .join(Mechanism, Mechanism.tenant_id == Tenant.id)
        .where(Mechanism.tenant_id == report.tenant_id, Mechanism.id == report.mechanism_id)
    ).one()
    filed = list_filed(session, report)
    rollup = find_rollup(session, report)
    sums = dict(rollup.values) if rollup else {}
    net, duplicates = net_of(session, campaign, form, report, sums, filed) if campaign and form else ({}, [])
    hidden = _sensitive(form)
    return {
        "title": definition["label"],
        "tenant": tenant.full_name,
        "office": office,
        "period": report.period,
        "period_label": str(parse_period(report.period).label),
        "due_at": report.due_at.isoformat(),
        "counts": {k: getattr(report, k) for k in ("expected", "filed", "on_time", "zero")},
        "fields": [
            {"section": s["label"]} | f
            for s in definition["sections"]
            for f in s["fields"]
            if f["key"] not in hidden
        ],
        "tables": [
            t | {"fields": [f for f in t["fields"] if f["key"] not in hidden]}
            for t in definition.get("tables", [])
        ],
        "sums": sums,
        "amended": dict(rollup.amended) if rollup else {},
        "net": net,
        "duplicates": duplicates,
        "gaps": list(gaps),
        "units": [_described(f, hidden) for f in filed],
    }


def _sensitive(form: Form | None) -> frozenset[str]:
    """Cells that are read one by one and with a trace; files that travel have none of them."""
    tables = [c for t in form.tables for c in t.columns] if form else []
    return frozenset(f.key for f in (*(form.fields if form else ()), *tables) if f.sensitive)


def _described(filed: Filed, hidden: frozenset[str]) -> dict[str, Any]:
    return {
        "unit_id": filed.unit_id,
        "unit": filed.unit,
        "edition": filed.edition,
        "zero": filed.zero,
        "minutes": filed.minutes,
        "late_reason": filed.late_reason,
        "filed_at": filed.filed_at.isoformat(),
        "filed_by": filed.filed_by,
        "values": {
            key: _without(value, hidden) for key, value in known(filed.values).items() if key not in hidden
        },
    }


def _without(value: Any, hidden: frozenset[str]) -> Any:
    if not isinstance(value, list):
        return value
    return [
        {k: v for k, v in row.items() if k not in hidden} if isinstance(row, Mapping) else row
        for row in value
    ]


def newest_file(session: Session, report: Report) -> ReportFile | None:
    return session.scalars(
        sa.select(ReportFile)
        .where(ReportFile.tenant_id == report.tenant_id, ReportFile.report_id == report.id)
        .order_by(ReportFile.number.desc())
        .limit(1)
    ).one_or_none()


def store(
    session: Session, actor: Actor, now: datetime, *, report: Report, kind: str, facts: Mapping[str, Any]
) -> ReportFile:
    """The next number, made from ``facts``, with its differences against the number before. Under the report's lock."""
    last = newest_file(session, report)
    shown = kind == ReportState.SUBMITTED or report.state in (ReportState.SUBMITTED, ReportState.ACCEPTED)
    differences = compare_facts(last.facts, facts) if last else []
    number = last.number + 1 if last else 1
    kept = dict(facts) | {"number": number, "kind": kind, "made_at": now.isoformat(), "made_by": actor.name}
    kept_back = (
        shown and last is not None and last.released_at is None
    )  # nor is what it said told by a difference
    content = write_book(kept, [] if kept_back else differences)
    file = ReportFile(
        report_id=report.id, number=number, kind=kind, content=content, sha256=hashlib.sha256(content).hexdigest(),
        facts=kept, differences=differences, made_at=now, made_by=actor.name, released_at=now if shown else None,
    )  # fmt: skip
    session.add(file)
    session.flush()
    return file


def after_filing(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    report: Report,
    campaign: Campaign,
    form: Form,
    unit_id: int,
) -> None:
    """A form that comes in after the closing makes the next number by itself."""
    if report.closed_at is None:
        return
    last = newest_file(session, report)
    gaps = [g for g in (last.facts["gaps"] if last else report.gaps) if g["unit_id"] != unit_id]
    file = store(
        session, actor, now, report=report, kind="late", facts=gather(session, report, gaps, campaign, form)
    )
    remark(session, report, "late_file", actor, now, str(file.number))


def list_files(session: Session, tenant_id: int, report_id: int) -> list[Stored]:
    """Newest first. From above only what was submitted, and what came to it (the guard sees to that); a difference
    against a file that the superior does not see is not told."""
    rows = session.execute(
        sa.select(
            ReportFile.id, ReportFile.number, ReportFile.kind, ReportFile.made_at, ReportFile.made_by,
            ReportFile.sha256, ReportFile.differences,
        )
        .where(ReportFile.tenant_id == tenant_id, ReportFile.report_id == report_id)
        .order_by(ReportFile.number.desc())
    )  # fmt: skip
    files = [Stored(*r) for r in rows]
    if tenant_id in get_scope(session).own:
        return files
    seen = {f.number for f in files}
    return [f if f.number - 1 in seen else replace(f, differences=[]) for f in files]


def read_file(session: Session, tenant_id: int, file_id: int) -> ReportFile:
    """The file with its content, proved unchanged; ``NotFound`` where ``list_files`` would not show it."""
    file = session.scalars(
        sa.select(ReportFile)
        .where(ReportFile.tenant_id == tenant_id, ReportFile.id == file_id)
        .options(undefer(ReportFile.content))
    ).one_or_none()
    if file is None:
        raise NotFound
    if hashlib.sha256(file.content).hexdigest() != file.sha256:
        raise Conflict(_("存档文件与存入时不一致，已停止下载，请联系系统管理员核查。"))
    return file


def file_name(file: ReportFile) -> str:
    """In Chinese whatever the reader's language, as the file itself."""
    facts = file.facts
    return str(
        Message(
            _("%(tenant)s%(title)s（%(period)s）第 %(n)s 版.xlsx"), tenant=facts["tenant"], title=facts["title"],
            period=facts["period_label"], n=file.number,
        )
    )  # fmt: skip
