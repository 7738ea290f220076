"""Canaries in everything that one tenant keeps, looked for in everything that another, or anybody, is shown.

Generated from the URL map over the world of the contract's walks: a room whose rows ``tests/contract/world.py``
makes is walked without a line here. ``CANARY-…`` stands in the names and texts of a place (entries, urgent reports,
items, advisories, requests, bulletins, drafts, notices); ``SECRETGEM-…`` in sensitive fields, which no page and no
byte on the disk may show.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.routing import Rule

from portal.accounts.models import Account
from portal.core.db import db
from portal.core.posts import PostKind
from portal.core.scope import Actor, Scope, set_scope
from portal.ledger.services import Entry, change_record, create_record
from portal.notices.digests import collect
from portal.notices.models import Digest
from portal.notices.outbox import compose
from portal.tenants.models import Tenant
from portal.units.models import Mechanism, Membership, Post
from tests.conftest import SharedApps
from tests.contract.pages import words
from tests.contract.world import CAMPAIGN, PLAIN, SECOND, SPARE, Place, World, build
from tests.security.dump import bytes_of, rows_as_text

GEM = "SECRETGEM"
SEARCHED = ("q=ETGEM&below=1&sort=-known&page=1", "q=NARY-TWO&below=1")
"""Fragments, so that a page that repeats what was asked does not show the canary by that."""
READERS = (*PostKind, SECOND)


@pytest.fixture(scope="session")
def sealed_worlds() -> dict[str, World]:
    return {}


@pytest.fixture
def world(engine: str, sealed_worlds: dict[str, World], shared_apps: SharedApps) -> World:
    """The world of the contract, and in each place an entry with sensitive fields in the spare campaign."""
    if engine not in sealed_worlds:
        made = build(shared_apps(engine, "leak"))
        with made.factory() as make:
            for account in make.session.scalars(sa.select(Account)):
                account.email, account.mail_on = f"{account.id}@example.org", True
            make.session.commit()
        for place in made.places:
            _keep_secret(made, place)
        sealed_worlds[engine] = made
    return sealed_worlds[engine]


def _keep_secret(world: World, place: Place) -> None:
    with world.factory() as make:
        make.session.info["audit_key"] = world.app.extensions["portal"].audit_key
        tenant = make.session.get_one(Tenant, place.tenant_id)
        campaign = world.app.extensions["portal"].registry.find(SPARE)
        ledger = campaign.ledger("lead")
        values = {k: v for k, v in ledger.examples[0].items() if k != "title"}
        with make.enter(tenant) as session:
            body = session.scalars(sa.select(Mechanism).where(Mechanism.campaign == SPARE)).one()
            unit_id = place.ids["unit_id"]
            session.add(
                Membership(mechanism_id=body.id, member="police", unit_id=unit_id, since=date(2026, 1, 1))
            )
            begun = make.clock() - timedelta(days=30)
            for kind in (
                PostKind.LIAISON,
                PostKind.LEADER_IN_CHARGE,
                PostKind.OFFICE_STAFF,
                PostKind.CONVENOR,
            ):
                account = session.scalars(
                    sa.select(Account).where(Account.username == place.account(kind))
                ).one()
                unit = unit_id if kind in (PostKind.LIAISON, PostKind.LEADER_IN_CHARGE) else None
                session.add(
                    Post(
                        account_id=account.id,
                        kind=kind.value,
                        mechanism_id=body.id,
                        unit_id=unit,
                        since=begun,
                    )
                )
            session.flush()
            actor, now = Actor(None, f"{place.canary}单位"), make.clock()
            secret = {"subject_name": f"{GEM}-{place.slug}", "credit_code": f"{GEM}00000"}
            found = create_record(
                session, actor, now, mechanism_id=body.id, unit_id=unit_id, campaign=campaign, ledger=ledger,
                entry=Entry(f"{place.canary}kept", "", now, values | secret), request_key=f"{place.slug}-secret",
            )  # fmt: skip
            session.flush()
            change_record(
                session, actor, now, found=found, version=found.version, campaign=campaign, ledger=ledger,
                entry=Entry(f"{place.canary}kept", "", now, {**found.values, "subject_name": f"{GEM}-{place.slug}-2"}),
            )  # fmt: skip
            place.ids["secret_record"] = found.id


def rules(world: World) -> list[Rule]:
    """What can be read. An address for whose arguments the world has no rows is the contract walk's complaint."""
    place = world.counties[0]
    return [
        r for r in world.rules()
        if "GET" in (r.methods or ()) and not r.endpoint.endswith("logout") and _has_rows(place, r)
    ]  # fmt: skip


def _has_rows(place: Place, rule: Rule) -> bool:
    try:
        return all(place.value(rule, argument) is not None for argument in rule.arguments)
    except AssertionError:
        return False


def foreign(world: World, place: Place) -> list[str]:
    """Canaries that this place's people must never see: those of other cities and of siblings."""
    city = next(c for c in world.cities if c.slug.split("_")[0] == place.slug.split("_")[0])
    related = {place.slug} | (
        {p.slug for p in world.counties if place is city and p.slug[:3] == city.slug[:3]}
    )
    return [p.canary for p in world.places if p.slug not in related and p is not city]


def found_in(text: str, canaries: list[str]) -> list[str]:
    return [c for c in (*canaries, GEM) if c in text]


def walk(world: World, place: Place, who: str, queries: tuple[str, ...]) -> tuple[list[str], int]:
    """What leaked, and how many answers showed the place's own texts: every readable address of the place, in both campaigns, with each of the queries."""
    own, wrong, client, forbidden = 0, [], world.client(place, who), foreign(world, place)
    spare = replace(place, ids=place.ids | {"campaign": SPARE, "record_id": place.ids["secret_record"]})
    for rule in rules(world):
        for at in (place, spare) if "campaign" in rule.arguments and who in SPARED else (place,):
            for query in queries:
                url = world.url(rule, at) + (f"?{query}" if query else "")
                response = client.get(url)
                text = words(response)
                own += place.canary in text
                leaked = found_in(text, forbidden)
                leaked += found_in(str(response.headers), forbidden)
                wrong += [f"{response.status_code} {url} as {place.slug} {who} shows {c}" for c in leaked]
    return wrong, own


SPARED = (PostKind.LIAISON, PostKind.OFFICE_STAFF)
"""Who also walks the campaign in which only sensitive things stand: a unit's and the office's own."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("slug", ["one_a", "one_city"])
def test_no_page_of_any_post_shows_a_foreign_or_sensitive_text(
    world: World, slug: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    place = next(p for p in world.places if p.slug == slug)
    wrong: list[str] = []
    shown = 0
    for who in (
        READERS if place in world.counties else (PostKind.OFFICE_STAFF, PostKind.CONVENOR, PostKind.LIAISON)
    ):
        found, own = walk(world, place, who, ("",))
        wrong, shown = wrong + found, shown + own
    assert shown > 100, "pages that show the place's own texts"
    assert not wrong, "\n".join(wrong)
    assert GEM not in caplog.text
    assert found_in(caplog.text, foreign(world, place)) == []


@pytest.mark.parametrize(("slug", "who"), [("one_a", PostKind.LIAISON), ("one_a", PostKind.OFFICE_STAFF),
                                           ("one_city", PostKind.OFFICE_STAFF)])  # fmt: skip
def test_search_filters_and_sorting_find_nothing_foreign(world: World, slug: str, who: PostKind) -> None:
    place = next(p for p in world.places if p.slug == slug)
    wrong, _own = walk(world, place, who, SEARCHED)
    assert not wrong, "\n".join(wrong)


def test_a_foreign_id_in_any_argument_or_filter_shows_nothing(world: World) -> None:
    """Error pages, drop-downs and prefilled forms: with every row of another city in the address."""
    place, other = world.counties[0], world.counties[2]
    names = (
        "unit",
        "subject",
        "item",
        "report",
        "record",
        "submission",
        "activity",
        "source",
        "place",
        "post",
    )
    wrong = []
    for who in (PostKind.LIAISON, PostKind.OFFICE_STAFF):
        client = world.client(place, who)
        for rule in rules(world):
            given = {a: world.row(rule, other, a) for a in rule.arguments - PLAIN if a != "token"}
            url = world.url(rule, place, given)
            query = "&".join(f"{n}={_foreign_value(n, other)}" for n in names)
            for asked in (url, f"{world.url(rule, place)}?{query}"):
                leaked = found_in(words(client.get(asked)), foreign(world, place))
                wrong += [f"{asked} as {who} shows {c}" for c in leaked]
    assert not wrong, "\n".join(wrong)


def _foreign_value(name: str, other: Place) -> Any:
    if name == "subject":
        return f"record:{other.ids['record_id']}"
    known = {"unit": "unit_id", "item": "items/item_id", "record": "record_id", "place": "code", "report": "report_id",
             "submission": "submission_id", "activity": "activity_id", "post": "post_id"}  # fmt: skip
    return other.ids.get(known.get(name, ""), other.code)


def test_mail_names_nothing_foreign_and_nothing_sensitive(world: World) -> None:
    """The text of every digest that would go out now, to every account."""
    with world.app.app_context():
        session = db.session()
        now = world.app.extensions["portal"].clock()
        session.info["audit_key"] = world.app.extensions["portal"].audit_key
        collect(session, now, urgent_only=False, mail=True)
        session.info.pop("scope", None)
        digests = [(d.id, d.account_id) for d in session.scalars(sa.select(Digest))]
        assert digests
        wrong = []
        for digest, account in digests:
            name = session.get_one(Account, account).username
            place = max((p for p in world.places if name.startswith(f"{p.slug}_")), key=lambda p: len(p.slug))
            set_scope(session, Scope(own=(place.tenant_id,), home=place.tenant_id))
            text = "\n".join(compose(session, account, digest, now))
            wrong += [f"mail to {name} names {c}" for c in found_in(text, foreign(world, place))]
        session.rollback()
        assert not wrong, "\n".join(wrong)


def test_the_disk_holds_no_sensitive_text_and_no_content_in_clear(world: World) -> None:
    """Rows of every table, the files of SQLite with their journal, contents of attachments, exports."""
    settings = world.app.extensions["portal"].settings
    assert "sealed:" in rows_as_text(settings)
    assert GEM not in rows_as_text(settings)
    everything = bytes_of(settings.instance)
    assert GEM.encode() not in everything
    files = bytes_of(settings.instance / "files")
    assert len(files) > 100, "there are attachments"
    assert b"CANARY" not in files


def test_the_canaries_are_there(world: World) -> None:
    """The walk looks for what exists: each place's own people see its texts, and ask for the sensitive in full."""
    place = world.counties[0]
    client = world.client(place, PostKind.LIAISON)
    at = f"/{place.code}/{SPARE}/ledger"
    assert f"{place.canary}kept" in words(client.get(at))
    data = {"csrf_token": world.token, "reason": "核对一次"}
    assert f"{GEM}-{place.slug}-2" in words(
        client.post(f"{at}/{place.ids['secret_record']}/sensitive", data=data)
    )
    full = client.post(f"{at}.xlsx", data=data)
    assert f"{GEM}-{place.slug}-2" in words(full)
    other = world.counties[2]
    assert other.canary in words(
        world.client(other, PostKind.OFFICE_STAFF).get(f"/{other.code}/{CAMPAIGN}/ledger")
    )
    assert client.get(f"/{other.code}/{SPARE}/ledger").status_code == 404
