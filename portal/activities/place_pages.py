"""五进: which places of the county were reached this year, and which were not; the office keeps their list."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.activities import export, places
from portal.activities.coverage import publicity_duty
from portal.activities.entry import today_of
from portal.activities.forms import PlacesForm
from portal.activities.views import blueprint, here, own_units, send
from portal.core.audit import Act, record
from portal.core.errors import Invalid
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, _
from portal.web.access import logged_in, now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import row_id

FIRST_YEAR = 2020


def _year() -> int:
    this = today_of(now()).year
    asked = request.args.get("year", this, row_id)
    return asked if FIRST_YEAR <= asked <= this else this


@blueprint.get("/<tenant>/<campaign>/activities/places", endpoint="places")
@logged_in
def show_places() -> Any:
    return _page(PlacesForm(formdata=None))


def _page(form: PlacesForm, status: int = 200) -> Any:
    desk, year = the_desk(), _year()
    own = own_units()
    tallies = places.read_tallies(the_session(), desk.tenant_id, the_campaign().key, year, own)
    page = render_template(
        "activities/places.html",
        campaign=the_campaign(),
        at=here(),
        duty=publicity_duty(the_campaign()),
        tallies=tallies,
        year=year,
        years=range(today_of(now()).year, today_of(now()).year - 3, -1),
        alone=own is not None,
        keeps=Right.REPORT_REVIEW in desk.rights,
        form=form,
        asked=request.args.get("kind", ""),
    )
    return page, status


@blueprint.post("/<tenant>/<campaign>/activities/places")
@require(Right.REPORT_REVIEW)
def places_add() -> Any:
    form = PlacesForm()
    if form.validate():
        try:
            lines = (form.lines.data or "").split("\n")
            new = places.add_places(the_session(), the_actor(), now(), kind=form.kind.data or "", lines=lines)
        except Invalid as error:
            for key, message in error.problems.items():
                form[key].errors = [str(translate(message))]
            return _page(form, 422)
        flash(str(translate(Message(_("已录入，新增 %(n)s 处。"), n=new))), "done")
        return redirect(url_for("activities.places", **here()), 303)
    return _page(form, 422)


@blueprint.post("/<tenant>/<campaign>/activities/places/close")
@require(Right.REPORT_REVIEW)
def place_close() -> Any:
    closed = places.close_place(the_session(), the_actor(), now(), request.form.get("place", 0, row_id))
    flash(str(translate(Message(_("已停用“%(name)s”，登记过的活动不受影响。"), name=closed.name))), "done")
    return redirect(url_for("activities.places", **here()), 303)


@blueprint.get("/<tenant>/<campaign>/activities/places.xlsx")
@logged_in(writes=True)
def places_workbook() -> Any:
    desk, year, stream = the_desk(), _year(), BytesIO()
    tallies = places.read_tallies(the_session(), desk.tenant_id, the_campaign().key, year, own_units())
    office = desk.posts[0].unit_name or desk.office_name
    export.write_places(stream, tallies, year=year, office=office, now=now())
    record(the_session(), Act.EXPORT, "activities:places", the_actor(), now(), {"year": year})
    return send(stream, Message(_("%(campaign)s五进覆盖"), campaign=the_campaign().label))
