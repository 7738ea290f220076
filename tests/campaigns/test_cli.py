"""``portal plugins`` and ``portal rules`` as an operator or another program calls them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

GOOD = '{"kind": "den", "notes_face": 412000, "suspects_caught": true}'


def portal(*arguments: str, given: str = "", **settings: str) -> tuple[int, list[str], str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PORTAL_")}
    done = subprocess.run(
        [sys.executable, "-m", "portal.cli", *arguments],
        input=given, capture_output=True, text=True, cwd=ROOT, timeout=60,
        env=environment | {f"PORTAL_{k}": v for k, v in settings.items()} | {"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout.splitlines(), done.stderr


def test_plugins() -> None:
    code, lines, _error = portal("plugins")
    assert code == 0
    assert [line.split("\t")[0] for line in lines] == sorted(line.split("\t")[0] for line in lines)
    assert len(lines) >= 3


def test_a_broken_plugin_is_told_in_full_and_by_the_exit_code() -> None:
    folder = str(ROOT / "tests" / "broken_plugins")
    code, lines, _error = portal("plugins", "status", PLUGINS=folder)
    assert code == 1
    text = "\n".join(lines)
    for word in ("no_such_module_anywhere", "99", "portal_campagin", "a_good"):
        assert word in text
    assert portal("plugins", PLUGINS=folder)[0] == 1
    code, lines, _error = portal("plugins", "status", PLUGINS=folder, SAFE_MODE="1")
    assert code == 0
    assert "安全模式" in lines[0]


def test_one_answer_for_each_line_whatever_the_line() -> None:
    lines = [
        GOOD,
        "not json",
        "[1]",
        "",
        '{"kind": "den", "notes_face": 1, "suspects_caught": false}',
        '{"kind": "x"}',
        '{"kind": NaN}',
        "[" * 100_000,
        '{"n": ' + "9" * 5000 + "}",
        GOOD,
    ]
    code, answers, _error = portal("rules", "eval", "anticounterfeit.reward", given="\n".join(lines))
    found = [json.loads(a) for a in answers]
    assert code == 1
    assert len(found) == 9, "an empty line asks nothing"
    assert found[0] == found[-1]
    assert found[0]["reward"] == "82960.00"
    assert {"steps", "warnings", "clauses"} <= set(found[0])
    assert all(isinstance(s, str) for key in ("steps", "warnings", "clauses") for s in found[0][key])
    assert set(found[3]) == {"refused", "clause"}
    assert all(set(f) == {"error"} for f in (*found[1:3], *found[4:8]))


def test_a_file_and_a_clean_run(tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").write_text(f"{GOOD}\n{GOOD}\n", encoding="utf-8")
    code, answers, _error = portal("rules", "eval", "anticounterfeit.reward", str(tmp_path / "cases.jsonl"))
    assert (code, len(answers)) == (0, 2)


def test_rules_are_listed_and_a_slip_is_one_line() -> None:
    code, lines, _error = portal("rules", "list")
    assert code == 0
    assert any(line.startswith("anticounterfeit.reward\t") for line in lines)
    for name in ("anticounterfeit.no", "nobody.reward", "reward"):
        code, lines, error = portal("rules", "eval", name)
        assert (code, lines, len(error.splitlines())) == (1, [], 1)
