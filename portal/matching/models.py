"""Tables of matching."""

from __future__ import annotations
