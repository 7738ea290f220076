"""Attachments handed out: always as a download that no page can run."""

from __future__ import annotations

import logging
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import current_app, send_file

from portal.core.crypto import Damaged
from portal.core.errors import NotFound
from portal.core.posts import Right
from portal.core.text import _
from portal.documents import attachments, contents
from portal.documents.views import blueprint
from portal.web.access import require, the_desk, the_session
from portal.web.shell import CSP

log = logging.getLogger(__name__)
SANDBOX = f"{CSP}; sandbox"


def files_folder() -> Path:
    """Where contents lie; one folder for each tenant."""
    folder: Path = current_app.extensions["portal"].settings.instance
    return folder / "files"


@blueprint.get("/<tenant>/<campaign>/files/<int:attachment_id>")
@require(Right.DUTY_READ, writes=True)
def download(attachment_id: int) -> Any:
    """A file for the readers of what it is attached to; for anybody else it is not there."""
    found = attachments.find_readable(the_session(), the_desk(), attachment_id)
    if found is None:
        raise NotFound
    ring = current_app.extensions["portal"].ring
    try:
        content = contents.read(files_folder(), found.tenant_id, found.sha256, ring)
    except FileNotFoundError as error:
        log.error("content of attachment %s is missing", found.id)
        raise NotFound(_("文件内容不在服务器上，请联系系统管理员从备份恢复。")) from error
    except Damaged as error:
        log.error("content of attachment %s is damaged", found.id)
        raise Damaged(f"attachment:{found.id}") from error
    attachments.note_handed_out(found)
    response = send_file(
        BytesIO(content), found.media_type, as_attachment=True, download_name=found.name, conditional=False, etag=False,
        last_modified=0,
    )  # fmt: skip
    del response.headers["Last-Modified"]
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
