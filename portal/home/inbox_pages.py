"""The inbox: one over all campaigns and tenants of a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from portal.core.errors import NotFound
from portal.core.scope import Scope, set_scope
from portal.home.views import blueprint
from portal.notices.inbox import KIND_LABELS, Filter, Kind, find_notice, list_inbox, read_all, read_notice
from portal.notices.wording import say
from portal.web.access import logged_in, now, the_reader, the_registry, the_session
from portal.web.shell import address

PAGE = 30
LAST = 2000
"""No page lies behind this one."""


def _chosen(given: Any) -> tuple[Filter, dict[str, str]]:
    """What the address or the form asks for, and the same as arguments for the next address; odd values are none."""
    kind = next((k for k in Kind if k == given.get("kind")), None)
    campaign = next((p.campaign for p in the_reader().posts if p.campaign == given.get("in")), "")
    unread = given.get("state") == "unread"
    bodies = frozenset(p.mechanism_id or 0 for p in the_reader().posts if p.campaign == campaign)
    arguments = {"state": "unread" if unread else "", "in": campaign, "kind": kind or ""}
    return Filter(unread, kind, bodies if campaign else None), {k: v for k, v in arguments.items() if v}


@blueprint.get("/inbox")
@logged_in
def inbox() -> Any:
    page = max(1, min(request.args.get("page", 1, int), LAST))
    chosen, arguments = _chosen(request.args)
    reader, database = the_reader(), the_session()
    rows = list_inbox(database, reader.posts, now(), chosen, limit=PAGE + 1, offset=(page - 1) * PAGE)
    found = {p.campaign: the_registry().find(p.campaign) for p in reader.posts if p.campaign}
    tenants = {p.tenant_id for p in reader.posts}
    return render_template(
        "home/inbox.html",
        rows=rows[:PAGE],
        more=len(rows) > PAGE,
        page=page,
        say=say,
        chosen=chosen,
        arguments=arguments,
        kinds=KIND_LABELS,
        campaigns_here={key: c.label if c else key for key, c in found.items()},
        bodies={p.mechanism_id: p for p in reader.posts},
        tenants=len(tenants),
        several=len(found) > 1 or len(tenants) > 1,
    )


@blueprint.post("/inbox/read")
@logged_in
def read_many() -> Any:
    """Mark read the rows of the page (``notice``, each ``tenant-id``), or with ``all`` everything of the filter that
    had come when the page was shown."""
    chosen, arguments = _chosen(request.form)
    reader, database, moment = the_reader(), the_session(), now()
    until = min(_instant(request.form.get("shown", "")) or moment, moment)
    ids: set[int] | None = None
    if "all" not in request.form:
        given = (value.rpartition("-")[2] for value in request.form.getlist("notice")[: PAGE * 2])
        ids = {int(v) for v in given if v.isascii() and v.isdecimal() and int(v) < 2**63}
    marked = 0
    for tenant_id in reader.scope.own:
        set_scope(database, Scope(own=(tenant_id,), home=tenant_id))
        marked += read_all(
            database, reader.posts, moment, chosen, reader=reader.display_name, tenant_id=tenant_id,
            until=until, ids=ids,
        )  # fmt: skip
    flash(gettext("已将 %(n)s 条消息标为已读。", n=marked) if marked else gettext("没有未读消息。"), "done")
    return redirect(address("home.inbox", **arguments), 303)


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo and 2000 <= found.year < 2100 else None


@blueprint.post("/inbox/<int:tenant_id>/<int:notice_id>")
@logged_in
def read(tenant_id: int, notice_id: int) -> Any:
    """Open a notice: it is read now, and the reader goes to where it points."""
    reader, database = the_reader(), the_session()
    if tenant_id not in reader.scope.own:
        raise NotFound
    set_scope(database, Scope(own=(tenant_id,), home=tenant_id))
    notice = find_notice(database, reader.posts, now(), tenant_id, notice_id)
    read_notice(notice, reader.display_name, now())
    return redirect(notice.link or url_for("home.inbox"), 303)
