"""Log-in, second factor and own account; below them the security administrator's pages.

A refused password or code is answered with 200: the failure must be counted, that is, committed.
A one-time password is shown in the answer that made it and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext

from portal.accounts import own, services, signin, totp
from portal.accounts.cookie import (
    browser_name,
    demo_people,
    enter,
    forget,
    is_weak,
    show_problems,
    the_keys,
    the_login,
    the_profile,
    the_token,
)  # fmt: skip
from portal.accounts.forms import AccountForm, CodeForm, EnrolForm, LoginForm, PasswordForm
from portal.accounts.login import close_session, end_session, hash_token, list_sessions, was_opened_since
from portal.accounts.models import Account
from portal.accounts.services import State
from portal.core.errors import Invalid
from portal.core.posts import Right
from portal.core.text import Text, _
from portal.web.access import logged_in, now, public, require, the_actor, the_desk, the_reader, the_session
from portal.web.inputs import Unusable, clean_text, local_path

blueprint = Blueprint("accounts", __name__, template_folder="templates")
FRESH = timedelta(minutes=10)
"""So soon after log-in nobody is asked for the password again."""
STATES: dict[State, tuple[str, Text]] = {
    State.ACTIVE: ("ok", _("已启用")),
    State.WAITING: ("near", _("未改一次性密码")),
    State.EXPIRED: ("slow", _("一次性密码过期")),
    State.LOCKED: ("late", _("已锁定")),
    State.DISABLED: ("done", _("已停用")),
}
"""Light and word of each state."""


@blueprint.route("/login", methods=["GET", "POST"])
@public
def login() -> Any:
    target = local_path(request.args.get("next", ""))
    if g.reader is not None and request.method == "GET":
        return redirect(target or url_for("home.todo"))
    form = LoginForm()
    refused = None
    if form.sent():
        found = signin.authenticate(
            the_session(), form.username.data or "", form.password.data or "",
            address=request.remote_addr or "", now=now(),
        )  # fmt: skip
        if isinstance(found, Account):
            enter(found)
            return redirect(target or url_for("home.todo"), 303)
        refused = found
    page = render_template(
        "accounts/login.html", form=form, refused=refused, people=demo_people(), ended="_user_id" in session
    )
    if refused is not None and refused.wait:
        return page, 429, {"Retry-After": str(refused.wait)}
    return page, 422 if form.errors else 200


@blueprint.post("/logout")
@logged_in(early=True)
def logout() -> Any:
    close_session(the_session(), the_token(), now())
    forget()
    flash(gettext("已退出。"), "done")
    return redirect(url_for("accounts.login"), 303)


@blueprint.route("/account/second-factor", methods=["GET", "POST"])
@logged_in(early=True)
def second_factor() -> Any:
    if the_login().strong or not the_login().enrolled:
        return redirect(url_for("home.todo"))
    form, refused = CodeForm(), None
    if form.sent():
        found = signin.check_code(
            the_session(), the_keys(), the_login().account_id, form.code.data or "", now()
        )
        if isinstance(found, Account):
            target = local_path(session.get("next", ""))
            enter(found, strong=True)
            return redirect(target or url_for("home.todo"), 303)
        refused = found
    return render_template(
        "accounts/second_factor.html", form=form, refused=refused
    ), 422 if form.errors else 200


@blueprint.route("/account/password", methods=["GET", "POST"])
@logged_in(early=True)
def password() -> Any:
    if is_weak():
        return redirect(url_for("accounts.second_factor"))
    form, refused, profile = PasswordForm(), None, the_profile()
    if form.sent():
        mine = {"account_id": the_login().account_id}
        refused = signin.check_password(the_session(), password=form.current.data or "", now=now(), **mine)
        if refused is None:
            try:
                account = own.change_password(
                    the_session(),
                    the_actor(),
                    now(),
                    password=form.password.data or "",
                    profile=profile,
                    **mine,
                )
            except Invalid as error:
                show_problems(form, error)
            else:
                enter(account, strong=the_login().strong)
                flash(gettext("密码已修改，其他设备上的登录均已退出。"), "done")
                return redirect(url_for("home.todo"), 303)
    aged = profile.lifetime is not None and the_login().password_changed_at + profile.lifetime <= now()
    page = render_template(
        "accounts/password.html", form=form, refused=refused, rules=profile.rules,
        forced=the_login().must_change_password, aged=aged,
    )  # fmt: skip
    return page, 422 if form.errors else 200


@blueprint.route("/account/totp", methods=["GET", "POST"])
@logged_in(early=True)
def enrol() -> Any:
    if is_weak():
        return redirect(url_for("accounts.second_factor"))
    if the_login().must_change_password:
        return redirect(url_for("accounts.password"))
    form, refused = EnrolForm(), None
    asks = the_login().enrolled or not was_opened_since(the_session(), the_token(), now() - FRESH)
    sealed = session.get("enrolling", "")
    if request.method == "GET" or not sealed:
        sealed = session["enrolling"] = the_keys().seal(totp.PURPOSE, totp.new_secret())
    secret = the_keys().open(totp.PURPOSE, sealed)
    if form.sent():
        mine = {"account_id": the_login().account_id}
        if asks:
            refused = signin.check_password(
                the_session(), password=form.current.data or "", now=now(), **mine
            )
        if refused is None:
            try:
                account = own.enrol_totp(
                    the_session(),
                    the_actor(),
                    now(),
                    keys=the_keys(),
                    secret=secret,
                    code=form.code.data or "",
                    **mine,
                )
            except Invalid as error:
                show_problems(form, error)
            else:
                enter(account, strong=True)
                flash(gettext("动态口令已设置，以后登录时需要填写。"), "done")
                return redirect(url_for("home.todo"), 303)
    page = render_template(
        "accounts/enrol.html", form=form, refused=refused, asks=asks,
        secret=re.sub("(.{4})", r"\1 ", secret).strip(),
        picture=totp.draw_qr(secret, the_reader().username), replaces=the_login().enrolled,
        required=any(p.is_administrator for p in the_reader().posts),
    )  # fmt: skip
    return page, 422 if form.errors else 200


@blueprint.get("/account")
@logged_in
def profile() -> Any:
    sessions = list_sessions(the_session(), the_reader().account_id, now())
    return render_template(
        "accounts/profile.html",
        login=the_login(),
        sessions=sessions,
        mine=hash_token(the_token()),
        browser=browser_name,
    )


@blueprint.post("/account/sessions/end")
@logged_in
def end_sessions() -> Any:
    """One session by its hash, or with none given all others."""
    database, token_hash = the_session(), request.form.get("session", "")
    if token_hash == hash_token(the_token()):
        abort(400)
    if token_hash:
        end_session(database, the_reader().account_id, token_hash, now())
        flash(gettext("该登录已结束。"), "done")
    else:
        account = own.end_all_sessions(database, now(), account_id=the_reader().account_id)
        enter(account, strong=the_login().strong)
        flash(gettext("其他登录均已结束。"), "done")
    return redirect(url_for("accounts.profile"), 303)


@blueprint.get("/<tenant>/admin/accounts")
@require(Right.ACCOUNT_MANAGE)
def index() -> Any:
    try:
        text, after = (clean_text(request.args.get(name, ""), 60) for name in ("q", "after"))
    except Unusable:
        text, after = "", ""
    state = next((s for s in State if s == request.args.get("state")), None)
    rows = services.list_accounts(the_session(), now(), text=text, state=state, after=after, limit=50)
    more = rows[49].username if len(rows) > 50 else ""
    return render_template(
        "accounts/index.html", rows=rows[:50], more=more, text=text, state=state, after=after, states=STATES
    )


@blueprint.route("/<tenant>/admin/accounts/new", methods=["GET", "POST"])
@require(Right.ACCOUNT_MANAGE)
def create() -> Any:
    form = AccountForm()
    tenants = services.list_tenants(the_session())
    form.tenant.choices = [(t.id, t.full_name) for t in tenants]
    if request.method == "GET":
        form.tenant.data = the_desk().tenant_id
    if form.sent():
        try:
            account, password = services.create_account(
                the_session(), the_actor(), now(), tenant_id=form.tenant.data or 0,
                username=form.username.data or "", display_name=form.display_name.data or "",
            )  # fmt: skip
        except Invalid as error:
            show_problems(form, error)
        else:
            return _password_page(account.id, password)
    return render_template("accounts/create.html", form=form), 422 if form.errors else 200


@blueprint.get("/<tenant>/admin/accounts/<int:account_id>")
@require(Right.ACCOUNT_MANAGE)
def show(account_id: int) -> Any:
    account = services.get_account(the_session(), now(), account_id=account_id)
    mine = account_id == the_reader().account_id
    return render_template("accounts/show.html", account=account, states=STATES, mine=mine)


@blueprint.post("/<tenant>/admin/accounts/<int:account_id>/disable")
@require(Right.ACCOUNT_MANAGE)
def disable(account_id: int) -> Any:
    return _change(services.disable_account, account_id, gettext("账号已停用，其登录均已结束。"))


@blueprint.post("/<tenant>/admin/accounts/<int:account_id>/enable")
@require(Right.ACCOUNT_MANAGE)
def enable(account_id: int) -> Any:
    return _change(services.enable_account, account_id, gettext("账号已启用。"))


@blueprint.post("/<tenant>/admin/accounts/<int:account_id>/unlock")
@require(Right.ACCOUNT_MANAGE)
def unlock(account_id: int) -> Any:
    return _change(services.unlock_account, account_id, gettext("账号已解锁。"))


@blueprint.post("/<tenant>/admin/accounts/<int:account_id>/totp")
@require(Right.ACCOUNT_MANAGE)
def reset_totp(account_id: int) -> Any:
    return _change(services.reset_totp, account_id, gettext("动态口令已清除，其登录均已结束。"))


@blueprint.post("/<tenant>/admin/accounts/<int:account_id>/password")
@require(Right.ACCOUNT_MANAGE)
def reset_password(account_id: int) -> Any:
    password = services.reset_password(the_session(), the_actor(), now(), account_id=account_id)
    return _password_page(account_id, password)


def _change(act: Callable[..., None], account_id: int, done: str) -> Any:
    act(the_session(), the_actor(), now(), account_id=account_id)
    flash(done, "done")
    return redirect(url_for("accounts.show", tenant=the_desk().tenant_code, account_id=account_id), 303)


def _password_page(account_id: int, password: str) -> Any:
    account = services.get_account(the_session(), now(), account_id=account_id)
    return render_template("accounts/first_password.html", account=account, password=password)
