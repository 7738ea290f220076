"""Tables of rewards."""

from __future__ import annotations
