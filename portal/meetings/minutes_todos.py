"""What waits after a meeting: to be entered as held; minutes to be written, to be signed off by whoever chaired, to be
signed for by units."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.posts import Right
from portal.core.reader import Reader
from portal.core.text import Message, _
from portal.core.todo import Todo
from portal.meetings.distribution import WHAT, What
from portal.meetings.models import Meeting, Minutes, MinutesEdition, MinutesReceipt
from portal.units.models import Unit

MOST = 50


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """At most two statements, none for readers without a part in it."""
    return [*_to_write_or_sign(session, reader, now), *_to_sign_for(session, reader)]


def _to_write_or_sign(session: Session, reader: Reader, now: datetime) -> list[Todo]:
    """Of the office: meetings whose hour has passed and that nobody has entered as held (never late, there is no limit),
    held ones whose minutes are not submitted or came back. Of the chair: what was submitted."""
    m = Meeting
    write = {(p.tenant_id, p.mechanism_id) for p in reader.offices(Right.MEETING_HOLD)}
    chairs = {(p.tenant_id, p.mechanism_id, p.kind.value) for p in reader.offices(Right.MINUTES_SIGN)}
    submitted = sa.and_(Minutes.submitted_at.is_not(None), Minutes.signed_at.is_(None))
    open_ = sa.and_(
        m.held_at.is_not(None), sa.or_(Minutes.id.is_(None), Minutes.submitted_at.is_(None)),
        sa.or_(Minutes.id.is_(None), Minutes.signed_at.is_(None)),
    )  # fmt: skip
    to_enter = sa.and_(m.held_at.is_(None), m.starts_at <= now)
    waits = sa.or_(open_, to_enter)
    wanted: list[Any] = [sa.and_(m.tenant_id == t, m.mechanism_id == b, waits) for t, b in sorted(write)]
    wanted += [
        sa.and_(m.tenant_id == t, m.mechanism_id == b, m.chair == kind, submitted)
        for t, b, kind in sorted(chairs)
    ]
    if not wanted:
        return []
    rows = session.execute(
        sa.select(
            m.tenant_id, m.campaign, m.id, m.title, m.held_at, Minutes.submitted_at, Minutes.returned_at
        )
        .outerjoin(Minutes, sa.and_(Minutes.tenant_id == m.tenant_id, Minutes.meeting_id == m.id))
        .where(m.cancelled_at.is_(None), sa.or_(*wanted))
        .order_by(m.starts_at, m.id)
        .limit(MOST)
    )
    found = []
    for tenant_id, campaign, meeting_id, title, held, sent, returned in rows:
        if held is None:
            found.append(
                Todo(
                    tenant_id=tenant_id, campaign=campaign, light="near", state=_("待登记"),
                    what=Message(_("登记到会和召开：%(title)s"), title=title), source=_("本办公室"), step=_("登记"),
                    endpoint="meetings.sign_in", args={"meeting_id": meeting_id},
                )
            )  # fmt: skip
            continue
        text = _("审核签发纪要：%(title)s") if sent else _("整理会议纪要：%(title)s")
        state = _("待签发") if sent else _("已退回修改") if returned else _("待整理")
        found.append(
            Todo(
                tenant_id=tenant_id, campaign=campaign, light="near", state=state, what=Message(text, title=title),
                source=_("办公室") if sent else _("本办公室"), step=_("审核") if sent else _("写纪要"),
                endpoint="meetings.minutes" if sent or returned else "meetings.minutes_edit",
                args={"meeting_id": meeting_id},
            )
        )  # fmt: skip
    return found


def _to_sign_for(session: Session, reader: Reader) -> list[Todo]:
    """Of units: minutes and decisions they were sent; both of one meeting are one line."""
    r, m = MinutesReceipt, Meeting
    office = {
        (p.tenant_id, p.mechanism_id, p.unit_id) for p in reader.live if Right.RECORD_READ_ALL in p.rights
    }
    places = [x for x in reader.places(Right.TOPIC_FILE) if x not in office]
    if not places:
        return []
    newer = sa.exists().where(
        MinutesEdition.tenant_id == r.tenant_id, MinutesEdition.minutes_id == r.minutes_id,
        MinutesEdition.number > r.edition, MinutesEdition.signed_at.is_not(None),
    )  # fmt: skip
    rows = session.execute(
        sa.select(m.tenant_id, m.campaign, m.id, m.title, r.what, r.unit_id, Unit.short_name)
        .select_from(r)
        .join(Minutes, sa.and_(Minutes.tenant_id == r.tenant_id, Minutes.id == r.minutes_id))
        .join(m, sa.and_(m.tenant_id == Minutes.tenant_id, m.id == Minutes.meeting_id))
        .join(Unit, sa.and_(Unit.tenant_id == r.tenant_id, Unit.id == r.unit_id))
        .where(
            r.tenant_id.in_(sorted({t for t, _b, _u in places})), r.unit_id.in_(sorted({u for _t, _b, u in places})),
            sa.or_(*(sa.and_(r.tenant_id == t, m.mechanism_id == b, r.unit_id == u) for t, b, u in places)),
            r.read_at.is_(None), ~newer,
        )
        .order_by(r.sent_at, r.what.desc(), r.id)
        .limit(MOST)
    ).all()  # fmt: skip
    found: dict[tuple[int, int], Todo] = {}
    for tenant_id, campaign, meeting_id, title, what, unit_id, unit in rows:
        text = Message(_("签收%(what)s：%(title)s"), what=WHAT[what], title=title)
        page = "meetings.minutes" if what == What.MINUTES else "meetings.resolutions"
        found.setdefault(
            (meeting_id, unit_id),
            Todo(
                tenant_id=tenant_id, campaign=campaign, light="near", state=_("待签收"), what=text, source=unit,
                step=_("签收"), endpoint=page, args={"meeting_id": meeting_id},
            ),
        )  # fmt: skip
    return list(found.values())
