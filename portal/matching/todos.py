"""What waits in matching: at the city pairs to be looked at, disputes and withheld entries; at a county proposals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.posts import Right
from portal.core.reader import Reader
from portal.core.text import Message, _
from portal.core.todo import Todo
from portal.matching.models import (
    JointMatter,
    JointState,
    JointTwin,
    MatchPair,
    MatchWithheld,
    PairState,
    PartState,
)
from portal.tenants.models import Level

MOST = 50


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """Of the reader's offices; one statement for cities and one for counties, none for other readers."""
    desks = [d for d in reader.desks if d.campaign and Right.RECORD_MANAGE in d.rights]
    if not desks:
        return ()
    todos = _counties(session, {(d.tenant_id, d.campaign) for d in desks})
    cities = {(d.tenant_id, d.campaign) for d in desks if d.tenant_level == Level.CITY}
    return todos + (_cities(session, cities) if cities else [])


def _counties(session: Session, bodies: set[tuple[int, str]]) -> list[Todo]:
    rows = session.execute(
        sa.select(JointTwin.tenant_id, JointTwin.campaign, JointTwin.id, JointTwin.number, JointTwin.office)
        .where(
            sa.tuple_(JointTwin.tenant_id, JointTwin.campaign).in_(bodies),
            JointTwin.state == PartState.ASKED,
            JointTwin.joint_state == JointState.ASKED,
        )
        .order_by(JointTwin.asked_at, JointTwin.id)
        .limit(MOST)
    )
    return [
        Todo(
            tenant_id=tenant_id, campaign=campaign, light="near", state=_("待答复"),
            what=Message(_("答复跨县并案提议 %(number)s"), number=number), source=office, step=_("答复"),
            endpoint="matching.twin", args={"twin_id": twin_id},
        )
        for tenant_id, campaign, twin_id, number, office in rows
    ]  # fmt: skip


_SAID = {
    "pairs": (_("待研判"), _("跨县相同要素待研判 %(n)s 组"), _("研判"), "matching.index", {"state": "new"}),
    "joints": (_("待决定"), _("并案有异议待决定 %(n)s 件"), _("决定"), "matching.joints", {}),
    "withheld": (_("待放行"), _("超过限量暂停比对 %(n)s 件"), _("核实"), "matching.withheld", {}),
}


def _cities(session: Session, bodies: set[tuple[int, str]]) -> list[Todo]:
    """One line for each kind of thing; the pages list them."""

    def count(
        name: str, model: type[MatchPair] | type[JointMatter] | type[MatchWithheld], *wanted: Any
    ) -> Any:
        return (
            sa.select(sa.literal(name), model.tenant_id, model.campaign, sa.func.count(model.id))
            .where(sa.tuple_(model.tenant_id, model.campaign).in_(bodies), *wanted)
            .group_by(model.tenant_id, model.campaign)
        )

    rows: Any = session.execute(
        sa.union_all(
            count("pairs", MatchPair, MatchPair.state == PairState.NEW),
            count("joints", JointMatter, JointMatter.state == JointState.DISPUTED),
            count("withheld", MatchWithheld, MatchWithheld.released_at.is_(None)),
        )
    )
    found = []
    for name, tenant_id, campaign, n in rows:
        state, what, step, endpoint, args = _SAID[name]
        found.append(
            Todo(
                tenant_id=tenant_id, campaign=campaign, light="near", state=state, what=Message(what, n=n), step=step,
                endpoint=endpoint, args=args,
            )
        )  # fmt: skip
    return found
