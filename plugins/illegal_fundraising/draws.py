"""Where the figures of 附件1 are read off: risk leads, cases, screenings, public activities.

A lead's measures all count in the quarter of its ``measured_on``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from portal.campaigns import ACTIVITIES, Draw, Values, added_up, counted


def _from(source: str) -> tuple[Draw, ...]:
    return (counted("lead", lambda v: v.get("lead_source") == source, dated="found_on"),)


def _took(measure: str) -> tuple[Draw, ...]:
    return (counted("lead", lambda v: measure in (v.get("measures") or ()), dated="measured_on"),)


def _of_leads(key: str) -> tuple[Draw, ...]:
    return (added_up("lead", key, dated="measured_on"),)


def _screened(key: str) -> tuple[Draw, ...]:
    return (added_up("screening", key),)


def within(day: object, first: date, last: date) -> bool:
    """Whether an ISO day (or nothing) falls into the period."""
    return first.isoformat() <= str(day or "") <= last.isoformat()


def moved_to_police(values: Values, first: date, last: date) -> bool:
    """Whether the lead was handed to the police in the period."""
    return "police" in (values.get("measures") or ()) and within(values.get("measured_on"), first, last)


def _moved(values: Values, first: date, last: date) -> int:
    return int(moved_to_police(values, first, last) and within(values.get("found_on"), first, last))


def _earlier_moved(values: Values, first: date, last: date) -> int:
    return int(moved_to_police(values, first, last) and not within(values.get("found_on"), first, last))


def _moved_and_filed(values: Values, first: date, last: date) -> int:
    return int(moved_to_police(values, first, last) and within(values.get("police_filed_on"), first, last))


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
    "buildings": _screened("buildings"),
    "shops": _screened("shops"),
    "companies": _screened("companies"),
    "sites": _screened("sites"),
    "leads": (counted("lead", dated="found_on"),),
    "leads_grid": _from("grid"),
    "leads_industry": _from("industry"),
    "leads_funds": _from("funds"),
    "leads_tipoff": _from("tipoff"),
    "leads_opinion": _from("opinion"),
    "leads_superior": _from("superior"),
    "leads_other": _from("other"),
    "warning_talks": _took("warning_talk"),
    "rectifications": _took("rectification"),
    "sealed_premises": _of_leads("sealed_premises"),
    "seized_assets": _of_leads("seized_assets"),
    "repayment_orders": _took("repayment"),
    "repaid_amount": _of_leads("repaid_amount"),
    "repaid_people": _of_leads("repaid_people"),
    "determinations": (counted("lead", dated="determined_on"),),
    "penalties": _took("penalty"),
    "fines": _of_leads("fine"),
    "deregistered": _took("deregistration"),
    "sites_closed": _took("site_closed"),
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
    "publicity_activities": (counted(ACTIVITIES),),
    "publicity_materials": (added_up(ACTIVITIES, "materials"),),
    "publicity_reach": (added_up(ACTIVITIES, "reach"),),
}
