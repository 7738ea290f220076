"""The editor of minutes beside the agenda: it saves itself for each writer, and keeps both texts when two meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.deadlines.limits import reach
from portal.documents.drafts import drop_draft, find_draft, save_draft
from portal.documents.marks import SecretText
from portal.documents.models import Draft
from portal.documents.writing import note_refused
from portal.meetings import minutes_content as typed
from portal.meetings.minutes import (
    Overtaken,
    content_of,
    find_minutes,
    list_editions,
    may_write,
    save,
    submit,
)
from portal.meetings.minutes_beginning import attendance_text, propose
from portal.meetings.minutes_comparing import compare
from portal.meetings.minutes_content import Content
from portal.meetings.models import Meeting, Minutes
from portal.meetings.resolutions import ordered_ids, rule_of
from portal.meetings.services import (
    chair_label,
    get_meeting,
    hold,
    list_agenda,
    list_invitations,
    unit_names,
)
from portal.meetings.views import ID, at, blueprint
from portal.tenants.calendar import load_calendar
from portal.units.bodies import get_body, list_members
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_reader, the_session
from portal.web.inputs import Unusable, row_id

DRAFT = "minutes"
Said = Mapping[str, Message | Text]


def chair_of(meeting: Meeting) -> Text | str:
    """What the body calls whoever chairs."""
    body = get_body(the_session(), meeting.mechanism_id)
    return chair_label(body.titles, the_campaign(), meeting.chair)


def _draft_key(meeting: Meeting) -> str:
    """A draft for each writer: two secretaries do not type into each other's."""
    return f"{meeting.id}:{the_reader().account_id}"


def _find_draft(meeting: Meeting) -> Draft | None:
    return find_draft(
        the_session(),
        mechanism_id=meeting.mechanism_id,
        unit_id=None,
        kind=DRAFT,
        subject=_draft_key(meeting),
    )


def _keep(meeting: Meeting, content: Content, base: int, version: int) -> Draft:
    typed.refuse_secrets(content)
    return save_draft(
        the_session(), the_actor(), now(), mechanism_id=meeting.mechanism_id, unit_id=None, kind=DRAFT,
        subject=_draft_key(meeting), title=content.title, content=content.stored() | {"base": base}, version=version,
    )  # fmt: skip


def _drop(meeting: Meeting) -> None:
    drop_draft(
        the_session(),
        mechanism_id=meeting.mechanism_id,
        unit_id=None,
        kind=DRAFT,
        subject=_draft_key(meeting),
    )


def _writable(meeting_id: int) -> Meeting:
    desk = the_desk()
    meeting = get_meeting(the_session(), desk, meeting_id)
    if not may_write(desk, meeting):
        raise NotAllowed(_("会议已经取消，或您不是办公室人员，不能写纪要。"))
    return meeting


@blueprint.route(f"/<tenant>/<campaign>/meetings/{ID}/minutes/edit", methods=["GET", "POST"])
@require(Right.MEETING_HOLD)
def minutes_edit(meeting_id: int) -> Any:
    meeting, session = _writable(meeting_id), the_session()
    if request.method == "POST":
        return _act(meeting, typed.from_form(request.form))
    minutes, draft = find_minutes(session, meeting), _find_draft(meeting)
    base = minutes.version if minutes else 0
    if draft is None:
        found = (
            content_of(session, minutes)
            if minutes
            else propose(meeting, list_invitations(session, meeting), chair_of(meeting))
        )
        return _page(meeting, minutes, found)
    stored = dict(draft.content)
    began = stored.pop("base")
    overtaken = Overtaken(minutes) if minutes and began != base else None
    return _page(meeting, minutes, typed.from_draft(stored), draft=draft, overtaken=overtaken)


def _act(meeting: Meeting, content: Content) -> Any:
    """One button of the editor."""
    session, action = the_session(), request.form.get("action", "save")
    what, _dash, place = action.partition("-")
    if what in ("add", "up", "down", "drop", "off", "attendance"):
        n = row_id(place)
        match what:
            case "add":
                content = typed.add_line(content)
            case "off":
                content = typed.put_off(content, n)
            case "attendance":
                text = attendance_text(list_invitations(session, meeting), chair_of(meeting))
                content = typed.with_attendance(content, text)
            case _:
                content = typed.move(content, n, {"up": -1, "down": 1}.get(what, 0))
        return _page(
            meeting, find_minutes(session, meeting), content, draft=_find_draft(meeting), as_typed=True
        )
    if action == "discard":
        _drop(meeting)
        flash(str(translate(_("您的草稿已删除，下面是已保存的纪要。"))), "done")
        return redirect(url_for("meetings.minutes_edit", meeting_id=meeting.id, **at(the_desk())), 303)
    return _save(meeting, content, finish=action == "submit")


def _save(meeting: Meeting, content: Content, *, finish: bool) -> Any:
    session, desk, base = the_session(), the_desk(), row_id(request.form.get("base", ""))
    try:
        meeting = hold(session, desk, meeting.id)
        minutes = save(session, the_actor(), now(), meeting=meeting, base=base, content=content)
        if finish:
            submit(session, the_actor(), now(), meeting=meeting, minutes=minutes)
        _drop(meeting)
    except Overtaken as overtaken:
        return _refuse(meeting.id, content, base, {"": overtaken.message}, 409)
    except SecretText as refused:
        note_refused(f"meeting:{meeting.id}", refused)
        return _page_again(meeting.id, content, refused.problems), 422
    except Invalid as refused:
        gaps = refused.problems
        if finish:
            content = _without_empty(content)
        return _refuse(meeting.id, content, base, gaps, 422)
    except Conflict as refused:
        return _refuse(meeting.id, content, base, {"": refused.message}, 409)
    if finish:
        said = Message(_("第 %(n)s 稿已送%(chair)s审核。"), n=minutes.edition, chair=chair_of(meeting))
    else:
        said = Message(_("已保存为第 %(n)s 稿，以前各稿都留着，可以对比。"), n=minutes.edition)
    flash(str(translate(said)), "done")
    return redirect(url_for("meetings.minutes", meeting_id=meeting.id, **at(desk)), 303)


def _without_empty(content: Content) -> Content:
    """Rows as they are counted in gaps."""
    try:
        return typed.clean(content)
    except Invalid:
        return content


def _refuse(meeting_id: int, content: Content, base: int, problems: Said, status: int) -> Any:
    """Nothing of it was saved; what was typed stays on the page and in the writer's own draft."""
    session = the_session()
    session.rollback()
    meeting = _writable(meeting_id)
    draft = _find_draft(meeting)
    kept = _keep(meeting, content, base, draft.version if draft else 0)
    session.commit()
    minutes = find_minutes(session, meeting)
    newer = minutes is not None and minutes.version != base
    overtaken = Overtaken(minutes) if minutes and newer else None
    return _page(meeting, minutes, content, draft=kept, problems=problems, overtaken=overtaken), status


def _page_again(meeting_id: int, content: Content, problems: Said) -> str:
    meeting = _writable(meeting_id)
    return _page(
        meeting, find_minutes(the_session(), meeting), content, draft=_find_draft(meeting), problems=problems, as_typed=True
    )  # fmt: skip


@blueprint.post(f"/<tenant>/<campaign>/meetings/{ID}/minutes/autosave")
@require(Right.MEETING_HOLD)
def minutes_autosave(meeting_id: int) -> Any:
    """The page saves itself into the writer's own draft: what was typed, as typed."""
    meeting, form = _writable(meeting_id), request.form
    try:
        draft = _keep(
            meeting, typed.from_form(form), row_id(form.get("base", "")), row_id(form.get("version", ""))
        )
    except SecretText as refused:
        note_refused(f"meeting:{meeting_id}", refused)
        return {"problem": str(translate(refused.message))}, 422
    except Conflict as error:
        return {"problem": str(translate(error.message))}, 409
    time = now().astimezone(SHANGHAI).strftime("%H:%M")
    said = Message(_("已自动保存 %(time)s"), time=time)
    return {"version": draft.version, "saved_at": str(translate(said))}


def _page(
    meeting: Meeting,
    minutes: Minutes | None,
    content: Content,
    *,
    draft: Draft | None = None,
    problems: Said | None = None,
    overtaken: Overtaken | None = None,
    as_typed: bool = False,
) -> str:
    """``as_typed``: the base that the form came with goes on, for nothing was compared with what is saved."""
    session, desk = the_session(), the_desk()
    agenda = list_agenda(session, meeting)
    members = list_members(session, meeting.mechanism_id, now().astimezone(SHANGHAI).date())
    present = {m.unit_id for m in members}
    named = {u for x in content.lines for u in (x.lead, *x.supporting) if u}
    base = row_id(request.form.get("base", "")) if as_typed else minutes.version if minutes else 0
    theirs = content_of(session, minutes) if overtaken and minutes else None
    return render_template(
        "meetings/minutes_edit.html",
        at=at(desk),
        meeting=meeting,
        minutes=minutes,
        content=content,
        agenda=agenda,
        chair=chair_of(meeting),
        invited=list_invitations(session, meeting),
        members=members,
        gone=unit_names(session, meeting.tenant_id, named - present) if named - present else {},
        settled=ordered_ids(session, meeting.tenant_id, [x.id for x in content.lines]),
        dues=_dues(content.lines),
        base=base,
        draft=draft,
        problems=dict(problems or {}),
        overtaken=overtaken,
        differs=compare(theirs, content, {a.id: a.title for a in agenda}, session, meeting.tenant_id)
        if theirs
        else (),
        longest=typed,
        editions=list_editions(session, minutes)[-1:] if minutes else (),
    )


def _dues(lines: Sequence[typed.Line]) -> list[Any]:
    """Where each limit would end if the chair signed now, and why; None where there is none to be counted."""
    calendar, found = load_calendar(the_session()), []
    for line in lines:
        try:
            rule = rule_of(typed.day_of(line), typed.days_of(line))
        except Unusable:
            rule = None
        found.append(reach(rule, now(), calendar) if rule else None)
    return found
