"""What was confirmed enters the forms: as drafts, or filed by the office for the unit; and what is left goes back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Form
from portal.core.errors import Conflict, Invalid
from portal.core.scope import Actor
from portal.core.text import Message, Text, _, pack_text
from portal.reporting import services
from portal.reporting.cells import departs
from portal.reporting.excel.sheet_content import (
    Days,
    days_of,
    list_expected,
    mark_of,
    notes,
    present,
    previous_by_unit,
)
from portal.reporting.excel.sheet_file import UnitSheet
from portal.reporting.excel.upload_lines import Difference, compare, left_cells
from portal.reporting.excel.uploads import counts_of, is_open, replace_entry, settle_counts
from portal.reporting.filed import previous_values
from portal.reporting.models import Report, State, Submission, Upload
from portal.reporting.prefill import Offer, as_origins
from portal.reporting.remarks import remark
from portal.reporting.standing import STATE_LABELS

FROM_FILE = _("办公室按报送文件录入")
FILED_FOR, ENTERED = "filed_for", "entered"
"""Kinds of remarks: the office filed for the unit, or put its file into the draft."""


class Done(StrEnum):
    """What became of one unit's sheet."""

    DRAFT = "draft"
    FILED = "filed"
    LOCKED = "locked"
    CHANGED = "changed"
    SAME = "same"


def is_settled(entry: Mapping[str, Any], *, file: bool = False) -> bool:
    """Nothing more can be done with this sheet: it was filed, or all of it that can enter stands in the draft."""
    done = entry.get("done", [""])
    return done[0] == Done.FILED or (done[0] == Done.DRAFT and not file and not done[2])


def confirm(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, form: Form, report: Report, upload: Upload,
    file: bool = False, untouched: bool = False, reasons: Mapping[str, str] = {},
) -> list[Done]:  # fmt: skip
    """Enter every sheet that can be entered and has not been; the others keep their sentence.

    ``file``: the office files for the unit, late or not; ``untouched``: also where the sheet says nothing that the
    portal did not know and nobody has begun the form. ``reasons``: field key -> why an offered figure is
    corrected (one unit's upload). A form that somebody changed since the difference was shown is not touched:
    the new difference is to be confirmed.
    """
    session.flush()  # what was just decided
    session.refresh(upload, with_for_update=True)
    wanted = sa.select(Submission).where(
        Submission.tenant_id == report.tenant_id, Submission.report_id == report.id
    )
    forms = {str(s.id): s for s in session.scalars(wanted)}
    days = days_of(session, campaign, report.tenant_id, report.period)
    outcomes = []
    for number, kept in enumerate(list(upload.findings), 1):
        if kept["problems"] or is_settled(kept, file=file):
            continue
        entry, submission = dict(kept), forms[kept["submission"]]
        done, sentence = _enter(
            session, actor, now, campaign, form, upload, entry, submission, days, file, untouched, reasons
        )
        if done is not Done.SAME or "done" not in entry:
            entry["done"] = [done.value, pack_text(sentence), entry["counts"][1]]
        replace_entry(upload, number, entry)
        outcomes.append(done)
    if any(d in (Done.DRAFT, Done.FILED) for d in outcomes):
        upload.settled_at = now
    return outcomes


def _enter(
    session: Session, actor: Actor, now: datetime, campaign: Campaign, form: Form, upload: Upload,
    entry: dict[str, Any], submission: Submission, days: Days, file: bool, untouched: bool,
    reasons: Mapping[str, str],
) -> tuple[Done, Message | Text]:  # fmt: skip
    if not is_open(submission):
        return Done.LOCKED, Message(_("%(state)s，没有覆盖。"), state=STATE_LABELS[State(submission.state)])
    if submission.version != entry["version"]:
        settle_counts(session, campaign, form, submission, entry, previous_values(session, submission))
        text = _("%(who)s在您上传之后保存过这张表，没有写入；下面是最新的差异，请重新确认。")
        return Done.CHANGED, Message(text, who=submission.saved_by or submission.reviewed_by)
    base, offers = present(session, campaign, form, submission, days)
    found = compare(entry, form, submission.member, base, campaign)
    taken, left = sum(line.taken for line in found.lines), len(found.left)
    if not taken and not file:
        return Done.SAME, _("没有可写入的变化。")
    if not (taken or left or untouched) and submission.state == State.EXPECTED:
        return Done.SAME, _("与下载的表相同，单位没有填写，没有代报。")
    step = _step(submission, found, offers, reasons, by_office=upload.bulk)
    held: Message | Text | None = None
    if file and left:
        held = Message(_("还有 %(n)s 处待确认或不能读取，没有代报，已存为草稿。"), n=left)
    elif file:
        held = _file(session, actor, now, campaign, form, submission, step)
        if held is None:
            remark(session, submission, FILED_FOR, actor, now, entry["file"])
            return Done.FILED, _("已代报。")
    services.save_draft(session, actor, now, submission=submission, version=submission.version, **step)
    if upload.bulk:
        remark(session, submission, ENTERED, actor, now, entry["file"])
    session.flush()
    entry["version"], entry["counts"] = submission.version, counts_of(found)
    return Done.DRAFT, held or Message(_("已写入草稿 %(n)s 处。"), n=taken)


def _step(
    submission: Submission, found: Difference, offers: Mapping[str, Offer], reasons: Mapping[str, str], *, by_office: bool
) -> dict[str, Any]:  # fmt: skip
    corrections = dict(submission.corrections)
    for key, offer in offers.items():
        if departs(offer.value, found.values.get(key)):
            given = reasons.get(key, "") or corrections.get(key, "") or (str(FROM_FILE) if by_office else "")
            corrections |= {key: given} if given else {}
    return {
        "values": found.values,
        "explanations": submission.explanations,
        "corrections": corrections,
        "origins": as_origins(offers),
    }


def _file(
    session: Session, actor: Actor, now: datetime, campaign: Campaign, form: Form, submission: Submission,
    step: Mapping[str, Any],
) -> Message | None:  # fmt: skip
    """File for the unit; the sentence when a check stands against it (nothing is filed then)."""
    late = now > submission.due_at and submission.first_filed_at is None
    try:
        services.file_submission(
            session, actor, now, campaign=campaign, form=form, submission=submission, version=submission.version,
            late_reason=str(FROM_FILE) if late else "", needs_signature=False, **step,
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        return Message(_("没有代报，已存为草稿：%(what)s"), what=error.message)
    session.flush()
    return None


# -------------------------------------------------------------------------------------------- what goes back
def left_sheets(
    session: Session, *, campaign: Campaign, form: Form, report: Report, upload: Upload, tenant_code: str
) -> list[UnitSheet]:
    """A sheet for each unit with cells that did not enter: as it is now, these cells as they were typed, in
    yellow, with the reason as a note."""
    before, answers = (
        previous_by_unit(session, report),
        notes(session, report.tenant_id, campaign.key, form.key),
    )
    forms = {str(s.id): (s, unit) for s, unit in list_expected(session, report)}
    sheets = []
    for entry in upload.findings:
        if entry["problems"] or not any(entry["counts"][1:]):
            continue
        submission, unit = forms[entry["submission"]]
        base, _offers = present(session, campaign, form, submission)
        found = compare(entry, form, submission.member, base, campaign)
        left = list(left_cells(found))
        if left:
            sheets.append(
                UnitSheet(
                    mark=mark_of(submission, tenant_code),
                    form=form,
                    member=submission.member,
                    unit=unit.full_name,
                    name=unit.short_name if upload.bulk else "",
                    values=found.values,
                    previous=before.get(unit.id, {}),
                    notes=answers,
                    typed={key: typed for key, typed, _why in left},
                    wrong={key: why for key, _typed, why in left},
                )
            )
    return sheets
