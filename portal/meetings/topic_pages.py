"""Pages of topics: the list, applying, one topic with every step, the office's opinion, the convenors' decision."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, redirect, render_template, request

from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.documents.drafts import drop_draft, list_drafts
from portal.meetings import topics, typed
from portal.meetings.forms import DecisionForm, TopicForm
from portal.meetings.models import Topic
from portal.meetings.services import is_office, label_of, oversees, own_units, unit_names, writing_units
from portal.meetings.topics import LIGHTS, NONE, STATES, STEPS, State
from portal.meetings.views import at, blueprint, link
from portal.units.bodies import MemberUnit, list_members
from portal.units.models import Unit
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import Unusable, clean_text, row_id

ID = "<int(max=9223372036854775807):topic_id>"
DRAFT = "topic"
TYPED = ("title", "grounds", "wished")


def members() -> list[MemberUnit]:
    return list_members(the_session(), the_desk().mechanism_id, now().astimezone(SHANGHAI).date())


def _applicants() -> dict[int, str]:
    """For whom the reader may apply: units by id, the office as 0."""
    desk = the_desk()
    if Right.TOPIC_FILE not in desk.rights:
        return {}
    if is_office(desk):
        return {0: desk.office_name}
    own = writing_units(desk)
    return {m.unit_id: m.full_name for m in members() if m.unit_id in own} if own else {}


@blueprint.get("/<tenant>/<campaign>/topics", endpoint="topics")
@require(Right.MEETING_READ)
def topic_list() -> Any:
    desk, session = the_desk(), the_session()
    if not (oversees(desk) or own_units(desk)):
        raise NotAllowed(_("议题由成员单位、办公室和召集人查看。"))
    given = request.args.get("state", "")
    state = State(given) if given in set(State) else None
    page = max(min(row_id(request.args.get("page", "")), 1000), 1)
    rows, more = topics.list_topics(session, desk, state=state, page=page)
    by = _applicants()
    drafts = list_drafts(
        session, mechanism_id=desk.mechanism_id, unit_ids=[u for u in by if u], office=0 in by, kinds=[DRAFT]
    ) if by else []  # fmt: skip
    return render_template(
        "meetings/topics.html", at=at(desk), rows=rows, more=more, page=page, state=state, states=STATES, lights=LIGHTS,
        state_of=topics.state_of, may_file=bool(by), drafts=drafts, several=oversees(desk),
        decided=_decided, meetings=topics.meetings_of(session, desk, [row.topic.id for row in rows]),
    )  # fmt: skip


def _decided(topic: Topic) -> Text:
    if not topic.decision:
        return Text("")
    return _("不召开会议") if topic.decision == NONE else label_of(the_campaign(), topic.decision)


@blueprint.route("/<tenant>/<campaign>/topics/new", methods=["GET", "POST"])
@require(Right.TOPIC_FILE)
def new_topic() -> Any:
    desk, by, form = the_desk(), _applicants(), TopicForm()
    if not by:
        raise NotAllowed(_("本单位已不在成员单位名单中。"))
    form.unit.choices = list(by.items())
    if request.method == "GET":
        form.unit.data = next(iter(by))
        draft = typed.wanted(DRAFT, by)
        form.request_key.data, form.version.data = secrets.token_urlsafe(18), 0
        if draft is not None:
            form.unit.data, form.request_key.data, form.version.data = (
                draft.unit_id or 0,
                draft.subject,
                draft.version,
            )
            for name in TYPED:
                form[name].data = draft.content.get(name, "")
        return _form_page(form, draft.saved_at if draft else None)
    valid = form.validate()
    if form.unit.data not in by:
        form.unit.errors, valid = [str(translate(_("请选择提出单位。")))], False
    if not valid:
        return _form_page(form), 422
    unit_id = form.unit.data or None
    try:
        topic = topics.file_topic(
            the_session(), the_actor(), now(), desk=desk, unit_id=unit_id, entry=form.entry(),
            request_key=form.request_key.data or "",
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        problems = typed.show_refusal(form, error, "topic:new")
        return _form_page(form, problems=problems), 409 if isinstance(error, Conflict) else 422
    drop_draft(
        the_session(), mechanism_id=desk.mechanism_id, unit_id=unit_id, kind=DRAFT, subject=topic.request_key
    )
    if unit_id is not None:
        topics.tell_office(the_session(), the_actor(), now(), topic, _link(topic))
    flash(
        str(translate(_("已报召集人。") if unit_id is None else _("已交办公室审核，每一步都会告知。"))),
        "done",
    )
    return _to(topic)


def _form_page(form: TopicForm, saved_at: Any = None, problems: Any = (), topic: Topic | None = None) -> str:
    return render_template(
        "meetings/topic_form.html",
        at=at(the_desk()),
        form=form,
        saved_at=saved_at,
        problems=problems,
        topic=topic,
    )


@blueprint.post("/<tenant>/<campaign>/topics/draft")
@require(Right.TOPIC_FILE)
def save_topic_draft() -> Any:
    """The page saves itself."""
    return typed.keep(DRAFT, TYPED)


def _link(topic: Topic) -> str:
    return link(the_desk(), "topic", topic_id=topic.id)


def _to(topic: Topic) -> Any:
    return redirect(_link(topic), 303)


@blueprint.get(f"/<tenant>/<campaign>/topics/{ID}")
@require(Right.MEETING_READ)
def topic(topic_id: int) -> Any:
    return _page(topics.get_topic(the_session(), the_desk(), topic_id))


def _page(
    found: Topic, form: DecisionForm | None = None, problem: Any = None, opinion: str = "", status: int = 200
) -> Any:
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    state = topics.state_of(found)
    decides = Right.TOPIC_DECIDE in desk.rights and state is State.PASSED_ON
    form = form or DecisionForm()
    form.decision.choices = topics.offered_decisions(campaign)
    names = unit_names(session, desk.tenant_id, found.decision_unit_ids) if found.decision_unit_ids else {}
    unit = session.get(Unit, (found.tenant_id, found.unit_id)) if found.unit_id else None
    page = render_template(
        "meetings/topic.html", at=at(desk), topic=found, unit=unit, state=state, states=STATES, lights=LIGHTS, steps=STEPS,
        decides=decides, form=form, members=members() if decides else [], problem=problem, opinion=opinion,
        reviews=is_office(desk) and state is State.FILED, decided=_decided(found), names=list(names.values()),
        applicant=topics.may_write(desk, found), meeting=topics.meetings_of(session, desk, [found.id]).get(found.id),
        may_call=is_office(desk) and state is State.DECIDED,
        may_take_back=state in ((State.FILED, State.RETURNED) if found.unit_id else (State.PASSED_ON,)),
    )  # fmt: skip
    return page, status


@blueprint.post(f"/<tenant>/<campaign>/topics/{ID}/review")
@require(Right.MEETING_HOLD)
def review_topic(topic_id: int) -> Any:
    """The office passes on, or returns."""
    desk, session = the_desk(), the_session()
    found, given = topics.get_topic(session, desk, topic_id), request.form.get("opinion", "")
    returns = request.form.get("step") == "return"
    try:
        text = clean_text(given, 500, lines=True)
        if returns:
            topics.return_topic(
                session, the_actor(), now(), desk=desk, topic=found, why=text, link=_link(found)
            )
        else:
            topics.pass_on(
                session, the_actor(), now(), desk=desk, topic=found, opinion=text, link=_link(found)
            )
    except Unusable as error:
        return _page(found, problem=error.message, opinion=given, status=422)
    except Invalid as error:
        typed.note_refused(f"topic:{topic_id}", error)
        return _page(_again(topic_id), problem=next(iter(error.problems.values())), opinion=given, status=422)
    except Conflict as error:
        session.rollback()
        return _page(_again(topic_id), problem=error.message, opinion=given, status=409)
    flash(str(translate(_("已退回提出单位。") if returns else _("已报召集人决定。"))), "done")
    return _to(found)


def _again(topic_id: int) -> Topic:
    return topics.get_topic(the_session(), the_desk(), topic_id)


@blueprint.post(f"/<tenant>/<campaign>/topics/{ID}/decide")
@require(Right.TOPIC_DECIDE)
def decide_topic(topic_id: int) -> Any:
    desk, session, form = the_desk(), the_session(), DecisionForm()
    found = topics.get_topic(session, desk, topic_id)
    if not form.validate():
        return _page(found, form, status=422)
    try:
        topics.decide(
            session, the_actor(), now(), desk=desk, campaign=the_campaign(), topic=found, decision=form.decision.data or "",
            unit_ids=form.units.data or (), members=[m.unit_id for m in members()], why=form.why.data or "", link=_link(found),
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        problems = typed.show_refusal(form, error, f"topic:{topic_id}")
        return _page(
            _again(topic_id),
            form,
            problems[0] if problems else None,
            status=409 if isinstance(error, Conflict) else 422,
        )
    flash(str(translate(Message(_("已决定：%(what)s。"), what=_decided(found)))), "done")
    return _to(found)


@blueprint.route(f"/<tenant>/<campaign>/topics/{ID}/edit", methods=["GET", "POST"])
@require(Right.TOPIC_FILE)
def edit_topic(topic_id: int) -> Any:
    """What the office returned is put right and filed again."""
    desk, session, form = the_desk(), the_session(), TopicForm()
    found = topics.get_topic(session, desk, topic_id)
    if not topics.may_write(desk, found):
        raise NotFound
    form.unit.choices = [(found.unit_id or 0, "")]
    form.unit.data = found.unit_id or 0
    if request.method == "GET":
        form.title.data, form.grounds.data, form.wished.data = found.title, found.grounds, found.wished
        form.request_key.data = found.request_key
        return _form_page(form, topic=found)
    if not form.validate():
        return _form_page(form, topic=found), 422
    try:
        topics.file_again(session, the_actor(), now(), desk=desk, topic=found, entry=form.entry())
    except (Invalid, Conflict) as error:
        problems = typed.show_refusal(form, error, f"topic:{topic_id}")
        return _form_page(form, problems=problems, topic=_again(topic_id)), 409 if isinstance(
            error, Conflict
        ) else 422
    topics.tell_office(session, the_actor(), now(), found, _link(found))
    flash(str(translate(_("已重新提出，交办公室审核。"))), "done")
    return _to(found)


@blueprint.post(f"/<tenant>/<campaign>/topics/{ID}/take-back")
@require(Right.TOPIC_FILE)
def take_back_topic(topic_id: int) -> Any:
    desk, session = the_desk(), the_session()
    found = topics.get_topic(session, desk, topic_id)
    topics.take_back(session, the_actor(), now(), desk=desk, topic=found)
    flash(str(translate(_("已撤回。"))), "done")
    return _to(found)
