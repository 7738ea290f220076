"""年度总结初稿: figures as sentences with their sources, each to be confirmed; a paper that other programs open."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from docx import Document
from docx.oxml.ns import qn
from flask import Flask, g
from flask.testing import FlaskClient

from portal.activities.models import Activity
from portal.core.audit import AuditEvent
from portal.core.posts import PostKind
from portal.documents.letters import Letter, Part
from tests.conftest import TestClock
from tests.factories import Factory
from tests.overview.world import LONG_AGO, Place, World

Login = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def forget(app: Flask) -> None:
    """The test's open application context outlives its requests; each must find its own reader and moment."""
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: g.__dict__.clear())


@pytest.fixture
def city(make: Factory, clock: TestClock) -> Place:
    """Two counties, two months of 2026 and one of 2025 to compare with; one form missing, one county silent."""
    world = World(make, "anticounterfeit")
    city = world.place("阳泉市", units=0, office="yq_office")
    county, _silent = world.place("甲县", city), world.place("乙县", city, units=1)
    world.report(county, "2025-01", [{"cases_filed": 4}, {"cases_filed": 4}], submitted=world.due("2025-01"))
    world.report(county, "2026-01", [{"cases_filed": 10}, {"cases_filed": 2}], submitted=world.due("2026-01"))
    world.report(county, "2026-02", [{"cases_filed": 3}, None], submitted=world.due("2026-02"))
    clock.at("2026-07-01T09:00:00")
    unit = make.unit(city.tenant, "市公安局")
    with make.enter(city.tenant) as session:
        session.add(
            Activity(
                unit_id=unit.id, title="宣传月", kind="lecture", held_on=clock.now.date() - timedelta(days=30),
                reach=120, materials=300, campaigns=["anticounterfeit"], entered_at=clock.now, entered_by="x",
                request_key="k",
            )
        )  # fmt: skip
    return city


def paper(client: FlaskClient, city: Place, span: str) -> Any:
    answer = client.get(f"/{city.code}/anticounterfeit/overview/draft.docx?span={span}")
    assert answer.status_code == 200
    return answer.data


def text_of(data: bytes) -> str:
    return "\n".join(p.text for p in Document(BytesIO(data)).paragraphs)


def test_figures_are_computed_said_sourced_and_marked(city: Place, login: Login, make: Factory) -> None:
    data = paper(login("yq_office"), city, "2026H1")
    said = text_of(data)
    assert "2026年上半年工作总结（初稿）" in said
    assert re.search(
        r"共 6 期，应报 4 份，已报 3 份【待核】，完整率 75%【待核】，按时率 75%【待核】；1 / 2 个县（区）已报送数据",
        said,
    )
    assert "缺报情况：阳泉市甲县缺 1 份。" in said
    assert re.search(r"立案 15 起【待核】（同比上升 87\.5%）", said), (
        "15 against 8, of the one county that has both years"
    )
    assert "数据来源：反假货币工作情况统计表，2026年1月至2026年6月，1 / 2 个县（区）。" in said
    assert "1 场【待核】，到场 120 人次【待核】，发放资料 300 份【待核】" in said
    heads = [p.text[:2] for p in Document(BytesIO(data)).paragraphs if p.style.name == "Heading 1"]  # type: ignore[union-attr]
    assert heads == ["一、", "二、", "三、", "四、"]
    with make.enter(city.tenant) as session:
        found = session.scalars(sa.select(AuditEvent).where(AuditEvent.subject == "overview:draft")).one()
        assert (found.act, found.data) == ("export", {"span": "2026H1"})


def test_a_span_without_figures_is_a_paper_as_well(city: Place, login: Login) -> None:
    said = text_of(paper(login("yq_office"), city, "2024"))
    assert "应报" not in said or "没有报送要求" in said
    assert "本级没有登记宣传活动" in said
    assert (
        login("yq_office").get(f"/{city.code}/anticounterfeit/overview/draft.docx?span=x").status_code == 422
    )


def test_who_only_oversees_drafts_nothing(city: Place, make: Factory, login: Login) -> None:
    make.post(city.tenant, "convenor", PostKind.CONVENOR, city.mechanism, since=LONG_AGO)
    client = login("convenor")
    assert client.get(f"/{city.code}/anticounterfeit/overview/draft.docx").status_code == 403
    assert "总结初稿" not in client.get(f"/{city.code}/anticounterfeit/overview").get_data(as_text=True)


def test_wps_finds_widths_in_the_grid_and_no_theme_fonts(city: Place, login: Login) -> None:
    document = Document(BytesIO(paper(login("yq_office"), city, "2026H1")))
    [table] = document.tables
    widths = [int(c.get(qn("w:w"))) for c in table._tbl.tblGrid.findall(qn("w:gridCol"))]
    assert len(widths) == len(table.columns)
    assert all(w > 0 for w in widths)
    assert abs(sum(widths) - 156 / 25.4 * 1440) < 10, "as wide as the text"
    fonts = [f for p in document.element.body.iter(qn("w:rFonts")) for f in [p]]
    assert fonts
    for font in fonts:
        assert font.get(qn("w:eastAsia"))
        assert not any("Theme" in key for key in font.attrib)


def test_what_xml_cannot_hold_is_left_out(tmp_path: Path) -> None:
    letter = Letter()
    letter.title("甲\x00乙\x0b\ud800")
    letter.paragraph("<w:p>&amp;", Part("=1+1", mark=True))
    letter.table(["a", "b"], [["\x07x", "1"]], [1, 1])
    stream = BytesIO()
    letter.save(stream)
    assert text_of(stream.getvalue()).startswith("甲乙\n<w:p>&amp;=1+1")


@pytest.mark.slow
def test_libreoffice_opens_it(city: Place, login: Login, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    assert office, "LibreOffice is part of the development set-up"
    (tmp_path / "draft.docx").write_bytes(paper(login("yq_office"), city, "2026H1"))
    subprocess.run(
        [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(tmp_path / "draft.docx")],
        check=True, capture_output=True, timeout=150,
    )  # fmt: skip
    assert (tmp_path / "draft.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "draft.pdf").stat().st_size > 10_000
