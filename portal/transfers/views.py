"""Pages of transfers."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("transfers", __name__, template_folder="templates")
