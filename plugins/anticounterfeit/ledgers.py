"""The register of seizures and cases, from the lead to 销号."""

from portal.campaigns import Clause, Ledger, _

from .case_checks import CASE_CHECKS, key_reasons
from .case_examples import CASE_EXAMPLES
from .case_fields import CASE_FIELDS
from .case_steps import CASE_CLOSING, CASE_STATES, CASE_STEPS

CASE_LEDGER = Ledger(
    key="case",
    label=_("假币案件台账"),
    numbering=_("案"),
    fields=CASE_FIELDS,
    clause=Clause(source="D0", article=_("第十五条、第十七条")),
    states=CASE_STATES,
    steps=CASE_STEPS,
    closing=CASE_CLOSING,
    key_reasons=key_reasons,
    views=("found_channel", "case_kind", "currency"),
    checks=CASE_CHECKS,
    examples=CASE_EXAMPLES,
)
