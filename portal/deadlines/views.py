"""Pages of the deadlines: the list, one deadline with why it ends then, setting one by hand, extensions."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for

from portal.core.clock import SHANGHAI, end_of
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Message, Text, _
from portal.deadlines import extensions, hand, listing, withdrawing
from portal.deadlines.forms import DATE, OFFICE, AskForm, DecideForm, MeetForm, SetForm, WithdrawForm
from portal.deadlines.limits import Reached, name_rule, show_end
from portal.deadlines.matters import is_clock
from portal.deadlines.models import Deadline
from portal.deadlines.services import explain
from portal.deadlines.state import ask_reason, state_of
from portal.deadlines.todos import work_on
from portal.tenants.calendar import load_calendar
from portal.units.bodies import list_members
from portal.units.models import Unit
from portal.web.access import logged_in, now, require, the_actor, the_desk, the_session
from portal.web.inputs import moment_text, row_id

blueprint = Blueprint("deadlines", __name__, template_folder="templates")

_ID = "<int(max=9223372036854775807):deadline_id>"
_OVERSEES = frozenset({Right.DEADLINE_SET, Right.RECORD_READ_ALL})
_TABS = (("exchange.index", _("急报")), ("deadlines.index", _("时限")))


@blueprint.app_context_processor
def _tabs() -> dict[str, Any]:
    """``deadline_tabs`` for the partial ``deadlines/_tabs.html``: urgent reports and deadlines share a place."""
    return {"deadline_tabs": [(e, label) for e, label in _TABS if e in current_app.view_functions]}


def _at(desk: Desk) -> dict[str, Any]:
    return {"tenant": desk.tenant_code, "campaign": desk.campaign}


def _own(desk: Desk) -> tuple[int, ...] | None:
    """Units whose deadlines the desk reads; None = all of the body."""
    if desk.rights & _OVERSEES:
        return None
    if Right.REPORT_FILL not in desk.rights:
        raise NotAllowed
    return desk.units_with(Right.REPORT_FILL)


def _members(desk: Desk) -> list[tuple[int, str]]:
    today = now().astimezone(SHANGHAI).date()
    return [(m.unit_id, m.short_name) for m in list_members(the_session(), desk.mechanism_id, today)]


@blueprint.get("/<tenant>/<campaign>/deadlines")
@logged_in
def index() -> Any:
    desk, args = the_desk(), request.args
    own = _own(desk)
    state, kind = args.get("state", ""), args.get("kind", "")
    filters = listing.Filters(
        desk.mechanism_id,
        own,
        state=state if state in listing.STATES else "",
        kind=kind if kind in listing.KINDS else "",
        unit=row_id(args.get("unit", "")),
        page=min(max(row_id(args.get("page", "")), 1), 1000),
    )
    rows, more = listing.list_deadlines(the_session(), desk.tenant_id, filters, now())
    chosen = {"state": filters.state, "kind": filters.kind, "unit": filters.unit or ""}
    return render_template(
        "deadlines/index.html",
        at=_at(desk),
        rows=[(row, row.state(now()), is_clock(row.subject)) for row in rows],
        more=more,
        filters=filters,
        args={k: v for k, v in chosen.items() if v},
        units=_members(desk) if own is None else [],
        states=listing.STATES,
        kinds=listing.KINDS,
        name_rule=name_rule,
        may_set=Right.DEADLINE_SET in desk.rights,
        moment=now(),
    )


# ------------------------------------------------------------------------------------------ set by hand
@blueprint.route("/<tenant>/<campaign>/deadlines/new", methods=["GET", "POST"])
@require(Right.DEADLINE_SET)
def new() -> Any:
    """Sent once it shows the date it comes to; sent again with that date, it runs."""
    desk, form = the_desk(), SetForm()
    form.units.choices = [(str(u), name) for u, name in _members(desk)] + [(OFFICE, desk.office_name)]
    if request.method == "GET":
        form.request_key.data, form.started.data = (
            secrets.token_urlsafe(18),
            moment_text(now().replace(second=0)),
        )
        return _set_page(form, None)
    valid = form.validate()
    rule = form.rule()
    if not valid or rule is None or form.started.moment is None:
        return _set_page(form, None), 422
    order = hand.Order(
        title=form.title.data or "",
        what=form.what.data or "",
        basis=form.basis.data or "",
        rule=rule,
        started_at=form.started.moment,
    )
    calendar = load_calendar(the_session())
    try:
        reached = hand.compute_order(order, now(), calendar)
    except Invalid as error:
        form.tell({"day" if k == "n" and form.kind.data == DATE else k: m for k, m in error.problems.items()})
        return _set_page(form, None), 422
    if form.shown.data != reached.due.isoformat() or "again" in request.form:
        return _set_page(form, reached)
    made = hand.start_by_hand(
        the_session(), the_actor(), now(), mechanism_id=desk.mechanism_id, office=desk.office_name,
        unit_ids=form.unit_ids(), order=order, calendar=calendar, request_key=form.request_key.data or "", link=_link,
    )  # fmt: skip
    _say(Message(_("时限已发起，共 %(n)s 家单位，已通知承办单位。"), n=len(made)))
    return redirect(_link(made[0].id) if len(made) == 1 else url_for("deadlines.index", **_at(desk)), 303)


def _set_page(form: SetForm, reached: Reached | None) -> str:
    form.shown.data = reached.due.isoformat() if reached else ""
    return render_template(
        "deadlines/new.html",
        at=_at(the_desk()),
        form=form,
        reached=reached,
        end=show_end(now(), reached.due) if reached else None,
    )


def _link(deadline_id: int) -> str:
    return url_for("deadlines.detail", deadline_id=deadline_id, **_at(the_desk()))


def _say(text: Message | Text) -> None:
    flash(str(translate(text)), "done")


# ---------------------------------------------------------------------------------------- one deadline
@blueprint.get(f"/<tenant>/<campaign>/deadlines/{_ID}")
@logged_in
def detail(deadline_id: int) -> Any:
    return _page(_get(deadline_id))


def _get(deadline_id: int) -> Deadline:
    desk = the_desk()
    return listing.get_deadline(the_session(), desk.tenant_id, desk.mechanism_id, _own(desk), deadline_id)


def _may_do(row: Deadline) -> bool:
    desk = the_desk()
    if row.unit_id is None:
        return Right.DEADLINE_SET in desk.rights
    return row.unit_id in desk.units_with(Right.REPORT_FILL)


def _page(row: Deadline, **forms: Any) -> str:
    desk, session, moment = the_desk(), the_session(), now()
    changes = extensions.list_changes(session, row)
    asked = extensions.pending(changes)
    state = state_of(row.started_at, row.due_at, row.met_at, moment)
    mine, hand_made = _may_do(row), hand.by_hand(row)
    open_ = row.met_at is None
    takes_back = open_ and hand_made and Right.DEADLINE_SET in desk.rights
    decides = open_ and asked is not None and Right.DEADLINE_SET in desk.rights
    own_request = asked is not None and asked.by_id == the_actor().account_id
    decide = forms.get("decide") or DecideForm(formdata=None)
    if asked is not None and not decide.until.data:
        decide.until.data = asked.new_due_at.date().isoformat()
    return render_template(
        "deadlines/detail.html",
        at=_at(desk),
        row=row,
        unit=session.get_one(Unit, (row.tenant_id, row.unit_id)) if row.unit_id else None,
        state=state,
        said=state.text if is_clock(row.subject) else state.outcome,
        late=ask_reason(state, reported=False) if open_ and state.late else None,
        why=explain(row),
        rule=name_rule(row.span or {"rule": "hours", "n": row.reason.get("hours", 24)}),
        changes=changes,
        asked=asked,
        end=lambda at: show_end(row.started_at, at),
        work=work_on(row.subject) if mine and open_ and not hand_made else None,
        meet=(forms.get("meet") or MeetForm(formdata=None)) if mine and hand_made and open_ else None,
        ask=(forms.get("ask") or AskForm(formdata=None)) if _may_ask(row, asked) else None,
        bar=extensions.bar(row, moment) if mine and open_ else None,
        decide=decide if decides and not own_request else None,
        own_request=decides and own_request,
        withdrawn=withdrawing.find_withdrawal(changes),
        withdraw=(forms.get("withdraw") or WithdrawForm(formdata=None)) if takes_back else None,
        others=withdrawing.count_others(session, row) if takes_back else 0,
    )


def _may_ask(row: Deadline, asked: Any) -> bool:
    return _may_do(row) and asked is None and extensions.bar(row, now()) is None


@blueprint.post(f"/<tenant>/<campaign>/deadlines/{_ID}/meet")
@logged_in
def meet(deadline_id: int) -> Any:
    row, form = _get(deadline_id), MeetForm()
    if not _may_do(row):
        raise NotAllowed(_("由承办单位标为办结。"))
    if form.validate():
        try:
            hand.meet_by_hand(
                the_session(), the_actor(), now(), deadline=row, note=form.note.data or "",
                late_reason=form.late_reason.data or "", link=_link(row.id),
            )  # fmt: skip
            _say(_("已标为办结。"))
            return redirect(_link(row.id), 303)
        except Invalid as error:
            form.tell(error.problems)
    return _page(row, meet=form), 422


@blueprint.post(f"/<tenant>/<campaign>/deadlines/{_ID}/extension")
@logged_in
def ask(deadline_id: int) -> Any:
    row, form = _get(deadline_id), AskForm()
    if not _may_do(row):
        raise NotAllowed(_("由承办单位申请延期。"))
    barred = extensions.bar(row, now())
    if barred is not None:
        raise Conflict(barred)
    if form.validate() and form.until.day:
        try:
            extensions.ask_extension(
                the_session(), the_actor(), now(), deadline=row, wanted=end_of(form.until.day),
                reason=form.reason.data or "", link=_link(row.id),
            )  # fmt: skip
            _say(_("延期申请已提交，等待办公室决定。决定前时限不变。"))
            return redirect(_link(row.id), 303)
        except Invalid as error:
            form.tell(error.problems)
    return _page(row, ask=form), 422


@blueprint.post(f"/<tenant>/<campaign>/deadlines/{_ID}/decision")
@require(Right.DEADLINE_SET)
def decide(deadline_id: int) -> Any:
    row, form = _get(deadline_id), DecideForm()
    grants = request.form.get("decision") == "grant"
    if form.validate():
        try:
            if grants and form.until.day is None:
                raise Invalid({"until": _("请填写日期。")})
            until = end_of(form.until.day) if grants and form.until.day else None
            extensions.decide_extension(
                the_session(), the_actor(), now(), deadline=row, until=until, reason=form.reason.data or "",
                link=_link(row.id),
            )  # fmt: skip
            _say(_("已同意延期，已通知承办单位。") if grants else _("未同意延期，已通知承办单位。"))
            return redirect(_link(row.id), 303)
        except Invalid as error:
            form.tell(error.problems)
    return _page(row, decide=form), 422


@blueprint.post(f"/<tenant>/<campaign>/deadlines/{_ID}/withdraw")
@require(Right.DEADLINE_SET)
def withdraw(deadline_id: int) -> Any:
    row, form = _get(deadline_id), WithdrawForm()
    if form.validate():
        n = withdrawing.withdraw_deadline(
            the_session(), the_actor(), now(), deadline=row, reason=form.reason.data or "",
            others=bool(form.others.data), link=_link,
        )  # fmt: skip
        _say(Message(_("已撤销 %(n)s 项时限，已通知承办单位。"), n=n))
        return redirect(_link(row.id), 303)
    return _page(row, withdraw=form), 422
