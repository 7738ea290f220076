"""What the reader can do about an entry now: one offer an act, each says what it requires."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.workflow import Step
from portal.core.i18n import join_words, translate
from portal.core.text import Message, Text, _
from portal.deadlines.limits import name_rule
from portal.ledger.acting import OPEN, last_event, stage_of
from portal.ledger.closing import may_propose
from portal.ledger.hands import WHO_LABELS, Hands
from portal.ledger.models import Closing, Record, RecordEvent
from portal.ledger.workflow import name_takers, next_steps

TRANSFER = "transfers.new"
"""Endpoint of the room of transfers, through which a step is asked upward."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """``endpoint`` '' = a sentence alone: somebody else has to do it."""

    verb: Text
    requires: Sequence[Message | Text]
    endpoint: str = ""
    args: dict[str, Any]
    first: bool = False
    """What the entry waits for."""
    aside: bool = False
    """A measure that moves nothing, or somebody else's step: folded away where there are many."""


FEW = 6
"""Offers that stand open."""


def fold(offers: Sequence[Offer]) -> tuple[list[Offer], list[Offer]]:
    """Those that stand open and those that are folded away."""
    if len(offers) <= FEW:
        return list(offers), []
    return [o for o in offers if not o.aside], [o for o in offers if o.aside]


def list_offers(
    campaign: Campaign, ledger: Ledger, found: Record, hands: Hands, events: Sequence[RecordEvent], *,
    account_id: int | None, today: date, endpoints: Collection[str],
) -> list[Offer]:  # fmt: skip
    """``endpoints``: those that the application has."""
    if found.merged_into_id is not None:
        return _one(hands.office, _("撤销合并"), _("它们其实是两件事：写明原因，恢复单独办理。"), "unmerge")
    if found.withdrawn_at is not None:
        return _one(hands.office or hands.keeps, _("恢复"), _("撤回有误：写明原因，继续办理。"), "restore")
    offers = _approval(ledger, found, hands, events, account_id)
    offers += [_step(campaign, ledger, found, s, hands, endpoints) for s in next_steps(ledger, found)]
    offers += _closing(ledger, found, hands, events, account_id, today)
    return offers


def list_asides(ledger: Ledger, found: Record, hands: Hands) -> list[Offer]:
    """What is rarely done, in the margin: assign, merge, split, withdraw."""
    if found.merged_into_id is not None or found.withdrawn_at is not None or found.closing not in OPEN:
        return []
    offers = []
    if hands.office:
        offers.append(
            Offer(
                verb=_("交办"), requires=(_("定主办、配合单位和时限。"),), endpoint="ledger.assign", args={}
            )
        )
        offers += _one(True, _("并入另一件"), _("两条登记是同一件事。"), "merge")
        offers += _one(True, _("拆分"), _("一条登记里有两件事。"), "split")
    offers += _one(hands.office or hands.keeps, _("撤回"), _("登记有误，写明原因。"), "withdraw")
    return offers


def _one(may: bool, verb: Text, requires: Text, key: str) -> list[Offer]:
    return (
        [Offer(verb=verb, requires=(requires,), endpoint="ledger.matter", args={"key": key})] if may else []
    )


def _approval(
    ledger: Ledger, found: Record, hands: Hands, events: Sequence[RecordEvent], account_id: int | None
) -> list[Offer]:
    step = ledger.step(found.pending) if found.pending else None
    if step is None or step.approval is None:
        return []
    asked = last_event(events, "asked")
    same = asked is not None and account_id is not None and asked.account_id == account_id
    who = WHO_LABELS[step.approval]
    if step.approval in hands.agrees and not same:
        sentence = Message(_("“%(step)s”等待批准，同意后生效。"), step=step.label)
        offers = [
            Offer(verb=_("批准或退回"), requires=(sentence,), endpoint="ledger.decide", args={}, first=True)
        ]
    else:
        text = _("“%(step)s”等待%(who)s批准，提请的人不能自己批准。")
        offers = [Offer(verb=step.label, requires=(Message(text, step=step.label, who=who),), args={})]
        if hands.may_take(step):
            offers.append(
                Offer(verb=_("撤回提请"), requires=(_("写明原因。"),), endpoint="ledger.decide", args={})
            )
    return offers


def _step(
    campaign: Campaign, ledger: Ledger, found: Record, step: Step, hands: Hands, endpoints: Collection[str]
) -> Offer:
    requires: list[Message | Text] = []
    labels = {f.key: f.label for f in ledger.fields}
    if not hands.may_take(step):
        names = [m.label for m in campaign.roster if m.key in step.members]
        who = Text(join_words(names)) if names else name_takers(step)
        return Offer(verb=step.label, requires=(Message(_("由%(who)s办理。"), who=who),), args={}, aside=True)
    stays = step.end == stage_of(ledger, found)
    if step.requires:
        wanted = join_words(str(translate(labels.get(k, Text(k)))) for k in step.requires)
        requires.append(Message(_("须填：%(fields)s。"), fields=wanted))
    if step.note:
        requires.append(_("须写明情况。"))
    if step.evidence:
        requires.append(_("须有佐证。"))
    if step.approval is not None:
        requires.append(Message(_("须经%(who)s批准。"), who=WHO_LABELS[step.approval]))
    if step.starts is not None:
        limit = name_rule({"rule": step.starts.kind, "n": step.starts.n})
        requires.append(Message(_("开始计时：%(limit)s。"), limit=limit))
    if step.upward:
        requires.append(_("提请上级，答复后生效。"))
        given = {"subject": f"record:{found.id}", "handing": step.upward}
        there = TRANSFER in endpoints
        return Offer(
            verb=step.label, requires=requires, endpoint=TRANSFER if there else "", args=given, aside=stays
        )
    return Offer(
        verb=step.label, requires=requires, endpoint="ledger.step", args={"key": step.key}, aside=stays
    )


def _closing(
    ledger: Ledger, found: Record, hands: Hands, events: Sequence[RecordEvent], account_id: int | None, today: date
) -> list[Offer]:  # fmt: skip
    def act(key: str, verb: Text, *requires: Message | Text, first: bool = True) -> Offer:
        return Offer(verb=verb, requires=requires, endpoint="ledger.closing", args={"key": key}, first=first)

    def by(kind: str) -> bool:
        event = last_event(events, kind)
        return event is not None and account_id is not None and event.account_id == account_id

    back = act("return", _("退回销号申请"), _("写明原因，主办单位继续办理，时限接着计算。"), first=False)
    waits = _("等待办公室办理；申请、审核、销号由不同的人办理。")
    match found.closing:
        case Closing.NONE if may_propose(ledger, found):
            text = _("须有佐证，逐项核对；办公室审核后由第二人销号。")
            if hands.leads:
                return [act("propose", _("申请销号"), text)]
            return [Offer(verb=_("申请销号"), requires=(_("由主办单位申请。"),), args={})]
        case Closing.PROPOSED if hands.office and not by("close_proposed"):
            return [act("check", _("审核销号申请"), _("核对佐证和核对项；审核后由另一人销号。")), back]
        case Closing.CHECKED if hands.office and not by("close_checked") and not by("close_proposed"):
            return [act("close", _("销号"), _("您是第二人：同意后销号，并定下回头看的日期。")), back]
        case Closing.PROPOSED | Closing.CHECKED:
            return [Offer(verb=_("销号"), requires=(waits,), args={}), *([back] if hands.office else [])]
        case Closing.CLOSED if hands.office:
            due = found.look_back_on is not None and found.look_back_on <= today
            return [
                act("keep", _("回头看"), _("看过，没有反复：记下结果，维持销号。"), first=due),
                act("reopen", _("重新办理"), _("又有动静：编号不变，重新办理。"), first=False),
            ]
    return []
