"""Pages of the urgent reports ask the database as often for many rows as for few."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from tests.exchange.test_scenario_f4 import Chain, find
from tests.home.test_todo import statements
from tests.ledger.cast import Cast

Login = Callable[[str], FlaskClient]


def counts(cast: Cast, login: Login, chain: Chain) -> dict[str, int]:
    found = {}
    for who, tenant in (("jq_bank", cast.county), ("jq_office", cast.county), ("yq_office", cast.city)):
        client = login(who)
        for path in (cast.at(tenant, "urgent"), chain.url(tenant), "/"):
            client.get(path)
            with statements(cast.make.app) as seen:
                assert client.get(path).status_code == 200
            found[f"{who} {path}"] = len(seen)
    return found


def test_many_parts_reports_and_candidates_cost_no_more_statements(cast: Cast, login: Login) -> None:
    first = find(cast, login, face="60000")
    find(cast, login, face="50000", **{"entry-title": "第二件"})
    chain = Chain(cast, login, first)
    assert chain.add("follow_up", what="一").status_code == 303
    chain.act("yq_office", cast.city, "receive")
    few = counts(cast, login, chain)
    for number in range(6):
        Chain(cast, login, find(cast, login, face="70000", **{"entry-title": f"又一件 {number}"}))
        assert chain.add("follow_up", what=f"续 {number}").status_code == 303
        chain.act("jq_office", cast.county, "feedback", what=f"知悉 {number}", request_key=f"f{number}")
    chain.act("yq_office", cast.city, "receive")
    many = counts(cast, login, chain)
    assert many == few
