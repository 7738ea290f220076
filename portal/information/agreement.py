"""Papers stay closed until the agreement is signed: the page that shows it, and the gate before every other page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState

from portal.core.errors import NotFound
from portal.core.i18n import translate
from portal.core.posts import POST_LABELS, PostKind, Right
from portal.core.text import _
from portal.information.views import at, blueprint, is_office
from portal.units import agreements
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_reader, the_session
from portal.web.inputs import local_path

OPEN = frozenset({"information.agreement", "information.sign"})
"""Pages of this room that a person sees before signing."""


@blueprint.get("/<tenant>/<campaign>/information/agreement")
@require(Right.INFO_READ)
def agreement() -> Any:
    return _page(request.args.get("next", ""), "")


@blueprint.post("/<tenant>/<campaign>/information/agreement")
@require(Right.INFO_READ)
def sign() -> Any:
    desk, declared, target = the_desk(), the_campaign().exchange.agreement, request.form.get("next", "")
    if declared is None:
        raise NotFound
    if request.form.get("agreed") != "1":
        return _page(target, str(translate(_("请勾选“已阅读并遵守”后再签署。")))), 422
    agreements.sign_agreement(
        the_session(), the_actor(), now(), mechanism_id=desk.mechanism_id, account_id=the_reader().account_id, agreement=declared,
        digest=request.form.get("digest", ""),
    )  # fmt: skip
    flash(str(translate(_("已签署。"))), "done")
    return redirect(local_path(target) or url_for("information.library", **at(desk)), 303)


def _page(target: str, problem: str) -> str:
    desk, session, declared = the_desk(), the_session(), the_campaign().exchange.agreement
    if declared is None:
        return render_template("information/agreement.html", at=at(desk), agreement=None)
    return render_template(
        "information/agreement.html",
        at=at(desk),
        campaign=the_campaign(),
        agreement=declared,
        digest=agreements.digest_of(declared),
        signed=agreements.find_signature(session, desk, the_reader().account_id, declared),
        signers=agreements.list_signers(session, desk, declared, now()) if is_office(desk) else [],
        label=lambda kind: POST_LABELS[PostKind(kind)],
        next=local_path(target),
        problem=problem,
    )


def close_until_signed(state: BlueprintSetupState) -> None:
    """Wrap every other view of the room; runs once all of them are registered."""
    for endpoint, view in state.app.view_functions.items():
        if endpoint.startswith("information.") and endpoint not in OPEN:
            state.app.view_functions[endpoint] = _closed(view)


def _closed(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)  # brings the view's declared access along
    def closed(**arguments: Any) -> Any:
        desk, account = the_desk(), the_reader().account_id
        if agreements.needs_signature(the_session(), desk, account, the_campaign().exchange.agreement):
            # after a POST one goes on to the room, for its address answers no GET
            target = request.full_path.rstrip("?") if request.method == "GET" else ""
            return redirect(url_for("information.agreement", next=target or None, **at(desk)), 303)
        return view(**arguments)

    return closed
