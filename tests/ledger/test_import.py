"""Entries as a spreadsheet: nothing enters before it is confirmed, nothing twice, what is wrong goes back with its reason."""

# ruff: noqa: DTZ001 - a spreadsheet knows no zone
from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.core import jobs
from portal.core.audit import verify
from portal.deadlines.models import Deadline
from portal.ledger.importing import entering, staging
from portal.ledger.models import Record, RecordEvent, RecordImport, RecordImportPart
from portal.operations import worker
from tests.documents.test_reading import HOSTILE
from tests.factories import csrf
from tests.ledger.cast import Cast, fields_of

Login = Callable[[str], FlaskClient]
HEAD = 4
"""Row of the head as a spreadsheet counts."""
ATTACKS = [
    "=HYPERLINK(1)",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "＝1+1",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%(x)s",
    "<r>x</r>",
]


class Sheet:
    """The sheet as a person fills it in."""

    def __init__(self, content: bytes) -> None:
        self.book = openpyxl.load_workbook(BytesIO(content))
        self.page = self.book.worksheets[0]
        heads = [str(c.value) for c in self.page[HEAD]]
        self.columns = {re.sub("（.*", "", head): n for n, head in enumerate(heads, 1)}

    def write(self, row: int, **cells: Any) -> None:
        for name, value in cells.items():
            self.page.cell(row, self.columns[name], value)

    def read(self, row: int, name: str) -> Any:
        return self.page.cell(row, self.columns[name]).value

    def note(self, row: int, name: str) -> str:
        comment = self.page.cell(row, self.columns[name]).comment
        return str(comment.text) if comment else ""

    @property
    def content(self) -> bytes:
        stream = BytesIO()
        self.book.save(stream)
        return stream.getvalue()


class Clerk:
    """The liaison of the bank before the pages of the import."""

    def __init__(self, cast: Cast, client: FlaskClient) -> None:
        self.cast, self.client, self.base = cast, client, cast.at(cast.county, "ledger")
        self.token = csrf(client, f"{self.base}/import?ledger=case")

    def sheet(self, query: str = "") -> Sheet:
        response = self.client.get(f"{self.base}/sheet.xlsx?ledger=case{query}")
        assert response.status_code == 200
        return Sheet(response.data)

    def send(self, content: bytes, ledger: str = "case") -> Any:
        data = {"csrf_token": self.token, "file": (BytesIO(content), "台账.xlsx")}
        return self.client.post(f"{self.base}/import?ledger={ledger}", data=data)

    def bring(self, sheet: Sheet) -> str:
        response = self.send(sheet.content)
        assert response.status_code == 303, text(response)[-600:]
        return str(response.location)

    def act(self, url: str, action: str, **more: Any) -> Any:
        return self.client.post(url, data={"csrf_token": self.token, "action": action, **more})


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(response.get_data(as_text=True))))


def rows(cast: Cast, model: Any) -> list[Any]:
    with cast.make.enter(cast.county) as session:
        session.expire_all()
        return list(session.scalars(sa.select(model).order_by(model.id)))


def good(title: str, face: Any = 3000, **more: Any) -> dict[str, Any]:
    return {"事项名称": title, "地点": "郊区", "得知时间": datetime(2026, 9, 29, 9, 0), "发现渠道": "柜面收缴", "币种": "人民币",
            "面额合计": face} | more  # fmt: skip


@pytest.fixture
def clerk(cast: Cast, login: Login) -> Clerk:
    return Clerk(cast, login("jq_bank"))


def test_a_sheet_is_looked_at_confirmed_and_what_is_wrong_goes_back(clerk: Clerk, cast: Cast) -> None:
    cast.enter(clerk.client, "1000", **{"entry-title": "已登记甲"})
    cast.enter(clerk.client, "2000", **{"entry-title": "已登记乙"})
    sheet = clerk.sheet("&rows=1&state=all")
    assert [sheet.read(5, n) for n in ("编号", "事项名称", "面额合计")] == ["案〔2026〕1号", "已登记甲", 1000]
    assert sheet.page.protection.sheet
    assert sheet.page.cell(HEAD, 1).protection.locked
    assert not sheet.page.cell(5, 3).protection.locked
    assert {v.type for v in sheet.page.data_validations.dataValidation} >= {"list", "decimal", "whole"}
    sheet.write(5, 面额合计=1500, 事项名称="已登记甲改")
    sheet.write(7, **good("新增一", 100_000))
    sheet.write(8, **good("新增二", "10万"))
    sheet.write(9, **good("全角", "３００"))
    sheet.write(10, **good("负数", -5))
    sheet.write(11, **good("错码", 发现渠道="柜面收"))
    sheet.write(12, **good("未来", 得知时间=datetime(2027, 1, 1, 8, 0)))
    sheet.write(13, **good("重复", 1))
    sheet.write(14, **good("重复", 1))
    sheet.write(15, 编号="案〔2026〕99号", **good("没有这个编号"))
    sheet.write(16, **good("太大", 10**14))
    sheet.write(17, **good("", 1))
    url = clerk.bring(sheet)
    assert [r.title for r in rows(cast, Record)] == ["已登记甲", "已登记乙"]
    refused = text(clerk.client.get(f"{url}?show=refused"))
    for said in (
        "面额合计", "不能填负数", "“柜面收”不在选项中，最接近的是“柜面收缴”", "得知时间不能晚于现在", "与第 13 行完全相同",
        "没有编号为 案〔2026〕99号 的事项", "过大", "请填写“事项名称”",
    ):  # fmt: skip
        assert said in refused, said
    changed = text(clerk.client.get(f"{url}?show=change"))
    assert "面额合计 1,000 元 → 1,500 元" in changed
    assert "事项名称 已登记甲 → 已登记甲改" in changed
    doubt = text(clerk.client.get(f"{url}?show=doubt"))
    assert "“10万”读作 100,000 元，请确认" in doubt
    assert "“３００”读作 300 元" in doubt
    assert clerk.act(f"{url}?show=doubt", "tick", shown=["8", "9"], tick=["8"]).status_code == 303
    for _twice in range(2):
        assert clerk.act(url, "confirm").status_code == 303
    found = rows(cast, Record)
    assert [(r.number, r.title, r.values["face_value"]) for r in found] == [
        ("案〔2026〕1号", "已登记甲改", 150_000),
        ("案〔2026〕2号", "已登记乙", 200_000),
        ("案〔2026〕3号", "新增一", 10_000_000),
        ("案〔2026〕4号", "新增二", 10_000_000),
        ("案〔2026〕5号", "重复", 100),
    ]
    assert len(rows(cast, Deadline)) == 2, "the clocks start as if it had been typed"
    assert [e.kind for e in rows(cast, RecordEvent)].count("created") == 5
    assert "已录入 4 行" in text(clerk.client.get(url))
    rest = Sheet(clerk.client.get(f"{url}/rest.xlsx").data)
    left = {rest.read(n, "事项名称"): n for n in range(5, rest.page.max_row + 1)}
    assert set(left) == {"全角", "负数", "错码", "未来", "重复", "没有这个编号", "太大", None}
    assert rest.read(left["负数"], "面额合计") == -5
    assert "不能填负数" in rest.note(left["负数"], "面额合计")
    assert "最接近" in rest.note(left["错码"], "发现渠道")
    rest.write(left["负数"], 面额合计=5)
    again = clerk.bring(rest)
    assert clerk.act(again, "confirm").status_code == 303
    assert rows(cast, Record)[-1].title == "负数"
    with cast.make.enter(cast.county) as session:
        assert list(verify(session)) == []


def test_the_same_file_twice_is_asked_about_and_a_stale_line_is_refused(clerk: Clerk, cast: Cast) -> None:
    sheet = clerk.sheet()
    sheet.write(5, **good("只此一件"))
    clerk.act(clerk.bring(sheet), "confirm")
    url = clerk.bring(sheet)
    assert "与已登记的 案〔2026〕1号 名称、地点和得知时间相同" in text(clerk.client.get(url))
    assert clerk.act(url, "confirm").status_code == 422
    assert len(rows(cast, Record)) == 1
    stale = clerk.sheet("&rows=1&state=all")
    stale.write(5, 面额合计=1)
    waiting = clerk.bring(stale)
    (found,) = rows(cast, Record)
    edit = f"{clerk.base}/{found.id}/edit"
    posted = fields_of(clerk.client.get(edit)) | {
        "found_channel": "counter",
        "currency": "cny",
        "face_value": "7",
    }
    assert clerk.client.post(edit, data=posted).status_code == 303
    assert "重新下载" in text(clerk.client.get(clerk.bring(stale)))
    clerk.act(waiting, "confirm")
    assert rows(cast, Record)[0].values["face_value"] == 700, "nobody's change is written over"
    assert "别人已经修改" in text(clerk.client.get(f"{waiting}?show=refused"))


def test_hostile_texts_come_back_as_they_were_and_run_nowhere(clerk: Clerk, cast: Cast) -> None:
    sheet = clerk.sheet()
    for n, attack in enumerate(ATTACKS):
        cell = sheet.page.cell(5 + n, sheet.columns["事项名称"])
        sheet.write(5 + n, **good("x", 1 + n))
        cell.value, cell.data_type = attack, "s"
    url = clerk.bring(sheet)
    page = clerk.client.get(f"{url}?show=new").get_data(as_text=True)
    assert "<script>alert" not in page
    assert ">49<" not in page
    clerk.act(url, "confirm")
    assert [r.title for r in rows(cast, Record)] == ATTACKS
    out = clerk.sheet("&rows=1&state=all")
    assert [out.read(5 + n, "事项名称") for n in range(len(ATTACKS))] == ATTACKS
    assert not [c for row in out.page.iter_rows() for c in row if c.data_type == "f"]
    formula = clerk.sheet()
    formula.write(5, **good("公式", "=1+1"))
    assert "公式" in text(clerk.client.get(clerk.bring(formula)))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_not_this_sheet_is_refused_with_its_reason(clerk: Clerk, cast: Cast, login: Login) -> None:
    for kind in ("zip bomb", "macros", "old format", "html"):  # the others are the reader's own tests
        make, said = HOSTILE[kind]
        answer = clerk.send(make())
        assert answer.status_code == 422, kind
        assert said in text(answer), kind
    blank = clerk.sheet()
    assert "没有填写任何事项" in text(clerk.send(blank.content))
    plain = openpyxl.Workbook()
    stream = BytesIO()
    plain.save(stream)
    assert "不是从本页下载" in text(clerk.send(stream.getvalue()))
    blank.book["lianxi"].cell(2, 5, "00000000")
    assert "标识已被改动" in text(clerk.send(blank.content))
    police = Clerk(cast, login("jq_police"))
    assert "其他单位的表格" in text(police.send(clerk.sheet().content))
    headless = clerk.sheet()
    headless.page.cell(HEAD, headless.columns["面额合计"], "面额")
    assert "表头中没有这些列：面额合计" in text(clerk.send(headless.content))
    units = clerk.sheet()
    units.page.cell(HEAD, units.columns["面额合计"], "面额合计（万元）")
    units.write(5, **good("单位", 3))
    page = text(clerk.client.get(clerk.bring(units)))
    assert "读作 30,000 元，请确认" in page or "30,000" in page
    assert login("jq_office").get(f"{clerk.base}/import").status_code == 403
    url = clerk.bring(units)
    assert police.client.get(url).status_code == 404
    assert not rows(cast, Record)


@pytest.mark.parametrize(
    "engine", ["postgresql"], indirect=True
)  # on SQLite nothing else runs beside the worker
def test_many_lines_are_entered_by_the_worker_once_however_often_it_is_killed(
    clerk: Clerk, cast: Cast, login: Login, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet, count = clerk.sheet(), 230
    for n in range(count):
        sheet.write(
            5 + n,
            **good(
                f"事项{n:03}",
                "坏" if n % 20 == 0 else n,
                得知时间=datetime(2026, 9, 1, 0, 30) + timedelta(hours=n),
            ),
        )
    url = clerk.bring(sheet)
    clerk.act(url, "confirm")
    clerk.act(url, "confirm")
    assert not rows(cast, Record)
    assert "正在录入" in text(clerk.client.get(url))
    enter, calls = entering._enter_next, [0]

    class Killed(BaseException):
        """As the kernel would: nothing is committed, nothing tidied."""

    def dies(task: Any, now: datetime) -> bool:
        calls[0] += 1
        done = enter(task, now)
        if calls[0] in (2, 4):
            raise Killed
        return done

    monkeypatch.setattr(entering, "_enter_next", dies)
    for _life in range(8):
        session = cast.make.session
        try:
            while worker._step(app):
                pass
        except Killed:
            session.rollback()
            session.info.pop("scope", None)
        cast.clock.now += jobs.LEASE + timedelta(minutes=1)
    with cast.make.enter(cast.county) as session:
        left = session.scalars(sa.select(jobs.Job).where(jobs.Job.name == entering.JOB)).one()
        assert left.done_at is not None, left.error
    found = rows(cast, Record)
    wrong = count // 20 + 1
    assert len(found) == count - wrong
    assert [r.number for r in found] == [f"案〔2026〕{n}号" for n in range(1, len(found) + 1)]
    assert len({r.title for r in found}) == len(found)
    assert f"已录入 {count - wrong} 行" in text(login("jq_bank").get(url))
    assert len([e for e in rows(cast, RecordEvent) if e.kind == "created"]) == len(found)
    with cast.make.enter(cast.county) as session:
        assert list(verify(session)) == []
    staging.purge_imports(cast.make.session, cast.clock.now + staging.LIVES + timedelta(days=1))
    cast.make.session.commit()
    assert rows(cast, RecordImport) == rows(cast, RecordImportPart) == []
