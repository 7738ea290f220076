"""Readings of ambiguous clauses (口径): the list of a place and its campaign, and one of them to be set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, render_template

from portal.administration.body_page import address, today
from portal.administration.forms import (
    PolicyForm,
    show_problems,
)
from portal.administration.views import blueprint, done, to
from portal.campaigns.declarations import Campaign
from portal.core.errors import Invalid, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, _
from portal.tenants import calendar
from portal.tenants.policies import effect_of, list_readings, set_policy
from portal.web.access import (
    now,
    require,
    the_actor,
    the_campaign,
    the_desk,
    the_session,
)


def _declared() -> Campaign | None:
    """The campaign of the address; None on the administrator's page of common readings."""
    if the_desk().campaign:
        return the_campaign()
    g.nav = "administration.index"
    return None


@blueprint.get("/<tenant>/admin/policies")
@blueprint.get("/<tenant>/<campaign>/policies")
@require(Right.POLICY_SET)
def policies() -> Any:
    campaign = _declared()
    readings = list_readings(the_session(), the_desk().tenant_id, campaign)
    groups = [(campaign.label, [r for r in readings if r.cited is campaign])] if campaign else []
    groups.append((_("各专项通用"), [r for r in readings if r.cited is not campaign]))
    values = {r.policy.key: r.value for r in readings}
    effects = {key: _effect(campaign, key, values) for key in values}
    return render_template("administration/policies.html", groups=groups, address=address(), effects=effects)


def _effect(campaign: Campaign | None, key: str, values: Mapping[str, str]) -> Sequence[Message]:
    """What a reading comes to today; only a campaign has dates to show."""
    if campaign is None:
        return ()
    if "calendar" not in g:
        g.calendar = calendar.load_calendar(the_session())
    return effect_of(key, campaign, values, today(), g.calendar)


@blueprint.route("/<tenant>/admin/policies/<key>", methods=["GET", "POST"])
@blueprint.route("/<tenant>/<campaign>/policies/<key>", methods=["GET", "POST"])
@require(Right.POLICY_SET)
def policy(key: str) -> Any:
    session, campaign = the_session(), _declared()
    readings = list_readings(session, the_desk().tenant_id, campaign)
    reading = next((r for r in readings if r.policy.key == key), None)
    if reading is None:
        raise NotFound
    values = {r.policy.key: r.value for r in readings}
    form = PolicyForm()
    form.value.choices = [(c.key, translate(c.label)) for c in reading.policy.choices]
    problems: list[str] = []
    if form.sent():
        value, reason = form.value.data or "", form.reason.data or ""
        try:
            set_policy(session, the_actor(), now(), campaign=campaign, key=key, value=value, reason=reason)
            done(Message(_("“%(label)s”的口径已保存。"), label=reading.policy.label))
            return to("administration.policies")
        except Invalid as error:
            problems = show_problems(form, error)
    if not form.posted():
        form.value.data = reading.value
    page = render_template(
        "administration/policy.html", reading=reading, form=form, problems=problems, address=address(),
        effects={c.key: _effect(campaign, key, values | {key: c.key}) for c in reading.policy.choices},
    )  # fmt: skip
    return page, 422 if form.posted() else 200
