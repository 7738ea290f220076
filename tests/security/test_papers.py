"""Papers and spreadsheets that the portal writes: what people typed is text in them, whatever it looks like."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from xml.etree import ElementTree

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from tests.conftest import TestClock
from tests.factories import Factory
from tests.overview.world import World

HOSTILE = "甲</w:t>&<w:p>{{7*7}}]]>\"'%s县"
FORMULA = '=HYPERLINK("http://x","y")'
PAPERS = ("draft.docx?span=2026", "summary.xlsx?at=2026Q3", "differences.xlsx?period=2026-08")


@pytest.fixture(autouse=True)
def forget(app: Flask) -> None:
    """The test's open application context outlives its requests; each must find its own reader and moment."""
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: g.__dict__.clear())


def test_names_and_reasons_stay_text_in_every_paper(
    make: Factory, clock: TestClock, login: Callable[[str], FlaskClient]
) -> None:
    """A48, A51: of places, units and reasons; no element, no formula, and every part is well-formed."""
    world = World(make, "anticounterfeit")
    city = world.place("阳泉市", units=1, office="yq_office")
    due = clock.now = world.due("2026-08")
    for name in (HOSTILE, FORMULA):
        county = world.place(name, city)
        world.report(
            county, "2026-08", [{"cases_filed": 3}, None], submitted=due + timedelta(days=3), why=name
        )
    clock.now = due + timedelta(days=4)
    office, at = login("yq_office"), f"/{city.code}/{world.campaign.key}/overview"
    papers = [f"{at}/{path}" for path in PAPERS] + [f"{at}.xlsx?view=all", f"{at}/{county.code}/units.xlsx"]
    shown = 0
    for url in papers:
        answer = office.get(url)
        assert answer.status_code == 200, url
        with zipfile.ZipFile(BytesIO(answer.get_data())) as archive:
            for part in archive.namelist():
                if part.endswith((".xml", ".rels")):
                    text = archive.read(part).decode()
                    ElementTree.fromstring(text)
                    assert HOSTILE not in text, (url, part)
                    assert "<f>" not in text, (url, part)
                    assert 'Target="http://x"' not in text, (url, part)
                    shown += "&lt;w:p&gt;{{7*7}}" in text or "HYPERLINK(" in text
    assert shown > 3
