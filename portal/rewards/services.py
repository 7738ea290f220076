"""The unit's part: open an application for a case, confirm the count, send it, take it up again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.rewards import RewardScheme
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.db import new_id
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.reader import Desk, with_place
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.ledger.models import Record
from portal.rewards import materials
from portal.rewards.access import Opened, own_units
from portal.rewards.conditions import Judged, judge
from portal.rewards.flow import Link, Move, add_step, advance, last_step, no_link, scheme_in_force, subject_of
from portal.rewards.models import RewardApplication, RewardClaim, RewardStep
from portal.rewards.numbers import number_key
from portal.rewards.payers import find_payer, inside, lead_unit, readings_of
from portal.rewards.sheet import inputs_of
from portal.rewards.states import WITH_UNIT, Kind, State
from portal.tenants.models import Tenant
from portal.units.bodies import list_members
from portal.units.models import Mechanism, Unit


@dataclass(frozen=True)
class Case:
    """An entry for which the reader's unit may apply, judged as of now."""

    entry: Record
    scheme: RewardScheme
    judged: Judged
    existing: RewardApplication | None
    payer_tenant_id: int
    payer_office: str


def find_case(session: Session, desk: Desk, campaign: Campaign, record_id: int, now: datetime) -> Case:
    """``NotFound`` for anything but an entry of the reader's own unit in a ledger that has a scheme."""
    entry = session.scalars(
        sa.select(Record).where(
            Record.tenant_id == desk.tenant_id, Record.mechanism_id == desk.mechanism_id, Record.id == record_id,
            sa.func.coalesce(Record.lead_unit_id, Record.unit_id).in_(own_units(desk)),
        )
    ).one_or_none()  # fmt: skip
    scheme = next((s for s in campaign.rewards if entry is not None and s.ledger == entry.ledger), None)
    if entry is None or scheme is None:
        raise NotFound
    check_live(entry)
    payer = find_payer(session, desk.tenant_id, campaign.key)
    judged = _judge(session, campaign, scheme, entry, payer.tenant_id, now)
    existing = session.scalars(
        sa.select(RewardApplication).where(
            RewardApplication.tenant_id == desk.tenant_id, RewardApplication.record_id == entry.id,
            RewardApplication.scheme == scheme.key,
        )
    ).one_or_none()  # fmt: skip
    return Case(entry, scheme, judged, existing, payer.tenant_id, payer.office)


def check_live(entry: Record) -> None:
    """``NotAllowed`` for an entry that counts nowhere any more."""
    if entry.withdrawn_at is not None or entry.merged_into_id is not None:
        raise NotAllowed(_("这项台账已撤销或并入其他事项，不能申请奖励。"))


def unit_of(entry: Record) -> int:
    """Who applies: whoever handles the case."""
    return entry.lead_unit_id or entry.unit_id


def _judge(
    session: Session,
    campaign: Campaign,
    scheme: RewardScheme,
    entry: Record,
    payer_tenant_id: int,
    now: datetime,
) -> Judged:
    today = now.astimezone(SHANGHAI).date()
    members = {m.unit_id: m.member for m in list_members(session, entry.mechanism_id, today)}
    readings = readings_of(session, payer_tenant_id, campaign)
    return judge(campaign, scheme, entry.values, readings, now, member=members.get(unit_of(entry)))


def judge_again(session: Session, campaign: Campaign, opened: Opened, now: datetime) -> tuple[Record, Judged]:
    """The application's case as it stands now, in the application's tenant."""
    found, scheme = opened.found, scheme_in_force(opened)
    with inside(session, found.tenant_id):
        entry = session.get_one(Record, (found.tenant_id, found.record_id))
        return entry, _judge(session, campaign, scheme, entry, found.payer_tenant_id, now)


def start(session: Session, actor: Actor, now: datetime, *, desk: Desk, case: Case) -> RewardApplication:
    """A draft for the case; the same case again is the same draft. ``Invalid`` names what keeps it from being applied for."""
    if case.existing is not None:
        return case.existing
    _refuse(case.judged)
    entry, scheme = case.entry, case.scheme
    text = str(entry.values[scheme.case_number]).strip()
    unit = session.get_one(Unit, (desk.tenant_id, unit_of(entry)))
    found = RewardApplication(
        id=new_id(), mechanism_id=desk.mechanism_id, campaign=desk.campaign, scheme=scheme.key, unit_id=unit.id,
        unit_name=unit.full_name, record_id=entry.id, record_number=entry.number, title=entry.title, case_number=text,
        number_key=number_key(text), state=State.DRAFT.value, payer_tenant_id=case.payer_tenant_id,
        payer_office=case.payer_office, created_at=now, created_by=actor.name, changed_at=now,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(found)
    except IntegrityError:
        raise _split_up(session, desk.tenant_id, found, desk) from None
    add_step(session, actor, now, found, Kind.OPENED)
    record(session, Act.REWARD_OPEN, subject_of(found.id), actor, now, {"number": text, "record": entry.id})
    return found


def _refuse(judged: Judged) -> None:
    for condition in judged.problems:
        assert condition.problem is not None
        raise Invalid({"": condition.problem})


def _split_up(session: Session, tenant_id: int, found: RewardApplication, desk: Desk | None) -> Conflict:
    """Which application has the number already; of another tenant's nothing is said."""
    first = session.execute(
        sa.select(RewardApplication.record_number, RewardApplication.unit_id, RewardApplication.unit_name).where(
            RewardApplication.tenant_id == tenant_id, RewardApplication.campaign == found.campaign,
            RewardApplication.number_key == found.number_key, RewardApplication.id != found.id,
        )
    ).first()  # fmt: skip
    text = found.case_number
    if first is not None and desk is not None and first[1] in own_units(desk):
        said = _("文号“%(text)s”已由 %(number)s 申请奖励：一案一申请，不得分次上报。")
        return Conflict(Message(said, text=text, number=first[0]))
    return Conflict(
        Message(
            _("文号“%(text)s”已有申请：一案一申请，不得分次上报。如有疑问请与受理的办公室联系。"), text=text
        )
    )


def discard(session: Session, actor: Actor, now: datetime, *, opened: Opened) -> None:
    """A draft that was never sent goes, and its number is free; the scans stay with the case."""
    found = opened.found
    session.refresh(found, with_for_update=True)
    if not opened.mine or found.state != State.DRAFT or found.sent_at is not None:
        raise Conflict(_("只有没有报送过的草稿可以删除。"))
    for step in session.scalars(
        sa.select(RewardStep).where(
            RewardStep.tenant_id == found.tenant_id, RewardStep.application_id == found.id
        )
    ):
        session.delete(step)
    session.flush()
    record(session, Act.REWARD_DISCARD, subject_of(found.id), actor, now, {"number": found.case_number})
    session.delete(found)
    session.flush()


# ------------------------------------------------------------------------------------- the second person
def digest_of(scheme: RewardScheme, values: Any) -> str:
    """What was confirmed: a count of other inputs is not this one."""
    words = json.dumps(inputs_of(scheme, values), ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(words.encode()).hexdigest()


def confirm_count(
    session: Session, actor: Actor, now: datetime, *, opened: Opened, campaign: Campaign, counted: int
) -> None:
    """第二人清点确认: the person enters what they counted; the ledger's figure is not shown beside it."""
    scheme = scheme_in_force(opened)
    entry, _judged = judge_again(session, campaign, opened, now)
    kept = int(entry.values.get(scheme.confirm_field) or 0)
    if counted != kept:
        text = _("清点数 %(counted)s 与台账登记数不一致，请两人重新清点；台账有误的先改台账。")
        raise Invalid({"counted": Message(text, counted=f"{counted:,}")})
    facts = {"counted": counted, "digest": digest_of(scheme, entry.values)}
    move = Move(Kind.CONFIRMED, WITH_UNIT, facts=facts, tell=False, same=True)
    advance(session, actor, now, opened, move)


def confirmed_by(session: Session, found: RewardApplication, digest: str) -> RewardStep | None:
    """The confirmation of these very inputs."""
    step = last_step(session, found, Kind.CONFIRMED)
    return step if step is not None and step.facts.get("digest") == digest else None


# --------------------------------------------------------------------------------------------- sending it
def send(
    session: Session, actor: Actor, now: datetime, *, opened: Opened, campaign: Campaign, stamped: bool, desk: Desk,
    link: Link = no_link,
) -> RewardStep | None:  # fmt: skip
    """Hand it to who decides. ``Invalid`` names exactly what is missing; a number that has an application already is
    refused by the database, in this tenant and among all counties of the payer."""
    found, scheme = opened.found, scheme_in_force(opened)
    if State(found.state) in WITH_UNIT:
        entry, judged = judge_again(session, campaign, opened, now)
        check_live(entry)
        library = materials.library_of(session, found.tenant_id, found.record_id)
        _check_ready(session, actor, opened, judged, entry, library, stamped)
    else:
        entry, judged, library = None, None, {}

    def write(row: RewardApplication) -> None:
        assert entry is not None
        assert judged is not None
        assert judged.sheet is not None
        text = str(entry.values[scheme.case_number]).strip()
        try:
            with session.begin_nested():
                row.case_number, row.number_key = text, number_key(text)
                session.flush()
        except IntegrityError:
            raise _split_up(session, row.tenant_id, row, desk) from None
        row.title, row.materials = entry.title, materials.freeze(session, now, library)
        keep_sheet(row, scheme, entry, judged.sheet)
        row.sent_at = row.released_at = now
        for step in session.scalars(
            sa.select(RewardStep).where(
                RewardStep.tenant_id == row.tenant_id, RewardStep.application_id == row.id
            )
        ):
            step.released_at = step.released_at or now
        _claim(session, now, campaign, row)

    move = Move(Kind.SENT, WITH_UNIT, State.SENT, facts={"stamped": stamped})
    return advance(session, actor, now, opened, move, write=write, link=link)


def keep_sheet(row: RewardApplication, scheme: RewardScheme, entry: Record, sheet: dict[str, Any]) -> None:
    row.facts, row.sheet = inputs_of(scheme, entry.values), sheet
    row.amount, row.tier = sheet["fen"], str(sheet["value"]["tier"])


def _check_ready(
    session: Session, actor: Actor, opened: Opened, judged: Judged, entry: Record, library: Any, stamped: bool
) -> None:
    scheme = scheme_in_force(opened)
    _refuse(judged)
    assert judged.sheet is not None
    problems: dict[str, Message | Text] = {}
    if lacking := materials.missing(scheme, library):
        names = "、".join(m.label for m in lacking)
        problems["materials"] = Message(_("缺 %(n)s 项材料：%(names)s。"), n=len(lacking), names=names)
    if not stamped:
        problems["stamped"] = _("请确认所有材料已逐页加盖公章。")
    if judged.sheet["confirm"]:
        step = confirmed_by(session, opened.found, digest_of(scheme, entry.values))
        if step is None:
            problems["counted"] = _("本案接近跳档处，须由第二人清点确认后才能报送。")
        elif step.account_id == actor.account_id:
            problems["counted"] = _("清点确认和报送须是两个人，请由另一人报送。")
    if problems:
        raise Invalid(problems)


def _claim(session: Session, now: datetime, campaign: Campaign, row: RewardApplication) -> None:
    """Put, or renew, the claim with who pays. ``Conflict``: another county has applied with this number."""
    tenant = session.get_one(Tenant, row.tenant_id)
    place, unit_name = tenant.full_name, row.unit_name
    if not (tenant.city and unit_name.startswith(tenant.city)):
        unit_name = with_place(place, unit_name)
    kept = {
        "campaign": row.campaign, "scheme": row.scheme, "from_tenant_id": row.tenant_id, "application_id": row.id,
        "record_id": row.record_id, "title": row.title, "case_number": row.case_number, "number_key": row.number_key,
        "unit_name": unit_name, "place": place,
    }  # fmt: skip
    payer, key, state = row.payer_tenant_id, row.campaign, State.SENT.value
    refused = Conflict(
        Message(
            _("文号“%(text)s”已有申请：一案一申请，不得分次上报。如有疑问请与受理的办公室联系。"),
            text=row.case_number,
        )
    )
    with inside(session, payer):
        body = session.scalars(
            sa.select(Mechanism.id).where(Mechanism.tenant_id == payer, Mechanism.campaign == key)
        ).one()
        claim = session.scalars(
            sa.select(RewardClaim).where(
                RewardClaim.tenant_id == payer, RewardClaim.application_id == kept["application_id"]
            )
        ).one_or_none()
        other = session.scalar(
            sa.select(RewardClaim.id).where(
                RewardClaim.tenant_id == payer, RewardClaim.campaign == key, RewardClaim.scheme == kept["scheme"],
                RewardClaim.number_key == kept["number_key"], RewardClaim.application_id != kept["application_id"],
            )
        )  # fmt: skip
        if other is not None:
            raise refused
        unit_id = lead_unit(session, body, campaign, now.astimezone(SHANGHAI).date())
        try:
            with session.begin_nested():
                if claim is None:
                    claim = RewardClaim(
                        mechanism_id=body, unit_id=unit_id, state=state, changed_at=now, **kept
                    )
                    session.add(claim)
                else:
                    for name, value in kept.items():
                        setattr(claim, name, value)
                session.flush()
        except IntegrityError:  # at the same moment
            raise refused from None


def take_up_again(
    session: Session, actor: Actor, now: datetime, *, opened: Opened, link: Link = no_link
) -> None:
    """A refused application may be prepared anew: the same one, with everything that lies there."""
    advance(session, actor, now, opened, Move(Kind.REOPENED, (State.REFUSED,), State.RETURNED), link=link)
