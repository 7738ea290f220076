"""Meetings of the demo: topics in each state, meetings held, to come and cancelled, replies of every sort. Posts only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from io import BytesIO

import sqlalchemy as sa

from portal.accounts.models import Account
from portal.campaigns.declarations import Campaign
from portal.core.clock import SHANGHAI
from portal.core.posts import POST_LABELS, PostKind
from portal.core.reader import Desk, Reader
from portal.core.scope import Actor
from portal.documents.file_pages import files_folder
from portal.documents.letters import Letter
from portal.meetings import convening, papers, replies, topics
from portal.meetings.agenda import AgendaLine
from portal.meetings.models import AgendaItem, Meeting, Topic
from portal.meetings.services import Reply, kind_of, list_invitations
from portal.operations.demo_world import World, liaison, rows
from portal.tenants.models import Level, Tenant
from portal.units.bodies import MemberUnit, list_members
from portal.units.models import Mechanism
from portal.units.posts import RANKS
from portal.units.reader import load_posts

OPEN = "pd_gaj"
"""Whose reply to the next meeting is left for who tries the demo."""


def play(world: World, tenant: Tenant) -> dict[tuple[str, str], Meeting]:
    """Inside ``tenant``: (campaign, key in ``meetings.tsv``) -> meeting."""
    found: dict[tuple[str, str], Meeting] = {}
    if tenant.level == Level.PROVINCE:
        return found
    for body in world.session.scalars(sa.select(Mechanism).where(Mechanism.tenant_id == tenant.id)).all():
        campaign = world.registry.find(body.campaign)
        office = desk_of(world, tenant, body.campaign, "bgs")
        if campaign is None or office is None:
            continue
        members = list_members(world.session, body.id, world.today)
        decided = _topics(world, tenant, campaign, office, members)
        for row in rows("meetings.tsv"):
            if row["campaign"] == body.campaign:
                meeting = _call(world, tenant, campaign, office, members, row, decided)
                if meeting is not None:
                    found[body.campaign, row["key"]] = meeting
    return found


def desk_of(world: World, tenant: Tenant, campaign: str, ends: str) -> Desk | None:
    """Of the account ``<prefix>_<ends>``; None where it has no post in the body."""
    name = f"{world.prefix(tenant)}_{ends}"
    account = world.session.scalars(sa.select(Account).where(Account.username == name)).one_or_none()
    posts = load_posts(world.session, account.id, world.now) if account else ()
    return Reader(account.id, name, "", posts).desk(tenant.code, campaign) if account else None


def moment(world: World, days: int, hour: int) -> datetime:
    """That hour of a day off from today, moved off the weekend."""
    day = world.today + timedelta(days=days)
    while day.weekday() > 4:
        day += timedelta(days=1 if days > 0 else -1)
    return datetime.combine(day, time(hour), SHANGHAI)


def _ids(world: World, tenant: Tenant, members: Sequence[MemberUnit], slugs: str) -> list[int]:
    known = world.units_by_slug[tenant.id]
    wanted = {known.get(s) for s in slugs.split(",")}
    return [m.unit_id for m in members if m.unit_id in wanted]


# ------------------------------------------------------------------------------------------------- topics
def _topics(
    world: World, tenant: Tenant, campaign: Campaign, office: Desk, members: Sequence[MemberUnit]
) -> dict[str, Topic]:
    """Title -> topic that was decided for a meeting."""
    decided: dict[str, Topic] = {}
    convenor = desk_of(world, tenant, campaign.key, "zhr")
    for n, row in enumerate(r for r in rows("meeting_topics.tsv") if r["campaign"] == campaign.key):
        unit = desk_of(world, tenant, campaign.key, row["unit"])
        unit_id = next(iter(_ids(world, tenant, members, row["unit"])), None)
        if unit is None or unit_id is None or convenor is None:
            continue
        name = next(m.full_name for m in members if m.unit_id == unit_id)
        filed = moment(world, -int(row["days"]), 10)
        topic = topics.file_topic(
            world.session, liaison(name), filed, desk=unit, unit_id=unit_id,
            entry=topics.Entry(row["title"], row["grounds"]), request_key=f"demo-topic-{office.mechanism_id}-{n}",
        )  # fmt: skip
        link = f"/{tenant.code}/{campaign.key}/topics/{topic.id}"
        if row["opinion"]:
            topics.pass_on(
                world.session, world.office(tenant), filed + timedelta(hours=5), desk=office, topic=topic,
                opinion=row["opinion"], link=link,
            )  # fmt: skip
        if row["decision"]:
            named = _ids(world, tenant, members, row["units"])
            named = (
                named
                if len(named) > 1
                else [unit_id, *(m.unit_id for m in members[:3] if m.unit_id != unit_id)]
            )
            topics.decide(
                world.session, _lead(tenant, office), filed + timedelta(hours=29), desk=convenor, campaign=campaign,
                topic=topic, decision=row["decision"], unit_ids=named,
                members=[m.unit_id for m in members], why=row["why"], link=link,
            )  # fmt: skip
            decided[row["title"]] = topic
        elif not row["opinion"]:
            topics.tell_office(world.session, liaison(name), filed, topic, link)
    return decided


def _lead(tenant: Tenant, office: Desk) -> Actor:
    word = office.posts[0].titles.get(PostKind.CONVENOR.value) or POST_LABELS[PostKind.CONVENOR]
    return Actor(None, f"{tenant.full_name} {word}")


# ------------------------------------------------------------------------------------------------- meetings
def _call(
    world: World, tenant: Tenant, campaign: Campaign, office: Desk, members: Sequence[MemberUnit], row: dict[str, str],
    decided: dict[str, Topic],
) -> Meeting | None:  # fmt: skip
    starts = moment(world, int(row["days"]), int(row["hour"]))
    called = min(starts - timedelta(days=8), world.now - timedelta(hours=3))
    pairs = [part.partition("@") for part in row["agenda"].split(";")]
    topic = decided.get(pairs[0][0]) if row["units"] == "topic" else None
    everybody = [m.unit_id for m in members]
    units = everybody if row["units"] == "*" else _ids(world, tenant, members, row["units"])
    if row["units"] == "topic":
        if topic is None:
            return None
        units = topic.decision_unit_ids
    if len(units) < 2:
        return None
    agenda = [
        AgendaLine(
            title=title, unit_id=next(iter(set(_ids(world, tenant, members, slug)) & set(units)), None), minutes=20,
            topic_id=topic.id if topic else None,
        )
        for title, _at, slug in pairs
    ]  # fmt: skip
    entry = convening.Entry(
        type=row["type"], starts_at=starts, minutes=int(row["minutes"]), place=f"{tenant.name}{row['place']}",
        chair=(PostKind.OFFICE_DIRECTOR if row["type"] == "liaison" else PostKind.CONVENOR).value,
        reply_by=max(starts - timedelta(days=2), called + timedelta(hours=12)), contact=world.text("meeting_contact"),
        requirements=world.text("meeting_requirements"), units=units, agenda=agenda,
    )  # fmt: skip
    actor, code = world.office(tenant), f"/{tenant.code}/{campaign.key}/meetings"
    meeting = convening.call_meeting(
        world.session, actor, called, desk=office, campaign=campaign, entry=entry, members=everybody,
        request_key=f"demo-meeting-{office.mechanism_id}-{row['key']}", link=lambda m: f"{code}/{m.id}/replies",
    )  # fmt: skip
    _reply(world, tenant, campaign, office, meeting, row["state"])
    if row["state"] != "cancelled":
        _put_papers(world, actor, called, office, meeting)
    if row["state"] == "cancelled":
        convening.cancel_meeting(
            world.session, actor, starts - timedelta(days=1), meeting=meeting, why=world.text("meeting_cancelled"),
            link=f"{code}/{meeting.id}",
        )  # fmt: skip
    if row["state"] == "held":
        _hold(world, actor, meeting)
    return meeting


def _put_papers(world: World, actor: Actor, at: datetime, office: Desk, meeting: Meeting) -> None:
    """One for the first line of the agenda."""
    item = world.session.scalars(
        sa.select(AgendaItem).where(AgendaItem.meeting_id == meeting.id).order_by(AgendaItem.position)
    ).first()
    if item is None:
        return
    letter, stream = Letter(), BytesIO()
    letter.title(item.title)
    letter.paragraph(world.text("meeting_paper"))
    letter.save(stream)
    stream.seek(0)
    papers.attach(
        world.session, actor, at, folder=files_folder(), desk=office, meeting=meeting, item=item,
        uploads=[(f"{item.title}.docx", stream)],
    )  # fmt: skip


def _reply(
    world: World, tenant: Tenant, campaign: Campaign, office: Desk, meeting: Meeting, state: str
) -> None:
    """Of a meeting to come a third is still open, the unit of the first demo account always."""
    kind = kind_of(campaign, meeting.type)
    left = world.units_by_slug[tenant.id].get(OPEN.partition("_")[2])
    for n, row in enumerate(list_invitations(world.session, meeting)):
        if state == "open" and (n % 3 == 2 or row.unit_id == left):
            continue
        at = min(
            meeting.called_at + timedelta(hours=1, minutes=7 * n),
            meeting.starts_at - timedelta(hours=2),
            world.now,
        )
        entry = replies.Entry(Reply.ATTEND, attendee=world.text("meeting_attendee"))
        if n % 5 == 3:
            lower = n % 2  # somebody of lower rank comes, with a reason
            entry = replies.Entry(
                Reply.SUBSTITUTE, attendee=world.text("meeting_lower" if lower else "meeting_substitute"),
                rank=str(RANKS[3] if lower else RANKS[5]), reason=world.text("meeting_away"), below_why=world.text("meeting_below"),
            )  # fmt: skip
        elif n % 11 == 6:
            entry = replies.Entry(Reply.LEAVE, reason=world.text("meeting_away"))
        replies.send_reply(
            world.session, liaison(row.full_name), at, desk=office, meeting=meeting, kind=kind, unit_id=row.unit_id,
            entry=entry,
        )  # fmt: skip


def _hold(world: World, actor: Actor, meeting: Meeting) -> None:
    ends = meeting.starts_at + timedelta(minutes=meeting.minutes + 10)
    marks = {
        r.unit_id: (r.invitation.reply != Reply.LEAVE, "") for r in list_invitations(world.session, meeting)
    }
    replies.mark_present(world.session, actor, ends, meeting=meeting, marks=marks)
    convening.set_held(world.session, actor, ends, meeting=meeting, lasted=meeting.minutes + 10)
