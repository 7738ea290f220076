"""D4 六（三）: criticism in a circular, and advice to call to account. Found in the quarterly inspection, by people."""

from __future__ import annotations

from portal.campaigns import Oversight, Rung, RungKind, Text, Trigger, _

from .sources import d4

_CLAUSE = d4(_("六（三）"))


def _trigger(key: str, label: Text, rung: str) -> Trigger:
    return Trigger(key=key, label=label, clause=_CLAUSE, rungs=(rung,))


OVERSIGHT = Oversight(
    ladder=(
        Rung(key="criticism", label=_("通报批评"), clause=_CLAUSE, kind=RungKind.CIRCULAR, template="circular"),
        Rung(key="accountability", label=_("问责建议"), clause=_CLAUSE, kind=RungKind.ADVICE),
    ),
    triggers=(
        _trigger("poor_duty", _("责任不落实"), "criticism"),
        _trigger("weak_handling", _("处置不力"), "criticism"),
        _trigger("unauthorised_repayment", _("擅自清退"), "accountability"),
        _trigger("shirking", _("推诿塞责"), "accountability"),
        _trigger("inaction", _("不作为、乱作为致使资产处置混乱"), "accountability"),
        _trigger("unrest", _("发生重大涉稳事件"), "accountability"),
        _trigger("public_opinion", _("引发重大舆情"), "accountability"),
    ),
)  # fmt: skip
