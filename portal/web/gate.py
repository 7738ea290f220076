"""What is refused at the door: before the form is read, before anybody is asked who they are."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request

_ASKS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_URLENCODED = "application/x-www-form-urlencoded"


def init_gate(app: Flask) -> None:
    """To be called before ``CSRFProtect``, which reads the form."""
    app.before_request(_refuse)


def _refuse() -> None:
    if "\0" in request.path:  # no name holds it, and PostgreSQL takes it for an error
        abort(404)
    if request.method in _ASKS:
        return
    if not _from_here():
        abort(400)
    _bound_form()


def _from_here() -> bool:
    """The browser's own word on which page sends this; other programs say nothing, and need the token all the same."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _bound_form() -> None:
    """The limits of ``MAX_FORM_…`` for the one kind of body that Werkzeug reads whole and unlimited."""
    if request.mimetype != _URLENCODED:
        return
    request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
    body = request.get_data(parse_form_data=False)  # 413 beyond the limit; kept for the form
    if body.count(b"&") >= current_app.config["MAX_FORM_PARTS"]:
        abort(413)
