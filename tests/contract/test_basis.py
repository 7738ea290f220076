"""依据对照: every clause of the source documents is proved by a named test, or the reason stands beside it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
from flask import Flask

from portal.campaigns.basis import Basis
from portal.campaigns.registry import load_registry

ROOT = Path(__file__).parents[2]
CLAUSES = {
    key: kinds
    for key, _section, kinds in (
        line.split() for line in (Path(__file__).parent / "requirements.txt").read_text().splitlines()
    )
}
"""ID -> kinds of the rows A1-A11 of the table of requirements. Rows are added when a document asks for more."""


def rows() -> list[Basis]:
    return [row for c in load_registry(ROOT / "plugins", strict=True).campaigns.values() for row in c.basis]


@cache
def names_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text())
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def test_every_clause_stands_in_the_table_once() -> None:
    found = [row.key for row in rows()]
    assert len(found) == len(set(found)), sorted({k for k in found if found.count(k) > 1})
    assert set(found) == set(CLAUSES), (sorted(set(CLAUSES) - set(found)), sorted(set(found) - set(CLAUSES)))


def test_each_is_of_the_kind_that_was_read_in_the_document() -> None:
    wrong = {r.key: "".join(sorted(r.kinds)) for r in rows() if "".join(sorted(r.kinds)) != CLAUSES[r.key]}
    assert not wrong


def test_each_names_tests_that_exist_or_a_reason() -> None:
    wrong = []
    for row in rows():
        for test in row.tests:
            path, _colons, name = test.partition("::")
            if not (ROOT / path).is_file() or name not in names_in(ROOT / path):
                wrong.append(f"{row.key}: {test}")
        if row.reason is not None and len(str(row.reason)) < 8:
            wrong.append(f"{row.key}: {row.reason}")
    assert not wrong, "\n".join(wrong)


def test_what_can_be_computed_is_tested_and_not_explained_away() -> None:
    """Hard rules may be left out only where the document that has them binds nobody (D3), or a later one repealed it."""
    left = {r.key: str(r.reason) for r in rows() if r.reason is not None and "H" in CLAUSES[r.key]}
    assert all(r.clause.source == "D3" for r in rows() if r.key in left), left


@pytest.mark.parametrize("engine", ["sqlite"])
def test_each_page_it_names_is_an_address_of_the_portal(app: Flask, engine: str) -> None:
    wrong = []
    for row in rows():
        if row.page:
            found = [r for r in app.url_map.iter_rules() if r.endpoint == row.page]
            if not any(r.arguments <= {"tenant", "campaign"} for r in found):
                wrong.append(f"{row.key}: {row.page}")
    assert not wrong, "\n".join(wrong)
