"""The list of units as a file: down, up, looked at, confirmed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from io import BytesIO
from typing import Any

from flask import current_app, render_template, send_file
from itsdangerous import BadData, URLSafeTimedSerializer

from portal.core.errors import Conflict, Invalid
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, _
from portal.documents.workbook import XLSX
from portal.units import roster
from portal.units.forms import ConfirmForm, UploadForm
from portal.units.services import UnitData, list_units, local_day
from portal.units.sheet import Faulty, read_roster, write_roster
from portal.units.views import blueprint, go, kinds
from portal.web.access import now, require, the_actor, the_desk, the_registry, the_session

PREVIEW_LIVES = 3600
"""Seconds between looking at the differences and confirming them."""


@blueprint.get("/<tenant>/<campaign>/units/export")
@require(Right.ROSTER_MANAGE, writes=True)
def export() -> Any:
    units = roster.export_roster(the_session(), the_actor(), now())
    content = write_roster(units, the_desk().tenant_name, local_day(now()), kinds())
    return _download(content, Message(_("%(place)s单位名录.xlsx"), place=the_desk().tenant_name))


@blueprint.get("/<tenant>/<campaign>/units/blank")
@require(Right.ROSTER_MANAGE)
def blank() -> Any:
    content = write_roster([], the_desk().tenant_name, local_day(now()), kinds())
    return _download(content, _("单位名录模板.xlsx"))


def _download(content: bytes, name: Any) -> Any:
    return send_file(BytesIO(content), XLSX, as_attachment=True, download_name=str(translate(name)))


@blueprint.route("/<tenant>/<campaign>/units/import", methods=["GET", "POST"])
@require(Right.ROSTER_MANAGE)
def upload() -> Any:
    """Reads the file and shows what it would change; nothing is saved before ``confirm``."""
    form, session = UploadForm(), the_session()
    if not form.sent():
        return _page(form)
    try:
        if not form.file.data:
            raise Invalid({"file": _("请选择要导入的 .xlsx 文件。")})
        known = roster.kinds_by_name(the_registry().campaigns, list_units(session))
        lines = read_roster(form.file.data.read(), known)
        return _page(form, roster.compare_roster(session, lines), lines)
    except Faulty as faulty:
        return _page(form, problems=faulty.cells)
    except Invalid as error:
        form.refuse(error)
        return _page(form)


@blueprint.post("/<tenant>/<campaign>/units/import/confirm")
@require(Right.ROSTER_MANAGE)
def confirm() -> Any:
    form, session = ConfirmForm(), the_session()
    lines, shown = _unpack(form.text("preview"))
    found = roster.compare_roster(session, lines)
    if form.sent() and not found.problems:
        if _fingerprint(found) == shown:
            reason = form.text("reason")
            roster.apply_roster(
                session, the_actor(), now(), lines=lines, expected=found.differences, reason=reason
            )
            return go(
                "units.index", Message(_("已导入，变更 %(n)s 个单位。"), n=len(found.differences)), tab="all"
            )
        form.refuse(Conflict(_("预览之后单位名录已有变化，请核对下面的最新预览后再确认。")))
    return _page(UploadForm(formdata=None), found, lines, confirm_form=form)


def _page(
    form: UploadForm,
    found: roster.Comparison | None = None,
    lines: Sequence[roster.Line] = (),
    *,
    problems: Sequence[roster.Problem] = (),
    confirm_form: ConfirmForm | None = None,
) -> Any:
    confirm_form = confirm_form or ConfirmForm(formdata=None)
    problems = problems or (found.problems if found else ())
    if found is not None:
        confirm_form.preview.data = _pack(lines, found)
    page = render_template(
        "units/import.html", form=form, confirm=confirm_form, found=found, problems=problems, labels=roster.LABELS,
        kinds=kinds(),
    )  # fmt: skip
    return page, 422 if form.errors or confirm_form.errors or problems else 200


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key, salt="units.import")  # type: ignore[arg-type]  # app.py always sets one


def _pack(lines: Sequence[roster.Line], found: roster.Comparison) -> str:
    """What was read and shown, to come back with the confirmation unchanged."""
    return str(_signer().dumps([[[line.row, asdict(line.data)] for line in lines], _fingerprint(found)]))


def _unpack(text: str) -> tuple[list[roster.Line], str]:
    try:
        rows, shown = _signer().loads(text, max_age=PREVIEW_LIVES)
    except BadData:
        raise Invalid({"file": _("预览已失效，请重新上传文件。")}) from None
    lines = [roster.Line(row, UnitData(**(data | {"aliases": tuple(data["aliases"])}))) for row, data in rows]
    return lines, str(shown)


def _fingerprint(found: roster.Comparison) -> str:
    return hashlib.sha256(repr(found.differences).encode()).hexdigest()
