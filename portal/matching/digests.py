"""Keyed hashes of values, and where they are compared: the only form in which a value leaves its county.

The key is derived from the installation's secret for this purpose alone, so that changing the data keys leaves it
alone and nobody without the secret can try values. Tenant above, campaign and kind are hashed along: a value is
compared within one city and one campaign. Not across campaigns, because a post's rights end at its own body (D0 and
its like bind what is filed to the purpose of the body): the hint would tell one office of another body's matter.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portal.campaigns.matching import MatchKind
from portal.core.scope import crossing
from portal.tenants.models import Level, Tenant

PURPOSE = "matching"
SIZE = 16
_keys: WeakKeyDictionary[Engine, bytes] = WeakKeyDictionary()


def attach(engine: Engine, key: bytes) -> None:
    """Sessions on this engine hash with ``key`` (``Keys.derive(PURPOSE)``)."""
    _keys[engine] = key


@dataclass(frozen=True)
class Pool:
    """Where the values of a tenant are compared: at the city above a county, at a city itself for its own."""

    city_id: int
    city: str
    place_id: int
    """The tenant whose values they are."""
    place: str
    code: str


def pool_of(session: Session, tenant_id: int) -> Pool | None:
    """None for a province and for a county without a city. The tree does not change while a session lives."""
    known: dict[int, Pool | None] = session.info.setdefault("pools", {})
    if tenant_id not in known:
        known[tenant_id] = _pool(session.get_one(Tenant, tenant_id))
    return known[tenant_id]


def _pool(tenant: Tenant) -> Pool | None:
    if tenant.level == Level.CITY:
        return Pool(tenant.id, tenant.full_name, tenant.id, tenant.full_name, tenant.code)
    if tenant.level != Level.COUNTY or tenant.parent_id is None:
        return None
    return Pool(tenant.parent_id, tenant.city, tenant.id, tenant.full_name, tenant.code)


def digest(session: Session, city_id: int, campaign: str, kind: MatchKind, value: str) -> bytes:
    """Of a normalised value."""
    text = f"{city_id}|{campaign}|{kind.value}|{value}"
    return hmac.digest(_keys[session.get_bind().engine], text.encode(), hashlib.sha256)[:SIZE]


@contextmanager
def inside(session: Session, tenant_id: int) -> Iterator[None]:
    """Act in another tenant. Its trail does not learn from which address: that would name the other county."""
    address = session.info.get("address", "")
    session.info["address"] = ""
    try:
        with crossing(session, tenant_id):
            yield
    finally:
        session.info["address"] = address


def lock(session: Session, digests: Collection[bytes]) -> None:
    """Hold these values until the transaction ends: two counties that enter the same one at the same moment must
    see each other. SQLite has one writer anyway."""
    if digests and session.get_bind().dialect.name == "postgresql":
        keys = sorted(int.from_bytes(d[:8], "big", signed=True) for d in digests)
        session.execute(sa.select(*(sa.func.pg_advisory_xact_lock(key) for key in keys)))
