"""Marks of secrecy in urgent reports: refused at the field, what was typed is kept, the trail has that it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.core.audit import Act, AuditEvent
from portal.documents.models import Draft
from portal.exchange.models import UrgentPart, UrgentReport
from tests.ledger.cast import Cast, fields_of

Login = Callable[[str], FlaskClient]
REFUSED = "这里有“%s”字样，没有保存"


def noted(cast: Cast) -> list[tuple[str, str]]:
    with cast.make.enter(cast.county) as session:
        session.expire_all()
        events = session.scalars(sa.select(AuditEvent).where(AuditEvent.act == Act.TEXT_REFUSE.value))
        return [(e.data["field"], e.data["mark"]) for e in events]


def count(cast: Cast, model: type[UrgentReport] | type[UrgentPart] | type[Draft]) -> int:
    with cast.make.enter(cast.county) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


@pytest.mark.parametrize(("field", "mark"), [("what", "绝密★"), ("place", "机密 ★"), ("phoned_to", "机密")])
def test_a_first_report_with_a_mark_is_not_sent(cast: Cast, login: Login, field: str, mark: str) -> None:
    client = login("jq_bank")
    path = cast.at(cast.county, "urgent/new")
    form = fields_of(client.get(path)) | {
        "what": "网点发现假币", "place": "某镇", "known_at": "2026-09-30 17:40", "phoned_at": "", "phoned_to": "",
        "amount": "", "late_group": "", "late_reason": "",
    }  # fmt: skip
    answer = client.post(path, data=form | {field: mark})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, REFUSED % mark in page) == (422, True)
    assert f"{mark}</textarea>" in page or f'value="{mark}"' in page
    assert (count(cast, UrgentReport), noted(cast)) == (0, [(field, mark)])
    draft = client.post(cast.at(cast.county, "urgent/draft"), data=form | {field: mark, "version": "0"})
    assert (draft.status_code, mark in (draft.json or {})["problem"]) == (422, True)
    assert count(cast, Draft) == 0
    assert client.post(path, data=form).status_code == 303


def test_what_follows_is_checked_too(cast: Cast, login: Login) -> None:
    bank, office = login("jq_bank"), login("jq_office")
    subject = f"record:{cast.enter(bank).location.rsplit('/', 1)[1]}"
    report = cast.report(bank, subject).location
    for client, step, more, field in (
        (bank, "part", {"kind": "follow_up", "what": "又查获一处"}, "measures"),
        (office, "feedback", {}, "what"),
        (office, "handled", {}, "note"),
    ):
        asked = f"{report}/{step}" if step == "part" else report
        form = fields_of(client.get(asked)) | {"request_key": "once"}
        said = f"附件为机密★1年的{step}"
        answer = client.post(f"{report}/{step}", data=form | more | {field: said})
        page = answer.get_data(as_text=True)
        assert (answer.status_code, REFUSED % "机密★" in page, said in page) == (422, True, True), step
    assert count(cast, UrgentPart) == 0
    assert noted(cast) == [("measures", "机密★"), ("what", "机密★"), ("note", "机密★")]
