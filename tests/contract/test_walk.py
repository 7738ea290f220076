"""Every address of the portal, as nobody, as a stranger and as each post. Generated from the URL map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.core.posts import ADMINISTRATORS, RIGHTS, PostKind
from portal.reporting.models import Submission
from portal.web.access import SAFE
from tests.contract.pages import faults, words
from tests.contract.world import CAMPAIGN, PLAIN, SECOND, Place, World

COUNTY = "one_a"
BODIES = {"/members/<int:membership>/end": {"last_day": "2026-09-16"}, "/enable": {"since": "2026-09-01"}}
"""What must be sent, by the end of the address, so that a view gets as far as looking for the row."""


def body(rule: Rule) -> dict[str, str]:
    return next((data for end, data in BODIES.items() if rule.rule.endswith(end)), {})


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})


def say(method: str, url: str, who: str, response: TestResponse) -> str:
    return f"{method} {url} as {who}: {response.status}"


# ------------------------------------------------------------------------------------------------- nobody
def test_nobody_sees_only_what_is_public(world: World) -> None:
    """Anonymous: sent to the log-in page, and no page shows anything of any place; but a calendar's secret address is
    its key.
    """
    wrong: list[str] = []
    place = world.counties[0]
    for rule in world.rules():
        url = world.url(rule, place)
        for method in methods(rule):
            response = world.send(None, "", method, url)
            said = say(method, url, "nobody", response)
            if "CANARY" in words(response) and "token" not in rule.arguments:
                wrong.append(f"{said}, shows a place's text")
            if world.access(rule).public:
                if response.status_code >= 500:
                    wrong.append(said)
            elif response.status_code != 302 or not response.location.startswith("/login"):
                wrong.append(f"{said} {response.headers.get('Location')}")
            wrong += [f"{said}: {fault}" for fault in faults(response)]
    assert not wrong, "\n".join(wrong)


# ---------------------------------------------------------------------------------------------- strangers
def foreign_addresses(world: World, rule: Rule, own: Place, other: Place) -> Iterator[tuple[str, str]]:
    """(kind, address): the other's own address, then the stranger's address with the other's rows in it."""
    if "tenant" in rule.arguments:
        yield "address", world.url(rule, other)
    rows = sorted(rule.arguments - PLAIN)
    sets = [rows] if rows else []
    sets += [[a] for a in rows if len(rows) > 1]
    for arguments in sets:
        foreign = {a: world.row(rule, other, a) for a in arguments}
        yield "+".join(arguments), world.url(rule, own, foreign)


STRANGERS = [("one_b", COUNTY), ("two_city", COUNTY), (COUNTY, "one_city")]
"""A sibling, another city, and a county that asks for its own city's rows."""


def by_slug(world: World, slug: str) -> Place:
    return next(p for p in world.places if p.slug == slug)


@pytest.mark.parametrize(("stranger", "victim"), STRANGERS)
def test_a_stranger_finds_nothing_and_changes_nothing(world: World, stranger: str, victim: str) -> None:
    """404 for each foreign address and each foreign row, with the very right that the view asks for."""
    own, other = by_slug(world, stranger), by_slug(world, victim)
    before = world.rows_of(other)
    wrong, asked = [], 0
    for rule in world.rules():
        access = world.access(rule)
        if access.public:
            continue
        for kind, url in foreign_addresses(world, rule, own, other):
            for method in methods(rule):
                for who in world.holders(access):
                    if "tenant" in rule.arguments and kind != "address" and not _enters(rule, who):
                        continue
                    response = world.send(own, who, method, url, body(rule))
                    said, asked = say(method, url, f"{stranger} {who} ({kind})", response), asked + 1
                    allowed = {404} if access.right or kind == "address" else {403, 404}
                    if response.status_code not in allowed:
                        wrong.append(f"{rule.endpoint}: {said}")
                    if other.canary in words(response):
                        wrong.append(f"{rule.endpoint}: {said} shows the victim's text")
    assert asked > 100
    assert not wrong, "\n".join(wrong)
    after = world.rows_of(other)
    assert [t for t in before if before[t] != after[t]] == []


def _enters(rule: Rule, who: PostKind) -> bool:
    """Has a desk of this post at this kind of address: administrators outside campaigns, all others inside."""
    return (who in ADMINISTRATORS) != ("campaign" in rule.arguments)


QUERIES = (
    "/{t}/{c}/duties?unit={unit_id}",
    "/{t}/{c}/duties/lines/police_5?unit={unit_id}",
    "/{t}/{c}/board?report={report_id}",
    "/{t}/{c}/ledger?unit={unit_id}",
    "/{t}/{c}/ledger?below=1",
    "/{t}/{c}/activities?unit={unit_id}",
    "/{t}/{c}/activities.xlsx?unit={unit_id}",
    "/{t}/{c}/ledger?q=CANARY",
    "/{t}/{c}/urgent?q=CANARY",
    "/{t}/{c}/requests?request={request_id}",
    "/{t}/{c}/requests.xlsx?request={request_id}",
    "/{t}/{c}/advisories/new?draft={request_id}",
    "/{t}/{c}/library?q=CANARY",
    "/{t}/{c}/library?source={unit_id}",
    "/{t}/{c}/library?source=t{tenant_id}",
    "/{t}/{c}/bulletins?year=2026",
    "/{t}/{c}/information/items?q=CANARY",
    "/{t}/{c}/information/items?unit={unit_id}",
    "/{t}/{c}/information/items?place={tenant_id}",
    "/{t}/{c}/information/items.xlsx?q=CANARY",
    "/{t}/{c}/information/items/new?copy={released_item}",
    "/{t}/{c}/urgent/new?subject={subject}",
    "/{t}/{c}/papers?q=CANARY",
    "/{t}/{c}/papers.xlsx?q=CANARY",
    "/{t}/{c}/papers/numbers?year=2026",
    "/{t}/{c}/papers/new?subject=meeting:{paper_id}",
    "/{t}/{c}/papers/new?draft=paper:{paper_id}",
    "/{t}/{c}/assessment/ladder?unit={unit_id}",
    "/{t}/{c}/assessment/ladder/new?derived={unit_id}:monthly_activity:2026-06",
    "/{t}/{c}/overview?view=all",
    "/{t}/{c}/overview.xlsx?view=all",
    "/{t}/{c}/overview/summary?at=2026Q3",
    "/{t}/{c}/overview/differences?period=2026-08",
    "/{t}/{c}/overview/draft.docx?span=2026",
)


@pytest.mark.parametrize("who", [PostKind.LIAISON, PostKind.OFFICE_DIRECTOR])
@pytest.mark.parametrize("stranger", ["one_b", "two_city"])
def test_foreign_rows_in_the_query_are_not_found_either(world: World, stranger: str, who: PostKind) -> None:
    own, other = by_slug(world, stranger), by_slug(world, COUNTY)
    for query in QUERIES:
        url = query.format(t=own.code, c=CAMPAIGN, **other.ids)
        response = world.client(own, who).get(url)
        assert response.status_code in (200, 403, 404), say("GET", url, who, response)
        assert other.canary not in words(response), url


def _ids(place: Place) -> dict[str, Any]:
    now = "2026-09-16T11:00"
    entry = {"entry-title": "x", "entry-known_at": now, "entry-request_key": "k", "found_channel": "counter",
             "currency": "cny", "face_value": "10"}  # fmt: skip
    return {
        "ledger/new?ledger=case": (PostKind.LIAISON, entry | {"entry-unit": place.ids["unit_id"]}),
        "urgent/new": (
            PostKind.LIAISON,
            {"what": "x", "place": "y", "known_at": now, "request_key": "k", "unit": place.ids["unit_id"]},
        ),
        "body/members": (
            PostKind.OFFICE_DIRECTOR,
            {"since": "2026-09-16", "member": "", "unit": place.ids["unit_id"]},
        ),
        "activities/new": (
            PostKind.OFFICE_DIRECTOR,
            dict.fromkeys(("unit", "units"), place.ids["unit_id"])
            | {"title": "x", "held_on": "2026-09-16", "kind": "rally", "request_key": "k"},
        ),
    }


@pytest.mark.parametrize("form", ["ledger/new?ledger=case", "urgent/new", "body/members", "activities/new"])
def test_foreign_ids_in_form_fields_save_nothing_foreign(world: World, form: str) -> None:
    """A03. Where a form has one possible unit, the posted one is not read at all."""
    own, other = by_slug(world, "one_b"), by_slug(world, COUNTY)
    who, data = _ids(other)[form]
    before = world.rows_of(other)
    response = world.client(own, who).post(
        f"/{own.code}/{CAMPAIGN}/{form}", data={"csrf_token": world.token} | data
    )
    assert response.status_code in ((303,) if who is PostKind.LIAISON else (422,)), response.get_data(
        as_text=True
    )
    assert world.rows_of(other) == before
    saved = {table: rows for table, rows in world.rows_of(own).items() if table != "audit_event"}
    assert not any(str(other.ids["unit_id"]) in row for rows in saved.values() for row in rows)


def test_an_account_for_a_foreign_tenant_is_refused(world: World) -> None:
    own, other = by_slug(world, "one_b"), by_slug(world, COUNTY)
    data = {"csrf_token": world.token, "username": "planted", "display_name": "x", "tenant": other.tenant_id}
    client = world.client(own, PostKind.SECURITY_ADMINISTRATOR)
    assert client.post(f"/{own.code}/admin/accounts/new", data=data).status_code == 422
    with world.factory() as make:
        from portal.accounts.models import Account

        assert make.session.query(Account).filter_by(username="planted").all() == []


# --------------------------------------------------------------------------------- inside one's own tenant
def test_the_city_sees_what_was_released_and_nothing_else(world: World) -> None:
    city, county = world.cities[0], world.counties[0]
    office = world.client(city, PostKind.OFFICE_DIRECTOR)
    at, ids = f"/{city.code}/{CAMPAIGN}", county.ids
    seen = {
        f"{at}/overview/{county.code}/{ids['submitted']}": 200,
        f"{at}/overview/{county.code}/{ids['report_id']}": 404,
        f"{at}/overview/{county.code}/forms/{ids['forms/submission_id']}": 200,
        f"{at}/overview/{county.code}/forms/{ids['submission_id']}": 404,
        f"{at}/ledger/{ids['released_record']}": 200,
        f"{at}/ledger/{ids['record_id']}": 404,
        f"{at}/urgent/{ids['urgent/report_id']}": 200,
        f"{at}/reports/{ids['submission_id']}": 404,
        f"{at}/reports/{ids['forms/submission_id']}": 404,
        f"{at}/board?report={ids['submitted']}": 404,
    }
    assert {url: office.get(url).status_code for url in seen} == seen
    kept = office.get(f"{at}/ledger?below=1").get_data(as_text=True)
    assert f"{county.canary}told" in kept
    assert f"{county.canary}kept" not in kept


@pytest.mark.parametrize("path", ["ledger/{released_record}/edit", "ledger/{released_record}/important",
                                  "reports/{forms/submission_id}", "reports/{forms/submission_id}/review",
                                  "board/{submitted}/submit", "board/{submitted}/remind"])  # fmt: skip
def test_the_city_writes_none_of_a_countys_rows(world: World, path: str) -> None:
    city, county = world.cities[0], world.counties[0]
    before = world.rows_of(county)
    for name, value in county.ids.items():
        path = path.replace("{" + name + "}", str(value))
    for who in (PostKind.OFFICE_DIRECTOR, PostKind.LEADER_IN_CHARGE):
        url = f"/{city.code}/{CAMPAIGN}/{path}"
        response = world.client(city, who).post(url, data={"csrf_token": world.token, "version": "1"})
        assert response.status_code in (403, 404), say("POST", url, who, response)
    assert world.rows_of(county) == before


def test_a_liaison_does_not_see_another_units_form_entry_or_notice(world: World) -> None:
    """A11, inside one tenant."""
    place = world.counties[0]
    other = world.client(place, SECOND)
    at, ids = f"/{place.code}/{CAMPAIGN}", place.ids
    paths = (f"reports/{ids['submission_id']}", f"reports/{ids['submission_id']}/editions/1",
             f"ledger/{ids['record_id']}", f"ledger/{ids['record_id']}/edit",
             f"urgent/{ids['urgent/report_id']}", f"urgent/new?subject={ids['subject']}",
             f"activities/{ids['activity_id']}", f"activities/{ids['activity_id']}/edit",
             f"duties?unit={ids['unit_id']}")  # fmt: skip
    assert {p: other.get(f"{at}/{p}").status_code for p in paths} == dict.fromkeys(paths, 404)
    read = other.post(f"/inbox/{place.tenant_id}/{ids['notice_id']}", data={"csrf_token": world.token})
    assert read.status_code == 404


WALKERS = [("two_b", who) for who in (*PostKind, SECOND)]
WALKERS += [("two_city", who) for who in (PostKind.OFFICE_DIRECTOR, PostKind.CONVENOR)]


@pytest.mark.parametrize(
    ("slug", "who", "engine"),
    [
        (slug, who, "postgresql" if who in (PostKind.OFFICE_DIRECTOR, PostKind.LIAISON) else "sqlite")
        for slug, who in WALKERS
    ],
    indirect=["engine"],
)
def test_each_post_walks_its_own_tenant(world: World, slug: str, who: str) -> None:
    """No fault anywhere; 404 where the post has no desk, 403 where it lacks the right; every page in order."""
    place = by_slug(world, slug)
    rights = RIGHTS[PostKind.LIAISON if who == SECOND else PostKind(who)]
    wrong = []
    for rule in world.rules():
        url, access = world.url(rule, place), world.access(rule)
        for method in methods(rule):
            response = world.send(place, who, method, url, body(rule))
            said = f"{rule.endpoint}: {say(method, url, who, response)}"
            status = response.status_code
            desk = "tenant" not in rule.arguments or _enters(
                rule, PostKind.LIAISON if who == SECOND else PostKind(who)
            )
            if not desk:
                fine = status == 404
            elif access.right is not None and access.right not in rights:
                fine = status == 403
            else:
                fine = status < 500
            if not fine:
                wrong.append(said)
            wrong += [f"{said}: {fault}" for fault in faults(response)]
    assert not wrong, "\n".join(wrong)


OFFICE = {PostKind.OFFICE_DIRECTOR, PostKind.OFFICE_STAFF}
UNIT = {PostKind.LIAISON, PostKind.LEADER_IN_CHARGE}
OVERSIGHT = {PostKind.CONVENOR, PostKind.DEPUTY_CONVENOR}
READERS: dict[str, set[PostKind]] = {
    "rewards.application": OFFICE | UNIT | OVERSIGHT,  # the accounts of a county pay nothing
    "rewards.paper": OFFICE | UNIT | OVERSIGHT,
    "reporting.sheet": OFFICE | UNIT | OVERSIGHT,
    "documents.download": OFFICE | UNIT | OVERSIGHT,
    "reporting.edition": OFFICE | UNIT | OVERSIGHT,
    "reporting.differences": OFFICE | UNIT | OVERSIGHT,
    "reporting.sheet_workbook": OFFICE | UNIT | OVERSIGHT,
    "reporting.upload": {PostKind.LIAISON},
    "reporting.upload_rest": {PostKind.LIAISON},
    "reporting.upload_unit": {PostKind.OFFICE_DIRECTOR},
    "information.item_edit": UNIT,  # the writer's own; the office answers it
    "duties.owed": OFFICE | UNIT | OVERSIGHT,
    "duties.line": OFFICE | OVERSIGHT,  # what the office did
    "information.requests": OFFICE | UNIT | OVERSIGHT,
    "information.request_detail": OFFICE | UNIT | OVERSIGHT,
    "information.request_workbook": OFFICE | UNIT | OVERSIGHT,
    "information.new_request": set(),  # this campaign declares none; see tests/information/test_requests.py
    "information.new_advisory": OFFICE,
    "information.push_item": set(),  # a county has nobody below; see tests/information/test_advisory_pushes.py
    **dict.fromkeys(
        (
            "meetings.meeting",
            "meetings.replies",
            "meetings.papers",
            "meetings.sign_in",
            "meetings.minutes",
            "meetings.resolutions",
            "meetings.resolution",
            "meetings.topics",
            "meetings.topic",
        ),
        OFFICE | UNIT | OVERSIGHT,  # of the body or of a unit; somebody in a group only is neither
    ),
    "meetings.minutes_editions": OFFICE | OVERSIGHT,
    "papers.version": OFFICE | OVERSIGHT,
    "papers.edit": set(),  # the walk's paper is issued; see tests/papers
    "meetings.edit_topic": UNIT,  # the applicant's own
    "ledger.import_lines": {PostKind.LIAISON},  # whoever brought the file
    "ledger.import_rest": {PostKind.LIAISON},
    "tips.figures": OFFICE,
    "tips.award": OFFICE | UNIT | OVERSIGHT,
    "units.show": OFFICE | UNIT,
    "units.handover": OFFICE,
    "units.paper": OFFICE,
}
"""Views whose right says what may be read, and whose row says by whom."""


def test_whoever_holds_the_right_gets_the_page(world: World) -> None:
    """GET of every view by a post that carries its right, on rows of its own: a page or a redirect."""
    wrong = []
    for rule in world.rules():
        access = world.access(rule)
        if "GET" not in methods(rule) or access.right is None:
            continue
        below = "place" in rule.arguments
        place = world.cities[0] if below else world.counties[0]
        foreign = {a: world.row(rule, world.counties[0], a) for a in rule.arguments - PLAIN} if below else {}
        url = world.url(rule, place, foreign)
        for who in PostKind:
            if (
                access.right in RIGHTS[who]
                and _enters(rule, who)
                and who in READERS.get(rule.endpoint, PostKind)
            ):
                response = world.client(place, who).get(url)
                if response.status_code >= 400:
                    wrong.append(say("GET", url, who, response))
    assert not wrong, "\n".join(wrong)


# ------------------------------------------------------------------------------------------- safe methods
TRAIL = {"audit_event", "audit_head"}


@pytest.mark.parametrize(("engine", "method"), [("sqlite", "HEAD"), ("sqlite", "GET"), ("postgresql", "GET")], indirect=["engine"])  # fmt: skip
def test_reading_changes_no_row(world: World, method: str) -> None:
    """A40. Views marked ``writes`` may add to the trail, and to nothing else."""
    place = world.counties[0]
    wrong = []
    for who in PostKind:
        world.client(place, who)
    before = world.fingerprint()
    read = [rule for rule in world.rules() if "GET" in methods(rule)]
    for writes in (False, True):
        group = [rule for rule in read if world.access(rule).writes is writes]
        for some in (group[at : at + 10] for at in range(0, len(group), 10)):
            for rule in some:
                for who in world.holders(world.access(rule))[: None if method == "GET" else 1]:
                    world.client(place, who).open(world.url(rule, place), method=method)
            after = world.fingerprint()
            changed = {t for t in before if before[t] != after[t]} - (TRAIL if writes else set())
            before = after
            if changed:
                wrong.append(f"{method} changed {sorted(changed)}: one of {[rule.rule for rule in some]}")
    assert not wrong, "\n".join(wrong)


TOLD = {"tips.tell", "tips.follow", "tips.more", "tips.word"}
"""The open page has no session: its forms carry a signed token of their own, and what was typed is shown again."""


def test_every_post_without_its_token_is_refused(world: World) -> None:
    """A39: no token, and a token of somebody else's session."""
    place = world.counties[1]
    for who in PostKind:
        world.client(place, who)
    before = world.fingerprint()
    wrong = []
    with world.app.test_request_context():
        from flask_wtf.csrf import generate_csrf

        foreign = generate_csrf()
    for rule in world.rules():
        for method in set(methods(rule)) - SAFE:
            for who in world.holders(world.access(rule)):
                client = world.client(place, who)
                for data in ({}, {"csrf_token": foreign}, {"csrf_token": "x"}):
                    response = client.open(world.url(rule, place), method=method, data=data)
                    if response.status_code not in ((422, 429) if rule.endpoint in TOLD else (400,)):
                        wrong.append(say(method, rule.rule, who, response))
    assert not wrong, "\n".join(wrong)
    after = world.fingerprint()
    assert {t for t in before if before[t] != after[t]} <= {"tip_attempt"}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_supported(world: World, method: str) -> None:
    """A59, with the headers that would override a method."""
    place = world.counties[0]
    client = world.client(place, PostKind.OFFICE_DIRECTOR)
    before = world.fingerprint()
    for rule in world.rules():
        url = world.url(rule, place)
        assert client.open(url, method=method).status_code in (400, 405), f"{method} {url}"
        if "GET" in methods(rule) and not world.access(rule).writes:
            client.get(url, headers={"X-HTTP-Method-Override": method})
    assert world.fingerprint() == before


NONSENSE = ("0", "9223372036854775807", "9223372036854775808", "9" * 30, "-1", "x", "%00", "１")


def test_nonsense_for_a_row_is_not_found(world: World) -> None:
    """A45, A60: no number, however large or odd, is more than not found."""
    place = world.counties[0]
    wrong = []
    for rule in world.rules():
        rows = [a for a in rule.arguments - PLAIN if isinstance(place.ids.get(a), int)]
        for argument in rows:
            url = world.url(rule, place, {argument: 1234567890123})
            who = world.holders(world.access(rule))[0]
            for number in NONSENSE:
                asked = url.replace("1234567890123", number)
                for method in methods(rule):
                    response = world.send(place, who, method, asked, body(rule))
                    if response.status_code not in (403, 404):
                        wrong.append(f"{rule.endpoint}: {say(method, asked, who, response)}")
    assert not wrong, "\n".join(wrong)


def test_the_world_still_stands(world: World) -> None:
    """The walks look at real rows: a draft, a filed form, a released one."""
    with world.factory() as make:
        from portal.core.scope import Scope, set_scope

        set_scope(make.session, Scope(own=tuple(p.tenant_id for p in world.places)))
        states = {s.state for s in make.session.query(Submission)}
        assert {"draft", "filed"} <= states
