"""When a case must be reported at once (D0 第十七条); the 24 hours are those of 第十六条（二）, Q-10."""

from portal.campaigns import Clause, Message, Text, Threshold, Values, _

ONE_TIME_FEN = 10_000_000
"""100,000 yuan; 以上 includes the number (Q-13)."""


def _one_time_fen(values: Values) -> int:
    """Face value found at one time; the whole case where the entry does not single it out."""
    return values.get("one_time_face") or values.get("face_value") or 0


def _large(values: Values) -> bool:
    """Foreign fakes never start the clock by themselves: their yuan value is only an estimate (Q-13)."""
    return values.get("currency") in (None, "cny") and _one_time_fen(values) >= ONE_TIME_FEN


def _large_reason(values: Values) -> Message:
    yuan = f"{_one_time_fen(values) / 100:,.2f}"
    return Message(_("一次查获（发现）假币面额 %(yuan)s 元，达到 10 万元。"), yuan=yuan)


def _clause(article: Text) -> Clause:
    return Clause(source="D0", article=article, note=_("24 小时依据第十六条（二），见 Q-10。"))


THRESHOLDS = (
    Threshold(
        key="large_amount",
        ledger="case",
        label=_("一次假币面额 10 万元以上"),
        when=_large,
        reason=_large_reason,
        hours=24,
        clause=_clause(_("第十七条（一）")),
    ),
    Threshold(
        key="new_forging_means",
        ledger="case",
        label=_("新型造假手段"),
        when=lambda values: bool(values.get("new_forging_means")),
        reason=lambda values: Message(_("已标明发现新型造假手段，不论金额。")),
        hours=24,
        clause=_clause(_("第十七条（二）")),
    ),
    Threshold(
        key="new_crime_means",
        ledger="case",
        label=_("新的假币犯罪手段"),
        when=lambda values: bool(values.get("new_crime_means")),
        reason=lambda values: Message(_("已标明发现新的假币犯罪手段，不论金额。")),
        hours=24,
        clause=_clause(_("第十七条（三）")),
    ),
    Threshold(
        key="cross_border",
        ledger="case",
        label=_("跨国大要案线索"),
        when=lambda values: bool(values.get("cross_border")),
        reason=lambda values: Message(_("已标明有跨国假币犯罪的大要案线索，不论金额。")),
        hours=24,
        clause=_clause(_("第十七条（四）")),
    ),
)
