"""The steps of a transfer over the wire: what was typed is kept when it is not taken, and two clicks are one step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, url_for

from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.i18n import translate
from portal.core.text import Message, Text, _
from portal.documents.marks import SecretText, note_refused_text
from portal.ledger.access import is_office
from portal.transfers import disputes, handling, withdrawing
from portal.transfers.access import get_transfer, handles, may_pass_on
from portal.transfers.detail_pages import link, show_transfer
from portal.transfers.forms import StepForm
from portal.transfers.handling import Result
from portal.transfers.models import Side, Transfer
from portal.transfers.views import ID, at, blueprint, say
from portal.web.access import logged_in, now, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import row_id

Act = Callable[[Transfer, StepForm], Message | Text]
"""Does the step and says what was done."""


def _take(transfer_id: int, step: str, side: Side | None, may: Callable[[Transfer], bool], act: Act) -> Any:
    """Read the form, let ``act`` write; nothing is half done."""
    session, desk = the_session(), the_desk()
    row, form = get_transfer(session, desk, transfer_id), StepForm()
    if (side is not None and row.side != side) or not may(row):
        raise NotAllowed(_("这一步由经办的单位或办公室办理。"))
    if not form.validate():
        return show_transfer(row, (step, form)), 422
    try:
        said = act(row, form)
    except Invalid as error:
        form.tell(error.problems)
        session.rollback()
        if isinstance(error, SecretText):
            note_refused_text(session, the_actor(), now(), f"transfer:{transfer_id}", error)
            session.commit()
        return show_transfer(get_transfer(session, desk, transfer_id), (step, form)), 422
    except Conflict as error:
        session.rollback()
        again = get_transfer(session, desk, transfer_id)
        return show_transfer(again, (step, form), str(translate(error.message))), 409
    say(said)
    return redirect(link(transfer_id), 303)


def _mine(row: Transfer) -> bool:
    return handles(the_desk(), row)


def _sender(row: Transfer) -> bool:
    return _mine(row) or is_office(the_desk())


@blueprint.post(f"/<tenant>/<campaign>/transfers/{ID}/pass")
@logged_in
def pass_on(transfer_id: int) -> Any:
    def act(row: Transfer, form: StepForm) -> Text:
        handling.pass_on(the_session(), the_actor(), now(), row=row, unit_id=row_id(form.unit.data))
        return _("已转交，已通知承办单位。")

    return _take(transfer_id, "pass_on", Side.IN, lambda row: may_pass_on(the_desk(), row), act)


@blueprint.post(f"/<tenant>/<campaign>/transfers/{ID}/accept")
@logged_in
def accept(transfer_id: int) -> Any:
    def act(row: Transfer, form: StepForm) -> Message | Text:
        found = handling.accept_transfer(
            the_session(),
            the_actor(),
            now(),
            campaign=the_campaign(),
            row=row,
            late_reason=form.late_reason.data or "",
        )
        if found is None:
            return _("已接收，已告知移送方。")
        return Message(_("已接收，登记为 %(number)s，已告知移送方。"), number=found.number)

    return _take(transfer_id, "accept", Side.IN, _mine, act)


@blueprint.post(f"/<tenant>/<campaign>/transfers/{ID}/refuse")
@logged_in
def refuse(transfer_id: int) -> Any:
    def act(row: Transfer, form: StepForm) -> Text:
        handling.refuse_transfer(
            the_session(), the_actor(), now(), row=row, text=form.text.data or "",
            late_reason=form.late_reason.data or "",
        )  # fmt: skip
        return _("已写明理由退回，已告知移送方。")

    return _take(transfer_id, "refuse", Side.IN, _mine, act)


@blueprint.post(f"/<tenant>/<campaign>/transfers/{ID}/progress")
@logged_in
def progress(transfer_id: int) -> Any:
    def act(row: Transfer, form: StepForm) -> Text:
        handling.report_progress(
            the_session(), the_actor(), now(), row=row, text=form.text.data or "",
            request_key=form.request_key.data or "",
        )  # fmt: skip
        return _("已反馈，移送方可以看到。")

    return _take(transfer_id, "progress", Side.IN, _mine, act)


@blueprint.post(f"/<tenant>/<campaign>/transfers/{ID}/finish")
@logged_in
def finish(transfer_id: int) -> Any:
    def act(row: Transfer, form: StepForm) -> Text:
        handling.finish_transfer(
            the_session(), the_actor(), now(), campaign=the_campaign(), row=row,
            result=Result(form.outcome.data or "", form.text.data or "", form.result_on.day),
            late_reason=form.late_reason.data or "",
        )  # fmt: skip
        return _("已反馈结果，已告知移送方。")

    return _take(transfer_id, "finish", Side.IN, _mine, act)


@blueprint.post(f"/<tenant>/<campaign>/transfers/{ID}/withdraw")
@logged_in
def withdraw(transfer_id: int) -> Any:
    def act(row: Transfer, form: StepForm) -> Text:
        withdrawing.withdraw_transfer(the_session(), the_actor(), now(), row=row, text=form.text.data or "")
        return _("已撤回，已告知接收方。")

    return _take(transfer_id, "withdraw", Side.OUT, _sender, act)


@blueprint.post(f"/<tenant>/<campaign>/transfers/{ID}/note")
@logged_in
def note(transfer_id: int) -> Any:
    def act(row: Transfer, _form: StepForm) -> Text:
        withdrawing.note_transfer(the_session(), the_actor(), now(), row=row)
        return _("已记为知悉。")

    return _take(transfer_id, "note", Side.OUT, _sender, act)


@blueprint.post(f"/<tenant>/<campaign>/transfers/{ID}/refer")
@logged_in
def refer(transfer_id: int) -> Any:
    made: list[int] = []

    def act(row: Transfer, form: StepForm) -> Text:
        dispute = disputes.refer_dispute(
            the_session(), the_actor(), now(), campaign=the_campaign(), row=row, text=form.text.data or "",
            request_key=form.request_key.data or "",
        )  # fmt: skip
        made.append(dispute.id)
        return _("已报请上级决定，已告知对方。")

    answer = _take(transfer_id, "refer", None, lambda _row: is_office(the_desk()), act)
    if made and getattr(answer, "status_code", 0) == 303:
        return redirect(url_for("transfers.dispute", dispute_id=made[0], **at(the_desk())), 303)
    return answer
