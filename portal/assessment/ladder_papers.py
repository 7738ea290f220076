"""What becomes of a measure elsewhere: the document that carries it, the order to put right, and its files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.assessment.ladder import subject_of
from portal.assessment.ladder_access import get_measure, take_seat
from portal.assessment.ladder_deciding import number_issued
from portal.assessment.ladder_talks import find_talk
from portal.assessment.models import Measure
from portal.campaigns.forms import FieldKind
from portal.core.clock import SHANGHAI
from portal.core.errors import NotFound
from portal.core.reader import Desk
from portal.core.scope import Scope
from portal.core.text import Message, _
from portal.documents import attachments
from portal.documents.models import Attachment
from portal.papers.origins import Origin, Prepared, register_origin
from portal.papers.templates import find_template
from portal.supervision.sources import OrderSource, SourceKind, register_source
from portal.units.models import Unit
from portal.web.access import now, the_campaign, the_registry

KIND = "measure"
TEMPLATES = ("circular", "interview", "notice", "letter", "advisory")


def _find(session: Session, desk: Desk, measure_id: int, moment: datetime) -> tuple[Measure, Unit]:
    """``NotFound`` for what the desk may not read."""
    campaign = the_registry().find(desk.campaign)
    if campaign is None:
        raise NotFound
    seat = take_seat(session, desk, campaign, moment.astimezone(SHANGHAI).date())
    found = get_measure(session, seat, measure_id)
    return found, session.get_one(Unit, (found.tenant_id, found.unit_id))


def _prepare(session: Session, desk: Desk, measure_id: int, template: str, moment: datetime) -> Prepared:
    """The unit, the reason and the clause go into whichever fields the template has for them."""
    found, unit = _find(session, desk, measure_id, moment)
    lines = "\n".join(line["text"] for line in found.evidence if line.get("text"))
    trigger = next((t.label for t in the_campaign().oversight.triggers if t.key == found.trigger), _("有关"))
    matter = Message(_("%(unit)s%(what)s情况"), unit=unit.short_name, what=trigger)
    known: dict[str, Any] = {
        "unit": unit.full_name, "matter": str(matter), "situation": found.reason, "reason": found.reason,
        "problems": lines, "basis": found.basis,
    }  # fmt: skip
    fields = find_template(the_campaign(), template).fields
    taken = (FieldKind.TEXT, FieldKind.LONG_TEXT)
    values = {f.key: known[f.key] for f in fields if f.kind in taken and known.get(f.key)}
    return Prepared(template=template, values=values, unit_ids=(found.unit_id,))


def _source(session: Session, desk: Desk, measure_id: int) -> OrderSource:
    """Of a talk, what is to be put right and until when; else the reason of the step."""
    found, unit = _find(session, desk, measure_id, now())
    talk = find_talk(session, found)
    title = Message(_("%(unit)s整改：%(label)s指出的问题"), unit=unit.short_name, label=found.label)
    label = Message(_("%(label)s %(number)s"), label=found.label, number=found.number)
    return OrderSource(
        subject=subject_of(found), label=label, title=str(title), requirements=talk.problems if talk else found.reason,
        lead_unit_id=found.unit_id, due_on=talk.rectify_by if talk else None,
    )  # fmt: skip


def _can_read(session: Session, desk: Desk, attachment: Attachment) -> bool:
    number = attachment.subject.partition(":")[2]
    if not number.isdigit() or attachment.removed_at is not None or attachment.tenant_id != desk.tenant_id:
        return False
    try:
        _find(session, desk, int(number), now())
    except NotFound:
        return False
    return True


def _own_only(_session: Session, desk: Desk) -> Scope:
    """Superiors see none of it."""
    return Scope(own=(desk.tenant_id,), home=desk.tenant_id)


PAGE = ("assessment.measure", "measure_id")
register_origin(KIND, Origin(prepare=_prepare, page=PAGE, templates=TEMPLATES, issued=number_issued))
register_source(KIND, SourceKind(find=_source, page=PAGE, name=_("提醒约谈")))
attachments.register_subject(KIND, _can_read, _own_only)
