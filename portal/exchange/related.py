"""可能关联: several finds are never one amount by themselves; a person sees them and may link them (Q-13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import FieldKind
from portal.core.audit import Act, record
from portal.core.errors import Invalid
from portal.core.scope import Actor
from portal.core.text import Message, _
from portal.deadlines.matters import Matter, Near, list_near
from portal.exchange.models import UrgentReport
from portal.exchange.office import inside, subject_of


@dataclass(frozen=True)
class Candidate:
    near: Near
    amount: int | None
    linked: bool


@dataclass(frozen=True)
class Kin:
    """What may belong to a matter, with the sum as information."""

    rows: tuple[Candidate, ...]
    count: int
    """Finds with an amount, the matter itself included."""
    total: int

    @property
    def sentence(self) -> Message | None:
        if self.count < 2:
            return None
        total = show_yuan(self.total)
        if self.count == 2:
            return Message(_("两起合计 %(sum)s 元，非一次发现，不自动合并。"), sum=total)
        return Message(_("%(n)s 起合计 %(sum)s 元，非一次发现，不自动合并。"), n=self.count, sum=total)


def show_yuan(fen: int) -> str:
    whole, rest = divmod(fen, 100)
    return f"{whole:,}.{rest:02d}" if rest else f"{whole:,}"


def amount_of(campaign: Campaign, ledger: str, values: Mapping[str, Any]) -> int | None:
    """Fen; the first amount of an entry, in the order of its ledger."""
    found = campaign.ledger(ledger)
    money = (f.key for f in found.fields if f.kind is FieldKind.MONEY) if found else ()
    return next((values[key] for key in money if values.get(key)), None)


def find_kin(
    session: Session,
    campaign: Campaign,
    matter: Matter,
    *,
    unit_ids: Sequence[int] | None,
    linked: Iterable[str] = (),
) -> Kin:
    """``unit_ids``: whose entries the reader sees, None = the whole tenant's; one statement."""
    chosen = set(linked)
    rows = tuple(
        Candidate(near, amount_of(campaign, matter.ledger, near.values), near.subject in chosen)
        for near in list_near(session, matter, unit_ids)
    )
    summed = [r for r in rows if r.linked] or rows  # once a person has chosen, the sum is of what was chosen
    amounts = [
        a for a in (amount_of(campaign, matter.ledger, matter.values), *(r.amount for r in summed)) if a
    ]
    return Kin(rows, len(amounts), sum(amounts))


def check_chosen(kin: Kin, chosen: Sequence[str]) -> list[str]:
    """Subjects that were offered, in their order; ``Invalid`` for anything else."""
    offered = [row.near.subject for row in kin.rows]
    if not set(chosen) <= set(offered):
        raise Invalid({"related": _("所选关联事项已变动，请刷新页面后重新选择。")})
    return [subject for subject in offered if subject in chosen]


def link_matters(
    session: Session, actor: Actor, now: datetime, *, report: UrgentReport, kin: Kin, chosen: Sequence[str]
) -> None:
    """A person says which of those offered belong to the report; those not offered to that person stay as they are."""
    wanted = check_chosen(kin, chosen)
    offered = {row.near.subject for row in kin.rows}
    with inside(session, report):
        related = [s for s in report.related if s not in offered] + wanted
        if related != report.related:
            report.related = related
            record(session, Act.URGENT_RELATE, subject_of(report), actor, now, {"related": related})
