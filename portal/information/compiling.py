"""What goes into a bulletin before it is issued: the items that may be taken up, their words for print, the draft."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, NotFound
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import _
from portal.documents.drafts import list_drafts, save_draft
from portal.documents.models import Draft
from portal.information.access import readable
from portal.information.items import WIDTH
from portal.information.models import Answer, BulletinSource, Item, ItemKind, Level
from portal.tenants.models import Tenant
from portal.units.models import Unit

DRAFT = "bulletin"
MOST = 30
"""Items of one bulletin."""
BACK, OFFERED = timedelta(days=120), 60
"""How far back, and how many items at most, are offered for taking up."""


class Source(NamedTuple):
    """An item that may be taken up. ``credit``: its unit, as printed; ``used``: the bulletin it stands in already."""

    tenant_id: int
    id: int
    title: str
    level: Level
    filed_at: datetime
    answer: str
    withdrawn: bool
    sections: dict[str, Any]
    credit: str
    used: str

    @property
    def key(self) -> str:
        return f"{self.tenant_id}.{self.id}"

    @property
    def text(self) -> str:
        return "\n".join(v for v in self.sections.values() if isinstance(v, str) and v)


@dataclass(frozen=True)
class Entry:
    """One item of a bulletin, in the words of the bulletin."""

    source: str
    """Key of the ``Source``."""
    heading: str
    text: str


@dataclass(frozen=True)
class Content:
    """What is edited; kept in the draft as typed."""

    entries: tuple[Entry, ...] = ()
    lead: str = ""
    """按语"""
    editor: str = ""
    """Post or section that edits it, never a person's name."""
    report: str = ""
    send: str = ""
    issue: str = ""
    """报、送、发"""
    copies: str = ""
    level: str = Level.MEMBERS.value

    def stored(self) -> dict[str, Any]:
        entries = [{"source": e.source, "heading": e.heading, "text": e.text} for e in self.entries]
        return {**{name: getattr(self, name) for name in TEXTS}, "entries": entries}


TEXTS = ("lead", "editor", "report", "send", "issue", "copies", "level")


def content_of(stored: dict[str, Any]) -> Content:
    entries = tuple(Entry(e["source"], e["heading"], e["text"]) for e in stored.get("entries", ()))
    return Content(entries, **{name: stored.get(name, "") for name in TEXTS})


# --------------------------------------------------------------------------------------------------- sources
def _sources(
    session: Session, desk: Desk, now: datetime, *conditions: Any, most: int = OFFERED
) -> list[Source]:
    """Items of information that the office may read; adopted ones first, then the newest. One statement."""
    bulletin = aliased(Item)
    used = (
        sa.select(sa.func.max(bulletin.number))
        .join(BulletinSource, sa.and_(BulletinSource.tenant_id == bulletin.tenant_id, BulletinSource.bulletin_id == bulletin.id))
        .where(
            BulletinSource.source_tenant_id == Item.tenant_id, BulletinSource.source_id == Item.id,
            bulletin.tenant_id == desk.tenant_id, bulletin.withdrawn_at.is_(None),
        )
        .scalar_subquery()
    )  # fmt: skip
    first = sa.case(
        (Item.answer == Answer.ADOPTED.value, 0), (Item.answer == Answer.DECLINED.value, 2), else_=1
    )
    rows = session.execute(
        sa.select(
            Item.tenant_id, Item.id, Item.title, Item.level, Item.filed_at, Item.answer, Item.withdrawn_at, Item.sections,
            Unit.short_name, Tenant.name, used,
        )
        .join(Tenant, Tenant.id == Item.tenant_id)
        .outerjoin(Unit, sa.and_(Unit.tenant_id == Item.tenant_id, Unit.id == Item.unit_id))
        .where(
            Item.kind == ItemKind.INFORMATION.value, Item.level != Level.OWN.value,
            readable(desk, now.astimezone(SHANGHAI).date()), *conditions,
        )
        .order_by(first, Item.filed_at.desc(), Item.id.desc())
        .limit(most)
    )  # fmt: skip
    found = []
    for tenant, i, title, level, filed, answer, withdrawn, sections, unit, place, number in rows:
        credit = unit or desk.office_name
        if tenant != desk.tenant_id:
            credit = f"{place}{unit or _('联席办')}"
        found.append(
            Source(
                tenant,
                i,
                title,
                Level(level),
                filed,
                answer,
                withdrawn is not None,
                sections,
                credit,
                number or "",
            )
        )
    return found


def list_candidates(session: Session, desk: Desk, now: datetime) -> list[Source]:
    """Of the last months. Call ``access.look_below`` before, so that a city is offered what counties released."""
    return _sources(session, desk, now, Item.withdrawn_at.is_(None), Item.filed_at >= now - BACK)


def find_sources(session: Session, desk: Desk, now: datetime, keys: Iterable[str]) -> dict[str, Source]:
    """By key, as they stand now; what the desk may not read is missing."""
    pairs = [tuple(map(int, k.split("."))) for k in keys]
    if not pairs:
        return {}
    found = _sources(session, desk, now, sa.tuple_(Item.tenant_id, Item.id).in_(pairs), most=len(pairs))
    return {s.key: s for s in found}


def take_up(content: Content, sources: Iterable[Source]) -> Content:
    """The sources' own words at the end, to be edited; none twice."""
    taken = {e.source for e in content.entries}
    more = tuple(Entry(s.key, s.title, s.text) for s in sources if s.key not in taken)
    return _with(content, (*content.entries, *more)[:MOST])


def move(content: Content, place: int, by: int) -> Content:
    """``by`` 0 takes the entry out."""
    entries = list(content.entries)
    if 0 <= place < len(entries):
        entry = entries.pop(place)
        if by:
            entries.insert(max(0, place + by), entry)
    return _with(content, tuple(entries))


def _with(content: Content, entries: tuple[Entry, ...]) -> Content:
    return Content(entries, **{name: getattr(content, name) for name in TEXTS})


def reaches_further(desk: Desk, source: Source, level: Level) -> bool:
    """Whether the bulletin will be read by somebody who does not read the source. Of what a county released only the
    offices above are readers."""
    limit = Level.OFFICE if source.tenant_id != desk.tenant_id else source.level
    return WIDTH[level] > WIDTH[limit]


# ----------------------------------------------------------------------------------------------------- drafts
def start_draft(session: Session, actor: Actor, now: datetime, *, desk: Desk, content: Content) -> Draft:
    return save_draft(
        session, actor, now, mechanism_id=desk.mechanism_id, unit_id=None, kind=DRAFT, subject=secrets.token_urlsafe(12),
        title=_title(content), content=content.stored(),
    )  # fmt: skip


def _title(content: Content) -> str:
    """For lists of drafts."""
    return " · ".join(e.heading for e in content.entries)


def find_draft(session: Session, desk: Desk, draft_id: int) -> Draft:
    query = sa.select(Draft).where(
        Draft.id == draft_id,
        Draft.kind == DRAFT,
        Draft.mechanism_id == desk.mechanism_id,
        Draft.unit_id.is_(None),
    )
    draft = session.scalars(query).one_or_none()
    if draft is None:
        raise NotFound
    return draft


def keep_draft(
    session: Session, actor: Actor, now: datetime, *, draft: Draft, version: int, content: Content
) -> Draft:
    """``Conflict`` when somebody else saved in between."""
    return save_draft(
        session, actor, now, mechanism_id=draft.mechanism_id, unit_id=None, kind=DRAFT, subject=draft.subject,
        title=_title(content), content=content.stored(), version=version,
    )  # fmt: skip


def check_version(draft: Draft, version: int) -> None:
    """``Conflict`` when somebody saved since the page was opened."""
    if draft.version != version:
        raise Conflict(_("另一个窗口或同事刚保存过这份草稿，请刷新页面后再改。"))


def drafts(session: Session, desk: Desk) -> list[Draft]:
    return list_drafts(session, mechanism_id=desk.mechanism_id, unit_ids=(), office=True, kinds=(DRAFT,))
