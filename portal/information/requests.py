"""What a unit asks of superiors: its office passes it on, the superior office says what became of it.

``filed -> passed -> taken -> done | declined``; the own office may decline instead of passing on. Where no superior
office is on the portal, the own office records the answer that came from outside (上级答复).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.exchange import Category
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.reader import Desk
from portal.core.scope import Actor, crossing
from portal.core.text import Message, Text, _
from portal.information.items import check_words
from portal.information.models import RequestStep, UpwardRequest
from portal.information.offices import full_office
from portal.notices.services import notify
from portal.tenants.models import CampaignSwitch, Tenant
from portal.units.bodies import MemberUnit
from portal.units.models import Mechanism

Link = Callable[[str, int], str]
"""(code of the tenant, request id) -> address of its page, for notices."""


class State(StrEnum):
    FILED = "filed"
    PASSED = "passed"
    TAKEN = "taken"
    DONE = "done"
    DECLINED = "declined"


STATES: dict[State, Text] = {
    State.FILED: _("待办公室审核"),
    State.PASSED: _("已报上级"),
    State.TAKEN: _("上级办理中"),
    State.DONE: _("已办结"),
    State.DECLINED: _("未采纳"),
}
ABOVE: dict[State, Text] = STATES | {State.PASSED: _("待受理"), State.TAKEN: _("办理中")}
"""The same in the words of the superior office."""
LIGHTS = {
    State.FILED: "near",
    State.PASSED: "slow",
    State.TAKEN: "slow",
    State.DONE: "ok",
    State.DECLINED: "done",
}
OPEN = (State.FILED, State.PASSED, State.TAKEN)


@dataclass(frozen=True)
class Entry:
    category: str
    title: str
    reason: str
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Superior:
    """The office above that runs the same campaign on the portal."""

    tenant_id: int
    code: str
    mechanism_id: int
    office: str


def open_categories(campaign: Campaign, unit_id: int | None, members: Sequence[MemberUnit]) -> list[Category]:
    """What the unit (None = the office) may ask for."""
    member = next((m.member for m in members if m.unit_id == unit_id), None)
    if unit_id is not None and member is None:
        return []
    return [c for c in campaign.exchange.requests if not c.writers or unit_id is None or member in c.writers]


def file_request(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, campaign: Campaign, members: Sequence[MemberUnit],
    unit_id: int | None, entry: Entry, request_key: str, link: Link = lambda _code, _id: "",
) -> UpwardRequest:  # fmt: skip
    """Ask. What the office itself asks is passed on at once. The same ``request_key`` again is the first request."""
    if first := _find_sent(session, desk, request_key, unit_id):
        return first
    if entry.category not in {c.key for c in open_categories(campaign, unit_id, members)}:
        raise Invalid({"category": _("请选择类别；本单位不在其提出单位之列的，请交有关单位提出。")})
    check_words(entry.title, {"targets": "\n".join(entry.targets), "reason": entry.reason})
    found = UpwardRequest(
        mechanism_id=desk.mechanism_id, campaign=desk.campaign, unit_id=unit_id, category=entry.category, title=entry.title,
        reason=entry.reason, targets=list(entry.targets), filed_at=now, filed_by=actor.name, request_key=request_key,
        state=State.FILED.value,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(found)
    except IntegrityError:  # a second click, at the same moment
        if first := _find_sent(session, desk, request_key, unit_id):
            return first
        raise
    data = {"category": entry.category, "title": entry.title, "targets": len(entry.targets)}
    record(session, Act.UPWARD_FILE, subject_of(found), actor, now, data)
    if unit_id is None:
        _advance(session, actor, now, desk, found, State.PASSED, "", link)
    else:
        text = Message(_("请审核上请事项：%(title)s"), title=found.title[:80])
        notify(session, now, mechanism_id=desk.mechanism_id, unit_id=None, text=text, sender=actor.name,
               link=link(desk.tenant_code, found.id))  # fmt: skip
    session.flush()
    return found


def _find_sent(session: Session, desk: Desk, key: str, unit_id: int | None) -> UpwardRequest | None:
    wanted = (UpwardRequest.tenant_id == desk.tenant_id, UpwardRequest.request_key == key)
    found = session.scalars(sa.select(UpwardRequest).where(*wanted)).one_or_none()
    if found is not None and (found.unit_id, found.mechanism_id) != (unit_id, desk.mechanism_id):
        raise Conflict
    return found


def next_states(request: UpwardRequest, desk: Desk, superior: Superior | None) -> tuple[State, ...]:
    """What an office at ``desk`` may say next; ``superior`` of the request's own tenant."""
    state = State(request.state)
    if request.tenant_id == desk.tenant_id:
        if state is State.FILED:
            return State.PASSED, State.DECLINED
        return (State.DONE, State.DECLINED) if superior is None and state in OPEN else ()
    return {State.PASSED: (State.TAKEN,), State.TAKEN: (State.DONE, State.DECLINED)}.get(state, ())


def step_request(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, request: UpwardRequest, state: State, note: str,
    link: Link = lambda _code, _id: "",
) -> None:  # fmt: skip
    """The office's next step. ``Conflict`` when the step does not follow the present state: somebody was faster."""
    if state is State.DECLINED and not note:
        raise Invalid({"note": _("请写明不予采纳的理由。")})
    if request.tenant_id == desk.tenant_id:
        _advance(session, actor, now, desk, request, state, note, link)
        return
    tenant = session.get(Tenant, request.tenant_id)
    assert tenant is not None
    if tenant.parent_id != desk.tenant_id:
        raise NotAllowed(_("上请事项由其直接上级办理。"))
    subject = subject_of(request)
    with crossing(session, tenant.id):
        _advance(session, actor, now, desk, request, state, note, link, tenant.code)
    record(session, Act.UPWARD_STEP, subject, actor, now, {"state": state.value, "tenant": tenant.id})


def _advance(
    session: Session, actor: Actor, now: datetime, desk: Desk, request: UpwardRequest, state: State, note: str,
    link: Link, code: str = "",
) -> None:  # fmt: skip
    """Inside the request's tenant; ``code`` of it when ``desk`` is a superior's."""
    above = bool(code)
    session.refresh(request, with_for_update=True)
    superior = None if above else find_superior(session, request.tenant_id, request.campaign)
    if state not in next_states(request, desk, superior):
        raise Conflict(Message(_("此事项现为“%(state)s”，不能这样办理，请刷新页面查看最新情况。"), state=STATES[State(request.state)]))  # fmt: skip
    request.state = state.value
    step = RequestStep(
        request_id=request.id, state=state.value, office=full_office(desk), note=note, by=actor.name, at=now
    )
    session.add(step)
    if state is State.PASSED:
        request.released_at = now
    step.released_at = request.released_at and now
    record(
        session,
        Act.UPWARD_STEP,
        subject_of(request),
        actor,
        now,
        {"state": state.value, "office": full_office(desk)},
    )
    _tell(session, actor, now, desk, request, state, note, link(code or desk.tenant_code, request.id), above)
    if state is State.PASSED and superior is not None:
        text = Message(
            _("%(place)s报来上请事项：%(title)s"), place=desk.tenant_name, title=request.title[:80]
        )
        address, sender = link(superior.code, request.id), actor.name
        with crossing(session, superior.tenant_id):
            notify(
                session,
                now,
                mechanism_id=superior.mechanism_id,
                unit_id=None,
                text=text,
                sender=sender,
                link=address,
            )
    session.flush()


_TOLD = {
    State.PASSED: _("%(office)s已将上请事项“%(title)s”报上级"),
    State.TAKEN: _("%(office)s已受理上请事项“%(title)s”"),
    State.DONE: _("%(office)s已办结上请事项“%(title)s”"),
    State.DECLINED: _("%(office)s未采纳上请事项“%(title)s”"),
}


def _tell(
    session: Session, actor: Actor, now: datetime, desk: Desk, request: UpwardRequest, state: State, note: str,
    link: str, above: bool,
) -> None:  # fmt: skip
    """The unit, and its office when the word comes from above."""
    readers = {request.unit_id} | ({None} if above else set())
    text = Message(_TOLD[state], office=full_office(desk), title=request.title[:60])
    for unit_id in sorted(readers, key=lambda u: u or 0):
        if unit_id is not None or above:
            notify(session, now, mechanism_id=request.mechanism_id, unit_id=unit_id, text=text, sender=actor.name,
                   link=link, detail=note)  # fmt: skip


def find_superior(session: Session, tenant_id: int, campaign: str) -> Superior | None:
    """The direct superior's office, where it runs the campaign on the portal."""
    above = sa.select(Tenant.parent_id).where(Tenant.id == tenant_id).scalar_subquery()
    parent = session.execute(sa.select(Tenant.id, Tenant.code).where(Tenant.id == above)).one_or_none()
    if parent is None:
        return None
    with crossing(session, parent[0]):
        found = session.execute(
            sa.select(Mechanism.id, Mechanism.office)
            .join(CampaignSwitch, sa.and_(CampaignSwitch.tenant_id == Mechanism.tenant_id, CampaignSwitch.campaign == Mechanism.campaign))
            .where(Mechanism.tenant_id == parent[0], Mechanism.campaign == campaign, CampaignSwitch.enabled)
        ).one_or_none()  # fmt: skip
    return Superior(parent[0], parent[1], found[0], found[1]) if found else None


def subject_of(request: UpwardRequest) -> str:
    return f"upward:{request.id}"


def get_request(session: Session, readable: sa.ColumnElement[bool], request_id: int) -> UpwardRequest:
    """``readable`` from ``request_lists``; ``NotFound`` for what the desk may not read."""
    found = session.scalars(
        sa.select(UpwardRequest).where(UpwardRequest.id == request_id, readable)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_steps(session: Session, request: UpwardRequest) -> list[RequestStep]:
    return list(
        session.scalars(
            sa.select(RequestStep)
            .where(RequestStep.tenant_id == request.tenant_id, RequestStep.request_id == request.id)
            .order_by(RequestStep.at, RequestStep.id)
        )
    )
