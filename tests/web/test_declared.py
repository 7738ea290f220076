"""Declared fields: posted values to stored ones, every problem at once, and back into inputs."""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Choice, CodeList, Field, FieldKind
from portal.campaigns.registry import load_registry
from portal.core.text import Text
from portal.web.declared import input_texts, read_values, show_size, show_stored, show_value

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    """Any campaign will do; its code lists are replaced by one with dates."""
    from dataclasses import replace

    found = load_registry(ROOT / "plugins", strict=True).find("anticounterfeit")
    assert found
    places = CodeList(
        key="site",
        label=Text("场所"),
        choices=(
            Choice(key="bank", label=Text("网点")),
            Choice(key="new", label=Text("新址"), valid_from=date(2026, 1, 1)),
            Choice(key="old", label=Text("旧址"), valid_to=date(2025, 12, 31)),
        ),
    )
    return replace(found, code_lists=(places,))


def field(key: str, kind: FieldKind, **more: Any) -> Field:
    return Field(key=key, label=Text(key), kind=kind, **more)


FIELDS = (
    field("count", FieldKind.INTEGER, unit=Text("张"), required=True, maximum=1000),
    field("face", FieldKind.MONEY, unit=Text("元")),
    field("total", FieldKind.MONEY, unit=Text("万元")),
    field("on", FieldKind.DATE),
    field("at", FieldKind.MOMENT),
    field("site", FieldKind.CHOICE, choices="site"),
    field("sites", FieldKind.CHOICES, choices="site"),
    field("sure", FieldKind.FLAG),
    field("name", FieldKind.TEXT, max_length=10),
    field("story", FieldKind.LONG_TEXT, max_length=50),
)
GOOD = MultiDict(
    [
        ("count", "1,000"),
        ("face", "100000"),
        ("total", "12.5"),
        ("on", "2026-09-30"),
        ("at", "2026-09-30T17:40"),
        ("site", "bank"),
        ("sites", "new"),
        ("sites", "bank"),
        ("sure", "1"),
        ("name", " 郊区 "),
        ("story", "一\r\n二"),
        ("unknown", "ignored"),
    ]
)


def test_good_values_are_typed_for_storage(campaign: Campaign) -> None:
    values, _typed, problems = read_values(FIELDS, GOOD, campaign, on=date(2026, 9, 30))
    assert problems == {}
    assert values == {
        "count": 1000,
        "face": 10_000_000,
        "total": 12_500_000,
        "on": "2026-09-30",
        "at": "2026-09-30T17:40:00+08:00",
        "site": "bank",
        "sites": ["bank", "new"],
        "sure": True,
        "name": "郊区",
        "story": "一\n二",
    }


def test_what_is_stored_reads_back_from_its_inputs(campaign: Campaign) -> None:
    values, _typed, _problems = read_values(FIELDS, GOOD, campaign)
    shown = input_texts(FIELDS, values)
    posted = MultiDict(
        itertools.chain.from_iterable(
            [(k, each) for each in v] if isinstance(v, list) else [(k, v)] for k, v in shown.items()
        )
    )
    assert read_values(FIELDS, posted, campaign)[0] == values


def test_all_problems_come_at_once_and_what_was_typed_is_kept(campaign: Campaign) -> None:
    posted = MultiDict(
        {
            "face": "10万",
            "on": "昨天",
            "at": "25:00",
            "site": "moon",
            "name": "平\u202e定",
            "story": "字" * 51,
            "total": "-1",
        }
    )
    values, typed, problems = read_values(FIELDS, posted, campaign)
    assert set(problems) == {"count", "face", "on", "at", "site", "name", "story", "total"}
    assert str(problems["count"]) == "请填写“count”。"
    assert "请填 100,000" in str(problems["face"])
    assert typed["face"] == "10万"
    assert all(values[key] is None for key in problems)


def test_choices_must_be_in_force_on_the_day(campaign: Campaign) -> None:
    posted = MultiDict([("count", "1"), ("site", "old"), ("sites", "bank"), ("sites", "new")])
    problems = read_values(FIELDS, posted, campaign, on=date(2025, 6, 1))[2]
    assert set(problems) == {"sites"}
    assert "新址" in str(problems["sites"])
    assert set(read_values(FIELDS, posted, campaign, on=date(2026, 6, 1))[2]) == {"site"}
    assert read_values(FIELDS, posted, campaign)[2] == {}


def test_bounds(campaign: Campaign) -> None:
    low = field("low", FieldKind.INTEGER, minimum=-5)
    assert read_values([low], MultiDict({"low": "-5"}), campaign)[0] == {"low": -5}
    assert "不能小于 -5" in str(read_values([low], MultiDict({"low": "-6"}), campaign)[2]["low"])
    assert "不能大于 1,000" in str(read_values(FIELDS, MultiDict({"count": "1001"}), campaign)[2]["count"])


def test_shown_values(campaign: Campaign, app: Any) -> None:
    with app.test_request_context():
        values, _typed, _problems = read_values(FIELDS, GOOD, campaign)
        shown = {f.key: show_value(f, values[f.key], campaign) for f in FIELDS}
        assert shown["face"] == "100,000"
        assert shown["total"] == "12.5"
        assert shown["sites"] == "网点、新址"
        assert shown["sure"] == "是"
        assert shown["at"] == "2026-09-30 17:40"
        assert show_value(FIELDS[5], "closed", campaign) == "closed"
        assert show_value(FIELDS[0], None, campaign) == "—"


PAPERS = field("papers", FieldKind.FILES, required=True)
TWO = [
    {"id": 1, "name": "甲.pdf", "size": 10, "sha256": "a"},
    {"id": 2, "name": "乙.png", "size": 20, "sha256": "b"},
]


def test_attachments_stand_until_they_are_ticked(campaign: Campaign) -> None:
    """Nothing posted makes an attachment: only what stands there is taken, without what was ticked."""
    standing = {"papers": TWO}
    forged = MultiDict([("papers", "7"), ("papers", '{"id": 7}')])
    assert read_values([PAPERS], forged, campaign, files=standing)[0] == {"papers": TWO}
    values, typed, problems = read_values([PAPERS], MultiDict({"papers-drop": "1"}), campaign, files=standing)
    assert (values["papers"], typed["papers"], problems) == (TWO[1:], ["1"], {})
    both = MultiDict([("papers-drop", "1"), ("papers-drop", "2"), ("papers-drop", "x")])
    values, _typed, problems = read_values([PAPERS], both, campaign, files=standing)
    assert values["papers"] is None
    assert str(problems["papers"]) == "请上传“papers”。"


def test_attachments_are_shown_by_name(campaign: Campaign, app: Any) -> None:
    with app.test_request_context():
        assert show_value(PAPERS, TWO, campaign) == "甲.pdf、乙.png"
        assert show_value(PAPERS, None, campaign) == "—"
        assert show_stored({"kind": "files"}, TWO) == "甲.pdf、乙.png"
        assert show_stored({"kind": "files"}, None) == "—"
    assert input_texts([PAPERS], {"papers": TWO}) == {"papers": []}
    assert [show_size(n) for n in (1, 1500, 10 * 1024 * 1024)] == ["1 KB", "1 KB", "10.0 MB"]
