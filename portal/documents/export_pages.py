"""我的导出: what the reader asked for, how far it is, and the finished files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import current_app, render_template, send_file

from portal.core.audit import Act, record
from portal.core.scope import Scope, set_scope
from portal.documents import exports
from portal.documents.views import blueprint
from portal.documents.workbook import XLSX
from portal.web.access import logged_in, now, the_actor, the_reader, the_session


def _folder() -> Path:
    folder: Path = current_app.extensions["portal"].settings.instance
    return folder


@blueprint.get("/exports")
@logged_in
def export_list() -> Any:
    rows = exports.list_exports(the_session(), the_reader().account_id)
    return render_template(
        "documents/exports.html", rows=rows, unfinished=any(r.finished_at is None for r in rows),
        kept=exports.KEPT.days,
    )  # fmt: skip


@blueprint.get("/exports/<int:export_id>")
@logged_in(writes=True)
def export_file(export_id: int) -> Any:
    """The file, for the account that asked and for nobody else."""
    session = the_session()
    export, path = exports.find_file(session, _folder(), the_reader(), export_id)
    set_scope(session, Scope(own=(export.tenant_id,), home=export.tenant_id))
    record(session, Act.EXPORT, f"export:{export.id}", the_actor(), now(), {"sha256": export.sha256})
    media = XLSX if path.suffix == ".xlsx" else "application/zip"
    return send_file(path, media, as_attachment=True, download_name=f"{export.title}{path.suffix}")
