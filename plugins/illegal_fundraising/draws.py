"""Where the figures of 附件1 are read off: leads, cases, screenings, lists of premises and sectors, petitions, activities.

A measure counts in the quarter of its own day, which its step asks for; a case is resolved on the day it was closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from portal.campaigns import ACTIVITIES, Draw, Values, added_up, counted

PREMISES = ("offices", "shops", "parks", "agencies")
"""Kinds of premises that 五（一） names (K-10): counts of ``grid`` and ``screening``."""


def _from(source: str) -> tuple[Draw, ...]:
    return (counted("lead", lambda v: v.get("lead_source") == source, dated="found_on"),)


MEASURE_DAYS: Mapping[str, str] = {
    "warning_talk": "talked_on",
    "rectification": "rectified_on",
    "account_query": "queried_on",
    "suspension": "suspended_on",
    "stop_order": "stopped_on",
    "seal_and_seize": "sealed_on",
    "asset_recovery": "recalled_on",
    "exit_ban": "exit_banned_on",
    "repayment": "repaid_on",
    "penalty": "fined_on",
    "revocation": "revoked_on",
    "police": "police_on",
    "regulator": "regulator_on",
    "licensing": "licensing_on",
    "deregistration": "deregistered_on",
    "site_closed": "sites_closed_on",
}
"""Code of ``measure`` -> the day it was taken; ``confiscation`` goes with the decision of ``fined_on``."""


def _on(day: str) -> tuple[Draw, ...]:
    return (counted("lead", dated=day),)


def _of_leads(key: str, day: str) -> tuple[Draw, ...]:
    return (added_up("lead", key, dated=day),)


def _screened(*keys: str) -> tuple[Draw, ...]:
    return tuple(added_up("screening", key) for key in keys)


def _is_opinion(values: Values) -> bool:
    return values.get("kind") == "opinion"


def _is_petition(values: Values) -> bool:
    return not _is_opinion(values)


def within(day: object, first: date, last: date) -> bool:
    """Whether an ISO day (or nothing) falls into the period."""
    return first.isoformat() <= str(day or "") <= last.isoformat()


def _by(day: object, last: date) -> bool:
    return bool(day) and str(day) <= last.isoformat()


def measures_taken(values: Values, last: date) -> list[str]:
    """Codes of the measures taken by ``last``, in the order of the list."""
    found = [code for code, day in MEASURE_DAYS.items() if _by(values.get(day), last)]
    return [*found, "confiscation"] if values.get("confiscated") and "penalty" in found else found


def last_measure(values: Values, last: date) -> str | None:
    """The day of the latest of them."""
    days = [str(values[day]) for day in MEASURE_DAYS.values() if _by(values.get(day), last)]
    return max(days, default=None)


def moved_to_police(values: Values, first: date, last: date) -> bool:
    """Whether the lead was handed to the police in the period."""
    return within(values.get("police_on"), first, last)


def _moved(values: Values, first: date, last: date) -> int:
    return int(moved_to_police(values, first, last) and within(values.get("found_on"), first, last))


def _earlier_moved(values: Values, first: date, last: date) -> int:
    return int(moved_to_police(values, first, last) and not within(values.get("found_on"), first, last))


def _moved_and_filed(values: Values, first: date, last: date) -> int:
    return int(moved_to_police(values, first, last) and within(values.get("police_filed_on"), first, last))


def _deregistered(values: Values, first: date, last: date) -> int:
    return int(any(within(values.get(day), first, last) for day in ("deregistered_on", "revoked_on")))


def _listed(*keys: str) -> Draw:
    """What the list of premises holds on the last day."""
    return Draw(
        pool="grid",
        amount=lambda v, _first, last: (
            sum(int(v.get(k) or 0) for k in keys) if _by(v.get("known_on"), last) else 0
        ),
    )


def _visited(values: Values, first: date, last: date) -> int:
    return sum(int(values.get(k) or 0) for k in PREMISES) * within(values.get("screened_on"), first, last)


def _of_sectors(key: str) -> tuple[Draw, ...]:
    return (
        Draw(
            pool="sector_base",
            amount=lambda v, _first, last: int(v.get(key) or 0) if _by(v.get("known_on"), last) else 0,
        ),
    )


def _channel(values: Values, _first: date, last: date) -> int:
    """A telephone or mailbox that is public on the last day."""
    return int(_by(values.get("published_on"), last) and not _by(values.get("ended_on"), last))


def _stock(values: Values, first: date, last: date) -> int:
    """A case of the unit's stock that is still open on the last day; ``first`` does not matter."""
    filed, concluded = values.get("filed_on"), values.get("concluded_on")
    open_then = bool(filed) and str(filed) <= last.isoformat()
    return int(
        bool(values.get("in_stock")) and open_then and not (concluded and str(concluded) <= last.isoformat())
    )


def _involved(values: Values, first: date, last: date) -> int:
    """The whole amount of a newly filed case, the local one where only that is known."""
    amount = values.get("amount") or values.get("local_amount") or 0
    return int(amount) if within(values.get("filed_on"), first, last) else 0


def _participants(values: Values, first: date, last: date) -> int:
    people = values.get("participants") or values.get("local_participants") or 0
    return int(people) if within(values.get("filed_on"), first, last) else 0


def _in_stock(values: Values) -> bool:
    return bool(values.get("in_stock"))


DRAWS: Mapping[str, tuple[Draw, ...]] = {
    "inspectors": _screened("inspectors"),
    "buildings": _screened("offices", "parks"),
    "shops": _screened("shops"),
    "companies": _screened("agencies", "companies"),
    "sites": _screened("sites"),
    "grid_places": (_listed(*PREMISES),),
    "grid_screened": (Draw(pool="grid", amount=_visited),),
    "sector_entities": _of_sectors("entities"),
    "sector_covered": _of_sectors("covered"),
    "leads": (counted("lead", dated="found_on"),),
    "leads_grid": _from("grid"),
    "leads_industry": _from("industry"),
    "leads_funds": _from("funds"),
    "leads_tipoff": _from("tipoff"),
    "leads_opinion": _from("opinion"),
    "leads_superior": _from("superior"),
    "leads_other": _from("other"),
    "warning_talks": _on("talked_on"),
    "rectifications": _on("rectified_on"),
    "sealed_premises": _of_leads("sealed_premises", "sealed_on"),
    "seized_assets": _of_leads("seized_assets", "sealed_on"),
    "repayment_orders": _on("repaid_on"),
    "repaid_amount": _of_leads("repaid_amount", "repaid_on"),
    "repaid_people": _of_leads("repaid_people", "repaid_on"),
    "determinations": _on("determined_on"),
    "penalties": _on("fined_on"),
    "fines": _of_leads("fine", "fined_on"),
    "deregistered": (Draw(pool="lead", amount=_deregistered),),
    "sites_closed": _on("sites_closed_on"),
    "transferred_to_police": (Draw(pool="lead", amount=_moved),),
    "earlier_transferred": (Draw(pool="lead", amount=_earlier_moved),),
    "transfers_filed": (Draw(pool="lead", amount=_moved_and_filed),),
    "cases_filed": (counted("case", dated="filed_on"),),
    "amount_involved": (Draw(pool="case", amount=_involved),),
    "participants": (Draw(pool="case", amount=_participants),),
    "prosecution_cases": (counted("case", dated="prosecuted_on"),),
    "prosecution_people": (added_up("case", "prosecuted_people", dated="prosecuted_on"),),
    "verdict_cases": (counted("case", dated="verdict_on"),),
    "verdict_people": (added_up("case", "verdict_people", dated="verdict_on"),),
    "added_cases": (counted("case", _in_stock, dated="filed_on"),),
    "resolved_cases": (counted("case", _in_stock, dated="concluded_on"),),
    "closing_cases": (Draw(pool="case", amount=_stock),),
    "petition_batches": (added_up("petition", "batches", _is_petition, dated="received_on"),),
    "petition_people": (added_up("petition", "people", _is_petition, dated="received_on"),),
    "petitions_resolved": (counted("petition", _is_petition, dated="answered_on"),),
    "opinions_handled": (counted("petition", _is_opinion, dated="answered_on"),),
    "tip_channels": (Draw(pool="channel", amount=_channel),),
    "publicity_activities": (counted(ACTIVITIES),),
    "publicity_materials": (added_up(ACTIVITIES, "materials"),),
    "publicity_reach": (added_up(ACTIVITIES, "reach"),),
}
