"""A case that a bank registered and the police handle: each figure is offered to the unit whose figure it is, once."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from plugins.anticounterfeit import CAMPAIGN
from portal.campaigns import Draw
from portal.core.scope import Actor
from portal.figures.sources import Fact
from portal.ledger.facts import read_facts
from portal.ledger.services import Entry, create_record
from portal.units.models import Mechanism
from tests.ledger.cast import Cast

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
FIGURES = {f.key: f.draws for f in CAMPAIGN.forms[0].fields}


def offered(facts: list[Fact], unit_id: int, key: str) -> int:
    (draw,) = FIGURES[key]
    assert isinstance(draw, Draw)
    mine = [f for f in facts if f.unit_id == unit_id and f.counts_for(draw)]
    return sum(draw.amount(f.values, FIRST, LAST) for f in mine)


def test_the_unit_that_handles_it_counts_the_case_and_the_one_that_registered_it_the_lead(cast: Cast) -> None:
    ledger = CAMPAIGN.ledger("case")
    assert ledger is not None
    with cast.make.enter(cast.county) as session:
        mechanism = session.scalars(sa.select(Mechanism.id)).one()
        entry = Entry("快递线索", "郊区", cast.clock.now, {"found_channel": "parcel", "currency": "cny", "face_value": 0})  # fmt: skip
        found = create_record(
            session, Actor(1, "银行联络员"), cast.clock.now, mechanism_id=mechanism, unit_id=cast.bank,
            campaign=CAMPAIGN, ledger=ledger, entry=entry, request_key="lead",
        )  # fmt: skip
        for lead, counted in ((None, (0, 1)), (cast.police, (1, 0))):
            found.lead_unit_id = lead
            found.values = {**found.values, "filed_on": "2026-09-30"}
            session.flush()
            facts = read_facts(session, CAMPAIGN.key, "case", [cast.bank, cast.police], LAST)
            assert (
                offered(facts, cast.police, "cases_filed"),
                offered(facts, cast.bank, "cases_filed"),
            ) == counted
            assert offered(facts, cast.bank, "parcel_leads") == 1
            assert offered(facts, cast.police, "parcel_leads") == 0
            alone = read_facts(session, CAMPAIGN.key, "case", [cast.police], LAST)
            assert [f.unit_id for f in alone] == ([cast.police] if lead else [])
