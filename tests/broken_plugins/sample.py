"""The smallest sound campaign, for the plugins of this folder to break."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.campaigns import (
    Body,
    BodyKind,
    Campaign,
    Clause,
    Due,
    DueKind,
    Duty,
    Field,
    FieldKind,
    Form,
    Member,
    PeriodKind,
    Section,
    Source,
    _,
)

CLAUSE = Clause(source="D", article=_("第一条"))


def duty(key: str = "first", **values: Any) -> Duty:
    sound: dict[str, Any] = {"key": key, "member": "police", "text": _("照办。"), "clause": CLAUSE}
    return Duty(**(sound | values))


def campaign(key: str, **values: Any) -> Campaign:
    """Sound as it stands; ``values`` go before."""
    day = date(2026, 1, 1)
    section = Section(
        key="s", label=_("一"), fields=(Field(key="n", label=_("数"), kind=FieldKind.INTEGER, required=True),)
    )
    sound: dict[str, Any] = {
        "key": key,
        "label": _("样例"),
        "title": _("样例专项"),
        "position": 900,
        "sources": (
            Source(
                key="D", number=_("样〔2026〕1号"), title=_("样例"), issuer=_("样例"), issued=day, effective_from=day
            ),
        ),
        "body": Body(
            kind=BodyKind.TASK_FORCE, name=_("样例专班"), office=_("专班办公室"), lead="police", titles={}, clause=CLAUSE
        ),
        "roster": (Member(key="police", label=_("公安局")),),
        "duties": (duty(),),
        "forms": (
            Form(
                key="monthly", label=_("月报"), version=1, period=PeriodKind.MONTH,
                due=Due(kind=DueKind.LAST_WORKING_DAY), sections=(section,), clause=CLAUSE, example={"n": 1},
            ),
        ),
    }  # fmt: skip
    return Campaign(**(sound | values))
