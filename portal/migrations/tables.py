"""Imports every module with tables, so that the metadata is complete."""

from portal.accounts import models as accounts
from portal.activities import models as activities
from portal.assessment import models as assessment
from portal.assessment import survey_models as surveys
from portal.core import audit, jobs
from portal.deadlines import models as deadlines
from portal.documents import models as documents
from portal.duties import models as duties
from portal.exchange import models as exchange
from portal.figures import models as figures
from portal.information import models as information
from portal.ledger import models as ledger
from portal.matching import models as matching
from portal.meetings import models as meetings
from portal.notices import models as notices
from portal.papers import models as papers
from portal.reporting import models as reporting
from portal.rewards import models as rewards
from portal.supervision import models as supervision
from portal.tenants import models as tenants
from portal.tips import models as tips
from portal.transfers import models as transfers
from portal.units import group_models as groups
from portal.units import models as units

__all__ = [
    "accounts",
    "activities",
    "assessment",
    "audit",
    "deadlines",
    "documents",
    "duties",
    "exchange",
    "figures",
    "groups",
    "information",
    "jobs",
    "ledger",
    "matching",
    "meetings",
    "notices",
    "papers",
    "reporting",
    "rewards",
    "supervision",
    "surveys",
    "tenants",
    "tips",
    "transfers",
    "units",
]  # fmt: skip
