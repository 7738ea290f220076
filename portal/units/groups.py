"""Working groups of a body: set up, changed, ended by its office; experts and what they were asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.units.bodies import list_members
from portal.units.group_models import Consultation, Expert, GroupUnit, WorkingGroup
from portal.units.models import Post, Unit
from portal.units.services import local_day

TEXT_LENGTH = 2000
NAME_LENGTH = 60

T = TypeVar("T", WorkingGroup, Expert)


@dataclass(frozen=True, kw_only=True)
class GroupData:
    name: str
    lead_unit_id: int
    unit_ids: Collection[int]
    tasks: str = ""
    rules: str = ""
    basis: str = ""


@dataclass(frozen=True)
class Group:
    """As listed. ``posts``: how many people hold a place in it now."""

    row: WorkingGroup
    lead: str
    units: Sequence[str]
    unit_ids: frozenset[int]
    posts: int

    @property
    def others(self) -> list[str]:
        return [u for u in self.units if u != self.lead]


def list_groups(session: Session, tenant_id: int, mechanism_id: int, now: datetime) -> list[Group]:
    """Of the body, standing ones first; three statements."""
    groups = session.scalars(
        sa.select(WorkingGroup)
        .where(WorkingGroup.tenant_id == tenant_id, WorkingGroup.mechanism_id == mechanism_id)
        .order_by(WorkingGroup.until.is_not(None), WorkingGroup.since, WorkingGroup.id)
    ).all()
    units: dict[int, dict[int, str]] = {g.id: {} for g in groups}
    for group_id, unit_id, name in session.execute(
        sa.select(GroupUnit.group_id, Unit.id, Unit.short_name)
        .join(Unit, sa.and_(Unit.tenant_id == GroupUnit.tenant_id, Unit.id == GroupUnit.unit_id))
        .where(GroupUnit.tenant_id == tenant_id, GroupUnit.group_id.in_(list(units)))
        .order_by(Unit.sort_no, Unit.id)
    ):
        units[group_id][unit_id] = name
    held = {
        row.group: row.places
        for row in session.execute(
            sa.select(Post.group, sa.func.count().label("places"))
            .where(
                Post.tenant_id == tenant_id, Post.mechanism_id == mechanism_id, Post.group != "",
                sa.or_(Post.until.is_(None), Post.until > now),
            )
            .group_by(Post.group)
        )
    }  # fmt: skip
    return [
        Group(g, units[g.id].get(g.lead_unit_id, "—"), list(units[g.id].values()), frozenset(units[g.id]), held.get(g.name, 0))
        for g in groups
    ]  # fmt: skip


def get_group(session: Session, mechanism_id: int, group_id: int) -> WorkingGroup:
    """Of the scope's home tenant and this body."""
    return _get(session, WorkingGroup, mechanism_id, group_id)


def found_group(
    session: Session, actor: Actor, now: datetime, *, mechanism_id: int, data: GroupData, since: date
) -> WorkingGroup:
    """``Invalid`` on ``name``, ``lead`` or ``units``. The lead unit belongs to the group without being named again."""
    _check(session, now, mechanism_id, data)
    group = WorkingGroup(
        mechanism_id=mechanism_id, name=data.name, lead_unit_id=data.lead_unit_id, tasks=data.tasks, rules=data.rules,
        basis=data.basis, since=since,
    )  # fmt: skip
    session.add(group)
    session.flush()
    _set_units(session, group, data)
    record(session, Act.GROUP_FOUND, f"group:{group.id}", actor, now, {"name": group.name})
    return group


def change_group(
    session: Session, actor: Actor, now: datetime, *, group: WorkingGroup, version: int, data: GroupData
) -> None:
    """A new name goes with the posts that bear the old one. ``Conflict`` when ``version`` has been passed."""
    session.refresh(group, with_for_update=True)
    if group.version != version:
        raise Conflict(_("在您打开页面之后，这个工作组已被修改，您的内容没有保存。请核对后再保存。"))
    _living(group)
    _check(session, now, group.mechanism_id, data, group)
    before = group.name
    group.name, group.lead_unit_id, group.tasks = data.name, data.lead_unit_id, data.tasks
    group.rules, group.basis = data.rules, data.basis
    if before != group.name:
        session.execute(
            sa.update(Post)
            .where(Post.tenant_id == group.tenant_id, Post.mechanism_id == group.mechanism_id, Post.group == before)
            .values(group=group.name)
            .execution_options(synchronize_session=False)
        )  # fmt: skip
    _set_units(session, group, data)
    session.flush()
    record(session, Act.GROUP_CHANGE, f"group:{group.id}", actor, now, {"name": [before, group.name]})


def end_group(session: Session, actor: Actor, now: datetime, *, group: WorkingGroup, reason: str) -> None:
    _living(group)
    group.until, group.end_reason = local_day(now), reason
    record(session, Act.GROUP_END, f"group:{group.id}", actor, now, {"name": group.name, "reason": reason})


def _living(group: WorkingGroup | Expert) -> None:
    if group.until is not None:
        raise Conflict(_("已经结束，不能再修改。"))


def _check(
    session: Session, now: datetime, mechanism_id: int, data: GroupData, group: WorkingGroup | None = None
) -> None:
    members = {m.unit_id for m in list_members(session, mechanism_id, local_day(now))}
    problems: dict[str, Message | Text] = {}
    wanted = sa.select(WorkingGroup.id).where(
        WorkingGroup.mechanism_id == mechanism_id, WorkingGroup.name == data.name
    )
    taken = session.scalars(wanted).one_or_none()
    if taken is not None and (group is None or taken != group.id):
        problems["name"] = _("已有同名的工作组，请换一个名称。")
    standing = {group.lead_unit_id} if group else set()
    if data.lead_unit_id not in members | standing:
        problems["lead"] = _("牵头单位须是现在的成员单位，请重新选择。")
    if any(u not in members | standing for u in data.unit_ids):
        problems["units"] = _("所选单位中有的已不是成员单位，没有保存，请重新勾选。")
    if problems:
        raise Invalid(problems)


def _set_units(session: Session, group: WorkingGroup, data: GroupData) -> None:
    session.execute(
        sa.delete(GroupUnit).where(GroupUnit.tenant_id == group.tenant_id, GroupUnit.group_id == group.id)
    )
    units = dict.fromkeys((data.lead_unit_id, *data.unit_ids))
    session.add_all(GroupUnit(group_id=group.id, unit_id=unit) for unit in units)
    session.flush()


# -------------------------------------------------------------------------------------------------- experts
def list_experts(
    session: Session, tenant_id: int, mechanism_id: int
) -> list[tuple[Expert, Sequence[Consultation]]]:
    """Standing ones first, each with what it was asked, newest first; two statements."""
    experts = session.scalars(
        sa.select(Expert)
        .where(Expert.tenant_id == tenant_id, Expert.mechanism_id == mechanism_id)
        .order_by(Expert.until.is_not(None), Expert.field, Expert.id)
    ).all()
    asked: dict[int, list[Consultation]] = {e.id: [] for e in experts}
    for row in session.scalars(
        sa.select(Consultation)
        .where(Consultation.tenant_id == tenant_id, Consultation.expert_id.in_(list(asked)))
        .order_by(Consultation.on.desc(), Consultation.id.desc())
    ):
        asked[row.expert_id].append(row)
    return [(e, asked[e.id]) for e in experts]


def get_expert(session: Session, mechanism_id: int, expert_id: int) -> Expert:
    return _get(session, Expert, mechanism_id, expert_id)


def keep_expert(
    session: Session, actor: Actor, now: datetime, *, mechanism_id: int, given: Mapping[str, str], expert: Expert | None
) -> Expert:  # fmt: skip
    """``given``: field, organisation, title, name. ``expert`` None = a new one, unless the very same stands already."""
    act = Act.EXPERT_CHANGE
    if expert is None:
        same = sa.select(Expert).where(
            *(getattr(Expert, key) == given[key] for key in ("field", "organisation", "title", "name"))
        )
        wanted = same.where(
            Expert.tenant_id == get_scope(session).home,
            Expert.mechanism_id == mechanism_id,
            Expert.until.is_(None),
        )
        if first := session.scalars(wanted).first():  # pressed twice
            return first
        act = Act.EXPERT_ADD
        expert = Expert(mechanism_id=mechanism_id, since=local_day(now))
        session.add(expert)
    else:
        _living(expert)
    expert.field, expert.organisation = given["field"], given["organisation"]
    expert.title, expert.name = given["title"], given["name"]
    session.flush()
    record(session, act, f"expert:{expert.id}", actor, now, {"field": expert.field})
    return expert


def end_expert(session: Session, actor: Actor, now: datetime, *, expert: Expert, reason: str) -> None:
    _living(expert)
    expert.until, expert.end_reason = local_day(now), reason
    record(session, Act.EXPERT_END, f"expert:{expert.id}", actor, now, {"reason": reason})


def note_consultation(
    session: Session, actor: Actor, now: datetime, *, expert: Expert, on: date, matter: str, opinion: str
) -> Consultation:
    if on > local_day(now):
        raise Invalid({"on": _("咨询日期晚于今天，咨询以后再登记。")})
    c = Consultation
    same = sa.select(c).where(
        c.tenant_id == expert.tenant_id, c.expert_id == expert.id, c.on == on, c.matter == matter
    )
    if first := session.scalars(same.where(c.opinion == opinion)).first():  # pressed twice
        return first
    row = Consultation(expert_id=expert.id, on=on, matter=matter, opinion=opinion, by=actor.name, at=now)
    session.add(row)
    session.flush()
    record(session, Act.EXPERT_ASK, f"expert:{expert.id}", actor, now, {"matter": matter})
    return row


def _get(session: Session, kind: type[T], mechanism_id: int, row_id: int) -> T:
    found = session.scalars(
        sa.select(kind).where(
            kind.tenant_id == get_scope(session).home, kind.mechanism_id == mechanism_id, kind.id == row_id
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found
