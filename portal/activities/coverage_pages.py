"""场次覆盖: has every unit held its activity this month, seen from the records alone."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import render_template

from portal.activities import coverage, export
from portal.activities.credits import JOINT
from portal.activities.entry import today_of
from portal.activities.views import asked_month, blueprint, here, months_offered, own_units, send, this_month
from portal.campaigns.declarations import Cadence, Obligation
from portal.core.audit import Act, record
from portal.core.errors import NotFound
from portal.core.text import Message, _
from portal.tenants.policies import choice_label, find_policy, value_of
from portal.web.access import logged_in, now, the_actor, the_campaign, the_desk, the_session


def _read() -> tuple[Obligation, coverage.Coverage]:
    duty = coverage.publicity_duty(the_campaign())
    if duty is None:
        raise NotFound(_("本专项的文件没有规定按月或在宣传月开展活动，不统计场次覆盖。"))
    view = coverage.read_coverage(
        the_session(),
        campaign=the_campaign().key,
        mechanism_id=the_desk().mechanism_id,
        month=asked_month() or this_month(),
        today=today_of(now()),
        unit_ids=own_units(),
        monthly=duty.cadence is Cadence.MONTHLY,
    )
    return duty, view


@blueprint.get("/<tenant>/<campaign>/activities/coverage")
@logged_in
def cover() -> Any:
    duty, view = _read()
    campaign = the_campaign()
    policy = find_policy(campaign, JOINT)
    reading = value_of(the_session(), the_desk().tenant_id, campaign, JOINT) if policy else ""
    return render_template(
        "activities/coverage.html",
        campaign=campaign,
        at=here(),
        duty=duty,
        view=view,
        head=export.head_line(view),
        alone=own_units() is not None,
        months=months_offered(view.month),
        policy=policy,
        reading=choice_label(policy, reading) if policy else "",
    )


@blueprint.get("/<tenant>/<campaign>/activities/coverage.xlsx")
@logged_in(writes=True)
def cover_workbook() -> Any:
    """The matrix of the page as a spreadsheet."""
    _duty, view = _read()
    desk, stream = the_desk(), BytesIO()
    office = desk.posts[0].unit_name or desk.office_name
    export.write_coverage(stream, view, office=office, now=now())
    record(the_session(), Act.EXPORT, "activities:coverage", the_actor(), now(), {"month": view.month.key})
    return send(stream, Message(_("%(campaign)s活动场次覆盖"), campaign=the_campaign().label))
