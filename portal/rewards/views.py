"""Pages of rewards."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("rewards", __name__, template_folder="templates")
