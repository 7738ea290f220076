"""Tables of transfers."""

from __future__ import annotations
