"""Figures derived from the monthly table."""

from portal.campaigns import Metric, Values, _

from .checks import total
from .denominations import COIN_FEN, NOTE_YUAN


def _percent(values: Values, part: str, whole: str) -> float | None:
    base = total(values, whole)
    return round(100 * total(values, part) / base, 1) if base else None


METRICS = (
    Metric(
        key="counter_pieces",
        label=_("柜面收缴"),
        unit=_("张（枚）"),
        evaluate=lambda values: total(values, *NOTE_YUAN, *COIN_FEN),
        definition=_("各券别纸币和硬币数量之和，不含其他券别。"),
        better="down",
    ),
    Metric(
        key="solved_rate",
        label=_("破案率"),
        unit=_("%"),
        evaluate=lambda values: _percent(values, "cases_solved", "cases_filed"),
        definition=_("破案数除以立案数；含往期立案的破案，可以超过 100%。"),
        better="up",
    ),
    Metric(
        key="failed_rate",
        label=_("机具不合格率"),
        unit=_("%"),
        evaluate=lambda values: _percent(values, "machines_failed", "machines_sampled"),
        definition=_("不合格台数除以抽检台数。"),
        better="down",
    ),
    Metric(
        key="genuine_rate",
        label=_("鉴定为真比例"),
        unit=_("%"),
        evaluate=lambda values: _percent(values, "appraised_genuine", "appraisals"),
        definition=_("鉴定为真的笔数除以鉴定总笔数。"),
        better="down",
    ),
)
