"""Exports too large for a request: asked for on a page, written by the worker, fetched by who asked. A spreadsheet,
or a .zip of papers.

A room registers a writer for each kind. What a writer reads is bounded by the asker's scope when asking *and*
when the worker gets to it; a file is offered only whole, and only to an account that still has that right.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.campaigns.registry import Registry
from portal.core import jobs
from portal.core.audit import Act, record
from portal.core.clock import Clock
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.posts import Right
from portal.core.reader import Desk, Reader
from portal.core.scope import Actor, Scope, get_scope, set_scope
from portal.core.text import Message, Text, _
from portal.documents.contents import HALF
from portal.documents.models import Export
from portal.documents.workbook import Sheet, write_workbook
from portal.documents.zipped import write_zip

log = logging.getLogger(__name__)
JOB = "documents.export"
KEPT = timedelta(days=7)
MOST_ROWS = 1_000_000
"""Excel's sheet ends at 1,048,576."""
_STEP, _FILES_STEP = 2_000, 20
"""Rows, or files, between two notes of the progress."""
_TRIES = 3
_LOST = timedelta(days=1)
"""An export that is not finished by then never will be (its job is gone)."""


@dataclass(frozen=True)
class Task:
    """What a writer works with. ``session`` reads only and stands in the asker's scope."""

    session: Session
    now: datetime
    desk: Desk
    registry: Registry
    wanted: Mapping[str, Any]


@dataclass(frozen=True)
class Writer:
    right: Right
    scope: Callable[[Session, Desk], Scope]
    count: Callable[[Task], int]
    sheet: Callable[[Task], Sheet] | None = None
    """Its rows are read while they are written: a generator over a statement with ``yield_per``, closed at the end."""
    files: Callable[[Task], Iterator[tuple[str, bytes]]] | None = None
    """Instead of a sheet: (name, content) of each file of a .zip, each of which counts as a row."""

    @property
    def suffix(self) -> str:
        return "xlsx" if self.files is None else "zip"


_WRITERS: dict[str, Writer] = {}


def register_writer(kind: str, writer: Writer) -> None:
    _WRITERS[kind] = writer


def request_export(
    session: Session, actor: Actor, now: datetime, *, account_id: int, kind: str, title: Message | Text,
    wanted: Mapping[str, Any], desk: Desk, registry: Registry,
) -> Export:  # fmt: skip
    """Queue an export of what the session's scope shows. ``Conflict`` while another of the account is unfinished."""
    scope = get_scope(session)
    total = _WRITERS[kind].count(Task(session, now, desk, registry, wanted))
    if not total:
        raise Invalid({"": _("所选范围内没有可以导出的数据，请调整后再申请。")})
    if total > MOST_ROWS:
        said = _("所选范围共 %(n)s 行，一次最多导出 %(most)s 行，请缩小范围。")
        raise Invalid({"": Message(said, n=f"{total:,}", most=f"{MOST_ROWS:,}")})
    export = Export(
        account_id=account_id, kind=kind, title=str(title)[:200], asked_at=now, total_rows=total,
        wanted={"campaign": desk.campaign, "below": list(scope.below), "filters": dict(wanted)},
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(export)
    except IntegrityError as error:
        raise Conflict(_("您还有一份导出没有完成，完成后可以再申请。")) from error
    jobs.enqueue(session, JOB, now, tenant_id=desk.tenant_id, export_id=export.id)
    record(session, Act.EXPORT, f"export:{export.id}", actor, now, {"kind": kind, "rows": total, **wanted})
    return export


def list_exports(session: Session, account_id: int) -> Sequence[Export]:
    """The account's own, newest first, of every tenant in the scope."""
    return session.scalars(
        sa.select(Export).where(Export.account_id == account_id).order_by(Export.asked_at.desc()).limit(50)
    ).all()


def find_file(session: Session, folder: Path, reader: Reader, export_id: int) -> tuple[Export, Path]:
    """A finished file of this very reader, whose post must still carry the right; ``NotFound`` for all else."""
    export = session.scalars(
        sa.select(Export).where(Export.id == export_id, Export.account_id == reader.account_id)
    ).one_or_none()
    if export is None or not export.size:
        raise NotFound
    desk = next((d for d in reader.desks if _at(d, export)), None)
    writer = _WRITERS.get(export.kind)
    if desk is None or writer is None or writer.right not in desk.rights:
        raise NotFound
    path = _path(folder, export.tenant_id, export.id, writer.suffix)
    if not path.is_file():
        raise NotFound
    if not set(export.wanted["below"]) <= set(writer.scope(session, desk).below):
        raise NotFound(_("所辖范围已有变化，请重新申请导出。"))
    return export, path


def _at(desk: Desk, export: Export) -> bool:
    return (desk.tenant_id, desk.campaign) == (export.tenant_id, export.wanted["campaign"])


def _path(folder: Path, tenant_id: int, export_id: int, suffix: str) -> Path:
    return folder / "exports" / str(tenant_id) / f"{export_id}.{suffix}"


# ------------------------------------------------------------------------------------------ in the worker
FindDesk = Callable[[Session, int, int, str, datetime], Desk | None]
"""(session, account, tenant, campaign, now) -> the account's desk as it is now; None when disabled or moved."""


@dataclass(frozen=True)
class Room:
    """What the worker gives: the instance folder, the plugins, and how the asker's posts are read."""

    folder: Path
    registry: Registry
    clock: Clock
    find_desk: FindDesk
    reading: Callable[[], contextlib.AbstractContextManager[Session]]
    """A second session, for reading only: progress is committed on the first while rows stream from it."""


def run_export(session: Session, room: Room, payload: Mapping[str, int], lease: jobs.Lease) -> None:
    """Write the file beside its place, put it there when it is whole, then say so; safe to run again.

    ``jobs.Halted`` goes through. What fails is tried again by the job; the last failure stays with the export.
    """
    tenant_id, export_id = payload["tenant_id"], payload["export_id"]
    home = Scope(own=(tenant_id,), home=tenant_id)
    set_scope(session, home)
    export = session.get(Export, (tenant_id, export_id))
    if export is None or export.finished_at is not None:
        return
    writer, now = _WRITERS.get(export.kind), room.clock()
    desk = room.find_desk(session, export.account_id, tenant_id, export.wanted["campaign"], now)
    if writer is None or desk is None or writer.right not in desk.rights:
        _give_up(export, now, _("您的岗位、权限或账号状态已有变化，这份导出没有生成。"))
        return
    below = set(writer.scope(session, desk).below).intersection(export.wanted["below"])
    export.wanted = export.wanted | {"below": sorted(below)}
    set_scope(session, home)
    wanted, path = export.wanted["filters"], _path(room.folder, tenant_id, export_id, writer.suffix)
    session.commit()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with room.reading() as reading:
            set_scope(reading, Scope(own=(tenant_id,), below=tuple(sorted(below))))
            task = Task(reading, now, desk, room.registry, wanted)
            size, digest, rows = _write(
                session, writer, task, path, (tenant_id, export_id), lease, room.clock
            )
    except jobs.Halted:
        raise
    except Exception as error:
        session.rollback()
        log.exception("export %s", export_id)
        why = _("磁盘空间不足或不能写入，请联系系统管理员。") if isinstance(error, OSError) else _("生成时出错，请联系系统管理员。")  # fmt: skip
        export = session.get_one(Export, (tenant_id, export_id))
        if lease.tries >= _TRIES:
            _give_up(export, room.clock(), why)
            return
        export.error = str(why)
        session.commit()
        raise
    done = session.get_one(Export, (tenant_id, export_id))
    done.size, done.sha256, done.done_rows, done.total_rows = size, digest, rows, rows
    done.finished_at, done.error = room.clock(), ""


def _give_up(export: Export, now: datetime, why: Text) -> None:
    export.finished_at, export.error, export.size = now, str(why), 0


def _write(
    session: Session, writer: Writer, task: Task, path: Path, key: tuple[int, int], lease: jobs.Lease, clock: Clock
) -> tuple[int, str, int]:  # fmt: skip
    """Size in bytes, SHA-256 and rows of the file that now stands at ``path``."""
    written, step = 0, _STEP if writer.files is None else _FILES_STEP

    def counted(rows: Any) -> Iterator[Any]:
        nonlocal written
        with contextlib.closing(rows):
            for row in rows:
                if written % step == 0:
                    _note(session, key, written)
                    lease.hold(session, clock())
                written += 1
                yield row

    total = writer.count(task)
    session.execute(_of(key).values(total_rows=total))
    descriptor, name = tempfile.mkstemp(suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            if writer.files is not None:
                write_zip(stream, counted(writer.files(task)), task.now)
            elif writer.sheet is not None:
                sheet = writer.sheet(task)
                write_workbook(stream, [replace(sheet, rows=counted(sheet.rows))])
            stream.flush()
            os.fsync(stream.fileno())
        with part.open("rb") as whole:
            digest = hashlib.file_digest(whole, "sha256").hexdigest()
        size = part.stat().st_size
        lease.hold(session, clock())
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    return size, digest, written


def _of(key: tuple[int, int]) -> Any:
    return sa.update(Export).where(Export.tenant_id == key[0], Export.id == key[1])


def _note(session: Session, key: tuple[int, int], rows: int) -> None:
    session.execute(_of(key).values(done_rows=rows).execution_options(synchronize_session=False))
    session.commit()


def purge_exports(session: Session, folder: Path, now: datetime) -> None:
    """Drop what is older than a week, end what was lost, and clear away files that belong to no export, and halves of
    attachments that a killed process left behind."""
    broken_since = (now - _LOST).timestamp()
    for half in (folder / "files").glob(f"*/*/{HALF}*"):
        if half.stat().st_mtime < broken_since:
            half.unlink(missing_ok=True)
    for place in sorted(p for p in (folder / "exports").glob("*") if p.name.isdecimal() and p.is_dir()):
        tenant_id = int(place.name)
        set_scope(session, Scope(own=(tenant_id,), home=tenant_id))
        session.execute(
            sa.delete(Export)
            .where(Export.finished_at < now - KEPT)
            .execution_options(synchronize_session=False)
        )
        session.execute(
            sa.update(Export)
            .where(Export.finished_at.is_(None), Export.asked_at < now - _LOST)
            .values(finished_at=now, error=str(_("没有生成，请重新申请。")))
            .execution_options(synchronize_session=False)
        )
        known = {f"{n}.{suffix}" for n in session.scalars(sa.select(Export.id)) for suffix in ("xlsx", "zip")}
        old = (now - _LOST).timestamp()
        session.commit()
        for file in place.iterdir():
            if file.name not in known and (file.suffix != ".part" or file.stat().st_mtime < old):
                file.unlink(missing_ok=True)
