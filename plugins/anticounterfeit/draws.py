"""Where the figures of the monthly table are read off: finds of the banks, cases, proceedings, inspections, activities."""

from collections.abc import Mapping
from datetime import date

from portal.campaigns import ACTIVITIES, REWARDS, Draw, Values, added_up, counted

from .denominations import COIN_FEN, NOTE_YUAN, SERIES_KEYS, face_fen

_POLICE = "police"


def _seized(values: Values) -> bool:
    return values.get("found_channel") == _POLICE


def _seized_rmb(values: Values) -> bool:
    return _seized(values) and values.get("currency") == "cny"


def _den(values: Values) -> bool:
    return values.get("case_kind") in ("den", "reprocessing")


def _found(key: str) -> tuple[Draw, ...]:
    return (added_up("find", key),)


def _leads(channel: str) -> tuple[Draw, ...]:
    return (counted("case", lambda v: v.get("found_channel") == channel),)


def _moved_online(values: Values) -> bool:
    """Handed on outside the portal, or inside it and taken up there: nobody types the day a second time."""
    taken_up = values.get("stage") not in (None, "", "lead", "settled")
    return values.get("found_channel") == "online" and (bool(values.get("moved_on")) or taken_up)


def _step(step: str) -> tuple[Draw, ...]:
    return (counted("proceeding", lambda v: v.get("step") == step),)


def _people(step: str) -> tuple[Draw, ...]:
    return (added_up("proceeding", "people", lambda v: v.get("step") == step),)


def _counter_face(values: Values, first: date, last: date) -> int:
    day = str(values.get("known_on") or "")
    return face_fen(values) if first.isoformat() <= day <= last.isoformat() else 0


def _held_for(audience: str) -> tuple[Draw, ...]:
    return (counted(ACTIVITIES, lambda v: v.get("audience") == audience),)


def _reached(audience: str) -> tuple[Draw, ...]:
    return (added_up(ACTIVITIES, "reach", lambda v: v.get("audience") == audience),)


DRAWS: Mapping[str, tuple[Draw, ...]] = {
    "rewards": (counted(REWARDS),),
    "rewards_paid": (added_up(REWARDS, "amount"),),
    **{key: _found(key) for key in (*NOTE_YUAN, *COIN_FEN, *SERIES_KEYS)},
    "other_face": _found("other_face"),
    "counter_face": (Draw(pool="find", amount=_counter_face),),
    "altered_notes": _found("altered_notes"),
    "vouchers": _found("vouchers"),
    "batches": _found("batches"),
    "foreign_notes": _found("foreign_notes"),
    "foreign_face": _found("foreign_face"),
    "cases_filed": (counted("case", dated="filed_on", handled=True),),
    "cases_solved": (counted("case", dated="solved_on", handled=True),),
    "suspects": (added_up("case", "suspects", dated="solved_on", handled=True),),
    "dens": (counted("case", _den, dated="solved_on", handled=True),),
    "gangs": (counted("case", lambda v: bool(v.get("gang")), dated="solved_on", handled=True),),
    "police_notes": (added_up("case", "note_count", _seized),),
    "police_coins": (added_up("case", "coin_count", _seized),),
    "police_face": (added_up("case", "face_value", _seized_rmb),),
    "semi_finished_face": (added_up("case", "semi_finished_face", _seized_rmb),),
    "arrest_cases": _step("arrest"),
    "arrest_people": _people("arrest"),
    "prosecuted_cases": _step("prosecution"),
    "prosecuted_people": _people("prosecution"),
    "trial_cases": _step("trial"),
    "final_cases": _step("final"),
    "final_people": _people("final"),
    "fines": (added_up("proceeding", "fine", lambda v: v.get("step") == "final"),),
    "customs_batches": _leads("customs"),
    "customs_face": (added_up("case", "face_value", lambda v: v.get("found_channel") == "customs"),),
    "parcel_leads": _leads("parcel"),
    "parcel_checks": (added_up("parcel_check", "outlets"),),
    "transport_leads": (counted("case", lambda v: v.get("site") == "transport"),),
    "retail_leads": (counted("case", lambda v: v.get("site") == "shop"),),
    "firms_checked": (counted("inspection"),),
    "machines_sampled": (added_up("inspection", "sampled"),),
    "machines_failed": (added_up("inspection", "failed"),),
    "online_leads": _leads("online"),
    "online_leads_moved": (counted("case", _moved_online),),
    "publicity_activities": (counted(ACTIVITIES),),
    "publicity_reach": (added_up(ACTIVITIES, "reach"),),
    "publicity_materials": (added_up(ACTIVITIES, "materials"),),
    "school_events": _held_for("school"),
    "school_people": _reached("school"),
    "retail_events": _held_for("enterprise"),
    "retail_people": _reached("enterprise"),
}
