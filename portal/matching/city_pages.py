"""Pages of the city: one pair side by side, values that are not compared, what waits for release."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.core.errors import Conflict, Invalid
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, _
from portal.matching import common, joints, listing
from portal.matching.mirroring import place_names
from portal.matching.views import at, blueprint, kinds_here, the_city, typed_text
from portal.web.access import logged_in, now, require, the_actor, the_campaign, the_session
from portal.web.inputs import Unusable, row_id

PAIR = "<int(max=9223372036854775807):pair_id>"
WORDS = 300


@blueprint.get(f"/<tenant>/<campaign>/matching/pairs/{PAIR}")
@logged_in
def pair(pair_id: int) -> Any:
    return _pair_page(pair_id)


def _pair_page(
    pair_id: int,
    problems: dict[str, Any] | None = None,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Any:
    desk, session = the_city(), the_session()
    found = joints.get_pair(session, desk.campaign, pair_id)
    sides = joints.sides_of(session, list(found.records))
    both = [sides[r] for r in found.records if r in sides]
    names = place_names(session, [found.left_place_id, found.right_place_id])
    page = render_template(
        "matching/pair.html", at=at(), campaign=the_campaign(), found=found, sides=both, names=names,
        shared=listing.shared_values(session, found.records), events=listing.list_events(session, f"pair:{found.id}"),
        proposal=joints.propose_host(session, tuple(both)) if len(both) == 2 else None,
        may=Right.RECORD_MANAGE in desk.rights and found.state == "new" and len(both) == 2, problems=problems or {},
        typed=typed or {}, request_key=(typed or {}).get("request_key") or secrets.token_urlsafe(18), most=WORDS,
    )  # fmt: skip
    return page, status


@blueprint.post(f"/<tenant>/<campaign>/matching/pairs/{PAIR}/propose")
@require(Right.RECORD_MANAGE)
def propose(pair_id: int) -> Any:
    desk = the_city()
    typed = {k: request.form.get(k, "") for k in ("reason", "host", "request_key")}
    try:
        found = joints.propose(
            the_session(), the_actor(), now(), desk=desk, pair_id=pair_id, host=row_id(typed["host"]),
            reason=typed_text("reason", joints.WORDS), request_key=typed["request_key"][:40] or secrets.token_urlsafe(18),
        )  # fmt: skip
    except Unusable as error:
        return _pair_page(pair_id, {"reason": error.message}, typed, 422)
    except Invalid as error:
        the_session().rollback()
        return _pair_page(pair_id, error.problems, typed, 422)
    except Conflict as error:
        the_session().rollback()
        return _pair_page(pair_id, {"": error.message}, typed, 409)
    flash(str(translate(Message(_("已向有关县提出并案 %(number)s。"), number=found.number))), "done")
    return redirect(url_for("matching.joint", joint_id=found.id, **at()), 303)


@blueprint.post(f"/<tenant>/<campaign>/matching/pairs/{PAIR}/dismiss")
@require(Right.RECORD_MANAGE)
def dismiss(pair_id: int) -> Any:
    the_city()
    typed = {"words": request.form.get("words", "")}
    try:
        joints.dismiss(
            the_session(), the_actor(), now(), campaign=the_campaign(), pair_id=pair_id, words=typed_text("words", WORDS)
        )  # fmt: skip
    except Unusable as error:
        return _pair_page(pair_id, {"words": error.message}, typed, 422)
    except Invalid as error:
        return _pair_page(pair_id, error.problems, typed, 422)
    except Conflict as error:
        return _pair_page(pair_id, {"": error.message}, typed, 409)
    flash(str(translate(_("已认定不是同一事项，两县的提示随之撤去。"))), "done")
    return redirect(url_for("matching.pair", pair_id=pair_id, **at()), 303)


# ------------------------------------------------------------------------------------------------ stop list
@blueprint.get("/<tenant>/<campaign>/matching/stops")
@logged_in
def stops() -> Any:
    return _stops_page()


def _stops_page(problems: dict[str, Any] | None = None, typed: Any = None, status: int = 200) -> Any:
    desk = the_city()
    page = render_template(
        "matching/stops.html", at=at(), campaign=the_campaign(), rows=listing.list_stops(the_session(), desk.campaign),
        kinds=kinds_here(), may=Right.RECORD_MANAGE in desk.rights, problems=problems or {}, typed=typed or {}, most=WORDS,
    )  # fmt: skip
    return page, status


@blueprint.post("/<tenant>/<campaign>/matching/stops")
@require(Right.RECORD_MANAGE)
def stop() -> Any:
    the_city()
    typed = request.form
    kind = next((k for k in kinds_here() if k.value == typed.get("kind")), None)
    if kind is None:
        return _stops_page({"kind": _("请选择要素种类。")}, typed, 422)
    try:
        common.stop_typed(
            the_session(), the_actor(), now(), campaign=the_campaign(), kind=kind, typed=typed_text("value", 300),
            words=typed_text("words", WORDS),
        )  # fmt: skip
    except Unusable as error:
        return _stops_page({"words": error.message}, typed, 422)
    except Invalid as error:
        return _stops_page(error.problems, typed, 422)
    except Conflict as error:
        return _stops_page({"value": error.message}, typed, 409)
    flash(str(translate(_("已停用，这个要素不再比对。"))), "done")
    return redirect(url_for("matching.stops", **at()), 303)


@blueprint.post("/<tenant>/<campaign>/matching/stops/<int(max=9223372036854775807):stop_id>")
@require(Right.RECORD_MANAGE)
def decide_stop(stop_id: int) -> Any:
    the_city()
    try:
        common.decide_stop(
            the_session(), the_actor(), now(), campaign=the_campaign(), stop_id=stop_id,
            stop=request.form.get("action") == "stop", words=typed_text("words", WORDS),
        )  # fmt: skip
    except Unusable as error:
        return _stops_page({str(stop_id): error.message}, request.form, 422)
    except Invalid as error:
        return _stops_page({str(stop_id): error.problems["words"]}, request.form, 422)
    except Conflict as error:
        return _stops_page({str(stop_id): error.message}, request.form, 409)
    flash(str(translate(_("已办理。"))), "done")
    return redirect(url_for("matching.stops", **at()), 303)


# ------------------------------------------------------------------------------------------------- withheld
@blueprint.get("/<tenant>/<campaign>/matching/withheld")
@logged_in
def withheld() -> Any:
    desk = the_city()
    return render_template(
        "matching/withheld.html", at=at(), campaign=the_campaign(),
        rows=listing.list_withheld(the_session(), desk.campaign), may=Right.RECORD_MANAGE in desk.rights,
        at_once=common.RELEASE_AT_ONCE,
    )  # fmt: skip


@blueprint.post("/<tenant>/<campaign>/matching/withheld")
@require(Right.RECORD_MANAGE)
def release() -> Any:
    the_city()
    count = common.release(
        the_session(),
        the_actor(),
        now(),
        campaign=the_campaign(),
        place_id=row_id(request.form.get("place", "")),
    )
    flash(str(translate(Message(_("已放行 %(n)s 件，比对已完成。"), n=count))), "done")
    return redirect(url_for("matching.withheld", **at()), 303)
