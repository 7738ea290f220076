"""Entries on their way in the demo: handed out, waiting for a second person, proposed for closure, closed, looked back at,
alive again. Written for whatever ledgers the campaigns declare: a step that needs what nobody knows is not taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any

import sqlalchemy as sa

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.forms import Field, FieldKind
from portal.campaigns.workflow import Step, Who
from portal.core.errors import PortalError
from portal.core.posts import POST_LABELS, PostKind
from portal.core.scope import Actor
from portal.documents.file_pages import files_folder
from portal.ledger.access import COUNTS
from portal.ledger.acting import stage_of
from portal.ledger.assigning import assign_record
from portal.ledger.closing import check_closing, close_record, may_propose, propose_closing, reopen_record
from portal.ledger.files import Evidence
from portal.ledger.hands import Hands
from portal.ledger.models import Record, RecordEvent
from portal.ledger.workflow import missing, take_step
from portal.operations.demo_records import Bodies
from portal.operations.demo_world import World, liaison
from portal.tenants.models import Tenant
from portal.units.bodies import MemberUnit

_TENANTS = ("pd", "xn", "sy", "yq")
EACH = 7
"""Entries of a ledger that are moved on; the others stand where they were registered."""
_LONGEST_WAY = 6


def play(world: World, tenant: Tenant, bodies: Bodies) -> None:
    if world.prefix(tenant) not in _TENANTS:
        return
    for key, (_mechanism, members) in bodies.items():
        campaign = world.registry.find(key)
        for ledger in campaign.ledgers if campaign else ():
            if campaign is not None and ledger.states:
                _move(world, tenant, campaign, ledger, members)


def _move(
    world: World, tenant: Tenant, campaign: Campaign, ledger: Ledger, members: Sequence[MemberUnit]
) -> None:
    elsewhere = sa.exists().where(  # somebody else's scene
        RecordEvent.tenant_id == Record.tenant_id, RecordEvent.record_id == Record.id,
        RecordEvent.kind.startswith("transfer"),
    )  # fmt: skip
    rows = world.session.scalars(
        sa.select(Record)
        .where(
            Record.campaign == campaign.key,
            Record.ledger == ledger.key,
            Record.lead_unit_id.is_(None),
            Record.origin == "",
            COUNTS,
            ~elsewhere,
        )
        .order_by(Record.known_at.desc(), Record.id)
        .limit(EACH)
    ).all()
    for number, found in enumerate(rows):
        hand = _Hand(world, tenant, campaign, ledger, found, members)
        if number == 0:
            hand.assign()
        elif number == 1:
            hand.propose_step()
        else:
            hand.bring_out(number)


class _Hand:
    """One entry and those who work on it."""

    def __init__(
        self, world: World, tenant: Tenant, campaign: Campaign, ledger: Ledger, found: Record,
        members: Sequence[MemberUnit],
    ) -> None:  # fmt: skip
        self.world, self.campaign, self.ledger, self.found, self.members = (
            world,
            campaign,
            ledger,
            found,
            members,
        )
        name = next((m.short_name for m in members if m.unit_id == found.unit_id), "")
        self.unit, self.office, self.head = liaison(name), world.office(tenant), world.office(tenant)
        for slug, post in (("bgs", PostKind.OFFICE_STAFF), ("zr", PostKind.OFFICE_DIRECTOR)):
            account = world.accounts.get(f"{world.prefix(tenant)}_{slug}")
            actor = Actor(account.id if account else None, f"{tenant.full_name} {POST_LABELS[post]}")
            self.office, self.head = (actor, self.head) if slug == "bgs" else (self.office, actor)
        self.at = found.known_at
        lines = frozenset(m.member for m in members)
        self.hands = Hands(
            roles=frozenset(Who),
            agrees=frozenset(Who),
            members=dict.fromkeys(Who, lines),
            unit_id=found.unit_id,
        )

    def act(self, service: Any, actor: Actor, days: float = 0, **more: Any) -> bool:
        """Some time after the act before; never later than now. False where the entry does not allow it."""
        self.at = min(self.at + timedelta(days=days, hours=1), self.world.now)
        try:
            service(
                self.world.session, actor, self.at, campaign=self.campaign, ledger=self.ledger, found=self.found,
                hands=self.hands, **more,
            )  # fmt: skip
        except PortalError:
            return False
        return True

    def assign(self) -> None:
        """Handed to another unit of the body, with a limit that is near."""
        others = [m for m in self.members if m.unit_id != self.found.unit_id]
        if not others or self.found.closing:
            return
        lead = next((m for m in others if m.unit_id in self.world.kept_open), others[0])
        helping = [m.unit_id for m in (*others, *self.members) if m.unit_id != lead.unit_id][:2]
        self.at = max(self.found.known_at, self.world.now - timedelta(days=6))
        self.act(
            assign_record, self.office, lead_id=lead.unit_id, supporting_ids=helping, office=self.office.name,
            due=self.world.today + timedelta(days=2), note=self.world.text("matter_assign"),
        )  # fmt: skip

    def propose_step(self) -> None:
        """Taken as far as a step that a second person must agree to."""
        for step in self._way_to({x for s in self.ledger.steps if s.approval is not None for x in s.start}):
            if not self._take(step):
                return
        for step in self._steps():
            if step.approval is not None and self._take(step):
                return

    def _way_to(self, wanted: set[str]) -> list[Step]:
        """The fewest steps that end in one of these stages; none where there is no way."""
        ways: list[tuple[str, list[Step]]] = [(stage_of(self.ledger, self.found), [])]
        seen = {ways[0][0]}
        for stage, way in ways:
            if stage in wanted:
                return way
            for step in self.ledger.steps:
                plain = stage in step.start and not step.upward and step.approval is None
                if plain and not self._ends(step) and step.end not in seen:
                    seen.add(step.end)
                    ways.append((step.end, [*way, step]))
        return []

    def bring_out(self, number: int) -> None:
        """Done, and then as far on the way out as its number says."""
        for _n in range(_LONGEST_WAY):
            if may_propose(self.ledger, self.found):
                break
            forward = [
                s for s in self._steps() if s.approval is None and s.end != stage_of(self.ledger, self.found)
            ]
            forward.sort(key=lambda s: not self._ends(s))
            if not any(self._take(s) for s in forward):
                return
        declared = self.ledger.closing
        if declared is None or number == 2:
            return
        values = {f.key: self._known(f) for f in self.ledger.fields if f.key in declared.requires}
        words = {"note": self.world.text("matter_result")}
        if not self.act(
            propose_closing, self.unit, 2, values={**values, **_held(self.found, declared.requires)},
            confirmed=range(len(declared.checklist)), evidence=self._evidence(), late_reason=words["note"], **words,
        ):  # fmt: skip
            return
        if number == 3 or not self.act(check_closing, self.office, 1):
            return
        if number == 4 or not self.act(close_record, self.head, 1):
            return
        if number == 5:
            self.found.look_back_on = self.world.today - timedelta(days=1)  # its day has come
        elif number == 6:
            self.act(reopen_record, self.office, 3, note=self.world.text("matter_return"))

    def _steps(self) -> list[Step]:
        stage = stage_of(self.ledger, self.found)
        return [s for s in self.ledger.steps if stage in s.start and not s.upward]

    def _ends(self, step: Step) -> bool:
        state = self.ledger.state(step.end)
        return state is not None and state.final

    def _take(self, step: Step) -> bool:
        values = {f.key: self._known(f) for f in self.ledger.fields if f.key in step.requires}
        values |= _held(self.found, step.fields)
        if missing(self.ledger, {**self.found.values, **values}, step.requires):
            return False
        note = self.world.text("matter_note")
        return self.act(
            take_step, self.unit, 1, step=step, values=values, note=note if step.note else "",
            evidence=self._evidence() if step.evidence else Evidence(), late_reason=note,
        )  # fmt: skip

    def _evidence(self) -> Evidence:
        """A file, each time the same words: what stands in it is nobody's."""
        content = f"{self.found.number} {self.found.title}\n{self.world.text('matter_result')}".encode()
        return Evidence(files_folder(), [(self.world.text("matter_file"), BytesIO(content))])

    def _known(self, field: Field) -> Any:
        """What anybody can say of a step that was taken: its day, a line, the usual choice."""
        match field.kind:
            case FieldKind.DATE:
                return min(self.at + timedelta(days=1), self.world.now).date().isoformat()
            case FieldKind.TEXT | FieldKind.LONG_TEXT if not field.sensitive:
                return self.world.text("matter_result")[: field.max_length]
            case FieldKind.CHOICE:
                return self.campaign.code_list(field.choices).choices[0].key
        return None


def _held(found: Record, keys: Sequence[str]) -> dict[str, Any]:
    """What stands there already is not said again."""
    return {key: found.values[key] for key in keys if found.values.get(key) not in (None, "", [])}
