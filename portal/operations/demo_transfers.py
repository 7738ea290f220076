"""Transfers of the demo in every state: between units, between counties, to the city; one dispute open, one decided."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from portal.campaigns.declarations import Campaign
from portal.core.clock import SHANGHAI
from portal.core.posts import POST_LABELS, PostKind
from portal.core.scope import Actor, crossing
from portal.ledger.clocks import fired_thresholds
from portal.ledger.models import Record
from portal.operations.demo_world import World, liaison, rows
from portal.tenants.models import Tenant
from portal.transfers import deciding, disputes, handling, sending, withdrawing
from portal.transfers.deciding import Decision
from portal.transfers.models import Side, Transfer, TransferDispute
from portal.transfers.pairs import pair_of
from portal.transfers.sending import Letter, find_handing, handings_for
from portal.units.bodies import find_body, list_members

OFFICE = "zfb"
"""Whose liaison sits for the office."""


def play(world: World) -> None:
    """Across the counties, when every one of them has its ledgers; outside any tenant."""
    tenants = {world.prefix(t): t for t in world.tenants.values()}
    for number, row in enumerate(rows("transfers.tsv")):
        campaign = world.registry.find(row["campaign"])
        if campaign is not None and row["prefix"] in tenants:
            Story(world, tenants, campaign, row, number).tell()
        world.session.commit()


class Story:
    """One line of ``transfers.tsv``: sent ``ago`` days ago, accepted and answered so many days later."""

    def __init__(
        self, world: World, tenants: dict[str, Tenant], campaign: Campaign, row: dict[str, str], number: int
    ) -> None:
        self.world, self.tenants, self.campaign, self.row = world, tenants, campaign, row
        self.tenant, self.key = tenants[row["prefix"]], f"demo-transfer-{number}"
        self.session = world.session

    def tell(self) -> None:
        with crossing(self.session, self.tenant.id):
            sent = self._send()
            if sent is None:
                return
            pair, sent_id = pair_of(sent), sent.id
            if self.row["state"] == "withdrawn":
                by = liaison(self.tenant.full_name)
                withdrawing.withdraw_transfer(
                    self.session, by, self._at("result"), row=sent, text=self.row["words"]
                )
        with crossing(self.session, pair.in_tenant):
            there = self.session.scalars(
                sa.select(Transfer).where(
                    Transfer.tenant_id == pair.in_tenant, Transfer.public_key == pair.public_key,
                    Transfer.side == Side.IN.value,
                )
            ).one()  # fmt: skip
            self._answer(there)
        if self.row["state"] in ("dispute", "decided"):
            self._argue(sent_id)

    def _at(self, name: str, hour: int = 15) -> datetime:
        days = int(self.row["ago"]) - (int(self.row[name]) if name != "ago" else 0)
        return self.world.at(self.world.today - timedelta(days=max(0, days)), hour)

    def _send(self) -> Transfer | None:
        row, session = self.row, self.session
        body = find_body(session, self.tenant.id, row["campaign"])
        handing = find_handing(self.campaign, row["handing"])
        at = self._at("ago", 9)
        if body is None or handing is None:
            return None
        office = row["unit"] == OFFICE
        members = {m.unit_id: m for m in list_members(session, body.id, self.world.today)}
        senders = [
            m.unit_id
            for m in members.values()
            if handing in handings_for(self.campaign, row["ledger"], m.member)
        ]
        slugs = self.world.units_by_slug[self.tenant.id]
        kind, _colon, name = row["receiver"].partition(":")
        number = {
            "unit": slugs.get(name),
            "tenant": self.tenants[name].id if name in self.tenants else None,
        }.get(kind)
        found = self._entry(body.id, at, None if office else [u for u in senders if u != number], slugs)
        if found is None:
            return None
        unit_id = None if office else found.unit_id
        actor = self.world.office(self.tenant) if office else liaison(members[found.unit_id].full_name)
        (sent, *_others) = sending.send_transfer(
            session, actor, at, campaign=self.campaign, handing=handing, found=found, unit_id=unit_id,
            letter=Letter(f"{kind}:{number}" if name else kind, row["reason"], row["asked"], row["reason"]),
            request_key=self.key,
        )  # fmt: skip
        return sent

    def _entry(
        self, body_id: int, at: datetime, units: list[int] | None, slugs: dict[str, int]
    ) -> Record | None:
        """The latest that is not on its way yet, fires no clock and stands where it began."""
        ledger = self.campaign.ledger(self.row["ledger"])
        sent = sa.select(Transfer.record_id).where(Transfer.record_id.is_not(None))
        query = sa.select(Record).where(
            Record.mechanism_id == body_id, Record.ledger == self.row["ledger"], Record.known_at < at,
            Record.withdrawn_at.is_(None), Record.closing == "", Record.id.not_in(sent), Record.origin == "",
        )  # fmt: skip
        if units is not None:
            query = query.where(Record.unit_id.in_(units))
        wanted = slugs.get(self.row["unit"])
        candidates = list(self.session.scalars(query.order_by(Record.known_at.desc(), Record.id)))
        candidates.sort(key=lambda r: r.unit_id != wanted)  # the unit of the line, if it has one
        if ledger is None:
            return None
        calm = (r for r in candidates if not fired_thresholds(self.campaign, ledger, r.values))
        return next(calm, None)

    def _answer(self, there: Transfer) -> None:
        state, session = self.row["state"], self.session
        tenant = next(t for t in self.tenants.values() if t.id == there.tenant_id)
        by = liaison(there.to_name) if there.unit_id else self.world.office(tenant)
        if state == "refused" or (state in ("dispute", "decided")):
            handling.refuse_transfer(session, by, self._at("accept"), row=there, text=self.row["words"])
        elif state in ("accepted", "progress", "done"):
            if there.unit_id is None:
                unit = self.world.units_by_slug[tenant.id]["gaj"]
                handling.pass_on(session, by, self._at("accept", 10), row=there, unit_id=unit)
                by = liaison(there.to_name)
            handling.accept_transfer(session, by, self._at("accept"), campaign=self.campaign, row=there)
        if state == "progress":
            handling.report_progress(
                session,
                by,
                self._at("accept", 17),
                row=there,
                text=self.row["words"],
                request_key=f"{self.key}-p",
            )
        if state in ("done", "upward_done"):
            at = self._at("result", 16)
            handling.finish_transfer(
                session, by, at, campaign=self.campaign, row=there,
                result=handling.Result(self.row["outcome"], self.row["words"], at.astimezone(SHANGHAI).date()),
            )  # fmt: skip

    def _argue(self, sent_id: int) -> None:
        """Brought by the sender, answered by the receiver; one is decided."""
        at = self.world.at(self.world.today - timedelta(days=max(0, int(self.row["ago"]) - 4)), 10)
        with crossing(self.session, self.tenant.id):
            sent = self.session.get_one(Transfer, (self.tenant.id, sent_id))
            dispute = disputes.refer_dispute(
                self.session, self.world.office(self.tenant), at, campaign=self.campaign, row=sent,
                text=self.row["reason"], request_key=f"{self.key}-d",
            )  # fmt: skip
            key, above, other = dispute.public_key, dispute.above_tenant_id, dispute.in_tenant_id
        if self.row["state"] == "dispute":
            return
        for tenant_id in (other, above):
            tenant = next(t for t in self.tenants.values() if t.id == tenant_id)
            with crossing(self.session, tenant_id):
                own = self.session.scalars(
                    sa.select(TransferDispute).where(
                        TransferDispute.tenant_id == tenant_id, TransferDispute.public_key == key
                    )
                ).one()
                if tenant_id == other:
                    deciding.add_words(
                        self.session, self.world.office(tenant), at, dispute=own, text=self.row["words"]
                    )
                    continue
                decided = self.world.at(at.date() + timedelta(days=4), 16)
                director = Actor(None, f"{tenant.full_name} {POST_LABELS[PostKind.OFFICE_DIRECTOR]}")
                deciding.decide_dispute(
                    self.session, director, decided, campaign=self.campaign, dispute=own,
                    decision=Decision(
                        Side.IN.value, self.world.text("dispute_number"), self.world.text("dispute_decision"),
                        decided.astimezone(SHANGHAI).date(),
                    ),
                )  # fmt: skip
