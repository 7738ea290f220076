"""Pages of bulletins: the list, what was issued, its paper, withdrawing it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for

from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.documents.letters import DOCX
from portal.information import bulletins, compiling, pushing
from portal.information.access import get_item, look_below
from portal.information.answers import year_of
from portal.information.bulletin_paper import issued_sheet, write_bulletin
from portal.information.items import LEVEL_LABELS
from portal.information.models import Item, ItemKind, Level
from portal.information.reading import note_reading
from portal.information.views import ID, at, blueprint, is_office
from portal.tenants.models import Tenant
from portal.web.access import now, require, the_actor, the_desk, the_session
from portal.web.inputs import Unusable, clean_text


def bulletin_link(item: Item) -> str:
    endpoint = "information.bulletin" if item.kind == ItemKind.BULLETIN else "information.item"
    return url_for(endpoint, item_id=item.id, **at(the_desk()))


@blueprint.get("/<tenant>/<campaign>/bulletins", endpoint="bulletins")
@require(Right.INFO_READ)
def bulletin_list() -> Any:
    desk, session = the_desk(), the_session()
    drafts = compiling.drafts(session, desk) if is_office(desk) else []
    year = year_of(request.args.get("year", ""), now())
    below = look_below(session, desk)
    return render_template(
        "information/bulletins.html",
        at=at(desk),
        rows=bulletins.list_bulletins(session, desk, now(), year),
        year=year,
        this_year=now().astimezone(SHANGHAI).year,
        drafts=drafts,
        below=below,
        office=is_office(desk),
        levels=LEVEL_LABELS,
    )


def _find(item_id: int) -> Item:
    session, desk = the_session(), the_desk()
    look_below(session, desk)
    found = get_item(session, desk, item_id, now().astimezone(SHANGHAI).date())
    if found.kind != ItemKind.BULLETIN:
        raise NotFound
    return found


@blueprint.get(f"/<tenant>/<campaign>/bulletins/{ID}")
@require(Right.INFO_READ, writes=True)
def bulletin(item_id: int) -> Any:
    found = _find(item_id)
    note_reading(found)
    return _show(found)


def _show(found: Item, problem: Message | Text | None = None, typed: str = "") -> str:
    desk, session = the_desk(), the_session()
    own = found.tenant_id == desk.tenant_id
    return render_template(
        "information/bulletin.html",
        at=at(desk),
        item=found,
        sheet=issued_sheet(found),
        place="" if own else session.get_one(Tenant, found.tenant_id).full_name,
        level=LEVEL_LABELS[Level(found.level)],
        may_push=pushing.offered(desk, found),
        may_withdraw=own and is_office(desk) and found.withdrawn_at is None,
        problem=problem,
        typed=typed,
    )


@blueprint.get(f"/<tenant>/<campaign>/bulletins/{ID}/paper.docx")
@require(Right.INFO_READ, writes=True)
def bulletin_paper(item_id: int) -> Any:
    found = _find(item_id)
    stream = BytesIO()
    write_bulletin(stream, issued_sheet(found))
    record(the_session(), Act.EXPORT, f"item:{found.id}", the_actor(), now(), {"level": found.level})
    stream.seek(0)
    return send_file(stream, DOCX, as_attachment=True, download_name=f"{found.title}.docx")


@blueprint.post(f"/<tenant>/<campaign>/bulletins/{ID}/withdraw")
@require(Right.INFO_ANSWER)
def withdraw_bulletin(item_id: int) -> Any:
    found, typed = _find(item_id), request.form.get("why", "")
    if found.tenant_id != the_desk().tenant_id:
        raise NotFound
    try:
        why = clean_text(typed, 300)
        bulletins.withdraw_bulletin(
            the_session(), the_actor(), now(), item=found, why=why, link=bulletin_link
        )
        pushing.withdraw_below(the_session(), the_actor(), now(), item=found, why=why)
    except Unusable as error:
        return _show(found, error.message, typed), 422
    except Invalid as error:
        return _show(found, error.problems["why"], typed), 422
    except Conflict as error:
        return _show(found, error.message, typed), 409
    flash(str(translate(_("已撤回，期号不再使用。"))), "done")
    return redirect(bulletin_link(found), 303)
