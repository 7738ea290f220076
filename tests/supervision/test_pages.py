"""The pages: a constant number of statements, filters, exports, what others must not see, and inspections."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO

import pytest
import sqlalchemy as sa
from docx import Document
from openpyxl import load_workbook
from sqlalchemy import event

from portal.core.db import db
from portal.core.posts import PostKind
from portal.documents.models import Attachment, Export
from portal.supervision import export
from portal.supervision.models import Order, Visit
from portal.supervision.services import orders_of
from portal.units.handover import open_handover
from portal.units.models import Membership, Post
from tests.supervision.conftest import City
from tests.supervision.test_flow import PDF, step


def statements(city: City, who: str, path: str) -> tuple[int, str]:
    """How many SELECTs a page takes, and its text."""
    city.get(who, path)  # what is cached is
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    text = city.get(who, path).get_data(as_text=True)
    event.remove(db.engine, "before_cursor_execute", note)
    return len([s for s in seen if s.lstrip().upper().startswith("SELECT")]), text


def test_list_filters_and_exports(city: City) -> None:
    with city.enter():
        city.assign(title="第一件", due=date(2026, 5, 20))
    few = [statements(city, "office", path)[0] for path in ("", "/figures")]
    with city.enter():
        for n in range(2, 62):
            lead = ("police", "finance", "court")[n % 3]
            city.assign(
                title=f"事项{n}", lead_id=city.unit(lead), due=date(2026, 6, 1 + n % 28),
                supporting_ids=[city.unit("court")], source="leader" if n % 2 else "superior",
            )  # fmt: skip
    many = [statements(city, "office", path) for path in ("", "/figures")]
    assert [n for n, _text in many] == few
    assert many[0][1].index("第一件") < many[0][1].index("事项28")  # by due date
    assert "第 1 页" in many[0][1]
    assert "事项3<" in city.get("office", "?q=事项3&source=leader").get_data(as_text=True)
    assert "第一件" not in city.get("office", "?source=leader").get_data(as_text=True)
    theirs = city.get("finance", "")
    assert theirs.status_code == 200
    assert "第一件" not in theirs.get_data(as_text=True)  # another unit's
    assert "事项4<" in theirs.get_data(as_text=True)
    assert city.get("court", f"?unit={city.unit('police')}&state=unsigned").status_code == 200
    assert city.get("court", "/figures").status_code == 200
    assert "没有符合条件" in city.get("office", "?q=%25").get_data(as_text=True)  # a wildcard is a letter
    assert city.get("office", "?state=no&year=x&unit=' or 1=1&page=999999999").status_code == 200
    book = load_workbook(BytesIO(city.get("office", ".xlsx?source=leader").get_data()))
    (page,) = book.worksheets
    rows = [r for r in page.iter_rows(values_only=True) if r[1] and str(r[1]).startswith("督")]
    assert len(rows) == 30
    assert all(r[4] == "领导批示" for r in rows)
    text = many[1][1]
    assert "确定事项61件，截至5月14日，已办结0件，占比0%；正在办理61件，占比100%。" in text
    paper = Document(BytesIO(city.get("office", "/figures.docx").get_data()))
    assert any("确定事项61件" in p.text for p in paper.paragraphs)


def test_a_large_list_is_written_by_the_worker(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "AT_ONCE", 0)
    with city.enter():
        city.assign()
    assert city.get("office", ".xlsx").status_code == 303
    with city.enter() as session:
        asked = session.scalars(sa.select(Export)).one()
        assert (asked.kind, asked.total_rows) == ("orders", 1)


def test_who_sees_and_does_what(city: City) -> None:
    with city.enter():
        order_id = city.assign(supporting_ids=[city.unit("finance")]).id
    step(city, "police", order_id, "feed", text="内部进展。", files=(BytesIO(PDF), "证据.pdf"))
    with city.enter() as session:
        file_id = session.scalars(sa.select(Attachment.id)).one()
    files = f"/{city.tenant.code}/anticounterfeit/files/{file_id}"
    for who, status in (
        ("police", 200),
        ("finance", 200),
        ("office", 200),
        ("convenor", 200),
        ("court", 404),
    ):
        assert city.get(who, f"/orders/{order_id}").status_code == status, who
        assert city.client(who).get(files).status_code == status, who
    stranger = city.client("stranger")
    assert stranger.get(city.url(f"/orders/{order_id}")).status_code == 404
    own = f"/{city.other.code}/anticounterfeit/supervision/orders/{order_id}"
    assert stranger.get(own).status_code == 404
    assert city.get("office", f"/orders/{order_id + 1}").status_code == 404
    # the supporting unit feeds back, but closes nothing; a unit acts for itself alone
    step(city, "finance", order_id, "feed", text="已拨付经费。")
    step(city, "finance", order_id, "propose", 403, text="办完了。", unit=city.unit("finance"))
    step(city, "finance", order_id, "feed", 404, text="冒名。", unit=city.unit("police"), request_key="other")
    step(
        city,
        "court",
        order_id,
        "feed",
        404,
        unit=city.unit("court"),
        text="不相干。",
        csrf_token=_token(city, "court"),
    )
    step(city, "police", order_id, "urge", 403, colour="blue")
    step(city, "convenor", order_id, "urge", 403, colour="blue")
    # what is said to leaders stays with the office; red comes after yellow
    step(city, "office", order_id, "hand-up", text="只给领导看。")
    assert "只给领导看" not in city.get("police", f"/orders/{order_id}").get_data(as_text=True)
    assert "只给领导看" in city.get("convenor", f"/orders/{order_id}").get_data(as_text=True)
    assert "请先发黄色催办单" in step(city, "office", order_id, "urge", 409, colour="red")
    with city.enter() as session:
        row = session.get_one(Order, (city.tenant.id, order_id))
        assert (row.stage, row.round) == ("open", 1)


def _token(city: City, who: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]*)"', city.get(who).get_data(as_text=True))
    assert found
    return found[1]


def test_assigning_over_the_wire(city: City) -> None:
    """Two clicks, a wrong form that keeps what was typed, and a matter that has its order already."""
    page = city.get("office", "/new").get_data(as_text=True)
    key = re.search(r'name="request_key"[^>]*value="([^"]*)"', page)
    assert key
    data = {"csrf_token": _token(city, "office"), "request_key": key[1], "title": "核查", "source": "leader",
            "label": "5月13日批示", "lead": city.unit("police"), "cadence": "none"}  # fmt: skip
    wrong = city.client("office").post(city.url("/new"), data=data)
    assert wrong.status_code == 422
    assert "请填写办结时限" in wrong.get_data(as_text=True)
    assert "5月13日批示" in wrong.get_data(as_text=True)
    with city.make.enter(city.other):
        foreign = city.make.unit(city.other, "朔州市公安局").id
    assert (
        city.client("office")
        .post(city.url("/new"), data={**data, "due": "2026-06-30", "lead": foreign})
        .status_code
        == 422
    )
    places = {
        city.client("office").post(city.url("/new"), data={**data, "due": "2026-06-30"}).headers["Location"]
        for _click in range(2)
    }
    assert len(places) == 1
    assert city.client("office").get(city.url("/new?subject=nothing:1")).status_code == 404
    assert city.get("police", "/new").status_code == 403


def test_inspections(city: City) -> None:
    """A unit is not asked twice in one month by whatever body of the tenant, unless a reason is given."""
    office = city.client("office")
    data = {"csrf_token": _token(city, "office"), "title": "反假宣传检查", "month": "2026-06", "by_whom": "办公室",
            "basis": "2026年工作要点第三条", "units": [city.unit("police")]}  # fmt: skip
    assert office.post(city.url("/visits/new"), data={**data, "request_key": "a"}).status_code == 303
    with city.enter():
        police = city.units["police"]
    fraud = city.make.mechanism(city.tenant, "antifraud", {"police": police})
    city.make.post(city.tenant, "fraud", PostKind.OFFICE_STAFF, fraud)
    other = city.url("/visits/new").replace("anticounterfeit", "antifraud")
    asked = city.client("fraud").post(
        other,
        data={**data, "csrf_token": _fraud_token(city), "month": "", "on": "2026-06-15", "request_key": "b"},
    )
    assert asked.status_code == 422
    text = asked.get_data(as_text=True)
    assert "当月已有检查安排" in text
    assert "反假货币工作联席会议" in text
    assert "反假宣传检查" not in re.sub(
        r'<input[^>]*id="title"[^>]*>', "", text
    )  # the other body's matter stays its own
    given = {
        **data,
        "csrf_token": _fraud_token(city),
        "on": "2026-06-15",
        "clash_why": "上级统一部署",
        "request_key": "b",
    }
    assert city.client("fraud").post(other, data=given).status_code == 303
    with city.enter() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Visit)) == 2
        visit = session.scalars(sa.select(Visit).where(Visit.mechanism_id == city.body.id)).one()
        visit_id = visit.id
    assert city.get("police", f"/visits/{visit_id}").status_code == 200
    assert city.get("finance", f"/visits/{visit_id}").status_code == 404
    city.clock.at("2026-06-15T09:00:00")
    result = {
        "csrf_token": _token(city, "office"),
        "unit": city.unit("police"),
        "done_on": "2026-06-12",
        "result": "查了 3 个点。",
    }
    done = city.client("office").post(
        city.url(f"/visits/{visit_id}/result"), data={**result, "problems": "一处未张贴海报。"}
    )
    assert done.status_code == 303
    page = city.get("office", f"/visits/{visit_id}").get_data(as_text=True)
    link = re.search(r"subject=(visit:\d+)", page)
    assert link
    form = city.get("office", f"/new?subject={link[1]}").get_data(as_text=True)
    assert "一处未张贴海报。" in form
    assert "市公安局整改检查发现的问题" in form
    key = re.search(r'name="request_key"[^>]*value="([^"]*)"', form)
    assert key
    made = city.client("office").post(city.url(f"/new?subject={link[1]}"), data={
        "csrf_token": _token(city, "office"), "request_key": key[1], "title": "整改", "lead": city.unit("police"),
        "due": "2026-06-30", "cadence": "none",
    })  # fmt: skip
    assert made.status_code == 303
    with city.enter() as session:
        assert orders_of(session, city.tenant.id, [link[1]])[link[1]][0].lead == "市公安局"
    # one matter, one record: the second click of the button leads to the order
    again = city.get("office", f"/new?subject={link[1]}")
    assert again.headers["Location"] == made.headers["Location"]


def _fraud_token(city: City) -> str:
    page = city.client("fraud").get(city.url("/visits/new").replace("anticounterfeit", "antifraud"))
    found = re.search(r'name="csrf_token" value="([^"]*)"', page.get_data(as_text=True))
    assert found
    return found[1]


def test_a_lead_that_left_and_a_liaison_that_leaves(city: City) -> None:
    with city.enter() as session:
        order_id = city.assign().id
        post = session.scalars(sa.select(Post).where(Post.unit_id == city.unit("police"))).one()
        post.until, post.end_reason = city.clock.now, "调离"
        session.flush()
        sheet = open_handover(
            session, city.act("office"), city.clock.now, post_id=post.id, number="函〔2026〕1号",
            noticed_on=date(2026, 5, 14), sources=city.make.app.extensions["open_items"],
        )  # fmt: skip
        assert [(i["kind"], i["subject"]) for i in sheet.items] == [("督办", f"order:{order_id}")]
        member = session.scalars(sa.select(Membership).where(Membership.unit_id == city.unit("police"))).one()
        member.until = date(2026, 5, 20)
    city.clock.at("2026-05-21T09:00:00")
    assert "已退出机制，须改派" in city.get("office", "").get_data(as_text=True)
    assert "牵头单位已退出" in city.client("office").get("/").get_data(as_text=True)
    assert "已退出本机制" in city.get("office", f"/orders/{order_id}").get_data(as_text=True)
    assert "写明改派原因" in step(city, "office", order_id, "reassign", 422, lead=city.unit("finance"))
    step(city, "office", order_id, "reassign", lead=city.unit("finance"), text="原单位退出机制。")
    assert "牵头单位已退出" not in city.client("office").get("/").get_data(as_text=True)
    assert "督办：开展网点排查" in city.client("finance").get("/").get_data(as_text=True)
