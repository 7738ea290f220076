"""The parts of a form that are more than one cell: repeating tables and attachments."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Field, FieldKind, Table
from portal.core.errors import Invalid
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import Message, Text
from portal.documents import attachments
from portal.documents.models import Attachment
from portal.reporting.models import Submission, SubmissionEdition
from portal.units.reader import subtree_scope
from portal.web.declared import Typed, input_texts, read_values
from portal.web.tables import change_rows, read_table, table_texts

KIND = "submission"
Problems = dict[str, Message | Text]
Standing = Mapping[str, Sequence[Attachment]]
"""Field key -> the attachments that stand there."""


def subject_of(submission: Submission) -> str:
    return f"{KIND}:{submission.id}"


# ------------------------------------------------------------------------------------------- what was typed
def read_parts(
    fields: Sequence[Field], tables: Sequence[Table], posted: MultiDict[str, str], campaign: Campaign, files: Standing,
    *, on: date | None = None,
) -> tuple[dict[str, Any], Typed, Problems]:  # fmt: skip
    """As ``read_values``, tables and attachments included."""
    standing = {key: attachments.as_payload(found) for key, found in files.items()}
    values, typed, problems = read_values(fields, posted, campaign, files=standing, on=on)
    for table in tables:
        values[table.key], typed[table.key], wrong = read_table(table, posted, campaign, on=on)
        problems |= wrong
    return values, typed, problems


def type_parts(fields: Sequence[Field], tables: Sequence[Table], values: Mapping[str, Any]) -> Typed:
    """Stored values as the inputs of a form that is opened."""
    return input_texts(fields, values) | {t.key: table_texts(t, values.get(t.key)) for t in tables}


def change_tables(tables: Sequence[Table], posted: MultiDict[str, str], action: str) -> Typed:
    """Every table's rows as typed, one of them with a row more or less (``web.tables.change_rows``)."""
    return {table.key: change_rows(table, posted, action) for table in tables}


# ---------------------------------------------------------------------------------------------- attachments
def list_files(session: Session, fields: Sequence[Field], submission: Submission) -> Standing:
    """What stands in each field of attachments; one statement, none where the form has no such field."""
    found: dict[str, list[Attachment]] = {f.key: [] for f in fields if f.kind is FieldKind.FILES}
    for attachment in attachments.list_attached(session, subject_of(submission)) if found else ():
        found.setdefault(attachment.field, []).append(attachment)
    return found


def take_in(
    session: Session, actor: Actor, now: datetime, *, folder: Path, fields: Sequence[Field], submission: Submission,
    uploads: Mapping[str, Iterable[tuple[str, IO[bytes]]]],
) -> Problems:  # fmt: skip
    """Store what came with the form, and commit: a file need not be sent again because a figure is wrong.

    Answers the problems; each file that is refused leaves the others alone.
    """
    problems: Problems = {}
    came = False
    for f in fields:
        for name, stream in uploads.get(f.key, ()) if f.kind is FieldKind.FILES else ():
            came = True
            try:
                attachments.add(
                    session, actor, now, folder=folder, subject=subject_of(submission), field=f.key,
                    unit_id=submission.unit_id, name=name, stream=stream,
                )  # fmt: skip
            except attachments.Secret as error:
                attachments.note_refusal(session, actor, now, subject_of(submission), error)
                problems |= error.problems
            except Invalid as error:
                problems |= error.problems
    if came:
        session.commit()
    return problems


def drop_files(session: Session, actor: Actor, now: datetime, files: Standing, typed: Typed) -> None:
    """Remove what was ticked. Editions that name it keep it."""
    for key, found in files.items():
        attachments.remove(session, actor, now, attachments=found, ids=typed.get(key) or ())


def named_files(payloads: Iterable[Mapping[str, Any]]) -> set[int]:
    """Ids of the attachments that filed values name."""
    return {
        int(file["id"])
        for values in payloads
        for value in values.values()
        if isinstance(value, list)
        for file in value
        if isinstance(file, Mapping) and "sha256" in file and "id" in file
    }


def release_files(session: Session, now: datetime, submission_ids: sa.Select[Any]) -> None:
    """Superiors may read the files that the editions of these forms name. Two statements."""
    payloads = session.scalars(
        sa.select(SubmissionEdition.values).where(
            SubmissionEdition.submission_id.in_(submission_ids), SubmissionEdition.zero.is_(False)
        )
    )
    attachments.release(session, now, named_files(payloads))


def _can_read(session: Session, desk: Desk, attachment: Attachment) -> bool:
    """Who reads the form reads its files; a superior those that a released edition names."""
    number = attachment.subject.partition(":")[2]
    submission = session.get(Submission, (attachment.tenant_id, int(number))) if number.isdigit() else None
    if submission is None or submission.campaign != desk.campaign:
        return False
    if attachment.tenant_id != desk.tenant_id:
        seen = Right.OVERVIEW_READ in desk.rights and attachment.released_at is not None
        return seen and attachment.id in _filed(session, submission, released=True)
    if (
        submission.unit_id not in desk.units_with(Right.REPORT_FILL)
        and Right.REPORT_READ_ALL not in desk.rights
    ):
        return False
    return attachment.removed_at is None or attachment.id in _filed(session, submission)


def _filed(session: Session, submission: Submission, released: bool = False) -> Collection[int]:
    wanted = sa.select(SubmissionEdition.values).where(
        SubmissionEdition.tenant_id == submission.tenant_id, SubmissionEdition.submission_id == submission.id
    )
    if released:
        wanted = wanted.where(SubmissionEdition.released_at.is_not(None))
    return named_files(session.scalars(wanted))


attachments.register_subject(KIND, _can_read, subtree_scope)
