"""销号 over the wire: proposed, checked, returned, closed, looked back at, reopened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from portal.core.errors import NotFound
from portal.core.i18n import show_date, translate
from portal.core.text import Message, Text, _
from portal.documents import attachments
from portal.ledger import closing
from portal.ledger.act_forms import ActForm
from portal.ledger.act_pages import ID, Acting, Given, Page, Proof, run
from portal.ledger.acting import last_event
from portal.ledger.step_pages import EVIDENCE
from portal.ledger.views import blueprint
from portal.web.access import logged_in, now, the_actor, the_campaign, the_session

SAID = {
    "propose": _("已申请销号，等待办公室审核。"),
    "check": _("已审核，等待办公室另一名人员销号。"),
    "return": _("已退回，已通知主办单位。"),
    "close": _("已销号，已通知主办单位。"),
    "keep": _("已登记回头看结果，维持销号。"),
    "reopen": _("已重新办理，编号不变，已通知主办单位。"),
}
_SERVICES: dict[str, Callable[..., Any]] = {
    "propose": closing.propose_closing,
    "check": closing.check_closing,
    "return": closing.return_closing,
    "close": closing.close_record,
    "keep": closing.keep_closed,
    "reopen": closing.reopen_record,
}


@blueprint.route(
    f"/<tenant>/<campaign>/ledger/{ID}/closing/<key>", methods=["GET", "POST"], endpoint="closing"
)
@logged_in
def closing_page(record_id: int, key: str) -> Any:
    if key not in SAID:
        raise NotFound

    def do(acting: Acting, given: Given) -> tuple[Message | Text, str]:
        form, more = given.form, dict[str, Any]()
        if key == "propose":
            confirmed = [n - 1 for n in form.checklist.data or ()]
            more = {"values": given.values, "evidence": given.evidence, "confirmed": confirmed}
            more["late_reason"] = form.late_reason.data or ""
        elif key == "keep":
            more = {"again": form.due.day}
        elif key == "reopen":
            more = {"stage": form.stage.data or ""}
        if key not in ("check", "keep"):
            more["link"] = acting.link
        _SERVICES[key](
            the_session(), the_actor(), now(), campaign=the_campaign(), ledger=acting.ledger, found=acting.found,
            hands=acting.hands, **given.common, **more,
        )  # fmt: skip
        return SAID[key], acting.link

    return run(record_id, lambda acting: _page(acting, key), do, _fill)


def _fill(acting: Acting, form: ActForm) -> None:
    ledger = acting.ledger
    points = ledger.closing.checklist if ledger.closing else ()
    form.checklist.choices = [(n, str(translate(text))) for n, text in enumerate(points, 1)]
    states = closing.open_states(ledger)
    form.stage.choices = [(s.key, str(translate(s.label))) for s in ledger.states if s.key in states]
    if not form.stage.data or form.stage.data == "None":
        form.stage.data = closing.stage_before(ledger, acting.found, acting.events)


def _page(acting: Acting, key: str) -> Page:
    declared = acting.ledger.closing
    clause = declared.clause if declared else None
    match key:
        case "propose":
            wanted = declared.requires if declared else ()
            fields = tuple(replace(f, required=True) for f in acting.ledger.fields if f.key in wanted)
            points = ("checklist",) if declared and declared.checklist else ()
            return Page(
                title=_("申请销号"), verb=_("申请销号"), fields=fields, clause=clause,
                says=(_("办公室审核后，由第二人销号。没有佐证不能申请。"),),
                parts=(*points, *EVIDENCE, "note", "late_reason"), required=("note", *points),
                labels={"note": _("办理结果")}, helps={"files": _("已有的佐证继续有效，不必重复上传。")},
            )  # fmt: skip
        case "check":
            says = (_("核对佐证、核对项和必填内容。审核后由另一人销号。"),)
            return Page(
                title=_("审核销号申请"),
                verb=_("审核通过"),
                says=says,
                parts=("note",),
                required=(),
                clause=clause,
                proof=_proof(acting),
            )
        case "return":
            return Page(
                title=_("退回销号申请"), verb=_("退回"), parts=("note",), labels={"note": _("退回原因")}, clause=clause
            )  # fmt: skip
        case "close":
            return Page(
                title=_("销号"),
                verb=_("销号"),
                says=_look_back(acting),
                parts=("note",),
                required=(),
                clause=clause,
                proof=_proof(acting),
            )
        case "keep":
            return Page(
                title=_("回头看"), verb=_("维持销号"), says=(_("有反复的，请返回，选“重新办理”。"),),
                parts=("note", "due"), labels={"note": _("回头看情况"), "due": _("下次回头看")},
                helps={"due": _("不再回头看的，留空。")}, clause=declared.look_back_clause if declared else None,
            )  # fmt: skip
    parts = ("stage", "note") if len(acting.ledger.states) > 1 else ("note",)
    return Page(
        title=_("重新办理"), verb=_("重新办理"), says=(_("编号不变。再次销号须有新的佐证。"),), parts=parts,
        labels={"note": _("原因")}, clause=declared.look_back_clause if declared else None,
    )  # fmt: skip


def _proof(acting: Acting) -> Proof | None:
    proposed = last_event(acting.events, "close_proposed")
    if proposed is None:
        return None
    declared = acting.ledger.closing
    return Proof(
        by=proposed.by, at=proposed.at, note=proposed.note, points=declared.checklist if declared else (),
        files=attachments.list_attached(the_session(), f"record:{acting.found.id}"),
        links=[e.changes["link"][1] for e in acting.events if "link" in e.changes],
    )  # fmt: skip


def _look_back(acting: Acting) -> tuple[Message | Text, ...]:
    declared = acting.ledger.closing
    day = closing.look_back_day(the_campaign(), declared, now().date()) if declared else None
    if day is None:
        return ()
    shown = show_date(day)
    if day.year != now().year:
        shown = Message(_("%(y)s年%(moment)s"), y=day.year, moment=shown)
    return (Message(_("销号后 %(day)s 回头看，到时自动列入待办。"), day=shown),)
