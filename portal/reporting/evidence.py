"""Filed forms as proof of what is owed; who is asked and until when is what the opened period says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI, midnight
from portal.figures.evidence import FORMS, Evidence, Room, Wanted, register_evidence
from portal.reporting.models import COUNTED, State, Submission
from portal.reporting.standing import minutes_late

_DAY = 24 * 60


def read_evidence(
    session: Session, wanted: Wanted, unit_ids: Sequence[int], first: date, _last: date
) -> Sequence[Evidence]:
    """Every form of these units due from ``first`` on, filed or not; one statement."""
    rows = session.execute(
        sa.select(
            Submission.campaign, Submission.form, Submission.unit_id, Submission.first_filed_at, Submission.state,
            Submission.id, Submission.period, Submission.due_at,
        )
        .where(
            sa.tuple_(Submission.campaign, Submission.form).in_(list(wanted)),
            Submission.unit_id.in_(list(unit_ids)),
            Submission.due_at >= midnight(first),
        )
        .order_by(Submission.due_at, Submission.id)
    )  # fmt: skip
    found = []
    for campaign, form, unit_id, filed, state, submission_id, period, due in rows:
        day = filed.astimezone(SHANGHAI).date() if filed is not None and State(state) in COUNTED else None
        found.append(
            Evidence(
                campaign, form, unit_id, day,
                f"submission:{submission_id}", period=period, due=due.astimezone(SHANGHAI),
                late_days=-(-minutes_late(due, filed) // _DAY) if day else 0,
            )
        )  # fmt: skip
    return found


register_evidence(
    FORMS, Room(read_evidence, detail=("reporting.sheet", "submission_id"), entry=("reporting.mine", ""))
)
