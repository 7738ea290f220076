"""反诈: the campaign against telecom and online fraud, after the leading group of a county (D2)."""

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
from .policies import OBLIGATIONS, POLICIES
from .roster import BODY, ROSTER
from .sources import SOURCES
from .tips import TIPS

CAMPAIGN = Campaign(
    key="antifraud",
    label=_("反诈"),
    title=_("打击治理电信网络新型违法犯罪"),
    position=20,
    sources=SOURCES,
    body=BODY,
    roster=ROSTER,
    duties=DUTIES,
    forms=FORMS,
    code_lists=CODE_LISTS,
    ledgers=LEDGERS,
    # No thresholds: D2 names neither an amount nor hours. Its one 重大 case, (十五) 3, is for the press.
    policies=POLICIES,
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
