"""Orders of the demo in every state, and planned inspections: posts only, nothing of a real case."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import sqlalchemy as sa

from portal.core.clock import SHANGHAI
from portal.core.posts import POST_LABELS, PostKind
from portal.core.scope import Actor
from portal.core.text import _
from portal.documents.file_pages import files_folder
from portal.operations.demo_world import World, liaison, rows
from portal.supervision import closing, steps, visits
from portal.supervision.models import Cadence, Colour, Order
from portal.supervision.services import assign_order
from portal.tenants.models import Tenant
from portal.units.bodies import MemberUnit, list_members
from portal.units.models import Mechanism

EVIDENCE = _("办理情况说明：已按要求完成，附件为演示内容。")


def play(world: World, tenant: Tenant) -> None:
    """Inside ``tenant``."""
    folder = files_folder()
    bodies = world.session.scalars(sa.select(Mechanism).where(Mechanism.tenant_id == tenant.id)).all()
    for body in bodies:
        members = {m.unit_id: m for m in list_members(world.session, body.id, world.today)}
        place = (world.prefix(tenant), body.campaign)
        orders = [r for r in rows("orders.tsv") if (r["prefix"], r["campaign"]) == place]
        for number, row in enumerate(sorted(orders, key=lambda r: -int(r["ago"]))):
            Story(world, tenant, body, members, folder, row, f"demo-order-{body.id}-{number}").tell()
        for number, row in enumerate(rows("visits.tsv")):
            if (row["prefix"], row["campaign"]) == place:
                _visit(world, tenant, body, members, row, f"demo-visit-{body.id}-{number}")


class Story:
    """One line of ``orders.tsv``: assigned ``ago`` days ago, due in ``due`` days, brought to its ``state``."""

    def __init__(
        self, world: World, tenant: Tenant, body: Mechanism, members: dict[int, MemberUnit], folder: Path,
        row: dict[str, str], key: str,
    ) -> None:  # fmt: skip
        self.world, self.tenant, self.body, self.members = world, tenant, body, members
        self.folder, self.row, self.key = folder, row, key
        self.office = world.office(tenant)
        self.director = Actor(None, f"{tenant.full_name} {POST_LABELS[PostKind.OFFICE_DIRECTOR]}")

    def tell(self) -> None:
        row, slugs = self.row, self.world.units_by_slug[self.tenant.id]
        lead = slugs.get(row["lead"])
        if lead not in self.members:
            return
        supporting = [u for s in row["supporting"].split(",") if (u := slugs.get(s)) in self.members]
        assigned, due = self._day(-int(row["ago"])), self._work_day(int(row["due"]))
        order = assign_order(
            self.world.session, self.office, self.world.at(assigned, 9), mechanism_id=self.body.id, office=self.body.office,
            title=row["title"], requirements=row["requirements"], lead_id=lead or 0,
            supporting_ids=[u for u in supporting if u], due=max(due, assigned), source=row["source"], label=row["label"],
            person=row["person"], cadence=Cadence(row["cadence"]), listed_by=row["listed"], request_key=self.key,
            link=self._link,
        )  # fmt: skip
        if row["state"] != "new":
            self._go_on(order)

    def _day(self, days: int) -> date:
        return self.world.today + timedelta(days=days)

    def _work_day(self, days: int) -> date:
        """Fixed dates of the demo are no Sundays."""
        day = self._day(days)
        return day - timedelta(days=max(0, day.weekday() - 4)) if days < 0 else day

    def _link(self, order_id: int) -> str:
        return f"/{self.tenant.code}/{self.body.campaign}/supervision/orders/{order_id}"

    def _at(self, order: Order, part: float, hour: int = 15) -> datetime:
        """A moment between the assignment and the due day, or now."""
        begun = order.assigned_at.astimezone(SHANGHAI).date()
        last = min(self.world.today, self._day(int(self.row["due"])))
        return max(self.world.at(begun + (last - begun) * part, hour), order.assigned_at)

    def _go_on(self, order: Order) -> None:
        state, session = self.row["state"], self.world.session
        unit = liaison(self.members[order.lead_id].full_name)
        steps.sign_for(session, unit, self._at(order, 0.05, 16), order=order, unit_id=order.lead_id)
        if state in ("slow", "late"):
            self._urge(order, Colour.BLUE, 0.8)
            if state == "late":
                self._urge(order, Colour.YELLOW, 1)
            return
        closes = state in ("proposed", "checked", "closed", "lookback")
        steps.feed_back(
            session, unit, self._at(order, 0.9 if not closes else 0.5), order=order, unit_id=order.lead_id,
            progress=self.world.text("order_progress"), problems="" if closes else self.world.text("order_problem"),
            plan=self.world.text("order_plan"), request_key=f"{self.key}-feed", link=self._link(order.id),
        )  # fmt: skip
        if closes:
            self._close(order, unit, state)
        elif state == "handed":
            steps.hand_up(
                session,
                self.office,
                self.world.now,
                order=order,
                text=self.world.text("order_hand_up"),
                request_key=f"{self.key}-up",
            )
        elif state == "withdrawn":
            closing.withdraw_order(
                session, self.office, self._at(order, 1), order=order, text=self.world.text("order_withdrawn"),
                version=order.version, request_key=f"{self.key}-withdraw", link=self._link(order.id),
            )  # fmt: skip

    def _urge(self, order: Order, colour: Colour, part: float) -> None:
        steps.urge(
            self.world.session, self.office, self._at(order, part, 10), order=order, colour=colour,
            text=self.world.text("order_urge"), request_key=f"{self.key}-{colour.value}", link=self._link(order.id),
        )  # fmt: skip

    def _close(self, order: Order, unit: Actor, state: str) -> None:
        session, link = self.world.session, self._link(order.id)
        at = self._at(order, 0.95, 11)
        closing.propose_closure(
            session, unit, at, order=order, unit_id=order.lead_id, text=self.world.text("order_result"),
            version=order.version, request_key=f"{self.key}-propose", folder=self.folder,
            uploads=[(f"{order.title}.txt", BytesIO(str(EVIDENCE).encode()))], link=link,
        )  # fmt: skip
        if state == "proposed":
            return
        closing.check_closure(
            session, self.office, self.world.at(at.date() + timedelta(days=1), 10), order=order, text="",
            version=order.version, request_key=f"{self.key}-check",
        )  # fmt: skip
        if state == "checked":
            return
        closed = self.world.at(at.date() + timedelta(days=2), 10)
        closing.close_order(
            session, self.director, closed, order=order, text="", version=order.version,
            request_key=f"{self.key}-close", link=link,
            look_back_on=max(self.world.today, closed.date() + timedelta(days=1)) if state == "lookback" else None,
        )  # fmt: skip


def _visit(
    world: World,
    tenant: Tenant,
    body: Mechanism,
    members: dict[int, MemberUnit],
    row: dict[str, str],
    key: str,
) -> None:
    slugs = world.units_by_slug[tenant.id]
    units = [u for s in row["units"].split(",") if (u := slugs.get(s)) in members]
    if not units:
        return
    on = world.today + timedelta(days=int(row["day"])) if row["day"] else None
    month = (world.today.replace(day=1) + timedelta(days=32 * int(row["ahead"]))).replace(day=1)
    planned = world.at((on or world.today) - timedelta(days=20), 9)
    link = f"/{tenant.code}/{body.campaign}/supervision/visits"
    visit = visits.plan_visit(
        world.session, world.office(tenant), planned, mechanism_id=body.id, title=row["title"], month=f"{month:%Y-%m}",
        on=on, unit_ids=[u for u in units if u], by_whom=row["by_whom"], basis=row["basis"], request_key=key, link=link,
    )  # fmt: skip
    if on is not None and row["result"]:
        for place, unit_id in enumerate(units):
            problems = row["problems"] if place == 0 else ""
            visits.record_result(
                world.session, world.office(tenant), world.at(on, 17), visit=visit, unit_id=unit_id or 0, done_on=on,
                result=row["result"], problems=problems,
            )  # fmt: skip
