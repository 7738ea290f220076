"""The difference up the chain (层层加码): what an office asks beyond the form of its superior, and how much earlier.

Measured twice: by the columns of both offices' versions, and by the due dates that both really set for the
same form and period, since a reading of the rule (本县口径) shortens as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Due, Field
from portal.core.clock import SHANGHAI
from portal.core.periods import Period, parse_period
from portal.core.scope import crossing, get_scope
from portal.core.text import Message, Text, _
from portal.reporting.catalogue import OWN, find_local, local_field
from portal.reporting.design.admission import field_name
from portal.reporting.due import compute_due
from portal.reporting.models import LocalForm, Report
from portal.tenants.calendar import load_calendar
from portal.tenants.models import Tenant
from portal.tenants.policies import apply_to_due, values_of


@dataclass(frozen=True)
class Difference:
    """Of one office's form against its superior's, or against the document's where there is no superior."""

    above: str = ""
    """Name of the superior; '' = compared with the document."""
    own: bool = False
    """A form that the superior does not have at all."""
    days: int = 0
    added: tuple[Field, ...] = ()
    reworded: tuple[tuple[str, str], ...] = ()
    """(as the superior words it, as this office does)."""
    hidden: tuple[str, ...] = ()
    local: LocalForm | None = None
    """The version that says so; its basis, readers, end, reasons."""

    def __bool__(self) -> bool:
        return bool(self.own or self.days or self.added or self.reworded or self.hidden)

    @property
    def parts(self) -> tuple[Message | Text, ...]:
        """提前 5 天, 增加 2 项."""
        said: list[Message | Text] = [_("本地自设报表")] if self.own else []
        if self.days:
            said.append(Message(_("提前 %(n)s 天"), n=self.days))
        if self.added:
            said.append(Message(_("增加 %(n)s 项"), n=len(self.added)))
        if self.reworded:
            said.append(Message(_("改写 %(n)s 项"), n=len(self.reworded)))
        if self.hidden:
            said.append(Message(_("减少 %(n)s 项"), n=len(self.hidden)))
        return tuple(said)


@dataclass(frozen=True)
class _Above:
    """What the superior asks: its changes, and its due date of the period."""

    name: str = ""
    definition: Mapping[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None


def differences(
    session: Session, campaign: Campaign, form: str, period: str, *, local: LocalForm | int, due_at: datetime | None
) -> Difference:  # fmt: skip
    """Of the home tenant. ``local``: the version, or its number (0 = none); ``due_at``: its due date.

    At most five statements.
    """
    home = get_scope(session).home
    assert home is not None
    if isinstance(local, LocalForm):
        row: LocalForm | None = local
    else:
        row = find_local(session, home, campaign.key, form, local) if local else None
    if form.startswith(OWN):
        return _compare(campaign, form, row, _Above(), 0)
    above = _read_above(session, home, campaign, form, parse_period(period))
    return _compare(campaign, form, row, above, _days(above.due_at, due_at))


def report_differences(session: Session, campaign: Campaign, report: Report) -> Difference:
    """For a period that is open, as its units see it."""
    return differences(
        session, campaign, report.form, report.period, local=report.local, due_at=report.due_at
    )


def expected_due(
    session: Session, tenant_id: int, campaign: Campaign, due: Due, period: Period, earlier: int
) -> datetime:
    """When a tenant of the scope would set the period due, by its reading of the rules of today."""
    readings = values_of(session, tenant_id, campaign)
    return compute_due(apply_to_due(due, readings), period, load_calendar(session), earlier).due_at


def _read_above(session: Session, home: int, campaign: Campaign, form: str, period: Period) -> _Above:
    """The superior's form is open to all below it, though its rows are not: they are read in its own scope."""
    above = aliased(Tenant)
    parent = session.execute(
        sa.select(above.id, above.city + above.name)
        .join(Tenant, Tenant.parent_id == above.id)
        .where(Tenant.id == home)
    ).one_or_none()
    declared = campaign.form(form)
    if declared is None:
        return _Above()
    if parent is None:
        return _Above(due_at=compute_due(declared.due, period, load_calendar(session)).due_at)
    with crossing(session, parent[0]):
        found = session.execute(
            sa.select(Report.due_at, LocalForm.definition)
            .outerjoin(
                LocalForm,
                sa.and_(
                    LocalForm.tenant_id == Report.tenant_id,
                    LocalForm.campaign == Report.campaign,
                    LocalForm.form == Report.form,
                    LocalForm.number == Report.local,
                ),
            )
            .where(Report.campaign == campaign.key, Report.form == form, Report.period == period.key)
        ).one_or_none()
        if found is not None:
            return _Above(parent[1], found[1] or {}, found[0])
        newest = session.execute(  # not opened there yet: as it would open
            sa.select(LocalForm.definition, LocalForm.days_earlier, LocalForm.ends_on)
            .where(
                LocalForm.campaign == campaign.key,
                LocalForm.form == form,
                LocalForm.released_at.is_not(None),
            )
            .order_by(LocalForm.number.desc())
            .limit(1)
        ).one_or_none()
        if newest is not None and newest[2] is not None and newest[2] < period.end:
            newest = None
        earlier = newest[1] if newest else 0
        due_at = expected_due(session, parent[0], campaign, declared.due, period, earlier)
    return _Above(parent[1], newest[0] if newest else {}, due_at)


def _compare(campaign: Campaign, form: str, row: LocalForm | None, above: _Above, days: int) -> Difference:
    mine: Mapping[str, Any] = row.definition if row else {}
    own = form.startswith(OWN)
    declared = campaign.form(form)
    theirs = [field_name(local_field(f)) for f in above.definition.get("fields", ())]
    columns = [local_field(f) for f in mine.get("fields", ())]
    added = tuple(f for f in columns if not any(field_name(f).means(t) for t in theirs))
    fields = declared.fields if declared else ()
    hidden = set(mine.get("hidden", ())) - set(above.definition.get("hidden", ()))
    reworded = [
        (str(before), str(after))
        for f in fields
        for part, said in (("labels", f.label), ("definitions", f.definition or ""))
        if (before := above.definition.get(part, {}).get(f.key, said))
        != (after := mine.get(part, {}).get(f.key, said))
    ]
    return Difference(
        above.name, own, max(days, 0), added, tuple(reworded), tuple(str(f.label) for f in fields if f.key in hidden), row
    )  # fmt: skip


def _days(above: datetime | None, mine: datetime | None) -> int:
    if above is None or mine is None:
        return 0
    return (_day(above) - _day(mine)).days


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


@dataclass(frozen=True)
class Below:
    """A tenant below whose form of the period differs from its superior's."""

    tenant_id: int
    code: str
    place: str
    form: str
    title: str
    due_at: datetime
    difference: Difference


def list_below(session: Session, campaign: Campaign, period: str) -> Sequence[Below]:
    """Who below asks more or earlier, by place and form; those who ask the same are left out. Two statements.

    Reads what the scope lets through: the home tenant and those in ``below``.
    """
    wanted = (Report.campaign == campaign.key, Report.period == period)
    rows = session.execute(
        sa.select(
            Report.tenant_id, Report.form, Report.title, Report.due_at, Report.local, Tenant.code,
            (Tenant.city + Tenant.name).label("place"), Tenant.parent_id,
        )
        .join(Tenant, Tenant.id == Report.tenant_id)
        .where(*wanted)
        .order_by(Tenant.code, Report.form)
    ).all()  # fmt: skip
    versions = {
        (v.tenant_id, v.form): v
        for v in session.scalars(
            sa.select(LocalForm)
            .join(
                Report,
                sa.and_(
                    Report.tenant_id == LocalForm.tenant_id,
                    Report.campaign == LocalForm.campaign,
                    Report.form == LocalForm.form,
                    Report.local == LocalForm.number,
                ),
            )
            .where(*wanted)
        )
    }
    due = {(r.tenant_id, r.form): r.due_at for r in rows}
    names = {r.tenant_id: r.place for r in rows}
    found = []
    for r in rows:
        if r.tenant_id == get_scope(session).home:
            continue
        mine, theirs = versions.get((r.tenant_id, r.form)), versions.get((r.parent_id, r.form))
        at = due.get((r.parent_id, r.form))
        above = _Above(names.get(r.parent_id, ""), theirs.definition if theirs else {}, at)
        days = _days(at, r.due_at) if at else (mine.days_earlier if mine else 0)
        difference = _compare(campaign, r.form, mine, above, days)
        if difference:
            found.append(Below(r.tenant_id, r.code, r.place, r.form, r.title, r.due_at, difference))
    return found
