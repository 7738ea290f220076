"""Kinds and audiences of activities, in the office's words; plugins name them by these keys (``ACTIVITIES``)."""

from __future__ import annotations

from portal.core.text import Text, _

KINDS: dict[str, Text] = {
    "rally": _("集中宣传"),
    "visit": _("进村入户"),
    "lecture": _("讲座培训"),
    "media": _("媒体宣传"),
    "live": _("线上直播"),
    "other": _("其他"),
}
AUDIENCES: dict[str, Text] = {
    "rural": _("进农村"),
    "community": _("进社区"),
    "family": _("进家庭"),
    "school": _("进学校"),
    "enterprise": _("进企业"),
    "office": _("进机关"),
    "other": _("其他"),
}

FIVE = ("community", "rural", "family", "school", "enterprise")
"""五进 (D2 二（七）9): the audiences whose places are counted."""
TRAINING = "lecture"
"""The kind of which hours are kept."""


def kind_label(key: str) -> Text:
    return KINDS.get(key, Text(key))


def audience_label(key: str) -> Text:
    return AUDIENCES.get(key, Text(key))
