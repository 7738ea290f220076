"""Who somebody is to an entry: its keeper, its lead, a helping unit, the office, who leads the office; and so what they
may do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from portal.campaigns.declarations import Campaign
from portal.campaigns.workflow import Step, Who
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Text, _
from portal.ledger.models import Record
from portal.units.bodies import MemberUnit

WHO_LABELS: dict[Who, Text] = {
    Who.KEEPER: _("登记单位"),
    Who.LEAD: _("主办单位"),
    Who.SUPPORT: _("配合单位"),
    Who.OFFICE: _("办公室"),
    Who.OFFICE_HEAD: _("办公室主任或牵头部门负责人"),
}


@dataclass(frozen=True, kw_only=True)
class Hands:
    """What the reader is to one entry. ``members``: role -> keys of the roster's lines in which the reader has it."""

    roles: frozenset[Who] = frozenset()
    agrees: frozenset[Who] = frozenset()
    """As whom the reader agrees to what another one proposed."""
    members: Mapping[Who, frozenset[str]] = field(default_factory=dict)
    unit_id: int = 0
    """For which unit the reader acts; 0 = the office."""

    def may_take(self, step: Step) -> bool:
        return any(
            who in self.roles and (not step.members or self.members.get(who, frozenset()) & set(step.members))
            for who in step.by
        )

    @property
    def leads(self) -> bool:
        return Who.LEAD in self.roles

    @property
    def keeps(self) -> bool:
        return Who.KEEPER in self.roles

    @property
    def office(self) -> bool:
        return Who.OFFICE in self.roles

    @property
    def works(self) -> bool:
        """May add evidence."""
        return bool(self.roles - {Who.OFFICE_HEAD})


NOBODY = Hands()


def lead_of(found: Record) -> int:
    return found.lead_unit_id or found.unit_id


def hands_of(
    desk: Desk, campaign: Campaign, found: Record, supporting: Collection[int], members: Sequence[MemberUnit]
) -> Hands:
    """``members``: of the body today. Readers of another tenant have none of these roles."""
    if found.tenant_id != desk.tenant_id:
        return NOBODY
    writes = set(desk.units_with(Right.RECORD_WRITE))
    approves = set(desk.units_with(Right.RECORD_APPROVE))
    line = {m.unit_id: m.member for m in members}
    units = {Who.KEEPER: {found.unit_id}, Who.LEAD: {lead_of(found)}, Who.SUPPORT: set(supporting)}
    roles = {who for who, ids in units.items() if ids & writes}
    agrees = {who for who, ids in units.items() if ids & approves}
    of_lines = {who: frozenset(line[u] for u in ids & writes if u in line) for who, ids in units.items()}
    heads = any(
        Right.RECORD_APPROVE in p.rights and (p.unit_id is None or line.get(p.unit_id) == campaign.body.lead)
        for p in desk.posts
    )
    for who, held in ((Who.OFFICE, Right.RECORD_MANAGE in desk.rights), (Who.OFFICE_HEAD, heads)):
        if held:
            roles.add(who)
            agrees.add(who)
            of_lines[who] = frozenset({campaign.body.lead})
    mine = [u for who in units for u in units[who] & writes]
    acting = lead_of(found) if lead_of(found) in mine else next(iter(mine), 0)
    return Hands(roles=frozenset(roles), agrees=frozenset(agrees), members=of_lines, unit_id=acting)
