"""阳泉市 as in D0: 17 units, the county offices and the banks as classes; a partial meeting of six units, held."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.campaigns.declarations import MemberKind
from portal.campaigns.meetings import MeetingType
from portal.core.clock import SHANGHAI
from portal.core.posts import PostKind
from portal.core.scope import Scope, set_scope
from portal.meetings.models import AgendaItem, Invitation, Meeting, Minutes, MinutesEdition, Resolution
from portal.tenants.models import Tenant
from portal.units.models import Mechanism, Membership
from tests.accounts.people import Visitor
from tests.conftest import TestClock
from tests.factories import LONG_AGO, Factory, csrf

CAMPAIGN = "anticounterfeit"
ASKED = ("police", "commerce", "education", "pboc", "market_regulation", "court")
LIAISONS = (*ASKED, "finance", "customs", "bank1", "county2")


@dataclass
class City:
    """``units``: roster key (or bank1…, county1…) -> id. Accounts bear the same names; ``clerk``, ``clerk2``, ``director``,
    ``convenor``; ``left`` of a former member, ``group`` without a unit, ``sibling`` the office of a tenant beside."""

    make: Factory
    clock: TestClock
    tenant: Tenant
    sibling: Tenant
    body_id: int
    units: dict[str, int]
    foreign_unit: int
    meeting_id: int = 0
    agenda: list[int] = field(default_factory=list)
    clients: dict[str, tuple[FlaskClient, datetime]] = field(default_factory=dict)
    tokens: dict[str, tuple[FlaskClient, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tenant_id, self.code = self.tenant.id, self.tenant.code

    @contextmanager
    def enter(self) -> Iterator[Session]:
        session = self.make.session
        session.rollback()
        session.expire_all()
        set_scope(session, Scope(own=(self.tenant_id,), home=self.tenant_id))
        yield session
        session.commit()

    def client(self, who: str) -> FlaskClient:
        client, at = self.clients.get(who) or (None, None)
        if client is None or at != self.clock.now:
            self.make.session.rollback()
            client = self.make.login(who)
            self.clients[who] = client, self.clock.now
        return client

    def url(self, path: str, code: str = "") -> str:
        return f"/{code or self.code}/{CAMPAIGN}/{path}"

    def path(self, what: str) -> str:
        return f"meetings/{self.meeting_id}/{what}"

    def get(self, who: str, path: str) -> Any:
        return self.client(who).get(self.url(path))

    def text(self, who: str, path: str) -> str:
        page = self.get(who, path)
        assert page.status_code == 200, (path, page.status_code)
        return plain(page.get_data(as_text=True))

    def home(self, who: str) -> str:
        return plain(self.client(who).get("/").get_data(as_text=True))

    def post(self, who: str, path: str, data: Mapping[str, Any] | None = None) -> Any:
        client = self.client(who)
        if who not in self.tokens or self.tokens[who][0] is not client:
            self.tokens[who] = client, csrf(client, "/")
        return client.post(self.url(path), data=dict(data or {}) | {"csrf_token": self.tokens[who][1]})

    def editor(self, who: str) -> dict[str, Any]:
        """What the editor's form holds now."""
        page = self.get(who, self.path("minutes/edit"))
        assert page.status_code == 200, page.status_code
        return form_of(page.get_data(as_text=True))

    def write(self, who: str, lines: list[dict[str, Any]], **more: Any) -> Any:
        """Fill the editor and press 保存 (or ``action``)."""
        return self.post(
            who, self.path("minutes/edit"), {"action": "save"} | fill(self.editor(who), lines) | more
        )

    # ------------------------------------------------------------------------------ rows past the pages
    def minutes(self) -> Minutes:
        with self.enter() as session:
            return session.scalars(sa.select(Minutes).where(Minutes.meeting_id == self.meeting_id)).one()

    def editions(self) -> list[MinutesEdition]:
        with self.enter() as session:
            return list(session.scalars(sa.select(MinutesEdition).order_by(MinutesEdition.number)))

    def resolutions(self) -> list[Resolution]:
        with self.enter() as session:
            return list(session.scalars(sa.select(Resolution).order_by(Resolution.position)))

    def sign_off(self, lines: list[dict[str, Any]], **more: Any) -> None:
        """Written and submitted by the clerk, signed by the convenor."""
        sent = self.write("clerk", lines, action="submit", **more)
        assert sent.status_code == 303, plain(sent.get_data(as_text=True))
        done = self.post("convenor", self.path("minutes/sign"), {"edition": self.minutes().edition})
        assert done.status_code == 303, plain(done.get_data(as_text=True))


def line(text: str, lead: int | str = "", person: str = "分管领导", **more: Any) -> dict[str, Any]:
    return {"text": text, "lead": lead, "person": person} | more


def fill(form: dict[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any]:
    """The form with these rows instead of its own; ``id`` of a row keeps it."""
    kept = {k: v for k, v in form.items() if k != "row" and not re.fullmatch(r"\w+-\d{1,3}", k)}
    kept |= {k: v for k, v in form.items() if k.startswith("part-")}
    kept["row"] = [str(n) for n in range(len(lines))]
    for n, row in enumerate(lines):
        kept |= {f"{name}-{n}": value for name, value in row.items()}
    return kept


def form_of(html: str) -> dict[str, Any]:
    """Inputs of the editor; several of one name as a list."""
    start = html.index('id="minutes-form"')
    form = html[start : html.index("</form>", start)]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf'\b{what}="([^"]*)"', tag) for what in ("name", "value"))
        if name and not ('type="checkbox"' in tag and " checked" not in tag):
            found.setdefault(name[1], []).append(unescape(value[1]) if value else "")
    found = {k: v if k == "row" or k.startswith("supporting-") else v[-1] for k, v in found.items()}
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', form):
        found[name] = unescape(text).removeprefix("\n")
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def plain(html: str) -> str:
    main = html[html.index("<main") :] if "<main" in html else html
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


def build_city(make: Factory, clock: TestClock) -> City:
    """On Wednesday 2026-05-13 09:00, the day after the meeting."""
    clock.at("2026-05-13T09:00:00")
    make.app.test_client_class = Visitor
    campaign = make.app.extensions["portal"].registry.find(CAMPAIGN)
    tenant, sibling = make.tenant("阳泉市"), make.tenant("朔州市")
    named = {
        m.key: make.unit(tenant, str(m.label), short_name=str((m.aliases or (m.label,))[0]))
        for m in campaign.roster
        if m.kind is MemberKind.UNIT
    }
    classes = {m.unit_kind: m.key for m in campaign.roster if m.kind is MemberKind.CLASS}
    assert (len(named), len(classes)) == (17, 2)
    body: Mechanism = make.mechanism(tenant, CAMPAIGN, named, titles={}, issuer_code="阳反假")
    more = {
        f"county{n}": make.unit(tenant, f"{x}人民政府办公室", "county_office")
        for n, x in enumerate(("城区", "矿区", "郊区", "平定县", "盂县"), 1)
    }
    more |= {
        f"bank{n}": make.unit(tenant, f"{x}阳泉市分行", "bank")
        for n, x in enumerate(("工商银行", "农业银行", "晋商银行"), 1)
    }
    more["left"] = make.unit(tenant, "阳泉市粮食局")
    with make.enter(tenant) as session:
        for kind, key in classes.items():
            session.add(Membership(mechanism_id=body.id, member=key, unit_kind=kind, since=LONG_AGO))
        session.add(
            Membership(
                mechanism_id=body.id,
                member="",
                unit_id=more["left"].id,
                since=LONG_AGO,
                until=clock.now.date().replace(day=1),
            )
        )
    beside: Mechanism = make.mechanism(sibling, CAMPAIGN, {})
    make.post(sibling, "sibling", PostKind.OFFICE_DIRECTOR, beside)
    foreign = make.unit(sibling, "朔州市公安局")
    units = named | more
    for name in (*LIAISONS, "left"):
        make.post(tenant, name, PostKind.LIAISON, body, units[name])
    make.post(tenant, "clerk", PostKind.OFFICE_STAFF, body, units["pboc"])  # which hosts the office
    make.post(tenant, "clerk2", PostKind.OFFICE_STAFF, body, units["pboc"])
    make.post(tenant, "director", PostKind.OFFICE_DIRECTOR, body, units["pboc"])
    make.post(tenant, "convenor", PostKind.CONVENOR, body)
    make.post(tenant, "deputy", PostKind.DEPUTY_CONVENOR, body)
    make.post(tenant, "group", PostKind.GROUP_MEMBER, body)
    with make.enter(sibling):
        foreign_id = foreign.id
    with make.enter(tenant):
        ids = {key: unit.id for key, unit in units.items()}
        body_id = body.id
    city = City(make, clock, tenant, sibling, body_id, ids, foreign_id)
    city.meeting_id, city.agenda = hold_meeting(city, MeetingType.PARTIAL)
    return city


def hold_meeting(
    city: City, type_: MeetingType, day: str = "2026-05-12", *, held: bool = True
) -> tuple[int, list[int]]:
    """Five units came: commerce sent a section chief, education another deputy director; the court asked for leave."""
    at = datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=SHANGHAI)
    with city.enter() as session:
        serial = 1 + len(session.scalars(sa.select(Meeting.id).where(Meeting.type == type_.value)).all())
        meeting = Meeting(
            mechanism_id=city.body_id, campaign=CAMPAIGN, type=type_.value, year=at.year, serial=serial,
            title=f"反假货币工作联席会议部分成员单位第{serial}次会议", starts_at=at, minutes=60, place="市政府三楼会议室",
            chair=PostKind.CONVENOR.value, reply_by=at, called_at=at, called_by="office", request_key=f"m{type_}{serial}",
            held_at=at if held else None,
        )  # fmt: skip
        session.add(meeting)
        session.flush()
        items = [
            AgendaItem(meeting_id=meeting.id, position=n, title=t)
            for n, t in enumerate(("新版假币联合处置", "银行柜面收缴规范"), 1)
        ]
        session.add_all(items)
        for name in ASKED:
            reply = {"commerce": "substitute", "education": "substitute", "court": "leave"}.get(
                name, "attend"
            )
            post = {"commerce": "市场科科长", "education": "副局长"}.get(name, "分管副职")
            session.add(
                Invitation(
                    meeting_id=meeting.id, unit_id=city.units[name], reply=reply, attendee=post, replied_at=at,
                    present=(name != "court") if held else None, below_why="分管领导出差" if name == "commerce" else "",
                )
            )  # fmt: skip
        session.flush()
        return meeting.id, [i.id for i in items]
