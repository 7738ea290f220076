"""The forms of a tenant: what the campaign declares, with the tenant's own columns, words and earlier dates.

A period keeps the version of the local changes it was opened with (``Report.local``), as an edition keeps
the version of the declared form; so each is read with the words it was filled under.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Due, DueKind, Field, FieldKind, Form, Section, Shift
from portal.campaigns.sources import Clause
from portal.core.periods import PeriodKind
from portal.core.text import Text, _
from portal.reporting.models import FormSnapshot, LocalForm

OWN = "own_"
"""Keys of a tenant's own forms begin so; no campaign's form may."""
LOCAL_PREFIX = "local_"
"""And so begin the keys of the columns that a tenant adds."""
LOCAL_SECTION = "local"
LOCAL_LABEL = _("本地增加")


def list_forms(session: Session, tenant_id: int, campaign: Campaign, *, on: date | None = None) -> list[Form]:
    """The tenant's forms as they open now: declared ones with the newest published changes, then its own.

    ``on``: what ended before this day is left out, own forms and additions alike.
    """
    return forms_with(campaign, newest_local(session, tenant_id, campaign.key, on=on))


def forms_with(campaign: Campaign, newest: Mapping[str, LocalForm]) -> list[Form]:
    """The forms under these changes (form key -> changes)."""
    found = [apply_local(form, newest.get(form.key)) for form in campaign.forms]
    return found + [own_form(campaign, row) for key, row in sorted(newest.items()) if key.startswith(OWN)]


def newest_local(
    session: Session, tenant_id: int, campaign: str, *, on: date | None = None
) -> dict[str, LocalForm]:
    """Form key -> newest published changes of the tenant; one statement. ``on``: only what has not ended by then."""
    published = published_local(session, tenant_id, campaign)
    return {key: rows[-1] for key, rows in published.items() if on is None or not ended(rows[-1], on)}


def element_of(campaign: str, form: str, field: Field) -> str:
    """The data element a column means. One without a name of its own is called by its place, so that a tenant's
    column may be linked to it all the same.
    """
    return field.element or implied_element(campaign, form, field.key)


def implied_element(campaign: str, form: str, key: str) -> str:
    """What a column without a named data element is called when another form draws on it."""
    return f"{campaign}.{form}.{key}"


def published_local(session: Session, tenant_id: int, campaign: str) -> dict[str, list[LocalForm]]:
    """Form key -> the tenant's published changes, oldest first; one statement."""
    rows = session.scalars(
        sa.select(LocalForm)
        .where(
            LocalForm.tenant_id == tenant_id,
            LocalForm.campaign == campaign,
            LocalForm.released_at.is_not(None),
        )
        .order_by(LocalForm.number)
    )
    found: dict[str, list[LocalForm]] = {}
    for row in rows:
        found.setdefault(row.form, []).append(row)
    return found


def ended(row: LocalForm, on: date) -> bool:
    """Whether the changes ended by themselves before the day."""
    return row.ends_on is not None and row.ends_on < on


def find_local(session: Session, tenant_id: int, campaign: str, form: str, number: int) -> LocalForm | None:
    return session.scalars(
        sa.select(LocalForm).where(
            LocalForm.tenant_id == tenant_id,
            LocalForm.campaign == campaign,
            LocalForm.form == form,
            LocalForm.number == number,
        )
    ).one_or_none()


def find_form(session: Session, tenant_id: int, campaign: Campaign, key: str, local: int) -> Form | None:
    """The form as that version of the tenant's changes (0 = none) makes it; None when the plugin dropped it."""
    row = find_local(session, tenant_id, campaign.key, key, local) if local else None
    if key.startswith(OWN):
        return own_form(campaign, row) if row else None
    declared = campaign.form(key)
    return apply_local(declared, row) if declared else None


def apply_local(form: Form, row: LocalForm | None) -> Form:
    """The declared form with the tenant's columns behind its sections. Words and hiding touch drafts (草案) alone."""
    if row is None:
        return form
    changes = row.definition
    sections = list(form.sections)
    if form.draft:
        sections = [replace(s, fields=_reworded(s.fields, changes)) for s in sections]
    added = [local_field(data) for data in changes.get("fields", ())]
    if added:
        sections.append(Section(key=LOCAL_SECTION, label=LOCAL_LABEL, fields=tuple(added)))
    return replace(form, sections=tuple(s for s in sections if s.fields))


def _reworded(fields: Sequence[Field], changes: Mapping[str, Any]) -> tuple[Field, ...]:
    labels, definitions = changes.get("labels", {}), changes.get("definitions", {})
    hidden = set(changes.get("hidden", ()))
    return tuple(
        replace(
            f,
            label=Text(labels[f.key]) if f.key in labels else f.label,
            definition=Text(definitions[f.key]) if f.key in definitions else f.definition,
        )
        for f in fields
        if f.key not in hidden
    )


def local_field(data: Mapping[str, Any]) -> Field:
    """A column as the editor stores it: key, label, kind, unit, required, definition, owners, element."""
    return Field(
        key=data["key"],
        label=Text(data["label"]),
        kind=FieldKind(data["kind"]),
        unit=Text(data["unit"]) if data.get("unit") else None,
        required=bool(data.get("required")),
        definition=Text(data["definition"]) if data.get("definition") else None,
        owners=tuple(data.get("owners", ())),
        element=data.get("element", ""),
        max_length=500,
    )


def own_form(campaign: Campaign, row: LocalForm) -> Form:
    """A form that the tenant itself made. A column that names no members is asked of those the form names."""
    once, members = row.definition.get("once"), tuple(row.definition.get("members", ()))
    fields = [local_field(data) for data in row.definition.get("fields", ())]
    due: Mapping[str, Any] = row.definition.get("due", {})
    return Form(
        key=row.form,
        label=Text(row.label),
        version=row.number,
        period=PeriodKind(row.definition.get("period", PeriodKind.MONTH)),
        due=Due(
            kind=DueKind(due.get("kind", DueKind.LAST_WORKING_DAY)),
            day=due.get("day", 0),
            months_after=due.get("months_after", 0),
            shift=Shift(due.get("shift", Shift.EARLIER)),
        ),
        sections=(
            Section(
                key=LOCAL_SECTION,
                label=LOCAL_LABEL,
                fields=tuple(replace(f, owners=f.owners or members) for f in fields),
            ),
        ),
        once=date.fromisoformat(once) if once else None,
        clause=Clause(source=campaign.sources[0].key, article=Text(row.basis)),
    )


def stored_definition(
    session: Session, tenant_id: int, campaign: str, form: str, version: int, local: int
) -> dict[str, Any] | None:
    """Labels and kinds of a filed form as they were then (see ``opening.describe_form``), without the plugin."""
    row = find_local(session, tenant_id, campaign, form, local) if local else None
    if form.startswith(OWN):
        return dict(row.definition["snapshot"]) if row else None
    snapshot = session.get(FormSnapshot, (campaign, form, version))
    if snapshot is None:
        return None
    return _described(snapshot.definition, row.definition if row else {})


def _described(definition: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    labels, definitions = changes.get("labels", {}), changes.get("definitions", {})
    hidden = set(changes.get("hidden", ()))
    sections = [
        s
        | {
            "fields": [
                f
                | {
                    "label": labels.get(f["key"], f["label"]),
                    "definition": definitions.get(f["key"], f["definition"]),
                }
                for f in s["fields"]
                if f["key"] not in hidden
            ]
        }
        for s in definition["sections"]
    ]
    added = [
        {
            "key": f["key"],
            "label": f["label"],
            "kind": f["kind"],
            "unit": f.get("unit", ""),
            "definition": f.get("definition", ""),
            "choices": {},
        }
        for f in changes.get("fields", ())
    ]
    if added:
        sections.append({"label": str(LOCAL_LABEL), "fields": added})
    return dict(definition) | {"sections": sections}
