"""Every document template, the house's and each plugin's: made from its example, sound, and as an office expects it on paper."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn

from portal.campaigns import DocumentTemplate, DocumentType, Field, FieldKind
from portal.campaigns.problems import problems
from portal.campaigns.registry import load_registry
from portal.core.errors import NotFound, PluginError
from portal.documents.official import Context, Layout, Official, write_official
from portal.documents.pdf import convert
from portal.papers.composing import compose, propose_body, propose_title
from portal.papers.templates import HOUSE, find_template, list_templates
from tests.documents.ooxml import faults
from tests.documents.pages import Line, read_pages, red_bands

REGISTRY = load_registry(Path(__file__).parents[2] / "plugins", strict=True)
CAMPAIGNS = list(REGISTRY.campaigns.values())
ALL = [*HOUSE, *(t for c in CAMPAIGNS for t in c.documents)]
CONTEXT = Context(
    body="示范市联席会议", issuers=("示范市联席会议办公室",), year=2026, code="示联", number="示联〔2026〕9号",
    host="示范市金融办", addressees=("各县（区）联席会议办公室", "各成员单位"), signer="召集人", day=date(2026, 9, 18),
    copy_to=("省联席会议办公室", "市委办公室"), report_to=("市委", "市政府"), copies=30,
    attendance=(("出席", "市公安局、市财政局"), ("请假", "市教育局"), ("列席", "市融媒体中心")),
)  # fmt: skip
LINE = "各成员单位要按照职责分工抓好任务落实并确保工作取得实效及时报送进展情况和存在的问题以及下一步打算"


def made(template: DocumentTemplate) -> Official:
    values = template.example
    return compose(template, values, propose_title(template, values), propose_body(template, values), CONTEXT)


def docx(paper: Official) -> bytes:
    stream = BytesIO()
    write_official(stream, paper)
    return stream.getvalue()


def text_of(content: bytes) -> str:
    document: Any = Document(BytesIO(content))
    parts = [document.element.body, document.sections[0].first_page_header._element]
    return "\n".join(
        "".join(t.text or "" for t in p.iter(qn("w:t"))) for part in parts for p in part.iter(qn("w:p"))
    )


@pytest.mark.parametrize("template", ALL, ids=lambda t: t.key)
def test_each_template_makes_a_sound_paper_of_its_example(template: DocumentTemplate) -> None:
    paper = made(template)
    content = docx(paper)
    assert faults(content) == []
    said = text_of(content)
    for line in (*paper.title.split("\n"), *paper.body.split("\n"), *paper.attachments):
        assert line.strip() in said, line
    for field in template.fields:
        value = template.example.get(field.key)
        if field.kind in (FieldKind.TEXT, FieldKind.LONG_TEXT) and value:
            for line in str(value).splitlines():
                assert line.rstrip("。").removeprefix("关于") in said, f"{field.key} is asked and not said"
    for row in (*paper.sheet, *(r for a in paper.annexes for r in a.sheet)):
        for cell in row:
            assert str(cell.label) in said
    assert "%(" not in said
    assert "None" not in said


def test_the_house_offers_every_kind_and_each_campaign_adds_its_own() -> None:
    assert {t.type for t in HOUSE} == set(DocumentType)
    for campaign in CAMPAIGNS:
        assert campaign.documents
        assert all(t.clause for t in campaign.documents)
        keys = [t.key for t in list_templates(campaign)]
        assert len(keys) == len(set(keys)), "a campaign must not hide a template of the house"
        assert find_template(campaign, campaign.documents[0].key) is campaign.documents[0]
    with pytest.raises(NotFound):
        find_template(CAMPAIGNS[0], "nothing")


@pytest.mark.parametrize("template", ALL, ids=lambda t: t.key)
def test_fields_that_were_left_empty_leave_no_trace(template: DocumentTemplate) -> None:
    values = {
        k: v for k, v in template.example.items() if next(f for f in template.fields if f.key == k).required
    }
    paper = compose(
        template, values, propose_title(template, values), propose_body(template, values), CONTEXT
    )
    said = text_of(docx(paper))
    assert "None" not in said
    assert "，。" not in said
    body = propose_body(template, values).split("\n")
    for line, following in zip(body, [*body[1:], ""], strict=True):
        assert not (line[:2] in ("一、", "二、", "三、") and following[:2] in ("二、", "三、")), (
            "a heading over nothing"
        )


def test_a_template_that_does_not_work_is_found_before_any_request_and_never_blames_the_clerk() -> None:
    def wrong(_values: Any) -> Any:
        raise KeyError("x")

    good = CAMPAIGNS[0].documents[0]
    for change in (
        {"title": wrong}, {"body": wrong}, {"sheet": wrong}, {"example": {"nothing": 1}}, {"key": "Bad Key"},
        {"title": lambda _v: ""}, {"annex": "x", "sheet": None},
        {"fields": (*good.fields, Field(key="f", label=good.label, kind=FieldKind.FILES))},
    ):  # fmt: skip
        assert problems(replace(CAMPAIGNS[0], documents=(replace(good, **change),))), change
    with pytest.raises(PluginError):
        propose_body(replace(good, body=wrong), good.example)


def test_drafts_leave_places_open_and_only_upward_papers_name_who_signed() -> None:
    open_ = replace(CONTEXT, number="", day=None)
    for template in HOUSE:
        values = template.example
        paper = compose(template, values, "标题", "正文", open_)
        expected = {Layout.MINUTES: "第    期", Layout.BULLETIN: "第    期", Layout.PLAIN: ""}.get(
            paper.layout, "示联〔2026〕  号"
        )
        assert paper.number == expected
        assert bool(paper.signer) == (template.type in (DocumentType.REPORT, DocumentType.REQUEST))


# ---------------------------------------------------------------------------------------------- on paper
def _full(lines: int) -> Official:
    """A notice with so many lines of text."""
    return replace(
        made(find_template(CAMPAIGNS[0], "notice")), body="\n".join(f"第{n}行。" for n in range(1, lines + 1))
    )


@pytest.mark.slow
def test_on_paper_every_template_looks_as_the_standard_says(tmp_path: Path) -> None:
    """GB/T 9704-2012, measured in the PDF that LibreOffice makes; one start of it for all papers."""
    papers = {f"{n:02d}-{t.key}": made(t) for n, t in enumerate(ALL)}
    notice = find_template(CAMPAIGNS[0], "notice")
    papers["full"] = replace(made(notice), body="\n".join([LINE * 20] * 3))
    papers |= {f"fill-{n}": _full(n) for n in (1, 8, 14, 17, 18, 19, 20, 21, 22, 30)}
    papers["emoji"] = replace(made(notice), title="关于😀𠮷的通知", body="甲\u202e乙😀𠮷\t丙")
    for name, paper in papers.items():
        (tmp_path / f"{name}.docx").write_bytes(docx(paper))
    convert([tmp_path / f"{name}.docx" for name in papers], tmp_path, seconds=170)
    for name, paper in papers.items():
        pages = read_pages(tmp_path / f"{name}.pdf")
        for number, page in enumerate(pages, 1):
            _page(name, paper, number, page)
        _head(name, paper, pages[0], tmp_path / f"{name}.pdf")
        _record(name, paper, pages)
    full = [page for page in read_pages(tmp_path / "full.pdf")[1:-1] if "打算" not in page[-2].text[-4:]]
    body = full[0][:-1]  # without the number of the page
    assert len(body) == 22, "22 lines on a full page"
    assert sum(len(line.text) == 28 for line in body) >= 18, "28 characters on a full line"
    assert max(len(line.text) for line in body) == 28


def _page(name: str, paper: Official, number: int, page: list[Line]) -> None:
    """Nothing outside 版心 but the number, which stands at the outer side; none on the first page of a letter."""
    place = page[-1]
    if paper.layout is Layout.LETTER and number == 1:
        assert not place.text.startswith("—"), name
        return
    assert place.text == f"—{number}—", name
    assert 265 < place.top < 275, name
    assert (place.right > 175) if number % 2 else (place.left < 35), name
    for line in page[:-1]:
        assert line.top > 36, (name, line)
        assert line.bottom < 263.5, (name, line)
        assert line.left > 27, (name, line)
        assert line.right < 190, (name, line)  # punctuation may hang over the margin


def _head(name: str, paper: Official, page: list[Line], pdf: Path) -> None:
    bands = red_bands(pdf)
    if paper.layout in (Layout.TABLE, Layout.PLAIN):
        assert not bands, name
        return
    mark, line = bands[0], bands[1]
    at = next(n for n, row in enumerate(page) if paper.mark in row.text)
    assert mark[2] > 27.5, name
    assert mark[3] < 184.5, f"{name}: the mark stands on one line"
    if paper.layout is Layout.LETTER:
        assert mark[0] == pytest.approx(30, abs=1.5), name
        assert line[3] - line[2] == pytest.approx(170, abs=1), name
        assert 2 <= line[0] - mark[1] <= 5, name
        assert bands[-1][1] == pytest.approx(277, abs=1.5), name
    else:
        assert mark[0] == pytest.approx(72, abs=1.5), f"{name}: 35 mm under the upper edge of the text"
        assert line[3] - line[2] == pytest.approx(156, abs=1), name
    if paper.layout is Layout.DOCUMENT:
        assert page[at + 1].text.startswith("示联〔2026〕9号"), name
        assert 2 <= line[0] - page[at + 1].bottom <= 5, name


def _record(name: str, paper: Official, pages: list[list[Line]]) -> None:
    """版记 ends the last page, at the foot of its text, and covers nothing."""
    names = [n for n, page in enumerate(pages) for line in page if line.text.startswith(("抄送：", "送：省"))]
    if not any(text for _label, text in paper.foot):
        assert not names, name
        return
    assert names == [len(pages) - 1], f"{name}: once, on the last page"
    page = [line for line in pages[-1] if not line.text.startswith("—")]
    assert page[-1].bottom == pytest.approx(262, abs=3), f"{name}: {page[-1]}"
    for above, below in itertools.pairwise(page):
        beside = below.left > above.right or above.left > below.right  # cells of one row
        assert beside or below.top - above.bottom > -1.2, f"{name}: {above.text} on {below.text}"
