"""The list goes out exactly as filtered, with typed cells, and only with what its reader may see."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient

from tests.ledger.cast import Cast

Login = Callable[[str], FlaskClient]


def rows_of(page: Any) -> list[tuple[Any, ...]]:
    """Title, number and amount cells of the first sheet's entries."""
    assert page.status_code == 200, page.get_data(as_text=True)[:300]
    sheet = openpyxl.load_workbook(BytesIO(page.data)).worksheets[0]
    heads = [c.value for c in sheet[3]]
    face = heads.index("面额合计（元）")
    return [(r[1].value, r[3].value, r[face].value) for r in sheet.iter_rows(min_row=4) if r[0].value]


def test_the_export_holds_what_the_filters_show_in_their_order(cast: Cast, login: Login) -> None:
    bank, police = login("jq_bank"), login("jq_police")
    cast.enter(bank, "3000", **{"entry-title": "甲网点收缴假币"})
    cast.enter(bank, "700", **{"entry-title": "=HYPERLINK(1)乙网点"})
    cast.enter(police, "98000", **{"entry-title": "集市查获"})
    office = login("jq_office")
    url = cast.at(cast.county, "ledger.xlsx")
    everything = rows_of(office.get(f"{url}?sort=created"))
    assert [(title, amount) for title, _unit, amount in everything] == [
        ("甲网点收缴假币", 3000),
        ("=HYPERLINK(1)乙网点", 700),
        ("集市查获", 98000),
    ]
    assert [r[0] for r in rows_of(office.get(f"{url}?q=集市"))] == ["集市查获"]
    assert {r[0] for r in rows_of(bank.get(url))} == {"甲网点收缴假币", "=HYPERLINK(1)乙网点"}


def test_a_text_is_never_a_formula(cast: Cast, login: Login) -> None:
    cast.enter(login("jq_bank"), **{"entry-title": "=1+1"})
    page = login("jq_office").get(cast.at(cast.county, "ledger.xlsx"))
    cells = [c for row in openpyxl.load_workbook(BytesIO(page.data)).worksheets[0].iter_rows() for c in row]
    assert "=1+1" in {c.value for c in cells if c.data_type == "s"}
    assert not [c for c in cells if c.data_type == "f"]


@pytest.mark.parametrize("reader", ["pd_office", "yq_office"])
def test_nobody_exports_another_tenants_ledger(cast: Cast, login: Login, reader: str) -> None:
    cast.enter(login("jq_bank"), "700")
    client = login(reader)
    assert client.get(cast.at(cast.county, "ledger.xlsx")).status_code == 404
    own = cast.city if reader == "yq_office" else cast.sibling
    assert rows_of(client.get(cast.at(own, "ledger.xlsx?below=1"))) == []


def test_the_city_exports_what_was_reported_to_it(cast: Cast, login: Login) -> None:
    bank = login("jq_bank")
    cast.enter(bank, "100000")
    cast.enter(bank, "700", **{"entry-title": "未上报"})
    detail = bank.get(cast.at(cast.county, "ledger")).get_data(as_text=True)
    assert "未上报" in detail
    subject = next(part.split('"')[0] for part in bank.get("/").get_data(as_text=True).split("subject=")[1:])
    assert cast.report(bank, subject).status_code == 303
    found = rows_of(login("yq_office").get(cast.at(cast.city, "ledger.xlsx?below=1")))
    assert [(title, amount) for title, _unit, amount in found] == [("某网点收缴假币", 100000)]
