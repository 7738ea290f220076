"""Resolutions: each with its unit, person and limit; orders of them without a second entry, followed to 回头看."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import Invalid
from portal.core.scope import Actor
from portal.deadlines.models import Deadline
from portal.supervision import closing, steps
from portal.supervision.models import Order
from portal.supervision.services import orders_of
from portal.units.models import Membership
from tests.conftest import TestClock
from tests.factories import Factory
from tests.meetings.city import City, build_city, fill, form_of, line, plain

CLERK, DIRECTOR, UNIT = Actor(1, "办公室 甲"), Actor(2, "办公室 乙"), Actor(3, "市商务局 联络员")


@pytest.fixture
def city(make: Factory, clock: TestClock) -> City:
    return build_city(make, clock)


def light(city: City, session: Session, subject: str) -> str:
    return orders_of(session, city.tenant_id, [subject])[subject][0].state(city.clock.now).light


def test_f5_decision_2_is_followed_to_its_closure_and_looked_back_at(city: City, tmp_path: Path) -> None:
    city.clock.at("2026-05-13T15:00:00")
    u = city.units
    rows = [
        line("建立联动机制。", u["police"], days="15"),
        line("柜面收缴专项检查。", u["commerce"], due="2026-05-29"),
    ]
    city.write("clerk", rows, action="submit")
    city.clock.at("2026-05-14T10:00:00")
    assert city.post("convenor", city.path("minutes/sign"), {"edition": 1}).status_code == 303
    subject = f"resolution:{city.resolutions()[1].id}"
    seen = {}
    for day in ("2026-05-25", "2026-05-27", "2026-05-29", "2026-05-30"):
        city.clock.at(f"{day}T08:00:00")
        with city.enter() as session:
            seen[day] = light(city, session, subject)
    assert seen == {"2026-05-25": "ok", "2026-05-27": "slow", "2026-05-29": "slow", "2026-05-30": "late"}

    def act(verb: Any, who: Actor, **more: Any) -> None:
        with city.enter() as session:
            order = session.scalars(sa.select(Order).where(Order.subject == subject)).one()
            if "version" in more:
                more["version"] = order.version
            verb(
                session,
                who,
                city.clock.now,
                order=order,
                request_key=f"{verb.__name__}{city.clock.now}{len(more)}",
                **more,
            )

    city.clock.at("2026-06-01T09:00:00")
    act(steps.feed_back, UNIT, unit_id=u["commerce"], progress="已检查 12 个网点。")
    with pytest.raises(Invalid, match="佐证"):
        act(
            closing.propose_closure,
            UNIT,
            unit_id=u["commerce"],
            text="已办结。",
            version=0,
            late_reason="检查面扩大",
        )
    city.make.session.rollback()
    city.clock.at("2026-06-02T09:00:00")
    act(
        closing.propose_closure, UNIT, unit_id=u["commerce"], text="已办结。", version=0, late_reason="检查面扩大",
        folder=tmp_path, uploads=[("检查记录.txt", BytesIO("检查记录".encode()))],
    )  # fmt: skip
    city.clock.at("2026-06-03T09:00:00")
    act(closing.check_closure, CLERK, text="属实", version=0)
    act(closing.close_order, DIRECTOR, text="同意销号", version=0, look_back_on=date(2026, 9, 3))
    shown = city.text("clerk", city.path("resolutions"))
    assert "确定事项2件，截至6月3日，已办结1件，占比50%；正在办理1件，占比50%" in shown
    assert "已销号" in shown.split("柜面收缴专项检查。", 1)[1]
    city.clock.at("2026-09-03T09:00:00")
    act(
        closing.reopen_order,
        DIRECTOR,
        text="两个网点未整改",
        due=date(2026, 9, 30),
        version=0,
        office="办公室",
    )
    with city.enter() as session:
        orders = orders_of(session, city.tenant_id, [subject])[subject]
        assert [o.open for o in orders] == [True]
        number = orders[0].number
    assert number == "督〔2026〕2号"  # the same number; the meeting shows it open again
    assert "已办结0件" in city.text("clerk", city.path("resolutions"))
    assert number in city.text("clerk", city.path("resolutions"))


def test_orders_are_made_when_the_office_asks_and_only_once(city: City) -> None:
    u = city.units
    rows = [
        line("建立联动机制。" * 30, u["police"], days="15", supporting=[u["court"], u["police"]]),
        line("专项检查。", u["commerce"], due="2026-05-29"),
    ]
    form = city.editor("clerk")
    form.pop("orders")
    assert (
        city.post("clerk", city.path("minutes/edit"), fill(form, rows) | {"action": "submit"}).status_code
        == 303
    )
    city.post("convenor", city.path("minutes/sign"), {"edition": 1})
    with city.enter() as session:
        assert session.scalars(sa.select(Order)).all() == []
        clocks = session.scalars(sa.select(Deadline).order_by(Deadline.due_at)).all()
        assert [(c.unit_id, c.due_at.date().isoformat()) for c in clocks] == [
            (u["commerce"], "2026-05-29"),
            (u["police"], "2026-06-03"),
        ]
    shown = city.text("clerk", city.path("resolutions"))
    assert "15 个工作日（至 2026年6月3日）" in shown
    assert "全部转督办（2 项）" in shown
    first = city.resolutions()[0]
    assert city.post("clerk", city.path("resolutions/orders"), {"only": first.id}).status_code == 303
    for _again in range(2):
        assert city.post("clerk", city.path("resolutions/orders")).status_code == 303
    with city.enter() as session:
        orders = session.scalars(sa.select(Order).order_by(Order.seq)).all()
        assert [(o.lead_id, o.person) for o in orders] == [
            (u["police"], "分管领导"),
            (u["commerce"], "分管领导"),
        ]
        assert orders[0].requirements == "建立联动机制。" * 30
        assert len(orders[0].title) <= 120
        assert orders[0].label.endswith("纪要第1项")
        assert all(
            c.met_at for c in session.scalars(sa.select(Deadline).where(Deadline.subject.startswith("hand:")))
        )
    # a row that is an order stays in the minutes
    gone = city.write("clerk", [line("只留一项。", u["police"], days="3")], why="删去两项")
    assert gone.status_code == 409
    assert "第 1 项已经转为督办，不能删除" in plain(gone.get_data(as_text=True))
    # and back from the order to the meeting
    back = city.get("clerk", f"meetings/resolutions/{first.id}")
    assert back.status_code == 302
    assert back.location.endswith(city.path("resolutions") + f"#r{first.id}")
    assert city.get("finance", f"meetings/resolutions/{first.id}").status_code == 302
    assert city.get("left", f"meetings/resolutions/{first.id}").status_code == 404
    assert city.get("clerk", "supervision/new?subject=resolution:7").status_code == 404


def test_a_unit_that_left_cannot_lead_and_foreign_units_do_not_exist(city: City) -> None:
    u = city.units
    left = city.write(
        "clerk", [line("督导检查。", u["left"], days="5", supporting=[u["left"]])], action="submit"
    )
    said = plain(left.get_data(as_text=True))
    assert left.status_code == 422
    assert "阳泉市粮食局已退出本机制，不能牵头。请改选现成员单位" in said
    for name in ("lead", "supporting"):
        foreign = city.write("clerk", [line("督导检查。", days="5") | {name: city.foreign_unit}])
        assert foreign.status_code == 422
        assert "没有这个单位" in plain(foreign.get_data(as_text=True))
        assert "朔州" not in plain(foreign.get_data(as_text=True))
    # it leaves between the submission and the signature
    assert (
        city.write("clerk", [line("督导检查。", u["customs"], days="5")], action="submit").status_code == 303
    )
    with city.enter() as session:
        seat = session.scalars(sa.select(Membership).where(Membership.unit_id == u["customs"])).one()
        seat.until = date(2026, 5, 12)
    refused = city.post("convenor", city.path("minutes/sign"), {"edition": city.minutes().edition})
    assert refused.status_code == 422
    assert "第 1 项还不能签发：阳泉海关已退出本机制" in plain(refused.get_data(as_text=True))
    assert city.minutes().signed_at is None
    with city.enter() as session:
        assert session.scalars(sa.select(Order)).all() == []


def test_rows_are_ordered_put_off_and_taken_out(city: City) -> None:
    u = city.units
    rows = [line("甲。", u["police"], days="5"), line("乙。", u["court"], days="6"), line("丙。")]
    city.write("clerk", rows)
    for action, texts in (
        ("up-1", ["乙。", "甲。", "丙。"]),
        ("down-0", ["乙。", "甲。", "丙。"]),
        ("off-2", ["甲。", "乙。"]),
        ("drop-0", ["乙。", "丙。"]),
    ):
        page = city.post("clerk", city.path("minutes/edit"), city.editor("clerk") | {"action": action})
        form = form_of(page.get_data(as_text=True))
        assert [form[f"text-{k}"] for k in form["row"]] == texts, action
        assert form["undecided"] == ("丙。" if action == "off-2" else "")
    ids = [r.id for r in city.resolutions()]
    form = form_of(
        city.post("clerk", city.path("minutes/edit"), city.editor("clerk") | {"action": "up-1"}).get_data(
            as_text=True
        )
    )
    assert city.post("clerk", city.path("minutes/edit"), form | {"action": "save"}).status_code == 303
    assert [r.id for r in city.resolutions()] == [ids[1], ids[0], ids[2]]  # the same rows in another order
