"""打击非法集资专项行动: the county campaign of D4 with the State Council regulation behind it.

No ``thresholds``: neither D4 nor the regulation gives a limit in hours for any matter.
"""

from __future__ import annotations

from portal.campaigns import Campaign, _, hookimpl

from .basis_work import BASIS
from .code_lists import CODE_LISTS
from .documents import DOCUMENTS
from .duties import DUTIES
from .exchange import EXCHANGE
from .forms import FORMS
from .handings import HANDINGS
from .ledgers import LEDGERS
from .meetings import MEETINGS
from .oversight import OVERSIGHT
from .phases import OBLIGATIONS, PHASES
from .policies import POLICIES
from .roster import BODY, ROSTER
from .rules import RULES
from .sources import SOURCES
from .tips import TIPS

CAMPAIGN = Campaign(
    key="illegal_fundraising",
    label=_("打非"),
    title=_("打击非法集资专项行动"),
    position=30,
    sources=SOURCES,
    body=BODY,
    roster=ROSTER,
    duties=DUTIES,
    forms=FORMS,
    code_lists=CODE_LISTS,
    ledgers=LEDGERS,
    rules=RULES,
    policies=POLICIES,
    phases=PHASES,
    obligations=OBLIGATIONS,
    exchange=EXCHANGE,
    meetings=MEETINGS,
    oversight=OVERSIGHT,
    documents=DOCUMENTS,
    basis=BASIS,
    handings=HANDINGS,
    tips=TIPS,
)


@hookimpl
def portal_campaign() -> Campaign:
    return CAMPAIGN
