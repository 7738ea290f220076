"""What is wrong with the ways in which a campaign hands matters on, and with the steps that ask the superior."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from portal.campaigns.declarations import Campaign
from portal.campaigns.exchange import MOST
from portal.campaigns.handing import Handing, Reach
from portal.core.text import Message, _


def handing_problems(c: Campaign) -> Iterator[Message]:
    wrong = _("%(what)s 引用了不存在的“%(key)s”。")
    members, ledgers = {m.key for m in c.roster}, {x.key: x for x in c.ledgers}
    sources = {s.key for s in c.sources}
    for key, n in Counter(h.key for h in c.handings).items():
        if n > 1:
            yield Message(_("%(what)s 的键“%(key)s”出现了 %(count)s 次。"), what="handing", key=key, count=n)
    for h in c.handings:
        fields = {f.key for x in h.ledgers if x in ledgers for f in ledgers[x].fields}
        outcomes = [key for key, _label in h.outcomes]
        for known, given in (
            (members, (*h.senders, *h.receivers, *h.both)), (ledgers, h.ledgers), (fields, h.carries),
            (outcomes, h.agrees), (sources, (h.clause.source,)),
        ):  # fmt: skip
            for key in given:
                if key not in known:
                    yield Message(wrong, what=f"handing {h.key}", key=key)
        yield from _shape(h, outcomes)
    ways = {h.key: h for h in c.handings}
    for ledger in c.ledgers:
        for step in ledger.steps:
            way = ways.get(step.upward)
            if step.upward and (
                way is None or Reach.SUPERIOR not in way.reach or ledger.key not in way.ledgers
            ):
                yield Message(wrong, what=f"step {ledger.key}.{step.key}", key=step.upward)


def _shape(h: Handing, outcomes: list[str]) -> Iterator[Message]:
    if not h.reach or not h.ledgers:
        yield Message(_("移送方式 %(key)s 须写明移送范围和台账。"), key=h.key)
    if h.both and Reach.UNIT not in h.reach:
        yield Message(_("移送方式 %(key)s：同时移送只在本级单位之间。"), key=h.key)
    if len(outcomes) != len(set(outcomes)):
        yield Message(_("移送方式 %(key)s 的办理结果有重复。"), key=h.key)
    for what, limit in (("accept", h.accept), ("result", h.result)):
        if limit is not None and not 1 <= limit.n <= MOST[limit.kind]:
            text = _("时限 %(what)s 必须在 1 到 %(most)s 之间，现为 %(n)s。")
            yield Message(text, what=f"{h.key}.{what}", most=MOST[limit.kind], n=limit.n)
