"""Pages of the office: the forms it asks (表样), its own columns and forms, and how they are admitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Form, Shift
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.periods import Period, period_of
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.reporting.catalogue import OWN, ended
from portal.reporting.design import chain, local, local_forms
from portal.reporting.design.admission import list_known, needed_by
from portal.reporting.design.local_checks import Overlap, is_own, list_versions
from portal.reporting.design.local_content import (
    KINDS,
    MAX_COLUMNS,
    MAX_EARLIER,
    PERIODS,
    RULES,
    Content,
    content_of,
)
from portal.reporting.due import DueDate, compute_due, rule_words, shift_words
from portal.reporting.models import LocalForm
from portal.reporting.views import blueprint
from portal.tenants.calendar import load_calendar
from portal.tenants.policies import apply_to_due, values_of
from portal.tenants.services import list_switches
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_registry, the_session

SHIFTS: dict[str, Text] = {
    Shift.EARLIER: _("提前到前一个工作日"),
    Shift.LATER: _("顺延到后一个工作日"),
    Shift.NONE: _("不变"),
}


@blueprint.context_processor
def _helpers() -> dict[str, Any]:
    return {"beyond": lambda report: chain.report_differences(the_session(), the_campaign(), report)}


@dataclass(frozen=True)
class Line:
    """A form of the list: the version in force, the draft that waits, the next period and its date."""

    key: str
    form: Form
    inside: LocalForm | None
    draft: LocalForm | None
    over: bool
    period: Period
    due: DueDate
    rule: Sequence[Message | Text]


@blueprint.get("/<tenant>/<campaign>/board/forms")
@require(Right.REPORT_REVIEW)
def local_forms_list() -> Any:
    """Every form that this office asks, with what it has added."""
    g.nav = "reporting.board"
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    versions: dict[str, list[LocalForm]] = {}
    for row in list_versions(session, campaign.key):
        versions.setdefault(row.form, []).append(row)
    keys = [*(f.key for f in campaign.forms), *(k for k in versions if k.startswith(OWN))]
    readings, calendar = values_of(session, desk.tenant_id, campaign), load_calendar(session)
    lines = [_line(campaign, key, versions.get(key, []), readings, calendar) for key in keys]
    return render_template(
        "reporting/local.html", lines=lines, campaign=campaign, periods=PERIODS, MAX_EARLIER=MAX_EARLIER
    )


def _line(
    campaign: Campaign, key: str, rows: Sequence[LocalForm], readings: dict[str, str], calendar: Any
) -> Line:
    published = [r for r in rows if r.released_at is not None]
    draft = next((r for r in rows if r.released_at is None), None)
    newest = published[-1] if published else None
    over = newest is not None and ended(newest, _today())
    inside = None if over else newest
    declared = campaign.form(key)
    shown = newest or draft
    form = declared if declared and not inside else local.preview(campaign, shown) if shown else declared
    assert form is not None
    due = apply_to_due(form.due, readings) if declared else form.due
    period = period_of(form.once or _today(), form.period)
    words = [rule_words(due, form.period), shift_words(due, form.period)]
    found = compute_due(due, period, calendar, inside.days_earlier if inside else 0)
    return Line(key, form, inside, draft, over, period, found, [w for w in words if w])


@blueprint.post("/<tenant>/<campaign>/board/forms")
@require(Right.REPORT_REVIEW)
def start_local() -> Any:
    """Open the form's draft; without a form, a new one of the office's own."""
    desk, campaign = the_desk(), the_campaign()
    row = local.start(
        the_session(), the_actor(), now(), campaign=campaign, mechanism_id=desk.mechanism_id or 0,
        form=request.form.get("form", "")[:48],
    )  # fmt: skip
    return _to("reporting.local_form", local_id=row.id)


@blueprint.route("/<tenant>/<campaign>/board/forms/<int:local_id>", methods=["GET", "POST"])
@require(Right.REPORT_REVIEW)
def local_form(local_id: int) -> Any:
    """A draft to work on, or a published version to read."""
    session, campaign = the_session(), the_campaign()
    row = local.get_local(session, campaign.key, local_id)
    if row.released_at is not None:
        if request.method == "POST":
            raise Conflict(_("这一版已发布，不能再改；请另起新版。"))
        return _version_page(campaign, row)
    if request.method == "GET":
        return _editor(campaign, row, content_of(row))
    declared, names = campaign.form(row.form), _names(campaign, row)
    content, inputs, problems = local_forms.read(request.form, declared, names)
    action = request.form.get("action", "save")
    if action not in ("save", "publish", "discard"):
        return _rearranged(campaign, row, content, inputs, action)
    version = request.form.get("version", 0, int)
    try:
        if action == "discard":
            local.discard(session, the_actor(), now(), row=row, version=version)
            flash(gettext("草稿已删除，已发布的没有改动。"), "done")
            return _to("reporting.local_forms_list")
        content = local_forms.without_blank(content) if not problems else content
        if problems:
            raise Invalid(problems)
        step: dict[str, Any] = {"campaign": campaign, "row": row, "version": version, "content": content}
        if action == "publish":
            local.publish(session, the_actor(), now(), campaigns=_campaigns(), **step)
            flash(gettext("已发布，从下一个开放的报告期起使用；已开放的不变。"), "done")
            return _to("reporting.local_forms_list")
        local.save(session, the_actor(), now(), **step)
    except Invalid as error:
        session.rollback()
        row = local.get_local(session, campaign.key, local_id)
        unread = inputs.texts if problems else {}
        return _editor(campaign, row, content, problems=error.problems, status=422, typed=True, unread=unread)
    except Conflict as error:
        session.rollback()
        row = local.get_local(session, campaign.key, local_id)
        return _editor(
            campaign, row, content, problems={"": error.message}, status=409, typed=True, version=version
        )
    flash(gettext("草稿已保存，尚未发布。"), "done")
    return _to("reporting.local_form", local_id=local_id)


def _rearranged(
    campaign: Campaign, row: LocalForm, content: Content, inputs: local_forms.Inputs, action: str
) -> Any:
    """A row more, a row less, a row linked: nothing is stored, what was typed stays."""
    overlaps = _overlaps(campaign, row, content)
    linkable = {o.place: o.known.element for o in overlaps if o.fills}
    changed = local_forms.changed(content, action, linkable)
    if changed is None:
        raise NotFound
    return _editor(campaign, row, changed, typed=True, fresh=action == "add")


def _editor(
    campaign: Campaign, row: LocalForm, content: Content, *, problems: dict[str, Any] | None = None,
    status: int = 200, typed: bool = False, fresh: bool = False, version: int | None = None,
    unread: Mapping[str, str] = {},
) -> Any:  # fmt: skip
    """``typed``: the inputs stand as they were posted, around the content's rows; ``unread``: so do the rows."""
    g.nav = "reporting.board"
    declared, names = campaign.form(row.form), _names(campaign, row)
    texts: dict[str, str] = dict(local_forms.shown(content, declared, names).texts)
    if typed:
        rows = {k: v for k, v in texts.items() if k.startswith("c")}
        texts = texts | {k: v for k, v in request.form.items() if not k.startswith("c")} | rows | dict(unread)
    reworded = declared is not None and declared.draft
    return render_template(
        "reporting/local_form.html",
        row=row, declared=declared, content=content, texts=texts, problems=problems or {}, fresh=fresh,
        overlaps={o.place: o for o in _overlaps(campaign, row, content)}, names=names, campaign=campaign,
        needed=needed_by(declared) if declared and reworded else {}, reworded=reworded, own=is_own(row),
        kinds=KINDS, rules=RULES, periods=PERIODS, shifts=SHIFTS, max_columns=MAX_COLUMNS,
        max_earlier=MAX_EARLIER, version=row.version if version is None else version,
        difference=_difference(campaign, row),
    ), status  # fmt: skip


def _version_page(campaign: Campaign, row: LocalForm) -> Any:
    g.nav = "reporting.board"
    return render_template(
        "reporting/local_version.html", row=row, form=local.preview(campaign, row), content=content_of(row),
        declared=campaign.form(row.form), campaign=campaign, kinds=KINDS, own=is_own(row),
        labels={m.key: m.label for m in campaign.roster}, difference=_difference(campaign, row),
    )  # fmt: skip


def _difference(campaign: Campaign, row: LocalForm) -> chain.Difference:
    """Against the superior, for the period of today."""
    session, declared = the_session(), campaign.form(row.form)
    if declared is None:
        return chain.differences(session, campaign, row.form, "", local=row, due_at=None)
    period = period_of(declared.once or _today(), declared.period)
    due_at = chain.expected_due(session, row.tenant_id, campaign, declared.due, period, row.days_earlier)
    return chain.differences(session, campaign, row.form, period.key, local=row, due_at=due_at)


def _overlaps(campaign: Campaign, row: LocalForm, content: Content) -> list[Overlap]:
    return local.list_overlaps(the_session(), campaign, _campaigns(), row, content, _today())


def _names(campaign: Campaign, row: LocalForm) -> dict[str, str]:
    here = (campaign.key, row.form)
    known = list_known(the_session(), row.tenant_id, _campaigns(), but=here, on=_today())
    return local_forms.element_names([k for k in known if k.place != here])


def _campaigns() -> list[Campaign]:
    """All that the tenant has switched on."""
    if "switched_on" not in g:
        session, tenant_id, registry = the_session(), the_desk().tenant_id, the_registry()
        on = [key for (tenant, key), s in list_switches(session).items() if tenant == tenant_id and s.enabled]
        g.switched_on = [c for c in map(registry.find, sorted(on)) if c is not None]
    found: list[Campaign] = g.switched_on
    return found


def _today() -> date:
    return now().astimezone(SHANGHAI).date()


def _to(endpoint: str, **arguments: Any) -> Any:
    desk = the_desk()
    return redirect(url_for(endpoint, tenant=desk.tenant_code, campaign=desk.campaign, **arguments), 303)
