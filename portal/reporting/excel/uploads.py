"""Workbooks that come in: recognised, read, held against the forms, and entered once a person has confirmed.

Nothing enters a form before ``confirm``. What was read waits in ``Upload`` for a week, for the account that
brought it alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Form, Grade
from portal.core.audit import Act, record
from portal.core.errors import Invalid, NotFound
from portal.core.scope import Actor, Scope, get_scope, set_scope
from portal.core.text import Message, _, pack_text, unpack_text
from portal.documents.reading import Limits, Page, read_book
from portal.reporting.checks import findings
from portal.reporting.excel.sheet_content import (
    Days,
    days_of,
    list_expected,
    mark_of,
    present,
    previous_by_unit,
)
from portal.reporting.excel.sheet_marks import split_book
from portal.reporting.excel.upload_lines import Difference, compare
from portal.reporting.excel.upload_sorting import (
    NO_MARK,
    Sentence,
    Sorter,
    failed,
    foreign,
    misnamed,
    read_entry,
)
from portal.reporting.filed import previous_values
from portal.reporting.models import OPEN, Report, Submission, Upload
from portal.tenants.models import Tenant
from portal.units.services import UnitRow

LIVES = timedelta(days=7)
ONE = Limits(sheets=30, rows=2_000, columns=80)
MANY = Limits(
    sheets=1_000, rows=2_000, columns=80, bytes=12 * 1024 * 1024, seconds=60, memory=768 * 1024 * 1024
)
MAX_FILES = 60
MOST_KEPT = 20
"""Uploads of one account that wait at a time; each may hold some megabytes."""


# ------------------------------------------------------------------------------------------------- staging
def stage_one(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, form: Form, report: Report,
    submission: Submission, unit: UnitRow, tenant_code: str, key: bytes, name: str, content: bytes,
) -> Upload:  # fmt: skip
    """Read one unit's workbook and keep what it says. ``Invalid`` on ``file`` when it cannot be this form's."""
    parts = split_book(read_book(content, ONE), key)
    wanted = mark_of(submission, tenant_code)
    marked = [p for p in parts if p.mark is not None]
    if not marked:
        raise Invalid({"file": NO_MARK})
    main = next((p for p in marked if p.mark and not p.mark.table), marked[0])
    problem = foreign(main, wanted, form, unit.full_name) or misnamed(main.page, unit)
    if problem:
        raise Invalid({"file": problem})
    entry = read_entry(main, marked, form, submission, campaign)
    if entry["problems"]:
        raise Invalid({"file": unpack_text(entry["problems"][0])})
    entry |= {"file": name[:200], "unit": unit.full_name}
    settle_counts(session, campaign, form, submission, entry, previous_values(session, submission))
    return _keep(session, actor, now, report, campaign, name, content, [entry], bulk=False)


def stage_many(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, form: Form, report: Report,
    tenant_code: str, place: str, key: bytes, files: Sequence[tuple[str, bytes]],
) -> Upload:  # fmt: skip
    """Read many units' workbooks, or one with a sheet per unit. A file or sheet that cannot be read is kept with
    its sentence; the others go on. ``Invalid`` when there is nothing to look at or too much."""
    if not files:
        raise Invalid({"file": _("请选择要上传的 .xlsx 文件，可以多选。")})
    if len(files) > MAX_FILES:
        raise Invalid(
            {"file": Message(_("一次最多上传 %(max)s 个文件，现有 %(n)s 个。"), max=MAX_FILES, n=len(files))}
        )
    if sum(len(content) for _name, content in files) > MANY.bytes:
        raise Invalid(
            {"file": Message(_("文件共超过 %(n)s MB，请分几次上传。"), n=MANY.bytes // 1024 // 1024)}
        )
    expected = list_expected(session, report)
    sorter = Sorter(campaign, form, report, tenant_code, key, expected, place)
    entries: list[dict[str, Any]] = []
    with ThreadPoolExecutor(
        2
    ) as pool:  # each book is let go as soon as it is sorted: sixty would fill the memory
        for (name, _content), book in zip(files, pool.map(_open, files), strict=True):
            entries += [
                e | {"file": name[:200]}
                for e in (sorter.read(book) if isinstance(book, list) else [failed(book)])
            ]
    _refuse_twice(entries)
    units = {str(s.id): s for s, _unit in expected}
    before = previous_by_unit(session, report)
    days = days_of(session, campaign, report.tenant_id, report.period)
    for entry in entries:
        if not entry["problems"]:
            submission = units[entry["submission"]]
            settle_counts(session, campaign, form, submission, entry, before.get(submission.unit_id), days)
    digest = b"".join(hashlib.sha256(content).digest() for _name, content in files)
    name = files[0][0] if len(files) == 1 else str(Message(_("%(n)s 个文件"), n=len(files)))
    return _keep(session, actor, now, report, campaign, name, digest, entries, bulk=True)


def _open(file: tuple[str, bytes]) -> list[Page] | Sentence:
    try:
        return read_book(file[1], MANY)
    except Invalid as error:
        return error.problems["file"]


def _refuse_twice(entries: Sequence[dict[str, Any]]) -> None:
    """A unit that comes twice enters neither time: nobody knows which one holds."""
    for entry in entries:
        same = [e for e in entries if e["submission"] and e["submission"] == entry["submission"]]
        if len(same) > 1:
            text = _("“%(unit)s”有 %(n)s 份：%(places)s。请只保留一份后重新上传。")
            places = "、".join(f"{e['file']}{_('／')}{e['sheet']}" for e in same)
            entry["problems"].append(
                pack_text(Message(text, unit=entry["unit"], n=len(same), places=places[:300]))
            )


def settle_counts(
    session: Session, campaign: Campaign, form: Form, submission: Submission, entry: dict[str, Any],
    previous: Mapping[str, Any] | None, days: Days | None = None,
) -> Difference:  # fmt: skip
    """Compare with the form as it is now, run its checks, and keep the counts for the list."""
    base, _offers = present(session, campaign, form, submission, days)
    found = compare(entry, form, submission.member, base, campaign)
    entry["version"], entry["counts"] = submission.version, counts_of(found)
    said = findings(form, found.values, previous)
    entry["checks"] = sum(check.grade is not Grade.HINT for check, _sentence in said)
    return found


def counts_of(found: Difference) -> list[int]:
    """Changes that enter, cells that wait for a decision, cells refused."""
    left = sum(line.mode == "refused" for line in found.lines)
    return [sum(line.taken for line in found.lines), found.open, left]


def _keep(
    session: Session, actor: Actor, now: datetime, report: Report, campaign: Campaign, name: str, content: bytes,
    entries: list[dict[str, Any]], *, bulk: bool,
) -> Upload:  # fmt: skip
    _make_room(session, actor.account_id or 0)
    upload = Upload(
        mechanism_id=report.mechanism_id, report_id=report.id, account_id=actor.account_id or 0, campaign=campaign.key,
        name=name[:200], bulk=bulk, findings=entries, made_at=now,
    )  # fmt: skip
    session.add(upload)
    session.flush()
    facts = {"file": name[:200], "sha256": hashlib.sha256(content).hexdigest(), "units": len(entries)}
    record(session, Act.SUBMISSION_UPLOAD, f"upload:{upload.id}", actor, now, facts)
    return upload


def _make_room(session: Session, account_id: int) -> None:
    """An account keeps its newest uploads only; the rest goes at once, not in a week."""
    mine = (Upload.tenant_id == get_scope(session).home, Upload.account_id == account_id)
    newest = sa.select(Upload.id).where(*mine).order_by(Upload.made_at.desc(), Upload.id.desc())
    old = list(session.scalars(newest.offset(MOST_KEPT - 1)))
    if old:
        session.execute(sa.delete(Upload).where(*mine, Upload.id.in_(old)))


# ------------------------------------------------------------------------------------------------- looking
def get_upload(session: Session, account_id: int, campaign: str, upload_id: int, now: datetime) -> Upload:
    """Of the account that brought it, for a week; ``NotFound`` for anybody else and afterwards."""
    found = session.get(Upload, (get_scope(session).home, upload_id)) if 0 < upload_id < 2**63 else None
    if (
        found is None
        or found.account_id != account_id
        or found.campaign != campaign
        or now - found.made_at > LIVES
    ):
        raise NotFound
    return found


def get_entry(upload: Upload, number: int) -> dict[str, Any]:
    """The sheet of that number, counted from 1."""
    if not 1 <= number <= len(upload.findings):
        raise NotFound
    return dict(upload.findings[number - 1])


def decide(upload: Upload, number: int, ticks: Sequence[str], zeros: Sequence[str]) -> dict[str, Any]:
    """One sheet with what was ticked and what was said to be 0; to be put back with ``replace_entry``."""
    return get_entry(upload, number) | {"ticks": list(ticks), "zeros": list(zeros)}


def replace_entry(upload: Upload, number: int, entry: dict[str, Any]) -> None:
    upload.findings[number - 1] = entry
    flag_modified(upload, "findings")


def is_open(submission: Submission) -> bool:
    """A form that counts, waits for a signature or was accepted is not written over by a file."""
    return submission.state in OPEN


def purge_uploads(session: Session, now: datetime) -> None:
    """Uploads of every tenant that nobody can see any more. Leaves the session without a scope."""
    session.info.pop("scope", None)
    for tenant_id in list(session.scalars(sa.select(Tenant.id))):
        set_scope(session, Scope(own=(tenant_id,), home=tenant_id))
        session.execute(sa.delete(Upload).where(Upload.made_at < now - LIVES))
    session.info.pop("scope", None)
