"""All of it made anew from the ledgers: after a restore, a changed declaration, or a doubt. Twice is as once."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.ledger.models import Record
from portal.matching.digests import Pool, inside
from portal.matching.entries import follow_again
from portal.matching.linking import relink, sharing
from portal.matching.models import MatchEntry

STEP = 500


def reindex(session: Session, now: datetime, *, pool: Pool, campaign: Campaign) -> int:
    """Bring the values of the pool's place in line with its entries, in steps that are each committed; how many entries
    have any. What the city decided (stopped, dismissed, joined, withheld) stays as it was."""
    keys = [x.key for x in campaign.ledgers if x.matched]
    count, last = 0, 0
    while keys:
        with inside(session, pool.place_id):
            found = session.scalars(
                sa.select(Record)
                .where(Record.campaign == campaign.key, Record.ledger.in_(keys), Record.id > last)
                .order_by(Record.id)
                .limit(STEP)
            ).all()
            for each in found:
                last = each.id
                ledger = campaign.ledger(each.ledger)
                if ledger is not None:
                    count += follow_again(session, now, pool, campaign, ledger, each)
        session.commit()
        session.expunge_all()
        if len(found) < STEP:
            break
    return count


def relink_all(session: Session, now: datetime, *, city: Pool, campaign: Campaign) -> None:
    """In steps: pairs and hints of every entry that shares a value."""
    last = 0
    while True:
        with inside(session, city.city_id):
            rows = session.execute(
                sa.select(MatchEntry.record_id, MatchEntry.place_id)
                .where(MatchEntry.campaign == campaign.key, MatchEntry.record_id > last)
                .distinct()
                .order_by(MatchEntry.record_id)
                .limit(STEP)
            ).all()
            if not rows:
                return
            records = {row[0]: row[1] for row in rows}
            records |= sharing(session, list(records))
            last = rows[-1][0]
        relink(session, now, pool=city, campaign=campaign, records=records)
        session.commit()
        session.expunge_all()
