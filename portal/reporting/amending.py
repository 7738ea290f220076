"""The tenant's own figures beside the sums (县核定数), and what the rules say of the county's figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from portal.campaigns.forms import Form, Grade
from portal.core.audit import Act, record
from portal.core.errors import Invalid
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.figures.models import Rollup
from portal.figures.services import sum_values, summed_fields
from portal.reporting import archive
from portal.reporting.checks import AMENDED, county_findings, findings
from portal.reporting.models import Report
from portal.reporting.remarks import remark
from portal.reporting.upward import MAX_REASON, lock_report


def amend_report(
    session: Session, actor: Actor, now: datetime, *, report: Report, version: int, form: Form,
    amended: Mapping[str, tuple[int | None, str]],
) -> None:  # fmt: skip
    """Keep the tenant's own figures (key -> value, reason) beside the sums; None removes one.

    A figure that breaks a rule which the sums keep is refused, and so is one without its reason.
    """
    lock_report(session, report, version)
    rollup = archive.find_rollup(session, report)
    if rollup is None:
        rollup = Rollup(
            campaign=report.campaign, form=report.form, period=report.period, values={}, amended={}
        )
        session.add(rollup)
    problems: dict[str, Message | Text] = {}
    kept: dict[str, Any] = {}
    for f in summed_fields(form):
        value, reason = amended.get(f.key, (None, ""))
        reason = reason.strip()[:MAX_REASON]
        if value is None:
            if reason:
                problems[f"amend.{f.key}"] = Message(
                    _("请填写%(label)s的县核定数，或清空原因。"), label=f.label
                )
            continue
        if value == rollup.values.get(f.key):
            continue  # the sum itself
        if not reason:
            problems[f"amend.{f.key}"] = Message(_("请写明%(label)s与合计数不同的原因。"), label=f.label)
        before = rollup.amended.get(f.key, {})
        same = (before.get("value"), before.get("reason")) == (value, reason)
        own = {"value": value, "reason": reason, "by": actor.name, "at": now.isoformat()}
        kept[f.key] = before if same else own
    broken = {c.key for c, _said in findings(form, rollup.values) if c.grade is Grade.ERROR}
    for check, said in findings(form, rollup.values | {k: own["value"] for k, own in kept.items()}):
        if check.grade is Grade.ERROR and check.key not in broken:
            for key in set(check.fields) & set(kept):
                problems.setdefault(f"amend.{key}", said)
    if problems:
        raise Invalid(problems)
    if kept == rollup.amended:
        return
    rollup.amended = kept
    flag_modified(report, "filed")  # a new version: the figures on an open page are old
    remark(session, report, "amended", actor, now, str(len(kept)))
    data = {"fields": {key: own["value"] for key, own in kept.items()}}
    record(session, Act.REPORT_AMEND, f"report:{report.id}", actor, now, data)


def county_sentences(session: Session, report: Report, form: Form) -> list[Message]:
    """What the rules say of the figures as they stand; the difference of an own figure from its sum stands beside it."""
    rollup = archive.find_rollup(session, report)
    sums, amended = (rollup.values, rollup.amended) if rollup else ({}, {})
    of_units = sum_values(form.fields, [f.values for f in archive.list_filed(session, report)])
    said = county_findings(form, sums, amended, of_units)
    return [message for rule, message in said if not rule.key.startswith(AMENDED)]
