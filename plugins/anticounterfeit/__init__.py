"""反假货币: the joint conference of 阳政办发〔2026〕9号 and the rewards of 银发〔2016〕21号."""

from portal.campaigns import Campaign, _, hookimpl

from .basis_work import BASIS
from .code_lists import CODE_LISTS
from .documents import DOCUMENTS
from .duties import DUTIES
from .exchange import EXCHANGE
from .forms import MONTHLY_STATISTICS
from .handings import HANDINGS
from .ledgers import CASE_LEDGER
from .meetings import MEETINGS
from .obligations import OBLIGATIONS
from .oversight import OVERSIGHT
from .policies import POLICIES
from .registers import REGISTERS
from .rewards import REWARDS as SCHEMES
from .roster import BODY, ROSTER
from .rules import REWARD
from .sources import SOURCES
from .thresholds import THRESHOLDS
from .tips import TIPS

CAMPAIGN = Campaign(
    key="anticounterfeit",
    label=_("反假货币"),
    title=_("反假货币"),
    position=10,
    sources=SOURCES,
    body=BODY,
    roster=ROSTER,
    duties=DUTIES,
    forms=(MONTHLY_STATISTICS,),
    code_lists=CODE_LISTS,
    ledgers=(CASE_LEDGER, *REGISTERS),
    thresholds=THRESHOLDS,
    rules=(REWARD,),
    policies=POLICIES,
    obligations=OBLIGATIONS,
    exchange=EXCHANGE,
    meetings=MEETINGS,
    oversight=OVERSIGHT,
    documents=DOCUMENTS,
    basis=BASIS,
    handings=HANDINGS,
    tips=TIPS,
    rewards=SCHEMES,
)


@hookimpl
def portal_campaign() -> Campaign:
    return CAMPAIGN
