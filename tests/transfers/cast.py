"""Two counties below a city in a campaign of their own, a third beside them, one without the campaign, one elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.campaigns import Clause, Field, FieldKind, Ledger, Member
from portal.campaigns.declarations import Campaign
from portal.campaigns.exchange import Limit, LimitKind
from portal.campaigns.handing import Handing, Jurisdiction, Reach
from portal.campaigns.registry import Plugin
from portal.campaigns.sources import Values
from portal.campaigns.workflow import State as Stage
from portal.campaigns.workflow import Step
from portal.core.posts import PostKind
from portal.core.scope import Actor, Scope, set_scope
from portal.core.text import Message, Text
from portal.ledger.models import Record
from portal.ledger.services import Entry, create_record
from portal.notices.models import Notice
from portal.tenants.models import Tenant
from portal.transfers.models import Side, Transfer
from portal.transfers.sending import Letter, find_handing, send_transfer
from tests.accounts.people import Visitor
from tests.broken_plugins.sample import CLAUSE
from tests.broken_plugins.sample import campaign as sample
from tests.conftest import TestClock
from tests.factories import Factory
from tests.information.cities import plain, token

CAMPAIGN = "handover_sample"
UNITS = {"police": "公安局", "procuratorate": "人民检察院", "finance": "财政局"}
REGION = {
    "a1": "140901",
    "a2": "140902",
    "a3": "140903",
    "a4": "140904",
    "b1": "141001",
    "a": "140900",
    "b": "141000",
}
PHONE = "139" + "0" * 8
_KEYS = iter(range(10**6))


def _t(text: str) -> Text:
    return Text(text)


def _line(key: str, **more: Any) -> Field:
    return Field(key=key, label=_t(key), kind=FieldKind.TEXT, required=False, **more)


def whose(values: Values) -> Jurisdiction:
    region = str(values.get("region") or "")
    why = Message("注册地在 %(region)s，由其牵头处置。", region=region)
    return Jurisdiction(region=region, reason=why, clause=Clause(source="D", article=_t("第二十条")))


def _days(n: int) -> Limit:
    return Limit(kind=LimitKind.WORKING_DAYS, n=n, clause=CLAUSE)


def _handing(key: str, reach: Reach, **more: Any) -> Handing:
    return Handing(key=key, label=_t(key), reach=(reach,), ledgers=("lead",), clause=CLAUSE, **more)


FILED = (("filed", _t("立案")), ("not_filed", _t("不予立案")), ("returned", _t("退回补充")))
HANDINGS = (
    _handing(
        "to_police", Reach.UNIT, senders=("finance",), receivers=("police",), carries=("amount", "phone", "region"),
        accept=_days(3), result=_days(10), outcomes=FILED,
    ),
    _handing("to_finance", Reach.UNIT, senders=("police",), receivers=("finance",)),
    _handing("both", Reach.UNIT, senders=("procuratorate",), both=("finance", "police"), accept=_days(3)),
    _handing("to_county", Reach.COUNTY, receivers=("finance",), carries=("amount", "phone"), accept=_days(3), result=_days(10)),
    _handing(
        "determine", Reach.SUPERIOR, accept=_days(2), result=_days(15),
        outcomes=(("yes", _t("认定")), ("no", _t("不认定")), ("more", _t("退回补充"))),
    ),
)  # fmt: skip


def declare() -> Campaign:
    return sample(
        CAMPAIGN,
        roster=tuple(Member(key=k, label=_t(name)) for k, name in UNITS.items()),
        ledgers=(
            Ledger(
                key="lead", label=_t("线索"), numbering=_t("线"), clause=CLAUSE, writers=("finance", "police"),
                fields=(
                    _line("region"), _line("amount"), _line("phone", sensitive=True, mask="phone"),
                    _line("inner", sensitive=True),
                ),
                states=(
                    Stage(key="new", label=_t("登记")), Stage(key="doubt", label=_t("认定存疑")),
                    Stage(key="held", label=_t("已认定"), final=True),
                ),
                steps=(
                    Step(key="doubt", label=_t("存疑"), start=("new",), end="doubt", clause=CLAUSE),
                    Step(key="ask", label=_t("提请认定"), start=("new", "doubt"), end="held", upward="determine", clause=CLAUSE),
                ),
                jurisdiction=whose,
            ),
        ),
        handings=HANDINGS,
    )  # fmt: skip


@dataclass
class Place:
    """One tenant; ids only, because another tenant's scope does not show its rows."""

    slug: str
    tenant: Tenant
    tenant_id: int
    code: str
    body_id: int = 0
    units: dict[str, int] = field(default_factory=dict)


@dataclass
class Cast:
    make: Factory
    clock: TestClock
    campaign: Campaign
    places: dict[str, Place]
    folder: Path
    clients: dict[str, tuple[FlaskClient, datetime]] = field(default_factory=dict)
    tokens: dict[FlaskClient, str] = field(default_factory=dict)

    def __getitem__(self, slug: str) -> Place:
        return self.places[slug]

    @contextmanager
    def enter(self, slug: str) -> Iterator[Session]:
        """Act inside the tenant; commits at the end, and what fails leaves nothing."""
        session, home = self.make.session, self[slug].tenant_id
        session.rollback()
        session.expire_all()
        set_scope(session, Scope(own=(home,), home=home))
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise

    def record(self, slug: str = "a1", unit: str = "finance", **values: Any) -> int:
        given = {"region": None, "amount": "120万", "phone": PHONE, "inner": "内部判断"} | values
        with self.enter(slug) as session:
            return create_record(
                session, who(slug, unit), self.clock.now, mechanism_id=self[slug].body_id,
                unit_id=self[slug].units[unit], campaign=self.campaign, ledger=self.campaign.ledgers[0],
                entry=Entry("某公司线索", "城关镇", self.clock.now, given), request_key=f"r{next(_KEYS)}",
            ).id  # fmt: skip

    def send(
        self, record_id: int, receiver: str, handing: str = "to_police", slug: str = "a1", unit: str | None = "finance",
        why_other: str = "", files: dict[str, bytes] | None = None, key: str = "",
    ) -> list[int]:  # fmt: skip
        """Ids of the sender's rows. ``receiver``: as in the form, with slugs: ``unit:police``, ``tenant:a2``."""
        kind, _colon, name = receiver.partition(":")
        number = (
            self[slug].units.get(name) if kind == "unit" else self[name].tenant_id if kind == "tenant" else ""
        )
        with self.enter(slug) as session:
            declared = find_handing(self.campaign, handing)
            found = session.get(Record, (self[slug].tenant_id, record_id))
            assert declared is not None
            assert found is not None
            rows = send_transfer(
                session, who(slug, unit), self.clock.now, campaign=self.campaign, handing=declared, found=found,
                unit_id=self[slug].units[unit] if unit else None,
                letter=Letter(f"{kind}:{number}" if name else kind, "查证需要。", "请依法办理。", why_other),
                request_key=key or f"s{next(_KEYS)}", folder=self.folder,
                uploads=[(n, BytesIO(c)) for n, c in (files or {}).items()],
            )  # fmt: skip
            return [row.id for row in rows]

    def rows(self, slug: str, side: Side | None = None) -> list[Transfer]:
        with self.enter(slug) as session:
            query = sa.select(Transfer).order_by(Transfer.sent_at, Transfer.id)
            if side is not None:
                query = query.where(Transfer.side == side.value)
            found = list(session.scalars(query))
            session.expunge_all()
            return found

    def came(self, slug: str) -> Transfer:
        """The one that came last."""
        return self.rows(slug, Side.IN)[-1]

    def notices(self, slug: str, unit: str | None = None) -> list[str]:
        with self.enter(slug) as session:
            wanted = Notice.unit_id == (self[slug].units[unit] if unit else None)
            rows = session.scalars(sa.select(Notice).where(wanted).order_by(Notice.at, Notice.id))
            return [n.text % n.params for n in rows]

    # -------------------------------------------------------------------------------------- over the wire
    def as_(self, who: str) -> FlaskClient:
        client, at = self.clients.get(who) or (None, None)
        if client is None or at != self.clock.now:
            self.make.session.rollback()
            client = self.make.login(who)
            self.clients[who] = client, self.clock.now
        return client

    def url(self, who: str, path: str, place: str = "") -> str:
        return f"/{self[place or who.split('_')[0]].code}/{CAMPAIGN}/{path}"

    def get(self, who: str, path: str, place: str = "") -> Any:
        return self.as_(who).get(self.url(who, path, place))

    def text(self, who: str, path: str) -> str:
        page = self.get(who, path)
        assert page.status_code == 200, page.status_code
        return plain(page)

    def post(self, who: str, path: str, data: dict[str, Any] | None = None, place: str = "") -> Any:
        client = self.as_(who)
        self.tokens.setdefault(client, "")
        if not self.tokens[client]:
            self.tokens[client] = token(client)
        given = {"request_key": f"w{next(_KEYS)}", "csrf_token": self.tokens[client]} | (data or {})
        return client.post(self.url(who, path, place), data=given)


def who(slug: str, unit: str | None) -> Actor:
    return Actor(None, f"{slug}县{UNITS.get(unit or '', '办公室')} 联络员")


def build(make: Factory, clock: TestClock, folder: Path) -> Cast:
    make.app.test_client_class = Visitor
    declared = declare()
    registry = make.app.extensions["portal"].registry
    registry.plugins[CAMPAIGN] = Plugin(CAMPAIGN, "test", declared)
    places: dict[str, Place] = {}
    for city in "ab":
        top = make.tenant(f"{city}市", code=REGION[city])
        places[city] = _seat(make, city, top)
        for slug in [s for s in REGION if s[0] == city and len(s) == 2]:
            tenant = make.tenant(f"{slug}县", top, code=REGION[slug])
            places[slug] = _seat(make, slug, tenant, running=slug != "a4")
    return Cast(make, clock, declared, places, folder)


def _seat(make: Factory, slug: str, tenant: Tenant, running: bool = True) -> Place:
    place = Place(slug, tenant, tenant.id, tenant.code)
    if not running:
        return place
    units = {key: make.unit(tenant, f"{slug}{name}") for key, name in UNITS.items()}
    if slug == "a3":
        units.pop("finance")  # there the office finds the unit
    place.units = {key: unit.id for key, unit in units.items()}
    body = make.mechanism(tenant, CAMPAIGN, units, name=f"{slug}专班", office=f"{slug}办公室")
    place.body_id = body.id
    if slug in ("a1", "a2"):
        for key, unit in units.items():
            make.post(tenant, f"{slug}_{key}", PostKind.LIAISON, body, unit)
    if slug in ("a", "a1", "a2", "a3", "b1"):
        make.post(tenant, f"{slug}_office", PostKind.OFFICE_STAFF, body)
    return place
