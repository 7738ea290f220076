"""本县口径: how a tenant reads what the documents leave open. History is kept, the latest choice counts.

Two holders: a body chooses for its campaign; the system administrator chooses the portal's own readings for
every campaign of the tenant whose body chose nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Policy
from portal.campaigns.forms import Due, DueKind, Shift
from portal.core.audit import Act, record
from portal.core.errors import Invalid, NotFound
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.core.workdays import WorkCalendar
from portal.tenants.models import PolicyChoice
from portal.tenants.own_policies import AS_DECLARED, FIXED_DAYS, POLICIES, PORTAL, Cited

_REASON_LENGTH = 300


@dataclass(frozen=True)
class Change:
    value: str
    label: Text
    reason: str
    by: str
    at: datetime
    tenant_wide: bool
    """Chosen by the system administrator for every campaign."""


@dataclass(frozen=True)
class Reading:
    """A policy as the tenant reads it now. ``changes``: newest first."""

    policy: Policy
    cited: Cited
    value: str
    changes: tuple[Change, ...]

    @property
    def fixed(self) -> bool:
        return len(self.policy.choices) == 1

    @property
    def label(self) -> Text:
        return choice_label(self.policy, self.value)

    @property
    def default(self) -> Text:
        return choice_label(self.policy, self.policy.default)


def choice_label(policy: Policy, value: str) -> Text:
    """A value that the plugin no longer offers is shown as stored."""
    return next((c.label for c in policy.choices if c.key == value), Text(value))


def find_policy(campaign: Campaign | None, key: str) -> Policy | None:
    """The campaign's own policy before the portal's; None as ``campaign`` asks the portal's alone."""
    declared = campaign.policies if campaign else ()
    return next((p for p in (*declared, *POLICIES) if p.key == key), None)


def list_readings(session: Session, tenant_id: int, campaign: Campaign | None) -> list[Reading]:
    """The campaign's policies, then the portal's own, with their history; one statement."""
    changes = _changes(session, tenant_id, campaign)
    policies: list[tuple[Policy, Cited]] = [(p, campaign) for p in campaign.policies] if campaign else []
    declared = {p.key for p, _cited in policies}
    policies += [(p, PORTAL) for p in POLICIES if p.key not in declared]
    return [_reading(p, cited, changes.get(p.key, [])) for p, cited in policies]


def value_of(session: Session, tenant_id: int, campaign: Campaign | None, key: str) -> str:
    """What the tenant chose, else the default. ``KeyError`` for a policy that nobody declares."""
    policy = find_policy(campaign, key)
    if policy is None:
        raise KeyError(key)
    return _reading(policy, PORTAL, _changes(session, tenant_id, campaign, key).get(key, [])).value


def values_of(session: Session, tenant_id: int, campaign: Campaign | None) -> dict[str, str]:
    """Every policy's value at once; one statement."""
    return {r.policy.key: r.value for r in list_readings(session, tenant_id, campaign)}


def apply_to_due(due: Due, values: Mapping[str, str]) -> Due:
    """A form's due rule as the tenant reads it (``values`` from ``values_of``)."""
    rule = values["due_rule"]
    if rule in FIXED_DAYS:
        day, months_after = FIXED_DAYS[rule]
        due = replace(due, kind=DueKind.FIXED_DAY, day=day, months_after=months_after)
    elif rule != AS_DECLARED:
        due = replace(due, kind=DueKind(rule), months_after=0)
    if values["due_shift"] == AS_DECLARED:
        return due
    if due.kind is DueKind.LAST_WORKING_DAY:  # its own rule is the last day, moved earlier
        due = replace(due, kind=DueKind.LAST_CALENDAR_DAY)
    return replace(due, shift=Shift(values["due_shift"]))


Effect = Callable[[Campaign, Mapping[str, str], date, WorkCalendar], Sequence[Message]]
"""(campaign, readings, today, calendar) -> what the readings come to now, in sentences."""
_EFFECTS: dict[str, Effect] = {}


def register_effect(key: str, effect: Effect) -> None:
    """A room above says what a policy of the portal's comes to; see ``effect_of``."""
    _EFFECTS[key] = effect


def effect_of(
    key: str, campaign: Campaign, values: Mapping[str, str], today: date, calendar: WorkCalendar
) -> Sequence[Message]:
    """What the policy comes to under these readings; nothing for a policy that no room speaks of."""
    found = _EFFECTS.get(key)
    return found(campaign, values, today, calendar) if found else ()


def _changes(
    session: Session, tenant_id: int, campaign: Campaign | None, key: str | None = None
) -> dict[str, list[PolicyChoice]]:
    """Policy key -> rows, the campaign's own before tenant-wide ones, newest first."""
    keys = ["", campaign.key] if campaign else [""]
    wanted = [PolicyChoice.tenant_id == tenant_id, PolicyChoice.campaign.in_(keys)]
    if key is not None:
        wanted.append(PolicyChoice.policy == key)
    rows = session.scalars(
        sa.select(PolicyChoice)
        .where(*wanted)
        .order_by(PolicyChoice.campaign.desc(), PolicyChoice.changed_at.desc(), PolicyChoice.id.desc())
    )
    found: dict[str, list[PolicyChoice]] = {}
    for row in rows:
        found.setdefault(row.policy, []).append(row)
    return found


def _reading(policy: Policy, cited: Cited, rows: list[PolicyChoice]) -> Reading:
    known = {c.key for c in policy.choices}
    value = next((r.value for r in rows if r.value in known), policy.default)
    return Reading(
        policy,
        cited,
        value,
        tuple(
            Change(
                r.value, choice_label(policy, r.value), r.reason, r.changed_by, r.changed_at, not r.campaign
            )
            for r in rows
        ),
    )


def set_policy(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    campaign: Campaign | None,
    key: str,
    value: str,
    reason: str,
) -> None:
    """Choose a reading for the home tenant's campaign (None: for all). What already counts adds no row."""
    policy = find_policy(campaign, key)
    if policy is None:
        raise NotFound(_("没有这项口径。"))
    tenant_id = get_scope(session).home
    assert tenant_id is not None
    problems: dict[str, Message | Text] = {}
    if len(policy.choices) == 1:
        problems["value"] = _("此项依据明确，不能更改。")
    elif value not in {c.key for c in policy.choices}:
        problems["value"] = _("选项不在列表中，请重新选择。")
    if not 2 <= len(reason.strip()) <= _REASON_LENGTH:
        problems["reason"] = Message(_("请填写更改理由，2 至 %(n)s 字。"), n=_REASON_LENGTH)
    if problems:
        raise Invalid(problems)
    before = value_of(session, tenant_id, campaign, key)
    if before == value:
        return
    name = campaign.key if campaign else ""
    session.add(
        PolicyChoice(
            campaign=name,
            policy=key,
            value=value,
            reason=reason.strip(),
            changed_by=actor.name,
            changed_at=now,
        )
    )
    data = {"before": before, "after": value, "reason": reason.strip()}
    record(session, Act.POLICY_SET, f"policy:{name or 'portal'}.{key}"[:60], actor, now, data)
