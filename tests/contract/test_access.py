"""Every view says who may call it: exactly once, and the portal does not start otherwise."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from flask import Flask

from portal.core.posts import RIGHTS, Right
from portal.web.access import Access, logged_in, protect, public, require
from tests.contract.world import World

ROOT = Path(__file__).parents[2]
PUBLIC = {
    "accounts.login", "home.calendar", "home.language", "home.health",
    "tips.follow", "tips.more", "tips.tell", "tips.word",
}  # fmt: skip
"""Open to anybody. To be added to with great care."""
WRITING_READS = {
    "activities.cover_workbook",
    "activities.places_workbook",
    "activities.workbook",
    "assessment.survey_workbook",
    "assessment.score_unit_workbook",
    "assessment.scores_workbook",
    "audit.export",
    "documents.download",
    "documents.export_file",
    "exchange.paper",
    "information.advisory",
    "information.advisory_letter",
    "information.bulletin",
    "information.bulletin_paper",
    "information.edit_material",
    "information.item",
    "information.item_edit",
    "information.item_new",
    "information.items_workbook",
    "information.material",
    "information.request_workbook",
    "ledger.import_sheet",
    "ledger.workbook",
    "matching.totals_workbook",
    "rewards.paper",
    "meetings.compilation_book",
    "meetings.compilation_list",
    "meetings.sign_in_sheet",
    "overview.differences_workbook",
    "overview.draft_paper",
    "overview.everything_workbook",
    "overview.stored",
    "overview.units_workbook",
    "overview.workbook",
    "papers.document",
    "papers.workbook",
    "reporting.board_workbook",
    "reporting.bulk_workbook",
    "reporting.burden_workbook",
    "reporting.mine_workbook",
    "reporting.report_file",
    "supervision.figures_paper",
    "supervision.workbook",
    "units.export",
}
"""GET views that leave a trace in the trail: exports and the reading of sensitive fields."""
MARKS = {"public", "logged_in", "require"}
ROUTES = {"route", "get", "post", "put", "delete", "patch"}


def test_public_views_are_the_listed_ones(world: World) -> None:
    assert {r.endpoint for r in world.rules() if world.access(r).public} == PUBLIC


def test_reads_that_write_are_the_listed_ones(world: World) -> None:
    found = {r.endpoint for r in world.rules() if world.access(r).writes and not world.access(r).public}
    assert found == WRITING_READS


def test_every_address_of_a_tenant_stands_behind_the_guard(world: World) -> None:
    """What is public or open to early readers names no tenant."""
    for rule in world.rules():
        access = world.access(rule)
        if "tenant" in rule.arguments:
            assert not access.public, rule
            assert not access.early, rule


def test_every_right_is_given_to_a_post_and_asked_by_a_view(world: World) -> None:
    source = "\n".join(
        p.read_text()
        for p in (ROOT / "portal").rglob("*.py")
        if p.name != "posts.py" or p.parent.name != "core"
    )
    for right in Right:
        assert any(right in rights for rights in RIGHTS.values()), right
        assert f".{right.name}" in source, f"{right} is asked nowhere"


def _views() -> list[tuple[str, ast.FunctionDef, list[str]]]:
    found = []
    for path in sorted((ROOT / "portal").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                names = [_name(d) for d in node.decorator_list]
                if any("." in n and n.rsplit(".")[-1] in ROUTES for n in names):
                    found.append((f"{path.relative_to(ROOT)}:{node.lineno}", node, names))
    return found


def _name(decorator: ast.expr) -> str:
    return ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)


@pytest.mark.parametrize(("place", "node", "names"), _views(), ids=lambda v: v if isinstance(v, str) else "")
def test_each_view_is_marked_exactly_once_below_its_routes(
    place: str, node: ast.FunctionDef, names: list[str]
) -> None:
    marks = [n for n in names if n in MARKS]
    assert len(marks) == 1, f"{place} {node.name}: {names}"
    assert names[-1] in MARKS, f"{place} {node.name}: the mark stands last, directly on the view"


def test_a_view_without_a_mark_keeps_the_portal_from_starting() -> None:
    app = Flask("x")
    app.add_url_rule("/plain", "plain", lambda: "")
    with pytest.raises(RuntimeError, match="plain"):
        protect(app, lambda *_given: ())


def test_marks_say_what_they_say() -> None:
    def view() -> str:
        return ""

    assert public(view).access == Access(public=True)  # type: ignore[attr-defined]
    assert logged_in(view).access == Access()  # type: ignore[attr-defined]
    assert logged_in(early=True)(view).access == Access(early=True)  # type: ignore[attr-defined]
    assert require(Right.AUDIT_READ)(view).access == Access(right=Right.AUDIT_READ)  # type: ignore[attr-defined]
