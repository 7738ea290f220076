"""The ladder and the score of the demo: one measure of each state, a published sheet with events and objections."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from portal.accounts.models import Account
from portal.assessment import ladder, ladder_deciding, ladder_talks, scores, scores_events
from portal.assessment.ladder_access import Seat, take_seat
from portal.assessment.models import Answer, Measure, ScoreSheet
from portal.assessment.scores_counting import read_lines
from portal.campaigns.declarations import Campaign
from portal.core.reader import Desk, Reader
from portal.core.scope import Actor
from portal.operations.demo_world import World, rows
from portal.tenants.calendar import load_calendar
from portal.tenants.models import Tenant
from portal.units.bodies import list_members
from portal.units.models import Mechanism
from portal.units.reader import load_posts

PUBLISHED = 45
"""Days since the sheet of the year was published."""


def play(world: World, tenant: Tenant) -> None:
    """Inside ``tenant``."""
    wanted = [r for r in rows("assessment.tsv") if r["prefix"] == world.prefix(tenant)]
    bodies = world.session.scalars(sa.select(Mechanism).where(Mechanism.tenant_id == tenant.id)).all()
    for body in bodies:
        campaign = world.registry.find(body.campaign)
        mine = [r for r in wanted if r["campaign"] == body.campaign]
        if campaign is None or not mine:
            continue
        scene = Scene(world, tenant, body, campaign)
        for number, row in enumerate(r for r in mine if r["what"] == "measure"):
            scene.measure(row, f"demo-measure-{body.campaign}-{number}")
        if campaign.oversight.score:
            scene.score([r for r in mine if r["what"] == "score"])


class Scene:
    def __init__(self, world: World, tenant: Tenant, body: Mechanism, campaign: Campaign) -> None:
        self.world, self.tenant, self.body, self.campaign = world, tenant, body, campaign
        self.session, self.calendar = world.session, load_calendar(world.session)
        self.slugs = world.units_by_slug[tenant.id]

    def link(self, measure_id: int) -> str:
        return f"/{self.tenant.code}/{self.campaign.key}/assessment/ladder/{measure_id}"

    def sits(self, slug: str) -> tuple[Seat, Actor]:
        """The seat of an account, with the name that the trail gives it."""
        name = f"{self.world.prefix(self.tenant)}_{slug}"
        account = self.session.scalars(sa.select(Account).where(Account.username == name)).one()
        reader = Reader(
            account.id, name, account.display_name, load_posts(self.session, account.id, self.world.now)
        )
        desk = reader.desk(self.tenant.code, self.campaign.key)
        assert desk is not None
        post = desk.posts[0]
        actor = Actor(account.id, f"{post.unit_name or post.tenant_name} {account.display_name}")
        return take_seat(self.session, desk, self.campaign, self.world.today), actor

    def measure(self, row: dict[str, str], key: str) -> None:
        """Proposed ``ago`` days ago; ``end`` says how far it went."""
        world, ago, end = self.world, int(row["ago"]), row["end"]
        seat, office = self.sits("bgs")
        unit_id = self.slugs.get(row["unit"], 0)
        if unit_id not in {m.unit_id for m in seat.members}:
            return
        proposed = world.at(world.today - timedelta(days=ago))
        draft = ladder.Draft(
            unit_id=unit_id, rung=row["rung"], trigger=row["trigger"], reason=row["reason"],
            evidence=tuple((line, "") for line in row["evidence"].split("|")), skipped_why=row["skipped_why"],
        )  # fmt: skip
        found = ladder.propose(
            self.session, office, proposed, seat=seat, campaign=self.campaign, draft=draft, calendar=self.calendar,
            request_key=key, link=self.link,
        )  # fmt: skip
        if end == "open":
            return
        unit_seat, unit = self.sits(row["unit"])
        said = Answer.OBJECTED if row["objection"] else Answer.WAIVED
        ladder.answer(
            self.session, unit, proposed + timedelta(days=2), seat=unit_seat, campaign=self.campaign, measure=found, said=said,
            objection=row["objection"], link=self.link,
        )  # fmt: skip
        if end != "answered":
            self._decide(found, row, ago)

    def _decide(self, found: Measure, row: dict[str, str], ago: int) -> None:
        seat, convenor = self.sits("zhr")
        moment = self.world.at(self.world.today - timedelta(days=max(ago - 6, 0)))
        decision = ladder_deciding.Decision(
            confirmed=row["end"] != "declined", why=row["why"], number=row["number"].format(year=moment.year)
        )
        ladder_deciding.decide(
            self.session, convenor, moment, seat=seat, campaign=self.campaign, measure=found, decision=decision, link=self.link
        )  # fmt: skip
        if row["end"] == "talk":
            office_seat, office = self.sits("bgs")
            day = self.world.today - timedelta(days=max(ago - 8, 0))
            talk = ladder_talks.Talk(
                held_on=day, attendees=row["attendees"].split("|"), problems=row["reason"], statement=row["statement"],
                rectify_by=day + timedelta(days=30),
            )  # fmt: skip
            ladder_talks.keep_talk(
                self.session, office, self.world.at(day, 16), seat=office_seat, measure=found, talk=talk
            )

    def score(self, wanted: list[dict[str, str]]) -> None:
        """Of the year of ``PUBLISHED`` days ago, so that it is there in January too."""
        world = self.world
        seat, office = self.sits("bgs")
        published = world.at(world.today - timedelta(days=PUBLISHED))
        sheet = scores.start_sheet(
            self.session, office, published, desk=seat.desk, campaign=self.campaign, year=published.year
        )
        members = [m for m in list_members(self.session, self.body.id, world.today) if m.member]
        scores.publish(
            self.session, office, published, sheet=sheet, edition=sheet.draft_edition, why="", members=members,
            office=self.body.office, link=lambda unit_id: self._page(sheet, unit_id),
        )  # fmt: skip
        for number, row in enumerate(wanted):
            self._event(sheet, seat.desk, office, row, f"demo-score-{self.campaign.key}-{number}")

    def _page(self, sheet: ScoreSheet, unit_id: int) -> str:
        return f"/{self.tenant.code}/{self.campaign.key}/assessment/scores/{sheet.id}/units/{unit_id}"

    def _event(self, sheet: ScoreSheet, desk: Desk, office: Actor, row: dict[str, str], key: str) -> None:
        world, unit_id = self.world, self.slugs.get(row["unit"], 0)
        day = world.today - timedelta(days=int(row["ago"]))
        member = next(
            (m for m in list_members(self.session, self.body.id, world.today) if m.unit_id == unit_id), None
        )
        if member is None or day.year != sheet.year:
            return
        entry = scores_events.Entry(
            line=row["rung"], happened_on=day, evidence=row["evidence"], points=int(row["points"]) if row["points"] else None
        )  # fmt: skip

        def page(unit: int) -> str:
            return self._page(sheet, unit)

        event = scores_events.enter_event(
            self.session, office, world.at(day, 15), sheet=sheet, lines=read_lines(sheet.draft), unit_id=unit_id,
            unit=member.short_name, entry=entry, calendar=self.calendar, office=self.body.office, request_key=key, link=page,
        )  # fmt: skip
        if not row["objection"]:
            return
        _seat, unit = self.sits(row["unit"])
        said = scores_events.object_to(
            self.session, unit, world.at(day + timedelta(days=3)), sheet=sheet, unit_id=unit_id, unit=member.short_name,
            line=row["rung"], event=f"event:{event.id}", object_by=event.object_by, text=row["objection"], link=page,
        )  # fmt: skip
        if row["end"]:
            _seat, director = self.sits("zr")
            scores_events.answer_objection(
                self.session, director, world.at(day + timedelta(days=5)), sheet=sheet, unit_id=unit_id, objection_id=said.id,
                upheld=row["end"] == "upheld", text=row["why"], office=self.body.office, link=page,
            )  # fmt: skip
