"""Denominations and series, once for the register of finds and for the monthly table, with their face value."""

from portal.campaigns import Text, Values, _

NOTE_YUAN = {"note_100": 100, "note_50": 50, "note_20": 20, "note_10": 10, "note_5": 5, "note_1": 1}
COIN_FEN = {"coin_1y": 100, "coin_5j": 50, "coin_1j": 10}

FACE_FEN = {
    **{key: yuan * 100 for key, yuan in NOTE_YUAN.items()}, "note_5j": 50, "note_1j": 10, **COIN_FEN
}  # fmt: skip
"""Of every denomination that has one; ``other`` has none."""

NOTE_LABELS: dict[str, Text] = {
    "note_100": _("100元券"),
    "note_50": _("50元券"),
    "note_20": _("20元券"),
    "note_10": _("10元券"),
    "note_5": _("5元券"),
    "note_1": _("1元券"),
}
COIN_LABELS: dict[str, Text] = {"coin_1y": _("1元硬币"), "coin_5j": _("5角硬币"), "coin_1j": _("1角硬币")}
SERIES_LABELS: dict[str, Text] = {
    "series_1999": _("1999年版"),
    "series_2005": _("2005年版"),
    "series_2015": _("2015年版"),
    "series_2019": _("2019年版"),
    "series_2020": _("2020年版"),
    "series_other": _("其他版别"),
}
SERIES_KEYS = tuple(SERIES_LABELS)


def face_fen(values: Values) -> int:
    """Face value of all pieces and of 其他券别, in fen; an empty cell counts as 0."""
    notes = sum((values.get(key) or 0) * yuan * 100 for key, yuan in NOTE_YUAN.items())
    coins = sum((values.get(key) or 0) * fen for key, fen in COIN_FEN.items())
    return notes + coins + (values.get("other_face") or 0)
