"""Who reads what of minutes, receipts, the approval of the last ones, the compilation; hostile words."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
import sqlalchemy as sa
from docx import Document
from openpyxl import load_workbook

from portal.campaigns.meetings import MeetingType
from portal.meetings.models import AgendaItem, Meeting, Minutes, MinutesReceipt
from portal.papers.origins import find_origin
from tests.conftest import TestClock
from tests.factories import Factory
from tests.home.test_todo import statements
from tests.meetings.city import City, build_city, hold_meeting, line, plain


@pytest.fixture
def city(make: Factory, clock: TestClock) -> City:
    return build_city(make, clock)


def decided(city: City, n: int = 2) -> list[dict[str, object]]:
    return [
        line(f"议定事项{k}。", city.units["police"], days="15", supporting=[city.units["bank1"]])
        for k in range(1, n + 1)
    ]


def test_nobody_else_finds_the_minutes_not_even_a_count(city: City) -> None:
    before = {
        who: city.client(who).get(city.url(city.path("minutes"))).status_code
        for who in ("finance", "left", "group", "sibling")
    }
    assert before == dict.fromkeys(before, 404)
    city.sign_off(decided(city), text="内部讨论过程。")
    reads = {}
    for who in ("clerk", "convenor", "police", "court", "finance", "bank1", "left", "group", "sibling"):
        for page in ("minutes", "resolutions", "minutes/edit", "minutes/editions"):
            reads[who, page] = city.get(who, city.path(page)).status_code

    def see(page: str) -> set[str]:
        return {w for (w, p), status in reads.items() if p == page and status == 200}

    assert see("minutes") == {
        "clerk",
        "convenor",
        "police",
        "court",
    }  # the court asked for leave: it was invited
    assert see("resolutions") == {"clerk", "convenor", "police", "court", "finance", "bank1"}
    assert see("minutes/edit") == {"clerk"}
    assert see("minutes/editions") == {"clerk", "convenor"}
    for who in ("finance", "bank1"):
        assert "内部讨论" not in city.text(who, city.path("resolutions"))
        assert "内部讨论" not in city.text(who, "meetings/compilation")
        assert "议定事项1" in city.text(who, "meetings/compilation")
    # a unit that works on a decision follows it, others read the words alone
    assert "督〔2026〕1号" in city.text("bank1", city.path("resolutions"))
    assert "督〔2026〕" not in city.text("finance", city.path("resolutions"))
    assert "议定事项1" not in city.text("group", "meetings/compilation")
    # receipts and their figures are the office's
    assert "/31 已签收" in city.text("clerk", city.path("minutes"))
    assert "财政局" not in city.text("police", city.path("minutes"))
    for who, path in (
        ("police", "minutes/urge"),
        ("police", "minutes/send"),
        ("police", "minutes/submit"),
        ("police", "resolutions/orders"),
        ("convenor", "minutes/urge"),
        ("convenor", "minutes/receipt"),
    ):
        assert city.post(who, city.path(path)).status_code == 403, (who, path)
    for who in ("left", "group", "sibling"):
        assert city.post(who, city.path("minutes/receipt")).status_code in (403, 404), who


def test_units_that_have_not_signed_are_urged_once_a_day(city: City) -> None:
    city.sign_off(decided(city))
    for who in ("police", "finance"):
        city.post(who, city.path("minutes/receipt"))
    told = []
    for at in ("2026-05-13T10:00:00", "2026-05-13T16:00:00", "2026-05-14T09:00:00"):
        city.clock.at(at)
        city.post("clerk", city.path("minutes/urge"))
        told.append(plain(city.client("clerk").get(city.url(city.path("minutes"))).get_data(as_text=True)))
    assert ["已提醒 23 个单位签收" in t for t in told] == [True, False, True]
    assert "未签收的单位今天都已提醒过" in told[1]
    # a bank that joins later is sent what it missed
    bank = city.make.unit(city.tenant, "阳泉市商业银行", "bank")
    city.post("clerk", city.path("minutes/send"))
    with city.enter() as session:
        late = session.scalars(sa.select(MinutesReceipt).where(MinutesReceipt.unit_id == bank.id)).all()
        assert [r.what for r in late] == ["decisions"]


def test_a_page_of_minutes_costs_the_same_for_few_and_many(city: City) -> None:
    city.sign_off(decided(city))
    for who in ("clerk", "bank1", "police"):
        city.get(who, "meetings/compilation")  # warm
    counts = []
    for n in (0, 30):
        if n:
            city.write("clerk", decided(city, 2), action="save")
            city.meeting_id, city.agenda = hold_meeting(city, MeetingType.PARTIAL, "2026-05-11")
            city.sign_off(decided(city, n))
        for who, page in (
            ("clerk", "minutes"),
            ("clerk", "resolutions"),
            ("clerk", "minutes/edit"),
            ("police", "minutes"),
            ("bank1", "resolutions"),
            ("clerk", ""),
            ("bank1", ""),
        ):
            with statements(city.make.app) as sent:
                city.get(who, city.path(page) if page else "meetings/compilation")
            counts.append((n, who, page, len(sent)))
    few, many = ([c[1:] for c in counts if c[0] == n] for n in (0, 30))
    assert few == many
    assert max(c[-1] for c in many) <= 20, many


def test_the_next_meeting_goes_through_the_minutes_of_the_last(city: City) -> None:
    city.sign_off(decided(city))
    first = city.meeting_id
    assert "尚未经下次会议审议" in city.text("clerk", city.path("minutes"))
    city.clock.at("2026-06-10T09:00:00")
    city.meeting_id, city.agenda = hold_meeting(city, MeetingType.PARTIAL, "2026-06-12", held=False)
    assert "列入议程" in city.text("clerk", city.path("minutes"))
    for _again in range(2):
        assert city.post("clerk", city.path("approval/agenda")).status_code == 303
    with city.enter() as session:
        titles = session.execute(
            sa.select(AgendaItem.title)
            .where(AgendaItem.meeting_id == city.meeting_id)
            .order_by(AgendaItem.position)
        ).scalars()
        assert list(titles)[:2] == ["审议上次会议纪要", "新版假币联合处置"]
        minutes_id = session.scalars(sa.select(Minutes.id).where(Minutes.meeting_id == first)).one()
    form = {"minutes": minutes_id, "outcome": "objected", "objections": ""}
    assert city.post("clerk", city.path("approval"), form).status_code == 422
    assert (
        city.post(
            "clerk", city.path("approval"), form | {"objections": "第1项牵头单位应为市公安局（市中院提出）"}
        ).status_code
        == 409
    )
    hold_all(city)
    assert (
        city.post(
            "clerk", city.path("approval"), form | {"objections": "第1项牵头单位应为市公安局（市中院提出）"}
        ).status_code
        == 303
    )
    assert "已审议" in city.text("clerk", city.path("minutes"))
    city.meeting_id = first
    assert "第1项牵头单位应为市公安局" in city.text("clerk", city.path("minutes"))


def hold_all(city: City) -> None:
    with city.enter() as session:
        for meeting in session.scalars(sa.select(Meeting)):
            meeting.held_at = meeting.held_at or meeting.starts_at


def test_a_year_is_compiled_on_paper_and_as_a_list(city: City) -> None:
    city.sign_off(decided(city), text="内部讨论过程。")
    book = city.get("clerk", "meetings/compilation.docx?year=2026")
    words = "\n".join(p.text for p in Document(BytesIO(book.data)).paragraphs)
    assert "2026年会议纪要汇编" in words
    assert "内部讨论过程。" in words
    assert (
        "牵头：市公安局；配合：工商银行阳泉市分行；责任人：分管领导；时限：15 个工作日（至 2026年6月3日）"
        in words
    )
    sheet = load_workbook(
        BytesIO(city.get("clerk", "meetings/compilation.xlsx?year=2026&type=partial").data)
    ).worksheets[0]
    rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=3, max_row=5)]
    assert rows[0] == [
        "序号",
        "会议",
        "日期",
        "事项",
        "牵头",
        "配合",
        "责任人",
        "时限",
        "督办编号",
        "进展",
        "灯色",
    ]
    assert rows[1][3:] == [
        "议定事项1。",
        "市公安局",
        "工商银行阳泉市分行",
        "分管领导",
        "15 个工作日（至 2026年6月3日）",
        "督〔2026〕1号",
        rows[1][9],
        "正常",
    ]
    assert "确定事项2件" in sheet["A2"].value
    units = city.get("finance", "meetings/compilation.docx?year=2026")
    assert "内部讨论过程" not in "\n".join(p.text for p in Document(BytesIO(units.data)).paragraphs)
    assert (
        load_workbook(BytesIO(city.get("clerk", "meetings/compilation.xlsx?year=2020").data))
        .worksheets[0]
        .max_row
        <= 5
    )
    # the document is filled in, to be issued as 纪要
    origin, number = find_origin(f"minutes:{city.meeting_id}")
    assert number == city.meeting_id
    assert origin.page == ("meetings.minutes", "meeting_id")
    form = city.get("clerk", f"papers/new?template=minutes&subject=minutes:{city.meeting_id}")
    html = form.get_data(as_text=True)
    assert form.status_code == 200
    assert "反假货币工作联席会议部分成员单位第1次会议纪要" in html
    assert (
        "1.议定事项1。（牵头单位：市公安局；配合单位：工商银行阳泉市分行；责任人：分管领导；时限：15 个工作日（至 2026年6月3日））"
        in html
    )
    assert (
        city.get("convenor", f"papers/new?template=minutes&subject=minutes:{city.meeting_id}").status_code
        == 403
    )
    assert (
        city.client("sibling")
        .get(city.url(f"papers/new?template=minutes&subject=minutes:{city.meeting_id}"))
        .status_code
        == 404
    )


HOSTILE = {
    "bidi": ("项目\u202egnp.exe", "第 3 个字符是看不见的控制字符（U+202E）"),
    "control": ("项目\x07响铃", "第 3 个字符是看不见的控制字符（U+0007）"),
    "sixty lines": ("\n".join(f"第{n}行" for n in range(60)), "此处只填一行"),
    "long": ("字" * 100_000, "共 100000 字，最多 120 字"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_titles_are_refused_and_kept(city: City, kind: str) -> None:
    title, message = HOSTILE[kind]
    answer = city.write("clerk", decided(city), title=title)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert message in plain(html)
    assert re.search(r'aria-invalid="true"', html)
    assert "议定事项1。" in html  # the rest stays as typed
    with city.enter() as session:
        assert session.scalars(sa.select(Minutes)).all() == []
    assert city.editor("clerk")["text-0"] == "议定事项1。"


def test_long_texts_and_markup_do_no_harm(city: City) -> None:
    u = city.units
    long_ = city.write("clerk", decided(city), text="字" * 100_000)
    assert long_.status_code == 422
    assert "共 100000 字，最多 20000 字，请删减" in plain(long_.get_data(as_text=True))
    words = "<script>alert(1)</script> 𠮷 🚒 =1+1 {{ 7*7 }} %(n)s"
    city.sign_off(
        [line(words, u["police"], f"科长{words[:20]}", days="5")],
        text=words * 50,
        title=words,
        undecided=words,
    )
    page = city.get("police", city.path("minutes")).get_data(as_text=True)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 𠮷 🚒 =1+1 {{ 7*7 }} %(n)s" in page
    for path in (
        "meetings/compilation.docx",
        "meetings/compilation.xlsx",
        "meetings/compilation",
        city.path("resolutions"),
    ):
        assert city.get("clerk", path).status_code == 200, path
    assert city.get(
        "clerk", f"supervision/new?subject=resolution:{city.resolutions()[0].id}"
    ).status_code in (200, 302, 303)
