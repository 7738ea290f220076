"""Where the tenancy guard may be stepped over: in a short list of places, each with its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PORTAL = ROOT / "portal"
CROSSINGS = {
    "portal/core/scope.py": "defines it",
    "portal/accounts/login.py": "a log-in is written into the trail of the account's home tenant",
    "portal/exchange/office.py": "a superior's receipt and words are put with the reporter, a report's notice with the superior",
    "portal/information/pushing.py": "an item is handed down to a county, withdrawn and chased there",
    "portal/information/requests.py": "the superior's answer is put into the asking tenant, a request is told to the superior",
    "portal/matching/digests.py": "hashes of values go to the city, hints and joint matters come back to the counties",
    "portal/operations/demo_advisories.py": "the demo's counties sign for what their city pushed",
    "portal/operations/demo_rewards.py": "the demo's counties apply for rewards, their city decides and pays",
    "portal/operations/demo_transfers.py": "the demo's counties hand matters to each other and argue before their city",
    "portal/operations/demo.py": "makes the demo's tenants",
    "portal/rewards/payers.py": "a county's application is decided and paid by its city: the claim lies there, the decision with the county",
    "portal/reporting/design/chain.py": "units read what their office asks beyond its superior, so its form is read there",
    "portal/reporting/rounds.py": "the worker's round opens periods tenant by tenant",
    "portal/reporting/upward.py": "the superior's decision is handed to the county",
    "portal/tenants/services.py": "a new tenant's first event; a campaign is switched off in a lower tenant",
    "portal/transfers/pairs.py": "a transfer lies in two tenants: sent, answered and decided there; who runs the campaign beside and above",
    "portal/web/access.py": "a refused attempt is written into the trail of the reader's own tenant",
    "portal/units/bodies.py": "a campaign is switched on in a lower tenant",
}
"""Modules that act inside another tenant for a moment. To be added to with great care."""
RAW_SQL = {"portal/core", "portal/migrations", "portal/operations"}
"""Where statements may be written by hand: below the guard, and for the operator."""


def modules() -> list[Path]:
    return sorted(p for p in PORTAL.rglob("*.py"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def uses(path: Path, called: str) -> list[int]:
    """Lines on which something of this name is called."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and called
        == (node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""))
    ]


def test_crossing_is_used_in_the_listed_places_only() -> None:
    assert {name(p) for p in modules() if uses(p, "crossing")} | {"portal/core/scope.py"} == set(CROSSINGS)


def test_plugins_never_touch_the_database() -> None:
    for path in (ROOT / "plugins").rglob("*.py"):
        source = path.read_text()
        assert "sqlalchemy" not in source, name(path)
        assert "portal.core" not in source, name(path)


def handwritten(tree: ast.Module) -> Iterator[str]:
    """What goes round the guard: core tables, raw statements, the driver's cursor."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (
            node.attr in ("__table__", "exec_driver_sql", "cursor") or ast.unparse(node) == "Base.metadata"
        ):
            yield f"{node.lineno} {ast.unparse(node)[:60]}"
        if isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "sa.text",
            "sqlalchemy.text",
            "sa.table",
        ):
            yield f"{node.lineno} {ast.unparse(node)[:60]}"
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            for alias in node.names:
                if alias.name in ("text", "Table", "table", "literal_column"):
                    yield f"{node.lineno} imports {alias.name}"


def test_core_tables_and_handwritten_statements_stay_below_the_guard() -> None:
    wrong = [
        f"{name(path)}:{found}"
        for path in modules()
        if not any(name(path).startswith(f"{place}/") for place in RAW_SQL)
        for found in handwritten(ast.parse(path.read_text()))
    ]
    assert not wrong, "\n".join(wrong)


def test_the_finder_of_handwritten_statements_finds_them() -> None:
    source = (
        "from sqlalchemy import text\nsa.select(Unit.__table__)\nsession.execute(sa.text('x'))\nx.text('y')\n"
    )
    assert [int(found.split()[0]) for found in handwritten(ast.parse(source))] == [1, 2, 3]


def test_nobody_but_the_guard_writes_the_scope_into_the_session() -> None:
    """``set_scope`` and ``crossing`` do; everybody else asks ``get_scope``."""
    wrong = [
        f"{name(path)}:{node.lineno}"
        for path in modules()
        if not name(path).startswith("portal/core/")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assign)
        and any(
            isinstance(t, ast.Subscript) and ast.unparse(t).endswith("info['scope']") for t in node.targets
        )
    ]
    assert not wrong, "\n".join(wrong)
