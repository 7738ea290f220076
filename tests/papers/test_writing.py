"""Writing: nothing typed is lost, nothing half-saved; what is odd is refused at its field or cleaned and said."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from docx import Document

from portal.core.audit import AuditEvent
from portal.documents.models import Attachment, Draft
from portal.papers import texts
from portal.papers.models import Paper
from tests.contract.world_papers import PDF
from tests.papers.offices import Office


def form(office: Office, **more: Any) -> dict[str, Any]:
    return {
        "paper-template": "notice", "paper-title": "关于开展排查的通知", "paper-body": "一、目标\n请于月底前完成。",
        "paper-whom": "some", "paper-main": [str(office.units["police"])], "request_key": "one", "version": "0",
    } | more  # fmt: skip


def papers(office: Office) -> list[Paper]:
    return list(office.enter().scalars(sa.select(Paper).order_by(Paper.id)))


def test_two_clicks_make_one_paper_and_a_draft_comes_back(office: Office) -> None:
    saved = office.post("clerk", "/autosave", form(office))
    assert saved.json["version"] == 1
    assert "关于开展排查的通知" in office.page("colleague").get_data(
        as_text=True
    )  # the office shares its drafts
    again = office.page("colleague", "/new?draft=one").get_data(as_text=True)
    assert "请于月底前完成。" in again
    # two windows: the second is told, the first stays
    assert office.post("colleague", "/autosave", form(office, **{"paper-title": "别的"})).status_code == 409
    answers = [office.post("clerk", "/new", form(office, action="send")) for _press in range(2)]
    assert [a.status_code for a in answers] == [303, 303]
    (paper,) = papers(office)
    assert (paper.state, paper.edition) == ("checking", 1)
    assert office.enter().scalar(sa.select(sa.func.count()).select_from(Draft)) == 0
    assert office.post("clerk", "/autosave", form(office, **{"paper-id": str(paper.id)})).status_code == 409


def test_two_people_on_one_paper(office: Office) -> None:
    paper = office.write()
    data = form(office, **{"paper-version": "1", "paper-body": "甲写的。"})
    assert office.post("clerk", f"/{paper}/edit", data).status_code == 303
    answer = office.post("colleague", f"/{paper}/edit", data | {"paper-body": "乙写的。"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "甲写的。" in page  # what stands
    assert "乙写的。" in page  # what was typed
    assert "刚保存过" in page
    assert office.post("colleague", "/autosave", data | {"paper-id": str(paper)}).status_code == 409
    (stored,) = papers(office)
    assert stored.body == "甲写的。"
    assert (
        office.post(
            "colleague", f"/{paper}/edit", data | {"paper-version": "2", "paper-body": "合起来。"}
        ).status_code
        == 303
    )
    assert papers(office)[0].body == "合起来。"


def test_a_notice_to_a_court_and_a_bank_should_be_a_letter(office: Office) -> None:
    everyone = form(office, action="send", **{"paper-whom": "all"})
    answer = office.post("clerk", "/new", everyone)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "平定县人民法院" in page
    assert "中国银行平定县支行" in page
    assert "第八条第（十四）项" in page
    assert papers(office) == []
    turned = office.post("clerk", "/new", everyone | {"action": "letter"}).get_data(as_text=True)
    assert 'name="paper-template" value="letter"' in turned
    assert "关于开展排查的函" in turned
    assert "请于月底前完成。" in turned
    letter = everyone | {"paper-template": "letter", "paper-title": "关于开展排查的函"}
    assert office.post("clerk", "/new", letter).status_code == 303
    insisted = everyone | {"request_key": "two", "paper-insist": "经召集人同意"}
    assert office.post("clerk", "/new", insisted).status_code == 303
    assert [(p.type, p.terms["insist"]) for p in papers(office)] == [
        ("letter", ""),
        ("notice", "经召集人同意"),
    ]
    only = form(office, action="send", request_key="three")  # police and nobody else
    assert office.post("clerk", "/new", only).status_code == 303


def test_a_long_text_needs_a_reason_and_is_never_blocked(office: Office) -> None:
    long = form(office, action="send", **{"paper-body": "字" * 4001})
    answer = office.post("clerk", "/new", long)
    assert answer.status_code == 422
    assert "正文 4001 字，超过 4000 字" in answer.get_data(as_text=True)
    assert office.post("clerk", "/new", long | {"paper-why-long": "附有分工"}).status_code == 303
    assert papers(office)[0].terms["why_long"] == "附有分工"
    short = office.post(
        "clerk", "/new", form(office, request_key="b", action="send", **{"paper-body": "字" * 4000})
    )
    assert short.status_code == 303


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("一、目标。", 5),
        ("2026年12.5%", 3),
        ("  \n\u3000", 0),
        ("WPS 与 Word", 3),
        ("，。！", 3),
        ("😀字", 2),
    ],
)
def test_characters_are_counted_as_wps_does(text: str, length: int) -> None:
    assert texts.count(text) == length


def test_odd_characters_and_sizes(office: Office) -> None:
    """Sixty lines are no title; what nobody sees goes and is said; emoji and rare characters stay and the file opens."""
    lines = "\n".join(f"第{n}行标题" for n in range(60))
    answer = office.post("clerk", "/new", form(office, **{"paper-title": lines}))
    assert answer.status_code == 422
    assert "只填一行" in answer.get_data(as_text=True)
    answer = office.post("clerk", "/new", form(office, **{"paper-title": "标" * 121}))
    assert answer.status_code == 422
    assert "共 121 字，最多 120 字" in answer.get_data(as_text=True)
    assert office.post("clerk", "/new", form(office, **{"paper-title": " "})).status_code == 422
    assert office.post("clerk", "/new", form(office, **{"paper-body": "字" * 60_001})).status_code == 422
    assert papers(office) == []
    odd = {
        "paper-title": "关于\u202e𠮷字\u200b的通知😀",
        "paper-body": "甲\x07乙\u2066丙\r\n<script>丁</script>",
        "paper-copies": "30",
    }
    answer = office.post("clerk", "/new", form(office, **odd))
    assert answer.status_code == 303
    assert "已删去 4 个看不见的字符" in office.as_("clerk").get(answer.location).get_data(as_text=True)
    (paper,) = papers(office)
    assert paper.title == "关于𠮷字的通知😀"
    assert paper.body == "甲乙丙\n<script>丁</script>"
    number = paper.id
    assert "<script>丁" not in office.page("clerk", f"/{number}").get_data(as_text=True)
    opened = Document(BytesIO(office.page("clerk", f"/{number}/paper.docx").data))
    assert any("<script>丁</script>" in p.text for p in opened.paragraphs)
    for copies in ("-1", "x", "99999", "３"):
        assert (
            office.post(
                "clerk", "/new", form(office, request_key="c", **{"paper-copies": copies})
            ).status_code
            == 422
        )


def test_a_mark_of_secrecy_is_refused_at_its_field_and_only_the_trail_knows(office: Office) -> None:
    marked = form(office, **{"paper-body": "机密★1年\n有关事项"})
    answer = office.post("clerk", "/new", marked)
    assert answer.status_code == 422
    assert "涉密内容不得写入本系统" in answer.get_data(as_text=True)
    assert papers(office) == []
    assert "text.refuse" in set(office.enter().scalars(sa.select(AuditEvent.act)))
    saved = office.post("clerk", "/autosave", marked)
    assert saved.status_code == 422
    assert "涉密内容不得写入本系统" in saved.get_json()["problem"]
    assert list(office.enter().scalars(sa.select(Draft))) == []


def test_fields_make_title_and_text(office: Office) -> None:
    empty = office.post(
        "clerk", "/new", form(office, action="propose", **{"paper-title": "", "paper-body": ""})
    )
    assert empty.status_code == 422
    given = {"matter": "开展集中宣传", "tasks": "进社区\n进学校", "action": "propose"}
    page = office.post("clerk", "/new", form(office, **given)).get_data(as_text=True)
    assert "开展集中宣传的通知" in page
    assert "进社区" in page.split("paper-body", 1)[1]
    assert papers(office) == []


def test_annexes_go_with_the_paper(office: Office) -> None:
    paper = office.write()
    data = form(
        office,
        **{"paper-version": "1", "paper-annex": [(BytesIO(PDF), "分工表.pdf")], "paper-files": "分工表"},
    )
    assert office.post("clerk", f"/{paper}/edit", data).status_code == 303
    (kept,) = office.enter().scalars(sa.select(Attachment)).all()
    address = f"/{office.code}/antifraud/files/{kept.id}"
    assert office.as_("police").get(address).status_code == 404  # not before it is issued
    office.bring(paper, "issued")
    assert "分工表.pdf" in office.page("police", f"/{paper}").get_data(as_text=True)
    assert office.as_("police").get(address).status_code == 200
    assert office.as_("court").get(address).status_code == 404


def test_units_by_guessed_ids_are_not_heard(office: Office) -> None:
    other = office.make.unit(office.sibling, "盂县公安局").id
    answer = office.post(
        "clerk", "/new", form(office, action="send", **{"paper-main": [str(other), "1", "x"]})
    )
    assert answer.status_code == 422
    assert "请选择主送单位" in answer.get_data(as_text=True)


def test_a_draft_that_was_never_sent_can_go(office: Office) -> None:
    paper, sent = office.write(), office.made("checking")
    assert office.post("clerk", f"/{paper}/edit", form(office, action="discard")).status_code == 303
    assert [p.id for p in papers(office)] == [sent]
    assert office.post("clerk", f"/{sent}/edit", form(office, action="discard")).status_code == 409
