"""Steps on a measure: answered by the unit, decided, numbered, talked about, lifted; and rows not taken up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session

from portal.assessment import ladder, ladder_deciding, ladder_talks
from portal.assessment.ladder_access import Seat, get_measure
from portal.assessment.ladder_forms import Typed
from portal.assessment.ladder_pages import ID, detail_page, find_derived, link, the_seat
from portal.assessment.models import Answer, Measure
from portal.assessment.views import at, blueprint
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Text, _
from portal.documents import attachments
from portal.documents.file_pages import files_folder
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session

FILES = "files"
Step = Callable[[Session, Seat, Measure, Typed], Text]
"""Does it and says that it is done."""


def _object(session: Session, seat: Seat, found: Measure, typed: Typed) -> Text:
    text = typed.text("objection", ladder.REASON, lines=True)
    typed.check()
    actor = the_actor()
    ladder.answer(
        session, actor, now(), seat=seat, campaign=the_campaign(), measure=found, said=Answer.OBJECTED, objection=text,
        link=link,
    )  # fmt: skip
    for upload in request.files.getlist(FILES):
        if upload.filename:
            attachments.add(
                session, actor, now(), folder=files_folder(), subject=ladder.subject_of(found), field=FILES,
                unit_id=found.unit_id, name=upload.filename, stream=upload.stream,
            )  # fmt: skip
    return _("申辩已提交，决定前有权人员可以看到。")


def _waive(session: Session, seat: Seat, found: Measure, typed: Typed) -> Text:
    ladder.answer(
        session,
        the_actor(),
        now(),
        seat=seat,
        campaign=the_campaign(),
        measure=found,
        said=Answer.WAIVED,
        link=link,
    )
    return _("已答复无异议。")


def _decide(session: Session, seat: Seat, found: Measure, typed: Typed) -> Text:
    confirmed = typed.form.get("step") == "confirm"
    decision = ladder_deciding.Decision(
        confirmed=confirmed, why=typed.text("why", ladder.REASON, lines=True), starts_on=typed.day("starts_on"),
        ends_on=typed.day("ends_on"), number=typed.text("number", 60) if confirmed else "",
    )  # fmt: skip
    typed.check()
    ladder_deciding.decide(
        session,
        the_actor(),
        now(),
        seat=seat,
        campaign=the_campaign(),
        measure=found,
        decision=decision,
        link=link,
    )
    return _("已决定采取，并告知单位和办公室。") if confirmed else _("已决定不采取，并告知单位和办公室。")


def _number(session: Session, seat: Seat, found: Measure, typed: Typed) -> Text:
    number = typed.text("number", 60)
    typed.check()
    ladder_deciding.set_number(session, the_actor(), now(), seat=seat, measure=found, number=number)
    return _("文号已登记。")


def _withdraw(session: Session, seat: Seat, found: Measure, typed: Typed) -> Text:
    why = typed.text("why", ladder.REASON, lines=True)
    typed.check()
    ladder_deciding.withdraw(session, the_actor(), now(), seat=seat, measure=found, why=why, link=link)
    return _("已撤回并告知单位。")


def _lift(session: Session, seat: Seat, found: Measure, typed: Typed) -> Text:
    why = typed.text("why", ladder.REASON, lines=True)
    typed.check()
    ladder_deciding.lift(
        session, the_actor(), now(), seat=seat, campaign=the_campaign(), measure=found, why=why, link=link
    )
    return _("已解除并告知单位。")


def _talk(session: Session, seat: Seat, found: Measure, typed: Typed) -> Text:
    talk = ladder_talks.Talk(
        held_on=typed.day("held_on"), rectify_by=typed.day("rectify_by"),
        attendees=typed.rows("attendees", ladder_talks.ATTENDEES, ladder_talks.ATTENDEE),
        problems=typed.text("problems", ladder_talks.WORDS, lines=True),
        statement=typed.text("statement", ladder_talks.WORDS, lines=True),
    )  # fmt: skip
    typed.check()
    ladder_talks.keep_talk(session, the_actor(), now(), seat=seat, measure=found, talk=talk)
    return _("约谈记录已保存，可据此立项督办。")


STEPS: dict[str, Step] = {
    "object": _object, "waive": _waive, "confirm": _decide, "decline": _decide, "number": _number, "withdraw": _withdraw,
    "lift": _lift, "talk": _talk,
}  # fmt: skip


@blueprint.post(f"/<tenant>/<campaign>/assessment/ladder/{ID}/step")
@require(Right.ASSESS_READ)
def measure_step(measure_id: int) -> Any:
    """Whose step it is, is the service's to say."""
    session, seat = the_session(), the_seat()
    found = get_measure(session, seat, measure_id)
    name = request.form.get("step", "")
    if name not in STEPS:
        raise NotFound
    try:
        done = STEPS[name](session, seat, found, Typed(request.form))
    except (Invalid, Conflict) as error:
        problems = error.problems if isinstance(error, Invalid) else {"": error.message}
        session.rollback()  # nothing was done; the trail alone keeps that a mark of secrecy was refused
        if isinstance(error, attachments.Secret):
            attachments.note_refusal(session, the_actor(), now(), f"measure:{measure_id}", error)
            session.commit()
        status = 422 if isinstance(error, Invalid) else 409
        return detail_page(seat, get_measure(session, seat, measure_id), problems, name, status)
    flash(str(translate(done)), "done")
    return redirect(link(found.id), 303)


@blueprint.post("/<tenant>/<campaign>/assessment/ladder/drop")
@require(Right.ASSESS_SET)
def drop_proposal() -> Any:
    """The office does not take up a row that the portal proposed."""
    typed = Typed(request.form)
    why, key = typed.text("why", ladder.REASON, lines=True), typed.text("request_key", 40)
    typed.check()
    derived = find_derived(request.form.get("derived", ""))
    if derived is None:
        raise Conflict(_("该建议已由他人办理，或单位已补登记录，请刷新页面查看。"))
    ladder.drop(
        the_session(), the_actor(), now(), seat=the_seat(), campaign=the_campaign(), derived=derived, why=why,
        request_key=key,
    )  # fmt: skip
    flash(str(translate(_("已登记不提出，同一期不再列出。"))), "done")
    return redirect(url_for("assessment.ladder", **at(the_desk())), 303)
