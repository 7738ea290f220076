"""Sensitive values in full: asked for with a reason, shown once, kept in the trail by reason and field, never by value."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import request, send_file

from portal.core.audit import Act, record
from portal.core.errors import Invalid, NotAllowed
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import set_scope
from portal.core.text import Message, _
from portal.documents.workbook import XLSX
from portal.ledger import clocks, export, listing
from portal.ledger.access import sees_below
from portal.ledger.list_pages import asked
from portal.ledger.models import Record
from portal.ledger.views import blueprint, detail_page, readable, sensitive_fields
from portal.units.reader import subtree_scope
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import Unusable, clean_text

SHORTEST, LONGEST = 4, 200


def may_read_in_full(desk: Desk, found: Record) -> bool:
    """The office, and the units that keep and lead the entry."""
    handles = {found.unit_id, found.lead_unit_id} & set(desk.units_with(Right.SENSITIVE_READ))
    own = found.tenant_id == desk.tenant_id and bool(handles)
    return own or _of_the_body(desk)


def _of_the_body(desk: Desk) -> bool:
    """One post carries both: reading every unit's entries, and in full."""
    return any({Right.SENSITIVE_READ, Right.RECORD_READ_ALL} <= p.rights for p in desk.posts)


def _read_reason() -> str:
    """``Invalid`` unless somebody can later see what it was for."""
    try:
        reason = clean_text(request.form.get("reason", ""), LONGEST)
    except Unusable as error:
        raise Invalid({"reason": error.message}) from error
    if len(reason) < SHORTEST:
        text = _("请写明查看完整内容的事由，至少 %(n)s 个字。")
        raise Invalid({"reason": Message(text, n=SHORTEST)})
    return reason


@blueprint.post("/<tenant>/<campaign>/ledger/<int(max=9223372036854775807):record_id>/sensitive")
@require(Right.SENSITIVE_READ)
def sensitive(record_id: int) -> Any:
    """The entry's page with its sensitive values in full. A POST: no address shows them, none is kept in a cache."""
    found = readable(record_id)
    if not may_read_in_full(the_desk(), found):
        raise NotAllowed(_("只有办公室、登记单位和主办单位可以查看完整内容。"))
    try:
        reason = _read_reason()
    except Invalid as error:
        return detail_page(found, problem=error.problems["reason"]), 422
    fields = sensitive_fields(found)
    data = {"reason": reason, "fields": [f.key for f in fields]}
    record(the_session(), Act.SENSITIVE_READ, clocks.subject_of(found), the_actor(), now(), data)
    return detail_page(found, full=[(f.label, str(found.values[f.key])) for f in fields])


@blueprint.post("/<tenant>/<campaign>/ledger.xlsx")
@require(Right.SENSITIVE_READ)
def full_workbook() -> Any:
    """The list as filtered, nothing masked; for the office, and for a unit its own entries."""
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    filters = asked().filters
    if not _of_the_body(desk):
        own = desk.units_with(Right.SENSITIVE_READ)
        filters = listing.keeper_only(filters, own)
    reason = _read_reason()
    if filters.below and sees_below(desk):
        set_scope(session, subtree_scope(session, desk))
    stream = BytesIO()
    count = export.write_ledgers(stream, session, campaign, filters, desk=desk, now=now(), masked=False)
    subject = f"ledger:{filters.ledger or campaign.key}"[:60]
    record(session, Act.EXPORT, subject, the_actor(), now(), {"rows": count, "reason": reason, "full": True})
    stream.seek(0)
    name = Message(
        _("%(place)s台账（含敏感内容）%(day)s.xlsx"),
        place=desk.tenant_name,
        day=listing.today(now()).isoformat(),
    )
    return send_file(stream, XLSX, as_attachment=True, download_name=str(translate(name)))
