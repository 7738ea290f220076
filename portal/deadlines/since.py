"""Soft words (及时、定期、适时) are never overdue (Q-29): only how long ago it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.core.text import Message, Text, _


@dataclass(frozen=True)
class Since:
    """``days`` None = it has never happened."""

    days: int | None

    @property
    def words(self) -> Message | Text:
        if self.days is None:
            return _("从未")
        return Message(_("距上次 %(n)s 天"), n=self.days) if self.days else _("今天已办")


def days_since(last: date | None, today: date) -> Since:
    """Calendar days from ``last`` to ``today``, never negative: what is dated ahead counts as today."""
    return Since(None if last is None else max(0, (today - last).days))
