"""Who may call a view. Every view carries exactly one of ``@public``, ``@logged_in``, ``@require(right)``.

``protect`` wraps the views once the application is complete: it opens the transaction (read-only for GET),
finds the reader, resolves tenant and campaign of the address against the reader's posts, sets the scope,
calls the view and commits. A view that answers 400 or above, or raises, leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast, overload

import flask_login
from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.registry import Registry
from portal.core.audit import Act, record
from portal.core.clock import Clock
from portal.core.crypto import Damaged
from portal.core.db import db
from portal.core.errors import NotAllowed, NotFound, PluginError
from portal.core.posts import Right
from portal.core.reader import Desk, Held, Login, Reader
from portal.core.scope import Actor, Scope, crossing, set_scope
from portal.core.text import _

V = TypeVar("V", bound=Callable[..., Any])
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Access:
    """``right`` None = any logged-in reader; ``public`` = nobody need be logged in."""

    right: Right | None = None
    public: bool = False
    writes: bool = False
    """A GET that writes all the same: it leaves an audit event (exports, sensitive reading)."""
    early: bool = False
    """Open to a reader who still has to change the password or give the second factor."""


def _mark(access: Access) -> Callable[[V], V]:
    def mark(view: V) -> V:
        view.access = access  # type: ignore[attr-defined]  # Flask keeps the function, and we read it there
        return view

    return mark


def public(view: V) -> V:
    return _mark(Access(public=True))(view)


@overload
def logged_in(view: V) -> V: ...
@overload
def logged_in(*, early: bool = False, writes: bool = False) -> Callable[[V], V]: ...
def logged_in(view: V | None = None, *, early: bool = False, writes: bool = False) -> Any:
    mark: Callable[[Any], Any] = _mark(Access(early=early, writes=writes))
    return mark(view) if view is not None else mark


def require(right: Right, *, writes: bool = False) -> Callable[[V], V]:
    """The address must name a ``tenant`` (and a ``campaign``) in which the reader's post carries ``right``."""
    return _mark(Access(right=right, writes=writes))


class User(flask_login.UserMixin):
    """What Flask-Login holds: the token as id, and the account behind it."""

    def __init__(self, token: str, login: Login) -> None:
        self.id, self.login = token, login


def the_session() -> Session:
    return cast(Session, db.session())


def the_registry() -> Registry:
    return cast(Registry, current_app.extensions["portal"].registry)


def now() -> datetime:
    """One moment per request."""
    if "now" not in g:
        clock: Clock = current_app.extensions["portal"].clock
        g.now = clock()
    return cast(datetime, g.now)


def the_reader() -> Reader:
    return cast(Reader, g.reader)


def the_desk() -> Desk:
    return cast(Desk, g.desk)


def the_scope() -> Scope:
    """Scope of the request: the desk's tenant to read and write, else all of the reader's tenants to read."""
    return cast(Scope, the_session().info["scope"])


def the_actor() -> Actor:
    """The reader as named in the trail: unit and post of this desk, else the account's own name."""
    desk: Desk | None = g.get("desk")
    return actor_at(desk.posts[0]) if desk else the_reader().actor


def actor_at(post: Held) -> Actor:
    reader = the_reader()
    return Actor(reader.account_id, f"{post.unit_name or post.tenant_name} {reader.display_name}")


def the_campaign() -> Campaign:
    """The campaign of the address; ``PluginError`` where its plugin is missing or broken."""
    campaign = the_registry().find(the_desk().campaign)
    if campaign is None:
        raise PluginError(_("该专项的插件未加载，已有数据保留，请联系系统管理员。"))
    return campaign


LoadPosts = Callable[[Session, int, datetime], tuple[Held, ...]]


def protect(app: Flask, load_posts: LoadPosts) -> None:
    """Wrap every view; refuses to start with a view that names no access.

    ``load_posts`` reads the posts of an account: it belongs to a room above the shell.
    """
    for endpoint, view in app.view_functions.items():
        if endpoint.rsplit(".", 1)[-1] == "static":
            continue
        access = getattr(view, "access", None)
        if access is None:
            raise RuntimeError(f"view {endpoint} declares no access")
        app.view_functions[endpoint] = _guarded(view, access, load_posts)


def _guarded(view: Callable[..., Any], access: Access, load_posts: LoadPosts) -> Callable[..., Any]:
    @wraps(view)
    def guarded(**arguments: Any) -> Any:
        database = the_session()
        portal = current_app.extensions["portal"]
        database.info.update(audit_key=portal.audit_key, address=request.remote_addr or "")
        read_only = request.method in SAFE and not access.writes
        database.connection(execution_options={"read_only": read_only})
        try:
            g.reader = _load_reader(database, load_posts)
            early = None if access.public else _admit(access, database, arguments)
            response = current_app.make_response(early if early is not None else view(**arguments))
            if response.status_code < 400 and not read_only:
                database.commit()
            else:
                database.rollback()
        except (NotAllowed, NotFound):
            database.rollback()
            _note_refusal(database)
            raise
        except Damaged as error:
            database.rollback()
            _note(database, Act.DAMAGED, error.subject or "request", {})
            raise
        except BaseException:
            database.rollback()
            raise
        return response

    return guarded


def _note_refusal(database: Session) -> None:
    """A refused attempt to change something stands in the trail of the reader's own tenant."""
    if request.method not in SAFE:
        _note(database, Act.REFUSED, "request", {"path": request.path[:200]})


def _note(database: Session, act: Act, subject: str, data: Mapping[str, Any]) -> None:
    """Into the trail of the reader's own tenant, when the request itself leaves nothing."""
    reader: Reader | None = g.get("reader")
    if reader is None or not reader.posts:
        return
    with crossing(database, reader.posts[0].tenant_id):
        record(database, act, subject, actor_at(reader.posts[0]), now(), data)
    database.commit()


def _load_reader(database: Session, load_posts: LoadPosts) -> Reader | None:
    user: Any = flask_login.current_user
    if not user.is_authenticated:
        return None
    login: Login = user.login
    set_scope(database, Scope(own=login.tenant_ids))
    posts = load_posts(database, login.account_id, now()) if login.tenant_ids else ()
    return Reader(login.account_id, login.username, login.display_name, posts, login.tenant_ids)


def _admit(access: Access, database: Session, arguments: dict[str, Any]) -> Response | None:
    """The redirect that must come first, or None once reader, desk and scope stand."""
    reader: Reader | None = g.reader
    if reader is None:
        if request.method in SAFE:
            return cast(Response, redirect(url_for("accounts.login", next=request.full_path.rstrip("?"))))
        return cast(Response, redirect(url_for("accounts.login")))
    user: Any = flask_login.current_user
    login: Login = user.login
    if not access.early:
        if login.must_change_password:
            return cast(Response, redirect(url_for("accounts.password")))
        administers = any(p.is_administrator for p in reader.posts)
        if administers and not login.enrolled:
            return cast(Response, redirect(url_for("accounts.enrol")))
        if login.enrolled and not login.strong:
            return cast(Response, redirect(url_for("accounts.second_factor")))
    if "tenant" not in arguments:
        set_scope(database, reader.scope)
        return None
    tenant, campaign = arguments.pop("tenant"), arguments.pop("campaign", "")
    desk = reader.desk(tenant, campaign)
    if desk is None:
        raise NotFound
    if access.right is not None and access.right not in desk.rights:
        raise NotAllowed
    g.desk = desk
    session["desk"] = f"{tenant}/{campaign}" if campaign else session.get("desk", "")
    set_scope(database, Scope(own=(desk.tenant_id,), home=desk.tenant_id))
    return None
