"""Checks of the monthly table. An empty cell counts as 0."""

from collections.abc import Callable

from portal.campaigns import Check, Comparison, Grade, Message, Text, Values, _

from .denominations import COIN_FEN, NOTE_YUAN, SERIES_KEYS, face_fen

Find = Callable[[Values], Message | None]


def total(values: Values, *keys: str) -> int:
    return sum(values.get(key) or 0 for key in keys)


def _asked(values: Values, *keys: str) -> bool:
    return any(values.get(key) is not None for key in keys)


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02}"


def _face(values: Values) -> Message | None:
    """Σ(券别张数×券别) = 面额."""
    if not _asked(values, *NOTE_YUAN, *COIN_FEN, "other_face", "counter_face"):
        return None
    expected = face_fen(values)
    found = total(values, "counter_face")
    if found == expected:
        return None
    return Message(
        _("按张（枚）数算面额应为 %(expected)s 元，填了 %(found)s 元，相差 %(gap)s 元。请核对。"),
        expected=_yuan(expected),
        found=_yuan(found),
        gap=_yuan(abs(expected - found)),
    )


def _series(values: Values) -> Message | None:
    notes, by_series = total(values, *NOTE_YUAN), total(values, *SERIES_KEYS)
    if not _asked(values, *SERIES_KEYS) or notes == by_series:
        return None
    return Message(
        _("各版别合计 %(series)s 张，各券别合计 %(notes)s 张，相差 %(gap)s 张。请核对版别。"),
        series=by_series,
        notes=notes,
        gap=abs(notes - by_series),
    )


def _altered(values: Values) -> Message | None:
    altered, notes = total(values, "altered_notes"), total(values, *NOTE_YUAN)
    if altered <= notes:
        return None
    return Message(
        _("变造币 %(altered)s 张，多于纸币总数 %(notes)s 张，多出 %(gap)s 张。请核对。"),
        altered=altered,
        notes=notes,
        gap=altered - notes,
    )


def _foreign(values: Values) -> Message | None:
    if total(values, "foreign_notes") and not values.get("foreign_currencies"):
        return Message(
            _("填了假外币 %(notes)s 张（枚），没有选币种。请选涉及币种。"), notes=values["foreign_notes"]
        )
    return None


def _part(key: str, part: str, whole: str, text: Text, grade: Grade = Grade.ERROR) -> Check:
    """其中 must not exceed 总数; the sentence gets both numbers and the difference."""

    def find(values: Values) -> Message | None:
        some, all_ = total(values, part), total(values, whole)
        if some <= all_:
            return None
        return Message(text, part=some, whole=all_, gap=some - all_)

    return Check(key=key, grade=grade, fields=(part, whole), find=find)


def _semi_finished(values: Values) -> Message | None:
    semi, face = total(values, "semi_finished_face"), total(values, "police_face")
    if semi <= face:
        return None
    return Message(
        _("半成品面额 %(semi)s 元，多于没收面额 %(face)s 元，多出 %(gap)s 元。没收面额应含半成品。"),
        semi=_yuan(semi),
        face=_yuan(face),
        gap=_yuan(semi - face),
    )


def _fewer_people(cases: str, people: str, text: Text) -> Find:
    def find(values: Values) -> Message | None:
        heads, files = values.get(people), values.get(cases)
        if heads is None or files is None or heads >= files:
            return None
        return Message(text, people=heads, cases=files)

    return find


def _no_face(values: Values) -> Message | None:
    pieces = total(values, "police_notes", "police_coins")
    if not pieces or total(values, "police_face"):
        return None
    return Message(_("没收假币 %(pieces)s 张（枚），面额却为 0。请填没收面额。"), pieces=pieces)


def _large(values: Values) -> Message | None:
    """A month's sum is not one find, so this can only remind (Q-13)."""
    face = total(values, "police_face")
    if face < 10_000_000:
        return None
    return Message(
        _("本月没收面额 %(face)s 元。其中若有一次达到 10 万元的，请确认已登记台账并在 24 小时内上报。"),
        face=_yuan(face),
    )


def _check(key: str, fields: tuple[str, ...], find: Find, grade: Grade = Grade.EXPLAIN) -> Check:
    return Check(key=key, grade=grade, fields=fields, find=find)


CHECKS = (
    _check("face_total", ("counter_face",), _face, Grade.ERROR),
    _check("series_total", SERIES_KEYS, _series, Grade.ERROR),
    _check("altered_part", ("altered_notes",), _altered, Grade.ERROR),
    _part(
        "batches_part",
        "batches",
        "vouchers",
        _("一次 5 张（枚）以上 %(part)s 次，多于收缴凭证 %(whole)s 份，多出 %(gap)s。请说明原因。"),
        Grade.EXPLAIN,
    ),
    _check("foreign_named", ("foreign_currencies", "foreign_notes"), _foreign, Grade.ERROR),
    _check("semi_finished_part", ("semi_finished_face", "police_face"), _semi_finished, Grade.ERROR),
    _check("police_face_missing", ("police_notes", "police_coins", "police_face"), _no_face, Grade.ERROR),
    _check("large_month", ("police_face",), _large, Grade.HINT),
    _check(
        "arrest_people",
        ("arrest_people", "arrest_cases"),
        _fewer_people(
            "arrest_cases", "arrest_people", _("批捕 %(people)s 人，少于 %(cases)s 件。请说明原因。")
        ),
    ),
    _check(
        "prosecuted_people",
        ("prosecuted_people", "prosecuted_cases"),
        _fewer_people(
            "prosecuted_cases", "prosecuted_people", _("起诉 %(people)s 人，少于 %(cases)s 件。请说明原因。")
        ),
    ),
    _check(
        "final_people",
        ("final_people", "final_cases"),
        _fewer_people(
            "final_cases", "final_people", _("判决生效 %(people)s 人，少于 %(cases)s 件。请说明原因。")
        ),
    ),
    _part(
        "machines_part",
        "machines_failed",
        "machines_sampled",
        _("不合格 %(part)s 台，多于抽检 %(whole)s 台，多出 %(gap)s 台。请核对。"),
    ),
    _part(
        "online_leads_part",
        "online_leads_moved",
        "online_leads",
        _("已移送 %(part)s 条，多于监测线索 %(whole)s 条，多出 %(gap)s 条。请核对。"),
    ),
    _part(
        "genuine_part",
        "appraised_genuine",
        "appraisals",
        _("鉴定为真 %(part)s 笔，多于鉴定总数 %(whole)s 笔，多出 %(gap)s 笔。请核对。"),
    ),
    _part(
        "school_part",
        "school_events",
        "publicity_activities",
        _("校园教育 %(part)s 场，多于宣传活动 %(whole)s 场，多出 %(gap)s 场。请核对。"),
    ),
    _part(
        "retail_part",
        "retail_events",
        "publicity_activities",
        _("商贸企业宣传 %(part)s 场，多于宣传活动 %(whole)s 场，多出 %(gap)s 场。请核对。"),
    ),
    _part(
        "scenic_part",
        "scenic_events",
        "publicity_activities",
        _("旅游场所宣传 %(part)s 场，多于宣传活动 %(whole)s 场，多出 %(gap)s 场。请核对。"),
    ),
)


def _finals_after_trials(values: Values, before: Values) -> Message | None:
    """A judgment takes effect after it was given, so what takes effect was tried lately or before."""
    final, now, then = (
        total(values, "final_cases"),
        total(values, "trial_cases"),
        total(before, "trial_cases"),
    )
    if final <= now + then:
        return None
    return Message(
        _(
            "判决生效 %(final)s 件，多于本月一审 %(now)s 件与上月一审 %(then)s 件之和，多出 %(gap)s 件。请核对。"
        ),
        final=final,
        now=now,
        then=then,
        gap=final - now - then,
    )


def _prosecuted_after_arrests(values: Values, before: Values) -> Message | None:
    prosecuted = total(values, "prosecuted_people")
    now, then = total(values, "arrest_people"), total(before, "arrest_people")
    if prosecuted <= now + then:
        return None
    return Message(
        _("起诉 %(people)s 人，多于本月批捕 %(now)s 人与上月批捕 %(then)s 人之和，多出 %(gap)s 人。请核对。"),
        people=prosecuted,
        now=now,
        then=then,
        gap=prosecuted - now - then,
    )


COMPARISONS = (
    Comparison(
        key="finals_after_trials", grade=Grade.HINT, fields=("final_cases",), find=_finals_after_trials
    ),
    Comparison(
        key="prosecuted_after_arrests",
        grade=Grade.HINT,
        fields=("prosecuted_people",),
        find=_prosecuted_after_arrests,
    ),
)
