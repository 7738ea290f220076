"""The plan of inspections: what is planned in a year, one visit with its results, problems that become orders."""

from __future__ import annotations

import secrets
from typing import Any

from flask import redirect, render_template, request, url_for

from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import _
from portal.supervision import visits
from portal.supervision.access import is_office, own_units
from portal.supervision.forms import ResultForm, VisitForm
from portal.supervision.models import Visit, VisitUnit
from portal.supervision.order_pages import members, say
from portal.supervision.services import orders_of
from portal.supervision.views import VISIT, at, blueprint
from portal.web.access import now, require, the_actor, the_desk, the_session
from portal.web.inputs import row_id


def _link(visit_id: int) -> str:
    return url_for("supervision.visit", visit_id=visit_id, **at(the_desk()))


@blueprint.get("/<tenant>/<campaign>/supervision/visits", endpoint="visits")
@require(Right.ORDER_READ)
def visit_list() -> Any:
    desk, session, asked = the_desk(), the_session(), request.args.get("year", "")
    this = now().astimezone(SHANGHAI).year
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else this
    page = min(max(row_id(request.args.get("page", "")), 1), 1000)
    rows, more = visits.list_visits(session, desk, year, page)
    return render_template(
        "supervision/visits.html",
        at=at(desk),
        year=year,
        this=this,
        page=page,
        rows=rows,
        more=more,
        seen=visits.list_seen(session, rows),
        own=own_units(desk),
        office=is_office(desk),
    )


@blueprint.route("/<tenant>/<campaign>/supervision/visits/new", methods=["GET", "POST"])
@require(Right.ORDER_ASSIGN)
def visit_new() -> Any:
    """A unit that is asked already in that month is shown before anything is saved."""
    form, desk = VisitForm(), the_desk()
    form.units.choices = [(m.unit_id, m.short_name) for m in members()]
    if request.method == "GET":
        form.request_key.data = secrets.token_urlsafe(18)
        return _new_page(form)
    if not form.validate():
        return _new_page(form), 422
    try:
        made = visits.plan_visit(
            the_session(), the_actor(), now(), mechanism_id=desk.mechanism_id, title=form.title.data or "",
            month=form.month.data or "", on=form.on.day, unit_ids=form.units.data or (),
            by_whom=form.by_whom.data or "", basis=form.basis.data or "", clash_why=form.clash_why.data or "",
            request_key=form.request_key.data or "", link=url_for("supervision.visits", **at(desk)),
        )  # fmt: skip
    except Invalid as error:
        form.tell(error.problems)
        the_session().rollback()
        return _new_page(form, clash="clash_why" in error.problems), 422
    say(_("已安排，已通知被检查单位。"))
    return redirect(_link(made.id), 303)


def _new_page(form: VisitForm, *, clash: bool = False) -> str:
    clashes: list[visits.Clash] = []
    if clash:
        month = visits.month_of(form.month.data or "", form.on.day)
        clashes = visits.find_clashes(the_session(), month, form.units.data or ())
    return render_template("supervision/visit_new.html", at=at(the_desk()), form=form, clashes=clashes)


@blueprint.get(f"/<tenant>/<campaign>/supervision/visits/{VISIT}")
@require(Right.ORDER_READ)
def visit(visit_id: int) -> Any:
    return _page(visits.get_visit(the_session(), the_desk(), visit_id))


@blueprint.get("/<tenant>/<campaign>/supervision/visits/of/<int(max=9223372036854775807):seen_id>")
@require(Right.ORDER_READ)
def visit_of(seen_id: int) -> Any:
    """The visit that an order grew out of."""
    row = the_session().get(VisitUnit, (the_desk().tenant_id, seen_id))
    if row is None:
        raise NotFound
    found = visits.get_visit(the_session(), the_desk(), row.visit_id)
    return redirect(_link(found.id), 303)


def _page(found: Visit, typed: tuple[int, ResultForm] | None = None, problem: str = "") -> str:
    desk, session, own = the_desk(), the_session(), own_units(the_desk())
    seen = [
        s for s in visits.list_seen(session, [found]).get(found.id, ()) if own is None or s.unit_id in own
    ]
    return render_template(
        "supervision/visit.html",
        at=at(desk),
        visit=found,
        seen=seen,
        orders=orders_of(session, desk.tenant_id, [f"visit:{s.id}" for s in seen if s.problems]),
        office=is_office(desk),
        typed=typed,
        form=ResultForm(formdata=None),
        problem=problem,
        moment=now(),
    )


@blueprint.post(f"/<tenant>/<campaign>/supervision/visits/{VISIT}/result")
@require(Right.ORDER_ASSIGN)
def visit_result(visit_id: int) -> Any:
    found, form = visits.get_visit(the_session(), the_desk(), visit_id), ResultForm()
    unit_id = row_id(request.form.get("unit", ""))
    if not form.validate() or form.done_on.day is None:
        return _page(found, (unit_id, form)), 422
    try:
        visits.record_result(
            the_session(), the_actor(), now(), visit=found, unit_id=unit_id, done_on=form.done_on.day,
            result=form.result.data or "", problems=form.problems.data or "",
        )  # fmt: skip
    except Invalid as error:
        form.tell(error.problems)
        return _page(found, (unit_id, form)), 422
    except Conflict as error:
        return _page(found, (unit_id, form), str(translate(error.message))), 409
    say(_("已登记检查结果。"))
    return redirect(_link(found.id), 303)


@blueprint.post(f"/<tenant>/<campaign>/supervision/visits/{VISIT}/cancel")
@require(Right.ORDER_ASSIGN)
def visit_cancel(visit_id: int) -> Any:
    found = visits.get_visit(the_session(), the_desk(), visit_id)
    why = " ".join(request.form.get("why", "").replace("\0", "").split())[:300]
    try:
        visits.cancel_visit(
            the_session(), the_actor(), now(), visit=found, why=why,
            link=url_for("supervision.visits", **at(the_desk())),
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        return _page(found, problem=str(translate(error.message))), 422
    say(_("已取消，已通知被检查单位。"))
    return redirect(_link(found.id), 303)
