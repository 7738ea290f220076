"""Errors to pages: one mapping, no traceback, always a sentence that says what to do."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound, PluginError, PortalError
from portal.core.i18n import translate
from portal.core.scope import ForeignRow, ScopeMissing
from portal.core.text import Text, _

log = logging.getLogger(__name__)
DEADLOCK = "40P01"
"""Of PostgreSQL: two transactions waited for each other, and this one gave way."""

STATUS: tuple[tuple[type[PortalError], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (Invalid, 422),
    (Conflict, 409),
    (PluginError, 503),
    (PortalError, 400),
)
TITLES: dict[int, Text] = {
    400: _("请求无法处理"),
    403: _("没有权限"),
    404: _("没有找到"),
    405: _("不支持的操作"),
    409: _("已被他人修改"),
    413: _("内容过大"),
    422: _("填写有误"),
    429: _("操作过于频繁"),
    500: _("系统出错"),
    503: _("暂时无法服务"),
}
ADVICE: dict[int, Text] = {
    400: _("请返回上一页，刷新后再试。"),
    403: _("如确需办理，请联系本级办公室确认您的岗位。"),
    404: _("请核对地址，或回到待办重新进入。"),
    405: _("请返回上一页，用页面上的按钮操作。"),
    409: _("您填写的内容没有保存，请返回核对最新内容后再提交。"),
    413: _("请减少内容或拆分后再提交。"),
    422: _("请返回改正后再提交，没有保存任何内容。"),
    429: _("请稍后再试。"),
    500: _("没有保存任何内容。请稍后再试，仍不行请联系系统管理员并告知时间。"),
    503: _("没有保存任何内容。请稍后再试，已填写的内容请先留在页面上。"),
}


def init_errors(app: Flask) -> None:
    app.register_error_handler(PortalError, _portal_error)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(Exception, _crash)


def page(
    status: int, message: Any = None, headers: dict[str, str] | None = None
) -> tuple[str, int, dict[str, str]]:
    title, advice = TITLES.get(status, TITLES[400]), ADVICE.get(status, ADVICE[400])
    try:
        body = render_template("web/error.html", title=title, message=message, advice=advice, status=status)
    except Exception:
        log.exception("error page")  # the last handler must not fail with what it reports
        body = f"<!doctype html><meta charset=utf-8><title>{title}</title><h1>{title}</h1><p>{advice}</p>"
    return body, status, headers or {}


def _portal_error(error: PortalError) -> Any:
    if isinstance(error, ScopeMissing | ForeignRow):
        return _crash(error)
    return page(next(code for kind, code in STATUS if isinstance(error, kind)), error.message)


def _csrf(_error: CSRFError) -> Any:
    return page(400, _("页面已失效，没有保存任何内容。"))


def _http(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, SecurityError):  # an unknown host: the portal has no addresses for a page there
        return str(translate(ADVICE[400])), 400, {"Content-Type": "text/plain; charset=utf-8"}
    return page(error.code if error.code in TITLES else 400)


def _stale(_error: StaleDataError) -> Any:
    return page(409, _("在您打开页面之后，别人已经修改并保存了这项内容。"))


def _database(error: DBAPIError) -> Any:
    log.error("database: %s %r: %r", request.method, request.path, error.orig)
    if isinstance(error, IntegrityError):
        return page(409, _("这项内容刚刚已被提交过，没有重复保存。"))
    if isinstance(error, DataError):  # a NUL, mostly, where a view did not look at what it was sent
        return page(422)
    if getattr(error.orig, "sqlstate", "") == DEADLOCK:
        text = _("另有人在同一时刻办理，本次没有保存任何内容。请返回上一页，再提交一次。")
        return page(503, text, {"Retry-After": "1"})
    if isinstance(error, OperationalError):
        return page(503, _("数据库暂时不可用。"), {"Retry-After": "30"})
    return page(500)


def _crash(error: Exception) -> Any:
    log.error("unhandled: %s %r", request.method, request.path, exc_info=error)
    return page(500)
