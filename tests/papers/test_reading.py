"""Who sees what: drafts are the office's alone, a unit sees what was issued to it, other tenants nothing at all."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from docx import Document
from flask import Flask
from openpyxl import load_workbook

from portal.core.db import db
from portal.documents.models import Export
from portal.operations.worker import _step
from tests.papers.offices import Office

WAYS = ("", "/edit", "/print", "/paper.docx", "/versions/1")
STEPS = ("check", "return", "sign", "number", "issue", "receive", "remind", "end", "scan", "edit")


def titles(office: Office, who: str, query: str = "") -> list[str]:
    html = office.page(who, query).get_data(as_text=True)
    return re.findall(r'<a href="[^"]*/papers/\d+">([^<]+)</a>', html)


def test_each_reader_sees_his_own(office: Office) -> None:
    made = {
        s: office.made(s, title=f"甲{s}")
        for s in ("draft", "checking", "signing", "signed", "numbered", "issued")
    }
    office.made("issued", title="乙", main=(office.units["court"],))
    assert len(titles(office, "clerk")) == 7
    assert sorted(titles(office, "convenor")) == sorted(
        ["甲signing", "甲signed", "甲numbered", "甲issued", "乙"]
    )
    assert titles(office, "police") == ["甲issued"]
    assert titles(office, "court") == ["乙"]
    assert titles(office, "bank") == []
    assert titles(office, "beside") == []
    # not even counted, by no filter
    for query in ("?state=draft", "?state=checking", "?q=甲draft", "?q=甲signed", "?type=notice&year=2026"):
        assert set(titles(office, "police", query)) <= {"甲issued"}, query
    assert titles(office, "police", "?state=unsigned") == ["甲issued"]
    for state, paper in made.items():
        for way in WAYS:
            status = office.page("police", f"/{paper}{way}").status_code
            seen = state == "issued" and way in ("", "/print", "/paper.docx")
            assert status == (200 if seen else 403 if way == "/edit" else 404), (state, way, status)
            assert office.page("bank", f"/{paper}{way}").status_code in (403, 404)
    for name in STEPS:
        assert office.post("bank", f"/{made['issued']}/{name}").status_code in (403, 404), name
        assert office.post("police", f"/{made['signed']}/{name}").status_code in (403, 404), name


def test_another_tenant_and_another_body_find_nothing(office: Office) -> None:
    paper = office.made("issued")
    sibling, beside = office.as_("sibling"), office.as_("beside")
    for client, base in (
        (sibling, f"/{office.sibling.code}/antifraud/papers"),
        (beside, f"/{office.code}/anticounterfeit/papers"),
    ):
        token = (
            client.get("/").get_data(as_text=True).split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        )
        for way in WAYS:
            assert client.get(f"{base}/{paper}{way}").status_code == 404, way
        for name in STEPS:
            data: dict[str, Any] = {"csrf_token": token, "edition": "1", "why": "x", "ending": "x"}
            assert client.post(f"{base}/{paper}/{name}", data=data).status_code == 404, name
        saved = {"csrf_token": token, "paper-id": str(paper), "request_key": "x"}
        assert client.post(f"{base}/autosave", data=saved).status_code == 404
        assert "关于开展排查" not in client.get(base).get_data(as_text=True)
    assert office.state(paper)[0] == "issued"
    assert sibling.get(office.url()).status_code == 404


def test_the_register_as_a_workbook_holds_what_the_page_holds(office: Office) -> None:
    office.made("issued", title="=1+1的通知")
    office.made("draft", title="草稿")
    rows = {}
    for who, path in (("clerk", ".xlsx"), ("police", ".xlsx"), ("clerk", ".xlsx?state=draft")):
        book = load_workbook(BytesIO(office.page(who, path).data))
        rows[who, path] = [
            r[1].value for r in book.worksheets[0].iter_rows() if r[1].value and "标题" not in str(r[1].value)
        ]
    assert [v for v in rows["clerk", ".xlsx"] if v in ("=1+1的通知", "草稿")] == ["草稿", "=1+1的通知"]
    assert "草稿" not in rows["police", ".xlsx"]
    assert "=1+1的通知" not in rows["clerk", ".xlsx?state=draft"]


def test_all_papers_in_one_file_by_the_worker(office: Office, app: Flask) -> None:
    for n in range(3):
        office.made("issued", title=f"第{n}件的通知")
    for _n in range(2):
        office.made("draft", title="同名/的通知")
    assert office.post("police", "/export", {}).status_code == 403
    assert office.post("clerk", "/export?state=void", {}).status_code == 422
    assert office.post("clerk", "/export", {}).status_code == 303
    assert office.post("clerk", "/export", {}).status_code == 409  # one at a time
    session = db.session()
    session.rollback()
    session.info.pop("scope", None)
    while _step(app):
        pass
    session.info.pop("scope", None)
    kept = office.enter().scalars(sa.select(Export)).one()
    assert (kept.error, kept.done_rows) == ("", 5)
    number = kept.id
    answer = office.as_("clerk").get(f"/exports/{number}", buffered=True)
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(BytesIO(answer.data)) as archive:
        names = archive.namelist()
        assert sorted(names) == sorted(
            ["同名_的通知.docx", "同名_的通知 (2).docx"]
            + [f"平定反诈〔2026〕{n + 1}号 第{n}件的通知.docx" for n in range(3)]
        )
        for name in names:
            assert Document(BytesIO(archive.read(name))).paragraphs
    assert office.as_("colleague").get(f"/exports/{number}").status_code == 404


def test_pages_ask_a_constant_number_of_statements(office: Office) -> None:
    first = office.made("issued")

    def statements(who: str, path: str) -> int:
        counted = 0

        def count(*_: Any) -> None:
            nonlocal counted
            counted += 1

        office.page(who, path)
        sa.event.listen(db.engine, "before_cursor_execute", count)
        try:
            assert office.page(who, path).status_code == 200
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", count)
        return counted

    paths = [
        ("clerk", ""),
        ("police", ""),
        ("clerk", f"/{first}"),
        ("police", f"/{first}"),
        ("clerk", "/numbers"),
    ]
    few = [statements(*p) for p in paths]
    for n in range(4):
        office.made("issued", title=f"第{n}件")
    office.post("police", f"/{first}/receive")
    assert [statements(*p) for p in paths] == few
    assert max(few) <= 16, few
