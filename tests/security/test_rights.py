"""What a post allows, and where it ends: at its tenant, at its body, at its last minute."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from gunicorn.app.wsgiapp import WSGIApplication

from portal.accounts import services as accounts
from portal.accounts.models import Account
from portal.core.errors import NotAllowed
from portal.core.posts import PostKind
from portal.core.scope import SYSTEM, Actor, ForeignRow, Scope, set_scope
from portal.core.settings import Settings
from portal.operations.serve import gunicorn_command
from portal.tenants.models import Level, Tenant
from portal.units.models import Membership, Post, Unit
from tests.accounts.people import Visitor
from tests.conftest import TestClock
from tests.contract.world import CAMPAIGN, SPARE, World
from tests.factories import Factory, csrf

GUARD = Actor(1, "security")
Login = Callable[[str], FlaskClient]


class TestTakingOver:
    """Whoever resets a password sees the new one, and could go in with it."""

    @pytest.fixture
    def city(self, make: Factory) -> Tenant:
        return make.tenant("阳泉市")

    @pytest.fixture
    def county(self, make: Factory, city: Tenant) -> Tenant:
        return make.tenant("平定县", city)

    @pytest.fixture
    def risen(self, make: Factory, city: Tenant, county: Tenant) -> Account:
        """Opened by the county, at work in the city's office."""
        account = make.account(county, "risen")
        account.totp_secret = "x"
        make.post(city, account, PostKind.OFFICE_STAFF, make.mechanism(city, CAMPAIGN))
        return account

    def test_a_county_does_not_reset_whoever_has_a_post_above(
        self, make: Factory, county: Tenant, risen: Account
    ) -> None:
        with make.enter(county) as session:
            for act in (accounts.reset_password, accounts.reset_totp):
                with pytest.raises(NotAllowed):
                    act(session, GUARD, make.clock(), account_id=risen.id)
            accounts.disable_account(session, GUARD, make.clock(), account_id=risen.id)
            accounts.enable_account(session, GUARD, make.clock(), account_id=risen.id)

    def test_nor_whoever_has_a_post_in_another_county(
        self, make: Factory, city: Tenant, county: Tenant
    ) -> None:
        both = make.account(county, "both")
        other = make.tenant("盂县", city)
        make.post(other, both, PostKind.OFFICE_STAFF, make.mechanism(other, CAMPAIGN))
        with make.enter(county) as session, pytest.raises(NotAllowed):
            accounts.reset_password(session, GUARD, make.clock(), account_id=both.id)

    def test_the_city_does_and_so_does_the_command_line(
        self, make: Factory, city: Tenant, county: Tenant, risen: Account
    ) -> None:
        with make.enter(city) as session:
            assert accounts.reset_password(session, GUARD, make.clock(), account_id=risen.id)
        with make.enter(county) as session:
            assert accounts.reset_password(session, SYSTEM, make.clock(), account_id=risen.id)

    def test_the_page_says_to_whom_to_turn(
        self, make: Factory, county: Tenant, risen: Account, login: Login
    ) -> None:
        risen_id, code = risen.id, county.code
        make.post(county, "guard", PostKind.SECURITY_ADMINISTRATOR)
        guard, page = login("guard"), f"/{code}/admin/accounts/{risen_id}"
        answer = guard.post(f"{page}/password", data={"csrf_token": csrf(guard, page)})
        assert answer.status_code == 403
        assert "上级的安全管理员" in answer.get_data(as_text=True)


class TestAppointing:
    """An office fills the posts of its body with people of its own tenant, and makes nobody an administrator."""

    FORM: ClassVar = {"username": "planted", "display_name": "某人", "unit": "0", "rank": "科级"}

    @pytest.mark.parametrize("kind", ["system_administrator", "security_administrator", "auditor", "root"])
    def test_no_administrator_comes_out_of_an_office(self, world: World, kind: str) -> None:
        place = world.counties[0]
        before = len(world.rows_of(place)["post"])
        data = self.FORM | {"kind": kind}
        url = f"/{place.code}/{CAMPAIGN}/units/posts/new"
        assert world.send(place, PostKind.OFFICE_DIRECTOR, "POST", url, data).status_code == 422
        assert len(world.rows_of(place)["post"]) == before

    def test_a_stranger_is_not_taken_by_user_name_alone(self, world: World) -> None:
        own, other = world.counties[0], world.counties[3]
        data = self.FORM | {"kind": "convenor", "username": other.account(PostKind.CONVENOR)}
        url = f"/{own.code}/{CAMPAIGN}/units/posts/new"
        assert world.send(own, PostKind.OFFICE_DIRECTOR, "POST", url, data).status_code == 422

    def test_a_unit_of_another_tenant_is_no_choice(self, world: World) -> None:
        own, other = world.counties[0], world.counties[1]
        data = self.FORM | {"kind": "liaison", "unit": str(other.ids["unit_id"])}
        url = f"/{own.code}/{CAMPAIGN}/units/posts/new"
        assert world.send(own, PostKind.OFFICE_DIRECTOR, "POST", url, data).status_code == 422


def test_an_office_ends_no_membership_of_another_campaigns_body(make: Factory, login: Login) -> None:
    """A right counts in the body of its post, not in the whole tenant."""
    county = make.tenant("平定县", make.tenant("阳泉市"))
    unit = make.unit(county, "平定县公安局")
    own, other = make.mechanism(county, CAMPAIGN), make.mechanism(county, SPARE, {"": unit})
    make.post(county, "office", PostKind.OFFICE_DIRECTOR, own)
    with make.enter(county) as session:
        member = session.scalars(sa.select(Membership.id).where(Membership.mechanism_id == other.id)).one()
    at, office = f"/{county.code}/{CAMPAIGN}/body", login("office")
    data = {"csrf_token": csrf(office, at), "last_day": "2026-09-30"}
    assert office.post(f"{at}/members/{member}/end", data=data).status_code == 404
    with make.enter(county) as session:
        assert session.scalars(sa.select(Membership.until).where(Membership.id == member)).one() is None


def test_a_province_does_not_decide_in_place_of_the_city(world: World) -> None:
    """It reads the county's report; to accept or return it is the direct superior's."""
    city, county = world.cities[0], world.counties[0]
    with world.factory() as make:
        province = Tenant(name="某省", level=Level.PROVINCE.value, code="150000", path="150000")
        make.session.add(province)
        make.session.flush()
        province.path = f"/{province.id}/"
        make.session.flush()
        for tenant in make.session.scalars(
            sa.select(Tenant).where(Tenant.id.in_([city.tenant_id, county.tenant_id]))
        ):
            tenant.path = province.path + tenant.path[1:]
            if tenant.id == city.tenant_id:
                tenant.parent_id = province.id
        make.session.commit()
        make.post(province, "province_office", PostKind.OFFICE_DIRECTOR, make.mechanism(province, CAMPAIGN))
        client = make.login("province_office")
    world._arm(client)
    page = f"/150000/{CAMPAIGN}/overview/{county.code}/{county.ids['submitted']}"
    html = client.get(page)
    assert html.status_code == 200
    assert 'name="version"' not in html.get_data(as_text=True)
    before = world.rows_of(county)
    for action in ("accept", "return"):
        data = {"csrf_token": world.token, "version": "1", "action": action, "reason": "x"}
        assert client.post(f"{page}/review", data=data).status_code == 403
    assert world.rows_of(county) == before


def test_rights_end_with_the_post_in_the_middle_of_a_session(
    app: Flask, make: Factory, login: Login, clock: TestClock
) -> None:
    """A15, A16: nothing of a post is kept in the session."""
    app.test_client_class = Visitor
    county = make.tenant("平定县", make.tenant("阳泉市"))
    post = make.post(county, "office", PostKind.OFFICE_DIRECTOR, make.mechanism(county, CAMPAIGN))
    page, post_id = f"/{county.code}/{CAMPAIGN}/units", post.id
    office = login("office")
    assert office.get(page).status_code == 200
    with make.enter(county) as session:
        session.get_one(Post, (county.id, post_id)).until = clock() + timedelta(minutes=1)
    assert office.get(page).status_code == 200
    clock.now += timedelta(minutes=1)
    assert office.get(page).status_code == 404


class TestGuardOfBulkChanges:
    """The second layer alone must hold what row-level security holds on PostgreSQL."""

    @pytest.fixture
    def two(self, make: Factory) -> tuple[int, int]:
        city = make.tenant("阳泉市")
        county = make.tenant("平定县", city)
        make.unit(city, "市单位")
        make.unit(county, "县单位")
        return city.id, county.id

    @pytest.mark.parametrize("verb", ["update", "delete"])
    @pytest.mark.parametrize("home", [True, False])
    def test_what_is_only_read_is_never_changed(
        self, make: Factory, two: tuple[int, int], verb: str, home: bool
    ) -> None:
        city, county = two
        set_scope(make.session, Scope(own=(city, county), home=city if home else None))
        statement = sa.update(Unit).values(short_name="x") if verb == "update" else sa.delete(Unit)
        assert make.session.execute(statement).rowcount == home  # type: ignore[attr-defined]
        make.session.rollback()

    def test_an_insert_that_no_criteria_reach_is_refused(self, make: Factory, two: tuple[int, int]) -> None:
        city, county = two
        set_scope(make.session, Scope(own=(city,), home=city))
        row = {"tenant_id": county, "id": 1, "full_name": "x", "short_name": "x", "sort_no": 1}
        with pytest.raises(ForeignRow):
            make.session.execute(sa.insert(Unit).values(**row))


def test_requests_of_many_at_once_keep_to_their_tenants(world: World) -> None:
    """A20: threads that serve strangers in turn, refused requests among them, mix up neither scope nor rows."""
    places = world.counties
    wrong: list[str] = []
    clients = {
        (p.slug, who): world.client(p, who)
        for p in places
        for who in (PostKind.OFFICE_STAFF, PostKind.LIAISON)
    }

    def ask(turn: int) -> None:
        for n in range(24):
            place = places[(turn + n) % 4]
            other = places[(turn + n + 1) % 4]
            office = clients[place.slug, PostKind.OFFICE_STAFF]
            for path in (
                "units?tab=all",
                f"units/{other.ids['unit_id']}",
                f"reports/{other.ids['submission_id']}",
            ):
                html = office.get(f"/{place.code}/{CAMPAIGN}/{path}").get_data(as_text=True)
                wrong.extend(f"{place.slug}: {path}" for p in places if p is not place and p.canary in html)

    threads = [threading.Thread(target=ask, args=(turn,)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_no_client_names_the_path_or_the_scheme_by_a_header(monkeypatch: pytest.MonkeyPatch) -> None:
    """gunicorn lets any local client do so unless told not to: SCRIPT_NAME, PATH_INFO, X-Forwarded-Proto."""
    command = gunicorn_command(Settings({}), "127.0.0.1", 8080)
    monkeypatch.setattr("sys.argv", ["gunicorn", *command[command.index("gunicorn") + 1 :]])
    given = WSGIApplication().cfg
    assert given is not None
    assert given.forwarder_headers == []
    assert given.forwarded_allow_ips in ([], "")
