"""Document templates of the campaign."""

from __future__ import annotations

from .annual_documents import ANNUAL_DOCUMENTS
from .reward_documents import APPLICATION, APPROVAL, NOTICE

DOCUMENTS = (APPLICATION, APPROVAL, NOTICE, *ANNUAL_DOCUMENTS)
