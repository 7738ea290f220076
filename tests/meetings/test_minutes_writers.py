"""Two secretaries in the same minutes, drafts that save themselves, editions that can be compared, corrections."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from portal.documents.models import Draft
from portal.meetings.models import MinutesReceipt
from portal.supervision.models import Order
from tests.conftest import TestClock
from tests.factories import Factory
from tests.meetings.city import City, build_city, fill, form_of, line, plain


@pytest.fixture
def city(make: Factory, clock: TestClock) -> City:
    return build_city(make, clock)


def test_two_secretaries_at_once_lose_nothing(city: City) -> None:
    u = city.units
    for round_ in range(2):  # the first save of all, and a later one
        texts = {"clerk": f"甲写的会议情况{round_}。", "clerk2": f"乙写的会议情况{round_}。"}
        forms = {
            who: fill(city.editor(who), [line(f"{who}议定的事项。", u["police"], days="5")])
            | {"text": text, "action": "save"}
            for who, text in texts.items()
        }
        for who in texts:  # tokens are fetched, clients are warm
            city.post(who, city.path("minutes/autosave"), forms[who])
        gate = Barrier(2)

        def save(
            who: str, forms: dict[str, dict[str, object]] = forms, gate: Barrier = gate
        ) -> tuple[str, int, str]:
            with city.make.app.app_context():
                gate.wait()
                answer = city.post(who, city.path("minutes/edit"), forms[who])
            return who, answer.status_code, answer.get_data(as_text=True)

        city.make.session.rollback()
        with ThreadPoolExecutor(2) as pool:
            done = {status: (who, html) for who, status, html in pool.map(save, texts)}
        assert sorted(done) == [303, 409]
        winner, (loser, html) = done[303][0], done[409]
        said = plain(html)
        assert "刚保存过这份纪要" in said
        assert texts[winner] in said  # both texts on the page
        form = form_of(html)
        assert form["text"] == texts[loser]
        assert city.editor(loser)["text"] == texts[loser]  # also when the page is closed and opened again
        assert texts[winner] in city.text(loser, city.path("minutes/edit"))
        merged = form | {"text": texts[winner] + texts[loser], "action": "save"}
        assert city.post(loser, city.path("minutes/edit"), merged).status_code == 303
        kept = [e.text for e in city.editions()]
        assert kept[-2:] == [texts[winner], texts[winner] + texts[loser]]
    with city.enter() as session:
        assert session.scalars(sa.select(Draft)).all() == []


def test_drafts_save_themselves_and_a_lost_answer_is_known_again(city: City) -> None:
    form = city.editor("clerk") | {"text": "写到一半。\u202e"}  # as typed, whatever it is
    first = city.post("clerk", city.path("minutes/autosave"), form).get_json()
    again = city.post(
        "clerk", city.path("minutes/autosave"), form
    )  # the answer was lost, the same goes again
    assert (again.status_code, again.get_json()["version"]) == (200, first["version"])
    other = city.post("clerk", city.path("minutes/autosave"), form | {"text": "另一个窗口。"})
    assert other.status_code == 409
    assert "另一个窗口" in other.get_json()["problem"]
    assert (
        city.post("clerk2", city.path("minutes/autosave"), form | {"text": "同事的草稿。"}).status_code == 200
    )
    assert city.editor("clerk")["text"] == "写到一半。\u202e"
    assert city.editor("clerk2")["text"] == "同事的草稿。"
    assert "接着您" in city.text("clerk", city.path("minutes/edit"))
    secret = city.post("clerk", city.path("minutes/autosave"), form | {"text": "绝密★启用前"})
    assert secret.status_code == 422
    assert city.post("clerk", city.path("minutes/edit"), {"action": "discard"}).status_code == 303
    assert "写到一半" not in city.editor("clerk")["text"]
    for who in ("police", "convenor", "sibling", "group"):
        assert city.post(who, city.path("minutes/autosave"), form).status_code in (403, 404), who


def test_editions_are_kept_and_a_correction_is_signed_again(city: City) -> None:
    u = city.units
    rows = [
        line("建立联动机制。", u["police"], days="15"),
        line("专项检查。", u["commerce"], due="2026-05-29"),
    ]
    city.write("clerk", rows, text="会议听取了汇报。会议认为，形势平稳。")
    assert city.write("clerk", rows, text="会议听取了汇报。会议认为，形势平稳。").status_code == 303
    assert len(city.editions()) == 1  # nothing changed, no further edition
    form = city.editor("clerk2") | {
        "text": "会议听取了汇报。会议认为，形势总体平稳。",
        "person-1": "市场科科长",
        "action": "submit",
    }
    assert city.post("clerk2", city.path("minutes/edit"), form).status_code == 303
    page = city.get("convenor", city.path("minutes/editions")).get_data(as_text=True)
    assert "<del>会议认为，形势平稳。</del><ins>会议认为，形势总体平稳。</ins>" in page
    assert "会议听取了汇报。<del>" in page
    assert "责任人：市场科科长" in plain(page)
    assert re.search("第 2 稿 · [^ ]+ clerk2", plain(page))
    # the chair returns it with a reason; a page read before a change signs nothing
    city.post("convenor", city.path("minutes/return"), {"edition": 2, "why": "补充第二项的配合单位"})
    assert "补充第二项的配合单位" in city.text("clerk", city.path("minutes"))
    assert "已退回修改" in city.home("clerk")
    form = city.editor("clerk") | {"supporting-1": [u["court"]], "action": "submit"}
    city.post("clerk", city.path("minutes/edit"), form)
    assert city.post("convenor", city.path("minutes/sign"), {"edition": 2}).status_code == 422
    assert city.post("convenor", city.path("minutes/sign"), {"edition": 3}).status_code == 303
    # frozen: a correction needs a reason, makes a new edition, and units read the old one until it is signed
    form = city.editor("clerk") | {"text": "更正后的会议情况。", "action": "submit"}
    refused = city.post("clerk", city.path("minutes/edit"), form)
    assert refused.status_code == 422
    assert "更正须写明原因" in plain(refused.get_data(as_text=True))
    again = form_of(refused.get_data(as_text=True)) | {"why": "漏写一处", "action": "submit"}
    assert city.post("clerk", city.path("minutes/edit"), again).status_code == 303
    assert "形势总体平稳" in city.text("police", city.path("minutes"))
    assert "更正后" not in city.text("police", city.path("minutes"))
    city.clock.at("2026-05-14T15:00:00")
    assert city.post("convenor", city.path("minutes/sign"), {"edition": 4}).status_code == 303
    assert "更正后的会议情况" in city.text("police", city.path("minutes"))
    assert [bool(e.signed_at) for e in city.editions()] == [False, False, True, True]
    assert city.editions()[2].text == "会议听取了汇报。会议认为，形势总体平稳。"
    with city.enter() as session:
        assert len(session.scalars(sa.select(Order)).all()) == 2  # no order a second time
        sent = session.execute(
            sa.select(MinutesReceipt.edition, sa.func.count())
            .group_by(MinutesReceipt.edition)
            .order_by(MinutesReceipt.edition)
        )
        assert [tuple(row) for row in sent] == [(3, 31), (4, 31)]
