"""办理登记: one line of what was done, where no form, ledger or activity tells it already."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.core.clock import SHANGHAI
from portal.core.errors import Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Text, _
from portal.duties.forms import LineForm
from portal.duties.lines import find_line, label_of, list_lines, withdraw_line, write_line
from portal.duties.models import DutyRecord
from portal.duties.owed_pages import may_see
from portal.duties.views import blueprint
from portal.units.bodies import MemberUnit, list_members
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import row_id


def _unit() -> MemberUnit | None:
    """The unit of the address, None for the office; ``NotFound`` where the reader may not see how it stands."""
    desk, unit_id = the_desk(), row_id(request.args.get("unit", ""))
    if not request.args.get("unit"):
        if Right.REPORT_READ_ALL not in desk.rights:
            raise NotFound
        return None
    if not may_see(desk, unit_id):
        raise NotFound
    members = list_members(the_session(), desk.mechanism_id, now().astimezone(SHANGHAI).date())
    unit = next((m for m in members if m.unit_id == unit_id), None)
    if unit is None:
        raise NotFound
    return unit


def _may_write(unit_id: int | None) -> bool:
    desk = the_desk()
    return (
        Right.REPORT_REVIEW in desk.rights
        if unit_id is None
        else unit_id in desk.units_with(Right.RECORD_WRITE)
    )


@blueprint.route("/<tenant>/<campaign>/duties/lines/<key>", methods=["GET", "POST"])
@require(Right.DUTY_READ)
def line(key: str) -> Any:
    """The lines of one obligation or duty of a unit (``?unit=``) or of the office, and the form for one more."""
    unit, campaign, desk = _unit(), the_campaign(), the_desk()
    member, unit_id = (unit.member, unit.unit_id) if unit else (None, None)
    label = label_of(campaign, key, member=member)
    form = LineForm()
    if request.method == "GET":
        form.done_on.data = now().astimezone(SHANGHAI).date().isoformat()
        return _page(form, key, label, unit)
    if not _may_write(unit_id):
        raise NotAllowed(_("由承担的单位登记；办公室承担的由办公室登记。"))
    if form.validate():
        try:
            write_line(
                the_session(), the_actor(), now(), campaign=campaign, mechanism_id=desk.mechanism_id, unit_id=unit_id,
                member=member, key=key, done_on=form.done_on.day, note=form.note.data or "",
            )  # fmt: skip
            return _back(key, unit_id, _("已登记。"))
        except Invalid as error:
            for name, message in error.problems.items():
                form[name].errors = [str(translate(message))]
    return _page(form, key, label, unit), 422


def _back(key: str, unit_id: int | None, said: Text) -> Any:
    flash(str(translate(said)), "done")
    desk = the_desk()
    more: dict[str, Any] = {"unit": unit_id} if unit_id is not None else {}
    return redirect(
        url_for("duties.line", tenant=desk.tenant_code, campaign=desk.campaign, key=key, **more), 303
    )


def _page(form: LineForm, key: str, label: Text, unit: MemberUnit | None) -> str:
    unit_id = unit.unit_id if unit else None
    return render_template(
        "duties/line.html",
        form=form,
        key=key,
        label=label,
        unit=unit,
        rows=list_lines(the_session(), the_desk().mechanism_id, unit_id, key),
        may_write=_may_write(unit_id),
    )


@blueprint.post("/<tenant>/<campaign>/duties/lines/<int:line_id>/withdraw")
@require(Right.DUTY_READ)
def withdraw(line_id: int) -> Any:
    found: DutyRecord = find_line(the_session(), the_desk().mechanism_id, line_id)
    if not _may_write(found.unit_id):
        raise NotFound
    withdraw_line(the_session(), the_actor(), now(), line=found)
    return _back(found.duty, found.unit_id, _("已撤销，不再计入办理情况。"))
