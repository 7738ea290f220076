"""统计: entries of the counties raw and net, and the sheet that says which joint matters make the difference."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import render_template, request, send_file

from portal.core.audit import Act, record
from portal.core.errors import Invalid
from portal.core.i18n import translate
from portal.core.periods import Period, PeriodKind, parse_period, period_of
from portal.core.scope import set_scope
from portal.core.text import Message, _
from portal.documents.workbook import XLSX, Column, Kind, Sheet, write_workbook
from portal.matching import totals
from portal.matching.models import Role
from portal.matching.views import at, blueprint, the_city
from portal.matching.words import ROLE_LABELS
from portal.units.reader import subtree_scope
from portal.web.access import logged_in, now, the_actor, the_campaign, the_session

OFFERED = 8


def _period() -> Period:
    current = period_of(now().date(), PeriodKind.QUARTER)
    try:
        chosen = parse_period(request.args.get("period", "") or current.key)
    except Invalid:
        return current
    return chosen if chosen.kind in (PeriodKind.QUARTER, PeriodKind.MONTH, PeriodKind.YEAR) else current


def _read(period: Period) -> totals.Totals:
    desk, session = the_city(), the_session()
    set_scope(session, subtree_scope(session, desk))
    return totals.read_totals(session, the_campaign(), period)


@blueprint.get("/<tenant>/<campaign>/matching/totals", endpoint="totals")
@logged_in
def totals_page() -> Any:
    period = _period()
    found = _read(period)
    used = [x for x in the_campaign().ledgers if any(line.raw[x.key] for line in found.lines)]
    current = period_of(now().date(), PeriodKind.QUARTER)
    return render_template(
        "matching/totals.html", at=at(), campaign=the_campaign(), found=found, ledgers=used, period=period,
        offered=[current.shifted(-n) for n in range(OFFERED)], matters=found.matters(),
    )  # fmt: skip


@blueprint.get("/<tenant>/<campaign>/matching/totals.xlsx")
@logged_in(writes=True)
def totals_workbook() -> Any:
    period, desk, campaign = _period(), the_city(), the_campaign()
    found = _read(period)
    ledgers = [x for x in campaign.ledgers if any(line.raw[x.key] for line in found.lines)]
    number = Kind.NUMBER
    columns = [Column(label=_("地区"), width=16), Column(label=_("合计（原始）"), width=12, kind=number),
               Column(label=_("合计（去重）"), width=12, kind=number)]  # fmt: skip
    for ledger in ledgers:
        columns += [
            Column(label=Message(_("%(ledger)s（原始）"), ledger=ledger.label), width=18, kind=number),
            Column(label=Message(_("%(ledger)s（去重）"), ledger=ledger.label), width=18, kind=number),
        ]
    rows: list[list[Any]] = []
    for line in found.lines:
        rows.append([line.name, *line.total])
        for ledger in ledgers:
            rows[-1] += [line.raw[ledger.key], line.net(ledger.key)]
    rows.append([_("合计"), *found.sum()])
    for ledger in ledgers:
        rows[-1] += found.sum(ledger.key)
    names = {line.place_id: line.name for line in found.lines}
    labels = {x.key: x.label for x in campaign.ledgers}
    pairs = (
        [
            p.joint,
            ROLE_LABELS[Role(p.role)],
            names.get(p.place_id, ""),
            labels.get(p.ledger, p.ledger),
            p.number,
            p.title,
            p.unit,
            p.known_on,
            p.stage,
            _counted(found, p),
        ]
        for p in found.parts
    )
    sheet_columns = [
        Column(label=_("并案号"), width=18), Column(label=_("主办协办"), width=10), Column(label=_("地区"), width=14),
        Column(label=_("台账"), width=18), Column(label=_("编号"), width=18), Column(label=_("事项"), width=40),
        Column(label=_("登记单位"), width=18), Column(label=_("得知日期"), width=12, kind=Kind.DATE),
        Column(label=_("办理情况"), width=14), Column(label=_("去重后计为"), width=16),
    ]  # fmt: skip
    left = Message(_("编制：%(office)s"), office=desk.office_name)
    title = Message(
        _("%(place)s%(period)s台账事项统计"), place=desk.tenant_name, period=translate(period.label)
    )
    second = Message(
        _("%(place)s%(period)s跨县并案对账表"), place=desk.tenant_name, period=translate(period.label)
    )
    day = now().date().isoformat()
    stream = BytesIO()
    write_workbook(stream, [
        Sheet(title=title, name=_("统计"), columns=columns, rows=rows, left=left, right=day, foot=()),
        Sheet(title=second, name=_("对账表"), columns=sheet_columns, rows=pairs, left=left, right=day, foot=()),
    ])  # fmt: skip
    data = {"period": period.key, "matters": totals.count_matters(found.parts)}
    record(the_session(), Act.EXPORT, "matching", the_actor(), now(), data)
    stream.seek(0)
    name = f"{translate(second)}.xlsx"
    return send_file(stream, XLSX, as_attachment=True, download_name=name)


def _counted(found: totals.Totals, part: totals.Part) -> Any:
    if part.record_id not in found.inside:
        return _("不在本期")
    return 1 if part.counts else 0
