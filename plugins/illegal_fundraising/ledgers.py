"""The ledgers of the campaign. Number, title, moment of knowing and place belong to the portal, not to the entry.

What is entered here is not typed again: the quarterly form counts it (``draws.py``) and lists it (``tables.py``).
"""

from __future__ import annotations

from .case_ledger import CASE
from .lead_ledger import LEAD
from .registers import CHANNEL, GRID, PETITION, REGISTERS, SCREENING, SECTOR

LEDGERS = (LEAD, CASE, *REGISTERS)

__all__ = ["CASE", "CHANNEL", "GRID", "LEAD", "LEDGERS", "PETITION", "SCREENING", "SECTOR"]
