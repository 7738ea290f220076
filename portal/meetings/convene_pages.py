"""Pages on which the office calls a meeting and changes one: its hour and place, its agenda, its cancelling."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.campaigns.meetings import MeetingType
from portal.core.errors import Conflict, Invalid
from portal.core.i18n import translate
from portal.core.posts import PostKind, Right
from portal.core.text import Message, Text, _
from portal.documents.drafts import drop_draft, list_drafts
from portal.meetings import agenda, convening, meeting_pages, services, topics, typed
from portal.meetings.forms import ROWS, MeetingForm, MoveForm, PlanForm, read_agenda, typed_agenda
from portal.meetings.models import Meeting
from portal.meetings.topic_pages import members
from portal.meetings.views import ID, at, blueprint, link
from portal.units.bodies import list_free_units
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import Unusable, clean_text, moment_text, parse_integer, row_id

DRAFT = "meeting"
TYPED = ("type", "title", "starts_at", "minutes", "place", "chair", "reply_by", "contact", "requirements")
LISTS = ("units", "observers")
COLUMNS = ("id", "topic", "title", "unit", "minutes", "on")
Line = dict[str, str]


def notice(meeting: Meeting) -> str:
    """Where a unit finds the notice and its reply slip."""
    return link(the_desk(), "replies", meeting_id=meeting.id)


def empty_lines() -> list[Line]:
    return [dict.fromkeys(COLUMNS, "") | {"on": "1"} for _n in range(ROWS)]


def chairs() -> list[tuple[str, str]]:
    titles = the_desk().posts[0].titles
    found = [(c.value, services.chair_label(titles, the_campaign(), c)) for c in services.CHAIRS]
    return [(key, str(translate(label))) for key, label in found]


def _waiting(chosen: int) -> list[Line]:
    """Topics decided for a meeting as lines; ``chosen`` is ticked."""
    return [
        {
            "id": "", "topic": str(row.topic.id), "title": row.topic.title, "unit": str(row.topic.unit_id or ""),
            "minutes": "", "on": "1" if row.topic.id == chosen else "0",
        }
        for row in topics.list_pickable(the_session(), the_desk())
    ]  # fmt: skip


@blueprint.route("/<tenant>/<campaign>/meetings/new", methods=["GET", "POST"])
@require(Right.MEETING_HOLD)
def convene() -> Any:
    desk, session, form = the_desk(), the_session(), MeetingForm()
    form.type.choices = [(k.type.value, str(translate(k.label))) for k in the_campaign().meetings.kinds]
    form.chair.choices = chairs()
    if request.method == "GET":
        return _open(form)
    lines = typed_agenda()
    if not form.validate():
        return _form_page(form, lines), 422
    try:
        entry = form.entry(read_agenda(lines))
        meeting = convening.call_meeting(
            session, the_actor(), now(), desk=desk, campaign=the_campaign(), entry=entry,
            members=[m.unit_id for m in members()], request_key=form.request_key.data or "", link=notice,
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        problems = typed.show_refusal(form, error, "meeting:new")
        return _form_page(form, lines, problems=problems), 409 if isinstance(error, Conflict) else 422
    drop_draft(session, mechanism_id=desk.mechanism_id, unit_id=None, kind=DRAFT, subject=meeting.request_key)
    n = len(entry.units) + len(entry.observers)
    flash(str(translate(Message(_("会议通知已发给 %(n)s 家单位。"), n=n))), "done")
    return redirect(link(desk, "meeting", meeting_id=meeting.id), 303)


def _open(form: MeetingForm) -> Any:
    """A draft, or the topic that the address names, or an empty page."""
    draft = typed.wanted(DRAFT, {0})
    if draft is not None:
        form.request_key.data, form.version.data = draft.subject, draft.version
        for name in TYPED:
            _put(form, name, draft.content.get(name, ""))
        form.units.data, form.observers.data = (draft.content.get(name, []) for name in LISTS)
        return _form_page(form, _kept(draft.content.get("lines", [])), draft.saved_at)
    form.request_key.data, form.version.data = secrets.token_urlsafe(18), 0
    chosen = row_id(request.args.get("topic", ""))
    found = next(
        (r.topic for r in topics.list_pickable(the_session(), the_desk()) if r.topic.id == chosen), None
    )
    kinds = [k.type.value for k in the_campaign().meetings.kinds]
    form.type.data = found.decision if found and found.decision in kinds else (kinds[0] if kinds else "")
    form.chair.data = (
        PostKind.CONVENOR.value if form.type.data != MeetingType.LIAISON else PostKind.OFFICE_DIRECTOR.value
    )
    everybody = [m.unit_id for m in members()]
    form.units.data = [
        u for u in everybody if not found or not found.decision_unit_ids or u in found.decision_unit_ids
    ]
    return _form_page(form, [*_waiting(chosen), *empty_lines()])


def _kept(stored: Any) -> list[Line]:
    """Lines of the agenda in a draft, and topics that were decided since."""
    lines = [{name: str(line.get(name, "")) for name in COLUMNS} for line in stored if isinstance(line, dict)]
    known = {line["topic"] for line in lines if line["topic"]}
    waiting = _waiting(0)
    open_ = {line["topic"] for line in waiting}
    kept = [line for line in lines if not line["topic"] or line["topic"] in open_]
    return [*(line for line in waiting if line["topic"] not in known), *(kept or empty_lines())]


def _put(form: PlanForm, name: str, value: Any) -> None:
    field = form[name]
    field.data = row_id(value) or None if name == "minutes" else value


def _form_page(form: MeetingForm, lines: list[Line], saved_at: Any = None, problems: Any = ()) -> str:
    desk, present = the_desk(), members()
    drafts = list_drafts(
        the_session(), mechanism_id=desk.mechanism_id, unit_ids=[], office=True, kinds=[DRAFT]
    )
    return render_template(
        "meetings/convene.html", at=at(desk), campaign=the_campaign(), form=form, lines=lines, members=present,
        guests=list_free_units(the_session(), desk.mechanism_id, now().date()), saved_at=saved_at, problems=problems,
        reporting=[(m.unit_id, m.short_name) for m in present],
        drafts=[d for d in drafts if d.subject != form.request_key.data] if not form.errors else [],
    )  # fmt: skip


@blueprint.post("/<tenant>/<campaign>/meetings/draft")
@require(Right.MEETING_HOLD)
def save_meeting_draft() -> Any:
    """The page saves itself."""
    lines = typed_agenda()
    titles = "\n".join(line["title"] for line in lines)  # looked through for marks of secrecy
    return typed.keep(DRAFT, TYPED, LISTS, {"lines": lines, "agenda": titles})


# --------------------------------------------------------------------------------------------------- changes
@blueprint.route(f"/<tenant>/<campaign>/meetings/{ID}/move", methods=["GET", "POST"])
@require(Right.MEETING_HOLD)
def move(meeting_id: int) -> Any:
    """Time, place, chair and what is asked of units; everybody is told."""
    session, desk, form = the_session(), the_desk(), MoveForm()
    meeting = services.get_meeting(session, desk, meeting_id)
    form.chair.choices = chairs()
    if request.method == "GET":
        for name in ("minutes", "place", "chair", "contact", "requirements"):
            form[name].data = getattr(meeting, name)
        form.starts_at.data, form.reply_by.data = (
            moment_text(meeting.starts_at),
            moment_text(meeting.reply_by),
        )
        form.starts_at.moment, form.reply_by.moment = meeting.starts_at, meeting.reply_by
        return _move_page(meeting, form)
    if not form.validate():
        return _move_page(meeting, form), 422
    try:
        meeting = services.hold(session, desk, meeting_id)
        changed = convening.move_meeting(
            session,
            the_actor(),
            now(),
            meeting=meeting,
            plan=form.entry(),
            why=form.why.data or "",
            link=notice(meeting),
        )
    except (Invalid, Conflict) as error:
        problems = typed.show_refusal(form, error, f"meeting:{meeting_id}")
        page = _move_page(services.get_meeting(session, desk, meeting_id), form, problems)
        return page, 409 if isinstance(error, Conflict) else 422
    flash(str(translate(_("已变更，并已通知参会单位。") if changed else _("没有变动。"))), "done")
    return redirect(link(desk, "meeting", meeting_id=meeting.id), 303)


def _move_page(meeting: Meeting, form: MoveForm, problems: Any = ()) -> str:
    return render_template(
        "meetings/move.html", at=at(the_desk()), meeting=meeting, form=form, problems=problems
    )


@blueprint.post(f"/<tenant>/<campaign>/meetings/{ID}/cancel")
@require(Right.MEETING_HOLD)
def cancel(meeting_id: int) -> Any:
    session, desk, given = the_session(), the_desk(), request.form.get("why", "")
    try:
        why = clean_text(given, 300)
        meeting = services.hold(session, desk, meeting_id)
        convening.cancel_meeting(session, the_actor(), now(), meeting=meeting, why=why, link=notice(meeting))
    except (Unusable, Invalid, Conflict) as error:
        return meeting_pages.refused(meeting_id, error, asked="cancel", given=given)
    flash(str(translate(_("已取消，并已通知参会单位。"))), "done")
    return redirect(link(desk, "meeting", meeting_id=meeting.id), 303)


@blueprint.route(f"/<tenant>/<campaign>/meetings/{ID}/agenda", methods=["GET", "POST"])
@require(Right.MEETING_HOLD)
def edit_agenda(meeting_id: int) -> Any:
    session, desk = the_session(), the_desk()
    meeting = services.get_meeting(session, desk, meeting_id)
    if request.method == "GET":
        lines = [
            {
                "id": str(r.id), "topic": str(r.topic_id or ""), "title": r.title, "unit": str(r.unit_id or ""),
                "minutes": str(r.minutes or ""), "on": "1",
            }
            for r in services.list_agenda(session, meeting)
        ]  # fmt: skip
        return _agenda_page(meeting, [*lines, *_waiting(0), *empty_lines()])
    typed_lines = typed_agenda()
    try:
        lines_ = read_agenda(typed_lines)
        meeting = services.hold(session, desk, meeting_id)
        agenda.set_agenda(
            session, the_actor(), now(), desk=desk, meeting=meeting, agenda=lines_, link=link(desk, "meeting", meeting_id=meeting_id)
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        problem: Message | Text
        if isinstance(error, Conflict):
            session.rollback()
            problem = error.message
        else:
            typed.note_refused(f"meeting:{meeting_id}", error)
            problem = next(iter(error.problems.values()))
        page = _agenda_page(services.get_meeting(session, desk, meeting_id), typed_lines, problem)
        return page, 409 if isinstance(error, Conflict) else 422
    flash(str(translate(_("议程已调整。"))), "done")
    return redirect(link(desk, "meeting", meeting_id=meeting_id), 303)


def _agenda_page(meeting: Meeting, lines: list[Line], problem: Any = None) -> str:
    invited = services.list_invitations(the_session(), meeting)
    return render_template(
        "meetings/agenda_form.html", at=at(the_desk()), meeting=meeting, lines=lines, problem=problem,
        reporting=[(r.unit_id, r.short_name) for r in invited],
    )  # fmt: skip


@blueprint.post(f"/<tenant>/<campaign>/meetings/{ID}/held")
@require(Right.MEETING_HOLD)
def enter_held(meeting_id: int) -> Any:
    """It took place, and how long."""
    session, desk, given = the_session(), the_desk(), request.form.get("lasted", "").strip()
    try:
        lasted = parse_integer(given) if given else None
        meeting = services.hold(session, desk, meeting_id)
        convening.set_held(session, the_actor(), now(), meeting=meeting, lasted=lasted)
    except (Unusable, Invalid, Conflict) as error:
        return meeting_pages.refused(meeting_id, error, asked="held", given=given)
    flash(str(translate(_("已登记为召开。"))), "done")
    return redirect(url_for("meetings.sign_in", meeting_id=meeting_id, **at(desk)), 303)
