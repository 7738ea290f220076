"""Two hundred random reports around the 24-hour edge, and the inputs that people and machines get wrong."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI
from portal.core.errors import Invalid
from portal.core.scope import Actor, Scope, set_scope
from portal.deadlines.matters import find_matter
from portal.deadlines.models import Deadline
from portal.deadlines.state import DeadlineKind, state_of
from portal.documents.models import Draft
from portal.exchange.models import UrgentPart, UrgentReport
from portal.exchange.reasons import LATE_GROUPS, LateReason
from portal.exchange.services import Facts, file_report
from portal.ledger.services import Entry, create_record
from portal.units.models import Mechanism
from tests.exchange.test_scenario_f4 import Chain, find, text
from tests.ledger.cast import CAMPAIGN, Cast, fields_of

Login = Callable[[str], FlaskClient]
REPORTS = 200
BANK = Actor(None, "bank")


def oracle(known_at: datetime, filed_at: datetime) -> tuple[bool, int]:
    """Late or not, and by how many minutes: counted in whole seconds of UTC, knowing nothing of the portal."""
    known, filed = (int(at.astimezone(UTC).timestamp()) for at in (known_at, filed_at))
    over = filed - known - 86_400
    return over > 0, (over + 59) // 60 if over > 0 else 0


def moments(dice: random.Random) -> tuple[datetime, datetime]:
    """Known on any day of twelve years, at midnight and New Year more often; filed near the edge, to the microsecond."""
    known = datetime(2020, 1, 1, tzinfo=SHANGHAI) + timedelta(seconds=dice.randrange(12 * 365 * 86_400))
    match dice.randrange(4):
        case 0:
            known = known.replace(hour=0, minute=0, second=0)
        case 1:
            known = known.replace(hour=23, minute=59, second=59)
        case 2:
            known = known.replace(month=12, day=31)
    near = dice.choice(
        [0, 1, -1, 59, 60, 61, -60, dice.randrange(-90_000, 90_000), dice.randrange(-300, 300)]
    )
    off = timedelta(seconds=near, microseconds=dice.choice([0, 0, 1, 999_999]))
    return known, max(known, known + timedelta(hours=24) + off)


def test_200_random_reports_have_0_wrong_states(cast: Cast, session: Session) -> None:
    dice, late_ones = random.Random(20261001), 0
    wrong: list[object] = []
    campaign = cast.make.app.extensions["portal"].registry.find(CAMPAIGN)
    ledger = campaign.ledger("case")
    values = {"found_channel": "counter", "currency": "cny", "face_value": 10_000_000}
    set_scope(session, Scope(own=(cast.county.id,), home=cast.county.id))
    body = session.scalars(sa.select(Mechanism.id).where(Mechanism.tenant_id == cast.county.id)).one()
    common: dict[str, Any] = {"mechanism_id": body, "unit_id": cast.bank, "campaign": campaign}
    for number in range(REPORTS):
        known, filed = moments(dice)
        matter = None
        if number % 2:
            entry = Entry(f"find {number}", "", known, values)
            found = create_record(
                session, BANK, known, ledger=ledger, entry=entry, request_key=f"r{number}", **common
            )
            matter = find_matter(session, f"record:{found.id}")
        late, minutes = oracle(known, filed)
        given: dict[str, Any] = {"facts": Facts("what", "where", known), "matter": matter, **common}
        if late:
            late_ones += 1
            with pytest.raises(Invalid) as refused:
                file_report(session, BANK, filed, request_key=f"u{number}", **given)
            assert set(refused.value.problems) == {"late_reason"}
        group = dice.choice(list(LATE_GROUPS))
        report = file_report(
            session, BANK, filed, request_key=f"u{number}", late=LateReason(group, "because"), **given
        )
        session.commit()
        session.refresh(report)
        state = state_of(report.known_at, report.due_at, report.filed_at, filed)
        said = (state.kind is DeadlineKind.MET_LATE, state.minutes_late)
        kept = (bool(report.late_group), report.late_group if late else "")
        if said != (late, minutes) or kept != (late, group if late else ""):
            wrong.append((number, known, filed, said, kept))
        if matter is not None:
            clock = session.scalars(sa.select(Deadline).where(Deadline.subject == matter.subject)).one()
            if (clock.met_at, clock.due_at, bool(clock.late_reason)) != (
                filed,
                known + timedelta(hours=24),
                late,
            ):
                wrong.append((number, "clock", known, filed, clock.met_at, clock.due_at))
    assert wrong == []
    assert 40 < late_ones < 160  # both sides of the edge were tried


def test_a_clock_that_jumps_back_leaves_no_negative_time(cast: Cast, login: Login) -> None:
    find(cast, login)
    cast.clock.at("2026-09-30T17:00:00")  # forty minutes before the find was known
    for who in ("jq_bank", "jq_office"):
        page = text(login(who).get(cast.at(cast.county, "urgent")))
        assert "还有 24 小时" in page
        assert "逾期" not in page
    assert state_of(
        cast.clock.now, cast.clock.now, None, cast.clock.now + timedelta(days=400)
    ).remaining == timedelta(0)


WRONG = [
    ("known_at", "1999-12-31T23:59", "早于 2000 年"),
    ("known_at", "2026-09-30T17:55", "不能晚于现在"),
    ("known_at", "2026-09-30T24:00", "没有这个时刻"),
    ("known_at", "9999-99-99T99:99", "没有这一天"),
    ("amount", "9" * 30, "金额过大"),
    ("amount", "-1", "不能填负数"),
    ("amount", "1e9", "科学计数法"),
    ("what", "\u202eevil", "看不见的控制字符"),
    ("phoned_to", "字" * 121, "最多 120 字"),
    ("late_reason", "字" * 201, "最多 200 字"),
]


def test_what_cannot_be_is_refused_at_its_field_and_kept_as_typed(cast: Cast, login: Login) -> None:
    client, url = login("jq_bank"), cast.at(cast.county, "urgent/new")
    facts = {"what": "<script>某事</script>", "place": "郊区", "known_at": "2026-09-30T17:00"}
    for field, typed, says in WRONG:
        answer = client.post(url, data=fields_of(client.get(url)) | facts | {field: typed})
        assert answer.status_code == 422, (field, typed)
        assert says in text(answer) or field == "late_reason", (field, typed)
        assert "<script>某事" not in text(answer)
    with cast.make.enter(cast.county) as session:
        assert session.scalars(sa.select(UrgentReport)).all() == []


def test_any_script_is_taken_to_the_last_character(cast: Cast, login: Login, session: Session) -> None:
    words = "مرحبا 😀 한국어 Ωмега 甲" + "字" * 400
    chain = Chain(
        cast, login, what=words[:500], place="郊区", known_at="2000-01-01T00:00", late_group="verifying"
    )
    long = "续" * 2000
    assert chain.add("follow_up", what=long, measures="措" * 1000, wishes="请" * 500, amount="10,000,000,000,000").status_code == 303  # fmt: skip
    assert chain.add("follow_up", what=long + "多").status_code == 422
    assert chain.add("follow_up", what="x", amount="10000000000000.01").status_code == 422
    assert chain.add("evil", what="x").status_code == 422
    page = chain.page("yq_office", cast.city)
    assert long in page
    assert words[:20] in page
    paper = login("yq_office").get(chain.url(cast.city, "/report.docx"))
    assert paper.status_code == 200
    assert paper.data[:2] == b"PK"
    with cast.make.enter(cast.county) as inside:
        assert [p.number for p in inside.scalars(sa.select(UrgentPart))] == [2]


def test_strange_drafts_are_kept_or_refused_in_words(cast: Cast, login: Login) -> None:
    client = login("jq_bank")
    url = cast.at(cast.county, "urgent/draft")
    typed = fields_of(client.get(cast.at(cast.county, "urgent/new")))
    assert (
        client.post(url, data=typed | {"what": "字" * 9000, "known_at": "刚才", "amount": "很多"}).status_code
        == 200
    )
    assert client.post(url, data=typed | {"request_key": ""}).status_code == 404
    assert client.post(url, data=typed | {"unit": str(cast.police)}).status_code == 404
    assert client.post(f"{url}?subject=record:1", data=typed).status_code == 404
    assert client.get(cast.at(cast.county, "urgent/new?draft=unknown")).status_code == 404
    other = login("jq_police").get(cast.at(cast.county, f"urgent/new?draft={typed['request_key']}"))
    assert other.status_code == 404
    page = text(client.get(cast.at(cast.county, f"urgent/new?draft={typed['request_key']}")))
    assert "刚才" in page
    drop = cast.at(cast.county, "urgent/draft/drop")
    gone = {"csrf_token": typed["csrf_token"], "kind": "urgent", "subject": typed["request_key"]}
    mine = fields_of(login("jq_police").get(cast.at(cast.county, "urgent/new")))
    login("jq_police").post(drop, data=gone | {"csrf_token": mine["csrf_token"]})
    with cast.make.enter(cast.county) as session:
        kept = session.scalars(sa.select(Draft)).one()
        assert len(kept.content["what"]) == 4000
    client.post(drop, data=gone)
    with cast.make.enter(cast.county) as session:
        session.expire_all()
        assert session.scalars(sa.select(Draft)).all() == []
