"""What one unit has filed: the latest edition of each form, with the data elements that its cells meant then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.forms import Field
from portal.core.periods import parse_period
from portal.core.sealing import open_values
from portal.reporting.catalogue import implied_element
from portal.reporting.models import FormSnapshot, LocalForm, Report, Submission, SubmissionEdition

Elements = Mapping[str, tuple[str, str]]
"""Data element -> (field key, field kind)."""


@dataclass(frozen=True)
class Filed:
    submission_id: int
    campaign: str
    form: str
    title: str
    period: str
    state: str
    values: Mapping[str, Any]
    filed_at: datetime | None
    elements: Elements

    def is_form_of(self, submission: Submission) -> bool:
        return (self.campaign, self.form) == (submission.campaign, submission.form)

    def element(self, field: Field) -> Any:
        """The value that the form holds for the field's data element, None where it holds none of its kind."""
        key, kind = self.elements.get(field.element, ("", ""))
        return self.values.get(key) if kind == field.kind else None


_S, _E = Submission, SubmissionEdition
_OLDER = sa.orm.aliased(Submission)
_TENANT: Any = sa.bindparam("tenant")
_UNIT: Any = sa.bindparam("unit")
_CAMPAIGN: Any = sa.bindparam("campaign")
_FORM: Any = sa.bindparam("form")
_PERIOD: Any = sa.bindparam("period")
_LAST = (
    sa.select(sa.func.max(_OLDER.period))
    .where(
        _OLDER.tenant_id == _TENANT,
        _OLDER.unit_id == _UNIT,
        _OLDER.edition > 0,
        _OLDER.campaign == _CAMPAIGN,
        _OLDER.form == _FORM,
        _OLDER.period < _PERIOD,
    )
    .scalar_subquery()
)
_FILED = (
    sa.select(
        _S.id, _S.campaign, _S.form, Report.title, _S.period, _S.state, _E.values, _E.filed_at, _E.form_version, _E.local
    )
    .join(_E, sa.and_(_E.tenant_id == _S.tenant_id, _E.submission_id == _S.id, _E.number == _S.edition))
    .join(Report, sa.and_(Report.tenant_id == _S.tenant_id, Report.id == _S.report_id))
    .where(
        _S.tenant_id == _TENANT,
        _S.unit_id == _UNIT,
        _S.id != sa.bindparam("own"),
        sa.or_(
            _S.period.in_(sa.bindparam("periods", expanding=True)),
            sa.and_(_S.campaign == _CAMPAIGN, _S.form == _FORM, _S.period == _LAST),
        ),
    )
    .order_by(_E.filed_at.desc(), _S.id)
)  # fmt: skip
"""Made once: a bulk upload asks it for each of some hundred units, and building it costs more than running it."""


def list_filed(session: Session, submission: Submission, also: Sequence[str] = ()) -> list[Filed]:
    """What the submission's unit filed for the same period, for the periods ``also``, and in the last edition
    of the same form before; the newest filing first. At most three statements.
    """
    given = {
        "tenant": submission.tenant_id, "unit": submission.unit_id, "campaign": submission.campaign,
        "form": submission.form, "period": submission.period, "periods": [submission.period, *also],
        "own": submission.id,
    }  # fmt: skip
    return _with_elements(session, submission.tenant_id, session.execute(_FILED, given).all())


def list_current(session: Session, submission: Submission) -> list[Filed]:
    """The unit's other forms of the same period as they stand now, drafts included; at most three statements."""
    s = Submission
    rows = session.execute(
        sa.select(
            s.id, s.campaign, s.form, Report.title, s.period, s.state, s.values, s.filed_at, s.form_version, s.local
        )
        .join(Report, sa.and_(Report.tenant_id == s.tenant_id, Report.id == s.report_id))
        .where(
            s.tenant_id == submission.tenant_id,
            s.unit_id == submission.unit_id,
            s.id != submission.id,
            s.period == submission.period,
        )
        .order_by(s.due_at, s.id)
    ).all()  # fmt: skip
    return _with_elements(session, submission.tenant_id, rows)


def _with_elements(session: Session, tenant_id: int, rows: Sequence[Any]) -> list[Filed]:
    """Rows end with version and local version of the form."""
    meanings = read_elements(session, tenant_id, {(r[1], r[2], r[8], r[9]) for r in rows})

    def opened(r: Any) -> Any:
        return open_values(session, tenant_id, f"submission:{r[0]}", r[6])

    return [
        Filed(r[0], r[1], r[2], r[3], r[4], r[5], opened(r), r[7], meanings.get((r[1], r[2], r[8], r[9]), {}))
        for r in rows
    ]


def previous_values(session: Session, submission: Submission) -> dict[str, Any] | None:
    """What the unit last filed in the same form for the period before; None where it filed nothing."""
    s, e = Submission, SubmissionEdition
    before = parse_period(submission.period).shifted(-1).key
    if before == submission.period:
        return None
    found = session.execute(
        sa.select(e.values)
        .join(s, sa.and_(e.tenant_id == s.tenant_id, e.submission_id == s.id, e.number == s.edition))
        .where(
            s.tenant_id == submission.tenant_id,
            s.unit_id == submission.unit_id,
            s.campaign == submission.campaign,
            s.form == submission.form,
            s.period == before,
        )
    ).scalar_one_or_none()
    return None if found is None else dict(found)


def read_elements(
    session: Session, tenant_id: int, forms: set[tuple[str, str, int, int]]
) -> dict[tuple[str, str, int, int], Elements]:
    """(campaign, form, version, local version) -> what its cells meant, as they were declared then."""
    if not forms:
        return {}
    f, x = FormSnapshot, LocalForm
    declared = {
        (row.campaign, row.form, row.version): [c for s in row.definition["sections"] for c in s["fields"]]
        for row in session.scalars(
            sa.select(f).where(sa.tuple_(f.campaign, f.form, f.version).in_({key[:3] for key in forms}))
        )
    }
    changed = {(campaign, form, local) for campaign, form, _version, local in forms if local}
    added = (
        {
            (row.campaign, row.form, row.number): row.definition.get("fields", [])
            for row in session.scalars(
                sa.select(x).where(
                    x.tenant_id == tenant_id, sa.tuple_(x.campaign, x.form, x.number).in_(changed)
                )
            )
        }
        if changed
        else {}
    )
    return {
        key: {
            c.get("element") or implied_element(key[0], key[1], c["key"]): (c["key"], c["kind"])
            for c in [*declared.get(key[:3], ()), *added.get((key[0], key[1], key[3]), ())]
        }
        for key in forms
    }
