"""Record an activity once, change it, withdraw it; a unit that did not take part gives its credit back.

Each credit counts in every form that draws on activities, at once and without a second entry (Q-28).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from portal.activities.credits import Body, list_bodies, list_credited, serves
from portal.activities.entry import Entry, check_entry, check_places, clean_reason, refuse, today_of
from portal.activities.models import Activity, ActivityUnit
from portal.activities.places import set_place
from portal.core.audit import Act, record
from portal.core.errors import Conflict, NotFound
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.notices.services import notify

Link = Callable[[int], str]
"""Activity id -> address of its page, for notices."""


def record_activity(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    unit_id: int,
    entry: Entry,
    units: Collection[int],
    campaigns: Collection[str],
    request_key: str,
    place_id: int = 0,
    link: Link = lambda _id: "",
    tell: bool = True,
) -> Activity:
    """Store an activity of the organiser ``unit_id`` and credit it and ``units``, in the scope's home tenant.

    ``place_id``: one of the 五进 places, 0 = none. ``units`` and the organiser must today belong to the bodies of ``campaigns``, else ``Invalid`` and nothing is
    saved. The same ``request_key`` again gives the activity of the first time. The others are told unless
    ``tell`` is False.
    """
    if first := _find_sent(session, request_key, unit_id):
        return first
    home = _home(session)
    bodies = list_bodies(session, home, today_of(now))
    credited = [unit_id, *(u for u in dict.fromkeys(units) if u != unit_id)]
    refuse(check_entry(entry, now) | check_places(bodies, unit_id, credited, campaigns))
    found = Activity(
        unit_id=unit_id,
        campaigns=sorted(set(campaigns)),
        entered_at=now,
        entered_by=actor.name,
        request_key=request_key,
        **asdict(entry),
    )
    try:
        with session.begin_nested():
            session.add(found)
    except IntegrityError:  # a second click, at the same moment
        if first := _find_sent(session, request_key, unit_id):
            return first
        raise
    session.add_all([ActivityUnit(activity_id=found.id, unit_id=u) for u in credited])
    set_place(session, found, place_id)
    names = _names(bodies)
    data = {"title": found.title, "held_on": found.held_on.isoformat(), "units": [names[u] for u in credited]}
    record(session, Act.ACTIVITY_RECORD, subject_of(found), actor, now, data)
    if tell:
        _tell(session, actor, now, found, bodies, credited[1:], link, _("%(unit)s登记的活动“%(title)s”把本单位列为参加单位。未参加的，请在活动页面说明。"))  # fmt: skip
    session.flush()
    return found


def change_activity(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    found: Activity,
    version: int,
    entry: Entry,
    units: Collection[int],
    campaigns: Collection[str],
    place_id: int = 0,
    link: Link = lambda _id: "",
) -> Activity:
    """Store what differs; the trail keeps before and after. ``Conflict`` when ``version`` has been passed."""
    _lock(session, found, version)
    bodies = list_bodies(session, found.tenant_id, today_of(now))
    before = list_credited(session, found.tenant_id, [found.id])[found.id]
    credited = [found.unit_id, *(u for u in dict.fromkeys(units) if u != found.unit_id)]
    refuse(
        check_entry(entry, now, found)
        | check_places(bodies, found.unit_id, credited, campaigns, before, found.campaigns)
    )
    names = _names(bodies) | before
    given = asdict(entry) | {"campaigns": sorted(set(campaigns))}
    changes: dict[str, list[Any]] = {
        key: [_plain(getattr(found, key)), _plain(value)]
        for key, value in given.items()
        if getattr(found, key) != value
    }
    joined, left = [u for u in credited if u not in before], [u for u in before if u not in credited]
    if joined or left:
        changes["units"] = [list(before.values()), [names[u] for u in credited]]
    if moved := set_place(session, found, place_id):
        changes["place_id"] = moved
    if not changes:
        return found
    for key, value in given.items():
        setattr(found, key, value)
    _touch(found)
    session.add_all([ActivityUnit(activity_id=found.id, unit_id=u) for u in joined])
    _remove(session, found, left)
    session.flush()
    record(session, Act.ACTIVITY_CHANGE, subject_of(found), actor, now, changes)
    _tell(session, actor, now, found, bodies, joined, link, _("%(unit)s登记的活动“%(title)s”把本单位列为参加单位。未参加的，请在活动页面说明。"))  # fmt: skip
    _tell(session, actor, now, found, bodies, left, lambda _id: "", _("%(unit)s登记的活动“%(title)s”不再把本单位列为参加单位。"))  # fmt: skip
    return found


def withdraw_activity(
    session: Session, actor: Actor, now: datetime, *, found: Activity, version: int, reason: str, link: Link = lambda _id: ""
) -> None:  # fmt: skip
    """It stops counting at once; the entry stays, with the reason."""
    reason = clean_reason(reason)
    _lock(session, found, version)
    found.withdrawn_at, found.withdrawn_reason = now, reason
    session.flush()
    record(session, Act.ACTIVITY_WITHDRAW, subject_of(found), actor, now, {"title": found.title, "reason": reason})  # fmt: skip
    credited = list_credited(session, found.tenant_id, [found.id])[found.id]
    bodies = list_bodies(session, found.tenant_id, today_of(now))
    others = [u for u in credited if u != found.unit_id]
    _tell(session, actor, now, found, bodies, others, link, _("%(unit)s撤销了活动“%(title)s”，该场不再计入本单位。"), reason)  # fmt: skip


def decline_credit(
    session: Session, actor: Actor, now: datetime, *, found: Activity, unit_id: int, reason: str, link: Link = lambda _id: ""
) -> None:  # fmt: skip
    """A unit that did not take part is no longer credited; the organiser is told why."""
    reason = clean_reason(reason)
    _lock(session, found)
    credited = list_credited(session, found.tenant_id, [found.id])[found.id]
    if unit_id not in credited:
        raise NotFound
    if unit_id == found.unit_id:
        raise Conflict(_("本单位是主办单位。登记有误的，请修改或撤销这场活动。"))
    _touch(found)
    _remove(session, found, [unit_id])
    session.flush()
    data = {"title": found.title, "unit": credited[unit_id], "reason": reason}
    record(session, Act.ACTIVITY_DECLINE, subject_of(found), actor, now, data)
    bodies = list_bodies(session, found.tenant_id, today_of(now))
    params = {"unit": credited[unit_id]}
    _tell(session, actor, now, found, bodies, [found.unit_id], link, _("%(unit)s说明未参加活动“%(title)s”，该场不再计入该单位。"), reason, params)  # fmt: skip


def get_activity(session: Session, campaign: str, activity_id: int) -> Activity:
    """An activity of the scope that serves the campaign."""
    wanted = sa.select(Activity).where(Activity.id == activity_id, serves(campaign))
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound
    return found


def subject_of(found: Activity) -> str:
    return f"activity:{found.id}"


def _find_sent(session: Session, request_key: str, unit_id: int) -> Activity | None:
    found = session.scalars(sa.select(Activity).where(Activity.request_key == request_key)).one_or_none()
    if found is not None and found.unit_id != unit_id:
        raise Conflict
    return found


def _lock(session: Session, found: Activity, version: int | None = None) -> None:
    session.refresh(found, with_for_update=True)
    if found.withdrawn_at is not None:
        raise Conflict(_("这场活动已经撤销，不能再修改。"))
    if version is not None and found.version != version:
        raise Conflict(_("在您打开页面之后，这场活动已被修改，您的内容没有保存。请核对现在的内容后再保存。"))


def _touch(found: Activity) -> None:
    """A changed list of units makes a new version, too."""
    flag_modified(found, "title")


def _remove(session: Session, found: Activity, units: Collection[int]) -> None:
    if units:
        session.execute(
            sa.delete(ActivityUnit).where(
                ActivityUnit.activity_id == found.id, ActivityUnit.unit_id.in_(list(units))
            )
        )


def _tell(
    session: Session,
    actor: Actor,
    now: datetime,
    found: Activity,
    bodies: Mapping[str, Body],
    units: Collection[int],
    link: Link,
    text: Text,
    detail: str = "",
    params: Mapping[str, str] | None = None,
) -> None:
    """A notice for each of ``units``, in the first body of the activity's campaigns that it belongs to."""
    values = {"title": found.title, "unit": _names(bodies).get(found.unit_id, "")} | dict(params or {})
    for unit in units:
        body = next((bodies[c] for c in found.campaigns if c in bodies and unit in bodies[c].units), None)
        if body is not None:
            notify(
                session, now, mechanism_id=body.mechanism_id, unit_id=unit, text=Message(text, **values),
                sender=actor.name, link=link(found.id), detail=detail,
            )  # fmt: skip


def _names(bodies: Mapping[str, Body]) -> dict[int, str]:
    return {u: name for body in bodies.values() for u, name in body.units.items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _home(session: Session) -> int:
    home = get_scope(session).home
    assert home is not None, "activities are written in one tenant"
    return home
