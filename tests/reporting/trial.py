"""Two forms made for the tests of prefill, put into two campaigns: one quarterly, one monthly, with a figure in common."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from portal.campaigns import ACTIVITIES, Draw, Field, FieldKind, Form, PeriodKind, Section, Table, _, counted
from portal.core.clock import SHANGHAI
from portal.ledger.models import Record
from portal.ledger.services import Entry, create_record
from portal.reporting.models import Submission
from portal.reporting.prefill import Offer, as_origins, current_offers
from portal.reporting.services import file_submission, save_draft
from portal.units.models import Membership
from tests.reporting.county import ACTOR, KEY, County

SECOND = "anticounterfeit"
POLICE = "公安"
_N, _T = FieldKind.INTEGER, FieldKind.TEXT


def _open_on(values: Any, _first: date, last: date) -> int:
    return int(str(values["known_on"]) <= last.isoformat())


def _before(values: Any, first: date, _last: date) -> int:
    return int(str(values["known_on"]) < first.isoformat())


FIELDS = (
    Field(key="leads", label=_("线索"), kind=_N, draws=(counted("lead"),)),
    Field(key="on_hand", label=_("在办"), kind=_N, draws=(Draw(pool="lead", amount=_open_on),), summed=False),
    Field(key="talks", label=_("宣传"), kind=_N, draws=(counted(ACTIVITIES),)),
    Field(key="opening", label=_("期初"), kind=_N, carries="closing"),
    Field(
        key="known_before",
        label=_("期初线索"),
        kind=_N,
        draws=(Draw(pool="lead", amount=_before),),
        carries="on_hand",
    ),
    Field(key="closing", label=_("期末"), kind=_N, summed=False),
    Field(key="paid", label=_("金额"), kind=FieldKind.MONEY, unit=_("万元"), element="trial_paid"),
    Field(key="visits", label=_("走访"), kind=_N, element="trial_visits"),
    Field(key="stock", label=_("存量"), kind=_N, element="trial_stock", summed=False),
    Field(key="unit_name", label=_("单位"), kind=_T, profile="unit_name"),
    Field(key="phone", label=_("电话"), kind=_T, kept=True),
    Field(key="outlets", label=_("网点"), kind=_N, kept=True),
    Field(key="papers", label=_("附件"), kind=FieldKind.FILES, kept=True),
)


def _row(values: Any, first: date, last: date) -> Any:
    inside = first.isoformat() <= values["known_on"] <= last.isoformat()
    return {"name": values["title"], "count": 1} if inside else None


def trial_form(quarterly: Form, **changes: Any) -> Form:
    columns = (
        Field(key="name", label=_("名称"), kind=_T),
        Field(key="count", label=_("件数"), kind=_N),
        Field(key="remark", label=_("备注"), kind=_T),
    )
    table = Table(
        key="rows", label=_("线索表"), columns=columns, clause=quarterly.clause, ledger="lead", row=_row
    )
    section = Section(key="all", label=_("全部"), fields=FIELDS)
    return dataclasses.replace(
        quarterly, key="trial", label=_("季度试填表"), version=91, sections=(section,), tables=(table,), checks=(),
        comparisons=(), metrics=(), goals=(), headline=(), example={}, draft=False, **changes,
    )  # fmt: skip


def month_form(monthly: Form, period: PeriodKind) -> Form:
    fields = (
        Field(key="went", label=_("走访次数"), kind=_N, element="trial_visits"),
        Field(key="left", label=_("结存"), kind=_N, element="trial_stock", summed=False),
        Field(key="sum", label=_("合计金额"), kind=FieldKind.MONEY, unit=_("元"), element="trial_paid"),
        Field(key="note", label=_("说明"), kind=_T),
    )
    return dataclasses.replace(
        monthly, key=f"trial_{period}", label=_("月度试填表"), version=91, period=period,
        sections=(Section(key="all", label=_("全部"), fields=fields),), tables=(), checks=(), comparisons=(),
        metrics=(), goals=(), headline=(), example={}, draft=False,
    )  # fmt: skip


@contextmanager
def trial_forms(app: Any, period: PeriodKind = PeriodKind.MONTH) -> Iterator[None]:
    """Inside, the two campaigns declare these forms and no others; the second one's by ``period``."""
    plugins = app.extensions["portal"].registry.plugins
    before = {key: plugins[key].campaign for key in (KEY, SECOND)}
    try:
        first, second = (before[key].forms[0] for key in (KEY, SECOND))
        for key, form in ((KEY, trial_form(first)), (SECOND, month_form(second, period))):
            plugins[key].campaign = dataclasses.replace(before[key], forms=(form,))
        yield
    finally:
        for key, campaign in before.items():
            plugins[key].campaign = campaign


def second_body(county: County) -> County:
    """The county's other body, to which its police reports monthly."""
    mechanism = county.make.mechanism(county.tenant, SECOND, {"police": county.units[POLICE]})
    with county.make.enter(county.tenant) as session:
        for membership in session.scalars(sa.select(Membership)):
            membership.since = date(2020, 1, 1)
    other = dataclasses.replace(county, key=SECOND, mechanism=mechanism, since=date(2025, 7, 1))
    other.open()
    return other


def offers(county: County, unit: str = POLICE, period: str = "2025Q3") -> dict[str, Offer]:
    sheet = county.sheet(unit, period)
    return current_offers(county.session, campaign=county.campaign, form=county.form, submission=sheet)


def said(offer: Offer) -> str:
    return str(offer.message)


def file(
    county: County, period: str, values: dict[str, Any] | None, unit: str = POLICE, **more: Any
) -> Submission:
    """File ``values`` over what is offered now, as the page does (None: a zero report)."""
    with county.inside() as session:
        sheet = county.sheet(unit, period)
        known = offers(county, unit, period)
        given: dict[str, Any] = {
            "values": {key: offer.value for key, offer in known.items()} | (values or {}), "zero": values is None, "version": sheet.version, "explanations": {},
            "late_reason": "数据未核准", "needs_signature": False,
            "origins": as_origins(known),
        } | more  # fmt: skip
        file_submission(
            session, ACTOR, county.now, campaign=county.campaign, form=county.form, submission=sheet, **given
        )
    return county.sheet(unit, period)


def keep(county: County, values: dict[str, Any], period: str = "2025Q3", unit: str = POLICE) -> None:
    """Save a draft with what is offered now."""
    with county.inside() as session:
        sheet = county.sheet(unit, period)
        save_draft(
            session, ACTOR, county.now, submission=sheet, version=sheet.version, values=values, explanations={},
            origins=as_origins(offers(county, unit, period)),
        )  # fmt: skip


def enter(county: County, *days: str, unit: str = POLICE, ledger: str = "lead") -> list[int]:
    """Ledger entries known on these days."""
    found = county.campaign.ledger(ledger)
    assert found is not None
    made: list[Record] = []
    with county.inside() as session:
        for n, day in enumerate(days):
            known = datetime.fromisoformat(day).replace(tzinfo=SHANGHAI)
            made.append(
                create_record(
                    session, ACTOR, max(known, county.now), mechanism_id=county.mechanism.id,
                    unit_id=county.units[unit].id, campaign=county.campaign, ledger=found,
                    entry=Entry(title=f"{day}线索{n}", place="", known_at=known, values={f.key: None for f in found.fields}),
                    request_key=f"{county.tenant.id}-{unit}-{day}-{n}",
                )
            )  # fmt: skip
        return [r.id for r in made]
