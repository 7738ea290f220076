"""The testing kit for authors of plugins: it finds what is wrong, and its catalogue is plain JSON."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from portal.campaigns import (
    Check,
    Choice,
    CodeList,
    Field,
    FieldKind,
    Grade,
    Ledger,
    Message,
    Threshold,
    Values,
    _,
)
from portal.campaigns.registry import load_registry
from portal.campaigns.testing import catalogue, check_campaign
from tests.broken_plugins.sample import CLAUSE, campaign
from tests.conftest import ROOT

CAMPAIGNS = load_registry(ROOT / "plugins", strict=True).campaigns


@pytest.mark.parametrize("key", CAMPAIGNS)
def test_every_shipped_campaign_passes(key: str) -> None:
    check_campaign(CAMPAIGNS[key])


@pytest.mark.parametrize("key", CAMPAIGNS)
def test_the_catalogue_is_json_and_stable(key: str) -> None:
    found = catalogue(CAMPAIGNS[key])
    assert json.loads(json.dumps(found, ensure_ascii=False)) == found
    assert found == catalogue(CAMPAIGNS[key])
    assert len(found["duties"]) == len(CAMPAIGNS[key].duties)
    assert "0x" not in json.dumps(found), "no addresses of functions"


def _never(_values: Values) -> Message | None:
    return Message(_("不行"))


def _raises(values: Values) -> bool:
    return bool(values["amount"] > 5)


def ledger(**values: Any) -> Ledger:
    amount = Field(key="amount", label=_("金额"), kind=FieldKind.MONEY, unit=_("元"))
    sound: dict[str, Any] = {
        "key": "cases", "label": _("案"), "numbering": _("案"), "fields": (amount,), "clause": CLAUSE,
    }  # fmt: skip
    return Ledger(**(sound | values))


def form(**values: Any) -> dict[str, Any]:
    return {"forms": (dataclasses.replace(campaign("x").forms[0], **values),)}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"duties": "x"}, "duties"),
        (form(example={}), "required"),
        (form(example={"n": "1"}), "integer"),
        (form(example={"n": True}), "integer"),
        (form(example={"n": -1}), "below"),
        (form(checks=(Check(key="no", grade=Grade.ERROR, fields=("n",), find=_never),)), "check no"),
        (
            {
                "ledgers": (ledger(examples=({"title": "x", "amount": None},)),),
                "thresholds": (
                    Threshold(
                        key="big", ledger="cases", label=_("大"), when=_raises,
                        reason=lambda _v: Message(_("大")), hours=24, clause=CLAUSE,
                    ),
                ),
            },
            "threshold big raises TypeError",
        ),
        (
            {
                "code_lists": (CodeList(key="kinds", label=_("类"), choices=(Choice(key="a", label=_("甲")),)),),
                "ledgers": (
                    ledger(
                        fields=(Field(key="kind", label=_("类"), kind=FieldKind.CHOICE, choices="kinds"),),
                        examples=({"title": "x", "kind": "b"},),
                    ),
                ),
            },
            "no choice 'b'",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(values: dict[str, Any], told: str) -> None:
    with pytest.raises(AssertionError, match=told):
        check_campaign(campaign("x", **values))


def test_the_sample_is_sound() -> None:
    check_campaign(campaign("x"))
