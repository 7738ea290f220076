"""Pages of the requests upward: the list, asking, one request with what became of it, the list for the authority."""

from __future__ import annotations

import secrets
from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for

from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.documents.drafts import drop_draft, list_drafts
from portal.documents.workbook import XLSX, Column, Kind, Sheet, write_workbook
from portal.documents.writing import note_refused, wanted
from portal.information import drafting, request_lists, requests
from portal.information.access import look_below, oversees, writing_units
from portal.information.models import UpwardRequest
from portal.information.request_forms import NOTE_LENGTH, RequestForm
from portal.information.request_lists import Filters, Line
from portal.information.requests import ABOVE, LIGHTS, STATES, State
from portal.information.views import at, blueprint, is_office
from portal.tenants.models import Level, Tenant
from portal.units.bodies import MemberUnit, list_members
from portal.units.models import Unit
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import Unusable, clean_text, row_id

ID = "<int(max=9223372036854775807):request_id>"
DRAFT = "request"
TYPED = ("category", "title", "targets", "reason")


def label_of(key: str) -> Text:
    """Of a category of requests; one that is declared no longer keeps its key."""
    return next((c.label for c in the_campaign().exchange.requests if c.key == key), Text(key))


def link(code: str, request_id: int) -> str:
    return url_for(
        "information.request_detail", tenant=code, campaign=the_desk().campaign, request_id=request_id
    )


def _filters() -> Filters:
    args = request.args
    keys = {c.key for c in the_campaign().exchange.requests}
    category, state = args.get("category", ""), args.get("state", "")
    return Filters(
        category=category if category in keys else "",
        state=state if state == "open" or state in set(State) else "",
        request_id=row_id(args.get("request", "")),
        page=min(max(row_id(args.get("page", "")), 1), request_lists.MAX_PAGE),
    )


def _answered(filters: Filters) -> dict[str, Any]:
    given = {"category": filters.category, "state": filters.state, "request": filters.request_id}
    return {key: value for key, value in given.items() if value}


def _members() -> list[MemberUnit]:
    return list_members(the_session(), the_desk().mechanism_id, now().date())


def _askers(members: list[MemberUnit]) -> dict[int, str]:
    """Units (0 = the office) for which the reader may ask for something."""
    desk, campaign = the_desk(), the_campaign()
    own = writing_units(desk)
    names: dict[int, str] = {0: desk.office_name} if is_office(desk) else {}
    if not is_office(desk):
        names |= {m.unit_id: m.full_name for m in members if m.unit_id in own}
    return {u: n for u, n in names.items() if requests.open_categories(campaign, u or None, members)}


@blueprint.get("/<tenant>/<campaign>/requests", endpoint="requests")
@require(Right.INFO_READ)
def request_list() -> Any:
    desk, session = the_desk(), the_session()
    filters = _filters()
    askers = _askers(_members()) if Right.INFO_WRITE in desk.rights else {}
    drafts = list_drafts(
        session, mechanism_id=desk.mechanism_id, unit_ids=[u for u in askers if u], office=0 in askers, kinds=[DRAFT]
    ) if askers else []  # fmt: skip
    below = look_below(session, desk)
    rows, more = request_lists.list_requests(session, desk, filters)
    return render_template(
        "information/requests.html", at=at(desk), campaign=the_campaign(), filters=filters, args=_answered(filters),
        rows=rows, more=more, states=STATES, above=ABOVE, lights=LIGHTS, label_of=label_of, may_ask=bool(askers), drafts=drafts,
        several=oversees(desk), below=below,
    )  # fmt: skip


@blueprint.get("/<tenant>/<campaign>/requests.xlsx")
@require(Right.INFO_READ, writes=True)
def request_workbook() -> Any:
    """The targets of what the filters find, one a row: the list for the authority."""
    desk, session = the_desk(), the_session()
    filters = _filters()
    if filters.request_id:
        look_below(session, desk)
        requests.get_request(session, request_lists.readable(desk), filters.request_id)
    columns = [
        Column(label=_("序号"), width=6, kind=Kind.NUMBER), Column(label=_("对象"), width=46), Column(label=_("类别"), width=22),
        Column(label=_("地区"), width=16), Column(label=_("提出单位"), width=20), Column(label=_("提出时间"), width=17, kind=Kind.MOMENT),
        Column(label=_("办理情况"), width=12), Column(label=_("理由"), width=40),
    ]  # fmt: skip
    look_below(session, desk)
    lines = request_lists.every_target(session, desk, filters)
    rows = (_cells(n, line) for n, line in enumerate(lines, 1))
    title = Message(_("%(body)s上请事项清单"), body=desk.mechanism_name)
    left = Message(
        _("编制：%(office)s"), office=desk.posts[0].unit_name if not oversees(desk) else desk.office_name
    )
    stream = BytesIO()
    day = now().astimezone(SHANGHAI).date().isoformat()
    write_workbook(stream, [Sheet(title=title, name=_("清单"), columns=columns, rows=rows, left=left, right=day, foot=())])  # fmt: skip
    record(session, Act.EXPORT, "requests", the_actor(), now(), _answered(filters))
    stream.seek(0)
    name = f"{desk.tenant_name}{translate(_('上请事项清单'))} {day}.xlsx"
    return send_file(stream, XLSX, as_attachment=True, download_name=name)


def _cells(number: int, line: Line) -> list[Any]:
    return [number, line.target, label_of(line.category), line.place, line.unit_name or _("办公室"), line.filed_at,
            STATES[State(line.state)], line.reason]  # fmt: skip


@blueprint.route("/<tenant>/<campaign>/requests/new", methods=["GET", "POST"])
@require(Right.INFO_WRITE)
def new_request() -> Any:
    desk, members = the_desk(), _members()
    askers = _askers(members)
    if not askers:
        raise NotAllowed(_("本专项没有由本单位提出的上请事项。"))
    form = RequestForm()
    form.unit.choices = list(askers.items())
    if len(askers) == 1:
        form.unit.data = next(iter(askers))
    offered = {c.key: c for u in askers for c in requests.open_categories(the_campaign(), u or None, members)}
    form.category.choices = [(key, str(translate(c.label))) for key, c in offered.items()]
    if request.method == "GET":
        return _open_form(form, askers, offered)
    valid = form.validate()
    if form.unit.data not in askers:
        form.unit.errors, valid = [str(translate(_("请选择提出单位。")))], False
    if valid:
        unit_id = form.unit.data or None
        try:
            found = requests.file_request(
                the_session(), the_actor(), now(), desk=desk, campaign=the_campaign(), members=members, unit_id=unit_id,
                entry=form.entry(), request_key=form.request_key.data or "", link=link,
            )  # fmt: skip
            drop_draft(the_session(), mechanism_id=desk.mechanism_id, unit_id=unit_id, kind=DRAFT, subject=found.request_key)  # fmt: skip
            done = _("已报上级。") if unit_id is None else _("已交办公室审核，办理情况会随时告知。")
            flash(str(translate(done)), "done")
            return redirect(link(desk.tenant_code, found.id), 303)
        except Invalid as error:
            note_refused("request:new", error)
            for key, message in error.problems.items():
                form[key].errors = [str(translate(message))]
    return _form_page(form, offered), 422


def _open_form(form: RequestForm, askers: dict[int, str], offered: dict[str, Any]) -> Any:
    """Empty, or the draft that the address names."""
    form.request_key.data, form.version.data = secrets.token_urlsafe(18), 0
    draft = wanted(DRAFT, askers)
    if draft is not None:
        form.unit.data, form.request_key.data, form.version.data = (
            (draft.unit_id or 0),
            draft.subject,
            draft.version,
        )
        for name in TYPED:
            form[name].data = draft.content.get(name, "")
    return _form_page(form, offered, draft.saved_at if draft else None)


def _form_page(form: RequestForm, offered: dict[str, Any], saved_at: Any = None) -> str:
    return render_template(
        "information/request_form.html", at=at(the_desk()), campaign=the_campaign(), form=form, offered=offered, saved_at=saved_at,
        outside=the_desk().tenant_level != Level.COUNTY,
    )  # fmt: skip


@blueprint.post("/<tenant>/<campaign>/requests/draft")
@require(Right.INFO_WRITE)
def save_request_draft() -> Any:
    """The page saves itself."""
    return drafting.keep(DRAFT, TYPED)


def _get(request_id: int) -> UpwardRequest:
    session, desk = the_session(), the_desk()
    look_below(session, desk)
    return requests.get_request(session, request_lists.readable(desk), request_id)


@blueprint.get(f"/<tenant>/<campaign>/requests/{ID}")
@require(Right.INFO_READ)
def request_detail(request_id: int) -> Any:
    return _detail_page(_get(request_id))


def _detail_page(found: UpwardRequest, problem: Any = None, typed: str = "", status: int = 200) -> Any:
    session, desk = the_session(), the_desk()
    superior = None
    if found.tenant_id == desk.tenant_id:
        superior = requests.find_superior(session, found.tenant_id, found.campaign)
    steps = requests.list_steps(session, found)
    unit = session.get(Unit, (found.tenant_id, found.unit_id)) if found.unit_id else None
    tenant = session.get(Tenant, found.tenant_id)
    assert tenant is not None
    own = found.tenant_id == desk.tenant_id
    may = is_office(desk) and (own or tenant.parent_id == desk.tenant_id)
    page = render_template(
        "information/request_detail.html", at=at(desk), campaign=the_campaign(), found=found, steps=steps, unit=unit,
        place="" if own else tenant.full_name, superior=superior,
        states=STATES if own else ABOVE, lights=LIGHTS, label=label_of(found.category),
        next=requests.next_states(found, desk, superior) if may else (), problem=problem, typed=typed,
        note_length=NOTE_LENGTH, own=own, target=next((c.target for c in the_campaign().exchange.requests if c.key == found.category), None),
        outside=own and superior is None and found.state != State.FILED,
    )  # fmt: skip
    return page, status


@blueprint.post(f"/<tenant>/<campaign>/requests/{ID}/step")
@require(Right.INFO_ANSWER)
def step_request(request_id: int) -> Any:
    found = _get(request_id)
    typed = request.form.get("note", "")
    try:
        try:
            state = State(request.form.get("state", ""))
        except ValueError:
            raise Invalid({"note": _("请选择办理结果。")}) from None
        note = clean_text(typed, NOTE_LENGTH, lines=True)
        requests.step_request(the_session(), the_actor(), now(), desk=the_desk(), request=found, state=state, note=note, link=link)  # fmt: skip
    except Unusable as error:
        return _detail_page(found, error.message, typed, 422)
    except Invalid as error:
        return _detail_page(found, next(iter(error.problems.values())), typed, 422)
    except Conflict as error:
        return _detail_page(found, error.message, typed, 409)
    words = STATES if found.tenant_id == the_desk().tenant_id else ABOVE
    flash(str(translate(Message(_("已办理：%(state)s。"), state=words[state]))), "done")
    return redirect(url_for("information.request_detail", request_id=found.id, **at(the_desk())), 303)
