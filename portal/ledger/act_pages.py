"""The one page on which something is done about an entry: what it requires, its fields, the verb. What was typed is
kept when it is not taken, and two clicks are one act."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from portal.campaigns.declarations import Ledger
from portal.campaigns.forms import Field, FieldKind
from portal.campaigns.sources import Clause
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.text import Message, Text, _
from portal.documents import attachments
from portal.documents.file_pages import files_folder
from portal.documents.models import Attachment
from portal.ledger import derived, handling, services
from portal.ledger.access import own_units
from portal.ledger.act_forms import ActForm
from portal.ledger.assigning import supporting_units
from portal.ledger.files import FIELD, Evidence, Upload
from portal.ledger.hands import Hands, hands_of
from portal.ledger.models import Record, RecordEvent
from portal.ledger.views import at, sensitive_fields
from portal.supervision.sources import find_page, find_source
from portal.units.bodies import MemberUnit, list_members
from portal.web.access import now, the_actor, the_campaign, the_desk, the_session
from portal.web.declared import Typed, input_texts, read_values, show_value
from portal.web.inputs import row_id

ID = "<int(max=9223372036854775807):record_id>"


@dataclass
class Acting:
    """An entry of the reader's own tenant, and what the reader is to it."""

    found: Record
    ledger: Ledger
    members: list[MemberUnit]
    supporting: list[int]
    hands: Hands
    _events: list[RecordEvent] | None = None

    @property
    def events(self) -> list[RecordEvent]:
        if self._events is None:
            self._events = services.list_events(the_session(), self.found)
        return self._events

    @property
    def link(self) -> str:
        return url_for("ledger.detail", record_id=self.found.id, **at(the_desk()))


@dataclass(frozen=True)
class Proof:
    """What a second person looks at before agreeing: who asked in which words, what was to be checked, the evidence."""

    by: str
    at: datetime
    note: str
    points: Sequence[Text]
    files: Sequence[Attachment]
    links: Sequence[str]


@dataclass(kw_only=True)
class Page:
    """``parts``: of ``ActForm``, in order. ``fields``: declared ones. ``required``: parts that must be filled."""

    title: Text | Message
    verb: Text
    says: Sequence[Text | Message] = ()
    parts: tuple[str, ...] = ()
    required: tuple[str, ...] = ("note",)
    fields: tuple[Field, ...] = ()
    labels: Mapping[str, Text] = field(default_factory=dict)
    helps: Mapping[str, Text | Message] = field(default_factory=dict)
    clause: Clause | None = None
    danger: bool = False
    proof: Proof | None = None


@dataclass(frozen=True)
class Given:
    """What the page answered."""

    form: ActForm
    values: Mapping[str, Any]
    evidence: Evidence

    @property
    def common(self) -> dict[str, Any]:
        """For the services: the version the reader decided on, the key against double clicks, the words."""
        form = self.form
        return {
            "version": row_id(form.version.data),
            "request_key": form.request_key.data or "",
            "note": form.note.data or "",
        }


def look_up(record_id: int) -> Acting:
    """``NotFound`` for entries of other tenants and, for a unit, for those it has no part in."""
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    found = services.get_record(session, desk.campaign, record_id)
    own = own_units(desk)
    ledger = campaign.ledger(found.ledger)
    if found.tenant_id != desk.tenant_id or (
        own is not None and not services.is_readable(session, found, own)
    ):
        raise NotFound
    if ledger is None:
        raise NotAllowed(_("这本台账的定义已停用，内容保留，只能查看。"))
    members = list_members(session, desk.mechanism_id, now().astimezone(SHANGHAI).date())
    supporting = [row.unit_id for row in supporting_units(session, found)]
    return Acting(found, ledger, members, supporting, hands_of(desk, campaign, found, supporting, members))


PageOf = Callable[[Acting], Page]
Fill = Callable[[Acting, ActForm], None]
Do = Callable[[Acting, Given], tuple[Message | Text, str]]
"""Does it; answers what was done, and where to go."""


def run(record_id: int, page_of: PageOf, do: Do, fill: Fill = lambda _acting, _form: None) -> Any:
    """GET shows the page, POST does it. Nothing is half done. ``fill``: the choices of the form, and on GET its values."""
    session = the_session()
    acting = look_up(record_id)
    page, form = page_of(acting), ActForm()
    fill(acting, form)
    if request.method == "GET":
        form.request_key.data = secrets.token_urlsafe(18)
        form.version.data = str(acting.found.version)
        return _show(acting, page, form, input_texts(page.fields, _unmasked(acting, page)))
    values, typed, problems = _read_values(acting, page)
    if not form.validate() or problems:
        return _show(acting, page, form, typed, problems), 422
    try:
        said, link = do(acting, Given(form, values, _evidence(form, record_id)))
    except Invalid as error:
        session.rollback()
        if isinstance(error, attachments.Secret):
            attachments.note_refusal(session, the_actor(), now(), f"record:{record_id}", error)
            session.commit()
        again = look_up(record_id)
        return _show(again, page, form, typed, _tell(form, page, error)), 422
    except Conflict as error:
        session.rollback()
        again = look_up(record_id)
        form.version.raw_data, form.version.data = None, str(again.found.version)
        return _show(again, page, form, typed, problem=error.message), 409
    flash(str(translate(said)), "done")
    return redirect(link, 303)


def _unmasked(acting: Acting, page: Page) -> dict[str, Any]:
    """As an entry is opened to be changed: sensitive cells are empty, what stands there shows masked beside."""
    kept = {f.key for f in page.fields if f.sensitive}
    return {k: None if k in kept else v for k, v in acting.found.values.items()}


def _read_values(acting: Acting, page: Page) -> tuple[dict[str, Any], Typed, dict[str, Any]]:
    found = acting.found
    on = found.known_at.astimezone(SHANGHAI).date()
    fields = tuple(f for f in page.fields if f.kind is not FieldKind.FILES)
    values, typed, problems = read_values(fields, request.form, the_campaign(), on=on)
    for f in fields:
        if f.sensitive and found.values.get(f.key) and not request.form.get(f.key, "").strip():
            values.pop(f.key)  # nobody typed it anew: it stays
            problems.pop(f.key, None)
    return values, typed, problems


def _evidence(form: ActForm, record_id: int) -> Evidence:
    uploads: list[Upload] = [(f.filename or "", f.stream) for f in request.files.getlist(FIELD) if f.filename]
    link = _find_link(form.link.data or "")
    if link is not None and link[0] == f"record:{record_id}":
        raise Invalid({"link": _("这件事不能作自己的佐证，请填另一条记录的网址。")})
    return Evidence(files_folder(), uploads, link)


def _find_link(address: str) -> tuple[str, str] | None:
    """Subject and label of the record whose page stands at ``address``, of this tenant and campaign and readable."""
    if not address.strip():
        return None
    refused = Invalid({"link": _("没有找到这条记录：请打开台账、急报或报表中的一条，复制它的网址。")})
    try:
        endpoint, args = current_app.url_map.bind("localhost").match(urlsplit(address.strip()).path)
    except (HTTPException, ValueError) as error:
        raise refused from error
    desk = the_desk()
    subject = find_page(str(endpoint), dict(args))
    if not subject or (args.get("tenant"), args.get("campaign")) != (desk.tenant_code, desk.campaign):
        raise refused
    try:
        source = find_source(the_session(), desk, subject)
    except (NotFound, NotAllowed) as error:
        raise refused from error
    return subject, str(translate(source.label))


def _tell(form: ActForm, page: Page, error: Invalid) -> dict[str, Message | Text]:
    """What the service found wrong: at the parts of the page, and answered for the declared fields. What has no place
    here, such as a field that another page changes, stands at the note."""
    declared = {f.key for f in page.fields}
    form.tell(
        {key if key in page.parts else "note": m for key, m in error.problems.items() if key not in declared}
    )
    return {key: m for key, m in error.problems.items() if key in declared}


def _show(
    acting: Acting, page: Page, form: ActForm, typed: Typed, problems: Any = None, *, problem: Any = None
) -> str:
    found, campaign, moment = acting.found, the_campaign(), now()
    masked = [f for f in sensitive_fields(found) if f.key in {x.key for x in page.fields}]
    hints = derived.find_hints(acting.ledger, derived.facts_of_record(found)) if page.fields else []
    late = [
        c for c in handling.clocks_of(the_session(), found) if c.met_at is None and moment > c.due_at
    ] if "late_reason" in page.parts else []  # fmt: skip
    return render_template(
        "ledger/act.html",
        campaign=campaign,
        at=at(the_desk()),
        found=found,
        ledger=acting.ledger,
        page=page,
        form=form,
        typed=typed,
        problems=problems or {},
        problem=problem,
        hints=derived.by_field(hints),
        late=late,
        masked={f.key: show_value(f, found.values[f.key], campaign) for f in masked},
    )
