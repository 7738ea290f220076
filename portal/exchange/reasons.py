"""Why a report was late, in a few kinds, so that an office sees what can be helped (beyond.md row 12)."""

from __future__ import annotations

from dataclasses import dataclass

from portal.core.errors import Invalid
from portal.core.text import Message, Text, _
from portal.deadlines.state import DeadlineState, ask_reason

OTHER = "other"
LATE_GROUPS: dict[str, Text] = {
    "system": _("系统问题"),
    "unsigned": _("领导外出未签发"),
    "verifying": _("信息核实"),
    OTHER: _("其他"),
}


@dataclass(frozen=True)
class LateReason:
    """``group`` '' with words is 其他; a named kind needs no words."""

    group: str = ""
    words: str = ""

    def asked(self, state: DeadlineState) -> LateReason:
        """What is kept of it: nothing of a report on time; ``Invalid`` where a late one gives no reason."""
        if not state.late:
            return LateReason()
        group = self.group or OTHER
        if group not in LATE_GROUPS or (group == OTHER and not self.words):
            raise Invalid({"late_reason": ask_reason(state)})
        return LateReason(group, self.words)

    def __str__(self) -> str:
        """As kept with the clock; the Chinese source."""
        label = str(LATE_GROUPS[self.group]) if self.group and self.group != OTHER else ""
        return (
            str(Message(_("%(a)s：%(b)s"), a=label, b=self.words))
            if label and self.words
            else label or self.words
        )
