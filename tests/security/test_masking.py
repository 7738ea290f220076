"""Sensitive texts on screen: masked everywhere, in full only with the right, a reason and a line in the trail."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from portal.core.audit import Act, AuditEvent
from portal.core.masking import KINDS, mask
from portal.core.posts import PostKind
from portal.core.scope import SYSTEM
from portal.core.secret import SEALED
from portal.ledger.models import Record
from portal.ledger.services import Entry, create_record
from portal.tenants.models import Tenant
from tests.accounts.people import Visitor
from tests.conftest import NOON, TestClock
from tests.factories import Factory
from tests.ledger.cast import fields_of

CAMPAIGN, LEDGER = "illegal_fundraising", "lead"
NAME, CODE = "晋某某理财工作室", "91140321MA0K1234X5"


# ---------------------------------------------------------------------------------------------------- masks
@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("name", "张三丰", "张某"), ("name", "张", "某"), ("name", "欧阳某某", "欧某"),
        ("phone", "13812340000", "138****0000"), ("phone", "+86 138-1234-0000", "138****0000"),
        ("phone", "6063123", "****23"), ("phone", "110", "****"),
        ("id", "14030219800101123X", "14***************X"), ("id", "1403021", "****"),
        ("account", "6222 0212 3456 7890 123", "****0123"), ("account", "12345678", "****78"), ("account", "1234", "****"),
        ("text", "某理财公司", "某※"), ("text", "甲", "※"), ("text", "", ""), ("text", f"{SEALED}ab:cd", "※※※"),
    ],
)  # fmt: skip
def test_each_kind_of_mask(kind: str, text: str, shown: str) -> None:
    assert mask(kind, text) == shown


MOST = {"name": 1, "phone": 7, "id": 3, "account": 4, "text": 1}


@given(kind=st.sampled_from(KINDS), text=st.text(max_size=60))
def test_a_mask_shows_no_more_than_it_may(kind: str, text: str) -> None:
    """Of any Unicode: at most so many characters of it, and never half of what is longer than two."""
    shown = mask(kind, text)
    kept = re.sub("[*※某]", "", shown)
    assert len(kept) <= MOST[kind]
    plain = text.strip()
    if len(plain) > 2 and set(plain).isdisjoint("*※某"):
        assert plain not in shown
        assert len(kept) * 2 <= len(plain) or (kind == "phone" and len(plain) >= 11)
    assert (shown == "") == (plain == "")


# ---------------------------------------------------------------------------------------------------- pages
class Place:
    """A county with police and finance bureau, its office and its city; the police keeps one sensitive entry."""

    def __init__(self, make: Factory, app: Flask) -> None:
        self.make, self.app = make, app
        self.city = make.tenant("阳泉市")
        self.tenant: Tenant = make.tenant("平定县", self.city)
        police, finance = make.unit(self.tenant, "平定县公安局"), make.unit(self.tenant, "平定县财政局")
        body = make.mechanism(self.tenant, CAMPAIGN, {"police": police, "finance": finance})
        self.unit_id, self.mechanism_id = police.id, body.id
        make.post(self.tenant, "police", PostKind.LIAISON, body, police)
        make.post(self.tenant, "finance", PostKind.LIAISON, body, finance)
        host = make.unit(self.tenant, "平定县人民政府办公室")
        make.post(self.tenant, "office", PostKind.OFFICE_STAFF, body, host)
        both = make.account(self.tenant, "both")  # convenes, and is the finance bureau's liaison besides
        make.post(self.tenant, both, PostKind.CONVENOR, body)
        make.post(self.tenant, both, PostKind.LEADER_IN_CHARGE, body, finance)
        make.post(self.tenant, "convenor", PostKind.CONVENOR, body)
        make.post(self.city, "city", PostKind.OFFICE_STAFF, make.mechanism(self.city, CAMPAIGN))
        self.number = self.enter("one")
        self.at = f"/{self.tenant.code}/{CAMPAIGN}/ledger"
        self.above = f"/{self.city.code}/{CAMPAIGN}/ledger"
        make.session.rollback()

    def enter(self, key: str) -> int:
        campaign = self.app.extensions["portal"].registry.find(CAMPAIGN)
        ledger = campaign.ledger(LEDGER)
        example = {k: v for k, v in ledger.examples[0].items() if k != "title"}
        values = example | {"subject_name": NAME, "credit_code": CODE}
        with self.make.enter(self.tenant) as session:
            made = create_record(
                session, SYSTEM, NOON, mechanism_id=self.mechanism_id, unit_id=self.unit_id, campaign=campaign,
                ledger=ledger, entry=Entry("某线索", "", NOON, values), request_key=key,
            )  # fmt: skip
            session.flush()
            return made.id

    def values(self) -> dict[str, Any]:
        with self.make.enter(self.tenant) as session:
            session.expire_all()
            found = session.scalars(sa.select(Record).where(Record.id == self.number)).one()
            return dict(found.values)

    def trail(self, act: Act, tenant: Tenant | None = None) -> list[AuditEvent]:
        with self.make.enter(tenant or self.tenant) as session:
            query = sa.select(AuditEvent).where(AuditEvent.act == act.value).order_by(AuditEvent.seq)
            return list(session.scalars(query))


@pytest.fixture
def place(make: Factory, app: Flask, clock: TestClock) -> Place:
    app.test_client_class = Visitor
    clock.now = NOON
    return Place(make, app)


Login = Callable[[str], FlaskClient]


def ask(client: FlaskClient, url: str, reason: str) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(url).get_data(as_text=True))
    assert token
    return client.post(f"{url}/sensitive", data={"csrf_token": token[1], "reason": reason})


def test_list_page_story_and_search_show_masks(place: Place, login: Login) -> None:
    client = login("police")
    detail = client.get(f"{place.at}/{place.number}").get_data(as_text=True)
    assert "晋※" in detail
    assert "91***************5" in detail
    for path in ("", f"?q={CODE}", f"?q={NAME}", f"/{place.number}", f"/{place.number}/edit"):
        page = client.get(place.at + path).get_data(as_text=True)
        assert NAME not in page.replace(f'value="{NAME}"', "") or "?q=" in path
        if "?q=" in path:
            assert "没有符合条件" in page, "what is sealed is not searched"
        assert SEALED not in page


def test_in_full_with_a_reason_once_and_kept_in_the_trail(place: Place, login: Login) -> None:
    client = login("police")
    url = f"{place.at}/{place.number}"
    for short in ("", "  ", "看看"):
        answer = ask(client, url, short)
        assert answer.status_code == 422
        assert "至少 4 个字" in answer.get_data(as_text=True)
        assert NAME not in answer.get_data(as_text=True)
    assert place.trail(Act.SENSITIVE_READ) == []
    answer = ask(client, url, "核对移送材料")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert NAME in page
    assert CODE in page
    assert answer.headers["Cache-Control"] == "no-store"
    assert NAME not in client.get(url).get_data(as_text=True), "only once"
    (event,) = place.trail(Act.SENSITIVE_READ)
    assert event.data == {"reason": "核对移送材料", "fields": ["subject_name", "credit_code"]}
    assert event.subject == f"record:{place.number}"
    assert client.get(f"{url}/sensitive").status_code == 405


def test_who_may_ask(place: Place, login: Login) -> None:
    url = f"{place.at}/{place.number}"
    assert ask(login("office"), url, "办公室会商核对").status_code == 200
    convenor = login("convenor")
    assert "查看完整" not in convenor.get(url).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', convenor.get(url).get_data(as_text=True))
    data = {"csrf_token": token[1] if token else "", "reason": "随便看一看"}
    assert convenor.post(f"{url}/sensitive", data=data).status_code == 403
    two = login("both")
    assert "查看完整" not in two.get(url).get_data(as_text=True), "not by rights of different posts"
    token = re.search(r'name="csrf_token" value="([^"]+)"', two.get(url).get_data(as_text=True))
    data = {"csrf_token": token[1] if token else "", "reason": "随便看一看"}
    assert two.post(f"{url}/sensitive", data=data).status_code == 403
    assert NAME.encode() not in two.post(f"{place.at}.xlsx", data=data).data
    for stranger, at in (("finance", place.at), ("city", place.above)):
        client = login(stranger)
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(at).get_data(as_text=True))
        data = {"csrf_token": token[1] if token else "", "reason": "随便看一看"}
        assert client.post(f"{at}/{place.number}/sensitive", data=data).status_code == 404
    assert len(place.trail(Act.SENSITIVE_READ)) == 1


def test_a_masked_cell_stays_unless_typed_anew(place: Place, login: Login) -> None:
    client = login("police")
    url = f"{place.at}/{place.number}/edit"
    page = client.get(url)
    assert 'placeholder="晋※"' in page.get_data(as_text=True)
    kept = fields_of(page) | _choices(page)
    assert kept["subject_name"] == ""
    assert client.post(url, data=kept | {"entry-title": "改了名称"}).status_code == 303
    assert (place.values()["subject_name"], place.values()["credit_code"]) == (NAME, CODE)
    page = client.get(url)
    kept = fields_of(page) | _choices(page)
    assert (
        client.post(url, data=kept | {"subject_name": "乙公司", "credit_code-clear": "1"}).status_code == 303
    )
    assert (place.values()["subject_name"], place.values()["credit_code"]) == ("乙公司", None)
    story = client.get(f"{place.at}/{place.number}").get_data(as_text=True)
    assert "乙公司" not in story
    assert "敏感内容" in story
    assert place.trail(Act.SENSITIVE_READ) == []
    assert "乙公司" not in str([e.data for e in place.trail(Act.RECORD_CHANGE)])


def _choices(page: Any) -> dict[str, str]:
    html = page.get_data(as_text=True)
    found = {}
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    return found


def cells(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.get_data(as_text=True)[:400]
    book = openpyxl.load_workbook(BytesIO(answer.data))
    return {str(c.value) for row in book.worksheets[0].iter_rows() for c in row if c.value is not None}


def test_exports_are_masked_unless_asked_for_with_a_reason(place: Place, login: Login) -> None:
    client = login("police")
    masked = cells(client.get(f"{place.at}.xlsx"))
    assert {"晋※", "91***************5"} <= masked
    assert NAME not in masked
    page = client.get(place.at).get_data(as_text=True)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[-1]
    refused = client.post(f"{place.at}.xlsx", data={"csrf_token": token, "reason": ""})
    assert refused.status_code == 422
    full = cells(client.post(f"{place.at}.xlsx", data={"csrf_token": token, "reason": "移送公安附表"}))
    assert {NAME, CODE} <= full
    masked_event, event = place.trail(Act.EXPORT)
    assert masked_event.data == {"rows": 1}
    assert event.data == {"rows": 1, "reason": "移送公安附表", "full": True}


def test_a_list_of_fifty_opens_nothing_and_an_export_opens_fast(place: Place, login: Login) -> None:
    """50 entries with two sensitive texts each: opening them all takes a fraction of one page."""
    from portal.core.sealing import open_values

    with place.make.enter(place.tenant) as session:
        subject, values = session.execute(sa.select(Record.id, Record.values)).one()
        begun = time.perf_counter()
        for _row in range(50):
            open_values(session, place.tenant.id, f"record:{subject}", values)
        assert time.perf_counter() - begun < 0.05
