"""Attacks on the exchange of information: reading, writing and telling where one may not."""

from __future__ import annotations

import threading
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.core.audit import AuditEvent
from portal.core.db import db
from portal.core.posts import PostKind
from portal.documents.models import Attachment
from portal.duties.models import DutyRecord
from portal.information.models import Item, ItemKind, ItemReceipt, Level
from portal.information.receipts import ask_receipts
from portal.notices.models import Notice
from tests.conftest import TestClock
from tests.factories import Factory, csrf
from tests.information.conftest import CAMPAIGN, Town, build_town

WORDS = {"title": "假币动态", "category": "work_news", "situation": "柜面收缴3张。", "level": "chosen"}


@pytest.fixture
def town(make: Factory, clock: TestClock) -> Town:
    return build_town(make, clock)


def rows(town: Town, model: Any, *where: Any) -> list[Any]:
    with town.enter() as session:
        session.expire_all()
        return list(session.scalars(sa.select(model).where(*where).order_by(model.tenant_id)))


def send(client: FlaskClient, path: str, key: str, **typed: Any) -> Any:
    data = WORDS | {
        "csrf_token": csrf(client, path),
        "request_key": key,
        "files": (BytesIO(b"words"), "a.txt"),
    }
    return client.post(path, data=data | typed, content_type="multipart/form-data")


def test_an_observer_reads_no_attachment_of_items(town: Town) -> None:
    """Who may not open an item does not get its file by the address either."""
    own = town.make.login("own")
    send(own, f"{town.base()}/items/new", "k-observer", level="members")
    (file,) = rows(town, Attachment)
    town.make.post(town.county, "observer", PostKind.OBSERVER, town.body)
    path = f"/{town.county.code}/{CAMPAIGN}/files/{file.id}"
    assert town.make.login("other").get(path).status_code == 200
    assert town.make.login("observer").get(path).status_code in (403, 404)


def test_a_replayed_form_changes_nothing_and_tells_nobody(town: Town) -> None:
    own, path = town.make.login("own"), f"{town.base()}/items/new"
    court, finance = town.units["court"].id, town.units["finance"].id
    assert send(own, path, "k-replay", readers=court).status_code == 303
    town.clock.now += timedelta(seconds=1)
    assert send(own, path, "k-replay", readers=finance).status_code == 303
    (item,) = rows(town, Item)
    assert len(rows(town, Attachment)) == 1
    assert rows(town, Notice, Notice.unit_id == finance) == []
    answer = send(own, path, "k-replay", readers=10**12)
    assert answer.status_code == 303
    withdraw = f"{town.base()}/items/{item.id}/withdraw"
    own.post(withdraw, data={"csrf_token": csrf(own, path), "why": "有误"})
    send(own, path, "k-replay")
    assert len(rows(town, Attachment)) == 1


def test_a_replayed_material_takes_no_further_file(town: Town) -> None:
    office, path = town.make.login("office"), f"/{town.county.code}/{CAMPAIGN}/library/materials/new"
    typed = {"category": town.campaign.exchange.materials[0].key, "text": "正文", "level": "members"}
    for _n in range(2):
        town.clock.now += timedelta(seconds=1)
        assert send(office, path, "k-material", **typed).status_code == 303
    assert len(rows(town, Attachment)) == 1


def test_every_way_to_read_a_narrow_item_stands_in_the_trail(town: Town) -> None:
    own, office = town.make.login("own"), town.make.login("office")
    send(own, f"{town.base()}/items/new", "k-narrow", level="office")
    (item,), (file,) = rows(town, Item), rows(town, Attachment)
    path = f"/{town.county.code}/{CAMPAIGN}"
    ways = [
        (office, f"{town.base()}/items/new?copy={item.id}"),
        (own, f"{town.base()}/items/{item.id}/edit"),
        (office, f"{path}/files/{file.id}"),
    ]
    for n, (client, address) in enumerate(ways, 1):
        assert client.get(address).status_code == 200
        assert len(rows(town, AuditEvent, AuditEvent.act == "sensitive.read")) == n, address
    token = csrf(office, f"{town.base()}/items/new")
    draft = office.post(f"{path}/bulletins/new", data={"csrf_token": token}).location
    taken = {"csrf_token": token, "action": "add", "take": f"{item.tenant_id}.{item.id}", "version": "1"}
    office.post(draft, data=taken)
    assert "柜面收缴3张" in office.get(draft).get_data(as_text=True)
    assert len(rows(town, AuditEvent, AuditEvent.act == "sensitive.read")) == len(ways) + 1


def test_the_trail_of_an_export_holds_no_flood(town: Town) -> None:
    office = town.make.login("office")
    more = "&".join(f"{'x' * 100}{n}=1" for n in range(50))
    answer = office.get(f"{town.base()}/items.xlsx?q=a&{more}&y=%00")
    assert answer.status_code == 200
    (event,) = rows(town, AuditEvent, AuditEvent.act == "export")
    assert len(str(event.data)) < 1000


@pytest.mark.parametrize("path", ["/inbox/{tenant}/{id}", "/{code}/{campaign}/duties/lines/{id}/withdraw"])
def test_an_id_beyond_all_rows_is_not_found(town: Town, path: str) -> None:
    own = town.make.login("own")
    token = csrf(own, f"{town.base()}/items/new")
    address = path.format(tenant=town.county.id, code=town.county.code, campaign=CAMPAIGN, id=10**30)
    assert own.post(address, data={"csrf_token": token}).status_code == 404


def test_an_attachment_beyond_all_rows_is_not_found(town: Town) -> None:
    own = town.make.login("own")
    assert own.get(f"/{town.county.code}/{CAMPAIGN}/files/{10**30}").status_code == 404


def test_an_office_does_not_act_for_the_unit_that_hosts_it(town: Town) -> None:
    """Its staff holds its posts in that unit, but neither signs for it nor writes or reads its drafts."""
    office, own, police = town.make.login("office"), town.make.login("own"), town.units["police"].id
    category = town.campaign.exchange.advisories[0].key
    more = {"kind": ItemKind.ADVISORY, "category": category, "read_by_at": town.clock.now + timedelta(days=1)}
    item = town.file(Level.CHOSEN, None, ["police"], **more)
    with town.enter() as session:
        ask_receipts(session, town.clock.now, item, [police])
    path, token = f"/{town.county.code}/{CAMPAIGN}", csrf(office, f"{town.base()}/items/new")
    sign = office.post(f"{path}/advisories/{item.id}/sign", data={"csrf_token": token, "unit": police})
    assert sign.status_code in (403, 404)
    sign = office.post(f"{path}/advisories/{item.id}/sign", data={"csrf_token": token})
    assert sign.status_code in (403, 404)
    assert rows(town, ItemReceipt)[0].read_at is None
    assert item.title not in office.get("/").get_data(as_text=True)
    for kind in ("advisories", "requests"):
        typed: dict[str, Any] = {"unit": police, "request_key": "k-draft", "title": "只给本单位看的草稿"}
        kept = own.post(f"{path}/{kind}/draft", data=typed | {"csrf_token": csrf(own, f"{path}/library")})
        assert kept.status_code == 200
        assert office.post(f"{path}/{kind}/draft", data=typed | {"csrf_token": token}).status_code == 403
        for page in (kind, f"{kind}/new?draft=k-draft"):
            assert typed["title"] not in office.get(f"{path}/{page}").get_data(as_text=True)
    own.post(f"{path}/advisories/{item.id}/sign", data={"csrf_token": csrf(own, f"{path}/library")})
    assert rows(town, ItemReceipt)[0].read_at is not None


def at_once(town: Town, client: FlaskClient, address: str, data: dict[str, Any], times: int = 4) -> list[int]:
    """The same request several times at one moment; the status of each answer."""
    answers: list[int] = []
    cookies, start = client._cookies, threading.Barrier(times)
    town.make.session.rollback()

    def press() -> None:
        with town.make.app.app_context():
            mine = town.make.app.test_client()
            mine._cookies = dict(cookies or {})
            start.wait()
            answers.append(mine.post(address, data=data).status_code)
            db.session.remove()

    threads = [threading.Thread(target=press) for _n in range(times)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return answers


def test_clicks_at_once_make_one_line(town: Town) -> None:
    """办理登记: the second click finds the line of the first."""
    own, unit = town.make.login("own"), town.units["police"].id
    key = next(d.key for d in town.campaign.duties if d.soft and d.binds("police"))
    address = f"/{town.county.code}/{CAMPAIGN}/duties/lines/{key}?unit={unit}"
    data = {"csrf_token": csrf(own, f"{town.base()}/items/new"), "done_on": "2026-09-15", "note": "已办"}
    assert at_once(town, own, address, data) == [303] * 4
    assert len(rows(town, DutyRecord)) == 1
