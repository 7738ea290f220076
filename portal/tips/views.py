"""Pages of tips: those that anybody may open, and those of the work behind them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app

from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Text, _

blueprint = Blueprint("tips", __name__, template_folder="templates")
ID = "<int(max=9223372036854775807):tip_id>"

TABS: tuple[tuple[str, Text, Right], ...] = (
    ("tips.index", _("举报"), Right.TIP_HANDLE),
    ("tips.rewards", _("举报奖励"), Right.REWARD_READ),
    ("tips.figures", _("统计"), Right.TIP_HANDLE),
    ("tips.rules", _("奖励办法"), Right.POLICY_SET),
    ("tips.channel", _("举报渠道"), Right.POLICY_SET),
)


def at(desk: Desk) -> dict[str, Any]:
    """Tenant and campaign of every address of work."""
    return {"tenant": desk.tenant_code, "campaign": desk.campaign}


@blueprint.app_context_processor
def _tabs() -> dict[str, Any]:
    """``tip_tabs(desk)`` for the partial ``tips/_tabs.html``; empty where the campaign asks for no tips."""

    def tabs(desk: Desk) -> list[tuple[str, Text]]:
        campaign = current_app.extensions["portal"].registry.find(desk.campaign)
        if campaign is None or campaign.tips is None:
            return []
        return [(e, label) for e, label, right in TABS if right in desk.rights]

    return {"tip_tabs": tabs}


# Further pages of this blueprint; they add their routes when imported.
from portal.tips import channel_pages, identity_pages, public_pages, reward_pages, work_pages  # noqa: E402

__all__ = ["blueprint", "channel_pages", "identity_pages", "public_pages", "reward_pages", "work_pages"]
