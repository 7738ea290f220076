"""The auditor's page and its export."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import openpyxl
import pytest
from flask.testing import FlaskClient

from portal.audit.labels import ACT_LABELS
from portal.core.audit import Act, record
from portal.core.posts import PostKind
from portal.core.scope import Actor
from portal.tenants.models import Tenant
from tests.accounts.people import acts, text
from tests.conftest import TestClock
from tests.factories import Factory


@pytest.fixture
def county(make: Factory, clock: TestClock) -> Tenant:
    """120 events: one an hour, by two people."""
    county = make.tenant()
    with make.enter(county) as session:
        for number in range(120):
            actor = Actor(1, "平定县公安局 甲" if number % 2 else "平定县商务局 50%_乙")
            act = Act.UNIT_CHANGE if number % 3 else Act.UNIT_RENAME
            now = clock.now - timedelta(hours=120 - number)
            record(session, act, f"unit:{number}", actor, now, {"name": "=cmd|'/C calc'!A0"})
            session.flush()
    return county


@pytest.fixture
def auditor(make: Factory, county: Tenant, login: Callable[[str], FlaskClient]) -> FlaskClient:
    make.post(county, "auditor", PostKind.AUDITOR)
    return login("auditor")


def subjects(page: str) -> list[int]:
    return [int(part.split("<")[0]) for part in page.split("<code>unit:")[1:]]


def test_newest_first_fifty_a_page(county: Tenant, auditor: FlaskClient) -> None:
    page = text(auditor.get(f"/{county.code}/admin/audit"))
    assert subjects(page) == list(range(119, 69, -1))
    assert "校验通过" in page
    assert "第 1 至 120 条" in page
    assert subjects(text(auditor.get(f"/{county.code}/admin/audit?before=71"))) == list(range(69, 19, -1))
    last = text(auditor.get(f"/{county.code}/admin/audit?before=21"))
    assert subjects(last) == list(range(19, -1, -1))
    assert "更早" not in last
    assert subjects(text(auditor.get(f"/{county.code}/admin/audit?before={10**30}"))) == list(
        range(119, 69, -1)
    )


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("act=unit.rename", 40), ("actor=公安局", 50), ("actor=50%25_", 50), ("actor=5_%25", 0), ("subject=unit:11", 11),
        ("since=2026-09-16&until=2026-09-16", 12), ("until=2026-09-11", 12), ("since=2026-09-17", 0),
        ("act=unit.rename&actor=公安局&since=2026-09-15", 6),
    ],
)  # fmt: skip
def test_filters(county: Tenant, auditor: FlaskClient, query: str, count: int) -> None:
    assert len(subjects(text(auditor.get(f"/{county.code}/admin/audit?{query}")))) == count


@pytest.mark.parametrize(
    ("query", "why"),
    [("since=yesterday", "请填日期"), ("until=2026-02-30", "没有这一天"), ("act=drop", "没有这种操作"),
     ("actor=%00", "控制字符")],
)  # fmt: skip
def test_a_wrong_filter_is_explained(county: Tenant, auditor: FlaskClient, query: str, why: str) -> None:
    answer = auditor.get(f"/{county.code}/admin/audit?{query}")
    assert (answer.status_code, why in text(answer)) == (422, True)


def test_the_export_holds_what_the_filter_shows_and_is_recorded(
    make: Factory, county: Tenant, auditor: FlaskClient
) -> None:
    answer = auditor.get(f"/{county.code}/admin/audit.xlsx?act=unit.rename")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    rows = [r for r in book.worksheets[0].iter_rows(min_row=4, values_only=True) if r[0] is not None]
    assert len(rows) == 40
    assert {row[2] for row in rows} == {"单位更名"}
    cell = book.worksheets[0].cell(4, 6)
    assert cell.data_type == "s"
    assert "=cmd" in str(cell.value)
    assert acts(make, county)[-1] == "export"
    assert "校验通过" in text(auditor.get(f"/{county.code}/admin/audit"))


@pytest.mark.parametrize("kind", [PostKind.SYSTEM_ADMINISTRATOR, PostKind.SECURITY_ADMINISTRATOR])
def test_only_the_auditor_reads_the_trail(
    make: Factory, county: Tenant, login: Callable[[str], FlaskClient], kind: PostKind
) -> None:
    """A27."""
    make.post(county, "else", kind)
    client = login("else")
    for page in ("audit", "audit.xlsx"):
        assert client.get(f"/{county.code}/admin/{page}").status_code == 403


def test_a_stranger_auditor_finds_nothing(
    make: Factory, county: Tenant, login: Callable[[str], FlaskClient]
) -> None:
    make.post(make.tenant("盂县"), "stranger", PostKind.AUDITOR)
    client = login("stranger")
    for page in ("audit", "audit.xlsx"):
        assert client.get(f"/{county.code}/admin/{page}").status_code == 404


def test_every_act_has_a_name() -> None:
    assert set(ACT_LABELS) == set(Act)
