"""Rows of matching, for every place of the walks: of what belongs to a city and of what belongs to a county one each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from portal.core.db import new_id
from portal.matching.models import (
    Held,
    JointMatter,
    JointPart,
    JointTwin,
    MatchEntry,
    MatchEvent,
    MatchHint,
    MatchPair,
    MatchSide,
    MatchStop,
    MatchUse,
    MatchWithheld,
)
from tests.factories import Factory

if TYPE_CHECKING:
    from tests.contract.world import Place


def furnish_matching(session: Session, make: Factory, place: Place) -> None:
    """The place's own ledger entry stands on the left, one that is nobody's on the right."""
    now, c, campaign, mine, theirs = (
        make.clock(),
        place.canary,
        place.ids["campaign"],
        place.ids["record_id"],
        new_id(),
    )
    here = place.tenant_id
    joint = JointMatter(
        campaign=campaign, number=f"{c}并1", state="disputed", reason=f"{c}理由", made_at=now, made_by=c,
        request_key=f"{place.slug}-joint", joined_at=now,
    )  # fmt: skip
    session.add(joint)
    session.flush()
    pair = MatchPair(
        campaign=campaign, left_place_id=here, left_record_id=mine, right_place_id=here, right_record_id=theirs,
        kinds=",url,", state="new", found_at=now,
    )  # fmt: skip
    stop = MatchStop(
        campaign=campaign, kind="url", digest=place.slug.ljust(16)[:16].encode(), mark="1", state="proposed", places=3,
        words=f"{c}常用", at=now, by=c,
    )  # fmt: skip
    twin = JointTwin(
        record_id=mine, joint_id=joint.id, campaign=campaign, number=f"{c}并1", joint_state="asked", role="host",
        state="asked", host=c, places=[c], office=c, reason=f"{c}理由", asked_at=now, others=[],
    )  # fmt: skip
    session.add_all((pair, stop, twin))
    for record_id, role in ((mine, "host"), (theirs, "support")):
        session.add_all((
            MatchSide(
                place_id=here, record_id=record_id, campaign=campaign, ledger="case", number=f"{c}{role}", title=f"{c}事项",
                unit=c, spot=c, known_on=now.date(), stage=c, shown_at=now,
            ),
            MatchEntry(
                digest=b"0" * 16, kind="url", campaign=campaign, place_id=here, record_id=record_id, mark="ab",
                state=Held.LIVE.value, added_at=now,
            ) if record_id == theirs else MatchUse(hour=now.replace(minute=0), account_id=1, way="ask", n=1),
            JointPart(
                joint_id=joint.id, place_id=here, record_id=record_id, role=role, state="accepted" if role == "host" else "objected",
                words=f"{c}意见",
            ),
        ))  # fmt: skip
    session.add(
        MatchWithheld(campaign=campaign, place_id=here, record_id=theirs, number=c, by=c, n=1, at=now)
    )
    session.add(MatchHint(record_id=mine, kind="phone", others=1, own=[]))
    session.flush()
    for subject in (f"pair:{pair.id}", f"joint:{joint.id}"):
        session.add(MatchEvent(subject=subject, kind="found", words=c, by=c, at=now))
    session.flush()
    place.ids |= {"pair_id": pair.id, "joint_id": joint.id, "stop_id": stop.id, "twin_id": twin.id}
