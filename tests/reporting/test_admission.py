"""Form admission: what is known already stops a form until it is linked, taken out or explained."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import FieldKind
from portal.reporting.catalogue import find_form, local_field
from portal.reporting.cells import count_cells
from portal.reporting.design import local
from portal.reporting.design.admission import Known, Name, field_name, find_known, list_known, name_of
from portal.reporting.design.local_content import Column, Content
from portal.reporting.filed import read_elements
from portal.reporting.models import LocalForm, Submission
from portal.reporting.prefill import as_origins, current_offers
from tests.conftest import TestClock
from tests.reporting.county import KEY, County
from tests.reporting.own import OWN, WELL, columns, every, issue, publish, refusal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("立案件数", "立案数"),
        ("其中：立案数（件）", "立案"),
        ("其中:立案数 (件)", "立案起数"),
        ("发放 宣传资料", "发放宣传资料数量"),
        ("ＡＢ类线索数", "ab类线索"),
        ("走访大户数", "走访大户"),
        ("宣传活动场次", "宣传活动"),
        ("参训人次数", "参训人次"),
        ("参训人数", "参训数"),
    ],
)
def test_spellings_of_one_column_are_known(one: str, other: str) -> None:
    assert name_of(one).means(name_of(other))
    assert name_of(other).means(name_of(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("培训人数", "培训次数"),
        ("参训人次", "参训人数"),
        ("刑事立案（盗窃）", "刑事立案（诈骗）"),
        ("数", ""),
    ],
)
def test_different_columns_are_not_taken_for_one(one: str, other: str) -> None:
    assert not name_of(one).means(name_of(other))


def known_figures(county: County, campaigns: list[Campaign], count: int) -> list[Known]:
    """Integer columns of other campaigns, each of a name of its own, none of which the county's form has."""
    with county.inside() as session:
        known = list_known(
            session, county.tenant.id, campaigns, but=(KEY, "own_x"), on=county.now.date()
        )  # fmt: skip
    found: dict[Name, Known] = {}
    for k in known:
        if k.field.kind is FieldKind.INTEGER and k.place[0] != KEY and len(str(k.field.label)) <= 40:
            found.setdefault(field_name(k.field), k)
    assert len(found) >= count
    return list(found.values())[:count]


def test_seven_of_nine_known_columns_stop_the_form_until_each_is_settled(county: County) -> None:
    known = known_figures(county, every(county), 7)
    asked = [Column(label=f"其中：{k.field.label}", unit=str(k.field.unit or "")) for k in known]
    content = replace(OWN, columns=(*asked, *columns("走访企业", "发现苗头")))
    said = refusal(county, content, known=every(county))
    assert said[""].startswith("9 栏中 7 栏已有，其中 7 栏还没有处理")
    assert {k for k in said if k} == {f"c{n}-known" for n in range(7)}
    assert all(str(k.field.label) in said[f"c{n}-known"] for n, k in enumerate(known))
    settled = [replace(c, element=k.element) for c, k in zip(asked[:3], known[:3], strict=True)]
    settled += [replace(c, keep="统计口径不同，含往年") for c in asked[3:6]]
    said = refusal(
        county, replace(content, columns=(*settled, asked[6], *content.columns[7:])), known=every(county)
    )
    assert said[""].startswith("9 栏中 7 栏已有，其中 1 栏还没有处理")
    row = issue(county, replace(content, columns=(*settled, *content.columns[7:])), known=every(county))
    assert [(o["linked"], o["reason"]) for o in row.overlaps] == [(True, "")] * 3 + [
        (False, "统计口径不同，含往年")
    ] * 3
    fields = {f.key: f for f in local.preview(county.campaign, row).fields}
    assert [f.element for f in fields.values()][:3] == [k.element for k in known[:3]]


def test_a_link_must_lead_to_a_known_figure_of_the_same_kind(county: County) -> None:
    known = known_figures(county, every(county), 1)[0]
    for column in (
        Column(label="某数", element="no.such.element"),
        Column(label="某文", kind="text", element=known.element),
    ):
        said = refusal(county, replace(OWN, columns=(column,)), known=every(county))
        assert list(said) == ["c0-element"]


def test_a_column_that_the_same_form_has_is_taken_out_or_explained(county: County) -> None:
    there = next(f for f in county.form.fields if f.kind is FieldKind.INTEGER)
    column = Column(label=str(there.label), unit=str(there.unit or ""))
    content = Content(columns=(column,), **WELL)
    assert "c0-known" in refusal(county, content, county.form.key)
    linked = replace(content, columns=(replace(column, element=f"{KEY}.{county.form.key}.{there.key}"),))
    assert "c0-element" in refusal(county, linked, county.form.key)
    publish(county, replace(content, columns=(replace(column, keep="另按乡镇口径"),)), county.form.key)


def test_a_form_already_of_the_tenants_own_is_known_until_it_ends(county: County, clock: TestClock) -> None:
    publish(county, replace(OWN, ends_on=date(2025, 9, 30)))
    second = replace(OWN, label="另一张表", columns=columns("走访企业数"))
    assert "涉众企业走访情况" in refusal(county, second)["c0-known"]
    clock.at("2025-10-01T08:00:00")
    publish(county, second)


def test_a_linked_column_without_a_named_element_is_found_in_what_was_filed(county: County) -> None:
    plain = next(f for f in county.form.fields if not f.element)
    meant = read_elements(county.session, county.tenant.id, {(KEY, county.form.key, county.form.version, 0)})
    found = next(iter(meant.values()))[f"{KEY}.{county.form.key}.{plain.key}"]
    assert found == (plain.key, plain.kind)
    column = local_field(
        Column(label="任意", element=f"{KEY}.{county.form.key}.{plain.key}").stored() | {"key": "local_1"}
    )
    with county.inside() as session:
        known = list_known(session, county.tenant.id, [county.campaign], but=("", ""), on=county.now.date())
    assert [k.field.key for k in find_known(column, known)] == [plain.key]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"basis": ""}, "basis"),
        ({"readers": ""}, "readers"),
        ({"reason": ""}, "reason"),
        ({"ends_on": None}, "ends-on"),
        ({"ends_on": date(2025, 9, 19)}, "ends-on"),
        ({"ends_on": date(2028, 9, 21)}, "ends-on"),
        ({"label": ""}, "label"),
        ({"columns": ()}, ""),
        ({"columns": columns("走访", "走访数")}, "c1-label"),
        ({"columns": columns("")}, "c0-label"),
        ({"columns": columns("走访", kind="formula")}, "c0-kind"),
        ({"columns": columns("走访", owners=("nobody",))}, "c0-owners"),
        ({"columns": columns(*(f"第{n}" for n in range(61)))}, ""),
        ({"columns": columns(*(f"第{n}" for n in range(10_000)))}, ""),
        ({"members": ("nobody",)}, "members"),
        ({"members": ("banks",)}, "members"),
        ({"period": "decade"}, "period"),
        ({"rule": "someday"}, "rule"),
        ({"shift": "sideways"}, "shift"),
        ({"period": "once", "once": None}, "once"),
        ({"period": "once", "once": date(2025, 9, 19)}, "once"),
    ],
)
def test_nothing_is_published_half_said(county: County, change: dict[str, Any], problem: str) -> None:
    assert problem in refusal(county, replace(OWN, **change))
    county.enter()
    assert county.session.scalar(sa.select(sa.func.count(LocalForm.id))) == 0


@pytest.mark.parametrize("days", [-1, 16, 10**9])
def test_an_earlier_date_has_its_limit(county: County, days: int) -> None:
    assert "days-earlier" in refusal(county, Content(days_earlier=days, reason="县里要求"), county.form.key)


def test_an_earlier_date_alone_needs_a_reason_and_no_document(county: County) -> None:
    assert list(refusal(county, Content(days_earlier=2), county.form.key)) == ["reason"]
    row = issue(county, Content(days_earlier=2, reason="县里要求"), county.form.key)
    assert row.ends_on is None


@pytest.mark.parametrize("key", ["leads", "publicity_activities"])
def test_a_linked_column_is_prefilled_and_not_asked_again(county: County, key: str) -> None:
    """Once the known form is filed; with a named element, and with one that is called by its place."""
    known = next(f for f in county.form.fields if f.key == key)
    element = known.element or f"{KEY}.{county.form.key}.{key}"
    column = Column(label=f"{known.label}数", unit=str(known.unit or ""), element=element)
    row = issue(county, replace(OWN, period="quarter", columns=(column, *columns("走访企业"))))
    county.open()
    county.plain("甲镇", publicity_activities=2)
    county.enter()
    sheet = county.session.scalars(
        sa.select(Submission).where(
            Submission.form == row.form, Submission.unit_id == county.units["甲镇"].id
        )
    ).one()
    form = find_form(county.session, county.tenant.id, county.campaign, row.form, sheet.local)
    assert form is not None
    offers = current_offers(county.session, campaign=county.campaign, form=form, submission=sheet)
    assert {k: o.value for k, o in offers.items()} == {
        "local_1": {"leads": 3, "publicity_activities": 2}[key]
    }
    assert str(county.form.label) in str(offers["local_1"].message)
    cells = count_cells(form, sheet.member, {}, as_origins(offers), {})
    assert (cells.asked, cells.prefilled) == (2, 1)
