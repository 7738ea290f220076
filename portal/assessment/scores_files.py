"""Files that show an event of the score, or go with an objection: for its unit, the office and the convenors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.assessment.models import ScoreEvent, ScoreObjection, ScoreSheet
from portal.assessment.scores_reading import UnitScore
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import Scope, get_scope
from portal.documents import attachments
from portal.documents.models import Attachment

EVENT, OBJECTION = "score_event", "score_objection"


def list_files(session: Session, score: UnitScore) -> Mapping[str, list[Attachment]]:
    """Subject -> files, of one unit's sheet; one statement."""
    subjects = [f"{EVENT}:{e.id}" for e in score.entered.values()]
    subjects += [f"{OBJECTION}:{o.id}" for o in score.objections.values()]
    found: dict[str, list[Attachment]] = defaultdict(list)
    if subjects:
        rows = session.scalars(
            sa.select(Attachment)
            .where(
                Attachment.tenant_id == get_scope(session).home,
                Attachment.subject.in_(subjects),
                Attachment.removed_at.is_(None),
            )
            .order_by(Attachment.added_at, Attachment.id)
        )
        for row in rows:
            found[row.subject].append(row)
    return found


def _can_read(session: Session, desk: Desk, attachment: Attachment) -> bool:
    kind, _colon, number = attachment.subject.partition(":")
    if not number.isdigit() or attachment.removed_at is not None or attachment.tenant_id != desk.tenant_id:
        return False
    table = ScoreEvent if kind == EVENT else ScoreObjection
    unit_id = session.scalar(
        sa.select(table.unit_id)
        .join(ScoreSheet, sa.and_(ScoreSheet.tenant_id == table.tenant_id, ScoreSheet.id == table.sheet_id))
        .where(
            table.tenant_id == desk.tenant_id,
            table.id == int(number),
            ScoreSheet.mechanism_id == desk.mechanism_id,
        )
    )
    if unit_id is None:
        return False
    return Right.REPORT_READ_ALL in desk.rights or unit_id in desk.units_with(Right.ASSESS_FILL)


def _own_only(_session: Session, desk: Desk) -> Scope:
    return Scope(own=(desk.tenant_id,), home=desk.tenant_id)


for _kind in (EVENT, OBJECTION):
    attachments.register_subject(_kind, _can_read, _own_only)
