"""Figures derived from the sums: the four of 两升两降, two rates and the cases inside the units."""

from __future__ import annotations

from collections.abc import Callable

from portal.campaigns import Metric, Values, _


def _sum_of(*keys: str) -> Callable[[Values], int | None]:
    """The total of those cells that were reported; None where none was."""

    def evaluate(values: Values) -> int | None:
        found = [int(values[key]) for key in keys if values.get(key) is not None]
        return sum(found) if found else None

    return evaluate


def _percent(part: str, whole: str) -> Callable[[Values], float | None]:
    """Per cent with two decimals: above 100 stays above 100, and of nothing there is no share."""

    def evaluate(values: Values) -> float | None:
        numerator, denominator = values.get(part), values.get(whole)
        if numerator is None or not denominator:
            return None
        return round(100 * int(numerator) / int(denominator), 2)

    return evaluate


def _losses(values: Values) -> float | None:
    fen = values.get("loss_amount")
    return None if fen is None else round(int(fen) / 1_000_000, 2)


METRICS = (
    Metric(
        key="cases_solved",
        label=_("破案数"),
        unit=_("起"),
        evaluate=_sum_of("case_solved_count"),
        definition=_("两升之一。按破案时间计，含以前立案的。"),
        better="up",
    ),
    Metric(
        key="arrests",
        label=_("抓获人数"),
        unit=_("人"),
        evaluate=_sum_of("arrest_count"),
        definition=_("两升之一。按抓获时间计。"),
        better="up",
    ),
    Metric(
        key="cases_filed",
        label=_("发案数"),
        unit=_("起"),
        evaluate=_sum_of("case_filed_count"),
        definition=_("两降之一。按立案时间计。"),
        better="down",
    ),
    Metric(
        key="losses",
        label=_("案损"),
        unit=_("万元"),
        evaluate=_losses,
        definition=_("两降之一。立案案件被骗金额，不扣除返还。"),
        better="down",
    ),
    Metric(
        key="solved_rate",
        label=_("破案率"),
        unit=_("%"),
        evaluate=_percent("case_solved_count", "case_filed_count"),
        definition=_("破案数÷发案数。破了以前的案件时可超过 100%，不封顶；没有发案时不计算。"),
        better="up",
    ),
    Metric(
        key="face_to_face_rate",
        label=_("见面劝阻率"),
        unit=_("%"),
        evaluate=_percent("face_to_face_dissuasion_count", "face_to_face_due_count"),
        definition=_("见面劝阻人次÷应见面人次，不封顶；没有应见面对象时不计算。"),
        better="up",
    ),
    Metric(
        key="internal_cases",
        label=_("内部发案"),
        unit=_("人"),
        evaluate=_sum_of("internal_victim_count", "internal_offender_count"),
        definition=_("各单位被骗和涉诈人数之和；两个数另行分列。"),
        better="down",
    ),
)
