"""Document templates of the campaign."""

from __future__ import annotations

from .reward_documents import APPLICATION, APPROVAL, NOTICE

DOCUMENTS = (APPLICATION, APPROVAL, NOTICE)
