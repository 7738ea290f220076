"""Requests upward that wait for an office: its own units' to be checked, those from below to be dealt with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.core.i18n import show_date
from portal.core.posts import Right
from portal.core.reader import Reader
from portal.core.scope import Scope, set_scope
from portal.core.text import Message, _
from portal.core.todo import Todo
from portal.information.request_lists import list_waiting
from portal.information.requests import ABOVE, LIGHTS, STATES, State
from portal.tenants.below import list_below
from portal.tenants.models import Level

_STEPS = {State.FILED: _("审核"), State.PASSED: _("受理"), State.TAKEN: _("办结")}


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """At most two statements, one of which other rooms ask, too."""
    posts = reader.offices(Right.INFO_ANSWER)
    if not posts:
        return ()
    own = [(p.tenant_id, p.mechanism_id or 0) for p in posts]
    above = [(p.tenant_id, p.campaign) for p in posts if p.tenant_level != Level.COUNTY]
    if above:
        below = list_below(session, {t for t, _c in above})
        set_scope(session, Scope(own=reader.scope.own, below=tuple(sorted(below - set(reader.scope.own)))))
    rows = list_waiting(session, own, above)
    set_scope(session, reader.scope)
    found = []
    for tenant_id, campaign, request_id, title, key, place, unit, filed_at, parent in rows:
        state = State(key)
        here = state is State.FILED
        found.append(
            Todo(
                tenant_id=tenant_id if here else parent,
                campaign=campaign,
                light=LIGHTS[state],
                state=(STATES if here else ABOVE)[state],
                what=Message(_("上请事项：%(title)s"), title=title),
                source=(unit or "") if here else place,
                note=Message(_("%(day)s 提出"), day=show_date(filed_at)),
                step=_STEPS[state],
                endpoint="information.request_detail",
                args={"request_id": request_id},
            )
        )
    return found
