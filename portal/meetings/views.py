"""The blueprint of meetings: the tabs of the room and those of one meeting."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, url_for

from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Text, _
from portal.meetings.models import Meeting
from portal.meetings.services import is_office, oversees, own_units

blueprint = Blueprint("meetings", __name__, template_folder="templates")
ID = "<int(max=9223372036854775807):meeting_id>"


def at(desk: Desk) -> dict[str, Any]:
    """Tenant and campaign of every address here."""
    return {"tenant": desk.tenant_code, "campaign": desk.campaign}


def link(desk: Desk, endpoint: str, **args: Any) -> str:
    """Address of a page of this room, for notices."""
    return url_for(f"meetings.{endpoint}", **at(desk), **args)


ROOM: tuple[tuple[str, Text], ...] = (
    ("meetings.index", _("会议")),
    ("meetings.topics", _("议题申请")),
    ("meetings.compilation", _("纪要汇编")),
    ("meetings.budget", _("会议负担")),
)
TABS: tuple[tuple[str, Text], ...] = (
    ("meetings.meeting", _("议题")),
    ("meetings.replies", _("通知与回执")),
    ("meetings.papers", _("材料")),
    ("meetings.sign_in", _("签到")),
    ("meetings.minutes", _("纪要")),
    ("meetings.resolutions", _("议定事项")),
)
OF_EVERYBODY = "meetings.resolutions"
"""What a unit sees of a meeting whose decisions it was only sent."""


@blueprint.app_context_processor
def _tabs() -> dict[str, Any]:
    """``meeting_tabs(meeting, inside)`` for ``meetings/_tabs.html``; ``meeting_room(desk)`` for ``meetings/_room.html``."""
    known = current_app.view_functions

    def tabs(meeting: Meeting, inside: bool = True) -> list[tuple[str, Text]]:
        return [(e, label) for e, label in TABS if e in known and (inside or e == OF_EVERYBODY)]

    def room(desk: Desk) -> list[tuple[str, Text]]:
        hidden = set() if is_office(desk) else {"meetings.budget"}
        if not (oversees(desk) or own_units(desk)):
            hidden.add("meetings.topics")
        found = [(e, label) for e, label in ROOM if e in known and e not in hidden]
        return found if Right.MEETING_READ in desk.rights else []

    return {"meeting_tabs": tabs, "meeting_room": room}


# Further pages of this blueprint; they add their routes when imported. Each line one module.
from portal.meetings import (  # noqa: E402
    compilation_pages,
    convene_pages,
    evidence,
    index_pages,
    meeting_pages,
    minutes_origin,
    minutes_pages,
    minutes_writing_pages,
    origin,
    paper_pages,
    reply_pages,
    resolutions_pages,
    sign_pages,
    topic_pages,
)

__all__ = [
    "blueprint",
    "compilation_pages",
    "convene_pages",
    "evidence",
    "index_pages",
    "meeting_pages",
    "minutes_origin",
    "minutes_pages",
    "minutes_writing_pages",
    "origin",
    "paper_pages",
    "reply_pages",
    "resolutions_pages",
    "sign_pages",
    "topic_pages",
]
