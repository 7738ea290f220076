"""What the steps of a tip are called in its story."""

from __future__ import annotations

from portal.core.text import Text, _

KINDS: dict[str, Text] = {
    "filed": _("收到举报"),
    "checked": _("初查"),
    "moved": _("移送"),
    "passed": _("转承办单位"),
    "sent_back": _("单位退回"),
    "entered": _("登记台账"),
    "asked": _("询问举报人"),
    "added": _("举报人补充"),
    "word_set": _("举报人设了领奖口令"),
    "drafted": _("拟答复"),
    "returned": _("退回答复"),
    "answered": _("发布答复"),
    "joined": _("并入首报"),
    "joins": _("后报并入"),
    "award_proposed": _("拟奖励"),
    "award_approved": _("批准奖励"),
    "award_refused": _("未批准奖励"),
    "award_paid": _("发放奖励"),
}
