"""Our sheet goes through LibreOffice, is filled there, and is still known, whole and protected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.core.posts import PostKind
from tests.reporting.books import filled, opened, row_of
from tests.reporting.county import County
from tests.reporting.office import PROGRAM, resave
from tests.reporting.test_upload import TOWN, address, blank, bring, confirm, page

pytestmark = [pytest.mark.skipif(PROGRAM is None, reason="LibreOffice is not installed"), pytest.mark.slow]


@pytest.fixture
def liaison(county: County, login: Callable[[str], FlaskClient]) -> FlaskClient:
    return login(county.account(PostKind.LIAISON, TOWN))


@pytest.mark.parametrize("engine", ["sqlite"])
def test_saved_by_libreoffice_filled_and_sent_back(
    county: County, liaison: FlaskClient, tmp_path: Path
) -> None:
    ours = blank(county, liaison)
    theirs = resave(ours, tmp_path)
    before, after = opened(ours).worksheets[0], opened(theirs).worksheets[0]
    assert opened(theirs)["lianxi"].sheet_state == "hidden"
    assert {str(r) for r in before.merged_cells.ranges} == {str(r) for r in after.merged_cells.ranges}
    assert after.protection.sheet
    row = row_of(after, "专题会议")
    assert (after.cell(row, 5).protection.locked, after.cell(row, 3).protection.locked) == (False, True)
    assert after.print_title_rows == "$3:$4"
    assert {v.type for v in after.data_validations.dataValidation} >= {"whole", "decimal"}

    typed = {"专题会议": "3万", "方案和文件": 2, "清退金额": "0.5 亿元", "排查商铺": "=3+4", "期末存量": "—"}
    sent = resave(filled(theirs, typed), tmp_path)
    url = bring(county, liaison, sent)
    shown = page(liaison.get(url))
    assert "“3万”读作 30,000 次，请确认。" in shown
    assert "“0.5 亿元”读作 5,000 万元，请确认。" in shown
    assert "是公式（=3+4），结果为 7，请确认。" in shown
    assert "“—”不是数字：保持原值，或填 0。" in shown
    confirm(liaison, url, tick=["meetings", "repaid_amount", "shops"])
    values = county.sheet(TOWN).values
    assert [values[k] for k in ("meetings", "plans", "repaid_amount", "shops", "closing_cases")] == [
        30_000, 2, 5_000_000_000, 7, None
    ]  # fmt: skip
    assert address(county)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_untouched_it_changes_nothing(county: County, liaison: FlaskClient, tmp_path: Path) -> None:
    url = bring(county, liaison, resave(blank(county, liaison), tmp_path))
    assert "与现有内容完全一致，无需写入。" in page(liaison.get(url))
