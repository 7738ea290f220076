"""The page of a dispute: both sides' words, and the superior's decision."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, url_for

from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.i18n import translate
from portal.core.text import Text, _
from portal.documents.marks import SecretText, note_refused_text
from portal.ledger.access import is_office
from portal.transfers import deciding
from portal.transfers.access import get_dispute
from portal.transfers.deciding import Decision
from portal.transfers.forms import StepForm
from portal.transfers.models import Side, TransferDispute
from portal.transfers.states import DISPUTES
from portal.transfers.views import DISPUTE, at, blueprint, say
from portal.web.access import logged_in, now, the_actor, the_campaign, the_desk, the_session


@blueprint.get(f"/<tenant>/<campaign>/transfers/disputes/{DISPUTE}")
@logged_in
def dispute(dispute_id: int) -> Any:
    return show_dispute(get_dispute(the_session(), the_desk(), dispute_id))


def show_dispute(found: TransferDispute, typed: tuple[str, StepForm] | None = None, problem: str = "") -> str:
    desk, moment = the_desk(), now()
    acts = list_acts(found) if is_office(desk) else []
    return render_template(
        "transfers/dispute.html", at=at(desk), campaign=the_campaign(), found=found, light=DISPUTES[found.state],
        acts=acts, form=StepForm(formdata=None), typed=typed, problem=problem, key=secrets.token_urlsafe(18),
        today=moment.astimezone(SHANGHAI).date(), out=Side.OUT.value,
    )  # fmt: skip


def list_acts(found: TransferDispute) -> list[str]:
    if found.state != "open":
        return []
    if found.side == Side.ABOVE:
        return ["decide"]
    return ["words"] + (["drop"] if found.side == found.raised_side else [])


def _take(dispute_id: int, step: str, act: Callable[[TransferDispute, StepForm], Text]) -> Any:
    session, desk = the_session(), the_desk()
    found, form = get_dispute(session, desk, dispute_id), StepForm()
    above = found.side == Side.ABOVE
    if not is_office(desk) or above != (step == "decide"):
        raise NotAllowed(_("这一步由有关办公室办理。"))
    if not form.validate():
        return show_dispute(found, (step, form)), 422
    try:
        said = act(found, form)
    except Invalid as error:
        form.tell(error.problems)
        session.rollback()
        if isinstance(error, SecretText):
            note_refused_text(session, the_actor(), now(), f"dispute:{dispute_id}", error)
            session.commit()
        return show_dispute(get_dispute(session, desk, dispute_id), (step, form)), 422
    except Conflict as error:
        session.rollback()
        again = get_dispute(session, desk, dispute_id)
        return show_dispute(again, (step, form), str(translate(error.message))), 409
    say(said)
    return redirect(url_for("transfers.dispute", dispute_id=dispute_id, **at(desk)), 303)


@blueprint.post(f"/<tenant>/<campaign>/transfers/disputes/{DISPUTE}/words")
@logged_in
def words(dispute_id: int) -> Any:
    def act(found: TransferDispute, form: StepForm) -> Text:
        deciding.add_words(the_session(), the_actor(), now(), dispute=found, text=form.text.data or "")
        return _("意见已提交上级。")

    return _take(dispute_id, "words", act)


@blueprint.post(f"/<tenant>/<campaign>/transfers/disputes/{DISPUTE}/drop")
@logged_in
def drop(dispute_id: int) -> Any:
    def act(found: TransferDispute, form: StepForm) -> Text:
        deciding.withdraw_dispute(the_session(), the_actor(), now(), dispute=found, text=form.text.data or "")
        return _("已撤回报请。")

    return _take(dispute_id, "drop", act)


@blueprint.post(f"/<tenant>/<campaign>/transfers/disputes/{DISPUTE}/decide")
@logged_in
def decide(dispute_id: int) -> Any:
    def act(found: TransferDispute, form: StepForm) -> Text:
        decision = Decision(
            form.lead.data or "", form.number.data or "", form.text.data or "", form.decided_on.day
        )
        deciding.decide_dispute(
            the_session(), the_actor(), now(), campaign=the_campaign(), dispute=found, decision=decision
        )
        return _("决定已登记，已写入双方台账并告知。")

    return _take(dispute_id, "decide", act)
