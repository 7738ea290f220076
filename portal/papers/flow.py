"""From checking to issue: 核稿, 签发, 编号, 印发, 签收; back with a reason, withdrawn or void with a reason.

Each step takes the paper's row, looks how far it has come, and leaves a line in its story. The same person pressing
twice changes nothing; somebody else who was faster is named.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.papers import DocumentType
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.documents.marks import refuse_marks
from portal.notices.services import notify
from portal.papers.access import lock_paper
from portal.papers.labels import STATE_LABELS, TYPE_LABELS
from portal.papers.models import Paper, PaperReceipt, PaperStep, State
from portal.papers.numbers import UNNUMBERED, code_of, give_number, number_of, void_number_of
from portal.papers.origins import find_origin
from portal.papers.texts import WHY
from portal.papers.writing import Terms, tell
from portal.units.bodies import list_members
from portal.units.models import Mechanism

Link = Callable[[Paper], str]
RETURNABLE = (State.CHECKING, State.SIGNING, State.SIGNED, State.NUMBERED)
VOIDABLE = (State.DRAFT, *RETURNABLE)


def _take(
    session: Session, paper: Paper, actor: Actor, kind: str, wanted: tuple[State, ...], edition: int | None
) -> Paper | None:
    """The locked row; None when this very person has just done ``kind``. ``Conflict`` when it stands elsewhere."""
    paper = lock_paper(session, paper)
    if State(paper.state) not in wanted:
        last = session.execute(
            sa.select(PaperStep.kind, PaperStep.account_id, PaperStep.by)
            .where(PaperStep.tenant_id == paper.tenant_id, PaperStep.paper_id == paper.id)
            .order_by(PaperStep.at.desc(), PaperStep.id.desc())
            .limit(1)
        ).first()
        if last is not None and (last[0], last[1]) == (kind, actor.account_id):
            return None
        text = _("%(who)s已先办理，这份公文现在是“%(state)s”。请刷新页面后再看。")
        raise Conflict(Message(text, who=last[2] if last else "", state=STATE_LABELS[State(paper.state)]))
    if edition is not None and paper.edition != edition:
        text = _("这份公文已改成第 %(n)s 稿，您看的是第 %(old)s 稿。请看过新稿再办。")
        raise Conflict(Message(text, n=paper.edition, old=edition))
    return paper


def _move(session: Session, paper: Paper, state: State, now: datetime) -> None:
    paper.state = state.value
    paper.changed_at = paper.listed_at = now
    session.flush()


def check_paper(
    session: Session, actor: Actor, now: datetime, *, paper: Paper, edition: int | None = None, note: str = ""
) -> Paper:
    """核稿通过, by another account than the one that sent it."""
    found = _take(session, paper, actor, "checked", (State.CHECKING,), edition)
    if found is None:
        return paper
    if actor.account_id in (None, found.sent_by):
        raise NotAllowed(_("核稿须由送核人以外的人办理，请办公室其他同志核稿。"))
    refuse_marks({"note": note})
    tell(session, found, "checked", actor, now, note)
    _move(session, found, State.SIGNING, now)
    record(session, Act.PAPER_CHECK, f"paper:{found.id}", actor, now, {"edition": found.edition})
    return found


def return_paper(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    paper: Paper,
    why: str,
    edition: int | None = None,
    link: str = "",
) -> Paper:
    """退回 for correction, from any step before issue. A number that it had stays with it."""
    if not why:
        raise Invalid({"why": _("请写明退回理由和要改什么。")})
    found = _take(session, paper, actor, "returned", RETURNABLE, edition)
    if found is None:
        return paper
    refuse_marks({"why": why})
    tell(session, found, "returned", actor, now, why)
    found.signer, found.day = "", None
    _move(session, found, State.DRAFT, now)
    text = Message(_("公文退回修改：%(title)s"), title=found.title[:60])
    notify(
        session,
        now,
        mechanism_id=found.mechanism_id,
        unit_id=None,
        text=text,
        sender=actor.name,
        link=link,
        detail=why,
    )
    record(session, Act.PAPER_RETURN, f"paper:{found.id}", actor, now, {"edition": found.edition, "why": why})
    return found


def sign_paper(
    session: Session, actor: Actor, now: datetime, *, paper: Paper, body: Mechanism, edition: int | None = None,
    note: str = "", link: str = "",
) -> Paper:  # fmt: skip
    """签发: the text is frozen and the paper dated. What kept its number of an earlier signing keeps it, unless the
    文种 changed and with it the series."""
    found = _take(session, paper, actor, "signed", (State.SIGNING,), edition)
    if found is None:
        return paper
    if actor.account_id in (None, found.sent_by):
        raise NotAllowed(_("签发人不能是送核人本人，请其他负责同志签发。"))
    refuse_marks({"note": note})
    found.signer, found.day = actor.name, now.astimezone(SHANGHAI).date()
    tell(session, found, "signed", actor, now, note)
    held = number_of(session, found)
    if held is not None and body.issuer_code and held.code != code_of(body, found.type):
        label = TYPE_LABELS[DocumentType(found.type)]
        void_number_of(
            session, actor, now, found, str(Message(_("文种改为%(label)s，另行编号"), label=label))
        )
        found.number, found.number_at, held = "", None, None
    done = held is not None or DocumentType(found.type) in UNNUMBERED
    _move(session, found, State.NUMBERED if done else State.SIGNED, now)
    text = Message(_("公文已签发，请编号印发：%(title)s"), title=found.title[:60])
    notify(
        session, now, mechanism_id=found.mechanism_id, unit_id=None, text=text, sender=actor.name, link=link
    )
    record(session, Act.PAPER_SIGN, f"paper:{found.id}", actor, now, {"edition": found.edition})
    return found


def number_paper(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    paper: Paper,
    body: Mechanism,
    year: int,
    reserved: int = 0,
) -> Paper:
    """编号. Two clerks at once: the first one's number stands, the other is shown it."""
    found = lock_paper(session, paper)
    if found.state == State.NUMBERED and found.number:
        return found
    if found.state != State.SIGNED:
        text = _("这份公文现在是“%(state)s”，签发后才能编号。")
        raise Conflict(Message(text, state=STATE_LABELS[State(found.state)]))
    number = give_number(session, actor, now, body=body, paper=found, year=year, reserved=reserved)
    found.number, found.number_at = number.text, now
    tell(session, found, "numbered", actor, now, number.text)
    _move(session, found, State.NUMBERED, now)
    record(session, Act.PAPER_NUMBER, f"paper:{found.id}", actor, now, {"number": number.text})
    return found


def issue_paper(
    session: Session, actor: Actor, now: datetime, *, paper: Paper, body: Mechanism, link: Link
) -> Paper:
    """印发: units get it with a notice and sign for it; the room that it grew out of keeps the number.

    ``Conflict`` when a unit it is addressed to has left the body since it was signed.
    """
    found = _take(session, paper, actor, "issued", (State.NUMBERED,), None)
    if found is None:
        return paper
    terms = Terms.of(found.terms)
    members = list_members(session, body.id, now.astimezone(SHANGHAI).date())
    known = [m.unit_id for m in members]
    inside = DocumentType(found.type) is DocumentType.SUMMARY and not terms.main
    main = [] if inside else known if terms.everyone else [u for u in known if u in terms.main]
    if not terms.everyone and not set(terms.main) <= set(known):
        raise Conflict(_("主送单位中有的已不是成员单位，请退回修改主送后再印发。"))
    copies = [u for u in known if u in terms.copy and u not in main]
    session.add_all(
        PaperReceipt(paper_id=found.id, unit_id=u, main=is_main)
        for units, is_main in ((main, True), (copies, False))
        for u in units
    )
    found.issued_at = now
    tell(session, found, "issued", actor, now)
    _move(session, found, State.ISSUED, now)
    kind = TYPE_LABELS[DocumentType(found.type)]
    text = Message(_("请签收%(kind)s：%(title)s"), kind=kind, title=found.title[:60])
    for unit_id in (*main, *copies):
        notify(session, now, mechanism_id=body.id, unit_id=unit_id, text=text, sender=actor.name, link=link(found),
               detail=found.number, mark=f"paper:{found.id}:{unit_id}")  # fmt: skip
    if found.subject and found.number:  # a paper without a number says nothing about what it grew out of
        try:
            origin, origin_id = find_origin(found.subject)
        except NotFound:  # its room is gone
            pass
        else:
            origin.issued(session, origin_id, found.number)
    data = {"number": found.number, "units": len(main) + len(copies)}
    record(session, Act.PAPER_ISSUE, f"paper:{found.id}", actor, now, data)
    return found


def receive_paper(session: Session, actor: Actor, now: datetime, *, paper: Paper, unit_id: int) -> bool:
    """签收: the first counts; False when it was signed for already. ``NotFound``: not addressed to the unit."""
    asked = session.scalars(
        sa.select(PaperReceipt)
        .where(
            PaperReceipt.tenant_id == paper.tenant_id, PaperReceipt.paper_id == paper.id,
            PaperReceipt.unit_id == unit_id,
        )
        .with_for_update().execution_options(populate_existing=True)
    ).one_or_none()  # fmt: skip
    if asked is None:
        raise NotFound
    if asked.read_at is not None:
        return False
    state = sa.select(Paper.state).where(Paper.tenant_id == paper.tenant_id, Paper.id == paper.id)
    if session.scalar(state.with_for_update(read=True)) != State.ISSUED:  # waits for a withdrawal under way
        raise Conflict(_("发文单位已撤回，不用签收。"))
    asked.read_at, asked.read_by = now, actor.name
    session.flush()
    record(session, Act.PAPER_RECEIVE, f"paper:{paper.id}", actor, now, {"unit": unit_id})
    return True


def remind_paper(session: Session, actor: Actor, now: datetime, *, paper: Paper, link: str) -> int:
    """One notice to each unit that has not signed for it, once a day; how many were told."""
    if paper.state != State.ISSUED:
        raise Conflict(_("只有已印发的公文可以催签。"))
    owing = session.scalars(
        sa.select(PaperReceipt.unit_id).where(
            PaperReceipt.tenant_id == paper.tenant_id, PaperReceipt.paper_id == paper.id,
            PaperReceipt.read_at.is_(None),
        )
    ).all()  # fmt: skip
    day = now.astimezone(SHANGHAI).date().isoformat()
    text = Message(_("催签：%(title)s"), title=paper.title[:60])
    told = sum(
        notify(session, now, mechanism_id=paper.mechanism_id, unit_id=unit, text=text, sender=actor.name, link=link,
               detail=paper.number, mark=f"paper-chase:{paper.id}:{unit}:{day}")
        for unit in owing
    )  # fmt: skip
    if told:
        tell(session, paper, "reminded", actor, now, str(Message(_("催签 %(n)s 家"), n=told)))
        record(session, Act.PAPER_REMIND, f"paper:{paper.id}", actor, now, {"units": told})
    return told


def end_paper(
    session: Session, actor: Actor, now: datetime, *, paper: Paper, why: str, link: str = ""
) -> Paper:
    """撤回 what was issued (units are told, the number stays used), 作废 what was not (its number is void, too)."""
    _check_why(why)
    found = lock_paper(session, paper)
    if State(found.state) in (State.WITHDRAWN, State.VOID):
        return found
    found.ended_why = why
    if found.state == State.ISSUED:
        tell(session, found, "withdrawn", actor, now, why)
        _move(session, found, State.WITHDRAWN, now)
        wanted = (PaperReceipt.tenant_id == found.tenant_id, PaperReceipt.paper_id == found.id)
        text = Message(_("公文已撤回，请勿再用：%(title)s"), title=found.title[:60])
        for unit in session.scalars(sa.select(PaperReceipt.unit_id).where(*wanted)):
            notify(session, now, mechanism_id=found.mechanism_id, unit_id=unit, text=text, sender=actor.name, link=link,
                   detail=why, mark=f"paper-back:{found.id}:{unit}")  # fmt: skip
        record(session, Act.PAPER_WITHDRAW, f"paper:{found.id}", actor, now, {"why": why})
        return found
    void_number_of(session, actor, now, found, why)
    tell(session, found, "voided", actor, now, why)
    _move(session, found, State.VOID, now)
    record(session, Act.PAPER_VOID, f"paper:{found.id}", actor, now, {"why": why})
    return found


def _check_why(why: str) -> None:
    problem: Message | Text | None = None
    if not why:
        problem = _("请写明理由。")
    elif len(why) > WHY:
        problem = Message(_("共 %(n)s 字，最多 %(max)s 字，请删减。"), n=len(why), max=WHY)
    if problem is not None:
        raise Invalid({"why": problem})
    refuse_marks({"why": why})


def list_story(session: Session, paper: Paper) -> list[Any]:
    """Steps in the order they happened."""
    wanted = (PaperStep.tenant_id == paper.tenant_id, PaperStep.paper_id == paper.id)
    return list(session.scalars(sa.select(PaperStep).where(*wanted).order_by(PaperStep.at, PaperStep.id)))


def last_return(session: Session, paper: Paper) -> PaperStep | None:
    """Why it is a draft again."""
    wanted = (
        PaperStep.tenant_id == paper.tenant_id,
        PaperStep.paper_id == paper.id,
        PaperStep.kind == "returned",
    )
    query = sa.select(PaperStep).where(*wanted).order_by(PaperStep.at.desc(), PaperStep.id.desc()).limit(1)
    return session.scalars(query).first()
