"""An application on its page: what it stands on, what is missing, the calculation, and the one next step."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file

from portal.campaigns.sources import Clause
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.deadlines.services import explain
from portal.deadlines.state import state_of
from portal.ledger.models import Record
from portal.rewards import documents, flow, materials, services
from portal.rewards.access import Opened, open_application
from portal.rewards.handling import clock_of, is_own, show_fen
from portal.rewards.panels import panels_of
from portal.rewards.sheet import fen_of, inputs_of, said, tier_of
from portal.rewards.states import DECIDED, KINDS, LIGHTS, STATES, WITH_UNIT, Kind, State
from portal.rewards.views import ID, at, blueprint, link
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.declared import show_value

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAPERS: dict[str, Text] = {
    documents.APPLICATION: _("申请表"),
    documents.APPROVAL: _("审批表"),
    documents.NOTICE: _("发放通知单"),
}


def get_opened(application_id: int) -> Opened:
    return open_application(the_session(), the_desk(), the_campaign(), application_id)


@blueprint.route(
    "/<tenant>/<campaign>/rewards/new/<int(max=9223372036854775807):record_id>", methods=["GET", "POST"]
)
@require(Right.REWARD_APPLY)
def new(record_id: int) -> Any:
    """The conditions of one case; posting opens the application."""
    desk, session = the_desk(), the_session()
    case = services.find_case(session, desk, the_campaign(), record_id, now())
    if case.existing is not None:
        return redirect(link(desk.tenant_id, case.existing.id), 303)
    problem: Any = None
    status = 200
    if request.method == "POST":
        try:
            found = services.start(session, the_actor(), now(), desk=desk, case=case)
            flash(str(translate(_("已建立申请，请备齐材料后报送。"))), "done")
            return redirect(link(desk.tenant_id, found.id), 303)
        except Invalid as error:
            problem, status = next(iter(error.problems.values())), 422
        except Conflict as error:
            problem, status = error.message, 409
        session.rollback()
        case = services.find_case(session, desk, the_campaign(), record_id, now())
    page = render_template(
        "rewards/new.html", at=at(desk), campaign=the_campaign(), case=case, problem=problem, judged=case.judged,
        clause_of=_clause_of, sheet=case.judged.sheet, said=said, show_fen=show_fen, fen_of=fen_of, facts=_facts_of(case.scheme.key, case.entry.values),
        tier=tier_of(case.scheme, case.judged.sheet["value"]["tier"]) if case.judged.sheet else None,
    )  # fmt: skip
    return page, status


def _facts_of(scheme_key: str, values: Any) -> list[tuple[Text, str]]:
    """Label and value of what goes into the calculation, as the ledger shows them."""
    campaign = the_campaign()
    scheme = next((s for s in campaign.rewards if s.key == scheme_key), None)
    ledger = campaign.ledger(scheme.ledger) if scheme else None
    if scheme is None or ledger is None:
        return []
    fields = {f.key: f for f in ledger.fields}
    return [
        (f.label, show_value(f, values.get(k), campaign) + (f" {translate(f.unit)}" if f.unit and values.get(k) else ""))
        for k in scheme.shown
        if (f := fields.get(k)) is not None
    ]  # fmt: skip


@blueprint.get(f"/<tenant>/<campaign>/rewards/{ID}")
@require(Right.REWARD_READ)
def application(application_id: int) -> Any:
    return show_application(get_opened(application_id))


def show_application(
    opened: Opened, typed: tuple[str, Any, dict[str, Any]] | None = None, problem: Any = None
) -> str:
    """``typed``: key of the step, what was typed, problems by field; ``problem``: of the whole page."""
    session, desk, campaign, found, scheme = (
        the_session(), the_desk(), the_campaign(), opened.found, opened.scheme,
    )  # fmt: skip
    state = State(found.state)
    open_ = state in WITH_UNIT and scheme is not None and opened.mine
    judged, library, digest = None, {}, ""
    if open_ and scheme is not None:
        entry, judged = services.judge_again(session, campaign, opened, now())
        library = materials.library_of(session, found.tenant_id, found.record_id)
        digest = services.digest_of(scheme, entry.values)
    sheet = judged.sheet if judged is not None else found.sheet or None
    steps = flow.list_steps(session, found)
    clock = clock_of(session, opened)
    tier = tier_of(scheme, sheet["value"]["tier"]) if sheet and scheme else None
    own_tier = tier is not None and is_own(session, opened, tier)
    confirmed = next(
        (s for s in reversed(steps) if s.kind == Kind.CONFIRMED and s.facts.get("digest") == digest), None
    )
    values = entry.values if open_ and scheme is not None else found.facts
    panels = panels_of(opened, judged, sheet, confirmed, own_tier, clock, now(), the_actor().account_id)
    return render_template(
        "rewards/application.html", at=at(desk), campaign=campaign, opened=opened, found=found, scheme=scheme,
        state=state, states=STATES, lights=LIGHTS, kinds=KINDS, Kind=Kind, judged=judged, library=library, sheet=sheet,
        tier=tier, own_tier=own_tier, steps=steps, said=said, show_fen=show_fen, fen_of=fen_of, facts=_facts_of(found.scheme, values),
        open=open_, confirmed=confirmed, panels=panels, typed=typed, problem=problem, clause_of=_clause_of,
        clock=clock and (clock, state_of(clock.started_at, clock.due_at, clock.met_at, now()), explain(clock)),
        papers=[(k, PAPERS[k]) for k in documents.offered(opened)], here=found.tenant_id == desk.tenant_id,
        paper_offered=scheme is not None and state is State.APPROVED and "prepare" in opened.hands
        and Right.PAPER_WRITE in desk.rights,
        changed=_changed(opened), decided=state in DECIDED, today=now().astimezone(SHANGHAI).date().isoformat(),
    )  # fmt: skip


def _clause_of(kept: list[str]) -> Clause:
    source, article, note = kept
    return Clause(source=source, article=Text(article), note=Text(note) if note else None)


def _changed(opened: Opened) -> bool:
    """Whether the entry says otherwise than the sheet that was sent; asked while it can still be given back."""
    found, scheme = opened.found, opened.scheme
    if scheme is None or State(found.state) not in (
        State.SENT,
        State.PREPARED,
        State.REVIEWED,
        State.SENT_UP,
    ):
        return False
    if found.tenant_id != the_desk().tenant_id:
        return False
    entry = the_session().get(Record, (found.tenant_id, found.record_id))
    return entry is not None and any(entry.values.get(k) != v for k, v in found.facts.items())


@blueprint.get(f"/<tenant>/<campaign>/rewards/{ID}/papers/<key>")
@require(Right.REWARD_READ, writes=True)
def paper(application_id: int, key: str) -> Any:
    """A paper of the application as .docx, with what is known of it now."""
    session, opened = the_session(), get_opened(application_id)
    drawn = None
    if (
        key == documents.APPLICATION
        and opened.scheme
        and State(opened.found.state) in WITH_UNIT
        and opened.mine
    ):
        entry, judged = services.judge_again(session, the_campaign(), opened, now())
        drawn = inputs_of(opened.scheme, entry.values), judged.sheet or {}
    day = now().astimezone(SHANGHAI).date()
    title, content = documents.write_form(session, opened, the_campaign(), key, day, drawn)
    record(session, Act.REWARD_PAPER, flow.subject_of(application_id), the_actor(), now(), {"paper": key})
    name = str(Message(Text("%(title)s %(case)s.docx"), title=title, case=opened.found.record_number))
    return send_file(BytesIO(content), DOCX, as_attachment=True, download_name=name)
