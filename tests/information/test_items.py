"""Items: filed once, read by whom their level says, changed by editions, withdrawn."""

from __future__ import annotations

import pytest

from portal.core.errors import NotFound
from portal.information.access import get_item, look_below
from portal.information.models import Item, Level
from tests.information.conftest import READERS, Town

SEES: dict[Level, set[str]] = {
    Level.OWN: {"own", "leader"},
    Level.OFFICE: {"own", "leader", "office", "convenor"},
    Level.CHOSEN: {"own", "leader", "office", "convenor", "chosen"},
    Level.MEMBERS: {"own", "leader", "office", "convenor", "chosen", "other", "group"},
    Level.UPWARD: {"own", "leader", "office", "convenor", "chosen", "other", "group", "city"},
}


def sees(town: Town, who: str, item: Item) -> bool:
    with town.enter():
        item_id = item.id  # read again where it is at home
    desk = town.desk(who, "antifraud" if who == "stranger" else "anticounterfeit")
    session = town.make.session
    look_below(session, desk)
    try:
        return get_item(session, desk, item_id, town.clock.now.date()).id == item_id
    except NotFound:
        return False


@pytest.mark.parametrize("level", list(Level))
def test_each_level_has_its_readers(town: Town, level: Level) -> None:
    item = town.file(level, readers=["court"])
    assert {who for who in READERS if sees(town, who, item)} == SEES[level]
