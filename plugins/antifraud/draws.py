"""Where the figures of the monthly report are read off: the daily tally of the police, registers, activities."""

from __future__ import annotations

from collections.abc import Mapping

from portal.campaigns import ACTIVITIES, Draw, added_up, counted

TALLIED = (
    "incident_count",
    "case_filed_count",
    "case_solved_count",
    "earlier_case_solved_count",
    "arrest_count",
    "prosecution_transfer_count",
    "loss_amount",
    "stop_payment_accounts",
    "stop_payment_amount",
    "freeze_accounts",
    "freeze_amount",
    "recovered_amount",
    "refund_amount",
    "refund_people",
    "warning_count",
    "dissuasion_count",
    "face_to_face_due_count",
    "face_to_face_dissuasion_count",
    "phone_dissuasion_count",
    "message_dissuasion_count",
    "temporary_protection_count",
    "post_warning_victim_count",
    "seized_bank_cards",
    "seized_sim_cards",
    "seized_devices",
    "punished_card_seller_count",
    "prompt_letter_count",
)
"""Figures of the police that add up day by day. The most frequent type does not: it is judged for the month."""


def _did(ledger: str, action: str, key: str = "quantity") -> tuple[Draw, ...]:
    return (added_up(ledger, key, lambda v: v.get("action") == action),)


def _step(step: str) -> tuple[Draw, ...]:
    return (counted("proceeding", lambda v: v.get("step") == step),)


def _people(step: str) -> tuple[Draw, ...]:
    return (added_up("proceeding", "people", lambda v: v.get("step") == step),)


def _suggested(kind: str, dated: str) -> tuple[Draw, ...]:
    return (counted("suggestion", lambda v: v.get("kind") == kind, dated=dated),)


def _traced(card: str) -> tuple[Draw, ...]:
    return (added_up("card_trace", "cards", lambda v: v.get("card") == card, dated="traced_on"),)


def _in_school(values: Mapping[str, object]) -> bool:
    return values.get("audience") == "school"


DRAWS: Mapping[str, tuple[Draw, ...]] = {
    **{key: (added_up("tally", key),) for key in TALLIED},
    "approved_arrest_people": _people("arrest"),
    "prosecuted_cases": _step("prosecution"),
    "prosecuted_people": _people("prosecution"),
    "judged_cases": _step("judgment"),
    "judged_people": _people("judgment"),
    "restitution_amount": (added_up("proceeding", "restitution"),),
    "supervised_case_count": _step("supervised"),
    "public_interest_case_count": _step("public_interest"),
    "judicial_suggestion_count": _suggested("judicial", "issued_on"),
    "judicial_suggestion_reply_count": _suggested("judicial", "replied_on"),
    "procuratorial_suggestion_count": _suggested("procuratorial", "issued_on"),
    "involved_account_count": _did("account", "involved"),
    "restricted_account_count": _did("account", "restricted"),
    "refused_opening_count": _did("account", "refused"),
    "blocked_transfer_count": _did("account", "blocked"),
    "blocked_transfer_amount": _did("account", "blocked", "amount"),
    "protective_stop_count": _did("account", "protective"),
    "disciplined_staff_count": _did("account", "disciplined"),
    "bank_inspection_count": _did("account", "inspected"),
    "account_trace_back_count": _traced("bank_card"),
    "freeze_assist_count": _did("account", "freeze_assisted"),
    "refund_assist_count": _did("account", "refund_assisted"),
    "involved_number_count": _did("number", "involved"),
    "closed_number_count": _did("number", "closed"),
    "reverified_user_count": _did("number", "reverified"),
    "blocked_message_count": _did("number", "messages"),
    "blocked_call_count": _did("number", "calls"),
    "rectified_platform_count": (counted("rectification", lambda v: v.get("kind") == "platform"),),
    "operator_talk_count": (counted("rectification", lambda v: v.get("kind") == "talk"),),
    "number_trace_back_count": _traced("phone_card"),
    "blocked_url_count": _did("handling", "url"),
    "handled_account_count": _did("handling", "network_account"),
    "revoked_licence_count": _did("handling", "licence"),
    "abnormal_listing_count": _did("handling", "abnormal"),
    "dishonest_listing_count": _did("handling", "dishonest"),
    "inspected_parcel_count": _did("handling", "parcel"),
    "corrected_person_lessons": (added_up("key_person", "lessons"),),
    "publicity_activities": (counted(ACTIVITIES),),
    "publicity_reach": (added_up(ACTIVITIES, "reach"),),
    "publicity_materials": (added_up(ACTIVITIES, "materials"),),
    "school_lecture_count": (counted(ACTIVITIES, _in_school),),
    "school_lecture_reach": (added_up(ACTIVITIES, "reach", _in_school),),
    "internal_victim_count": (added_up("internal", "victims"),),
    "internal_offender_count": (added_up("internal", "offenders"),),
}
