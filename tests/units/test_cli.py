"""``portal units`` as an operator types it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from portal.core.errors import NotFound, PortalError
from portal.units.cli import units
from tests.units.conftest import County
from tests.units.test_roster import sheet


def run(county: County, *words: str) -> Result:
    county.make.session.rollback()
    return CliRunner().invoke(units, words, obj=lambda: county.make.app)


def names(county: County) -> str:
    return run(county, "list", "--tenant", county.tenant.code).output


def test_import_export_and_list(county: County, tmp_path: Path) -> None:
    code, file = county.tenant.code, tmp_path / "in.xlsx"
    file.write_bytes(
        sheet([5, "平定县税务局", "县税务局", "税务、税局"], [None, "平定县公安局", None, "县局"])
    )
    dry = run(county, "import", str(file), "--tenant", code, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "+ 平定县税务局" in dry.output
    assert "~ 平定县公安局  别名:  -> 县局" in dry.output
    assert "新建 1 个，变更 1 个，无变化 0 个。仅为预览" in dry.output
    assert "平定县税务局" not in names(county)
    assert run(county, "import", str(file), "--tenant", code).exit_code == 0
    assert "5\t平定县税务局 县税务局 税务 税局" in names(county)
    out = tmp_path / "out.xlsx"
    assert "已导出 6 个单位" in run(county, "export", str(out), "--tenant", code).output
    assert "新建 0 个，变更 0 个，无变化 6 个。" in run(county, "import", str(out), "--tenant", code).output


def test_mistakes_are_lines_and_nothing_is_saved(county: County, tmp_path: Path) -> None:
    file = tmp_path / "in.xlsx"
    file.write_bytes(sheet([1, "好局"], ["x", "县公安局", "县财政局"]))
    refused = run(county, "import", str(file), "--tenant", county.tenant.code)
    assert isinstance(refused.exception, PortalError)
    assert "第 3 行 排序号" in refused.output
    assert "好局" not in names(county)
    file.write_bytes(b"<html>")
    wrong = run(county, "import", str(file), "--tenant", county.tenant.code)
    assert "不是 Excel" in str(wrong.exception)
    assert isinstance(run(county, "list", "--tenant", "999999").exception, NotFound)
