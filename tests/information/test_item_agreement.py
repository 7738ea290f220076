"""The agreement: papers of a body that declares one stay closed to everybody who has not signed its version."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.accounts.models import Account
from portal.core.audit import AuditEvent
from portal.core.errors import Conflict
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.documents.models import Attachment
from portal.information.files import attach
from portal.information.models import Level
from portal.units.agreements import digest_of, needs_signature, sign_agreement
from portal.units.models import SignedAgreement
from tests.conftest import TestClock
from tests.factories import Factory, csrf
from tests.information.conftest import Town, build_town
from tests.information.test_item_pages import hidden, page_of

CAMPAIGN = "illegal_fundraising"


@pytest.fixture
def closed(make: Factory, clock: TestClock) -> Town:
    return build_town(make, clock, CAMPAIGN)


def sign(client: FlaskClient, path: str) -> str:
    """Tick and sign; answers where one is led."""
    html = page_of(client, path)
    data = {n: hidden(html, n) for n in ("csrf_token", "digest", "next")} | {"agreed": "1"}
    response = client.post(path.partition("?")[0], data=data)
    assert response.status_code == 303
    return response.location


def test_one_is_led_to_sign_and_back(closed: Town) -> None:
    item = closed.file(Level.MEMBERS, category="work_news")
    base, other = closed.base(campaign=CAMPAIGN), closed.make.login("other")
    path = f"{base}/items/{item.id}"
    sent = other.get(path)
    assert sent.status_code == 303
    assert sent.location.startswith(f"{base}/agreement?next=")
    html = page_of(other, sent.location)
    assert "保密承诺" in html
    assert "假币动态" not in html
    refused = other.post(f"{base}/agreement", data={"csrf_token": hidden(html, "csrf_token"), "next": path})
    assert refused.status_code == 422
    assert "请勾选" in refused.get_data(as_text=True)
    assert sign(other, sent.location) == path
    assert "假币动态" in page_of(other, path)
    with closed.enter() as session:
        signed = session.scalars(sa.select(SignedAgreement)).one()
        acts = session.scalars(sa.select(AuditEvent.act)).all()
    assert (signed.version, signed.signed_by) == (1, "县财政局 other")
    assert signed.sha256 == digest_of(closed.campaign.exchange.agreement)  # type: ignore[arg-type]
    assert acts.count("agreement.sign") == 1


def test_every_page_of_the_room_is_closed(closed: Town) -> None:
    closed.file(Level.MEMBERS, category="work_news")
    client = closed.make.login("office")
    app = closed.make.app
    asked = 0
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("information.") or "GET" not in (rule.methods or ()):
            continue
        if rule.endpoint in ("information.agreement", "information.sign"):
            continue
        if rule.arguments - {"tenant", "campaign"}:
            continue
        with app.test_request_context():
            path = rule.build({"tenant": closed.county.code, "campaign": CAMPAIGN})
        assert path
        response = client.get(path[1])
        if response.status_code == 403:
            continue  # no right to this page in the first place
        assert "/information/agreement" in response.headers.get("Location", ""), rule.endpoint
        asked += 1
    assert asked > 3


def test_attachments_are_closed_too(closed: Town) -> None:
    item = closed.file(Level.MEMBERS, category="work_news")
    folder = closed.make.app.extensions["portal"].settings.instance / "files"
    with closed.enter() as session:
        attach(
            session,
            Actor(None, "x"),
            closed.clock.now,
            folder=folder,
            item=item,
            uploads=[("a.txt", BytesIO(b"words"))],
        )
        file_id = session.scalars(sa.select(Attachment.id)).one()
    other = closed.make.login("other")
    path = f"/{closed.county.code}/{CAMPAIGN}/files/{file_id}"
    assert other.get(path).status_code == 404
    sign(other, f"{closed.base(campaign=CAMPAIGN)}/agreement")
    assert other.get(path).status_code == 200


def test_the_office_sees_who_has_signed_and_units_do_not(closed: Town) -> None:
    base = closed.base(campaign=CAMPAIGN)
    other, office = closed.make.login("other"), closed.make.login("office")
    assert sign(other, f"{base}/agreement").endswith("/library")
    assert "签署情况" not in page_of(other, f"{base}/agreement")
    html = page_of(office, f"{base}/agreement")
    assert "已签 1 人，共 8 人" in html
    assert html.count("未签署") == 7


def test_a_signature_holds_for_its_body_and_version(closed: Town) -> None:
    agreement = closed.campaign.exchange.agreement
    assert agreement is not None
    desk: Desk = closed.desk("other", CAMPAIGN)
    session, actor, now = closed.make.session, Actor(None, "某单位 联络员"), closed.clock.now
    account = session.scalars(sa.select(Account.id).where(Account.username == "other")).one()
    assert needs_signature(session, desk, account, agreement)
    assert not needs_signature(session, desk, account, None)
    with pytest.raises(Conflict):
        sign_agreement(
            session,
            actor,
            now,
            mechanism_id=desk.mechanism_id,
            account_id=account,
            agreement=agreement,
            digest="of other words",
        )
    for _again in range(2):
        sign_agreement(
            session,
            actor,
            now,
            mechanism_id=desk.mechanism_id,
            account_id=account,
            agreement=agreement,
            digest=digest_of(agreement),
        )
    session.commit()
    assert not needs_signature(session, desk, account, agreement)
    newer = replace(agreement, version=2)
    assert digest_of(newer) != digest_of(agreement)
    assert needs_signature(session, desk, account, newer)
    assert needs_signature(session, replace(desk, mechanism_id=desk.mechanism_id + 1), account, agreement)


def test_signing_leads_to_no_other_site(closed: Town) -> None:
    base, other = closed.base(campaign=CAMPAIGN), closed.make.login("other")
    assert sign(other, f"{base}/agreement?next=https://elsewhere.example/").endswith("/library")


def test_where_nothing_is_declared_nothing_is_signed(town: Town) -> None:
    client = town.make.login("own")
    html = page_of(client, f"{town.base()}/agreement")
    assert "本专项没有需要签署的承诺" in html
    refused = client.post(
        f"{town.base()}/agreement", data={"csrf_token": csrf(client, f"{town.base()}/items"), "agreed": "1"}
    )
    assert refused.status_code == 404
