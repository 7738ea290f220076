"""Pages of tips."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("tips", __name__, template_folder="templates")
