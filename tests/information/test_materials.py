"""Materials of the library: kept by the office, read by whom their level says, changed by editions, withdrawn; and
the index that finds them made anew by an operator."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from portal.core import search
from portal.information.cli import information
from portal.information.models import Item
from tests.factories import csrf
from tests.information.conftest import Town
from tests.information.test_item_pages import events, form_of, page_of, send

CATEGORY = "laws"


def new(town: Town, **typed: object) -> str:
    """Path of a material that the office put into the library."""
    given = {
        "title": "假币典型案例汇编",
        "category": CATEGORY,
        "text": "以旧换新骗局",
        "level": "members",
    } | typed
    answer = send(town.make.login("office"), path(town, "new"), **given)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location)


def path(town: Town, rest: str) -> str:
    return town.base().replace("/information", f"/library/materials/{rest}")


def rows(town: Town) -> list[Item]:
    with town.enter() as session:
        session.expire_all()
        return list(session.scalars(sa.select(Item).order_by(Item.id)))


def test_the_office_keeps_a_material_and_every_member_reads_it(town: Town) -> None:
    shown = new(town, number="联席办〔2026〕3号", day="2026-09-01")
    for who in ("office", "own", "other"):
        page = page_of(town.make.login(who), shown)
        assert all(words in page for words in ("假币典型案例汇编", "以旧换新骗局", "联席办〔2026〕3号")), who
    for who in ("left", "sibling", "stranger", "city"):
        assert town.make.login(who).get(shown).status_code == 404, who
    for who in ("own", "convenor"):
        assert town.make.login(who).get(path(town, "new")).status_code == 403, who
    (material,) = rows(town)
    assert (material.kind, material.unit_id, material.answer_due_at) == ("material", None, None)
    assert material.sections == {"text": "以旧换新骗局", "day": "2026-09-01"}


def test_the_same_form_twice_is_one_material(town: Town) -> None:
    office = town.make.login("office")
    data = form_of(office, path(town, "new"), title="汇编", category=CATEGORY, text="内容", level="members")
    places = {
        office.post(path(town, "new"), data=data, content_type="multipart/form-data").location
        for _n in range(2)
    }
    assert (len(places), len(rows(town))) == (1, 1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "请写标题"),
        ({"text": ""}, "请写摘要或全文"),
        ({"day": "2026-02-30"}, "没有这一天"),
        ({"level": "moon"}, "请选择谁能看到"),
        ({"level": "chosen"}, "请至少勾选一个单位"),
        ({"category": "moon"}, "请选择类别"),
        ({"text": "全文 绝密★"}, "这里有“绝密★”字样"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(town: Town, wrong: dict[str, str], said: str) -> None:
    typed = {"title": "汇编", "category": CATEGORY, "text": "写了很久的内容", "level": "members"} | wrong
    answer = send(town.make.login("office"), path(town, "new"), **typed)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, said in page) == (422, True)
    assert typed["text"] in page
    assert rows(town) == []
    assert len(events(town, "text.refuse")) == ("★" in typed["text"])


def test_a_change_makes_an_edition_with_its_reason_for_no_more_readers(town: Town) -> None:
    shown = new(town)
    office, edit = town.make.login("office"), f"{shown}/edit"
    typed = {"title": "假币典型案例汇编", "category": CATEGORY, "level": "members"}
    assert "请写明为什么修改" in send(office, edit, text="新骗局", **typed).get_data(as_text=True)
    wider = send(office, edit, text="新骗局", why="补充", **typed | {"level": "upward"})
    assert (wider.status_code, "修改时读者只能减少" in wider.get_data(as_text=True)) == (422, True)
    assert send(office, edit, text="新骗局", why="补充案例", **typed).status_code == 303
    page = page_of(town.make.login("own"), shown)
    assert all(words in page for words in ("新骗局", "补充案例", "第 2 版"))
    narrower = send(office, edit, text="新骗局", why="只供法院", **typed | {
        "level": "chosen", "readers": [str(town.units["court"].id)]
    })  # fmt: skip
    assert narrower.status_code == 303
    assert town.make.login("chosen").get(shown).status_code == 200
    assert town.make.login("own").get(shown).status_code == 404


def test_withdrawn_it_is_gone_for_members_and_its_reason_stands(town: Town) -> None:
    shown = new(town)
    office = town.make.login("office")
    csrf_token = csrf(office, shown)
    unsaid = office.post(f"{shown}/withdraw", data={"csrf_token": csrf_token, "why": " "})
    assert (unsaid.status_code, "请写明为什么撤回" in unsaid.get_data(as_text=True)) == (422, True)
    done = office.post(f"{shown}/withdraw", data={"csrf_token": csrf_token, "why": "已过时"})
    assert done.status_code == 303
    assert town.make.login("own").get(shown).status_code == 404
    assert "已过时" in page_of(office, shown)


def test_an_operator_makes_the_index_anew(town: Town, app: Flask) -> None:
    new(town)
    library = town.base().replace("/information", "/library?q=旧换新")
    found = page_of(town.make.login("own"), library)
    assert "假币典型案例汇编" in found
    (material,) = rows(town)
    with town.enter() as session:
        search.put(session, material.id, "错了")
    assert "假币典型案例汇编" not in page_of(town.make.login("own"), library)
    codes = [town.county.code, town.city.code]
    town.make.session.rollback()  # a second connection writes now
    done = CliRunner().invoke(information, ["reindex", *codes], obj=lambda: app)
    assert (done.exit_code, done.output.splitlines()) == (
        0,
        ["阳泉市：0 条可以查找。", "阳泉市平定县：1 条可以查找。"],
    )
    assert "假币典型案例汇编" in page_of(town.make.login("own"), library)
    town.make.session.rollback()
    done = CliRunner().invoke(information, ["reindex"], obj=lambda: app)
    assert (done.exit_code, done.output.splitlines()) == (0, ["阳泉市平定县：1 条可以查找。"])
