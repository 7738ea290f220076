"""Rules over one case: what cannot be is refused at its field, what is doubtful is said beside it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from portal.campaigns import Check, Clause, Grade, KeyReason, Message, Text, Values, _

from .denominations import COIN_FEN, FACE_FEN
from .thresholds import ONE_TIME_FEN

Find = Callable[[Values], Message | None]

AT_COUNTERS = ("counter", "sorting", "self_service")
REPORTED_PIECES = 5
"""Found at one time by a bank, this many go to the police and the People's Bank at once."""
_REPORTING = Clause(
    source="PBC2019", article=_("第三章 假币收缴"), note=_("一次 5 张（枚）以上，或当地另定的更小数。")
)
_CONVERTING = Clause(source="FS2010", article=_("第三条"), note=_("按案发当日中间价折算。"))
_SUPERVISED = Clause(source="D0", article=_("附件·市公安局第2项、市检察院第1项、市中院第1项"))
_TOLERANCE = 100
"""A converted sum may differ from the product by a hundredth part."""


def yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02}"


def part(key: str, some: str, whole: str, text: Text, *, clause: Clause | None = None) -> Check:
    """其中 must not exceed 合计 (both money); the sentence has both and what is too much."""

    def find(values: Values) -> Message | None:
        low, high = values.get(some) or 0, values.get(whole) or 0
        if low <= high:
            return None
        return Message(text, part=yuan(low), whole=yuan(high), gap=yuan(low - high))

    return Check(key=key, grade=Grade.ERROR, fields=(some, whole), find=find, clause=clause)


def in_order(early: str, late: str, text: Text, grade: Grade = Grade.ERROR) -> Check:
    """Two days of one matter; silent while one of them is missing."""

    def find(values: Values) -> Message | None:
        first, second = values.get(early), values.get(late)
        return Message(text, first=first, second=second) if first and second and second < first else None

    return Check(key=f"{late}_after_{early}", grade=grade, fields=(late, early), find=find)


def pieces(values: Values) -> int:
    return (values.get("note_count") or 0) + (values.get("coin_count") or 0)


def _is_foreign(values: Values) -> bool:
    return values.get("currency") not in (None, "", "cny")


def _by_denomination(values: Values) -> Message | None:
    """Pieces times denominations give the least and the most that the face value can be."""
    chosen = values.get("denominations") or ()
    if _is_foreign(values) or not chosen or "other" in chosen or values.get("semi_finished_face"):
        return None
    notes = [FACE_FEN[k] for k in chosen if k in FACE_FEN and k not in COIN_FEN]
    coins = [FACE_FEN[k] for k in chosen if k in COIN_FEN]
    low = high = 0
    for count, faces in ((values.get("note_count"), notes), (values.get("coin_count"), coins)):
        if bool(count) != bool(faces):
            return None  # not counted, or not said of what
        low, high = low + (count or 0) * min(faces, default=0), high + (count or 0) * max(faces, default=0)
    face = values.get("face_value") or 0
    if low <= face <= high:
        return None
    text = _("按券别和张（枚）数，面额应在 %(low)s 元至 %(high)s 元之间，填了 %(face)s 元。请核对。")
    return Message(text, low=yuan(low), high=yuan(high), face=yuan(face))


def read_rate(text: object) -> Decimal | None:
    """Yuan for one unit of the foreign currency; None = not a number above 0."""
    try:
        rate = Decimal(str(text).strip())
    except InvalidOperation:
        return None
    return rate if rate.is_finite() and rate > 0 else None


def doubt_rate(value: object) -> Message | None:
    if read_rate(value) is not None:
        return None
    return Message(_("中间价“%(rate)s”不是数。请填 1 单位外币合多少元人民币，例如 7.0712。"), rate=value)


def _original_missing(values: Values) -> Message | None:
    if not _is_foreign(values) or values.get("original_face"):
        return None
    return Message(_("涉及假外币，没有填原币面额。原币面额和折算额都要保留。"))


def _original_of_yuan(values: Values) -> Message | None:
    if values.get("currency") != "cny" or not values.get("original_face"):
        return None
    return Message(
        _("币种是人民币，却填了原币面额 %(n)s。请改币种或清空原币面额。"), n=values["original_face"]
    )


def _converted(values: Values) -> Message | None:
    rate, original = read_rate(values.get("mid_rate")), values.get("original_face")
    if not _is_foreign(values) or rate is None or not original:
        return None
    expected, face = int(rate * original * 100), values.get("face_value") or 0
    if abs(expected - face) * _TOLERANCE <= expected:
        return None
    text = _("原币 %(original)s 按中间价 %(rate)s 折合 %(expected)s 元，填了 %(face)s 元。请核对。")
    return Message(text, original=f"{original:,}", rate=str(rate), expected=yuan(expected), face=yuan(face))


def _both_parts(values: Values) -> Message | None:
    face, semi, coin = (values.get(k) or 0 for k in ("face_value", "semi_finished_face", "coin_face"))
    if semi + coin <= face or max(semi, coin) > face:
        return None  # of one that is too large alone its own rule speaks
    text = _("半成品 %(semi)s 元与硬币 %(coin)s 元之和多于面额合计 %(face)s 元，多出 %(gap)s 元。请核对。")
    return Message(text, semi=yuan(semi), coin=yuan(coin), face=yuan(face), gap=yuan(semi + coin - face))


def _uncaught(values: Values) -> Message | None:
    if not values.get("solved_on") or values.get("suspects_caught"):
        return None
    return Message(_("已填破案日期，没有标明主要涉案人员已抓获。未抓获的不能申请奖励。"))


def _to_report(values: Values) -> Message | None:
    if values.get("found_channel") not in AT_COUNTERS or pieces(values) < REPORTED_PIECES:
        return None
    text = _("一次收缴 %(n)s 张（枚），达到 5 张（枚）。请确认已报当地公安机关和人民银行。")
    return Message(text, n=pieces(values))


def _check(
    key: str, fields: tuple[str, ...], find: Find, grade: Grade, clause: Clause | None = None
) -> Check:
    return Check(key=key, grade=grade, fields=fields, find=find, clause=clause)


CASE_CHECKS = (
    part(
        "semi_finished_part", "semi_finished_face", "face_value",
        _("半成品面额 %(part)s 元，多于面额合计 %(whole)s 元，多出 %(gap)s 元。面额合计应含半成品。"),
        clause=Clause(source="D1", article=_("奖励标准（结尾段）")),
    ),
    part(
        "coin_part", "coin_face", "face_value",
        _("硬币面额 %(part)s 元，多于面额合计 %(whole)s 元，多出 %(gap)s 元。面额合计应含硬币。"),
    ),
    _check("both_parts", ("coin_face", "semi_finished_face"), _both_parts, Grade.ERROR),
    part(
        "one_time_part", "one_time_face", "face_value",
        _("其中一次查获面额 %(part)s 元，多于面额合计 %(whole)s 元，多出 %(gap)s 元。请核对。"),
    ),
    in_order("filed_on", "solved_on", _("破案日期 %(second)s 早于立案日期 %(first)s。请核对。")),
    in_order("filed_on", "prosecuted_on", _("移送起诉日期 %(second)s 早于立案日期 %(first)s。请核对。")),
    in_order("solved_on", "prosecuted_on", _("移送起诉日期 %(second)s 早于破案日期 %(first)s。请核对。")),
    in_order("prosecuted_on", "judged_on", _("判决生效日期 %(second)s 早于移送起诉日期 %(first)s。请核对。")),
    in_order(
        "solved_on", "delivered_on",
        _("实物解缴日期 %(second)s 早于破案日期 %(first)s。确是先解缴的可以保留。"), Grade.HINT,
    ),
    _check("original_of_yuan", ("original_face",), _original_of_yuan, Grade.ERROR),
    _check("original_missing", ("original_face",), _original_missing, Grade.HINT, _CONVERTING),
    _check("converted", ("face_value",), _converted, Grade.HINT, _CONVERTING),
    _check("by_denomination", ("face_value",), _by_denomination, Grade.HINT),
    _check("uncaught", ("suspects_caught",), _uncaught, Grade.HINT),
    _check("to_report", ("note_count",), _to_report, Grade.HINT, _REPORTING),
)  # fmt: skip


def key_reasons(values: Values) -> tuple[KeyReason, ...]:
    """What makes a case a key one: the four of 第十七条, several provinces, and that somebody supervises it (K-26)."""
    found: list[KeyReason] = []
    face = max(values.get("one_time_face") or 0, values.get("face_value") or 0)
    if not _is_foreign(values) and face >= ONE_TIME_FEN:
        text = _("假币面额 %(yuan)s 元，达到 10 万元")
        found.append(KeyReason(key="large", text=Message(text, yuan=yuan(face))))
    for key, said in (
        ("new_forging_means", _("新型造假手段")),
        ("new_crime_means", _("新的犯罪手段")),
        ("cross_border", _("跨国大要案线索")),
    ):
        if values.get(key):
            found.append(KeyReason(key=key, text=Message(said)))
    if values.get("span") == "cross_province":
        found.append(KeyReason(key="cross_province", text=Message(_("跨省案件"))))
    if values.get("supervision"):
        found.append(KeyReason(key="supervised", text=Message(_("督办案件"))))
    return tuple(found)
