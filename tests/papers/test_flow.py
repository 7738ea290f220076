"""From the draft to the receipt: each step by the right person, once, with a story; back only with a reason."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa
from docx import Document

from portal.accounts.models import Account
from portal.core.audit import AuditEvent
from portal.core.errors import NotAllowed, NotFound
from portal.core.reader import Reader
from portal.core.scope import Scope, set_scope
from portal.documents.models import Attachment
from portal.notices.models import Notice
from portal.papers import flow, origins
from portal.papers.models import PaperStep, PaperVersion
from portal.papers.origins import Origin, Prepared, register_origin
from portal.papers.services import papers_of
from portal.papers.todos import list_todos
from portal.units.models import Membership
from portal.units.reader import load_posts
from tests.contract.world_papers import PDF
from tests.papers.offices import Office


def todo(office: Office, who: str) -> list[str]:
    session = office.enter()
    account = session.scalars(sa.select(Account).where(Account.username == who)).one()
    set_scope(session, Scope(own=(office.county_id,)))
    reader = Reader(account.id, who, who, load_posts(session, account.id, office.clock()))
    return [str(t.what) for t in list_todos(session, reader, office.clock())]


def step(office: Office, who: str, paper: int, name: str, **data: str) -> int:
    return int(office.post(who, f"/{paper}/{name}", data).status_code)


def test_the_whole_way_of_a_notice(office: Office) -> None:
    title = "关于开展排查的通知"
    paper = office.write(copy=(office.units["court"],))
    office.bring(paper, "checking")
    # nobody checks what they sent
    assert todo(office, "clerk") == []
    assert todo(office, "colleague") == [f"核稿：{title}"]
    assert step(office, "clerk", paper, "check", edition="1") == 403
    assert step(office, "colleague", paper, "check", edition="1", note="数字已核") == 303
    assert todo(office, "convenor") == [f"签发：{title}"]
    assert step(office, "clerk", paper, "sign", edition="1") == 403
    assert step(office, "convenor", paper, "sign", edition="1") == 303
    assert todo(office, "clerk") == [f"编号：{title}"]
    assert step(office, "clerk", paper, "issue") == 409
    assert step(office, "clerk", paper, "number", year="2026") == 303
    assert todo(office, "police") == []
    assert step(office, "clerk", paper, "issue") == 303
    # a second press of each step is nobody's harm
    assert step(office, "clerk", paper, "issue") == 303
    assert step(office, "convenor", paper, "sign", edition="1") == 409
    assert office.state(paper) == ("issued", "平定反诈〔2026〕1号")
    assert office.receipts(paper) == {"police": False, "finance": False, "court": False}
    assert todo(office, "police") == [f"签收通知：{title}"]
    assert todo(office, "bank") == []
    assert step(office, "police", paper, "receive") == 303
    assert step(office, "police", paper, "receive") == 303
    assert step(office, "bank", paper, "receive") == 404
    assert office.receipts(paper) == {"police": True, "finance": False, "court": False}
    assert todo(office, "police") == []
    for _press in range(2):  # once a day
        assert step(office, "clerk", paper, "remind") == 303
    told = office.enter().scalars(sa.select(Notice).where(Notice.text.startswith("催签"))).all()
    assert {n.unit_id for n in told} == {office.units["finance"], office.units["court"]}
    page = office.page("clerk", f"/{paper}").get_data(as_text=True)
    assert "已签收 1/3" in page
    assert "数字已核" in page
    kinds = [s.kind for s in flow.list_story(office.enter(), office.get(paper))]
    assert kinds == ["written", "sent", "checked", "signed", "numbered", "issued", "reminded"]
    acts = set(office.enter().scalars(sa.select(AuditEvent.act)))
    assert {
        "paper.save",
        "paper.send",
        "paper.check",
        "paper.sign",
        "paper.number",
        "paper.issue",
        "paper.receive",
    } <= acts


def test_a_page_that_shows_an_older_version_signs_nothing(office: Office) -> None:
    paper = office.made("checking")
    assert step(office, "colleague", paper, "return", edition="1", why="") == 422
    assert step(office, "colleague", paper, "return", edition="1", why="数字不符") == 303
    assert todo(office, "clerk") == ["修改公文：关于开展排查的通知"]
    session = office.enter()
    office.get(paper).body = "请于十日内完成。"
    session.commit()
    office.bring(paper, "checking")
    assert step(office, "colleague", paper, "check", edition="1") == 409
    assert step(office, "colleague", paper, "check", edition="2") == 303
    rows = office.enter().scalars(sa.select(PaperVersion).order_by(PaperVersion.number)).all()
    assert [(r.number, r.body) for r in rows] == [(1, "请于月底前完成。"), (2, "请于十日内完成。")]
    page = office.page("convenor", f"/{paper}/versions/2").get_data(as_text=True)
    assert "<del>请于月底前完成。</del>" in page
    assert "<ins>请于十日内完成。</ins>" in page
    assert office.page("police", f"/{paper}/versions/2").status_code == 404


def test_what_was_signed_is_frozen_and_its_number_survives_a_return(office: Office) -> None:
    paper = office.made("numbered")
    assert office.page("clerk", f"/{paper}/edit").status_code == 409
    data = {"paper-template": "notice", "paper-title": "改了的通知", "paper-version": "1", "request_key": "x"}
    answer = office.post("clerk", f"/{paper}/edit", data)
    assert answer.status_code == 409
    assert "改了的通知" in answer.get_data(as_text=True)  # nothing typed is lost
    assert office.get(paper).title == "关于开展排查的通知"
    assert step(office, "clerk", paper, "return", edition="1", why="落款有误") == 303
    assert office.state(paper) == ("draft", "平定反诈〔2026〕1号")
    office.bring(paper, "signing")
    assert step(office, "convenor", paper, "sign", edition="1") == 303
    assert office.state(paper) == ("numbered", "平定反诈〔2026〕1号")
    assert office.numbers() == [("平定反诈〔2026〕1号", "used")]
    # turned into a letter it leaves its number, which stays in the register as void
    step(office, "clerk", paper, "return", edition="1", why="应当用函")
    session = office.enter()
    found = office.get(paper)
    found.template = found.type = "letter"
    session.commit()
    office.bring(paper, "numbered")
    assert office.state(paper)[1] == "平定反诈函〔2026〕1号"
    assert office.numbers() == [("平定反诈〔2026〕1号", "void"), ("平定反诈函〔2026〕1号", "used")]


def test_withdrawn_it_is_only_named(office: Office) -> None:
    paper = office.made("issued", title="关于报送名单的通知")
    assert "请于月底前完成" in office.page("police", f"/{paper}").get_data(as_text=True)
    assert step(office, "police", paper, "end", ending="x") == 403
    assert step(office, "clerk", paper, "end", ending="") == 422
    assert step(office, "clerk", paper, "end", ending="附表有误") == 303
    page = office.page("police", f"/{paper}").get_data(as_text=True)
    assert "附表有误" in page
    assert "请于月底前完成" not in page
    for path in ("print", "paper.docx"):
        assert office.page("police", f"/{paper}/{path}").status_code == 404
    assert step(office, "police", paper, "receive") == 409
    assert office.numbers() == [("平定反诈〔2026〕1号", "used")]
    assert todo(office, "finance") == []


def test_a_unit_that_left_before_it_was_issued(office: Office) -> None:
    paper = office.made("numbered")
    session = office.enter()
    line = session.scalars(sa.select(Membership).where(Membership.unit_id == office.units["finance"])).one()
    line.until = office.clock().date().replace(day=1)
    session.commit()
    answer = office.post("clerk", f"/{paper}/issue", {})
    assert answer.status_code == 409
    assert "已不是成员单位" in answer.get_data(as_text=True)
    assert office.state(paper)[0] == "numbered"
    everyone = office.made("issued", everyone=True, main=())
    assert set(office.receipts(everyone)) == {"police", "court", "bank"}


def test_the_stamped_scan_is_kept_with_its_hash_and_seen_by_who_got_it(office: Office) -> None:
    paper = office.made("signed")
    assert step(office, "clerk", paper, "scan") == 422
    upload = {"scan": (BytesIO(PDF), "盖章.pdf")}
    assert office.post("clerk", f"/{paper}/scan", upload).status_code == 409
    office.bring(paper, "issued")
    assert office.post("clerk", f"/{paper}/scan", {"scan": (BytesIO(b"x"), "盖章.exe")}).status_code == 422
    assert (
        office.post("clerk", f"/{paper}/scan", {"scan": (BytesIO("说明".encode()), "说明.txt")}).status_code
        == 422
    )
    assert office.post("clerk", f"/{paper}/scan", {"scan": (BytesIO(PDF), "盖章.pdf")}).status_code == 303
    (kept,) = office.enter().scalars(sa.select(Attachment)).all()
    assert kept.field == "scan-1"
    number, digest = kept.id, kept.sha256
    assert digest in office.page("clerk", f"/{paper}").get_data(as_text=True)
    address = f"/{office.code}/antifraud/files/{number}"
    found = {
        who: office.as_(who).get(address).status_code for who in ("clerk", "police", "court", "convenor")
    }
    assert found == {"clerk": 200, "police": 200, "court": 404, "convenor": 200}
    office.post("clerk", f"/{paper}/end", {"ending": "有误"})
    assert office.as_("police").get(address).status_code == 404


def test_what_it_grew_out_of_keeps_the_number(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, str]] = []
    monkeypatch.setattr(origins, "_ORIGINS", {})

    def prepare(_session: object, _desk: object, origin_id: int, key: str, _now: object) -> Prepared:
        if origin_id != 12:
            raise NotFound
        return Prepared(template=key, values={"matter": "会商衔接"}, title="关于会商衔接的函", body="现就有关事项函商。",
                        unit_ids=(office.units["court"],))  # fmt: skip

    register_origin(
        "trial", Origin(prepare, ("papers.index", "n"), ("letter",), lambda _s, i, n: told.append((i, n)))
    )
    for subject in ("trial:13", "trial:x", "other:12", "trial:" + "9" * 40):
        assert office.page("clerk", f"/new?subject={subject}").status_code == 404
    assert office.page("clerk", "/new?subject=trial:12&template=notice").status_code == 404
    page = office.page("clerk", "/new?subject=trial:12").get_data(as_text=True)
    assert "关于会商衔接的函" in page
    assert f'value="{office.units["court"]}" checked' in page
    data = {"paper-template": "letter", "paper-subject": "trial:12", "paper-title": "关于会商衔接的函", "paper-body": "请予支持。",
            "paper-whom": "some", "paper-main": str(office.units["court"]), "request_key": "r", "action": "send"}  # fmt: skip
    forged = office.post("clerk", "/new", data | {"paper-subject": "trial:13", "request_key": "q"})
    assert forged.status_code == 404
    answer = office.post("clerk", "/new", data)
    assert answer.status_code == 303, answer.get_data(as_text=True)[-3000:]
    paper = int(answer.location.rsplit("/", 1)[1])
    office.bring(paper, "issued")
    assert told == [(12, "平定反诈函〔2026〕1号")]
    grown = papers_of(office.enter(), office.county_id, ["trial:12", "trial:13"])
    assert [(g.id, g.number) for g in grown["trial:12"]] == [(paper, "平定反诈函〔2026〕1号")]
    assert "trial:13" not in grown


def test_the_paper_itself(office: Office) -> None:
    paper = office.made("issued", copy_text="市联席办", proxy=True, public=True, copies=30)
    answer = office.page("police", f"/{paper}/paper.docx")
    assert answer.status_code == 200
    text = "\n".join(p.text for p in Document(BytesIO(answer.data)).paragraphs)
    for words in ("平定反诈〔2026〕1号", "平定县公安局", "请于月底前完成。", "2026年9月16日", "此件公开发布"):
        assert words in text
    shown = office.page("police", f"/{paper}/print").get_data(as_text=True)
    assert "（代章）" in shown
    assert "市联席办" in shown


def test_a_signer_must_be_somebody_else_even_by_the_service(office: Office) -> None:
    paper = office.made("signing")
    session = office.enter()
    with pytest.raises(NotAllowed):
        flow.sign_paper(
            session, office.actor("clerk"), office.clock(), paper=office.get(paper), body=office.body()
        )
    assert session.scalar(sa.select(sa.func.count()).select_from(PaperStep)) == 3
