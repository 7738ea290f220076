"""A value that was changed in one form: which other forms of the unit still say something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Field
from portal.core.text import Message, _
from portal.reporting.filed import list_current
from portal.reporting.models import OPEN, State, Submission
from portal.web.declared import show_value


@dataclass(frozen=True)
class Elsewhere:
    """``cells``: a sentence with both figures for each data element that differs."""

    submission_id: int
    campaign: str
    title: str
    period: str
    state: State
    cells: tuple[Message, ...]

    @property
    def open(self) -> bool:
        return self.state in OPEN


def list_elsewhere(
    session: Session, submission: Submission, fields: Sequence[Field], campaign: Campaign
) -> list[Elsewhere]:
    """The unit's other forms of the same period, of every campaign, that hold another value for an element of
    this one; drafts included, forms that hold none left out. Constant number of statements.

    Not of figures that are drawn: each campaign counts its own entries, and may rightly say something else."""
    meant = [f for f in fields if f.element and not f.draws and submission.values.get(f.key) is not None]
    if not meant:
        return []
    found = []
    for other in list_current(session, submission):
        cells = tuple(
            Message(
                _("%(label)s：本表 %(here)s，该表 %(there)s"),
                label=f.label,
                here=show_value(f, submission.values[f.key], campaign),
                there=show_value(f, value, campaign),
            )
            for f in meant
            if (value := other.element(f)) is not None and value != submission.values[f.key]
        )
        if cells:
            found.append(
                Elsewhere(
                    other.submission_id, other.campaign, other.title, other.period, State(other.state), cells
                )
            )
    return found
