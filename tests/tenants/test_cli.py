"""``portal tenants``, as an operator types it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from portal.administration.cli import tenants as command
from portal.core.errors import PortalError
from portal.tenants.calendar import packaged_until

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tenants(app: Flask) -> Call:
    """Exit code, output, and the sentence of an expected error, which the entry prints as one line."""

    def call(*arguments: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(command, arguments, obj=lambda: app)
        assert done.exception is None or isinstance(done.exception, PortalError | SystemExit), done.exception
        return done.exit_code, done.output, str(done.exception or "")

    return call


def test_a_tree_from_nothing(tenants: Call, tmp_path: Path) -> None:
    assert tenants("list") == (0, "", "")
    assert tenants("create", "140000", "山西省")[0] == 0
    assert tenants("create", "140300", "阳泉市", "--parent", "140000")[0] == 0
    assert tenants("create", "140321", "平定县", "--parent", "140300")[0] == 0
    code, out, error = tenants("create", "140321", "平定县", "--parent", "140300")
    assert (code, out) == (1, "")
    assert "140321" in error
    code, out, _error = tenants("enable", "140321", "antifraud", "--since", "2026-09-01")
    assert code == 0
    assert "阳泉市平定县已启用反诈" in out
    assert "名单中没有对应单位：县公安局" in out
    assert tenants("list")[1].splitlines() == [
        "140000 山西省",
        "  140300 阳泉市",
        "    140321 阳泉市平定县 antifraud",
    ]
    assert tenants("disable", "140321", "antifraud")[0] == 0
    assert "-antifraud" in tenants("list")[1]
    assert tenants("enable", "140321", "no_such")[0] == 1
    assert tenants("enable", "999999", "antifraud")[0] == 1
    year = packaged_until() + 1
    (tmp_path / "year.csv").write_text(f"{year}-01-01,休,元旦\n", encoding="utf-8")
    code, out, _error = tenants(
        "calendar", str(year), str(tmp_path / "year.csv"), "--source", "某办〔2026〕1号"
    )
    assert (code, str(year) in out) == (0, True)
