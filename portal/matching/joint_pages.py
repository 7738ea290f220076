"""Pages of joint matters: the city's list and its decision, the county's answer."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.core.errors import Conflict, Invalid
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import _
from portal.matching import joints, listing
from portal.matching.models import JointState, PartState, Role
from portal.matching.views import at, blueprint, page_number, readable_twin, the_city, typed_text
from portal.web.access import logged_in, now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import Unusable, row_id

JOINT = "<int(max=9223372036854775807):joint_id>"
TWIN = "<int(max=9223372036854775807):twin_id>"


@blueprint.get("/<tenant>/<campaign>/matching/joints", endpoint="joints")
@logged_in
def joint_list() -> Any:
    desk, page = the_city(), page_number()
    rows, more = listing.list_joints(the_session(), desk.campaign, page)
    return render_template(
        "matching/joints.html", at=at(), campaign=the_campaign(), rows=rows, more=more, page=page
    )


@blueprint.get(f"/<tenant>/<campaign>/matching/joints/{JOINT}")
@logged_in
def joint(joint_id: int) -> Any:
    return _joint_page(joint_id)


def _joint_page(joint_id: int, problems: dict[str, Any] | None = None, status: int = 200) -> Any:
    desk, session = the_city(), the_session()
    found = joints.find_joint(session, desk.campaign, joint_id)
    manages = Right.RECORD_MANAGE in desk.rights
    page = render_template(
        "matching/joint.html", at=at(), campaign=the_campaign(), found=found,
        parts=listing.list_parts(session, [found.id]).get(found.id, []),
        events=listing.list_events(session, f"joint:{found.id}"), answers=joints.ANSWER_LABELS,
        may_decide=manages and found.state == JointState.DISPUTED,
        may_drop=manages and found.state not in (JointState.DROPPED, JointState.ENDED),
        problems=problems or {}, typed=request.form, most=joints.WORDS,
    )  # fmt: skip
    return page, status


@blueprint.post(f"/<tenant>/<campaign>/matching/joints/{JOINT}/decide")
@require(Right.RECORD_MANAGE)
def decide(joint_id: int) -> Any:
    the_city()
    return _settle(joint_id, "decide")


@blueprint.post(f"/<tenant>/<campaign>/matching/joints/{JOINT}/drop")
@require(Right.RECORD_MANAGE)
def drop(joint_id: int) -> Any:
    the_city()
    return _settle(joint_id, "drop")


def _settle(joint_id: int, step: str) -> Any:
    name = "reason" if step == "decide" else "why"
    try:
        given: dict[str, Any] = {
            "campaign": the_campaign(), "joint_id": joint_id, "version": row_id(request.form.get("version", "")),
            "reason": typed_text(name, joints.WORDS),
        }  # fmt: skip
        if step == "decide":
            joints.decide(
                the_session(), the_actor(), now(), host=row_id(request.form.get("host", "")), **given
            )
        else:
            joints.drop(the_session(), the_actor(), now(), **given)
    except Unusable as error:
        return _joint_page(joint_id, {name: error.message}, 422)
    except Invalid as error:
        the_session().rollback()
        return _joint_page(
            joint_id, {name if k == "reason" else k: m for k, m in error.problems.items()}, 422
        )
    except Conflict as error:
        the_session().rollback()
        return _joint_page(joint_id, {"": error.message}, 409)
    done = _("已决定，并已告知各县。") if step == "decide" else _("已终止并案，并已告知各县。")
    flash(str(translate(done)), "done")
    return redirect(url_for("matching.joint", joint_id=joint_id, **at()), 303)


@blueprint.get(f"/<tenant>/<campaign>/matching/twins/{TWIN}")
@logged_in
def twin(twin_id: int) -> Any:
    return _twin_page(twin_id)


def _twin_page(twin_id: int, problems: dict[str, Any] | None = None, status: int = 200) -> Any:
    found, entry = readable_twin(twin_id)
    page = render_template(
        "matching/twin.html", at=at(), campaign=the_campaign(), found=found, entry=entry,
        offered=[(a, joints.ANSWER_LABELS[a]) for a in joints.OFFERED[Role(found.role)]], answers=joints.ANSWER_LABELS,
        may=Right.RECORD_MANAGE in the_desk().rights and found.state == PartState.ASKED, problems=problems or {},
        typed=request.form, most=joints.WORDS,
    )  # fmt: skip
    return page, status


@blueprint.post(f"/<tenant>/<campaign>/matching/twins/{TWIN}/answer")
@require(Right.RECORD_MANAGE)
def answer(twin_id: int) -> Any:
    readable_twin(twin_id)
    try:
        joints.answer(
            the_session(), the_actor(), now(), desk=the_desk(), campaign=the_campaign(), twin_id=twin_id,
            version=row_id(request.form.get("version", "")), choice=request.form.get("choice", ""),
            words=typed_text("words", joints.WORDS),
        )  # fmt: skip
    except Unusable as error:
        return _twin_page(twin_id, {"words": error.message}, 422)
    except Invalid as error:
        return _twin_page(twin_id, error.problems, 422)
    except Conflict as error:
        the_session().rollback()
        return _twin_page(twin_id, {"": error.message}, 409)
    flash(str(translate(_("已答复市办公室。"))), "done")
    return redirect(url_for("matching.twin", twin_id=twin_id, **at()), 303)
