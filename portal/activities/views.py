"""Pages of the activities. A unit sees those it is credited with, the office all."""

from __future__ import annotations

from flask import Blueprint

from portal.activities import pool

blueprint = Blueprint("activities", __name__, template_folder="templates")

__all__ = ["blueprint", "pool"]
