"""Rewards for tips: the tenant's rule and its versions, the way of one reward, the list, the figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for

from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.deadlines.limits import show_end
from portal.deadlines.services import explain
from portal.deadlines.state import state_of
from portal.tenants.calendar import load_calendar
from portal.tips import awards, listing
from portal.tips.access import find_rewarded, find_tip, is_office, may_approve
from portal.tips.forms import AwardForm, RuleForm
from portal.tips.models import Tip
from portal.tips.public_pages import keyring_of
from portal.tips.rules import Band, add_rule, bands_of, list_rules
from portal.tips.services import PAY, clock_of
from portal.tips.views import ID, at, blueprint
from portal.tips.work_pages import say, the_tips
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_reader, the_session
from portal.web.inputs import Unusable, parse_money, row_id, show_money

_YUAN = _("元")
_COMMA = re.compile("[\uff0c\t]|, ")
"""Between the cells of a line; a comma alone may stand inside a figure (1,000)."""


def _today() -> date:
    return now().astimezone(SHANGHAI).date()


# ------------------------------------------------------------------------------------------------- rules
@blueprint.route("/<tenant>/<campaign>/tips/rules", methods=["GET", "POST"])
@require(Right.POLICY_SET)
def rules() -> Any:
    """Versions are added, never changed."""
    declared, desk, session, form = the_tips(), the_desk(), the_session(), RuleForm()
    if request.method == "GET":
        last = next(iter(list_rules(session, desk.campaign)), None)
        bands = (
            bands_of(last) if last else [Band(str(r.label), r.lowest, r.highest) for r in declared.rewards]
        )
        given = (
            {"title": last.title, "conditions": last.conditions, "pay_days": last.pay_days} if last else {}
        )
        return _rules_page(
            RuleForm(formdata=None, data={"pay_days": 15, "bands": _show_bands(bands)} | given)
        )
    if not form.validate() or form.valid_from.day is None:
        return _rules_page(form), 422
    try:
        made = add_rule(
            session, the_actor(), now(), mechanism_id=desk.mechanism_id, campaign=desk.campaign,
            number=form.number.data or "", title=form.title.data or "", valid_from=form.valid_from.day,
            bands=_read_bands(form.bands.data or ""), conditions=form.conditions.data or "",
            pay_days=form.pay_days.data or 0,
        )  # fmt: skip
    except Invalid as error:
        form.tell(error.problems)
        session.rollback()
        return _rules_page(form), 422
    say(
        Message(
            _("已登记%(number)s，自 %(day)s 起适用。"), number=made.number, day=made.valid_from.isoformat()
        )
    )
    return redirect(url_for("tips.rules", **at(desk)), 303)


def _read_bands(text: str) -> list[Band]:
    """One a line: what it led to, the lowest, the highest, in 元. ``Invalid`` at ``bands``."""
    found = []
    for number, line in enumerate(filter(str.strip, text.splitlines()), 1):
        cells = [c.strip() for c in _COMMA.split(line)]
        if len(cells) != 3:
            text_ = _("第 %(n)s 行应为三项：情形，下限，上限，用中文逗号隔开。")
            raise Invalid({"bands": Message(text_, n=number)})
        try:
            low, high = (parse_money(c, _YUAN) for c in cells[1:])
        except Unusable as error:
            raise Invalid(
                {"bands": Message(_("第 %(n)s 行：%(problem)s"), n=number, problem=error.message)}
            ) from error
        found.append(Band(cells[0][:80], low, high))
    return found


def _show_bands(bands: list[Band]) -> str:
    lines = ((b.label, show_money(b.lowest, _YUAN), show_money(b.highest, _YUAN)) for b in bands)
    return "\n".join("\uff0c".join(line) for line in lines)


def _rules_page(form: RuleForm) -> str:
    desk = the_desk()
    return render_template(
        "tips/rules.html", at=at(desk), form=form, found=list_rules(the_session(), desk.campaign), today=_today(),
        proposed=the_tips().rewards,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ rewards
@blueprint.get("/<tenant>/<campaign>/tips/rewards")
@require(Right.REWARD_READ)
def rewards() -> Any:
    the_tips()
    desk = the_desk()
    page = min(max(row_id(request.args.get("page", "1")), 1), listing.MAX_PAGE)
    rows, more = listing.list_awards(the_session(), desk, page=page)
    return render_template(
        "tips/rewards.html", at=at(desk), rows=rows, more=more, page=page, states=awards.STATES
    )


@blueprint.get(f"/<tenant>/<campaign>/tips/{ID}/award")
@require(Right.REWARD_READ)
def award(tip_id: int) -> Any:
    return _award_page(find_rewarded(the_session(), the_desk(), tip_id))


def _award_page(tip: Tip, form: AwardForm | None = None, problem: Message | Text | str = "") -> str:
    session, desk = the_session(), the_desk()
    found, clock = awards.find_award(session, tip), clock_of(session, tip, PAY)
    rule = awards.rule_of(session, tip)
    return render_template(
        "tips/award.html", at=at(desk), tip=tip, found=found, states=awards.STATES, form=form or AwardForm(formdata=None),
        problem=problem, rule=rule, bands=bands_of(rule) if rule else [], why_not=awards.why_not(session, tip),
        clock=clock, why=explain(clock) if clock else (), due=show_end(clock.started_at, clock.due_at) if clock else "",
        light=state_of(clock.started_at, clock.due_at, clock.met_at, now()) if clock else None,
        may_propose=Right.TIP_HANDLE in desk.rights, office=is_office(desk), today=_today(),
        may_decide=may_approve(desk, tip), reads_tip=is_office(desk) or tip.unit_id in desk.units_with(Right.TIP_HANDLE),
        own=found is not None and found.proposed_by_id == the_reader().account_id,
    )  # fmt: skip


def _link(tip_id: int) -> str:
    return url_for("tips.award", tip_id=tip_id, **at(the_desk()))


def _take(tip_id: int, act: Callable[[Tip, AwardForm], Message | Text]) -> Any:
    session, desk, form = the_session(), the_desk(), AwardForm()
    tip = find_rewarded(session, desk, tip_id)
    if not form.validate():
        return _award_page(tip, form), 422
    try:
        said = act(tip, form)
    except awards.WrongCode as error:
        session.commit()
        form.tell(error.problems)
        return _award_page(find_rewarded(session, desk, tip_id), form), 422
    except Invalid as error:
        session.rollback()
        form.tell(error.problems)
        return _award_page(find_rewarded(session, desk, tip_id), form), 422
    except Conflict as error:
        session.rollback()
        return _award_page(find_rewarded(session, desk, tip_id), form, error.message), 409
    say(said)
    return redirect(_link(tip_id), 303)


@blueprint.post(f"/<tenant>/<campaign>/tips/{ID}/award/propose")
@require(Right.TIP_HANDLE)
def propose(tip_id: int) -> Any:
    def act(tip: Tip, form: AwardForm) -> Text:
        find_tip(the_session(), the_desk(), tip_id)
        try:
            amount = form.fen()
        except Unusable as error:
            raise Invalid({"amount": error.message}) from error
        chosen = form.band.data or ""
        awards.propose(
            the_session(), the_actor(), now(), tip=tip, band=row_id(chosen) if chosen.isdigit() else -1, amount=amount,
            reason=form.reason.data or "", link=_link(tip_id),
        )  # fmt: skip
        return _("已拟奖励，等待领导审批。")

    return _take(tip_id, act)


@blueprint.post(f"/<tenant>/<campaign>/tips/{ID}/award/decide")
@require(Right.REWARD_APPROVE)
def decide(tip_id: int) -> Any:
    def act(tip: Tip, form: AwardForm) -> Text:
        if not may_approve(the_desk(), tip):
            raise NotAllowed
        agreed = request.form.get("decision") == "agree"
        awards.decide(
            the_session(), the_actor(), now(), tip=tip, campaign=the_campaign(), agreed=agreed,
            words=form.words.data or "", calendar=load_calendar(the_session()), link=_link(tip_id),
        )  # fmt: skip
        return _("已批准，开始计算发放时限。") if agreed else _("已记录，不予批准。")

    return _take(tip_id, act)


@blueprint.post(f"/<tenant>/<campaign>/tips/{ID}/award/pay")
@require(Right.TIP_HANDLE)
def pay(tip_id: int) -> Any:
    def act(tip: Tip, form: AwardForm) -> Text:
        if not is_office(the_desk()):
            raise NotAllowed
        if form.paid_on.day is None:
            raise Invalid({"paid_on": _("请填写发放日期。")})
        payment = awards.Payment(
            form.way.data or "",
            form.voucher.data or "",
            form.paid_on.day,
            form.code.data or "",
            form.word.data or "",
        )
        awards.pay(
            the_session(), the_actor(), now(), tip=tip, keyring=keyring_of(tip.tenant_id, tip.campaign),
            payment=payment, late_reason=form.late_reason.data or "",
        )  # fmt: skip
        return _("已登记发放。")

    return _take(tip_id, act)


# ------------------------------------------------------------------------------------------------ figures
@blueprint.get("/<tenant>/<campaign>/tips/figures")
@require(Right.TIP_HANDLE)
def figures() -> Any:
    """Quarters and the year, for the reports. Of the tenant alone."""
    the_tips()
    desk = the_desk()
    if not is_office(desk):
        raise NotAllowed(_("举报统计由办公室查看。"))
    today = _today()
    year = row_id(request.args.get("year", "")) or today.year
    year = min(max(year, 2020), today.year)
    spans = [(date(year, m, 1), _last(year, m + 2)) for m in (1, 4, 7, 10)]
    spans.append((date(year, 1, 1), date(year, 12, 31)))
    place = (the_session(), desk.tenant_id, desk.mechanism_id)
    return render_template(
        "tips/figures.html", at=at(desk), year=year, this_year=today.year,
        rows=[(i, listing.sum_up(*place, first, last)) for i, (first, last) in enumerate(spans, 1)],
    )  # fmt: skip


def _last(year: int, month: int) -> date:
    return date(year, month, 31 if month in (3, 12) else 30)
