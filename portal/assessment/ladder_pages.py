"""Pages of the ladder: what the portal proposes, the measures one may know of, and one with its evidence and story."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for

from portal.assessment import ladder, ladder_talks
from portal.assessment.ladder_access import (
    Seat,
    decider_missing,
    decider_units,
    decides,
    find_rung,
    get_measure,
    has_step,
    is_ready,
    kind_of,
    standing,
    take_seat,
)
from portal.assessment.ladder_derived import Proposal, ended_periods, list_proposals
from portal.assessment.ladder_forms import ProposeForm
from portal.assessment.ladder_lists import MAX_PAGE, Filters, list_measures
from portal.assessment.models import Measure, MeasureState
from portal.assessment.views import at, blueprint
from portal.campaigns.oversight import DATED, LASTING, RungKind
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.deadlines.limits import explain_span
from portal.documents.attachments import list_attached
from portal.duties.obligations import Item, find_obligation
from portal.duties.reading import Ask, read_items
from portal.papers.templates import list_templates
from portal.tenants.calendar import load_calendar
from portal.units.models import Unit
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import row_id

ID = "<int(max=9223372036854775807):measure_id>"
STATES: dict[str, Text] = {"open": _("待决定"), "decided": _("已采取"), "dropped": _("不提出")}


def the_seat() -> Seat:
    return take_seat(the_session(), the_desk(), the_campaign(), now().astimezone(SHANGHAI).date())


def link(measure_id: int) -> str:
    return url_for("assessment.measure", measure_id=measure_id, **at(the_desk()))


def _filters(seat: Seat) -> Filters:
    args, keys = request.args, {r.key for r in the_campaign().oversight.ladder}
    state, rung = args.get("state", ""), args.get("rung", "")
    return Filters(
        state=state if state in STATES and (state != "dropped" or seat.sees_all) else "",
        rung=rung if rung in keys else "",
        unit_id=row_id(args.get("unit", "")) if seat.sees_all else 0,
        page=min(max(row_id(args.get("page", "")), 1), MAX_PAGE),
    )


@blueprint.get("/<tenant>/<campaign>/assessment/ladder", endpoint="ladder")
@require(Right.ASSESS_READ)
def ladder_list() -> Any:
    seat, campaign, session = the_seat(), the_campaign(), the_session()
    filters = _filters(seat)
    rows, more = list_measures(session, seat, filters)
    given = {"state": filters.state, "rung": filters.rung, "unit": filters.unit_id}
    derived: list[Proposal] = []
    if seat.oversees:
        derived = list_proposals(session, the_desk().mechanism_id, campaign, now())
    return render_template(
        "assessment/ladder.html", at=at(the_desk()), declared=campaign, seat=seat, filters=filters, rows=rows, more=more,
        args={k: v for k, v in given.items() if v}, states=STATES, derived=derived, stands=_stands, skips=_skips(derived, seat),
        keys=[secrets.token_urlsafe(18) for _row in derived], watched=_watched(), members=seat.members,
    )  # fmt: skip


def _stands(row: Any) -> tuple[str, Message | Text]:
    rung = find_rung(the_campaign(), row.rung)
    return standing(row, rung.kind if rung else RungKind.CIRCULAR, now())


def _watched() -> list[Text]:
    campaign = the_campaign()
    return [o.label for key in campaign.oversight.watched if (o := find_obligation(campaign, key))]


def _skips(derived: list[Proposal], seat: Seat) -> set[tuple[int, str]]:
    """(unit, rung) of rows that need a reason, because the step before was not taken; one statement."""
    if not seat.office or not derived:
        return set()
    done: dict[int, set[str]] = {}
    for unit_id, rung in ladder.all_steps(the_session(), the_desk().mechanism_id, now()):
        done.setdefault(unit_id, set()).add(rung)
    campaign = the_campaign()
    return {
        (p.unit_id, p.rung.key) for p in derived if not has_step(done.get(p.unit_id, ()), campaign, p.rung)
    }


# --------------------------------------------------------------------------------------------------- propose
def find_derived(key: str) -> Proposal | None:
    """The row ``unit:obligation:period`` that the portal proposes now."""
    unit, _colon, mark = key.partition(":")
    units = frozenset({row_id(unit)})
    found = list_proposals(the_session(), the_desk().mechanism_id, the_campaign(), now(), units)
    return next((p for p in found if p.mark == mark), None)


@blueprint.route("/<tenant>/<campaign>/assessment/ladder/new", methods=["GET", "POST"])
@require(Right.ASSESS_SET)
def propose() -> Any:
    campaign, seat = the_campaign(), the_seat()
    if not campaign.oversight.ladder:
        raise NotAllowed(_("本专项没有规定督促措施。"))
    form = ProposeForm()
    form.unit.choices = [(0, str(translate(_("请选择"))))] + [(m.unit_id, m.full_name) for m in seat.members]
    form.rung.choices = [(r.key, str(translate(r.label))) for r in campaign.oversight.ladder]
    form.trigger.choices = [("", str(translate(_("其他"))))] + [(t.key, str(translate(t.label))) for t in campaign.oversight.triggers]  # fmt: skip
    wanted = request.args.get("derived", "") if request.method == "GET" else form.derived.data or ""
    derived = find_derived(wanted) if wanted else None
    if request.method == "GET":
        form.request_key.data, form.days.data = secrets.token_urlsafe(18), ladder.OBJECT_DAYS
        form.unit.data = row_id(request.args.get("unit", ""))
        if derived is not None:
            form.derived.data, form.unit.data, form.rung.data = wanted, derived.unit_id, derived.rung.key
            form.reason.data = str(derived.sentence)
        return _propose_page(form, derived)
    if form.validate():
        try:
            if wanted and (derived is None or derived.unit_id != form.unit.data):
                raise Conflict(_("该建议已由他人办理，或单位已补登记录，请刷新页面查看。"))
            session = the_session()
            found = ladder.propose(
                session, the_actor(), now(), seat=seat, campaign=campaign, draft=form.draft(), derived=derived,
                calendar=load_calendar(session), request_key=form.request_key.data or "", link=link,
            )  # fmt: skip
            flash(str(translate(_("已提出并告知单位，申辩期届满或单位答复后由有权人员决定。"))), "done")
            return redirect(link(found.id), 303)
        except Invalid as error:
            for key, message in error.problems.items():
                form[key].errors = [str(translate(message))]
    return _propose_page(form, derived), 422


def _propose_page(form: ProposeForm, derived: Proposal | None) -> str:
    return render_template(
        "assessment/propose.html", at=at(the_desk()), declared=the_campaign(), form=form, derived=derived,
        members=the_seat().members, limits=(ladder.FEWEST_DAYS, ladder.MOST_DAYS),
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------- detail
@blueprint.get(f"/<tenant>/<campaign>/assessment/ladder/{ID}")
@require(Right.ASSESS_READ)
def measure(measure_id: int) -> Any:
    seat = the_seat()
    return detail_page(seat, get_measure(the_session(), seat, measure_id))


def detail_page(
    seat: Seat,
    found: Measure,
    problems: Mapping[str, Message | Text] | None = None,
    step: str = "",
    status: int = 200,
) -> Any:
    session, campaign, moment = the_session(), the_campaign(), now()
    kind = kind_of(campaign, found)
    unit = session.get_one(Unit, (found.tenant_id, found.unit_id))
    ready = is_ready(found, moment)
    me = the_actor().account_id
    may_decide = decides(seat, found) and found.unit_id not in seat.leads and me != found.answered_by_id
    page = render_template(
        "assessment/measure.html", at=at(the_desk()), declared=campaign, found=found, unit=unit, seat=seat, kind=kind,
        rung=find_rung(campaign, found.rung), trigger=next((t for t in campaign.oversight.triggers if t.key == found.trigger), None),
        stand=standing(found, kind, moment), ready=ready, own=found.unit_id in seat.own,
        evidence=_evidence(found), files=list_attached(session, f"measure:{found.id}"),
        why=explain_span(found.object_span, found.proposed_at, found.object_by, False) if found.object_span else (),
        deciders=decider_units(found, seat.members), missing=decider_missing(found, seat.members),
        may_decide=may_decide, proposer=the_actor().account_id == found.proposed_by_id,
        open=found.state == MeasureState.PROPOSED, confirmed=found.state == MeasureState.CONFIRMED,
        lasting=kind in LASTING, dated=kind in DATED, talk=ladder_talks.find_talk(session, found) if kind is RungKind.INTERVIEW else None,
        interview=kind is RungKind.INTERVIEW, problems=problems or {}, step=step, typed=request.form if problems else {},
        paper=_paper(found, seat), order=_order(found, seat), lengths=(ladder.REASON, ladder_talks.WORDS),
    )  # fmt: skip
    return page, status


def _evidence(found: Measure) -> list[tuple[Any, str, Item | None]]:
    """(words, address, how the period stands today) of each line; a miss that was made good since is seen as such."""
    campaign, periods = the_campaign(), set(found.periods)
    obligation = find_obligation(campaign, found.obligation) if periods else None
    items: dict[str, Item] = {}
    if obligation is not None:
        ask = Ask(found.mechanism_id, campaign, frozenset({found.unit_id}), keys=frozenset({obligation.key}))
        rows = read_items(
            the_session(), now(), [ask],
            lambda _c, o: [p for p in ended_periods(campaign, o, now().astimezone(SHANGHAI).date()) if p.key in periods],
        )  # fmt: skip
        items = {i.period.key: i for i in rows}
    lines: list[tuple[Any, str, Item | None]] = []
    for line in found.evidence:
        key = line.get("period")
        if not key:
            lines.append((line["text"], line["subject"], None))
            continue
        label = obligation.label if obligation else Text(found.obligation)
        item = items.get(key)
        period: Any = item.period.label if item else key
        page = url_for("duties.owed", of=found.obligation, at=key, year=key[:4], **at(the_desk()))
        lines.append((Message(_("%(period)s “%(what)s”未完成"), period=period, what=label), page, item))
    return lines


def _paper(found: Measure, seat: Seat) -> str:
    """Where the document is drafted that carries the decision; '' = not by this reader, or not here."""
    rung = find_rung(the_campaign(), found.rung)
    known = {t.key for t in list_templates(the_campaign())}
    if (
        not seat.office
        or rung is None
        or rung.template not in known
        or "papers.new" not in current_app.view_functions
    ):
        return ""
    return url_for("papers.new", template=rung.template, subject=f"measure:{found.id}", **at(the_desk()))


def _order(found: Measure, seat: Seat) -> str:
    if Right.ORDER_ASSIGN not in the_desk().rights or found.state != MeasureState.CONFIRMED:
        return ""
    if "supervision.new" not in current_app.view_functions:
        return ""
    return url_for("supervision.new", subject=f"measure:{found.id}", **at(the_desk()))
