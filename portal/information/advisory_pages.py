"""Pages of the advisories: the list, one of them with its receipts, signing, chasing, withdrawing, the letter."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for

from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.documents.drafts import list_drafts
from portal.documents.letters import DOCX
from portal.information import advisories, advisory_lists, pushing, receipts
from portal.information.access import look_below, oversees, writing_units
from portal.information.advisory_letter import write_letter
from portal.information.advisory_lists import Filters
from portal.information.files import list_files
from portal.information.items import categories_of
from portal.information.models import Item, ItemKind, Level
from portal.information.offices import full_office
from portal.information.reading import note_reading
from portal.information.receipts import REPLY_LENGTH
from portal.information.views import ID, at, blueprint, is_office
from portal.units.bodies import list_members
from portal.units.models import Unit
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import Unusable, clean_text, row_id

DRAFT = "advisory"
WHY_LENGTH = 300


def today() -> date:
    return now().astimezone(SHANGHAI).date()


def link(code: str, item_id: int) -> str:
    return url_for("information.advisory", tenant=code, campaign=the_desk().campaign, item_id=item_id)


def writers() -> dict[int, str]:
    """For whom the reader may issue one: units by id, the office as 0."""
    desk, campaign = the_desk(), the_campaign()
    if Right.INFO_WRITE not in desk.rights or not campaign.exchange.advisories:
        return {}
    own = writing_units(desk)
    members = list_members(the_session(), desk.mechanism_id, today())
    names: dict[int, str] = {0: desk.office_name} if is_office(desk) else {}
    named = {m.unit_id: m.full_name for m in members if m.unit_id in own}
    return names | {u: n for u, n in named.items() if advisories.open_categories(campaign, u, members)}


def found_advisory(item_id: int) -> Item:
    return advisories.get_advisory(the_session(), the_desk(), item_id, today())


def managed_advisory(item_id: int) -> Item:
    """One that the reader issued, or that the reader's office answers for."""
    found = found_advisory(item_id)
    if not advisories.may_manage(the_desk(), found):
        raise NotAllowed(_("由发文单位或办公室办理。"))
    return found


@blueprint.get("/<tenant>/<campaign>/advisories", endpoint="advisories")
@require(Right.INFO_READ)
def advisory_list() -> Any:
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    args, keys = request.args, {c.key for c in categories_of(campaign, ItemKind.ADVISORY)}
    category, state = args.get("category", ""), args.get("state", "")
    filters = Filters(
        category=category if category in keys else "",
        state=state if state in (advisory_lists.UNSIGNED, advisory_lists.OPEN) else "",
        page=min(max(row_id(args.get("page", "")), 1), advisory_lists.MAX_PAGE),
    )
    by = writers()
    drafts = list_drafts(
        session, mechanism_id=desk.mechanism_id, unit_ids=[u for u in by if u], office=0 in by, kinds=[DRAFT]
    ) if by else []  # fmt: skip
    rows, more = advisory_lists.list_advisories(session, desk, filters, today())
    own = writing_units(desk)
    return render_template(
        "information/advisories.html",
        at=at(desk),
        campaign=campaign,
        filters=filters,
        args={k: v for k, v in (("category", filters.category), ("state", filters.state)) if v},
        rows=rows,
        more=more,
        labels={c.key: c.label for c in campaign.exchange.advisories},
        may_write=bool(by),
        drafts=drafts,
        now=now(),
        several=oversees(desk),
        signs=bool(advisory_lists.own_readers(desk)),
        sees=lambda row: oversees(desk) or row.unit_id in own,
        office=desk.office_name,
    )


@blueprint.get(f"/<tenant>/<campaign>/advisories/{ID}")
@require(Right.INFO_READ, writes=True)
def advisory(item_id: int) -> Any:
    found = found_advisory(item_id)
    note_reading(found)
    return advisory_page(found)


def advisory_page(
    item: Item, problem: Any = None, asked: str = "", typed: str = "", status: int = 200
) -> Any:
    """``problem`` of the step ``asked`` (sign, withdraw) stands beside what was ``typed``."""
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    sees = advisories.may_manage(desk, item) or oversees(desk)
    everyone = receipts.list_asked(session, item, today())
    readers = advisory_lists.own_readers(desk)
    mine = [row for row in everyone if receipts.reader_of(row.unit_id) in readers]
    unit = session.get(Unit, (item.tenant_id, item.unit_id)) if item.unit_id else None
    files = list_files(session, item)
    reads = item.withdrawn_at is None or sees
    counties = pushing.list_counties(session, item, now()) if sees and look_below(session, desk) else []
    page = render_template(
        "information/advisory.html",
        at=at(desk),
        campaign=campaign,
        item=item,
        label=advisories.label_of(campaign, item),
        parts=advisories.parts_of(item) if reads else [],
        files=files if reads else [],
        issuer=item.origin_office or (unit.full_name if unit else full_office(desk)),
        everyone=everyone if sees else [],
        mine=mine,
        signed=sum(row.read_at is not None for row in everyone),
        total=sum(row.read_at is not None or row.member for row in everyone),
        counties=counties,
        ways=pushing.WAYS,
        light=lambda row, due: receipts.light_of(row, due, now()),
        office=desk.office_name,
        sees=sees,
        manages=advisories.may_manage(desk, item),
        owed=any(row.owes for row in everyone) or any(c.open for c in counties),
        may_push=pushing.offered(desk, item),
        may_distribute=is_office(desk) and item.origin_id is not None and item.withdrawn_at is None
        and item.level != Level.MEMBERS,
        problem=problem,
        asked=asked,
        typed=typed,
        reply_length=REPLY_LENGTH,
        why_length=WHY_LENGTH,
    )  # fmt: skip
    return page, status


@blueprint.post(f"/<tenant>/<campaign>/advisories/{ID}/sign")
@require(Right.INFO_READ)
def sign_advisory(item_id: int) -> Any:
    """签收 for the unit (or the office, 0) that the form names; the only one that there is need not be named."""
    desk, session = the_desk(), the_session()
    found = found_advisory(item_id)
    readers = {0: receipts.OFFICE} if Right.INFO_ANSWER in desk.rights else {}
    readers |= {u: receipts.reader_of(u) for u in writing_units(desk)}
    named = request.form.get("unit", "")
    if named and row_id(named) not in readers:
        raise NotAllowed(_("您现在没有该单位的岗位，没有签收。请由现任联络员签收。"))
    asked = {receipts.reader_of(row.unit_id) for row in receipts.list_asked(session, found, today())}
    unit = row_id(named) if named else next((u for u, r in readers.items() if r in asked), None)
    if unit is None or readers[unit] not in asked:
        raise NotFound
    typed = request.form.get("reply", "")
    try:
        reply = clean_text(typed, REPLY_LENGTH)
        first = receipts.sign_for(session, the_actor(), now(), item=found, unit_id=unit or None, reply=reply)
    except Unusable as error:
        return advisory_page(found, error.message, "sign", typed, 422)
    except Conflict as error:
        return advisory_page(found, error.message, "sign", typed, 409)
    return _done(found, _("已签收。") if first else _("此前已签收，没有重复记录。"))


def _done(found: Item, said: Message | Text) -> Any:
    flash(str(translate(said)), "done")
    return redirect(url_for("information.advisory", item_id=found.id, **at(the_desk())), 303)


@blueprint.post(f"/<tenant>/<campaign>/advisories/{ID}/remind")
@require(Right.INFO_WRITE)
def remind_advisory(item_id: int) -> Any:
    """One notice to each who owes the receipt, here and in the tenants below, once a day."""
    desk, session = the_desk(), the_session()
    found = managed_advisory(item_id)
    label = advisories.label_of(the_campaign(), found)
    here = receipts.list_asked(session, found, today())
    told = advisories.remind(
        session,
        the_actor(),
        now(),
        item=found,
        asked=here,
        label=label,
        link=link(desk.tenant_code, found.id),
    )
    if is_office(desk) and found.pushed_to and look_below(session, desk):
        below = receipts.list_asked(session, found, today(), below=True)
        told += pushing.remind_below(
            session, the_actor(), now(), item=found, asked=below, label=label, link=link
        )
    none = _("未签收的单位今天都已催过，或已全部签收，没有重复发送。")
    return _done(found, Message(_("已催签 %(n)s 家。"), n=told) if told else none)


@blueprint.post(f"/<tenant>/<campaign>/advisories/{ID}/withdraw")
@require(Right.INFO_WRITE)
def withdraw_advisory(item_id: int) -> Any:
    session = the_session()
    found = managed_advisory(item_id)
    if found.origin_id is not None:
        raise NotAllowed(_("上级来件由发文单位撤回。"))
    typed = request.form.get("why", "")
    try:
        why = clean_text(typed, WHY_LENGTH)
        found = advisories.withdraw(session, the_actor(), now(), item=found, why=why)
    except Unusable as error:
        return advisory_page(found, error.message, "withdraw", typed, 422)
    except Invalid as error:
        return advisory_page(found, next(iter(error.problems.values())), "withdraw", typed, 422)
    below = pushing.withdraw_below(session, the_actor(), now(), item=found, why=why)
    said = Message(_("已撤回，并从 %(n)s 个县区撤回。"), n=below) if below else _("已撤回，已告知主送单位。")
    return _done(found, said)


@blueprint.get(f"/<tenant>/<campaign>/advisories/{ID}/letter.docx")
@require(Right.INFO_READ, writes=True)
def advisory_letter(item_id: int) -> Any:
    """The same on paper (提示函)."""
    desk, session = the_desk(), the_session()
    found = found_advisory(item_id)
    if found.withdrawn_at is not None and not advisories.may_manage(desk, found):
        raise NotFound
    unit = session.get(Unit, (found.tenant_id, found.unit_id)) if found.unit_id else None
    units = receipts.list_asked(session, found, today()) if found.level == Level.CHOSEN else []
    stream = BytesIO()
    write_letter(
        stream, found, parts=advisories.parts_of(found), label=advisories.label_of(the_campaign(), found),
        to=[row.name for row in units if row.name], issuer=found.origin_office or (unit.full_name if unit else full_office(desk)),
        files=[f.name for f in list_files(session, found)],
    )  # fmt: skip
    record(session, Act.EXPORT, f"item:{found.id}", the_actor(), now(), {"as": "docx"})
    stream.seek(0)
    return send_file(stream, DOCX, as_attachment=True, download_name=f"{found.title[:60]}.docx")


# Writing, handing on and pushing; they add their routes when imported.
from portal.information import advisory_writing  # noqa: E402

__all__ = ["advisory_writing"]
