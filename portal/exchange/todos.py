"""What waits of the urgent reports: for offices what has not been received, for units what was begun and not sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.core.i18n import show_moment
from portal.core.posts import Right
from portal.core.reader import Reader
from portal.core.ready import Ready
from portal.core.scope import Scope, set_scope
from portal.core.text import Message, _
from portal.core.todo import Todo
from portal.documents.models import Draft
from portal.exchange.models import UrgentPart, UrgentReceipt, UrgentReport
from portal.exchange.office import first_line
from portal.exchange.services import DRAFT, FEEDBACK
from portal.tenants.below import list_below
from portal.tenants.models import Level, Tenant
from portal.units.models import Unit

MOST = 100
"""Reports that are listed one by one; an office that leaves more unread than these finds them on the page."""
FOLLOW_UP = "follow_up"


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """At most four statements, one of which other rooms ask, too."""
    found = _drafts(session, reader)
    offices = reader.offices(Right.URGENT_RECEIVE)
    if not offices:
        return found
    tops = sorted({p.tenant_id for p in offices})
    higher = {p.tenant_id for p in offices if p.tenant_level != Level.COUNTY}
    if higher:
        below = list_below(session, higher) - set(reader.scope.own)
        set_scope(session, Scope(own=reader.scope.own, below=tuple(sorted(below))))
    waiting: dict[tuple[int, str, int], list[Any]] = {}
    for row in (*_FIRST.rows(session, tops=tops), *_LATER.rows(session, tops=tops)):
        waiting.setdefault(row[:3], []).append(row)
    set_scope(session, reader.scope)
    places = {(p.tenant_id, p.campaign) for p in offices}
    return found + [_waits(rows) for key, rows in waiting.items() if key[:2] in places]


_top = aliased(Tenant)


def _unread(number: Any, filed_at: Any, kind: Any) -> Any:
    """Tenant whose office is to read, campaign, report, what, reporter's tenant, its name, unit, when, kind."""
    u, r = UrgentReport, UrgentReceipt
    read = sa.exists().where(
        r.tenant_id == u.tenant_id, r.urgent_id == u.id, r.part == number, r.reader_id == _top.id
    )
    return (
        sa.select(_top.id, u.campaign, u.id, u.what, u.tenant_id, Tenant.city + Tenant.name, Unit.short_name,
                  filed_at, kind)
        .select_from(u)
        .join(Tenant, Tenant.id == u.tenant_id)
        .join(_top, Tenant.path.startswith(_top.path))
        .join(Unit, sa.and_(Unit.tenant_id == u.tenant_id, Unit.id == u.unit_id))
        .where(_top.id.in_(sa.bindparam("tops", expanding=True)), ~read)
        .order_by(filed_at)
        .limit(MOST)
    )  # fmt: skip


_FIRST = Ready(
    _unread(sa.literal(1), UrgentReport.filed_at, sa.literal("")).where(
        sa.or_(UrgentReport.tenant_id != _top.id, UrgentReport.read_at.is_(None))
    )
)
_LATER = Ready(
    _unread(UrgentPart.number, UrgentPart.filed_at, UrgentPart.kind)
    .join(
        UrgentPart,
        sa.and_(UrgentPart.tenant_id == UrgentReport.tenant_id, UrgentPart.urgent_id == UrgentReport.id),
    )
    .where(UrgentPart.kind != FEEDBACK)
)


def _waits(rows: list[Any]) -> Todo:
    top, campaign, report_id, what, tenant_id, place, unit, filed_at, kind = rows[0]
    if not kind:
        state = _("初报待签收")
    else:
        state = _("终报待签收") if any(row[8] == "final" for row in rows) else _("续报待签收")
    return Todo(
        tenant_id=top,
        campaign=campaign,
        light="near",
        state=state,
        what=Message(_("急报：%(what)s"), what=first_line(what)),
        source=unit if tenant_id == top else f"{place} {unit}",
        due=filed_at,
        due_text=Message(_("%(at)s 报来"), at=show_moment(filed_at)),
        step=_("去签收"),
        endpoint="exchange.detail",
        args={"report_id": report_id},
    )


_DRAFTS = Ready(
    sa.select(Draft.tenant_id, Draft.mechanism_id, Draft.kind, Draft.subject, Draft.title, Draft.saved_at, Draft.saved_by)
    .where(
        Draft.kind.in_([DRAFT, FOLLOW_UP]),
        sa.tuple_(Draft.mechanism_id, Draft.unit_id).in_(sa.bindparam("units", expanding=True)),
    )
    .order_by(Draft.saved_at)
)  # fmt: skip


def _drafts(session: Session, reader: Reader) -> list[Todo]:
    """Begun and not sent: nobody else sees it, so its unit must not forget it."""
    places = reader.places(Right.URGENT_FILE)
    if not places:
        return []
    campaigns = {(d.tenant_id, d.mechanism_id): d.campaign for d in reader.desks}
    return [
        Todo(
            tenant_id=tenant_id,
            campaign=campaigns[tenant_id, mechanism_id],
            light="slow",
            state=_("草稿未发送"),
            what=Message(_("急报：%(what)s"), what=title or _("（未写）")),
            source=saved_by,
            due=saved_at,
            due_text=Message(_("%(at)s 存"), at=show_moment(saved_at)),
            step=_("继续写"),
            **_page_of(kind, subject),
        )
        for tenant_id, mechanism_id, kind, subject, title, saved_at, saved_by in _DRAFTS.rows(
            session, units=[place[1:] for place in places]
        )
        if (tenant_id, mechanism_id) in campaigns
    ]


def _page_of(kind: str, subject: str) -> dict[str, Any]:
    """Where it is continued."""
    if kind == FOLLOW_UP:
        return {"endpoint": "exchange.part", "args": {"report_id": int(subject.partition(":")[2])}}
    named = "subject" if subject.startswith("record:") else "draft"
    return {"endpoint": "exchange.new", "args": {named: subject}}
