"""``portal demo``: complete, fictional, and kept when it is asked for again."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from portal.campaigns.registry import load_registry
from portal.core.periods import PeriodKind
from portal.operations.demo import PASSWORD, SHOWN
from portal.reporting.cells import count_cells
from tests.demo import HALF, copy_demo
from tests.faults.clerk import Clerk
from tests.faults.server import portal, serving

pytestmark = pytest.mark.slow
PLUGINS = Path(__file__).parents[2] / "plugins"
LATEST = 2
"""Periods of each form in which the units have kept their ledgers here."""
SHARE = 0.60
STATISTICS = [
    (campaign.key, form)
    for campaign in load_registry(PLUGINS, strict=True).campaigns.values()
    for form in campaign.forms
    if form.period is not PeriodKind.ONCE
]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    found, printed = copy_demo(tmp_path_factory)
    assert PASSWORD in printed
    assert all(username in printed for username, _who in SHOWN)
    return found


def fingerprint(settings: dict[str, str]) -> str:
    with closing(sqlite3.connect(Path(settings["INSTANCE"]) / "portal.sqlite")) as database:
        return hashlib.sha256("\n".join(database.iterdump()).encode()).hexdigest()


def test_it_is_sound(settings: dict[str, str]) -> None:
    for command in (["doctor"], ["audit", "verify"], ["figures", "rebuild", "--check"], ["plugins"]):
        done = portal(settings, *command)
        assert done.returncode == 0, (command, done.stdout, done.stderr)


@pytest.fixture
def rows(settings: dict[str, str]) -> Iterator[Any]:
    """Asks the demo's database; JSON columns come as they are stored."""
    with closing(sqlite3.connect(Path(settings["INSTANCE"]) / "portal.sqlite")) as database:
        yield lambda query, *given: database.execute(query, given).fetchall()


EDITIONS = """
    select s.member, s.period, e."values", e.origins, e.corrections, e.asked, e.prefilled
    from submission s
    join submission_edition e on e.tenant_id = s.tenant_id and e.submission_id = s.id and e.number = s.edition
    where s.campaign = ? and s.form = ? and s.local = 0
"""


@pytest.mark.parametrize(("campaign", "form"), STATISTICS, ids=lambda x: getattr(x, "key", x))
def test_most_cells_of_a_statistics_form_are_filled_by_the_portal(
    rows: Any, campaign: str, form: Any
) -> None:
    """Over all units of the demo, in the latest periods; each origin names where the figure stands."""
    found = rows(EDITIONS, campaign, form.key)
    latest = sorted({row[1] for row in found})[-LATEST:]
    assert len(latest) == LATEST
    asked = prefilled = 0
    for member, period, values, origins, corrections, stored_asked, stored_prefilled in found:
        if period in latest:
            cells = count_cells(
                form, member, json.loads(values), json.loads(origins), json.loads(corrections)
            )
            assert (cells.asked, cells.prefilled) == (stored_asked, stored_prefilled)
            assert all(o["text"] and o["kind"] for o in json.loads(origins).values())
            asked, prefilled = asked + cells.asked, prefilled + cells.prefilled
    assert asked > 500
    assert prefilled / asked >= SHARE, f"{form.key}: {prefilled} of {asked}"


def test_drawn_figures_are_those_of_the_ledgers(rows: Any) -> None:
    """A zero is offered only where nothing was registered; elsewhere the origin counts the entries."""
    kinds: dict[str, int] = {}
    with_records = 0
    for (origins,) in rows("select origins from submission_edition where asked > 0"):
        for origin in json.loads(origins).values():
            kinds[origin["kind"]] = kinds.get(origin["kind"], 0) + 1
            with_records += bool(origin["params"].get("n") or origin["params"].get("m"))
    assert {"records", "carried", "element", "profile"} <= set(kinds)
    assert with_records > 1000


def test_deadlines_set_by_hand_run_and_one_waits_for_more_time(rows: Any) -> None:
    found = rows(
        """select d.subject, d.unit_id, d.due_at > '2026-09-22 01:30', d.met_at, c.kind, c.new_due_at > d.due_at
        from deadline d left join deadline_change c on c.tenant_id = d.tenant_id and c.deadline_id = d.id
        where d.subject like 'hand:%' order by d.subject"""
    )
    assert all(later and met is None for _subject, _unit, later, met, *_change in found)
    assert len({unit for subject, unit, *_ in found if subject == "hand:demo-deadline-0"}) == 3
    assert [row[4:] for row in found if row[4]] == [("asked", 1)]


def test_a_few_figures_were_corrected_with_a_reason(rows: Any) -> None:
    reasons = [
        json.loads(c) for (c,) in rows("select corrections from submission_edition where corrected > 0")
    ]
    assert len(reasons) > 5
    assert all(text for given in reasons for text in given.values())


def test_each_scene_of_reporting_is_there(rows: Any) -> None:
    """Shortened date and own columns, own form, questions, late version 2, amended figure, a county getting worse."""
    named = "select l.{} from local_form l join tenant t on t.id = l.tenant_id where t.name = ? and {}"
    ((earlier,),) = rows(named.format("days_earlier", "days_earlier > 0"), "盂县")
    ((definition,),) = rows(named.format("definition", "days_earlier > 0"), "盂县")
    assert earlier == 5
    assert len(json.loads(definition)["fields"]) == 2
    assert len(rows(named.format("id", "form like 'own_%'"), "平定县")) == 1
    answers = [a for (a,) in rows("select answer from question")]
    assert len(answers) == 2
    assert sum(bool(a) for a in answers) == 1
    ((late, differences),) = rows("select number, differences from report_file where kind = 'late'")
    assert late == 2
    assert json.loads(differences)
    ((own,),) = rows("select amended from rollup where amended <> '{}'")
    assert all(given["reason"] for given in json.loads(own).values())
    filed = rows(
        """select r."values" from rollup r join tenant t on t.id = r.tenant_id
           where t.name = '矿区' and r.form = 'monthly_report' and r.period in ('2026-06', '2026-07', '2026-08')
           order by r.period"""
    )
    series = [(json.loads(v)["case_filed_count"], json.loads(v)["case_solved_count"]) for (v,) in filed]
    assert series == [(11, 10), (17, 8), (26, 6)]


def test_every_unit_but_one_has_held_something_this_month(rows: Any) -> None:
    idle = rows(
        """select t.name, u.short_name from unit u join tenant t on t.id = u.tenant_id
           where t.name in ('乡宁县', '平定县') and exists (
             select 1 from submission s where s.tenant_id = u.tenant_id and s.unit_id = u.id)
           and not exists (
             select 1 from activity_unit x
             join activity a on a.tenant_id = x.tenant_id and a.id = x.activity_id and a.held_on >= '2026-09-01'
             where x.tenant_id = u.tenant_id and x.unit_id = u.id)"""
    )
    assert idle == [("乡宁县", "县司法局")]
    joint = rows(
        """select count(*) from activity_unit x join activity a on a.tenant_id = x.tenant_id and a.id = x.activity_id
           where a.title = '反诈进校园联合宣传' group by a.id"""
    )
    assert joint == [(4,)]


def test_nobody_is_named(rows: Any) -> None:
    """Posts only; no number that could be a mobile phone or an identity card."""
    texts = [t for q in ("select title from record", 'select "values" from record', "select title from activity") for (t,) in rows(q)]  # fmt: skip
    assert not [t for t in texts if re.search(r"1[3-9]\d{9}(?!\d)|\d{17}[\dX]", t)]


def test_again_keeps_what_is_there(settings: dict[str, str]) -> None:
    before = fingerprint(settings)
    again = portal(settings, "demo")
    assert again.returncode == 0, again.stderr
    assert PASSWORD in again.stdout
    assert fingerprint(settings) == before


def test_every_account_shown_can_work_and_every_page_says_demo(
    settings: dict[str, str], tmp_path: Path
) -> None:
    with serving(settings, tmp_path / "log") as server:
        for username, _who in SHOWN:
            clerk = Clerk(server.base, username, PASSWORD)
            assert "演示环境" in clerk.get("/login").body
            clerk.log_in()
            home = clerk.get("/")
            if home.status == 302:  # an administrator's second factor comes first
                home = clerk.get(home.headers["Location"])
            assert home.status == 200, username
            assert "演示环境" in home.body


def test_an_interrupted_build_is_begun_again(settings: dict[str, str]) -> None:
    """Killed half-way: marker without accounts, half a database. The demo of these tests was built over that."""
    folder = Path(settings["INSTANCE"])
    assert not (folder / "portal.sqlite").read_bytes().startswith(HALF)
    assert json.loads((folder / "demo").read_text()) != []
