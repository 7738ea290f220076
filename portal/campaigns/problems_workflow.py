"""What is wrong with the way that a ledger declares for its entries: states, steps, closure, views, checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.exchange import MOST
from portal.campaigns.forms import FieldKind
from portal.campaigns.workflow import Step
from portal.core.text import Message, _

STATE, STEP, VIEWS = 32, 48, 3
"""Letters that the columns take, and views that there are."""


def workflow_problems(c: Campaign) -> Iterator[Message]:
    for ledger in c.ledgers:
        yield from _ledger(c, ledger)


def _ledger(c: Campaign, ledger: Ledger) -> Iterator[Message]:
    fields = {f.key: f.kind for f in ledger.fields}
    states = {s.key for s in ledger.states}
    for what, keys in (("state", [s.key for s in ledger.states]), ("step", [s.key for s in ledger.steps])):
        most = STATE if what == "state" else STEP
        for key, n in Counter(keys).items():
            if n > 1:
                text = _("%(what)s 的键“%(key)s”出现了 %(count)s 次。")
                yield Message(text, what=f"{what} of {ledger.key}", key=key, count=n)
            if len(key) > most:
                yield Message(
                    _("%(what)s 的键“%(key)s”超过 %(n)s 个字符。"),
                    what=f"{what} of {ledger.key}",
                    key=key,
                    n=most,
                )
    choices = {key for key, kind in fields.items() if kind is FieldKind.CHOICE}
    yield from _unknown(f"views of {ledger.key}", choices, ledger.views)
    if len(ledger.views) > VIEWS:
        yield Message(_("台账 %(key)s 的视图最多 %(n)s 个。"), key=ledger.key, n=VIEWS)
    for check in ledger.checks:
        yield from _unknown(f"check {ledger.key}.{check.key}", fields, check.fields)
    for step in ledger.steps:
        yield from _step(c, ledger, step, set(fields), states)
    closing = ledger.closing
    if closing is not None:
        what = f"closing of {ledger.key}"
        yield from _unknown(what, states, closing.states)
        yield from _unknown(what, fields, closing.requires)
        days = {key for key, kind in fields.items() if kind is FieldKind.DATE}
        yield from _unknown(what, days, (closing.closed_on,) if closing.closed_on else ())
        yield from _unknown(
            what, {p.key for p in c.phases}, (closing.look_back_phase,) if closing.look_back_phase else ()
        )
        clauses = [closing.clause, *([closing.look_back_clause] if closing.look_back_clause else ())]
        yield from _unknown(what, {s.key for s in c.sources}, [x.source for x in clauses])
        if ledger.states and not closing.states and not any(s.final for s in ledger.states):
            yield Message(_("台账 %(key)s 没有终结状态，无法销号。"), key=ledger.key)


def _step(c: Campaign, ledger: Ledger, step: Step, fields: set[str], states: set[str]) -> Iterator[Message]:
    what = f"step {ledger.key}.{step.key}"
    yield from _unknown(what, states, (*step.start, step.end))
    yield from _unknown(what, fields, (*step.fields, *step.requires))
    yield from _unknown(what, {m.key for m in c.roster}, step.members)
    yield from _unknown(what, {s.key for s in c.sources}, (step.clause.source,))
    if not step.start or not step.by:
        yield Message(_("步骤 %(key)s 须写明从哪里开始、由谁办理。"), key=f"{ledger.key}.{step.key}")
    if set(step.requires) - set(step.fields):
        text = _("步骤 %(key)s 须填的栏目都要列在 fields 中，否则没有地方填写。")
        yield Message(text, key=f"{ledger.key}.{step.key}")
    if step.starts is not None and not 1 <= step.starts.n <= MOST[step.starts.kind]:
        yield Message(_("步骤 %(key)s 的时限超出范围。"), key=f"{ledger.key}.{step.key}")


def _unknown(what: str, known: Iterable[str], given: Iterable[str]) -> Iterator[Message]:
    for key in given:
        if key not in set(known):
            yield Message(_("%(what)s 引用了不存在的“%(key)s”。"), what=what, key=key)
