"""Bulletins: numbers without gaps, words of their own, credits; no narrower item goes out in a wider one unsaid."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from docx import Document
from flask.testing import FlaskClient

from portal.core.audit import AuditEvent
from portal.core.db import db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.scope import Actor, Scope, set_scope
from portal.documents.marks import SecretText
from portal.documents.models import Draft
from portal.information import bulletins, compiling
from portal.information.access import get_item, look_below
from portal.information.answers import answer_item
from portal.information.compiling import Content, Entry
from portal.information.items import withdraw_item
from portal.information.library import Asked, look_up
from portal.information.models import Answer, Item, Level
from portal.notices.models import Notice
from tests.factories import csrf
from tests.information.conftest import POLICE, WORDS, Town

OFFICE = Actor(None, "联席办 工作人员")


def entries(*items: Item) -> tuple[Entry, ...]:
    return tuple(Entry(f"{i.tenant_id}.{i.id}", i.title, "改写的正文。") for i in items)


def issue(town: Town, content: Content, *, confirmed: bool = False, who: str = "office") -> Item:
    desk = town.desk(who)
    session = town.make.session
    look_below(session, desk)
    draft = compiling.start_draft(session, OFFICE, town.clock.now, desk=desk, content=content)
    item = bulletins.issue_bulletin(
        session, OFFICE, town.clock.now, desk=desk, campaign=town.campaign, draft=draft, content=content,
        confirmed=confirmed, link=lambda x: f"/x/{x.id}",
    )  # fmt: skip
    session.commit()
    return item


def readable_by(town: Town, who: str, item_id: int) -> bool:
    desk = town.desk(who)
    look_below(town.make.session, desk)
    try:
        get_item(town.make.session, desk, item_id, town.clock.now.date())
    except NotFound:
        return False
    return True


def test_an_issue_is_numbered_filed_credited_and_told(town: Town) -> None:
    source = town.file(Level.MEMBERS, title="假币新动向")
    item = issue(town, Content(entries(source), editor="联席办", report="县政府", copies="30"))
    assert item.number == "2026年第1期"
    assert item.title == "平定县联席会议简报 2026年第1期"
    assert item.sections["entries"] == [
        {"heading": "假币新动向", "text": "改写的正文。", "credit": "县公安局"}
    ]
    with town.enter() as session:
        assert (
            session.get_one(Item, (source.tenant_id, source.id)).sections == WORDS
        )  # the source is as it was
        told = {(n.unit_id, n.text % n.params) for n in session.scalars(sa.select(Notice))}
        assert (source.unit_id, "您报送的“假币新动向”已编入简报2026年第1期。") in told
        assert {u for u, text in told if text == "简报2026年第1期已印发"} == {
            town.units[k].id for k in ("police", "finance", "court")
        }
        assert session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 0
    for who in ("own", "other", "convenor"):
        desk = town.desk(who)
        assert bulletins.taken_up_in(town.make.session, desk, source, town.clock.now) == [
            (item.id, "2026年第1期")
        ]
    assert [
        r.id for r in look_up(town.make.session, town.desk("other"), Asked("改写"), town.clock.now).rows
    ] == [item.id]


def test_numbers_have_no_gaps_each_year_begins_anew_and_a_withdrawn_one_stays_used(town: Town) -> None:
    source = town.file(Level.MEMBERS)
    first, second = (issue(town, Content(entries(source))) for _n in range(2))
    with town.enter() as session:
        found = session.get_one(Item, (second.tenant_id, second.id))
        bulletins.withdraw_bulletin(
            session, OFFICE, town.clock.now, item=found, why="数字有误", link=lambda x: ""
        )
        with pytest.raises(Conflict):
            bulletins.withdraw_bulletin(
                session, OFFICE, town.clock.now, item=found, why="再来", link=lambda x: ""
            )
    third = issue(town, Content(entries(source)))
    assert [x.number for x in (first, second, third)] == ["2026年第1期", "2026年第2期", "2026年第3期"]
    assert not readable_by(town, "other", second.id)
    assert readable_by(town, "office", second.id)
    desk = town.desk("own")
    assert [n for _i, n in bulletins.taken_up_in(town.make.session, desk, source, town.clock.now)] == [
        "2026年第1期", "2026年第3期",
    ]  # fmt: skip
    town.clock.at("2026-12-31T23:59:59")
    source = town.file(Level.MEMBERS)
    assert issue(town, Content(entries(source))).number == "2026年第4期"
    town.clock.at("2027-01-01T00:00:00")
    assert issue(town, Content(entries(source))).number == "2027年第1期"


def test_other_bodies_and_tenants_count_for_themselves(town: Town) -> None:
    source = town.file(Level.UPWARD)
    issue(town, Content(entries(source)))
    above = issue(town, Content(entries(source)), who="city", confirmed=True)
    assert above.number == "2026年第1期"


def test_offices_that_press_at_once_get_numbers_of_their_own(town: Town) -> None:
    """Eight windows, two of them on the same draft: seven bulletins, 1 to 7."""
    source = town.file(Level.MEMBERS)
    content, desk = Content(entries(source)), town.desk("office")
    session = town.make.session
    drafts = [
        compiling.start_draft(session, OFFICE, town.clock.now, desk=desk, content=content).id
        for _n in range(7)
    ]
    county = town.county.id
    session.commit()
    gate, failed = threading.Barrier(8), []

    def press(draft_id: int) -> None:
        with town.make.app.app_context():
            own = db.session()
            own.info["audit_key"] = town.make.app.extensions["portal"].audit_key
            set_scope(own, Scope(own=(county,), home=county))
            gate.wait(30)
            try:
                draft = compiling.find_draft(own, desk, draft_id)
                bulletins.issue_bulletin(own, OFFICE, town.clock.now, desk=desk, campaign=town.campaign, draft=draft,
                                         content=content, confirmed=False, link=lambda x: "")  # fmt: skip
                own.commit()
            except Exception as error:
                own.rollback()
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=press, args=(d,)) for d in (*drafts, drafts[0])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(isinstance(x, NotFound) for x in failed), failed
    with town.enter() as session:
        numbers = list(session.scalars(sa.select(Item.number).where(Item.kind == "bulletin")))
    assert sorted(numbers) == [f"2026年第{n}期" for n in range(1, 8)]


WIDER = [
    (Level.OFFICE, Level.OFFICE, False), (Level.OFFICE, Level.MEMBERS, True), (Level.CHOSEN, Level.OFFICE, False),
    (Level.CHOSEN, Level.MEMBERS, True), (Level.MEMBERS, Level.MEMBERS, False), (Level.MEMBERS, Level.UPWARD, True),
    (Level.UPWARD, Level.UPWARD, False), (Level.UPWARD, Level.MEMBERS, False),
]  # fmt: skip


def test_a_wider_bulletin_names_its_narrower_sources_and_waits_for_a_word(town: Town) -> None:
    for source_level, level, asked in WIDER:
        readers = ["court"] if source_level is Level.CHOSEN else []
        source = town.file(source_level, title=f"{source_level}之事", readers=readers)
        content = Content(entries(source), level=level.value)
        if not asked:
            assert issue(town, content).level == level
            continue
        with pytest.raises(Invalid) as refused:
            issue(town, content)
        town.make.session.rollback()
        assert f"“{source_level}之事”（县公安局）" in str(refused.value.problems["confirmed"])
        item = issue(town, content, confirmed=True)
        with town.enter() as session:
            event = session.scalars(
                sa.select(AuditEvent).where(
                    AuditEvent.act == "bulletin.issue", AuditEvent.subject == f"item:{item.id}"
                )
            ).one()
            assert event.data["wider"] == [f"{source.tenant_id}.{source.id}"]


def test_what_a_unit_keeps_and_what_strangers_wrote_cannot_be_taken_up(town: Town) -> None:
    kept, inner = town.file(Level.OWN), town.file(Level.MEMBERS)
    inner_id, pairs = (
        inner.id,
        [("office", f"{kept.tenant_id}.{kept.id}"), ("city", f"{inner.tenant_id}.{inner.id}")],
    )
    for who, key in pairs:
        desk = town.desk(who)
        session = town.make.session
        look_below(session, desk)
        assert compiling.list_candidates(session, desk, town.clock.now) == [] or who == "office"
        assert compiling.find_sources(session, desk, town.clock.now, [key]) == {}
        with pytest.raises(Invalid) as refused:
            issue(town, Content((Entry(key, "题", "文"),)), who=who, confirmed=True)
        assert "heading.0" in refused.value.problems
        session.rollback()
    assert [s.id for s in candidates(town, "office")] == [inner_id]
    assert candidates(town, "sibling") == []


def candidates(town: Town, who: str) -> list[compiling.Source]:
    desk = town.desk(who)
    look_below(town.make.session, desk)
    return compiling.list_candidates(town.make.session, desk, town.clock.now)


def test_adopted_items_come_first_declined_ones_last(town: Town) -> None:
    declined, plain, adopted = town.file(title="甲"), town.file(title="乙"), town.file(title="丙")
    with town.enter() as session:
        for item, answer in ((declined, Answer.DECLINED), (adopted, Answer.ADOPTED)):
            answer_item(session, OFFICE, town.clock.now, item=session.get_one(Item, (item.tenant_id, item.id)),
                        answer=answer, why="理由")  # fmt: skip
    assert [s.id for s in candidates(town, "office")] == [adopted.id, plain.id, declined.id]
    issue(town, Content(entries(adopted)))
    assert candidates(town, "office")[0].used == "2026年第1期"


def test_a_city_takes_up_what_a_county_released_and_says_whose_it_is(town: Town) -> None:
    source = town.file(Level.UPWARD, title="县里的事")
    assert [s.credit for s in candidates(town, "city")] == ["平定县县公安局"]
    with pytest.raises(Invalid) as refused:  # the city's units are no readers of it
        issue(town, Content(entries(source)), who="city")
    assert "县里的事" in str(refused.value.problems["confirmed"])
    town.make.session.rollback()
    assert issue(town, Content(entries(source), level="office"), who="city").number == "2026年第1期"


def test_a_source_that_was_withdrawn_meanwhile_stops_the_issue(town: Town) -> None:
    source = town.file(Level.MEMBERS)
    with town.enter() as session:
        withdraw_item(
            session,
            POLICE,
            town.clock.now,
            item=session.get_one(Item, (source.tenant_id, source.id)),
            why="误报",
        )
    with pytest.raises(Invalid) as refused:
        issue(town, Content(entries(source)))
    assert "heading.0" in refused.value.problems


def test_nothing_empty_nor_secret_is_issued(town: Town) -> None:
    source = town.file(Level.MEMBERS)
    good = Content(entries(source))
    for content in (Content(), replace(good, level="own"), replace(good, level="x"),
                    replace(good, entries=(replace(good.entries[0], text=""),))):  # fmt: skip
        with pytest.raises(Invalid):
            issue(town, content)
        town.make.session.rollback()
    with pytest.raises(SecretText):
        issue(town, replace(good, entries=(replace(good.entries[0], text="机密★1年"),)))
    town.make.session.rollback()
    assert issue(town, good).number == "2026年第1期"


def test_each_reader_meets_a_bulletin_by_its_level(town: Town) -> None:
    taken = entries(town.file(Level.UPWARD))
    for level, readers in (
        (Level.OFFICE, {"office", "convenor"}),
        (Level.MEMBERS, {"office", "convenor", "own", "leader", "other", "chosen", "group"}),
        (Level.UPWARD, {"office", "convenor", "own", "leader", "other", "chosen", "group", "city"}),
    ):
        item_id = issue(town, Content(taken, level=level.value)).id
        for who in (
            "own",
            "leader",
            "other",
            "chosen",
            "group",
            "left",
            "office",
            "convenor",
            "city",
            "sibling",
        ):
            assert readable_by(town, who, item_id) == (who in readers), (level, who)
            desk = town.desk(who)
            look_below(town.make.session, desk)
            lines = bulletins.list_bulletins(town.make.session, desk, town.clock.now, 2026)
            assert (item_id in {x.id for x in lines}) == (who in readers)


# ------------------------------------------------------------------------------------------------------ pages
def post(client: FlaskClient, base: str, path: str, **data: Any) -> Any:
    return client.post(base + path, data={"csrf_token": csrf(client, base), **data})


def test_the_office_compiles_issues_and_withdraws_on_the_pages(
    town: Town, login: Callable[[str], FlaskClient]
) -> None:
    one, two = town.file(Level.MEMBERS, title="第一件"), town.file(Level.OFFICE, title="第二件")
    client = login("office")
    base = f"/{town.county.code}/anticounterfeit/bulletins"
    place = post(client, base, "/new").headers["Location"]

    def act(action: str, **more: Any) -> Any:
        with town.enter() as session:
            draft = session.scalars(sa.select(Draft)).one()
            e = draft.content["entries"]
            stored: dict[str, Any] = {"version": str(draft.version), "source": [x["source"] for x in e],
                      "heading": [x["heading"] for x in e], "text": [x["text"] for x in e], "level": "members",
                      "editor": "联席办"}  # fmt: skip
        return client.post(
            place, data={"csrf_token": csrf(client, place), **stored, **more, "action": action}
        )

    keys = [f"{x.tenant_id}.{x.id}" for x in (two, one)]
    assert act("add", take=[*keys, "1.1", "x"]).status_code == 303
    assert act("down-0").status_code == 303
    with town.enter() as session:
        assert [e["heading"] for e in session.scalars(sa.select(Draft)).one().content["entries"]] == [
            "第一件",
            "第二件",
        ]
    stale = act("save", version="1", heading=["别人", "改过"])
    assert stale.status_code == 409
    assert "别人" in stale.get_data(as_text=True)  # what was typed is kept
    saved = client.post(f"{place}/autosave", data={"csrf_token": csrf(client, place), "version": "99"})
    assert saved.status_code == 409
    paper = Document(BytesIO(client.get(f"{place}/paper.docx").data))
    assert "第  期（草稿）" in [p.text for p in paper.paragraphs]
    refused = act("issue", heading=["第一件\u202e", "第二件"])
    assert refused.status_code == 422
    refused = act("issue")
    assert refused.status_code == 422
    assert "“第二件”（县公安局）" in refused.get_data(as_text=True)
    done = act("issue", confirmed="1", report="县政府", copies="30")
    assert done.status_code == 303
    again = client.get(place)
    assert again.headers["Location"] == done.headers["Location"]  # the draft's page leads to what it became
    html = client.get(done.headers["Location"]).get_data(as_text=True)
    assert "2026年第1期" in html
    assert "报：县政府" in html
    paper = Document(BytesIO(client.get(done.headers["Location"] + "/paper.docx").data))
    assert "平定县联席会议简报" in [p.text for p in paper.paragraphs]
    reader = login("other")
    assert reader.get(done.headers["Location"]).status_code == 200
    assert reader.post(place, data={"csrf_token": csrf(reader, base)}).status_code == 403
    assert post(client, done.headers["Location"], "/withdraw", why="").status_code == 422
    assert post(client, done.headers["Location"], "/withdraw", why="数字有误").status_code == 303
    assert reader.get(done.headers["Location"]).status_code == 404
    assert "已撤回" in client.get(base).get_data(as_text=True)


def test_the_paper_holds_what_is_needed_in_this_order(
    town: Town, login: Callable[[str], FlaskClient]
) -> None:
    source = town.file(Level.MEMBERS, title="网点发现假币")
    content = Content(entries(source), lead="请各单位参阅。", editor="平定县联席办", report="县政府", send="市联席办",
                      issue="各成员单位", copies="30")  # fmt: skip
    item = issue(town, content)
    page = f"/{town.county.code}/anticounterfeit/bulletins/{item.id}/paper.docx"
    paper = Document(BytesIO(login("other").get(page).data))
    texts = [p.text for p in paper.paragraphs if p.text.strip()]
    assert _in_order(texts, [
        "内部资料 注意保存", "平定县联席会议简报", "2026年第1期", "平定县联席办\t2026年9月16日", "按：请各单位参阅。", "网点发现假币",
        "改写的正文。", "（县公安局报送）", "报：县政府", "送：市联席办", "发：各成员单位", "平定县联席办\t共印30份",
    ])  # fmt: skip
    head = next(p for p in paper.paragraphs if p.text == "平定县联席会议简报")
    assert str(head.runs[0].font.color.rgb) == "E00000"


def _in_order(texts: Sequence[str], wanted: Sequence[str]) -> bool:
    rest = iter(texts)
    missing = [w for w in wanted if w not in rest]
    assert not missing, (missing, texts)
    return True


def test_only_the_office_of_the_body_compiles(town: Town, login: Callable[[str], FlaskClient]) -> None:
    desk = town.desk("office")
    draft = compiling.start_draft(town.make.session, OFFICE, town.clock.now, desk=desk, content=Content())
    town.make.session.commit()
    for who, status in (("own", 403), ("other", 403), ("convenor", 403), ("sibling", 404), ("city", 404)):
        place = {"sibling": town.sibling, "city": town.city}.get(who, town.county)
        page = f"/{place.code}/anticounterfeit/bulletins/drafts/{draft.id}"
        assert login(who).get(page).status_code == status, who
        assert login(who).get(f"{page}/paper.docx").status_code == status
