"""What filing asks for beyond the cells: reasons for corrections, explanations, no hollow zero. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.campaigns.forms import Form, Grade
from portal.campaigns.sources import Values
from portal.core.errors import Invalid
from portal.core.i18n import join_words
from portal.core.text import Message, Text, _
from portal.reporting.cells import LATE, blank, departs
from portal.reporting.checks import CARRIES, FIGURES, findings
from portal.reporting.models import Submission
from portal.reporting.opening import asked_fields, asked_tables
from portal.reporting.prefill import CARRIED, KEPT, PROFILE, read_offer


def zero_values(form: Form, member: str, origins: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a zero report says: 0 in each figure asked of this member. What stands until it changes (number of
    outlets, office phone) stands here too."""
    standing = {k: o["value"] for k, o in (origins or {}).items() if o["kind"] in (KEPT, PROFILE)}
    figures = [f for f in asked_fields(form, member) if f.kind in FIGURES]
    return {f.key: 0 for f in figures} | standing


def mark_late(submission: Submission, origins: Mapping[str, Any]) -> dict[str, Any]:
    """The origins to be stored. An offer that comes when the cell has been typed already is marked ``LATE``."""
    before = submission.origins
    typed = {k for k, v in submission.values.items() if not blank(v) and k not in before}
    typed |= {k for k, origin in before.items() if origin.get(LATE)}
    return {k: dict(o) | ({LATE: True} if k in typed else {}) for k, o in origins.items()}


def refuse_hollow_zero(form: Form, member: str, origins: Mapping[str, Any]) -> None:
    """Nothing empty overwrites what the registers know."""
    labels = {f.key: f.label for f in asked_fields(form, member) if f.kind in FIGURES}
    labels |= {t.key: t.label for t in asked_tables(form, member)}
    known = [
        Message(_("%(label)s（%(origin)s）"), label=label, origin=read_offer(origins[key]).message)
        for key, label in labels.items()
        if key in origins and origins[key]["kind"] not in (KEPT, PROFILE) and origins[key]["value"]
    ]
    if known:
        if len(known) > 5:
            text = _(
                "本期不是零报告，已知有 %(n)s 项不为 0：%(list)s等。请核对后按数填报；与实际不符的，逐项更正并写明原因。"
            )
        else:
            text = _(
                "本期不是零报告，已知有 %(n)s 项不为 0：%(list)s。请核对后按数填报；与实际不符的，逐项更正并写明原因。"
            )
        raise Invalid({"": Message(text, n=len(known), list=join_words(known[:5]))})


def _uncorrected(
    values: Values, origins: Mapping[str, Any], corrections: Mapping[str, str]
) -> dict[str, Message | Text]:
    return {
        f"correct.{key}": Message(
            _("与已有数字不一致（%(origin)s），请写明更正原因。"), origin=read_offer(o).now
        )
        for key, o in origins.items()
        if o["kind"] != KEPT and key not in corrections and departs(o["value"], values.get(key))
    }


def asks_below(rule: str, origins: Mapping[str, Any]) -> bool:
    """Why an opening figure is not the last closing one is asked once: as the reason of its correction, where the
    closing figure was offered."""
    origin = origins.get(rule.removeprefix(CARRIES)) if rule.startswith(CARRIES) else None
    return origin is not None and origin["kind"] == CARRIED


def find_problems(
    form: Form, values: Values, explanations: Mapping[str, str], previous: Values | None,
    corrections: Mapping[str, str], origins: Mapping[str, Any],
) -> dict[str, Message | Text]:  # fmt: skip
    """Problem key -> sentence: at a field, at ``correct.<field>`` or at ``explain.<rule>``."""
    problems = _uncorrected(values, origins, corrections)
    for check, sentence in findings(form, values, previous):
        explained = explanations.get(check.key, "").strip()
        if asks_below(check.key, origins):
            explained = corrections.get(check.key.removeprefix(CARRIES), "")
        unexplained = check.grade is Grade.EXPLAIN and not explained
        if check.grade is Grade.ERROR or unexplained:
            for key in check.fields or ("",):
                problems.setdefault(key, sentence)
            if unexplained and not asks_below(check.key, origins):
                problems[f"explain.{check.key}"] = _("请更正数字，或在此说明原因。")
    return problems
