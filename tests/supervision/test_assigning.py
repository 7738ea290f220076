"""Orders are numbered without gaps, one matter makes one order, and rooms above find them by what they grew out of."""

from __future__ import annotations

from datetime import date

import pytest

from portal.campaigns.exchange import Limit, LimitKind
from portal.core.errors import Invalid, NotFound
from portal.supervision.models import Order
from portal.supervision.services import AlreadyOrdered, clock_of, orders_of
from tests.supervision.conftest import City


def test_numbers_have_no_gaps_and_one_page_makes_one_order(city: City) -> None:
    with city.enter() as session:
        first = city.assign(request_key="page-1")
        assert city.assign(request_key="page-1").id == first.id
        with pytest.raises(Invalid) as refused:
            city.assign(title=" ", lead_id=1, supporting_ids=[2], due=date(2026, 5, 13))
        assert set(refused.value.problems) == {"title", "lead", "supporting", "due"}
        second = city.assign(due=Limit(kind=LimitKind.WORKING_DAYS, n=5))
        assert [first.number, second.number] == ["督〔2026〕1号", "督〔2026〕2号"]
        assert clock_of(session, second).due_at.date() == date(2026, 5, 21)
        city.clock.at("2027-01-04T09:00:00")
        assert city.assign(due=date(2027, 2, 1)).number == "督〔2027〕1号"
        with pytest.raises(NotFound):
            city.assign(mechanism_id=1)


def test_one_matter_one_order(city: City) -> None:
    with city.enter() as session:
        first = city.assign(subject="resolution:12", label="会议纪要第3期第2条")
        assert first.source == "resolution"
        with pytest.raises(AlreadyOrdered) as refused:
            city.assign(subject="resolution:12")
        assert (refused.value.order_id, refused.value.number) == (first.id, first.number)
        found = orders_of(session, city.tenant.id, ["resolution:12", "resolution:13"])
        assert list(found) == ["resolution:12"]
        (brief,) = found["resolution:12"]
        assert (brief.number, brief.lead, brief.open) == (first.number, "市公安局", True)
        assert brief.state(city.clock.now).light == "ok"
        assert orders_of(session, city.tenant.id, []) == {}
    with city.make.enter(city.other) as session:
        assert orders_of(session, city.tenant.id, ["resolution:12"]) == {}
        assert session.query(Order).count() == 0
