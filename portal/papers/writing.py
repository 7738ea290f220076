"""Writing a paper: what is typed, kept as a draft that the office shares, sent for checking as a version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.papers import DocumentTemplate, DocumentType
from portal.core.audit import Act, record
from portal.core.db import new_id
from portal.core.errors import Conflict, Invalid
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.secret import as_stored
from portal.core.text import Message, Text, _
from portal.documents.marks import refuse_marks
from portal.papers import addressing, texts
from portal.papers.access import lock_paper
from portal.papers.models import Paper, PaperStep, PaperVersion, State
from portal.units.bodies import MemberUnit

OFFICE, BODY = "office", "body"
"""Who issues it: the office, or the body itself."""
INSIDE = frozenset({DocumentType.SUMMARY})
"""文种 that need no addressee."""
MOST_COPIES = 9999


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is printed besides title and text. ``main`` and ``copy`` are units of the body."""

    everyone: bool = True
    main: tuple[int, ...] = ()
    main_text: str = ""
    """Others by name: superiors, units outside the body."""
    copy: tuple[int, ...] = ()
    copy_text: str = ""
    issuer: str = OFFICE
    public: bool = False
    """（此件公开发布）."""
    proxy: bool = False
    """代章: the host's seal, because the office is no legal person."""
    copies: int = 0
    files: tuple[str, ...] = ()
    attendance: tuple[tuple[str, str], ...] = ()
    insist: str = ""
    """Why it stays a 通知 although courts or banks are among the addressees."""
    why_long: str = ""

    def stored(self) -> dict[str, Any]:
        found = asdict(self)
        return {k: list(map(list, v)) if k == "attendance" else list(v) if isinstance(v, tuple) else v
                for k, v in found.items()}  # fmt: skip

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Terms:
        """Keys that an older release wrote are left out."""
        known = {f.name for f in fields(cls)}
        found: dict[str, Any] = {k: v for k, v in stored.items() if k in known}
        for name in ("main", "copy", "files"):
            found[name] = tuple(found.get(name, ()))
        found["attendance"] = tuple((str(a), str(b)) for a, b in found.get("attendance", ()))
        return cls(**found)


@dataclass(frozen=True, kw_only=True)
class Content:
    """Everything that a clerk writes."""

    template: DocumentTemplate
    title: str
    body: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    terms: Terms = field(default_factory=Terms)


Problems = dict[str, Message | Text]


def fresh_key(paper_id: int) -> str:
    """Subject of the autosaved draft of a paper."""
    return f"paper:{paper_id}"


def save_paper(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, content: Content, paper: Paper | None = None,
    version: int = 0, request_key: str = "", subject: str = "",
) -> Paper:  # fmt: skip
    """Keep it as a draft of the office. Pressed twice, a new one is made once. ``Conflict``: somebody else saved it,
    or sent it on, since the page was opened."""
    if not content.title:
        raise Invalid({"title": _("请填写标题。")})
    refuse_marks(
        {"title": content.title, "body": content.body, "main-text": content.terms.main_text,
         "copy-text": content.terms.copy_text, "files": "\n".join(content.terms.files),
         "insist": content.terms.insist, "why-long": content.terms.why_long}
        | {k: str(v) for k, v in content.values.items() if isinstance(v, str)}
    )  # fmt: skip
    if paper is None:
        first = session.scalars(
            sa.select(Paper).where(Paper.tenant_id == desk.tenant_id, Paper.request_key == request_key)
        ).one_or_none()
        if first is not None:
            if first.mechanism_id != desk.mechanism_id:
                raise Conflict
            return first
        paper = Paper(
            id=new_id(), mechanism_id=desk.mechanism_id, campaign=desk.campaign, subject=subject, created_at=now,
            created_by=actor.name, request_key=request_key, edition=0, number="", state=State.DRAFT.value,
        )  # fmt: skip
        _write(paper, content, actor, now)
        session.add(paper)
        session.flush()
        tell(session, paper, "written", actor, now)
    else:
        paper = lock_paper(session, paper)
        if paper.state != State.DRAFT:
            raise Conflict(_("这份公文已经送核，不能直接修改；要改请先退回。您写的内容还在本页，可以复制。"))
        if paper.version != version:
            text = _("%(who)s刚保存过这份公文。您写的内容还在本页；请对照下面的现存文字改好后再保存。")
            raise Conflict(Message(text, who=paper.changed_by))
        _write(paper, content, actor, now)
        session.flush()
    record(session, Act.PAPER_SAVE, f"paper:{paper.id}", actor, now, {"template": content.template.key})
    return paper


def _write(paper: Paper, content: Content, actor: Actor, now: datetime) -> None:
    paper.template, paper.type = content.template.key, content.template.type.value
    paper.title, paper.body, paper.values = content.title, content.body, dict(content.values)
    paper.terms = content.terms.stored()
    paper.changed_at = paper.listed_at = now
    paper.changed_by = actor.name


def check_complete(session: Session, content: Content, members: list[MemberUnit]) -> Problems:
    """What keeps it from being sent for checking, by field. A 通知 to units that are not subordinate, and a text over
    the limit, are for the clerk to decide: a reason lets them pass."""
    problems: Problems = {}
    terms, template = content.terms, content.template
    if not content.body.strip() and template.sheet is None:
        problems["body"] = _("请填写正文。")
    known = {m.unit_id for m in members}
    gone = addressing.list_units(session, {*terms.main, *terms.copy} - known)
    if gone:
        names = str(_("、")).join(u.full_name for u in gone)
        problems["main"] = Message(_("%(names)s现在不是成员单位，请取消勾选或写入其他单位。"), names=names)
    elif template.type not in INSIDE and not (terms.everyone or terms.main or terms.main_text):
        problems["main"] = _("请选择主送单位。")
    main = known if terms.everyone else set(terms.main)
    outside = addressing.wants_letter(template.type, addressing.list_units(session, main))
    if outside and not terms.insist:
        names = str(_("、")).join(u.short_name for u in outside[:8])
        text = _(
            "主送单位中有 %(n)s 家与本机制不相隶属（%(names)s%(more)s），按《党政机关公文处理工作条例》第八条第（十四）项应当用函。"
            "可改为函；确需用通知的写明理由。"
        )
        more = _("等") if len(outside) > 8 else ""
        problems["insist"] = Message(text, n=len(outside), names=names, more=more)
    limit, length = texts.limit_of(template), texts.count(content.body)
    if limit and length > limit and not terms.why_long:
        text = _(
            "正文 %(n)s 字，超过 %(limit)s 字。《整治形式主义为基层减负若干规定》要求精简文件篇幅，请压缩，或写明不能压缩的理由。"
        )
        problems["why-long"] = Message(text, n=length, limit=limit)
    return problems


def send_paper(
    session: Session, actor: Actor, now: datetime, *, paper: Paper, template: DocumentTemplate
) -> Paper:
    """送核: a version is laid down. The same words again are the same version."""
    paper = lock_paper(session, paper)
    if paper.state == State.CHECKING:
        return paper
    if paper.state != State.DRAFT:
        raise Conflict(_("这份公文已经送核。"))
    digest = _digest(paper)
    last = session.scalars(
        sa.select(PaperVersion).where(
            PaperVersion.tenant_id == paper.tenant_id, PaperVersion.paper_id == paper.id,
            PaperVersion.number == paper.edition,
        )
    ).one_or_none()  # fmt: skip
    if last is None or last.sha256 != digest:
        paper.edition += 1
        session.add(
            PaperVersion(
                paper_id=paper.id, number=paper.edition, template=paper.template, title=paper.title, body=paper.body,
                values=dict(paper.values), terms=dict(paper.terms), sha256=digest, at=now, by=actor.name,
            )
        )  # fmt: skip
    paper.state, paper.sent_by = State.CHECKING.value, actor.account_id
    paper.changed_at = paper.listed_at = now
    tell(session, paper, "sent", actor, now)
    session.flush()
    data = {"edition": paper.edition, "sha256": digest}
    record(session, Act.PAPER_SEND, f"paper:{paper.id}", actor, now, data)
    return paper


def _digest(paper: Paper) -> str:
    words = [paper.template, paper.title, paper.body, as_stored(paper.values), paper.terms]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def discard_paper(session: Session, actor: Actor, now: datetime, *, paper: Paper) -> None:
    """A draft that was never sent goes without a trace but the trail's; later it can only be void."""
    paper = lock_paper(session, paper)
    if paper.state != State.DRAFT or paper.edition:
        raise Conflict(_("这份公文送核过，不能删除；不再需要的请作废。"))
    wanted = (PaperStep.tenant_id == paper.tenant_id, PaperStep.paper_id == paper.id)
    for step in session.scalars(sa.select(PaperStep).where(*wanted)):
        session.delete(step)
    session.flush()
    session.delete(paper)
    record(session, Act.PAPER_DISCARD, f"paper:{paper.id}", actor, now, {"title": paper.title})


def tell(session: Session, paper: Paper, kind: str, actor: Actor, now: datetime, note: str = "") -> None:
    """A line of the paper's story."""
    session.add(
        PaperStep(
            paper_id=paper.id, kind=kind, edition=paper.edition, note=note[:500], account_id=actor.account_id,
            by=actor.name, at=now,
        )
    )  # fmt: skip
