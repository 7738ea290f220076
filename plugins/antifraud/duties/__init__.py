"""The division of tasks, part two of D2: 18 sections with 97 duties, in the order of the document."""

from __future__ import annotations

from portal.campaigns import Duty

from .business import BANKING_REGULATOR, BANKS, TELECOM
from .courts import COURT, PROCURATORATE
from .departments import DEVELOPMENT, EDUCATION, FINANCE, INDUSTRY, JUSTICE, MARKET
from .party_and_people import NETWORK_CENTER, NPC_LEGAL, POLITICAL_LEGAL, PUBLICITY_DEPT
from .police import POLICE
from .services import MEDIA, POSTAL

DUTIES: tuple[Duty, ...] = (
    *PUBLICITY_DEPT,
    *POLITICAL_LEGAL,
    *NETWORK_CENTER,
    *NPC_LEGAL,
    *COURT,
    *PROCURATORATE,
    *POLICE,
    *DEVELOPMENT,
    *EDUCATION,
    *INDUSTRY,
    *MARKET,
    *JUSTICE,
    *FINANCE,
    *POSTAL,
    *MEDIA,
    *BANKING_REGULATOR,
    *TELECOM,
    *BANKS,
)
