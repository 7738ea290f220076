"""Pages of information: the list, one item with its answer and editions, the credits of the units."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for

from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Invalid, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Message, _
from portal.documents.drafts import list_drafts
from portal.documents.workbook import XLSX
from portal.documents.writing import note_refused
from portal.information import answers, files, pushing, services
from portal.information.access import get_item, look_below, writing_units
from portal.information.bulletins import taken_up_in
from portal.information.differences import compare_editions
from portal.information.forms import AnswerForm
from portal.information.item_export import write_items
from portal.information.items import (
    LEVEL_LABELS,
    answer_limit,
    categories_of,
    list_editions,
    reader_ids,
)
from portal.information.models import Answer, Item, ItemKind, Level
from portal.information.reading import note_reading
from portal.information.views import ID, at, blueprint, is_office
from portal.tenants.calendar import load_calendar
from portal.tenants.models import Tenant
from portal.units.bodies import list_members
from portal.units.models import Unit
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import row_id

DRAFT = "item"
SECTIONS = {"situation": _("情况"), "analysis": _("分析"), "suggestion": _("建议")}


def writers(desk: Desk) -> list[tuple[int, str]]:
    """For whom the reader writes: units, and the office as 0."""
    found = [(u, desk.unit_name(u)) for u in writing_units(desk)]
    return [*found, (0, desk.office_name)] if is_office(desk) else found


def writes_for(desk: Desk, item: Item) -> bool:
    """Whether the item is the reader's own to change: of the unit, or of the office."""
    return item.tenant_id == desk.tenant_id and (item.unit_id or 0) in [u for u, _name in writers(desk)]


def find_information(item_id: int) -> Item:
    """An item of information that the reader may read, of the own tenant or one below."""
    desk, session = the_desk(), the_session()
    look_below(session, desk)
    found = get_item(session, desk, item_id, now().astimezone(SHANGHAI).date())
    if found.kind != ItemKind.INFORMATION:
        raise NotFound
    return found


def _filters() -> services.Filters:
    args = request.args
    page, unit, place = args.get("page", ""), args.get("unit", ""), args.get("place", "")
    keys = {c.key for c in categories_of(the_campaign(), ItemKind.INFORMATION)}
    return services.Filters(
        category=args["category"] if args.get("category") in keys else "",
        unit_id=row_id(unit) if unit.isascii() and unit.isdigit() else None,
        tenant_id=row_id(place) or None,
        state=args["state"] if args.get("state") in services.STATES else "",
        text=args.get("q", "").strip()[:60].replace("\0", ""),
        page=min(max(row_id(page), 1), 1000),
    )


@blueprint.get("/<tenant>/<campaign>/information/items")
@require(Right.INFO_READ)
def items() -> Any:
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    filters = _filters()
    members = list_members(session, desk.mechanism_id, now().astimezone(SHANGHAI).date())
    drafts = list_drafts(
        session, mechanism_id=desk.mechanism_id, unit_ids=writing_units(desk), office=is_office(desk),
        kinds=(DRAFT,),
    ) if writers(desk) else []  # fmt: skip
    below = services.list_tenants_below(session, desk) if look_below(session, desk) else []
    rows, more = services.list_items(session, desk, filters, now())
    return render_template(
        "information/items.html",
        at=at(desk),
        campaign=campaign,
        filters=filters,
        args={k: v for k, v in request.args.items() if v and k != "page"},
        rows=[(row, row.state(now())) for row in rows],
        more=more,
        members=members,
        below=below,
        drafts=drafts,
        categories=categories_of(campaign, ItemKind.INFORMATION),
        labels={c.key: c.label for c in categories_of(campaign, ItemKind.INFORMATION)},
        levels=LEVEL_LABELS,
        states=services.STATES,
        may_write=bool(writers(desk)),
        office=is_office(desk),
    )


@blueprint.get("/<tenant>/<campaign>/information/items.xlsx")
@require(Right.INFO_READ, writes=True)
def items_workbook() -> Any:
    """Every item that the list shows with these filters, all pages of it."""
    desk, session = the_desk(), the_session()
    filters = _filters()
    look_below(session, desk)
    stream = BytesIO()
    count = write_items(stream, session, the_campaign(), filters, desk=desk, now=now())
    names = ("q", "category", "unit", "place", "state")
    asked = {k: v.replace("\0", "")[:60] for k in names if (v := request.args.get(k))}
    data = {"rows": count, "filters": asked}
    record(session, Act.EXPORT, f"information:{desk.campaign}"[:60], the_actor(), now(), data)
    stream.seek(0)
    day = now().astimezone(SHANGHAI).date().isoformat()
    name = Message(_("%(place)s信息清单 %(day)s.xlsx"), place=desk.tenant_name, day=day)
    return send_file(stream, XLSX, as_attachment=True, download_name=str(translate(name)))


@blueprint.get(f"/<tenant>/<campaign>/information/items/{ID}")
@require(Right.INFO_READ, writes=True)
def item(item_id: int) -> Any:
    return show_item(find_information(item_id))


def show_item(found: Item, form: AnswerForm | None = None, withdraw_problem: str = "") -> str:
    """The page of an item; opening a narrow one leaves a line in the trail."""
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    if request.method == "GET":
        note_reading(found)
    own = found.tenant_id == desk.tenant_id
    circle = services.circle_of(session, desk, campaign, found.unit_id, now()) if own else None
    editions = list_editions(session, found) if found.edition > 1 else []
    answers_it = own and is_office(desk) and found.unit_id is not None and found.level != Level.OWN
    form = form or AnswerForm(data={"answer": found.answer, "to_unit": found.answer_unit_id or 0})
    unit = session.get(Unit, (found.tenant_id, found.unit_id)) if found.unit_id else None
    target = session.get(Unit, (found.tenant_id, found.answer_unit_id)) if found.answer_unit_id else None
    owes = found.answer_due_at is not None
    return render_template(
        "information/item.html",
        at=at(desk),
        campaign=campaign,
        item=found,
        own=own,
        place=session.get_one(Tenant, found.tenant_id),
        unit=unit,
        target=target,
        category=next((c for c in campaign.exchange.categories if c.key == found.category), None),
        sections=[(SECTIONS.get(k), v) for k, v in found.sections.items() if isinstance(v, str) and v],
        level=LEVEL_LABELS[Level(found.level)],
        readers=circle.names(Level(found.level), reader_ids(session, found)) if circle else [],
        files=files.list_files(session, found),
        editions=compare_editions(editions, SECTIONS),
        state=services.answer_state(found, now()),
        answer_why_due=answer_limit(campaign, found.filed_at, load_calendar(session)).why if owes else (),
        answer_label=answers.ANSWER_LABELS[Answer(found.answer)] if found.answer else None,
        earlier=answers.earlier_decisions(found),
        may_answer=answers_it and found.withdrawn_at is None,
        taken_up=taken_up_in(session, desk, found, now()),
        answers=answers.ANSWER_LABELS,
        units=circle.units if circle else [],
        may_change=writes_for(desk, found) and found.withdrawn_at is None,
        may_push=pushing.offered(desk, found),
        form=form,
        withdraw_problem=withdraw_problem,
    )


@blueprint.post(f"/<tenant>/<campaign>/information/items/{ID}/answer")
@require(Right.INFO_ANSWER)
def item_answer(item_id: int) -> Any:
    desk, session, found = the_desk(), the_session(), find_information(item_id)
    if found.tenant_id != desk.tenant_id:
        raise NotFound
    form, link = AnswerForm(), url_for("information.item", item_id=found.id, **at(desk))
    takes_back = request.form.get("action") == "take_back"
    if form.validate() or (takes_back and not form.why.errors):
        step: dict[str, Any] = {"item": found, "why": form.why.data or "", "link": link}
        try:
            if takes_back:
                answers.take_back(session, the_actor(), now(), **step)
                flash(str(translate(_("已收回转办，请另行答复。"))), "done")
            else:
                answer, to_unit = Answer(form.answer.data), form.to_unit.data or None
                answers.answer_item(session, the_actor(), now(), answer=answer, to_unit=to_unit, **step)
                flash(str(translate(_("已答复，报送单位可以看到。"))), "done")
            return redirect(link, 303)
        except Invalid as error:
            note_refused(f"item:{found.id}", error)
            for key, message in error.problems.items():
                form[key].errors = [str(translate(message))]
    return show_item(found, form), 422


@blueprint.post(f"/<tenant>/<campaign>/information/items/{ID}/withdraw")
@require(Right.INFO_WRITE)
def item_withdraw(item_id: int) -> Any:
    desk, session, found = the_desk(), the_session(), find_information(item_id)
    if not writes_for(desk, found):
        raise NotFound
    why = " ".join(request.form.get("why", "").split())[:300].replace("\0", "")
    try:
        services.withdraw_information(session, the_actor(), now(), item=found, why=why)
        pushing.withdraw_below(session, the_actor(), now(), item=found, why=why)
    except Invalid as error:
        note_refused(f"item:{found.id}", error)
        return show_item(found, withdraw_problem=str(translate(error.problems["why"]))), 422
    flash(str(translate(_("已撤回，其他单位和上级不再看到。"))), "done")
    return redirect(url_for("information.item", item_id=found.id, **at(desk)), 303)


@blueprint.get("/<tenant>/<campaign>/information/credits")
@require(Right.INFO_ANSWER)
def item_credits() -> Any:
    """How often each unit's items were taken up: a count, in official order."""
    desk, today = the_desk(), now().astimezone(SHANGHAI).date()
    year = answers.year_of(request.args.get("year", ""), now())
    return render_template(
        "information/item_credits.html",
        at=at(desk),
        year=year,
        last=year < today.year,
        rows=answers.list_credits(the_session(), desk, year, today),
    )
