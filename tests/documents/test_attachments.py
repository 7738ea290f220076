"""Attachments: what is taken in, where it lies, who may fetch it, and what is refused and why."""

from __future__ import annotations

import hashlib
import html
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.core.audit import Act, AuditEvent
from portal.core.crypto import Ring
from portal.core.db import db
from portal.core.errors import Invalid
from portal.core.posts import PostKind
from portal.documents import attachments
from portal.documents.attachments import add
from portal.documents.contents import path_of, read, store
from portal.documents.models import Attachment
from portal.reporting.models import State, SubmissionEdition
from portal.reporting.upward import submit_report
from tests.accounts.people import Visitor
from tests.conftest import NOON, SharedApps, TestClock
from tests.documents.papers import OLE, PDF, PNG
from tests.factories import Factory
from tests.reporting.county import ACTOR, OFFICE, County
from tests.reporting.parts_form import parts_campaign, parts_county

UNIT, OTHER = "公安", "财政"


@pytest.fixture
def app(engine: str, shared_apps: SharedApps) -> Iterator[Flask]:
    app = shared_apps(engine, "attachments")
    app.test_client_class = Visitor
    with app.app_context(), parts_campaign(app):
        yield app
        db.session.remove()


@pytest.fixture
def clock(app: Flask) -> TestClock:
    clock: TestClock = app.extensions["portal"].clock
    clock.now = NOON
    return clock


@pytest.fixture
def county(make: Factory, clock: TestClock) -> County:
    return parts_county(make, clock)


@pytest.fixture
def liaison(county: County, login: Callable[[str], FlaskClient]) -> FlaskClient:
    return login(county.account(PostKind.LIAISON, UNIT))


def folder(app: Flask) -> Path:
    return Path(app.instance_path) / "files"


def page(response: TestResponse) -> str:
    return html.unescape(response.get_data(as_text=True))


def address(county: County, unit: str = UNIT) -> str:
    return county.url(f"reports/{county.sheet(unit).id}")


def send(client: FlaskClient, url: str, files: Any = (), **form: Any) -> TestResponse:
    """Post the form on the page as a browser does, with ``files``, pairs of content and name, in its field."""
    shown = client.get(url).get_data(as_text=True)
    token = shown.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    version = re.search(r'name="version" value="(\d+)"', shown)
    data: dict[str, Any] = {"csrf_token": token, "version": version[1] if version else "0"} | form
    data["papers"] = [(io.BytesIO(content), name) for content, name in files] or (io.BytesIO(), "")
    return client.post(url, data=data, content_type="multipart/form-data")


def standing(county: County, unit: str = UNIT) -> list[Attachment]:
    county.session.rollback()
    subject = f"submission:{county.sheet(unit).id}"
    return attachments.list_attached(county.session, subject)


def link(county: County, attachment_id: int) -> str:
    return county.url(f"files/{attachment_id}")


def fetch(client: FlaskClient, url: str) -> TestResponse:
    """The answer, read to its end and closed."""
    answer = client.get(url)
    answer.get_data()
    answer.close()
    return answer


def trail(county: County, act: Act) -> list[AuditEvent]:
    county.session.rollback()
    county.enter()
    return list(county.session.scalars(sa.select(AuditEvent).where(AuditEvent.act == act.value)))


# -------------------------------------------------------------------------------------------- with the form
def test_a_file_comes_with_the_form_and_goes_out_as_a_download(
    county: County, liaison: FlaskClient, app: Flask
) -> None:
    url = address(county)
    assert 'enctype="multipart/form-data"' in page(liaison.get(url))
    assert (
        send(liaison, url, ((PDF, "盖章件.pdf"), (PNG, "照片.png")), action="file", total="1").status_code
        == 303
    )
    first, second = standing(county)
    assert [(f.name, f.size, f.media_type) for f in (first, second)] == [
        ("盖章件.pdf", len(PDF), "application/pdf"),
        ("照片.png", len(PNG), "image/png"),
    ]
    assert county.sheet(UNIT).values["papers"] == attachments.as_payload([first, second])
    stored = folder(app) / str(county.tenant.id) / first.sha256[:2] / first.sha256
    assert PDF not in stored.read_bytes()
    assert read(folder(app), county.tenant.id, first.sha256, app.extensions["portal"].ring) == PDF
    shown = page(liaison.get(url))
    assert f'href="{link(county, first.id)}"' in shown
    assert "盖章件.pdf" in shown
    answer = fetch(liaison, link(county, first.id))
    assert (answer.status_code, answer.data) == (200, PDF)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    assert "Set-Cookie" not in answer.headers or "Path=/" in answer.headers["Set-Cookie"]
    assert len(trail(county, Act.FILE_ADD)) == 2


def test_a_file_need_not_be_sent_again_because_a_figure_is_wrong(
    county: County, liaison: FlaskClient
) -> None:
    url = address(county)
    refused = send(liaison, url, ((PDF, "盖章件.pdf"),), action="file", total="三")
    assert refused.status_code == 422
    assert "盖章件.pdf" in page(refused), "it is listed as kept"
    assert county.sheet(UNIT).state == State.EXPECTED
    assert send(liaison, url, action="file", total="3").status_code == 303
    assert [f["name"] for f in county.sheet(UNIT).values["papers"]] == ["盖章件.pdf"]


def test_removing_takes_effect_with_the_form_and_an_edition_keeps_its_file(
    county: County, liaison: FlaskClient
) -> None:
    url = address(county)
    send(liaison, url, ((PDF, "甲.pdf"), (PNG, "乙.png")), action="file", total="1")
    first, second = (f.id for f in standing(county))
    refused = send(liaison, f"{url}?edit=1", action="file", total="三", **{"papers-drop": str(first)})
    assert refused.status_code == 422
    assert re.search(rf'value="{first}" checked', refused.get_data(as_text=True)), "the tick stays"
    assert len(standing(county)) == 2
    assert (
        send(liaison, f"{url}?edit=1", action="file", total="1", **{"papers-drop": str(first)}).status_code
        == 303
    )
    assert [f.id for f in standing(county)] == [second]
    assert [f["id"] for f in county.sheet(UNIT).values["papers"]] == [second]
    assert fetch(liaison, link(county, first)).status_code == 200, "edition 1 names it"
    assert "甲.pdf" in page(liaison.get(f"{url}/editions/1"))
    assert len(trail(county, Act.FILE_REMOVE)) == 1


def test_a_draft_file_that_is_withdrawn_is_gone(county: County, liaison: FlaskClient) -> None:
    """A07."""
    url = address(county)
    send(liaison, url, ((PDF, "甲.pdf"),), action="save")
    (found,) = standing(county)
    number = found.id
    assert fetch(liaison, link(county, number)).status_code == 200
    send(liaison, url, action="save", **{"papers-drop": str(number)})
    assert fetch(liaison, link(county, number)).status_code == 404


def test_ids_that_are_none_of_the_forms_own_remove_nothing(
    county: County, liaison: FlaskClient, login: Callable[[str], FlaskClient]
) -> None:
    other = login(county.account(PostKind.LIAISON, OTHER))
    send(other, address(county, OTHER), ((PDF, "甲.pdf"),), action="save")
    number = standing(county, OTHER)[0].id
    for odd in (str(number), "0", "-1", "x", "9" * 40, "\x00"):
        send(liaison, address(county), action="save", **{"papers-drop": odd})
    assert len(standing(county, OTHER)) == 1


# -------------------------------------------------------------------------------------------- who may read
def test_only_the_readers_of_the_form_fetch_its_files(
    county: County, make: Factory, liaison: FlaskClient, login: Callable[[str], FlaskClient], clock: TestClock
) -> None:
    """A07: another unit, another county, another campaign, a guess: 404, all alike."""
    send(liaison, address(county), ((PDF, "甲.pdf"),), action="file", total="1")
    number = standing(county)[0].id
    url = link(county, number)
    office = login(county.account(PostKind.OFFICE_STAFF))
    assert fetch(office, url).status_code == 200
    assert login(county.account(PostKind.LIAISON, OTHER)).get(url).status_code == 404
    assert login(county.account(PostKind.OBSERVER)).get(url).status_code == 404
    foreign = parts_county(make, clock)
    stranger = login(foreign.account(PostKind.OFFICE_STAFF))
    assert stranger.get(url).status_code == 404
    assert fetch(stranger, link(foreign, number)).status_code == 404
    for guess in (number + 1, number - 1, 0, 2**63, "9" * 30):
        assert office.get(county.url(f"files/{guess}")).status_code == 404
    assert office.get(url.replace(county.key, "anticounterfeit")).status_code == 404
    assert make.app.test_client().get(url).status_code == 302


def test_the_superior_reads_what_was_released_with_the_filed_form(
    county: County, make: Factory, liaison: FlaskClient, login: Callable[[str], FlaskClient]
) -> None:
    url = address(county)
    send(liaison, url, ((PDF, "报出.pdf"),), action="file", total="1")
    filed = standing(county)[0].id
    county.file(OTHER)
    body = make.mechanism(county.city, county.key)
    make.post(county.city, f"c{county.tenant.code}", PostKind.OFFICE_STAFF, body)
    city = login(f"c{county.tenant.code}")
    above = f"/{county.city.code}/{county.key}/files/"
    assert fetch(city, f"{above}{filed}").status_code == 404, "not submitted yet"
    with county.inside() as session:
        report = county.report()
        submit_report(
            session, OFFICE, county.now, report=report, version=report.version, gap_reasons={}, late_reason=""
        )
    assert fetch(city, f"{above}{filed}").data == PDF
    assert standing(county)[0].released_at is not None
    assert fetch(liaison, f"{above}{filed}").status_code == 404, "not the county's address"
    with county.inside() as session:  # a file of a later draft is none of the superior's business
        later = add(session, ACTOR, county.now, folder=folder(make.app), subject=f"submission:{county.sheet(UNIT).id}",
                    field="papers", unit_id=county.units[UNIT].id, name="草稿.png", stream=io.BytesIO(PNG))  # fmt: skip
        number = later.id
    assert fetch(city, f"{above}{number}").status_code == 404
    elsewhere = make.tenant("别市")
    make.post(
        elsewhere, f"e{county.tenant.code}", PostKind.OFFICE_STAFF, make.mechanism(elsewhere, county.key)
    )
    stranger = login(f"e{county.tenant.code}")
    assert stranger.get(f"/{elsewhere.code}/{county.key}/files/{filed}").status_code == 404


def test_a_content_that_is_missing_is_said_so(county: County, liaison: FlaskClient, app: Flask) -> None:
    send(liaison, address(county), ((PDF + b"missing", "甲.pdf"),), action="save")
    (found,) = standing(county)
    path_of(folder(app), found).unlink()
    answer = fetch(liaison, link(county, found.id))
    assert answer.status_code == 404
    assert "从备份恢复" in page(answer)


# ------------------------------------------------------------------------------------------------- contents


def test_refused_files_are_named_and_the_others_are_kept(county: County, liaison: FlaskClient) -> None:
    answer = send(
        liaison, address(county), ((b"<svg/>", "图.svg"), (PDF, "好.pdf"), (b"", "空.txt")), action="save"
    )
    shown = page(answer)
    assert answer.status_code == 422
    assert "是空文件" in shown or "不收网页" in shown
    assert [f.name for f in standing(county)] == ["好.pdf"]
    assert "好.pdf" in shown


def test_a_file_is_served_as_what_it_is_whatever_its_name_says(county: County, liaison: FlaskClient) -> None:
    """A50: a script called .pdf is refused, a text called .html or .exe goes out as .txt."""
    names = ("a.html", "b.exe", "c.svg", "d.pdf", "e.PDF", "f", "g.wps")
    contents = (b"text", b"text", b"text", b"text", PDF, PDF, OLE + "WordDocument".encode("utf-16-le"))
    send(liaison, address(county), tuple(zip(contents, names, strict=True)), action="save")
    assert [f.name for f in standing(county)] == [
        "a.html.txt", "b.exe.txt", "c.svg.txt", "d.pdf.txt", "e.PDF", "f.pdf", "g.wps",
    ]  # fmt: skip
    answer = fetch(liaison, link(county, standing(county)[0].id))
    assert answer.mimetype == "text/plain"
    assert answer.headers["Content-Disposition"].startswith("attachment;")


# ---------------------------------------------------------------------------------------------------- names


def test_hostile_names_reach_neither_page_nor_header(
    county: County, liaison: FlaskClient, app: Flask
) -> None:
    """A48, A53, A60."""
    url = address(county)
    hostile = ("'><img src=x onerror=alert(1)>.pdf", "{{7+7}}%(x)s.pdf", "..%2f..%2fx.pdf")
    put(county, app, name="a\r\nX-Evil: 1.pdf")  # no multipart body can carry it
    send(liaison, url, tuple((PDF, name) for name in hostile), action="file", total="1")
    assert len(standing(county)) == 4
    for path in (url, f"{url}?edit=1", f"{url}/editions/1"):
        text = liaison.get(path).get_data(as_text=True)
        assert "<img" not in text
        assert "{{7+7}}" in html.unescape(text)
    for found in standing(county):
        headers = fetch(liaison, link(county, found.id)).headers
        assert "X-Evil" not in headers
        assert "\r" not in headers["Content-Disposition"]
        assert "\n" not in headers["Content-Disposition"]
    for path in ("files/..%2f..%2fsecret", "files/%00", "files/con", "files/1.pdf", "files/"):
        assert liaison.get(county.url(path)).status_code == 404


# ----------------------------------------------------------------------------------------------- secrecy


def test_a_secret_paper_is_refused_and_the_trail_says_so(
    county: County, liaison: FlaskClient, app: Flask
) -> None:
    content = "机密★1年\n名单".encode()
    answer = send(liaison, address(county), ((content, "名单.txt"),), action="file", total="1")
    assert answer.status_code == 422
    assert "带有“机密★”字样，不得上传，也没有保存" in page(answer)
    assert standing(county) == []
    digest = hashlib.sha256(content).hexdigest()
    assert not list(folder(app).rglob(digest))
    (event,) = trail(county, Act.FILE_REFUSE)
    assert event.data == {"mark": "机密★", "sha256": digest}
    assert event.subject == f"submission:{county.sheet(UNIT).id}"


# ------------------------------------------------------------------------------------------ limits and disk
def put(
    county: County, app: Flask, content: bytes = PDF, name: str = "a.pdf", unit: str = UNIT
) -> Attachment:
    with county.inside() as session:
        return add(session, ACTOR, county.now, folder=folder(app), subject=f"submission:{county.sheet(unit).id}",
                   field="papers", unit_id=county.units[unit].id, name=name, stream=io.BytesIO(content))  # fmt: skip


def refusal(county: County, app: Flask, content: bytes = PDF) -> str:
    with pytest.raises(Invalid) as caught:
        put(county, app, content)
    county.session.rollback()
    return str(caught.value.problems["papers"])


def test_a_file_of_more_than_ten_megabytes_is_refused(county: County, app: Flask) -> None:
    assert put(county, app, PDF + b"0" * (attachments.MAX_BYTES - len(PDF))).size == attachments.MAX_BYTES
    assert "超过 10 MB" in refusal(county, app, PDF + b"0" * attachments.MAX_BYTES)


def test_at_most_twenty_stand_on_one_form(county: County, app: Flask) -> None:
    for n in range(20):
        put(county, app, PDF + str(n).encode())
    assert "最多 20 个" in refusal(county, app)
    put(county, app, unit=OTHER)


def test_quotas_of_unit_and_tenant_are_kept_politely(
    county: County, app: Flask, liaison: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A65."""
    monkeypatch.setattr(attachments, "UNIT_QUOTA", 3 * len(PDF))
    monkeypatch.setattr(attachments, "TENANT_QUOTA", 5 * len(PDF))
    for _n in range(3):
        put(county, app)
    assert "本单位附件已占" in refusal(county, app)
    answer = send(liaison, address(county), ((PDF, "再一个.pdf"),), action="save")
    assert answer.status_code == 422
    assert "请联系办公室" in page(answer)
    for _n in range(2):
        put(county, app, unit=OTHER)
    with pytest.raises(Invalid) as caught:
        put(county, app, unit=OTHER)
    assert "请联系系统管理员" in str(caught.value.problems["papers"])


def test_a_body_beyond_the_limit_is_refused_early(county: County, liaison: FlaskClient) -> None:
    """A61."""
    kind = "multipart/form-data; boundary=x"
    head = b'--x\r\nContent-Disposition: form-data; name="papers"; filename="a.pdf"\r\n\r\n'
    body = head + PDF + b"0" * (13 * 1024 * 1024) + b"\r\n--x--\r\n"
    answer = liaison.post(address(county), data=body, content_type=kind)
    assert answer.status_code == 413
    assert "内容过大" in page(answer)
    assert standing(county) == []


def test_nothing_is_uploaded_without_the_token(county: County, liaison: FlaskClient) -> None:
    """A39."""
    data = {"action": "save", "version": "1", "papers": (io.BytesIO(PDF), "a.pdf")}
    for token in ({}, {"csrf_token": "wrong"}):
        sent = {**data, **token, "papers": (io.BytesIO(PDF), "a.pdf")}
        assert liaison.post(address(county), data=sent, content_type="multipart/form-data").status_code == 400
    assert standing(county) == []


def test_a_closed_form_takes_no_files(county: County, liaison: FlaskClient) -> None:
    url = address(county)
    send(liaison, url, action="file", total="1")
    with county.inside() as session:
        county.sheet(UNIT).state = State.ACCEPTED.value
        session.flush()
    answer = send(liaison, f"{url}?edit=1", ((PDF, "a.pdf"),), action="file", total="1")
    assert answer.status_code in (400, 409)
    assert standing(county) == []


def test_the_content_is_on_the_disk_before_the_row(tmp_path: Path) -> None:
    """Stored under its hash, no half of it under that name, the same content twice is one file."""
    ring, files = Ring.load(tmp_path), tmp_path / "files"
    digest, key_id = store(files, 1, b"abc", ring)
    assert (digest, key_id) == (hashlib.sha256(b"abc").hexdigest(), ring.current.id)
    assert store(files, 1, b"abc", ring) == (digest, key_id)
    assert [p.name for p in files.rglob("*") if p.is_file()] == [digest]


def test_editions_of_any_shape_name_their_files(county: County, liaison: FlaskClient) -> None:
    """Rows of a table are lists of objects, too, and are never taken for files."""
    form = {"total": "1", "cases-1-name": "甲"}
    send(liaison, address(county), ((PDF, "甲.pdf"),), action="file", **form)
    county.enter()
    edition = county.session.scalars(sa.select(SubmissionEdition)).all()[-1]
    assert {key for key, value in edition.values.items() if isinstance(value, list)} == {"papers", "cases"}


def test_a_full_disk_is_said_so_and_no_row_stays(
    county: County, liaison: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("portal.documents.contents.os.fsync", full)
    answer = send(liaison, address(county), ((PDF, "甲.pdf"),), action="save", total="4")
    monkeypatch.undo()
    assert answer.status_code == 422
    assert "服务器存不下" in page(answer)
    assert standing(county) == []
