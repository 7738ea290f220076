"""What leaves the portal for a person: the digest by mail, the calendar behind a secret address."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from portal.accounts.models import Account
from portal.accounts.own import note_feed, set_mail
from portal.core.errors import Invalid, NotFound
from portal.home.views import blueprint
from portal.notices import feeds
from portal.notices.digests import last_digest
from portal.notices.inbox import places_of
from portal.notices.mail import server_of
from portal.units.reader import load_posts
from portal.web.access import logged_in, now, public, the_reader, the_session

CACHE = "private, max-age=900"
"""Calendars ask by themselves, some each minute; nobody between keeps what they got."""


@blueprint.get("/account/reminders")
@logged_in
def reminders() -> Any:
    return _page()


def _page(address: str = "", problem: Any = None, typed: dict[str, Any] | None = None) -> str:
    account_id, database = the_reader().account_id, the_session()
    account = database.get_one(Account, account_id)
    return render_template(
        "home/reminders.html",
        mail=typed or {"email": account.email, "mail_on": account.mail_on and bool(account.email)},
        problem=problem,
        last=last_digest(database, account_id),
        configured=server_of(current_app.extensions["portal"].settings) is not None,
        feed=feeds.find_feed(database, account_id),
        address=address,
    )


@blueprint.post("/account/reminders/mail")
@logged_in
def set_mail_wish() -> Any:
    email, mail_on = request.form.get("email", "").strip()[:300], request.form.get("mail_on") == "1"
    reader = the_reader()
    try:
        set_mail(
            the_session(), reader.actor, now(), account_id=reader.account_id, email=email, mail_on=mail_on
        )
    except Invalid as error:
        return _page(problem=error.problems.get("email"), typed={"email": email, "mail_on": mail_on}), 422
    flash(gettext("已保存。"), "done")
    return redirect(url_for("home.reminders"), 303)


@blueprint.post("/account/reminders/calendar")
@logged_in
def set_feed() -> Any:
    """A new secret address, shown in this answer and nowhere else; or with ``end`` none."""
    database, reader = the_session(), the_reader()
    ends = "end" in request.form
    note_feed(database, reader.actor, now(), account_id=reader.account_id, made=not ends)
    if ends:
        feeds.revoke_feed(database, reader.account_id, now())
        flash(gettext("日历地址已停用。"), "done")
        return redirect(url_for("home.reminders"), 303)
    token = feeds.make_feed(database, reader.account_id, now())
    return _page(address=_base() + url_for("home.calendar", token=token))


def _base() -> str:
    """The portal's own address: as configured, else as it was asked for."""
    return (current_app.extensions["portal"].settings["URL"] or request.host_url).rstrip("/")


@blueprint.get("/calendar/<token>.ics")
@public
def calendar(token: str) -> Any:
    """Whoever knows the address reads the dates of its owner's posts of this moment; a disabled account, posts that
    ended and a revoked address are not there."""
    database = the_session()
    owner = feeds.open_feed(database, token)
    posts = load_posts(database, owner.account_id, now()) if owner else ()
    posts = tuple(p for p in posts if p.enabled)
    if not places_of(posts):
        raise NotFound
    content = feeds.calendar_of(database, posts, now(), current_app.extensions["portal"].settings["URL"])
    return Response(content, headers={"Cache-Control": CACHE}, content_type="text/calendar; charset=utf-8")
