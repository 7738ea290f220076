"""Every plugin of the repository, every hook, every declared form and ledger."""

from __future__ import annotations

import inspect
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template_string
from werkzeug.datastructures import MultiDict

from portal.campaigns import hookspecs
from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.forms import Field, FieldKind, Form, Grade
from portal.campaigns.problems import problems
from portal.campaigns.registry import Registry, load_registry
from portal.campaigns.testing import catalogue, check_campaign
from portal.web.declared import input_texts, read_values

ROOT = Path(__file__).parents[2]
PLUGINS = ROOT / "plugins"
GOLDEN = Path(__file__).parent / "golden"
FOLDERS = sorted(p.name for p in PLUGINS.iterdir() if (p / "__init__.py").exists())
HOOKS = sorted(n for n, f in vars(hookspecs).items() if hasattr(f, "portal_spec"))
REGISTRY = load_registry(PLUGINS, strict=True)
OWNERS = [(c, owner) for c in REGISTRY.campaigns.values() for owner in (*c.forms, *c.ledgers)]


def owner_id(value: Any) -> str:
    return value.key if isinstance(value, Campaign | Form | Ledger) else str(value)


# -------------------------------------------------------------------------------------------------- hooks
def test_hook_portal_campaign(tmp_path: Path) -> None:
    """The hook's answer is the plugin's campaign."""
    folder = tmp_path / "antifraud"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "import dataclasses\nfrom portal.campaigns import hookimpl\n"
        "asked = []\n@hookimpl\ndef portal_campaign():\n    asked.append(1)\n    return 'no campaign'\n"
    )
    broken = load_registry(tmp_path).plugins["antifraud"]
    assert "Campaign" in str(broken.problems[0])
    assert "str" in str(broken.problems[0])
    assert list(load_registry(PLUGINS, strict=True).plugins) == FOLDERS


def test_there_are_fewer_than_eight_hooks() -> None:
    assert 1 <= len(HOOKS) < 8


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_is_tested_documented_and_called(hook: str) -> None:
    tests = "\n".join(p.read_text() for p in (ROOT / "tests").rglob("*.py"))
    assert f"def test_hook_{hook}(" in tests
    called = [
        p
        for p in (ROOT / "portal").rglob("*.py")
        if p.name != "hookspecs.py"
        and re.search(rf'hook\.{hook}\b|subset_hook_caller\(\s*"{hook}"', p.read_text())
    ]
    assert called, f"{hook} is never called in portal/"
    guide = (PLUGINS / "README.md").read_text()
    signature = f"{hook}{inspect.signature(getattr(hookspecs, hook), eval_str=False)}".replace("'", "")
    assert signature in guide, f"plugins/README.md does not show {signature}"


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_is_used_by_a_shipped_plugin(hook: str) -> None:
    assert any(f"def {hook}(" in p.read_text() for p in PLUGINS.rglob("*.py"))


# ------------------------------------------------------------------------------------------------ plugins
def test_the_three_campaigns_ship() -> None:
    assert {"anticounterfeit", "antifraud", "illegal_fundraising"} <= set(FOLDERS)


@pytest.mark.parametrize("name", FOLDERS)
def test_each_folder_is_a_sound_plugin(name: str) -> None:
    plugin = REGISTRY.plugins[name]
    assert plugin.problems == ()
    assert plugin.campaign is not None
    assert problems(plugin.campaign) == ()
    assert plugin.campaign.key == name
    check_campaign(plugin.campaign)


@pytest.mark.parametrize("name", FOLDERS)
def test_the_catalogue_is_as_reviewed(name: str) -> None:
    """A changed duty, threshold or label is seen as a diff. ``GOLDEN=write make test ARGS=tests/contract`` renews it."""
    campaign = REGISTRY.campaigns[name]
    now = json.dumps(catalogue(campaign), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path = GOLDEN / f"{name}.json"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(now)
    assert path.exists(), f"{path.name} is missing: run with GOLDEN=write"
    assert json.loads(now) == json.loads(path.read_text())


def test_no_golden_file_is_left_over() -> None:
    assert {p.stem for p in GOLDEN.glob("*.json")} == set(FOLDERS)


# ---------------------------------------------------------------------------------------- declared fields
@pytest.fixture(scope="module")
def page_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The real application without a database: templates, filters, languages."""
    from portal import create_app
    from portal.core.crypto import create_secret
    from portal.core.settings import Settings

    folder = tmp_path_factory.mktemp("page")
    create_secret(folder)
    return create_app(Settings({}, INSTANCE=str(folder), PLUGINS=str(PLUGINS), STRICT="1"))


RENDER = (
    '{% import "web/macros.html" as ui with context %}{% import "web/declared.html" as declared with context %}'
    "{{ declared.cells(fields, campaign, typed, problems, hints, readonly=readonly) }}"
)


def render(
    app: Flask, campaign: Campaign, fields: Any, typed: Any, *, lang: str = "zh_CN", **given: Any
) -> str:
    with app.test_request_context(headers={"Cookie": f"lang={lang}"}):
        given = {"problems": {}, "hints": {}, "readonly": False} | given
        return render_template_string(RENDER, campaign=campaign, fields=fields, typed=typed, **given)


def examples(owner: Form | Ledger) -> list[dict[str, Any]]:
    if isinstance(owner, Form):
        return [dict(owner.example)]
    return [{k: v for k, v in e.items() if k != "title"} for e in owner.examples]


def posted(fields: tuple[Field, ...], values: dict[str, Any]) -> MultiDict[str, str]:
    """As a browser sends what the renderer shows."""
    sent: list[tuple[str, str]] = []
    for key, text in input_texts(fields, values).items():
        sent += [(key, t) for t in text] if isinstance(text, list) else [(key, text)] if text else []
    return MultiDict(sent)


@pytest.mark.parametrize(("campaign", "owner"), OWNERS, ids=owner_id)
def test_each_declared_field_renders(page_app: Flask, campaign: Campaign, owner: Form | Ledger) -> None:
    fields = owner.fields
    assert examples(owner), f"{owner.key} has no example"
    for values in ({}, *examples(owner)):
        for lang in ("zh_CN", "en"):
            html = render(page_app, campaign, fields, input_texts(fields, values), lang=lang)
            for field in fields:
                assert f'id="f-{field.key}"' in html
            stored = {f.key: values.get(f.key) for f in fields}
            assert render(page_app, campaign, fields, stored, lang=lang, readonly=True)


@pytest.mark.parametrize(("campaign", "owner"), OWNERS, ids=owner_id)
def test_each_example_is_accepted_and_stored_as_it_was(
    page_app: Flask, campaign: Campaign, owner: Form | Ledger
) -> None:
    for example in examples(owner):
        with page_app.test_request_context():
            values, _typed, wrong = read_values(owner.fields, posted(owner.fields, example), campaign)
        assert wrong == {}
        filled = {k: v for k, v in values.items() if v is not None and v is not False}
        assert filled == {k: v for k, v in example.items() if v is not None and v is not False}
        if isinstance(owner, Form):
            refused = [c.key for c in owner.checks if c.grade is Grade.ERROR and c.find(values)]
            assert refused == []
            for metric in owner.metrics:
                metric.evaluate(values)


@pytest.mark.parametrize(("campaign", "owner"), OWNERS, ids=owner_id)
def test_each_required_field_is_missed_in_chinese_at_its_place(
    page_app: Flask, campaign: Campaign, owner: Form | Ledger
) -> None:
    example = examples(owner)[0]
    for field in owner.fields:
        sent = posted(owner.fields, example)
        sent.poplist(field.key)
        with page_app.test_request_context():
            values, typed, wrong = read_values(owner.fields, sent, campaign)
        if not field.required or field.kind is FieldKind.FLAG:
            assert field.key not in wrong
            continue
        assert set(wrong) == {field.key}
        assert values[field.key] is None
        assert re.search("[\u4e00-\u9fff]", str(wrong[field.key]))
        assert str(field.label) in str(wrong[field.key])
        html = render(page_app, campaign, owner.fields, typed, problems=wrong)
        assert str(wrong[field.key]) in html.replace("&#34;", '"').replace("&quot;", '"')


@pytest.mark.parametrize(("campaign", "owner"), OWNERS, ids=owner_id)
def test_checks_and_metrics_answer_for_an_empty_form(campaign: Campaign, owner: Form | Ledger) -> None:
    if isinstance(owner, Form):
        for values in ({}, {f.key: None for f in owner.fields}):
            assert [c.key for c in owner.checks if c.grade is Grade.ERROR and c.find(values)] == []
            for metric in owner.metrics:
                metric.evaluate(values)
        zero = {f.key: 0 for f in owner.fields if f.kind in (FieldKind.INTEGER, FieldKind.MONEY)}
        assert [c.key for c in owner.checks if c.grade is not Grade.HINT and c.find(zero)] == [], (
            "a zero report"
        )


def test_a_registry_is_not_shared_between_applications() -> None:
    again: Registry = load_registry(PLUGINS, strict=True)
    assert again is not REGISTRY
    assert again.manager is not REGISTRY.manager
