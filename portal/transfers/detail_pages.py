"""The page of one transfer: facts left, story right, the steps that are possible now."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app, render_template, url_for

from portal.campaigns.handing import Handing, Reach
from portal.campaigns.papers import DocumentType
from portal.core.clock import SHANGHAI
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Message, Text, _
from portal.deadlines.services import explain
from portal.ledger.access import is_office
from portal.transfers import files
from portal.transfers.access import get_transfer, handles, may_pass_on
from portal.transfers.disputes import may_refer
from portal.transfers.forms import StepForm
from portal.transfers.models import Role, Side, State, Transfer, TransferDispute
from portal.transfers.pairs import ACCEPT, RESULT, clocks_of, list_steps
from portal.transfers.sending import find_handing
from portal.transfers.states import DISPUTES, REACHES, ROLES, STEPS, clock_of, light_of
from portal.transfers.views import ID, at, blueprint
from portal.units.bodies import list_members
from portal.web.access import logged_in, now, the_campaign, the_desk, the_session


@dataclass(frozen=True)
class Panel:
    """A step that is possible now."""

    key: str
    verb: Text
    requires: Message | Text
    label: Text | str = ""
    """Of the words."""
    fields: tuple[str, ...] = ("text",)
    first: bool = False


def link(transfer_id: int) -> str:
    return url_for("transfers.detail", transfer_id=transfer_id, **at(the_desk()))


@blueprint.get(f"/<tenant>/<campaign>/transfers/{ID}")
@logged_in
def detail(transfer_id: int) -> Any:
    return show_transfer(get_transfer(the_session(), the_desk(), transfer_id))


def show_transfer(row: Transfer, typed: tuple[str, StepForm] | None = None, problem: str = "") -> str:
    """``typed``: step and form of what was not taken; its panel stands open with it."""
    session, desk, campaign, moment = the_session(), the_desk(), the_campaign(), now()
    handing, ledger = find_handing(campaign, row.handing), campaign.ledger(row.ledger)
    clocks = clocks_of(session, row) if row.side == Side.IN else {}
    running = clocks.get(ACCEPT if row.state == State.SENT else RESULT)
    late = running is not None and running.met_at is None and moment > running.due_at
    panels = list_panels(desk, row, handing, late=late)
    dispute = session.scalars(
        sa.select(TransferDispute)
        .where(TransferDispute.tenant_id == row.tenant_id, TransferDispute.transfer_id == row.id)
        .order_by(TransferDispute.raised_at.desc())
    ).first()
    members = list_members(session, desk.mechanism_id, moment.astimezone(SHANGHAI).date()) if any(
        p.key == "pass_on" for p in panels
    ) else []  # fmt: skip
    return render_template(
        "transfers/detail.html", at=at(desk), campaign=campaign, row=row, handing=handing, ledger=ledger,
        fields=[f for f in (ledger.fields if ledger else ()) if f.key in row.carried], light=light_of(row, moment),
        clock=clock_of(row, moment), why=explain(running) if running is not None else (), steps=list_steps(session, row),
        step_words=STEPS, files=files.list_files(session, row), panels=panels, form=StepForm(formdata=None), typed=typed,
        problem=problem, keys={p.key: secrets.token_urlsafe(18) for p in panels}, members=members,
        reach=REACHES[Reach(row.reach)], role=ROLES.get(Role(row.role)) if row.role else None, dispute=dispute,
        dispute_states=DISPUTES, papers=_letter(desk, row), today=moment.astimezone(SHANGHAI).date(),
    )  # fmt: skip


def _letter(desk: Desk, row: Transfer) -> dict[str, str] | None:
    """Arguments of the page on which the office drafts the letter of what goes out: the campaign's own, if it has one."""
    if row.side != Side.OUT or row.state == State.WITHDRAWN or Right.PAPER_WRITE not in desk.rights:
        return None
    if "papers.new" not in current_app.view_functions:
        return None
    own = next((t.key for t in the_campaign().documents if t.type is DocumentType.TRANSFER), "")
    return {"subject": f"transfer:{row.id}"} | ({"template": own} if own else {})


def list_panels(desk: Desk, row: Transfer, handing: Handing | None, *, late: bool = False) -> list[Panel]:
    """Pure; what nobody at this desk may do is not there."""
    mine, waits = handles(desk, row), row.dispute == "open"
    found: list[Panel] = []
    if row.side == Side.IN and not waits:
        found += _of_receiver(desk, row, handing, mine, ("late_reason",) if late else ())
    if row.side == Side.OUT and (mine or is_office(desk)):
        if row.noted_at is None and row.state != State.SENT:
            found.append(
                Panel("note", _("已知悉"), _("看过对方的答复后点此，待办中不再列出。"), fields=(), first=True)
            )
        if row.state == State.SENT and not waits:
            found.append(Panel("withdraw", _("撤回"), _("对方接收之前可以撤回。"), _("撤回原因")))
    if may_refer(row) and is_office(desk):
        requires = _("与对方对管辖有争议时，报共同的上级办公室决定；决定前双方都不能继续办理。")
        found.append(Panel("refer", _("争议报请上级"), requires, _("本地意见")))
    return found


def _of_receiver(
    desk: Desk, row: Transfer, handing: Handing | None, mine: bool, late: tuple[str, ...]
) -> list[Panel]:
    found: list[Panel] = []
    upward = row.reach == Reach.SUPERIOR
    result = (
        ("outcome", "text", "result_on")
        if handing is not None and handing.outcomes
        else ("text", "result_on")
    )
    if row.state == State.SENT:
        office_only = row.unit_id is None and not upward
        if may_pass_on(desk, row) and not upward:
            requires = _("选择本级的承办单位，由其接收和办理。")
            found.append(Panel("pass_on", _("转交承办单位"), requires, fields=("unit",), first=office_only))
        if mine:
            requires = (
                _("接收后由本级办理，按时反馈结果。")
                if row.unit_id is None
                else _("接收后由本单位办理；登记这本台账的，自动登记一件，编号为本单位的。")
            )
            found.append(Panel("accept", _("接收"), requires, fields=late, first=not office_only))
        if mine and not upward:
            requires = _("写明理由，移送方据此另行办理；已填内容都保留。")
            found.append(Panel("refuse", _("不予接收"), requires, _("理由"), fields=("text", *late)))
    if mine and (row.state == State.ACCEPTED or (upward and row.state == State.SENT)):
        if row.state == State.ACCEPTED:
            found.append(Panel("progress", _("反馈进展"), _("写给移送方看的进展。"), _("进展")))
        requires = _("结果告知移送方，办理即告结束。")
        found.append(
            Panel(
                "finish",
                _("反馈结果"),
                requires,
                _("说明"),
                fields=(*result, *late),
                first=row.state == State.ACCEPTED,
            )
        )
    return found
