"""Assigning an order, and the page of one: facts left, story right, the steps that are possible now."""

from __future__ import annotations

import secrets
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for

from portal.core.clock import SHANGHAI
from portal.core.errors import Invalid
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.deadlines import extensions
from portal.deadlines.limits import show_end
from portal.deadlines.services import explain
from portal.supervision import services
from portal.supervision.access import get_order, is_office, list_working, own_units
from portal.supervision.forms import AssignForm, StepForm
from portal.supervision.models import Cadence, Colour, Order, Stage
from portal.supervision.panels import list_panels
from portal.supervision.sources import INSTRUCTIONS, OrderSource, find_source, name_source, page_of
from portal.supervision.states import CADENCES, COLOURS, STAGES, fold, near_end, next_slip, slip_bar, state_of
from portal.supervision.story import tell_story
from portal.supervision.views import ID, at, blueprint
from portal.tenants.calendar import load_calendar
from portal.units.bodies import MemberUnit, list_members
from portal.web.access import now, require, the_actor, the_desk, the_reader, the_session

LINKS = "papers.new"
"""Endpoint of the room of papers that drafts a slip or letter for an order."""


def link(order_id: int) -> str:
    return url_for("supervision.detail", order_id=order_id, **at(the_desk()))


def say(text: Message | Text) -> None:
    flash(str(translate(text)), "done")


def members() -> list[MemberUnit]:
    return list_members(the_session(), the_desk().mechanism_id, now().astimezone(SHANGHAI).date())


# ------------------------------------------------------------------------------------------ a new one
@blueprint.route("/<tenant>/<campaign>/supervision/new", methods=["GET", "POST"])
@require(Right.ORDER_ASSIGN)
def new() -> Any:
    """``subject``: what it grows out of; what is known of it is filled in. One that has an open order leads there."""
    desk, session, subject = the_desk(), the_session(), request.args.get("subject", "")[:60]
    source = find_source(session, desk, subject) if subject else None
    form, units = AssignForm(), members()
    form.lead.choices = [(0, str(translate(_("请选择")))), *((m.unit_id, m.short_name) for m in units)]
    form.supporting.choices = [(m.unit_id, m.short_name) for m in units]
    form.source.choices = [(k, translate(label)) for k, label in INSTRUCTIONS.items()]
    if request.method == "GET":
        standing = next(
            (o for o in services.orders_of(session, desk.tenant_id, [subject]).get(subject, ()) if o.open), None
        ) if subject else None  # fmt: skip
        if standing is not None:
            flash(str(translate(Message(_("这件事已经立项督办（%(n)s）。"), n=standing.number))), "warn")
            return redirect(link(standing.id), 303)
        form.request_key.data = secrets.token_urlsafe(18)
        if source is not None:
            _fill(form, source)
        return _new_page(form, source)
    if not form.validate() or form.due.day is None:
        return _new_page(form, source), 422
    kind = subject.partition(":")[0] if source else form.source.data
    try:
        order = services.assign_order(
            session, the_actor(), now(), mechanism_id=desk.mechanism_id, office=desk.office_name,
            title=form.title.data or "", requirements=form.requirements.data or "", lead_id=form.lead.data or 0,
            supporting_ids=form.supporting.data or (), due=form.due.day, subject=source.subject if source else "",
            source=kind if source or kind in INSTRUCTIONS else "other",
            label=str(translate(source.label)) if source else form.label.data or "", clause=form.clause.data or "",
            person=form.person.data or "", cadence=form.chosen_cadence, listed_by=form.listed_by.data or "",
            request_key=form.request_key.data or "", link=link,
        )  # fmt: skip
    except Invalid as error:
        form.tell(error.problems)
        session.rollback()
        return _new_page(form, source), 422
    except services.AlreadyOrdered as error:
        session.rollback()
        flash(str(translate(error.message)), "warn")
        return redirect(link(error.order_id), 303)
    say(Message(_("已立项交办 %(number)s，已通知承办单位签收。"), number=order.number))
    return redirect(link(order.id), 303)


def _fill(form: AssignForm, source: OrderSource) -> None:
    form.title.data, form.requirements.data = source.title[:120], source.requirements[:2000]
    form.lead.data, form.supporting.data = source.lead_unit_id or 0, list(source.supporting_ids)
    form.person.data = source.person
    form.due.data = source.due_on.isoformat() if source.due_on else ""


def _new_page(form: AssignForm, source: OrderSource | None) -> str:
    return render_template(
        "supervision/new.html",
        at=at(the_desk()),
        form=form,
        source=source,
        back=page_of(source.subject) if source else None,
    )


# ------------------------------------------------------------------------------------------ one order
@blueprint.get(f"/<tenant>/<campaign>/supervision/orders/{ID}")
@require(Right.ORDER_READ)
def detail(order_id: int) -> Any:
    return show_order(get_order(the_session(), the_desk(), order_id))


def show_order(order: Order, typed: tuple[str, int, StepForm] | None = None, problem: str = "") -> str:
    """``typed``: step, unit and form of what was not taken; its panel stands open with it."""
    desk, session, moment = the_desk(), the_session(), now()
    working = list_working(session, order)
    own = own_units(desk)
    calendar = load_calendar(session)
    standing = fold(services.list_steps(session, order), Cadence(order.cadence), calendar)
    clock = services.clock_of(session, order)
    state = state_of(services.facts_of(order, clock), moment, near_end(moment, calendar))
    units = members()
    left = order.stage in services.OPEN and order.lead_id not in {m.unit_id for m in units}
    account = the_reader().account_id
    late = clock.met_at is None and moment > clock.due_at
    panels = list_panels(desk, order, working, standing, account_id=account, late=late, left=left)
    lead = next((w for w in working if w.lead), None)
    leads_it = order.lead_id in desk.units_with(Right.ORDER_WORK)
    asked = extensions.pending(extensions.list_changes(session, clock)) if order.stage == Stage.OPEN else None
    slips = [(c.value, name, slip_bar(c, state.light, standing.slips)) for c, name in COLOURS.items()]
    return render_template(
        "supervision/detail.html",
        at=at(desk),
        order=order,
        lead=lead,
        working=working,
        state=state,
        stage=STAGES[Stage(order.stage)],
        clock=clock,
        due=show_end(order.assigned_at, clock.due_at),
        why=explain(clock),
        source=name_source(order.source),
        source_page=page_of(order.subject) if own is None or leads_it else None,
        cadence=CADENCES[Cadence(order.cadence)],
        feedback_due=_next_feedback(order, clock.due_at.astimezone(SHANGHAI).date()),
        story=tell_story(session, order, working, own),
        panels=panels,
        form=StepForm(formdata=None),
        slips=slips,
        typed=typed,
        problem=problem,
        keys={(p.key, p.unit_id): secrets.token_urlsafe(18) for p in panels},
        slip=next_slip(state.light, standing.slips),
        units=units,
        left=left,
        office=is_office(desk),
        asked=asked,
        extension=(leads_it or is_office(desk)) and order.stage == Stage.OPEN,
        page_of=page_of,
        papers=is_office(desk) and LINKS in current_app.view_functions and order.stage in services.OPEN,
        light_colours={Colour.BLUE: "near", Colour.YELLOW: "slow", Colour.RED: "late"},
    )


def _next_feedback(order: Order, due: Any) -> Any:
    day = order.feedback_due
    return day if day is not None and day < due and order.stage == Stage.OPEN else None
