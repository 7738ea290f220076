"""To whom a paper goes, and to whom a 通知 should not.

《党政机关公文处理工作条例》 art. 8 (十四): between bodies that are not subordinate to each other a 函 is used. Courts,
procuratorates, customs, the central bank, regulators, other vertical agencies and banks are subordinate to no local
office. The clerk may insist, with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.papers import DocumentType
from portal.core.text import written
from portal.units.models import Unit

KINDS = frozenset({"bank", "telecom"})
"""Classes of units that are enterprises."""
_NAMES = re.compile(
    "|".join(
        (
            written("人民法院"),
            written("法院$"),
            written("人民检察院"),
            written("检察院$"),
            written("海关"),
            written("银行"),
            written("监督管理总局.+局$"),
            written("国家税务总局"),
            written("邮政管理局"),
            written("人民代表大会"),
            written("人大常委会"),
            written("政协"),
            written("军分区"),
            written("人民武装部"),
            written("武警"),
            written("分公司$"),
            written("有限公司$"),
        )
    )
)
COMMANDS = frozenset({DocumentType.NOTICE})
"""文种 that are phrased as an order."""


class Addressee(NamedTuple):
    id: int
    full_name: str
    short_name: str
    kind: str


def list_units(session: Session, ids: Iterable[int]) -> list[Addressee]:
    """In official order, also those that have left; one statement."""
    rows = session.execute(
        sa.select(Unit.id, Unit.full_name, Unit.short_name, Unit.kind)
        .where(Unit.id.in_(set(ids)))
        .order_by(Unit.sort_no, Unit.id)
    )
    return [Addressee(*row) for row in rows]


def not_subordinate(units: Iterable[Addressee]) -> list[Addressee]:
    return [u for u in units if u.kind in KINDS or _NAMES.search(u.full_name)]


def wants_letter(kind: DocumentType, units: Sequence[Addressee]) -> list[Addressee]:
    """Those main addressees to whom a 函 should go instead; none for other 文种."""
    return not_subordinate(units) if kind in COMMANDS else []
