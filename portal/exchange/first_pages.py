"""The first report: one screen that saves itself as a draft of the unit until it is sent."""

from __future__ import annotations

import secrets
from typing import Any

from flask import redirect, render_template, request, url_for

from portal.core.audit import Act, record
from portal.core.errors import Invalid, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import _
from portal.deadlines.matters import Matter
from portal.deadlines.state import ask_reason
from portal.documents.drafts import drop_draft, find_draft, list_drafts
from portal.documents.models import Draft
from portal.documents.writing import answer_autosave, show_refusal
from portal.exchange import services
from portal.exchange.forms import LATE_CHOICES, UrgentForm
from portal.exchange.office import first_line
from portal.exchange.reasons import LateReason
from portal.exchange.related import Kin, amount_of, check_chosen, find_kin
from portal.exchange.views import at, blueprint, link, tell
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import moment_text, row_id, show_money

_TYPED = (
    "what", "place", "known_at", "amount", "phoned_at", "phoned_to", "late_group", "late_reason", "request_key"
)  # fmt: skip
MOST = 4000
"""Characters of one field that a draft keeps."""


@blueprint.route("/<tenant>/<campaign>/urgent/new", methods=["GET", "POST"])
@require(Right.URGENT_FILE)
def new() -> Any:
    desk, session = the_desk(), the_session()
    units = desk.units_with(Right.URGENT_FILE)
    matter = _own_matter(desk, request.args.get("subject", ""))
    form = UrgentForm()
    form.unit.choices = [(u, desk.unit_name(u)) for u in units]
    form.late_group.choices = [(key, str(translate(label))) for key, label in LATE_CHOICES]
    kin = find_kin(session, the_campaign(), matter, unit_ids=units) if matter else None
    form.related.choices = [(r.near.subject, r.near.number) for r in kin.rows] if kin else []
    if request.method == "GET":
        if matter is not None and (filed := services.find_report_of(session, matter)):
            return redirect(url_for("exchange.detail", report_id=filed.id, **at(desk)), 303)
        draft = _kept(desk, matter, request.args.get("draft", ""))
        _prefill(form, matter, draft)
        return _page(form, matter, kin, draft)
    if matter is not None:  # fill once: unit and moment of knowing are those of the entry
        form.unit.data, form.known_at.data = matter.unit_id, moment_text(matter.known_at)
    elif len(units) == 1:
        form.unit.data = units[0]
    if form.validate() and form.known_at.moment:
        try:
            report = services.file_report(
                session,
                the_actor(),
                now(),
                mechanism_id=desk.mechanism_id,
                unit_id=form.unit.data,
                campaign=the_campaign(),
                facts=services.Facts(
                    form.what.data or "",
                    form.place.data or "",
                    matter.known_at if matter else form.known_at.moment,
                    form.amount.fen,
                    form.phoned_at.moment,
                    form.phoned_to.data or "",
                ),
                request_key=form.request_key.data or "",
                matter=matter,
                late=LateReason(form.late_group.data or "", form.late_reason.data or ""),
                related=check_chosen(kin, form.related.data or []) if kin else (),
                link=link,
            )
            tell(_("初报已发送，本级办公室和上级可见。"))
            return redirect(url_for("exchange.detail", report_id=report.id, **at(desk)), 303)
        except Invalid as error:
            show_refusal(form, error, matter.subject if matter else "urgent:new")
    return _page(form, matter, kin, None), 422


@blueprint.post("/<tenant>/<campaign>/urgent/draft")
@require(Right.URGENT_FILE)
def autosave() -> Any:
    """The page saves itself, whatever is in it; nobody but the unit sees a draft."""
    desk, session = the_desk(), the_session()
    matter = _own_matter(desk, request.args.get("subject", ""))
    units, typed = desk.units_with(Right.URGENT_FILE), read_typed(_TYPED)
    unit_id = matter.unit_id if matter else row_id(request.form.get("unit", "") or (units[0] if units else 0))
    subject = matter.subject if matter else typed["request_key"][:40]
    if unit_id not in units or not subject:
        raise NotFound
    for other in units:  # the unit was chosen anew: the draft moves
        if other != unit_id:
            drop_draft(
                session, mechanism_id=desk.mechanism_id, unit_id=other, kind=services.DRAFT, subject=subject
            )
    return keep(
        desk,
        unit_id=unit_id,
        kind=services.DRAFT,
        subject=subject,
        typed=typed,
        title=first_line(typed["what"]),
    )


@blueprint.post("/<tenant>/<campaign>/urgent/draft/drop")
@require(Right.URGENT_FILE)
def drop() -> Any:
    """Thrown away by one of the unit."""
    desk, kind = the_desk(), request.form.get("kind", "")
    for draft in list_drafts(
        the_session(),
        mechanism_id=desk.mechanism_id,
        unit_ids=desk.units_with(Right.URGENT_FILE),
        office=False,
        kinds=(services.DRAFT, "follow_up"),
    ):
        if draft.subject == request.form.get("subject", "") and draft.kind == kind:
            the_session().delete(draft)
            tell(_("草稿已删除。"))
    return redirect(url_for("exchange.index", **at(desk)), 303)


def read_typed(names: tuple[str, ...]) -> dict[str, str]:
    return {name: request.form.get(name, "").replace("\0", "")[:MOST] for name in names}


def keep(desk: Desk, *, unit_id: int, kind: str, subject: str, typed: dict[str, str], title: str) -> Any:
    """Answer of an autosave. The trail has that a report was begun."""
    place: dict[str, Any] = {
        "mechanism_id": desk.mechanism_id,
        "unit_id": unit_id,
        "kind": kind,
        "subject": subject,
    }
    begun = find_draft(the_session(), **place) is not None
    answer = answer_autosave(
        kind, unit_id=unit_id, subject=subject, content=typed, version=row_id(request.form.get("version", "")), title=title
    )  # fmt: skip
    if not begun and (draft := find_draft(the_session(), **place)) is not None:
        record(the_session(), Act.URGENT_SAVE, f"draft:{draft.id}", the_actor(), now())
    return answer


def _own_matter(desk: Desk, subject: str) -> Matter | None:
    """The entry the report grows out of; a foreign or unknown one is not found."""
    if not subject:
        return None
    matter = services.get_matter(the_session(), desk.campaign, subject)
    if matter.unit_id not in desk.units_with(Right.URGENT_FILE):
        raise NotFound
    return matter


def _kept(desk: Desk, matter: Matter | None, key: str) -> Draft | None:
    """The draft of this matter, or the one named in the address; a foreign one is not found."""
    if matter is None and not key:
        return None
    units = (matter.unit_id,) if matter else desk.units_with(Right.URGENT_FILE)
    subject = matter.subject if matter else key
    for unit_id in units:
        found = find_draft(
            the_session(),
            mechanism_id=desk.mechanism_id,
            unit_id=unit_id,
            kind=services.DRAFT,
            subject=subject,
        )
        if found is not None:
            return found
    if matter is None:
        raise NotFound
    return None


def _prefill(form: UrgentForm, matter: Matter | None, draft: Draft | None) -> None:
    form.request_key.data = secrets.token_urlsafe(18)
    if matter is not None:
        form.what.data, form.place.data = matter.title, matter.place
        form.known_at.data = moment_text(matter.known_at)
        amount = amount_of(the_campaign(), matter.ledger, matter.values)
        form.amount.data = show_money(amount, _("元")) if amount else ""
    if draft is not None:
        for name in _TYPED:
            if matter is None or name != "known_at":
                form[name].data = draft.content.get(name, "")
        form.version.data = str(draft.version)
        form.unit.data = draft.unit_id


def _page(form: UrgentForm, matter: Matter | None, kin: Kin | None, draft: Draft | None) -> str:
    known = matter.known_at if matter else form.known_at.moment
    state, due = services.lateness(the_session(), matter, known, now()) if known else (None, None)
    return render_template(
        "exchange/form.html",
        at=at(the_desk()),
        form=form,
        matter=matter,
        due=due,
        kin=kin,
        draft=draft,
        chosen=set(form.related.data or ()),
        late=ask_reason(state) if state and state.late else None,
    )
