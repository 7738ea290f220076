"""The auditor's page. Filters stand in the address and apply to the export as they do to the list."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, render_template, request, send_file
from flask_babel import gettext

from portal.audit.labels import ACT_LABELS, act_label
from portal.audit.services import Filters, export_events, get_chain, list_events, show_data
from portal.core.audit import Act
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.documents.workbook import XLSX, write_workbook
from portal.web.access import now, require, the_actor, the_desk, the_session
from portal.web.inputs import Unusable, clean_text, parse_date

blueprint = Blueprint("audit", __name__, template_folder="templates")
PAGE = 50
WALKED_AT_ONCE = 2000
"""A longer chain is verified when the auditor asks for it."""


@blueprint.get("/<tenant>/admin/audit")
@require(Right.AUDIT_READ)
def index() -> Any:
    filters, problems = _filters()
    before = request.args.get("before", "")
    last = int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else None
    rows = [] if problems else list_events(the_session(), filters, before=last, limit=PAGE)
    chain = get_chain(the_session(), up_to=None if "verify" in request.args else WALKED_AT_ONCE)
    page = render_template(
        "audit/index.html", rows=rows[:PAGE], more=rows[PAGE - 1].seq if len(rows) > PAGE else None,
        first=last is None, problems=problems, chain=chain, typed=_typed(), acts=ACT_LABELS,
        label=act_label, show=show_data,
    )  # fmt: skip
    return page, 422 if problems else 200


@blueprint.get("/<tenant>/admin/audit.xlsx")
@require(Right.AUDIT_READ, writes=True)
def export() -> Any:
    filters, problems = _filters()
    if problems:
        return index()
    title = gettext("%(place)s审计记录", place=the_desk().tenant_name)
    sheet = export_events(the_session(), the_actor(), now(), title=title, filters=filters)
    out = io.BytesIO()
    write_workbook(out, [sheet])
    out.seek(0)
    name = f"{title}-{now():%Y%m%d}.xlsx"
    return send_file(out, mimetype=XLSX, as_attachment=True, download_name=name)


def _typed() -> dict[str, str]:
    """The filters as given, to be kept in links and fields."""
    names = ("act", "actor", "subject", "since", "until")
    return {name: request.args[name][:60] for name in names if request.args.get(name)}


def _filters() -> tuple[Filters, list[Message | Text]]:
    typed, problems = _typed(), list[Message | Text]()
    found: dict[str, Any] = {}
    for name, read in (
        ("actor", clean_text),
        ("subject", clean_text),
        ("since", parse_date),
        ("until", parse_date),
    ):
        if name in typed:
            try:
                found[name] = read(typed[name])
            except Unusable as error:
                problems.append(error.message)
    if typed.get("act"):
        found["act"] = typed["act"]
        if typed["act"] not in {a.value for a in Act}:
            problems.append(_("没有这种操作，请从列表中选择。"))
    return Filters(**found), problems
