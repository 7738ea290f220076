"""What is wrong with the rewards of a campaign: keys that lead nowhere, rules out of order, examples that cannot be judged."""

from __future__ import annotations

from collections.abc import Iterator

from portal.campaigns.declarations import Campaign
from portal.campaigns.exchange import MOST
from portal.campaigns.forms import FieldKind
from portal.campaigns.rewards import RewardScheme
from portal.core.text import Message, _


def reward_problems(c: Campaign) -> Iterator[Message]:
    twice = _("%(what)s 的键“%(key)s”出现了 %(count)s 次。")
    keys = [s.key for s in c.rewards]
    for key in sorted(set(keys)):
        if keys.count(key) > 1:
            yield Message(twice, what="reward", key=key, count=keys.count(key))
    for s in c.rewards:
        for what, given in (("material", [m.key for m in s.materials]), ("tier", [t.key for t in s.tiers])):
            for key in sorted(set(given)):
                if given.count(key) > 1:
                    yield Message(twice, what=f"{what} of {s.key}", key=key, count=given.count(key))
        yield from _scheme(c, s)


def _scheme(c: Campaign, s: RewardScheme) -> Iterator[Message]:
    what = f"reward {s.key}"
    ledger = c.ledger(s.ledger)
    fields = {f.key: f for f in ledger.fields} if ledger else {}
    documents = {t.key for t in c.documents}
    clauses = (
        s.clause, s.applicants_clause, s.delivered_clause, s.single_clause, s.payment_clause, s.share_clause,
        *(m.clause for m in s.materials), *(t.clause for t in s.tiers), *(r.clause for r in s.rules),
        *((s.notice.clause,) if s.notice.clause else ()),
    )  # fmt: skip
    for known, given in (
        ({x.key for x in c.ledgers}, (s.ledger,)),
        ({r.key for r in c.rules}, tuple(r.rule for r in s.rules if r.rule)),
        (set(fields), (s.case_number, s.delivered_on, s.case_day, *s.shown, *((s.confirm_field,) if s.confirm_field else ()))),
        ({m.key for m in c.roster}, s.applicants),
        (documents, (*(s.documents or {}).values(), *(m.made_here for m in s.materials if m.made_here))),
        ({x.key for x in c.sources}, tuple(x.source for x in clauses)),
    ):  # fmt: skip
        for key in given:
            if key not in known:
                yield Message(_("%(what)s 引用了不存在的“%(key)s”。"), what=what, key=key)
    for key, kind in (
        (s.delivered_on, FieldKind.DATE), (s.case_day, FieldKind.DATE), (s.case_number, FieldKind.TEXT),
        (s.confirm_field, FieldKind.INTEGER),
    ):  # fmt: skip
        if key in fields and fields[key].kind is not kind:
            yield Message(_("奖励 %(key)s 的字段 %(field)s 类型不对。"), key=s.key, field=key)
    if any(fields[k].sensitive for k in s.shown if k in fields):
        yield Message(_("奖励 %(key)s 的测算单不得列出敏感字段。"), key=s.key)
    days = [r.since for r in s.rules]
    if not s.rules or days != sorted(set(days)) or any(not r.rule and r.refusal is None for r in s.rules):
        text = _("奖励 %(key)s 的规则须按日期先后排列，没有规则的时期须写明原因。")
        yield Message(text, key=s.key)
    if not s.tiers or not s.materials or not 1 <= s.notice.n <= MOST[s.notice.kind]:
        yield Message(_("奖励 %(key)s 须写明材料、审批级别和告知时限。"), key=s.key)
