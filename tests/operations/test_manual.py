"""docs/operations.md tells the truth about the settings."""

from __future__ import annotations

from pathlib import Path

from portal.core.settings import SETTINGS


def test_every_setting_stands_in_the_manual_as_it_is() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else ""
        line = " ".join(f"| `PORTAL_{setting.name}` | {default} | {setting.help} |".split())
        assert line in " ".join(manual.split()), setting.name
