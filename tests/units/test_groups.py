"""Working groups and experts: kept by the office, read by the body, nobody's outside it."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.core.posts import PostKind
from portal.units.group_models import Consultation, Expert, GroupUnit, WorkingGroup
from portal.units.models import Post
from tests.factories import csrf
from tests.home.test_todo import statements
from tests.units.conftest import County

Login = Callable[[str], FlaskClient]


def text(answer: TestResponse) -> str:
    return html.unescape(answer.get_data(as_text=True))


def url(county: County, path: str) -> str:
    return f"/{county.tenant.code}/anticounterfeit/{path}"


def send(county: County, client: FlaskClient, path: str, **data: Any) -> TestResponse:
    target = url(county, path)
    return client.post(target, data={"csrf_token": csrf(client, target)} | data)


@pytest.fixture
def office(county: County, login: Login) -> FlaskClient:
    return login("office")


@pytest.fixture
def police(county: County, login: Login) -> FlaskClient:
    county.make.post(county.tenant, "police", PostKind.LIAISON, county.body, county.units["police"])
    return login("police")


def found(county: County, office: FlaskClient, **more: Any) -> TestResponse:
    given: dict[str, Any] = {
        "name": "宣传教育组", "lead": county.units["commerce"].id, "units": [county.units["police"].id],
        "tasks": "统筹宣传\n制作资料", "basis": "D3 四", "since": "2026-09-01",
    }  # fmt: skip
    return send(county, office, "groups/new", **(given | more))


def test_a_group_is_founded_renamed_with_its_posts_and_ended(
    county: County, office: FlaskClient, police: FlaskClient
) -> None:
    assert found(county, office).status_code == 303
    with county.enter() as session:
        number, version = session.execute(sa.select(WorkingGroup.id, WorkingGroup.version)).one()
        assert len(session.scalars(sa.select(GroupUnit)).all()) == 2
    post = county.make.post(
        county.tenant, "member", PostKind.GROUP_MEMBER, county.body, county.units["police"]
    )
    with county.enter() as session:
        session.execute(sa.update(Post).where(Post.id == post.id).values(group="宣传教育组"))
        session.commit()
    shown = text(police.get(url(county, "groups")))
    assert "宣传教育组" in shown
    assert "在任 1 人" in shown
    assert "成立工作组" not in shown  # units read
    given = {"name": "宣传培训组", "lead": county.units["police"].id, "units": [], "version": version}
    assert send(county, office, f"groups/{number}/edit", **given).status_code == 303
    with county.enter() as session:
        assert session.scalar(sa.select(Post.group).where(Post.group != "")) == "宣传培训组"
        assert session.scalars(sa.select(GroupUnit.unit_id)).all() == [county.units["police"].id]
    stale = send(county, office, f"groups/{number}/edit", **(given | {"name": "别的名称"}))
    assert stale.status_code == 422
    assert "别的名称" in text(stale)
    assert "已被修改" in text(stale)
    assert send(county, office, f"groups/{number}/end", reason="任务完成").status_code == 303
    assert "任务完成" in text(office.get(url(county, "groups")))
    late = send(county, office, f"groups/{number}/end", reason="再次")
    assert late.status_code == 422
    assert "已经结束" in text(late)


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("name", "", "请填写工作组名称"),
        ("name", "组\u202e", "看不见的控制字符"),
        ("lead", "0", "须是现在的成员单位"),
        ("units", ["17"], "没有保存"),
        ("since", "昨天", "请填日期"),
    ],
)
def test_nonsense_stands_at_its_field(
    county: County, office: FlaskClient, field: str, typed: Any, told: str
) -> None:
    answer = found(county, office, **{field: typed})
    assert answer.status_code == 422
    assert told in text(answer)
    assert "统筹宣传" in text(answer)
    with county.enter() as session:
        assert session.scalars(sa.select(WorkingGroup)).all() == []


def test_two_groups_do_not_share_a_name(county: County, office: FlaskClient) -> None:
    assert found(county, office).status_code == 303
    again = found(county, office)
    assert again.status_code == 422
    assert "已有同名的工作组" in text(again)


def test_an_experts_name_is_for_the_office(
    county: County, office: FlaskClient, police: FlaskClient, login: Login
) -> None:
    given = {"field": "货币防伪", "organisation": "某印制研究所", "title": "高级工程师", "name": "某专家"}
    assert send(county, office, "experts/new", **given).status_code == 303
    with county.enter() as session:
        number = session.scalars(sa.select(Expert.id)).one()
    path = f"experts/{number}/consult"
    early = send(county, office, path, on="2099-01-01", matter="半成品认定", opinion="可以认定")
    assert early.status_code == 422
    assert "咨询以后再登记" in text(early)
    assert (
        send(county, office, path, on="2026-09-02", matter="半成品认定", opinion="可以认定").status_code
        == 303
    )
    with county.enter() as session:
        assert session.scalars(sa.select(Consultation.matter)).all() == ["半成品认定"]
    assert "某专家" in text(office.get(url(county, "groups")))
    for_units = text(police.get(url(county, "groups")))
    assert "半成品认定" in for_units
    assert "某专家" not in for_units
    county.make.post(county.tenant, "observer", PostKind.OBSERVER, county.body, county.units["bank"])
    seen = text(login("observer").get(url(county, "groups")))
    assert "货币防伪" in seen
    assert "半成品认定" not in seen
    assert send(county, office, f"experts/{number}/end", reason="聘期已满").status_code == 303
    assert send(county, office, f"experts/{number}/edit", **given).status_code == 422


def test_only_the_office_of_this_county_keeps_them(
    county: County, office: FlaskClient, police: FlaskClient, login: Login
) -> None:
    assert found(county, office).status_code == 303
    with county.enter() as session:
        number = session.scalars(sa.select(WorkingGroup.id)).one()
    assert police.get(url(county, "groups/new")).status_code == 403
    body = county.make.mechanism(county.other, "anticounterfeit", {})
    county.make.post(county.other, "stranger", PostKind.OFFICE_STAFF, body)
    stranger = login("stranger")
    assert stranger.get(url(county, "groups")).status_code == 404
    elsewhere = f"/{county.other.code}/anticounterfeit/groups"
    assert "宣传教育组" not in text(stranger.get(elsewhere))
    assert stranger.get(f"{elsewhere}/{number}/edit").status_code == 404


def test_the_page_takes_as_many_statements_however_many_groups_there_are(
    county: County, office: FlaskClient
) -> None:
    def asked() -> int:
        with statements(county.make.app) as sent:
            assert office.get(url(county, "groups")).status_code == 200
        return len(sent)

    assert found(county, office).status_code == 303
    given = {"field": "领域", "organisation": "研究所", "title": "研究员", "name": ""}
    assert send(county, office, "experts/new", **given).status_code == 303
    few = asked()
    for n in range(4):
        assert found(county, office, name=f"工作组{n}").status_code == 303
        assert send(county, office, "experts/new", **(given | {"field": f"领域{n}"})).status_code == 303
    assert asked() == few
