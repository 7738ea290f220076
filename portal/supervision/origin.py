"""督办单 and 督办函 as official documents: an order fills the template, and keeps the number it was issued under."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.campaigns.forms import FieldKind
from portal.core.clock import SHANGHAI
from portal.core.i18n import translate
from portal.core.reader import Desk
from portal.core.text import Message, _
from portal.papers.origins import Origin, Prepared, register_origin
from portal.papers.templates import find_template
from portal.supervision.access import get_order, list_working
from portal.supervision.models import Cadence, Colour, Order, StepKind
from portal.supervision.services import clock_of, list_steps
from portal.supervision.sources import name_source
from portal.supervision.states import CADENCES, COLOURS
from portal.supervision.steps import note_paper
from portal.web.access import now, the_actor, the_campaign

TEMPLATES = ("order", "letter", "notice", "circular")


def prepare(session: Session, desk: Desk, order_id: int, template: str, _now: datetime) -> Prepared:
    """What is known goes into whichever fields the template has for it."""
    order = get_order(session, desk, order_id)
    working = [w for w in list_working(session, order) if w.left_at is None]
    slips = [s for s in list_steps(session, order) if s.kind == StepKind.URGE]
    due = clock_of(session, order).due_at.astimezone(SHANGHAI).date()
    origin = order.label or str(translate(name_source(order.source)))
    supporting = "、".join(w.full_name for w in working if not w.lead)
    asked = Message(
        _("请于%(y)s年%(m)s月%(d)s日前办结“%(title)s”，并反馈进展、问题和下一步。"),
        y=due.year, m=due.month, d=due.day, title=order.title,
    )  # fmt: skip
    known: dict[str, Any] = {
        "level": str(translate(COLOURS[Colour(slips[-1].colour)]))[0] if slips else "",
        "matter": order.title, "subject": order.title, "origin": origin, "basis": order.clause,
        "lead": next((w.full_name for w in working if w.lead), ""), "support": supporting,
        "unit": next((w.full_name for w in working if w.lead), ""), "demands": order.requirements or str(translate(_("按时办结，反馈进展、问题和下一步。"))),
        "situation": str(translate(asked)), "given_on": order.assigned_at.astimezone(SHANGHAI).date().isoformat(),
        "due_on": due.isoformat(), "reply_by": due.isoformat(), "handler": order.person,
        "rhythm": str(translate(CADENCES[Cadence(order.cadence)])),
    }  # fmt: skip
    taken = (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.DATE)
    fields = find_template(the_campaign(), template).fields
    values = {f.key: known[f.key] for f in fields if f.kind in taken and known.get(f.key)}
    return Prepared(
        template=template, values=values, unit_ids=(order.lead_id,),
        copy_ids=tuple(w.unit_id for w in working if not w.lead),
    )  # fmt: skip


def issued(session: Session, order_id: int, number: str) -> None:
    order = session.query(Order).filter_by(id=order_id).one_or_none()
    if order is not None:
        note_paper(session, the_actor(), now(), order, number)


register_origin("order", Origin(prepare, ("supervision.detail", "order_id"), TEMPLATES, issued))
