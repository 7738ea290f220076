"""Pushes: a city hands an item down; each county gets its own, siblings see nothing of each other, receipts come up."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa

from portal.core.audit import AuditEvent
from portal.core.db import db
from portal.core.scope import SYSTEM, Scope, set_scope
from portal.core.workdays import WorkCalendar
from portal.documents.models import Attachment
from portal.information.items import file_item
from portal.information.models import Item, ItemKind, ItemReceipt, Level
from tests.conftest import TestClock
from tests.factories import Factory
from tests.information.cities import WORDS, Cities, build_cities
from tests.information.test_advisories import TITLE, notices, receipts, send, sign, some, todo


@pytest.fixture
def cities(make: Factory, clock: TestClock) -> Cities:
    return build_cities(make, clock)


def push(cities: Cities, item: int, *slugs: str, way: str = "office", who: str = "a_office") -> Any:
    tenants = [str(cities[s].tenant_id) for s in slugs]
    return cities.new(who, f"information/{item}/push", tenants=tenants, way=way)


def copy_of(cities: Cities, slug: str) -> Item | None:
    return cities.enter(slug).scalars(sa.select(Item).where(Item.origin_id.is_not(None))).one_or_none()


def copy_id(cities: Cities, slug: str) -> int:
    found = copy_of(cities, slug)
    assert found is not None
    return found.id


def test_a_push_to_the_office_is_handed_on_and_counted_above(cities: Cities) -> None:
    files = {"files": [(BytesIO("手法说明".encode()), "手法.txt")]}
    item = send(cities, "a_office", **files)
    assert push(cities, item, "a1").status_code == 303
    assert copy_of(cities, "a2") is None
    copy = copy_id(cities, "a1")
    assert receipts(cities, "a1") == {"": False}
    assert [what for _l, what in todo(cities, "a1_office")] == [f"签收：{TITLE}"]
    assert cities.get("a1_court", f"advisories/{copy}").status_code == 404  # not yet handed on
    page = cities.text("a1_office", f"advisories/{copy}")
    assert "a办公室" in page
    assert WORDS["situation"] in page
    answer = cities.new(
        "a1_office", f"advisories/{copy}/distribute", whom="some", units=[str(cities["a1"].units["court"])]
    )
    assert answer.status_code == 303
    assert receipts(cities, "a1") == {"": True, "court": False}
    assert cities.get("a1_court", f"advisories/{copy}").status_code == 200
    assert cities.get("a1_police", f"advisories/{copy}").status_code == 404
    attached = cities.enter("a1").scalars(sa.select(Attachment)).one()
    assert cities.get("a1_court", f"files/{attached.id}").data.decode() == "手法说明"
    above = cities.text("a_office", f"advisories/{item}")
    assert "已签收 1/2" in above
    assert "未签收： a1人民法院" in above or "未签收：a1人民法院" in above
    assert sign(cities, "a1_court", copy) == 303
    assert "已签收 2/2" in cities.text("a_office", f"advisories/{item}")
    more = cities.new("a1_office", f"advisories/{copy}/distribute", whom="all")
    assert more.status_code == 303
    assert len(notices(cities, "a1", "court")) == 1  # who had it is left alone
    assert receipts(cities, "a1") == {"": True, "court": True, "police": False, "finance": False}


def test_a_push_to_the_units_reaches_them_at_once(cities: Cities) -> None:
    item = send(cities, "a_office")
    assert push(cities, item, "a1", "a2", way="members").status_code == 303
    for slug in ("a1", "a2"):
        assert receipts(cities, slug) == {"": False, "court": False, "police": False, "finance": False}
        assert len(notices(cities, slug, "court")) == 1
    assert sign(cities, "a1_court", copy_id(cities, "a1"), reply="收到") == 303
    page = cities.text("a_office", f"advisories/{item}")
    assert "已签收 1/4" in page
    assert "已签收 0/4" in page
    cities.post("a_office", f"advisories/{item}/remind")
    cities.post("a_office", f"advisories/{item}/remind")
    assert len(notices(cities, "a1", "court")) == 1
    assert len(notices(cities, "a1", "police")) == 2
    assert len(notices(cities, "a2", None)) == 2
    acts = list(cities.enter("a2").scalars(sa.select(AuditEvent.act)))
    assert acts.count("advisory.push") == acts.count("advisory.remind") == 1


def test_pushed_twice_is_one_copy(cities: Cities) -> None:
    item = send(cities, "a_office")
    assert push(cities, item, "a1").status_code == 303
    assert push(cities, item, "a1", "a2", way="members").status_code == 303
    assert receipts(cities, "a1") == {"": False}
    assert len(receipts(cities, "a2")) == 4
    assert len(notices(cities, "a1", None)) == 1
    found = cities.enter("a").scalars(sa.select(Item)).one()
    assert [e["name"] for e in found.pushed_to] == ["a1县", "a2县"]


def test_nothing_goes_where_it_is_not_offered(cities: Cities) -> None:
    item = send(cities, "a_office")
    cities.disable("a2")
    assert "a2县" not in cities.text("a_office", f"information/{item}/push")
    for slugs in (("a1", "b1"), ("a2",), ("b1",), ("a",), ("a1", "a2")):
        assert push(cities, item, *slugs).status_code == 404, slugs
    assert push(cities, item).status_code == 422
    assert push(cities, item, "a1", way="nonsense").status_code == 422
    for slug in ("a1", "a2", "b1"):
        assert copy_of(cities, slug) is None
    for who in ("a_police", "a_convenor", "a_group"):
        assert cities.get(who, f"information/{item}/push").status_code == 403
    for who in ("b_office", "a1_office"):
        assert cities.get(who, f"information/{item}/push").status_code == 404


def test_a_narrow_letter_of_a_unit_is_not_widened(cities: Cities) -> None:
    letter = send(cities, "a_police", category="police_letter", **some(cities, "a", "court"))
    assert cities.get("a_office", f"information/{letter}/push").status_code == 409
    wide = send(cities, "a_police", category="police_letter")
    assert push(cities, wide, "a1").status_code == 303
    own = send(cities, "a_office", **some(cities, "a", "court"))
    assert push(cities, own, "a1").status_code == 303  # the office's own goes where the office sends it


def test_siblings_and_the_other_city_see_nothing_of_it(cities: Cities) -> None:
    item = send(cities, "a_office")
    push(cities, item, "a1", way="members")
    copy = copy_id(cities, "a1")
    for who in ("a2_office", "a2_court", "b_office", "b1_office", "a_office"):
        assert cities.get(who, f"advisories/{copy}").status_code == 404
    for who in ("a2_office", "a2_court", "b_office", "b1_office"):
        assert cities.get(who, f"advisories/{item}").status_code == 404
        assert TITLE not in cities.text(who, "advisories")
        assert sign(cities, who, copy) == 404
    push(cities, item, "a2", way="members")
    sign(cities, "a2_court", copy_id(cities, "a2"))
    page = cities.text("a1_office", f"advisories/{copy}")
    for of_others in ("a2", "a1县", "已签收 1"):
        assert of_others not in page.replace("打印自联席 · a市a1县", ""), of_others
    assert cities.post("a1_office", f"advisories/{copy}/withdraw", {"why": "x"}).status_code == 403


def test_a_withdrawal_goes_down_as_well(cities: Cities) -> None:
    item = send(cities, "a_office")
    push(cities, item, "a1", "a2", way="members")
    copy = copy_id(cities, "a1")
    sign(cities, "a1_police", copy)
    assert cities.post("a_office", f"advisories/{item}/withdraw", {"why": "案情有变"}).status_code == 303
    for slug in ("a1", "a2"):
        assert notices(cities, slug, "court")[-1].startswith("已撤回")
        assert notices(cities, slug, None)[-1].startswith("已撤回")
        assert todo(cities, f"{slug}_court") == []
    assert sign(cities, "a1_court", copy) == 409
    assert "案情有变" in cities.text("a1_court", f"advisories/{copy}")
    answer = cities.post(
        "a1_office", f"advisories/{copy}/distribute", {"whom": "all", "read_by": "2026-09-20T12:00"}
    )
    assert answer.status_code == 409
    assert cities.get("a_office", f"information/{item}/push").status_code == 409
    late = {"tenants": str(cities["a2"].tenant_id), "way": "office", "read_by": "2026-09-20T12:00"}
    assert cities.post("a_office", f"information/{item}/push", late).status_code == 409
    assert receipts(cities, "a1")["court"] is False


def test_receipts_of_a_countys_own_advisories_stay_its_own(cities: Cities) -> None:
    """The guard alone on SQLite, with the policies on PostgreSQL: the scope of a city shows released rows only."""
    own = send(cities, "a1_office")
    pushed = send(cities, "a_office")
    push(cities, pushed, "a1", way="members")
    session = cities.session
    session.rollback()
    set_scope(
        session,
        Scope(own=(cities["a"].tenant_id,), below=(cities["a1"].tenant_id,), home=cities["a"].tenant_id),
    )
    seen = session.scalars(
        sa.select(ItemReceipt).where(ItemReceipt.tenant_id == cities["a1"].tenant_id)
    ).all()
    assert {r.origin_id for r in seen} == {pushed}
    assert len(seen) == 4
    set_scope(session, Scope(own=(cities["a2"].tenant_id,), home=cities["a2"].tenant_id))
    assert session.scalars(sa.select(ItemReceipt)).all() == []
    assert sign(cities, "a1_court", own) == 303


def test_the_citys_page_asks_a_constant_number_of_statements(cities: Cities) -> None:
    item = send(cities, "a_office")
    push(cities, item, "a1")

    def statements(path: str) -> int:
        counted = 0

        def count(*_: Any) -> None:
            nonlocal counted
            counted += 1

        cities.get("a_office", path)
        sa.event.listen(db.engine, "before_cursor_execute", count)
        try:
            assert cities.get("a_office", path).status_code == 200
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", count)
        return counted

    paths = [f"advisories/{item}", f"information/{item}/push"]
    few = [statements(p) for p in paths]
    push(cities, item, "a2", way="members")
    assert [statements(p) for p in paths] == few
    assert max(few) <= 20, few


def test_an_item_of_another_kind_goes_down_as_a_piece_from_above(cities: Cities) -> None:
    """Information for every member is pushed, a narrower one is not; its words and readers are the county's own."""
    campaign = cities.make.app.extensions["portal"].registry.find("antifraud")
    ids = []
    for level in (Level.MEMBERS, Level.CHOSEN):
        session = cities.enter("a")
        found = file_item(
            session, SYSTEM, cities.clock(), mechanism_id=cities["a"].body_id, campaign=campaign, level=level,
            unit_id=cities["a"].units["police"], kind=ItemKind.INFORMATION, category="scam_methods", title="新型手法",
            sections={"situation": "手法一", "analysis": "分析二", "suggestion": "建议三"}, request_key=level.value,
            readers=[cities["a"].units["court"]], calendar=WorkCalendar(),
        )  # fmt: skip
        ids.append(found.id)
        session.commit()
    assert cities.get("a_office", f"information/{ids[1]}/push").status_code == 409
    assert push(cities, ids[0], "a1", way="members").status_code == 303
    page = cities.text("a1_court", f"advisories/{copy_id(cities, 'a1')}")
    for said in ("上级来件", "情况", "手法一", "分析二", "建议三"):
        assert said in page
    assert sign(cities, "a1_court", copy_id(cities, "a1")) == 303
