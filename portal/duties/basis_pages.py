"""依据对照: every clause of a campaign's documents beside the page, form, ledger or rule that carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template, request, url_for

from portal.campaigns.basis import Basis, BasisKind
from portal.campaigns.declarations import Campaign
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Text, _
from portal.duties.views import blueprint
from portal.web.access import require, the_campaign, the_desk

KINDS: dict[BasisKind, Text] = {
    BasisKind.HARD: _("硬性规定"),
    BasisKind.WORKFLOW: _("流程"),
    BasisKind.RECORD: _("记录"),
    BasisKind.QUERY: _("查询统计"),
    BasisKind.PERMISSION: _("权限保密"),
    BasisKind.SOFT: _("原则要求"),
}
CARRIERS: dict[str, Text] = {
    "form": _("报表"),
    "ledger": _("台账"),
    "rule": _("测算"),
    "duty": _("职责"),
    "threshold": _("上报条件"),
    "obligation": _("应办事项"),
    "document": _("公文"),
    "policy": _("本县口径"),
    "handing": _("移送"),
    "reward": _("奖励"),
    "request": _("上报请求"),
    "advisory": _("下发提示"),
    "meeting": _("会议"),
    "phase": _("阶段"),
}


@dataclass(frozen=True)
class Carrier:
    kind: Text
    label: Text | str


@blueprint.get("/<tenant>/<campaign>/duties/basis")
@require(Right.DUTY_READ)
def basis() -> Any:
    """Filtered by words and by how a clause is carried; no statement of its own."""
    campaign, args = the_campaign(), request.args
    chosen = {key: args.get(key, "")[:60].strip() for key in ("q", "kind", "shown")}
    rows = [row for row in campaign.basis if _wanted(campaign, row, chosen)]
    return render_template(
        "duties/basis.html",
        declared=campaign,
        rows=[(row, [carrier_of(campaign, c) for c in row.carried], _link(row)) for row in rows],
        cited={row.clause.source for row in campaign.basis},
        carried=sum(row.reason is None for row in campaign.basis),
        kinds=KINDS,
        chosen=chosen,
    )


def _wanted(campaign: Campaign, row: Basis, chosen: dict[str, str]) -> bool:
    if chosen["kind"] and chosen["kind"] not in row.kinds:
        return False
    if chosen["shown"] and (chosen["shown"] == "open") != (row.reason is not None):
        return False
    words = chosen["q"].casefold()
    source = campaign.source(row.clause.source)
    said = (row.key, row.text, row.clause.article, source.number, source.title)
    return not words or any(words in str(translate(Text(x))).casefold() for x in said)


def carrier_of(campaign: Campaign, carried: str) -> Carrier:
    """What ``kind:key`` names, in the campaign's own words."""
    kind, _colon, key = carried.partition(":")
    found: dict[str, Any] = {
        "form": campaign.forms, "ledger": campaign.ledgers, "rule": campaign.rules, "threshold": campaign.thresholds,
        "obligation": campaign.obligations, "document": campaign.documents, "policy": campaign.policies,
        "handing": campaign.handings, "reward": campaign.rewards, "request": campaign.exchange.requests,
        "advisory": campaign.exchange.advisories, "phase": campaign.phases,
    }  # fmt: skip
    if kind == "duty":
        duty = next(d for d in campaign.duties if d.key == key)
        return Carrier(CARRIERS[kind], duty.text)
    if kind == "meeting":
        meeting = next(m for m in campaign.meetings.kinds if m.type == key)
        return Carrier(CARRIERS[kind], meeting.label)
    return Carrier(CARRIERS[kind], next(x.label for x in found[kind] if x.key == key))


def _link(row: Basis) -> str:
    if not row.page or row.page not in current_app.view_functions:
        return ""
    desk = the_desk()
    return url_for(row.page, tenant=desk.tenant_code, campaign=desk.campaign)
