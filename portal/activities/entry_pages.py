"""Entering an activity, changing it, withdrawing it, giving a credit back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.activities import services
from portal.activities.credits import Body, list_bodies
from portal.activities.entry import REASON_LENGTH, Entry, today_of
from portal.activities.forms import ActivityForm
from portal.activities.models import Activity, Place
from portal.activities.places import list_open, place_of
from portal.activities.views import ID, blueprint, campaign_label, detail_page, here, may_change, readable
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.web.access import logged_in, now, the_actor, the_desk, the_session
from portal.web.inputs import Unusable, clean_text, row_id


def _bodies() -> dict[str, Body]:
    return list_bodies(the_session(), the_desk().tenant_id, today_of(now()))


def _units(bodies: dict[str, Body]) -> dict[int, str]:
    body = bodies.get(the_desk().campaign)
    return body.units if body else {}


def _organisers(units: dict[int, str]) -> dict[int, str]:
    """Units for which the reader may enter: the office for every member, others for their own."""
    desk = the_desk()
    if Right.REPORT_REVIEW in desk.rights:
        return units
    if Right.RECORD_WRITE not in desk.rights:
        raise NotAllowed
    own = desk.units_with(Right.RECORD_WRITE)
    return {u: name for u, name in units.items() if u in own}


def _prepare(
    form: ActivityForm,
    bodies: dict[str, Body],
    organisers: dict[int, str],
    units: dict[int, str],
    served: Sequence[str] = (),
    standing: Place | None = None,
) -> None:
    """The choices of the form; where there is but one, what was posted is not read."""
    offered = list_open(the_session(), the_desk().tenant_id)
    form.offer([standing, *offered] if standing and standing.closed_at else offered)
    form.unit.choices = list(organisers.items())
    if len(organisers) == 1:
        form.unit.data = next(iter(organisers))
    alone = form.unit.data if len(organisers) == 1 else None
    form.units.choices = [(u, name) for u, name in units.items() if u != alone]
    fitting = [c for c, body in bodies.items() if organisers.keys() & body.units.keys() or c in served]
    form.campaigns.choices = [
        (c, str(translate(campaign_label(c)))) for c in dict.fromkeys([*fitting, *served])
    ]
    if len(form.campaigns.choices) == 1:
        form.campaigns.data = [form.campaigns.choices[0][0]]


@blueprint.route("/<tenant>/<campaign>/activities/new", methods=["GET", "POST"])
@logged_in
def new() -> Any:
    bodies = _bodies()
    units = _units(bodies)
    organisers = _organisers(units)
    if not organisers:
        raise NotAllowed(_("本单位现在不是成员单位，不能登记活动。"))
    form = ActivityForm()
    _prepare(form, bodies, organisers, units)
    if request.method == "GET":
        form.request_key.data = secrets.token_urlsafe(18)
        form.show(Entry(title="", kind="rally", held_on=today_of(now())))
        form.campaigns.data = [the_desk().campaign]
        return _form_page(form)
    if form.validate() and _fits(form, organisers):
        try:
            found = services.record_activity(
                the_session(),
                the_actor(),
                now(),
                unit_id=form.unit.data,
                entry=form.entry(),
                units=form.units.data or (),
                campaigns=form.campaigns.data or (),
                request_key=form.request_key.data or "",
                place_id=form.place_id.data or 0,
                link=_link,
            )
            return _done(found, _("已登记，主办和参加单位的报表自动取数。"))
        except Invalid as error:
            _show(form, error)
    return _form_page(form), 422


def _fits(form: ActivityForm, organisers: dict[int, str]) -> bool:
    if form.unit.data in organisers:
        return True
    form.unit.errors = [str(translate(_("请选择主办单位。")))]
    return False


@blueprint.route(f"/<tenant>/<campaign>/activities/{ID}/edit", methods=["GET", "POST"])
@logged_in
def edit(activity_id: int) -> Any:
    found, credited = changeable(activity_id)
    bodies, form = _bodies(), ActivityForm()
    organiser = {found.unit_id: credited.get(found.unit_id, "")}
    form.request_key.data = found.request_key
    standing = place_of(the_session(), found)
    _prepare(form, bodies, organiser, _units(bodies) | credited, found.campaigns, standing)
    if request.method == "GET":
        form.version.data = found.version
        keys = ("title", "kind", "audience", "held_on", "place", "reach", "materials", "hours", "note")
        form.show(Entry(**{key: getattr(found, key) for key in keys}))
        form.units.data, form.campaigns.data = list(credited), list(found.campaigns)
        form.place_id.data = standing.id if standing else 0
        return _form_page(form, found)
    if not form.validate():
        return _form_page(form, found), 422
    try:
        services.change_activity(
            the_session(),
            the_actor(),
            now(),
            found=found,
            version=form.version.data or 0,
            entry=form.entry(),
            units=form.units.data or (),
            campaigns=form.campaigns.data or (),
            place_id=form.place_id.data or 0,
            link=_link,
        )
        return _done(found, _("已保存。已经报送的报表不会自动更改，请填报单位核对。"))
    except Invalid as error:
        _show(form, error)
        return _form_page(form, found), 422
    except Conflict as error:
        form.version.raw_data, form.version.data = None, found.version
        return _form_page(form, found, error.message), 409


@blueprint.post(f"/<tenant>/<campaign>/activities/{ID}/withdraw")
@logged_in
def withdraw(activity_id: int) -> Any:
    found, _credited = changeable(activity_id)
    version = request.form.get("version", 0, row_id)

    def act(reason: str) -> None:
        services.withdraw_activity(
            the_session(), the_actor(), now(), found=found, version=version, reason=reason, link=_link
        )

    return _step(found, "withdraw", act) or _done(found, _("已撤销，即刻不再计入任何单位。"))


@blueprint.post(f"/<tenant>/<campaign>/activities/{ID}/decline")
@logged_in
def decline(activity_id: int) -> Any:
    found, credited = readable(activity_id)
    own = the_desk().units_with(Right.RECORD_WRITE)
    mine = [u for u in credited if u in own and u != found.unit_id]
    if not mine:
        raise NotAllowed(_("只有参加单位可以办理不计入本单位；主办单位请修改或撤销这场活动。"))
    asked = request.form.get("unit", 0, row_id) if len(mine) > 1 else mine[0]
    if asked not in mine:
        raise NotFound

    def act(reason: str) -> None:
        services.decline_credit(
            the_session(), the_actor(), now(), found=found, unit_id=asked, reason=reason, link=_link
        )

    answer = _step(found, "decline", act)
    if answer is not None:
        return answer
    flash(str(translate(_("这场活动不再计入本单位，已告知主办单位。"))), "done")
    return redirect(url_for("activities.index", **here()), 303)


def _step(found: Activity, asked: str, act: Callable[[str], None]) -> Any:
    """Do it with the reason typed; None when done, else the page with the problem at the reason."""
    typed = request.form.get("reason", "")
    try:
        act(clean_text(typed, REASON_LENGTH))
    except Unusable as error:
        return detail_page(found, error.message, asked, 422, typed)
    except Invalid as error:
        return detail_page(found, error.problems["reason"], asked, 422, typed)
    except Conflict as error:
        return detail_page(found, error.message, asked, 409, typed)
    return None


def changeable(activity_id: int) -> tuple[Activity, dict[int, str]]:
    found, credited = readable(activity_id)
    if found.withdrawn_at is not None:
        raise Conflict(_("这场活动已经撤销，不能再修改。"))
    if not may_change(found):
        raise NotAllowed(_("活动由主办单位或办公室修改。本单位未参加的，可在活动页面办理不计入本单位。"))
    return found, credited


def _link(activity_id: int) -> str:
    return url_for("activities.detail", activity_id=activity_id, **here())


def _show(form: ActivityForm, error: Invalid) -> None:
    for key, message in error.problems.items():
        form[key].errors = [str(translate(message))]


def _done(found: Activity, message: Message | Text) -> Any:
    flash(str(translate(message)), "done")
    return redirect(_link(found.id), 303)


def _form_page(
    form: ActivityForm, found: Activity | None = None, conflict: Message | Text | None = None
) -> str:
    return render_template("activities/form.html", at=here(), form=form, found=found, conflict=conflict)
