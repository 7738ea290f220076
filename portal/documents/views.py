"""Pages of files: attachments and exports."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("documents", __name__, template_folder="templates")

from portal.documents import export_pages, file_pages  # noqa: E402, F401
