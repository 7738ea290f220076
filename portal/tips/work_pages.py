"""The work on tips over the wire: the list, the page of one, its steps."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.campaigns.tips import Tips
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.deadlines.limits import show_end
from portal.deadlines.services import deadlines_of, explain
from portal.deadlines.state import state_of
from portal.documents.attachments import list_attached
from portal.documents.marks import SecretText, note_refused_text
from portal.ledger.models import Record
from portal.tips import duplicates, listing, steps
from portal.tips.access import find_tip, handles, is_office, own_units
from portal.tips.awards import STATES, find_award, rule_of, why_not
from portal.tips.forms import StepForm
from portal.tips.identity import find_identity
from portal.tips.models import Outcome, Stage, Tip
from portal.tips.services import ANSWER, CHECK, OPEN, OUTCOMES, PAY, STAGES, list_events, subject_of
from portal.tips.story import KINDS
from portal.tips.views import ID, at, blueprint
from portal.units.models import Unit
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_reader, the_session
from portal.web.declared import show_value
from portal.web.inputs import row_id

Does = Callable[[Tip, StepForm], Message | Text]


def the_tips() -> Tips:
    declared = the_campaign().tips
    if declared is None:
        raise NotFound
    return declared


def link(tip_id: int) -> str:
    return url_for("tips.detail", tip_id=tip_id, **at(the_desk()))


def say(text: Message | Text) -> None:
    flash(str(translate(text)), "done")


@blueprint.get("/<tenant>/<campaign>/tips")
@require(Right.TIP_HANDLE)
def index() -> Any:
    the_tips()
    desk, given = the_desk(), request.args
    state, text = given.get("state", ""), given.get("q", "").replace("\0", "").strip()[:60]
    page = min(max(row_id(given.get("page", "1")), 1), listing.MAX_PAGE)
    state = state if state in listing.FILTERS else ""
    rows, more = listing.list_tips(the_session(), desk, state=state, text=text, page=page, now=now())
    return render_template(
        "tips/index.html", at=at(desk), rows=rows, more=more, page=page, state=state, text=text,
        states=listing.FILTERS, stages=STAGES, outcomes=OUTCOMES, office=is_office(desk),
        args={k: v for k, v in (("state", state), ("q", text)) if v},
    )  # fmt: skip


@blueprint.get(f"/<tenant>/<campaign>/tips/{ID}")
@require(Right.TIP_HANDLE)
def detail(tip_id: int) -> Any:
    return show_tip(find_tip(the_session(), the_desk(), tip_id))


def show_tip(
    tip: Tip, step: str = "", form: StepForm | None = None, problem: Message | Text | str = "",
    person: Mapping[str, str] | None = None, full: bool = False,
) -> str:  # fmt: skip
    """``step`` and ``form``: what was not taken; its panel stands open. ``person``: who told, once; ``full``: sensitive
    values as they are, once."""
    desk, session, declared, moment = the_desk(), the_session(), the_tips(), now()
    clocks = deadlines_of(session, tip.tenant_id, [subject_of(tip)]).get(subject_of(tip), [])
    unit = session.get(Unit, (tip.tenant_id, tip.unit_id)) if tip.unit_id is not None else None
    entry = session.get(Record, (tip.tenant_id, tip.record_id)) if tip.record_id is not None else None
    first = session.get(Tip, (tip.tenant_id, tip.joined_id)) if tip.joined_id is not None else None
    given = tip.content.get("values", {})
    shown = [
        (
            f,
            str(v)
            if full and f.sensitive
            else show_value(f, str(v) if isinstance(v, str) else v, the_campaign()),
        )
        for f in declared.fields
        if (v := given.get(f.key)) is not None
    ]
    receivers = steps.list_receivers(session, declared, tip.mechanism_id, moment)
    return render_template(
        "tips/detail.html", at=at(desk), tip=tip, content=tip.content, shown=shown, unit=unit, record=entry, first=first,
        stage=Stage(tip.stage), stages=STAGES, outcomes=OUTCOMES, office=is_office(desk), hand=handles(desk, tip),
        clocks=[(c, state_of(c.started_at, c.due_at, c.met_at, moment), show_end(c.started_at, c.due_at), explain(c)) for c in clocks],
        late={c.rule for c in clocks if c.met_at is None and moment > c.due_at}, CHECK=CHECK, ANSWER=ANSWER, PAY=PAY,
        near=[n for n in duplicates.list_near(session, tip) if n.joined_id != tip.id and n.id != tip.joined_id]
        if is_office(desk) else [],
        joined=duplicates.list_joined(session, tip), events=list_events(session, tip), kinds=KINDS,
        files=list_attached(session, subject_of(tip)), form=form or StepForm(formdata=None), blank=StepForm(formdata=None),
        step=step, problem=problem,
        receivers=receivers, units=own_units(desk), identity=find_identity(session, tip), person=person,
        own_draft=tip.drafted_by_id == the_reader().account_id, open_=tip.stage in OPEN, award=find_award(session, tip),
        award_states=STATES, why_no_award=why_not(session, tip), rule=rule_of(session, tip),
        keepers=steps.choose_keeper(session, the_campaign(), tip, [m.unit_id for m in receivers] if is_office(desk) else own_units(desk), moment),
        masked=not full and any(f.sensitive for f, _shown in shown), request_key=secrets.token_urlsafe(18), Outcome=Outcome, today=moment.astimezone(SHANGHAI).date(),
    )  # fmt: skip


def _take(tip_id: int, step: str, act: Does, *, office: bool | None = None) -> Any:
    """``office`` True = only the office takes the step, False = only a unit, None = whoever handles the tip."""
    session, desk, form = the_session(), the_desk(), StepForm()
    tip = find_tip(session, desk, tip_id)
    allowed = (
        is_office(desk)
        if office
        else tip.unit_id in own_units(desk)
        if office is False
        else handles(desk, tip)
    )
    if not allowed:
        raise NotAllowed
    if not form.validate():
        return show_tip(tip, step, form), 422
    try:
        said = act(tip, form)
    except Invalid as error:
        form.tell(error.problems)
        session.rollback()
        if isinstance(error, SecretText):
            note_refused_text(session, the_actor(), now(), f"tip:{tip_id}", error)
            session.commit()
        return show_tip(find_tip(session, desk, tip_id), step, form), 422
    except Conflict as error:
        session.rollback()
        return show_tip(find_tip(session, desk, tip_id), step, form, error.message), 409
    say(said)
    return redirect(link(tip_id) if _still(tip) else url_for("tips.index", **at(desk)), 303)


def _still(tip: Tip) -> bool:
    """A unit that sent a tip back does not see it any more."""
    return is_office(the_desk()) or tip.unit_id in own_units(the_desk())


@blueprint.post(f"/<tenant>/<campaign>/tips/{ID}/check")
@require(Right.TIP_HANDLE)
def check(tip_id: int) -> Any:
    def act(tip: Tip, form: StepForm) -> Text:
        if form.outcome.data not in list(Outcome):
            raise Invalid({"outcome": _("请选择初查结论。")})
        steps.check(
            the_session(), the_actor(), now(), tip=tip, outcome=Outcome(form.outcome.data), title=form.title.data or "",
            words=form.words.data or "", moved_to=form.moved_to.data or "", late_reason=form.late_reason.data or "",
        )  # fmt: skip
        return _("已记录初查结论。")

    return _take(tip_id, "check", act, office=True)


@blueprint.post(f"/<tenant>/<campaign>/tips/{ID}/pass")
@require(Right.TIP_HANDLE)
def pass_on(tip_id: int) -> Any:
    def act(tip: Tip, form: StepForm) -> Text:
        steps.pass_on(
            the_session(), the_actor(), now(), tip=tip, tips=the_tips(), unit_id=row_id(form.unit.data),
            words=form.words.data or "", link=link(tip_id),
        )  # fmt: skip
        return _("已转承办单位，已发通知。举报人信息从现在起只有承办单位可以查看。")

    return _take(tip_id, "pass", act, office=True)


@blueprint.post(f"/<tenant>/<campaign>/tips/{ID}/back")
@require(Right.TIP_HANDLE)
def send_back(tip_id: int) -> Any:
    def act(tip: Tip, form: StepForm) -> Text:
        steps.send_back(
            the_session(), the_actor(), now(), tip=tip, words=form.words.data or "", link=link(tip_id)
        )
        return _("已退回办公室。")

    return _take(tip_id, "back", act, office=False)


@blueprint.post(f"/<tenant>/<campaign>/tips/{ID}/enter")
@require(Right.TIP_HANDLE)
def enter(tip_id: int) -> Any:
    def act(tip: Tip, form: StepForm) -> Message:
        unit_id = row_id(form.unit.data)
        if not is_office(the_desk()) and unit_id not in own_units(the_desk()):
            raise NotFound
        made = steps.enter_ledger(
            the_session(), the_actor(), now(), tip=tip, campaign=the_campaign(), unit_id=unit_id
        )
        return Message(_("已登记台账 %(number)s，请补全内容。"), number=made.number)

    return _take(tip_id, "enter", act)


@blueprint.post(f"/<tenant>/<campaign>/tips/{ID}/ask")
@require(Right.TIP_HANDLE)
def ask(tip_id: int) -> Any:
    def act(tip: Tip, form: StepForm) -> Text:
        steps.ask(
            the_session(), the_actor(), now(), tip=tip, text=form.text.data or "",
            request_key=form.request_key.data or secrets.token_urlsafe(18),
        )  # fmt: skip
        return _("问题已放在举报人的查询页上。")

    return _take(tip_id, "ask", act)


@blueprint.post(f"/<tenant>/<campaign>/tips/{ID}/draft")
@require(Right.TIP_HANDLE)
def draft(tip_id: int) -> Any:
    def act(tip: Tip, form: StepForm) -> Text:
        steps.draft_answer(
            the_session(), the_actor(), now(), tip=tip, text=form.text.data or "", link=link(tip_id)
        )
        return _("已拟答复，等待办公室另一人审核发布。")

    return _take(tip_id, "draft", act)


@blueprint.post(f"/<tenant>/<campaign>/tips/{ID}/return")
@require(Right.TIP_HANDLE)
def return_answer(tip_id: int) -> Any:
    def act(tip: Tip, form: StepForm) -> Text:
        steps.return_answer(
            the_session(), the_actor(), now(), tip=tip, words=form.words.data or "", link=link(tip_id)
        )
        return _("已退回修改。")

    return _take(tip_id, "return", act, office=True)


@blueprint.post(f"/<tenant>/<campaign>/tips/{ID}/release")
@require(Right.TIP_HANDLE)
def release(tip_id: int) -> Any:
    def act(tip: Tip, form: StepForm) -> Message:
        count = steps.release_answer(
            the_session(), the_actor(), now(), tip=tip, late_reason=form.late_reason.data or "",
            read=row_id(form.other.data) or None,
        )  # fmt: skip
        return Message(_("已发布答复，共答复 %(n)s 件。"), n=count)

    return _take(tip_id, "release", act, office=True)


@blueprint.post(f"/<tenant>/<campaign>/tips/{ID}/join")
@require(Right.TIP_HANDLE)
def join(tip_id: int) -> Any:
    def act(tip: Tip, form: StepForm) -> Message:
        other = find_tip(the_session(), the_desk(), row_id(form.other.data))
        first, later = duplicates.join(
            the_session(), the_actor(), now(), tip=tip, other=other, late_reason=form.late_reason.data or ""
        )
        return Message(_("%(later)s 已并入首报 %(first)s。"), later=later.number, first=first.number)

    return _take(tip_id, "join", act, office=True)
