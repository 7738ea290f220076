"""F11: a developer adds a campaign as a folder; broken ones beside it are named and cost nothing."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.campaigns import CONTRACT
from portal.campaigns.problems import problems
from portal.campaigns.registry import Registry
from portal.core.posts import PostKind
from portal.tenants.models import Tenant
from portal.units.bodies import find_body, list_members
from portal.units.models import Mechanism, Unit
from tests.accounts.people import Visitor, send, text
from tests.conftest import ROOT, TestClock
from tests.factories import Factory
from tests.ledger.cast import fields_of
from tests.new_plugins.pyramid_selling import CAMPAIGN

KEY = CAMPAIGN.key


def test_the_guide_shows_a_way_that_is_sound() -> None:
    guide = (ROOT / "plugins" / "README.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    names: dict[str, Any] = {}
    for block in (blocks[0], next(b for b in blocks if "LEADS = Ledger(" in b)):
        exec(block, names)
    campaign = replace(names["CAMPAIGN"], ledgers=(names["LEADS"],), handings=names["HANDINGS"])
    assert problems(campaign) == ()
    assert [r.key for r in names["LEADS"].key_reasons({"people": 30})] == ["many"]


@pytest.fixture
def settings_extra(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The shipped plugins, the new one, one that raises in its hook, one for another contract: nothing else changed."""
    folder = tmp_path_factory.mktemp("plugins")
    for shipped in (ROOT / "plugins").iterdir():
        if (shipped / "__init__.py").exists():
            (folder / shipped.name).symlink_to(shipped)
    for source in (
        "new_plugins/pyramid_selling",
        "broken_plugins/raising_hook",
        "broken_plugins/other_contract",
    ):
        shutil.copytree(ROOT / "tests" / source, folder / Path(source).name)
    return {"PLUGINS": str(folder), "STRICT": "0"}


def test_it_is_sound_and_as_large_as_the_scenario_says() -> None:
    assert problems(CAMPAIGN) == ()
    assert (len(CAMPAIGN.forms), len(CAMPAIGN.thresholds), len(CAMPAIGN.duties)) == (2, 1, 12)


def test_a_campaign_is_added_switched_on_off_and_on(app: Flask, make: Factory, clock: TestClock) -> None:
    app.test_client_class = Visitor
    clock.at("2026-09-15T10:00:00")
    registry: Registry = app.extensions["portal"].registry
    assert registry.find(KEY) is not None, "the hook of the sound one ran although another raised"
    assert len(registry.campaigns) == 4
    city = make.tenant("阳泉市")
    county, sibling = make.tenant("平定县", city), make.tenant("盂县", city)
    for name in ("平定县市场监管局", "平定县公安局", "平定县教育局", "平定县民政局"):
        make.unit(county, name)
    make.post(city, "admin", PostKind.SYSTEM_ADMINISTRATOR)
    administrator = make.login("admin")

    # ---- the status page names who failed and why, with both numbers where the contract differs
    status = text(administrator.get(f"/{city.code}/admin/plugins"))
    assert "raising_hook" in status
    assert "RuntimeError" in status
    assert f"插件按契约第 99 版编写，本系统提供第 {CONTRACT} 版。" in status

    # ---- enabled for one county only
    board = f"/{city.code}/admin/tenants/{county.code}/{KEY}"
    assert send(administrator, board, f"{board}/enable", since="2026-09-01").status_code == 303
    make.session.expire_all()
    mechanism, police = _body(make, county)
    make.post(county, "liaison", PostKind.LIAISON, mechanism, police)
    make.post(sibling, "other", PostKind.OFFICE_STAFF, make.mechanism(sibling, "antifraud"))
    liaison, other = make.login("liaison"), make.login("other")
    here = f"/{county.code}/{KEY}"
    assert "反传销" in text(liaison.get(f"{here}/ledger"))
    assert other.get(f"/{sibling.code}/{KEY}/ledger").status_code == 404
    assert "反传销" not in text(other.get("/"))

    # ---- its threshold, its number, its steps
    fewer = _enter(liaison, here, people="29", **{"entry-title": "甲"})
    more = _enter(liaison, here, people="30", **{"entry-title": "乙"})
    assert "传〔2026〕1号" in fewer
    assert "还有" not in fewer.split('class="columns"')[0]
    assert "涉案 30 人以上" in more
    assert "9月16日" in more, "24 hours from knowing"

    # ---- switched off: nothing of it is to be seen; on again: everything is back
    assert send(administrator, board, f"{board}/disable").status_code == 303
    assert liaison.get(f"{here}/ledger").status_code == 404
    assert "反传销" not in text(liaison.get("/"))
    assert send(administrator, board, f"{board}/enable", since="2026-09-15").status_code == 303
    listed = text(liaison.get(f"{here}/ledger"))
    assert "传〔2026〕1号" in listed
    assert "传〔2026〕2号" in listed


def _body(make: Factory, county: Tenant) -> tuple[Mechanism, Unit]:
    with make.enter(county) as session:
        mechanism = find_body(session, county.id, KEY)
        assert mechanism is not None
        members = list_members(session, mechanism.id, date(2026, 9, 15))
        assert [m.member for m in members] == [m.key for m in CAMPAIGN.roster], (
            "seated from the roster by name"
        )
        police = next(m.unit_id for m in members if m.member == "police")
        return mechanism, session.get_one(Unit, (county.id, police))


def _enter(client: FlaskClient, here: str, **values: str) -> str:
    url = f"{here}/ledger/new?ledger=case"
    given = (
        fields_of(client.get(url)) | {"entry-place": "城关", "entry-known_at": "2026-09-15T09:00"} | values
    )
    answer = client.post(url, data=given)
    assert answer.status_code == 303, text(answer)
    return text(client.get(answer.headers["Location"]))
