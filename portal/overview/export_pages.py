"""What leaves the overview as a file made by the worker: 填报明细."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from portal.core.errors import Conflict, Invalid
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import _
from portal.documents.exports import request_export
from portal.overview.detail import KIND, detail_title
from portal.overview.views import blueprint, choose_form, choose_span, here, look_down, the_forms
from portal.web.access import (
    now,
    require,
    the_actor,
    the_campaign,
    the_desk,
    the_reader,
    the_registry,
    the_session,
)


@blueprint.post("/<tenant>/<campaign>/overview/export")
@require(Right.OVERVIEW_READ)
def ask_detail() -> Any:
    """Queue the forms behind the page's figures, for the same form and periods."""
    session = the_session()
    look_down()
    form = choose_form(the_forms(the_campaign()), request.form)
    periods = [p.key for p in choose_span(form, request.form).periods]
    try:
        request_export(
            session, the_actor(), now(), account_id=the_reader().account_id, kind=KIND, desk=the_desk(),
            title=detail_title(form, periods), wanted={"form": form.key, "periods": periods}, registry=the_registry(),
        )  # fmt: skip
    except (Conflict, Invalid) as error:
        session.rollback()
        flash(translate(error.message), "warn")
        if isinstance(error, Invalid):
            return redirect(
                url_for("overview.index", form=form.key, to=periods[-1], n=len(periods), **here()), 303
            )
    else:
        flash(translate(_("已开始生成，完成后可在本页下载。")), "done")
    return redirect(url_for("documents.export_list"), 303)
