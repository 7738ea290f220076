"""Who told, and sensitive values in full: asked for with a reason, shown once in the answer to a POST."""

from __future__ import annotations

from typing import Any

from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.posts import Right
from portal.core.text import Message, _
from portal.tips.access import find_tip, handles
from portal.tips.forms import StepForm
from portal.tips.identity import SHORTEST, read_identity
from portal.tips.services import subject_of
from portal.tips.views import ID, blueprint
from portal.tips.work_pages import show_tip, the_tips
from portal.web.access import now, require, the_actor, the_desk, the_session


@blueprint.post(f"/<tenant>/<campaign>/tips/{ID}/identity")
@require(Right.TIP_HANDLE)
def identity(tip_id: int) -> Any:
    """Who told, shown once in the answer to this POST: no address has it, no cache keeps it."""
    session, desk, form = the_session(), the_desk(), StepForm()
    tip = find_tip(session, desk, tip_id)
    if not form.validate():
        return show_tip(tip, "identity", form), 422
    try:
        person = read_identity(session, the_actor(), now(), desk=desk, tip=tip, reason=form.reason.data or "")
    except Invalid as error:
        form.tell(error.problems)
        return show_tip(tip, "identity", form), 422
    except Conflict as error:
        return show_tip(tip, "identity", form, error.message), 409
    return show_tip(tip, person=person)


@blueprint.post(f"/<tenant>/<campaign>/tips/{ID}/sensitive")
@require(Right.SENSITIVE_READ)
def sensitive(tip_id: int) -> Any:
    """The declared sensitive values in full, as in a ledger: with a reason, by who handles the tip."""
    session, desk, form = the_session(), the_desk(), StepForm()
    tip = find_tip(session, desk, tip_id)
    if not handles(desk, tip):
        raise NotAllowed
    reason = (form.reason.data or "").strip()
    if not form.validate() or len(reason) < SHORTEST:
        form.tell({"reason": Message(_("请写明查看事由，至少 %(n)s 个字。"), n=SHORTEST)})
        return show_tip(tip, "sensitive", form), 422
    keys = [f.key for f in the_tips().fields if f.sensitive]
    record(
        session, Act.SENSITIVE_READ, subject_of(tip), the_actor(), now(), {"reason": reason, "fields": keys}
    )
    return show_tip(tip, full=True)
