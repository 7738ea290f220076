"""A tenant's own columns and forms (本地增加): drafted, admitted, published; nothing published ever changes.

A period keeps the version it was opened with, so publishing touches nothing that is open. A column that was
published keeps its key for ever; one whose kind changes is another column.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Form
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.periods import PeriodKind
from portal.core.scope import Actor, get_scope
from portal.core.text import _
from portal.reporting.catalogue import LOCAL_PREFIX, OWN, apply_local, local_field, own_form
from portal.reporting.design.admission import find_known, list_known
from portal.reporting.design.local_checks import (
    Overlap,
    is_own,
    list_versions,
    not_admitted,
    unfinished,
    unsound,
)
from portal.reporting.design.local_content import KINDS, RULES, Content
from portal.reporting.models import LocalForm
from portal.reporting.opening import describe_form
from portal.units.models import Mechanism


def get_local(session: Session, campaign: str, row_id: int) -> LocalForm:
    """Of the home tenant and this campaign; anything else is not found."""
    found = session.get(LocalForm, (get_scope(session).home, row_id)) if 0 < row_id < 2**63 else None
    if found is None or found.campaign != campaign:
        raise NotFound
    return found


def start(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, mechanism_id: int, form: str = ""
) -> LocalForm:
    """The form's draft: the one there is, else a new one that starts from the last version. '' = a new form."""
    _lock(session, mechanism_id)
    versions = [v for v in list_versions(session, campaign.key) if v.form == form] if form else []
    if versions and versions[-1].released_at is None:
        return versions[-1]
    if form and not versions and campaign.form(form) is None:
        raise NotFound
    last = versions[-1] if versions else None
    row = LocalForm(
        mechanism_id=mechanism_id,
        campaign=campaign.key,
        form=form or f"{OWN}{secrets.token_hex(5)}",
        number=last.number + 1 if last else 1,
        changed_at=now,
        definition={k: v for k, v in last.definition.items() if k != "snapshot"} if last else {},
    )
    if last:
        row.label, row.days_earlier, row.ends_on = last.label, last.days_earlier, last.ends_on
        row.basis, row.readers, row.reason = last.basis, last.readers, ""
    session.add(row)
    session.flush()
    record(session, Act.FORM_CHANGE, f"form:{row.id}", actor, now, {"form": row.form, "number": row.number})
    return row


def save(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, row: LocalForm, version: int, content: Content
) -> None:  # fmt: skip
    """Keep the draft. Gaps are allowed, nonsense is not: ``Invalid`` names it at the inputs of the page."""
    _open(session, row, version)
    if problems := unsound(campaign, row, content):
        raise Invalid(problems)
    _keep(session, campaign, row, content)
    row.changed_at = now
    record(session, Act.FORM_CHANGE, f"form:{row.id}", actor, now, {"form": row.form, "number": row.number})


def publish(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, campaigns: Sequence[Campaign],
    row: LocalForm, version: int, content: Content,
) -> None:  # fmt: skip
    """Admit and publish: from the next period that opens, this version counts.

    ``campaigns``: all that the tenant has enabled; their forms' columns are known. Raises ``Invalid`` where
    basis, readers, end or reason are missing and where known columns are not settled.
    """
    _open(session, row, version)
    today = now.astimezone(SHANGHAI).date()
    overlaps = list_overlaps(session, campaign, campaigns, row, content, today)
    problems = unsound(campaign, row, content)
    problems |= unfinished(session, campaign, row, content, today) | not_admitted(content, overlaps)
    if problems:
        raise Invalid(problems)
    _keep(session, campaign, row, content)
    row.overlaps = [
        {
            "label": content.columns[o.place].label,
            "known": o.known.field.label,
            "form": o.known.form,
            "linked": bool(content.columns[o.place].element),
            "reason": content.columns[o.place].keep,
        }
        for o in overlaps
    ]
    if is_own(row):
        row.definition = row.definition | {"snapshot": describe_form(campaign, own_form(campaign, row))}
    row.released_at, row.published_by, row.changed_at = now, actor.name, now
    data = {"form": row.form, "number": row.number, "columns": len(content.columns)}
    record(session, Act.FORM_PUBLISH, f"form:{row.id}", actor, now, data | {"days_earlier": row.days_earlier})


def discard(session: Session, actor: Actor, now: datetime, *, row: LocalForm, version: int) -> None:
    """Throw a draft away; what is published stays."""
    _open(session, row, version)
    data = {"form": row.form, "number": row.number}
    record(session, Act.FORM_DISCARD, f"form:{row.id}", actor, now, data)
    session.delete(row)
    session.flush()


def list_overlaps(
    session: Session, campaign: Campaign, campaigns: Sequence[Campaign], row: LocalForm, content: Content, on: date
) -> list[Overlap]:  # fmt: skip
    """The draft's columns that some form of the tenant has already, one each; one statement."""
    here = (campaign.key, row.form)
    known = list_known(session, row.tenant_id, campaigns, but=here, on=on)
    found = []
    for place, column in enumerate(content.columns):
        if not column.label or column.kind not in KINDS:
            continue
        fitting = find_known(local_field(column.stored()), known)
        if fitting:
            # what stands in the same form already can only be taken out or explained
            best = next((k for k in fitting if k.place == here), fitting[0])
            fills = best.place != here and best.fills(local_field(column.stored()))
            found.append(Overlap(place, best, fills, bool(column.element or column.keep)))
    return found


def preview(campaign: Campaign, row: LocalForm) -> Form:
    """The form as this version makes it."""
    declared = campaign.form(row.form)
    return apply_local(declared, row) if declared else own_form(campaign, row)


def _lock(session: Session, mechanism_id: int) -> None:
    """One after the other: two offices' clerks get the same draft."""
    home = get_scope(session).home
    wanted = sa.select(Mechanism.id).where(Mechanism.tenant_id == home, Mechanism.id == mechanism_id)
    if session.scalar(wanted.with_for_update()) is None:
        raise NotFound


def _open(session: Session, row: LocalForm, version: int) -> None:
    session.refresh(row, with_for_update=True)
    if row.released_at is not None:
        raise Conflict(_("这一版已发布，不能再改；请另起新版。"))
    if row.version != version:
        raise Conflict(_("有人在您打开页面之后改过这份草稿，您的内容没有覆盖对方。"))


def _keep(session: Session, campaign: Campaign, row: LocalForm, content: Content) -> None:
    """The draft's content into its row; keys are given here and nowhere else."""
    before = {c["key"]: c for c in row.definition.get("fields", ())}
    following, fields = row.definition.get("next", 1), []
    for column in content.columns:
        stored = column.stored()
        same = before.pop(column.key, None)
        if same is None or same["kind"] != stored["kind"]:
            stored["key"], following = f"{LOCAL_PREFIX}{following}", following + 1
        fields.append(stored)
    definition: dict[str, Any] = {"fields": fields, "next": following}
    if is_own(row):
        kind, day, months_after, _name = RULES[content.rule]
        once = content.once.isoformat() if content.once and content.period == PeriodKind.ONCE else ""
        definition |= {
            "period": content.period,
            "once": once,
            "members": list(content.members),
            "due": {"kind": kind.value, "day": day, "months_after": months_after, "shift": content.shift},
        }
        row.label = content.label
    else:
        form = campaign.form(row.form)
        if form is not None and form.draft:
            definition |= _words(form, content)
        row.days_earlier = content.days_earlier
    row.definition = definition
    row.basis, row.readers, row.ends_on = content.basis, content.readers, content.ends_on
    row.reason = content.reason
    session.flush()


def _words(form: Form, content: Content) -> dict[str, Any]:
    """Only what differs from the declaration, only of columns that the form has."""
    return {
        "labels": {
            f.key: content.labels[f.key]
            for f in form.fields
            if content.labels.get(f.key, "") not in ("", str(f.label))
        },
        "definitions": {
            f.key: content.definitions[f.key]
            for f in form.fields
            if f.key in content.definitions and content.definitions[f.key] != str(f.definition or "")
        },
        "hidden": [f.key for f in form.fields if f.key in content.hidden],
    }
