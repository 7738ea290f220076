"""The to-do list, the inbox, the choice of language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for

from portal.core.errors import NotFound
from portal.core.i18n import LANGUAGES
from portal.core.periods import parse_period
from portal.core.scope import Scope, set_scope
from portal.core.text import Message, Text
from portal.core.todo import Todo
from portal.home import services
from portal.notices.services import find_notice, list_notices, read_notice
from portal.web.access import logged_in, now, public, the_reader, the_registry, the_session
from portal.web.inputs import local_path
from portal.web.shell import address

blueprint = Blueprint("home", __name__, template_folder="templates")
PAGE = 30


@blueprint.get("/")
@logged_in
def todo() -> Any:
    """What must I do, by when, and why."""
    reader, moment = the_reader(), now()
    return render_template(
        "home/todo.html",
        waiting=services.gather(the_session(), reader, moment),
        now=moment,
        codes={d.tenant_id: d.tenant_code for d in reader.desks},
        bodies=sum(bool(d.campaign) for d in reader.desks),
        link_of=_link_of,
        rest_of=services.rest_of,
        registry=the_registry(),
        text_of=_text_of,
    )


def _link_of(row: Todo, codes: Mapping[int, str]) -> str:
    """Where the button leads; tenant and campaign are added where the address has a place for them."""
    places = {"tenant": codes.get(row.tenant_id, ""), "campaign": row.campaign}
    wanted = {k: v for k, v in places.items() if current_app.url_map.is_endpoint_expecting(row.endpoint, k)}
    return address(row.endpoint, **wanted, **row.args)


def _text_of(text: str, params: dict[str, Any]) -> Message:
    """A form's name in the reader's language, its period in words: a notice stores label and key."""
    shown = dict(params)
    if "form" in shown:
        shown["form"] = Text(shown["form"])
    if "period" in shown:
        shown["period"] = parse_period(shown["period"]).label
    return Message(text, **shown)


@blueprint.get("/inbox")
@logged_in
def inbox() -> Any:
    page = max(1, min(request.args.get("page", 1, int), 1000))
    rows = list_notices(the_session(), the_reader().posts, PAGE + 1, (page - 1) * PAGE)
    return render_template(
        "home/inbox.html", rows=rows[:PAGE], more=len(rows) > PAGE, page=page, text_of=_text_of
    )


@blueprint.post("/inbox/<int:tenant_id>/<int:notice_id>")
@logged_in
def read(tenant_id: int, notice_id: int) -> Any:
    """Open a notice: it is read now, and the reader goes to where it points."""
    reader, database = the_reader(), the_session()
    if tenant_id not in reader.scope.own:
        raise NotFound
    set_scope(database, Scope(own=(tenant_id,), home=tenant_id))
    notice = find_notice(database, reader.posts, tenant_id, notice_id)
    read_notice(notice, reader.display_name, now())
    return redirect(notice.link or url_for("home.inbox"), 303)


@blueprint.get("/language/<code>")
@public
def language(code: str) -> Any:
    """Kept in the signed cookie; changes nothing in the database."""
    if code not in LANGUAGES:
        raise NotFound
    session["lang"] = code
    return redirect(local_path(request.args.get("next", "")) or url_for("home.todo"))


@blueprint.get("/healthz")
@public
def health() -> Any:
    """For a load balancer: the process serves and reached its database."""
    return {"status": "ok"}
