from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("overview", __name__, template_folder="templates")
