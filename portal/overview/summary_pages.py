"""Across campaigns: 报送总览; into one tenant: its units by period; and where counties differ from the city."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import render_template, request, send_file

from portal.campaigns.declarations import Campaign
from portal.core.audit import Act, record
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, _
from portal.documents.workbook import XLSX
from portal.overview import drilldown, export, summary
from portal.overview.export_places import write_units
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

GAPS = "gaps"


def the_campaigns() -> list[Campaign]:
    """Those that the reader's own posts in this tenant may oversee: never another's, not even its count."""
    mine = [
        d
        for d in the_reader().desks
        if d.tenant_id == the_desk().tenant_id and Right.OVERVIEW_READ in d.rights
    ]
    found = [the_registry().find(d.campaign) for d in mine]
    return sorted((c for c in found if c is not None), key=lambda c: c.position)


def _read() -> summary.Summary:
    look_down()
    return summary.read_summary(
        the_session(),
        now(),
        the_campaigns(),
        at=request.args.get("at", ""),
        gaps_only=request.args.get("show") == GAPS,
    )


@blueprint.get("/<tenant>/<campaign>/overview/summary")
@require(Right.OVERVIEW_READ)
def everything() -> Any:
    view = _read()
    return render_template(
        "overview/summary.html", campaign=the_campaign(), forms=the_forms(the_campaign()), view=view, here=here(),
        add_up=summary.add_up, show=request.args.get("show", ""), export=export, at=now(),
    )  # fmt: skip


@blueprint.get("/<tenant>/<campaign>/overview/summary.xlsx")
@require(Right.OVERVIEW_READ, writes=True)
def everything_workbook() -> Any:
    view, desk = _read(), the_desk()
    stream = BytesIO()
    export.write_summary(stream, view, office=desk.office_name, now=now())
    data = {"at": view.span.key, "campaigns": [c.key for c in the_campaigns()]}
    record(the_session(), Act.EXPORT, "overview:summary", the_actor(), now(), data)
    stream.seek(0)
    title = translate(Message(_("%(place)s报送总览"), place=desk.tenant_name))
    return send_file(stream, XLSX, as_attachment=True, download_name=f"{title} {view.span.key}.xlsx")


@blueprint.get("/<tenant>/<campaign>/overview/<place>/units")
@require(Right.OVERVIEW_READ)
def units(place: str) -> Any:
    """One tenant below: its units by period, as far as it has released them."""
    return render_template("overview/units.html", campaign=the_campaign(), here=here(), **_read_units(place))


@blueprint.get("/<tenant>/<campaign>/overview/<place>/units.xlsx")
@require(Right.OVERVIEW_READ, writes=True)
def units_workbook(place: str) -> Any:
    found, desk = _read_units(place), the_desk()
    county, form, periods = found["place"], found["form"], found["span"].periods
    stream = BytesIO()
    write_units(
        stream,
        found["matrix"],
        place=county.full_name,
        form=form,
        periods=periods,
        office=desk.office_name,
        now=now(),
    )
    data = {"form": form.key, "periods": [p.key for p in periods], "tenant": county.id}
    record(the_session(), Act.EXPORT, "overview:units", the_actor(), now(), data)
    stream.seek(0)
    name = f"{county.full_name}{translate(form.label)} {periods[-1].key}.xlsx"
    return send_file(stream, XLSX, as_attachment=True, download_name=name)


def _read_units(place: str) -> dict[str, Any]:
    campaign, session = the_campaign(), the_session()
    look_down()
    county = drilldown.get_place(session, place)
    forms = the_forms(campaign)
    form = choose_form(forms, request.args)
    span = choose_span(form, request.args)
    matrix = drilldown.list_units(session, county, campaign.key, form.key, [p.key for p in span.periods])
    return {"forms": forms, "form": form, "span": span, "place": county, "matrix": matrix}
