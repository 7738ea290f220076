"""Every stored figure computed again from its sources: the roll-up, the counts, and what was submitted upward."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.registry import Registry
from portal.core.text import Message, Text, _
from portal.figures.models import Rollup
from portal.figures.services import sum_values
from portal.reporting.catalogue import find_form
from portal.reporting.models import COUNTED, Report, ReportFile, ReportState, Submission
from portal.reporting.services import recount

_PARTS: dict[str, Text] = {
    "expected": _("应报数"),
    "filed": _("已报数"),
    "on_time": _("按时数"),
    "zero": _("零报告数"),
    "values": _("上报合计数"),
    "amended": _("上报核定数"),
    "net": _("上报去重数"),
    "gaps": _("缺报单位"),
}


def rebuild_tenant(
    session: Session, now: datetime, *, registry: Registry, tenant_id: int, check: bool
) -> Iterator[tuple[Report, Message]]:
    """Each difference found in the tenant's reports. Unless ``check``, sums and counts are put right.

    What was submitted is never rewritten: it is compared with the file that was stored then. Four statements
    for each report, one more for one with columns of its own.
    """
    for report in session.scalars(sa.select(Report).where(Report.tenant_id == tenant_id)).all():
        campaign = registry.find(report.campaign)
        form = find_form(session, tenant_id, campaign, report.form, report.local) if campaign else None
        if campaign is None or form is None:
            continue
        rows = session.execute(
            sa.select(
                Submission.values, Submission.state, Submission.first_filed_at, Submission.due_at, Submission.zero
            ).where(Submission.tenant_id == tenant_id, Submission.report_id == report.id)
        ).all()  # fmt: skip
        counted = [r for r in rows if r.state in COUNTED]
        found = list(
            _of_sums(_stored_sums(session, report), sum_values(form.fields, [r.values for r in counted]))
        )
        counts = {
            "expected": len(rows),
            "filed": len(counted),
            "on_time": sum(r.first_filed_at is not None and r.first_filed_at <= r.due_at for r in counted),
            "zero": sum(r.zero for r in counted),
        }
        found += _of_parts({key: getattr(report, key) for key in counts}, counts)
        if found and not check:
            recount(session, now, campaign, form, report)
        facts = _submitted(session, report)
        if facts is not None:
            kept = {"values": facts["sums"], **{k: facts[k] for k in ("amended", "net", "gaps")}}
            found += _of_parts({key: getattr(report, key) for key in kept}, kept)
            found += _of_sums(facts["sums"], sum_values(form.fields, [u["values"] for u in facts["units"]]))
        for message in found:
            yield report, message


def _stored_sums(session: Session, report: Report) -> dict[str, Any]:
    stored = session.scalars(
        sa.select(Rollup.values).where(
            Rollup.tenant_id == report.tenant_id, Rollup.campaign == report.campaign, Rollup.form == report.form,
            Rollup.period == report.period,
        )
    ).one_or_none()  # fmt: skip
    return dict(stored or {})


def _submitted(session: Session, report: Report) -> dict[str, Any] | None:
    """The facts of the newest file that was submitted."""
    return session.scalars(
        sa.select(ReportFile.facts)
        .where(
            ReportFile.tenant_id == report.tenant_id, ReportFile.report_id == report.id,
            ReportFile.kind == ReportState.SUBMITTED.value,
        )
        .order_by(ReportFile.number.desc())
        .limit(1)
    ).one_or_none()  # fmt: skip


def _of_sums(stored: Mapping[str, Any], computed: Mapping[str, Any]) -> Iterator[Message]:
    for key in (*computed, *(k for k in stored if k not in computed)):
        if stored.get(key) != computed.get(key):
            yield _differs(Message(_("汇总数 %(key)s"), key=key), stored.get(key), computed.get(key))


def _of_parts(stored: Mapping[str, Any], computed: Mapping[str, Any]) -> Iterator[Message]:
    for key, label in _PARTS.items():
        if key in computed and stored[key] != computed[key]:
            yield _differs(label, stored[key], computed[key])


def _differs(what: Any, stored: Any, computed: Any) -> Message:
    return Message(_("%(what)s：存的是 %(a)s，来源是 %(b)s"), what=what, a=_short(stored), b=_short(computed))


def _short(value: Any) -> str:
    text = "—" if value is None else str(value)
    return text if len(text) <= 80 else f"{text[:80]}…"
