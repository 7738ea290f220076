"""The division of duties: what each member of a body has to do, and which of today's units that means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portal.campaigns.declarations import EVERY_MEMBER, Campaign, Duty
from portal.core.text import Text, _
from portal.units.bodies import MemberUnit

EVERY = _("全体成员单位")


@dataclass(frozen=True)
class Row:
    """One duty with the name of its roster line and the units that bear it today."""

    number: int
    """Place in the campaign's division of duties."""
    duty: Duty
    holder: Text
    units: tuple[MemberUnit, ...]


def expand_duties(campaign: Campaign, members: Iterable[MemberUnit]) -> list[tuple[MemberUnit, Duty]]:
    """Every pair of unit and duty, units in the given order, duties in the document's."""
    return [(unit, duty) for unit in members for duty in _borne(campaign, unit.member)]


def _borne(campaign: Campaign, member: str) -> tuple[Duty, ...]:
    """A guest ('') bears nothing, the common duties neither: it is no member."""
    return campaign.duties_of(member) if member else ()


def list_rows(campaign: Campaign, members: Sequence[MemberUnit]) -> list[Row]:
    """The whole division of duties in the document's order."""
    bearers: dict[str, list[MemberUnit]] = {}
    for unit, duty in expand_duties(campaign, members):
        bearers.setdefault(duty.key, []).append(unit)
    labels = {m.key: m.label for m in campaign.roster}
    return [
        Row(number, duty, labels.get(duty.member, EVERY), tuple(bearers.get(duty.key, ())))
        for number, duty in enumerate(campaign.duties, 1)
    ]


def list_own_rows(campaign: Campaign, member: str) -> list[Row]:
    """What one member bears, common duties included."""
    borne = {d.key for d in _borne(campaign, member)}
    return [row for row in list_rows(campaign, ()) if row.duty.key in borne]


def filter_rows(
    campaign: Campaign,
    rows: Iterable[Row],
    *,
    member: str = "",
    kind: str = "",
    text: str = "",
) -> list[Row]:
    """``kind``: dated, soft or plain. ``text`` is looked for in duty, document, article and units' names."""
    words = text.split()
    return [
        r
        for r in rows
        if (not member or member in (r.duty.member, *r.duty.also))
        and (not kind or _kind(r.duty) == kind)
        and all(w in _searched(campaign, r) for w in words)
    ]


def _kind(duty: Duty) -> str:
    return "dated" if duty.cadence else "soft" if duty.soft else "plain"


def _searched(campaign: Campaign, row: Row) -> str:
    names = (name for u in row.units for name in (u.full_name, u.short_name))
    number = campaign.source(row.duty.clause.source).number
    return "\n".join((row.duty.text, row.duty.clause.article, number, row.holder, *names))


def member_choices(campaign: Campaign) -> list[tuple[str, Text]]:
    """Roster lines that bear a duty of their own, in order, after the whole body."""
    bearing = {key for d in campaign.duties for key in (d.member, *d.also)}
    common = [(EVERY_MEMBER, EVERY)] if EVERY_MEMBER in bearing else []
    return common + [(m.key, m.label) for m in campaign.roster if m.key in bearing]
