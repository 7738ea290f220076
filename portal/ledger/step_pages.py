"""Steps of an entry over the wire: taken or proposed, agreed to or returned; and evidence added at any time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import request

from portal.campaigns.workflow import Step
from portal.core.audit import Act, record
from portal.core.errors import Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.text import Message, Text, _
from portal.ledger import approving, clocks, workflow
from portal.ledger.act_forms import ActForm
from portal.ledger.act_pages import ID, Acting, Given, Page, look_up, run
from portal.ledger.acting import begin, last_event
from portal.ledger.files import attach
from portal.ledger.hands import WHO_LABELS
from portal.ledger.story import tell
from portal.ledger.views import blueprint
from portal.web.access import logged_in, now, the_actor, the_campaign, the_session

EVIDENCE = ("files", "link")


@blueprint.route(f"/<tenant>/<campaign>/ledger/{ID}/steps/<key>", methods=["GET", "POST"])
@logged_in
def step(record_id: int, key: str) -> Any:
    wanted = look_up(record_id)
    declared = wanted.ledger.step(key)
    if declared is None:
        raise NotFound
    if not wanted.hands.may_take(declared):
        raise NotAllowed(
            Message(_("“%(step)s”由%(who)s办理。"), step=declared.label, who=workflow.name_takers(declared))
        )

    if request.method == "GET":
        workflow.check_order(wanted.ledger, wanted.found, declared)

    def do(acting: Acting, given: Given) -> tuple[Message | Text, str]:
        workflow.take_step(
            the_session(), the_actor(), now(), campaign=the_campaign(), ledger=acting.ledger, found=acting.found,
            step=declared, hands=acting.hands, values=given.values, evidence=given.evidence,
            late_reason=given.form.late_reason.data or "", link=acting.link, **given.common,
        )  # fmt: skip
        if declared.approval is not None:
            return Message(_("已提请批准：%(step)s。批准后生效。"), step=declared.label), acting.link
        return Message(_("已办理：%(step)s。"), step=declared.label), acting.link

    return run(record_id, lambda acting: _page(acting, declared), do)


def _page(acting: Acting, declared: Step) -> Page:
    fields = tuple(
        replace(f, required=f.required or f.key in declared.requires)
        for f in acting.ledger.fields
        if f.key in declared.fields
    )
    end = acting.ledger.state(declared.end)
    says: list[Message | Text] = []
    if declared.approval is not None:
        says.append(Message(_("须经%(who)s批准，批准前不生效。"), who=WHO_LABELS[declared.approval]))
    if end is not None and declared.end != acting.found.stage:
        says.append(Message(_("之后进入“%(state)s”。"), state=end.label))
    return Page(
        title=declared.label,
        verb=_("提请批准") if declared.approval else _("确认办理"),
        says=says,
        parts=(*EVIDENCE, "note", "late_reason"),
        required=(
            *(("note",) if declared.note else ()),
            *(("files",) if declared.evidence else ()),
        ),
        fields=fields,
        clause=declared.clause,
    )


@blueprint.route(f"/<tenant>/<campaign>/ledger/{ID}/decide", methods=["GET", "POST"])
@logged_in
def decide(record_id: int) -> Any:
    """A step that waits: agreed to by the second person, or returned; taken back by the side that proposed it."""

    def page(acting: Acting) -> Page:
        pending = acting.ledger.step(acting.found.pending)
        asked = last_event(acting.events, "asked")
        told = tell(the_campaign(), acting.ledger, [asked])[0] if asked and pending else None
        says: list[Message | Text] = []
        if told is not None:
            says.append(Message(_("%(by)s 提请。"), by=told.by))
            says += [_change(*change) for change in told.changes]
            says += [Text(told.note)] if told.note else []
        return Page(
            title=pending.label if pending else _("批准"),
            verb=_("确定"),
            says=says,
            parts=("answer", "note") if _agrees(acting) else ("note",),
            required=() if _agrees(acting) else ("note",),
            labels={"note": _("意见或原因")},
            helps={"note": _("退回的，须写明原因。")},
            clause=pending.clause if pending else None,
        )

    def fill(_acting: Acting, form: ActForm) -> None:
        form.answer.choices = [("agree", translate(_("批准"))), ("return", translate(_("退回")))]

    def do(acting: Acting, given: Given) -> tuple[Message | Text, str]:
        answer = given.form.answer.data or ("" if _agrees(acting) else "return")
        if answer not in ("agree", "return"):
            raise Invalid({"answer": _("请选择批准或退回。")})
        service = approving.agree_step if answer == "agree" else approving.return_step
        service(
            the_session(), the_actor(), now(), campaign=the_campaign(), ledger=acting.ledger, found=acting.found,
            hands=acting.hands, link=acting.link, **given.common,
        )  # fmt: skip
        return _("已批准，已生效。") if answer == "agree" else _("已退回，没有生效。"), acting.link

    return run(record_id, page, do, fill)


def _change(label: Text | str, before: str, after: str) -> Message:
    if before in ("", "—"):
        return Message(_("%(label)s：%(b)s"), label=label, b=after)
    return Message(_("%(label)s：%(a)s → %(b)s"), label=label, a=before, b=after)


def _agrees(acting: Acting) -> bool:
    pending = acting.ledger.step(acting.found.pending)
    asked = last_event(acting.events, "asked")
    same = asked is not None and asked.account_id is not None and asked.account_id == the_actor().account_id
    return pending is not None and pending.approval in acting.hands.agrees and not same


@blueprint.route(f"/<tenant>/<campaign>/ledger/{ID}/evidence", methods=["GET", "POST"])
@logged_in
def evidence(record_id: int) -> Any:
    """Files and records that stand behind the entry, from any unit that works on it."""

    def page(acting: Acting) -> Page:
        if not acting.hands.works:
            raise NotAllowed(_("佐证由登记、主办、配合单位和办公室补充。"))
        return Page(title=_("补充佐证"), verb=_("保存"), parts=(*EVIDENCE, "note"), required=())

    def do(acting: Acting, given: Given) -> tuple[Message | Text, str]:
        session, moment = the_session(), now()
        words = {**given.common, "version": None}
        made = begin(session, acting.found, words["request_key"], None)
        if made is None:
            if not given.evidence:
                raise Invalid({"files": _("请选择附件，或填写关联记录。")})
            attach(session, the_actor(), moment, acting.found, given.evidence, acting.hands.unit_id)
            changes = {"link": list(given.evidence.link)} if given.evidence.link else None
            clocks.tell_story(
                session, the_actor(), moment, acting.found, "evidence", changes, words["note"],
                request_key=words["request_key"],
            )  # fmt: skip
            data = {"files": len(given.evidence.uploads)}
            record(session, Act.RECORD_LINK, clocks.subject_of(acting.found), the_actor(), moment, data)
        return _("已保存佐证。"), acting.link

    return run(record_id, page, do)
