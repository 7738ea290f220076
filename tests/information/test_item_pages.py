"""Pages of information as people use them: written, answered, corrected, withdrawn, exported."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from openpyxl import load_workbook

from portal.core.audit import AuditEvent
from portal.documents.models import Attachment, Draft
from portal.information.models import Item, Level
from portal.notices.models import Notice
from tests.factories import csrf
from tests.home.test_todo import statements
from tests.information.conftest import Town

Data = dict[str, Any]


def page_of(client: FlaskClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code, response.headers.get("Location"))
    return response.get_data(as_text=True)


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', html) or re.search(
        rf'value="([^"]*)"[^>]*name="{name}"', html
    )
    return found[1] if found else ""


def form_of(client: FlaskClient, path: str, **typed: Any) -> Data:
    html = page_of(client, path)
    data: Data = {n: hidden(html, n) for n in ("csrf_token", "request_key", "version", "edition")}
    words = {"title": "城区银行柜面发现假币", "category": "work_news", "situation": "9月15日柜面收缴3张。",
             "analysis": "水印模糊。", "suggestion": "提醒商户。", "level": "office", "action": "file"}  # fmt: skip
    return data | words | typed


def send(client: FlaskClient, path: str, **typed: Any) -> Any:
    return client.post(path, data=form_of(client, path, **typed), content_type="multipart/form-data")


def events(town: Town, act: str) -> list[AuditEvent]:
    with town.enter() as session:
        return list(
            session.scalars(sa.select(AuditEvent).where(AuditEvent.act == act).order_by(AuditEvent.seq))
        )


def the_item(town: Town) -> Item:
    with town.enter() as session:
        return session.scalars(sa.select(Item)).one()


def test_a_liaison_writes_and_the_office_answers(town: Town) -> None:
    own, office = town.make.login("own"), town.make.login("office")
    base = town.base()
    response = send(own, f"{base}/items/new", files=(BytesIO("照片说明".encode()), "说明.txt"))
    assert response.status_code == 303
    item = the_item(town)
    assert (item.level, item.unit_id) == ("office", town.units["police"].id)
    assert item.answer_due_at is not None
    shown = page_of(office, f"{base}/items/{item.id}")
    for words in ("9月15日柜面收缴3张。", "水印模糊。", "提醒商户。", "说明.txt", "县公安局", "平定县联席办"):
        assert words in shown
    assert "未答复" in page_of(office, f"{base}/items")
    path = f"{base}/items/{item.id}/answer"
    token = csrf(office, f"{base}/items/{item.id}")
    refused = office.post(path, data={"csrf_token": token, "answer": "adopted", "why": " "})
    assert refused.status_code == 422
    assert "请用一句话写明理由" in refused.get_data(as_text=True)
    said = office.post(path, data={"csrf_token": token, "answer": "adopted", "why": "编入简报"})
    assert said.status_code == 303
    own_page = page_of(own, f"{base}/items/{item.id}")
    assert "采用" in own_page
    assert "编入简报" in own_page
    with town.enter() as session:
        told = session.scalars(sa.select(Notice.text).where(Notice.unit_id == item.unit_id)).all()
    assert told == ["您报送的“%(title)s”：采用。"]


def test_forwarding_lets_a_unit_read_and_tells_it(town: Town) -> None:
    office, other = town.make.login("office"), town.make.login("other")
    item = town.file(Level.OFFICE)
    path = f"{town.base()}/items/{item.id}"
    assert other.get(path).status_code == 404
    token = csrf(office, path)
    finance = town.units["finance"].id
    nobody = office.post(f"{path}/answer", data={"csrf_token": token, "answer": "forwarded", "why": "请核实"})
    assert nobody.status_code == 422
    assert "请选择转给哪个单位" in nobody.get_data(as_text=True)
    data = {"csrf_token": token, "answer": "forwarded", "why": "请核实", "to_unit": finance}
    for _again in range(2):
        assert office.post(f"{path}/answer", data=data).status_code == 303
    assert "请核实" in page_of(other, path)
    with town.enter() as session:
        told = session.scalars(sa.select(Notice).where(Notice.unit_id == finance)).all()
    assert [n.detail for n in told] == ["请核实"]
    own = town.make.login("own")
    assert "县财政局" in page_of(own, path)
    foreign = town.make.unit(town.sibling, "盂县单位")
    strange = office.post(f"{path}/answer", data=data | {"to_unit": foreign.id, "why": "x"})
    assert strange.status_code == 404


def test_a_forwarding_to_the_wrong_unit_is_taken_back_and_its_story_stays(town: Town) -> None:
    office, own = town.make.login("office"), town.make.login("own")
    finance, court = town.make.login("other"), town.make.login("chosen")
    item = town.file(Level.OFFICE)
    path = f"{town.base()}/items/{item.id}"
    data = {"csrf_token": csrf(office, path), "answer": "forwarded", "why": "请核实"}
    office.post(f"{path}/answer", data=data | {"to_unit": town.units["finance"].id})
    assert finance.get(path).status_code == 200
    back = data | {"action": "take_back", "to_unit": town.units["finance"].id}
    unsaid = office.post(f"{path}/answer", data=back | {"why": " "})
    assert (unsaid.status_code, "请用一句话写明理由" in unsaid.get_data(as_text=True)) == (422, True)
    for _again in range(2):
        assert office.post(f"{path}/answer", data=back | {"why": "应由法院核实"}).status_code == 303
    assert finance.get(path).status_code == 404
    shown = page_of(own, path)
    assert all(words in shown for words in ("未答复", "此前的决定", "收回转办", "应由法院核实", "县财政局"))
    with town.enter() as session:
        session.expire_all()
        standing = session.get_one(Item, (town.county.id, item.id))
        assert (standing.level, standing.answer, standing.answered_at) == ("office", "", None)
        told = session.scalars(
            sa.select(Notice.detail).where(Notice.unit_id == town.units["finance"].id).order_by(Notice.id)
        ).all()
    assert told == ["请核实", "应由法院核实"]
    office.post(f"{path}/answer", data=data | {"to_unit": town.units["court"].id, "why": "请法院核实"})
    assert "请法院核实" in page_of(court, path)
    taken = office.post(f"{path}/answer", data=data | {"answer": "adopted", "why": "已核实，编入简报"})
    assert taken.status_code == 303
    assert court.get(path).status_code == 404
    shown = page_of(own, path)
    assert shown.index("已核实，编入简报") < shown.index("请法院核实") < shown.index("应由法院核实")
    wrong = office.post(f"{path}/answer", data=back | {"why": "x"})
    assert wrong.status_code == 409


def test_who_read_an_item_before_reads_it_after_a_forwarding_was_taken_back(town: Town) -> None:
    office, court = town.make.login("office"), town.make.login("chosen")
    item = town.file(Level.CHOSEN, readers=["court"])
    path = f"{town.base()}/items/{item.id}"
    data = {"csrf_token": csrf(office, path), "answer": "forwarded", "why": "请核实"}
    office.post(f"{path}/answer", data=data | {"to_unit": town.units["court"].id})
    office.post(f"{path}/answer", data=data | {"to_unit": town.units["finance"].id, "why": "应由财政局核实"})
    office.post(f"{path}/answer", data=data | {"answer": "declined", "why": "已有同类"})
    assert court.get(path).status_code == 200
    assert town.make.login("other").get(path).status_code == 404


def test_who_will_see_it_is_named_before_sending(town: Town) -> None:
    own = town.make.login("own")
    path = f"{town.base()}/items/new"
    html = page_of(own, path)
    assert (
        'data-names="县公安局、平定县联席办、主召集人、副召集人、县财政局、县法院、工作组成员、阳泉市' in html
    )
    assert "县旧单位" not in html
    court = town.units["court"].id
    asked = send(own, path, action="preview", level="chosen", readers=[str(court)])
    assert asked.status_code == 200
    shown = re.search(r"<output data-shown>(.*?)</output>", asked.get_data(as_text=True))
    assert shown
    assert shown[1] == "县公安局、平定县联席办、主召集人、副召集人、县法院"
    assert "城区银行柜面发现假币" in asked.get_data(as_text=True)
    with town.enter() as session:
        assert session.scalars(sa.select(Item)).all() == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"title": ""}, "请写标题"),
        ({"title": "一" * 101}, "共 101 字，最多 100 字"),
        ({"situation": "  "}, "请写清时间"),
        ({"situation": "情况\u202e反转"}, "看不见的控制字符（U+202E）"),
        ({"analysis": "分析\x07"}, "看不见的控制字符"),
        ({"title": "两行\n标题"}, "此处只填一行"),
        ({"category": "nonsense"}, "请选择类别"),
        ({"level": "everybody"}, "请选择谁能看到"),
        ({"level": "chosen"}, "请至少勾选一个单位"),
        ({"title": "机密材料一份"}, "这里有“机密”字样"),
        ({"situation": "报告如下\n机密★1年\n正文"}, "机密★1年"),
        ({"suggestion": "份号：000123"}, "份号"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_kept(town: Town, typed: Data, said: str) -> None:
    own = town.make.login("own")
    typed = {"analysis": "留住我的分析"} | typed
    response = send(own, f"{town.base()}/items/new", **typed)
    html = response.get_data(as_text=True)
    assert response.status_code == 422
    assert said in html
    assert "留住我的分析" in html or "analysis" in typed
    with town.enter() as session:
        assert session.scalars(sa.select(Item)).all() == []
    marks = [e.data["mark"] for e in events(town, "text.refuse")]
    assert len(marks) == (1 if "机密" in said or "份号" in said else 0)


def test_markup_and_many_lines_are_shown_as_they_were_typed(town: Town) -> None:
    own = town.make.login("own")
    lines = "\n".join(f"第{n}行<script>alert(1)</script>" for n in range(60))
    assert send(own, f"{town.base()}/items/new", title="<b>标题</b>", situation=lines).status_code == 303
    html = page_of(own, f"{town.base()}/items/{the_item(town).id}")
    assert "<script>alert" not in html
    assert "<b>标题</b>" not in html
    assert "第59行&lt;script&gt;" in html
    assert html.count("第59行") == 1


def test_a_secret_attachment_leaves_nothing_but_a_line_in_the_trail(town: Town) -> None:
    own = town.make.login("own")
    response = send(own, f"{town.base()}/items/new", files=(BytesIO("绝密★\n正文".encode()), "材料.txt"))
    assert response.status_code == 422
    assert "绝密★" in response.get_data(as_text=True)
    with town.enter() as session:
        assert session.scalars(sa.select(Item)).all() == []
        assert session.scalars(sa.select(Attachment)).all() == []
    assert len(events(town, "file.refuse")) == 1


def test_the_same_form_sent_twice_is_one_item(town: Town) -> None:
    own = town.make.login("own")
    path = f"{town.base()}/items/new"
    data = form_of(own, path)
    first, second = (own.post(path, data=data) for _n in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    the_item(town)


def test_drafts_save_themselves_and_are_the_units_own(town: Town) -> None:
    own, leader, other, office = (town.make.login(n) for n in ("own", "leader", "other", "office"))
    base = town.base()
    data = form_of(own, f"{base}/items/new", title="还没写完", situation="")
    data.pop("action")
    told = own.post(f"{base}/items/autosave", data=data).get_json()
    assert told["version"] == 1
    again = own.post(f"{base}/items/autosave", data=data).get_json()
    assert again["version"] == 1
    changed = own.post(
        f"{base}/items/autosave", data=data | {"situation": "又写了", "version": "1"}
    ).get_json()
    assert changed["version"] == 2
    stale = own.post(f"{base}/items/autosave", data=data | {"situation": "另一窗口", "version": "1"})
    assert stale.status_code == 409
    assert "还没写完" in page_of(leader, f"{base}/items")
    for client in (other, office):
        assert "还没写完" not in page_of(client, f"{base}/items")
        assert "还没写完" not in page_of(client, f"{base}/items/new?draft={data['request_key']}")
    back = page_of(own, f"{base}/items/new?draft={data['request_key']}")
    assert "又写了" in back
    assert (
        own.post(
            f"{base}/items/new", data=form_of(own, f"{base}/items/new?draft={data['request_key']}")
        ).status_code
        == 303
    )
    with town.enter() as session:
        assert session.scalars(sa.select(Draft)).all() == []


def test_not_even_a_draft_or_a_reason_holds_a_mark_of_secrecy(town: Town) -> None:
    own, office = town.make.login("own"), town.make.login("office")
    base = town.base()
    data = form_of(own, f"{base}/items/new", analysis="机密★1年")
    told = own.post(f"{base}/items/autosave", data=data)
    assert told.status_code == 422
    assert "机密★" in told.get_json()["problem"]
    kept = own.post(f"{base}/items/new", data=data | {"action": "save"})
    assert kept.status_code == 422
    item = town.file()
    path = f"{base}/items/{item.id}"
    token = csrf(office, path)
    answer = {"csrf_token": token, "answer": "adopted", "why": "绝密★"}
    assert office.post(f"{path}/answer", data=answer).status_code == 422
    withdrawn = own.post(f"{path}/withdraw", data={"csrf_token": csrf(own, path), "why": "秘密★"})
    assert withdrawn.status_code == 422
    assert [e.subject for e in events(town, "text.refuse")] == [
        "draft:item",
        "draft:item",
        *[f"item:{item.id}"] * 2,
    ]
    with town.enter() as session:
        assert session.scalars(sa.select(Draft)).all() == []
        assert session.scalars(sa.select(Item.answer)).all() == [""]


def test_an_items_page_asks_a_constant_number_of_statements(town: Town) -> None:
    own = town.make.login("own")
    item = town.file()
    path = f"{town.base()}/items/{item.id}"

    def count() -> int:
        with statements(town.make.app) as found:
            page_of(own, path)
        return len(found)

    send(own, f"{path}/edit", level="members", why="一")
    page_of(own, path)
    few = count()
    for n in range(5):
        more = {"files": (BytesIO(f"words {n}".encode()), f"{n}.txt")}
        assert (
            send(own, f"{path}/edit", level="members", why="再", situation=f"第{n}次", **more).status_code
            == 303
        )
    assert count() == few <= 20


def test_a_correction_keeps_the_old_words_and_may_only_narrow(town: Town) -> None:
    own, other = town.make.login("own"), town.make.login("other")
    item = town.file(Level.MEMBERS)
    path = f"{town.base()}/items/{item.id}"
    assert other.get(f"{path}/edit").status_code == 404
    missing = send(own, f"{path}/edit", level="members")
    assert missing.status_code == 422
    assert "请写明为什么修改" in missing.get_data(as_text=True)
    wider = send(own, f"{path}/edit", level="upward", why="更正")
    assert wider.status_code == 422
    assert "读者只能减少" in wider.get_data(as_text=True)
    assert (
        send(own, f"{path}/edit", situation="发现两批假币。", level="members", why="数字更正").status_code
        == 303
    )
    html = page_of(other, path)
    assert "数字更正" in html
    assert "<del>发现一批假币。</del>" in html
    assert "<ins>发现两批假币。</ins>" in html
    assert send(own, f"{path}/edit", level="office", why="缩小").status_code == 303
    assert other.get(path).status_code == 404
    assert "假币" not in page_of(other, f"{town.base()}/items")


def test_a_withdrawn_item_is_gone_for_all_but_writer_and_office(town: Town) -> None:
    own, other, office, city = (town.make.login(n) for n in ("own", "other", "office", "city"))
    item = town.file(Level.UPWARD)
    path = f"{town.base()}/items/{item.id}"
    above = f"{town.base(town.city)}/items/{item.id}"
    assert "平定县" in page_of(city, above)
    assert (
        other.post(
            f"{path}/withdraw", data={"csrf_token": csrf(other, f"{town.base()}/items"), "why": "x"}
        ).status_code
        == 404
    )
    token = csrf(own, path)
    assert own.post(f"{path}/withdraw", data={"csrf_token": token, "why": " "}).status_code == 422
    assert own.post(f"{path}/withdraw", data={"csrf_token": token, "why": "写错了"}).status_code == 303
    assert other.get(path).status_code == city.get(above).status_code == 404
    assert "假币动态" not in page_of(city, f"{town.base(town.city)}/items")
    assert "写错了" in page_of(office, path)
    assert (
        office.post(
            f"{path}/answer", data={"csrf_token": csrf(office, path), "answer": "adopted", "why": "x"}
        ).status_code
        == 409
    )


def test_the_city_sees_the_county_and_answers_nothing(town: Town) -> None:
    city = town.make.login("city")
    item = town.file(Level.UPWARD)
    town.file(Level.MEMBERS, title="县里自己看")
    base = town.base(town.city)
    html = page_of(city, f"{base}/items")
    assert "平定县" in html
    assert "县里自己看" not in html
    shown = page_of(city, f"{base}/items/{item.id}")
    assert "/answer" not in shown
    token = csrf(city, f"{base}/items")
    assert (
        city.post(
            f"{base}/items/{item.id}/answer", data={"csrf_token": token, "answer": "adopted", "why": "x"}
        ).status_code
        == 404
    )
    assert "假币动态" in page_of(city, f"{base}/items?place={town.county.id}")
    assert "假币动态" not in page_of(city, f"{base}/items?place={town.city.id}")
    assert "假币动态" not in page_of(city, f"{base}/items?place={town.sibling.id}")


def test_attachments_have_the_items_readers(town: Town) -> None:
    own = town.make.login("own")
    court = str(town.units["court"].id)
    response = send(own, f"{town.base()}/items/new", level="chosen", readers=[court],
                    files=(BytesIO(b"words"), "a.txt"))  # fmt: skip
    assert response.status_code == 303
    with town.enter() as session:
        file_id = session.scalars(sa.select(Attachment.id)).one()
    place = f"/{town.county.code}/anticounterfeit/files/{file_id}"
    wanted = {"own": 200, "leader": 200, "chosen": 200, "office": 200, "convenor": 200,
              "other": 404, "group": 404, "left": 404}  # fmt: skip
    assert {who: town.make.login(who).get(place).status_code for who in wanted} == wanted
    above = f"/{town.city.code}/anticounterfeit/files/{file_id}"
    assert town.make.login("city").get(above).status_code == 404
    assert (
        send(own, f"{town.base()}/items/{the_item(town).id}/edit", level="office", why="缩小").status_code
        == 303
    )
    assert town.make.login("chosen").get(place).status_code == 404


def test_released_attachments_reach_the_city_until_the_item_is_narrowed(town: Town) -> None:
    own, city = town.make.login("own"), town.make.login("city")
    assert (
        send(own, f"{town.base()}/items/new", level="upward", files=(BytesIO(b"words"), "a.txt")).status_code
        == 303
    )
    with town.enter() as session:
        file_id = session.scalars(sa.select(Attachment.id)).one()
    above = f"/{town.city.code}/anticounterfeit/files/{file_id}"
    assert city.get(above).status_code == 200
    assert (
        town.make.login("sibling").get(f"/{town.sibling.code}/anticounterfeit/files/{file_id}").status_code
        == 404
    )
    assert (
        send(own, f"{town.base()}/items/{the_item(town).id}/edit", level="members", why="缩小").status_code
        == 303
    )
    assert city.get(above).status_code == 404


def test_opening_a_narrow_item_and_exporting_leave_a_line_in_the_trail(town: Town) -> None:
    office = town.make.login("office")
    narrow, wide = town.file(Level.OFFICE), town.file(Level.MEMBERS)
    for item in (narrow, wide):
        page_of(office, f"{town.base()}/items/{item.id}")
    assert [e.subject for e in events(town, "sensitive.read")] == [f"item:{narrow.id}"]
    response = office.get(f"{town.base()}/items.xlsx?state=open&q=假币")
    assert response.status_code == 200
    assert [e.data["rows"] for e in events(town, "export")] == [2]


def test_the_workbook_has_the_rows_of_the_filtered_list(town: Town) -> None:
    office = town.make.login("office")
    town.file(title="第一条动态")
    town.file(title="第二条经验", category="experience")
    town.file(Level.OWN, title="不给办公室看")
    html = page_of(office, f"{town.base()}/items?category=experience")
    assert "第二条经验" in html
    assert "第一条动态" not in html
    book = load_workbook(BytesIO(office.get(f"{town.base()}/items.xlsx?category=experience").get_data()))
    cells = [str(c) for row in book.worksheets[0].iter_rows(values_only=True) for c in row if c is not None]
    assert "第二条经验" in cells
    assert not {"第一条动态", "不给办公室看"} & set(cells)


def test_pages_ask_a_constant_number_of_statements(town: Town) -> None:
    office = town.make.login("office")
    path = f"{town.base()}/items"

    def count() -> int:
        with statements(town.make.app) as found:
            page_of(office, path)
        return len(found)

    town.file()
    page_of(office, path)
    few = count()
    for n in range(12):
        town.file(unit="police" if n % 2 else "finance")
    assert count() == few <= 16
