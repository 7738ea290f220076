"""A form that has all kinds of parts: figures, a repeating table with a two-level header, attachments."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from flask import Flask

from portal.campaigns import Choice, CodeList, Field, FieldKind, Form, Section, Table, _
from portal.campaigns.declarations import Campaign
from tests.conftest import TestClock
from tests.factories import Factory
from tests.reporting.county import KEY, County, found_county

UNITS = {"公安": "police", "财政": "finance"}
COLUMNS = (
    Field(key="name", label=_("案件名称"), kind=FieldKind.TEXT, required=True, max_length=20),
    Field(key="kind", label=_("类别"), kind=FieldKind.CHOICE, choices="parts_kind"),
    Field(key="found_on", label=_("发现日期"), kind=FieldKind.DATE),
    Field(key="whole", label=_("全案"), kind=FieldKind.MONEY, unit=_("万元")),
    Field(key="local", label=_("本地"), kind=FieldKind.MONEY, unit=_("万元")),
    Field(key="moved", label=_("移送"), kind=FieldKind.FLAG),
)
HEADS = ((_(""), 3), (_("涉案金额"), 2), (_(""), 1))


def parts_form(campaign: Campaign) -> Form:
    clause = campaign.forms[0].clause
    table = Table(key="cases", label=_("案件表"), columns=COLUMNS, clause=clause, max_rows=5, heads=HEADS)
    fields = (
        Field(
            key="total",
            label=_("合计数"),
            kind=FieldKind.INTEGER,
            definition=_("本期立案数。"),
            clause=clause,
        ),
        Field(key="papers", label=_("佐证材料"), kind=FieldKind.FILES),
        Field(key="secret_count", label=_("财政数"), kind=FieldKind.INTEGER, owners=("finance",)),
    )
    return Form(
        key="parts", label=_("部件表"), version=1, period=campaign.forms[0].period, due=campaign.forms[0].due,
        sections=(Section(key="one", label=_("总表"), fields=fields),), clause=clause, tables=(table,),
    )  # fmt: skip


@contextmanager
def parts_campaign(app: Flask) -> Iterator[None]:
    """The campaign has this form alone."""
    plugin = app.extensions["portal"].registry.plugins[KEY]
    before = plugin.campaign
    kinds = CodeList(
        key="parts_kind",
        label=_("类别"),
        choices=(
            Choice(key="a", label=_("甲类")),
            Choice(key="b", label=_("乙类")),
            Choice(key="past", label=_("旧类"), valid_to=date(2025, 7, 31)),
        ),
    )
    plugin.campaign = dataclasses.replace(
        before, forms=(parts_form(before),), code_lists=(*before.code_lists, kinds)
    )
    try:
        yield
    finally:
        plugin.campaign = before


def parts_county(make: Factory, clock: TestClock) -> County:
    clock.at("2025-09-20T10:00:00")
    county = found_county(make, UNITS)
    county.open()
    return county
