"""The beginning of minutes, filled in from the meeting, the replies and the sign-in sheet."""

from __future__ import annotations

from collections.abc import Sequence

from portal.core.clock import SHANGHAI
from portal.core.text import Message, Text, _
from portal.meetings.minutes_content import TITLE, Content
from portal.meetings.models import Meeting
from portal.meetings.services import InvitationRow, Reply


def propose(meeting: Meeting, invited: Sequence[InvitationRow], chair: Text | str) -> Content:
    """The beginning of minutes, from what the portal knows: who chaired, who came, where and when."""
    day = meeting.starts_at.astimezone(SHANGHAI)
    text = Message(
        _("%(y)s年%(m)s月%(d)s日，%(chair)s在%(place)s主持召开%(title)s。会议听取了有关情况，现将议定事项纪要如下。"),
        y=day.year, m=day.month, d=day.day, chair=str(chair), place=meeting.place, title=meeting.title,
    )  # fmt: skip
    return Content(
        title=str(Message(_("%(title)s纪要"), title=meeting.title))[:TITLE],
        text=str(text),
        attendance=attendance_text(invited, chair),
    )


def attendance_text(invited: Sequence[InvitationRow], chair: Text | str) -> str:
    """主持、出席、代会、请假、列席, a line each, from the sign-in sheet; from the replies while nobody is marked."""
    marked = any(row.invitation.present is not None for row in invited)
    found: dict[str, list[str]] = {}
    for row in invited:
        i = row.invitation
        here = bool(i.present) if marked else i.reply in (Reply.ATTEND, Reply.SUBSTITUTE)
        who = i.came or i.attendee
        name = f"{row.short_name}{who}" if who and not who.startswith(row.short_name) else row.short_name
        if here:
            label = _("列席") if i.observes else _("代会") if i.reply == Reply.SUBSTITUTE else _("出席")
            found.setdefault(str(label), []).append(name)
        elif i.reply == Reply.LEAVE:
            found.setdefault(str(_("请假")), []).append(row.short_name)
        elif marked and not i.observes:
            found.setdefault(str(_("缺席")), []).append(row.short_name)
    order = (_("出席"), _("代会"), _("请假"), _("缺席"), _("列席"))
    lines = [(str(_("主持")), str(chair))]
    lines += [(str(label), "、".join(found[str(label)])) for label in order if str(label) in found]
    return "\n".join(str(Message(_("%(label)s：%(who)s"), label=label, who=who)) for label, who in lines)
