"""Bulletins (简报): issued once, numbered without gaps; their sources are credited.

What is edited for print (``compiling``) never changes the source. A bulletin that reaches further than one of its
sources is issued only when the office says so, by name, and the trail keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI, midnight
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.documents.models import Draft
from portal.information.access import readable
from portal.information.compiling import Content, Source, find_sources, reaches_further
from portal.information.items import file_item, withdraw_item
from portal.information.models import BulletinSource, Item, ItemKind, Level
from portal.notices.services import notify
from portal.tenants.calendar import load_calendar
from portal.tenants.models import Tenant
from portal.units.bodies import list_members
from portal.units.models import Mechanism

LEVELS = (Level.OFFICE, Level.MEMBERS, Level.UPWARD)


def issue_key(draft_id: int) -> str:
    return f"bulletin:{draft_id}"


def find_issued(session: Session, desk: Desk, draft_id: int) -> Item | None:
    """What a draft became."""
    wanted = (Item.tenant_id == desk.tenant_id, Item.request_key == issue_key(draft_id))
    return session.scalars(sa.select(Item).where(*wanted)).one_or_none()


def next_number(session: Session, mechanism_id: int, now: datetime) -> int:
    """Bulletins are never deleted, so their count is the last number. Hold the mechanism's row before."""
    year = now.astimezone(SHANGHAI).year
    return 1 + (
        session.scalar(
            sa.select(sa.func.count()).select_from(Item).where(
                Item.mechanism_id == mechanism_id, Item.kind == ItemKind.BULLETIN.value,
                Item.filed_at >= midnight(date(year, 1, 1)), Item.filed_at < midnight(date(year + 1, 1, 1)),
            )
        ) or 0
    )  # fmt: skip


def issue_bulletin(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, campaign: Campaign, draft: Draft, content: Content,
    confirmed: bool, link: Callable[[Item], str],
) -> Item:  # fmt: skip
    """Number it, file it, credit its sources, tell the units. Pressed twice, it is issued once.

    ``Invalid`` names entries, ``level`` or ``confirmed``: the latter when it reaches further than sources do and
    nobody said that this is meant.
    """
    body = session.scalars(
        sa.select(Mechanism).where(Mechanism.id == desk.mechanism_id).with_for_update()
    ).one()
    first = find_issued(session, desk, draft.id)
    if first is not None:
        return first
    if content.level not in LEVELS:
        raise Invalid({"level": _("请选择发到哪里。")})
    level, sources = (
        Level(content.level),
        find_sources(session, desk, now, (e.source for e in content.entries)),
    )
    wider = _check(desk, content, level, sources, confirmed=confirmed)
    year, n = now.astimezone(SHANGHAI).year, next_number(session, body.id, now)
    number = str(Message(_("%(year)s年第%(n)s期"), year=year, n=n))
    entries = [
        {"heading": e.heading, "text": e.text, "credit": sources[e.source].credit} for e in content.entries
    ]
    words = "\n".join(f"{e['heading']}\n{e['text']}\n{e['credit']}" for e in entries)
    paper = {name: getattr(content, name) for name in ("report", "send", "issue", "copies")}
    item = file_item(
        session, actor, now, mechanism_id=body.id, campaign=campaign, unit_id=None, kind=ItemKind.BULLETIN, category="",
        title=str(Message(_("%(body)s简报 %(number)s"), body=body.name, number=number))[:200],
        sections={"lead": content.lead, "text": words, "entries": entries, "paper": paper, "masthead": [body.name]},
        level=level, request_key=issue_key(draft.id), calendar=load_calendar(session), number=number,
        editor=content.editor[:60],
    )  # fmt: skip
    session.add_all(
        BulletinSource(
            bulletin_id=item.id, source_tenant_id=sources[e.source].tenant_id, source_id=sources[e.source].id,
            position=place, credit=sources[e.source].credit[:120],
        )
        for place, e in enumerate(content.entries, 1)
    )  # fmt: skip
    session.delete(draft)
    session.flush()
    data = {"number": number, "level": level.value, "sources": len(entries), "wider": [s.key for s in wider]}
    record(session, Act.BULLETIN_ISSUE, f"item:{item.id}", actor, now, data)
    _tell(session, actor, now, desk, item, list(sources.values()), link)
    return item


def _check(
    desk: Desk, content: Content, level: Level, sources: dict[str, Source], *, confirmed: bool
) -> list[Source]:
    """The sources that the bulletin reaches further than."""
    problems: dict[str, Message | Text] = {}
    if not content.entries:
        problems[""] = _("还没有选入信息，请先从下方勾选。")
    for place, entry in enumerate(content.entries):
        source = sources.get(entry.source)
        if source is None or source.withdrawn:
            problems[f"heading.{place}"] = _("这条信息已撤回或不再对办公室开放，请从本期移出。")
        elif not entry.heading or not entry.text:
            problems[f"heading.{place}"] = _("标题和正文都要填写。")
    wider = [s for s in sources.values() if reaches_further(desk, s, level)]
    if wider and not problems and not confirmed:
        named = (Message(_("“%(title)s”（%(unit)s）"), title=s.title[:30], unit=s.credit) for s in wider)
        names = str(_("、")).join(map(str, named))
        problems["confirmed"] = Message(
            _(
                "本期比下列信息原定的知悉范围更宽：%(names)s。请核对文字并征得报送单位同意，勾选确认后再印发。"
            ),
            names=names,
        )
    if problems:
        raise Invalid(problems)
    return wider


def _tell(
    session: Session, actor: Actor, now: datetime, desk: Desk, item: Item, sources: Sequence[Source],
    link: Callable[[Item], str],
) -> None:  # fmt: skip
    """A credit for each unit whose item was taken up, and the bulletin itself for everybody who may read it."""
    own = [s.id for s in sources if s.tenant_id == desk.tenant_id]
    origins = session.scalars(sa.select(Item).where(Item.tenant_id == desk.tenant_id, Item.id.in_(own)))
    for origin in origins:
        if origin.unit_id is not None:
            text = Message(
                _("您报送的“%(title)s”已编入简报%(number)s。"), title=origin.title[:60], number=item.number
            )
            notify(session, now, mechanism_id=item.mechanism_id, unit_id=origin.unit_id, text=text, sender=actor.name,
                   link=link(origin), mark=f"credit:{item.id}:{origin.id}")  # fmt: skip
    if item.level == Level.OFFICE:
        return
    text = Message(_("简报%(number)s已印发"), number=item.number)
    for member in list_members(session, item.mechanism_id, now.astimezone(SHANGHAI).date()):
        notify(session, now, mechanism_id=item.mechanism_id, unit_id=member.unit_id, text=text, sender=actor.name,
               link=link(item), mark=f"bulletin:{item.id}:{member.unit_id}")  # fmt: skip


def withdraw_bulletin(
    session: Session, actor: Actor, now: datetime, *, item: Item, why: str, link: Callable[[Item], str]
) -> Item:
    """The number stays used. Units that were told are told again."""
    if item.kind != ItemKind.BULLETIN:
        raise NotFound
    if item.withdrawn_at is not None:
        raise Conflict(_("这一期已经撤回。"))
    item = withdraw_item(session, actor, now, item=item, why=why)
    if item.level != Level.OFFICE:
        text = Message(_("简报%(number)s已撤回，请勿再用"), number=item.number)
        for member in list_members(session, item.mechanism_id, now.astimezone(SHANGHAI).date()):
            notify(session, now, mechanism_id=item.mechanism_id, unit_id=member.unit_id, text=text, sender=actor.name,
                   detail=why, mark=f"bulletin-back:{item.id}:{member.unit_id}")  # fmt: skip
    return item


# -------------------------------------------------------------------------------------------------- reading
class Line(NamedTuple):
    """One bulletin of a list."""

    id: int
    tenant_id: int
    tenant_name: str
    number: str
    title: str
    sections: dict[str, Any]
    level: str
    filed_at: datetime
    withdrawn_at: datetime | None

    @property
    def headings(self) -> list[str]:
        return [e["heading"] for e in self.sections.get("entries", ())]


def list_bulletins(session: Session, desk: Desk, now: datetime, year: int) -> list[Line]:
    """Of one year, newest first; one statement. The scope decides about tenants below."""
    rows = session.execute(
        sa.select(Item.id, Item.tenant_id, Tenant.city + Tenant.name, Item.number, Item.title, Item.sections, Item.level,
                  Item.filed_at, Item.withdrawn_at)
        .join(Tenant, Tenant.id == Item.tenant_id)
        .where(
            Item.kind == ItemKind.BULLETIN.value, readable(desk, now.astimezone(SHANGHAI).date()),
            Item.filed_at >= midnight(date(year, 1, 1)), Item.filed_at < midnight(date(year + 1, 1, 1)),
        )
        .order_by(Item.filed_at.desc(), Item.id.desc())
        .limit(200)
    )  # fmt: skip
    return [Line(*row) for row in rows]


def taken_up_in(session: Session, desk: Desk, item: Item, now: datetime) -> list[tuple[int, str]]:
    """Bulletins that took the item up, as far as the desk may read them: id and number."""
    rows = session.execute(
        sa.select(Item.id, Item.number)
        .join(BulletinSource, sa.and_(BulletinSource.tenant_id == Item.tenant_id, BulletinSource.bulletin_id == Item.id))
        .where(
            BulletinSource.source_tenant_id == item.tenant_id, BulletinSource.source_id == item.id,
            Item.withdrawn_at.is_(None), readable(desk, now.astimezone(SHANGHAI).date()),
        )
        .order_by(Item.filed_at)
    )  # fmt: skip
    return [(i, number) for i, number in rows]


def credits_of(session: Session, bulletin: Item) -> list[tuple[BulletinSource, bool]]:
    """The sources in their order, with whether each is of the bulletin's own tenant."""
    wanted = (BulletinSource.tenant_id == bulletin.tenant_id, BulletinSource.bulletin_id == bulletin.id)
    rows = session.scalars(sa.select(BulletinSource).where(*wanted).order_by(BulletinSource.position))
    return [(row, row.source_tenant_id == bulletin.tenant_id) for row in rows]
