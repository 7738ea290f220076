"""What D0 says of assessment and accountability: by which means, never after how many misses or for how many points.

The political-legal commission counts the work in the assessment of 平安建设, the government office in the units' overall
performance. Both keep their sheets outside the conference, so the campaign declares no score and no counted misses.
"""

from __future__ import annotations

from portal.campaigns import Clause, Oversight, Rung, RungKind, Trigger, _

_OFFICE = Clause(source="D0", article=_("附件·市政府办、县（区）政府办第1项"))
_COMMISSION = Clause(source="D0", article=_("附件·市委政法委第1项"))

OVERSIGHT = Oversight(
    ladder=(
        Rung(key="result", label=_("通报考核结果"), clause=_COMMISSION, kind=RungKind.CIRCULAR, template="circular"),
        Rung(key="interview", label=_("约谈"), clause=_OFFICE, kind=RungKind.INTERVIEW, template="interview"),
        Rung(key="accountability", label=_("问责建议"), clause=_OFFICE, kind=RungKind.ADVICE),
    ),
    triggers=(
        Trigger(key="assessment", label=_("考核发现的问题和不足"), clause=_COMMISSION, rungs=("result", "interview")),
        Trigger(
            key="responsibility", label=_("责任落实不到位"), clause=_OFFICE, rungs=("interview", "accountability")
        ),
    ),
)  # fmt: skip
