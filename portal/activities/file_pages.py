"""Keeping files with an activity, and taking them off."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from portal.activities import files
from portal.activities.entry_pages import changeable
from portal.activities.views import ID, blueprint, detail_page, here
from portal.core.errors import Invalid
from portal.core.i18n import translate
from portal.core.text import _
from portal.documents import attachments
from portal.documents.file_pages import files_folder
from portal.web.access import logged_in, now, the_actor, the_session


@blueprint.post(f"/<tenant>/<campaign>/activities/{ID}/files")
@logged_in
def attach(activity_id: int) -> Any:
    found, _credited = changeable(activity_id)
    session, actor, moment = the_session(), the_actor(), now()
    uploads = [u for u in request.files.getlist(files.FIELD) if u.filename]
    if not uploads:
        return detail_page(found, _("请选择要上传的文件。"), "attach", 422)
    try:
        for upload in uploads:
            attachments.add(
                session, actor, moment, folder=files_folder(), subject=f"{files.KIND}:{found.id}", field=files.FIELD,
                unit_id=found.unit_id, name=upload.filename or "", stream=upload.stream,
            )  # fmt: skip
    except Invalid as error:
        session.rollback()
        if isinstance(error, attachments.Secret):
            attachments.note_refusal(session, actor, moment, f"{files.KIND}:{activity_id}", error)
            session.commit()
        return detail_page(changeable(activity_id)[0], error.problems[files.FIELD], "attach", 422)
    return _back(activity_id, str(translate(_("已上传。"))))


@blueprint.post(f"/<tenant>/<campaign>/activities/{ID}/files/drop")
@logged_in
def drop_file(activity_id: int) -> Any:
    found, _credited = changeable(activity_id)
    standing = files.list_files(the_session(), found)
    attachments.remove(
        the_session(), the_actor(), now(), attachments=standing, ids=[request.form.get("file", "")]
    )
    return _back(activity_id, str(translate(_("已移除。"))))


def _back(activity_id: int, said: str) -> Any:
    flash(said, "done")
    return redirect(url_for("activities.detail", activity_id=activity_id, **here()), 303)
