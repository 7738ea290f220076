"""``portal keys``: the data keys that seal sensitive fields and attachments; a change of keys in the background."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.campaigns.registry import Registry
from portal.core import jobs
from portal.core.audit import Act, record
from portal.core.clock import Clock
from portal.core.crypto import Damaged, Ring
from portal.core.errors import Conflict, PortalError
from portal.core.operator import Operator, operator, work_in
from portal.core.sealing import (
    key_ids,
    mark_secret,
    open_values,
    protected_models,
    ring_of,
    seal_tree,
)
from portal.core.secret import SEALED, looks_sealed
from portal.core.text import Message, _
from portal.documents import contents
from portal.documents.models import Attachment
from portal.ledger.models import Record
from portal.tenants.models import Tenant

JOB = "keys.reseal"
AT_ONCE = 200
"""Rows of a transaction: what is sealed anew between two commits."""


@dataclass
class Use:
    """What one key still holds."""

    rows: int = 0
    files: int = 0

    def __bool__(self) -> bool:
        return bool(self.rows or self.files)


# -------------------------------------------------------------------------------------------------- commands
@click.group(invoke_without_command=True)
@click.pass_context
def keys(context: click.Context) -> None:
    """List the data keys and how much each still seals; the first seals what is new."""
    if context.invoked_subcommand is None:
        with operator() as op:
            for line in _status(op):
                click.echo(line)


@keys.command()
def rotate() -> None:
    """Add a key, and let the worker seal everything anew with it."""
    with operator() as op:
        ring = ring_of(op.session)
        made = ring.add(op.now)
        _note(op, Act.KEYS_ROTATE, {"key": made.id})
        jobs.enqueue(op.session, JOB, op.now, key=made.id)
    click.echo(Message(_("已启用新密钥 %(key)s；后台正在重新加密，进度见 portal keys。"), key=made.id))


@keys.command()
@click.argument("key_id")
def retire(key_id: str) -> None:
    """Forget a key that seals nothing any more."""
    with operator() as op:
        ring = ring_of(op.session)
        if key_id not in {k.id for k in ring.keys}:
            raise PortalError(Message(_("没有密钥 %(key)s。"), key=key_id))
        if key_id == ring.current.id:
            raise Conflict(_("这是现用的密钥，请先运行 portal keys rotate。"))
        use = count_uses(op.session, op.app, ring).get(key_id, Use())
        if use:
            text = _("密钥 %(key)s 还加密着 %(rows)s 行、%(files)s 个文件，不能停用；等重新加密完成后再试。")
            raise Conflict(Message(text, key=key_id, rows=use.rows, files=use.files))
        _note(op, Act.KEYS_RETIRE, {"key": key_id})
        op.session.commit()
        ring.drop(key_id)
    click.echo(Message(_("已停用密钥 %(key)s。旧备份仍要用它，请与备份一起保存。"), key=key_id))


def _status(op: Operator) -> Iterator[Message]:
    ring = ring_of(op.session)
    uses = count_uses(op.session, op.app, ring)
    for place, key in enumerate(ring.keys):
        use = uses.pop(key.id, Use())
        text = _("%(key)s　%(made)s　%(state)s　%(rows)s 行　%(files)s 个文件")
        state = _("现用") if place == 0 else _("待停用") if use else _("可停用")
        yield Message(text, key=key.id, made=key.made_at, state=state, rows=use.rows, files=use.files)
    for key_id, use in uses.items():
        text = (
            _(
                "%(rows)s 行、%(files)s 个文件由密钥 %(key)s 加密，实例中没有这个密钥，请从备份恢复 data.keys。"
            )
            if key_id
            else _("%(files)s 个文件尚未加密，请运行 portal keys rotate。")
        )
        yield Message(text, key=key_id, rows=use.rows, files=use.files)


def find_troubles(op: Operator) -> Iterator[Message]:
    """For the doctor: keys that are missing or readable by others, files that lie open."""
    ring = ring_of(op.session)
    if ring.path.stat().st_mode & 0o077:
        yield Message(_("%(path)s 可被其他用户读取，请改为 0600。"), path=ring.path)
    known = {k.id for k in ring.keys}
    for line in _status(op):
        if line.params["key"] not in known:
            yield line


def _note(op: Operator, act: Act, data: dict[str, Any]) -> None:
    """Into the trail of the topmost tenant, whose administrators run the installation."""
    top = op.session.scalars(
        sa.select(Tenant.id).where(Tenant.parent_id.is_(None)).order_by(Tenant.id)
    ).first()
    if top is not None:
        work_in(op.session, top)
        record(op.session, act, "instance", op.actor, op.now, data)


# -------------------------------------------------------------------------------------------------- counting
def count_uses(session: Session, app: Flask, ring: Ring) -> dict[str, Use]:
    """Key id -> what it seals; '' = files that lie open. Reads every protected row: for administrators."""
    found: dict[str, Use] = {}
    folder = app.extensions["portal"].settings.instance / "files"
    for tenant_id in list(session.scalars(sa.select(Tenant.id).order_by(Tenant.id))):
        work_in(session, tenant_id)
        for model, protected in protected_models().items():
            for column in protected.columns:
                values = getattr(model, column)
                query = sa.select(values).where(sa.cast(values, sa.Text).contains(SEALED, autoescape=True))
                for (tree,) in session.execute(query.execution_options(yield_per=AT_ONCE)):
                    for key_id in key_ids(tree):
                        found.setdefault(key_id, Use()).rows += 1
        for digest in session.scalars(sa.select(Attachment.sha256).distinct()):
            used = _key_of(folder, tenant_id, digest)
            if used is not None:
                found.setdefault(used, Use()).files += 1
    return found


def _key_of(folder: Path, tenant_id: int, digest: str) -> str | None:
    """None where the file is missing or its head is broken: that is another trouble than an old key."""
    try:
        return contents.key_of(folder, tenant_id, digest)
    except (FileNotFoundError, Damaged):
        return None


# ------------------------------------------------------------------------------------------------ sealing anew
@dataclass
class Resealing:
    """The job. What is left to do is read from the rows and files themselves, so it goes on where it was killed."""

    session: Session
    folder: Path
    registry: Registry
    lease: jobs.Lease
    clock: Clock
    broken: int = 0

    def run(self) -> None:
        ring = ring_of(self.session)
        for tenant_id in list(self.session.scalars(sa.select(Tenant.id).order_by(Tenant.id))):
            work_in(self.session, tenant_id)
            for model in protected_models():
                self._rows(model, tenant_id, ring)
            self._files(tenant_id, ring)
        if self.broken:
            raise PortalError(Message(_("有 %(n)s 处加密内容无法解开，其余已重新加密。"), n=self.broken))

    def _rest(self, tenant_id: int) -> None:
        """Keep what was done, and the job; the row locks of SQLite are given up so that others may write."""
        self.session.flush()
        self.session.info.pop("scope", None)
        self.lease.hold(self.session, self.clock())
        work_in(self.session, tenant_id)

    def _rows(self, model: Any, tenant_id: int, ring: Ring) -> None:
        protected = protected_models()[model]
        names, after = protected.columns, 0
        while True:
            wanted = sa.select(model.id).where(model.tenant_id == tenant_id, model.id > after)
            if model is not Record:  # whose older entries may lie open
                texts = [sa.cast(getattr(model, n), sa.Text).contains(SEALED, autoescape=True) for n in names]
                wanted = wanted.where(sa.or_(*texts))
            ids = list(self.session.scalars(wanted.order_by(model.id).limit(AT_ONCE)))
            if not ids:
                return
            after = ids[-1]
            where = (model.tenant_id == tenant_id, model.id.in_(ids))
            parts = [model.id, *(getattr(model, n) for n in names), *_kin(model)]
            found = self.session.execute(sa.select(*parts).where(*where).with_for_update()).all()
            plain = self._plain_keys(model, found)
            for row in found:
                subject = protected.subject(row)
                self._row(model, tenant_id, ring, subject, row, names, plain.get(row.id, ()))
            self._rest(tenant_id)

    def _row(
        self, model: Any, tenant_id: int, ring: Ring, subject: str, row: Any, names: Any, plain: Any
    ) -> None:
        changed = {}
        for name in names:
            tree = getattr(row, name)
            open_ones = [k for k in plain if _lies_open(tree.get(k))] if isinstance(tree, dict) else []
            if not open_ones and key_ids(tree) <= {ring.current.id}:
                continue
            try:
                clear = open_values(self.session, tenant_id, subject, tree)
            except Damaged:
                self.broken += 1
                continue
            if open_ones:
                clear = mark_secret(open_ones, clear)
            changed[name] = seal_tree(ring, tenant_id, subject, clear)
        if changed:
            self.session.execute(
                sa.update(model)
                .where(model.tenant_id == tenant_id, model.id == row.id)
                .values(changed)
                .execution_options(synchronize_session=False)
            )

    def _plain_keys(self, model: Any, found: Any) -> dict[int, list[str]]:
        """Sensitive fields of ledger entries: those from before there were keys lie open."""
        if model is not Record:
            return {}
        sensitive = {
            (c.key, x.key): [f.key for f in x.fields if f.sensitive]
            for c in self.registry.campaigns.values()
            for x in c.ledgers
        }
        return {row.id: sensitive.get((row.campaign, row.ledger), []) for row in found}

    def _files(self, tenant_id: int, ring: Ring) -> None:
        wanted = sa.select(Attachment.sha256).where(Attachment.tenant_id == tenant_id).distinct()
        for digest in list(self.session.scalars(wanted.order_by(Attachment.sha256))):
            key_id = _key_of(self.folder, tenant_id, digest)
            if key_id is None:
                continue
            if key_id != ring.current.id:
                try:
                    content = contents.read(self.folder, tenant_id, digest, ring)
                except Damaged:
                    self.broken += 1
                    continue
                _digest, key_id = contents.store(self.folder, tenant_id, content, ring)
            self.session.execute(
                sa.update(Attachment)
                .where(
                    Attachment.tenant_id == tenant_id,
                    Attachment.sha256 == digest,
                    Attachment.key_id != key_id,
                )
                .values(key_id=key_id)
                .execution_options(synchronize_session=False)
            )
            self._rest(tenant_id)


def _lies_open(value: object) -> bool:
    return isinstance(value, str) and bool(value) and not looks_sealed(value)


def _kin(model: Any) -> tuple[Any, ...]:
    """Columns that a subject is made of, and those that name the ledger."""
    extra = ("campaign", "ledger") if model is Record else ("record_id", "submission_id")
    return tuple(getattr(model, n) for n in extra if hasattr(model, n))


def reseal(session: Session, app: Flask, lease: jobs.Lease) -> None:
    """The job's handler."""
    portal = app.extensions["portal"]
    Resealing(session, portal.settings.instance / "files", portal.registry, lease, portal.clock).run()
