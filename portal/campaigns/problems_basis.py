"""What is wrong with a campaign's table of clauses (依据对照)."""

from __future__ import annotations

from collections.abc import Iterator

from portal.campaigns.declarations import Campaign
from portal.core.text import Message, _


def carriers(c: Campaign) -> set[str]:
    """Everything that a clause may be carried by, as ``kind:key``."""
    kinds = {
        "form": c.forms, "ledger": c.ledgers, "rule": c.rules, "duty": c.duties, "threshold": c.thresholds,
        "obligation": c.obligations, "document": c.documents, "policy": c.policies, "handing": c.handings,
        "reward": c.rewards, "request": c.exchange.requests, "advisory": c.exchange.advisories, "phase": c.phases,
    }  # fmt: skip
    found = {f"{kind}:{item.key}" for kind, items in kinds.items() for item in items}  # type: ignore[attr-defined] # each has a key
    return found | {f"meeting:{k.type}" for k in c.meetings.kinds}


def basis_problems(c: Campaign) -> Iterator[Message]:
    known, seen = carriers(c), set[str]()
    for row in c.basis:
        if row.key in seen:
            yield Message(_("依据对照 %(key)s 出现两次。"), key=row.key)
        seen.add(row.key)
        for carried in row.carried:
            if carried not in known:
                yield Message(_("依据对照 %(key)s 指向不存在的“%(to)s”。"), key=row.key, to=carried)
        if not row.kinds:
            yield Message(_("依据对照 %(key)s 没有写明性质。"), key=row.key)
        if bool(row.tests) == (row.reason is not None):
            yield Message(
                _("依据对照 %(key)s 应写明验证它的测试，或不列入系统的原因，只写其一。"), key=row.key
            )
        if row.reason is None and not row.page and not row.carried:
            yield Message(_("依据对照 %(key)s 没有写明落在哪里。"), key=row.key)
