"""The to-do list, the choice of language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for

from portal.core.errors import NotFound
from portal.core.i18n import LANGUAGES
from portal.core.todo import Todo
from portal.home import services
from portal.notices.wording import say
from portal.web.access import logged_in, now, public, the_reader, the_registry, the_session
from portal.web.inputs import local_path
from portal.web.shell import address

blueprint = Blueprint("home", __name__, template_folder="templates")


@blueprint.get("/")
@logged_in
def todo() -> Any:
    """What must I do, by when, and why."""
    reader, moment = the_reader(), now()
    return render_template(
        "home/todo.html",
        waiting=services.gather(the_session(), reader, moment, the_registry().find),
        now=moment,
        codes={d.tenant_id: d.tenant_code for d in reader.desks},
        bodies=sum(bool(d.campaign) for d in reader.desks),
        link_of=_link_of,
        rest_of=services.rest_of,
        registry=the_registry(),
        text_of=say,
    )


def _link_of(row: Todo, codes: Mapping[int, str]) -> str:
    """Where the button leads; tenant and campaign are added where the address has a place for them."""
    places = {"tenant": codes.get(row.tenant_id, ""), "campaign": row.campaign}
    wanted = {k: v for k, v in places.items() if current_app.url_map.is_endpoint_expecting(row.endpoint, k)}
    return address(row.endpoint, **wanted, **row.args)


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


# Further pages of this blueprint; they add their routes when imported.
from portal.home import feed_pages, inbox_pages  # noqa: E402

__all__ = ["blueprint", "feed_pages", "inbox_pages"]
